"""Deliver orders in parts, leave what can be billed, and note what was billed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from duecourse.core import bulk, events, ids, sequences
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.credit import actions as credit
from duecourse.credit import queries as credit_facts
from duecourse.orders import rules
from duecourse.orders.actions.locks import lock_orders
from duecourse.orders.models import Delivery, DeliveryLine, Order, OrderLine, ReadyLine

_DELIVERED = (
    "update orders_orderline l set delivered_quantity = u.delivered from unnest(%s::bigint[], %s::numeric[]) as u(id, delivered) "
    "where l.company_id = %s and l.id = u.id"
)
_READY_COLUMNS = (
    "company_id",
    "customer_account_id",
    "terms_id",
    "order_id",
    "delivery_id",
    "kind",
    "ready_date",
    "currency",
    "product_number",
    "description",
    "unit",
    "quantity",
    "unit_price",
    "tax_category",
    "tax_percent",
    "billed_by",
)


@dataclass(frozen=True, slots=True)
class _Part:
    """One delivery of a batch: the order, its lines before, and what leaves."""

    order: Order
    rows: Mapping[int, OrderLine]  # by line number
    after: Sequence[rules.Line]
    quantities: Mapping[int, Decimal]
    value: Money  # gross of what leaves


@action
def deliver(call: Call, deliveries: Sequence[rules.NewDelivery], delivery_date: dt.date) -> list[int]:
    """Deliver accepted orders, whole or in parts; ids of the deliveries in the same order.

    Each line leaves a ready-to-bill line, and its value moves from open orders to delivered-not-billed. An order of which
    nothing is left becomes delivered. Errors: Refused('not-found'), Refused('orders.wrong-state'),
    Refused('orders.over-delivered'), Refused('orders.nothing-left'), Refused('orders.release-expired'),
    Refused('orders.delivered-twice'), Refused('credit.reservation-too-small') beyond a part release.
    """
    if not deliveries:
        return []
    if len({one.order_id for one in deliveries}) != len(deliveries):
        raise Refused("orders.delivered-twice", "An order can stand in a batch of deliveries only once.")
    orders = lock_orders(call, [one.order_id for one in deliveries])
    for order in orders.values():
        rules.check_step("deliver", order.state, order.number)
    _check_releases(call, list(orders.values()))
    rows = _lines(call, list(orders))
    parts = [_part(orders[one.order_id], rows[one.order_id], one) for one in deliveries]
    _write_delivered(call, parts)
    finished = [part.order.id for part in parts if rules.is_delivered(part.after)]
    if finished:
        Order.objects.filter(company_id=call.company.id, id__in=finished).update(state="delivered")
    credit.move_reservations(
        call, [credit.Movement(ids.outer("ord", part.order.id), -part.value, part.value) for part in parts if part.value]
    )
    numbers = sequences.take(call, "delivery", delivery_date, len(parts))
    keys = _write_deliveries(call, parts, numbers, delivery_date)
    events.record_many(
        call,
        [
            (
                "orders.order-delivered",
                [ids.outer("ord", part.order.id), ids.outer("dlv", key), ids.outer("acc", part.order.customer_account_id)],
                {
                    "number": part.order.number,
                    "delivery": number,
                    "date": delivery_date.isoformat(),
                    "gross": str(part.value.amount),
                    "currency": part.order.currency,
                    "whole": part.order.id in finished,
                    "lines": {str(line): str(quantity) for line, quantity in part.quantities.items()},
                },
                None,
            )
            for part, key, number in zip(parts, keys, numbers, strict=True)
        ],
    )
    return keys


@action
def mark_billed(call: Call, billed: Mapping[int, str]) -> None:
    """Note which invoice (prefixed id) billed which ready line; its value no longer counts as delivered-not-billed.

    Call it in the transaction that opens the invoice's item, so that the amount is counted once. Errors:
    Refused('orders.already-billed') when another run was faster, Refused('not-found').
    """
    if not billed:
        return
    wanted = ReadyLine.objects.filter(company_id=call.company.id, id__in=list(billed))
    order_ids = {order_id for order_id in wanted.values_list("order_id", flat=True) if order_id is not None}
    orders = lock_orders(call, order_ids) if order_ids else {}
    locked = list(wanted.select_for_update(no_key=True, of=("self",)).order_by("id"))
    if len(locked) != len(billed):
        raise ids.not_found("dlv")
    if any(line.billed_by for line in locked):
        raise Refused("orders.already-billed", "Some of these deliveries were billed meanwhile. Nothing was billed; look again.")
    movements = _billed_movements(call, orders, set(billed))
    with connection.cursor() as cursor:
        cursor.execute(
            "update orders_readyline r set billed_by = u.billed_by from unnest(%s::bigint[], %s::text[]) as u(id, billed_by) "
            "where r.company_id = %s and r.id = u.id and r.billed_by = ''",
            [list(billed), list(billed.values()), call.company.id],
        )
    credit.move_reservations(call, movements)
    invoices: dict[str, set[str]] = {}
    for line in locked:
        if line.order_id is not None:
            invoices.setdefault(billed[line.id], set()).add(ids.outer("ord", line.order_id))
    events.record_many(call, [("orders.lines-billed", [invoice, *sorted(refs)], {}, None) for invoice, refs in invoices.items()])


def _check_releases(call: Call, orders: Sequence[Order]) -> None:
    """An order that passed only by a release may leave only while the release lasts."""
    refs = {ids.outer("ord", order.id): order for order in orders}
    for ref, release in credit_facts.needed_releases(call, list(refs)).items():
        if release.until is not None and call.today > release.until:
            raise Refused(
                "orders.release-expired",
                f"The release of {refs[ref].number} ended on {release.until.isoformat()}. Confirm the order again.",
                order=ref,
            )


def _lines(call: Call, order_ids: Sequence[int]) -> dict[int, dict[int, OrderLine]]:
    rows: dict[int, dict[int, OrderLine]] = {order_id: {} for order_id in order_ids}
    found = OrderLine.objects.filter(company_id=call.company.id, order_id__in=list(order_ids)).select_related("product")
    for row in found.order_by("order_id", "line_number"):
        rows[row.order_id][row.line_number] = row
    return rows


def _part(order: Order, rows: Mapping[int, OrderLine], wanted: rules.NewDelivery) -> _Part:
    before = [
        rules.Line(row.line_number, row.quantity, row.unit_price, row.tax_category, row.tax_percent, row.delivered_quantity)
        for row in rows.values()
    ]
    after, quantities = rules.deliver_lines(before, wanted.lines, order.number)
    value = rules.delivered_gross(after, order.currency) - rules.delivered_gross(before, order.currency)
    return _Part(order, rows, after, quantities, value)


def _write_delivered(call: Call, parts: Sequence[_Part]) -> None:
    changed = [
        (part.rows[line.line_number].id, line.delivered)
        for part in parts
        for line in part.after
        if line.line_number in part.quantities
    ]
    with connection.cursor() as cursor:
        cursor.execute(_DELIVERED, [[key for key, _ in changed], [delivered for _, delivered in changed], call.company.id])


def _write_deliveries(call: Call, parts: Sequence[_Part], numbers: Sequence[str], delivery_date: dt.date) -> list[int]:
    keys = bulk.reserve_ids(Delivery, len(parts))
    company = call.company.id
    bulk.copy_in(
        Delivery,
        ("id", "company_id", "number", "order_id", "delivery_date", "by_name"),
        [
            (key, company, number, part.order.id, delivery_date, call.by.name)
            for key, number, part in zip(keys, numbers, parts, strict=True)
        ],
    )
    bulk.copy_in(
        DeliveryLine,
        ("company_id", "delivery_id", "order_line_id", "quantity"),
        [
            (company, key, part.rows[line_number].id, quantity)
            for key, part in zip(keys, parts, strict=True)
            for line_number, quantity in part.quantities.items()
        ],
    )
    ready = []
    for key, part in zip(keys, parts, strict=True):
        order = part.order
        for line_number, quantity in sorted(part.quantities.items()):
            row = part.rows[line_number]
            head = (company, order.payer_account_id, order.terms_id, order.id, key, "delivery", delivery_date, order.currency)
            what = (row.product.number, row.description, row.unit, quantity, row.unit_price, row.tax_category, row.tax_percent)
            ready.append((*head, *what, ""))
    bulk.copy_in(ReadyLine, _READY_COLUMNS, ready)
    return keys


def _billed_movements(call: Call, orders: Mapping[int, Order], billed: set[int]) -> list[credit.Movement]:
    """How much less each order has delivered and not billed; the last bill takes it to zero."""
    waiting = credit_facts.reservations(call, [ids.outer("ord", key) for key in orders])
    unbilled: dict[int, dict[int, rules.Line]] = {key: {} for key in orders}
    for row in ReadyLine.objects.filter(company_id=call.company.id, order_id__in=list(orders), billed_by=""):
        assert row.order_id is not None
        unbilled[row.order_id][row.id] = rules.Line(0, row.quantity, row.unit_price, row.tax_category, row.tax_percent)
    movements = []
    for key, lines in unbilled.items():
        reserved = waiting.get(ids.outer("ord", key))
        if reserved is not None:
            part = rules.billed_part(lines, billed & lines.keys(), reserved.delivered)
            movements.append(credit.Movement(reserved.order_ref, Money.zero(part.currency), -part))
    return movements
