"""Read an SAP-like extract of open items. Pure: a file in, rows and rejects out; what is not certain is rejected, never guessed."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.receivables.rules import TakeOverItem

SYSTEM = "sap"
# What we need → the column names it goes by in such extracts.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "company": ("business_code", "company_code", "bukrs"),
    "customer": ("cust_number", "customer_number", "kunnr"),
    "name": ("name_customer", "customer_name", "name1"),
    "year": ("business_year", "buisness_year", "fiscal_year", "gjahr"),
    "document": ("doc_id", "document_number", "belnr"),
    "issue": ("document_create_date.1", "document_date", "bldat", "posting_date", "budat"),
    "posted": ("posting_date", "budat"),
    "due": ("due_in_date", "due_date", "faedt"),
    "currency": ("invoice_currency", "currency", "waers"),
    "amount": ("total_open_amount", "open_amount", "amount_open"),
    "invoice": ("invoice_id", "invoice_number", "xblnr"),
    "open": ("isopen", "is_open"),
}
REQUIRED = ("customer", "name", "document", "issue", "due", "currency", "amount")
_AMOUNT = re.compile(r"[+-]?\d{1,14}(\.\d{1,4})?")
_ID = re.compile(r"(\d+)\.0+")  # an id that a spreadsheet turned into a number
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})|(\d{4})(\d{2})(\d{2})(?:\.0+)?")


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that cannot be taken over: where, what was expected, and the value that was there."""

    line: int
    column: str
    expected: str
    value: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.column}: expected {self.expected}, found “{self.value}”"


@dataclass(frozen=True, slots=True)
class Extract:
    """Everything a file says: rows that can be taken over, rejects, and how many rows were closed already."""

    items: tuple[TakeOverItem, ...]
    rejects: tuple[Reject, ...]
    closed: int

    def sums(self) -> dict[str, Money]:
        """The items' sum per currency."""
        result: dict[str, Money] = {}
        for item in self.items:
            currency = item.money.currency
            result[currency] = result.get(currency, Money.zero(currency)) + item.money
        return result


def read(data: bytes, name: str) -> Extract:
    """Rows and rejects of a CSV file with a header. Errors: Refused('import.not-a-table') when it is no such file at all."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise Refused("import.not-a-table", f"{name}:{line}: expected UTF-8 text; save the file as CSV UTF-8.") from None
    if "\x00" in text:
        raise Refused("import.not-a-table", f"{name} has NUL bytes; it is not a CSV file.")
    table = csv.reader(io.StringIO(text))
    head = [cell.strip().casefold() for cell in next(table, [])]
    place = {need: _column(head, names) for need, names in COLUMNS.items()}
    missing = [f"{need} ({' or '.join(COLUMNS[need])})" for need in REQUIRED if place[need] is None]
    if missing:
        raise Refused("import.not-a-table", f"{name}:1: these columns are missing: {', '.join(missing)}. Nothing was read.")
    return _rows(table, head, {need: column for need, column in place.items() if column is not None})


def _column(head: Sequence[str], names: Sequence[str]) -> int | None:
    return next((head.index(name) for name in names if name in head), None)


def _rows(table: csv.reader, head: Sequence[str], place: Mapping[str, int]) -> Extract:  # type: ignore[valid-type]
    items: list[TakeOverItem] = []
    rejects: list[Reject] = []
    seen: dict[str, int] = {}
    closed = 0
    for row in table:  # type: ignore[attr-defined]
        line: int = table.line_num  # type: ignore[attr-defined]
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(head):
            rejects.append(Reject(line, "the row", f"{len(head)} fields as in the header", f"{len(row)} fields"))
            continue
        cells = {need: row[column].strip() for need, column in place.items()}
        if cells.get("open", "1") in ("0", "0.0", "false"):
            closed += 1
            continue
        found = _item(line, cells)
        if isinstance(found, Reject):
            rejects.append(found)
        elif found.external_id in seen:
            rejects.append(
                Reject(line, "document", f"a document once; it stands in line {seen[found.external_id]} already", found.number)
            )
        else:
            seen[found.external_id] = line
            items.append(found)
    return Extract(tuple(items), tuple(rejects), closed)


def _item(line: int, cells: Mapping[str, str]) -> TakeOverItem | Reject:
    for need in ("customer", "name", "document", "currency"):
        if not cells[need]:
            return Reject(line, need, "a value", "")
    issue, due = _date(cells["issue"]), _date(cells["due"])
    if issue is None:
        return Reject(line, "issue", "a date as 2020-04-30 or 20200430", cells["issue"])
    if due is None:
        return Reject(line, "due", "a date as 2020-04-30 or 20200430", cells["due"])
    if (due - issue).days > 730 or (issue - due).days > 365:
        return Reject(line, "due", f"a date near the document's ({issue}); day and month may be swapped", cells["due"])
    if not _AMOUNT.fullmatch(cells["amount"]):
        return Reject(line, "amount", "digits with a decimal point", cells["amount"])
    try:
        money = Money(Decimal(cells["amount"]), cells["currency"].upper())
    except Refused as refused:
        return Reject(line, "amount", f"an amount of its currency ({refused.message})", f"{cells['amount']} {cells['currency']}")
    if not money:
        return Reject(line, "amount", "something open", cells["amount"])
    document = _id(cells["document"])
    return TakeOverItem(
        external_id="/".join(part for part in (cells.get("company", ""), _id(cells.get("year", "")), document) if part),
        customer_number=_id(cells["customer"]),
        customer_name=cells["name"],
        number=_id(cells.get("invoice", "")) or document,
        issue_date=issue,
        due_date=due,
        money=money,
    )


def _id(text: str) -> str:
    """An id as it was before a spreadsheet made it a number: 1930571429.0 → 1930571429. Leading zeros stay."""
    match = _ID.fullmatch(text)
    return match.group(1) if match else text


def _date(text: str) -> dt.date | None:
    match = _DATE.fullmatch(text)
    if not match:
        return None
    year, month, day = match.groups()[:3] if match.group(1) else match.groups()[3:]
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None
