"""Bank files, their statements and lines, and the company's own accounts."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from ninja.files import UploadedFile
from pydantic import Field

from duecourse.api.door import Door, listed
from duecourse.api.shapes import (
    Day,
    Listed,
    MoneyOut,
    Out,
    Paging,
    ReasonOut,
    money,
    money_or_none,
    outer_id,
    reasons,
)
from duecourse.bank import queries
from duecourse.bank.rules import StatementResult
from duecourse.cash import actions as cash
from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.ledger import queries as ledger

room = Door("Bank")


class BankAccountOut(Out):
    """One of the company's own accounts."""

    id: str = outer_id("bnk")
    name: str
    number: str
    bic: str
    currency: str


class FileOut(Out):
    """A file as it was sent."""

    id: str = outer_id("fil")
    name: str
    format: str
    size: int
    digest: str
    lines_read: int
    lines_new: int
    by: str
    at: dt.datetime


class StatementFilter(Paging):
    file: Annotated[str, outer_id("fil")] | None = None
    bank_account: Annotated[str, outer_id("bnk")] | None = None


class StatementOut(Out):
    """One statement of one account. `follows`: it continues the one before it; null when that cannot be told."""

    id: str = outer_id("stm")
    file: str = outer_id("fil")
    bank_account: str = outer_id("bnk")
    statement_id: str
    from_date: Day | None
    to_date: Day | None
    opening: MoneyOut | None
    closing: MoneyOut | None
    follows: bool | None
    lines_new: int


class LineOut(Out):
    """One booked movement; negative when it went out."""

    id: str = outer_id("lin")
    booking_date: Day
    value_date: Day
    money: MoneyOut
    company_money: MoneyOut
    is_reversal: bool
    counterparty_name: str
    counterparty_account: str
    end_to_end_id: str
    structured_reference: str
    bank_reference: str
    type_code: str
    remittance: str
    entry: str | None


class TakenStatement(Out):
    """A statement of the file that was just taken."""

    id: str = outer_id("stm")
    statement_id: str
    bank_account: str = outer_id("bnk")
    opening: MoneyOut | None
    closing: MoneyOut | None
    follows: bool | None
    lines_new: int


class TakenOut(Out):
    """What importing a file did: its lines, and how many of its payments stand in each state."""

    file: str = outer_id("fil")
    format: str
    already_imported: bool
    lines_read: int
    lines_new: int
    lines_known: int
    statements: list[TakenStatement]
    warnings: list[ReasonOut]
    payments: int
    payment_states: dict[str, int] = Field(examples=[{"confirm": 4, "work": 1}])


@room.get("/bank/accounts", "bank.read", list[BankAccountOut])
def list_bank_accounts(call: Call) -> list[BankAccountOut]:
    """The company's own accounts, by name."""
    return [
        BankAccountOut(id=ids.outer("bnk", each.id), name=each.name, number=each.number, bic=each.bic, currency=each.currency)
        for each in ledger.bank_accounts(call)
    ]


@room.post("/bank/files", "cash.take_file", TakenOut, once=True)
def import_bank_file(call: Call, file: UploadedFile) -> TakenOut:
    """Import a camt.053 or MT940 file and match its payments: all of it or nothing. The same file again changes nothing."""
    taken = cash.take_file(call, (file.name or "file")[:200], file.read())
    result = taken.file
    return TakenOut(
        file=result.outer_id,
        format=result.format,
        already_imported=result.already_imported,
        lines_read=result.lines_read,
        lines_new=result.lines_new,
        lines_known=result.lines_known,
        statements=[_taken(each) for each in result.statements],
        warnings=reasons(result.warnings),
        payments=taken.payments,
        payment_states=taken.states,
    )


def _taken(each: StatementResult) -> TakenStatement:
    return TakenStatement(
        id=ids.outer("stm", each.id),
        statement_id=each.statement_id,
        bank_account=ids.outer("bnk", each.bank_account_id),
        opening=money_or_none(each.opening),
        closing=money_or_none(each.closing),
        follows=each.follows,
        lines_new=each.lines_new,
    )


def _file(row: queries.FileView) -> FileOut:
    return FileOut(
        id=row.outer_id,
        name=row.name,
        format=row.format,
        size=row.size,
        digest=row.digest,
        lines_read=row.lines_read,
        lines_new=row.lines_new,
        by=row.by_name,
        at=row.at,
    )


def _statement(row: queries.StatementView) -> StatementOut:
    return StatementOut(
        id=row.outer_id,
        file=ids.outer("fil", row.file_id),
        bank_account=ids.outer("bnk", row.bank_account_id),
        statement_id=row.statement_id,
        from_date=row.from_date,
        to_date=row.to_date,
        opening=money_or_none(row.opening),
        closing=money_or_none(row.closing),
        follows=row.follows,
        lines_new=row.lines_new,
    )


@room.get("/bank/files", "bank.read", Listed[FileOut])
def list_bank_files(call: Call, query: Paging) -> Listed[FileOut]:
    """Imported files, newest first."""
    return listed(queries.files(call, query.page, query.size), _file)


@room.get("/bank/files/{file}", "bank.read", FileOut)
def get_bank_file(call: Call, file: str) -> FileOut:
    """One imported file."""
    return _file(queries.file_for_caller(call, file))


@room.get("/bank/statements", "bank.read", Listed[StatementOut])
def list_statements(call: Call, query: StatementFilter) -> Listed[StatementOut]:
    """Statements of a file, of an account or all, newest first."""
    file = queries.file_for_caller(call, query.file).id if query.file else None
    account = ledger.bank_account_for_caller(call, query.bank_account).id if query.bank_account else None
    return listed(queries.statements(call, file, account, query.page, query.size), _statement)


@room.get("/bank/statements/{statement}", "bank.read", StatementOut)
def get_statement(call: Call, statement: str) -> StatementOut:
    """One statement."""
    return _statement(queries.statement_for_caller(call, statement))


@room.get("/bank/statements/{statement}/lines", "bank.read", Listed[LineOut])
def list_statement_lines(call: Call, statement: str, query: Paging) -> Listed[LineOut]:
    """The booked lines of a statement, in the order they were booked."""
    key = queries.statement_for_caller(call, statement).id
    return listed(
        queries.line_rows(call, statement_id=key, page=query.page, size=query.size),
        lambda row: LineOut(
            id=row.outer_id,
            booking_date=row.booking_date,
            value_date=row.value_date,
            money=money(row.money),
            company_money=money(row.company_money),
            is_reversal=row.is_reversal,
            counterparty_name=row.counterparty_name,
            counterparty_account=row.counterparty_account,
            end_to_end_id=row.end_to_end_id,
            structured_reference=row.structured_reference,
            bank_reference=row.bank_reference,
            type_code=row.type_code,
            remittance=row.remittance,
            entry=ids.outer("jrn", row.entry_id) if row.entry_id else None,
        ),
    )
