"""What was delivered and can be billed."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from duecourse.api.customers import account_key
from duecourse.api.door import Door
from duecourse.api.shapes import Day, In, Out, decimal, outer_id
from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.orders import queries

room = Door("Orders")


class ReadyFilter(In):
    account: Annotated[str, outer_id("acc")] | None = None
    until: Day | None = None
    limit: int = Field(200, ge=1, le=200)


class ReadyOut(Out):
    """Something delivered that can be billed."""

    account: str = outer_id("acc")
    order: str | None
    order_number: str
    delivery_number: str
    purchase_order: str
    kind: str
    ready_date: Day
    currency: str
    product_number: str
    description: str
    unit: str
    quantity: str
    unit_price: str
    tax_category: str
    tax_percent: str


@room.get("/ready-lines", "orders.read", list[ReadyOut])
def list_ready_lines(call: Call, query: ReadyFilter) -> list[ReadyOut]:
    """What was delivered and is not billed yet; at most `limit` lines."""
    accounts = [account_key(call, query.account)] if query.account else None
    return [
        ReadyOut(
            account=ids.outer("acc", line.customer_account_id),
            order=ids.outer("ord", line.order_id) if line.order_id else None,
            order_number=line.order_number,
            delivery_number=line.delivery_number,
            purchase_order=line.purchase_order,
            kind=line.kind,
            ready_date=line.ready_date,
            currency=line.currency,
            product_number=line.product_number,
            description=line.description,
            unit=line.unit,
            quantity=decimal(line.quantity),
            unit_price=decimal(line.unit_price),
            tax_category=line.tax_category,
            tax_percent=decimal(line.tax_percent),
        )
        for line in queries.ready_lines(call, accounts, query.until, query.limit)
    ]
