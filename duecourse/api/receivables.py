"""Who owes what, item by item, on any day and as known at any instant."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from duecourse.api.customers import account_key
from duecourse.api.door import Door
from duecourse.api.shapes import (
    Currency,
    Day,
    Instant,
    MoneyOut,
    Out,
    Paging,
    Search,
    decimal_or_none,
    money,
    outer_id,
)
from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.core.money import Money
from duecourse.kpis import queries as kpis
from duecourse.receivables import queries
from duecourse.receivables.rules import BUCKETS

room = Door("Receivables")


class ItemFilter(Paging):
    """`as_of`: the day (today when not said). `known_at`: leave out what was recorded later. `settled`: also closed items."""

    as_of: Day | None = None
    known_at: Instant | None = None
    account: Annotated[str, outer_id("acc")] | None = None
    currency: Currency | None = None
    bucket: Literal["not_due", "1_30", "31_60", "61_90", "over_90"] | None = None
    settled: bool = False


class ItemOut(Out):
    """An item as of the day asked for; negative where the customer is owed."""

    id: str = outer_id("itm")
    account: str = outer_id("acc")
    kind: str
    number: str
    source: str
    reference: str
    purchase_order: str
    order_number: str
    issue_date: Day
    due_date: Day
    amount: MoneyOut
    open: MoneyOut
    open_company: MoneyOut
    discount_percent: str | None
    discount_until: Day | None
    closed_date: Day | None
    late_days: int


class ItemsOut(Out):
    """One page of items, the earliest due first; `has_more` says whether another page follows."""

    items: list[ItemOut]
    page: int
    size: int
    has_more: bool
    as_of: Day
    known_at: Instant | None


class AllocationOut(Out):
    """What a clearing took off an item; negative to it when it was given back."""

    id: str = outer_id("alc")
    clearing: str = outer_id("clr")
    cause: str
    amount: MoneyOut
    value_date: Day
    recorded_at: dt.datetime
    by: str


class ItemHistory(ItemOut):
    """An item with everything that was allocated to it."""

    allocations: list[AllocationOut]


class AgeingFilter(Paging):
    """As of a day, as known at an instant; of one currency, of one age, or of customers whose name or number holds `text`."""

    as_of: Day | None = None
    known_at: Instant | None = None
    currency: Currency | None = None
    bucket: Literal["not_due", "1_30", "31_60", "61_90", "over_90"] | None = None
    text: Search = ""
    sort: Literal[
        "total", "-total", "name", "-name", "number", "-number", "items", "-items", "over_90", "-over_90", "61_90", "-61_90",
        "31_60", "-31_60", "1_30", "-1_30", "not_due", "-not_due",
    ] = "-total"  # fmt: skip


class Buckets(Out):
    """Open by age; credits are subtracted in their bucket."""

    not_due: MoneyOut
    days_1_30: MoneyOut
    days_31_60: MoneyOut
    days_61_90: MoneyOut
    over_90: MoneyOut
    total: MoneyOut


class AgeingRow(Out):
    """One customer in one currency: `open` in it, `ages` in the company's currency as booked."""

    account: str = outer_id("acc")
    customer: str = outer_id("cus")
    number: str
    name: str
    items: int
    open: MoneyOut
    ages: Buckets


class AgeingOut(Out):
    """A page of the ageing report; `summary` is over all customers found, in the company's currency."""

    as_of: Day
    known_at: Instant | None
    summary: Buckets
    customers: int
    items: list[AgeingRow]
    total: int
    page: int
    size: int


def buckets(parts: tuple[Money, ...]) -> Buckets:
    names = ["not_due", "days_1_30", "days_31_60", "days_61_90", "over_90"]
    assert len(BUCKETS) == len(names) == len(parts)
    total = Money.total(parts, parts[0].currency)
    return Buckets.model_validate({**{name: money(part) for name, part in zip(names, parts, strict=True)}, "total": money(total)})


def _values(row: queries.ItemView) -> dict[str, object]:
    return {
        "id": row.outer_id,
        "account": ids.outer("acc", row.customer_account_id),
        "kind": row.kind,
        "number": row.number,
        "source": row.source,
        "reference": row.reference,
        "purchase_order": row.purchase_order,
        "order_number": row.order_number,
        "issue_date": row.issue_date,
        "due_date": row.due_date,
        "amount": money(row.amount),
        "open": money(row.open),
        "open_company": money(row.open_company),
        "discount_percent": decimal_or_none(row.discount_percent),
        "discount_until": row.discount_until,
        "closed_date": row.closed_date,
        "late_days": row.late_days,
    }


@room.get("/open-items", "receivables.read", ItemsOut)
def list_open_items(call: Call, query: ItemFilter) -> ItemsOut:
    """Open items on a day, the earliest due first."""
    on = query.as_of or call.today
    accounts = [account_key(call, query.account)] if query.account else None
    found = queries.items(
        call,
        on,
        query.known_at,
        accounts,
        closed=query.settled,
        bucket=query.bucket or "",
        currency=query.currency or "",
        limit=query.size + 1,
        offset=(query.page - 1) * query.size,
    )
    return ItemsOut(
        items=[ItemOut.model_validate(_values(row)) for row in found[: query.size]],
        page=query.page,
        size=query.size,
        has_more=len(found) > query.size,
        as_of=on,
        known_at=query.known_at,
    )


@room.get("/open-items/{item}", "receivables.read", ItemHistory)
def get_open_item(call: Call, item: str) -> ItemHistory:
    """One item with everything that was allocated to it, reversals included."""
    row = queries.item_for_caller(call, item)
    allocations = [
        AllocationOut(
            id=ids.outer("alc", each.id),
            clearing=ids.outer("clr", each.clearing_id),
            cause=each.cause,
            amount=money(Money(each.amount, row.amount.currency)),
            value_date=each.value_date,
            recorded_at=each.recorded_at,
            by=each.clearing.by_name,
        )
        for each in queries.history(call, [row.id])
    ]
    return ItemHistory.model_validate({**_values(row), "allocations": allocations})


@room.get("/ageing", "receivables.read", AgeingOut)
def get_ageing(call: Call, query: AgeingFilter) -> AgeingOut:
    """Who owed how much, how late, by customer and currency."""
    on = query.as_of or call.today
    found = kpis.ageing_page(
        call, on, query.known_at, query.currency or "", query.text, query.bucket or "", query.sort, query.page, query.size
    )
    return AgeingOut(
        as_of=on,
        known_at=query.known_at,
        summary=buckets(tuple(found.summary.buckets)),
        customers=found.customers,
        items=[
            AgeingRow(
                account=ids.outer("acc", row.ages.customer_account_id),
                customer=ids.outer("cus", row.customer_id),
                number=row.number,
                name=row.name,
                items=row.ages.items,
                open=money(row.ages.own),
                ages=buckets(row.ages.buckets),
            )
            for row in found.page.rows
        ],
        total=found.page.total,
        page=found.page.number,
        size=found.page.size,
    )
