"""Undoing what was applied, and reading it, on a real database."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from duecourse.cash import actions as cash
from duecourse.cash import queries as facts
from duecourse.cash.rules import ApplyLine
from duecourse.core.call import within
from duecourse.receivables import queries as receivable_facts
from tests.bankfiles import Pay, camt
from tests.cash.play import assert_ties, balance, eur, invoice, open_of, refused
from tests.world import World, build

DAY = dt.date(2026, 11, 16)


@pytest.fixture
def world(db: None) -> World:
    return build()


def take(world: World, *lines: Pay, opening: str = "0.00", number: str = "1") -> cash.TakenFile:
    return cash.take_file(world.call, f"{number}.xml", camt(world.bank_numbers["EUR"], lines, opening, number))


def payment_ids(world: World, tab: str = "all") -> list[int]:
    with within(world.call):
        return [row.payment.id for row in facts.rows(world.call, tab, sort="number").rows]


def state(world: World, payment_id: int) -> str:
    with within(world.call):
        return facts.view(world.call, payment_id).state


class TestUndoing:
    def test_gives_everything_back_and_tells_the_story(self, world: World) -> None:
        account = world.accounts["good"]
        item = invoice(world.call, account, "INV-1", eur("1190.00"), tax="19", discount="2 2026-11-20")
        payment = cash.record_payment(world.call, world.bank["EUR"], eur("1166.20"), DAY, "Albrecht")
        line = ApplyLine(item, eur("1190.00"), "discount", eur("-23.80"))
        before = {purpose: balance(world.call, purpose) for purpose in ("receivables", "cash-clearing", "discount", "tax")}
        cash.apply_payment(world.call, payment, account, [line])
        refused("cash.reason-missing", cash.unapply, world.call, payment, " ")
        cash.unapply(world.call, payment, "wrong customer")
        assert open_of(world.call, item) == 1190
        assert {purpose: balance(world.call, purpose) for purpose in before} == before
        assert state(world, payment) in ("confirm", "work")
        refused("cash.nothing-to-undo", cash.unapply, world.call, payment, "again")
        other = invoice(world.call, world.accounts["late"], "INV-2", eur("1166.20"))
        cash.apply_payment(world.call, payment, world.accounts["late"], [ApplyLine(other, eur("1166.20"))])
        assert open_of(world.call, other) == 0
        assert balance(world.call, "cash-clearing") == 0
        with within(world.call):
            bench = facts.workbench(world.call, payment)
            parts = receivable_facts.history(world.call, [item])
        assert [(row.is_undone, row.undone_reason) for row in bench.applications] == [(False, ""), (True, "wrong customer")]
        assert sum(part.amount for part in parts) == 0
        assert len(parts) == 4
        assert_ties(world.call)
        cash.unapply(world.call, payment, "once more", keep_on_account=True)
        assert state(world, payment) == "on-account"
        assert open_of(world.call, other) == Decimal("1166.20")
        cash.unapply(world.call, payment, "and back")
        assert balance(world.call, "cash-clearing") == Decimal("-1166.20")
        assert_ties(world.call)

    def test_returns_what_was_no_customers(self, world: World) -> None:
        payment = cash.record_payment(world.call, world.bank["EUR"], eur("5.00"), DAY)
        cash.set_not_receivable(world.call, payment, "interest")
        refused("cash.payment-changed", cash.set_later, world.call, payment)
        assert cash.propose_payments(world.call, [payment]) == {}
        cash.unapply(world.call, payment, "it was one after all")
        cash.set_later(world.call, payment)
        assert cash.propose_payments(world.call) == {}
        assert state(world, payment) == "later"


class TestReading:
    def test_queries_stay_the_same_for_many_rows(self, world: World) -> None:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        numbers = []
        for number, many in (("1", 2), ("2", 30)):
            for n in range(many):
                invoice(world.call, world.accounts["good"], f"INV-{number}{n:04d}", eur(f"{n + 100}.00"))
            lines = [Pay(f"{n + 100}.00", "A", f"INV-{number}{n:04d}", world.payer_accounts["good"]) for n in range(many)]
            take(world, *lines, number=number)
            with within(world.call):
                with CaptureQueriesContext(connection) as queries:
                    page = facts.rows(world.call, "todo")
                    facts.counts(world.call)
                    facts.workbench(world.call, page.rows[0].payment.id)
            numbers.append(len(queries))
        assert numbers[0] == numbers[1]
        assert page.total == 32
        assert all(row.documents for row in page.rows)

    def test_search_and_filters(self, world: World) -> None:
        take(world, Pay("10.00", "Corvin Hydraulik", "for INV-77"), Pay("20.00", "Other", "zzz"))
        with within(world.call):
            assert [row.payment.money for row in facts.rows(world.call, text="inv-77").rows] == [eur("10.00")]
            assert facts.rows(world.call, "done").total == 0
            assert facts.counts(world.call)["todo"] == 2
            refused("cash.unknown-filter", facts.rows, world.call, "nonsense")
