"""What was posted with tax between two days: sums by category and rate, and the lines behind them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from duecourse.catalog import queries as catalog_facts
from duecourse.core import paging
from duecourse.core.call import Call, require
from duecourse.core.money import Money
from duecourse.customers import queries as customer_facts
from duecourse.ledger import rules

# What kind of event a tax line belongs to; a reversal belongs to what it reverses.
_WHAT = (
    "case when a.purpose = 'write-off' then 'bad-debt' when coalesce(r.kind, e.kind) = 'invoice' then 'invoice' "
    "when coalesce(r.kind, e.kind) = 'credit-note' then 'credit-note' when coalesce(r.kind, e.kind) = 'manual' then 'manual' "
    "when coalesce(r.kind, e.kind) = 'application' then 'discount' else 'other' end"
)
_FROM = (
    "from ledger_posting p join ledger_journalentry e on e.id = p.entry_id and e.company_id = p.company_id "
    "left join ledger_journalentry r on r.id = e.reversal_of_id and r.company_id = e.company_id "
    "join ledger_account a on a.id = p.account_id and a.company_id = p.company_id "
    "where p.company_id = %(company)s and e.posting_date >= %(first)s and e.posting_date <= %(last)s "
)


@dataclass(frozen=True, slots=True)
class TaxEntry:
    """What one journal entry says of a category and rate."""

    entry_id: int
    number: str
    posting_date: dt.date
    text: str
    source: str
    base: Money
    tax: Money


def tax_sums(call: Call, first: dt.date, last: dt.date) -> list[rules.TaxSum]:
    """Base and tax by category, rate and kind of event, from posted lines between two days; one query."""
    require(call, "ledger.read")
    base = call.company.currency
    with connection.cursor() as cursor:
        cursor.execute(
            f"select p.tax_category, coalesce(p.tax_percent, 0), {_WHAT}, "
            "-coalesce(sum(p.company_amount) filter (where a.purpose <> 'tax'), 0), "
            f"-coalesce(sum(p.company_amount) filter (where a.purpose = 'tax'), 0) {_FROM} and p.tax_category <> '' "
            "group by 1, 2, 3 order by 1, 2 desc, 3",
            {"company": call.company.id, "first": first, "last": last},
        )
        return [
            rules.TaxSum(category, rate, what, Money(net, base), Money(tax, base))
            for category, rate, what, net, tax in cursor.fetchall()
        ]


def tax_accounts_moved(call: Call, first: dt.date, last: dt.date) -> tuple[Money, Money]:
    """What moved on the tax accounts between two days, and how much of it names no tax category; owed to the state positive."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select -coalesce(sum(p.company_amount), 0), -coalesce(sum(p.company_amount) filter (where p.tax_category = ''), 0) "
            f"{_FROM} and a.purpose = 'tax'",
            {"company": call.company.id, "first": first, "last": last},
        )
        moved, unnamed = cursor.fetchone()
    return Money(moved, call.company.currency), Money(unnamed, call.company.currency)


def tax_entries(
    call: Call,
    first: dt.date,
    last: dt.date,
    category: str,
    percent: Decimal | None = None,
    what: str = "",
    page: int = 1,
    size: int = 50,
) -> paging.Page[TaxEntry]:
    """The entries behind a sum, oldest first; category "" gives those on the tax accounts that name none. Two queries."""
    require(call, "ledger.read")
    base = call.company.currency
    offset, stop = paging.bounds(page, size)
    values: dict[str, Any] = {
        "company": call.company.id, "first": first, "last": last, "category": category, "percent": percent, "what": what,
        "size": stop - offset, "offset": offset,
    }  # fmt: skip
    grouped = (
        "select e.id, e.number, e.posting_date, e.text, e.source, "
        "-coalesce(sum(p.company_amount) filter (where a.purpose <> 'tax'), 0), "
        f"-coalesce(sum(p.company_amount) filter (where a.purpose = 'tax'), 0) {_FROM} and p.tax_category = %(category)s "
        "and (%(category)s <> '' or a.purpose = 'tax') "
        "and (%(percent)s::numeric is null or coalesce(p.tax_percent, 0) = %(percent)s) "
        f"and (%(what)s = '' or {_WHAT} = %(what)s) group by e.id, e.number, e.posting_date, e.text, e.source"
    )
    with connection.cursor() as cursor:
        cursor.execute(f"select count(*) from ({grouped}) g", values)  # noqa: S608 - our own words
        (many,) = cursor.fetchone()
        cursor.execute(f"{grouped} order by e.posting_date, e.id limit %(size)s offset %(offset)s", values)
        rows = [TaxEntry(*(*row[:5], Money(row[5], base), Money(row[6], base))) for row in cursor.fetchall()]
    return paging.Page(rows, many, max(page, 1), stop - offset)


def vat_report(call: Call, first: dt.date, last: dt.date) -> rules.VatReport:
    """The VAT report between two days, from posted lines; six queries."""
    base = call.company.currency
    rows = rules.tax_rows(tax_sums(call, first, last), base)
    moved, unnamed = tax_accounts_moved(call, first, last)
    tax = Money.total((row.tax for row in rows), base)
    return rules.VatReport(
        rows, tuple(eu_sales(call, first, last)), Money.total((row.base for row in rows), base), tax, moved, unnamed
    )


def eu_sales(call: Call, first: dt.date, last: dt.date) -> list[rules.EuSale]:
    """Supplies to other countries of the EU by buyer, by the VAT id each has now; four queries."""
    require(call, "ledger.read")
    with connection.cursor() as cursor:
        cursor.execute(
            f"select p.customer_account_id, -sum(p.company_amount) {_FROM} "
            "and p.tax_category = 'K' and a.purpose <> 'tax' group by 1",
            {"company": call.company.id, "first": first, "last": last},
        )
        sums = {account: Money(total, call.company.currency) for account, total in cursor.fetchall()}
    views = customer_facts.accounts_by_id(call, [account for account in sums if account])
    made = []
    for account, base in sums.items():
        view = views.get(account)
        if view is None:
            made.append(rules.EuSale(None, "", "", "", "", base, "no-customer"))
            continue
        problem = rules.eu_problem(view.country, view.tax_id, call.company.country)
        made.append(rules.EuSale(account, view.number, view.name, view.country, view.tax_id, base, problem))
    return sorted(made, key=lambda sale: (sale.tax_id, sale.name))


def tax_choices(call: Call) -> list[tuple[str, Decimal]]:
    """The categories and rates that a line by hand may name: those of the company's country, and the untaxed ones; one query."""
    rates = {(one.category, one.percent) for one in catalog_facts.tax_rates(call) if one.country == call.company.country}
    rates |= {(category, Decimal(0)) for category in ("AE", "K", "G", "E", "Z", "O")}
    return sorted(rates, key=lambda one: (-one[1], one[0]))
