"""CSV in and out for the commands that work on plain files: strict, complete in its complaints, all or nothing.

Input is UTF-8 (a byte order mark is allowed), comma separated, with a header; dates are ISO 8601, amounts plain digits
with a decimal point, an empty field means unknown. Nothing is guessed: whatever does not fit becomes one `Problem`, and all
problems of all files are told at once.

Output is for machines: plain values, as they are. It is not made safe against formula injection, because a leading
apostrophe would change an id; open such a file in a spreadsheet through its text import.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from duecourse.core.errors import Refused
from duecourse.core.money import Money, minor_units

_AMOUNT = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,9})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_WORD = 40  # characters of a wrong value that an error shows


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with an input file: where, and what was expected."""

    file: str
    line: int
    column: str
    expected: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.expected}"


@dataclass(slots=True)
class Problems:
    """Everything that is wrong with the input so far."""

    found: list[Problem] = field(default_factory=list)

    def add(self, file: str, line: int, column: str, expected: str) -> None:
        self.found.append(Problem(file, line, column, expected))

    def tell(self) -> int:
        """One line per problem on standard error. Returns the exit status of refused input: 2."""
        for problem in self.found:
            print(problem, file=sys.stderr)
        return 2


@dataclass(slots=True)
class Row:
    """One record of a table. Each reader returns the value, or None after noting a problem (or when empty and optional)."""

    file: str
    line: int
    values: dict[str, str]
    problems: Problems

    def wrong(self, column: str, expected: str) -> None:
        value = self.values.get(column, "")
        shown = value if len(value) <= _WORD else value[:_WORD] + "…"
        self.problems.add(self.file, self.line, column, f"{expected}, not {shown!r}" if value else expected)

    def text(self, column: str, required: bool = False) -> str:
        value = self.values.get(column, "")
        if required and not value:
            self.wrong(column, "expected a value; it is empty")
        return value

    def choice(self, column: str, allowed: Sequence[str]) -> str:
        """One of `allowed`, or empty."""
        value = self.values.get(column, "")
        if value and value not in allowed:
            self.wrong(column, "expected " + " or ".join(allowed))
        return value

    def currency(self, column: str) -> str | None:
        value = self.values.get(column, "")
        if not _CURRENCY.fullmatch(value):
            self.wrong(column, "expected a currency code of three capital letters (ISO 4217)")
            return None
        try:
            minor_units(value)
        except Refused:
            self.wrong(column, "expected a currency code of ISO 4217")
            return None
        return value

    def decimal(self, column: str, required: bool = False) -> Decimal | None:
        value = self.values.get(column, "")
        if not value and not required:
            return None
        if not _AMOUNT.fullmatch(value):
            self.wrong(column, "expected digits with a decimal point and no thousands separators, as in -1234.56")
            return None
        return Decimal(value)

    def money(self, column: str, currency: str | None) -> Money | None:
        """An amount that must be there, in `currency`; None without a second complaint when the currency is wrong."""
        value = self.decimal(column, required=True)
        if value is None or currency is None:
            return None
        try:
            return Money(value, currency)
        except Refused as refused:
            self.wrong(column, f"expected an amount of {currency} ({refused.message.rstrip('.')})")
            return None

    def percent(self, column: str) -> Decimal | None:
        value = self.decimal(column)
        if value is not None and not 0 <= value < 100:
            self.wrong(column, "expected a percentage from 0 to under 100")
            return None
        return value

    def date(self, column: str, required: bool = False) -> dt.date | None:
        value = self.values.get(column, "")
        if not value and not required:
            return None
        day = parse_date(value)
        if day is None:
            self.wrong(column, "expected a date as YYYY-MM-DD")
        return day

    def instant(self, column: str) -> dt.datetime | None:
        instant = parse_instant(self.values.get(column, ""))
        if instant is None:
            self.wrong(column, "expected an instant with its zone, as in 2026-10-02T14:30:00Z")
        return instant


def parse_date(text: str) -> dt.date | None:
    """A date as YYYY-MM-DD and nothing else, or None."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def parse_instant(text: str) -> dt.datetime | None:
    """An ISO 8601 instant with its zone, in UTC, or None."""
    if not text.isascii() or not _DATE.match(text):
        return None
    try:
        instant = dt.datetime.fromisoformat(text)
        return None if instant.tzinfo is None else instant.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


def read(path: str, required: Sequence[str], optional: Sequence[str], problems: Problems) -> list[Row]:
    """The records of a CSV file with its header checked; further columns are ignored, missing optional ones are empty.

    Leading and trailing blanks of a value are dropped. Lines are counted as an editor counts them; a record over several
    lines is named by its first. Whatever is wrong is added to `problems`.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        problems.add(path, 0, "file", f"expected a file that can be read ({error.strerror or error})")
        return []
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problems.add(path, line, "row", f"expected UTF-8, not the byte 0x{data[error.start]:02X}; save the file as UTF-8")
        return []
    if "\x00" in text:
        problems.add(path, text.count("\n", 0, text.index("\x00")) + 1, "row", "expected text without NUL characters")
        return []
    return list(_records(path, text, required, optional, problems))


def _records(path: str, text: str, required: Sequence[str], optional: Sequence[str], problems: Problems) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] | None = None
    wanted = set(required) | set(optional)
    line = 1
    while True:
        try:
            fields = next(reader, None)
        except csv.Error as error:
            problems.add(path, line, "row", f"expected a well-formed CSV record ({error})")
            return
        if fields is None:
            break
        if fields and header is None:
            header = [name.strip() for name in fields]
            if not _header_fits(path, line, header, required, wanted, problems):
                return
        elif fields and header is not None:
            if len(fields) != len(header):
                problems.add(path, line, "row", f"expected {len(header)} values as in the header, not {len(fields)}")
            else:
                values = {name: value.strip() for name, value in zip(header, fields, strict=True) if name in wanted}
                yield Row(path, line, values, problems)
        line = reader.line_num + 1
    if header is None:
        problems.add(path, 1, "row", "expected a header line; the file is empty")


def _header_fits(
    path: str, line: int, header: Sequence[str], required: Sequence[str], wanted: set[str], problems: Problems
) -> bool:
    before = len(problems.found)
    if len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
        problems.add(path, line, "row", "expected values separated by commas")
        return False
    for name in required:
        if name not in header:
            problems.add(path, line, name, "expected this column in the header; it is missing")
    for name in sorted({name for name in header if name in wanted and header.count(name) > 1}):
        problems.add(path, line, name, "expected this column once; it stands in the header more than once")
    return len(problems.found) == before


def write(out: str, header: Sequence[str], rows: Iterable[Sequence[object]], problems: Problems) -> None:
    """Write a CSV table to the file `out`, whole or not at all; `-` is standard output."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    if out == "-":
        sys.stdout.write(text.getvalue())
        return
    target = Path(out)
    try:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="", dir=target.parent, delete=False) as file:
            file.write(text.getvalue())
        os.chmod(file.name, 0o666 & ~_umask())
        os.replace(file.name, target)
    except OSError as error:
        problems.add(out, 0, "file", f"expected a place that can be written to ({error.strerror or error})")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
