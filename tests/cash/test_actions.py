"""From a bank's line to a closed item, and back, on a real database."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from duecourse.cash import actions as cash
from duecourse.cash import queries as facts
from duecourse.cash.rules import ApplyLine
from duecourse.core import ids
from duecourse.core.call import within
from duecourse.core.models import Event
from duecourse.ledger import actions as ledger
from duecourse.ledger import queries as ledger_facts
from duecourse.receivables import queries as receivable_facts
from tests.bankfiles import Pay, camt
from tests.cash.play import assert_ties, balance, eur, invoice, open_of, refused, usd
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


class TestTakingAFile:
    def test_makes_payments_with_proposals_and_ties(self, world: World) -> None:
        item = invoice(world.call, world.accounts["good"], "INV-26-00001", eur("1190.00"), tax="19", discount="2 2026-11-20")
        steps = []
        taken = cash.take_file(
            world.call,
            "a.xml",
            camt(
                world.bank_numbers["EUR"],
                [
                    Pay("1166.20", "Albrecht Anlagenbau GmbH", "Rechnung INV-26-00001", world.payer_accounts["good"]),
                    Pay("77.00", "Somebody", "hello"),
                    Pay("-10.00", "Bank", "Entgelt"),
                ],
                "500.00",
            ),
            progress=lambda step, done, total: steps.append(step),
        )
        assert (taken.payments, taken.states) == (2, {"confirm": 1, "work": 1})
        assert steps == ["read", "payments", "match", "done"]
        assert balance(world.call, "cash-clearing") == Decimal("-1243.20")
        assert balance(world.call, "bank") == Decimal("1733.20")
        with within(world.call):
            page = facts.rows(world.call, "confirm")
            (row,) = page.rows
            bench = facts.workbench(world.call, row.payment.id)
        assert row.documents == ("INV-26-00001",) and row.residual_kinds == ("discount",)
        best = bench.proposals[0]
        assert best.account is not None and best.account.id == world.accounts["good"]
        assert [segment.kind for segment in bench.segments] == ["", "number"]
        assert sum(line.company_money.amount for line in best.postings) == 0 and not best.obstacle
        applied = cash.apply_payment(
            world.call, row.payment.id, best.account.id, best.apply_lines, tier=best.tier, reasons=best.reasons
        )
        assert applied.state == "applied" and not applied.rest
        assert open_of(world.call, item) == 0
        assert balance(world.call, "cash-clearing") == Decimal("-77.00")
        assert balance(world.call, "discount") == Decimal("20.00")
        assert balance(world.call, "tax") == Decimal("-190.00") + Decimal("3.80")
        assert_ties(world.call)
        with within(world.call):
            posted = ledger_facts.entries(world.call, sources=[row.payment.outer_id])
        assert sorted(line[3].amount for entry in posted for line in entry.lines) == sorted(
            line.company_money.amount for line in best.postings
        )
