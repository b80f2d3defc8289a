"""The plain rules that a learnt model must beat: due date, the customer's median or moving average, the customer's own record.

Each gives a whole distribution: its point, moved by what the same rule missed lately, given that the item is still unpaid.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from duecourse.prediction.rules import curves
from duecourse.prediction.rules import history as past
from duecourse.prediction.rules.book import NEVER, Book, Floats, Ints
from duecourse.prediction.rules.history import History
from duecourse.prediction.rules.profiles import EARLIEST, LATEST, Habits, Profiles, profiles

# Days after the due date, believed where nothing was ever paid: most pay within a fortnight of it, a few much later.
PRIOR: Floats = np.array([-12, -5, -2, 0, 0, 1, 1, 2, 3, 4, 6, 8, 11, 15, 22, 32, 50, 80], dtype=np.float64)
PRIOR_WEIGHT = 2.0
RESIDUALS = 400  # the newest items that a rule's misses are taken from
POINTS = ("due-date", "median", "average")


@dataclass(frozen=True, slots=True)
class Record:
    """What plain rules know: the misses of each point rule, sorted, and where to look up habits."""

    known: History
    misses: dict[str, Floats]
    rate: float  # chance a day of being paid once all habit is passed


def learn(book: Book, known: History, day: int) -> Record:
    """From what `book` tells at the end of `day` (already cut to it)."""
    paid = book.paid < NEVER
    took = np.maximum(book.paid - book.issued, 0)[paid]
    ripe = int(np.quantile(took, 0.95)) if len(took) else 60
    rows = np.flatnonzero(book.issued <= day - min(ripe, 150))[-RESIDUALS:]
    if not len(rows):
        rows = np.flatnonzero(paid)[-RESIDUALS:]
    seen = book.taken(rows)
    misses = {}
    for name in POINTS:
        points = _points(name, profiles(seen, known, seen.issued)) if len(rows) else np.zeros(0)
        lateness = np.where(seen.paid < NEVER, seen.paid - seen.due, np.maximum(day - seen.due, 0) + 30)
        late = lateness.astype(np.float64) - points
        misses[name] = np.sort(np.concatenate([late, np.resize(PRIOR, 4) if len(late) >= 20 else PRIOR]))
    at_risk = np.clip(np.where(paid, book.paid, day) - book.due - 30, 0, 700).sum()
    late_hits = int((paid & (book.paid > book.due + 30)).sum())
    return Record(known, misses, float(np.clip((late_hits + 1) / (at_risk + 50), 0.003, 0.2)))


def _points(name: str, some: Profiles) -> Floats:
    """Days after the due date that a rule expects."""
    if name == "due-date":
        return np.zeros(len(some))
    return np.round(some.median if name == "median" else some.average)


def curves_of(name: str, record: Record, some: Profiles) -> Floats:
    """[item, edge] of one rule: a name of POINTS, or `record`, the customer's own payments mixed with its segment's."""
    start = some.anchor - some.due
    days = start[:, None] + curves.EDGES[None, :]
    start = np.maximum(start, some.issued - 1 - some.due)
    if name == "record":
        upto, before = _mixed(some, days, start)
    else:
        points, misses = _points(name, some), record.misses[name]
        upto = _share(misses, days - points[:, None])
        before = _share(misses, start - points)
    early = (some.anchor[:, None] + curves.EDGES[None, :]) < some.issued[:, None]
    return curves.closed(np.where(early, 0.0, curves.conditional(upto, before, record.rate)))


def _share(ordered: Floats, at: Floats) -> Floats:
    """The share of sorted values that are at most `at`, smoothed by half a day."""
    return np.asarray(np.searchsorted(ordered, at + 0.5, side="right") / max(len(ordered), 1), dtype=np.float64)


def _mixed(some: Profiles, days: Ints, start: Ints) -> tuple[Floats, Floats]:
    """(n·own + k·(m·segment + prior)/(m + prior)) / (n + k), as shares of payments up to each day after the due date."""
    n = np.minimum(some.known, past.LAST).astype(np.float64)
    mine, wide = _habit(some.own, some.own_state), _habit(some.segment, some.segment_state)
    m = some.segment.count[some.segment_state].astype(np.float64)

    def at(late: Ints) -> Floats:
        shape = (-1,) + (1,) * (late.ndim - 1)
        prior = _share(np.sort(PRIOR), late.astype(np.float64))
        segment = (m.reshape(shape) * wide(late) + PRIOR_WEIGHT * prior) / (m.reshape(shape) + PRIOR_WEIGHT)
        return (n.reshape(shape) * mine(late) + past.SHRINK * segment) / (n.reshape(shape) + past.SHRINK)

    return at(days), at(start)


def _habit(habits: Habits, state: Ints) -> Callable[[Ints], Floats]:
    """The share of a state's payments that came up to so many days after the due date."""

    def at(late: Ints) -> Floats:
        rows = state.reshape((-1,) + (1,) * (late.ndim - 1))
        place = np.clip(late - EARLIEST, 0, LATEST - EARLIEST)
        shares = habits.upto[rows, place] / np.maximum(habits.count[rows], 1.0)
        return np.where(late < EARLIEST, 0.0, shares).astype(np.float64)

    return at
