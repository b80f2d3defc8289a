"""Key figures on any business day, what waits for whom, and whether everything ties out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import Decimal

from duecourse.bank import queries as bank_facts
from duecourse.cash import queries as cash_facts
from duecourse.collection import queries as collection_facts
from duecourse.core import invariants, paging
from duecourse.core.call import Call, require
from duecourse.core.money import Money
from duecourse.credit import queries as credit_facts
from duecourse.credit import rules as credit_rules
from duecourse.customers import queries as customer_facts
from duecourse.customers.rules import AccountView
from duecourse.kpis import rules
from duecourse.ledger import queries as ledger_facts
from duecourse.notices import queries as notice_facts
from duecourse.orders import queries as order_facts
from duecourse.receivables import queries as item_facts
from duecourse.receivables.queries import AgeingView


@dataclass(frozen=True, slots=True)
class AgeingRow:
    """One customer in one currency, by age."""

    account_id: int
    customer_id: int
    number: str
    name: str
    ages: AgeingView


@dataclass(frozen=True, slots=True)
class AgeingReport:
    """Who owed how much, how late; rows in the order asked for, `summary` over all of them in the company's currency."""

    rows: Sequence[AgeingRow]
    summary: rules.AgeSummary
    by_currency: Sequence[tuple[str, Money, Money]]  # currency, in it, in the company's


@dataclass(frozen=True, slots=True)
class PageRow:
    """One customer in one currency on a page of the ageing report."""

    customer_id: int
    number: str
    name: str
    ages: item_facts.AgeingLine


@dataclass(frozen=True, slots=True)
class AgeingPage:
    """A page of the ageing report, with the sums over all of its pages; `by_currency` holds (currency, in it, as booked)."""

    page: paging.Page[PageRow]
    summary: rules.AgeSummary
    by_currency: Sequence[tuple[str, Money, Money]]
    customers: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The key figures of a day, but for exposure, which is known for today only."""

    ages: rules.AgeSummary
    open: rules.Figure
    overdue_share: rules.Figure
    dso: rules.Figure
    received: Sequence[tuple[dt.date, Money]]  # by week, the oldest first
    received_total: Money


@dataclass(frozen=True, slots=True)
class Home(Figures):
    """The key figures with the exposure of today."""

    exposure: Money


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed between the ends of two days, in the company's currency; `movers` by what is overdue, the most first."""

    then: dt.date
    on: dt.date
    overdue: Money
    movers: Sequence[tuple[AccountView, Money]]
    dso_then: rules.Figure
    dso: rules.Figure
    why: item_facts.Differences


@dataclass(frozen=True, slots=True)
class Tie:
    """Numbers that must be the same: what it is, and (where, what, amount) for each."""

    name: str
    sides: Sequence[tuple[str, Money]]

    @property
    def holds(self) -> bool:
        return len({money for _, money in self.sides}) == 1

    @property
    def apart(self) -> Money:
        return self.sides[0][1] - self.sides[-1][1]


SORTS = {
    "total": lambda row: row.ages.company_total.amount,
    "name": lambda row: row.name.casefold(),
    "number": lambda row: row.number,
    "over_90": lambda row: row.ages.company_amounts[4],
    "61_90": lambda row: row.ages.company_amounts[3],
    "31_60": lambda row: row.ages.company_amounts[2],
    "1_30": lambda row: row.ages.company_amounts[1],
    "not_due": lambda row: row.ages.company_amounts[0],
}


def age_summary(call: Call, on: dt.date, known_at: dt.datetime | None = None) -> rules.AgeSummary:
    """What is open by age in the company's currency as booked: it ties to the control account."""
    require(call, "receivables.read")
    return _summary(call, on, item_facts.ageing_sums(call, on, known_at))


def _summary(call: Call, on: dt.date, sums: Sequence[item_facts.AgeingSums]) -> rules.AgeSummary:
    return rules.summed([one.buckets for one in sums], on, call.company.currency, sum(one.items for one in sums))


def ageing_page(
    call: Call,
    on: dt.date,
    known_at: dt.datetime | None = None,
    currency: str = "",
    text: str = "",
    bucket: str = "",
    sort: str = "-total",
    page: int = 1,
    size: int = 50,
) -> AgeingPage:
    """One page of the ageing report by customer and currency; at most five queries whatever its size.

    `sort` is name, number, or one of receivables' SORTS (total, the buckets, items, currency), backwards with “-”.
    """
    require(call, "receivables.read")
    wanted = customer_facts.matching(call, text) if text else None
    given = customer_facts.matching(call, text, sort=sort) if sort.lstrip("-") in ("name", "number") else ()
    found = item_facts.ageing_page(call, on, known_at, wanted, currency, bucket, sort, page, size, given)
    accounts = customer_facts.accounts_by_id(call, {line.customer_account_id for line in found.page.rows})

    def row(line: item_facts.AgeingLine) -> PageRow:
        account = accounts[line.customer_account_id]
        return PageRow(account.customer_id, account.number, account.name, line)

    by_currency = [(one.currency, one.own, one.total) for one in found.sums]
    return AgeingPage(found.page.each(row), _summary(call, on, found.sums), by_currency, found.customers)


def ageing(
    call: Call, on: dt.date, known_at: dt.datetime | None = None, currency: str = "", text: str = "", sort: str = "-total"
) -> AgeingReport:
    """The ageing report by customer and currency, sorted; in three queries whatever its size."""
    require(call, "receivables.read")
    found = item_facts.ageing(call, on, known_at)
    if currency:
        found = [row for row in found if row.currency == currency]
    accounts = customer_facts.accounts_by_id(call, {row.customer_account_id for row in found})
    rows = []
    for ages in found:
        account = accounts[ages.customer_account_id]
        if text and text.casefold() not in account.name.casefold() and not account.number.startswith(text):
            continue
        rows.append(AgeingRow(account.id, account.customer_id, account.number, account.name, ages))
    key = SORTS.get(sort.lstrip("-"), SORTS["total"])
    rows.sort(key=key, reverse=sort.startswith("-"))
    own: dict[str, Money] = {}
    company: dict[str, Money] = {}
    base = call.company.currency
    for row in rows:
        code = row.ages.currency
        own[code] = own.get(code, Money.zero(code)) + row.ages.total
        company[code] = company.get(code, Money.zero(base)) + row.ages.company_total
    summary = rules.summed([row.ages.company_buckets for row in rows], on, base, sum(row.ages.items for row in rows))
    return AgeingReport(rows, summary, [(code, own[code], company[code]) for code in sorted(own)])


def figures(call: Call, on: dt.date, weeks: int = 13) -> Figures:
    """Receivables by age, DSO, overdue share and cash received, as of a business day; three queries."""
    require(call, "kpis.read")
    ages = age_summary(call, on)
    first = on - dt.timedelta(days=on.weekday() + 7 * (weeks - 1))
    by_day = ledger_facts.received_by_day(call, first, on)
    received = rules.weeks(first, on, by_day, call.company.currency)
    return Figures(
        ages=ages,
        open=rules.open_receivables(ages),
        overdue_share=rules.overdue_share(ages),
        dso=_dso(call, ages.total, on),
        received=received,
        received_total=Money.total((money for _, money in received), call.company.currency),
    )


def _dso(call: Call, open_amount: Money, on: dt.date) -> rules.Figure:
    return rules.dso(open_amount, item_facts.issued_between(call, on - dt.timedelta(days=rules.DSO_DAYS - 1), on))


def exposure(call: Call, open_amount: Money) -> rules.Figure:
    """What is open today with what orders and deliveries add. Errors: Refused('ledger.rate-missing')."""
    require(call, "kpis.read")
    parts, base = credit_facts.reserved_in_all(call), call.company.currency
    rates = ledger_facts.rates(call, {part.currency for part in parts}, call.today)
    return rules.exposure(open_amount, Money.total((part.converted(rates[part.currency], base) for part in parts), base))


def home(call: Call, on: dt.date, weeks: int = 13) -> Home:
    """The key figures of a day with today's exposure. Errors: Refused('ledger.rate-missing')."""
    found = figures(call, on, weeks)
    now = found.ages.total if on == call.today else age_summary(call, call.today).total
    value = exposure(call, now).value or Decimal(0)
    values = {part.name: getattr(found, part.name) for part in fields(Figures)}
    return Home(**values, exposure=Money(value, call.company.currency))


def changes(call: Call, on: dt.date, open_now: Money, days: int = 7) -> Changes:
    """What changed in the days before `on`, of which `open_now` is open; what was open then follows from it."""
    require(call, "kpis.read")
    then = on - dt.timedelta(days=days)
    why = item_facts.differences(call, then, on)
    overdue, moved = item_facts.movements(call, then, on)
    accounts = customer_facts.accounts_by_id(call, [one.customer_account_id for one in moved])
    movers = [(accounts[one.customer_account_id], one.change) for one in moved]
    return Changes(then, on, overdue, movers, _dso(call, open_now - why.total, then), _dso(call, open_now, on), why)


def fullest(call: Call, most: int = 6) -> tuple[Sequence[tuple[credit_rules.Standing, AccountView | None]], int]:
    """The credit accounts whose limit is used most, and how many are over it. Errors: Refused('ledger.rate-missing')."""
    require(call, "kpis.read")
    found, over = credit_facts.fullest(call, most)
    accounts = customer_facts.accounts_by_id(call, [member for _, member in found if member is not None])
    return [(standing, accounts.get(member) if member is not None else None) for standing, member in found], over


def ties(call: Call) -> list[Tie]:
    """Sub-ledgers, books and bank side by side, as they are now."""
    require(call, "ledger.read")
    booked, by_hand = ledger_facts.bank_balances(call), cash_facts.recorded_by_hand(call)
    closing = bank_facts.closing_balances(call, booked)
    names = {account.id: account.name for account in ledger_facts.bank_accounts(call)}
    made = [
        Tie("receivables", [("items", item_facts.totals(call)[0]), ("books", ledger_facts.balance_of(call, "receivables"))]),
        Tie("cash", [("payments", cash_facts.unidentified(call)[1]), ("books", -ledger_facts.balance_of(call, "cash-clearing"))]),
    ]
    for account in sorted(booked, key=lambda key: names[key]):
        money = booked[account]
        sides = [("books", money)]
        if closing.get(account):
            _, newest = max(enumerate(closing[account]), key=lambda one: (one[1][0], one[0]))
            sides.insert(0, ("statement", Money(newest[1], money.currency) + by_hand.get(account, Money.zero(money.currency))))
        made.append(Tie(names[account], sides))
    return made


def to_do(call: Call) -> dict[str, int]:
    """What waits for this caller, for the side bar: only what they may do something about."""
    counts: dict[str, int] = {}
    if call.by.may("orders.release_order"):
        counts["holds"] = credit_facts.hold_counts(call).get("open", (0, []))[0]
    if call.by.may("orders.confirm_orders"):
        counts["drafts"] = order_facts.counts(call).get("draft", 0)
    if call.by.may("invoicing.bill_ready"):
        counts["ready"] = order_facts.ready_count(call)
    if call.by.may("cash.apply_payment"):
        counts["matching"] = cash_facts.counts(call).get("todo", 0)
    if call.by.may("ledger.approve_journals"):
        counts["journals"] = ledger_facts.journal_counts(call).get("waiting", 0)
    if call.by.may("collection.log_contacts"):
        counts["worklist"] = collection_facts.todo_count(call)
    if call.by.may("notices.read"):
        waiting = notice_facts.waiting(call)
        counts |= {"tasks": waiting.tasks, "unread": waiting.unread}
    return counts


def last_verdict(call: Call) -> invariants.Light | None:
    """The ties-out light: the verifier's last word, None before its first."""
    return invariants.light(call)
