"""What is owed, in a real database: cleared, undone, looked at on another day, marked."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from duecourse.core import events, ids
from duecourse.core.call import within
from duecourse.core.models import Invariant
from duecourse.core.money import Money
from duecourse.ledger import actions as ledger
from duecourse.ledger import queries as ledger_facts
from duecourse.receivables import actions as receivables
from duecourse.receivables import queries as items
from duecourse.receivables.models import Mark, OpenItem
from duecourse.receivables.rules import NewMark
from tests.books import DAY, refused
from tests.receivables.till import assert_ties, balance, clear, clearing, item, rests, settle
from tests.world import World, build


@pytest.fixture
def world(db: None) -> World:
    return build()


class TestClearing:
    def test_closes_an_item_on_its_latest_value_date_whatever_the_order(self, world: World) -> None:
        first = dt.date(2026, 11, 2)
        owed, paid = item(world, "good", "100.00", issued=first), item(world, "good", "-100.00", issued=first)
        settle(world, owed, paid, "40.00", dt.date(2026, 11, 16))
        settle(world, owed, paid, "60.00", dt.date(2026, 11, 12))
        with within(world.call):
            row = items.item_for_caller(world.call, ids.outer("itm", owed))
        assert (row.open, row.closed_date) == (Money.zero("EUR"), dt.date(2026, 11, 16))
        assert_ties(world)

    def test_of_a_customers_own_items_posts_nothing_and_tells_the_journal(self, world: World) -> None:
        owed, paid = item(world, "good", "100.00"), item(world, "good", "-100.00")
        done = settle(world, owed, paid, "100.00")
        assert done.entry_id is None
        with within(world.call):
            (event, *_) = events.about(world.call, [ids.outer("clr", done.clearing_id)])
        assert event.name == "receivables.items-cleared"
        assert [one["amount"] for one in event.facts["allocations"]] == ["100.00", "-100.00"]

    def test_pays_for_another_account(self, world: World) -> None:
        owed, paid = item(world, "child", "100.00"), item(world, "parent", "-100.00")
        settle(world, owed, paid, "100.00")
        with within(world.call):
            sums = items.open_by_account(world.call, [world.accounts["child"], world.accounts["parent"]], DAY)
        assert sums == {}
        assert balance(world, "receivables") == 0
        assert_ties(world)

    def test_stops_with_posting_even_where_it_posts_nothing(self, world: World) -> None:
        owed, paid = item(world, "good", "100.00"), item(world, "good", "-100.00")
        with within(world.call):
            Invariant.objects.create(company_id=world.call.company.id, name="items-rest", holds=False, checked_at=world.call.at)
        refused("ledger.halted", settle, world, owed, paid, "100.00")

    def test_into_a_closed_period_is_refused_whole(self, world: World) -> None:
        owed, paid = item(world, "good", "100.00"), item(world, "good", "-100.00")
        with within(world.call):
            period = next(one.id for one in ledger_facts.periods(world.call) if one.start_date <= DAY < one.end_date)
        ledger.close_period(world.call, ids.outer("prd", period))
        refused("ledger.period-closed", settle, world, owed, paid, "100.00")
        assert rests(world, [owed, paid]) == [100, -100]

    def test_of_foreign_items_finds_nothing(self, world: World) -> None:
        owed, paid = item(world, "good", "100.00"), item(world, "good", "-100.00")
        other = build("OT")
        refused("not-found", settle, other, owed, paid, "100.00")
        refused("not-found", settle, other, item(other, "good", "100.00"), paid, "100.00")
        done = settle(world, owed, paid, "100.00")
        refused("not-found", receivables.undo_clearings, other.call, [done.clearing_id], "x", DAY)
        with within(other.call):
            refused("not-found", items.item_for_caller, other.call, ids.outer("itm", owed))
            assert items.history(other.call, [owed]) == []

    def test_a_batch_with_one_bad_request_does_nothing(self, world: World) -> None:
        owed, paid = item(world, "good", "100.00"), item(world, "good", "-300.00")
        good = clearing(world, (owed, "payment", "60.00"), (paid, "payment", "-60.00"))
        refused("receivables.open-amount-changed", receivables.clear, world.call, [good, good])
        assert rests(world, [owed, paid]) == [100, -300]


class TestUndoing:
    def test_opens_the_items_and_reverses_the_entry_on_its_own_day(self, world: World) -> None:
        owed, paid = item(world, "dollar", "110.00", "100.00", "USD"), item(world, "dollar", "-110.00", "-104.00", "USD")
        done = settle(world, owed, paid, "110.00", currency="USD")
        assert done.realised_difference == Money(Decimal("4.00"), "EUR")
        assert balance(world, "exchange-gain") == Decimal("-4.00")
        receivables.undo_clearings(world.call, [done.clearing_id], "returned", dt.date(2026, 12, 2))
        assert balance(world, "exchange-gain") == 0
        days = (DAY, dt.date(2026, 12, 1), dt.date(2026, 12, 2))
        assert [rests(world, [owed, paid], day) for day in days] == [[0, 0], [0, 0], [110, -110]]
        assert_ties(world)

    def test_happens_once_and_an_undoing_is_not_undone(self, world: World) -> None:
        owed, paid = item(world, "good", "100.00"), item(world, "good", "-100.00")
        done = settle(world, owed, paid, "100.00")
        (undoing,) = receivables.undo_clearings(world.call, [done.clearing_id], "wrong", DAY)
        refused("receivables.already-undone", receivables.undo_clearings, world.call, [done.clearing_id], "again", DAY)
        refused("receivables.is-an-undoing", receivables.undo_clearings, world.call, [undoing], "back", DAY)
        assert rests(world, [owed, paid]) == [100, -100]

    def test_and_clearing_again_and_again_keeps_the_books(self, world: World) -> None:
        chance = random.Random(22)
        owed, paid = item(world, "dollar", "100.00", "90.91", "USD"), item(world, "dollar", "-100.00", "-89.77", "USD")
        done: list[int] = []
        for step in range(40):
            left = int(rests(world, [owed])[0] * 100)
            if left and chance.random() < 0.6:
                part = str(Decimal(chance.randrange(1, left + 1)) / 100)
                done.append(settle(world, owed, paid, part, currency="USD").clearing_id)
            elif done:
                receivables.undo_clearings(world.call, [done.pop(chance.randrange(len(done)))], f"step {step}", DAY)
        assert_ties(world)
        if done:
            receivables.undo_clearings(world.call, done, "all", DAY)
        assert rests(world, [owed, paid]) == [100, -100]
        assert balance(world, "exchange-gain") + balance(world, "exchange-loss") == 0
        assert balance(world, "receivables") == Decimal("90.91") - Decimal("89.77")
        assert_ties(world)


class TestForeignCurrency:
    def test_invoices_paid_in_parts_at_any_rate_leave_nothing_unexplained(self, world: World) -> None:
        """T25: the document currency reaches exactly zero; what the company's currency moved is gain and loss, to the cent."""
        chance = random.Random(25)
        booked = paid = Decimal(0)
        for _ in range(20):
            whole = chance.randrange(100, 1_000_000)
            company = Decimal(chance.randrange(whole // 2, whole * 2)) / 100
            owed = item(world, "dollar", str(Decimal(whole) / 100), str(company), "USD")
            booked += company
            requests = []
            while whole:
                part = min(whole, chance.randrange(1, whole + 1))
                whole -= part
                money, own = str(Decimal(part) / 100), Decimal(chance.randrange(max(part // 2, 1), part * 2 + 1)) / 100
                payment = item(world, "dollar", f"-{money}", f"-{own}", "USD")
                paid += own
                requests.append(clearing(world, (owed, "payment", money), (payment, "payment", f"-{money}"), currency="USD"))
            receivables.clear(world.call, requests)
        with within(world.call):
            assert not OpenItem.objects.exclude(open_amount=0, open_company_amount=0).exists()
        assert balance(world, "receivables") == 0
        assert balance(world, "exchange-gain") + balance(world, "exchange-loss") == booked - paid
        assert_ties(world)

    def test_paid_at_the_rate_of_booking_in_one_sum_makes_no_difference(self, world: World) -> None:
        for minor in (1, 7, 333, 100_001):
            money = str(Decimal(minor) / 100)
            own = str((Decimal(minor) / 100 * Decimal("0.9091")).quantize(Decimal("0.01")))
            owed, payment = item(world, "dollar", money, own, "USD"), item(world, "dollar", f"-{money}", f"-{own}", "USD")
            assert settle(world, owed, payment, money, currency="USD").entry_id is None


class TestAsOf:
    """Value date 10 November, recorded on the 17th, corrected later: each question has its own answer, for ever."""

    def test_the_day_asked_for_decides(self, world: World) -> None:
        owed = item(world, "good", "100.00", issued=dt.date(2026, 10, 1))
        paid = item(world, "good", "-100.00", issued=dt.date(2026, 11, 10))
        settle(world, owed, paid, "30.00", dt.date(2026, 11, 10))
        settle(world, owed, paid, "70.00", dt.date(2026, 11, 15))
        days = [dt.date(2026, 9, 30), dt.date(2026, 10, 1), dt.date(2026, 11, 9), dt.date(2026, 11, 10), dt.date(2026, 11, 15)]
        assert [rests(world, [owed], day) for day in days] == [[0], [100], [100], [70], [0]]
        assert [rests(world, [paid], day) for day in days] == [[0], [0], [0], [-70], [0]]

    def test_the_instant_it_was_known_decides(self, fresh_database: object) -> None:
        world = build()
        owed, paid = item(world, "good", "100.00"), item(world, "good", "-100.00")
        before = database_now()
        done = settle(world, owed, paid, "100.00", DAY)
        cleared = database_now()
        receivables.undo_clearings(world.call, [done.clearing_id], "wrong invoice", DAY)
        undone = database_now()
        assert [rests(world, [owed], DAY, known) for known in (before, cleared, undone, None)] == [[100], [0], [100], [100]]
        with within(world.call):
            ages = [sum(row.items for row in items.ageing(world.call, DAY, known)) for known in (before, cleared, undone)]
            assert ages == [2, 0, 2]
            assert [row.total.amount for row in items.ageing(world.call, DAY, before)] == [0]
            assert items.ageing(world.call, DAY, world.call.at - dt.timedelta(days=4000)) == []


def database_now() -> dt.datetime:
    with connection.cursor() as cursor:
        cursor.execute("select clock_timestamp()")
        return cursor.fetchone()[0]  # type: ignore[no-any-return]


class TestMarks:
    def mark(self, world: World, key: int, day: dt.date, until: dt.date | None = None) -> int:
        return receivables.set_marks(world.call, [NewMark(item_id=key, kind="disputed", from_date=day, until_date=until)])[0]

    def in_force(self, world: World, key: int, *days: dt.date) -> list[int]:
        with within(world.call):
            return [len(items.marks(world.call, [key], day)) for day in days]

    def test_are_in_force_from_their_day_to_before_their_end(self, world: World) -> None:
        key = item(world, "good", "100.00")
        self.mark(world, key, DAY, DAY + dt.timedelta(days=2))
        assert self.in_force(world, key, *(DAY + dt.timedelta(days=after) for after in (-1, 0, 1, 2))) == [0, 1, 1, 0]

    def test_that_were_ended_were_in_force_before(self, world: World) -> None:
        key = item(world, "good", "100.00")
        mark = self.mark(world, key, DAY)
        later = world.later(days=3)
        receivables.end_marks(later.call, [mark], "settled")
        assert self.in_force(world, key, *(DAY + dt.timedelta(days=after) for after in (0, 2, 3, 9))) == [1, 1, 0, 0]
        refused("receivables.mark-ended", receivables.end_marks, later.call, [mark], "again")

    def test_of_foreign_items_find_nothing(self, world: World) -> None:
        key, other = item(world, "good", "100.00"), build("OT")
        refused("not-found", self.mark, other, key, DAY)
        refused("not-found", receivables.end_marks, other.call, [self.mark(world, key, DAY)], "x")

    def test_are_never_edited(self, world: World) -> None:
        key = item(world, "good", "100.00")
        self.mark(world, key, DAY)
        with within(world.call), pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            Mark.objects.all().update(kind="promised")


class TestTheTable:
    """Constraints, the second net: what no action does, the database refuses."""

    @pytest.mark.parametrize(
        ("amount", "changes"),
        [
            ("100.00", {"open_amount": "100.01"}),
            ("100.00", {"open_amount": "-0.01"}),
            ("100.00", {"open_amount": "0"}),  # without the day it was closed
            ("100.00", {"closed_date": DAY}),  # with something open
            ("-100.00", {"open_amount": "0.01"}),
            ("-100.00", {"open_amount": "-100.01"}),
        ],
    )
    def test_keeps_what_is_open_between_zero_and_the_amount(self, world: World, amount: str, changes: dict[str, object]) -> None:
        key = item(world, "good", amount)
        with within(world.call), pytest.raises(IntegrityError), transaction.atomic():
            OpenItem.objects.filter(id=key).update(**changes)

    @pytest.mark.parametrize("column", ["amount", "company_amount", "currency", "due_date", "customer_account_id", "number"])
    def test_lets_nothing_else_change(self, world: World, column: str) -> None:
        key = item(world, "good", "100.00")
        with within(world.call), pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            OpenItem.objects.filter(id=key).update(**{column: OpenItem.objects.values_list(column, flat=True).get(id=key)})

    def test_takes_a_document_once(self, world: World) -> None:
        key = item(world, "good", "100.00")
        with within(world.call), pytest.raises(IntegrityError), transaction.atomic():
            left_out = ("id", "recorded_at", "transaction_id")
            OpenItem.objects.create(
                **{name: value for name, value in OpenItem.objects.values().get(id=key).items() if name not in left_out}
            )


def test_clear_needs_permission(world: World) -> None:
    refused("access.not-permitted", receivables.clear, world.calls["order-desk"], [])
    assert clear(world, (item(world, "good", "5.00"), "write-off", "5.00")).entry_id
