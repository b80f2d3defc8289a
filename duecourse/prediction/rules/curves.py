"""Distributions of payment days on one grid: the chance that an item is paid up to each day after its anchor day."""

from __future__ import annotations

import numpy as np

from duecourse.prediction.rules.book import Floats, Ints

DAILY = 91  # thirteen weeks day by day, then by week
EDGES: Ints = np.concatenate([np.arange(1, DAILY + 1), np.arange(DAILY + 7, 372, 7), [735]]).astype(np.int64)
_FROM: Ints = np.concatenate([[0], EDGES[:-1]]).astype(np.int64)


def closed(curves: Floats) -> Floats:
    """Made to rise and to end at 1: what is left after the grid is paid at its end, so that each sums to 1."""
    made = np.maximum.accumulate(np.clip(curves, 0.0, 1.0), axis=1)
    made[:, -1] = 1.0
    return made


def at(curves: Floats, offset: Ints) -> Floats:
    """The chance that each is paid within `offset` days of its anchor; 0 before, 1 after the grid."""
    place = np.minimum(np.searchsorted(EDGES, offset, side="left"), len(EDGES) - 1)
    rows = np.arange(len(curves))
    high, low = curves[rows, place], np.where(place > 0, curves[rows, np.maximum(place - 1, 0)], 0.0)
    part = np.clip((offset - _FROM[place]) / (EDGES[place] - _FROM[place]), 0.0, 1.0)
    return np.where(offset <= 0, 0.0, low + (high - low) * part)


def quantile(curves: Floats, level: float) -> Ints:
    """The first day after the anchor (1, 2, …) by which each is paid with at least this chance."""
    place = np.minimum((curves < level - 1e-9).sum(axis=1), len(EDGES) - 1)
    rows = np.arange(len(curves))
    high, low = curves[rows, place], np.where(place > 0, curves[rows, np.maximum(place - 1, 0)], 0.0)
    part = np.where(high > low, (level - low) / np.maximum(high - low, 1e-12), 1.0)
    found = _FROM[place] + np.ceil(np.clip(part, 0.0, 1.0) * (EDGES[place] - _FROM[place]) - 1e-9)
    days: Ints = np.maximum(found, 1).astype(np.int64)
    return days


def conditional(upto: Floats, before: Floats, rate: float = 0.02) -> Floats:
    """Given not yet paid: (F(t) − F(anchor)) / (1 − F(anchor)). Where the habit says that it should have been paid long since,
    a constant chance a day takes over (`rate`), and does so gradually."""
    left = 1.0 - before
    trust = np.clip(left / 0.04, 0.0, 1.0)
    usual = np.where(left[:, None] > 1e-9, (upto - before[:, None]) / np.maximum(left, 1e-9)[:, None], 1.0)
    steady = 1.0 - (1.0 - rate) ** EDGES[None, :]
    mixed = trust[:, None] * (0.97 * usual + 0.03 * steady) + (1 - trust[:, None]) * steady
    return closed(mixed)
