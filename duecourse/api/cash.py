"""Payments: what they may pay, and what was done with them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from duecourse.api.customers import account_key
from duecourse.api.door import Door, listed
from duecourse.api.payments import (
    AcceptIn,
    AccountIn,
    ApplicationOut,
    AppliedOut,
    ApplyIn,
    NoteIn,
    PaymentDetail,
    PaymentFilter,
    PaymentIn,
    PaymentRow,
    ProposalLine,
    ProposalOut,
    ProposeIn,
    UnapplyIn,
)
from duecourse.api.shapes import (
    Done,
    Listed,
    Made,
    money,
    money_or_none,
    reasons,
)
from duecourse.cash import actions, queries, rules
from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.ledger import queries as ledger

room = Door("Cash")


def _facts(view: queries.PaymentView) -> dict[str, object]:
    return {
        "id": view.outer_id,
        "number": view.number,
        "state": view.state,
        "booking_date": view.booking_date,
        "value_date": view.value_date,
        "money": money(view.money),
        "payer_name": view.payer_name,
        "payer_account": view.payer_account,
        "structured_reference": view.structured_reference,
        "remittance": view.remittance,
        "bank_account": ids.outer("bnk", view.bank_account_id),
        "bank_line": ids.outer("lin", view.bank_line_id) if view.bank_line_id else None,
        "account": ids.outer("acc", view.customer_account_id) if view.customer_account_id else None,
        "customer_number": view.customer_number,
        "customer_name": view.customer_name,
        "open_item": ids.outer("itm", view.item_id) if view.item_id else None,
        "rest": money_or_none(view.rest),
    }


def _row(row: queries.PaymentRow) -> PaymentRow:
    return PaymentRow.model_validate(
        {
            **_facts(row.payment),
            "proposed_decision": row.decision,
            "proposed_tier": row.tier,
            "confidence": None if row.confidence is None else f"{row.confidence:f}",
            "proposed_account": ids.outer("acc", row.proposed_account_id) if row.proposed_account_id else None,
            "proposed_documents": list(row.documents),
            "reasons": reasons(row.reasons),
        }
    )


def _proposal(each: queries.ProposalView) -> ProposalOut:
    return ProposalOut(
        rank=each.rank,
        decision=each.decision,
        tier=each.tier,
        confidence=f"{each.confidence:f}",
        account=ids.outer("acc", each.account.id) if each.account else None,
        lines=[
            ProposalLine(
                open_item=line.item.outer_id if line.item else None,
                document=line.item.number if line.item else "",
                applied=money(line.applied),
                residual_kind=line.residual_kind,
                residual=money(line.residual),
            )
            for line in each.lines
        ],
        reasons=reasons(each.reasons),
        obstacle=each.obstacle,
    )


def _applications(found: Iterable[queries.ApplicationView]) -> list[ApplicationOut]:
    return [
        ApplicationOut(
            clearing=ids.outer("clr", each.clearing_id),
            tier=each.tier,
            posted_alone=each.posted_alone,
            reasons=reasons(each.reasons),
            by=each.by_name,
            at=each.at,
            is_undone=each.is_undone,
            undone_reason=each.undone_reason,
        )
        for each in found
    ]


def _applied(applied: rules.Applied) -> AppliedOut:
    return AppliedOut(
        payment=ids.outer("pay", applied.payment_id),
        state=applied.state,
        clearing=ids.outer("clr", applied.clearing_id) if applied.clearing_id else None,
        rest=money(applied.rest),
    )


@room.get("/payments", "cash.read", Listed[PaymentRow])
def list_payments(call: Call, query: PaymentFilter) -> Listed[PaymentRow]:
    """Payments of a tab, the latest first, each with its best proposal."""
    return listed(queries.rows(call, query.tab, query.text, query.sort, query.page, query.size), _row)


@room.post("/payments/propose", "cash.propose_payments", dict[str, int])
def propose_payments(call: Call, body: ProposeIn) -> dict[str, int]:
    """Propose anew what payments may pay; how many stand in each state now."""
    chosen = [ids.inner("pay", each) for each in body.payments] if body.payments is not None else None
    return actions.propose_payments(call, chosen)


@room.get("/payments/{payment}", "cash.read", PaymentDetail)
def get_payment(call: Call, payment: str) -> PaymentDetail:
    """One payment with its proposals and what was done with it."""
    found = queries.workbench(call, ids.inner("pay", payment), items_max=0)
    return PaymentDetail.model_validate(
        {
            **_facts(found.payment),
            "proposals": [_proposal(each) for each in found.proposals],
            "applications": _applications(found.applications),
        }
    )


@room.post("/payments", "cash.record_payment", Made, once=True)
def record_payment(call: Call, body: PaymentIn) -> Made:
    """Record a payment by hand on an own bank account; it waits in cash clearing with its proposals."""
    bank_account = ledger.bank_account_for_caller(call, body.bank_account)
    key = actions.record_payment(
        call,
        bank_account.id,
        Money(Decimal(body.amount), bank_account.currency),
        body.value_date,
        payer_name=body.payer_name,
        payer_account=body.payer_account,
        remittance=body.remittance,
        structured_reference=body.structured_reference,
        booking_date=body.booking_date,
    )
    return Made(id=ids.outer("pay", key))


@room.post("/payments/{payment}/apply", "cash.apply_payment", AppliedOut, once=True)
def apply_payment(call: Call, payment: str, body: ApplyIn) -> AppliedOut:
    """Apply a payment to open items, difference by difference; what is left of it stays on account."""
    key = ids.inner("pay", payment)
    currency = queries.payment_for_caller(call, payment).money.currency
    lines = [
        rules.ApplyLine(
            ids.inner("itm", line.open_item),
            Money.parse(line.applied, currency),
            line.residual_kind,
            Money.parse(line.residual, currency) if line.residual is not None else None,
        )
        for line in body.lines
    ]
    return _applied(
        actions.apply_payment(
            call,
            key,
            account_key(call, body.account),
            lines,
            accept_late_discount=body.accept_late_discount,
            rest=body.rest.money() if body.rest else None,
        )
    )


@room.post("/payments/{payment}/accept-proposal", "cash.apply_payment", AppliedOut, once=True)
def accept_proposal(call: Call, payment: str, body: AcceptIn) -> AppliedOut:
    """Apply a payment as one of its proposals says."""
    key = ids.inner("pay", payment)
    chosen = next((each for each in queries.workbench(call, key, items_max=0).proposals if each.rank == body.rank), None)
    if chosen is None or chosen.account is None or not chosen.apply_lines:
        raise Refused("api.no-such-proposal", f"This payment has no proposal {body.rank} that pays a document.", rank=body.rank)
    return _applied(
        actions.apply_payment(
            call,
            key,
            chosen.account.id,
            chosen.apply_lines,
            tier=chosen.tier,
            reasons=chosen.reasons,
            rest=body.rest.money() if body.rest else None,
        )
    )


@room.post("/payments/{payment}/on-account", "cash.put_on_account", AppliedOut, once=True)
def put_on_account(call: Call, payment: str, body: AccountIn) -> AppliedOut:
    """The payment is this customer's, but pays nothing yet."""
    return _applied(actions.put_on_account(call, ids.inner("pay", payment), account_key(call, body.account)))


@room.post("/payments/{payment}/later", "cash.set_later", Done)
def set_later(call: Call, payment: str) -> Done:
    """Put a payment aside; its proposals stay."""
    actions.set_later(call, ids.inner("pay", payment))
    return Done()


@room.post("/payments/{payment}/not-receivable", "cash.set_not_receivable", Done)
def set_not_receivable(call: Call, payment: str, body: NoteIn) -> Done:
    """It is no customer's payment: it stays in cash clearing for the ledger to explain."""
    actions.set_not_receivable(call, ids.inner("pay", payment), body.note)
    return Done()


@room.post("/payments/{payment}/unapply", "cash.unapply", Done, once=True)
def unapply_payment(call: Call, payment: str, body: UnapplyIn) -> Done:
    """Take back what was done with a payment: its items are open again with their own due dates."""
    actions.unapply(call, ids.inner("pay", payment), body.reason, body.keep_on_account, body.reason_code)
    return Done()
