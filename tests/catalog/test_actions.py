"""Products, prices and tax rates on a real database."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from duecourse.catalog import actions as catalog
from duecourse.catalog import queries as facts
from duecourse.catalog import rules
from duecourse.core import ids
from duecourse.core.errors import Refused
from duecourse.core.models import Event
from duecourse.core.money import Price
from tests.world import World, build

ON = dt.date(2026, 11, 17)


@pytest.fixture
def world(db: None) -> World:
    return build()


def euro(text: str) -> Price:
    return Price(Decimal(text), "EUR")


class TestProducts:
    def test_are_found_by_number_and_by_outside_id(self, world: World) -> None:
        found = facts.products(world.call, ["P-100", "nothing"])
        assert list(found) == ["P-100"]
        assert facts.product_for_caller(world.call, ids.outer("prc", world.products["P-100"])) == found["P-100"]

    def test_of_another_company_are_not_there(self, world: World) -> None:
        other = build("XX")
        assert facts.products_by_id(other.call, world.products.values()) == {}
        with pytest.raises(Refused) as refused:
            facts.product_for_caller(other.call, ids.outer("prc", world.products["P-100"]))
        assert refused.value.code == "not-found"

    @pytest.mark.parametrize(
        ("rows", "code"),
        [
            ([rules.NewProduct("P-100", "Again")], "catalog.number-taken"),
            ([rules.NewProduct("N", "A"), rules.NewProduct("N", "B")], "catalog.product-not-usable"),
            ([rules.NewProduct("N", "A", "pc", "K")], "catalog.product-not-usable"),
            ([rules.NewProduct("", "A")], "catalog.product-not-usable"),
        ],
    )
    def test_that_cannot_be_made_are_refused_together(self, world: World, rows: list[rules.NewProduct], code: str) -> None:
        with pytest.raises(Refused) as refused:
            catalog.create_products(world.call, [rules.NewProduct("FINE", "Fine"), *rows])
        assert refused.value.code == code
        assert facts.products(world.call, ["FINE"]) == {}

    def test_are_listed_with_the_price_of_the_day_in_three_queries(self, world: World, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
        with django_assert_num_queries(3):
            page = facts.rows(world.call, text="valve")
        assert [(row.number, row.price) for row in page.rows] == [("P-200", euro("184"))]


class TestPrices:
    def price(self, world: World, on: dt.date, currency: str = "EUR") -> Price | None:
        product = world.products["P-100"]
        return facts.prices(world.call, [product], currency, on).get(product)

    def test_are_those_valid_on_the_day_in_the_currency(self, world: World) -> None:
        catalog.set_prices(world.call, [rules.NewPrice("P-100", euro("13.00"), ON)])
        assert self.price(world, ON - dt.timedelta(days=1)) == euro("12.50")
        assert self.price(world, ON) == euro("13.00")
        assert self.price(world, ON, "USD") == Price(Decimal("13.75"), "USD")
        assert self.price(world, ON, "CHF") is None
        assert self.price(world, dt.date(2025, 12, 31)) is None

    def test_end_before_the_day_they_are_valid_until(self, world: World) -> None:
        catalog.set_prices(world.call, [rules.NewPrice("P-100", euro("9.99"), ON, ON + dt.timedelta(days=7))])
        assert self.price(world, ON + dt.timedelta(days=6)) == euro("9.99")
        assert self.price(world, ON + dt.timedelta(days=7)) == euro("12.50")

    def test_of_the_same_day_are_replaced_and_told(self, world: World) -> None:
        for amount in ("13.00", "13.10"):
            catalog.set_prices(world.call, [rules.NewPrice("P-100", euro(amount), ON)])
        assert self.price(world, ON) == euro("13.10")
        assert Event.objects.filter(name="catalog.prices-set").latest("id").facts == {
            "prices": [["P-100", "13.10", "EUR", "2026-11-17"]]
        }

    def test_of_unknown_products_or_backwards_are_refused(self, world: World) -> None:
        for row in (
            rules.NewPrice("P-999", euro("1"), ON),
            rules.NewPrice("P-100", euro("-1"), ON),
            rules.NewPrice("P-100", euro("1"), ON, ON),
        ):
            with pytest.raises(Refused):
                catalog.set_prices(world.call, [row])


class TestTax:
    def test_is_that_of_the_day(self, world: World, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
        # Germany's reduced rates of the second half of 2020 (Zweites Corona-Steuerhilfegesetz, § 3)
        rates = [("2007-01-01", "19"), ("2020-07-01", "16"), ("2021-01-01", "19")]
        catalog.set_tax_rates(
            world.call, [rules.NewTaxRate("DE", "S", Decimal(percent), dt.date.fromisoformat(day)) for day, percent in rates]
        )
        asked = [("domestic", "S"), ("eu", "S"), ("domestic", "S")]
        for day, percent in (("2020-06-30", 19), ("2020-07-01", 16), ("2020-12-31", 16), ("2021-01-01", 19)):
            with django_assert_num_queries(1):
                found = facts.tax_for(world.call, asked, "DE", dt.date.fromisoformat(day))
            assert found[("domestic", "S")].percent == percent
            assert found[("eu", "S")].category == "K"

    def test_is_refused_without_a_rate(self, world: World) -> None:
        for country, on in (("FR", ON), ("DE", dt.date(2006, 12, 31))):
            with pytest.raises(Refused) as refused:
                facts.tax_for(world.call, [("domestic", "S")], country, on)
            assert refused.value.code == "catalog.tax-rate-missing"

    def test_rates_are_set_by_the_controller_only(self, world: World) -> None:
        rate = rules.NewTaxRate("FR", "S", Decimal(20), ON)
        with pytest.raises(Refused):
            catalog.set_tax_rates(world.calls["billing"], [rate])
        catalog.set_tax_rates(world.calls["controller"], [rate])
        assert rate in facts.tax_rates(world.calls["controller"])
