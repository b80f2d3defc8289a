"""Gapless numbers: taken last in a transaction, given back by its rollback, never skipped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import connection

from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.core.models import NumberSeries

PREFIX = {"invoice": "INV", "credit-note": "CN", "order": "SO", "delivery": "DN", "journal": "JE", "payment": "PAY"}


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
            "returning next_number, last_date",
            [call.company.id, series, on.year, count, on, count],
        )
        following, last = cursor.fetchone()
    if follows_date and last and last > on:
        raise Refused(
            "core.date-before-last-number",
            f"The last number of this series was given for {last.isoformat()}; an earlier date ({on.isoformat()}) would break "
            "the order of numbers. Use that date or a later one.",
            last_date=last.isoformat(),
        )
    first = following - count
    return [number(series, on.year, place) for place in range(first, following)]


def given(call: Call, series: str) -> dict[int, int]:
    """Year → how many numbers of a series were given, for the verifier."""
    rows = NumberSeries.objects.filter(company_id=call.company.id, series=series, next_number__gt=1)
    return {year: following - 1 for year, following in rows.values_list("year", "next_number")}


def number(series: str, year: int, place: int) -> str:
    """A number as people read it: number('invoice', 2026, 7) → INV-26-00007."""
    return f"{PREFIX[series]}-{year % 100:02d}-{place:05d}"


def places(numbers: Sequence[str]) -> list[int]:
    """The running parts of numbers, to look for gaps."""
    return [int(text.rsplit("-", 1)[1]) for text in numbers]
