"""Decide about orders on hold: release them, reject them, or let the hold end with its order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from duecourse.core import events, ids
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.credit import queries
from duecourse.credit.actions.checks import person
from duecourse.credit.models import Hold, Reservation


@action
def release_hold(call: Call, hold_id: int, reason: str, amount: Money | None = None, until: dt.date | None = None) -> Money:
    """Let a held order pass up to an amount (all of it when none is said) and until a day; what it reserves from now on.

    Errors: Refused('not-found'), Refused('credit.hold-decided') when someone was faster, Refused('credit.own-release') for
    the order's creator, Refused('credit.release-amount'), Refused('credit.release-past'), Refused('credit.reason-missing').
    """
    hold = _open_hold(call, hold_id, reason)
    if hold.held_by_id == person(call):
        raise Refused("credit.own-release", "You entered this order, so someone else has to release it.")
    held = Money(hold.amount, hold.currency)
    released = held if amount is None else amount
    if released.currency != held.currency or not 0 < released.amount <= held.amount:
        raise Refused(
            "credit.release-amount", f"A release is for more than nothing and for {held} at most, which is what was held."
        )
    if until is not None and until < call.today:
        raise Refused("credit.release-past", f"A release cannot end on {until.isoformat()}, which is past.")
    _decide(call, hold, "released", reason)
    hold.released_amount, hold.released_until = released.amount, until
    hold.save()
    Reservation.objects.update_or_create(
        company_id=call.company.id,
        order_ref=hold.order_ref,
        defaults={
            "credit_account_id": hold.credit_account_id,
            "customer_account_id": hold.customer_account_id,
            "order_number": hold.order_number,
            "currency": hold.currency,
            "open_order": released.amount,
        },
    )
    _record(call, "credit.hold-released", hold, {"released": str(released.amount), "until": until and until.isoformat()})
    return released


@action
def reject_hold(call: Call, hold_id: int, reason: str) -> None:
    """Say no to a held order. Errors: Refused('not-found'), Refused('credit.hold-decided'), Refused('credit.reason-missing')."""
    hold = _open_hold(call, hold_id, reason)
    _decide(call, hold, "rejected", reason)
    hold.save()
    _record(call, "credit.hold-rejected", hold, {})


@action
def end_holds(call: Call, order_refs: Sequence[str], reason: str) -> int:
    """Close the open holds of orders that no longer wait (cancelled, taken back to draft); how many."""
    ended = list(
        Hold.objects.select_for_update(no_key=True, of=("self",))
        .filter(company_id=call.company.id, order_ref__in=list(order_refs), state="open")
        .order_by("id")
    )
    for hold in ended:
        _decide(call, hold, "ended", reason)
    Hold.objects.bulk_update(ended, ["state", "decided_by_id", "decided_by_name", "decided_at", "decision_reason"])
    if ended:
        events.record(call, "credit.hold-ended", [ids.outer("hld", hold.id) for hold in ended], {"reason": reason})
    return len(ended)


def _open_hold(call: Call, hold_id: int, reason: str) -> Hold:
    """The hold, locked after its credit accounts, still open."""
    if not reason.strip():
        raise Refused("credit.reason-missing", "Say why: the decision is kept with its reason.")
    found = Hold.objects.filter(company_id=call.company.id, id=hold_id).first()
    if found is None:
        raise ids.not_found("hld")
    queries.lock_accounts(call, [found.customer_account_id])
    hold = Hold.objects.select_for_update(no_key=True, of=("self",)).get(company_id=call.company.id, id=hold_id)
    if hold.state != "open":
        raise Refused(
            "credit.hold-decided",
            f"Order {hold.order_number} was {hold.state} by {hold.decided_by_name} meanwhile. Nothing was changed.",
            state=hold.state,
        )
    return hold


def _decide(call: Call, hold: Hold, state: str, reason: str) -> None:
    hold.state = state
    hold.decided_by_id, hold.decided_by_name, hold.decided_at = person(call), call.by.name, call.at
    hold.decision_reason = reason.strip()


def _record(call: Call, name: str, hold: Hold, facts: dict[str, object]) -> None:
    subjects = [
        ids.outer("hld", hold.id),
        hold.order_ref,
        ids.outer("acc", hold.customer_account_id),
        ids.outer("cra", hold.credit_account_id),
    ]
    told = {"order": hold.order_number, "amount": str(hold.amount), "currency": hold.currency} | facts
    decision = {"result": hold.state, "reason": hold.decision_reason}
    events.record(call, name, subjects, told, decision)
