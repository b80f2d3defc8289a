"""The books: accounts, entries, trial balance, periods and exchange rates."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from duecourse.api.door import Door, listed
from duecourse.api.shapes import (
    Counted,
    Currency,
    Day,
    Done,
    In,
    Line,
    Listed,
    MoneyOut,
    Out,
    Paging,
    ReasonWords,
    Search,
    decimal,
    money,
    outer_id,
)
from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.ledger import actions, queries

room = Door("Ledger")


class LedgerAccount(Out):
    """An account of the chart; `purpose` is how postings find it."""

    code: str
    name: str
    kind: str
    purpose: str
    tax_category: str


class EntryFilter(Paging):
    """`text`: the beginning of a number, or a part of the text."""

    text: Search = ""
    kind: Annotated[str, Line, Field(max_length=20)] = ""
    first: Day | None = None
    last: Day | None = None


class EntryLine(Out):
    """Debit positive, credit negative."""

    account_code: str
    account_name: str
    money: MoneyOut
    company_money: MoneyOut
    customer_account: str | None


class EntryOut(Out):
    """A journal entry with its lines. `source` is the prefixed id of what it is about."""

    id: str = outer_id("jrn")
    number: str
    kind: str
    posting_date: Day
    document_date: Day
    text: str
    source: str
    by: str
    recorded_at: dt.datetime
    reversal_of: str
    reversed_by: str
    lines: list[EntryLine]


class OnDay(In):
    """As of a day; today when not said."""

    as_of: Day | None = None


class BalanceOut(Out):
    code: str
    name: str
    kind: str
    balance: MoneyOut


class TrialBalance(Out):
    """Every account with the sum of its postings up to a day, debit positive; they add up to zero."""

    as_of: Day
    accounts: list[BalanceOut]


class PeriodOut(Out):
    """A posting period, from its first day to before `end_date`; open, soft (takes entries with a reason) or hard (takes none)."""

    id: str = outer_id("prd")
    start_date: Day
    end_date: Day
    state: str
    closed_by: str


class PeriodReopening(In):
    """Why a month that was closed is opened again."""

    reason: ReasonWords


class RateFilter(In):
    """Exchange rates as they count on a day; today when not said."""

    as_of: Day | None = None
    currency: Annotated[list[Currency], Field(min_length=1, max_length=50)]


class RateOut(Out):
    """Units of the company's currency for one unit of `currency`."""

    currency: str
    rate: str


class RateIn(In):
    """Units of `currency` for one euro on a day, as the European Central Bank publishes them."""

    currency: Currency
    rate_date: Day
    per_euro: Annotated[str, Field(pattern=r"^([1-9][0-9]{0,8}(\.[0-9]{1,10})?|0\.[0-9]{0,9}[1-9])$", examples=["1.0824"])]


class RatesIn(In):
    rates: Annotated[list[RateIn], Field(min_length=1, max_length=10_000)]
    source: Literal["ECB", "manual"] = "ECB"


def _entry(view: queries.EntryView) -> EntryOut:
    return EntryOut(
        id=ids.outer("jrn", view.id),
        number=view.number,
        kind=view.kind,
        posting_date=view.posting_date,
        document_date=view.document_date,
        text=view.text,
        source=view.source,
        by=view.by_name,
        recorded_at=view.recorded_at,
        reversal_of=view.reversal_of,
        reversed_by=view.reversed_by,
        lines=[
            EntryLine(
                account_code=code,
                account_name=name,
                money=money(own),
                company_money=money(company),
                customer_account=ids.outer("acc", customer) if customer else None,
            )
            for code, name, own, company, customer in view.lines
        ],
    )


@room.get("/ledger/accounts", "ledger.read", list[LedgerAccount])
def list_ledger_accounts(call: Call) -> list[LedgerAccount]:
    """The chart of accounts, by code."""
    return [
        LedgerAccount(code=each.code, name=each.name, kind=each.kind, purpose=each.purpose, tax_category=each.tax_category)
        for each in queries.accounts(call)
    ]


@room.get("/ledger/entries", "ledger.read", Listed[EntryOut])
def list_entries(call: Call, query: EntryFilter) -> Listed[EntryOut]:
    """Journal entries with their lines, newest first."""
    found = queries.find_entries(call, query.text, query.kind, query.first, query.last, query.page, query.size)
    return listed(found, _entry)


@room.get("/ledger/entries/{entry}", "ledger.read", EntryOut)
def get_entry(call: Call, entry: str) -> EntryOut:
    """One journal entry with its lines."""
    return _entry(queries.entry_for_caller(call, entry))


@room.get("/ledger/trial-balance", "ledger.read", TrialBalance)
def get_trial_balance(call: Call, query: OnDay) -> TrialBalance:
    """Every account's balance on a day, in the company's currency."""
    on = query.as_of or call.today
    return TrialBalance(
        as_of=on,
        accounts=[
            BalanceOut(code=account.code, name=account.name, kind=account.kind, balance=money(balance))
            for account, balance in queries.balances(call, on)
        ],
    )


@room.get("/ledger/periods", "ledger.read", list[PeriodOut])
def list_periods(call: Call) -> list[PeriodOut]:
    """Posting periods and whether they are open."""
    return [
        PeriodOut(
            id=ids.outer("prd", each.id),
            start_date=each.start_date,
            end_date=each.end_date,
            state=each.state,
            closed_by=each.closed_by_name,
        )
        for each in queries.periods(call)
    ]


@room.post("/ledger/periods/{period}/close", "ledger.close_period", Done)
def close_period(call: Call, period: str) -> Done:
    """Close a period: no entry is dated in it any more. It waits for postings under way."""
    actions.close_period(call, period)
    return Done()


@room.post("/ledger/periods/{period}/lock", "ledger.lock_period", Done)
def lock_period(call: Call, period: str) -> Done:
    """Soft-lock an open period: only a manual journal that is approved with a reason goes in."""
    actions.lock_period(call, period)
    return Done()


@room.post("/ledger/periods/{period}/unlock", "ledger.unlock_period", Done)
def unlock_period(call: Call, period: str) -> Done:
    """Lift the soft lock of a period."""
    actions.unlock_period(call, period)
    return Done()


@room.post("/ledger/periods/{period}/reopen", "ledger.reopen_period", Done)
def reopen_period(call: Call, period: str, body: PeriodReopening) -> Done:
    """Open a closed period again. Only who may reopen it, and with a reason that stays."""
    actions.reopen_period(call, period, body.reason)
    return Done()


@room.get("/ledger/rates", "ledger.read", list[RateOut])
def list_rates(call: Call, query: RateFilter) -> list[RateOut]:
    """The exchange rates that count on a day: the last published ones, at most seven days old."""
    found = queries.rates(call, query.currency, query.as_of or call.today)
    return [RateOut(currency=currency, rate=decimal(found[currency])) for currency in sorted(set(query.currency))]


@room.post("/ledger/rates", "ledger.load_rates", Counted)
def load_rates(call: Call, body: RatesIn) -> Counted:
    """Take published rates; how many were new. Known ones stay as they are."""
    rates = [(each.currency, each.rate_date, Decimal(each.per_euro)) for each in body.rates]
    return Counted(new=actions.load_rates(call, rates, body.source))
