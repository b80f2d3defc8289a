"""What every account owes too late, and what of it nobody should ask for now; sets of any size, in the company's currency."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from duecourse.core.call import Call

# All of it comes from one index; the few items with a mark are looked at by themselves and taken off.
_SUMS = """
select i.customer_account_id,
  count(*) filter (where i.open_company_amount > 0 and i.due_date < %(on)s),
  coalesce(sum(i.open_company_amount) filter (where i.open_company_amount > 0 and i.due_date < %(on)s), 0),
  coalesce(sum(i.open_company_amount * (%(on)s - i.due_date)) filter (where i.open_company_amount > 0 and i.due_date < %(on)s), 0),
  min(i.due_date) filter (where i.open_company_amount > 0),
  coalesce(-sum(i.open_company_amount) filter (where i.open_company_amount < 0), 0)
from receivables_openitem i
where i.company_id = %(company)s and i.open_amount <> 0 {narrow}
group by 1 having bool_or(i.due_date < %(on)s and i.open_company_amount > 0)
"""
_MARKED = """
with said as (
  select m.item_id,
    sum(coalesce(m.amount, 1e15)) filter (where m.kind = 'disputed') as disputed,
    sum(coalesce(m.amount, 1e15)) filter (where m.kind = 'promised') as promised,
    max(1e15) filter (where m.kind in ('blocked', 'planned')) as blocked
  from receivables_mark m
  where m.company_id = %(company)s and m.ends_id is null and m.kind in ('disputed', 'promised', 'blocked', 'planned')
    and m.from_date <= %(on)s and (m.until_date is null or m.until_date > %(on)s)
    and not exists (select 1 from receivables_mark e where e.ends_id = m.id and e.from_date <= %(on)s)
  group by m.item_id
), parts as (
  select i.customer_account_id, %(on)s - i.due_date as days, i.open_company_amount / i.open_amount as rate, i.open_amount as open,
    least(i.open_amount, coalesce(s.disputed, 0)) as disputed, coalesce(s.promised, 0) as promised, coalesce(s.blocked, 0) as blocked
  from said s join receivables_openitem i on i.id = s.item_id
  where i.company_id = %(company)s and i.open_amount > 0 and i.due_date < %(on)s
    {narrow}
), shares as (
  select customer_account_id, days, rate, disputed, least(open - disputed, promised) as promised,
    least(open - disputed - least(open - disputed, promised), blocked) as blocked
  from parts
)
select customer_account_id, sum(disputed * rate), sum(promised * rate), sum(blocked * rate),
  sum((disputed + promised + blocked) * rate * days)
from shares group by 1
"""


@dataclass(frozen=True, slots=True)
class OverdueSums:
    """One account, in the company's currency: what is overdue, amount × days late over its items, and what is set aside of both.

    `disputed`, `promised` and `blocked` (blocked or on a plan) are parts of `overdue`, in this order where they meet on one item;
    `weighted_aside` is their amount × days. `on_account` is what the customer has with us and is not applied.
    """

    account_id: int
    items: int
    overdue: Decimal
    weighted: Decimal
    oldest_due: dt.date
    on_account: Decimal
    disputed: Decimal = Decimal(0)
    promised: Decimal = Decimal(0)
    blocked: Decimal = Decimal(0)
    weighted_aside: Decimal = Decimal(0)


def overdue_sums(call: Call, on: dt.date, account_ids: Sequence[int] | None = None) -> list[OverdueSums]:
    """Accounts (None: all) with something overdue on a day, as of today's rests. Two queries."""
    params: dict[str, Any] = {
        "company": call.company.id, "on": on, "accounts": None if account_ids is None else list(account_ids),
    }  # fmt: skip
    # Said only when it narrows: an index is used for accounts that are named, and a scan for all.
    narrow = "" if account_ids is None else "and i.customer_account_id = any(%(accounts)s)"
    with connection.cursor() as cursor:
        cursor.execute(_MARKED.format(narrow=narrow), params)
        aside = {row[0]: row[1:] for row in cursor.fetchall()}
        cursor.execute(_SUMS.format(narrow=narrow), params)
        return [
            OverdueSums(account, items, overdue, weighted, oldest, on_account, *aside.get(account, ()))
            for account, items, overdue, weighted, oldest, on_account in cursor.fetchall()
        ]


def accounts_of(call: Call, item_ids: Sequence[int]) -> set[int]:
    """The customer accounts that items belong to; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct customer_account_id from receivables_openitem where company_id = %s and id = any(%s)",
            [call.company.id, list(item_ids)],
        )
        return {row[0] for row in cursor.fetchall()}


def marks_set_by(call: Call, subject: str) -> list[int]:
    """Marks that were set for a subject (prefixed id) and have not ended; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select m.id from receivables_mark m where m.company_id = %s and m.subject = %s and m.ends_id is null "
            "and not exists (select 1 from receivables_mark e where e.ends_id = m.id) order by m.id",
            [call.company.id, subject],
        )
        return [row[0] for row in cursor.fetchall()]
