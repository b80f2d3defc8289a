"""Business days: which day it is in a company's zone, how due dates are counted, and when banks and offices are closed.

Pure: no clock is read. Dates are calendar dates of the company; only `business_day` knows of instants.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from duecourse.core.errors import Refused

TARGET = "TARGET"  # in place of a country: the days on which euro payments are settled between banks
_SEARCH_DAYS_MAX = 60  # no country closes for longer; more would mean that its calendar is broken


def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name. Errors: Refused('calendar.unknown-zone')."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Refused("calendar.unknown-zone", f"“{name}” is not a time zone; expected a name like Europe/Berlin.") from None


def business_day(instant: dt.datetime, zone: str) -> dt.date:
    """The calendar day that an instant falls on in `zone`. Errors: Refused('calendar.unknown-zone'), ValueError without a zone."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs its zone: a naive date and time is not a point in time")
    return instant.astimezone(zone_of(zone)).date()


def add_days(day: dt.date, days: int) -> dt.date:
    """`days` calendar days later, or earlier when negative. Errors: Refused('calendar.out-of-range')."""
    try:
        return day + dt.timedelta(days=days)
    except OverflowError:
        raise _out_of_range(day, f"{days} days") from None


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day of a later month, or its last day where there is none: 31 Jan + 1 month = 28 or 29 Feb."""
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    if not dt.MINYEAR <= year <= dt.MAXYEAR:
        raise _out_of_range(day, f"{months} months")
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def end_of_month(day: dt.date) -> dt.date:
    """The last day of the month that `day` is in."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def is_holiday(day: dt.date, country: str, subdivision: str | None = None) -> bool:
    """Whether `day` is a public holiday in `country` (ISO 3166-1 alpha-2, or TARGET), there in `subdivision` (“BY”, “CA”).

    Weekends are not holidays. Errors: Refused('calendar.unknown-country') for a country or subdivision without a calendar.
    """
    return day in _closed(country, subdivision, day.year)[0]


def is_business_day(day: dt.date, country: str, subdivision: str | None = None) -> bool:
    """Neither weekend (Friday and Saturday in some countries) nor public holiday. Errors as `is_holiday`."""
    closed, weekend = _closed(country, subdivision, day.year)
    return day not in closed and day.weekday() not in weekend


def next_business_day(day: dt.date, country: str, subdivision: str | None = None) -> dt.date:
    """`day` itself when it is a business day, else the first one after it. Errors as `is_holiday`."""
    return _roll(day, 1, country, subdivision)


def previous_business_day(day: dt.date, country: str, subdivision: str | None = None) -> dt.date:
    """`day` itself when it is a business day, else the last one before it. Errors as `is_holiday`."""
    return _roll(day, -1, country, subdivision)


def add_business_days(day: dt.date, days: int, country: str, subdivision: str | None = None) -> dt.date:
    """`days` business days after `day`, or before it when negative; `day` itself does not count. Errors as `is_holiday`."""
    step = 1 if days > 0 else -1
    for _ in range(abs(days)):
        day = _roll(add_days(day, step), step, country, subdivision)
    return day


def _roll(day: dt.date, step: int, country: str, subdivision: str | None) -> dt.date:
    for _ in range(_SEARCH_DAYS_MAX):
        if is_business_day(day, country, subdivision):
            return day
        day = add_days(day, step)
    raise AssertionError(f"no business day in {country} within {_SEARCH_DAYS_MAX} days of {day}")


@lru_cache(maxsize=1024)
def _closed(country: str, subdivision: str | None, year: int) -> tuple[frozenset[dt.date], frozenset[int]]:
    """The public holidays of a year, and the days of the week that are its weekend (Monday = 0)."""
    try:
        if country == TARGET:
            found = holidays.financial_holidays("XECB", years=year)
        else:
            found = holidays.country_holidays(country, subdiv=subdivision or None, years=year)
    except (NotImplementedError, AttributeError, KeyError):
        place = f"{country}-{subdivision}" if subdivision else country
        raise Refused(
            "calendar.unknown-country", f"There is no holiday calendar for “{place}”; expected a code like DE or DE-BY."
        ) from None
    return frozenset(day for day in found if day.year == year), frozenset(found.weekend)


def _out_of_range(day: dt.date, what: str) -> Refused:
    return Refused("calendar.out-of-range", f"{day:%d.%m.%Y} and {what} leave the years 1 to 9999.")


@dataclass(frozen=True, slots=True)
class Validity:
    """From a day on, until another that does not belong to it any more; `until` None = without end.

    Half open, so that periods in a row neither overlap nor leave a gap. Errors: Refused('calendar.empty-validity').
    """

    start: dt.date
    until: dt.date | None = None

    def __post_init__(self) -> None:
        if self.until is not None and self.until <= self.start:
            raise Refused(
                "calendar.empty-validity", f"A validity from {self.start} must end after that day, not on {self.until}."
            )

    def __contains__(self, day: dt.date) -> bool:
        return self.start <= day and (self.until is None or day < self.until)

    def overlaps(self, other: Validity) -> bool:
        """Whether a day belongs to both."""
        return (other.until is None or self.start < other.until) and (self.until is None or other.start < self.until)

    def ended(self, until: dt.date) -> Validity:
        """The same, ending before `until`."""
        return Validity(self.start, until)
