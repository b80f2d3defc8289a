"""A take-over of 100,000 open items, from the file's bytes to booked items: read, guessed, checked, confirmed, checked again, written."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import random
import resource
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks.stage import Figure, database, in_processes, tell

ITEMS = 100_000
CUSTOMERS = 5_000
SECONDS_MAX = 60.0
MEMORY_MAX = 1_000  # MB
SEED = 7


def generated(items: int = ITEMS) -> bytes:
    """A list as an old system writes it: semicolons, commas before the cents, three currencies, one row in a hundred broken."""
    chance = random.Random(SEED)
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(["RechNr", "Debitor", "Name", "Belegdatum", "Fällig", "Betrag", "Währung"])
    first = dt.date(2026, 1, 5)
    for number in range(items):
        customer = chance.randrange(CUSTOMERS)
        issued = first + dt.timedelta(days=chance.randrange(290))
        cents = chance.randrange(-200_000, 2_000_000) or 1
        amount = f"{cents / 100:,.2f}".replace(",", "x").replace(".", ",").replace("x", ".")
        due = "" if number % 100 == 0 else f"{issued + dt.timedelta(days=30):%d.%m.%Y}"
        currency = chance.choice(["EUR", "EUR", "EUR", "USD", "GBP"])
        writer.writerow(
            [f"RE-{number:06d}", 20_000 + customer, f"Abnehmer {customer:04d} GmbH", f"{issued:%d.%m.%Y}", due, amount, currency]
        )
    return text.getvalue().encode("cp1252")


def _take(barrier: Any, data: bytes, call: Any) -> dict[str, Any]:
    from duecourse.core import progress
    from duecourse.core.call import within
    from duecourse.documents import actions as documents
    from duecourse.documents import queries as document_facts
    from duecourse.jobs import take_overs

    marks = [("start", time.perf_counter())]
    digest = documents.store_bytes(data)
    key, _ = documents.open_take_over(call, "open-items", "list.csv", digest, len(data), "old", queued=False)
    for options in ({}, {"terms": "NET30"}):
        with within(call):
            task = progress.begin(call, "take-over", "list.csv")
        take_overs.look(call.company.id, 0, key, task, call.at)
        marks.append(("looked at" if options else "first look", time.perf_counter()))
        with within(call):
            view = document_facts.take_over(call, key)
        if not options:
            documents.map_take_over(call, key, dict(view.mapping), {"terms": "NET30"})
    documents.confirm_take_over(call, key)
    with within(call):
        task_id = document_facts.take_over(call, key).task_id
    assert task_id
    take_overs.write(call.company.id, 0, key, task_id, call.at)
    marks.append(("written", time.perf_counter()))
    with within(call):
        view = document_facts.take_over(call, key)
    parts = {name: at - before for (_, before), (name, at) in itertools.pairwise(marks)}
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    counts = {name: view.outcome[name] for name in ("ready", "rejected", "ties")}
    return {"state": view.state, "error": dict(view.error), "parts": parts, "megabytes": megabytes, **counts}


def run() -> list[Figure]:
    """Print the parts and give the two figures."""
    from django.conf import settings

    from duecourse.ledger import actions as ledger
    from tests.world import build

    tell()
    tell(f"Take-over of {ITEMS:,} open items of {CUSTOMERS:,} customers, generated, seed {SEED}")
    data = generated()
    with database(), tempfile.TemporaryDirectory() as folder:
        settings.MEDIA_ROOT = Path(folder)
        world = build()
        rates = [(code, world.call.today, rate) for code, rate in (("USD", Decimal("1.1000")), ("GBP", Decimal("0.8752")))]
        ledger.load_rates(world.call, rates, source="bench")
        (result,) = in_processes(1, _take, [(data, world.call)])
    assert result["state"] == "taken", result
    for name, seconds in result["parts"].items():
        tell(f"  {name:<12} {seconds:6.1f} s")
    seconds = sum(result["parts"].values())
    tell(
        f"  {result['ready']:,} items in, {result['rejected']:,} rejected, ties out: {result['ties']}, {len(data) / 1e6:.1f} MB of CSV"
    )
    return [
        Figure("take-over of 100,000 open items", f"{seconds:.1f} s", f"{SECONDS_MAX:.0f} s", seconds <= SECONDS_MAX),
        Figure(
            "take-over: memory of the process",
            f"{result['megabytes']:.0f} MB",
            f"{MEMORY_MAX} MB",
            result["megabytes"] <= MEMORY_MAX,
        ),
    ]
