"""What was known of a customer's paying at the end of any day: only from payments of that day or before.

All of it is looked up in sorted columns, never looped: a state is what a group's last payments say after each payment.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from duecourse.prediction.rules.book import NEVER, Book, Bools, Floats, Ints

LAST = 24  # payments that a customer's habits are read from
LAST_OF_SEGMENT = 128
WEIGHT = 0.7  # of the newest payment in the moving average, as an exponent per payment before it
SHRINK = 5.0  # a customer with so many payments is believed half, its segment half
_STRIDE = 2**24  # more than any day


@dataclass(frozen=True, slots=True)
class States:
    """Per group the lateness of its last payments after each payment, the newest first, NaN where there are fewer."""

    keys: Ints  # group * stride + day of payment, sorted
    first: Ints  # per row, the first row of its group
    values: Floats  # sorted as keys
    weekday: Ints
    paid: Ints
    width: int

    def rows(self, group: Ints, day: Ints) -> Ints:
        """For each (group, day) the row of the last payment known then, or -1."""
        found = np.searchsorted(self.keys, group * _STRIDE + day, side="right") - 1
        if not len(self.keys):
            return np.full(len(group), -1, dtype=np.int64)
        mine = (found >= 0) & (self.keys[np.maximum(found, 0)] // _STRIDE == group)
        return np.where(mine, found, -1)

    def last(self, rows: Ints) -> Floats:
        """[row, LAST] lateness of the payments up to that row, newest first."""
        if not len(self.values):
            return np.full((len(rows), self.width), np.nan)
        index = rows[:, None] - np.arange(self.width)[None, :]
        there = (rows[:, None] >= 0) & (index >= self.first[np.maximum(rows, 0)][:, None])
        return np.where(there, self.values[np.maximum(index, 0)], np.nan)

    def weekdays(self, rows: Ints) -> Floats:
        """[row, 7] share of the last payments on each weekday, shrunk to even."""
        shares = np.full((len(rows), 7), 1.0)
        if len(self.values):
            index = rows[:, None] - np.arange(self.width)[None, :]
            there = (rows[:, None] >= 0) & (index >= self.first[np.maximum(rows, 0)][:, None])
            days = np.where(there, self.weekday[np.maximum(index, 0)], -1)
            for day in range(7):
                shares[:, day] += (days == day).sum(axis=1)
        shares /= shares.sum(axis=1, keepdims=True)
        return shares

    def known(self, rows: Ints) -> Ints:
        """How many payments are known in all."""
        if not len(self.values):
            return np.zeros(len(rows), dtype=np.int64)
        return np.where(rows >= 0, rows - self.first[np.maximum(rows, 0)] + 1, 0)


def states(group: Ints, paid: Ints, late: Ints, width: int) -> States:
    """Build the states of groups from their payments."""
    order = np.lexsort((late, paid, group))
    group, paid, late = group[order], paid[order], late[order]
    starts = np.searchsorted(group, group, side="left")
    weekday = (paid + 6) % 7  # ordinal 1 was a Monday
    return States(group * _STRIDE + paid, starts, late.astype(np.float64), weekday, paid, width)


@dataclass(frozen=True, slots=True)
class History:
    """Everything to look up: states by customer, by customer and terms, by segment and of all; and the open book."""

    customer: States
    same_terms: States
    segment: States
    everyone: States
    terms: Ints  # the distinct terms, sorted
    issued: Ints
    overdue: Ints
    issued_paid: Ints
    overdue_paid: Ints
    overdue_sum: Floats
    overdue_paid_sum: Floats

    def terms_group(self, customer: Ints, terms: Ints) -> Ints:
        return customer * (len(self.terms) + 2) + np.searchsorted(self.terms, terms)


def history(book: Book) -> History:
    """What a book tells of past payments. Look-ups at a day see only what was paid by then."""
    cleared = book.taken(np.flatnonzero(book.paid < NEVER))
    terms = np.unique(book.terms)
    late = np.clip(cleared.late, -400, 800)
    group = cleared.customer * (len(terms) + 2) + np.searchsorted(terms, cleared.terms)
    from_day = np.maximum(book.issued, book.due) + 1
    key = book.customer * _STRIDE
    gone = book.paid < NEVER
    overdue, overdue_sum = _sums(key + from_day, from_day)
    left = np.maximum(from_day, book.paid)[gone]
    overdue_paid, overdue_paid_sum = _sums(key[gone] + left, from_day[gone])
    return History(
        states(cleared.customer, cleared.paid, late, LAST),
        states(group, cleared.paid, late, 12),
        states(cleared.segment, cleared.paid, late, LAST_OF_SEGMENT),
        states(np.zeros(len(cleared), dtype=np.int64), cleared.paid, late, 2 * LAST_OF_SEGMENT),
        terms,
        np.sort(key + book.issued),
        overdue,
        np.sort((key + np.maximum(book.issued, book.paid))[gone]),
        overdue_paid,
        overdue_sum,
        overdue_paid_sum,
    )


def _sums(keys: Ints, values: Ints) -> tuple[Ints, Floats]:
    order = np.argsort(keys, kind="stable")
    return keys[order], np.concatenate([[0.0], np.cumsum(values[order], dtype=np.float64)])


def open_book(known: History, customer: Ints, day: Ints) -> tuple[Floats, Floats, Floats]:
    """Per (customer, day): invoices open, invoices overdue, mean days that these are overdue."""
    low, high = customer * _STRIDE, customer * _STRIDE + day

    def between(keys: Ints) -> tuple[Ints, Ints]:
        return np.searchsorted(keys, low, side="left"), np.searchsorted(keys, high, side="right")

    issued, paid = between(known.issued), between(known.issued_paid)
    late, late_paid = between(known.overdue), between(known.overdue_paid)
    count = ((issued[1] - issued[0]) - (paid[1] - paid[0])).astype(np.float64)
    overdue = ((late[1] - late[0]) - (late_paid[1] - late_paid[0])).astype(np.float64)
    days = (known.overdue_sum[late[1]] - known.overdue_sum[late[0]]) - (
        known.overdue_paid_sum[late_paid[1]] - known.overdue_paid_sum[late_paid[0]]
    )
    mean = np.where(overdue > 0, day + 1 - days / np.maximum(overdue, 1), 0.0)
    return count, overdue, mean


def quantile(values: Floats, at: float, default: Floats | float = np.nan) -> Floats:
    """Quantile of each row's values that are there (lower of the two in the middle averaged), or the default."""
    ordered = np.sort(values, axis=1)  # NaN goes last
    count = (~np.isnan(ordered)).sum(axis=1)
    place = np.maximum(count - 1, 0) * at
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, np.maximum(count - 1, 0))
    rows = np.arange(len(values))
    mixed = ordered[rows, low] * (1 - (place - low)) + ordered[rows, high] * (place - low)
    return np.where(count > 0, np.where(high == low, ordered[rows, low], mixed), default)


def moving_average(values: Floats) -> Floats:
    """Σ wᵏ·late / Σ wᵏ over the payments that are there, the newest first; NaN without any."""
    there = ~np.isnan(values)
    weights = np.where(there, WEIGHT ** np.arange(values.shape[1])[None, :], 0.0)
    total = weights.sum(axis=1)
    return np.where(total > 0, (np.where(there, values, 0.0) * weights).sum(axis=1) / np.where(total > 0, total, 1.0), np.nan)


def shrunk(own: Floats, count: Ints, wider: Floats, weight: float = SHRINK) -> Floats:
    """(n·own + k·wider) / (n + k); the wider value where there is nothing of its own."""
    n = count.astype(np.float64)
    return np.where(n > 0, (n * np.where(n > 0, own, 0.0) + weight * wider) / (n + weight), wider)


def business_day(day: Ints) -> Bools:
    """Monday to Friday."""
    weekday: Ints = (day + 6) % 7
    return weekday < 5
