"""XLSX files, read row by row with their cached values; merged cells, hidden rows and formulas without results are found and said."""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import ParseError

from duecourse.core.reasons import Reason
from duecourse.jobs.imports.cells import (
    COLUMNS_MAX,
    HEADS_WITHIN,
    ROWS_MAX,
    Merged,
    NoValue,
    Number,
    Row,
    Table,
    header_place,
    not_a_table,
    unguarded,
    without_our_columns,
)

UNPACKED_MAX = 600_000_000  # bytes
RATIO_MAX = 150  # a sheet of numbers packs some 10 times, one of equal rows some 60
RATIO_FROM = 20_000_000  # below that a ratio does no harm
MERGES_MAX = 20_000
ERRORS = frozenset({"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#GETTING_DATA", "#SPILL!", "#CALC!"})
_HIDDEN = re.compile(rb'<(?:\w+:)?row [^>]*hidden="(?:1|true)"')
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell [^>]*ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_BARE = re.compile(
    rb'<(?:\w+:)?c [^>]*?r="([A-Z]+)(\d+)"[^>]*>\s*<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*'
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)


@dataclass
class _Seen:
    """What a sheet's XML says and its cells do not."""

    hidden: int = 0
    bare: dict[int, list[int]] = field(default_factory=dict)  # row → columns of formulas without a result
    tall: dict[int, list[tuple[int, int]]] = field(default_factory=dict)  # row → columns merged from it downwards, and to where
    merges: int = 0


def open_xlsx(data: bytes, name: str, sheet: str = "", header: int | None = None) -> Table:
    """The table of one sheet; without `sheet` the one with the most rows. Errors: Refused('import.not-a-table')."""
    book = _book(data, name)
    sheets = tuple(book.sheetnames)
    if sheet and sheet not in sheets:
        raise not_a_table(f"{name} has no sheet “{sheet}”; it has {', '.join(sheets[:10])}.")
    visible = [each for each in sheets if book[each].sheet_state == "visible"] or list(sheets)
    chosen = sheet or _fullest(book, visible)
    path = _path(book[chosen])
    seen = _look(data, path, name)
    first = []
    for number, cells in _values(data, name, chosen, seen):
        if any(cells):
            first.append((number, cells))
        if len(first) >= max(HEADS_WITHIN, header or 0):
            break
    if not first:
        raise not_a_table(f"Sheet “{chosen}” of {name} is empty.")
    if header is not None and not any(number == header for number, _ in first):
        raise not_a_table(f"{name}, row {header}: there is nothing to be the heads.")
    place = [number for number, _ in first].index(header) if header is not None else header_place([cells for _, cells in first])
    line, cells = first[place]
    heads = tuple(" ".join(cell.split()) for cell in cells)
    while heads and not heads[-1]:
        heads = heads[:-1]
    if len(heads) < 2:
        raise not_a_table(f"Sheet “{chosen}” of {name} has only one column.")
    own = without_our_columns(heads)

    def rows() -> Iterator[Row]:
        for number, values in _values(data, name, chosen, seen):
            if number > line and any(values):
                kept = (*values[:own], *[""] * (own - len(values)))
                yield Row(number, tuple(unguarded(cell) for cell in kept) if own < len(heads) else kept)

    notes = []
    if len(sheets) > 1:
        notes.append(Reason("take-over.note-sheets", {"count": len(sheets), "sheet": chosen}))
    for code, count in (("hidden", seen.hidden), ("merged", seen.merges), ("formulas", sum(map(len, seen.bare.values())))):
        if count:
            notes.append(Reason(f"take-over.note-{code}", {"count": count}))
    return Table(name, "XLSX", heads[:own], line, rows, sheets=sheets, sheet=chosen, notes=notes)


def _book(data: bytes, name: str) -> Any:
    """The workbook for reading, after a look at what it would unpack to."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    if data[:4] == b"\xd0\xcf\x11\xe0":
        raise not_a_table(f"{name} is an old .xls file or locked by a password. Save it as .xlsx without a password.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            unpacked = sum(entry.file_size for entry in packed.infolist())
            if unpacked > UNPACKED_MAX or (unpacked > RATIO_FROM and unpacked > RATIO_MAX * len(data)):
                raise not_a_table(
                    f"{name} unpacks to {unpacked // 1_000_000:,} MB, which is more than is read. Part it into several files."
                )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and extensions that are of no matter here
            return load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, ParseError, OSError, EOFError) as error:
        raise not_a_table(f"{name} is no readable XLSX file: {error}. Save it again as .xlsx or as CSV.") from None


def _path(sheet: Any) -> str:
    return str(sheet._worksheet_path).lstrip("/")


def _fullest(book: Any, names: Sequence[str]) -> str:
    return max(names, key=lambda each: (book[each].max_row or 0) if hasattr(book[each], "max_row") else 0)


def _look(data: bytes, path: str, name: str) -> _Seen:
    """One pass over the sheet's XML, in pieces that end with a row."""
    seen = _Seen()
    rest = b""
    with zipfile.ZipFile(io.BytesIO(data)) as packed, packed.open(path) as stream:
        while piece := stream.read(1 << 20):
            rest += piece
            end = max(rest.rfind(b"row>") + 4, 0) if b"row>" in rest else 0
            if not end and len(rest) > 64 << 20:
                raise not_a_table(f"{name} has a row of more than 64 MB.")
            _note(seen, rest[:end])
            rest = rest[end:]
        _note(seen, rest)
    if seen.merges > MERGES_MAX:
        raise not_a_table(f"{name} has {seen.merges:,} merged cells. Part them in a spreadsheet program and save it again.")
    return seen


def _note(seen: _Seen, xml: bytes) -> None:
    from openpyxl.utils import column_index_from_string

    seen.hidden += len(_HIDDEN.findall(xml))
    if b"f>" in xml or b"<f" in xml or b":f" in xml:
        for letters, number in _BARE.findall(xml):
            seen.bare.setdefault(int(number), []).append(column_index_from_string(letters.decode()) - 1)
    for left, top, _right, bottom in _MERGE.findall(xml):
        seen.merges += 1
        if top != bottom:
            column = column_index_from_string(left.decode()) - 1
            seen.tall.setdefault(int(top), []).append((column, int(bottom)))


def _values(data: bytes, name: str, sheet: str, seen: _Seen) -> Iterator[tuple[int, tuple[str, ...]]]:
    book = _book(data, name)
    kept: dict[int, tuple[int, str]] = {}  # column → last row of the merge under way, and its value
    try:
        opened = book[sheet]
        opened.reset_dimensions()
        for number, values in enumerate(opened.iter_rows(values_only=True), 1):
            if number > ROWS_MAX:
                raise not_a_table(f"{name} has more than {ROWS_MAX:,} rows. Part it into several files.")
            if len(values) > COLUMNS_MAX and any(value is not None for value in values[COLUMNS_MAX:]):
                raise not_a_table(f"{name}, row {number}: there are more columns than the {COLUMNS_MAX} that are read.")
            cells = [_cell(value) for value in values[:COLUMNS_MAX]]
            for column in seen.bare.get(number, ()):
                cells += [""] * (column + 1 - len(cells))
                cells[column] = cells[column] or NoValue("=")
            if seen.tall:
                _fill(number, cells, seen.tall.get(number, ()), kept)
            yield number, tuple(cells)
    except (zipfile.BadZipFile, KeyError, ValueError, ParseError, EOFError, TypeError, AttributeError) as error:
        raise not_a_table(f"{name}: sheet “{sheet}” cannot be read: {error}. Save it again as .xlsx or as CSV.") from None
    finally:
        book.close()


def _fill(number: int, cells: list[str], starts: Sequence[tuple[int, int]], kept: dict[int, tuple[int, str]]) -> None:
    """Give the value of cells merged downwards to each of their rows, marked as such."""
    for column, bottom in starts:
        if column < len(cells):
            kept[column] = (bottom, cells[column])
    for column, (bottom, value) in list(kept.items()):
        if number > bottom:
            del kept[column]
            continue
        cells += [""] * (column + 1 - len(cells))
        cells[column] = Merged(value)


def _cell(value: Any) -> str:
    """A cell's value as text: dates in ISO form, numbers with the 15 digits that a spreadsheet shows."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int):
        return Number(value)
    if isinstance(value, float):
        return Number(int(value)) if value.is_integer() and abs(value) < 1e15 else Number(f"{Decimal(f'{value:.15g}'):f}")
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    text = str(value).strip()
    return NoValue(text) if text in ERRORS else text
