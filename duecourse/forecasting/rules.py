"""How well forecasts did: absolute misses as a share of what came, beside the plain rule, and how often bands held."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from duecourse.prediction.rules import PastSum

AHEAD = (0, 1, 2, 3)  # weeks ahead that errors are told for


@dataclass(frozen=True, slots=True)
class Error:
    """Of forecasts so many weeks ahead (0 = the next): WAPE = Σ|came − expected| ÷ Σ came, the same for “everybody pays on the
    due date”, and the share of weeks within the 80 % band; None when nothing came."""

    ahead: int
    weeks: int
    wape: Decimal | None
    wape_on_due: Decimal | None
    held: Decimal | None


def errors(past: Sequence[PastSum], ahead: Iterable[int] = AHEAD) -> list[Error]:
    """The errors by weeks ahead."""
    made = []
    for one in ahead:
        told = [week for week in past if week.ahead == one]
        came = sum((abs(week.came) for week in told), Decimal(0))
        missed = sum((abs(week.came - week.expected) for week in told), Decimal(0))
        missed_on_due = sum((abs(week.came - week.on_due) for week in told), Decimal(0))
        held = sum(week.low <= week.came <= week.high for week in told)
        made.append(
            Error(
                one,
                len(told),
                _ratio(missed, came),
                _ratio(missed_on_due, came),
                _ratio(Decimal(held), Decimal(len(told))),
            )
        )
    return made


def _ratio(part: Decimal, whole: Decimal) -> Decimal | None:
    return (part / whole).quantize(Decimal("0.0001")) if whole else None
