"""CSV files of any delimiter and encoding, read row by row; what they are written in is found out and said, never guessed silently."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from itertools import islice

from duecourse.core.reasons import Reason
from duecourse.jobs.imports.cells import (
    COLUMNS_MAX,
    HEADS_WITHIN,
    ROWS_MAX,
    Row,
    Table,
    header_place,
    not_a_table,
    unguarded,
    without_our_columns,
)

DELIMITERS = (",", ";", "\t", "|")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_NAMES = {"utf-8-sig": "UTF-8", "utf-8": "UTF-8", "utf-16": "UTF-16", "cp1252": "Windows-1252", "latin-1": "Latin-1"}
_TWICE = re.compile("[ÃÂ][\u0080-\u00bf\u0152-\u2122]")  # UTF-8 that somebody read as Windows-1252


def open_csv(data: bytes, name: str, header: int | None = None) -> Table:
    """The table of a CSV file. `header` is the line of its heads where a person said so. Errors: Refused('import.not-a-table')."""
    encoding = _encoding(data, name)
    if b"\x00" in data and encoding != "utf-16":
        raise not_a_table(f"{name} has NUL bytes; it is not a CSV file.")
    delimiter = _delimiter(data, encoding)
    first = list(islice(_lines(data, encoding, delimiter, name), max(HEADS_WITHIN, header or 0)))
    if not first:
        raise not_a_table(f"{name} is empty. Export it again.")
    if header is not None and not any(line == header for line, _ in first):
        raise not_a_table(f"{name}:{header}: there is no row to hold the heads.")
    place = [line for line, _ in first].index(header) if header is not None else header_place([cells for _, cells in first])
    line, cells = first[place]
    while cells and not cells[-1].strip():
        cells = cells[:-1]
    heads = tuple(cell.strip() for cell in cells)
    if len(heads) < 2:
        raise not_a_table(f"{name}:{line}: only one column was found. A CSV file has columns parted by comma, semicolon or tab.")
    if len(heads) > COLUMNS_MAX:
        raise not_a_table(f"{name}:{line}: {len(heads)} columns are more than the {COLUMNS_MAX} that are read.")
    own = without_our_columns(heads)

    def rows() -> Iterator[Row]:
        return _rows(data, encoding, delimiter, name, line, len(heads), own)

    notes = [Reason("take-over.note-encoding", {"encoding": _NAMES[encoding]})] if encoding in ("cp1252", "latin-1") else []
    twice = _TWICE.search(data[:200_000].decode(encoding, "ignore"))
    if twice:
        notes.append(Reason("take-over.note-mojibake", {"sample": twice[0]}))
    return Table(name, "CSV", heads[:own], line, rows, _NAMES[encoding], delimiter, notes=notes)


def _encoding(data: bytes, name: str) -> str:
    """UTF-8 or UTF-16 by its mark, UTF-8 when all bytes are, else Windows-1252 or Latin-1, in which every byte is a letter."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding if _fits(data, encoding) else _refuse_encoding(data, name)
    return next((encoding for encoding in ("utf-8", "cp1252") if _fits(data, encoding)), "latin-1")


def _refuse_encoding(data: bytes, name: str) -> str:
    raise not_a_table(f"{name} begins as Unicode text and has bytes that are none. Save it as CSV UTF-8 again.")


def _fits(data: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(data), 1 << 20):
            decoder.decode(data[start : start + (1 << 20)])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(data: bytes, encoding: str) -> str:
    """The one that parts the first rows into the most columns, in the same number of them most often."""
    start = data[:65536].decode(encoding, "ignore")
    best, score = ",", (0, 0)
    for delimiter in DELIMITERS:
        try:
            counts = [len(row) for row in islice(csv.reader(io.StringIO(start, newline=""), delimiter=delimiter), 30)]
        except csv.Error:
            continue
        wide = [count for count in counts if count > 1]
        if wide:
            usual = max(set(wide), key=lambda count: (wide.count(count), count))
            score, best = max((score, best), ((wide.count(usual), usual), delimiter), key=lambda pair: pair[0])
    return best


def _lines(data: bytes, encoding: str, delimiter: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not blank, with the line it ends in; read as a stream."""
    reader = csv.reader(io.TextIOWrapper(io.BytesIO(data), encoding, newline=""), delimiter=delimiter)
    count = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise not_a_table(
                f"{name}:{reader.line_num}: this row cannot be read ({error}). Look for a quote that is not closed."
            ) from None
        if any(cell.strip() for cell in cells):
            count += 1
            if count > ROWS_MAX:
                raise not_a_table(f"{name} has more than {ROWS_MAX:,} rows. Part it into several files.")
            yield reader.line_num, cells


def _rows(data: bytes, encoding: str, delimiter: str, name: str, header_line: int, width: int, own: int) -> Iterator[Row]:
    for line, cells in _lines(data, encoding, delimiter, name):
        if line <= header_line:
            continue
        while len(cells) > width and not cells[-1].strip():  # a delimiter at the end of every row
            cells.pop()
        if own < width and len(cells) == width:
            yield Row(line, tuple(unguarded(cell.strip()) for cell in cells[:own]))
        else:
            yield Row(line, tuple(cell.strip() for cell in cells))
