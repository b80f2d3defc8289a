"""What is open on every account by age, from the stored sums: triggers keep them with the items, so that no list adds up a million.

A row is aged on its own day. Seen from another day it lacks what crossed a bound of a bucket between the two, what was issued
later, and what was allocated since; all three are few near that day, and found by an index.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import connection

from duecourse.core import ids
from duecourse.core.call import Call

SHIFT_DAYS_MAX = 10  # further from the stored day than this, adding up the items is less work
_BOUNDS = (0, 30, 60, 90)
_LATE = ("late_30", "late_60", "late_90", "late_more")
_BUCKETS = ("b0", "b1", "b2", "b3", "b4")
_IN = (
    "i.due_date >= {on}",
    "i.due_date < {on} and i.due_date >= {on} - 30",
    "i.due_date < {on} - 30 and i.due_date >= {on} - 60",
    "i.due_date < {on} - 60 and i.due_date >= {on} - 90",
    "i.due_date < {on} - 90",
)
_DAY = "%(on)s::date"
_TOTAL, _OVERDUE = "b0 + b1 + b2 + b3 + b4", "b1 + b2 + b3 + b4"
_NEAR = """
select min(aged_on), max(aged_on),
  exists (select 1 from receivables_openitem i where i.company_id = %(company)s and i.issue_date > %(on)s and i.open_amount <> 0),
  exists (select 1 from receivables_allocation a where a.company_id = %(company)s and a.value_date > %(on)s)
from receivables_accountsum where company_id = %(company)s
"""
_CROSSED = """
select i.customer_account_id, i.currency, 0 as own, {amounts}, 0 as items
from receivables_openitem i join receivables_accountsum s
  on s.company_id = i.company_id and s.customer_account_id = i.customer_account_id and s.currency = i.currency
where i.company_id = %(company)s and i.open_amount <> 0 and s.aged_on <> %(on)s and ({ranges}) {narrow}
"""
_LATER = """
select i.customer_account_id, i.currency, -i.open_amount as own, {amounts}, -1 as items
from receivables_openitem i where i.company_id = %(company)s and i.issue_date > %(on)s and i.open_amount <> 0 {narrow}
"""
_SINCE = """
select i.customer_account_id, i.currency, sum(a.amount) as own, {amounts},
  (i.open_amount + sum(a.amount) <> 0)::int - (i.open_amount <> 0)::int as items
from receivables_allocation a join receivables_openitem i on i.id = a.item_id
where a.company_id = %(company)s and a.value_date > %(on)s and i.company_id = %(company)s and i.issue_date <= %(on)s {narrow}
group by i.id
"""


def rows_as_of(
    call: Call, on: dt.date, account_ids: Sequence[int] | None = None, currency: str = ""
) -> tuple[str, dict[str, Any]] | None:
    """SQL and parameters as ageing.rows_as_of gives them; None where the stored sums are too far from the day. One query."""
    params: dict[str, Any] = {"company": call.company.id, "on": on, "currency": currency, "base": call.company.currency}
    params["accounts"] = None if account_ids is None else list(account_ids)
    with connection.cursor() as cursor:
        cursor.execute(_NEAR, params)
        first, last, later, since = cursor.fetchone()
    if first is None:
        first = last = on
    if max(abs((on - first).days), abs((on - last).days)) > SHIFT_DAYS_MAX:
        return None
    params |= {"low": min(first, on), "high": max(last, on)}
    narrow = " and {0}.customer_account_id = any(%(accounts)s)" if account_ids is not None else ""
    narrow += " and {0}.currency = %(currency)s" if currency else ""
    parts = []
    if params["low"] != params["high"]:
        ranges = " or ".join(f"i.due_date >= %(low)s::date - {days} and i.due_date < %(high)s::date - {days}" for days in _BOUNDS)
        moved = [f"(({test.format(on=_DAY)})::int - ({test.format(on='s.aged_on')})::int)" for test in _IN]
        amounts = ", ".join(f"{by} * i.open_company_amount as {name}" for by, name in zip(moved, _BUCKETS, strict=True))
        parts.append(_CROSSED.format(amounts=amounts, ranges=ranges, narrow=narrow.format("i")))
    if later:
        parts.append(_LATER.format(amounts=_amounts("-i.open_company_amount"), narrow=narrow.format("i")))
    if since:
        parts.append(_SINCE.format(amounts=_amounts("sum(a.company_amount)"), narrow=narrow.format("i")))
    return _together(parts, narrow), params


def _amounts(amount: str) -> str:
    tests = (test.format(on=_DAY) for test in _IN)
    return ", ".join(f"({test})::int * {amount} as {name}" for test, name in zip(tests, _BUCKETS, strict=True))


def _together(parts: Sequence[str], narrow: str) -> str:
    """The stored rows with what the parts add to them; every item's account and currency has a stored row."""
    where = f"where s.company_id = %(company)s{narrow.format('s')}"
    stored = {"own": "s.open_amount", "total": "s.open_company_amount", "overdue": "s.overdue_company_amount"}
    stored |= {name: f"s.{column}" for name, column in zip(_BUCKETS[1:], _LATE, strict=True)} | {"items": "s.items"}
    keys = "s.customer_account_id, s.currency, s.is_split"
    if not parts:
        columns = ", ".join(f"{sql} as {name}" for name, sql in stored.items())
        not_due = "s.open_company_amount - s.overdue_company_amount as b0"
        return f"select {keys}, {columns}, {not_due} from receivables_accountsum s {where} and s.items <> 0"  # noqa: S608 - own constants
    stored["b0"] = "s.open_company_amount - s.overdue_company_amount"
    added = ", ".join(f"{sql} + coalesce(d.{name}, 0) as {name}" for name, sql in stored.items())
    sums = ", ".join(f"sum({name}) as {name}" for name in ("own", *_BUCKETS, "items"))
    return (
        f"select {keys}, {added} from receivables_accountsum s left join "  # noqa: S608 - the same
        f"(select customer_account_id, currency, {sums}, sum({_TOTAL}) as total, sum({_OVERDUE}) as overdue "
        f"from ({' union all '.join(parts)}) p group by 1, 2) d "
        f"on d.customer_account_id = s.customer_account_id and d.currency = s.currency {where} "
        "and s.items + coalesce(d.items, 0) <> 0"
    )


def added_up(rows: str) -> str:
    """The same columns for rows that were added up from the items."""
    return f"select *, true as is_split, {_TOTAL} as total, {_OVERDUE} as overdue from ({rows}) r"  # noqa: S608 - own constants


def stale_sums(call: Call, limit: int) -> list[int]:
    """Accounts with sums that are aged on another day than today, some of them; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "(select customer_account_id from receivables_accountsum where company_id = %(company)s and aged_on < %(on)s limit %(limit)s) "
            "union (select customer_account_id from receivables_accountsum where company_id = %(company)s and aged_on > %(on)s "
            "limit %(limit)s)",
            {"company": call.company.id, "on": call.today, "limit": limit},
        )
        return [row[0] for row in cursor.fetchall()]


def broken_sums(call: Call) -> tuple[int, list[str]]:
    """The verifier's question: stored sums that differ from the items added up; how many sums were looked at."""
    in_bucket = ["i.due_date < s.aged_on", *(test.format(on="s.aged_on") for test in _IN[1:])]
    columns = ("overdue_company_amount", *_LATE)
    late = ", ".join(
        f"coalesce(sum(i.open_company_amount) filter (where {test}), 0) as {name}"
        for test, name in zip(in_bucket, columns, strict=True)
    )
    names = ("items", "open_amount", "open_company_amount", *columns)
    differ = (
        f"({', '.join(f's.{name}' for name in names)}) is distinct from ({', '.join(f'coalesce(r.{name}, 0)' for name in names)})"
    )
    sql = (
        "with r as (select i.customer_account_id, i.currency, count(*) as items, sum(i.open_amount) as open_amount, "  # noqa: S608
        f"sum(i.open_company_amount) as open_company_amount, {late} from receivables_openitem i left join receivables_accountsum s "
        "on s.company_id = i.company_id and s.customer_account_id = i.customer_account_id and s.currency = i.currency "
        "where i.company_id = %(company)s and i.open_amount <> 0 group by 1, 2) "
        "select customer_account_id, currency, s.open_company_amount, r.open_company_amount from r full join "
        "(select * from receivables_accountsum where company_id = %(company)s) s using (customer_account_id, currency) "
        f"where {differ} order by 1, 2 limit 10"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, {"company": call.company.id})
        found = cursor.fetchall()
        cursor.execute("select count(*) from receivables_accountsum where company_id = %s", [call.company.id])
        (many,) = cursor.fetchone()
    base = call.company.currency
    return many, [
        f"{ids.outer('acc', account)}, {currency}: stored {stored or 0} {base}, recomputed {found_ or 0} {base}"
        for account, currency, stored, found_ in found
    ]
