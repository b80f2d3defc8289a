"""Reads of the books: accounts, own bank accounts, rates, periods, entries and balances."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import Exists, OuterRef, Q, Sum

from duecourse.core import ids, invariants, paging
from duecourse.core.call import Call, require
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.ledger import rules
from duecourse.ledger.models import Account, BankAccount, ExchangeRate, JournalEntry, Period, Posting


@dataclass(frozen=True, slots=True)
class BankAccountView:
    id: int
    account_id: int
    name: str
    number: str
    bic: str
    currency: str


@dataclass(frozen=True, slots=True)
class EntryView:
    """A journal entry with its lines: (account code, account name, money, company money, customer account id)."""

    id: int
    number: str
    kind: str
    posting_date: dt.date
    document_date: dt.date
    text: str
    source: str
    by_name: str
    recorded_at: dt.datetime
    reversal_of: str
    reversed_by: str
    lines: tuple[tuple[str, str, Money, Money, int | None], ...]
    late_reason: str = ""


@dataclass(frozen=True, slots=True)
class PeriodView:
    id: int
    start_date: dt.date
    end_date: dt.date
    state: str
    closed_by_name: str


def account_ids(call: Call) -> dict[tuple[str, str], int]:
    """(purpose, tax category) → account id. Own bank accounts' ledger accounts are found by id instead."""
    rows = Account.objects.filter(company_id=call.company.id).order_by("-id").values_list("purpose", "tax_category", "id")
    return {(purpose, category): key for purpose, category, key in rows}


def accounts(call: Call) -> list[Account]:
    return list(Account.objects.filter(company_id=call.company.id).order_by("code"))


def bank_accounts(call: Call) -> list[BankAccountView]:
    """The company's own accounts, by name."""
    rows = BankAccount.objects.filter(company_id=call.company.id).order_by("name", "id")
    return [BankAccountView(row.id, row.account_id, row.name, row.number, row.bic, row.currency) for row in rows]


def bank_account_for_caller(call: Call, text: str) -> BankAccountView:
    key = ids.inner("bnk", text)
    for account in bank_accounts(call):
        if account.id == key:
            return account
    raise ids.not_found("bnk")


def newest_rates(call: Call, on: dt.date) -> list[ExchangeRate]:
    """The last published rate of each currency on or before a day (units for one euro), by currency; one query."""
    return list(ExchangeRate.objects.filter(rate_date__lte=on).order_by("currency", "-rate_date").distinct("currency"))


def rates(call: Call, currencies: Iterable[str], on: dt.date) -> dict[str, Decimal]:
    """Company-currency units for one unit of each currency, by the last rate published on or before `on`.

    Errors: Refused('ledger.rate-missing') when there is none within seven days before.
    """
    wanted = set(currencies)
    needed = {currency for currency in wanted | {call.company.currency} if currency != "EUR"}
    result = {call.company.currency: Decimal(1)}
    if not wanted - {call.company.currency}:
        return result
    per_euro = {"EUR": Decimal(1)}
    found = (
        ExchangeRate.objects.filter(
            currency__in=needed, rate_date__lte=on, rate_date__gte=on - dt.timedelta(days=rules.RATE_AGE_DAYS_MAX)
        )
        .order_by("currency", "-rate_date")
        .distinct("currency")
    )
    per_euro |= {row.currency: row.rate for row in found}
    for missing in sorted(needed - per_euro.keys()):
        raise _rate_missing(missing, on)
    return result | {
        currency: rules.cross_rate(per_euro, currency, call.company.currency) for currency in wanted - {call.company.currency}
    }


def rates_on(call: Call, wanted: Iterable[tuple[str, dt.date]]) -> dict[tuple[str, dt.date], Decimal]:
    """`rates` for many (currency, day) at once, in one query. Errors: Refused('ledger.rate-missing')."""
    pairs = {(currency, day) for currency, day in wanted}
    result = {pair: Decimal(1) for pair in pairs if pair[0] == call.company.currency}
    foreign = sorted(pairs - result.keys(), key=lambda pair: (pair[1], pair[0]))
    needed = sorted({(c, day) for currency, day in foreign for c in (currency, call.company.currency) if c != "EUR"})
    if not foreign:
        return result
    with connection.cursor() as cursor:
        cursor.execute(
            "select w.currency, w.day, r.rate from unnest(%s::text[], %s::date[]) as w(currency, day) left join lateral "
            "(select rate from ledger_exchangerate e where e.currency = w.currency and e.rate_date <= w.day "
            "and e.rate_date >= w.day - %s::int order by e.rate_date desc limit 1) r on true",
            [[currency for currency, _ in needed], [day for _, day in needed], rules.RATE_AGE_DAYS_MAX],
        )
        found: dict[tuple[str, dt.date], Decimal | None] = {(currency, day): rate for currency, day, rate in cursor.fetchall()}
    for currency, day in foreign:
        per_euro = {"EUR": Decimal(1)}
        for each in (currency, call.company.currency):
            if each == "EUR":
                continue
            rate = found[each, day]
            if rate is None:
                raise _rate_missing(each, day)
            per_euro[each] = rate
        result[currency, day] = rules.cross_rate(per_euro, currency, call.company.currency)
    return result


def _rate_missing(currency: str, on: dt.date) -> Refused:
    return Refused(
        "ledger.rate-missing",
        f"There is no exchange rate for {currency} on {on.isoformat()} or the seven days before. "
        "Load the ECB's file of reference rates.",
        currency=currency,
        on=on.isoformat(),
    )


def lock_bank_accounts(call: Call, bank_account_ids: Iterable[int]) -> None:
    """Lock own bank accounts in order of their ids until the transaction ends: imports of one account wait for each other."""
    rows = BankAccount.objects.filter(company_id=call.company.id, id__in=sorted(set(bank_account_ids))).order_by("id")
    list(rows.select_for_update(no_key=True).values_list("id", flat=True))


def has_postings(call: Call, account_ids: Iterable[int]) -> set[int]:
    """Those of the accounts that anything was ever posted to."""
    found = Account.objects.filter(company_id=call.company.id, id__in=set(account_ids))
    return set(
        found.filter(Exists(Posting.objects.filter(company_id=call.company.id, account_id=OuterRef("id")))).values_list(
            "id", flat=True
        )
    )


def lock_periods(call: Call, dates: Iterable[dt.date], late: Collection[dt.date] = ()) -> None:
    """Hold the periods of `dates` as they are until the transaction ends; first in the lock order. They must be open, those of
    `late` dates may be soft-locked.

    Errors: Refused('ledger.period-closed'), Refused('ledger.period-missing').
    """
    days = sorted(set(dates))
    if not days:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "select start_date, end_date, state from ledger_period where company_id = %s and start_date <= %s and end_date > %s "
            "order by id for share",
            [call.company.id, days[-1], days[0]],
        )
        periods = cursor.fetchall()
    for day in days:
        state = next((state for start, end, state in periods if start <= day < end), None)
        if state is None:
            raise _period_missing(day)
        if state == "soft" and day not in late:
            raise Refused(
                "ledger.period-closed",
                f"The period of {day.isoformat()} is soft-locked; nothing was posted. Use a date in an open period, or have a "
                "controller post a manual journal with a reason.",
                date=day.isoformat(),
            )
        if state == "hard":
            raise Refused(
                "ledger.period-closed",
                f"The period of {day.isoformat()} is closed; nothing was posted. Use a date in an open period.",
                date=day.isoformat(),
            )


@dataclass(frozen=True, slots=True)
class Booking:
    """Leave to post on these dates until the transaction ends, and the accounts to post to."""

    dates: frozenset[dt.date]
    accounts: Mapping[tuple[str, str], int]


def prepare(call: Call, dates: Iterable[dt.date], late: Collection[dt.date] = ()) -> Booking:
    """Hold the periods of `dates` open and look up the accounts, before anything else is locked.

    Errors: Refused('ledger.halted') while an invariant is broken, and those of `lock_periods`.
    """
    days = frozenset(dates)
    invariants.refuse_when_broken(call)
    lock_periods(call, days, late)
    return Booking(days, account_ids(call))


def periods(call: Call) -> list[PeriodView]:
    rows = Period.objects.filter(company_id=call.company.id).order_by("-start_date")
    return [PeriodView(row.id, row.start_date, row.end_date, row.state, row.closed_by_name) for row in rows]


def first_open_days(call: Call, wanted: Iterable[dt.date], otherwise: dt.date | None = None) -> dict[dt.date, dt.date]:
    """For each day: itself when its period is open; else `otherwise` when that one's is; else the first open day after it.

    One query; nothing is locked, for what posts checks again. Errors: Refused('ledger.period-closed') when no day is left.
    """
    days = set(wanted)
    if not days:
        return {}
    least = min([*days, otherwise] if otherwise else days)
    found = Period.objects.filter(company_id=call.company.id, state="open", end_date__gt=least)
    spans = list(found.order_by("start_date").values_list("start_date", "end_date"))
    return {day: _first_open(day, otherwise, spans) for day in days}


def posting_days(call: Call, wanted: Iterable[dt.date]) -> dict[dt.date, dt.date]:
    """Each day, or the first open one after it where its period is locked or closed. Errors: Refused('ledger.period-missing')."""
    days = set(wanted)
    known = [(period.start_date, period.end_date) for period in periods(call)] if days else []
    for day in sorted(days):
        if not any(start <= day < end for start, end in known):
            raise _period_missing(day)
    return first_open_days(call, days)


def _period_missing(day: dt.date) -> Refused:
    return Refused(
        "ledger.period-missing", f"There is no posting period for {day.isoformat()}. A controller opens it under Periods."
    )


def _first_open(wanted: dt.date, otherwise: dt.date | None, spans: Sequence[tuple[dt.date, dt.date]]) -> dt.date:
    for day in (wanted, otherwise):
        if day is not None and any(start <= day < end for start, end in spans):
            return day
    for start, _ in spans:
        if start > wanted:
            return start
    raise Refused(
        "ledger.period-closed",
        f"The period of {wanted.isoformat()} is closed, and no later one is open; nothing was posted. A controller opens periods.",
        date=wanted.isoformat(),
    )


def balances(call: Call, on: dt.date | None = None) -> list[tuple[Account, Money]]:
    """The trial balance in the company's currency: every account with the sum of its postings dated up to `on`."""
    sums = Posting.objects.filter(company_id=call.company.id)
    if on is not None:
        sums = sums.filter(entry__posting_date__lte=on)
    totals = dict(sums.values_list("account_id").annotate(total=Sum("company_amount")))
    return [(account, Money(totals.get(account.id, Decimal(0)), call.company.currency)) for account in accounts(call)]


def balance_of(call: Call, purpose: str, on: dt.date | None = None) -> Money:
    """The balance of all accounts of one purpose, in the company's currency."""
    found = Posting.objects.filter(company_id=call.company.id, account__purpose=purpose)
    if on is not None:
        found = found.filter(entry__posting_date__lte=on)
    return Money(found.aggregate(total=Sum("company_amount"))["total"] or Decimal(0), call.company.currency)


def bank_balances(call: Call) -> dict[int, Money]:
    """Bank account id → what the ledger says is on it, in its own currency."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select b.id, b.currency, coalesce(sum(p.amount), 0) from ledger_bankaccount b "
            "left join ledger_posting p on p.account_id = b.account_id and p.currency = b.currency and p.company_id = b.company_id "
            "where b.company_id = %s group by b.id, b.currency",
            [call.company.id],
        )
        return {key: Money(total, currency) for key, currency, total in cursor.fetchall()}


def entries(call: Call, entry_ids: Sequence[int] = (), sources: Sequence[str] = (), limit: int = 200) -> list[EntryView]:
    """Entries by id or by source, newest first, with their lines, in two queries."""
    found = JournalEntry.objects.filter(company_id=call.company.id)
    if entry_ids:
        found = found.filter(id__in=list(entry_ids))
    if sources:
        found = found.filter(source__in=list(sources))
    rows = list(found.select_related("reversal_of").order_by("-posting_date", "-id")[:limit])
    lines: dict[int, list[tuple[str, str, Money, Money, int | None]]] = {row.id: [] for row in rows}
    postings = (
        Posting.objects.filter(company_id=call.company.id, entry_id__in=list(lines)).select_related("account").order_by("id")
    )
    for posting in postings:
        lines[posting.entry_id].append(
            (
                posting.account.code,
                posting.account.name,
                Money(posting.amount, posting.currency),
                Money(posting.company_amount, call.company.currency),
                posting.customer_account_id,
            )
        )
    reversed_by = dict(
        JournalEntry.objects.filter(company_id=call.company.id, reversal_of__in=list(lines)).values_list("reversal_of", "number")
    )
    return [
        EntryView(
            row.id,
            row.number,
            row.kind,
            row.posting_date,
            row.document_date,
            row.text,
            row.source,
            row.by_name,
            row.recorded_at,
            row.reversal_of.number if row.reversal_of else "",
            reversed_by.get(row.id, ""),
            tuple(lines[row.id]),
            row.late_reason,
        )
        for row in rows
    ]


def received_by_day(call: Call, first: dt.date, last: dt.date) -> dict[dt.date, Money]:
    """What came in on the own bank accounts per posting date, in the company's currency; opening balances left out."""
    found = (
        Posting.objects.filter(
            company_id=call.company.id,
            account__purpose="bank",
            company_amount__gt=0,
            entry__posting_date__gte=first,
            entry__posting_date__lte=last,
        )
        .exclude(entry__kind__in=("opening", "reversal"))
        .values_list("entry__posting_date")
        .annotate(total=Sum("company_amount"))
    )
    return {day: Money(total, call.company.currency) for day, total in found}


def find_entries(
    call: Call,
    text: str = "",
    kind: str = "",
    first: dt.date | None = None,
    last: dt.date | None = None,
    page: int = 1,
    size: int = 50,
) -> paging.Page[EntryView]:
    """Entries by the beginning of a number or a part of their text, by kind and posting dates, newest first; five queries."""
    require(call, "ledger.read")
    found = JournalEntry.objects.filter(company_id=call.company.id)
    if words := text.strip():
        found = found.filter(Q(number__istartswith=words) | Q(text__icontains=words) | Q(source=words))
    if kind:
        found = found.filter(kind=kind)
    found = found.filter(posting_date__gte=first or dt.date.min, posting_date__lte=last or dt.date.max)
    start, stop = paging.bounds(page, size)
    shown = list(found.order_by("-posting_date", "-id").values_list("id", flat=True)[start:stop])
    return paging.Page(entries(call, shown) if shown else [], found.count(), max(page, 1), stop - start)


def entry_for_caller(call: Call, text: str) -> EntryView:
    """One entry with its lines by its prefixed id. Errors: Refused('not-found')."""
    require(call, "ledger.read")
    found = entries(call, [ids.inner("jrn", text)])
    if not found:
        raise ids.not_found("jrn")
    return found[0]


def ids_of_numbers(call: Call, numbers: Iterable[str]) -> dict[str, int]:
    """Entry ids by number, those that exist."""
    return dict(JournalEntry.objects.filter(company_id=call.company.id, number__in=set(numbers)).values_list("number", "id"))
