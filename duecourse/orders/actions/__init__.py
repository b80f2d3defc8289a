"""What happens to orders: entered, changed, confirmed against credit, decided, delivered, closed, billed."""

from duecourse.orders.actions.credit_decisions import confirm_orders, reassess_holds, reject_order, release_order
from duecourse.orders.actions.deliveries import deliver, mark_billed
from duecourse.orders.actions.entry import cancel_order, change_fields, change_order, close_order, create_orders
from duecourse.orders.actions.history import record_history
from duecourse.orders.rules import NewDelivery, NewOrder, NewOrderLine

__all__ = [
    "NewDelivery",
    "NewOrder",
    "NewOrderLine",
    "cancel_order",
    "change_fields",
    "change_order",
    "close_order",
    "confirm_orders",
    "create_orders",
    "deliver",
    "mark_billed",
    "reassess_holds",
    "record_history",
    "reject_order",
    "release_order",
]
