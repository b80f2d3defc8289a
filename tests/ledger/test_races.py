"""Many at the books at once: periods that close, numbers that must not skip, a year's first document."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import random
from dataclasses import replace
from decimal import Decimal
from functools import partial
from threading import Barrier

import pytest
from django.db import IntegrityError

from duecourse.core import ids, sequences
from duecourse.core.call import within
from duecourse.core.errors import Refused
from duecourse.invoicing import actions as invoicing
from duecourse.invoicing.models import Invoice
from duecourse.invoicing.rules import NewInvoice, NewLine, Terms
from duecourse.ledger import actions as ledger
from duecourse.ledger import queries
from duecourse.ledger.models import JournalEntry
from tests import databases
from tests.books import entry, post, refused
from tests.faults.processes import Process
from tests.world import World, build

ROUNDS = 100
NOVEMBER = dt.date(2026, 11, 17)


@pytest.fixture
def world(db: None) -> World:
    return build()


def period_of(world: World, day: dt.date) -> str:
    with within(world.call):
        return next(ids.outer("prd", one.id) for one in queries.periods(world.call) if one.start_date <= day < one.end_date)


class TestPeriods:
    def test_a_closed_one_takes_no_entry_and_a_reopened_one_does(self, world: World) -> None:
        november = period_of(world, NOVEMBER)
        ledger.close_period(world.calls["controller"], november)
        refused("ledger.period-closed", post, world.call)
        refused("ledger.period-unchanged", ledger.close_period, world.call, november)
        assert post(world.call, day=dt.date(2026, 12, 1)).number == "JE-26-00001"
        refused("access.not-permitted", ledger.reopen_period, world.calls["controller"], november, "An invoice is missing")
        refused("ledger.reason-missing", ledger.reopen_period, world.calls["cfo"], november, " ")
        ledger.reopen_period(world.calls["cfo"], november, "An invoice is missing")
        assert post(world.call, day=dt.date(2026, 11, 30)).number == "JE-26-00002"

    def test_are_made_once_for_each_month(self, world: World) -> None:
        assert ledger.open_periods(world.call, dt.date(2026, 5, 5), dt.date(2028, 2, 29)) == 2

    def test_of_another_company_are_not_found(self, world: World) -> None:
        refused("not-found", ledger.close_period, build("OT").call, period_of(world, NOVEMBER))

    def test_the_first_open_day_after_a_closed_one_is_found(self, world: World) -> None:
        ledger.close_period(world.call, period_of(world, NOVEMBER))
        december = dt.date(2026, 12, 1)
        with within(world.call):
            assert queries.first_open_days(world.call, [NOVEMBER, december]) == {NOVEMBER: december, december: december}
            assert queries.first_open_days(world.call, [NOVEMBER], dt.date(2026, 10, 5)) == {NOVEMBER: dt.date(2026, 10, 5)}

    def test_closing_and_posting_at_once_never_leaves_an_entry_behind(self, fresh_database: databases.Fresh) -> None:
        """Whatever is in the period when its closing is known stays all that is in it."""
        world = build()
        november = period_of(world, NOVEMBER)

        gate = Barrier(3)

        def entries() -> int:
            with within(world.call):
                return JournalEntry.objects.count()

        def closer() -> list[tuple[int, int]]:
            seen = []
            for _ in range(ROUNDS):
                gate.wait(30)
                ledger.close_period(world.call, november)
                at_closing = entries()
                gate.wait(30)
                seen.append((at_closing, entries()))
                ledger.reopen_period(world.call, november, "Next round")
            return seen

        def poster() -> list[bool]:
            posted = []
            for _ in range(ROUNDS):
                gate.wait(30)
                before = len(posted)
                with contextlib.suppress(Refused):
                    post(world.call)
                    posted.append(True)
                posted += [False] * (before + 1 - len(posted))
                gate.wait(30)
            return posted

        seen, *posted = databases.together([closer, poster, poster])
        assert isinstance(seen, list), seen
        assert [before for before, _ in seen] == [after for _, after in seen]
        assert seen[-1][1] == sum(sum(one) for one in posted)  # type: ignore[arg-type]
        assert 0 < seen[-1][1] < 2 * ROUNDS, "the race was never close"


class TestNumbers:
    def test_run_without_gaps_through_sixteen_writers_and_rollbacks(self, fresh_database: databases.Fresh) -> None:
        world = build()
        chance = random.Random(4)

        def writer(fates: list[bool]) -> list[str]:
            numbers = []
            for fails in fates:
                if not fails:
                    numbers += [one.number for one in ledger.post_entries(world.call, [entry(), entry()])]
                    continue
                with pytest.raises(IntegrityError):  # the database refuses it after its number was taken
                    ledger.post_entries(world.call, [to_no_account])
            return numbers

        good = entry("1.00")
        nowhere = replace(good.lines[0], account_id=10**12)
        to_no_account = replace(good, lines=[nowhere, good.lines[1]])
        fates = [[chance.random() < 0.1 for _ in range(12)] for _ in range(16)]
        results = databases.together([partial(writer, one) for one in fates])
        found = [number for numbers in results for number in numbers]  # type: ignore[union-attr]
        assert sorted(sequences.places(found)) == list(range(1, len(found) + 1))
        with within(world.call):
            assert queries.number_gaps(world.call) == (len(found), [])
            assert queries.unbalanced_entries(world.call) == (len(found), [])

    def test_an_entrys_number_and_date_rise_together_where_the_law_asks(self, world: World) -> None:
        with within(world.call):
            assert sequences.take(world.call, "invoice", NOVEMBER, 2, True) == ["INV-26-00001", "INV-26-00002"]
            assert sequences.take(world.call, "invoice", NOVEMBER, 1, True) == ["INV-26-00003"]
            with pytest.raises(Refused) as refusal:
                sequences.take(world.call, "invoice", NOVEMBER - dt.timedelta(days=1), 1, True)
        assert refusal.value.code == "core.date-before-last-number"

    def test_the_first_invoice_of_a_year_by_two_processes_at_once(self, fresh_database: databases.Fresh) -> None:
        world = build()
        day = dt.date(2027, 1, 1)
        lines = [NewLine("Elbow fitting", Decimal(3), "pc", Decimal(100), "S", Decimal(19))]
        gate = os.pipe()

        def first(account: int) -> None:
            os.close(gate[1])
            os.read(gate[0], 1)  # ends when the parent closes its side: for both at once
            invoicing.post_invoices(world.call, [NewInvoice(account, "EUR", day, day, Terms(30), lines)])

        children = [Process(partial(first, world.accounts[name])) for name in ("good", "late")]
        os.close(gate[1])
        assert [child.wait() for child in children] == [0, 0]
        os.close(gate[0])
        with within(world.call):
            numbers = sorted(Invoice.objects.values_list("number", flat=True))
            assert sum(Invoice.objects.values_list("gross", flat=True)) == Decimal("357.00") * 2
        assert numbers == ["INV-27-00001", "INV-27-00002"]
