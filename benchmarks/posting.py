"""Invoices of three lines through the real action, against COPY of the same rows into identical tables."""

from __future__ import annotations

import datetime as dt
import io
import time
from decimal import Decimal
from typing import Any

from benchmarks.stage import Figure, database, in_processes, profile, tell

INVOICES = 4000
BATCH = 500
SHARE_MIN = 0.20
ONE_BY_ONE_MIN = 100
WRITERS = 16
SECONDS = 8
TABLES = (  # in the order in which rows refer to each other
    "ledger_journalentry", "ledger_posting", "receivables_openitem", "invoicing_invoice", "invoicing_invoiceline", "core_event",
)  # fmt: skip
BY_ITSELF = ("transaction_id", "recorded_at")  # columns that the database fills


def new_invoices(world: Any, many: int) -> list[Any]:
    from duecourse.invoicing import rules

    lines = [
        rules.NewLine("Elbow fitting 90°, 1 inch", Decimal(40), "pc", Decimal("12.50"), "S", Decimal(19), "P-100"),
        rules.NewLine("Ball valve, stainless, 2 inch", Decimal(3), "pc", Decimal("184.00"), "S", Decimal(19), "P-200"),
        rules.NewLine("Copper pipe, 22 mm", Decimal(120), "m", Decimal("9.875"), "S", Decimal(19), "P-300"),
    ]
    day: dt.date = world.call.today
    accounts = [world.accounts[name] for name in ("good", "late")]
    terms = rules.Terms(30, Decimal(2), 10)
    return [
        rules.NewInvoice(accounts[place % 2], "EUR", day, day, terms, lines, purchase_order=f"PO-{place}")
        for place in range(many)
    ]


def through_the_action(world: Any) -> float:
    from duecourse.invoicing import actions

    invoices = new_invoices(world, INVOICES)
    actions.post_invoices(world.call, invoices[:BATCH])  # warm: plans, temporary tables
    began = time.perf_counter()
    for start in range(0, INVOICES, BATCH):
        actions.post_invoices(world.call, invoices[start : start + BATCH])
    return INVOICES / (time.perf_counter() - began)


def by_copy(access: Any, since: dict[str, int], company: int) -> float:
    """COPY of the rows that the action wrote into tables with the same columns, keys, checks, foreign keys and triggers."""
    with access.owner.connect() as server:
        server.autocommit = True
        copies: dict[str, tuple[str, bytes]] = {}
        server.execute("create schema twin")
        server.execute("select set_config('duecourse.company', %s, false)", [str(company)])
        for table in TABLES:
            columns = [
                row[0]
                for row in server.execute(
                    "select column_name from information_schema.columns where table_schema = 'public' and table_name = %s "
                    "order by ordinal_position",
                    [table],
                )
            ]
            names = ", ".join(f'"{column}"' for column in columns if column not in BY_ITSELF)
            out = io.BytesIO()
            with server.cursor().copy(
                f"copy (select {names} from {table} where id > {since[table]} order by id) to stdout"
            ) as copy:
                for part in copy:
                    out.write(part)
            copies[table] = (names, out.getvalue())
            server.execute(f"create table twin.{table} (like public.{table} including all)")
        for table in TABLES:
            _keys_and_triggers(server, table)
        server.execute("set search_path = twin, public")
        server.autocommit = False
        began = time.perf_counter()
        for table in TABLES:
            names, data = copies[table]
            with server.cursor().copy(f"copy twin.{table} ({names}) from stdin") as copy:
                copy.write(data)
        server.commit()
        seconds = time.perf_counter() - began
        (count,) = server.execute("select count(*) from twin.invoicing_invoice").fetchone()
        server.commit()
        assert count == INVOICES
        return INVOICES / seconds


def _keys_and_triggers(server: Any, table: str) -> None:
    twins = set(TABLES)
    constraints = server.execute(
        "select conname, pg_get_constraintdef(oid), confrelid::regclass::text from pg_constraint "
        "where conrelid = %s::regclass and contype = 'f'",
        [f"public.{table}"],
    ).fetchall()
    for name, definition, target in constraints:
        here = definition.replace(f"REFERENCES {target}(", f"REFERENCES twin.{target}(") if target in twins else definition
        server.execute(f'alter table twin.{table} add constraint "{name}" {here}')
    triggers = server.execute(
        "select pg_get_triggerdef(oid) from pg_trigger where tgrelid = %s::regclass and not tgisinternal", [f"public.{table}"]
    ).fetchall()
    for (definition,) in triggers:
        server.execute(
            definition.replace(f"ON public.{table}", f"ON twin.{table}").replace(f" ON {table} ", f" ON twin.{table} ")
        )


def one_by_one(barrier: Any, world: Any) -> int:
    from duecourse.invoicing import actions

    (invoice,) = new_invoices(world, 1)
    actions.post_invoices(world.call, [invoice])
    barrier.wait()
    done, began = 0, time.perf_counter()
    while time.perf_counter() - began < SECONDS:
        actions.post_invoices(world.call, [invoice])
        done += 1
    return done


def run() -> list[Figure]:
    from django.db import connection

    from duecourse.core.call import within
    from duecourse.invoicing import queries
    from tests.world import build

    with database() as access:
        world = build()
        with access.owner.connect() as server:
            rate = through_the_action(world)
            server.execute("select set_config('duecourse.company', %s, false)", [str(world.call.company.id)])
            since = _after_warm_up(server)
        copy_rate = by_copy(access, since, world.call.company.id)
        share = rate / copy_rate
        tell(
            f"posting: {INVOICES:,} invoices of 3 lines in batches of {BATCH}: {rate:,.0f}/s through the action, {copy_rate:,.0f}/s by COPY"
        )
        if share < SHARE_MIN:
            from duecourse.invoicing import actions

            profile(lambda: actions.post_invoices(world.call, new_invoices(world, BATCH)))
        counts = in_processes(WRITERS, one_by_one, [(world,)] * WRITERS)
        single = sum(counts) / SECONDS
        connection.close()
        with within(world.call):
            checked, gaps = queries.number_gaps(world.call)
        tell(
            f"numbering: {WRITERS} writers one by one: {single:,.0f} invoices/s, {checked:,} numbers, gaps and duplicates: {gaps or 'none'}"
        )
        if single < ONE_BY_ONE_MIN:
            from duecourse.invoicing import actions

            profile(lambda: [actions.post_invoices(world.call, new_invoices(world, 1)) for _ in range(50)])
    return [
        Figure(
            "posting in batches",
            f"{rate:,.0f}/s = {share:.0%} of COPY ({copy_rate:,.0f}/s)",
            f"≥ {SHARE_MIN:.0%}",
            share >= SHARE_MIN,
        ),
        Figure(
            "posting one by one, gapless",
            f"{single:,.0f}/s, {len(gaps)} gaps",
            f"≥ {ONE_BY_ONE_MIN}/s, 0 gaps",
            single >= ONE_BY_ONE_MIN and not gaps,
        ),
    ]


def _after_warm_up(server: Any) -> dict[str, int]:
    """The last id of the warm-up batch in every table."""
    (entry,) = server.execute(
        "select id from ledger_journalentry where kind = 'invoice' order by id offset %s limit 1", [BATCH - 1]
    ).fetchone()
    (item,) = server.execute("select id from receivables_openitem order by id offset %s limit 1", [BATCH - 1]).fetchone()
    (invoice,) = server.execute("select id from invoicing_invoice order by id offset %s limit 1", [BATCH - 1]).fetchone()
    return {
        "ledger_journalentry": entry,
        "ledger_posting": server.execute("select max(id) from ledger_posting where entry_id <= %s", [entry]).fetchone()[0],
        "receivables_openitem": item,
        "invoicing_invoice": invoice,
        "invoicing_invoiceline": server.execute(
            "select max(id) from invoicing_invoiceline where invoice_id <= %s", [invoice]
        ).fetchone()[0],
        "core_event": server.execute(
            "select id from core_event where name = 'invoicing.invoices-posted' order by id limit 1"
        ).fetchone()[0],
    }
