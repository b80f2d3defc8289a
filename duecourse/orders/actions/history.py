"""Orders and deliveries of another system as they were: own numbers, true days, no credit check and no reservation."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from duecourse.catalog import queries as catalog
from duecourse.core import bulk, events, external_ids, ids
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused
from duecourse.customers import queries as customers
from duecourse.orders import rules
from duecourse.orders.models import Delivery, DeliveryLine, Order, OrderLine

_ORDER = (
    "id", "company_id", "number", "customer_account_id", "payer_account_id", "terms_id", "state", "order_date", "requested_date",
    "purchase_order", "currency", "net", "tax", "gross", "created_by_id", "created_by_name", "created_at",
)  # fmt: skip
_LINE = (
    "id", "company_id", "order_id", "line_number", "product_id", "description", "unit", "quantity", "unit_price", "net", "tax_category",
    "tax_percent", "delivered_quantity",
)  # fmt: skip


@action
def record_history(call: Call, orders: Sequence[rules.HistoricOrder], system: str) -> rules.OrdersRecorded:
    """Take over orders of another system with what left for them, in one batch; what is known stays as it is.

    Nothing is checked against a limit, reserved or made ready to bill: what was delivered there was billed there. Tax is not known
    and stands at zero. Errors: Refused('orders.history-not-usable') naming each order, Refused('not-found') for an account that is
    not the company's.
    """
    known = external_ids.known(call, system, "order", [one.external_id for one in orders])
    new = [one for one in orders if one.external_id not in known]
    if not new:
        return rules.OrdersRecorded((), len(known), 0)
    accounts = customers.accounts_by_id(call, {one.account_id for one in new})
    if len(accounts) != len({one.account_id for one in new}):
        raise ids.not_found("acc")
    products = catalog.products(call, {line.product_number for one in new for line in one.lines})
    _check(call, new, set(products))
    keys = bulk.reserve_ids(Order, len(new))
    rows = []
    for key, one in zip(keys, new, strict=True):
        account, net = accounts[one.account_id], sum((line.net.amount for line in one.lines), Decimal(0))
        rows.append(
            (
                key, call.company.id, one.number, account.id, account.payer_id or account.id, account.terms.id, one.state(), one.order_date,
                one.requested_date, one.purchase_order, one.currency, net, 0, net, call.by.id, call.by.name, call.at,
            )
        )  # fmt: skip
    bulk.copy_in(Order, _ORDER, rows)
    line_ids = _lines(call, new, keys, {number: view.id for number, view in products.items()})
    deliveries = _deliveries(call, new, keys, line_ids, system)
    external_ids.keep(call, system, "order", {one.external_id: ids.outer("ord", key) for one, key in zip(new, keys, strict=True)})
    facts = {"system": system, "orders": len(new), "known": len(known), "deliveries": deliveries}
    subjects = [ids.outer("cmp", call.company.id), *(ids.outer("ord", key) for key in keys)]
    events.record(call, "orders.history-recorded", [*subjects, *(ids.outer("acc", key) for key in sorted(accounts))], facts)
    return rules.OrdersRecorded(tuple(keys), len(known), deliveries)


def _check(call: Call, new: Sequence[rules.HistoricOrder], products: set[str]) -> None:
    taken = Order.objects.filter(company_id=call.company.id, number__in=[one.number for one in new]).values_list(
        "number", flat=True
    )
    rejects = rules.check_orders_history(new, products, set(taken))
    numbers = [delivery.number for one in new for delivery in one.deliveries]
    double = Delivery.objects.filter(company_id=call.company.id, number__in=numbers).values_list("number", flat=True)
    told = [str(reject) for reject in rejects] + [
        f"delivery {number}: expected a number that no other delivery has" for number in double
    ]
    if told:
        raise Refused(
            "orders.history-not-usable",
            f"Nothing was taken over; {len(told)} orders or deliveries cannot be: {'; '.join(told[:10])}.",
            rejects=told[:100],
        )


def _lines(
    call: Call, new: Sequence[rules.HistoricOrder], keys: Sequence[int], products: dict[str, int]
) -> dict[tuple[int, int], int]:
    """(order id, line number) → line id."""
    wanted = [(key, line, one.delivered()) for key, one in zip(keys, new, strict=True) for line in one.lines]
    line_ids = bulk.reserve_ids(OrderLine, len(wanted))
    rows = [
        (
            line_id, call.company.id, key, line.line_number, products[line.product_number], line.description, line.unit, line.quantity,
            line.net.amount / line.quantity, line.net.amount, "O", 0, delivered.get(line.line_number, Decimal(0)),
        )
        for line_id, (key, line, delivered) in zip(line_ids, wanted, strict=True)
    ]  # fmt: skip
    bulk.copy_in(OrderLine, _LINE, rows)
    return {(key, line.line_number): line_id for line_id, (key, line, _) in zip(line_ids, wanted, strict=True)}


def _deliveries(
    call: Call, new: Sequence[rules.HistoricOrder], keys: Sequence[int], line_ids: dict[tuple[int, int], int], system: str
) -> int:
    wanted = [(key, delivery) for key, one in zip(keys, new, strict=True) for delivery in one.deliveries]
    if not wanted:
        return 0
    own = bulk.reserve_ids(Delivery, len(wanted))
    bulk.copy_in(
        Delivery,
        ("id", "company_id", "number", "order_id", "delivery_date", "by_name"),
        [
            (own_id, call.company.id, delivery.number, key, delivery.delivery_date, call.by.name)
            for own_id, (key, delivery) in zip(own, wanted, strict=True)
        ],
    )
    bulk.copy_in(
        DeliveryLine,
        ("company_id", "delivery_id", "order_line_id", "quantity"),
        [
            (call.company.id, own_id, line_ids[key, line], quantity)
            for own_id, (key, delivery) in zip(own, wanted, strict=True)
            for line, quantity in delivery.lines
        ],
    )
    subjects = {delivery.external_id: ids.outer("dlv", own_id) for own_id, (_, delivery) in zip(own, wanted, strict=True)}
    external_ids.keep(call, system, "delivery", subjects)
    return len(wanted)
