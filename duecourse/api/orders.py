"""Orders from entry to delivery, with the credit decision behind each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from duecourse.api.customers import account_key
from duecourse.api.door import Door, listed
from duecourse.api.shapes import (
    Custom,
    Day,
    Done,
    In,
    Line,
    Listed,
    Made,
    MadeMany,
    MoneyIn,
    MoneyOut,
    Out,
    Paging,
    Quantity,
    ReasonCode,
    ReasonOut,
    Search,
    Short,
    UnitPrice,
    Words,
    decimal,
    like,
    money,
    money_or_none,
    outer_id,
    reason,
    reasons,
)
from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.credit.rules import Decision
from duecourse.orders import actions, queries, rules
from duecourse.tailoring import queries as tailoring

room = Door("Orders")


class OrderFilter(Paging):
    """`text` looks in numbers, the customer's purchase order and name. `open`: draft, on hold or accepted."""

    state: Literal["", "open", "draft", "held", "accepted", "rejected", "delivered", "cancelled"] = ""
    text: Search = ""
    account: Annotated[str, outer_id("acc")] | None = None
    sort: Literal[
        "number", "-number", "customer", "-customer", "state", "-state", "requested", "-requested", "ordered", "-ordered",
        "gross", "-gross",
    ] = "-number"  # fmt: skip


class OrderLineOut(Out):
    """A line of an order, with what has left of it."""

    line_number: int
    product: str = outer_id("prc")
    description: str
    unit: str
    quantity: str
    delivered_quantity: str
    unit_price: str
    net: MoneyOut
    tax_category: str
    tax_percent: str


class DeliveryOut(Out):
    id: str = outer_id("dlv")
    number: str
    delivery_date: Day
    by: str
    lines: list[tuple[int, str]] = Field(description="Line numbers and quantities")


class FindingOut(Out):
    """What one rule says: it passes, warns or stops, and why."""

    rule: str
    outcome: str
    reason: ReasonOut


class DecisionOut(Out):
    """The credit decision: accepted or held, with every rule's finding and what would free the order."""

    result: str = Field(examples=["held"])
    findings: list[FindingOut]
    what_would_free: list[ReasonOut]
    exposure: MoneyOut
    limit: MoneyOut | None


class OrderRow(Out):
    """An order in a list."""

    id: str = outer_id("ord")
    number: str
    account: str = outer_id("acc")
    customer_number: str
    customer_name: str
    state: str
    gross: MoneyOut
    order_date: Day
    requested_date: Day
    purchase_order: str
    created_by: str
    created_at: dt.datetime
    custom: dict[str, str]


class OrderOut(OrderRow):
    """An order with its lines, deliveries, newest credit decision and open hold."""

    payer: str = outer_id("acc")
    net: MoneyOut
    tax: MoneyOut
    lines: list[OrderLineOut]
    deliveries: list[DeliveryOut]
    decision: DecisionOut | None
    hold: str | None
    steps: list[str] = Field(description="What can be done with it now")


class NewLine(In):
    """What is wanted; without a `unit_price` the list price of the day counts."""

    product_number: Annotated[str, Line, Field(min_length=1, max_length=40, examples=["P-100"])]
    quantity: Quantity
    unit_price: UnitPrice | None = None


class OrderIn(In):
    """An order to enter, for a customer by number or by account (one of the two)."""

    model_config = like(
        {
            "customer_number": "10001",
            "requested_date": "2026-11-24",
            "purchase_order": "4500-8102",
            "lines": [{"product_number": "P-100", "quantity": "10"}],
        }
    )
    customer_number: Annotated[str, Line, Field(max_length=40, examples=["10001"])] = ""
    account: Annotated[str, outer_id("acc")] | None = None
    requested_date: Day
    purchase_order: Short = ""
    lines: Annotated[list[NewLine], Field(min_length=1, max_length=3000)]
    custom: Custom = {}


class OrdersIn(In):
    orders: Annotated[list[OrderIn], Field(min_length=1, max_length=500)]


class ReleaseIn(In):
    """Let an order pass, up to an amount and until a day; without them all of it and without end."""

    reason: Words = ""
    reason_code: ReasonCode = ""
    until: Day | None = None
    amount: MoneyIn | None = None


class BecauseIn(In):
    """Why, in words, or by a reason code with a note behind it."""

    reason: Words = ""
    reason_code: ReasonCode = ""


class DeliveredLine(In):
    line_number: Annotated[int, Field(ge=1, le=3000)]
    quantity: Quantity


class DeliveryIn(In):
    """What leaves the house; without lines all that is left. Without a day: today."""

    delivery_date: Day | None = None
    lines: Annotated[list[DeliveredLine], Field(max_length=3000)] = []


class ReservedOut(Out):
    """What the released order reserves of the credit."""

    reserved: MoneyOut


def decision_out(decision: Decision) -> DecisionOut:
    return DecisionOut(
        result=decision.result,
        findings=[FindingOut(rule=each.rule, outcome=each.outcome, reason=reason(each.reason)) for each in decision.findings],
        what_would_free=reasons(decision.what_would_free),
        exposure=money(decision.exposure),
        limit=money_or_none(decision.limit),
    )


@room.get("/orders", "orders.read", Listed[OrderRow])
def list_orders(call: Call, query: OrderFilter, custom: dict[str, str]) -> Listed[OrderRow]:
    """Orders, newest first. Custom fields narrow it: ?custom.cost_center=4711."""
    account = account_key(call, query.account) if query.account else None
    found = queries.rows(call, query.state, query.text, account, sort=query.sort, page=query.page, size=query.size, custom=custom)
    own = tailoring.value_texts(call, "order", [row.id for row in found.rows])
    return listed(
        found,
        lambda row: OrderRow(
            id=row.ref,
            number=row.number,
            account=ids.outer("acc", row.customer.id),
            customer_number=row.customer.number,
            customer_name=row.customer.name,
            state=row.state,
            gross=money(row.gross),
            order_date=row.order_date,
            requested_date=row.requested_date,
            purchase_order=row.purchase_order,
            created_by=row.created_by_name,
            created_at=row.created_at,
            custom=own[row.id],
        ),
    )


@room.get("/orders/{order}", "orders.read", OrderOut)
def get_order(call: Call, order: str) -> OrderOut:
    """One order with its lines, deliveries and credit decision."""
    found = queries.order_for_caller(call, order)
    return OrderOut(
        id=found.ref,
        number=found.number,
        account=ids.outer("acc", found.customer.id),
        customer_number=found.customer.number,
        customer_name=found.customer.name,
        state=found.state,
        gross=money(found.gross),
        order_date=found.order_date,
        requested_date=found.requested_date,
        purchase_order=found.purchase_order,
        created_by=found.created_by_name,
        created_at=found.created_at,
        custom=tailoring.value_texts(call, "order", [found.id])[found.id],
        payer=ids.outer("acc", found.payer.id),
        net=money(found.net),
        tax=money(found.tax),
        lines=_lines(found.lines),
        deliveries=[
            DeliveryOut(
                id=each.ref,
                number=each.number,
                delivery_date=each.delivery_date,
                by=each.by_name,
                lines=[(number, decimal(quantity)) for number, quantity in each.quantities],
            )
            for each in found.deliveries
        ],
        decision=decision_out(found.check.decision) if found.check else None,
        hold=found.hold.ref if found.hold else None,
        steps=sorted(found.steps),
    )


def _lines(lines: Sequence[queries.LineView]) -> list[OrderLineOut]:
    return [
        OrderLineOut(
            line_number=line.line_number,
            product=ids.outer("prc", line.product_id),
            description=line.description,
            unit=line.unit,
            quantity=decimal(line.quantity),
            delivered_quantity=decimal(line.delivered_quantity),
            unit_price=decimal(line.unit_price),
            net=money(line.net),
            tax_category=line.tax_category,
            tax_percent=decimal(line.tax_percent),
        )
        for line in lines
    ]


@room.post("/orders", "orders.create_orders", MadeMany, once=True)
def create_orders(call: Call, body: OrdersIn) -> MadeMany:
    """Enter orders as drafts, all of them or none; their ids in the order given. Confirming asks for credit."""
    made = actions.create_orders(call, [_new(each) for each in body.orders])
    return MadeMany(ids=[ids.outer("ord", key) for key in made])


def _new(each: OrderIn) -> rules.NewOrder:
    return rules.NewOrder(
        requested_date=each.requested_date,
        lines=[
            rules.NewOrderLine(line.product_number, Decimal(line.quantity), Decimal(line.unit_price) if line.unit_price else None)
            for line in each.lines
        ],
        customer_number=each.customer_number,
        account_id=ids.inner("acc", each.account) if each.account is not None else None,
        purchase_order=each.purchase_order,
        custom=each.custom,
    )


@room.post("/orders/{order}/confirm", "orders.confirm_orders", DecisionOut)
def confirm_order(call: Call, order: str) -> DecisionOut:
    """Ask for credit: the order is accepted and reserved, or held with reasons. Being held is an answer, not an error."""
    key = ids.inner("ord", order)
    return decision_out(actions.confirm_orders(call, [key])[key])


@room.post("/orders/{order}/release", "orders.release_order", ReservedOut)
def release_order(call: Call, order: str, body: ReleaseIn) -> ReservedOut:
    """Let an order on hold pass. Nobody releases what they entered themselves, nor does their key."""
    amount = body.amount.money() if body.amount else None
    key = ids.inner("ord", order)
    return ReservedOut(reserved=money(actions.release_order(call, key, body.reason, body.until, amount, body.reason_code)))


@room.post("/orders/{order}/reject", "orders.reject_order", Done)
def reject_order(call: Call, order: str, body: BecauseIn) -> Done:
    """Say no to an order on hold."""
    actions.reject_order(call, ids.inner("ord", order), body.reason, body.reason_code)
    return Done()


@room.post("/orders/{order}/deliver", "orders.deliver", Made, once=True)
def deliver_order(call: Call, order: str, body: DeliveryIn) -> Made:
    """Deliver an accepted order, whole or in part; it is then ready to bill."""
    lines = [(line.line_number, Decimal(line.quantity)) for line in body.lines]
    new = rules.NewDelivery(ids.inner("ord", order), lines)
    return Made(id=ids.outer("dlv", actions.deliver(call, [new], body.delivery_date or call.today)[0]))


@room.post("/orders/{order}/cancel", "orders.cancel_order", Done)
def cancel_order(call: Call, order: str, body: BecauseIn) -> Done:
    """End an order of which nothing has left; it gives its credit back."""
    actions.cancel_order(call, ids.inner("ord", order), body.reason, body.reason_code)
    return Done()


@room.post("/orders/{order}/close", "orders.close_order", Done)
def close_order(call: Call, order: str, body: BecauseIn) -> Done:
    """End an order short: what has left stays to be billed, the rest gives its credit back."""
    actions.close_order(call, ids.inner("ord", order), body.reason, body.reason_code)
    return Done()
