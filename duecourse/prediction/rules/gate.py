"""The gate: candidates are judged on past days as if it were then, and the best one answers. Its chances are set right by what came.

Past days are far enough back that nearly all items of then are settled (matured); an item still open counts as paid the next
day at the earliest, for every candidate alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from duecourse.prediction.rules import curves
from duecourse.prediction.rules import history as past
from duecourse.prediction.rules.book import NEVER, Book, Floats, Ints
from duecourse.prediction.rules.candidates import Fitted, all_curves, fitted

ORIGINS = 4
ORIGIN_DAYS = 28
ITEMS_MAX = 800  # items that one past day is judged by
ROWS_MAX = 50_000  # days without payment that a candidate of the past learns from
LEVELS: Floats = np.arange(1, 10) / 10
BELIEF = 100.0  # so many items judged count as much as the chances claimed
_GAIN = 0.99  # what a learnt candidate's loss must come to, against the best plain rule's, to be worth it


@dataclass(frozen=True, slots=True)
class Score:
    """How a candidate did on past days: mean days off, mean pinball loss (days), and how often its 80 % bands held."""

    name: str
    items: int
    mae: float
    pinball: float
    coverage: float


@dataclass(frozen=True, slots=True)
class Trial:
    """One past day: the candidates as they would have been, the items judged and each candidate's curves for them."""

    day: int
    some: Fitted
    book: Book
    anchor: Ints
    made: dict[str, Floats]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The champion, all scores, and the correction of its chances: `levels` claimed → `truths` that came."""

    champion: str
    scores: tuple[Score, ...]
    levels: Floats
    truths: Floats
    coverage: float | None  # of corrected 80 % bands on the newest past day
    judged: int


def ripe_days(book: Book) -> int:
    """Days after which nine in ten items are paid, 30 to 120."""
    took = (book.paid - book.issued)[book.paid < NEVER]
    return int(np.clip(np.quantile(took, 0.9), 30, 120)) if len(took) else 60


def trials(book: Book, day: int, seed: int) -> list[Trial]:
    """Past days, the oldest first: items open then, and items of the four weeks after as of the day before their issue."""
    seen = book.as_known(day)
    known, back = past.history(seen), ripe_days(seen)
    luck, found = np.random.default_rng(seed), []
    for place in range(ORIGINS, 0, -1):
        origin = day - back - ORIGIN_DAYS * place
        before = seen.issued <= origin
        if int((before & (seen.paid <= origin)).sum()) < 10:
            continue
        there = _some(np.flatnonzero(before & (seen.paid > origin)), luck)
        new = _some(np.flatnonzero((seen.issued > origin) & (seen.issued <= origin + ORIGIN_DAYS)), luck)
        rows = np.concatenate([there, new])
        if not len(rows):
            continue
        anchor = np.concatenate([np.full(len(there), origin, dtype=np.int64), seen.issued[new] - 1])
        some = fitted(seen, origin, seed, ROWS_MAX)
        judged = seen.taken(rows)
        found.append(Trial(origin, some, judged, anchor, all_curves(some.names, some, judged, anchor, known)))
    return found


def _some(rows: Ints, luck: np.random.Generator) -> Ints:
    most = ITEMS_MAX // 2
    return rows if len(rows) <= most else np.sort(luck.choice(rows, most, replace=False))


def judge(found: list[Trial], names: tuple[str, ...], day: int) -> Verdict:
    """Choose by days off and pinball loss together, each against the best of all; a plain rule wins unless a learnt one gains."""
    usable = [one for one in found if set(names) <= set(one.made)]
    if not usable:
        usable, names = found, tuple(name for name in names if name in ("due-date", "median", "average", "record"))
    if not usable:
        return Verdict("record", (), LEVELS, LEVELS, None, 0)
    scores = tuple(_score(name, usable, day) for name in names)
    best_mae, best_loss = min(one.mae for one in scores), min(one.pinball for one in scores)
    loss = {one.name: (one.mae / max(best_mae, 1e-9) + one.pinball / max(best_loss, 1e-9)) / 2 for one in scores}
    plain = min((name for name in names if name not in ("hazard", "blend")), key=lambda name: loss[name])
    champion = min(names, key=lambda name: loss[name])
    champion = champion if loss[champion] <= _GAIN * loss[plain] else plain
    places = [_places(one, champion, day) for one in usable]
    older = np.concatenate(places[:-1]) if len(places) > 1 else np.zeros(0)
    checked = np.interp(places[-1], *_rule(older))
    truths = _truths(np.concatenate(places))
    coverage = float(((checked >= 0.1) & (checked <= 0.9)).mean())
    return Verdict(champion, scores, LEVELS, truths, coverage, sum(len(one.anchor) for one in usable))


def _outcome(one: Trial, day: int) -> Ints:
    """Days after the anchor that it was paid; still open = tomorrow."""
    return np.maximum(np.minimum(one.book.paid, day + 1) - one.anchor, 1)


def _score(name: str, found: list[Trial], day: int) -> Score:
    off, losses, held = [], [], []
    for one in found:
        came, made = _outcome(one, day), one.made[name]
        points = [curves.quantile(made, level) for level in LEVELS]
        misses = np.array([came - point for point in points])
        levels = LEVELS[:, None]
        losses.append(np.maximum(levels * misses, (levels - 1) * misses).mean(axis=0))
        off.append(np.abs(misses[4]))
        held.append((came >= points[0]) & (came <= points[-1]))
    days = np.concatenate(off)
    return Score(name, len(days), float(days.mean()), float(np.concatenate(losses).mean()), float(np.concatenate(held).mean()))


def _places(one: Trial, name: str, day: int) -> Floats:
    """Where in its own distribution each outcome fell (middle of the day's chance); open ones halfway through what is left."""
    came, made = _outcome(one, day), one.made[name]
    upto, before = curves.at(made, came), curves.at(made, came - 1)
    return np.where(one.book.paid <= day, (upto + before) / 2, (1 + before) / 2)


def _truths(places: Floats) -> Floats:
    """How often outcomes fell below each level claimed, believed by their number."""
    came = np.array([(places <= level).mean() if len(places) else level for level in LEVELS])
    mixed = (len(places) * came + BELIEF * LEVELS) / (len(places) + BELIEF)
    return np.clip(np.maximum.accumulate(mixed), 0.01, 0.99)


def _rule(places: Floats) -> tuple[Floats, Floats]:
    return _ends(LEVELS), _ends(_truths(places))


def _ends(values: Floats) -> Floats:
    return np.concatenate([[0.0], values, [1.0]])


def corrected(made: Floats, verdict: Verdict) -> Floats:
    """Curves with their chances set right; order and sum to 1 stay."""
    return curves.closed(np.interp(made, _ends(verdict.levels), _ends(verdict.truths)))
