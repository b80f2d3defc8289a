"""Lock orders, and load what every step needs of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.orders import rules
from duecourse.orders.models import Order, OrderLine


def person(call: Call) -> int:
    """Who acts, as orders keep it: a key counts as the person who made it, so neither releases the other's orders; jobs are 0."""
    return call.by.id


def lock_orders(call: Call, order_ids: Iterable[int]) -> dict[int, Order]:
    """The orders, locked in the order of their ids. Errors: Refused('not-found') when one is not there."""
    wanted = set(order_ids)
    # plain SQL: every confirmation asks, and making the statement took a tenth of it
    sql = "select * from orders_order where company_id = %s and id = any(%s) order by id for no key update"
    orders = {order.id: order for order in Order.objects.raw(sql, [call.company.id, sorted(wanted)])}
    if len(orders) != len(wanted):
        raise ids.not_found("ord")
    return orders


def lock_order(call: Call, order_id: int) -> Order:
    return lock_orders(call, [order_id])[order_id]


def lines_of(call: Call, orders: Sequence[Order]) -> dict[int, list[rules.Line]]:
    """By order: its lines as totals need them, in their order."""
    lines: dict[int, list[rules.Line]] = {order.id: [] for order in orders}
    found = OrderLine.objects.filter(company_id=call.company.id, order_id__in=list(lines)).order_by("order_id", "line_number")
    for line in found:
        lines[line.order_id].append(
            rules.Line(
                line.line_number, line.quantity, line.unit_price, line.tax_category, line.tax_percent, line.delivered_quantity
            )
        )
    return lines
