"""What follows in a room above is not called but read: named readers go through the journal in order and act.

A reader's cursor moves in the transaction of what it does, so that a killed one goes on where it was, nothing twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils import timezone

from duecourse.access import queries as access_facts
from duecourse.core import events
from duecourse.core.call import Call, retrying, within
from duecourse.core.events import Read
from duecourse.jobs import telling, worklists
from duecourse.orders import actions as orders

BATCH = 500


@dataclass(frozen=True, slots=True)
class Reader:
    """`follow` is called with the new events of these names, in order, in one transaction with the cursor's move."""

    name: str
    events: tuple[str, ...]
    follow: Callable[[Call, Sequence[Read]], object]


def _free_orders(call: Call, read: Sequence[Read]) -> list[int]:
    """Money came in, or a limit was raised: orders on hold may pass now."""
    return orders.reassess_holds(call)


READERS: tuple[Reader, ...] = (
    Reader(
        "credit-after-cash",
        ("receivables.items-cleared", "credit.limit-set", "credit.policy-set", "credit.reservations-ended"),
        _free_orders,
    ),
    Reader("worklist", worklists.FOLLOWED, worklists.follow),
    Reader("telling", tuple(telling.TOLD), telling.tell),
)


def read_all(at: dt.datetime | None = None) -> int:
    """Every reader in every company, until nothing new is there; how many events were read."""
    return sum(read(company.id, reader, at) for company in access_facts.companies() for reader in READERS)


def read(company_id: int, reader: Reader, at: dt.datetime | None = None) -> int:
    """One reader in one company, batch after batch, each in its own transaction."""
    total = 0
    while True:
        call = access_facts.system_call(company_id, at or timezone.now())
        many = retrying(lambda call=call: _read_batch(call, reader))  # type: ignore[misc]
        total += many
        if many < BATCH:
            return total


def _read_batch(call: Call, reader: Reader) -> int:
    with within(call):
        settled = events.settled_before()
        new = events.unread(call, reader.name, reader.events, BATCH)
        if new:
            reader.follow(call, new)
            events.advance(call, reader.name, new[-1])
        if len(new) < BATCH:
            events.skip(call, reader.name, settled)  # past what is not for it, so that its lag is what it has not done
        return len(new)
