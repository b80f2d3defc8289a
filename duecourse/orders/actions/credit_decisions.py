"""Confirm orders against credit, and decide those on hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import connection

from duecourse.core import events, ids
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.credit import actions as credit
from duecourse.credit import queries as credit_facts
from duecourse.credit import rules as credit_rules
from duecourse.orders import rules
from duecourse.orders.actions.locks import lines_of, lock_order, lock_orders
from duecourse.orders.models import Order
from duecourse.tailoring import actions as tailoring

_SET_STATES = (
    "update orders_order o set state = u.state from unnest(%s::bigint[], %s::text[]) as u(id, state) "
    "where o.company_id = %s and o.id = u.id and o.state <> u.state"
)


@action
def confirm_orders(call: Call, order_ids: Sequence[int]) -> dict[int, credit_rules.Decision]:
    """Ask credit for each order, in the order given: accepted and reserved, or on hold with reasons; decisions by order id.

    An order that was confirmed before is checked again with what is still to be delivered. Errors: Refused('not-found'),
    Refused('orders.wrong-state').
    """
    if not order_ids:
        return {}
    orders = lock_orders(call, order_ids)
    for order in orders.values():
        rules.check_step("confirm", order.state, order.number)
    accepted = [order for order in orders.values() if order.state == "accepted"]
    lines = lines_of(call, accepted) if accepted else {}
    asked = [orders[key] for key in dict.fromkeys(order_ids)]
    decisions = credit.check_orders(call, [_request(order, lines.get(order.id, ())) for order in asked])
    answers = {order.id: decisions[ids.outer("ord", order.id)] for order in asked}
    states = {key: "accepted" if decision.accepted else "held" for key, decision in answers.items()}
    with connection.cursor() as cursor:
        cursor.execute(_SET_STATES, [list(states), list(states.values()), call.company.id])
    events.record_many(
        call,
        [
            (
                "orders.order-accepted" if answers[order.id].accepted else "orders.order-held",
                [ids.outer("ord", order.id), ids.outer("acc", order.customer_account_id)],
                {"number": order.number, "gross": str(order.gross), "currency": order.currency},
                None,
            )
            for order in asked
        ],
    )
    return answers


@action
def release_order(
    call: Call, order_id: int, reason: str, until: dt.date | None = None, amount: Money | None = None, reason_code: str = ""
) -> Money:
    """Let an order on hold pass, up to an amount and until a day (None = all of it, without end); what it reserves.

    Errors: Refused('not-found'), Refused('orders.not-on-hold') when someone was faster, and those of credit.release_hold
    (Refused('credit.own-release') for the order's creator).
    """
    order, hold = _held(call, order_id)
    reason = tailoring.say_reason(call, "hold-release", reason_code, reason, ids.outer("ord", order_id))
    released = credit.release_hold(call, hold.id, reason, amount, until)
    order.state = "accepted"
    order.save(update_fields=["state"])
    facts = {"number": order.number, "released": str(released.amount), "currency": order.currency, "reason": reason}
    events.record(call, "orders.order-released", [ids.outer("ord", order.id), ids.outer("acc", order.customer_account_id)], facts)
    return released


@action
def reject_order(call: Call, order_id: int, reason: str, reason_code: str = "") -> None:
    """Say no to an order on hold. Errors: Refused('not-found'), Refused('orders.not-on-hold'), Refused('credit.reason-missing')."""
    order, hold = _held(call, order_id)
    reason = tailoring.say_reason(call, "hold-rejection", reason_code, reason, ids.outer("ord", order_id))
    credit.reject_hold(call, hold.id, reason)
    order.state = "rejected"
    order.save(update_fields=["state"])
    facts = {"number": order.number, "reason": reason}
    events.record(call, "orders.order-rejected", [ids.outer("ord", order.id), ids.outer("acc", order.customer_account_id)], facts)


@action
def reassess_holds(call: Call) -> list[int]:
    """Accept the orders on hold that credit would let pass by now, the oldest first; which they are.

    After a payment or a new limit. An order that still does not pass keeps its hold, with its time and reasons.
    """
    waiting = Order.objects.filter(company_id=call.company.id, state="held").order_by("id").values_list("id", flat=True)
    held = [order for order in lock_orders(call, list(waiting)).values() if order.state == "held"]
    passing = credit_facts.would_pass(call, [_request(order, ()) for order in held])
    free = [order.id for order in held if ids.outer("ord", order.id) in passing]
    return [key for key, decision in confirm_orders(call, free).items() if decision.accepted]


def _request(order: Order, lines: Sequence[rules.Line]) -> credit_rules.OrderRequest:
    asked = Money(order.gross, order.currency)
    if lines:
        asked = asked - rules.delivered_gross(lines, order.currency)
    return credit_rules.OrderRequest(
        order_ref=ids.outer("ord", order.id),
        order_number=order.number,
        customer_account_id=order.payer_account_id,
        money=asked,
        created_by_id=order.created_by_id,
        created_by_name=order.created_by_name,
        buyer_account_id=order.customer_account_id,
    )


def _held(call: Call, order_id: int) -> tuple[Order, credit_facts.HoldRow]:
    order = lock_order(call, order_id)
    ref = ids.outer("ord", order.id)
    hold = credit_facts.open_holds(call, [ref]).get(ref)
    if order.state != "held" or hold is None:
        raise Refused(
            "orders.not-on-hold",
            f"Order {order.number} is no longer on hold: it is {order.state}. Nothing was changed.",
            state=order.state,
        )
    return order, hold
