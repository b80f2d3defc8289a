"""Cash by week from single items: the expected sum, and a band that held on past weeks.

Items of one customer are paid together more often than chance would have it, and all customers feel the same month. So the
spread of a sum counts what a customer's items share, and the band is taken from how past sums missed, in units of that spread
(conformal on the aggregates).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from duecourse.prediction.rules import history as past
from duecourse.prediction.rules.book import Book, Floats, Ints
from duecourse.prediction.rules.candidates import all_curves
from duecourse.prediction.rules.gate import Trial, Verdict, corrected

WEEKS = 13
TOGETHER = 0.3  # of a customer's uncertainty that all of its items share
ITEMS_MAX = 1_000  # open items that one past week is judged by
ORIGINS_MAX = 20
NORMAL, WIDER = 1.2816, 1.1  # tenth and ninetieth percentile, and how much wider without evidence
BELIEF = 12.0


def chances(made: Floats) -> Floats:
    """[item, week]: the chance of being paid in each of the thirteen weeks after the anchor."""
    upto = made[:, 6 : 7 * WEEKS : 7]
    return np.diff(np.concatenate([np.zeros((len(made), 1)), upto], axis=1), axis=1)


def sums(parts: Floats, amount: Floats, customer: Ints) -> tuple[Floats, Floats]:
    """Per week the expected sum and its spread: Σ over customers of what their items share and what each has of its own."""
    expected = (parts * amount[:, None]).sum(axis=0)
    single = np.abs(amount)[:, None] * np.sqrt(np.clip(parts * (1 - parts), 0, None))
    codes, place = np.unique(customer, return_inverse=True)
    shared = np.zeros((len(codes), parts.shape[1]))
    np.add.at(shared, place, single)
    variance = TOGETHER * (shared**2).sum(axis=0) + (1 - TOGETHER) * (single**2).sum(axis=0)
    return expected, np.sqrt(variance)


@dataclass(frozen=True, slots=True)
class PastWeek:
    """What would have been said at the end of day `origin` of the week so many weeks `ahead` (0 = the next), and what came.

    `on_due` is what was expected if everybody paid on the due date, what was overdue at once. Amounts are those of the book.
    """

    origin: int
    ahead: int
    expected: float
    low: float
    high: float
    came: float
    on_due: float
    spread: float


def past_weeks(book: Book, found: list[Trial], verdict: Verdict, day: int) -> list[PastWeek]:
    """Weekly sums as they would have been forecast on past days, the oldest first.

    A past week is forecast by candidates as learnt by then, and its band comes from weeks judged before it.
    """
    usable = [one for one in found if verdict.champion in one.made]
    if not usable:
        return []
    seen = book.as_known(day)
    known = past.history(seen)
    told: list[PastWeek] = []
    for origin in list(range(day - 7, usable[0].day - 1, -7))[:ORIGINS_MAX][::-1]:
        some = next(one for one in reversed(usable) if one.day <= origin).some
        rows = _whole_customers(seen, np.flatnonzero((seen.issued <= origin) & (seen.paid > origin)))
        if not len(rows):
            continue
        items = seen.taken(rows)
        made = all_curves((verdict.champion,), some, items, np.full(len(rows), origin, dtype=np.int64), known)[verdict.champion]
        expected, spread = sums(chances(corrected(made, verdict)), items.amount, items.customer)
        paid, due = (items.paid - origin - 1) // 7, np.maximum(items.due - origin - 1, 0) // 7
        judged = misses([one for one in told if one.origin + 7 * (one.ahead + 1) <= origin])
        for ahead in range(min(WEEKS, (day - origin) // 7)):
            low, high = band(judged, ahead)
            told.append(
                PastWeek(
                    origin,
                    ahead,
                    float(expected[ahead]),
                    max(float(expected[ahead] + low * spread[ahead]), 0.0),
                    float(expected[ahead] + high * spread[ahead]),
                    float(items.amount[paid == ahead].sum()),
                    float(items.amount[due == ahead].sum()),
                    float(spread[ahead]),
                )
            )
    return told


def misses(told: Sequence[PastWeek]) -> tuple[Floats, ...]:
    """Per week ahead, how past sums missed in units of their spread."""
    return tuple(
        np.array([(one.came - one.expected) / one.spread for one in told if one.ahead == ahead and one.spread > 0])
        for ahead in range(WEEKS)
    )


def _whole_customers(book: Book, rows: Ints) -> Ints:
    """At most ITEMS_MAX rows or so: whole customers, spread evenly."""
    if len(rows) <= ITEMS_MAX:
        return rows
    step = int(np.ceil(len(rows) / ITEMS_MAX))
    few = rows[book.customer[rows] % step == 0]
    return few if len(few) else rows[:ITEMS_MAX]


def band(missed: tuple[Floats, ...], ahead: int) -> tuple[float, float]:
    """The tenth and ninetieth percentile of misses for a week so far ahead, from it and its neighbours."""
    near = np.concatenate(missed[max(ahead - 1, 0) : ahead + 2]) if missed else np.zeros(0)
    if not len(near):
        return -NORMAL * WIDER, NORMAL * WIDER
    trust = len(near) / (len(near) + BELIEF)
    edge = min(0.9 * (1 + 0.5 / len(near)), 1.0)
    low, high = float(np.quantile(near, 1 - edge)), float(np.quantile(near, edge))
    return trust * low - (1 - trust) * NORMAL * WIDER, trust * high + (1 - trust) * NORMAL * WIDER
