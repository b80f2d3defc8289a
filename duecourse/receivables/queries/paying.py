"""How items were paid, as it was known: what prediction learns from."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from duecourse.core.call import Call
from duecourse.core.money import Money

# An item counts as paid on the value date that brought it to zero, when money was among what did; one that only a credit note,
# a write-off or a rounding ended teaches nothing about paying.
_PAID = """
select i.id, i.customer_account_id, i.issue_date, i.due_date, i.currency, i.amount, i.company_amount,
  case when coalesce(a.amount, 0) = i.amount then a.last end, d.from_date, p.until_date,
  i.amount - coalesce(a.amount, 0), coalesce(a.money, false)
from receivables_openitem i
left join lateral (select sum(amount) as amount, max(value_date) as last,
    coalesce(sum(amount) filter (where cause = 'payment'), 0) <> 0 as money
  from receivables_allocation where company_id = %(company)s and item_id = i.id and value_date <= %(on)s
    and recorded_at <= %(known_at)s) a on true
left join lateral (select min(m.from_date) as from_date from receivables_mark m
  where m.company_id = %(company)s and m.item_id = i.id and m.kind = 'disputed' and m.ends_id is null and m.from_date <= %(on)s
    and m.recorded_at <= %(known_at)s and not exists (select 1 from receivables_mark e where e.company_id = %(company)s
      and e.ends_id = m.id and e.recorded_at <= %(known_at)s)) d on true
left join lateral (select max(m.until_date) as until_date from receivables_mark m
  where m.company_id = %(company)s and m.item_id = i.id and m.kind = 'promised' and m.ends_id is null and m.from_date <= %(on)s
    and m.recorded_at <= %(known_at)s) p on true
where i.company_id = %(company)s and i.kind in ('invoice', 'debit-note') and i.issue_date <= %(on)s::date + 1
  and (i.issue_date >= %(since)s or i.amount <> coalesce(a.amount, 0))
  and i.recorded_at <= %(known_at)s order by i.id
"""
_SETTLED = """
select w.place, i.currency, sum(a.amount) from unnest(%(as_of)s::date[], %(first)s::date[], %(last)s::date[])
  with ordinality w(as_of, first, last, place)
join receivables_allocation a on a.company_id = %(company)s and a.value_date between w.first and w.last
  and a.cause in ('payment', 'discount', 'bank-charge')
join receivables_openitem i on i.id = a.item_id and i.kind in ('invoice', 'debit-note') and i.issue_date <= w.as_of
where i.company_id = %(company)s group by 1, 2
"""


@dataclass(frozen=True, slots=True)
class Paying:
    """One invoice or debit note as known: `paid_date` is None while anything is open of it."""

    item_id: int
    customer_account_id: int
    issue_date: dt.date
    due_date: dt.date
    amount: Money
    company_amount: Money
    paid_date: dt.date | None
    disputed_date: dt.date | None
    promised_date: dt.date | None
    rest: Decimal
    with_money: bool


def paying(call: Call, on: dt.date, known_at: dt.datetime, since: dt.date = dt.date.min) -> list[Paying]:
    """Invoices and debit notes issued from `since` to the day after `on`, and older ones still open; one query.

    Payments count with value dates up to `on`, and everything only when it was recorded by `known_at`.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PAID, {"company": call.company.id, "on": on, "known_at": known_at, "since": since})
        base = call.company.currency
        return [
            Paying(row[0], row[1], row[2], row[3], Money(row[5], row[4]), Money(row[6], base), *row[7:])
            for row in cursor.fetchall()
        ]


def settled_in(call: Call, windows: list[tuple[dt.date, dt.date, dt.date]]) -> list[dict[str, Money]]:
    """For each (as of, first day, last day): by currency, what payments settled in those days of items issued up to the day."""
    found: list[dict[str, Money]] = [{} for _ in windows]
    with connection.cursor() as cursor:
        cursor.execute(
            _SETTLED,
            {
                "company": call.company.id,
                **{name: [one[at] for one in windows] for at, name in enumerate(("as_of", "first", "last"))},
            },
        )
        for place, currency, amount in cursor.fetchall():
            found[place - 1][currency] = Money(amount, currency)
    return found
