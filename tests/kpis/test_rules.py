"""Key figures against worked examples."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecourse.core.money import Money
from duecourse.kpis import rules

ON = dt.date(2026, 11, 17)


def eur(amount: str | int | Decimal) -> Money:
    return Money(Decimal(amount), "EUR")


def summary(*amounts: str) -> rules.AgeSummary:
    return rules.AgeSummary(ON, tuple(eur(amount) for amount in amounts), 5)


class TestDso:
    def test_under_constant_sales_it_is_the_days_of_sales_that_are_open(self) -> None:
        """1,000.00 is sold every day and paid after 45 days: 45 days of sales are open."""
        assert rules.dso(eur(45_000), eur(90_000)).value == Decimal("45.0")

    def test_the_example_of_the_home_page(self) -> None:
        assert rules.dso(eur("7653108"), eur("14862000")).value == Decimal("46.3")

    @pytest.mark.parametrize("sales", ["0.00", "-10.00"])
    def test_without_sales_there_is_none(self, sales: str) -> None:
        figure = rules.dso(eur(100), eur(sales))
        assert figure.value is None
        assert figure.formula.code == "kpis.dso-no-sales"


class TestShares:
    def test_add_up_as_shown(self) -> None:
        found = summary("5462180.20", "1318442.75", "486910.10", "214366.35", "171208.90").shares
        assert found == tuple(map(Decimal, ("71.4", "17.2", "6.4", "2.8", "2.2")))
        assert sum(found) == 100

    def test_of_thirds(self) -> None:
        assert sum(summary("1.00", "1.00", "1.00", "0.00", "0.00").shares) == Decimal("100.0")

    def test_of_nothing(self) -> None:
        assert set(summary("0.00", "0.00", "0.00", "0.00", "0.00").shares) == {Decimal("0.0")}

    @given(st.lists(st.integers(0, 10**12), min_size=5, max_size=5).filter(any))
    def test_always_add_up(self, cents: list[int]) -> None:
        found = rules.AgeSummary(ON, tuple(Money.of_minor(cent, "EUR") for cent in cents), 1).shares
        assert sum(found) == 100
        assert all(share >= 0 for share in found)
        exact = [Decimal(cent) * 100 / sum(cents) for cent in cents]
        assert all(abs(share - right) < Decimal("0.1") for share, right in zip(found, exact, strict=True))


class TestOverdueShare:
    def test_is_what_is_late_of_what_is_open(self) -> None:
        assert rules.overdue_share(summary("600.00", "100.00", "0.00", "0.00", "300.00")).value == Decimal("40.0")

    def test_of_nothing_is_nothing(self) -> None:
        assert rules.overdue_share(summary("0.00", "0.00", "0.00", "0.00", "0.00")).value == 0


def test_weeks_begin_on_monday_and_empty_ones_are_there() -> None:
    found = rules.weeks(dt.date(2026, 11, 4), ON, {dt.date(2026, 11, 8): eur(5), dt.date(2026, 11, 16): eur(7)}, "EUR")
    assert found == [(dt.date(2026, 11, 2), eur(5)), (dt.date(2026, 11, 9), eur(0)), (dt.date(2026, 11, 16), eur(7))]


def test_exposure_adds_what_is_reserved() -> None:
    assert rules.exposure(eur("100.00"), eur("20.50")).value == Decimal("120.50")
