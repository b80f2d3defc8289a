"""Items for tests of receivables: invoices, payments and credits with their entries."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from decimal import Decimal

from duecourse.core import ids
from duecourse.core.call import within
from duecourse.core.money import Money
from duecourse.ledger import actions as ledger
from duecourse.ledger import queries as ledger_facts
from duecourse.ledger.rules import Entry, Line
from duecourse.receivables import actions as receivables
from duecourse.receivables import queries as items
from duecourse.receivables.rules import AllocationRequest, Breakdown, Cleared, ClearingRequest, NewItem
from tests.books import DAY
from tests.world import World

_places = itertools.count(1)


def item(
    world: World,
    name: str,
    amount: str,
    company: str | None = None,
    currency: str = "EUR",
    issued: dt.date = DAY,
    due: dt.date | None = None,
    kind: str = "",
    breakdown: Breakdown = (),
) -> int:
    """An open item of a member of the cast, posted against sales (owed) or the clearing account (a payment)."""
    place, money = next(_places), Money(Decimal(amount), currency)
    own = Money(Decimal(amount if company is None else company), world.call.company.currency)
    kind = kind or ("invoice" if money.amount > 0 else "payment")
    account, source = world.accounts[name], ids.outer("inv" if kind == "invoice" else "pay", place)
    with within(world.call):
        lines = [
            Line(money, own, purpose="receivables", customer_account_id=account),
            Line(-money, -own, purpose="payments-clearing" if kind == "payment" else "sales", tax_category="G"),
        ]
        (entry,) = ledger.post_entries(world.call, [Entry(kind, issued, issued, f"{kind} {place}", source, lines)])
        new = NewItem(
            customer_account_id=account, entry_id=entry.id, kind=kind, number=f"N-{place:05d}", source=source, issue_date=issued,
            due_date=due or issued + dt.timedelta(days=30), money=money, company_money=own, tax_breakdown=breakdown,
        )  # fmt: skip
        return receivables.open_items(world.call, [new])[0]


def clearing(world: World, *rows: tuple[int, str, str], currency: str = "EUR", on: dt.date = DAY) -> ClearingRequest:
    """(item, cause, money) …"""
    return ClearingRequest(
        on, [AllocationRequest(key, cause, Money(Decimal(money), currency)) for key, cause, money in rows], "test", "pay_test"
    )


def clear(world: World, *rows: tuple[int, str, str], currency: str = "EUR", on: dt.date = DAY) -> Cleared:
    return receivables.clear(world.call, [clearing(world, *rows, currency=currency, on=on)])[0]


def settle(world: World, owed: int, paid: int, amount: str, on: dt.date = DAY, currency: str = "EUR") -> Cleared:
    return clear(world, (owed, "payment", amount), (paid, "payment", f"-{amount}"), on=on, currency=currency)


def rests(world: World, keys: Sequence[int], on: dt.date = DAY, known_at: dt.datetime | None = None) -> list[Decimal]:
    """What was open of each item on a day, 0 where it was settled."""
    with within(world.call):
        found = {one.id: one.open.amount for one in items.items(world.call, on, known_at, item_ids=keys, closed=True)}
    return [found.get(key, Decimal(0)) for key in keys]


def balance(world: World, purpose: str) -> Decimal:
    with within(world.call):
        return ledger_facts.balance_of(world.call, purpose).amount


def assert_ties(world: World) -> None:
    """Items, allocations and the control account agree, per customer and currency too."""
    with within(world.call):
        assert items.broken_rests(world.call)[1] == []
        assert items.uncovered_clearings(world.call)[1] == []
        assert items.broken_sums(world.call)[1] == []
        assert items.totals(world.call)[0] == ledger_facts.balance_of(world.call, "receivables")
        assert ledger_facts.unbalanced_entries(world.call)[1] == []
