"""The journal as a neutral CSV file: one row for each posting, stable ids, columns that docs/guides/month-close.md explains. Pure."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from duecourse.core.errors import Refused
from duecourse.core.money import minor_units

CSV_COLUMNS = (
    "entry_id", "entry_number", "line", "posting_date", "document_date", "kind", "text", "source", "account", "account_name",
    "account_kind", "debit", "credit", "company_currency", "amount", "currency", "tax_category", "tax_percent", "customer_number",
    "customer_tax_id", "reverses", "late_reason", "recorded_at", "by",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ExportLine:
    """One posting with everything that its entry says; amounts debit positive."""

    entry_key: int
    entry_id: str
    entry_number: str
    posting_date: dt.date
    document_date: dt.date
    kind: str
    text: str
    source: str
    account: str
    account_name: str
    account_kind: str
    company_amount: Decimal
    amount: Decimal
    currency: str
    tax_category: str
    tax_percent: Decimal | None
    customer_number: str
    customer_tax_id: str
    reverses: str
    late_reason: str
    recorded_at: dt.datetime
    by: str


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A finished file: its bytes, and what they add up to in the company's currency."""

    name: str
    media_type: str
    data: bytes
    rows: int
    debit: Decimal


def check_days(first: dt.date, last: dt.date) -> None:
    """Errors: Refused('ledger.export-not-usable')."""
    if last < first:
        raise Refused("ledger.export-not-usable", f"The days run backwards: {first.isoformat()} to {last.isoformat()}.")


def csv_file(code: str, currency: str, first: dt.date, last: dt.date, lines: Iterable[ExportLine]) -> ExportedFile:
    """All postings, UTF-8, comma, CRLF, decimals with a point, ISO dates; a text is never a spreadsheet's formula."""
    places = minor_units(currency)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(CSV_COLUMNS)
    entry, place, rows, debit = 0, 0, 0, Decimal(0)
    for line in lines:
        place = place + 1 if line.entry_key == entry else 1
        entry = line.entry_key
        rows += 1
        debit += max(line.company_amount, Decimal(0))
        writer.writerow(_row(line, place, currency, places))
    name = f"journal-{code}-{first:%Y%m%d}-{last:%Y%m%d}.csv"
    return ExportedFile(name, "text/csv", text.getvalue().encode(), rows, debit)


def _row(line: ExportLine, place: int, currency: str, places: int) -> Sequence[str]:
    return (
        line.entry_id, line.entry_number, str(place), line.posting_date.isoformat(), line.document_date.isoformat(), line.kind,
        _safe(line.text), _safe(line.source), line.account, _safe(line.account_name), line.account_kind,
        f"{line.company_amount:.{places}f}" if line.company_amount > 0 else "",
        f"{-line.company_amount:.{places}f}" if line.company_amount < 0 else "",
        currency, f"{line.amount:.{minor_units(line.currency)}f}", line.currency, line.tax_category,
        "" if line.tax_percent is None else f"{line.tax_percent.normalize():f}", _safe(line.customer_number), _safe(line.customer_tax_id),
        line.reverses, _safe(line.late_reason), line.recorded_at.astimezone(dt.UTC).isoformat(), _safe(line.by),
    )  # fmt: skip


def _safe(text: str) -> str:
    """A text that a spreadsheet shows and does not reckon."""
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
