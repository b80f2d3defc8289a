"""What a file of rows is once it is opened, whatever its format: heads, rows with their line, and what was seen on the way.

A cell is text. Where its format says more, the text is of a kind of its own: a number that a spreadsheet holds as one, a value
that stands for several rows, and what is no value at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from duecourse.core.errors import Refused
from duecourse.core.reasons import Reason

ROWS_MAX = 500_000
COLUMNS_MAX = 200
CELL_MAX = 5_000  # characters
FILE_MAX = 50_000_000  # bytes
HEADS_WITHIN = 20  # rows in which the heads are looked for
# The columns that a file of rejects has behind its own; they are left away when it comes back mended.
REJECT_HEADS = ("Duecourse: row", "Duecourse: field", "Duecourse: reason")


class Number(str):
    """A number that a spreadsheet keeps as one: digits with a decimal point, nothing to guess."""

    __slots__ = ()


class Merged(str):
    """A value of merged cells, which counts for each of their rows; an amount would be taken several times."""

    __slots__ = ()


class NoValue(str):
    """A formula without its result, or an error such as #REF!."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One row: where it stands in the file, and its cells, as many as there are heads, but for a row that is broken."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A file of rows. `rows()` reads it from the beginning, each time anew."""

    name: str
    format: str  # CSV or XLSX
    heads: tuple[str, ...]
    header_line: int
    rows: Callable[[], Iterator[Row]]
    encoding: str = ""
    delimiter: str = ""
    sheets: tuple[str, ...] = ()
    sheet: str = ""
    notes: list[Reason] = field(default_factory=list)


def not_a_table(message: str, **details: object) -> Refused:
    """The file as a whole cannot be read; nothing was."""
    return Refused("import.not-a-table", message, **details)


def header_place(rows: Sequence[Sequence[str]]) -> int:
    """Which of the first rows holds the heads: the first that is nearly as wide as the widest, with texts that are no numbers."""
    filled = [[cell for cell in row if cell.strip()] for row in rows]
    widest = max((len(row) for row in filled), default=0)
    for place, row in enumerate(filled):
        if len(row) >= max(2, 0.6 * widest) and not any(_looks_like_a_value(cell) for cell in row):
            return place
    return next((place for place, row in enumerate(filled) if row), 0)


def _looks_like_a_value(cell: str) -> bool:
    plain = cell.strip().lstrip("+-")
    return isinstance(cell, Number) or (plain[:1].isdigit() and not any(letter.isalpha() for letter in plain))


def without_our_columns(heads: Sequence[str]) -> int:
    """How many of the heads are the file's own: those of a file of rejects end with ours."""
    own = len(heads) - len(REJECT_HEADS)
    return own if own > 0 and tuple(heads[own:]) == REJECT_HEADS else len(heads)


def unguarded(cell: str) -> str:
    """A cell of a file of rejects as it was: a spreadsheet's formulas were made harmless by an apostrophe."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@", "\t", "\r") else cell
