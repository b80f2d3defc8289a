"""Cash by week from single items: the expected sum, and a band that held on past weeks.

Items of one customer are paid together more often than chance would have it, and all customers feel the same month. So the
spread of a sum counts what a customer's items share, and the band is taken from how past sums missed, in units of that spread
(conformal on the aggregates).
"""

from __future__ import annotations

import numpy as np

from duecourse.prediction.rules import curves
from duecourse.prediction.rules import history as past
from duecourse.prediction.rules.book import Book, Floats, Ints
from duecourse.prediction.rules.candidates import all_curves
from duecourse.prediction.rules.gate import Trial, Verdict, corrected

WEEKS = 13
TOGETHER = 0.3  # of a customer's uncertainty that all of its items share
ITEMS_MAX = 300  # open items that one past week is judged by
ORIGINS_MAX = 26
NORMAL, WIDER = 1.2816, 1.25  # tenth and ninetieth percentile, and how much wider without evidence
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


def misses(book: Book, found: list[Trial], verdict: Verdict, day: int) -> tuple[tuple[Floats, ...], int]:
    """Per week ahead, how past sums missed in units of their spread; and how many past weeks were judged.

    A past week is forecast by the candidates as they had been learnt by then.
    """
    usable = [one for one in found if verdict.champion in one.made]
    missed: tuple[list[float], ...] = tuple([] for _ in range(WEEKS))
    if not usable:
        return tuple(np.zeros(0) for _ in missed), 0
    seen = book.as_known(day)
    known, judged = past.history(seen), 0
    origins = list(range(day - 7, usable[0].day - 1, -7))[:ORIGINS_MAX]
    for origin in origins:
        some = next(one for one in reversed(usable) if one.day <= origin).some
        rows = _whole_customers(seen, np.flatnonzero((seen.issued <= origin) & (seen.paid > origin)))
        if not len(rows):
            continue
        judged += 1
        items = seen.taken(rows)
        made = all_curves((verdict.champion,), some, items, np.full(len(rows), origin, dtype=np.int64), known)[verdict.champion]
        expected, spread = sums(chances(corrected(made, verdict)), items.amount, items.customer)
        week = (items.paid - origin - 1) // 7
        for ahead in range(min(WEEKS, (day - origin) // 7)):
            if spread[ahead] > 0:
                missed[ahead].append(float((items.amount[week == ahead].sum() - expected[ahead]) / spread[ahead]))
    return tuple(np.array(one) for one in missed), judged


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
    edge = min(0.9 * (1 + 1 / len(near)), 1.0)
    low, high = float(np.quantile(near, 1 - edge)), float(np.quantile(near, edge))
    return trust * low - (1 - trust) * NORMAL * WIDER, trust * high + (1 - trust) * NORMAL * WIDER
