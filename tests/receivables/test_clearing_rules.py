"""What a clearing posts, in tables that an accountant can check: debit positive, credit negative."""

from __future__ import annotations

import random
from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.receivables.rules import (
    AllocationRequest,
    Breakdown,
    ClearingRequest,
    ItemState,
    Share,
    clearing_lines,
    company_share,
    discount_parts,
    share_out,
)
from tests.books import DAY, eur, table

S19: Breakdown = (("S", Decimal(19), Decimal("1000.00"), Decimal("190.00")),)
AA7: Breakdown = (("AA", Decimal(7), Decimal("1000.00"), Decimal("70.00")),)
MIXED: Breakdown = (*S19, *AA7)
FREE: Breakdown = (("K", Decimal(0), Decimal("1000.00"), Decimal("0.00")),)
BREAKDOWNS = {"19": S19, "7": AA7, "mixed": MIXED, "0": FREE, "none": ()}


def state(
    key: int,
    amount: str,
    company: str = "",
    currency: str = "EUR",
    account: int = 1,
    breakdown: Breakdown = (),
    base: str = "EUR",
) -> ItemState:
    money, own = Money(Decimal(amount), currency), Money(Decimal(company or amount), base)
    return ItemState(
        id=key, customer_account_id=account, number=f"N{key}", amount=money, company_amount=own, open=money, open_company=own,
        tax_breakdown=breakdown,
    )  # fmt: skip


def asked(*rows: tuple[int, str, str], currency: str = "EUR") -> ClearingRequest:
    return ClearingRequest(
        DAY, [AllocationRequest(key, cause, Money(Decimal(money), currency)) for key, cause, money in rows], "t", "s"
    )


def posted(items: list[ItemState], *requests: ClearingRequest) -> tuple[list[str], Money]:
    """“account amount [tax]” for each line of the company's currency, sorted; and the realised difference."""
    before = {item.id: item for item in items}
    shares, _ = share_out(requests, before)
    words, gains = [], Money.zero("EUR")
    for parts in shares:
        lines, gain = clearing_lines(parts, before, "EUR")
        assert not Money.total((line.company_money for line in lines), "EUR")
        by_currency: dict[str, Decimal] = defaultdict(Decimal)
        for line in lines:
            by_currency[line.money.currency] += line.money.amount
            name = f"control:{line.customer_account_id}" if line.purpose == "receivables" else line.purpose
            percent = f"/{line.tax_percent}" if line.tax_percent else ""
            words.append(f"{name}{percent} {line.company_money.amount}")
        assert not any(by_currency.values())
        gains += gain
    return sorted(words), gains


class TestWhatIsPosted:
    """Item 1 is the invoice (account 1), item 2 the payment or credit."""

    @pytest.mark.parametrize(
        ("invoice", "tax", "payment", "allocations", "lines"),
        table("""
            # invoice | tax | payment | item 1's allocations | what is posted
    1190.00 | 19 | -1190.00 | payment 1190.00 |
    1190.00 | 19 | -500.00 | payment 500.00 |
    1190.00 | 19 | -1166.20 | payment 1166.20, discount 23.80 | discount/19 20.00, control:1 -23.80, tax/19 3.80
    1070.00 | 7 | -1048.60 | payment 1048.60, discount 21.40 | discount/7 20.00, control:1 -21.40, tax/7 1.40
    2260.00 | mixed | -2214.80 | payment 2214.80, discount 45.20 | discount/19 20.00, discount/7 20.00, control:1 -45.20, tax/19 3.80, tax/7 1.40
    2260.00 | mixed | -2259.99 | payment 2259.99, discount 0.01 | discount/19 0.01, control:1 -0.01
    1000.00 | 0 | -980.00 | payment 980.00, discount 20.00 | discount 20.00, control:1 -20.00
    1000.00 | none | -980.00 | payment 980.00, discount 20.00 | discount 20.00, control:1 -20.00
    1190.00 | 19 | -1175.00 | payment 1175.00, bank-charge 15.00 | bank-charges 15.00, control:1 -15.00
    1190.00 | 19 | -1189.98 | payment 1189.98, rounding 0.02 | control:1 -0.02, rounding 0.02
    1190.00 | 19 | -1000.00 | payment 1000.00, write-off 190.00 | control:1 -190.00, write-off 190.00
    1190.00|19 | -1151.20 | payment 1151.20, discount 23.80, bank-charge 15.00 | bank-charges 15.00, discount/19 20.00, control:1 -38.80, tax/19 3.80
        """),
    )
    def test_for_differences(self, invoice: str, tax: str, payment: str, allocations: str, lines: str) -> None:
        own = [(1, *part.split()) for part in (one.strip() for one in allocations.split(","))]
        paid = next(money for _, cause, money in own if cause == "payment")
        items = [state(1, invoice, breakdown=BREAKDOWNS[tax]), state(2, payment)]
        words, gain = posted(items, asked(*own, (2, "payment", f"-{paid}")))  # type: ignore[arg-type]
        assert words == sorted(one for one in lines.split(", ") if one)
        assert not gain

    def test_money_that_the_parent_pays_for_the_child_moves_between_their_accounts(self) -> None:
        items = [state(1, "100.00", account=5), state(2, "-100.00", account=4)]
        assert posted(items, asked((1, "payment", "100.00"), (2, "payment", "-100.00"))) == (
            ["control:4 100.00", "control:5 -100.00"],
            eur(0),
        )

    @pytest.mark.parametrize(
        ("booked", "paid", "lines", "gain"),
        table("""
            # 110.00 USD booked at | paid at | posted                                      | gain
            100.00                 | 100.00  |                                             | 0.00
            100.00                 | 104.00  | exchange-gain -4.00, control:1 4.00     | 4.00
            100.00                 | 97.50   | exchange-loss 2.50, control:1 -2.50     | -2.50
        """),
    )
    def test_for_rates_that_moved(self, booked: str, paid: str, lines: str, gain: str) -> None:
        items = [state(1, "110.00", booked, "USD"), state(2, "-110.00", f"-{paid}", "USD")]
        words, difference = posted(items, asked((1, "payment", "110.00"), (2, "payment", "-110.00"), currency="USD"))
        assert words == sorted(one for one in lines.split(", ") if one)
        assert difference == eur(gain)

    def test_a_discount_in_dollars_is_valued_at_the_invoices_rate(self) -> None:
        breakdown: Breakdown = (("G", Decimal(0), Decimal("110.00"), Decimal("0.00")),)
        items = [state(1, "110.00", "100.00", "USD", breakdown=breakdown), state(2, "-107.80", "-100.00", "USD")]
        words, gain = posted(
            items, asked((1, "payment", "107.80"), (1, "discount", "2.20"), (2, "payment", "-107.80"), currency="USD")
        )
        assert words == ["control:1 0.00", "discount 2.00", "exchange-gain -2.00"]
        assert gain == eur("2.00")


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("item", "money", "code"),
        table("""
            # item 1 owes 100.00, item 2 is a payment of 100.00
            1 | 100.01  | receivables.open-amount-changed
            1 | 0.00    | receivables.open-amount-changed
            1 | -1.00   | receivables.open-amount-changed
            2 | 1.00    | receivables.open-amount-changed
            2 | -100.01 | receivables.open-amount-changed
            1 | 99.00   | receivables.settlement-not-covered
        """),
    )
    def test_more_than_is_open_the_wrong_way_or_uncovered(self, item: str, money: str, code: str) -> None:
        items = {1: state(1, "100.00"), 2: state(2, "-100.00")}
        with pytest.raises(Refused) as refusal:
            share_out([asked((int(item), "payment", money))], items)
        assert refusal.value.code == code

    def test_the_same_open_amount_taken_twice_in_one_batch(self) -> None:
        items = {1: state(1, "100.00"), 2: state(2, "-80.00"), 3: state(3, "-80.00")}
        batch = [asked((1, "payment", "80.00"), (key, "payment", "-80.00")) for key in (2, 3)]
        with pytest.raises(Refused, match=r"open-amount-changed"):
            share_out(batch, items)

    def test_another_currency_than_the_items(self) -> None:
        with pytest.raises(Refused, match=r"currencies-differ"):
            share_out([asked((1, "payment", "1.00"), currency="USD")], {1: state(1, "100.00")})

    def test_currencies_do_not_cover_each_other(self) -> None:
        items = {1: state(1, "100.00"), 2: state(2, "-100.00", "-90.00", "USD")}
        request = ClearingRequest(DAY, [AllocationRequest(1, "payment", eur("100.00")),
                                        AllocationRequest(2, "payment", Money(Decimal("-100.00"), "USD"))], "t", "s")  # fmt: skip
        with pytest.raises(Refused, match=r"settlement-not-covered"):
            share_out([request], items)


class TestTheCompanysShare:
    def test_of_the_last_allocation_is_all_that_is_left(self) -> None:
        items = {1: state(1, "100.00", "90.91", "USD")}
        batch = [asked((1, "write-off", part), currency="USD") for part in ("33.33", "33.33", "33.34")]
        shares, after = share_out(batch, items)
        assert [str(parts[0].company_money.amount) for parts in shares] == ["30.30", "30.30", "30.31"]
        assert not after[1].open
        assert not after[1].open_company

    def test_of_many_small_parts_never_takes_more_than_there_is(self) -> None:
        """6 yen booked at 0.03 euro: six parts of 1 yen are 0.005 each, and must not become 0.05 and then −0.02."""
        items = {1: state(1, "6", "0.03", "JPY")}
        shares, _ = share_out([asked((1, "write-off", "1"), currency="JPY")] * 6, items)
        parts = [part.company_money.amount for (part,) in shares]
        assert sum(parts) == Decimal("0.03")
        assert min(parts) >= 0

    @given(st.data())
    def test_in_any_parts_adds_up_and_keeps_its_sign(self, data: st.DataObject) -> None:
        currency = data.draw(st.sampled_from(["USD", "JPY", "KWD"]))
        minor, company = data.draw(st.integers(1, 10**7)), data.draw(st.integers(0, 10**7))
        sign = data.draw(st.sampled_from([1, -1]))
        whole = Money.of_minor(sign * minor, currency)
        item = ItemState(id=1, customer_account_id=1, number="x", amount=whole, company_amount=Money.of_minor(sign * company, "EUR"),
                         open=whole, open_company=Money.of_minor(sign * company, "EUR"))  # fmt: skip
        left, taken, requests = minor, [], []
        while left:
            part = left if len(requests) == 8 else data.draw(st.integers(1, left))
            left -= part
            money = Money.of_minor(sign * part, currency)
            requests.append(ClearingRequest(DAY, [AllocationRequest(1, "write-off", money)], "t", "s"))
        shares, after = share_out(requests, {1: item})
        taken = [part.company_money.amount for (part,) in shares]
        assert not after[1].open
        assert not after[1].open_company
        assert sum(taken) == item.company_amount.amount
        assert all(part * sign >= 0 for part in taken)

    def test_at_one_rate_explains_every_cent(self) -> None:
        """A share differs from the exact one by half a cent at most, and by one more for each earlier part."""
        item = state(1, "1000.00", "909.09", "USD")
        assert company_share(item, Money(Decimal("10.00"), "USD")) == eur("9.09")
        assert company_share(item, Money(Decimal("1000.00"), "USD")) == eur("909.09")


class TestDiscounts:
    """Tax is in the discount as it is in the invoice."""

    @pytest.mark.parametrize("tax", BREAKDOWNS)
    def test_add_up_whatever_their_size(self, tax: str) -> None:
        chance = random.Random(19)
        for _ in range(300):
            money, company = Money.of_minor(chance.randrange(1, 10**6), "USD"), Money.of_minor(chance.randrange(1, 10**6), "EUR")
            parts = discount_parts(money, company, BREAKDOWNS[tax])
            assert Money.total((one for part in parts for one in (part.net, part.tax)), "USD") == money
            assert Money.total((one for part in parts for one in (part.company_net, part.company_tax)), "EUR") == company
            for part in parts:
                exact = (part.net + part.tax).amount * (part.percent or 0) / (100 + (part.percent or 0))
                assert abs(part.tax.amount - exact) <= Decimal("0.005")

    def test_of_an_invoice_with_credit_lines_are_shared_by_size(self) -> None:
        breakdown: Breakdown = (
            ("S", Decimal(19), Decimal("100.00"), Decimal("19.00")),
            ("AA", Decimal(7), Decimal("-10.00"), Decimal("-0.70")),
        )
        parts = discount_parts(eur("2.17"), eur("2.17"), breakdown)  # 2 % of 108.30
        assert [(part.net, part.tax) for part in parts] == [(eur("2.00"), eur("0.38")), (eur("-0.20"), eur("-0.01"))]
        assert Money.total((one for part in parts for one in (part.net, part.tax)), "EUR") == eur("2.17")

    def test_of_a_credit_are_negative(self) -> None:
        (part,) = discount_parts(eur("-11.90"), eur("-11.90"), (("S", Decimal(19), Decimal("-100"), Decimal("-19")),))
        assert (part.net, part.tax) == (eur("-10.00"), eur("-1.90"))


def test_a_clearing_of_nothing_posts_nothing() -> None:
    assert clearing_lines([], {}, "EUR") == ([], eur(0))
    share = Share(1, "payment", eur(0), eur(0))
    assert clearing_lines([share], {1: state(1, "1.00")}, "EUR") == ([], eur(0))
