"""Money: exact, of one currency, split without a cent lost."""

from __future__ import annotations

import pickle
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecourse.core.errors import Refused
from duecourse.core.money import AMOUNT_MAX, MINOR_UNITS, Money, Price, minor_units, quantum, rounded

CURRENCIES = st.sampled_from(["EUR", "USD", "JPY", "ISK", "KWD", "BHD", "TND", "CLF"])
UNITS = st.integers(-(10**13), 10**13)
MONEY = st.builds(Money.of_minor, st.integers(-(10**12), 10**12), CURRENCIES)


def table(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in row.split("|")] for row in text.strip().splitlines()]


def code_of(work: Any) -> str:
    with pytest.raises(Refused) as refused:
        work()
    return refused.value.code


class TestMinorUnits:
    @pytest.mark.parametrize(
        ("currency", "decimals", "minor", "shown"),
        table("""
            EUR | 2 | 123456 | EUR 1,234.56
            JPY | 0 | 1234   | JPY 1,234
            ISK | 0 | -5     | ISK -5
            KWD | 3 | 1000   | KWD 1.000
            BHD | 3 | 1      | BHD 0.001
            TND | 3 | 1500   | TND 1.500
            CLF | 4 | 10000  | CLF 1.0000
            UYW | 4 | 1      | UYW 0.0001
            HUF | 2 | 100    | HUF 1.00
        """),
    )
    def test_follow_iso_4217(self, currency: str, decimals: str, minor: str, shown: str) -> None:
        assert minor_units(currency) == int(decimals)
        assert quantum(currency) == Decimal(10) ** -int(decimals)
        money = Money.of_minor(int(minor), currency)
        assert money.minor == int(minor)
        assert str(money) == shown

    def test_every_currency_is_three_capitals(self) -> None:
        assert all(len(code) == 3 and code.isascii() and code.isupper() for code in MINOR_UNITS)

    @pytest.mark.parametrize("currency", ["", "eur", "EURO", "XXX", "€", "E R"])
    def test_unknown_currency_is_refused(self, currency: str) -> None:
        for work in (
            minor_units,
            quantum,
            Money.zero,
            lambda code: Price(Decimal(1), code),
            lambda code: rounded(Decimal(1), code),
        ):
            assert code_of(lambda work=work: work(currency)) == "money.unknown-currency"

    @given(UNITS, CURRENCIES)
    def test_round_trip(self, units: int, currency: str) -> None:
        money = Money.of_minor(units, currency)
        assert money.minor == units
        assert Money.parse(str(money.amount), currency) == money
        assert pickle.loads(pickle.dumps(money)) == money
        assert -money.amount.as_tuple().exponent == minor_units(currency)  # type: ignore[operator]


class TestExactness:
    @pytest.mark.parametrize(
        ("amount", "currency", "code"),
        table("""
            12.345               | EUR | money.too-many-decimals
            0.5                  | JPY | money.too-many-decimals
            0.0001               | KWD | money.too-many-decimals
            0.00001              | CLF | money.too-many-decimals
            NaN                  | EUR | money.not-an-amount
            sNaN                 | EUR | money.not-an-amount
            Infinity             | EUR | money.not-an-amount
            -Infinity            | EUR | money.not-an-amount
            1E+14                | EUR | money.not-an-amount
            -1E+400              | EUR | money.not-an-amount
            1E-400               | EUR | money.too-many-decimals
            0.00000000000000000000000000000000001 | EUR | money.too-many-decimals
        """),
    )
    def test_refuses_what_is_no_amount(self, amount: str, currency: str, code: str) -> None:
        assert code_of(lambda: Money(Decimal(amount), currency)) == code

    @pytest.mark.parametrize("amount", [1, 1.0, "1.00", None])
    def test_takes_decimals_only(self, amount: Any) -> None:
        with pytest.raises(TypeError):
            Money(amount, "EUR")
        with pytest.raises(TypeError):
            Price(amount, "EUR")

    def test_one_amount_has_one_form(self) -> None:
        assert {Money(Decimal(text), "EUR") for text in ("1", "1.0", "1.00", "1.000", "+1E0")} == {Money(Decimal("1.00"), "EUR")}
        assert str(Money(Decimal("-0.00"), "EUR").amount) == "0.00"
        assert str((-Money.zero("EUR")).amount) == "0.00"
        assert not Money.zero("EUR")

    @pytest.mark.parametrize(
        ("value", "currency", "expected"),
        table("""
            12.345  | EUR | 12.35
            -12.345 | EUR | -12.35
            12.3449 | EUR | 12.34
            0.5     | JPY | 1
            -0.5    | JPY | -1
            0.0005  | KWD | 0.001
            -0.004  | EUR | 0.00
            2.675   | USD | 2.68
        """),
    )
    def test_rounds_half_away_from_zero(self, value: str, currency: str, expected: str) -> None:
        assert str(Money.rounding(Decimal(value), currency).amount) == expected

    def test_rounds_once_however_many_digits(self) -> None:
        just_below_half = Decimal("0.00499999999999999999999999999999999")
        assert Money(Decimal("1.00"), "EUR").times(just_below_half) == Money.zero("EUR")
        assert Price(Decimal("0.000001"), "EUR").times(Decimal("4999.9999999999999999999999999999999")) == Money.zero("EUR")
        assert Money(Decimal("99999999999999.99"), "EUR").times(Decimal("1.0000000000000000000000000000")).amount == Decimal(
            "99999999999999.99"
        )

    @pytest.mark.parametrize("factor", ["NaN", "Infinity", "1E+30"])
    def test_refuses_a_product_that_is_no_amount(self, factor: str) -> None:
        one = Money(Decimal("1.00"), "EUR")
        for work in (one.times, one.percent, lambda by: one.converted(by, "USD"), Price(Decimal(1), "EUR").times):
            assert code_of(lambda work=work: work(Decimal(factor))) == "money.not-an-amount"


class TestParse:
    @pytest.mark.parametrize(
        ("text", "currency", "amount"), table("1234.56 | EUR | 1234.56\n-0.5 | EUR | -0.50\n+7 | JPY | 7\n007.100 | KWD | 7.100")
    )
    def test_reads_plain_digits(self, text: str, currency: str, amount: str) -> None:
        assert str(Money.parse(f" {text} ", currency).amount) == amount

    @pytest.mark.parametrize(
        "text",
        [
            "", " ", "-", ".", "1.", ".5", "1,234.56", "1.234,56", "1_000", "1e3", "--1", "+-1", "1-", "NaN", "Infinity",
            "0x10", "1 000", "١٢٣", "½", "1\n2",
        ],
    )  # fmt: skip
    def test_refuses_the_rest(self, text: str) -> None:
        assert code_of(lambda: Money.parse(text, "EUR")) == "money.not-an-amount"

    def test_refuses_too_many_decimals_and_too_much(self) -> None:
        assert code_of(lambda: Money.parse("12.345", "EUR")) == "money.too-many-decimals"
        assert code_of(lambda: Money.parse("9" * 20, "EUR")) == "money.not-an-amount"
        assert code_of(lambda: Money.parse("9" * 5000, "EUR")) == "money.not-an-amount"


class TestArithmetic:
    @given(MONEY, st.integers(-(10**12), 10**12))
    def test_adds_and_takes_away_exactly(self, one: Money, units: int) -> None:
        other = Money.of_minor(units, one.currency)
        assert (one + other) - other == one
        assert (one + other).minor == one.minor + units
        assert one + (-one) == Money.zero(one.currency)
        assert abs(one).minor == abs(one.minor)
        assert (one < other) == (one.minor < units)
        assert (one >= other) == (one.minor >= units)
        assert Money.total([one, other, one], one.currency).minor == 2 * one.minor + units

    def test_never_mixes_currencies(self) -> None:
        euro, dollar = Money.zero("EUR"), Money.zero("USD")
        for work in (
            lambda: euro + dollar, lambda: euro - dollar, lambda: euro < dollar, lambda: euro >= dollar, lambda: Money.total([dollar], "EUR"),
        ):  # fmt: skip
            assert code_of(work) == "money.currencies-differ"
        assert euro != dollar

    def test_refuses_to_grow_beyond_what_can_be_stored(self) -> None:
        largest = Money(AMOUNT_MAX, "CLF")
        assert code_of(lambda: largest + Money(Decimal("0.0001"), "CLF")) == "money.not-an-amount"

    @pytest.mark.parametrize(
        ("amount", "currency", "percent", "expected"),
        table(
            "100.00 | EUR | 2 | 2.00\n24286.40 | EUR | 2 | 485.73\n0.99 | EUR | 19 | 0.19\n1000 | JPY | 8.25 | 83\n-0.50 | EUR | 5 | -0.03"
        ),
    )
    def test_percent(self, amount: str, currency: str, percent: str, expected: str) -> None:
        assert Money(Decimal(amount), currency).percent(Decimal(percent)) == Money(Decimal(expected), currency)

    def test_converts_and_rounds_once(self) -> None:
        rate = Decimal("1.5289")
        assert Money(Decimal("23.00"), "EUR").converted(rate, "USD") == Money(Decimal("35.16"), "USD")
        assert Money(Decimal("26.45"), "EUR").converted(rate, "USD") == Money(Decimal("40.44"), "USD")
        assert Money(Decimal("1.00"), "EUR").converted(Decimal("161.5"), "JPY") == Money(Decimal(162), "JPY")


class TestSplit:
    @pytest.mark.parametrize(
        ("amount", "currency", "weights", "parts"),
        table("""
            100.00  | EUR | 1 1 1       | 33.34 33.33 33.33
            -100.00 | EUR | 1 1 1       | -33.34 -33.33 -33.33
            100     | JPY | 1 1 1       | 34 33 33
            1.000   | KWD | 1 1 1       | 0.334 0.333 0.333
            1.0000  | CLF | 1 1 1       | 0.3334 0.3333 0.3333
            0.01    | EUR | 1 1         | 0.01 0.00
            0.05    | EUR | 3 7         | 0.02 0.03
            10.00   | EUR | 0 1         | 0.00 10.00
            485.73  | EUR | 24120.55 165.85 | 482.41 3.32
            0.00    | EUR | 1 2         | 0.00 0.00
            7.00    | EUR | 5           | 7.00
        """),
    )
    def test_loses_nothing(self, amount: str, currency: str, weights: str, parts: str) -> None:
        found = Money(Decimal(amount), currency).split([Decimal(weight) for weight in weights.split()])
        assert " ".join(str(part.amount) for part in found) == parts

    @given(MONEY, st.lists(st.decimals(0, 10**6, places=6), min_size=1, max_size=30).filter(any))
    def test_adds_up_and_is_never_a_unit_off(self, whole: Money, weights: list[Decimal]) -> None:
        parts = whole.split(weights)
        assert Money.total(parts, whole.currency) == whole
        total = sum(weights)
        for part, weight in zip(parts, weights, strict=True):
            assert abs(part.amount - whole.amount * weight / total) < quantum(whole.currency)
            assert part.amount * whole.amount >= 0

    def test_keeps_every_digit_of_the_weights(self) -> None:
        parts = Money(Decimal("99999999999999.99"), "EUR").split(
            [Decimal(1) / 3, Decimal(1) / 7, Decimal("1E-25"), Decimal("1E+25")]
        )
        assert Money.total(parts, "EUR") == Money(Decimal("99999999999999.99"), "EUR")

    @pytest.mark.parametrize("weights", [[], [0], [0, 0], [1, -1], [2, -1], [Decimal("NaN")], [1, Decimal("Infinity")]])
    def test_refuses_weights_that_say_nothing(self, weights: list[Decimal | int]) -> None:
        assert code_of(lambda: Money(Decimal("1.00"), "EUR").split(weights)) == "money.cannot-split"


class TestPrice:
    def test_has_up_to_six_decimals_and_gives_rounded_money(self) -> None:
        assert Price(Decimal("0.333333"), "EUR").times(Decimal("2.5")) == Money(Decimal("0.83"), "EUR")
        assert Price(Decimal("33.5"), "JPY").times(Decimal(3)) == Money(Decimal(101), "JPY")
        assert Price(Decimal("312.40"), "EUR").times(Decimal(20)) == Money(Decimal("6248.00"), "EUR")

    @pytest.mark.parametrize("amount", ["0.0000001", "NaN", "sNaN", "Infinity", "1E+13", "1E+400"])
    def test_refuses_what_is_no_price(self, amount: str) -> None:
        assert code_of(lambda: Price(Decimal(amount), "EUR")) == "money.not-a-price"
