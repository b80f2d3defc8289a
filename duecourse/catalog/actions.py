"""Make products, set prices and tax rates; in sets."""

from __future__ import annotations

from collections.abc import Sequence

from duecourse.catalog import queries, rules
from duecourse.catalog.models import Product, ProductPrice, TaxRate
from duecourse.core import events, ids
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused


@action
def create_products(call: Call, new: Sequence[rules.NewProduct]) -> list[int]:
    """Products; their ids in order. Errors: Refused('catalog.product-not-usable'), Refused('catalog.number-taken')."""
    rules.checked_products(new)
    taken = sorted(queries.products(call, [each.number for each in new]))
    if taken:
        raise Refused(
            "catalog.number-taken", f"Nothing was made: product {', '.join(taken[:10])} is there already.", numbers=taken
        )
    made = Product.objects.bulk_create(
        Product(
            company_id=call.company.id,
            number=each.number.strip(),
            name=each.name.strip(),
            unit=each.unit.strip(),
            tax_category=each.tax_category,
        )
        for each in new
    )
    if made:
        events.record(call, "catalog.products-created", [ids.outer("prc", row.id) for row in made], {"count": len(made)})
    return [row.id for row in made]


@action
def set_prices(call: Call, rows: Sequence[rules.NewPrice]) -> None:
    """List prices from a day on; the same product, currency and day again replaces the price.

    Errors: Refused('catalog.unknown-product'), Refused('catalog.price-not-usable').
    """
    known = queries.products(call, {row.product_number for row in rows})
    missing = sorted({row.product_number for row in rows} - known.keys())
    if missing:
        raise Refused("catalog.unknown-product", f"There is no product {', '.join(missing[:10])}.", numbers=missing)
    for row in rows:
        if row.price.amount < 0 or (row.valid_until and row.valid_until <= row.valid_from):
            raise Refused(
                "catalog.price-not-usable", f"The price of {row.product_number} is below zero or ends before it starts."
            )
    # The last of equal rows counts: one statement must not write a row twice.
    single = {(row.product_number, row.price.currency, row.valid_from): row for row in rows}
    ProductPrice.objects.bulk_create(
        (
            ProductPrice(
                company_id=call.company.id,
                product_id=known[row.product_number].id,
                currency=row.price.currency,
                unit_price=row.price.amount,
                valid_from=row.valid_from,
                valid_until=row.valid_until,
            )
            for row in single.values()
        ),
        update_conflicts=True,
        unique_fields=["company", "product", "currency", "valid_from"],
        update_fields=["unit_price", "valid_until"],
    )
    facts = {
        "prices": [
            [row.product_number, str(row.price.amount), row.price.currency, row.valid_from.isoformat()] for row in single.values()
        ]
    }
    events.record(call, "catalog.prices-set", sorted({ids.outer("prc", product.id) for product in known.values()}), facts)


@action
def set_tax_rates(call: Call, rows: Sequence[rules.NewTaxRate]) -> None:
    """Tax rates from a day on; the same country, category and day again replaces the rate. What is invoiced keeps its tax.

    Errors: Refused('catalog.tax-rate-not-usable').
    """
    single = {(row.country, row.category, row.valid_from): rules.checked_rate(row) for row in rows}
    TaxRate.objects.bulk_create(
        (
            TaxRate(
                company_id=call.company.id,
                country=row.country,
                category=row.category,
                percent=row.percent,
                valid_from=row.valid_from,
                note=row.note[:200],
            )
            for row in single.values()
        ),
        update_conflicts=True,
        unique_fields=["company", "country", "category", "valid_from"],
        update_fields=["percent", "note"],
    )
    facts = {"rates": [[row.country, row.category, str(row.percent), row.valid_from.isoformat()] for row in single.values()]}
    events.record(call, "catalog.tax-rates-set", [ids.outer("cmp", call.company.id)], facts)
