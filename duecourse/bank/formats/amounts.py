"""Amounts and days as banks write them. An amount is never guessed: what can be read in two ways is refused."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from duecourse.bank.formats.statement import FileRefused
from duecourse.core.money import MINOR_UNITS

DIGITS_MAX = 15  # without leading zeros, before and after the decimal mark together
DECIMALS_MAX = 5  # ISO 20022 allows five

_POINT = re.compile(r"[0-9]+(?:\.[0-9]+)?|\.[0-9]+|[0-9]+\.")
_COMMA = re.compile(r"[0-9]+,[0-9]*")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:$|[T Z+-])")


def point_amount(text: str, name: str, line: int, field: str) -> Decimal:
    """An ISO 20022 amount: digits with a decimal point, no sign. Errors: FileRefused('bank.amount-not-readable')."""
    if not _POINT.fullmatch(text):
        raise _unreadable(text, name, line, field, "digits with a decimal point and no sign, such as 1234.56")
    whole, _, decimals = text.partition(".")
    return _within_limits(text, whole, decimals, name, line, field)


def comma_amount(text: str, currency: str | None, name: str, line: int, field: str) -> Decimal:
    """A SWIFT amount: digits with one decimal comma (`1234,5`, `300,`). Errors: FileRefused('bank.amount-not-readable').

    More decimals than the currency has (`1,234` EUR) could be a comma for thousands, and are refused.
    """
    if not _COMMA.fullmatch(text):
        raise _unreadable(text, name, line, field, "digits with one decimal comma, such as 1234,56")
    whole, _, decimals = text.partition(",")
    if len(decimals.rstrip("0")) > MINOR_UNITS.get(currency or "", 3):
        raise _unreadable(text, name, line, field, f"at most the decimals that {currency} has; is this comma for thousands?")
    return _within_limits(text, whole, decimals, name, line, field)


def _within_limits(text: str, whole: str, decimals: str, name: str, line: int, field: str) -> Decimal:
    if len((whole + decimals).lstrip("0")) > DIGITS_MAX or len(decimals) > DECIMALS_MAX:
        raise _unreadable(text, name, line, field, f"at most {DIGITS_MAX} digits, {DECIMALS_MAX} of them decimals")
    return Decimal(f"{whole or '0'}.{decimals}" if decimals else whole)


def _unreadable(text: str, name: str, line: int, field: str, expected: str) -> FileRefused:
    return FileRefused(
        "bank.amount-not-readable",
        name,
        line,
        field,
        f"“{text[:40]}” is not an amount that can be read with certainty; expected {expected}. Ask the bank for a correct file",
    )


def iso_day(text: str, name: str, line: int, field: str) -> dt.date:
    """The day of an ISO date or instant, as the bank wrote it. Errors: FileRefused('bank.date-not-readable')."""
    try:
        if not _DAY.match(text):
            raise ValueError
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        raise FileRefused(
            "bank.date-not-readable", name, line, field, f"“{text[:40]}” is not a date; expected YYYY-MM-DD"
        ) from None


def swift_day(text: str, name: str, line: int, field: str) -> dt.date:
    """A SWIFT day YYMMDD; 80–99 are the last century. Banks that count 30 days a month write 30 February: its last day.

    Errors: FileRefused('bank.date-not-readable').
    """
    try:
        if not re.fullmatch(r"[0-9]{6}", text):
            raise ValueError
        year, month, day = int(text[:2]), int(text[2:4]), int(text[4:])
        year += 1900 if year >= 80 else 2000
        if month == 2 and day in (29, 30):
            return dt.date(year, 3, 1) - dt.timedelta(days=1)
        return dt.date(year, month, day)
    except ValueError:
        raise FileRefused("bank.date-not-readable", name, line, field, f"“{text[:40]}” is not a date; expected YYMMDD") from None


def nearest_day(month_day: str, value_date: dt.date, name: str, line: int, field: str) -> dt.date:
    """The booking day MMDD in the year that brings it nearest to the value date (31 December, value 2 January)."""
    days = []
    for year in (value_date.year - 1, value_date.year, value_date.year + 1):
        try:
            days.append(swift_day(f"{year % 100:02d}{month_day}", name, line, field))
        except FileRefused:  # 31 June has no year at all; this is said below
            continue
    if not days:
        raise FileRefused("bank.date-not-readable", name, line, field, f"“{month_day}” is not a day; expected MMDD")
    return min(days, key=lambda day: abs(day - value_date))
