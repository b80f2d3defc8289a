"""The large world: a million open items of a hundred thousand customers in five million journal lines, and every screen on it."""

from __future__ import annotations

import datetime as dt
import os
import time
from decimal import Decimal
from typing import Any

from benchmarks.stage import Figure, database, in_processes, percentile, tell

SHARE = float(os.environ.get("DUECOURSE_BENCH_SHARE", "1"))  # of the world's size, for a quick look
CUSTOMERS = int(100_000 * SHARE)
INVOICES = int(1_000_000 * SHARE)
DAYS = 300
BATCH = 500
WORKERS = 2
BUILD_MAX = 15 * 60
SCREEN_MAX = 0.300
VISITS = 6
ROLES = ("cfo", "credit-manager", "controller", "collector", "cash-application", "billing", "order-desk", "administrator")


def customers(world: Any) -> list[int]:
    from duecourse.customers import actions, rules

    made: list[int] = []
    for start in range(0, CUSTOMERS, 5000):
        numbers = range(start, min(start + 5000, CUSTOMERS))
        new = [
            rules.NewCustomer(str(200_000 + one), f"{_NAMES[one % len(_NAMES)]} {one:06d} GmbH", "NET30", "DE") for one in numbers
        ]
        made += actions.create_customers(world.call, new)
    return made


_NAMES = ("Amsel Anlagen", "Birke Bau", "Delta Pumpen", "Falke Antriebe", "Hafen Handel", "Kupfer Rohre", "Linden Logistik", "Nord Ventile")


def invoice_of(place: int, account: int, day: dt.date) -> Any:
    """Two tax rates, so that each invoice is five journal lines: what is owed, two sales, two taxes."""
    from duecourse.invoicing import rules

    lines = [
        rules.NewLine("Elbow fitting 90°, 1 inch", Decimal(1 + place % 40), "pc", Decimal("12.50"), "S", Decimal(19), "P-100"),
        rules.NewLine("Ball valve, stainless, 2 inch", Decimal(1 + place % 3), "pc", Decimal("184.00"), "S", Decimal(19), "P-200"),
        rules.NewLine("Handbook of fittings", Decimal(1 + place % 5), "pc", Decimal("39.00"), "AA", Decimal(7), "B-900"),
    ]
    return rules.NewInvoice(account, "EUR", day, day, rules.Terms((14, 30, 60)[place % 3]), lines, purchase_order=f"PO-{place}")


def post(barrier: Any, world: Any, worker: int, accounts: list[int]) -> int:
    """A worker's half of every day's invoices; days in step, because numbers follow dates."""
    from duecourse.invoicing import actions

    done = 0
    for number in range(DAYS):
        day = world.call.today - dt.timedelta(days=DAYS - 1 - number)
        places = range(number * INVOICES // DAYS + worker, (number + 1) * INVOICES // DAYS, WORKERS)
        for start in range(0, len(places), BATCH):
            part = places[start : start + BATCH]
            actions.post_invoices(world.call, [invoice_of(place, accounts[place * 7919 % len(accounts)], day) for place in part])
            done += len(part)
        barrier.wait()
        if not worker and number % 30 == 29:
            tell(f"  … {(number + 1) * INVOICES // DAYS:,} invoices")
    return done


def build(access: Any, world: Any) -> tuple[float, list[int]]:
    """Seconds that the bulk actions took, and the customers' accounts."""
    began = time.perf_counter()
    accounts = customers(world)
    in_processes(WORKERS, post, [(world, worker, accounts) for worker in range(WORKERS)])
    seconds = time.perf_counter() - began
    with access.owner.connect() as server:
        server.autocommit = True
        server.execute("select set_config('statement_timeout', '0', false)")
        server.execute("vacuum analyze")
    return seconds, accounts


def pages(world: Any, role: str, accounts: list[int]) -> list[str]:
    """What a role opens: every entry of its side bar, and the searches and records behind them."""
    from django.urls import reverse

    from duecourse.core import ids
    from duecourse.core.call import within
    from duecourse.customers import queries as customer_facts
    from duecourse.web.navigation import _GROUPS

    call = world.calls[role]
    asked = [
        reverse(name)
        for _, entries in _GROUPS
        for _, name, _, permission, *_ in entries
        if not permission or any(call.by.may(one) for one in permission.split())
    ]
    if call.by.may("customers.read"):
        with within(call):
            customer = customer_facts.accounts_by_id(call, accounts[17:18])[accounts[17]].customer_id
        asked += [
            reverse("customer", args=[ids.outer("cus", customer)]),
            reverse("customers") + "?q=pumpen+012",
            reverse("customers") + "?page=700",
            reverse("search") + "?q=ventile+0451",
        ]
    if call.by.may("invoicing.read"):
        asked += [reverse("invoices") + "?q=PO-4711", reverse("invoices") + "?page=900"]
    if call.by.may("receivables.read"):
        past = world.call.today - dt.timedelta(days=60)
        asked += [reverse("ageing") + "?sort=-over_90", reverse("ageing") + f"?on={past.isoformat()}"]
    return asked


def visit(world: Any, accounts: list[int]) -> list[tuple[float, str]]:
    """p95 of each address, by a logged-in person of each role, rendered whole."""
    from tests.web.desk import sit

    found: dict[str, float] = {}
    for role in ROLES:
        client = sit(world, role)
        for address in pages(world, role, accounts):
            took = []
            for _ in range(VISITS + 1):
                began = time.perf_counter()
                answer = client.get(address)
                took.append(time.perf_counter() - began)
                assert answer.status_code == 200, (role, address, answer.status_code)
            name = f"{address} ({role})"
            found[name] = percentile(took[1:], 0.95)  # the first one warms caches
    return sorted(((seconds, name) for name, seconds in found.items()), reverse=True)


def run() -> list[Figure]:
    from tests.world import build as found

    with database() as access:
        world = found()
        seconds, accounts = build(access, world)
        with access.owner.connect() as server:
            server.execute("select set_config('duecourse.company', %s, false)", [str(world.call.company.id)])
            (items,) = server.execute("select count(*) from receivables_openitem where open_amount <> 0").fetchone()
            (lines,) = server.execute("select count(*) from ledger_posting").fetchone()
        tell(f"large: {items:,} open items, {len(accounts):,} customers, {lines:,} journal lines by bulk actions in {seconds:,.0f} s")
        slowest = visit(world, accounts)
        for one, name in slowest[:12]:
            tell(f"  p95 {one * 1000:>7.1f} ms  {name}")
    worst, name = slowest[0]
    return [
        Figure("large world built", f"{seconds / 60:.1f} min, {items / seconds:,.0f} items/s", "≤ 15 min", seconds <= BUILD_MAX),
        Figure("slowest screen on it", f"p95 {worst * 1000:,.0f} ms ({name})", f"≤ {SCREEN_MAX * 1000:.0f} ms", worst <= SCREEN_MAX),
    ]
