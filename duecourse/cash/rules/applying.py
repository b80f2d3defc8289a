"""How a payment is split over items and differences: what each line takes off its item, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from duecourse.core.errors import Refused
from duecourse.core.money import Money, quantum
from duecourse.core.reasons import Reason

ROUNDING_UNITS = 5  # minor units by which discounts of several items may miss their sum
STAYS_OPEN = ("short_payment", "unearned_discount")  # unless a person accepts it
CAUSE_OF_KIND = {"discount": "discount", "bank_charge": "bank-charge", "write_off": "write-off", "rounding": "rounding"}
KINDS = ("", "overpayment", "on_account", *STAYS_OPEN, *CAUSE_OF_KIND)


class ApplyLine(NamedTuple):
    """What falls off one item (`applied`, gross), and the difference to what was paid for it (`residual`, negative = paid less).

    `residual_kind` as in a proposal, or `write_off`: discount, unearned_discount, short_payment, bank_charge, rounding,
    overpayment, on_account.
    """

    item_id: int
    applied: Money
    residual_kind: str = ""
    residual: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyRequest:
    """One payment and what it is to pay. `rest` is what the person saw unapplied of it: when it has changed, nothing is done."""

    payment_id: int
    customer_account_id: int
    lines: Sequence[ApplyLine]
    tier: str = "hand"
    reasons: Sequence[Reason] = ()
    accept_late_discount: bool = False
    posted_alone: bool = False
    rest: Money | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a payment: its state, the clearing that applied it, and what of it is still on account."""

    payment_id: int
    state: str
    clearing_id: int | None
    rest: Money


@dataclass(frozen=True, slots=True)
class DiscountTerms:
    """What an item's terms allow: `percent` up to and including the value date `until`."""

    number: str
    percent: Decimal | None
    until: dt.date | None


@dataclass(slots=True)
class Split:
    """Allocations (item id, cause, money) off the items, and what the payment itself gives."""

    allocations: list[tuple[int, str, Money]]
    settled: Money  # off the payment, for items
    rounding: Money  # off the payment, because it paid a little too much
    kept_open: list[tuple[int, str, Money]] = field(default_factory=list)  # (item id, kind, money) claimed but left open


def split_payment(
    rest: Money,
    lines: Sequence[ApplyLine],
    terms: Mapping[int, DiscountTerms],
    value_date: dt.date,
    accept_late_discount: bool = False,
) -> Split:
    """What a payment with `rest` left takes off the items of `lines`, difference by difference.

    A discount must be in time (value date on or before the item's last day) and no larger than the terms allow, unless it
    is accepted late; an unearned discount and a short payment leave their part of the item open. Errors:
    Refused('cash.discount-too-late'), Refused('cash.discount-too-large'), Refused('cash.payment-too-small'),
    Refused('cash.nothing-applied'), Refused('cash.line-not-usable').
    """
    zero = Money.zero(rest.currency)
    split = Split([], zero, zero)
    if len({line.item_id for line in lines}) != len(lines):
        raise Refused("cash.line-not-usable", "An item stands in two lines. Put what it gets into one line.")
    if not accept_late_discount:
        _check_discounts(lines, terms, value_date)
    for line in lines:
        residual = line.residual or zero
        _check_line(line, residual)
        if line.residual_kind == "rounding" and residual.amount * line.applied.amount > 0:
            split.rounding += residual
            residual = zero
        elif line.residual_kind in ("", "overpayment", "on_account"):
            residual = zero
        settled = line.applied + residual
        if settled:
            split.allocations.append((line.item_id, "payment", settled))
            split.settled += settled
        if (
            residual
            and line.residual_kind in STAYS_OPEN
            and not (accept_late_discount and line.residual_kind == "unearned_discount")
        ):
            split.kept_open.append((line.item_id, line.residual_kind, -residual))
        elif residual:
            split.allocations.append((line.item_id, CAUSE_OF_KIND.get(line.residual_kind, "discount"), -residual))
    if split.settled <= zero:
        raise Refused("cash.nothing-applied", "These lines use nothing of the payment. Choose at least one item that it pays.")
    if split.settled + split.rounding > rest:
        raise Refused(
            "cash.payment-too-small",
            f"The lines use {split.settled + split.rounding}, but only {rest} of the payment is left. Nothing was applied.",
        )
    return split


def _check_line(line: ApplyLine, residual: Money) -> None:
    if line.residual_kind not in KINDS:
        raise Refused("cash.line-not-usable", f"“{line.residual_kind}” is not a kind of difference that can be applied.")
    if not line.applied:
        raise Refused("cash.line-not-usable", "A line takes nothing off its item. Leave it out.")
    takes_away = residual.amount * line.applied.amount < 0
    if takes_away and abs(residual) > abs(line.applied):
        raise Refused(
            "cash.line-not-usable", f"A difference of {abs(residual)} is more than the {abs(line.applied)} of its item."
        )
    if residual and not line.residual_kind:
        raise Refused("cash.line-not-usable", f"Say what the difference of {abs(residual)} is.")
    if residual and not takes_away and line.residual_kind not in ("overpayment", "on_account", "rounding"):
        raise Refused("cash.line-not-usable", f"More was paid than the item; that is no {line.residual_kind.replace('_', ' ')}.")


def _check_discounts(lines: Sequence[ApplyLine], terms: Mapping[int, DiscountTerms], value_date: dt.date) -> None:
    taken = [line for line in lines if line.residual_kind == "discount" and line.residual]
    if not taken:
        return
    for line in taken:
        term = terms[line.item_id]
        if term.percent is None or term.until is None or value_date > term.until:
            until = f"was allowed until {term.until.isoformat()}" if term.until else "is not in its terms"
            raise Refused(
                "cash.discount-too-late",
                f"{term.number}: the cash discount {until}; the payment's value date is {value_date.isoformat()}. "
                "Leave the difference open, or accept the discount although it is late.",
                item=term.number,
            )
    currency = taken[0].applied.currency
    claimed = Money.total((-line.residual for line in taken if line.residual), currency)
    allowed = Money.total(
        (line.applied.percent(percent) for line in lines if (percent := _percent(terms[line.item_id], value_date))), currency
    )
    if abs(claimed).amount > abs(allowed).amount + ROUNDING_UNITS * quantum(currency):
        raise Refused("cash.discount-too-large", f"A cash discount of {claimed} was taken; the terms allow {allowed}.")


def _percent(term: DiscountTerms, value_date: dt.date) -> Decimal | None:
    return term.percent if term.until is not None and value_date <= term.until else None
