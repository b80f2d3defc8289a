"""The forms of payments: as they go out, and what is asked to be done with them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from duecourse.api.shapes import (
    Amount,
    Day,
    In,
    Label,
    Line,
    MoneyIn,
    MoneyOut,
    Out,
    Paging,
    PositiveAmount,
    ReasonCode,
    ReasonOut,
    Search,
    Text,
    Words,
    like,
    outer_id,
)

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

    reason: Words = ""
    reason_code: ReasonCode = ""
    keep_on_account: bool = False


class ProposeIn(In):
    """Which payments; without them all that wait."""

    payments: Annotated[list[str], Field(max_length=1000)] | None = None
