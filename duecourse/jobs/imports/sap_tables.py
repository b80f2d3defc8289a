"""A folder of SAP tables as rows: JSON lines, JSON or CSV, one file or one folder of parts a table. Pure but for reading the files.

Tables and fields go by the names of the CDS views (billing_document_headers, billingDocument), however they are capitalised and
joined. A row that is no row is refused by file and line; the same row twice counts once.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.jobs.imports.values import read_day

# Table → the fields that name a row of it.
TABLES: Mapping[str, tuple[str, ...]] = {
    "business_partners": ("businessPartner",),
    "business_partner_addresses": ("businessPartner", "addressId"),
    "customer_company_assignments": ("customer", "companyCode"),
    "customer_sales_area_assignments": ("customer", "salesOrganization", "distributionChannel", "division"),
    "products": ("product",),
    "product_descriptions": ("product", "language"),
    "plants": ("plant",),
    "sales_order_headers": ("salesOrder",),
    "sales_order_items": ("salesOrder", "salesOrderItem"),
    "sales_order_schedule_lines": ("salesOrder", "salesOrderItem", "scheduleLine"),
    "outbound_delivery_headers": ("deliveryDocument",),
    "outbound_delivery_items": ("deliveryDocument", "deliveryDocumentItem"),
    "billing_document_headers": ("billingDocument",),
    "billing_document_items": ("billingDocument", "billingDocumentItem"),
    "billing_document_cancellations": ("billingDocument",),
    "journal_entry_items_accounts_receivable": ("companyCode", "fiscalYear", "accountingDocument", "accountingDocumentItem"),
    "payments_accounts_receivable": ("companyCode", "fiscalYear", "accountingDocument", "accountingDocumentItem"),
}
SUFFIXES = (".jsonl", ".ndjson", ".json", ".csv")
FILE_MAX = 500_000_000
_FOLD = re.compile(r"[^a-z0-9]")
_AMOUNT = re.compile(r"(-?)([0-9]{1,15}(\.[0-9]{1,6})?)(-?)")
_NUMBER = re.compile(r"[0-9]{1,9}")


def folded(text: str) -> str:
    """Letters and digits only, small."""
    return _FOLD.sub("", text.casefold())


@dataclass(frozen=True, slots=True)
class SapReject:
    """A row, or what hangs on it, that is not taken over: where it stands, what was expected, and what was there."""

    table: str
    line: int
    field: str
    expected: str
    value: str

    def __str__(self) -> str:
        return f"{self.table}:{self.line}, {self.field}: expected {self.expected}, found “{self.value}”"


class NotRead(Exception):
    """A field that cannot be read as what it has to be; its argument is the reject."""


@dataclass(frozen=True, slots=True)
class SapRow:
    """One row of a table; fields by their folded names."""

    table: str
    line: int
    values: Mapping[str, str]

    def text(self, name: str) -> str:
        """The field, empty when it is not there."""
        return self.values.get(folded(name), "")

    def wrong(self, name: str, expected: str) -> NotRead:
        return NotRead(SapReject(self.table, self.line, name, expected, self.text(name)[:60]))

    def needed(self, name: str) -> str:
        """Errors: NotRead when the field is empty or not there."""
        if not self.text(name):
            raise self.wrong(name, "a value")
        return self.text(name)

    def day(self, *names: str) -> dt.date | None:
        """The first of the fields that holds something, as a day. Errors: NotRead when that is none."""
        for name in names:
            if text := self.text(name):
                day = read_day(text, "")
                if not isinstance(day, dt.date):
                    raise self.wrong(name, "a day such as 2025-04-30")
                return day
        return None

    def amount(self, name: str) -> Decimal:
        """Digits with a decimal point; a minus may stand behind. Errors: NotRead."""
        match = _AMOUNT.fullmatch(self.text(name))
        if not match or (match[1] and match[4]):
            raise self.wrong(name, "digits with a decimal point")
        return -Decimal(match[2]) if match[1] or match[4] else Decimal(match[2])

    def money(self, name: str, currency_name: str) -> Money:
        """Errors: NotRead when either is not usable."""
        try:
            return Money(self.amount(name), self.needed(currency_name).upper())
        except Refused as refused:
            raise self.wrong(name, f"an amount of its currency ({refused.message})") from None

    def place(self, name: str) -> int:
        """An item number: 000010 is 10. Errors: NotRead."""
        if not _NUMBER.fullmatch(self.text(name)):
            raise self.wrong(name, "an item number")
        return int(self.text(name))

    def flag(self, name: str) -> bool:
        return self.text(name).casefold() in ("true", "x", "1")


@dataclass(slots=True)
class SapTables:
    """The tables of a folder, what of it was not read, and rows that are none."""

    rows: dict[str, list[SapRow]] = field(default_factory=dict)
    files: dict[str, list[str]] = field(default_factory=dict)
    repeated: dict[str, int] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    rejects: list[SapReject] = field(default_factory=list)

    def of(self, table: str) -> list[SapRow]:
        return self.rows.get(table, [])


def read_folder(folder: Path) -> SapTables:
    """Every table of a folder. Errors: Refused('import.not-a-folder') when it is none, or holds no table that is known."""
    if not folder.is_dir():
        raise Refused("import.not-a-folder", f"{folder} is no folder. Name the folder that holds the tables.")
    known = {folded(table): table for table in TABLES}
    result = SapTables()
    for path in sorted(folder.iterdir()):
        table = known.get(folded(path.stem if path.is_file() else path.name))
        parts = sorted(one for one in path.iterdir() if one.suffix in SUFFIXES) if path.is_dir() else [path]
        if table is None or not all(part.suffix in SUFFIXES for part in parts):
            result.ignored.append(path.name)
            continue
        for part in parts:
            result.files.setdefault(table, []).append(part.name)
            _read_file(part, table, result)
    if not result.rows:
        raise Refused(
            "import.not-a-folder",
            f"{folder} holds no table that is known, as JSON lines, JSON or CSV; known are {', '.join(TABLES)}.",
        )
    return result


def _read_file(path: Path, table: str, result: SapTables) -> None:
    rows = result.rows.setdefault(table, [])
    seen = {_key(row): row for row in rows}
    if path.stat().st_size > FILE_MAX:
        raise Refused("import.not-a-folder", f"{path.name} is larger than {FILE_MAX // 1_000_000} MB. Part it.")
    for line, values in _records(path, table, result):
        row = SapRow(table, line, {folded(name): _plain(value) for name, value in values.items()})
        empty = next((name for name in TABLES[table][:1] if not row.text(name)), None)
        if empty:
            result.rejects.append(SapReject(table, line, empty, "a value", ""))
            continue
        before = seen.get(_key(row))
        if before is None:
            seen[_key(row)] = row
            rows.append(row)
        elif before.values == row.values:
            result.repeated[table] = result.repeated.get(table, 0) + 1
        else:
            expected = f"a row once; line {before.line} says something else of it"
            result.rejects.append(SapReject(table, line, TABLES[table][0], expected, " ".join(_key(row))))


def _key(row: SapRow) -> tuple[str, ...]:
    return tuple(row.text(name) for name in TABLES[row.table])


def _records(path: Path, table: str, result: SapTables) -> Iterator[tuple[int, Mapping[str, object]]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(
            "import.not-a-folder", f"{path.name}: expected UTF-8 text ({error.reason} at byte {error.start})."
        ) from None
    if path.suffix == ".csv":
        table_of = csv.reader(io.StringIO(text, newline=""), strict=False)
        heads = next(table_of, [])
        for cells in table_of:
            if len(cells) == len(heads):
                yield table_of.line_num, dict(zip(heads, cells, strict=True))
            elif cells:
                result.rejects.append(
                    SapReject(table, table_of.line_num, "the row", f"{len(heads)} fields", f"{len(cells)} fields")
                )
        return
    try:
        whole = json.loads(text, parse_float=Decimal) if path.suffix == ".json" else None
    except ValueError:
        whole = None
    if isinstance(whole, list):
        lines: Iterator[tuple[int, object]] = iter(enumerate(whole, 1))
    else:
        lines = ((number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip())
    for number, value in lines:
        try:
            record = json.loads(value, parse_float=Decimal) if isinstance(value, str) else value
        except ValueError:
            record = None
        if isinstance(record, dict):
            yield number, record
        else:
            result.rejects.append(SapReject(table, number, "the row", "one JSON object", str(value)[:60]))


def _plain(value: object) -> str:
    if value is None or isinstance(value, dict | list):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip()
