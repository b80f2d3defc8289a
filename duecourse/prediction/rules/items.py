"""What prediction takes and gives, as plain values: these load without the libraries that learning needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from duecourse.core.money import Money
from duecourse.core.reasons import N_, define

WEEKS = 13
define(
    {
        "prediction.history": N_("From how this customer paid {payments} invoices before."),
        "prediction.segment": N_(
            "This customer paid only {payments} invoices before, so customers with such terms count for much of it."
        ),
        "prediction.terms": N_("This customer has paid nothing yet: from how customers with such terms pay."),
    }
)


@dataclass(frozen=True, slots=True)
class Item:
    """One invoice as a history tells it: `paid` is None while it is open.

    `amount` is what was invoiced; `cash` what its payment would bring now, in `currency`, when that is another amount.
    """

    item_id: str
    customer: str
    issued: dt.date
    due: dt.date
    currency: str
    amount: Decimal
    paid: dt.date | None = None
    disputed: dt.date | None = None
    promised: dt.date | None = None
    segment: str = ""
    cash: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """When an open item will be paid: the days by which it is with 10, 50 and 90 % chance, and the chances (0–1) of late.

    `basis` is history, segment or terms; `weeks` are the chances of thirteen weeks from the day after, in hundredths of a percent.
    """

    item_id: str
    p10: dt.date
    p50: dt.date
    p90: dt.date
    late: Decimal
    late_30: Decimal
    basis: str
    payments_known: int
    weeks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WeekCash:
    """Cash expected in seven days in one currency, with its 80 % band; `on_due` if everybody paid on the due date."""

    start: dt.date
    expected: Money
    low: Money
    high: Money
    on_due: Money


@dataclass(frozen=True, slots=True)
class GateRow:
    """How one candidate did on past days: mean days off, mean pinball loss in days, share of its 80 % bands that held."""

    name: str
    items: int
    mae: Decimal
    pinball: Decimal
    coverage: Decimal


@dataclass(frozen=True, slots=True)
class PastSum:
    """What would have been said of a past week, so many weeks ahead (0 = the next), and what came."""

    start: dt.date
    ahead: int
    expected: Decimal
    low: Decimal
    high: Decimal
    came: Decimal
    on_due: Decimal


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything that one time of learning says."""

    as_of: dt.date
    version: str
    champion: str
    payments: int
    judged: int
    coverage: Decimal | None
    gate: Sequence[GateRow]
    estimates: Sequence[Estimate]
    weeks: Sequence[WeekCash]
    past: Sequence[PastSum]
