"""Payments: what they may pay, and what was done with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from duecourse.api.customers import account_key
from duecourse.api.door import Door, listed
from duecourse.api.shapes import (
    Amount,
    Day,
    Done,
    In,
    Label,
    Line,
    Listed,
    Made,
    MoneyIn,
    MoneyOut,
    Out,
    Paging,
    PositiveAmount,
    ReasonOut,
    ReasonWords,
    Search,
    Text,
    Words,
    like,
    money,
    money_or_none,
    outer_id,
    reasons,
)
from duecourse.cash import actions, queries, rules
from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.ledger import queries as ledger

room = Door("Cash")
Difference = Literal[
    "", "discount", "unearned_discount", "short_payment", "bank_charge", "rounding", "write_off", "overpayment", "on_account"
]


class PaymentFilter(Paging):
    """`todo` waits for a person: to be confirmed, or to be worked on. `text` looks in payer, remittance, reference and number."""

    tab: Literal["todo", "confirm", "work", "later", "done", "all"] = "todo"
    text: Search = ""
    sort: Literal[
        "value_date", "-value_date", "amount", "-amount", "payer", "-payer", "number", "-number"
    ] = "-value_date"  # fmt: skip


class PaymentOut(Out):
    """A payment. `rest`: what of it is on account; null while no customer is known."""

    id: str = outer_id("pay")
    number: str
    state: str
    booking_date: Day
    value_date: Day
    money: MoneyOut
    payer_name: str
    payer_account: str
    structured_reference: str
    remittance: str
    bank_account: str = outer_id("bnk")
    bank_line: str | None
    account: str | None
    customer_number: str
    customer_name: str
    open_item: str | None
    rest: MoneyOut | None


class PaymentRow(PaymentOut):
    """A payment in a list with its best proposal: whose it would be, what it would pay, how sure that is (0 to 1)."""

    proposed_decision: str
    proposed_tier: str
    confidence: str | None
    proposed_account: str | None
    proposed_documents: list[str]
    reasons: list[ReasonOut]


class ProposalLine(Out):
    """What falls off one item (`applied`), and the difference to what was paid for it (`residual`, negative: paid less)."""

    open_item: str | None
    document: str
    applied: MoneyOut
    residual_kind: str
    residual: MoneyOut


class ProposalOut(Out):
    """One way to use a payment. `obstacle` says why it cannot be applied, where it cannot."""

    rank: int
    decision: str
    tier: str
    confidence: str
    account: str | None
    lines: list[ProposalLine]
    reasons: list[ReasonOut]
    obstacle: str


class ApplicationOut(Out):
    """What a payment was applied to, and whether and why that was undone."""

    clearing: str = outer_id("clr")
    tier: str
    posted_alone: bool
    reasons: list[ReasonOut]
    by: str
    at: dt.datetime
    is_undone: bool
    undone_reason: str


class PaymentDetail(PaymentOut):
    """A payment with its proposals, the best first, and what was done with it."""

    proposals: list[ProposalOut]
    applications: list[ApplicationOut]


class PaymentIn(In):
    """A payment that stands on no statement yet."""

    bank_account: Annotated[str, outer_id("bnk")]
    amount: PositiveAmount
    value_date: Day
    booking_date: Day | None = None
    payer_name: Label = ""
    payer_account: Annotated[str, Line, Field(max_length=40)] = ""
    remittance: Annotated[str, Text, Field(max_length=2000)] = ""
    structured_reference: Annotated[str, Line, Field(max_length=100)] = ""


class ApplyLineIn(In):
    """An item that the payment pays. `applied` is gross of the difference; its sign is the item's."""

    model_config = like(
        {"open_item": "itm_0123456789ab", "applied": "1000.00", "residual_kind": "discount", "residual": "-20.00"}
    )
    open_item: Annotated[str, outer_id("itm")]
    applied: Amount
    residual_kind: Difference = ""
    residual: Amount | None = None


class ApplyIn(In):
    """`rest` is what you saw unapplied of the payment: when it has changed since, nothing is done."""

    account: Annotated[str, outer_id("acc")]
    lines: Annotated[list[ApplyLineIn], Field(min_length=1, max_length=1000)]
    rest: MoneyIn | None = None
    accept_late_discount: bool = False


class AcceptIn(In):
    """Which proposal to accept, and perhaps what you saw unapplied of the payment."""

    rank: Annotated[int, Field(ge=1, le=100)] = 1
    rest: MoneyIn | None = None


class AppliedOut(Out):
    """What became of the payment; `rest` is still on account."""

    payment: str = outer_id("pay")
    state: str
    clearing: str | None
    rest: MoneyOut


class AccountIn(In):
    account: Annotated[str, outer_id("acc")]


class NoteIn(In):
    note: Words = ""


class UnapplyIn(In):
    """Why, and whether the money stays with the customer."""

    reason: ReasonWords
    keep_on_account: bool = False


class ProposeIn(In):
    """Which payments; without them all that wait."""

    payments: Annotated[list[str], Field(max_length=1000)] | None = None


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
    actions.unapply(call, ids.inner("pay", payment), body.reason, body.keep_on_account)
    return Done()
