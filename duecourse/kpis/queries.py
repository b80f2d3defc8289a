"""Key figures on any business day, what waits for whom, and whether everything ties out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from duecourse.cash import queries as cash_facts
from duecourse.core import invariants
from duecourse.core.call import Call, require
from duecourse.core.money import Money
from duecourse.credit import queries as credit_facts
from duecourse.credit import rules as credit_rules
from duecourse.customers import queries as customer_facts
from duecourse.kpis import rules
from duecourse.ledger import queries as ledger_facts
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
class Home:
    """What the home page answers first."""

    ages: rules.AgeSummary
    overdue_share: rules.Figure
    dso: rules.Figure
    exposure: Money
    exposures: Sequence[credit_rules.Standing]
    received: Sequence[tuple[dt.date, Money]]  # by week, the oldest first
    received_total: Money


SORTS = {
    "total": lambda row: row.ages.company_total.amount,
    "name": lambda row: row.name.casefold(),
    "number": lambda row: row.number,
    "over_90": lambda row: row.ages.company_buckets[4].amount,
    "61_90": lambda row: row.ages.company_buckets[3].amount,
    "31_60": lambda row: row.ages.company_buckets[2].amount,
    "1_30": lambda row: row.ages.company_buckets[1].amount,
    "not_due": lambda row: row.ages.company_buckets[0].amount,
}


def age_summary(call: Call, on: dt.date, known_at: dt.datetime | None = None) -> rules.AgeSummary:
    """What is open by age in the company's currency as booked: it ties to the control account."""
    require(call, "receivables.read")
    found = item_facts.ageing(call, on, known_at)
    return rules.summed([row.company_buckets for row in found], on, call.company.currency, sum(row.items for row in found))


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


def home(call: Call, on: dt.date, weeks: int = 13) -> Home:
    """Receivables by age, DSO, overdue share, exposure and cash received, as of a business day."""
    require(call, "kpis.read")
    ages = age_summary(call, on)
    sales = item_facts.issued_between(call, on - dt.timedelta(days=rules.DSO_DAYS - 1), on)
    first = on - dt.timedelta(days=on.weekday() + 7 * (weeks - 1))
    by_day = ledger_facts.received_by_day(call, first, on)
    received = rules.weeks(first, on, by_day, call.company.currency)
    exposures = credit_facts.exposure_of_all(call)
    rates = ledger_facts.rates(call, {standing.currency for standing in exposures}, call.today)
    exposure = Money.total(
        (standing.exposure.converted(rates[standing.currency], call.company.currency) for standing in exposures),
        call.company.currency,
    )
    return Home(
        ages=ages,
        overdue_share=rules.overdue_share(ages),
        dso=rules.dso(ages.total, sales),
        exposure=exposure,
        exposures=exposures,
        received=received,
        received_total=Money.total((money for _, money in received), call.company.currency),
    )


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
    return counts


def last_verdict(call: Call) -> invariants.Light | None:
    """The ties-out light: the verifier's last word, None before its first."""
    return invariants.light(call)
