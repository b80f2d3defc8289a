"""Products, prices of a day, and the tax of a sale."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db.models import F, Q

from duecourse.catalog import rules
from duecourse.catalog.models import Product, ProductPrice, TaxRate
from duecourse.core import ids, paging
from duecourse.core.call import Call, require
from duecourse.core.errors import Refused
from duecourse.core.money import Price
from duecourse.core.paging import Page

SORTS = {"number": ("number",), "-number": ("-number",), "name": ("name", "number"), "-name": ("-name", "number")}


def _view(row: Product) -> rules.ProductView:
    return rules.ProductView(row.id, row.number, row.name, row.unit, row.tax_category, row.is_active)


def products(call: Call, numbers: Iterable[str]) -> dict[str, rules.ProductView]:
    """Products by number, those that exist; one query."""
    found = Product.objects.filter(company_id=call.company.id, number__any=set(numbers))
    return {row.number: _view(row) for row in found}


def products_by_id(call: Call, product_ids: Iterable[int]) -> dict[int, rules.ProductView]:
    """Products by id, those that exist; one query."""
    found = Product.objects.filter(company_id=call.company.id, pk__in=set(product_ids))
    return {row.id: _view(row) for row in found}


def product_for_caller(call: Call, text_id: str) -> rules.ProductView:
    """A product by outside id. Errors: Refused('not-found')."""
    key = ids.inner("prc", text_id)
    found = products_by_id(call, [key])
    if key not in found:
        raise ids.not_found("prc")
    return found[key]


def prices(call: Call, product_ids: Iterable[int], currency: str, on: dt.date) -> dict[int, Price]:
    """List prices valid on a day in a currency, for the products that have one; the latest start wins; one query."""
    found = ProductPrice.objects.filter(company_id=call.company.id, product_id__in=set(product_ids), currency=currency)
    valid = found.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=on), valid_from__lte=on)
    return {
        product: Price(amount, currency)
        for product, amount in valid.order_by("product_id", "valid_from").values_list("product_id", "unit_price")
    }


def rows(call: Call, text: str = "", sort: str = "number", page: int = 1, size: int = 50) -> Page[rules.ProductRow]:
    """The product list with today's price in the company's currency; three queries. Errors: Refused('catalog.unknown-filter')."""
    require(call, "catalog.read")
    if sort not in SORTS:
        raise Refused("catalog.unknown-filter", f"Products are not listed by “{sort}”.")
    found = Product.objects.filter(company_id=call.company.id)
    if text.strip():
        found = found.filter(Q(number__istartswith=text.strip()) | Q(name__icontains=text.strip()))
    start, stop = paging.bounds(page, size)
    shown = list(found.order_by(*SORTS[sort])[start:stop])
    listed = prices(call, [row.id for row in shown], call.company.currency, call.today)
    return Page(
        [
            rules.ProductRow(row.id, row.number, row.name, row.unit, row.tax_category, row.is_active, listed.get(row.id))
            for row in shown
        ],
        found.count(),
        max(page, 1),
        stop - start,
    )


def tax_rates(call: Call) -> list[rules.NewTaxRate]:
    """Every rate that was ever set, by country, category and day."""
    require(call, "catalog.read")
    found = TaxRate.objects.filter(company_id=call.company.id).order_by("country", "category", F("valid_from").desc())
    return [rules.NewTaxRate(row.country, row.category, row.percent, row.valid_from, row.note) for row in found]


def tax_for(call: Call, wanted: Sequence[tuple[str, str]], country: str, on: dt.date) -> dict[tuple[str, str], rules.Tax]:
    """The tax of each (customer's treatment, product's category) sold from `country` on a day; one query.

    A `Tax` unpacks as category, percent, note. Errors: Refused('catalog.tax-rate-missing').
    """
    valid = rates_valid(call, country, on)
    return {pair: rules.decide_tax(*pair, country, on, valid) for pair in dict.fromkeys(wanted)}


def rates_valid(call: Call, country: str, on: dt.date) -> dict[str, rules.Tax]:
    """The rate of each category that holds in a country on a day; one query."""
    found = TaxRate.objects.filter(company_id=call.company.id, country=country, valid_from__lte=on)
    return {row.category: rules.Tax(row.category, row.percent, row.note) for row in found.order_by("category", "valid_from")}
