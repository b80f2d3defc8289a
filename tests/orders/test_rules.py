"""Totals, deliveries in parts and what is left, as an order desk would check them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.orders import rules

DAY = dt.date(2026, 11, 24)


def line(number: int, quantity: str, price: str, percent: str = "19", delivered: str = "0", category: str = "S") -> rules.Line:
    return rules.Line(number, Decimal(quantity), Decimal(price), category, Decimal(percent), Decimal(delivered))


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


class TestTotals:
    def test_are_those_of_the_order_on_paper(self) -> None:
        lines = [
            line(10, "40", "312.40"),
            line(20, "400", "27.85"),
            line(30, "300", "14.36"),
            line(40, "60", "61.20"),
            line(50, "900", "4.92"),
            line(60, "14", "318.50"),
            line(70, "1", "438.18"),
        ]
        total = rules.ordered(lines, "EUR")
        assert (total.net, total.tax, total.gross) == (eur("40941.18"), eur("7778.82"), eur("48720.00"))

    def test_take_tax_once_for_each_rate(self) -> None:
        total = rules.ordered([line(10, "1", "0.05"), line(20, "1", "0.05"), line(30, "1", "1.00", "7", category="AA")], "EUR")
        assert total.tax == eur("0.02") + eur("0.07")

    def test_round_each_line_once_and_know_currencies_without_cents(self) -> None:
        assert rules.line_net(Decimal("9.8755"), Decimal("3"), "EUR") == eur("29.63")
        assert rules.ordered([line(10, "3", "33.5", "10")], "JPY").gross == Money(Decimal(111), "JPY")


class TestDeliverLines:
    def test_takes_all_that_is_left_when_nothing_is_named(self) -> None:
        after, quantities = rules.deliver_lines(
            [line(10, "5", "1", delivered="2"), line(20, "4", "1", delivered="4")], [], "SO-1"
        )
        assert quantities == {10: Decimal(3)}
        assert rules.is_delivered(after)

    @pytest.mark.parametrize(
        ("wanted", "code"),
        [
            ([(10, "3.0001")], "orders.over-delivered"),
            ([(10, "2"), (10, "2")], "orders.over-delivered"),
            ([(30, "1")], "orders.line-unknown"),
            ([(10, "0")], "orders.quantity-not-positive"),
            ([(10, "-1")], "orders.quantity-not-positive"),
        ],
    )
    def test_refuses_what_cannot_leave(self, wanted: list[tuple[int, str]], code: str) -> None:
        with pytest.raises(Refused) as refusal:
            rules.deliver_lines(
                [line(10, "5", "1", delivered="2")], [(number, Decimal(amount)) for number, amount in wanted], "SO-1"
            )
        assert refusal.value.code == code

    def test_refuses_a_delivery_of_nothing(self) -> None:
        with pytest.raises(Refused) as refusal:
            rules.deliver_lines([line(10, "5", "1", delivered="5")], [], "SO-1")
        assert refusal.value.code == "orders.nothing-left"


quantities = st.integers(1, 9999).map(lambda units: Decimal(units).scaleb(-2))
prices = st.integers(0, 999_999).map(lambda units: Decimal(units).scaleb(-4))
wanted_lines = st.lists(
    st.tuples(quantities, prices, st.sampled_from(["19", "7", "0"]), st.lists(st.integers(0, 100), max_size=3)),
    min_size=1,
    max_size=5,
)


class TestForEveryOrder:
    @given(wanted_lines)
    def test_deliveries_in_any_parts_add_up_to_its_gross_to_the_cent(
        self, wanted: list[tuple[Decimal, Decimal, str, list[int]]]
    ) -> None:
        lines = [
            rules.Line(place * 10, quantity, price, "S", Decimal(tax))
            for place, (quantity, price, tax, _) in enumerate(wanted, 1)
        ]
        gross = rules.ordered(lines, "EUR").gross
        moved = Money.zero("EUR")
        for step in range(4):
            parts = []
            for one, (_, _, _, shares) in zip(lines, wanted, strict=True):
                share = Decimal(shares[step]) / 100 if step < len(shares) else Decimal(0)
                quantity = one.left if step == 3 else (one.left * share).quantize(Decimal("0.0001"))
                if quantity > 0:
                    parts.append((one.line_number, quantity))
            if not parts:
                continue
            before = rules.delivered_gross(lines, "EUR")
            lines, _ = rules.deliver_lines(lines, parts, "SO-1")
            value = rules.delivered_gross(lines, "EUR") - before
            assert value.amount >= 0
            moved = moved + value
        assert rules.is_delivered(lines)
        assert moved == gross

    @given(wanted_lines, st.randoms())
    def test_bills_in_any_parts_take_all_that_waits(
        self, wanted: list[tuple[Decimal, Decimal, str, list[int]]], random: object
    ) -> None:
        open_lines = {
            place: rules.Line(0, quantity, price, "S", Decimal(tax)) for place, (quantity, price, tax, _) in enumerate(wanted, 1)
        }
        waiting = rules.ordered(list(open_lines.values()), "EUR").gross
        for key in list(open_lines):
            part = rules.billed_part(open_lines, [key], waiting)
            assert Money.zero("EUR") <= part <= waiting
            waiting = waiting - part
            del open_lines[key]
        assert waiting == Money.zero("EUR")


class TestCheckNewOrder:
    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"lines": []}, "no lines"),
            ({"customer_number": ""}, "name the customer once"),
            ({"account_id": 5}, "name the customer once"),
            ({"lines": [rules.NewOrderLine("P", Decimal(0))]}, "line 1 needs a quantity"),
            ({"lines": [rules.NewOrderLine("P", Decimal("NaN"))]}, "line 1 needs a quantity"),
            ({"lines": [rules.NewOrderLine("P", Decimal("0.00001"))]}, "at most four decimals"),
            ({"lines": [rules.NewOrderLine("P", Decimal(1), Decimal(-1))]}, "line 1 has the price -1"),
        ],
    )
    def test_says_which_order_and_what_is_wrong(self, changes: dict[str, object], said: str) -> None:
        facts: dict[str, object] = {
            "requested_date": DAY,
            "customer_number": "10001",
            "lines": [rules.NewOrderLine("P", Decimal(1))],
        }
        with pytest.raises(Refused) as refusal:
            rules.check_new_order(rules.NewOrder(**(facts | changes)), 3)  # type: ignore[arg-type]
        assert refusal.value.message.startswith("Order 3 of the batch")
        assert said in refusal.value.message
