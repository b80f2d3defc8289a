"""How payment rows are locked and changed; every writer of the room goes through here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection

from duecourse.cash.models import Payment
from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.core.errors import Refused

OPEN_STATES = ("new", "confirm", "work", "later")
Change = tuple[int, str, int | None, int | None]  # payment id, state, customer account id, item id


def found(call: Call, payment_ids: Iterable[int]) -> dict[int, Payment]:
    """Payments as they are, not locked. Errors: Refused('not-found')."""
    wanted = set(payment_ids)
    rows = {row.id: row for row in Payment.objects.filter(company_id=call.company.id, id__in=wanted)}
    if len(rows) != len(wanted):
        raise ids.not_found("pay")
    return rows


def locked(call: Call, payment_ids: Iterable[int]) -> dict[int, Payment]:
    """Payments locked in order of their ids: after customer accounts, before items. Errors: Refused('not-found')."""
    wanted = set(payment_ids)
    rows = Payment.objects.filter(company_id=call.company.id, id__in=wanted).order_by("id").select_for_update(no_key=True)
    result = {row.id: row for row in rows}
    if len(result) != len(wanted):
        raise ids.not_found("pay")
    return result


def change(call: Call, changes: Sequence[Change]) -> None:
    """Set state, customer account and item of payments, in one statement."""
    if not changes:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "update cash_payment p set state = n.state, customer_account_id = n.account, item_id = n.item "
            "from unnest(%s::bigint[], %s::text[], %s::bigint[], %s::bigint[]) as n(id, state, account, item) "
            "where p.id = n.id and p.company_id = %s",
            [[row[0] for row in changes], [row[1] for row in changes], [row[2] for row in changes], [row[3] for row in changes],
             call.company.id],
        )  # fmt: skip


def changed(payment: Payment) -> Refused:
    """What one is told who acts on a payment that another one has dealt with meanwhile."""
    return Refused(
        "cash.payment-changed",
        f"{payment.number} is {payment.get_state_display().lower()} by now; somebody has dealt with it. Nothing was done.",
        payment=payment.number,
        state=payment.state,
    )
