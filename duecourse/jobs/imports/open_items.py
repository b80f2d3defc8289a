"""Read an SAP-like extract of open items: the take-over of open items with this system's heads and strict cells. Pure.

Its columns are known by name, so nobody has to say what they are; days are written 2020-04-30 or 20200430, amounts with a decimal
point and no groups, and everything else is rejected.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.documents.rules import ITEMS
from duecourse.jobs.imports import items
from duecourse.jobs.imports.cells import Row, Table
from duecourse.jobs.imports.csv_files import open_csv
from duecourse.jobs.imports.reading import Reading
from duecourse.jobs.imports.reading import Reject as Rejected
from duecourse.receivables.rules import TakeOverItem

SYSTEM = "sap"
# Our field → the column names it goes by in such extracts.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "company": ("business_code", "company_code", "bukrs"),
    "customer": ("cust_number", "customer_number", "kunnr"),
    "name": ("name_customer", "customer_name", "name1"),
    "year": ("business_year", "buisness_year", "fiscal_year", "gjahr"),
    "document": ("doc_id", "document_number", "belnr"),
    "issue": ("document_create_date.1", "document_date", "bldat", "posting_date", "budat"),
    "due": ("due_in_date", "due_date", "faedt"),
    "currency": ("invoice_currency", "currency", "waers"),
    "amount": ("total_open_amount", "open_amount", "amount_open"),
    "number": ("invoice_id", "invoice_number", "xblnr"),
    "open": ("isopen", "is_open"),
}
REQUIRED = ("customer", "name", "document", "issue", "due", "currency", "amount")
_DAY = "a date as 2020-04-30 or 20200430"
_EXPECTED: Mapping[str, str] = {
    "take-over.empty": "a value",
    "take-over.not-a-date": _DAY,
    "take-over.not-an-amount": "digits with a decimal point",
    "take-over.decimals": "an amount of its currency (it has more decimals than {currency} has)",
    "take-over.currency": "an amount of its currency (“{value}” is not an ISO 4217 currency code)",
    "take-over.zero": "something open",
    "take-over.far-due": "a date near the document's ({issue}); day and month may be swapped",
    "take-over.twice": "a document once; it stands in line {line} already",
    "take-over.fields": "{expected} fields as in the header",
    "take-over.too-long": "at most {longest} characters",
    "take-over.not-a-flag": "1 or 0",
    "take-over.too-large": "an amount that can be kept",
}


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


def mapping_of(heads: Sequence[str]) -> dict[str, str]:
    """Place of a column → field, by the names above, the first of them that is there."""
    folded = [head.casefold() for head in heads]
    found = {need: next((folded.index(name) for name in names if name in folded), None) for need, names in COLUMNS.items()}
    return {str(place): need for need, place in found.items() if place is not None}


def is_extract(heads: Sequence[str]) -> bool:
    """Whether a file has all the columns that such an extract must have."""
    return set(REQUIRED) <= set(mapping_of(heads).values())


def read(data: bytes, name: str) -> Extract:
    """Rows and rejects of a CSV file with a header. Errors: Refused('import.not-a-table') when it is no such file at all."""
    table = open_csv(data, name, header=1)
    if not table.encoding.startswith("UTF"):
        line = next((place for place, text in enumerate(data.split(b"\n"), 1) if not _is_utf8(text)), 1)
        raise Refused("import.not-a-table", f"{name}:{line}: expected UTF-8 text; save the file as CSV UTF-8.")
    mapping = mapping_of(table.heads)
    missing = [f"{need} ({' or '.join(COLUMNS[need])})" for need in REQUIRED if need not in mapping.values()]
    if missing:
        raise Refused("import.not-a-table", f"{name}:1: these columns are missing: {', '.join(missing)}. Nothing was read.")
    return _extract(table, mapping)


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _extract(table: Table, mapping: Mapping[str, str]) -> Extract:
    reading = Reading(ITEMS, len(table.heads), mapping, {}, (), strict=True)
    sifted = items.read(reading, list(table.rows()))
    rejects = tuple(_reject(reading, found) for found in sifted.rejects)
    return Extract(tuple(item for _, item in sifted.drafts), rejects, len(sifted.left))


def _reject(reading: Reading, found: Rejected) -> Reject:
    expected = _EXPECTED.get(found.reason.code, found.reason.code).format(**found.reason.params)
    if found.reason.code == "take-over.fields":
        return Reject(found.row.line, "the row", expected, f"{found.reason.params['found']} fields")
    value = _raw(reading, found.row, found.field)
    if found.field == "amount" and found.reason.code in ("take-over.decimals", "take-over.currency"):
        value = f"{value} {_raw(reading, found.row, 'currency')}"
    return Reject(found.row.line, found.field, expected, value)


def _raw(reading: Reading, row: Row, name: str) -> str:
    place = reading.places.get(name)
    return "" if place is None else row.cells[place]
