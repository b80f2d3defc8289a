"""Which accounts have most open, or overdue: one page of all of them in order, with the sums and counts over all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from duecourse.core.call import Call
from duecourse.core.money import Money
from duecourse.receivables.queries.ageing import rows_as_of

RANKED_BY = ("open", "overdue")
# Only accounts with several currencies are added up: the others have one row.
_EACH = (
    "select customer_account_id as account, total as open, overdue from ({rows}) r where not is_split union all "
    "select customer_account_id, sum(total), sum(overdue) from ({rows}) r where is_split group by 1"
)


@dataclass(frozen=True, slots=True)
class AccountAmounts:
    """What one account has open and overdue, in the company's currency."""

    account_id: int
    open: Money
    overdue: Money


@dataclass(frozen=True, slots=True)
class Ranking:
    """A page of accounts by amount. All accounts in order are the `before`, those with nothing at all, and the `after`.

    `head` are the page's rows of the first kind and `tail` those of the last; the sums and counts are over all accounts:
    `owing` have something above zero open, `late` something overdue.
    """

    head: Sequence[AccountAmounts]
    tail: Sequence[AccountAmounts]
    before: int
    after: int
    open: Money
    overdue: Money
    owing: int
    late: int


def ranking(
    call: Call,
    on: dt.date,
    account_ids: Sequence[int] | None,
    every: int,
    sort: str = "-overdue",
    only: str = "",
    start: int = 0,
    stop: int = 0,
) -> Ranking:
    """Places `start` to before `stop` of `every` account (of `account_ids`; None: all the company has) by amount; two queries.

    `sort` is one of RANKED_BY, backwards with “-”; equal ones stand by the other amount, then by age of the account. `only`, one
    of RANKED_BY, keeps those with more than zero of it: then nobody has nothing, and all are `before`.
    """
    rows, params = rows_as_of(call, on, account_ids=account_ids)
    first = sort.lstrip("-")
    second = RANKED_BY[1 - RANKED_BY.index(first)]
    downwards, above, below = ("desc", ">", "<") if sort.startswith("-") else ("asc", "<", ">")
    order = f"{first} {downwards}, {second} {downwards}, account"
    head, tail = (f"({first} {side} 0 or {first} = 0 and {second} {side} 0)" for side in (above, below))
    if only:
        head, tail = f"{only} > 0", "false"
    past = "%(every)s - (select after from counts)"  # before whose place the last ones begin
    sql = (
        f"with each as ({_EACH.format(rows=rows)}), "  # noqa: S608 - own constants
        f"counts as materialized (select count(*) filter (where {head}) as before, count(*) filter (where {tail}) as after, "
        "coalesce(sum(open), 0) as open, coalesce(sum(overdue), 0) as overdue, count(*) filter (where open > 0) as owing, "
        "count(*) filter (where overdue > 0) as late from each) "
        "select 0 as part, 0 as account, open, overdue, before, after, owing, late from counts union all "
        f"(select 1, account, open, overdue, 0, 0, 0, 0 from each where {head} order by {order} limit %(size)s offset %(start)s) "
        f"union all (select 2, account, open, overdue, 0, 0, 0, 0 from each where {tail} order by {order} "
        f"limit greatest(0, %(start)s + %(size)s - greatest(%(start)s, {past})) offset greatest(0, %(start)s - ({past})))"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, params | {"every": every, "start": start, "size": max(0, stop - start)})
        found = cursor.fetchall()
    base = call.company.currency
    _, _, open_, overdue, before, after, owing, late = next(row for row in found if row[0] == 0)
    head_rows, tail_rows = (
        [AccountAmounts(account, Money(o, base), Money(d, base)) for part, account, o, d, *_ in found if part == wanted]
        for wanted in (1, 2)
    )
    return Ranking(head_rows, tail_rows, before, after, Money(open_, base), Money(overdue, base), owing, late)


def amounts_open(call: Call, on: dt.date, account_ids: Sequence[int]) -> dict[int, AccountAmounts]:
    """What accounts have open and overdue on a day, those with anything; two queries."""
    rows, params = rows_as_of(call, on, account_ids=account_ids)
    base = call.company.currency
    with connection.cursor() as cursor:
        cursor.execute(_EACH.format(rows=rows), params)
        return {
            account: AccountAmounts(account, Money(open_, base), Money(overdue, base))
            for account, open_, overdue in cursor.fetchall()
        }
