"""The trial balance of any days, and the sheet of one account, down to the posting."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from duecourse.core import paging
from duecourse.core.call import Call, require
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.ledger import rules
from duecourse.ledger.models import Account
from duecourse.ledger.queries.manual import book_settings


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One account over some days: closing = opening + debit − credit. Debit positive."""

    code: str
    name: str
    kind: str
    opening: Money
    debit: Money
    credit: Money

    @property
    def closing(self) -> Money:
        return self.opening + self.debit - self.credit


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """Every account, and the result of earlier fiscal years, which stands in no account before an accountant moves it.

    Income and expense accounts open at zero with each fiscal year; what they held before is `retained`. So the openings, the
    closings, and debits against credits each come to zero.
    """

    first: dt.date
    last: dt.date
    year_start: dt.date
    rows: tuple[TrialRow, ...]
    retained: Money

    def total(self, side: str) -> Money:
        """The sum of a column: opening, debit, credit or closing."""
        total = Money.total((getattr(row, side) for row in self.rows), self.retained.currency)
        return total + self.retained if side in ("opening", "closing") else total

    @property
    def holds(self) -> bool:
        """Whether openings and closings come to zero and debits equal credits."""
        return not self.total("opening") and not self.total("closing") and self.total("debit") == self.total("credit")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One posting on an account's sheet, with the balance after it."""

    posting_id: int
    entry_id: int
    number: str
    kind: str
    posting_date: dt.date
    document_date: dt.date
    text: str
    source: str
    money: Money
    company_money: Money
    running: Money
    tax_category: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of an account's postings between two days, oldest first, and the balances before and after all of them."""

    account: rules.BookAccount
    kind: str
    opening: Money
    closing: Money
    page: paging.Page[SheetRow]


def trial_balance(call: Call, first: dt.date, last: dt.date, known_at: dt.datetime | None = None) -> TrialBalance:
    """Every account's opening, debits, credits and closing between two days, both included; two queries.

    `known_at` leaves out what was recorded later.
    """
    require(call, "ledger.read")
    start = rules.fiscal_year_start(first, book_settings(call).fiscal_year_month)
    base = call.company.currency
    with connection.cursor() as cursor:
        cursor.execute(
            "select a.code, a.name, a.kind, coalesce(s.opened, 0), coalesce(s.debit, 0), coalesce(s.credit, 0), coalesce(s.before, 0) "
            "from ledger_account a left join (select p.account_id, "
            "sum(p.company_amount) filter (where e.posting_date < %(first)s and e.posting_date >= %(start)s) as opened, "
            "sum(p.company_amount) filter (where e.posting_date < %(start)s) as before, "
            "sum(p.company_amount) filter (where e.posting_date >= %(first)s and p.company_amount > 0) as debit, "
            "-sum(p.company_amount) filter (where e.posting_date >= %(first)s and p.company_amount < 0) as credit "
            "from ledger_posting p join ledger_journalentry e on e.id = p.entry_id and e.company_id = p.company_id "
            "where p.company_id = %(company)s and e.posting_date <= %(last)s "
            "and (%(known)s::timestamptz is null or e.recorded_at <= %(known)s) group by p.account_id) s on s.account_id = a.id "
            "where a.company_id = %(company)s order by a.code",
            {"first": first, "last": last, "start": start, "company": call.company.id, "known": known_at},
        )
        found = cursor.fetchall()
    retained = Decimal(0)
    rows = []
    for code, name, kind, opened, debit, credit, before in found:
        if kind in ("income", "expense"):
            retained += before
        opening = opened if kind in ("income", "expense") else opened + before
        rows.append(TrialRow(code, name, kind, Money(opening, base), Money(debit, base), Money(credit, base)))
    return TrialBalance(first, last, start, tuple(rows), Money(retained, base))


def account_sheet(
    call: Call, code: str, first: dt.date, last: dt.date, known_at: dt.datetime | None = None, page: int = 1, size: int = 50
) -> Sheet:
    """The postings of one account between two days with the balance after each; four queries. Errors: Refused('not-found')."""
    require(call, "ledger.read")
    account = Account.objects.filter(company_id=call.company.id, code=code).first()
    if account is None:
        raise Refused("not-found", "There is no such account.")
    start = rules.fiscal_year_start(first, book_settings(call).fiscal_year_month)
    since = start if account.kind in ("income", "expense") else dt.date.min
    base = call.company.currency
    offset, stop = paging.bounds(page, size)
    values: dict[str, Any] = {
        "company": call.company.id, "account": account.id, "first": first, "last": last, "since": since, "known": known_at,
        "size": stop - offset, "offset": offset,
    }  # fmt: skip
    joined = (
        "from ledger_posting p join ledger_journalentry e on e.id = p.entry_id and e.company_id = p.company_id "
        "where p.company_id = %(company)s and p.account_id = %(account)s and (%(known)s::timestamptz is null or e.recorded_at <= %(known)s) "
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(sum(p.company_amount) filter (where e.posting_date < %(first)s), 0), coalesce(sum(p.company_amount), 0), "
            f"count(*) filter (where e.posting_date >= %(first)s) {joined}"
            "and e.posting_date >= %(since)s and e.posting_date <= %(last)s",
            values,
        )
        opening, closing, many = cursor.fetchone()
        cursor.execute(
            "select p.id, e.id, e.number, e.kind, e.posting_date, e.document_date, e.text, e.source, p.currency, p.amount, "
            "p.company_amount, sum(p.company_amount) over (order by e.posting_date, e.id, p.id), p.tax_category "
            f"{joined} and e.posting_date >= %(first)s and e.posting_date <= %(last)s "
            "order by e.posting_date, e.id, p.id limit %(size)s offset %(offset)s",
            values,
        )
        rows = [
            SheetRow(*(*row[:8], Money(row[9], row[8]), Money(row[10], base), Money(opening + row[11], base), row[12]))
            for row in cursor.fetchall()
        ]
    shown = paging.Page(rows, many, max(page, 1), stop - offset)
    view = rules.BookAccount(account.id, account.code, account.name, account.purpose)
    return Sheet(view, account.kind, Money(opening, base), Money(closing, base), shown)


def trial_year_start(call: Call, day: dt.date) -> dt.date:
    """The first day of the fiscal year that a day lies in."""
    return rules.fiscal_year_start(day, book_settings(call).fiscal_year_month)
