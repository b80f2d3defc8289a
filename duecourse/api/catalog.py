"""Products, list prices and tax rates."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from duecourse.api.door import Door, listed
from duecourse.api.shapes import (
    Country,
    Currency,
    Day,
    Done,
    In,
    Line,
    Listed,
    MadeMany,
    MoneyOut,
    Name,
    Out,
    Paging,
    Percent,
    Search,
    UnitPrice,
    decimal,
    outer_id,
    price,
)
from duecourse.catalog import actions, queries, rules
from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.core.money import Price

room = Door("Catalog")
Number = Annotated[str, Line, Field(min_length=1, max_length=40, examples=["P-100"])]
Category = Literal["S", "AA", "Z"]


class ProductFilter(Paging):
    text: Search = ""
    sort: Literal["number", "-number", "name", "-name"] = "number"


class ProductOut(Out):
    """Something that is sold; `price` is today's list price in the company's currency."""

    id: str = outer_id("prc")
    number: str
    name: str
    unit: str
    tax_category: str
    is_active: bool
    price: MoneyOut | None


class ProductIn(In):
    number: Number
    name: Name
    unit: Annotated[str, Line, Field(min_length=1, max_length=10, examples=["pc"])] = "pc"
    tax_category: Category = "S"


class ProductsIn(In):
    products: Annotated[list[ProductIn], Field(min_length=1, max_length=1000)]


class PriceIn(In):
    product_number: Number
    price: UnitPrice
    currency: Currency
    valid_from: Day
    valid_until: Day | None = None


class PricesIn(In):
    prices: Annotated[list[PriceIn], Field(min_length=1, max_length=1000)]


class TaxRateOut(Out):
    country: str
    category: str
    percent: str
    valid_from: Day
    note: str


class TaxRateIn(In):
    country: Country
    category: Annotated[str, Line, Field(min_length=1, max_length=2, examples=["S"])]
    percent: Percent
    valid_from: Day
    note: Annotated[str, Line, Field(max_length=200)] = ""


@room.get("/products", "catalog.read", Listed[ProductOut])
def list_products(call: Call, query: ProductFilter) -> Listed[ProductOut]:
    """Products with today's list price."""
    return listed(
        queries.rows(call, query.text, query.sort, query.page, query.size),
        lambda row: ProductOut(
            id=ids.outer("prc", row.id),
            number=row.number,
            name=row.name,
            unit=row.unit,
            tax_category=row.tax_category,
            is_active=row.is_active,
            price=price(row.price) if row.price else None,
        ),
    )


@room.get("/products/{product}", "catalog.read", ProductOut)
def get_product(call: Call, product: str) -> ProductOut:
    """One product."""
    found = queries.product_for_caller(call, product)
    today = queries.prices(call, [found.id], call.company.currency, call.today).get(found.id)
    return ProductOut(
        id=ids.outer("prc", found.id),
        number=found.number,
        name=found.name,
        unit=found.unit,
        tax_category=found.tax_category,
        is_active=found.is_active,
        price=price(today) if today else None,
    )


@room.post("/products", "catalog.create_products", MadeMany, once=True)
def create_products(call: Call, body: ProductsIn) -> MadeMany:
    """Make products, all of them or none; their ids in the order given."""
    new = [rules.NewProduct(each.number, each.name, each.unit, each.tax_category) for each in body.products]
    return MadeMany(ids=[ids.outer("prc", key) for key in actions.create_products(call, new)])


@room.post("/prices", "catalog.set_prices", Done)
def set_prices(call: Call, body: PricesIn) -> Done:
    """Set list prices from a day on; the same product, currency and day again replaces the price."""
    actions.set_prices(
        call,
        [
            rules.NewPrice(each.product_number, Price(Decimal(each.price), each.currency), each.valid_from, each.valid_until)
            for each in body.prices
        ],
    )
    return Done()


@room.get("/tax-rates", "catalog.read", list[TaxRateOut])
def list_tax_rates(call: Call) -> list[TaxRateOut]:
    """Every tax rate that was ever set, by country, category and day."""
    return [
        TaxRateOut(
            country=each.country,
            category=each.category,
            percent=decimal(each.percent),
            valid_from=each.valid_from,
            note=each.note,
        )
        for each in queries.tax_rates(call)
    ]


@room.post("/tax-rates", "catalog.set_tax_rates", Done)
def set_tax_rate(call: Call, body: TaxRateIn) -> Done:
    """Set a tax rate from a day on. What is invoiced keeps its tax."""
    new = rules.NewTaxRate(body.country, body.category, Decimal(body.percent), body.valid_from, body.note)
    actions.set_tax_rates(call, [new])
    return Done()
