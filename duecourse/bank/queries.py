"""Reads of the bank room: files, statements, lines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Max, Q

from duecourse.bank.models import BankFile, BankLine, Statement
from duecourse.core import ids, paging
from duecourse.core.call import Call, require
from duecourse.core.money import Money


@dataclass(frozen=True, slots=True)
class FileView:
    """A file as it was sent."""

    id: int
    name: str
    format: str
    size: int
    digest: str
    lines_read: int
    lines_new: int
    by_name: str
    at: dt.datetime

    @property
    def outer_id(self) -> str:
        return ids.outer("fil", self.id)


@dataclass(frozen=True, slots=True)
class StatementView:
    """One statement of one account. `follows`: it continues the statement before it; None when that cannot be told."""

    id: int
    file_id: int
    file_name: str
    bank_account_id: int
    account_name: str
    account_number: str
    statement_id: str
    from_date: dt.date | None
    to_date: dt.date | None
    opening: Money | None
    closing: Money | None
    follows: bool | None
    lines_new: int

    @property
    def outer_id(self) -> str:
        return ids.outer("stm", self.id)


@dataclass(frozen=True, slots=True)
class LineView:
    """One booked movement; `money` is negative when it went out, `company_money` is what was posted of it."""

    id: int
    statement_id: int
    bank_account_id: int
    booking_date: dt.date
    value_date: dt.date
    money: Money
    company_money: Money
    is_reversal: bool
    counterparty_name: str
    counterparty_account: str
    end_to_end_id: str
    structured_reference: str
    bank_reference: str
    type_code: str
    remittance: str
    entry_id: int | None

    @property
    def outer_id(self) -> str:
        return ids.outer("lin", self.id)


def _file(row: BankFile) -> FileView:
    return FileView(row.id, row.name, row.format, row.size, row.digest, row.lines_read, row.lines_new, row.by_name, row.at)


def files(call: Call, page: int = 1, size: int = 50) -> paging.Page[FileView]:
    """Imported files, newest first; two queries."""
    require(call, "bank.read")
    found = BankFile.objects.filter(company_id=call.company.id)
    start, stop = paging.bounds(page, size)
    return paging.Page([_file(row) for row in found.order_by("-id")[start:stop]], found.count(), max(page, 1), stop - start)


def file_for_caller(call: Call, text: str) -> FileView:
    """One file by its prefixed id. Errors: Refused('not-found')."""
    require(call, "bank.read")
    row = BankFile.objects.filter(company_id=call.company.id, id=ids.inner("fil", text)).first()
    if row is None:
        raise ids.not_found("fil")
    return _file(row)


def statements(
    call: Call, file_id: int | None = None, bank_account_id: int | None = None, page: int = 1, size: int = 50
) -> paging.Page[StatementView]:
    """Statements of a file, of an account or all, newest first; three queries."""
    require(call, "bank.read")
    found = Statement.objects.filter(company_id=call.company.id)
    if file_id is not None:
        found = found.filter(file_id=file_id)
    if bank_account_id is not None:
        found = found.filter(bank_account_id=bank_account_id)
    start, stop = paging.bounds(page, size)
    rows = list(found.select_related("file", "bank_account").order_by("-to_date", "-id")[start:stop])
    counts = _line_numbers(call, [row.id for row in rows])
    return paging.Page([_statement(row, counts.get(row.id, 0)) for row in rows], found.count(), max(page, 1), stop - start)


def _line_numbers(call: Call, statement_ids: Sequence[int]) -> dict[int, int]:
    """How many lines each statement brought."""
    found = BankLine.objects.filter(company_id=call.company.id, statement_id__in=list(statement_ids))
    return dict(found.values_list("statement_id").annotate(Count("id")))


def _statement(row: Statement, lines_new: int) -> StatementView:
    return StatementView(
        id=row.id,
        file_id=row.file_id,
        file_name=row.file.name,
        bank_account_id=row.bank_account_id,
        account_name=row.bank_account.name,
        account_number=row.bank_account.number,
        statement_id=row.statement_id,
        from_date=row.from_date,
        to_date=row.to_date,
        opening=None if row.opening_balance is None else Money(row.opening_balance, row.currency),
        closing=None if row.closing_balance is None else Money(row.closing_balance, row.currency),
        follows=row.follows,
        lines_new=lines_new,
    )


def statement_for_caller(call: Call, text: str) -> StatementView:
    """One statement by its prefixed id. Errors: Refused('not-found')."""
    require(call, "bank.read")
    found = Statement.objects.filter(company_id=call.company.id, id=ids.inner("stm", text))
    row = found.select_related("file", "bank_account").first()
    if row is None:
        raise ids.not_found("stm")
    return _statement(row, _line_numbers(call, [row.id]).get(row.id, 0))


def _line(call: Call, row: BankLine) -> LineView:
    return LineView(
        row.id, row.statement_id, row.bank_account_id, row.booking_date, row.value_date, Money(row.amount, row.currency),
        Money(row.company_amount, call.company.currency), row.is_reversal, row.counterparty_name, row.counterparty_account,
        row.end_to_end_id, row.structured_reference, row.bank_reference, row.type_code, row.remittance, row.entry_id,
    )  # fmt: skip


def lines(
    call: Call,
    file_id: int | None = None,
    statement_id: int | None = None,
    line_ids: Sequence[int] | None = None,
    receipts: bool = False,
) -> list[LineView]:
    """Booked lines of a file, of a statement or by id, in the order they were booked; with `receipts` only money in. One query."""
    found = BankLine.objects.filter(company_id=call.company.id)
    if file_id is not None:
        found = found.filter(statement__file_id=file_id)
    if statement_id is not None:
        found = found.filter(statement_id=statement_id)
    if line_ids is not None:
        found = found.filter(id__in=list(line_ids))
    if receipts:
        found = found.filter(amount__gt=0)
    return [_line(call, row) for row in found.order_by("id")]


def line_rows(
    call: Call, file_id: int | None = None, statement_id: int | None = None, page: int = 1, size: int = 50
) -> paging.Page[LineView]:
    """One page of the booked lines of a file or a statement, in the order they were booked; two queries."""
    require(call, "bank.read")
    found = BankLine.objects.filter(company_id=call.company.id)
    if file_id is not None:
        found = found.filter(statement__file_id=file_id)
    if statement_id is not None:
        found = found.filter(statement_id=statement_id)
    start, stop = paging.bounds(page, size)
    return paging.Page([_line(call, row) for row in found.order_by("id")[start:stop]], found.count(), max(page, 1), stop - start)


def line_counts(call: Call, identities: Iterable[str]) -> dict[str, int]:
    """How many equal lines of each identity are booked; those that are not booked at all are left out. One query."""
    found = BankLine.objects.filter(company_id=call.company.id, identity__in=list(identities))
    return dict(found.values_list("identity").annotate(Max("occurrence")))


def closing_balances(call: Call, bank_account_ids: Iterable[int]) -> dict[int, list[tuple[dt.date, Decimal]]]:
    """Last day and closing balance of the known statements of each account, in the order they came. One query."""
    result: dict[int, list[tuple[dt.date, Decimal]]] = {}
    found = Statement.objects.filter(
        company_id=call.company.id,
        bank_account_id__in=list(bank_account_ids),
        to_date__isnull=False,
        closing_balance__isnull=False,
    )
    for account, day, closing in found.order_by("id").values_list("bank_account_id", "to_date", "closing_balance"):
        if day is not None and closing is not None:
            result.setdefault(account, []).append((day, closing))
    return result


def file_flow(call: Call, since: dt.datetime) -> tuple[int, int, dt.datetime | None]:
    """Bank files: how many came since an instant, 0 that wait, and when the last one came: a bank that is silent for days is noticed."""
    sums = BankFile.objects.filter(company_id=call.company.id).aggregate(new=Count("id", filter=Q(at__gte=since)), last=Max("at"))
    return sums["new"], 0, sums["last"]
