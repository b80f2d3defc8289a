"""Days: zones with their jumps, month ends, holidays, validities."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecourse.core.calendar import (
    Validity,
    add_business_days,
    add_days,
    add_months,
    business_day,
    end_of_month,
    is_business_day,
    is_holiday,
    next_business_day,
    previous_business_day,
)
from duecourse.core.errors import Refused

DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2090, 12, 31))


def table(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in row.split("|")] for row in text.strip().splitlines()]


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


class TestBusinessDay:
    @pytest.mark.parametrize(
        ("instant", "zone", "expected"),
        table("""
            2026-11-17T22:59:59Z | Europe/Berlin       | 2026-11-17
            2026-11-17T23:00:00Z | Europe/Berlin       | 2026-11-18
            2026-07-01T21:59:59Z | Europe/Berlin       | 2026-07-01
            2026-07-01T22:00:00Z | Europe/Berlin       | 2026-07-02
            2026-03-29T00:59:59Z | Europe/Berlin       | 2026-03-29
            2026-03-28T23:00:00Z | Europe/Berlin       | 2026-03-29
            2026-03-29T21:59:59Z | Europe/Berlin       | 2026-03-29
            2026-03-29T22:00:00Z | Europe/Berlin       | 2026-03-30
            2026-10-25T22:59:59Z | Europe/Berlin       | 2026-10-25
            2026-10-25T23:00:00Z | Europe/Berlin       | 2026-10-26
            2026-03-08T04:59:59Z | America/New_York    | 2026-03-07
            2026-03-08T05:00:00Z | America/New_York    | 2026-03-08
            2026-03-09T03:59:59Z | America/New_York    | 2026-03-08
            2026-03-09T04:00:00Z | America/New_York    | 2026-03-09
            2026-11-01T04:00:00Z | America/New_York    | 2026-11-01
            2026-11-02T04:59:59Z | America/New_York    | 2026-11-01
            2026-04-04T12:59:59Z | Australia/Lord_Howe | 2026-04-04
            2026-04-04T13:00:00Z | Australia/Lord_Howe | 2026-04-05
            2026-04-05T13:29:59Z | Australia/Lord_Howe | 2026-04-05
            2026-04-05T13:30:00Z | Australia/Lord_Howe | 2026-04-06
            2026-10-03T13:29:59Z | Australia/Lord_Howe | 2026-10-03
            2026-10-03T13:30:00Z | Australia/Lord_Howe | 2026-10-04
            2026-10-04T13:00:00Z | Australia/Lord_Howe | 2026-10-05
            2026-12-31T11:00:00Z | Pacific/Auckland    | 2027-01-01
            2026-12-31T11:00:00Z | America/Los_Angeles | 2026-12-31
            2028-02-29T12:00:00Z | Pacific/Auckland    | 2028-03-01
        """),
    )
    def test_is_the_day_of_the_companys_zone(self, instant: str, zone: str, expected: str) -> None:
        assert business_day(dt.datetime.fromisoformat(instant), zone) == day(expected)

    @given(st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2037, 1, 1), timezones=st.just(dt.UTC)))
    @pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Auckland"])
    def test_never_goes_back_as_time_goes_on(self, zone: str, instant: dt.datetime) -> None:
        assert business_day(instant, zone) <= business_day(instant + dt.timedelta(hours=1), zone)
        assert business_day(instant.astimezone(ZoneInfo("Asia/Tokyo")), zone) == business_day(instant, zone)

    def test_needs_a_zone(self) -> None:
        with pytest.raises(ValueError, match="zone"):
            business_day(dt.datetime(2026, 1, 1), "Europe/Berlin")
        for name in ("Mars/Olympus", "", "../etc/passwd"):
            with pytest.raises(Refused) as refused:
                business_day(dt.datetime(2026, 1, 1, tzinfo=dt.UTC), name)
            assert refused.value.code == "calendar.unknown-zone"


class TestCounting:
    @pytest.mark.parametrize(
        ("start", "months", "expected"),
        table("""
            2026-01-31 |  1 | 2026-02-28
            2028-01-31 |  1 | 2028-02-29
            2028-02-29 | 12 | 2029-02-28
            2028-02-29 | 48 | 2032-02-29
            2026-03-31 | -1 | 2026-02-28
            2026-12-15 |  1 | 2027-01-15
            2026-01-15 | -1 | 2025-12-15
            2026-05-31 |  0 | 2026-05-31
            2026-08-31 |  6 | 2027-02-28
        """),
    )
    def test_months_end_where_the_month_ends(self, start: str, months: str, expected: str) -> None:
        assert add_months(day(start), int(months)) == day(expected)

    @given(DAYS, st.integers(-600, 600))
    def test_months_keep_the_day_or_take_the_last(self, start: dt.date, months: int) -> None:
        there = add_months(start, months)
        assert there.day == start.day or (there.day < start.day and there == end_of_month(there))
        assert (there.year * 12 + there.month) - (start.year * 12 + start.month) == months

    def test_days_cross_clock_changes_and_leap_days(self) -> None:
        assert add_days(day("2026-03-28"), 2) == day("2026-03-30")
        assert add_days(day("2028-02-28"), 1) == day("2028-02-29")
        assert add_days(day("2026-08-07"), 30) == day("2026-09-06")
        assert add_days(day("2026-01-01"), -1) == day("2025-12-31")

    @pytest.mark.parametrize(("start", "end"), table("2028-02-01 | 2028-02-29\n2026-02-10 | 2026-02-28\n2026-12-31 | 2026-12-31"))
    def test_end_of_month(self, start: str, end: str) -> None:
        assert end_of_month(day(start)) == day(end)

    def test_refuses_to_leave_the_calendar(self) -> None:
        for leave in (lambda: add_days(dt.date.max, 1), lambda: add_months(dt.date.max, 1), lambda: add_months(dt.date.min, -1)):
            with pytest.raises(Refused) as refused:
                leave()
            assert refused.value.code == "calendar.out-of-range"


class TestHolidays:
    @pytest.mark.parametrize(
        ("on", "country", "subdivision", "expected"),
        table("""
            2026-10-03 | DE     |    | yes
            2026-08-15 | DE     |    | no
            2026-08-15 | DE     | SL | yes
            2026-06-04 | DE     | BY | yes
            2026-06-04 | DE     | HB | no
            2026-11-26 | US     |    | yes
            2026-07-03 | US     |    | yes
            2026-07-14 | FR     |    | yes
            2026-05-01 | TARGET |    | yes
            2026-05-14 | TARGET |    | no
            2026-12-26 | TARGET |    | yes
        """),
    )
    def test_of_country_and_subdivision(self, on: str, country: str, subdivision: str, expected: str) -> None:
        assert is_holiday(day(on), country, subdivision or None) == (expected == "yes")

    @pytest.mark.parametrize(
        ("start", "following", "before", "country"),
        table("""
            2026-11-17 | 2026-11-17 | 2026-11-17 | DE
            2026-11-21 | 2026-11-23 | 2026-11-20 | DE
            2026-12-25 | 2026-12-28 | 2026-12-24 | DE
            2027-01-01 | 2027-01-04 | 2026-12-31 | DE
            2026-04-03 | 2026-04-07 | 2026-04-02 | TARGET
            2026-11-20 | 2026-11-22 | 2026-11-19 | SA
        """),
    )
    def test_roll_to_the_nearest_business_day(self, start: str, following: str, before: str, country: str) -> None:
        assert next_business_day(day(start), country) == day(following)
        assert previous_business_day(day(start), country) == day(before)

    @given(DAYS, st.integers(-30, 30))
    def test_business_days_are_counted_one_by_one(self, start: dt.date, count: int) -> None:
        there = add_business_days(start, count, "DE")
        assert count == 0 or is_business_day(there, "DE")
        low, high = min(start, there), max(start, there)
        between = [low + dt.timedelta(days=n) for n in range((high - low).days + 1)]
        assert sum(is_business_day(one, "DE") for one in between if one != start) == abs(count)

    @pytest.mark.parametrize(("country", "subdivision"), [("XX", None), ("DE", "ZZ"), ("", None), ("de", "BY!")])
    def test_refuses_a_country_without_calendar(self, country: str, subdivision: str | None) -> None:
        with pytest.raises(Refused) as refused:
            is_holiday(day("2026-01-01"), country, subdivision)
        assert refused.value.code == "calendar.unknown-country"


class TestValidity:
    def test_holds_its_first_day_and_not_its_end(self) -> None:
        july = Validity(day("2026-07-01"), day("2026-08-01"))
        assert day("2026-07-01") in july
        assert day("2026-07-31") in july
        assert day("2026-08-01") not in july
        assert day("2026-06-30") not in july
        assert day("9999-12-31") in Validity(day("2026-07-01"))

    def test_neighbours_do_not_overlap(self) -> None:
        july, august = Validity(day("2026-07-01"), day("2026-08-01")), Validity(day("2026-08-01"))
        assert not july.overlaps(august)
        assert not august.overlaps(july)
        assert Validity(day("2026-01-01")).overlaps(july)
        assert august.ended(day("2026-08-02")).overlaps(august)

    @given(DAYS, DAYS, DAYS, DAYS)
    def test_overlap_is_a_shared_day(self, a: dt.date, b: dt.date, c: dt.date, d: dt.date) -> None:
        if a < b and c < d:
            one, other = Validity(a, b), Validity(c, d)
            assert one.overlaps(other) == (max(a, c) in one and max(a, c) in other)

    def test_is_never_empty(self) -> None:
        for until in ("2026-07-01", "2026-06-30"):
            with pytest.raises(Refused) as refused:
                Validity(day("2026-07-01"), day(until))
            assert refused.value.code == "calendar.empty-validity"
