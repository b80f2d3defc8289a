"""The candidates that compete to answer: four plain rules and, where there is enough to learn from, two learnt ones."""

from __future__ import annotations

from dataclasses import dataclass

from duecourse.prediction.rules import curves, hazard, naive
from duecourse.prediction.rules import history as past
from duecourse.prediction.rules.book import Book, Floats, Ints
from duecourse.prediction.rules.hazard import Hazard
from duecourse.prediction.rules.history import History
from duecourse.prediction.rules.profiles import profiles

NAIVE = ("due-date", "median", "average", "record")
LEARNT = ("hazard", "blend")
_HAZARD_SHARE = 0.65  # in the blend; the rest is the customer's own record


@dataclass(frozen=True, slots=True)
class Fitted:
    """The candidates as learnt at one day."""

    record: naive.Record
    hazard: Hazard | None

    @property
    def names(self) -> tuple[str, ...]:
        return NAIVE if self.hazard is None else (*NAIVE, *LEARNT)


def fitted(book: Book, day: int, seed: int, rows_max: int) -> Fitted:
    """Learn every candidate from what was known at the end of `day`."""
    seen = book.as_known(day)
    known = past.history(seen)
    return Fitted(naive.learn(seen, known, day), hazard.fit(seen, known, day, seed, rows_max))


def all_curves(names: tuple[str, ...], some: Fitted, book: Book, anchor: Ints, known: History) -> dict[str, Floats]:
    """[item, edge] of each candidate asked for, with facts as `known` at the end of each item's anchor day."""
    seen = profiles(book, known, anchor)
    made = {
        name: naive.curves_of(name, some.record, seen)
        for name in NAIVE
        if name in names or (name == "record" and "blend" in names)
    }
    if some.hazard is not None and {"hazard", "blend"} & set(names):
        made["hazard"] = hazard.curves_of(some.hazard, seen)
        if "blend" in names:
            made["blend"] = curves.closed(_HAZARD_SHARE * made["hazard"] + (1 - _HAZARD_SHARE) * made["record"])
    return {name: made[name] for name in names}
