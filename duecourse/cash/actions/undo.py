"""Applications are undone: items open again, the payment back where it was found, the story kept."""

from __future__ import annotations

from collections.abc import Sequence

from duecourse.cash.actions import rows
from duecourse.cash.actions.propose import propose_payments
from duecourse.cash.models import Application, Payment
from duecourse.core import events, ids
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused
from duecourse.customers import queries as customer_facts
from duecourse.ledger import actions as ledger
from duecourse.ledger import queries as ledger_facts
from duecourse.receivables import actions as receivables
from duecourse.receivables import queries as receivable_facts
from duecourse.receivables.rules import AllocationRequest, ClearingRequest, ItemState, NewItem
from duecourse.tailoring import actions as tailoring


@action
def unapply(call: Call, payment_id: int, reason: str, keep_on_account: bool = False, reason_code: str = "") -> None:
    """Take back what was done with a payment, dated today; the reason is kept.

    Every clearing of it is undone: the items are open again with their own due dates, discounts and exchange differences
    are reversed. Unless it is to stay on the customer's account, its entry is reversed too: the money is in cash clearing
    again, and its item is closed by an opposite one of the reversing entry, so that the account's history tells both. Then
    it may be applied anew, elsewhere too. Errors: Refused('cash.reason-missing'), Refused('cash.nothing-to-undo'),
    Refused('cash.used-elsewhere'), Refused('ledger.period-closed'), not-found.
    """
    if not (reason.strip() or reason_code):
        raise Refused("cash.reason-missing", "Say why it is undone; the reason is kept with the payment.")
    before = rows.found(call, [payment_id])[payment_id]
    ledger_facts.lock_periods(call, [call.today])
    applications = _applications(call, payment_id)
    parts = receivable_facts.siblings(call, [application.clearing_id for application in applications])
    accounts = {part.item.customer_account_id for part in parts}
    if before.customer_account_id is not None:
        accounts.add(before.customer_account_id)
    customer_facts.lock_accounts(call, accounts)
    payment = rows.locked(call, [payment_id])[payment_id]
    if payment.item_id != before.item_id or [row.id for row in _applications(call, payment_id)] != [
        row.id for row in applications
    ]:
        raise rows.changed(payment)
    if payment.item_id is None and payment.state != "not-receivable":
        raise Refused("cash.nothing-to-undo", f"{payment.number} is not applied to anything.")
    if keep_on_account and not applications:
        raise Refused("cash.nothing-to-undo", f"{payment.number} is not applied to any item.")
    reason = tailoring.say_reason(call, "payment-undo", reason_code, reason, ids.outer("pay", payment_id))
    _undo_clearings(call, applications, reason)
    if payment.item_id is not None and not keep_on_account:
        _leave_customer(call, payment, reason)
    if keep_on_account:
        rows.change(call, [(payment.id, "on-account", payment.customer_account_id, payment.item_id)])
    else:
        rows.change(call, [(payment.id, "new", None, None)])
    subjects = [ids.outer("pay", payment.id), *(ids.outer("clr", row.clearing_id) for row in applications)]
    subjects += sorted({ids.outer("itm", part.item_id) for part in parts})
    if payment.customer_account_id is not None:
        subjects.append(ids.outer("acc", payment.customer_account_id))
    facts = {"number": payment.number, "reason": reason, "before": payment.state, "kept_on_account": keep_on_account}
    events.record(call, "cash.payment-unapplied", subjects, facts)
    if not keep_on_account:
        propose_payments(call, [payment.id])


@action
def unapply_payments(call: Call, payment_ids: Sequence[int], reason: str, reason_code: str = "") -> None:
    """Take several back as `unapply` does with each, all or none: the undo of what was posted together, a page of a list at most.

    Errors: as unapply.
    """
    found = rows.found(call, payment_ids)
    customer_facts.lock_accounts(call, {row.customer_account_id for row in found.values() if row.customer_account_id})
    for key in sorted(found):
        unapply(call, key, reason, reason_code=reason_code)


def _applications(call: Call, payment_id: int) -> list[Application]:
    """Those of the payment that are in force."""
    found = Application.objects.filter(company_id=call.company.id, payment_id=payment_id, undone_by__isnull=True)
    return list(found.order_by("id"))


def _undo_clearings(call: Call, applications: Sequence[Application], reason: str) -> None:
    if not applications:
        return
    undoings = receivables.undo_clearings(call, [row.clearing_id for row in applications], reason, call.today)
    reversed_by = receivable_facts.reversals(call, undoings)
    for row in applications:
        row.undone_by_id = reversed_by[row.clearing_id]
        row.undone_reason = reason[:300]
    Application.objects.bulk_update(applications, ["undone_by", "undone_reason"])


def _leave_customer(call: Call, payment: Payment, reason: str) -> None:
    """Back to cash clearing: the entry reversed, and the payment's item closed by the item of that reversal."""
    assert payment.item_id is not None
    item = receivable_facts.item_states(call, [payment.item_id], lock=True)[payment.item_id]
    if item.open != item.amount:
        raise Refused(
            "cash.used-elsewhere",
            f"{payment.number} was also cleared elsewhere ({abs(item.amount - item.open)}). Undo that first.",
            payment=payment.number,
        )
    (posted,) = ledger.reverse_entries(call, [receivable_facts.entry_of(call, item.id)], call.today, f"Undone: {reason}")
    opposite = NewItem(
        customer_account_id=item.customer_account_id,
        entry_id=posted.id,
        kind="payment",
        number=f"{item.number}-R",
        source=ids.outer("pay", payment.id),
        issue_date=call.today,
        due_date=call.today,
        money=-item.amount,
        company_money=-item.company_amount,
    )
    (key,) = receivables.open_items(call, [opposite])
    receivables.clear(call, [_closing(call, payment, item, key)])


def _closing(call: Call, payment: Payment, item: ItemState, opposite: int) -> ClearingRequest:
    both = [AllocationRequest(item.id, "payment", item.amount), AllocationRequest(opposite, "payment", -item.amount)]
    return ClearingRequest(call.today, both, f"{payment.number} undone", ids.outer("pay", payment.id))
