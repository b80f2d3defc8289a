"""Ageing, case by case as a controller would check it, its laws, and a real ledger against an independent sum."""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.receivables.rules import BUCKETS, AgedAllocation, AgedItem, age_items, bucket, last_moment

ON = dt.date(2026, 11, 17)

# due date, seen on 17 November 2026
AGES = """
2026-11-18 | not_due
2026-11-17 | not_due
2026-11-16 | 1_30
2026-10-18 | 1_30
2026-10-17 | 31_60
2026-09-18 | 31_60
2026-09-17 | 61_90
2026-08-19 | 61_90
2026-08-18 | over_90
2020-01-01 | over_90
"""


def item(amount: str, due: str | None, **more: object) -> AgedItem:
    facts: dict[str, object] = {
        "item_id": "1",
        "customer_id": "C1",
        "issue_date": dt.date(2026, 8, 1),
        "due_date": dt.date.fromisoformat(due) if due else None,
        "open": Money(Decimal(amount), "EUR"),
    }
    return AgedItem(**(facts | more))  # type: ignore[arg-type]


def allocation(amount: str, value_date: str, recorded_at: str) -> AgedAllocation:
    return AgedAllocation(
        item_id="1",
        amount=Money(Decimal(amount), "EUR"),
        value_date=dt.date.fromisoformat(value_date),
        recorded_at=dt.datetime.fromisoformat(recorded_at),
    )


def shown(rows: list) -> list[tuple[str, ...]]:  # type: ignore[type-arg]
    return [(row.customer_id, row.currency, *(str(part.amount) for part in row.buckets), str(row.total.amount)) for row in rows]


class TestBucket:
    @pytest.mark.parametrize("case", AGES.strip().splitlines())
    def test_of_a_due_date(self, case: str) -> None:
        due, expected = (cell.strip() for cell in case.split("|"))
        assert bucket(dt.date.fromisoformat(due), ON) == expected

    @given(st.dates(), st.dates())
    def test_is_always_one_of_the_five(self, due: dt.date, on: dt.date) -> None:
        assert bucket(due, on) in BUCKETS
        assert (bucket(due, on) == "not_due") == (due >= on)


class TestAgeItems:
    def test_a_row_for_each_customer_and_currency(self) -> None:
        items = [
            item("100.00", "2026-11-17"),
            item("50.00", "2026-11-01", item_id="2"),
            item("7", "2026-08-01", item_id="3", open=Money(Decimal(7), "JPY")),
            item("30.00", "2026-09-20", item_id="4", customer_id="A9"),
        ]
        assert shown(age_items(items, [], ON)) == [
            ("A9", "EUR", "0.00", "0.00", "30.00", "0.00", "0.00", "30.00"),
            ("C1", "EUR", "100.00", "50.00", "0.00", "0.00", "0.00", "150.00"),
            ("C1", "JPY", "0", "0", "0", "0", "7", "7"),
        ]

    def test_a_credit_ages_by_its_due_date_or_else_by_its_issue_date(self) -> None:
        items = [item("-10.00", "2026-11-10"), item("-20.00", None, item_id="2", issue_date=dt.date(2026, 9, 1))]
        assert shown(age_items(items, [], ON)) == [("C1", "EUR", "0.00", "-10.00", "0.00", "-20.00", "0.00", "-30.00")]

    def test_what_was_issued_later_is_left_out_and_so_is_its_customer(self) -> None:
        later = item("10.00", "2026-12-10", item_id="2", customer_id="C2", issue_date=dt.date(2026, 11, 18))
        assert [row.customer_id for row in age_items([item("1.00", "2026-11-17"), later], [], ON)] == ["C1"]

    @pytest.mark.parametrize(
        ("value_date", "recorded_at", "known_at", "left"),
        [
            ("2026-11-17", "2026-11-17T10:00:00+00:00", None, "60.00"),
            ("2026-11-18", "2026-11-17T10:00:00+00:00", None, "100.00"),  # not yet on that day
            ("2026-11-10", "2026-12-24T10:00:00+00:00", None, "60.00"),  # known late, but known now
            ("2026-11-10", "2026-12-24T10:00:00+00:00", last_moment(ON), "100.00"),  # not yet known then
            ("2026-11-10", "2026-11-17T23:59:59+00:00", last_moment(ON), "60.00"),
            ("2026-11-10", "2026-11-18T00:00:00+00:00", last_moment(ON), "100.00"),
            ("2026-11-10", "2026-11-18T00:30:00+01:00", last_moment(ON), "60.00"),  # still the 17th in UTC
        ],
    )
    def test_an_allocation_counts_by_value_date_and_by_when_it_was_known(
        self, value_date: str, recorded_at: str, known_at: dt.datetime | None, left: str
    ) -> None:
        rows = age_items([item("100.00", "2026-11-01")], [allocation("40.00", value_date, recorded_at)], ON, known_at)
        assert shown(rows) == [("C1", "EUR", "0.00", left, "0.00", "0.00", "0.00", left)]

    def test_a_reversal_gives_back_from_its_own_dates_on(self) -> None:
        taken = [
            allocation("100.00", "2026-11-02", "2026-11-02T08:00:00+00:00"),
            allocation("-100.00", "2026-11-12", "2026-11-13T08:00:00+00:00"),
        ]
        totals = [
            age_items([item("100.00", "2026-11-01")], taken, dt.date(2026, 11, day))[0].total.amount for day in (1, 2, 11, 12)
        ]
        assert totals == [100, 0, 0, 100]

    def test_what_is_settled_keeps_its_customer_with_zeros(self) -> None:
        rows = age_items([item("100.00", "2026-11-01")], [allocation("100.00", "2026-11-02", "2026-11-02T08:00:00+00:00")], ON)
        assert shown(rows) == [("C1", "EUR", "0.00", "0.00", "0.00", "0.00", "0.00", "0.00")]

    def test_refusals(self) -> None:
        with pytest.raises(Refused, match=r"receivables\.no-due-date"):
            age_items([item("1.00", None)], [], ON)
        with pytest.raises(Refused, match=r"receivables\.zone-missing"):
            age_items([], [], ON, dt.datetime(2026, 11, 17))
        with pytest.raises(Refused, match=r"receivables\.zone-missing"):
            age_items([], [allocation("1.00", "2026-11-02", "2026-11-02T08:00:00")], ON)
        with pytest.raises(Refused, match=r"money\.currencies-differ"):
            age_items(
                [item("1", "2026-11-01", open=Money(Decimal(1), "JPY"))],
                [allocation("1.00", "2026-11-02", "2026-11-02T08:00:00Z")],
                ON,
            )


DAYS = st.dates(dt.date(2026, 6, 1), dt.date(2026, 12, 31))
CENTS = st.integers(-10_000, 10_000).map(lambda cents: Decimal(cents) / 100)


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[list[AgedItem], list[AgedAllocation]]:
    items = [
        item(
            str(draw(CENTS)),
            None,
            item_id=str(number),
            customer_id=draw(st.sampled_from("AB")),
            due_date=draw(DAYS),
            issue_date=draw(DAYS),
        )
        for number in range(draw(st.integers(0, 6)))
    ]
    made = []
    for one in items:
        for _ in range(draw(st.integers(0, 3))):
            recorded = dt.datetime.combine(draw(DAYS), dt.time(12), dt.UTC)
            made.append(
                AgedAllocation(item_id=one.item_id, amount=Money(draw(CENTS), "EUR"), value_date=draw(DAYS), recorded_at=recorded)
            )
    return items, made


class TestLaws:
    @given(ledgers(), DAYS, DAYS, st.randoms(use_true_random=False))
    def test_buckets_add_up_to_what_is_open_whatever_the_order(
        self, ledger: tuple[list[AgedItem], list[AgedAllocation]], on: dt.date, known: dt.date, luck: random.Random
    ) -> None:
        items, allocations = ledger
        rows = age_items(items, allocations, on, last_moment(known))
        inside = {one.item_id for one in items if one.issue_date <= on}
        expected = sum((one.open.amount for one in items if one.item_id in inside), Decimal(0))
        expected -= sum(
            (
                one.amount.amount
                for one in allocations
                if one.item_id in inside and one.value_date <= on and one.recorded_at.date() <= known
            ),
            Decimal(0),
        )
        assert sum((row.total.amount for row in rows), Decimal(0)) == expected
        assert all(row.total == Money.total(row.buckets, row.currency) for row in rows)
        assert (
            age_items(luck.sample(items, len(items)), luck.sample(allocations, len(allocations)), on, last_moment(known)) == rows
        )


class TestRealLedger:
    @pytest.mark.parametrize("on", [dt.date(2020, 3, 31), dt.date(2020, 4, 15), dt.date(2020, 6, 1)])
    def test_an_extract_ages_as_an_independent_sum_says(self, shared: Path, on: dt.date) -> None:
        """Open items of an ERP extract; the other side is integer cents and day numbers, and shares no code."""
        with (shared / "data/receivables/open_items/open_items.csv").open(encoding="utf-8", newline="") as file:
            records = [row for row in csv.DictReader(file) if len(row["invoice_currency"]) == 3 and len(row["due_in_date"]) == 10]
        assert len(records) > 5000
        items, sums = [], defaultdict[tuple[str, str], list[int]](lambda: [0, 0, 0, 0, 0])
        for place, row in enumerate(records):
            customer, currency = row["cust_number"], row["invoice_currency"]
            posted, due = dt.date.fromisoformat(row["posting_date"]), dt.date.fromisoformat(row["due_in_date"])
            amount = Decimal(row["total_open_amount"])
            items.append(
                AgedItem(item_id=place, customer_id=customer, issue_date=posted, due_date=due, open=Money(amount, currency))
            )
            if posted.toordinal() <= on.toordinal():
                late = on.toordinal() - due.toordinal()
                sums[customer, currency][0 if late < 1 else min(4, (late - 1) // 30 + 1)] += round(amount * 100)
        rows = age_items(items, [], on)
        assert {(row.customer_id, row.currency): [part.minor for part in row.buckets] for row in rows} == dict(sums)
        assert rows
