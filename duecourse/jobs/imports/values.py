"""Cells as amounts and days. What can mean two things is not guessed: the column's other values decide, or a person does. Pure.

An amount's decimal mark is the column's: `1.234,56` and `12,5` say comma, `1,234.56` and `1234.5` say point; `1.234` alone says
neither. A day is read by itself: `2026-10-31`, `31.10.2026`, `31 Oct 2026` and `13/04/2026` can mean one day only; `03/04/2026` can
mean two, and is read when the person says which comes first, or when all of the column is written alike and some of it says so.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from duecourse.core.reasons import Reason
from duecourse.jobs.imports.cells import Merged, NoValue, Number

FIRST_YEAR, LAST_YEAR = 1950, 2100
_SERIAL_START = dt.date(1899, 12, 30)  # day 0 of spreadsheets, with their 29 February 1900
_PLAIN = re.compile(r"\d{1,16}")
_FAST = re.compile(r"-?\d{1,14}\.\d{1,2}")
_BLANKS = re.compile(r"[\s\u00a0\u202f\u2009'’]")
_CODE = re.compile(r"^([A-Z]{3})(?=[\d(+-])|(?<=[\d)-])([A-Z]{3})$")
_SIGNS = {"€": "EUR", "£": "GBP", "$": "", "¥": ""}  # a dollar or yen sign names no single currency
_COMMA = re.compile(r"(\d{1,3}(\.\d{3})+|\d{1,16})(,\d{1,10})?")
_POINT = re.compile(r"(\d{1,3}(,\d{3})+|\d{1,16})(\.\d{1,10})?")
_SHORT = re.compile(r"[1-9]\d{0,2}([.,])\d{3}")
MARKS = {"comma": ",", "point": "."}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a column's values say of its decimal mark: how many say comma, how many point, and how many can be two amounts."""

    comma: int = 0
    point: int = 0
    either: int = 0

    @property
    def style(self) -> str:
        """comma, point, plain (nothing is in doubt), or empty where a person has to say."""
        if self.comma and self.point:
            return ""
        if self.comma or self.point:
            return "comma" if self.comma else "point"
        return "" if self.either else "plain"


def weigh_amounts(values: Iterable[str]) -> Evidence:
    """The evidence of a column."""
    comma = point = either = 0
    for value in values:
        if type(value) is not str or not value:  # a spreadsheet's own numbers say nothing of what texts mean
            continue
        if _FAST.fullmatch(value):
            point += 1
            continue
        body = _body(value)[1]
        said = _mark(body)
        comma += said == "comma"
        point += said == "point"
        either += said == "either"
    return Evidence(comma, point, either)


def _mark(body: str) -> str:
    if _SHORT.fullmatch(body):
        return "either"
    as_comma, as_point = _COMMA.fullmatch(body), _POINT.fullmatch(body)
    if bool(as_comma) == bool(as_point):
        return ""
    return "comma" if as_comma else "point"


def _body(text: str) -> tuple[str, str, str]:
    """Sign, digits with their marks, and the currency that stands beside them: "88,00-" → ("-", "88,00", "")."""
    plain = _BLANKS.sub("", text).replace("\u2212", "-")
    currency = ""
    for sign, code in _SIGNS.items():
        if sign in plain:
            plain, currency = plain.replace(sign, "", 1), code
    if found := _CODE.search(plain):
        currency = found[1] or found[2]
        plain = plain[: found.start()] + plain[found.end() :]
    if plain.startswith("(") and plain.endswith(")"):
        return "-", plain[1:-1], currency
    if plain.endswith("-") and not plain.startswith("-"):
        return "-", plain[:-1], currency
    if plain[:1] in ("-", "+"):
        return plain[:1].replace("+", ""), plain[1:], currency
    return "", plain, currency


def read_amount(text: str, style: str, seen: Evidence) -> tuple[Decimal, str] | Reason:
    """The amount and the currency beside it, or why it is none. `style` is comma, point, plain, or empty where nobody said."""
    kind = type(text)
    if kind is str and style == "point" and _FAST.fullmatch(text):
        return Decimal(text), ""
    if kind is Number:
        return Decimal(text), ""
    if kind is Merged:
        return Reason("take-over.merged-amount")
    if kind is NoValue:
        return Reason("take-over.no-value")
    sign, body, currency = _body(text)
    shown = {"value": text[:60]}
    if _PLAIN.fullmatch(body):
        return Decimal(sign + body), currency
    as_comma, as_point = _COMMA.fullmatch(body), _POINT.fullmatch(body)
    if not as_comma and not as_point:
        return Reason("take-over.not-an-amount", shown)
    if style in MARKS:
        if not (as_comma if style == "comma" else as_point):
            return Reason("take-over.other-mark", shown)
        return Decimal(sign + _decimal(body, style)), currency
    if _SHORT.fullmatch(body):
        both = {"one": sign + _decimal(body, "point"), "other": sign + _decimal(body, "comma")}
        return Reason("take-over.two-amounts", shown | both)
    if seen.comma and seen.point:
        return Reason("take-over.mixed-amounts", shown)
    return Decimal(sign + _decimal(body, "comma" if as_comma else "point")), currency


def _decimal(body: str, style: str) -> str:
    return body.replace(".", "").replace(",", ".") if style == "comma" else body.replace(",", "")


# -- days

_ISO = re.compile(r"(\d{4})([-/.]?)(\d{2})\2(\d{2})(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?|\.0+)?")
_PARTS = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?: \d{1,2}:\d{2}(?::\d{2})?)?")
_WORDS = re.compile(r"(\d{1,2})[. -]*([^\W\d_]{3,9})\.?[ ,-]*(\d{4}|\d{2})|([^\W\d_]{3,9})\.? (\d{1,2}),? (\d{4})")
_MONTHS = {
    word: place
    for words in (
        "jan feb mar apr may jun jul aug sep oct nov dec",
        "januar februar maerz april mai juni juli august september oktober november dezember",
        "january february march april may june july august september october november december",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "jän febr mär apr mai juni juli aug sept okt nov dez",
        "janv févr märz avr mai juin juil août sept oct nov déc",
    )
    for place, word in enumerate(words.split(), 1)
}


@dataclass(frozen=True, slots=True)
class Days:
    """What a column's values say of its days: how many put the day first or the month first, can be two days, and in how many ways."""

    day_first: int = 0
    month_first: int = 0
    either: int = 0
    forms: int = 0
    serials: int = 0

    @property
    def order(self) -> str:
        """day-first or month-first when all is written alike and some values say which; else empty."""
        if self.forms > 1 or (self.day_first and self.month_first):
            return ""
        return "day-first" if self.day_first else "month-first" if self.month_first else ""


def weigh_days(values: Iterable[str]) -> Days:
    """The evidence of a column."""
    day_first = month_first = either = serials = 0
    forms: set[str] = set()
    for value in values:
        if not value:
            continue
        if type(value) is Number:
            serials += 1
            forms.add("serial")
        elif found := _PARTS.fullmatch(value):
            forms.add(found[2])
            one, two = int(found[1]), int(found[3])
            if found[2] == "." or one == two:
                continue
            day_first += one > 12 >= two
            month_first += two > 12 >= one
            either += one <= 12 and two <= 12
        else:
            forms.add("iso" if _ISO.fullmatch(value) else "words")
    return Days(day_first, month_first, either, len(forms), serials)


def read_day(text: str, order: str) -> dt.date | Reason:
    """The day, or why it is none. `order` is day-first, month-first, or empty where only what can mean one day is read."""
    kind = type(text)
    if kind is NoValue:
        return Reason("take-over.no-value")
    found = _ISO.fullmatch(text)
    if found:
        return _day(text, int(found[1]), int(found[3]), int(found[4]))
    if found := _PARTS.fullmatch(text):
        one, two, year = int(found[1]), int(found[3]), _year(found[4])
        if found[2] == "." or one == two:
            return _day(text, year, two, one)
        if order == "month-first":
            return _day(text, year, one, two)
        if order == "day-first" or one > 12:
            return _day(text, year, two, one)
        if two > 12:
            return _day(text, year, one, two)
        first, second = _day(text, year, two, one), _day(text, year, one, two)
        both = {"one": f"{first}", "other": f"{second}"} if isinstance(first, dt.date) else {"one": text, "other": text}
        return Reason("take-over.two-dates", {"value": text[:40], **both})
    if found := _WORDS.fullmatch(text):
        month = _MONTHS.get((found[2] or found[4]).casefold(), 0)
        return _day(text, _year(found[3] or found[6]), month, int(found[1] or found[5]))
    if kind is Number and text.partition(".")[0].isdigit() and 18264 <= int(text.partition(".")[0]) < 73415:  # 1950 to 2100
        return _SERIAL_START + dt.timedelta(days=int(text.partition(".")[0]))
    return Reason("take-over.not-a-date", {"value": text[:40]})


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else int(text) + (2000 if int(text) < 70 else 1900)


def _day(text: str, year: int, month: int, day: int) -> dt.date | Reason:
    try:
        if FIRST_YEAR <= year < LAST_YEAR:
            return dt.date(year, month, day)
    except ValueError:
        pass
    return Reason("take-over.not-a-date", {"value": text[:40]})


_MADE_NUMBER = re.compile(r"(\d+)\.0+")


def read_id(text: str) -> str:
    """An id as it was before a spreadsheet made it a number: 1930571429.0 → 1930571429. Leading zeros stay."""
    match = _MADE_NUMBER.fullmatch(text)
    return match.group(1) if match else text
