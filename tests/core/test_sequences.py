"""Numbers without gaps: one series a company, kind and year; given back with the transaction that took them."""

from __future__ import annotations

import datetime as dt

import pytest

from duecourse.core import sequences
from duecourse.core.call import within
from duecourse.core.models import NumberSeries
from tests import databases
from tests.books import refused
from tests.world import World, build

DAY = dt.date(2026, 11, 17)


@pytest.fixture
def world(db: None) -> World:
    return build()


class TestTake:
    def test_goes_on_where_the_series_was(self, world: World) -> None:
        with within(world.call):
            assert sequences.take(world.call, "delivery", DAY, 3) == ["DN-26-00001", "DN-26-00002", "DN-26-00003"]
            assert sequences.take(world.call, "delivery", DAY) == ["DN-26-00004"]
            assert sequences.take(world.call, "order", DAY) == ["SO-26-00001"]
            assert sequences.take(world.call, "delivery", dt.date(2027, 1, 1)) == ["DN-27-00001"]
            assert sequences.take(world.call, "delivery", DAY, 0) == []

    def test_is_each_companys_own(self, world: World) -> None:
        other = build("OT")
        for one in (world, other):
            with within(one.call):
                assert sequences.take(one.call, "delivery", DAY) == ["DN-26-00001"]

    def test_follows_dates_only_where_asked(self, world: World) -> None:
        early = DAY - dt.timedelta(days=1)
        with within(world.call):
            sequences.take(world.call, "delivery", DAY)
            assert sequences.take(world.call, "delivery", early) == ["DN-26-00002"]
            told = refused("core.date-before-last-number", sequences.take, world.call, "delivery", early, 1, True)
            assert told.details["last_date"] == "2026-11-17"
            assert sequences.take(world.call, "delivery", DAY, 1, True)

    def test_gives_numbers_back_when_its_transaction_fails(self, world: World) -> None:
        with pytest.raises(ZeroDivisionError), within(world.call):
            sequences.take(world.call, "delivery", DAY, 7)
            raise ZeroDivisionError
        with within(world.call):
            assert sequences.take(world.call, "delivery", DAY) == ["DN-26-00001"]
            assert NumberSeries.objects.get(series="delivery").next_number == 2

    def test_passes_a_hundred_thousand(self, world: World) -> None:
        with within(world.call):
            sequences.take(world.call, "delivery", DAY, 99_999)
            numbers = sequences.take(world.call, "delivery", DAY, 2)
        assert numbers == ["DN-26-100000", "DN-26-100001"]
        assert sequences.places(numbers) == [100_000, 100_001]


def test_the_first_number_of_a_year_is_taken_once(fresh_database: databases.Fresh) -> None:
    world = build()

    def take() -> list[str]:
        with within(world.call):
            return sequences.take(world.call, "delivery", DAY, 2)

    results = databases.together([take] * 12)
    found = sorted(number for numbers in results for number in numbers)  # type: ignore[union-attr]
    assert found == [f"DN-26-{place:05d}" for place in range(1, 25)]
