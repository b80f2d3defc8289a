"""Why is what is owed on one day not what was owed on another? By kind of change, and by customer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from duecourse.core.call import Call
from duecourse.core.money import Money
from duecourse.receivables.queries.ageing import scope

# What came up for the first time, and what went. An allocation counts from the day its item is there.
_DIFFERENCES = """
select 'item', kind, sum(company_amount) from receivables_openitem
where company_id = %(company)s and issue_date > %(then)s and issue_date <= %(now)s group by kind
union all
select 'allocation', a.cause, -sum(a.company_amount) from receivables_allocation a join receivables_openitem i on i.id = a.item_id
where a.company_id = %(company)s and a.value_date > %(then)s and a.value_date <= %(now)s
  and i.company_id = %(company)s and i.issue_date <= %(now)s group by a.cause
union all
select 'allocation', a.cause, -sum(a.company_amount) from receivables_openitem i join receivables_allocation a on a.item_id = i.id
where i.company_id = %(company)s and i.issue_date > %(then)s and i.issue_date <= %(now)s
  and a.company_id = %(company)s and a.value_date <= %(then)s group by a.cause
"""


@dataclass(frozen=True, slots=True)
class Differences:
    """From what was open on one day to what was open on a later one, in the company's currency; the parts add up to `total`."""

    invoiced: Money  # invoices and debit notes
    credited: Money  # credit notes
    received: Money  # payments, less refunds
    deducted: Money  # discounts, bank charges, write-offs and rounding
    rates: Money  # realised: cleared at another rate than booked

    @property
    def total(self) -> Money:
        return self.invoiced + self.credited + self.received + self.deducted + self.rates


@dataclass(frozen=True, slots=True)
class Movement:
    """By how much a customer account's overdue amount changed, in the company's currency."""

    customer_account_id: int
    change: Money


def differences(call: Call, then: dt.date, now: dt.date) -> Differences:
    """What changed what is open between the ends of two days, as it is known now; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENCES, {"company": call.company.id, "then": then, "now": now})
        found: dict[tuple[str, str], Decimal] = {}
        for what, kind, amount in cursor.fetchall():
            found[what, kind] = found.get((what, kind), Decimal(0)) + amount

    def total(*keys: tuple[str, str]) -> Money:
        return Money(sum((found.get(key, Decimal(0)) for key in keys), Decimal(0)), call.company.currency)

    return Differences(
        invoiced=total(("item", "invoice"), ("item", "debit-note")),
        credited=total(("item", "credit-note")),
        received=total(("item", "payment"), ("item", "refund")),
        deducted=total(*(("allocation", cause) for cause in ("discount", "bank-charge", "write-off", "rounding"))),
        rates=total(("allocation", "payment"), ("allocation", "credit")),
    )


def movements(call: Call, then: dt.date, now: dt.date, most: int = 3) -> tuple[Money, Sequence[Movement]]:
    """By how much the overdue amount changed between the ends of two days, and the accounts that moved most; one query."""
    sources, params = scope(call, now, None)
    rows = []
    for source in sources:
        before = source.replace("%(on)s", "%(then)s")
        rows.append(f"select customer_account_id, sum(company) as change from ({source}) x where due_date < %(on)s group by 1")  # noqa: S608
        rows.append(f"select customer_account_id, -sum(company) from ({before}) x where due_date < %(then)s group by 1")  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(
            "with moved as (select customer_account_id, sum(change) as change from ("  # noqa: S608 - built of our own constants
            f"{' union all '.join(rows)}) y group by 1) "
            "select null::bigint, coalesce(sum(change), 0) from moved union all "
            "(select customer_account_id, change from moved where change <> 0 order by abs(change) desc, 1 limit %(most)s)",
            params | {"then": then, "most": most},
        )
        found = cursor.fetchall()
    base = call.company.currency
    total = next(change for account, change in found if account is None)
    moved = [Movement(account, Money(change, base)) for account, change in found if account is not None]
    return Money(total, base), sorted(moved, key=lambda one: -abs(one.change.amount))
