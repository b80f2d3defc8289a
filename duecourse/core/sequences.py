"""Gapless numbers: taken last in a transaction, given back by its rollback, never skipped."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.core.models import NumberPrefix, NumberSeries

PREFIX = {"invoice": "INV", "credit-note": "CN", "order": "SO", "delivery": "DN", "journal": "JE", "payment": "PAY"}
OWN = ("invoice", "credit-note", "order", "delivery")  # what customers see; a company may number these in its own way
FIRST_MAX = 9_000_000
_PREFIX = re.compile(r"[A-Z][A-Z0-9]{0,7}")


@dataclass(frozen=True, slots=True)
class Series:
    """How one kind of document is numbered in a year; `used` once a number was given, and then the counter stays."""

    series: str
    prefix: str
    year: int
    next_number: int
    used: bool
    chosen: bool  # somebody has looked at it and said so

    @property
    def example(self) -> str:
        return number(self.series, self.year, self.next_number, self.prefix)


def take(call: Call, series: str, on: dt.date, count: int = 1, follows_date: bool = False) -> list[str]:
    """The next `count` numbers of a series in the year of `on`: INV-26-00001, INV-26-00002, …

    Locks the series until the transaction ends, so it comes last in the lock order. With `follows_date` a date before the
    last one used is refused: numbers and dates then rise together. Errors: Refused('core.date-before-last-number').
    """
    if count < 1:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into core_numberseries as s (company_id, series, year, next_number, last_date) values (%s, %s, %s, %s + 1, %s) "
            "on conflict (company_id, series, year) do update set next_number = s.next_number + %s, "
            "last_date = greatest(s.last_date, excluded.last_date) "
            "returning next_number, last_date, "
            "(select prefix from core_numberprefix p where p.company_id = s.company_id and p.series = s.series)",
            [call.company.id, series, on.year, count, on, count],
        )
        following, last, prefix = cursor.fetchone()
    if follows_date and last and last > on:
        raise Refused(
            "core.date-before-last-number",
            f"The last number of this series was given for {last.isoformat()}; an earlier date ({on.isoformat()}) would break "
            "the order of numbers. Use that date or a later one.",
            last_date=last.isoformat(),
        )
    first = following - count
    return [number(series, on.year, place, prefix) for place in range(first, following)]


def given(call: Call, series: str) -> dict[int, range]:
    """Year → the places of a series that were given, for the verifier; years without any are left out."""
    rows = NumberSeries.objects.filter(company_id=call.company.id, series=series)
    return {
        year: range(first, following)
        for year, first, following in rows.values_list("year", "first_number", "next_number")
        if following > first
    }


def prefixes(call: Call) -> dict[str, str]:
    """What the numbers of each kind begin with in this company; one query."""
    own = NumberPrefix.objects.filter(company_id=call.company.id)
    return PREFIX | dict(own.values_list("series", "prefix"))


def own_series(call: Call) -> list[Series]:
    """The series that a company may set, as they stand in the year of the call; two queries."""
    chosen = dict(NumberPrefix.objects.filter(company_id=call.company.id).values_list("series", "prefix"))
    counters = {
        row.series: row for row in NumberSeries.objects.filter(company_id=call.company.id, year=call.today.year, series__in=OWN)
    }
    found = []
    for series in OWN:
        row = counters.get(series)
        following, first = (row.next_number, row.first_number) if row else (1, 1)
        prefix = chosen.get(series, PREFIX[series])
        found.append(Series(series, prefix, call.today.year, following, following > first, series in chosen))
    return found


def set_own(call: Call, wanted: Mapping[str, tuple[str, int]]) -> list[Series]:
    """Set prefix and next number (of the year of the call) of some series; how all of them stand then.

    A counter that has given a number stays where it is: a number would come twice, or be missing. Two series never share a
    prefix. Errors: Refused('core.series-not-usable'), Refused('core.series-used').
    """
    locked = NumberSeries.objects.select_for_update().filter(company_id=call.company.id, year=call.today.year, series__in=OWN)
    list(locked.order_by("series"))
    present = {each.series: each for each in own_series(call)}
    for series, (prefix, following) in wanted.items():
        if series not in present:
            raise Refused("core.series-not-usable", f"There is no series “{series}” to set. Series are: {', '.join(OWN)}.")
        if not _PREFIX.fullmatch(prefix):
            raise Refused(
                "core.series-not-usable",
                f"“{prefix}” cannot begin a number: expected a capital letter, then up to seven capitals or digits, like RE.",
                series=series,
            )
        if not 1 <= following <= FIRST_MAX:
            raise Refused("core.series-not-usable", f"The next number is 1 to {FIRST_MAX}, not {following}.", series=series)
        if present[series].used and following != present[series].next_number:
            raise Refused(
                "core.series-used",
                f"{present[series].prefix} has given numbers this year; the next one stays {present[series].next_number}: a number "
                "would come twice or be missing.",
                series=series,
            )
    after = prefixes(call) | {series: prefix for series, (prefix, _) in wanted.items()}
    twice = sorted({prefix for prefix in after.values() if list(after.values()).count(prefix) > 1})
    if twice:
        raise Refused("core.series-not-usable", f"Two kinds of document cannot both begin with {', '.join(twice)}.")
    _write(call, wanted, present)
    return own_series(call)


def _write(call: Call, wanted: Mapping[str, tuple[str, int]], present: Mapping[str, Series]) -> None:
    NumberPrefix.objects.filter(company_id=call.company.id, series__in=list(wanted)).delete()  # two may change places
    NumberPrefix.objects.bulk_create(
        [NumberPrefix(company_id=call.company.id, series=series, prefix=prefix) for series, (prefix, _) in wanted.items()]
    )
    for series, (_, following) in wanted.items():  # four at the most
        if following != present[series].next_number:
            NumberSeries.objects.update_or_create(
                company_id=call.company.id,
                series=series,
                year=call.today.year,
                defaults={"next_number": following, "first_number": following},
            )


def number(series: str, year: int, place: int, prefix: str | None = None) -> str:
    """A number as people read it: number('invoice', 2026, 7) → INV-26-00007."""
    return f"{prefix or PREFIX[series]}-{year % 100:02d}-{place:05d}"


def places(numbers: Sequence[str]) -> list[int]:
    """The running parts of numbers, to look for gaps."""
    return [int(text.rsplit("-", 1)[1]) for text in numbers]
