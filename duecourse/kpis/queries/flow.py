"""What came in today, what waits, since when, and who looks after it: one line for each stream of work, in a fixed number of queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from duecourse.bank import queries as bank_facts
from duecourse.cash import queries as cash_facts
from duecourse.core import progress, queue
from duecourse.core.call import Call
from duecourse.credit import queries as credit_facts
from duecourse.documents import queries as document_facts
from duecourse.notices import rules as notice_rules
from duecourse.orders import queries as order_facts


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream: how many came in today, how many wait, when the oldest of these began to wait, and whose it is.

    `failed` are those that need a person now; `is_stuck` when the oldest waits for longer than its people have patience.
    """

    name: str
    today: int
    waiting: int
    oldest: dt.datetime | None
    is_stuck: bool
    role: str
    hours: int
    failed: int = 0


def flow(call: Call) -> list[Stream]:
    """The streams that the caller may read; at most one query for each."""
    midnight = dt.datetime.combine(call.today, dt.time(), ZoneInfo(call.company.time_zone))
    sources: tuple[tuple[str, str, Callable[[], tuple[int, int, dt.datetime | None, int]]], ...] = (
        ("orders-held", "credit.read", lambda: (*credit_facts.hold_flow(call, midnight), 0)),
        ("ready-lines", "orders.read", lambda: (*order_facts.ready_flow(call, midnight), 0)),
        ("bank-files", "bank.read", lambda: (*bank_facts.file_flow(call, midnight), 0)),
        ("payments", "cash.read", lambda: (*cash_facts.flow(call, midnight), 0)),
        ("payments-later", "cash.read", lambda: (*cash_facts.flow(call, midnight, later=True), 0)),
        ("mails", "documents.read", lambda: document_facts.flow(call, midnight)),
        ("jobs", "kpis.read", lambda: queue.flow(midnight)),
        ("readers", "kpis.read", lambda: (*progress.reader_flow(call, midnight), 0)),
    )
    made = []
    for name, permission, count in sources:
        if call.by.may(permission):
            today, waiting, oldest, failed = count()
            patience = notice_rules.PATIENCE[name]
            stuck = notice_rules.is_stuck(name, oldest, call.at) or failed > 0
            made.append(Stream(name, today, waiting, oldest, stuck, patience.role, patience.hours, failed))
    return made
