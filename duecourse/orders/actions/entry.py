"""Enter orders, change them, and end those that will not be delivered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from duecourse.catalog import queries as catalog
from duecourse.core import bulk, events, ids, sequences
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused
from duecourse.core.money import Price
from duecourse.credit import actions as credit
from duecourse.credit import rules as credit_rules
from duecourse.customers import queries as customers
from duecourse.customers.rules import AccountView
from duecourse.orders import rules
from duecourse.orders.actions.locks import lines_of, lock_order, person
from duecourse.orders.models import Order, OrderLine
from duecourse.tailoring import actions as tailoring

_LINE_COLUMNS = (
    "company_id",
    "order_id",
    "line_number",
    "product_id",
    "description",
    "unit",
    "quantity",
    "unit_price",
    "net",
    "tax_category",
    "tax_percent",
    "delivered_quantity",
)


@dataclass(frozen=True, slots=True)
class _PricedLine:
    line: rules.Line
    product_id: int
    description: str
    unit: str


@action
def create_orders(call: Call, orders: Sequence[rules.NewOrder]) -> list[int]:
    """Enter orders as drafts; their ids in the same order. Prices come from the catalog unless a line names its own.

    Money hangs on the account that pays: its credit is checked when the order is confirmed. Errors: Refused('orders.not-usable'),
    Refused('orders.customer-unknown'), Refused('orders.product-unknown'), Refused('orders.price-missing'),
    Refused('catalog.tax-rate-missing').
    """
    if not orders:
        return []
    for place, order in enumerate(orders, start=1):
        rules.check_new_order(order, place)
    accounts = _accounts(call, orders)
    priced = _price(call, [(account, order.lines) for account, order in zip(accounts, orders, strict=True)])
    keys = bulk.reserve_ids(Order, len(orders))
    totals = [
        rules.ordered([one.line for one in lines], account.currency) for account, lines in zip(accounts, priced, strict=True)
    ]
    numbers = sequences.take(call, "order", call.today, len(orders))
    Order.objects.bulk_create(
        [
            Order(
                id=key,
                company_id=call.company.id,
                number=number,
                customer_account_id=account.id,
                payer_account_id=account.payer_id or account.id,
                terms_id=account.terms.id,
                order_date=call.today,
                requested_date=order.requested_date,
                purchase_order=order.purchase_order,
                currency=account.currency,
                net=total.net.amount,
                tax=total.tax.amount,
                gross=total.gross.amount,
                created_by_id=person(call),
                created_by_name=call.by.name,
                created_at=call.at,
            )
            for key, number, account, order, total in zip(keys, numbers, accounts, orders, totals, strict=True)
        ]
    )
    _write_lines(call, [(key, account.currency, lines) for key, account, lines in zip(keys, accounts, priced, strict=True)])
    tailoring.start_values(
        call,
        "order",
        [
            tailoring.NewValues(key, order.custom, {"customer": account.id})
            for key, order, account in zip(keys, orders, accounts, strict=True)
        ],
    )
    events.record_many(
        call,
        [
            (
                "orders.order-created",
                [ids.outer("ord", key), ids.outer("acc", account.id)],
                {"number": number, "gross": str(total.gross.amount), "currency": account.currency, "lines": len(lines)},
                None,
            )
            for key, number, account, total, lines in zip(keys, numbers, accounts, totals, priced, strict=True)
        ],
    )
    return keys


@action
def change_order(call: Call, order_id: int, lines: Sequence[rules.NewOrderLine]) -> credit_rules.Decision | None:
    """Give an order other lines; one that was confirmed before is checked again at once, and its new decision is answered.

    Errors: Refused('not-found'), Refused('orders.wrong-state'), Refused('orders.delivery-begun'), and those of create_orders.
    """
    order = lock_order(call, order_id)
    rules.check_step("change", order.state, order.number)
    if any(line.delivered for line in lines_of(call, [order])[order.id]):
        raise Refused(
            "orders.delivery-begun", f"Part of {order.number} has left. Close it short and enter a new order for the rest."
        )
    rules.check_new_order(rules.NewOrder(order.requested_date, lines, account_id=order.customer_account_id), 1)
    account = customers.accounts_by_id(call, [order.customer_account_id])[order.customer_account_id]
    priced = _price(call, [(account, lines)])[0]
    total = rules.ordered([one.line for one in priced], order.currency)
    before = str(order.gross)
    order.net, order.tax, order.gross = total.net.amount, total.tax.amount, total.gross.amount
    order.save(update_fields=["net", "tax", "gross"])
    OrderLine.objects.filter(company_id=call.company.id, order_id=order.id).delete()
    _write_lines(call, [(order.id, order.currency, priced)])
    facts = {"number": order.number, "before": before, "gross": str(order.gross), "currency": order.currency}
    events.record(call, "orders.order-changed", [ids.outer("ord", order.id)], facts)
    if order.state == "draft":
        return None
    from duecourse.orders.actions.credit_decisions import confirm_orders

    return confirm_orders(call, [order.id])[order.id]


@action
def change_fields(call: Call, order_id: int, values: Mapping[str, str]) -> None:
    """Write what stands in an order's custom fields, by name; an empty text takes it away. In any state: it changes no amount.

    Errors: Refused('not-found'), Refused('tailoring.field-unknown'), Refused('tailoring.value-not-usable').
    """
    order = lock_order(call, order_id)
    tailoring.set_values(call, "order", {order.id: values})


@action
def cancel_order(call: Call, order_id: int, reason: str, reason_code: str = "") -> None:
    """End an order of which nothing has left; it gives its credit back.

    Errors: Refused('not-found'), Refused('orders.wrong-state'), Refused('orders.delivery-begun').
    """
    order = lock_order(call, order_id)
    rules.check_step("cancel", order.state, order.number)
    if any(line.delivered for line in lines_of(call, [order])[order.id]):
        raise Refused("orders.delivery-begun", f"Part of {order.number} has left. Close it short instead.")
    _end(call, order, "cancelled", "orders.order-cancelled", reason, reason_code)


@action
def close_order(call: Call, order_id: int, reason: str, reason_code: str = "") -> None:
    """End an order short: what has left stays to be billed, the rest gives its credit back.

    Errors: Refused('not-found'), Refused('orders.wrong-state'), Refused('orders.nothing-delivered').
    """
    order = lock_order(call, order_id)
    rules.check_step("close", order.state, order.number)
    if not any(line.delivered for line in lines_of(call, [order])[order.id]):
        raise Refused("orders.nothing-delivered", f"Nothing of {order.number} has left. Cancel it instead.")
    _end(call, order, "delivered", "orders.order-closed-short", reason, reason_code)


def _end(call: Call, order: Order, state: str, event: str, note: str, reason_code: str) -> None:
    ref = ids.outer("ord", order.id)
    reason = tailoring.say_reason(call, "order-end", reason_code, note, ref)
    credit.end_holds(call, [ref], reason or "The order ended")
    credit.end_reservations(call, [ref])
    order.state = state
    order.save(update_fields=["state"])
    events.record(call, event, [ref], {"number": order.number, "reason": reason})


def _accounts(call: Call, orders: Sequence[rules.NewOrder]) -> list[AccountView]:
    by_number = customers.accounts_by_number(call, {order.customer_number for order in orders if order.customer_number})
    by_id = customers.accounts_by_id(call, {order.account_id for order in orders if order.account_id is not None})
    accounts = []
    for order in orders:
        account = by_number.get(order.customer_number) if order.account_id is None else by_id.get(order.account_id)
        if account is None:
            raise Refused(
                "orders.customer-unknown",
                f"There is no customer {order.customer_number or 'account'} in this company.".replace(
                    "customer account", "such customer account"
                ),
            )
        accounts.append(account)
    return accounts


def _price(call: Call, wanted: Sequence[tuple[AccountView, Sequence[rules.NewOrderLine]]]) -> list[list[_PricedLine]]:
    """Lines with product, price and tax: one query for products and for taxes, one for prices per currency."""
    products = catalog.products(call, {line.product_number for _, lines in wanted for line in lines})
    for _, lines in wanted:
        for line in lines:
            if line.product_number not in products or not products[line.product_number].is_active:
                raise Refused(
                    "orders.product-unknown", f"There is no product {line.product_number} to order.", product=line.product_number
                )
    pairs = {(account.tax_treatment, products[line.product_number].tax_category) for account, lines in wanted for line in lines}
    taxes = catalog.tax_for(call, sorted(pairs), call.company.country, call.today)
    listed: dict[str, Mapping[int, Price]] = {}
    for currency in {account.currency for account, _ in wanted}:
        unpriced = {
            products[line.product_number].id
            for account, lines in wanted
            for line in lines
            if account.currency == currency and line.unit_price is None
        }
        listed[currency] = catalog.prices(call, unpriced, currency, call.today) if unpriced else {}
    result = []
    for account, lines in wanted:
        priced = []
        for place, line in enumerate(lines, start=1):
            product = products[line.product_number]
            category, percent, _ = taxes[account.tax_treatment, product.tax_category]
            unit_price = _unit_price(line, product.id, listed[account.currency], account.currency)
            facts = rules.Line(place * 10, line.quantity, unit_price, category, percent)
            priced.append(_PricedLine(facts, product.id, product.name, product.unit))
        result.append(priced)
    return result


def _unit_price(line: rules.NewOrderLine, product_id: int, listed: Mapping[int, Price], currency: str) -> Decimal:
    if line.unit_price is not None:
        return Price(line.unit_price, currency).amount
    if product_id not in listed:
        raise Refused(
            "orders.price-missing",
            f"Product {line.product_number} has no list price in {currency} today. Set one, or name a price on the line.",
            product=line.product_number,
            currency=currency,
        )
    return listed[product_id].amount


def _write_lines(call: Call, orders: Sequence[tuple[int, str, Sequence[_PricedLine]]]) -> None:
    bulk.copy_in(
        OrderLine,
        _LINE_COLUMNS,
        [
            (
                call.company.id,
                order_id,
                one.line.line_number,
                one.product_id,
                one.description,
                one.unit,
                one.line.quantity,
                one.line.unit_price,
                rules.line_net(one.line.unit_price, one.line.quantity, currency).amount,
                one.line.tax_category,
                one.line.tax_percent,
                Decimal(0),
            )
            for order_id, currency, lines in orders
            for one in lines
        ],
    )
