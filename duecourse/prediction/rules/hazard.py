"""The chance that an open item is paid on a given day: a discrete-time hazard learnt from days at risk.

Rows are (item, day) from issue until payment or until the day of learning; an item that is still open gives its days too, so
that slow payers count. Facts are those of an anchor day before: half the rows see the item as at its issue, half as on some
later day. Days without payment are sampled and weighed. Source: Singer & Willett, discrete-time survival; boosted trees as the
link.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from duecourse.prediction.rules import curves
from duecourse.prediction.rules.book import NEVER, Book, Floats, Ints
from duecourse.prediction.rules.history import History, business_day
from duecourse.prediction.rules.profiles import Counts, Profiles, on_days, profiles

ROWS_MAX = 160_000  # person-days without payment that one fit sees
AGE_MAX = 720  # days at risk that an item gives at most
WINDOW_DAYS = 900  # older issues teach nothing any more
HALF_LIFE_DAYS = 365.0
LEARNABLE = 150  # payments below which there is nothing to learn a hazard from
STEPS = 60  # that a fact is told apart by
_CHUNK = 150_000


@dataclass(frozen=True, slots=True)
class Hazard:
    """A fitted hazard with the edges that its facts are told apart by, and the share of payments that come at weekends."""

    model: Any
    edges: tuple[Floats, ...]
    weekend: float

    def chances(self, rows: Floats) -> Floats:
        """Of paying on that day, for [row, fact]."""
        made: Floats = self.model.predict_proba(_places(rows, self.edges))[:, 1]
        return np.clip(made, 1e-6, 1 - 1e-6)


def fit(book: Book, known: History, day: int, seed: int, rows_max: int = ROWS_MAX) -> Hazard | None:
    """Learn from what `book` tells at the end of `day` (already cut to it); None when that is too little."""
    recent = book.taken(np.flatnonzero(book.issued > day - WINDOW_DAYS))
    paid = recent.paid < NEVER
    if int(paid.sum()) < LEARNABLE:
        return None
    luck = np.random.default_rng(seed)
    until = np.minimum(np.where(paid, np.maximum(recent.paid, recent.issued), day), recent.issued + AGE_MAX)
    ends_paid = paid & (recent.paid <= recent.issued + AGE_MAX)
    quiet = np.maximum(until - recent.issued + np.where(ends_paid, 0, 1), 0)
    item, offset, weight = _sample(quiet, luck, rows_max)
    hits = np.flatnonzero(ends_paid)
    twice = max(1, round(len(item) / max(int(quiet.sum()), 1)))
    item = np.concatenate([item, np.tile(hits, twice)])
    on = np.concatenate([recent.issued[item[: len(offset)]] + offset, np.tile(until[hits], twice)])
    weight = np.concatenate([weight, np.full(len(hits) * twice, 1.0 / twice)])
    weight *= 0.5 ** ((day - recent.issued[item]) / HALF_LIFE_DAYS)
    label = np.concatenate([np.zeros(len(offset)), np.ones(len(hits) * twice)])
    first = recent.issued[item] - 1
    anchor = np.where(luck.random(len(item)) < 0.5, first, first + (luck.random(len(item)) * (on - first)).astype(np.int64))
    rows = _rows(recent.taken(item), known, anchor, on)
    weekday = business_day(recent.paid[paid])
    edges = _edges(rows)
    return Hazard(_trees(_places(rows, edges), label, weight, seed), edges, float(1 - weekday.mean()))


def _edges(rows: Floats) -> tuple[Floats, ...]:
    """At most so many steps a fact: quantiles of a part of the rows. (Weighed quantiles, as the trees would take, cost minutes.)"""
    part = rows[:: max(1, len(rows) // 20_000)]
    return tuple(np.unique(np.quantile(part[:, one], np.linspace(0, 1, STEPS + 1)[1:-1])) for one in range(rows.shape[1]))


def _places(rows: Floats, edges: tuple[Floats, ...]) -> Counts:
    """[row, fact] as the step that each fact falls on."""
    made = np.empty(rows.shape, dtype=np.float32)
    for one, marks in enumerate(edges):
        made[:, one] = np.searchsorted(marks, rows[:, one], side="left")
    return made


def _sample(quiet: Ints, luck: np.random.Generator, rows_max: int) -> tuple[Ints, Ints, Floats]:
    """(item, day since issue, weight) of days without payment: all of them, several times when few, some when too many."""
    total = int(quiet.sum())
    ends = np.cumsum(quiet)
    if total > rows_max:
        chosen = np.sort(luck.choice(total, rows_max, replace=False))
        weight = total / rows_max
    else:
        times = min(3, max(1, rows_max // (2 * max(total, 1))))
        chosen = np.tile(np.arange(total), times)
        weight = 1.0 / times
    item = np.searchsorted(ends, chosen, side="right")
    return item, chosen - (ends[item] - quiet[item]), np.full(len(chosen), weight)


def _rows(book: Book, known: History, anchor: Ints, on: Ints) -> Floats:
    parts = []
    for start in range(0, len(book), _CHUNK):
        piece = np.arange(start, min(start + _CHUNK, len(book)))
        some = profiles(book.taken(piece), known, anchor[piece])
        parts.append(on_days(some, np.arange(len(piece)), on[piece]))
    return np.concatenate(parts)


def _trees(rows: Counts, label: Floats, weight: Floats, seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    few, leaves = int(np.clip(len(rows) / 250, 20, 600)), 7 if label.sum() < 9_000 else 15
    model = HistGradientBoostingClassifier(
        max_iter=120, learning_rate=0.05 if leaves == 7 else 0.08, max_leaf_nodes=leaves, min_samples_leaf=few,
        l2_regularization=20.0, max_features=0.5, early_stopping=False, max_bins=STEPS + 2, random_state=seed,
    )  # fmt: skip
    return model.fit(rows, label, sample_weight=weight)


def curves_of(model: Hazard, some: Profiles) -> Floats:
    """[item, edge]: S(t) = Π (1 − h(u)) over the days after the anchor, given unpaid at it; weeks by their Wednesday."""
    made = np.empty((len(some), len(curves.EDGES)))
    size = max(1, _CHUNK // len(curves.EDGES))
    days = curves.EDGES
    for start in range(0, len(some), size):
        item = np.arange(start, min(start + size, len(some)))
        on = some.anchor[item][:, None] + days[None, :]
        weekly = np.zeros_like(on, dtype=bool)
        weekly[:, curves.DAILY :] = True
        middle = on - 3
        on = np.where(weekly, middle - (middle + 6) % 7 + 2, on)
        flat = on_days(some, np.repeat(item, len(days)), on.reshape(-1))
        hazard = np.where(on < some.issued[item][:, None], 0.0, model.chances(flat).reshape(on.shape))
        steps = np.where(weekly, 5.0 / max(1.0 - model.weekend, 0.5), 1.0)
        steps[:, -1] *= (curves.EDGES[-1] - curves.EDGES[-2]) / 7
        made[item] = 1.0 - np.exp(np.cumsum(np.log1p(-hazard) * steps, axis=1))
    return curves.closed(made)
