"""What a balanced entry is, how rates cross, how periods lie. Pure: no database, no clock."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import schwifty
from schwifty.exceptions import SchwiftyException
from stdnum.iso7064 import mod_97_10

from duecourse.core.errors import Refused
from duecourse.core.money import Money

_CODE = re.compile(r"[A-Z]{3}")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_RATE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,10})?")
RATE_AGE_DAYS_MAX = 7  # a rate is published on business days; older than a week it is missing, not carried on


@dataclass(frozen=True, slots=True)
class Line:
    """One line: debit positive, credit negative; `company_money` is the same in the company's currency.

    The account is named by its id, or by purpose (and tax category, where sales and tax accounts differ by it).
    """

    money: Money
    company_money: Money
    purpose: str = ""
    account_id: int | None = None
    customer_account_id: int | None = None
    tax_category: str = ""
    tax_percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One journal entry to be posted; `source` is the prefixed id of what it is about."""

    kind: str
    posting_date: dt.date
    document_date: dt.date
    text: str
    source: str
    lines: Sequence[Line] = field(default_factory=tuple)
    late_reason: str = ""  # why it goes into a soft-locked period; "" goes into open ones only


@dataclass(frozen=True, slots=True)
class PostedEntry:
    id: int
    number: str


@dataclass(frozen=True, slots=True)
class NewAccount:
    code: str
    name: str
    kind: str
    purpose: str
    tax_category: str = ""


# A small chart for a trading company; codes follow the common German numbering, so that an accountant finds their way.
CHART: tuple[NewAccount, ...] = (
    NewAccount("1200", "Bank", "asset", "bank"),
    NewAccount("1360", "Receipts not yet identified", "liability", "cash-clearing"),
    NewAccount("1361", "Payments out not yet explained", "asset", "payments-clearing"),
    NewAccount("1400", "Trade receivables", "asset", "receivables"),
    NewAccount("1770", "Output tax", "liability", "tax"),
    NewAccount("8400", "Sales, taxed", "income", "sales", "S"),
    NewAccount("8125", "Sales, intra-community and reverse charge", "income", "sales", "K"),
    NewAccount("8120", "Sales, export", "income", "sales", "G"),
    NewAccount("8100", "Sales, other", "income", "sales"),
    NewAccount("8730", "Cash discount given", "income", "discount"),
    NewAccount("4970", "Bank charges", "expense", "bank-charges"),
    NewAccount("2400", "Receivables written off", "expense", "write-off"),
    NewAccount("2150", "Realised exchange losses", "expense", "exchange-loss"),
    NewAccount("2660", "Realised exchange gains", "income", "exchange-gain"),
    NewAccount("2709", "Rounding differences", "expense", "rounding"),
    NewAccount("9000", "Opening balances", "equity", "opening"),
)


def check_balanced(entry: Entry, currency: str) -> None:
    """Debits equal credits in the company's currency. Errors: Refused('ledger.entry-not-balanced')."""
    total = Money.total((line.company_money for line in entry.lines), currency)
    if len(entry.lines) < 2 or total:
        raise Refused(
            "ledger.entry-not-balanced",
            f"The entry “{entry.text}” does not balance: {total} over {len(entry.lines)} lines.",
            source=entry.source,
        )


def find_account(accounts: Mapping[tuple[str, str], int], line: Line) -> int:
    """The account of a line by purpose and tax category, or by purpose alone. Errors: Refused('ledger.account-missing')."""
    if line.account_id is not None:
        return line.account_id
    found = accounts.get((line.purpose, line.tax_category)) or accounts.get((line.purpose, ""))
    if found is None:
        raise Refused(
            "ledger.account-missing",
            f"The chart of accounts has no account for “{line.purpose}” {line.tax_category}. Add one under Settings, Accounts.".replace(
                "  ", " "
            ),
        )
    return found


def check_bank_number(number: str) -> None:
    """What has the form of an IBAN must have its check digits and its country's length (ISO 13616). Errors: Refused('ledger.iban-invalid')."""
    if not _IBAN.fullmatch(number):
        return
    if not mod_97_10.is_valid(number[4:] + number[:4]):
        raise Refused("ledger.iban-invalid", f"“{number}” is not an IBAN: its check digits are wrong. Look for a typing error.")
    try:
        schwifty.IBAN(number)
    except SchwiftyException as error:
        raise Refused(
            "ledger.iban-invalid", f"“{number}” is not an IBAN of {number[:2]}: {error}. Look for a typing error."
        ) from None


def bank_of(number: str) -> tuple[str, str]:
    """(BIC, name) of the bank that an IBAN belongs to, each "" where the registry does not know it."""
    try:
        found = schwifty.IBAN(number)
        return str(found.bic or ""), str(found.bank_name or "")
    except SchwiftyException:
        return "", ""


def months(first: dt.date, last: dt.date) -> Iterator[tuple[dt.date, dt.date]]:
    """The calendar months from that of `first` to that of `last`, half open: (first day, first day of the next)."""
    day = first.replace(day=1)
    while day <= last:
        following = (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
        yield day, following
        day = following


def cross_rate(per_euro: Mapping[str, Decimal], of: str, into: str) -> Decimal:
    """Units of `into` for one unit of `of`, by way of the euro, rounded to ten decimals."""
    return ((per_euro[into]) / (per_euro[of])).quantize(Decimal("0.0000000001"))


def read_reference_rates(data: bytes, name: str, since: dt.date) -> list[tuple[str, dt.date, Decimal]]:
    """(currency, date, units for one euro) from the ECB's history file, CSV or zipped, from `since` on.

    N/A and empty cells are days without a quotation. Errors: Refused('ledger.rates-not-readable').
    """
    try:
        if data[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(data)) as packed:
                member = packed.infolist()[0]
                if member.file_size > 50_000_000:
                    raise Refused("ledger.rates-not-readable", f"{name}: the packed file is larger than 50 MB.")
                data = packed.read(member)
        table = csv.reader(io.StringIO(data.decode("utf-8-sig")))
        return list(_quotations(table, name, since))
    except (
        UnicodeDecodeError,
        zipfile.BadZipFile,
        zlib.error,
        RuntimeError,
        NotImplementedError,
        IndexError,
        csv.Error,
    ) as error:
        raise Refused("ledger.rates-not-readable", f"{name} is not the ECB's file of reference rates: {error}.") from error


def _quotations(table: Iterator[list[str]], name: str, since: dt.date) -> Iterable[tuple[str, dt.date, Decimal]]:
    head = [cell.strip() for cell in next(table, [])]
    if head[:1] != ["Date"]:
        raise Refused("ledger.rates-not-readable", f"{name}:1: expected a first column “Date”, found “{''.join(head[:1])[:40]}”.")
    for currency in head[1:]:
        if currency and not _CODE.fullmatch(currency):
            raise Refused("ledger.rates-not-readable", f"{name}:1: expected currency codes, found “{currency[:40]}”.")
    for number, row in enumerate(table, 2):
        if not row:
            continue
        try:
            day = dt.date.fromisoformat(row[0].strip())
        except ValueError as error:
            raise _bad_cell(name, number, "an ISO date", row[0]) from error
        if day < since:
            continue
        for currency, cell in zip(head[1:], (cell.strip() for cell in row[1:]), strict=False):
            if not currency or cell in ("", "N/A"):
                continue
            if not _RATE.fullmatch(cell) or not (rate := Decimal(cell)):
                raise _bad_cell(name, number, f"a rate of {currency} above zero, in digits with a point,", cell)
            yield currency, day, rate


def _bad_cell(name: str, line: int, expected: str, found: str) -> Refused:
    return Refused("ledger.rates-not-readable", f"{name}:{line}: expected {expected} and found “{found[:40]}”.")
