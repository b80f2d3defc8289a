"""What must hold of estimates whatever the history: order, sums, nothing of the future, the same again."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duecourse.prediction.rules import Answer, Item
from duecourse.prediction.rules.answer import answer
from duecourse.prediction.rules.book import books
from duecourse.prediction.rules.learn import estimate, learn

DAY = dt.date(2026, 6, 1)


def days(many: int) -> dt.timedelta:
    return dt.timedelta(days=many)


def trade(many: int, seed: int = 1, habits: tuple[int, ...] = (-8, 2, 25)) -> list[Item]:
    """A history with all that came later still in it: customer n pays habits[n] days after the due date, more or less."""
    luck, items = random.Random(seed), []
    for number in range(many):
        who = luck.randrange(len(habits))
        issued = DAY - days(luck.randrange(1, 540))
        due = issued + days(luck.choice((14, 30, 30)))
        paid = max(issued, due + days(habits[who] + luck.randrange(-4, 5)))
        items.append(Item(f"I{number}", f"C{who}", issued, due, "EUR", Decimal(luck.randrange(1000, 90_000)) / 100, paid))
    return items


def known(items: list[Item], at: dt.date = DAY) -> list[Item]:
    """What was known at the end of a day."""
    return [replace(one, paid=one.paid if one.paid and one.paid <= at else None) for one in items if one.issued <= at]


def said(items: list[Item], at: dt.date = DAY) -> Answer:
    history = known(items, at)
    return answer(history, [one for one in history if one.paid is None], at)


past_items = st.builds(
    lambda number, who, issued, terms, took, cents, disputed: Item(
        f"I{number}", f"C{who}", DAY - days(issued), DAY - days(issued - terms), "EUR", Decimal(cents) / 100,
        DAY - days(issued - took) if took is not None and took <= issued else None,
        disputed=DAY if disputed else None,
    ),
    st.integers(), st.integers(0, 3), st.integers(0, 900), st.integers(-5, 120), st.none() | st.integers(-20, 800),
    st.integers(-10_000, 10**9), st.booleans(),
)  # fmt: skip
wanted_items = st.builds(
    lambda number, who, issued, terms, cents, promised: Item(
        f"O{number}", f"C{who}", DAY - days(issued), DAY - days(issued - terms), "EUR", Decimal(cents) / 100,
        promised=DAY + days(promised) if promised else None,
    ),
    st.integers(), st.integers(0, 5), st.integers(-60, 2000), st.integers(-5, 120), st.integers(-10_000, 10**9), st.integers(0, 30),
)  # fmt: skip


class TestEstimates:
    @given(st.lists(past_items, max_size=25), st.lists(wanted_items, min_size=1, max_size=6))
    @settings(max_examples=25, deadline=None)
    def test_are_in_order_from_the_day_after_on_and_their_chances_sum_to_one(
        self, history: list[Item], wanted: list[Item]
    ) -> None:
        book, asked = books(history, wanted)
        model = learn(book, DAY.toordinal())
        curves = estimate(model, asked).curves
        assert (curves[:, -1] == 1).all()
        assert (curves >= 0).all()
        assert (curves[:, 1:] >= curves[:, :-1]).all()
        for one, item in zip(answer(history, wanted, DAY).estimates, wanted, strict=True):
            assert max(DAY + days(1), item.issued) <= one.p10 <= one.p50 <= one.p90
            assert 0 <= one.late_30 <= one.late <= 1
            assert sum(one.weeks) <= 10_001 + 13
            if item.due <= DAY:
                assert one.late == 1

    @given(st.integers(0, 10**6), st.integers(1, 60))
    @settings(max_examples=10, deadline=None)
    def test_are_the_same_whatever_comes_later(self, seed: int, back: int) -> None:
        """The rows of a later day, as they became known, change nothing of what is said at an earlier one."""
        items, at = trade(40, seed), DAY - days(back)
        then = known(items, at)
        wanted = [one for one in then if one.paid is None][:5]
        if wanted:
            assert answer(known(items), wanted, at) == answer(then, wanted, at)

    def test_are_the_same_for_the_same_rows_in_any_order(self) -> None:
        history = known(trade(200))
        wanted = [one for one in history if one.paid is None]
        first = answer(history, wanted, DAY)
        assert first.gate[-1].name == "blend"  # enough to learn from
        random.Random(9).shuffle(history)
        assert answer(history, wanted, DAY) == first

    def test_tell_payers_apart(self) -> None:
        items = trade(140)
        found = said(items)
        truth = {one.item_id: one for one in items}
        late = {truth[one.item_id].customer: one.late for one in found.estimates if truth[one.item_id].due > DAY}
        assert late["C0"] < Decimal("0.3") < Decimal("0.9") < late["C2"]
        off = [abs((one.p50 - (truth[one.item_id].paid or DAY)).days) for one in found.estimates]
        assert sum(off) / len(off) < 4
        assert {one.basis for one in found.estimates} == {"history"}

    @pytest.mark.parametrize("many", [0, 1, 5, 50])
    def test_need_little_history(self, many: int) -> None:
        wanted = [
            Item("O1", "C0", DAY, DAY + days(30), "EUR", Decimal(100)),
            Item("O2", "new", DAY, DAY + days(30), "USD", Decimal(5)),
        ]
        found = answer(known(trade(many)), wanted, DAY)
        first, second = found.estimates
        assert DAY + days(10) < second.p50 < DAY + days(60)
        assert second.basis == "terms"
        if many == 50:
            assert first.late < second.late  # the one who pays early is told from a stranger
        assert {week.expected.currency for week in found.weeks} == {"EUR", "USD"}
        assert len(found.weeks) == 26

    def test_follow_a_promise_for_a_day_to_come(self) -> None:
        history = known(trade(120, habits=(20,)))
        plain = Item("O1", "C0", DAY - days(20), DAY + days(10), "EUR", Decimal(100))
        promised = replace(plain, promised=DAY + days(3))
        one, other = (answer(history, [item], DAY).estimates[0] for item in (plain, promised))
        assert other.p50 <= DAY + days(6) < one.p50

    def test_go_with_plain_rules_when_these_are_better(self) -> None:
        """Everybody paid six months late, and for half a year on the due date: what was learnt long ago must not win."""
        items = []
        for number in range(225):
            issued = DAY - days(900 - 4 * number)
            late = 150 if issued < DAY - days(420) else 0
            items.append(
                Item(f"I{number}", f"C{number % 9}", issued, issued + days(30), "EUR", Decimal(100), issued + days(30 + late))
            )
        found = said(items)
        off = [
            abs((one.p50 - max(item.paid or DAY, DAY + days(1))).days)
            for one in found.estimates
            for item in items
            if item.item_id == one.item_id
        ]
        assert sum(off) / len(off) < 3


class TestWeeks:
    def test_sum_up_the_items_and_hold_past_weeks_against_what_came(self) -> None:
        items = trade(500)
        found = said(items)
        amounts = {one.item_id: one.amount for one in items}
        for place, week in enumerate(found.weeks):
            parts = sum(amounts[one.item_id] * one.weeks[place] / 10_000 for one in found.estimates)
            assert abs(parts - week.expected.amount) < 1
            assert week.low <= week.expected <= week.high
        nearest = [one for one in found.past if one.ahead == 0]
        assert len(nearest) >= 8
        missed = sum(abs(one.came - one.expected) for one in nearest)
        on_due = sum(abs(one.came - one.on_due) for one in nearest)
        assert missed < on_due / 2

    def test_count_credits_against_it_and_give_zero_weeks_too(self) -> None:
        wanted = [
            Item("O1", "C0", DAY, DAY + days(10), "EUR", Decimal(100)),
            Item("O2", "C0", DAY, DAY + days(10), "EUR", Decimal(-100)),
        ]
        found = answer(known(trade(60)), wanted, DAY)
        assert [week.expected.amount for week in found.weeks] == [0] * 13
        assert found.weeks[0].start == DAY + days(1)
