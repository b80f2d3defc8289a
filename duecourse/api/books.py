"""Keeping books: the trial balance over days, account sheets, manual journals, exports."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal

from django.http import HttpResponse
from pydantic import Field

from duecourse.api.door import Door, listed
from duecourse.api.shapes import (
    Amount,
    Currency,
    Day,
    Done,
    In,
    Instant,
    Line,
    Listed,
    Made,
    MadeMany,
    MoneyOut,
    Out,
    Paging,
    Percent,
    ReasonWords,
    decimal,
    decimal_or_none,
    money,
    outer_id,
)
from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.documents import queries as document_facts
from duecourse.ledger import actions, queries, rules

room = Door("Books")
Code = Annotated[str, Line, Field(min_length=1, max_length=20, examples=["4970"])]
Rate = Annotated[str, Field(pattern=r"^([1-9][0-9]{0,8}(\.[0-9]{1,10})?|0\.[0-9]{0,9}[1-9])$", examples=["0.9238"])]


class Span(In):
    """From a day to a day, both included; `known_at` leaves out what was recorded later."""

    first: Day
    last: Day
    known_at: Instant | None = None


class SheetSpan(Paging):
    """An account from a day to a day, both included, page by page."""

    account: Code
    first: Day
    last: Day
    known_at: Instant | None = None


class MovementRow(Out):
    """An account over some days: closing = opening + debit − credit, debit positive."""

    code: str
    name: str
    kind: str
    opening: MoneyOut
    debit: MoneyOut
    credit: MoneyOut
    closing: MoneyOut


class Movements(Out):
    """The trial balance over some days. `retained` is what earlier fiscal years earned; with it openings and closings are zero."""

    first: Day
    last: Day
    fiscal_year_start: Day
    retained: MoneyOut
    holds: bool
    accounts: list[MovementRow]


class SheetLine(Out):
    """A posting with the account's balance after it."""

    entry: str = outer_id("jrn")
    number: str
    kind: str
    posting_date: Day
    document_date: Day
    text: str
    source: str
    money: MoneyOut
    company_money: MoneyOut
    balance: MoneyOut
    tax_category: str


class ManualLineIn(In):
    """Debit positive, credit negative, in the journal's currency."""

    account: Code
    amount: Amount
    tax_category: Annotated[str, Field(pattern=r"^(S|AA|Z|E|AE|K|G|O)?$", examples=["S"])] = ""
    tax_percent: Percent | None = None


class ManualJournalIn(In):
    """An entry by hand. `rate`: company currency for one unit; the published one when not said."""

    text: ReasonWords
    posting_date: Day
    document_date: Day
    currency: Currency
    rate: Rate | None = None
    reverses_next_month: bool = False
    lines: Annotated[list[ManualLineIn], Field(min_length=2, max_length=500)]


class ManualJournalsIn(In):
    journals: Annotated[list[ManualJournalIn], Field(min_length=1, max_length=200)]


class JournalIds(In):
    ids: Annotated[list[Annotated[str, Field(max_length=40)]], Field(min_length=1, max_length=200)]


class WhyIn(In):
    """Why; it is kept."""

    reason: ReasonWords


class ManualLineOut(Out):
    account: str
    money: MoneyOut
    tax_category: str
    tax_percent: str | None


class ManualJournalOut(Out):
    """A manual journal and what became of it."""

    id: str = outer_id("man")
    state: str
    text: str
    posting_date: Day
    document_date: Day
    currency: str
    rate: str
    reverses_on: Day | None
    prepared_by: str
    prepared_at: dt.datetime
    decided_by: str
    decided_at: dt.datetime | None
    reason: str
    entry: str | None
    lines: list[ManualLineOut]


class JournalFilter(Paging):
    state: Literal["", "draft", "waiting", "posted", "rejected", "dropped"] = ""


class ExportIn(In):
    first: Day
    last: Day
    format: Literal["csv", "datev"] = "csv"


class ExportOut(Out):
    """A file that left. `new`: entries posted into its days since; `again`: the very same file had left before."""

    id: str = outer_id("exp")
    format: str
    first: Day
    last: Day
    name: str
    digest: str
    entries: int
    postings: int
    debit: MoneyOut
    new: int
    by: str
    at: dt.datetime
    again: bool = False


@room.get("/books/trial-balance", "ledger.read", Movements)
def get_movements(call: Call, query: Span) -> Movements:
    """Every account's opening, debits, credits and closing over some days."""
    found = queries.trial_balance(call, query.first, query.last, query.known_at)
    rows = [
        MovementRow(
            code=row.code, name=row.name, kind=row.kind, opening=money(row.opening), debit=money(row.debit), credit=money(row.credit),
            closing=money(row.closing),
        )
        for row in found.rows
    ]  # fmt: skip
    return Movements(
        first=found.first,
        last=found.last,
        fiscal_year_start=found.year_start,
        retained=money(found.retained),
        holds=found.holds,
        accounts=rows,
    )


@room.get("/books/account-postings", "ledger.read", Listed[SheetLine])
def list_account_postings(call: Call, query: SheetSpan) -> Listed[SheetLine]:
    """An account's postings between two days, oldest first, with the balance after each."""
    found = queries.account_sheet(call, query.account, query.first, query.last, query.known_at, query.page, query.size)
    return listed(found.page, _sheet_line)


def _sheet_line(row: queries.SheetRow) -> SheetLine:
    return SheetLine(
        entry=ids.outer("jrn", row.entry_id), number=row.number, kind=row.kind, posting_date=row.posting_date,
        document_date=row.document_date, text=row.text, source=row.source, money=money(row.money), company_money=money(row.company_money),
        balance=money(row.running), tax_category=row.tax_category,
    )  # fmt: skip


@room.get("/books/journals", "ledger.read", Listed[ManualJournalOut])
def list_manual_journals(call: Call, query: JournalFilter) -> Listed[ManualJournalOut]:
    """Manual journals, newest first."""
    return listed(queries.journal_rows(call, query.state, query.page, query.size), _journal)


def _journal(view: queries.JournalView) -> ManualJournalOut:
    draft = view.draft
    return ManualJournalOut(
        id=view.outer_id, state=view.state, text=draft.text, posting_date=draft.posting_date, document_date=draft.document_date,
        currency=draft.currency, rate=decimal(view.rate), reverses_on=view.reverse_date, prepared_by=view.prepared_by_name,
        prepared_at=view.prepared_at, decided_by=view.decided_by_name, decided_at=view.decided_at, reason=view.decision_reason,
        entry=ids.outer("jrn", view.entry_id) if view.entry_id else None,
        lines=[
            ManualLineOut(
                account=line.account, money=money(rules.line_money(line, draft.currency)), tax_category=line.tax_category,
                tax_percent=decimal_or_none(line.tax_percent),
            )
            for line in draft.lines
        ],
    )  # fmt: skip


def _draft(body: ManualJournalIn) -> rules.Draft:
    lines = [
        rules.DraftLine(
            line.account, Decimal(line.amount), line.tax_category, Decimal(line.tax_percent) if line.tax_percent else None
        )
        for line in body.lines
    ]
    rate = Decimal(body.rate) if body.rate else None
    return rules.Draft(body.text, body.posting_date, body.document_date, body.currency, lines, rate, body.reverses_next_month)


@room.post("/books/journals", "ledger.prepare_journals", MadeMany, once=True)
def prepare_manual_journals(call: Call, body: ManualJournalsIn) -> MadeMany:
    """Keep journals as drafts, all or none. Control accounts (receivables, bank, cash clearing) are refused."""
    made = actions.prepare_journals(call, [_draft(each) for each in body.journals])
    return MadeMany(ids=[ids.outer("man", key) for key in made])


@room.post("/books/journals/submit", "ledger.submit_journals", Done)
def submit_manual_journals(call: Call, body: JournalIds) -> Done:
    """Ask another person for approval of drafts."""
    actions.submit_journals(call, body.ids)
    return Done()


@room.post("/books/journals/approve", "ledger.approve_journals", MadeMany, once=True)
def approve_manual_journals(call: Call, body: JournalIds) -> MadeMany:
    """Post journals that another person prepared, all or none; the ids of their entries."""
    return MadeMany(ids=[ids.outer("jrn", entry.id) for entry in actions.approve_journals(call, body.ids)])


@room.get("/books/journals/{journal}", "ledger.read", ManualJournalOut)
def get_manual_journal(call: Call, journal: str) -> ManualJournalOut:
    """One manual journal with its lines."""
    return _journal(queries.journal_for_caller(call, journal))


@room.post("/books/journals/{journal}/approve-late", "ledger.approve_late", Made, once=True)
def approve_manual_journal_late(call: Call, journal: str, body: WhyIn) -> Made:
    """Post a journal into a soft-locked month, with a reason that is listed with the month."""
    return Made(id=ids.outer("jrn", actions.approve_late(call, journal, body.reason).id))


@room.post("/books/journals/{journal}/reject", "ledger.reject_journal", Done)
def reject_manual_journal(call: Call, journal: str, body: WhyIn) -> Done:
    """Send a journal back with a reason."""
    actions.reject_journal(call, journal, body.reason)
    return Done()


@room.get("/books/exports", "ledger.read", Listed[ExportOut])
def list_journal_exports(call: Call, query: Paging) -> Listed[ExportOut]:
    """What left, newest first, and what was posted into its days since."""
    return listed(queries.exports(call, query.page, query.size), _export)


def _export(view: queries.ExportView, again: bool = False) -> ExportOut:
    return ExportOut(
        id=view.outer_id, format=view.format, first=view.first, last=view.last, name=view.name, digest=view.digest, entries=view.entries,
        postings=view.postings, debit=money(view.debit), new=view.new, by=view.by_name, at=view.at, again=again,
    )  # fmt: skip


@room.post("/books/exports", "ledger.export_journal", ExportOut)
def export_journal(call: Call, body: ExportIn) -> ExportOut:
    """Write the journal of some days to a file and keep it. The same again is the same file, to the byte."""
    made = actions.export_journal(call, body.first, body.last, body.format)
    return _export(made.view, made.again)


@room.get("/books/exports/{export}/file", "ledger.read", bytes)
def get_journal_export_file(call: Call, export: str) -> HttpResponse:
    """The file as it left: UTF-8 for CSV, Windows-1252 for DATEV."""
    view = queries.export_for_caller(call, export)
    response = HttpResponse(document_facts.read_bytes(view.digest), content_type="text/csv")
    response["Content-Disposition"] = f'attachment; filename="{view.name}"'
    return response
