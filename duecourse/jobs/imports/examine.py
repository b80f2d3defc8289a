"""A file looked at as a whole: its columns, what taking it over would do, and whether that ties out with a sum of its own.

The same for the screen, the API and the shell; `written` does what was shown.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import ModuleType
from typing import Any

from duecourse.core.call import Call
from duecourse.core.money import rounded
from duecourse.core.reasons import Reason, say, to_json
from duecourse.documents import queries as document_facts
from duecourse.documents import rules
from duecourse.documents.rules import Kind
from duecourse.jobs.imports import balances, customers, guess, items, paid_history, products
from duecourse.jobs.imports.cells import FILE_MAX, REJECT_HEADS, Number, Row, Table, not_a_table
from duecourse.jobs.imports.csv_files import open_csv
from duecourse.jobs.imports.guess import Column
from duecourse.jobs.imports.reading import Checked, Reading, problems_of_mapping
from duecourse.jobs.imports.xlsx_files import open_xlsx

KINDS: Mapping[str, ModuleType] = {
    "customers": customers,
    "products": products,
    "open-items": items,
    "balances": balances,
    "history": paid_history,
}
SHOWN_REJECTS = 200
SHOWN_PARTS = 100
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")


@dataclass
class Examined:
    """What was found out."""

    kind: Kind
    table: Table
    rows: list[Row]
    columns: list[Column]
    mapping: dict[str, str]
    options: dict[str, Any]
    reading: Reading
    checked: Checked[Any]
    sums: list[dict[str, Any]]

    @property
    def fingerprint(self) -> str:
        return document_facts.fingerprint(self.table.heads)


def open_table(data: bytes, name: str, options: Mapping[str, Any]) -> Table:
    """The table of a CSV or XLSX file, by what it begins with. Errors: Refused('import.not-a-table')."""
    if not data:
        raise not_a_table(f"{name} is empty. Export it again.")
    if len(data) > FILE_MAX:
        raise not_a_table(
            f"{name} has {len(data) // 1_000_000} MB; {FILE_MAX // 1_000_000} are read at most. Part it into several files."
        )
    header = int(options["header"]) if options.get("header") else None
    if data[:2] == b"PK" or data[:4] == b"\xd0\xcf\x11\xe0":
        return open_xlsx(data, name, str(options.get("sheet", "")), header)
    return open_csv(data, name, header)


def examine(
    call: Call, data: bytes, name: str, kind_name: str, system: str, mapping: Mapping[str, str], options: Mapping[str, Any]
) -> Examined:
    """Read the file, guess its columns where nobody said what they are, and check every row against the books. Writes nothing.

    Errors: Refused('import.not-a-table'), Refused('documents.unknown-kind').
    """
    kind = rules.kind_of(kind_name)
    table = open_table(data, name, options)
    rows = _shared(table)
    columns = guess.look_at_columns(table.heads, rows)
    remembered = document_facts.remembered_mapping(call, kind.name, document_facts.fingerprint(table.heads))
    guess.guess(kind, columns, rows)
    if mapping:
        guess.choose(kind, columns, rows, mapping, None)
    elif remembered:
        guess.choose(kind, columns, rows, remembered[0], Reason("take-over.guess-remembered", {"day": remembered[2]}))
        options = {**remembered[1], **options}
    mapped = {str(column.place): column.field for column in columns if column.field}
    reading = Reading(kind, len(table.heads), mapped, options, rows)
    _say_evidence(columns, reading)
    problems = problems_of_mapping(kind, reading)
    if problems:
        checked: Checked[Any] = Checked(problems=problems)
    else:
        checked = KINDS[kind.name].check(call, reading, rows, system)
    checked.notes = [*table.notes, *checked.notes]
    if reading.serials:
        checked.notes.append(Reason("take-over.note-serial", {"count": reading.serials}))
    return Examined(kind, table, rows, columns, mapped, dict(options), reading, checked, sums(call, reading, rows, checked))


def _shared(table: Table) -> list[Row]:
    """All rows, equal texts kept once: a column of currencies or customers repeats itself."""
    seen: dict[str, str] = {}
    keep = seen.setdefault
    return [
        Row(row.line, tuple(keep(cell, cell) if type(cell) is str and len(cell) < 64 else cell for cell in row.cells))
        for row in table.rows()
    ]


def _say_evidence(columns: Sequence[Column], reading: Reading) -> None:
    """Beside each amount and date: what its values say of its decimal mark or its order, and what a person has to say."""
    for column in columns:
        if column.field in reading.amounts:
            seen, style = reading.amounts[column.field], reading.styles[column.field]
            if seen.comma and seen.point:
                column.why.append(Reason("take-over.guess-both-marks", {"comma": seen.comma, "point": seen.point}))
            elif seen.either and not style:
                column.why.append(Reason("take-over.guess-marks", {"count": seen.either}))
            elif style in ("comma", "point"):
                column.why.append(Reason(f"take-over.guess-{style}"))
            if not seen.style or reading.options.get("decimals", {}).get(column.field):
                column.ask = "decimals"
        if column.field in reading.days:
            days = reading.days[column.field]
            if days.order:
                column.why.append(Reason("take-over.guess-days", {"count": days.day_first + days.month_first}))
            elif days.either and not reading.orders[column.field]:
                column.why.append(Reason("take-over.guess-orders", {"count": days.either}))
            if (days.either and not days.order) or reading.options.get("dates", {}).get(column.field):
                column.ask = "dates"
        if column.ask and not (reading.styles if column.ask == "decimals" else reading.orders).get(column.field):
            column.sure = "look"


# -- does it tie out


def plain_amount(text: str, style: str) -> Decimal | None:
    """An amount by nothing but its characters, apart from how rows are read: digits, a sign, and the last mark that parts cents."""
    digits = "".join(letter for letter in text if letter.isdigit())
    if not digits:
        return None
    mark = {"comma": ",", "point": "."}.get(style, "")
    last = max(text.rfind("."), text.rfind(","))
    place = text.rfind(mark) if mark else last
    part = "".join(letter for letter in text[place + 1 :] if letter.isdigit()) if place >= 0 else ""
    minus = "-" in text or "\u2212" in text or "(" in text
    return Decimal(int(digits) * (-1 if minus else 1)).scaleb(-len(part))


def sums(call: Call, reading: Reading, rows: Sequence[Row], checked: Checked[Any]) -> list[dict[str, Any]]:
    """Per currency: what the file's amounts add up to by themselves, what of that is ready, known, left out and rejected, and whether
    the ready rows as read add up to the same as their plain characters."""
    if not reading.has("amount", "balance", "debit", "credit"):
        return []
    where = {row.line: "ready" for row, _ in checked.ready} | {row.line: "known" for row in checked.known}
    where |= {row.line: "left" for row, _ in checked.left} | {reject.row.line: "rejected" for reject in checked.rejects}
    plain: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    places = [
        (name, reading.places[name], sign, reading.styles.get(name, ""))
        for name, sign in (("amount", 1), ("balance", 1), ("debit", 1), ("credit", -1))
        if name in reading.places
    ]
    base = call.company.currency if reading.kind.name == "balances" else ""
    default = str(reading.options.get("currency", "")) or base
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        currency, value = _plain_row(reading, row, places, default)
        state = where.get(row.line, "rejected")
        plain[currency][state] += value
        counts[currency][state] += 1
    taken: dict[str, Decimal] = defaultdict(Decimal)
    for _, _, currency, amount, _ in checked.parts:
        taken[currency] += amount
    found = []
    for currency in sorted(plain):
        own = plain[currency]
        rate = checked.rates.get(currency)
        found.append(
            {
                "currency": currency,
                "rows": counts[currency].total(),
                "ready_rows": counts[currency]["ready"],
                "file": f"{sum(own.values(), Decimal(0)):f}",
                "ready": f"{taken[currency]:f}",
                "known": f"{own['known']:f}",
                "left": f"{own['left']:f}",
                "rejected": f"{own['rejected']:f}",
                "ties": own["ready"] == taken[currency],
                "rate": None if rate is None else f"{rate:f}",
                "company": None if rate is None else f"{rounded(taken[currency] * rate, call.company.currency):f}",
            }
        )
    return found


def _plain_row(reading: Reading, row: Row, places: Sequence[tuple[str, int, int, str]], default: str) -> tuple[str, Decimal]:
    """A row's currency as it stands there, and its amount by `plain_amount`: debit less credit where there are two."""
    cells, total = row.cells, Decimal(0)
    at = reading.places.get("currency")
    currency = (cells[at].upper() if at is not None and at < len(cells) else "") or default
    for name, place, sign, style in places:
        text = cells[place] if place < len(cells) else ""
        value = plain_amount(text, "point" if type(text) is Number else style) if text else None
        if value is not None:
            total += sign * value
        if name == "balance" and value is not None:
            break
    return currency[:12], total


# -- as plain values, for the take-over's row


def found_json(done: Examined) -> dict[str, Any]:
    """What the file holds, for screen and API."""
    table = done.table
    return {
        "format": table.format,
        "encoding": table.encoding,
        "delimiter": table.delimiter,
        "sheets": list(table.sheets),
        "sheet": table.sheet,
        "header_line": table.header_line,
        "rows": len(done.rows),
        "notes": [to_json(note) for note in done.checked.notes],
        "columns": [
            {
                "place": column.place,
                "head": column.head[:100],
                "samples": column.samples,
                "filled": column.filled,
                "field": column.field,
                "sure": column.sure,
                "why": [to_json(reason) for reason in column.why],
                "ask": column.ask,
                "chosen": done.options.get(column.ask, {}).get(column.field, "") if column.ask else "",
            }
            for column in done.columns
        ],
    }


def outcome_json(done: Examined) -> dict[str, Any]:
    """What taking it over would do, for screen and API."""
    checked = done.checked
    return {
        **checked.counts(),
        "problems": [to_json(reason) for reason in checked.problems],
        "sums": done.sums,
        "ties": all(part["ties"] for part in done.sums),
        "will": checked.will,
        "left_by": dict(Counter(code for _, code in checked.left)),
        "parts": [
            [number, name, currency, f"{amount:f}", rows] for number, name, currency, amount, rows in checked.parts[:SHOWN_PARTS]
        ],
        "parts_total": len(checked.parts),
        "rejects": [
            {"row": reject.row.line, "number": _number(done, reject.row), "field": reject.field, "reason": to_json(reject.reason)}
            for reject in checked.rejects[:SHOWN_REJECTS]
        ],
        "rejects_by": dict(Counter(reject.reason.code for reject in checked.rejects).most_common()),
    }


def _number(done: Examined, row: Row) -> str:
    for name in ("number", "document", "account", "customer"):
        place = done.reading.places.get(name)
        if place is not None and place < len(row.cells) and row.cells[place]:
            return row.cells[place][:40]
    return ""


def rejects_csv(done: Examined) -> bytes:
    """The rejected rows as they were, with their line, field and reason behind: mended, the file can be taken over alone."""
    delimiter = done.table.delimiter or ","
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    width = len(done.table.heads)
    writer.writerow([*done.table.heads, *REJECT_HEADS])
    for reject in done.checked.rejects:
        cells = [*reject.row.cells[:width], *[""] * (width - len(reject.row.cells))]
        if len(reject.row.cells) > width:
            cells[-1] = delimiter.join(reject.row.cells[width - 1 :])
        label = done.kind.field(reject.field).label if reject.field else ""
        writer.writerow([*map(guarded, cells), reject.row.line, label, say(reject.reason)])
    return text.getvalue().encode("utf-8-sig")


def guarded(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula; `cells.unguarded` takes the apostrophe away again."""
    return "'" + cell if cell.startswith(("=", "+", "-", "@", "\t", "\r")) and not _NUMBER.fullmatch(cell) else str(cell)


def same_figures(shown: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether what would be taken is what the person saw: rows and sums."""
    names = ("ready", "known", "rejected", "sums", "will")
    return not now["problems"] and all(shown.get(name) == now.get(name) for name in names)


def written(call: Call, done: Examined, system: str) -> dict[str, int]:
    """Write the ready rows by the actions of their rooms; what was made."""
    made: dict[str, int] = KINDS[done.kind.name].write(call, done.checked, done.reading, system)
    return made
