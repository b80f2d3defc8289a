"""Move what orders reserve as goods leave and bills are written; the amount is never counted twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from duecourse.core import events
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused
from duecourse.core.money import Money

_MOVE = (
    "update credit_reservation r set open_order = r.open_order + u.open_order, delivered = r.delivered + u.delivered "
    "from (select * from unnest(%s::text[], %s::text[], %s::numeric[], %s::numeric[]) as u(order_ref, currency, open_order, delivered)) u, "
    "(select id from credit_reservation where company_id = %s and order_ref = any(%s) order by id for no key update) locked "
    "where r.id = locked.id and r.company_id = %s and r.order_ref = u.order_ref and r.currency = u.currency "
    "and r.open_order + u.open_order >= 0 and r.delivered + u.delivered >= 0 returning r.order_ref"
)
_END = (
    "update credit_reservation r set open_order = 0 from ("
    "select id from credit_reservation where company_id = %s and order_ref = any(%s) and open_order <> 0 order by id for no key update"
    ") locked where r.id = locked.id returning r.order_ref"
)


@dataclass(frozen=True, slots=True)
class Movement:
    """By how much an order's two categories change. Delivery: open_order −x, delivered +x; billing: delivered −x."""

    order_ref: str
    open_order: Money
    delivered: Money


@action
def move_reservations(call: Call, movements: Sequence[Movement]) -> None:
    """Move reserved amounts, each order once in a batch; the batch moves whole or not at all.

    Errors: Refused('credit.reservation-too-small') when an order would deliver more than it may, naming it.
    """
    moving = [one for one in movements if one.open_order or one.delivered]
    if not moving:
        return
    refs = [one.order_ref for one in moving]
    if len(set(refs)) != len(refs):
        raise ValueError("an order moves once in a batch")
    with connection.cursor() as cursor:
        cursor.execute(
            _MOVE,
            [
                refs,
                [one.open_order.currency for one in moving],
                [one.open_order.amount for one in moving],
                [one.delivered.amount for one in moving],
                call.company.id,
                refs,
                call.company.id,
            ],
        )
        moved = {row[0] for row in cursor.fetchall()}
    if missing := [ref for ref in refs if ref not in moved]:
        raise Refused(
            "credit.reservation-too-small",
            "This is more than credit was given for. Confirm the order again, so that the whole amount is checked.",
            orders=missing,
        )
    events.record(
        call,
        "credit.reservations-moved",
        refs,
        {
            "movements": [
                [one.order_ref, str(one.open_order.amount), str(one.delivered.amount), one.open_order.currency] for one in moving
            ]
        },
    )


@action
def end_reservations(call: Call, order_refs: Sequence[str]) -> int:
    """Give back what orders reserve for goods that will not be delivered any more; how many gave something back.

    What is delivered and not billed stays: it will still be owed.
    """
    with connection.cursor() as cursor:
        cursor.execute(_END, [call.company.id, list(order_refs)])
        ended = [row[0] for row in cursor.fetchall()]
    if ended:
        events.record(call, "credit.reservations-ended", ended)
    return len(ended)
