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


class TestOwnSeries:
    def test_begin_where_the_old_system_stopped(self, world: World) -> None:
        with within(world.call):
            sequences.set_own(world.call, {"invoice": ("RE", 4711), "order": ("SO", 1)})
            assert sequences.take(world.call, "invoice", DAY, 2) == ["RE-26-04711", "RE-26-04712"]
            assert sequences.take(world.call, "invoice", dt.date(2027, 1, 2)) == ["RE-27-00001"]
            assert sequences.given(world.call, "invoice") == {2026: range(4711, 4713), 2027: range(1, 2)}
            invoice = sequences.own_series(world.call)[0]
            assert (invoice.example, invoice.used, invoice.chosen) == ("RE-26-04713", True, True)

    def test_a_counter_that_was_used_stays(self, world: World) -> None:
        with within(world.call):
            sequences.take(world.call, "delivery", DAY)
            for following in (1, 3):
                refused("core.series-used", sequences.set_own, world.call, {"delivery": ("DN", following)})
            sequences.set_own(world.call, {"delivery": ("LS", 2)})
            assert sequences.take(world.call, "delivery", DAY) == ["LS-26-00002"]

    def test_what_cannot_begin_a_number_is_refused(self, world: World) -> None:
        with within(world.call):
            for wanted in (("re", 1), ("R-E", 1), ("", 1), ("TOOLONGXX", 1), ("CN", 1), ("JE", 1), ("RE", 0), ("RE", 10**9)):
                refused("core.series-not-usable", sequences.set_own, world.call, {"invoice": wanted})
            refused("core.series-not-usable", sequences.set_own, world.call, {"journal": ("X", 1)})
            sequences.set_own(world.call, {"invoice": ("CN", 1), "credit-note": ("INV", 1)})  # two may change places
            assert sequences.take(world.call, "invoice", DAY) == ["CN-26-00001"]
