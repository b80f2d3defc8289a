"""Ageing of a million open items as of a past date, and the slowest queries behind screens at that size."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from typing import Any

from benchmarks.stage import Figure, database, percentile, tell

ITEMS = 1_000_000
CUSTOMERS = 20_000
AGEING_MAX = 1.0
SCREEN_MAX = 0.300
RUNS = 15
SEED = 0.42

# A million items, three in ten of them settled, half of those after the day asked for; numbers, dates and amounts by a fixed seed.
FILL = """
select setseed({seed});
insert into receivables_openitem (company_id, customer_account_id, kind, number, source, reference, purchase_order, order_number,
  issue_date, due_date, currency, amount, company_amount, tax_breakdown, open_amount, open_company_amount, closed_date)
select {company},
  (select array_agg(id order by id) from customers_customeraccount where company_id = {company})[1 + (n::bigint * 7919 % {customers})::int],
  'invoice', 'INV-26-' || lpad(n::text, 7, '0'), 'bench:' || n, '', '', '', issued, issued + 30, 'EUR', cents / 100.0, cents / 100.0, '[]',
  case when settled then 0 else cents / 100.0 end, case when settled then 0 else cents / 100.0 end,
  case when settled then least(issued + 20 + (n % 60)::int, date '{today}') end
from (select n, date '{first}' + (random() * 300)::int as issued, (1000 + random() * 2000000)::bigint as cents, random() < 0.3 as settled
  from generate_series(1, {items}) n) x;
"""
SETTLE = """
with made as (insert into receivables_clearing (company_id, value_date, by_name, at, cause)
  values ({company}, '{first}', 'benchmark', now(), '') returning id)
insert into receivables_allocation (company_id, clearing_id, item_id, cause, amount, company_amount, value_date)
select {company}, (select id from made), id, 'credit', amount, company_amount, closed_date from receivables_openitem
where closed_date is not null;
"""


def fill(access: Any, world: Any) -> None:
    """Rows as they would be after years of work, written by the owner in bulk; the company and its customers by actions."""
    from duecourse.customers import actions, rules

    for start in range(0, CUSTOMERS - 6, 5000):
        many = min(5000, CUSTOMERS - 6 - start)
        new = [rules.NewCustomer(str(200000 + start + one), f"Customer {start + one:05d}", "NET30", "DE") for one in range(many)]
        actions.create_customers(world.call, new)
    values = {
        "company": world.call.company.id, "customers": CUSTOMERS, "items": ITEMS, "seed": SEED,
        "first": world.call.today - dt.timedelta(days=330), "today": world.call.today,
    }  # fmt: skip
    with access.owner.connect() as server:
        server.autocommit = True
        server.execute("select set_config('duecourse.company', %s, false)", [str(world.call.company.id)])
        server.execute("select set_config('statement_timeout', '0', false)")
        for statement in (FILL + SETTLE).format(**values).split(";\n"):
            if statement.strip():
                server.execute(statement)
        server.execute("vacuum analyze")


def screens(world: Any, on: dt.date) -> dict[str, Callable[[], Any]]:
    """The queries behind the screens, as the screens call them."""
    from duecourse.cash import queries as cash_facts
    from duecourse.core import journal
    from duecourse.customers import queries as customer_facts
    from duecourse.invoicing import queries as invoice_facts
    from duecourse.kpis import queries as kpi_facts
    from duecourse.orders import queries as order_facts
    from duecourse.receivables import queries as item_facts

    call, account = world.call, world.accounts["late"]
    return {
        "home: key figures": lambda: kpi_facts.home(call, call.today),
        "ageing: first page of customers": lambda: kpi_facts.ageing_page(call, call.today),
        "ageing: one customer's items": lambda: item_facts.items(call, call.today, account_ids=[account]),
        "customers: list": lambda: customer_facts.rows(call),
        "customers: search": lambda: customer_facts.search(call, "customer 0123"),
        "customer: open sums": lambda: item_facts.open_by_account(call, [account], call.today),
        "matching: payments and items": lambda: cash_facts.rows(call),
        "matching: open items of a customer": lambda: item_facts.items(call, call.today, account_ids=[account], limit=200),
        "invoices: list": lambda: invoice_facts.rows(call),
        "orders: list": lambda: order_facts.rows(call),
        "journal: newest events": lambda: journal.find(call, journal.Wanted()),
        "side bar: what waits": lambda: kpi_facts.to_do(call),
    }


def measure(call: Any, work: Callable[[], Any], runs: int = RUNS) -> list[float]:
    from duecourse.core.call import within

    took = []
    for _ in range(runs + 1):
        began = time.perf_counter()
        with within(call):
            work()
        took.append(time.perf_counter() - began)
    return took[1:]  # the first one warms caches


def explain(call: Any, work: Callable[[], Any]) -> None:
    """Print the slowest statement of a query with its plan."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from duecourse.core.call import within

    with within(call), CaptureQueriesContext(connection) as seen:
        work()
    slowest = max(seen.captured_queries, key=lambda query: float(query["time"]))
    with within(call), connection.cursor() as cursor:
        cursor.execute("explain (analyze, buffers, costs off) " + slowest["sql"])
        tell("\n".join("    " + row[0] for row in cursor.fetchall()[:24]))


def run() -> list[Figure]:
    from duecourse.receivables import queries as item_facts
    from tests.world import build

    with database() as access:
        world = build()
        began = time.perf_counter()
        fill(access, world)
        past = world.call.today - dt.timedelta(days=60)
        tell(
            f"ageing: {ITEMS:,} items of {CUSTOMERS:,} customers, seed {SEED}, filled in {time.perf_counter() - began:.0f} s; as of {past}"
        )
        work = lambda: item_facts.ageing(world.call, past)  # noqa: E731
        aged = percentile(measure(world.call, work, 5), 0.5)
        tell(f"ageing as of {past}: median {aged * 1000:,.0f} ms")
        if aged > AGEING_MAX:
            explain(world.call, work)
        found = []
        queries = screens(world, world.call.today)
        for name, query in queries.items():
            found.append((percentile(measure(world.call, query), 0.95), name))
        slowest = sorted(found, reverse=True)[:10]
        for seconds, name in slowest:
            tell(f"  p95 {seconds * 1000:>7.1f} ms  {name}")
            if seconds > SCREEN_MAX:
                explain(world.call, queries[name])
    worst = slowest[0]
    return [
        Figure("ageing of 1,000,000 items", f"{aged * 1000:,.0f} ms", f"≤ {AGEING_MAX * 1000:,.0f} ms", aged <= AGEING_MAX),
        Figure(
            "slowest query behind a screen",
            f"p95 {worst[0] * 1000:,.0f} ms ({worst[1]})",
            f"≤ {SCREEN_MAX * 1000:.0f} ms",
            worst[0] <= SCREEN_MAX,
        ),
    ]
