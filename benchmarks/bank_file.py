"""A bank file of 10,000 payments against 100,000 open items: read, booked, matched and applied, with the memory of the process."""

from __future__ import annotations

import datetime as dt
import itertools
import os
import random
import resource
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks.stage import Figure, database, in_processes, profile, tell

ITEMS = 100_000
CUSTOMERS = 5_000
LINES = 10_000
CHUNK = 500  # payments applied in one transaction
SECONDS_MAX = 20.0
MEMORY_MAX = 500  # MB
SEED = 9


def taken_over(world: Any) -> list[Any]:
    """Open items of many customers, due over half a year; each as it was taken over."""
    from duecourse.core.money import Money
    from duecourse.receivables import actions
    from duecourse.receivables.rules import TakeOverItem

    chance, today = random.Random(SEED), world.call.today
    items = []
    for place in range(ITEMS):
        customer = chance.randrange(CUSTOMERS)
        issued = today - dt.timedelta(days=chance.randrange(1, 180))
        money = Money(Decimal(chance.randrange(2_000, 2_000_000)) / 100, "EUR")
        name = f"{_WORDS[customer % len(_WORDS)]} {customer:04d} GmbH"
        items.append(
            TakeOverItem(
                external_id=str(place),
                customer_number=str(50_000 + customer),
                customer_name=name,
                number=f"RE-26-{place:06d}",
                issue_date=issued,
                due_date=issued + dt.timedelta(days=30),
                money=money,
            )
        )
    actions.take_over_items(world.call, items, "old", today, "NET30")
    return items


_WORDS = (
    "Amsel Anlagen",
    "Birke Bau",
    "Delta Pumpen",
    "Falke Antriebe",
    "Hafen Handel",
    "Kupfer Rohre",
    "Linden Logistik",
    "Nord Ventile",
)


def statement(world: Any, items: list[Any]) -> bytes:
    """One day's statement: most name their invoice, some name several, some pay short, some name nothing or somebody unknown."""
    from tests.bankfiles import Pay, camt

    chance = random.Random(SEED + 1)
    pool = chance.sample(items, LINES * 3)
    waiting = iter(pool)
    by_customer: dict[str, list[Any]] = {}
    for item in items:
        by_customer.setdefault(item.customer_number, []).append(item)
    used = {item.number for item in pool}
    lines = []
    for place in range(LINES):
        item, kind = next(waiting), chance.random()
        amount, text = item.money.amount, f"Rechnung {item.number}"
        if kind > 0.97:
            text = f"Zahlung {place}"
        elif kind > 0.92:
            text = "Ihre Rechnung, danke"
        elif kind > 0.87:
            amount = (amount * Decimal("0.97")).quantize(Decimal("0.01"))
        elif kind > 0.72:
            more = [one for one in by_customer[item.customer_number] if one.number not in used][:2]
            used |= {one.number for one in more}
            amount += sum((one.money.amount for one in more), Decimal(0))
            text = "RE " + " ".join(one.number for one in (item, *more))
        lines.append(Pay(str(amount), item.customer_name, text, reference=f"B{place:08d}", day=world.call.today))
    return camt(_own_account(world), lines, number="2026-bench", day=world.call.today)


def _own_account(world: Any) -> str:
    from duecourse.core.call import within
    from duecourse.ledger import queries

    with within(world.call):
        return next(own.number for own in queries.bank_accounts(world.call) if own.currency == "EUR")


def _take(barrier: Any, data: bytes, call: Any, profiled: bool) -> dict[str, Any]:
    """What the worker does with an uploaded file; then every best proposal applied, as by accepting the page."""
    from duecourse.cash import actions as cash
    from duecourse.cash import queries as cash_facts
    from duecourse.core import ids, progress
    from duecourse.core.call import within
    from duecourse.documents import actions as documents
    from duecourse.jobs import bank_files

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    marks = [("start", time.perf_counter(), time.process_time())]
    digest = documents.store_bytes(data)
    with within(call):
        task = progress.begin(call, "bank-file", "bench.xml")

    def take() -> None:
        bank_files.take(call.company.id, call.by.id, "bench.xml", digest, task, call.at)

    profile(take, 25) if profiled else take()
    marks.append(("read, booked, matched", time.perf_counter(), time.process_time()))
    with within(call):
        (done,) = (one for one in progress.unseen(call, "bank-file") if one.id == task)
        file_id = ids.inner("fil", str(done.result["file"]))
        keys = [row.id for row in cash_facts.payments_of_file(call, file_id)]
    applied, longest = 0, 0.0

    def apply() -> None:
        nonlocal applied, longest
        for start in range(0, len(keys), CHUNK):
            with within(call):
                best = cash_facts.best_proposals(call, keys[start : start + CHUNK])
            began = time.perf_counter()
            applied += len(cash.apply_payments(call, list(best.values())))
            longest = max(longest, time.perf_counter() - began)

    profile(apply, 25) if profiled else apply()
    marks.append(("applied", time.perf_counter(), time.process_time()))
    parts = {name: (at - began, cpu - begun) for (_, began, begun), (name, at, cpu) in itertools.pairwise(marks)}
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "parts": parts,
        "before": before,
        "megabytes": megabytes,
        "applied": applied,
        "longest": longest,
        "states": done.result["states"],
    }


def run() -> list[Figure]:
    """Print the parts and give the figures."""
    from django.conf import settings

    from tests.world import build

    tell()
    tell(f"A bank file of {LINES:,} payments against {ITEMS:,} open items of {CUSTOMERS:,} customers, generated, seed {SEED}")
    with database() as access, tempfile.TemporaryDirectory() as folder:
        settings.MEDIA_ROOT = Path(folder)
        world = build()
        data = statement(world, taken_over(world))
        with access.owner.connect() as server:
            server.autocommit = True
            server.execute("vacuum analyze")
        (result,) = in_processes(
            1, _take, [(data, world.calls["cash-application"], bool(os.environ.get("DUECOURSE_BENCH_PROFILE")))]
        )
    for name, (seconds, cpu) in result["parts"].items():
        tell(f"  {name:<22} {seconds:6.1f} s, of it {cpu:.1f} s of this process")
    tell(
        f"  states {result['states']}, {result['applied']:,} applied; one transaction of {CHUNK} took {result['longest']:.2f} s at most"
    )
    seconds = sum(one for one, _ in result["parts"].values())
    return [
        Figure("bank file of 10,000 lines applied", f"{seconds:.1f} s", f"≤ {SECONDS_MAX:.0f} s", seconds <= SECONDS_MAX),
        Figure(
            "bank file: memory of the process", f"{result['megabytes']:.0f} MB (before: {result['before']:.0f})", f"≤ {MEMORY_MAX} MB",
            result["megabytes"] <= MEMORY_MAX,
        ),
    ]  # fmt: skip
