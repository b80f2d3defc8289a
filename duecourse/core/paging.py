"""One page of a list: its rows, and how many there are in all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet

Row = TypeVar("Row")
Other = TypeVar("Other")

SIZE_MAX = 200


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """`rows` of page `number` (from 1) of `size` rows each, out of `total`; the total is exact."""

    rows: Sequence[Row]
    total: int
    number: int = 1
    size: int = 50

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        """The place of the first row shown, from 1; 0 when nothing is shown."""
        return (self.number - 1) * self.size + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """The place of the last row shown."""
        return (self.number - 1) * self.size + len(self.rows)

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    @property
    def has_next(self) -> bool:
        return self.last < self.total and bool(self.rows)

    def each(self, turn: Callable[[Row], Other]) -> Page[Other]:
        """The same page with every row turned into something else."""
        return Page([turn(row) for row in self.rows], self.total, self.number, self.size)


def bounds(number: int, size: int = 50) -> tuple[int, int]:
    """From which row to before which, for page `number` (from 1); both are forced into what is allowed."""
    size = min(max(size, 1), SIZE_MAX)
    start = (max(number, 1) - 1) * size
    return start, start + size


def slice(rows: Sequence[Row], number: int = 1, size: int = 50) -> Page[Row]:  # noqa: A001 - the word for it
    """Page `number` of rows that are already in memory."""
    start, stop = bounds(number, size)
    return Page(rows[start:stop], len(rows), max(number, 1), stop - start)


def page(found: QuerySet[Any], number: int, size: int, turn: Callable[[Any], Row]) -> Page[Row]:
    """Page `number` of an ordered query, each row turned into a value; two queries."""
    start, stop = bounds(number, size)
    return Page([turn(row) for row in found[start:stop]], found.count(), max(number, 1), stop - start)
