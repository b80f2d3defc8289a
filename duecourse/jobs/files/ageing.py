"""`duecourse ageing`: who owed how much, how late, on a given day, from plain files."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Mapping, Sequence

from duecourse.jobs.files import tables
from duecourse.jobs.files.tables import Problems
from duecourse.receivables.rules import BUCKETS, AgedAllocation, AgedItem, age_items, last_moment

_ITEMS_REQUIRED = ("item_id", "customer_id", "issue_date", "due_date", "currency", "amount_open")
_ITEMS_OPTIONAL = ("kind",)
_ALLOCATIONS = ("item_id", "amount", "value_date", "recorded_at")


def parser() -> argparse.ArgumentParser:
    """The command line; its --help is the reference."""
    made = argparse.ArgumentParser(
        prog="duecourse ageing",
        description="Age open items as of a day, by customer and currency. What is due on that day is not due yet. "
        "A credit ages by its own due date, without one by its issue date. Items issued after the day are left out. "
        "An allocation counts when its value date is on or before the day and it was recorded by --known-at.",
    )
    made.add_argument(
        "--open-items", required=True, metavar="O.csv", help="item_id,customer_id,kind,issue_date,due_date,currency,amount_open"
    )
    made.add_argument("--as-of", required=True, metavar="DATE", help="the business day to look at, YYYY-MM-DD")
    made.add_argument(
        "--allocations", metavar="A.csv", help="item_id,amount,value_date,recorded_at; a reversal has a negative amount"
    )
    made.add_argument(
        "--known-at", metavar="T", help="an instant with zone, or a date (its last moment in UTC); default: everything recorded"
    )
    made.add_argument("--out", default="-", metavar="G.csv", help="where the table goes; - is standard output (default)")
    return made


def ageing(argv: Sequence[str]) -> int:
    """Run the command. Returns 0, or 2 when the input is refused (problems on standard error, nothing written)."""
    options = parser().parse_args(argv)
    problems = Problems()
    on = tables.parse_date(options.as_of)
    if on is None:
        problems.add("--as-of", 0, "DATE", f"expected a date as YYYY-MM-DD, not {options.as_of!r}")
    known_at = _known_at(options.known_at, problems)
    items, currencies = _read_items(options.open_items, problems)
    allocations = _read_allocations(options.allocations, currencies, problems) if options.allocations else []
    if problems.found or on is None:
        return problems.tell()
    rows = age_items(items, allocations, on, known_at)
    tables.write(
        options.out,
        ("customer_id", "currency", *BUCKETS, "total"),
        ((row.customer_id, row.currency, *(part.amount for part in row.buckets), row.total.amount) for row in rows),
        problems,
    )
    return problems.tell() if problems.found else 0


def _known_at(text: str | None, problems: Problems) -> dt.datetime | None:
    if text is None:
        return None
    day = tables.parse_date(text)
    instant = last_moment(day) if day else tables.parse_instant(text)
    if instant is None:
        problems.add(
            "--known-at", 0, "T", f"expected a date or an instant with its zone, as in 2026-10-02T14:30:00Z, not {text!r}"
        )
    return instant


def _read_items(path: str, problems: Problems) -> tuple[list[AgedItem], dict[str, str | None]]:
    """The items, and the currency of every item id in the file (None when its row has it wrong)."""
    items: list[AgedItem] = []
    currencies: dict[str, str | None] = {}
    lines: dict[str, int] = {}
    for row in tables.read(path, _ITEMS_REQUIRED, _ITEMS_OPTIONAL, problems):
        item_id, customer_id = row.text("item_id", required=True), row.text("customer_id", required=True)
        kind = row.choice("kind", ("invoice", "credit_note"))
        issue_date, due_date = row.date("issue_date", required=True), row.date("due_date")
        currency = row.currency("currency")
        amount = row.money("amount_open", currency)
        if amount is not None and kind == "credit_note" and amount.amount > 0:
            row.wrong("amount_open", "expected a negative amount, because this is a credit note")
        if amount is not None and amount.amount > 0 and not row.values["due_date"]:
            row.wrong("due_date", "expected a date as YYYY-MM-DD: only a credit may be without a due date")
        if item_id in lines:
            row.wrong("item_id", f"expected each item once; it stands in line {lines[item_id]} too")
        lines.setdefault(item_id, row.line)
        currencies.setdefault(item_id, currency)
        if issue_date is not None and amount is not None:
            items.append(
                AgedItem(item_id=item_id, customer_id=customer_id, issue_date=issue_date, due_date=due_date, open=amount)
            )
    return items, currencies


def _read_allocations(path: str, currencies: Mapping[str, str | None], problems: Problems) -> list[AgedAllocation]:
    allocations: list[AgedAllocation] = []
    for row in tables.read(path, _ALLOCATIONS, (), problems):
        item_id = row.text("item_id", required=True)
        if item_id and item_id not in currencies:
            row.wrong("item_id", "expected an item of the open items file")
        value_date, recorded_at = row.date("value_date", required=True), row.instant("recorded_at")
        amount = row.money("amount", currencies.get(item_id))
        if amount is not None and value_date is not None and recorded_at is not None:
            allocations.append(AgedAllocation(item_id=item_id, amount=amount, value_date=value_date, recorded_at=recorded_at))
    return allocations
