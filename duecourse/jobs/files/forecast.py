"""`duecourse forecast payments`: when will each open invoice be paid, and what cash comes in by week, from plain files."""

from __future__ import annotations

import argparse
import datetime as dt
import os
from collections.abc import Iterator, Sequence

from duecourse.jobs.files import tables
from duecourse.jobs.files.tables import Problems, Row
from duecourse.prediction.rules import Answer, Item

_REQUIRED = ("invoice_id", "customer_id", "issue_date", "due_date", "currency", "amount")
_OPTIONAL = ("disputed_date", "promised_date", "segment")
_OUT = ("invoice_id", "p10_date", "p50_date", "p90_date", "late_probability", "late_30_probability")
_WEEKLY = ("week_start", "currency", "expected", "low_80", "high_80")
_YEARS = range(1900, 2201)


def parser() -> argparse.ArgumentParser:
    """The command line; its --help is the reference."""
    columns = ",".join((*_REQUIRED, "paid_date"))
    optional = ",".join(_OPTIONAL)
    made = argparse.ArgumentParser(
        prog="duecourse forecast payments",
        description="Say when each open invoice will be paid: the day by which it is paid with 10, 50 and 90 % chance, from the "
        "day after DATE on, and the chance that it is paid after its due date, and more than 30 days after. Learnt from the "
        "history alone, as it was known at the end of DATE; the same files give the same answer. Where there is little history, "
        "customers' records, then their segment's, then plain terms are believed.",
    )
    made.add_argument(
        "--history",
        required=True,
        metavar="H.csv",
        help=f"{columns}; optional {optional}. All that is known at DATE, paid or not: paid_date empty = open at DATE, after "
        "DATE = refused. Paid before its issue counts as paid in advance; negative amounts (credit notes) teach nothing; "
        "what is issued after DATE is not looked at, nor a dispute of a later day",
    )
    made.add_argument(
        "--open",
        required=True,
        metavar="O.csv",
        help=f"{columns}; optional {optional}. What to estimate; paid_date stays empty. Rows may stand in H too. An amount is "
        "taken as open in full, a negative one as a credit note that lowers the cash expected. issue_date may be after DATE",
    )
    made.add_argument("--as-of", required=True, metavar="DATE", help="the last day that is known, as YYYY-MM-DD")
    made.add_argument("--out", required=True, metavar="F.csv", help=",".join(_OUT) + "; - is standard output")
    made.add_argument(
        "--weekly",
        metavar="W.csv",
        help=",".join(_WEEKLY)
        + ": cash from the invoices of O in 13 weeks of 7 days from DATE + 1, by currency, with an 80 %% band",
    )
    return made


def payments(argv: Sequence[str]) -> int:
    """Run the command. Returns 0, or 2 when the input is refused (problems on standard error, nothing written)."""
    arguments = parser()
    options = arguments.parse_args(argv)
    as_of = tables.parse_date(options.as_of)
    if as_of is None or as_of.year not in _YEARS:
        arguments.error(f"argument --as-of: expected a date as YYYY-MM-DD, not {options.as_of!r}")
    if options.weekly is not None and options.weekly == options.out:
        arguments.error("argument --weekly: expected another file than --out")
    problems = Problems()
    history, settled = _history(options.history, as_of, problems)
    wanted = _wanted(options.open, as_of, settled, problems)
    if problems.found:
        return problems.tell()
    found = _answer(history, wanted, as_of)
    tables.write(options.out, _OUT, _rows(found), problems)
    if options.weekly is not None and not problems.found:
        tables.write(options.weekly, _WEEKLY, _weeks(found), problems)
    return problems.tell() if problems.found else 0


def _answer(history: Sequence[Item], wanted: Sequence[Item], as_of: dt.date) -> Answer:
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # more wait for each other; before the first import of what learns
    from duecourse.prediction.rules.answer import answer

    return answer(history, wanted, as_of)


def _history(path: str, as_of: dt.date, problems: Problems) -> tuple[list[Item], dict[str, int]]:
    """The rows, and the lines of those that were paid, by id."""
    lines: dict[str, int] = {}
    settled: dict[str, int] = {}
    items = []
    for row in tables.read(path, (*_REQUIRED, "paid_date"), _OPTIONAL, problems):
        item = _item(row, lines)
        paid = row.date("paid_date")
        if paid is not None and paid > as_of:
            row.wrong("paid_date", f"expected a day up to {as_of}, because nothing later is known then, or empty = still open")
        if paid is not None:
            settled[row.text("invoice_id")] = row.line
        if item is not None:
            items.append(item)
    return items, settled


def _wanted(path: str, as_of: dt.date, settled: dict[str, int], problems: Problems) -> list[Item]:
    lines: dict[str, int] = {}
    items = []
    for row in tables.read(path, _REQUIRED, ("paid_date", *_OPTIONAL), problems):
        item = _item(row, lines)
        paid, identity = row.date("paid_date"), row.text("invoice_id")
        if paid is not None:
            row.wrong("paid_date", f"expected it empty, because the invoice is to be open at {as_of}")
        elif identity in settled:
            row.wrong("invoice_id", f"expected an open invoice; the history has it as paid (line {settled[identity]})")
        if item is not None:
            items.append(item)
    return items


def _item(row: Row, lines: dict[str, int]) -> Item | None:
    """One invoice, or None after noting what is wrong with it."""
    before = len(row.problems.found)
    identity = row.text("invoice_id", required=True)
    if identity and identity in lines:
        row.wrong("invoice_id", f"expected each id once; it stands in line {lines[identity]} too")
    lines.setdefault(identity, row.line)
    customer = row.text("customer_id", required=True)
    days = {
        name: row.date(name, required=name in _REQUIRED) for name in ("issue_date", "due_date", "disputed_date", "promised_date")
    }
    days["paid_date"] = tables.parse_date(row.text("paid_date"))
    for name, day in days.items():
        if day is not None and day.year not in _YEARS:
            row.wrong(name, f"expected a year from {_YEARS[0]} to {_YEARS[-1]}")
    amount = row.money("amount", row.currency("currency"))
    issued, due = days["issue_date"], days["due_date"]
    if issued is None or due is None or amount is None or len(row.problems.found) > before:
        return None
    return Item(
        identity, customer, issued, due, amount.currency, amount.amount, days["paid_date"], days["disputed_date"],
        days["promised_date"], row.text("segment"),
    )  # fmt: skip


def _rows(found: Answer) -> Iterator[Sequence[object]]:
    for one in found.estimates:
        yield one.item_id, one.p10, one.p50, one.p90, one.late, one.late_30


def _weeks(found: Answer) -> Iterator[Sequence[object]]:
    for week in found.weeks:
        yield week.start, week.expected.currency, week.expected.amount, week.low.amount, week.high.amount
