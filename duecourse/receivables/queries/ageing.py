"""How old is what is owed? On any day and as known at any instant, in the database: the same rule as rules.age_items.

When everything recorded counts, the past is today's rest plus what was allocated since: few rows, and the rest of the work is
one pass over an index of the open items. As known at an instant it is the amount less what was known to be allocated.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from duecourse.core import paging
from duecourse.core.call import Call
from duecourse.core.money import Money
from duecourse.receivables import rules
from duecourse.receivables.queries import sums

# (customer_account_id, currency, due_date, own, company, items): of open items, of what was allocated since, of what was known
_OPEN = """
select i.customer_account_id, i.currency, i.due_date, i.open_amount as own, i.open_company_amount as company, 1 as items
from receivables_openitem i where i.company_id = %(company)s and i.open_amount <> 0 and i.issue_date <= %(on)s {narrow}
"""
_SINCE = """
select i.customer_account_id, i.currency, i.due_date, sum(a.amount) as own, sum(a.company_amount) as company,
  (i.open_amount + sum(a.amount) <> 0)::int - (i.open_amount <> 0)::int as items
from receivables_allocation a join receivables_openitem i on i.id = a.item_id
where a.company_id = %(company)s and a.value_date > %(on)s and i.company_id = %(company)s and i.issue_date <= %(on)s {narrow}
group by i.id
"""
_KNOWN = """
select i.customer_account_id, i.currency, i.due_date, i.amount - coalesce(a.amount, 0) as own,
  i.company_amount - coalesce(a.company_amount, 0) as company, 1 as items
from receivables_openitem i left join (select item_id, sum(amount) as amount, sum(company_amount) as company_amount
  from receivables_allocation where company_id = %(company)s and value_date <= %(on)s and recorded_at <= %(known_at)s
  group by item_id) a on a.item_id = i.id
where i.company_id = %(company)s and i.issue_date <= %(on)s and i.recorded_at <= %(known_at)s
  and i.amount <> coalesce(a.amount, 0) {narrow}
"""
_IN_BUCKET = (
    "due_date >= %(on)s",
    "due_date < %(on)s and due_date >= %(on)s::date - 30",
    "due_date < %(on)s::date - 30 and due_date >= %(on)s::date - 60",
    "due_date < %(on)s::date - 60 and due_date >= %(on)s::date - 90",
    "due_date < %(on)s::date - 90",
)
# Own amounts are summed apart only where they are not the company's: sums of numerics are what this work consists of.
_COMPANY = {f"b{place}": f"sum(company) filter (where {test})" for place, test in enumerate(_IN_BUCKET)}
_OWN = {f"o{place}": f"sum(own) filter (where currency <> %(base)s and {test})" for place, test in enumerate(_IN_BUCKET)}
_OWN_TOTAL = {"own": "sum(own) filter (where currency <> %(base)s)"}
_ITEMS = {"items": "sum(items)"}
_BUCKETS = tuple(_COMPANY)

OVERDUE = "overdue"  # any bucket but the first
SORTS = {
    "total": "total",
    **{name: f"b{place}" for place, name in enumerate(rules.BUCKETS)},
    "items": "items",
    "currency": "currency",
}


@dataclass(frozen=True, slots=True)
class AgeingView:
    """One account's open amounts in one currency by age (rules.BUCKETS), and the same in the company's currency.

    The money is made when it is asked for: a report over all customers has tens of thousands of rows, a screen shows few.
    """

    customer_account_id: int
    currency: str
    company_currency: str
    amounts: tuple[Decimal, ...]
    company_amounts: tuple[Decimal, ...]
    items: int

    @property
    def buckets(self) -> tuple[Money, ...]:
        return _buckets(self.amounts, self.currency)

    @property
    def total(self) -> Money:
        return Money(sum(self.amounts, Decimal(0)), self.currency)

    @property
    def company_buckets(self) -> tuple[Money, ...]:
        return _buckets(self.company_amounts, self.company_currency)

    @property
    def company_total(self) -> Money:
        return Money(sum(self.company_amounts, Decimal(0)), self.company_currency)


@dataclass(frozen=True, slots=True)
class AgeingLine:
    """One account in one currency on a page of the report: `buckets` and `total` in the company's currency, `own` in its own."""

    customer_account_id: int
    currency: str
    own: Money
    buckets: tuple[Money, ...]
    total: Money
    items: int


@dataclass(frozen=True, slots=True)
class AgeingSums:
    """What is open in one currency: `own` in it, `buckets` as booked in the company's."""

    currency: str
    own: Money
    buckets: tuple[Money, ...]
    items: int

    @property
    def total(self) -> Money:
        return Money.total(self.buckets, self.buckets[0].currency)


@dataclass(frozen=True, slots=True)
class AgeingPage:
    """A page of the report and the sums by currency over all of its pages; `customers` counts accounts once."""

    page: paging.Page[AgeingLine]
    sums: Sequence[AgeingSums]
    customers: int


def scope(
    call: Call, on: dt.date, known_at: dt.datetime | None, account_ids: Sequence[int] | None = None, currency: str = ""
) -> tuple[Sequence[str], dict[str, Any]]:
    """The statements whose rows together are what was open, and their parameters."""
    narrow = ""
    if account_ids is not None:
        narrow += " and i.customer_account_id = any(%(accounts)s)"
    if currency:
        narrow += " and i.currency = %(currency)s"
    sources = (_OPEN, _SINCE) if known_at is None else (_KNOWN,)
    params = {"company": call.company.id, "on": on, "known_at": known_at, "currency": currency, "base": call.company.currency}
    accounts = None if account_ids is None else list(account_ids)
    return [source.format(narrow=narrow) for source in sources], params | {"accounts": accounts}


def _by_account(sources: Sequence[str], sums: Mapping[str, str]) -> str:
    """SQL for one row an account and currency that has something open: each source is summed by itself, in its own order."""
    columns = ", ".join(f"{sql} as {name}" for name, sql in sums.items())
    keys = "customer_account_id, currency"
    grouped = [f"(select {keys}, {columns} from ({source}) x group by {keys})" for source in sources]  # noqa: S608
    if len(grouped) == 1:
        added = ", ".join(f"coalesce({name}, 0) as {name}" for name in sums)
        return f"select {keys}, {added} from {grouped[0]} s0"  # noqa: S608 - built of our own constants
    added = ", ".join(f"coalesce(s0.{name}, 0) + coalesce(s1.{name}, 0) as {name}" for name in sums)
    there = "coalesce(s0.items, 0) + coalesce(s1.items, 0) <> 0"
    return f"select {keys}, {added} from {grouped[0]} s0 full join {grouped[1]} s1 using ({keys}) where {there}"  # noqa: S608


def rows_as_of(
    call: Call, on: dt.date, known_at: dt.datetime | None = None, account_ids: Sequence[int] | None = None, currency: str = ""
) -> tuple[str, dict[str, Any]]:
    """SQL for one row an account and currency with something open: customer_account_id, currency, is_split, own, b0 … b4, total, overdue,
    items; and its parameters. `is_split` is false where an account surely has one currency only.

    From the stored sums where they are of that day or near it, else from the items. One query to find out.
    """
    if known_at is None:
        stored = sums.rows_as_of(call, on, account_ids, currency)
        if stored is not None:
            return stored
    sources, params = scope(call, on, known_at, account_ids, currency)
    return sums.added_up(_by_account(sources, _OWN_TOTAL | _COMPANY | _ITEMS)), params


def ageing(
    call: Call, on: dt.date, known_at: dt.datetime | None = None, account_ids: Sequence[int] | None = None
) -> list[AgeingView]:
    """Who owed how much, how late: one row per account and currency with something open on `on`, as known at `known_at`.

    A credit ages by its due date, which it always has here. One query.
    """
    sources, params = scope(call, on, known_at, account_ids)
    sql = _by_account(sources, _COMPANY | _OWN | _ITEMS)
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} order by customer_account_id, currency", params)
        return [_view(call, row) for row in cursor.fetchall()]


def _view(call: Call, row: Sequence[Any]) -> AgeingView:
    account, currency, company, own, items = row[0], row[1], tuple(row[2:7]), tuple(row[7:12]), row[12]
    base = call.company.currency
    return AgeingView(account, currency, base, company if currency == base else own, company, items)


def _buckets(amounts: Sequence[Decimal], currency: str) -> tuple[Money, ...]:
    zero = Money.zero(currency)
    return tuple(Money(amount, currency) if amount else zero for amount in amounts)


def ageing_sums(call: Call, on: dt.date, known_at: dt.datetime | None = None) -> list[AgeingSums]:
    """What was open in each currency by age; two queries."""
    rows, params = rows_as_of(call, on, known_at)
    added = ", ".join(f"coalesce(sum({name}), 0)" for name in ("own", *_BUCKETS, "items"))
    with connection.cursor() as cursor:
        cursor.execute(f"select currency, {added} from ({rows}) y group by currency having sum(items) <> 0 order by 1", params)  # noqa: S608
        return [_sums(call, row) for row in cursor.fetchall()]


def _sums(call: Call, row: Sequence[Any]) -> AgeingSums:
    currency, own, *amounts, items = row
    if currency == call.company.currency:
        own = sum(amounts, Decimal(0))
    return AgeingSums(currency, Money(own, currency), _buckets(amounts, call.company.currency), int(items))


def ageing_page(
    call: Call,
    on: dt.date,
    known_at: dt.datetime | None = None,
    account_ids: Sequence[int] | None = None,
    currency: str = "",
    bucket: str = "",
    sort: str = "-total",
    page: int = 1,
    size: int = 50,
    given: Sequence[int] = (),
) -> AgeingPage:
    """One page of the report by account and currency, sorted in the database, with the sums over all pages; two queries.

    `sort` is one of SORTS, backwards with “-”; with `given` accounts stand in that order instead. `bucket`, one of
    rules.BUCKETS or OVERDUE, keeps only those with something in it.
    """
    rows, params = rows_as_of(call, on, known_at, account_ids, currency)
    kept = f" where b{rules.BUCKETS.index(bucket)} <> 0" if bucket in rules.BUCKETS else ""
    if bucket == OVERDUE:
        kept = " where b1 <> 0 or b2 <> 0 or b3 <> 0 or b4 <> 0"
    start, stop = paging.bounds(page, size)
    downwards = "desc" if sort.startswith("-") else "asc"
    source, order = "rows", f"{SORTS.get(sort.lstrip('-'), 'total')} {downwards}"
    if given:
        source = "rows join unnest(%(given)s::bigint[]) with ordinality g(id, place) on g.id = customer_account_id"
        order = "g.place"
    buckets, added = ", ".join(_BUCKETS), ", ".join(f"sum({name})" for name in _BUCKETS[1:])
    with connection.cursor() as cursor:
        cursor.execute(
            f"with rows as (select * from ({rows}) r{kept}), sums as materialized (select currency, sum(own) as own, "  # noqa: S608 - own
            f"sum(total) - sum(overdue), {added}, sum(items), count(*) as many from rows group by 1) "
            "select 0, null::bigint, *, case when (select count(*) from sums) = 1 then many "
            "else (select count(distinct customer_account_id) from rows) end from sums union all "
            f"select row_number() over (), *, 0, 0 from (select customer_account_id, currency, own, {buckets}, items from {source} "
            f"order by {order}, customer_account_id, currency limit %(size)s offset %(start)s) shown",
            params | {"size": stop - start, "start": start, "given": list(given)},
        )
        found = cursor.fetchall()
    lines, totals, count, customers = [], [], 0, 0
    for place, account, code, own, *amounts, items, many, accounts in sorted(found, key=lambda row: row[0]):
        if place:
            line = _sums(call, (code, own, *amounts, items))
            lines.append(AgeingLine(account, code, line.own, line.buckets, line.total, line.items))
        else:
            totals.append(_sums(call, (code, own, *amounts, items)))
            count, customers = count + many, accounts
    totals.sort(key=lambda one: one.currency)
    return AgeingPage(paging.Page(lines, count, max(page, 1), stop - start), totals, customers)
