"""Open items and their history, as of any day and as known at any instant; sums per account; what the verifier asks."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from duecourse.core import ids, paging
from duecourse.core.call import Call
from duecourse.core.money import Money
from duecourse.receivables import rules
from duecourse.receivables.models import Allocation, Clearing, Mark, OpenItem

_AGEING_BUCKETS = (
    "case when {late} <= 0 then 0 when {late} <= 30 then 1 when {late} <= 60 then 2 when {late} <= 90 then 3 else 4 end"
)


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item as of the day asked for; `open` and `open_company` are as of that day."""

    id: int
    customer_account_id: int
    kind: str
    number: str
    source: str
    reference: str
    purchase_order: str
    order_number: str
    issue_date: dt.date
    due_date: dt.date
    amount: Money
    open: Money
    open_company: Money
    discount_percent: Decimal | None
    discount_until: dt.date | None
    closed_date: dt.date | None
    late_days: int

    @property
    def outer_id(self) -> str:
        return ids.outer("itm", self.id)


@dataclass(frozen=True, slots=True)
class OpenSums:
    """What one account has open in one currency: all of it, and the part that is overdue."""

    open: Money
    open_company: Money
    overdue: Money
    oldest_due: dt.date | None  # of what is owed and overdue
    items: int


def item_states(call: Call, item_ids: Sequence[int], lock: bool = False) -> dict[int, rules.ItemState]:
    """Items as a clearing needs them, locked in order of their ids when asked. Errors: Refused('not-found')."""
    found = OpenItem.objects.filter(company_id=call.company.id, id__in=list(item_ids)).order_by("id")
    if lock:
        found = found.select_for_update(no_key=True)
    base = call.company.currency
    states = {
        row.id: rules.ItemState(
            id=row.id,
            customer_account_id=row.customer_account_id,
            number=row.number,
            amount=Money(row.amount, row.currency),
            company_amount=Money(row.company_amount, base),
            open=Money(row.open_amount, row.currency),
            open_company=Money(row.open_company_amount, base),
            tax_breakdown=tuple(
                (group[0], Decimal(group[1]), Decimal(group[2]), Decimal(group[3])) for group in row.tax_breakdown
            ),
        )
        for row in found
    }
    if len(states) != len(set(item_ids)):
        raise ids.not_found("itm")
    return states


def item_for_caller(call: Call, text: str) -> ItemView:
    """One item by its prefixed id, as of today. Errors: Refused('not-found')."""
    found = items(call, call.today, item_ids=[ids.inner("itm", text)], closed=True)
    if not found:
        raise ids.not_found("itm")
    return found[0]


def items(
    call: Call,
    on: dt.date,
    known_at: dt.datetime | None = None,
    account_ids: Sequence[int] | None = None,
    item_ids: Sequence[int] | None = None,
    closed: bool = False,
    bucket: str = "",
    currency: str = "",
    limit: int | None = None,
    offset: int = 0,
) -> list[ItemView]:
    """Items issued up to `on` with what was open then, the earliest due first; with `closed` also those already settled."""
    where, params = _as_of(call, on, known_at, account_ids, closed)
    if item_ids is not None:
        where += " and i.id = any(%s)"
        params.append(list(item_ids))
    if currency:
        where += " and i.currency = %s"
        params.append(currency)
    conditions = [] if closed else ["open_now <> 0"]
    if bucket:
        conditions.append(f"{_bucket_of('late_days')} = {rules.BUCKETS.index(bucket)}")
    sql = (
        f"select * from ({_as_of_select(known_at, _ITEM_COLUMNS)} {where}) x "  # noqa: S608 - built of our own constants
        + (f"where {' and '.join(conditions)} " if conditions else "")
        + "order by due_date, id"
        + (f" limit {int(limit)} offset {int(offset)}" if limit is not None else "")
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [_item_view(call, row) for row in cursor.fetchall()]


_ITEM_COLUMNS = (
    "i.id, i.customer_account_id, i.kind, i.number, i.source, i.reference, i.purchase_order, i.order_number, i.issue_date, i.due_date, "
    "i.amount, i.currency, i.discount_percent, i.discount_until, i.closed_date, "
)


def paid_items(call: Call, account_ids: Sequence[int], on: dt.date, page: int = 1, size: int = 50) -> paging.Page[ItemView]:
    """Items of accounts that nothing is open of by the end of `on`, the latest settled first; two queries."""
    closed = OpenItem.objects.filter(company_id=call.company.id, customer_account_id__in=list(account_ids), closed_date__lte=on)
    start, stop = paging.bounds(page, size)
    shown = list(closed.order_by("-closed_date", "-id").values_list("id", flat=True)[start:stop])
    views = {item.id: item for item in items(call, on, item_ids=shown, closed=True)}
    return paging.Page([views[key] for key in shown if key in views], closed.count(), max(page, 1), stop - start)


def _item_view(call: Call, row: Sequence[Any]) -> ItemView:
    key, account, kind, number, source, reference, purchase_order, order_number, issued, due, amount, currency = row[:12]
    discount_percent, discount_until, closed, open_now, open_company_now, late_days = row[12:]
    return ItemView(
        key, account, kind, number, source, reference, purchase_order, order_number, issued, due,
        Money(amount, currency), Money(open_now, currency), Money(open_company_now, call.company.currency),
        discount_percent, discount_until, closed, late_days,
    )  # fmt: skip


def _as_of_select(known_at: dt.datetime | None, columns: str) -> str:
    """Select items with what was open: backwards from today's rest when all is known, forwards from the amount when not."""
    if known_at is None:
        rest = "i.open_amount + coalesce(a.amount, 0) as open_now, i.open_company_amount + coalesce(a.company_amount, 0) as open_company_now"
        side = "value_date > %(on)s"
    else:
        rest = (
            "i.amount - coalesce(a.amount, 0) as open_now, i.company_amount - coalesce(a.company_amount, 0) as open_company_now"
        )
        side = "value_date <= %(on)s and recorded_at <= %(known_at)s"
    sql = (
        f"select {columns} {rest}, %(on)s - i.due_date as late_days from receivables_openitem i left join "  # noqa: S608
        "(select item_id, sum(amount) as amount, sum(company_amount) as company_amount from receivables_allocation "
        f"where company_id = %(company)s and {side} group by item_id) a on a.item_id = i.id"
    )
    return _numbered(sql)


def _numbered(sql: str) -> str:
    """Named places become the positional ones that `_as_of` fills: on is said twice, the company once, known_at at most once."""
    return sql.replace("%(on)s", "%s::date").replace("%(company)s", "%s").replace("%(known_at)s", "%s")


def _as_of(
    call: Call, on: dt.date, known_at: dt.datetime | None, account_ids: Sequence[int] | None, closed: bool = False
) -> tuple[str, list[Any]]:
    params: list[Any] = [on, call.company.id, on]
    where = "where i.company_id = %s and i.issue_date <= %s"
    tail: list[Any] = [call.company.id, on]
    if known_at is not None:
        params.append(known_at)
        where += " and i.recorded_at <= %s"
        tail.append(known_at)
    else:
        where += " and (i.open_amount <> 0 or i.closed_date > %s or %s)"
        tail += [on, closed]
    if account_ids is not None:
        where += " and i.customer_account_id = any(%s)"
        tail.append(list(account_ids))
    return where, params + tail


def _bucket_of(late: str) -> str:
    return _AGEING_BUCKETS.format(late=late)


def open_by_account(call: Call, account_ids: Iterable[int], on: dt.date) -> dict[tuple[int, str], OpenSums]:
    """Per account and currency what is open now and what of it is overdue on `on`, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select customer_account_id, currency, sum(open_amount), sum(open_company_amount), "
            "coalesce(sum(open_amount) filter (where due_date < %s and amount > 0), 0), "
            "min(due_date) filter (where due_date < %s and amount > 0), count(*) "
            "from receivables_openitem where company_id = %s and customer_account_id = any(%s) and open_amount <> 0 group by 1, 2",
            [on, on, call.company.id, list(account_ids)],
        )
        return {
            (account, currency): OpenSums(
                Money(total, currency), Money(company_total, call.company.currency), Money(overdue, currency), oldest, count
            )
            for account, currency, total, company_total, overdue, oldest, count in cursor.fetchall()
        }


def open_amounts_of_all(call: Call) -> list[tuple[int, Money]]:
    """(customer account, what it has open in one currency) for every account that has something open now; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select customer_account_id, currency, sum(open_amount) from receivables_openitem "
            "where company_id = %s and open_amount <> 0 group by 1, 2",
            [call.company.id],
        )
        return [(account, Money(total, currency)) for account, currency, total in cursor.fetchall()]


def open_candidates(call: Call) -> list[OpenItem]:
    """Every item with something open, for matching; the fields that matching reads, in one query."""
    return list(
        OpenItem.objects.filter(company_id=call.company.id)
        .exclude(open_amount=0)
        .exclude(kind="payment")
        .only(
            "id", "customer_account_id", "kind", "number", "reference", "order_number", "purchase_order", "issue_date", "due_date",
            "currency", "open_amount", "discount_percent", "discount_until",
        )
        .order_by("id")
    )  # fmt: skip


def totals(call: Call) -> tuple[Money, int]:
    """The sum of all open amounts as booked in the company's currency, and how many items are open."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(sum(open_company_amount), 0), count(*) from receivables_openitem where company_id = %s and open_amount <> 0",
            [call.company.id],
        )
        total, count = cursor.fetchone()
    return Money(total, call.company.currency), count


def history(call: Call, item_ids: Sequence[int]) -> list[Allocation]:
    """The allocations of items with their clearings, oldest first, reversals included."""
    return list(
        Allocation.objects.filter(company_id=call.company.id, item_id__in=list(item_ids))
        .select_related("clearing", "item")
        .order_by("id")
    )


def siblings(call: Call, clearing_ids: Sequence[int]) -> list[Allocation]:
    """Everything that the clearings allocated, with the items."""
    found = Allocation.objects.filter(company_id=call.company.id, clearing_id__in=list(clearing_ids))
    return list(found.select_related("clearing", "item").order_by("id"))


def reversals(call: Call, undoing_ids: Sequence[int]) -> dict[int, int]:
    """Clearing undone → the clearing that undid it, for the undoings given."""
    found = Clearing.objects.filter(company_id=call.company.id, id__in=list(undoing_ids), reversal_of__isnull=False)
    return {undone: key for undone, key in found.values_list("reversal_of_id", "id") if undone is not None}


def entry_of(call: Call, item_id: int) -> int:
    """The journal entry that an item was opened with. Errors: Refused('not-found') when it has none."""
    entry = OpenItem.objects.filter(company_id=call.company.id, id=item_id).values_list("entry_id", flat=True).first()
    if entry is None:
        raise ids.not_found("jrn")
    return entry


def numbers_by_source(call: Call, sources: Iterable[str]) -> dict[str, list[str]]:
    """The numbers of the items of each document (prefixed id), in the order they were opened."""
    result: dict[str, list[str]] = {}
    found = OpenItem.objects.filter(company_id=call.company.id, source__in=list(sources)).order_by("id")
    for source, number in found.values_list("source", "number"):
        result.setdefault(source, []).append(number)
    return result


def numbers(call: Call, item_ids: Iterable[int]) -> dict[int, str]:
    """The numbers of items."""
    return dict(OpenItem.objects.filter(company_id=call.company.id, id__in=set(item_ids)).values_list("id", "number"))


def open_amounts(call: Call, item_ids: Iterable[int]) -> dict[int, Money]:
    """What is open of items now."""
    found = OpenItem.objects.filter(company_id=call.company.id, id__in=set(item_ids))
    return {key: Money(amount, currency) for key, amount, currency in found.values_list("id", "open_amount", "currency")}


def marks(call: Call, item_ids: Sequence[int], on: dt.date) -> list[Mark]:
    """Marks in force on `on`: begun, not past their end, not ended by another mark by then."""
    ended = Mark.objects.filter(company_id=call.company.id, ends__isnull=False, from_date__lte=on).values("ends_id")
    found = Mark.objects.filter(company_id=call.company.id, item_id__in=list(item_ids), ends__isnull=True, from_date__lte=on)
    return [mark for mark in found.exclude(id__in=ended).order_by("id") if mark.until_date is None or mark.until_date > on]


def broken_rests(call: Call) -> tuple[int, list[str]]:
    """The verifier's question: items whose stored rest differs from amount less allocations; how many items were looked at."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select i.number, i.open_amount, i.amount - coalesce(a.amount, 0) from receivables_openitem i left join "
            "(select item_id, sum(amount) as amount, sum(company_amount) as company_amount from receivables_allocation "
            "where company_id = %s group by item_id) a on a.item_id = i.id where i.company_id = %s and "
            "(i.open_amount <> i.amount - coalesce(a.amount, 0) or i.open_company_amount <> i.company_amount - coalesce(a.company_amount, 0)) "
            "order by i.id limit 10",
            [call.company.id, call.company.id],
        )
        broken = [f"{number}: stored {stored}, recomputed {computed}" for number, stored, computed in cursor.fetchall()]
    return OpenItem.objects.filter(company_id=call.company.id).count(), broken


def sums_of_all(call: Call) -> dict[tuple[int, str], tuple[Decimal, Decimal]]:
    """(customer account, currency) → what is open, in it and in the company's currency; no zeros. For the verifier."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select customer_account_id, currency, sum(open_amount), sum(open_company_amount) from receivables_openitem "
            "where company_id = %s group by 1, 2 having sum(open_amount) <> 0 or sum(open_company_amount) <> 0",
            [call.company.id],
        )
        return {(account, currency): (total, own) for account, currency, total, own in cursor.fetchall()}


def as_json(breakdown: rules.Breakdown) -> str:
    """A tax breakdown as it is stored: JSON with amounts as text."""
    return json.dumps([[category, str(percent), str(base), str(tax)] for category, percent, base, tax in breakdown])


def uncovered_clearings(call: Call) -> tuple[int, list[str]]:
    """The verifier's question: does every clearing settle items by exactly what payments and credits gave?"""
    with connection.cursor() as cursor:
        cursor.execute(
            "select a.clearing_id, i.currency, sum(a.amount) from receivables_allocation a join receivables_openitem i on i.id = a.item_id "
            "where a.company_id = %s and a.cause in ('payment', 'credit') group by 1, 2 having sum(a.amount) <> 0 limit 10",
            [call.company.id],
        )
        broken = [f"{ids.outer('clr', key)}: {rest} {currency} uncovered" for key, currency, rest in cursor.fetchall()]
    return Allocation.objects.filter(company_id=call.company.id).count(), broken


def issued_between(call: Call, first: dt.date, last: dt.date) -> Money:
    """Invoices less credit notes issued in a span of days, gross, as booked in the company's currency: the sales in DSO."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(sum(company_amount), 0) from receivables_openitem "
            "where company_id = %s and issue_date between %s and %s and kind in ('invoice', 'credit-note', 'debit-note')",
            [call.company.id, first, last],
        )
        return Money(cursor.fetchone()[0], call.company.currency)
