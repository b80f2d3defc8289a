"""A book of items as columns: what was known of each at a day. The shape that learning and estimating work on.

Days are ordinals (date.toordinal). Amounts are floats here on purpose: they weigh and describe items statistically, and never
become an amount that somebody owes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from duecourse.prediction.rules.items import Item

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

NEVER = 10**7  # a day after all days: not paid, not disputed, nothing promised


@dataclass(frozen=True, slots=True)
class Book:
    """Items as columns of equal length. `terms` is due − issued in days; customers and segments are numbered from 0."""

    customer: Ints
    segment: Ints
    issued: Ints
    due: Ints
    paid: Ints  # NEVER when open
    disputed: Ints
    promised: Ints
    amount: Floats
    cash: Floats  # what a payment would bring, in the item's own currency
    currency: Ints
    currencies: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.issued)

    @property
    def terms(self) -> Ints:
        return self.due - self.issued

    @property
    def late(self) -> Ints:
        """Days paid after the due date; only meaningful where it is paid."""
        return self.paid - self.due

    def taken(self, rows: NDArray[Any]) -> Book:
        """The rows given, in that order."""
        return Book(**{name: getattr(self, name)[rows] for name in _COLUMNS}, currencies=self.currencies)

    def as_known(self, day: int) -> Book:
        """What was known at the end of a day: nothing issued later, no payment and no dispute of a later day."""
        seen = self.taken(np.flatnonzero(self.issued <= day))
        return Book(
            seen.customer, seen.segment, seen.issued, seen.due, np.where(seen.paid > day, NEVER, seen.paid),
            np.where(seen.disputed > day, NEVER, seen.disputed), seen.promised, seen.amount, seen.cash, seen.currency, seen.currencies,
        )  # fmt: skip


_COLUMNS = ("customer", "segment", "issued", "due", "paid", "disputed", "promised", "amount", "cash", "currency")


def books(histories: Sequence[Item], wanted: Sequence[Item]) -> tuple[Book, Book]:
    """The history and what is to be estimated, with customers, segments and currencies numbered alike in both.

    Credits (amounts below zero) teach nothing about paying: they are left out of the history, not out of what is wanted.
    The order of the rows given does not matter to what is learnt.
    """
    taught = sorted((one for one in histories if one.amount >= 0), key=lambda one: (one.issued, one.customer, one.item_id))
    everything = [*taught, *wanted]
    customers = {name: code for code, name in enumerate(sorted({one.customer for one in everything}))}
    segments = {name: code for code, name in enumerate(sorted({_segment(one) for one in everything}))}
    currencies = tuple(sorted({one.currency for one in everything}))
    codes = {name: code for code, name in enumerate(currencies)}

    def made(rows: Sequence[Item]) -> Book:
        return Book(
            np.array([customers[one.customer] for one in rows], dtype=np.int64),
            np.array([segments[_segment(one)] for one in rows], dtype=np.int64),
            _days([one.issued for one in rows]),
            _days([one.due for one in rows]),
            _days([one.paid for one in rows]),
            _days([one.disputed for one in rows]),
            _days([one.promised for one in rows]),
            np.array([float(one.amount) for one in rows], dtype=np.float64),
            np.array([float(one.amount if one.cash is None else one.cash) for one in rows], dtype=np.float64),
            np.array([codes[one.currency] for one in rows], dtype=np.int64),
            currencies,
        )

    return made(taught), made(wanted)


def _segment(one: Item) -> str:
    """The segment as given, else the length of the terms."""
    if one.segment:
        return one.segment
    terms = (one.due - one.issued).days
    return f"terms {0 if terms <= 3 else 10 if terms <= 12 else 21 if terms <= 24 else 30 if terms <= 37 else 60}"


def _days(days: Sequence[dt.date | None]) -> Ints:
    return np.array([NEVER if day is None else day.toordinal() for day in days], dtype=np.int64)
