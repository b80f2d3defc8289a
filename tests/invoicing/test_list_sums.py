"""The head of the list, from stored sums, says what its rows add up to."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal

from duecourse.core.call import within
from duecourse.invoicing import actions, queries, rules
from duecourse.jobs import sums as job
from duecourse.receivables import actions as receivables
from duecourse.receivables import queries as items
from duecourse.receivables.rules import AllocationRequest, ClearingRequest
from tests.world import World, build


def new(world: World, name: str, days: int, price: str) -> rules.NewInvoice:
    day = world.call.today
    line = rules.NewLine("Elbow fitting", Decimal(2), "pc", Decimal(price), "S", Decimal(19), "P-100")
    return rules.NewInvoice(world.accounts[name], "EUR", day, day, rules.Terms(days), [line])


def play(world: World) -> None:
    first, second, third, _ = actions.post_invoices(world.call, [new(world, "good", 0, "10"), new(world, "late", 1, "20"),
                                                                 new(world, "good", 30, "30"), new(world, "late", 30, "5")])  # fmt: skip
    actions.post_credit_notes(world.call, [rules.NewCreditNote(second, "broken", world.call.today, {1: Decimal(1)})])
    with within(world.call):
        paid, partly = (row.item_id for row in queries.billed(world.call, [first, third]))
        found = items.item_states(world.call, [paid, partly])
    parts = [
        AllocationRequest(paid, "write-off", found[paid].open),
        AllocationRequest(partly, "write-off", found[partly].open.times(Decimal("0.5"))),
    ]
    receivables.clear(world.call, [ClearingRequest(world.call.today, [part], "test", "pay_test") for part in parts])


def test_counts_and_sums_are_those_of_the_rows(db: None) -> None:
    world = build()
    play(world)
    later = world.call.at + dt.timedelta(days=5)
    for call in (world.call, world.later(days=5).call):
        for _ in range(2):
            with within(call):
                counts = queries.counts(call)
                for tab in queries.TABS:
                    listed = queries.rows(call, tab, size=200)
                    assert counts[tab] == listed.total == len(listed.rows), tab
                    gross, rest = Counter[str](), Counter[str]()
                    for row in listed.rows:
                        gross[row.gross.currency] += row.gross.amount  # type: ignore[assignment]
                        rest[row.gross.currency] += row.open.amount  # type: ignore[assignment]
                    sums = {one.currency: one for one in queries.sums(call, tab)}
                    assert {code: one.gross.amount for code, one in sums.items()} == dict(gross), tab
                    assert {code: one.open.amount for code, one in sums.items()} == dict(rest), tab
                assert items.broken_document_sums(call)[1] == []
            job.age_stale(later)  # one row for each kind, currency and due date
