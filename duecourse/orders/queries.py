"""Reads of orders: lists, one order with all that belongs to it, lines that are ready to be billed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Case, Count, Min, Q, QuerySet, Sum, Value, When

from duecourse.core import events, ids, paging
from duecourse.core.call import Call, require
from duecourse.core.errors import Refused
from duecourse.core.models import Event
from duecourse.core.money import Money
from duecourse.credit import queries as credit
from duecourse.customers import queries as customers
from duecourse.customers.rules import AccountView
from duecourse.orders import rules
from duecourse.orders.models import Delivery, DeliveryLine, Order, OrderLine, ReadyLine
from duecourse.tailoring import queries as tailoring_facts

SORTS = {
    "number": ("number", "id"),
    "customer": ("customer_account__customer__sort_key", "id"),
    "state": ("state", "id"),
    "requested": ("requested_date", "id"),
    "ordered": ("order_date", "id"),
    "gross": ("gross", "id"),
    "waiting": ("waiting", "-id"),
}
_WAITING = Case(  # what waits for a person first: on hold, drafts, what can be delivered
    When(state="held", then=Value(0)), When(state="draft", then=Value(1)), When(state="accepted", then=Value(2)), default=Value(3)
)


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order in a list. `decision` is the newest credit decision, for orders on hold only."""

    id: int
    ref: str
    number: str
    customer: AccountView
    state: str
    gross: Money
    order_date: dt.date
    requested_date: dt.date
    purchase_order: str
    created_by_name: str
    created_at: dt.datetime
    decision: credit.CheckView | None


@dataclass(frozen=True, slots=True)
class LineView:
    """A line of an order, with what has left."""

    line_number: int
    product_id: int
    description: str
    unit: str
    quantity: Decimal
    unit_price: Decimal
    net: Money
    tax_category: str
    tax_percent: Decimal
    delivered_quantity: Decimal

    @property
    def left(self) -> Decimal:
        return self.quantity - self.delivered_quantity


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """A delivery with its quantities by line number."""

    ref: str
    number: str
    delivery_date: dt.date
    by_name: str
    quantities: tuple[tuple[int, Decimal], ...]


@dataclass(frozen=True, slots=True)
class OrderView:
    """One order with its lines, deliveries, newest credit decision and open hold; `reserved` is what it takes of the credit."""

    id: int
    ref: str
    number: str
    state: str
    customer: AccountView
    payer: AccountView
    order_date: dt.date
    requested_date: dt.date
    purchase_order: str
    net: Money
    tax: Money
    gross: Money
    created_by_id: int
    created_by_name: str
    created_at: dt.datetime
    lines: tuple[LineView, ...]
    deliveries: tuple[DeliveryView, ...]
    check: credit.CheckView | None
    hold: credit.HoldRow | None
    reserved: credit.Reserved | None
    steps: frozenset[str]  # what may be done in its state; who may do it is the caller's permission


@dataclass(frozen=True, slots=True)
class ReadyLineView:
    """Something that can be billed, as invoicing needs it."""

    id: int
    customer_account_id: int
    terms_id: int
    order_id: int | None
    order_number: str
    purchase_order: str
    delivery_id: int | None
    delivery_number: str
    kind: str
    ready_date: dt.date
    currency: str
    product_number: str
    description: str
    unit: str
    quantity: Decimal
    unit_price: Decimal
    tax_category: str
    tax_percent: Decimal


def order_for_caller(call: Call, text: str) -> OrderView:
    """The order behind a prefixed id with all that belongs to it; a fixed number of queries. Errors: Refused('not-found')."""
    require(call, "orders.read")
    order = Order.objects.filter(company_id=call.company.id, id=ids.inner("ord", text)).first()
    if order is None:
        raise ids.not_found("ord")
    return view(call, order)


def order_id_for_caller(call: Call, text: str) -> int:
    """The key behind a prefixed id, for actions. Errors: Refused('not-found')."""
    key = ids.inner("ord", text)
    if not Order.objects.filter(company_id=call.company.id, id=key).exists():
        raise ids.not_found("ord")
    return key


def order_by_number(call: Call, number: str) -> OrderView:
    """The order of a number as people write it. Errors: Refused('not-found')."""
    require(call, "orders.read")
    order = Order.objects.filter(company_id=call.company.id, number=number.strip().upper()).first()
    if order is None:
        raise ids.not_found("ord")
    return view(call, order)


def view(call: Call, order: Order) -> OrderView:
    """One order row with all that belongs to it."""
    ref = ids.outer("ord", order.id)
    accounts = customers.accounts_by_id(call, {order.customer_account_id, order.payer_account_id})
    lines = OrderLine.objects.filter(company_id=call.company.id, order_id=order.id).order_by("line_number")
    return OrderView(
        id=order.id,
        ref=ref,
        number=order.number,
        state=order.state,
        customer=accounts[order.customer_account_id],
        payer=accounts[order.payer_account_id],
        order_date=order.order_date,
        requested_date=order.requested_date,
        purchase_order=order.purchase_order,
        net=Money(order.net, order.currency),
        tax=Money(order.tax, order.currency),
        gross=Money(order.gross, order.currency),
        created_by_id=order.created_by_id,
        created_by_name=order.created_by_name,
        created_at=order.created_at,
        lines=tuple(_line(line, order.currency) for line in lines),
        deliveries=_deliveries(call, order.id),
        check=credit.latest_checks(call, [ref]).get(ref),
        hold=credit.open_holds(call, [ref]).get(ref),
        reserved=credit.reservations(call, [ref]).get(ref),
        steps=frozenset(step for step, states in rules.STEPS.items() if order.state in states),
    )


def story(call: Call, order: OrderView) -> list[Event]:
    """What happened to an order, its checks and holds, newest first."""
    return list(events.about(call, [order.ref]))


def rows(
    call: Call,
    state: str = "",
    text: str = "",
    account_id: int | None = None,
    created_by_id: int | None = None,
    sort: str = "-number",
    page: int = 1,
    size: int = 50,
    custom: Mapping[str, str] | None = None,
    only: Sequence[str] | None = None,
) -> paging.Page[OrderRow]:
    """Orders of one state, of `open` (draft, on hold, accepted) or of all; a minus before `sort` turns it round.

    `text` looks in numbers, the customer's purchase order and name, and in custom fields; `custom` are those by name, as
    tailoring.subjects_with takes them; `only` are prefixed ids. Errors: Refused('orders.unknown-filter').
    """
    require(call, "orders.read")
    key = sort.removeprefix("-")
    if key not in SORTS or state not in ("", "open", *dict(Order._meta.get_field("state").flatchoices)):
        raise Refused("orders.unknown-filter", f"Orders are not listed by “{sort}” with the state “{state}”.")
    found = _filtered(call, state, text, account_id, created_by_id)
    subjects = tailoring_facts.subjects_with(call, "order", custom or {})
    if subjects is not None:
        found = found.filter(id__in=subjects)
    if only is not None:
        found = found.filter(id__in=[ids.inner("ord", text) for text in only])
    names = [("-" + name).replace("--", "") if sort.startswith("-") else name for name in SORTS[key]]
    start, stop = paging.bounds(page, size)
    shown = list((found.annotate(waiting=_WAITING) if key == "waiting" else found).order_by(*names)[start:stop])
    accounts = customers.accounts_by_id(call, {order.customer_account_id for order in shown})
    held = [ids.outer("ord", order.id) for order in shown if order.state == "held"]
    checks = credit.latest_checks(call, held) if held else {}
    listed = [_row(order, accounts[order.customer_account_id], checks) for order in shown]
    return paging.Page(listed, found.count(), max(page, 1), stop - start)


def counts(call: Call, created_by_id: int | None = None) -> dict[str, int]:
    """How many orders there are by state, and `open` for draft + on hold + accepted; one query."""
    found = Order.objects.filter(company_id=call.company.id)
    if created_by_id is not None:
        found = found.filter(created_by_id=created_by_id)
    by_state = {state: 0 for state, _ in Order._meta.get_field("state").flatchoices}
    by_state |= dict(found.values_list("state").annotate(many=Count("id")))
    return by_state | {"open": sum(by_state[state] for state in rules.OPEN_STATES)}


def amounts(call: Call, state: str) -> list[Money]:
    """What orders of a state come to, gross, one amount per currency."""
    found = Order.objects.filter(company_id=call.company.id, state=state).values_list("currency").annotate(gross=Sum("gross"))
    return [Money(gross, currency) for currency, gross in found.order_by("currency")]


def ready_lines(
    call: Call,
    account_ids: Iterable[int] | None = None,
    until: dt.date | None = None,
    limit: int | None = None,
    order_ids: Iterable[int] | None = None,
) -> list[ReadyLineView]:
    """What can be billed and is not yet, ready by `until` (None = whenever), in the order account, order, delivery, line."""
    found = ReadyLine.objects.filter(company_id=call.company.id, billed_by="").select_related("order", "delivery")
    if account_ids is not None:
        found = found.filter(customer_account_id__in=list(account_ids))
    if order_ids is not None:
        found = found.filter(order_id__in=list(order_ids))
    if until is not None:
        found = found.filter(ready_date__lte=until)
    found = found.order_by("customer_account_id", "order_id", "id")
    return [_ready(line) for line in (found if limit is None else found[:limit])]


def ready_count(call: Call, until: dt.date | None = None) -> int:
    """How many lines wait to be billed; with a day, of those that were ready by then."""
    found = ReadyLine.objects.filter(company_id=call.company.id, billed_by="")
    return (found.filter(ready_date__lte=until) if until else found).count()


def _filtered(call: Call, state: str, text: str, account_id: int | None, created_by_id: int | None) -> QuerySet[Order]:
    found = Order.objects.filter(company_id=call.company.id)
    if state:
        found = found.filter(state__in=rules.OPEN_STATES if state == "open" else [state])
    if account_id is not None:
        found = found.filter(Q(customer_account_id=account_id) | Q(payer_account_id=account_id))
    if created_by_id is not None:
        found = found.filter(created_by_id=created_by_id)
    if text.strip():
        words = text.strip()
        found = found.filter(
            Q(number__icontains=words)
            | Q(purchase_order__icontains=words)
            | Q(customer_account__customer__name__icontains=words)
            | Q(id__in=tailoring_facts.found_by(call, "order", words))
        )
    return found


def _row(order: Order, customer: AccountView, checks: dict[str, credit.CheckView]) -> OrderRow:
    ref = ids.outer("ord", order.id)
    return OrderRow(
        id=order.id,
        ref=ref,
        number=order.number,
        customer=customer,
        state=order.state,
        gross=Money(order.gross, order.currency),
        order_date=order.order_date,
        requested_date=order.requested_date,
        purchase_order=order.purchase_order,
        created_by_name=order.created_by_name,
        created_at=order.created_at,
        decision=checks.get(ref),
    )


def _line(line: OrderLine, currency: str) -> LineView:
    return LineView(
        line.line_number,
        line.product_id,
        line.description,
        line.unit,
        line.quantity,
        line.unit_price,
        Money(line.net, currency),
        line.tax_category,
        line.tax_percent,
        line.delivered_quantity,
    )


def _deliveries(call: Call, order_id: int) -> tuple[DeliveryView, ...]:
    quantities: dict[int, list[tuple[int, Decimal]]] = {}
    parts = DeliveryLine.objects.filter(company_id=call.company.id, delivery__order_id=order_id).order_by(
        "order_line__line_number"
    )
    for delivery_id, line_number, quantity in parts.values_list("delivery_id", "order_line__line_number", "quantity"):
        quantities.setdefault(delivery_id, []).append((line_number, quantity))
    found = Delivery.objects.filter(company_id=call.company.id, order_id=order_id).order_by("delivery_date", "id")
    return tuple(
        DeliveryView(ids.outer("dlv", one.id), one.number, one.delivery_date, one.by_name, tuple(quantities.get(one.id, ())))
        for one in found
    )


def _ready(line: ReadyLine) -> ReadyLineView:
    return ReadyLineView(
        id=line.id,
        customer_account_id=line.customer_account_id,
        terms_id=line.terms_id,
        order_id=line.order_id,
        order_number=line.order.number if line.order else "",
        purchase_order=line.order.purchase_order if line.order else "",
        delivery_id=line.delivery_id,
        delivery_number=line.delivery.number if line.delivery else "",
        kind=line.kind,
        ready_date=line.ready_date,
        currency=line.currency,
        product_number=line.product_number,
        description=line.description,
        unit=line.unit,
        quantity=line.quantity,
        unit_price=line.unit_price,
        tax_category=line.tax_category,
        tax_percent=line.tax_percent,
    )


def broken_reservations(call: Call) -> tuple[int, list[str]]:
    """The verifier's question: does credit hold something only for orders under way, and delivered value only while a line waits
    to be billed?"""
    held = {ids.inner("ord", row.order_ref): row for row in credit.open_reservations(call)}
    found = {
        row.id: row for row in Order.objects.filter(company_id=call.company.id, id__in=list(held)).only("id", "number", "state")
    }
    waiting = set(
        ReadyLine.objects.filter(company_id=call.company.id, order_id__in=list(held), billed_by="").values_list(
            "order_id", flat=True
        )
    )
    broken = []
    for key, row in held.items():
        order = found.get(key)
        if order is None or order.state not in ("accepted", "delivered"):
            broken.append(
                f"{order.number if order else row.order_ref} is {order.state if order else 'gone'} and still reserves credit"
            )
        elif bool(row.delivered) != (key in waiting):
            broken.append(f"{order.number}: {row.delivered} counts as delivered, not billed")
        elif order.state == "delivered" and row.open_order:
            broken.append(f"{order.number} is delivered and still reserves {row.open_order}")
    return len(held), broken[:10]


def ready_flow(call: Call, since: dt.datetime) -> tuple[int, int, dt.datetime | None]:
    """Lines ready to bill: how many came since an instant, how many wait, and since when the oldest does. One query."""
    found = ReadyLine.objects.filter(company_id=call.company.id, billed_by="")
    sums = found.aggregate(new=Count("id", filter=Q(recorded_at__gte=since)), many=Count("id"), oldest=Min("recorded_at"))
    return sums["new"], sums["many"], sums["oldest"]
