"""Read invoices with what was paid on them from another system's file. Pure: a file in, documents and rejects out; nothing is guessed.

The columns are known by their heads. Days are read by what the column shows (values.py): where `03/04/2013` can be two days, the
column's other values written alike decide, else the other columns of the file, else the row is rejected. A row whose own figures
contradict each other is rejected with what was expected.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.core.reasons import Reason, say
from duecourse.documents.rules import take_over_reasons  # noqa: F401 - the sentences of values.py
from duecourse.jobs.imports.cells import Row, Table, not_a_table
from duecourse.jobs.imports.csv_files import open_csv
from duecourse.jobs.imports.open_items import Reject
from duecourse.jobs.imports.values import Evidence, read_amount, read_day, read_id, weigh_amounts, weigh_days
from duecourse.jobs.imports.xlsx_files import open_xlsx

# What we need → heads it goes by, folded to letters and digits.
HEADS: Mapping[str, tuple[str, ...]] = {
    "customer": ("customerid", "custnumber", "customernumber", "customer", "kunnr", "debtor", "vendorid"),
    "name": ("customername", "namecustomer", "name", "name1", "vendorname", "buyer", "company"),
    "number": ("invoicenumber", "invoiceid", "invoice", "invoiceno", "number", "xblnr", "documentnumber", "docid"),
    "issue": ("invoicedate", "issuedate", "documentdate", "bldat", "date"),
    "due": ("duedate", "dueindate", "netduedate", "faedt"),
    "amount": ("invoiceamount", "amount", "gross", "total", "totalamount"),
    "currency": ("currency", "invoicecurrency", "waers"),
    "paid_date": ("settleddate", "paiddate", "paymentdate", "cleardate", "clearingdate", "paidon"),
    "paid_days": ("daystosettle", "numberofdaysuntilpayment", "daysuntilpayment", "daystopay"),
    "paid": ("settled", "settledamount", "paid", "paidamount", "amountpaid"),
    "rest": ("outstanding", "openamount", "balance", "totalopenamount"),
    "disputed": ("disputed", "dispute"),
    "text": ("description", "text", "subject"),
    "order": ("purchaseorder", "ponumber", "customerorder"),
}
REQUIRED = ("issue", "due", "amount")
UNDATED = ("reject", "open")
_YES, _NO = {"yes", "y", "true", "1", "x"}, {"no", "n", "false", "0", ""}
_DAYS = re.compile(r"(-?\d{1,5})(\.0+)?")
_APART = re.compile(r"\d{1,2}([./-])\d{1,2}\1\d{2,4}\b")
_FOLD = re.compile(r"[^a-z0-9]")


@dataclass(frozen=True, slots=True, kw_only=True)
class PastInvoice:
    """One row: an invoice (a credit note when below zero) and what settled it, in the sign of its amount."""

    line: int
    external_id: str
    number: str
    customer_number: str
    customer_name: str
    issue_date: dt.date
    due_date: dt.date
    money: Money
    paid: tuple[tuple[dt.date, Money], ...] = ()
    disputed: bool = False
    text: str = ""
    purchase_order: str = ""


@dataclass(frozen=True, slots=True)
class Past:
    """Everything that a file says: its documents, its rejects, which columns were read as what, and which were not."""

    rows: tuple[PastInvoice, ...]
    rejects: tuple[Reject, ...]
    columns: Mapping[str, str]
    unused: tuple[str, ...]
    undated: int  # rows that say settled, but not when
    numbered: bool  # the file has numbers of its own

    def sums(self) -> dict[str, tuple[Money, Money]]:
        """Per currency what was billed and what of it is open."""
        result: dict[str, tuple[Money, Money]] = {}
        for row in self.rows:
            code = row.money.currency
            billed, rest = result.get(code, (Money.zero(code), Money.zero(code)))
            result[code] = (billed + row.money, rest + row.money - Money.total((money for _, money in row.paid), code))
        return result


@dataclass(slots=True)
class _File:
    """What all rows of a file share."""

    columns: Mapping[str, int]
    heads: Sequence[str]
    currency: str
    undated: str
    orders: Mapping[tuple[str, str], str]
    amounts: Mapping[str, Evidence]
    seen: dict[str, int] = field(default_factory=dict)
    equal: Counter[str] = field(default_factory=Counter)
    without_day: int = 0


class _Wrong(Exception):
    """A row that cannot be taken over: field, what was expected, and what is there."""


def read(data: bytes, name: str, currency: str, undated: str = "reject") -> Past:
    """Documents and rejects of a CSV or XLSX file. `currency` counts where no column says one; `undated` says what becomes of rows that are
    settled without a day: rejected, or open. Errors: Refused('import.not-a-table') when the file is no such table at all.
    """
    table = open_xlsx(data, name) if data[:2] == b"PK" else open_csv(data, name)
    columns = _columns(table)
    rows = list(table.rows())
    file = _File(columns, table.heads, currency, undated, _orders(columns, rows), _evidence(columns, rows))
    found: list[PastInvoice] = []
    rejects: list[Reject] = []
    for row in rows:
        try:
            found.append(_row(file, row))
        except _Wrong as wrong:
            column, expected, value = wrong.args
            head = table.heads[columns[column]] if column in columns else column
            rejects.append(Reject(row.line, head, expected, value))
    used = set(columns.values())
    unused = tuple(head for place, head in enumerate(table.heads) if place not in used)
    said = {need: table.heads[place] for need, place in columns.items()}
    return Past(tuple(found), tuple(rejects), said, unused, file.without_day, "number" in columns)


def _columns(table: Table) -> dict[str, int]:
    folded = [_FOLD.sub("", head.casefold()) for head in table.heads]
    columns = {
        need: folded.index(name)
        for need, names in HEADS.items()
        if (name := next((name for name in names if name in folded), None)) is not None
    }
    missing = [f"{need} ({' or '.join(HEADS[need][:3])})" for need in REQUIRED if need not in columns]
    if "customer" not in columns and "name" not in columns:
        missing.append("customer (customerid or customername or vendorname)")
    if not {"paid_date", "paid_days"} & columns.keys():
        missing.append("when it was paid (settleddate or daystosettle)")
    if missing:
        raise not_a_table(f"{table.name}:{table.header_line}: these columns are missing: {', '.join(missing)}. Nothing was read.")
    return columns


def _orders(columns: Mapping[str, int], rows: Sequence[Row]) -> dict[tuple[str, str], str]:
    """(column, separator) → day-first or month-first, as the values written alike show; else as the file's other columns show."""
    values: dict[tuple[str, str], list[str]] = defaultdict(list)
    for need in ("issue", "due", "paid_date"):
        if need not in columns:
            continue
        for row in rows:
            cell = row.cells[columns[need]] if columns[need] < len(row.cells) else ""
            if found := _APART.match(cell):
                values[need, found[1]].append(cell)
    orders = {key: weigh_days(cells) for key, cells in values.items()}
    result = {key: days.order for key, days in orders.items()}
    for (need, mark), days in orders.items():
        others = {order for (other, its), order in result.items() if other != need and its == mark and order}
        if not result[need, mark] and not days.day_first and not days.month_first and len(others) == 1:
            result[need, mark] = others.pop()
    return result


def _evidence(columns: Mapping[str, int], rows: Sequence[Row]) -> dict[str, Evidence]:
    return {
        need: weigh_amounts(row.cells[columns[need]] for row in rows if columns[need] < len(row.cells))
        for need in ("amount", "paid", "rest")
        if need in columns
    }


def _row(file: _File, row: Row) -> PastInvoice:
    if len(row.cells) != len(file.heads):
        raise _Wrong("the row", f"{len(file.heads)} fields as in the heads", f"{len(row.cells)} fields")
    cells = {need: row.cells[place] for need, place in file.columns.items()}
    number, name = _customer(cells)
    issue, due = _day(file, cells, "issue"), _day(file, cells, "due")
    currency = (cells.get("currency") or file.currency).upper()
    money = _money(file, cells, "amount", currency)
    if not money:
        raise _Wrong("amount", "an amount other than zero", cells["amount"])
    digest = hashlib.sha256("\x1f".join(row.cells).encode()).hexdigest()[:16].upper()
    file.equal[digest] += 1
    own = f"H-{digest[:12]}" + (f"-{file.equal[digest]}" if file.equal[digest] > 1 else "")
    document = read_id(cells.get("number", "")) if "number" in file.columns else own
    if not document:
        raise _Wrong("number", "an invoice number", "")
    if document in file.seen:
        raise _Wrong("number", f"a number once; it stands in line {file.seen[document]} already", document)
    paid = _paid(file, cells, issue, money)
    disputed = cells.get("disputed", "").casefold()
    if disputed not in _YES | _NO:
        raise _Wrong("disputed", "yes or no", cells["disputed"])
    file.seen[document] = row.line
    return PastInvoice(
        line=row.line,
        external_id=document,
        number=document,
        customer_number=number,
        customer_name=name,
        issue_date=issue,
        due_date=due,
        money=money,
        paid=paid,
        disputed=disputed in _YES,
        text=cells.get("text", "")[:200],
        purchase_order=cells.get("order", "")[:60],
    )


def _customer(cells: Mapping[str, str]) -> tuple[str, str]:
    """Number and name; without a number the name is one, however it is capitalised and spaced."""
    name, number = " ".join(cells.get("name", "").split()), read_id(cells.get("customer", ""))
    if not name and not number:
        raise _Wrong("customer" if "customer" in cells else "name", "a customer", "")
    if not number:
        number = name.upper()
        if len(number) > 40:
            number = f"{number[:31]}-{hashlib.sha256(number.encode()).hexdigest()[:8].upper()}"
    if len(number) > 40:
        raise _Wrong("customer", "a customer number of at most 40 characters", number[:60])
    return number, name or number


def _day(file: _File, cells: Mapping[str, str], need: str) -> dt.date:
    text = cells[need]
    apart = _APART.match(text)
    day = read_day(text, file.orders.get((need, apart[1]), "") if apart else "")
    if isinstance(day, Reason):
        raise _Wrong(need, f"one day, such as 2013-04-30. {say(day)}" if text else "a day", text)
    return day


def _money(file: _File, cells: Mapping[str, str], need: str, currency: str) -> Money:
    seen = file.amounts[need]
    amount = read_amount(cells[need], seen.style, seen) if cells[need] else None
    if amount is None or isinstance(amount, Reason):
        raise _Wrong(need, f"an amount. {say(amount)}" if amount else "an amount", cells[need])
    if amount[1] and amount[1] != currency:
        raise _Wrong(need, f"an amount in {currency}", cells[need])
    try:
        return Money(amount[0], currency)
    except Refused as refused:
        raise _Wrong(need, f"an amount of its currency ({refused.message})", f"{cells[need]} {currency}") from None


def _paid(file: _File, cells: Mapping[str, str], issue: dt.date, money: Money) -> tuple[tuple[dt.date, Money], ...]:
    """What settled it and when. Days and amounts that say the same twice must agree."""
    day = _paid_day(file, cells, issue)
    settled = _settled(file, cells, money)
    if settled is None:
        return () if day is None else ((day, money),)
    if not settled:
        if day is not None:
            raise _Wrong("paid", "an amount, because the row says when it was paid", str(settled.amount))
        return ()
    if day is None:
        file.without_day += 1
        if file.undated == "open":
            return ()
        need = "paid_date" if "paid_date" in cells else "paid_days"
        raise _Wrong(need, f"the day on which {settled} were paid; open with --undated open", cells[need])
    if settled.amount * money.amount < 0:
        raise _Wrong("paid", "an amount with the sign of the invoice", str(settled.amount))
    return ((day, settled),)


def _paid_day(file: _File, cells: Mapping[str, str], issue: dt.date) -> dt.date | None:
    day = _day(file, cells, "paid_date") if cells.get("paid_date") else None
    text = cells.get("paid_days", "")
    if not text:
        return day
    match = _DAYS.fullmatch(text)
    if not match:
        raise _Wrong("paid_days", "a number of days from the invoice’s date", text)
    counted = issue + dt.timedelta(days=int(match[1]))
    if "paid_date" in cells and day is None:
        raise _Wrong("paid_date", f"a day, because {text} days to payment are told", "")
    if day is not None and day != counted:
        raise _Wrong("paid_days", f"the {(day - issue).days} days from {issue} to {day}", text)
    return counted


def _settled(file: _File, cells: Mapping[str, str], money: Money) -> Money | None:
    """What was paid in all, None where no column says it."""
    currency = money.currency
    paid = _money(file, cells, "paid", currency) if cells.get("paid") else None
    rest = _money(file, cells, "rest", currency) if cells.get("rest") else None
    if paid is not None and rest is not None and paid + rest != money:
        raise _Wrong("rest", f"{money - paid}, which is the amount less what was paid", cells["rest"])
    return paid if paid is not None else money - rest if rest is not None else None
