"""What the matcher takes and gives: payments, open items, known payers; proposals with their evidence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType

from duecourse.cash.rules.certificate import CERTIFICATE, Evidence
from duecourse.core.money import Money
from duecourse.core.reasons import Reason

Id = int | str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItem:
    """What is still owed on one document; `open` is negative on a credit note (kind "credit_note").

    `reference` is the structured reference printed on it (ISO 11649 or a national one). The discount is a percentage of
    what is open, allowed when the value date is on or before `discount_until`; the second one is the later, smaller one.
    """

    item_id: Id
    customer_id: Id
    kind: str
    number: str
    open: Money
    issue_date: dt.date | None = None
    due_date: dt.date | None = None
    reference: str = ""
    order_number: str = ""
    purchase_order: str = ""
    discount_percent: Decimal | None = None
    discount_until: dt.date | None = None
    discount2_percent: Decimal | None = None
    discount2_until: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One payment received (negative: paid out or returned), with what the bank sent along, unchanged."""

    payment_id: Id
    value_date: dt.date
    amount: Money
    payer_name: str = ""
    payer_account: str = ""
    remittance: str = ""
    structured_reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAccount:
    """A name or bank account that is known to be a customer's; `parent_id` is the customer it belongs to in a group."""

    customer_id: Id
    name: str = ""
    account: str = ""
    parent_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledItem:
    """A document that was paid earlier: money that names it again is most likely paid twice."""

    customer_id: Id
    number: str


def _limits() -> Mapping[str, Decimal]:
    wide = {
        "JPY": 5000,
        "KRW": 45000,
        "HUF": 12000,
        "CZK": 750,
        "SEK": 350,
        "NOK": 350,
        "DKK": 225,
        "PLN": 130,
        "INR": 2700,
        "CNY": 220,
    }
    return MappingProxyType({code: Decimal(amount) for code, amount in wide.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchPolicy:
    """What a company allows the matcher. Amounts are in the payment's currency.

    `bank_charge_max`: the largest shortfall that is read as a bank's charge, `bank_charge_max_in` where a currency's
    unit is small. `deduction_share_max`: the share of the sum up to which an unexplained shortfall is first shown as a
    deduction (the item is closed, the rest disputed), above it as a part payment; 0 = always a part payment first.
    `rounding_units_max`: minor units that are read as rounding. `subset_items_max`: up to so many open
    items all subsets are counted; beyond that only pairs and runs by due date. `ranks_max`: proposals per payment.
    `certificate`: which tiers may post alone, by evidence; see `certificate.py`.
    """

    bank_charge_max: Decimal = Decimal("30.00")
    bank_charge_max_in: Mapping[str, Decimal] = field(default_factory=_limits)
    rounding_units_max: int = 5
    discount_grace_days: int = 0
    deduction_share_max: Decimal = Decimal("0.25")
    subset_items_max: int = 18
    ranks_max: int = 3
    certificate: Mapping[str, Evidence] = field(default_factory=lambda: CERTIFICATE)


@dataclass(frozen=True, slots=True)
class Hit:
    """A place in the remittance text that names something: `text[start:end]`, offsets into the text as the bank sent it.

    `kind`: structured, number, end (last digits of a number), short (a number too short to be sure), order, settled.
    """

    kind: str
    start: int
    end: int
    items: tuple[Id, ...]


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """What falls off one item and what is left over with it. Without an item (`item_id` None) all of it is residual."""

    item_id: Id | None
    customer_id: Id | None
    applied: Money
    residual_kind: str
    residual: Money


@dataclass(frozen=True, slots=True)
class Proposal:
    """One way to use a payment. Σ applied + Σ residual over `lines` is the payment's amount, exactly.

    `decision`: "post" (certain enough to post alone), "suggest" (a person confirms), "none" (nothing identified).
    `customer_id`: who the money is from, None when not identified. `confidence`: probability from 0 to 1 that the whole
    proposal is right. `tier`: the kind of evidence, which the certificate is about.
    """

    payment_id: Id
    rank: int
    decision: str
    customer_id: Id | None
    lines: tuple[ProposalLine, ...]
    confidence: Decimal
    tier: str
    reasons: tuple[Reason, ...]
    hits: tuple[Hit, ...] = ()

    @property
    def applied(self) -> Money:
        return Money.total((line.applied for line in self.lines), self.lines[0].applied.currency)

    @property
    def residual(self) -> Money:
        return Money.total((line.residual for line in self.lines), self.lines[0].residual.currency)
