"""Learn how customers pay, estimate open items, and sum them up by week. The same rows and seed give the same answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from duecourse.prediction.rules import curves, gate, weeks
from duecourse.prediction.rules import history as past
from duecourse.prediction.rules.book import NEVER, Book, Floats, Ints
from duecourse.prediction.rules.candidates import Fitted, all_curves, fitted
from duecourse.prediction.rules.gate import Verdict
from duecourse.prediction.rules.hazard import ROWS_MAX
from duecourse.prediction.rules.history import History
from duecourse.prediction.rules.weeks import PastWeek

SEED = 20260101
KEPT, PROMISES = 3.0, 5.0  # promises kept of promises made, believed before any were seen
_AROUND = ((-2, 0.1), (-1, 0.2), (0, 0.4), (1, 0.15), (2, 0.1), (3, 0.05))  # days around a promise that is kept


@dataclass(frozen=True, slots=True)
class Model:
    """What answers from the end of `day` on: the champion as learnt then, the gate's verdict and how weekly sums missed."""

    day: int
    some: Fitted
    known: History
    verdict: Verdict
    past: tuple[PastWeek, ...]
    payments: int
    kept: float

    @property
    def version(self) -> str:
        return f"{self.verdict.champion}-1"


@dataclass(frozen=True, slots=True)
class Estimates:
    """Per item as columns: days (ordinals) and chances; `curves` are the whole distributions from `day` on; `paid_before` how
    many payments of its customer were known."""

    day: int
    p10: Ints
    p50: Ints
    p90: Ints
    late: Floats
    late_30: Floats
    curves: Floats
    paid_before: Ints


@dataclass(frozen=True, slots=True)
class WeekSums:
    """Of one currency: expected, low and high of the thirteen weeks from the day after."""

    currency: str
    expected: Floats
    low: Floats
    high: Floats
    on_due: Floats  # if everybody paid on the due date, what is overdue in the first week


def learn(book: Book, day: int, seed: int = SEED) -> Model:
    """Learn from what `book` tells at the end of `day`; what it says of later days is not looked at."""
    seen = book.as_known(day)
    some = fitted(seen, day, seed, ROWS_MAX)
    found = gate.trials(seen, day, seed)
    verdict = gate.judge(found, some.names, day)
    told = weeks.past_weeks(seen, found, verdict, day)
    ended = (seen.promised <= day - 3) & (seen.promised < NEVER)
    kept = (seen.paid[ended] <= seen.promised[ended] + 3).sum()
    rate = float((kept + KEPT) / (ended.sum() + PROMISES))
    return Model(day, some, past.history(seen), verdict, tuple(told), int((seen.paid < NEVER).sum()), rate)


def estimate(model: Model, wanted: Book) -> Estimates:
    """When each item wanted will be paid, given that it is open at the end of the model's day."""
    if not len(wanted):
        none = np.zeros(0, dtype=np.int64)
        return Estimates(model.day, none, none, none, np.zeros(0), np.zeros(0), np.zeros((0, len(curves.EDGES))), none)
    anchor = np.full(len(wanted), model.day, dtype=np.int64)
    champion = model.verdict.champion
    made = gate.corrected(all_curves((champion,), model.some, wanted, anchor, model.known)[champion], model.verdict)
    made = _promised(made, wanted, model)
    p10, p50, p90 = (model.day + curves.quantile(made, level) for level in (0.1, 0.5, 0.9))
    first = np.maximum(wanted.issued, model.day + 1)
    rows = model.known.customer.rows(wanted.customer, anchor)
    return Estimates(
        model.day, np.maximum(p10, first), np.maximum(p50, first), np.maximum(p90, first),
        1 - curves.at(made, wanted.due - model.day), 1 - curves.at(made, wanted.due + 30 - model.day), made,
        model.known.customer.known(rows),
    )  # fmt: skip


def _promised(made: Floats, wanted: Book, model: Model) -> Floats:
    """With a promise for a day to come: kept at the rate seen, around that day; else as without it."""
    rows = np.flatnonzero((wanted.promised > model.day) & (wanted.promised < NEVER))
    if not len(rows):
        return made
    ahead = wanted.promised[rows] - model.day
    around = np.zeros((len(rows), len(curves.EDGES)))
    for days, share in _AROUND:
        around += share * (curves.EDGES[None, :] >= np.maximum(ahead + days, 1)[:, None])
    mixed = made.copy()
    mixed[rows] = curves.closed(model.kept * around + (1 - model.kept) * made[rows])
    return mixed


def by_week(model: Model, wanted: Book, found: Estimates) -> list[WeekSums]:
    """Cash expected from the items wanted in each of thirteen weeks, by currency, with 80 % bands."""
    result, missed = [], weeks.misses(model.past)
    for code, currency in enumerate(wanted.currencies):
        rows = np.flatnonzero(wanted.currency == code)
        if not len(rows):
            continue
        amount = wanted.cash[rows]
        expected, spread = weeks.sums(weeks.chances(found.curves[rows]), amount, wanted.customer[rows])
        bands = np.array([weeks.band(missed, ahead) for ahead in range(weeks.WEEKS)])
        least, most = amount[amount < 0].sum(), amount[amount > 0].sum()
        low = np.clip(expected + bands[:, 0] * spread, least, expected)
        high = np.clip(expected + bands[:, 1] * spread, expected, most)
        place = np.maximum(wanted.due[rows] - model.day - 1, 0) // 7
        on_due = np.array([amount[place == ahead].sum() for ahead in range(weeks.WEEKS)])
        result.append(WeekSums(currency, expected, low, high, on_due))
    return result
