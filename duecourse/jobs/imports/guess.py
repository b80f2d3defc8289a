"""What each column is: guessed from its head and its values, with how sure that is and why. Pure."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence

from stdnum import iban as iban_number

from duecourse.core.money import MINOR_UNITS
from duecourse.core.reasons import Reason
from duecourse.customers.rules import usable_email
from duecourse.documents.rules import Field, Kind
from duecourse.jobs.imports import values
from duecourse.jobs.imports.cells import Row
from duecourse.jobs.imports.words import COUNTRIES, LANGUAGES, NO, YES, folded

SAMPLE_ROWS = 2_000
FITS_MIN = 0.9  # of a column's values; fewer are doubted
_DOUBT = ("take-over.two-amounts", "take-over.mixed-amounts", "take-over.two-dates")  # an amount or a day all the same
_BY_VALUE = ("currency", "email", "iban")  # recognised without a head that says so


@dataclasses.dataclass
class Column:
    """One column: its head, samples, the field it is (empty: left out), sure, look or left-out, and why."""

    place: int
    head: str
    samples: list[str]
    filled: int
    field: str = ""
    sure: str = "left-out"
    why: list[Reason] = dataclasses.field(default_factory=list)
    ask: str = ""  # dates or decimals: what a person has to say before all values can be read


def look_at_columns(heads: Sequence[str], rows: Sequence[Row]) -> list[Column]:
    """The columns with up to three different values each."""
    columns = []
    for place, head in enumerate(heads):
        cells = [row.cells[place] for row in rows if place < len(row.cells) and row.cells[place]]
        columns.append(Column(place, head, [cell[:40] for cell in dict.fromkeys(cells[:200])][:3], len(cells)))
    return columns


def guess(kind: Kind, columns: Sequence[Column], rows: Sequence[Row]) -> None:
    """Fill in field, sure and why of each column; a field is given once, to the column that fits it best."""
    offers: list[tuple[float, int, Field, float, bool]] = []
    for column in columns:
        cells = [
            row.cells[column.place] for row in rows[:SAMPLE_ROWS] if column.place < len(row.cells) and row.cells[column.place]
        ]
        head = folded(column.head)
        for each in kind.fields:
            share = fit(each, cells)
            said = _said(each, head)
            if said:
                offers.append((said + 30 * share if share >= 0.5 or not cells else said * 0.2, column.place, each, share, True))
            elif cells and share >= FITS_MIN and each.type in _BY_VALUE:
                offers.append((10 + share, column.place, each, share, False))
    taken: dict[str, int] = {}
    for score, place, each, share, by_head in sorted(offers, key=lambda offer: (-offer[0], offer[1])):
        column = columns[place]
        counts = {"fits": round(share * column.filled), "filled": column.filled}
        if column.field:
            continue
        if each.name in taken:
            column.why = column.why or [Reason("take-over.guess-second", {"head": columns[taken[each.name]].head})]
            continue
        if not column.filled:
            column.why = [Reason("take-over.guess-empty")]
            continue
        taken[each.name], column.field = place, each.name
        good = by_head and share >= FITS_MIN and score >= 100
        column.sure = "sure" if good else "look"
        code = "guess-head" if by_head and share >= FITS_MIN else "guess-doubt" if by_head else "guess-values"
        column.why = [Reason(f"take-over.{code}", counts)]
    for column in columns:
        if not column.field and not column.why:
            column.why = [Reason("take-over.guess-none" if column.filled else "take-over.guess-empty")]


def _said(each: Field, head: str) -> float:
    """How plainly a head names a field: 100 for a known name, the first known most; 40 when it holds one."""
    if head in each.names:
        return 120 - min(each.names.index(head), 20) * 0.5
    if any(len(name) >= 5 and name in head for name in each.names):
        return 40
    return 0


def _reads_amount(cell: str) -> bool:
    found = values.read_amount(cell, "", values.Evidence())
    return not isinstance(found, Reason) or found.code in _DOUBT or found.code == "take-over.merged-amount"


def _reads_day(cell: str) -> bool:
    found = values.read_day(cell, "")
    return not isinstance(found, Reason) or found.code in _DOUBT


_FITS: Mapping[str, Callable[[str], bool]] = {
    "amount": _reads_amount,
    "price": _reads_amount,
    "date": _reads_day,
    "currency": lambda cell: cell.upper() in MINOR_UNITS,
    "country": lambda cell: bool(re.fullmatch("[A-Za-z]{2}", cell)) or folded(cell) in COUNTRIES,
    "language": lambda cell: bool(re.fullmatch("[A-Za-z]{2}(-[A-Za-z]{2})?", cell)) or folded(cell) in LANGUAGES,
    "email": usable_email,
    "iban": lambda cell: bool(iban_number.is_valid(cell)),
    "flag": lambda cell: cell.casefold() in YES | NO,
}


def fit(each: Field, cells: Sequence[str]) -> float:
    """The share of filled cells that the field could hold; a text or an id holds anything."""
    test = _FITS.get(each.type)
    if not cells or test is None:
        return 1.0
    return sum(test(cell) for cell in cells) / len(cells)


def choose(kind: Kind, columns: Sequence[Column], rows: Sequence[Row], mapping: Mapping[str, str], why: Reason | None) -> None:
    """Take what a person chose, or what is remembered (`why` says so), in place of guesses; with how well it fits."""
    for column in columns:
        if column.field and column.field == mapping.get(str(column.place), "") and why is None:
            continue  # the guess was left as it is: its own reasons stand
        column.field = mapping.get(str(column.place), "")
        if not column.field:
            column.sure, column.why = "left-out", column.why or [Reason("take-over.guess-none")]
            continue
        each = kind.field(column.field)
        cells = [
            row.cells[column.place] for row in rows[:SAMPLE_ROWS] if column.place < len(row.cells) and row.cells[column.place]
        ]
        share = fit(each, cells)
        counts = {"fits": round(share * column.filled), "filled": column.filled}
        column.sure = "sure" if share >= FITS_MIN and column.filled else "look"
        column.why = [why if why and share >= FITS_MIN else Reason("take-over.guess-chosen", counts)]
