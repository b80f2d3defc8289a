"""Bank files into the books, on a real database."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest

from duecourse.bank import actions as bank
from duecourse.bank import queries as facts
from duecourse.bank.formats.statement import FileRefused
from duecourse.bank.rules import ImportResult
from duecourse.cash import actions as cash
from duecourse.core import ids
from duecourse.core.call import within
from duecourse.documents import queries as document_facts
from duecourse.ledger import actions as ledger
from duecourse.ledger import queries as ledger_facts
from tests import databases
from tests.bankfiles import Pay, camt
from tests.cash.play import assert_ties, balance, refused
from tests.world import World, build


@pytest.fixture
def world(db: None) -> World:
    return build()


def load(world: World, *lines: Pay, opening: str = "0.00", number: str = "1", **more: object) -> ImportResult:
    data = camt(world.bank_numbers["EUR"], lines, opening, number, **more)  # type: ignore[arg-type]
    return bank.import_file(world.call, f"{number}.xml", data)


def codes(result: ImportResult) -> list[str]:
    return [warning.code for warning in result.warnings]


class TestImporting:
    def test_posts_each_line_and_the_opening_balance(self, world: World) -> None:
        result = load(world, Pay("100.00", "A", "a"), Pay("-30.00", "B", "b"), opening="1000.00")
        assert (result.lines_read, result.lines_new, result.lines_known) == (2, 2, 0)
        assert codes(result) == ["bank.opened-with"]
        assert balance(world.call, "bank") == 1070
        assert balance(world.call, "opening") == -1000
        assert balance(world.call, "cash-clearing") == -100
        assert balance(world.call, "payments-clearing") == 30
        with within(world.call):
            lines = facts.lines(world.call, file_id=result.file_id)
            (statement,) = facts.statements(world.call, file_id=result.file_id).rows
            posted = ledger_facts.entries(world.call, [line.entry_id or 0 for line in lines])
            assert ledger_facts.bank_balances(world.call)[world.bank["EUR"]] == statement.closing
        assert sorted(entry.source for entry in posted) == sorted(line.outer_id for line in lines)
        assert statement.follows is None
        assert_ties(world.call)

    def test_keeps_the_bytes(self, world: World) -> None:
        result = load(world, Pay("1.00", "A"))
        with within(world.call):
            file = facts.file_for_caller(world.call, result.outer_id)
        assert document_facts.read_bytes(file.digest).startswith(b"<?xml")
        assert file.size > 500

    def test_equal_bytes_under_another_name_are_known(self, world: World) -> None:
        data = camt(world.bank_numbers["EUR"], [Pay("1.00", "A")])
        first = bank.import_file(world.call, "a.xml", data)
        again = bank.import_file(world.call, "b.xml", data)
        assert again.already_imported
        assert again.file_id == first.file_id
        assert again.name == "a.xml"

    def test_same_statement_written_differently_adds_nothing(self, world: World) -> None:
        load(world, Pay("1.00", "A", "x"), Pay("1.00", "A", "x"))
        again = load(world, Pay("1.00", "A", "x"), Pay("1.00", "A", "x"), number="2")
        assert (again.lines_new, again.lines_known) == (0, 2)
        assert balance(world.call, "bank") == 2

    def test_of_equal_lines_the_highest_count_is_the_truth(self, world: World) -> None:
        coffee = Pay("-3.20", "Kiosk", "coffee")
        assert load(world, coffee, coffee).lines_new == 2
        assert load(world, coffee, number="2").lines_new == 0
        assert load(world, coffee, coffee, coffee, number="3").lines_new == 1

    def test_other_text_on_the_same_day_is_another_line(self, world: World) -> None:
        load(world, Pay("5.00", "A", "one"))
        assert load(world, Pay("5.00", "A", "one"), Pay("5.00", "A", "two"), number="2").lines_new == 1

    def test_pending_lines_wait(self, world: World) -> None:
        result = load(world, Pay("5.00", "A", "one"), Pay("7.00", "A", "two", status="PDNG"))
        assert (result.lines_new, result.lines_unbooked) == (1, 1)
        assert "bank.lines-pending" in codes(result)

    def test_notices_are_kept_but_not_booked(self, world: World) -> None:
        result = load(world, Pay("5.00", "A", "one"), message="camt.054.001.08")
        assert result.lines_new == 0
        assert codes(result) == ["bank.notice-not-booked"]
        assert balance(world.call, "bank") == 0

    def test_batch_becomes_its_payments(self, world: World) -> None:
        parts = (("10.00", "A", "INV-1"), ("20.00", "B", "INV-2"))
        batch = Pay("30.00", reference="BATCH77", parts=parts)
        result = load(world, batch)
        with within(world.call):
            lines = facts.lines(world.call, file_id=result.file_id)
        assert [line.counterparty_name for line in lines] == ["A", "B"]
        assert load(world, Pay("30.00", "", "collective credit", reference="BATCH77"), number="2").lines_new == 0

    def test_batch_that_does_not_add_up_stays_one_payment(self, world: World) -> None:
        batch = Pay("31.00", parts=(("10.00", "A", "INV-1"), ("20.00", "B", "INV-2")))
        result = load(world, batch)
        with within(world.call):
            (line,) = facts.lines(world.call, file_id=result.file_id)
        assert line.money.amount == 31
        assert "INV-1" in line.remittance
        assert "INV-2" in line.remittance
        assert "bank.batch-not-split" in codes(result)

    def test_says_when_a_statement_is_missing(self, world: World) -> None:
        day = dt.date(2026, 11, 16)
        load(world, Pay("5.00", "A"), opening="0.00", day=day)
        follows = load(world, Pay("5.00", "A", "b", day=day), opening="5.00", number="2", day=day + dt.timedelta(days=1))
        gap = load(world, Pay("5.00", "A", "c", day=day), opening="90.00", number="3", day=day + dt.timedelta(days=2))
        assert [follows.statements[0].follows, gap.statements[0].follows] == [True, False]
        assert codes(follows) == []
        assert codes(gap) == ["bank.statement-missing"]

    def test_dollars_go_by_the_rate_of_the_day(self, world: World) -> None:
        data = camt(world.bank_numbers["USD"], [Pay("110.00", "F")], "0.00", currency="USD")
        bank.import_file(world.call, "usd.xml", data)
        assert balance(world.call, "cash-clearing") == -100

    def test_mt940_finds_its_account_by_bank_code_and_number(self, world: World) -> None:
        data = (
            b":20:STARTUMS\r\n:25:23050101/0160123456\r\n:28C:220/1\r\n:60F:C261115EUR100,00\r\n"
            b":61:2611161116C50,00NTRFNONREF\r\n:86:166?00GUTSCHRIFT?20INV-1?32ALBRECHT\r\n:62F:C261116EUR150,00\r\n-\r\n"
        )
        assert bank.import_file(world.call, "a.sta", data).lines_new == 1
        assert balance(world.call, "bank") == 150


class TestRefusing:
    def test_account_that_is_not_ours(self, world: World) -> None:
        refusal = refused(
            "bank.account-unknown", bank.import_file, world.call, "x.xml", camt("DE89370400440532013000", [Pay("1.00")])
        )
        assert "DE89370400440532013000" in refusal.message
        assert "x.xml" in refusal.message
        assert balance(world.call, "bank") == 0

    def test_wrong_balance_names_the_file_and_takes_nothing(self, world: World) -> None:
        with pytest.raises(FileRefused) as caught:
            load(world, Pay("5.00", "A"), closing="6.00")
        assert caught.value.code == "bank.balance-does-not-tie"
        with within(world.call):
            assert facts.files(world.call).total == 0

    @pytest.mark.parametrize("lock", [ledger.lock_period, ledger.close_period])
    def test_a_locked_month_moves_its_lines_to_the_first_open_day_and_says_so(self, world: World, lock: Any) -> None:
        with within(world.call):
            november = next(row for row in ledger_facts.periods(world.call) if row.start_date == dt.date(2026, 11, 1))
        lock(world.call, ids.outer("prd", november.id))
        result = load(world, Pay("5.00", "A"))
        (said,) = [reason for reason in result.warnings if reason.code == "bank.posted-later"]
        assert (said.params["lines"], said.params["day"]) == (1, dt.date(2026, 12, 1))
        with within(world.call):
            (line,) = facts.lines(world.call, statement_id=result.statements[0].id)
            (entry,) = ledger_facts.entries(world.call, sources=[ids.outer("lin", line.id)])
        assert line.booking_date.month == 11
        assert (entry.posting_date, entry.document_date) == (dt.date(2026, 12, 1), line.value_date)

    def test_without_a_later_open_month_nothing_is_taken(self, world: World) -> None:
        with within(world.call):
            ends = [row for row in ledger_facts.periods(world.call) if row.start_date >= dt.date(2026, 11, 1)]
        for period in ends:
            ledger.close_period(world.call, ids.outer("prd", period.id))
        refused("ledger.period-closed", load, world, Pay("5.00", "A"))
        with within(world.call):
            assert facts.files(world.call).total == 0

    def test_files_of_others_are_not_found(self, world: World) -> None:
        result = load(world, Pay("5.00", "A"))
        other = build("OT")
        with within(other.call):
            refused("not-found", facts.file_for_caller, other.call, result.outer_id)
            assert facts.files(other.call).total == 0


class TestManyAtOnce:
    def test_fifty_equal_files_have_one_effect(self, fresh_database: databases.Fresh) -> None:
        world = build()
        data = camt(world.bank_numbers["EUR"], [Pay("10.00", "A", f"x{n}") for n in range(50)])
        results = []
        for _ in range(5):
            results += databases.together([lambda: cash.take_file(world.call, "a.xml", data)] * 10)
        assert [result for result in results if isinstance(result, Exception)] == []
        files = [result.file for result in results if not isinstance(result, Exception)]
        assert sum(not file.already_imported for file in files) == 1
        assert len({file.file_id for file in files}) == 1
        assert balance(world.call, "cash-clearing") == -500
        assert_ties(world.call)

    def test_overlapping_files_at_once_book_each_line_once(self, fresh_database: databases.Fresh) -> None:
        world = build()
        files = [
            camt(world.bank_numbers["EUR"], [Pay("10.00", "A", f"x{n}") for n in range(first, first + 20)], number=str(first))
            for first in range(8)
        ]
        results = databases.together([lambda data=data: cash.take_file(world.call, "a.xml", data) for data in files])
        assert [result for result in results if isinstance(result, Exception)] == []
        assert balance(world.call, "cash-clearing") == Decimal(-270)
        assert_ties(world.call)

    def test_killed_in_the_middle_leaves_nothing_and_can_be_taken_again(self, fresh_database: databases.Fresh) -> None:
        world = build()
        victim = (
            "import django, os, signal; django.setup()\n"
            "from duecourse.access import queries as access\n"
            "from duecourse.cash import actions as cash\n"
            "import datetime as dt\n"
            f"call = access.system_call({world.call.company.id}, dt.datetime(2026, 11, 17, 11, tzinfo=dt.UTC))\n"
            "from tests.bankfiles import Pay, camt\n"
            f"data = camt('{world.bank_numbers['EUR']}', [Pay('10.00', 'A', f'x{{n}}') for n in range(100)])\n"
            "die = lambda step, done, total: os.kill(os.getpid(), signal.SIGKILL) if step == 'STEP' else None\n"
            "cash.take_file(call, 'a.xml', data, progress=die)\n"
        )
        for step in ("payments", "match", "done"):
            done = subprocess.run(
                [sys.executable, "-c", victim.replace("STEP", step)],
                env={**os.environ, **fresh_database.environment},
                check=False,
                capture_output=True,
                text=True,
            )
            assert done.returncode == -signal.SIGKILL, done.stderr[-2000:]
            with within(world.call):
                assert facts.files(world.call).total == 0
        data = camt(world.bank_numbers["EUR"], [Pay("10.00", "A", f"x{n}") for n in range(100)])
        assert cash.take_file(world.call, "a.xml", data).payments == 100
        assert balance(world.call, "cash-clearing") == -1000
        assert_ties(world.call)
