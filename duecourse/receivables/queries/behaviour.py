"""How customers pay: days late by what was paid and by invoice, lately and on the whole; in sets, as of a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db import connection

from duecourse.core.call import Call
from duecourse.core.money import Money

# Payments that still count: neither undone nor an undoing. Value dates, not booking dates, say when somebody paid.
_PAYMENTS = """
select i.customer_account_id as account, i.id, i.issue_date, i.due_date, i.closed_date, a.company_amount as part, a.value_date
from receivables_openitem i
join receivables_allocation a on a.company_id = %(company)s and a.item_id = i.id and a.cause = 'payment' and a.value_date <= %(on)s
join receivables_clearing c on c.company_id = %(company)s and c.id = a.clearing_id and c.reversal_of_id is null
where i.company_id = %(company)s and i.amount > 0 and i.kind in ('invoice', 'debit-note')
  and not exists (select 1 from receivables_clearing r where r.company_id = %(company)s and r.reversal_of_id = c.id)
"""
# An invoice counts once it is settled, on the day of its last payment; the newest 60 decide what is “lately”.
_BEHAVIOUR = """
with paid as ({payments}), told as (
  select {key} as account, sum(part) as paid, sum(part * (value_date - due_date)) as late, sum(part * (value_date - issue_date)) as taken,
    sum(part * greatest(value_date - due_date, 0)) as delinquent, max(value_date) as last_paid from paid group by 1
), settled as (
  select {key} as account, id, max(value_date) - due_date as late, max(value_date) as paid_on from paid
  where closed_date <= %(on)s group by 1, id, due_date
), ranked as (
  select account, late, row_number() over (partition by account order by paid_on desc, id desc) - 1 as place from settled
), invoices as (
  select account, count(*) as many, count(*) filter (where late > 0) as late_many,
    percentile_cont(0.5) within group (order by late) as median,
    sum(late * power(0.7, place)) filter (where place < 60) / sum(power(0.7, place)) filter (where place < 60) as lately
  from ranked group by 1
)
select told.account, paid, late, taken, delinquent, last_paid, coalesce(many, 0), coalesce(late_many, 0), median, lately
from told left join invoices on invoices.account = told.account
"""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How somebody paid up to a day. Days late are below zero for what was paid before its due date.

    `late_days`, `late_only_days` (early counts as zero) and `pay_days` (from the invoice’s date) are weighted by the amounts paid, in
    the company's currency; `median_days`, `lately_days` and `late_share` (percent) go by invoices settled. Newer invoices weigh more
    in `lately_days`: each one 0.7 of the next.
    """

    paid: Money
    late_days: Decimal
    late_only_days: Decimal
    pay_days: Decimal
    invoices: int
    late_invoices: int
    median_days: Decimal | None
    lately_days: Decimal | None
    last_paid: dt.date

    @property
    def late_share(self) -> Decimal | None:
        """Percent of the settled invoices that were paid after their due date."""
        return _tenths(Decimal(self.late_invoices * 100) / self.invoices) if self.invoices else None

    @property
    def trend(self) -> str:
        """slower, faster or steady: lately against the median; empty with fewer than six invoices."""
        if self.median_days is None or self.lately_days is None or self.invoices < 6:
            return ""
        change = self.lately_days - self.median_days
        return "slower" if change >= 3 else "faster" if change <= -3 else "steady"


def behaviour(call: Call, on: dt.date, account_ids: Sequence[int] | None = None) -> dict[int, Behaviour]:
    """Customer account → how it paid up to `on`, for those that ever paid; one query."""
    return _behaviour(call, on, account_ids, "account")


def behaviour_of_all(call: Call, on: dt.date) -> Behaviour | None:
    """How all customers together paid up to `on`; None before the first payment."""
    return _behaviour(call, on, None, "0").get(0)


def _behaviour(call: Call, on: dt.date, account_ids: Sequence[int] | None, key: str) -> dict[int, Behaviour]:
    only = "" if account_ids is None else "and i.customer_account_id = any(%(accounts)s)"
    params: dict[str, object] = {"company": call.company.id, "on": on}
    if account_ids is not None:
        params["accounts"] = list(account_ids)
    with connection.cursor() as cursor:
        cursor.execute(_BEHAVIOUR.format(payments=_PAYMENTS + only, key=key), params)  # type: ignore[arg-type]
        return {row[0]: _said(row[1:], call.company.currency) for row in cursor.fetchall() if row[1]}


def _said(row: Sequence[object], currency: str) -> Behaviour:
    paid, late, taken, delinquent, last_paid, many, late_many, median, lately = row
    assert isinstance(paid, Decimal)
    return Behaviour(
        paid=Money(paid, currency),
        late_days=_tenths(late / paid),  # type: ignore[operator]
        late_only_days=_tenths(delinquent / paid),  # type: ignore[operator]
        pay_days=_tenths(taken / paid),  # type: ignore[operator]
        invoices=many,  # type: ignore[arg-type]
        late_invoices=late_many,  # type: ignore[arg-type]
        median_days=None if median is None else Decimal(str(median)),
        lately_days=None if lately is None else _tenths(lately),  # type: ignore[arg-type]
        last_paid=last_paid,  # type: ignore[arg-type]
    )


def _tenths(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"), ROUND_HALF_UP)


def turnover(call: Call, first: dt.date, on: dt.date, account_ids: Sequence[int] | None = None) -> dict[int, tuple[Money, Money]]:
    """Customer account → what it owed at the end of `on` and what it was billed from `first` to `on`, less credits; one query."""
    only = "" if account_ids is None else "and i.customer_account_id = any(%(accounts)s)"
    params: dict[str, object] = {"company": call.company.id, "on": on, "first": first}
    if account_ids is not None:
        params["accounts"] = list(account_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            "select i.customer_account_id, sum(i.open_company_amount + coalesce(a.back, 0)), "  # noqa: S608 - our own words
            "coalesce(sum(i.company_amount) filter (where i.issue_date >= %(first)s and i.kind in ('invoice', 'credit-note', 'debit-note')), 0) "
            "from receivables_openitem i left join lateral (select sum(company_amount) as back from receivables_allocation "
            "where company_id = %(company)s and item_id = i.id and value_date > %(on)s) a on true "
            "where i.company_id = %(company)s and i.issue_date <= %(on)s "
            f"and (i.open_amount <> 0 or i.closed_date > %(on)s or i.issue_date >= %(first)s) {only} group by 1",
            params,  # type: ignore[arg-type]
        )
        code = call.company.currency
        return {account: (Money(rest, code), Money(sales, code)) for account, rest, sales in cursor.fetchall()}
