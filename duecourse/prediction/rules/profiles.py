"""What is known of an item at the end of a day: its own facts, its customer's habits then, and how both look on a later day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from duecourse.prediction.rules import history as past
from duecourse.prediction.rules.book import Book, Floats, Ints
from duecourse.prediction.rules.history import History

EARLIEST, LATEST = -90, 270  # days after the due date that habits are counted by
_WIDTH = LATEST - EARLIEST + 1
Counts = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Habits:
    """Per state how many payments came up to each day after the due date: a step function kept as a table."""

    upto: Counts  # [state, day]: payments at most that late
    count: Counts  # [state]

    def around(self, state: Ints, late: Ints) -> tuple[Floats, Floats]:
        """(payments within a day of `late`, payments that late less one day or later) of each state."""
        low = np.clip(late - 2 - EARLIEST, 0, _WIDTH - 1)
        high = np.clip(late + 1 - EARLIEST, 0, _WIDTH - 1)
        before = np.where(late - 2 < EARLIEST, 0.0, self.upto[state, low])
        near = np.where(late + 1 < EARLIEST, 0.0, self.upto[state, high]) - before
        return near.astype(np.float64), (self.count[state] - before).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Profiles:
    """Items at their anchor days. `static` is [item, fact]; the columns beside it are what later days are held against."""

    anchor: Ints
    issued: Ints
    due: Ints
    static: Floats
    median: Floats
    average: Floats
    newest: Floats
    known: Ints
    own: Habits
    own_state: Ints
    segment: Habits
    segment_state: Ints
    weekdays: Floats

    def __len__(self) -> int:
        return len(self.anchor)


STATIC = 21


def profiles(book: Book, known: History, anchor: Ints) -> Profiles:
    """Profiles of all rows of `book` at the end of the days given; `known` is looked up at those days only."""
    day = anchor
    mine = known.customer.rows(book.customer, day)
    last, count = known.customer.last(mine), known.customer.known(mine)
    seg = known.segment.rows(book.segment, day)
    seg_unique, seg_state = np.unique(seg, return_inverse=True)
    seg_last = known.segment.last(seg_unique)
    everyone = known.everyone.rows(np.zeros(len(book), dtype=np.int64), day)
    all_unique, all_state = np.unique(everyone, return_inverse=True)
    all_median = past.quantile(known.everyone.last(all_unique), 0.5, 0.0)[all_state]
    seg_count = known.segment.known(seg_unique)[seg_state]
    seg_median = past.shrunk(past.quantile(seg_last, 0.5)[seg_state], seg_count, all_median)
    seg_share = np.nan_to_num(np.nanmean(np.where(np.isnan(seg_last), np.nan, seg_last > 0), axis=1), nan=0.3)[seg_state] \
        if _any(seg_last) else np.full(len(book), 0.3)  # fmt: skip
    median = past.shrunk(past.quantile(last, 0.5), count, seg_median, 2.0)
    average = past.shrunk(past.moving_average(last), count, seg_median, 2.0)
    late = (last > 0).sum(axis=1) / np.maximum((~np.isnan(last)).sum(axis=1), 1)
    share = past.shrunk(late, np.minimum(count, past.LAST), seg_share)
    terms_rows = known.same_terms.rows(known.terms_group(book.customer, book.terms), day)
    terms_count = known.same_terms.known(terms_rows)
    terms_median = past.shrunk(past.quantile(known.same_terms.last(terms_rows), 0.5), terms_count, median, 2.0)
    opened, overdue, overdue_days = past.open_book(known, book.customer, day)
    three = np.where(count >= 1, _mean(last[:, :3]), seg_median)
    since = (
        np.where(mine >= 0, day - known.customer.paid[np.maximum(mine, 0)], 400) if len(known.customer.paid) else day * 0 + 400
    )
    low, high = past.quantile(last, 0.25, seg_median), past.quantile(last, 0.75, seg_median)
    static = np.column_stack([
        book.terms, np.log1p(np.abs(book.amount)), np.log1p(count), median, average, low, high, high - low, share,
        np.where(count > 0, np.nan_to_num(last[:, 0]), seg_median), three, terms_median, seg_median, seg_share, all_median,
        np.log1p(np.maximum(opened, 0)), overdue, overdue_days, np.minimum(since, 400), (book.disputed <= day).astype(np.float64),
        overdue / np.maximum(opened, 1),
    ]).astype(np.float64)  # fmt: skip
    own_unique, own_state = np.unique(mine, return_inverse=True)
    return Profiles(
        anchor, book.issued, book.due, static, median, average, static[:, 9], count,
        habits(known.customer.last(own_unique)), own_state, habits(seg_last), seg_state, known.customer.weekdays(mine),
    )  # fmt: skip


def _any(values: Floats) -> bool:
    return bool(len(values)) and not bool(np.isnan(values).all(axis=1).any())


def _mean(values: Floats) -> Floats:
    there = ~np.isnan(values)
    mean: Floats = np.where(there, values, 0.0).sum(axis=1) / np.maximum(there.sum(axis=1), 1)
    return mean


def habits(values: Floats) -> Habits:
    """Count each row's values by day after the due date."""
    table = np.zeros((len(values), _WIDTH), dtype=np.float32)
    rows, columns = np.nonzero(~np.isnan(values))
    days = np.clip(values[rows, columns].astype(np.int64), EARLIEST, LATEST) - EARLIEST
    np.add.at(table, (rows, days), 1.0)
    upto = np.cumsum(table, axis=1, dtype=np.float32)
    return Habits(upto, upto[:, -1].copy())


def on_days(some: Profiles, item: Ints, day: Ints) -> Floats:
    """[row, fact]: what profile `item` and the day together say, for the hazard of paying on that day."""
    late = day - some.due[item]
    near, left = some.own.around(some.own_state[item], late)
    seg_near, seg_left = some.segment.around(some.segment_state[item], late)
    seg_hazard = (seg_near + 0.3) / (seg_left + 9.0)
    weekday = (day + 6) % 7
    month_day, month_left = _calendar(day)
    dynamic = np.column_stack([
        late, day - some.issued[item], late - some.median[item], late - some.average[item], late - some.newest[item],
        (near + 6.0 * seg_hazard) / (left + 6.0), left / np.maximum(some.own.count[some.own_state[item]], 1.0), seg_hazard,
        weekday, month_day, month_left, some.weekdays[item, weekday],
    ]).astype(np.float64)  # fmt: skip
    return np.concatenate([some.static[item], dynamic], axis=1)


def _calendar(day: Ints) -> tuple[Ints, Ints]:
    """Day of the month, and days left in it."""
    dates = (day - 719163).astype("datetime64[D]")  # ordinal of 1970-01-01
    month = dates.astype("datetime64[M]")
    first = month.astype("datetime64[D]")
    following = (month + 1).astype("datetime64[D]")
    return (dates - first).astype(np.int64) + 1, (following - dates).astype(np.int64) - 1
