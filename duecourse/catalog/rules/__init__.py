"""Which tax category and rate a sale has. Pure: no database, no clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from duecourse.catalog.rules.standard import STANDARD
from duecourse.core.errors import Refused
from duecourse.core.money import Price
from duecourse.core.reasons import N_

PRODUCT_CATEGORIES = ("S", "AA", "Z")
CATEGORIES = ("S", "AA", "Z", "E", "AE", "K", "G", "O")
UNTAXED = frozenset({"Z", "E", "AE", "K", "G", "O"})  # EN 16931: these categories have a rate of 0 %, or none

# EN 16931, BR-AE-10, BR-IC-10, BR-G-10, BR-E-10: an untaxed category says why on the invoice. Council Directive 2006/112/EC.
NOTES = {
    "AE": N_("Reverse charge: the recipient owes the tax (Article 196 of Directive 2006/112/EC)"),
    "K": N_("Intra-community supply, exempt (Article 138 of Directive 2006/112/EC)"),
    "G": N_("Export, exempt (Article 146 of Directive 2006/112/EC)"),
    "E": N_("Exempt from tax"),
}


@dataclass(frozen=True, slots=True)
class NewProduct:
    """Something that is sold; `tax_category` is one of PRODUCT_CATEGORIES."""

    number: str
    name: str
    unit: str = "pc"
    tax_category: str = "S"


@dataclass(frozen=True, slots=True)
class NewPrice:
    """A list price per unit, from a day on; half open, without an end until the next one."""

    product_number: str
    price: Price
    valid_from: dt.date
    valid_until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class NewTaxRate:
    """What a category costs in a country from a day on; `percent` 19 is 19 %."""

    country: str
    category: str
    percent: Decimal
    valid_from: dt.date
    note: str = ""


@dataclass(frozen=True, slots=True)
class ProductView:
    """A product as values."""

    id: int
    number: str
    name: str
    unit: str
    tax_category: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A line of the product list, with the price of a day in the company's currency."""

    id: int
    number: str
    name: str
    unit: str
    tax_category: str
    is_active: bool
    price: Price | None


@dataclass(frozen=True, slots=True)
class Tax:
    """The category that is printed, its rate and, for an untaxed one, why."""

    category: str
    percent: Decimal
    note: str = ""

    def __iter__(self) -> Iterator[Any]:
        """Unpacks as category, percent, note."""
        return iter((self.category, self.percent, self.note))


def decide_tax(treatment: str, category: str, country: str, on: dt.date, rates: Mapping[str, Tax]) -> Tax:
    """The tax of a sale: `category` is the product's, `treatment` the customer's, `rates` those of `country` valid on the day.

    Domestic sales take the product's rate. To the EU it is AE (reverse charge) where the company keeps only that category, else
    K; exports are G, exempt customers E; all 0 %. Zero-rated products abroad are untaxed likewise. Errors:
    Refused('catalog.tax-rate-missing').
    """
    if treatment == "domestic":
        found = rates.get(category)
        if found is None:
            raise rate_missing(category, country, on)
        return found
    untaxed = {"eu": "AE" if "AE" in rates and "K" not in rates else "K", "export": "G", "exempt": "E"}.get(treatment)
    if untaxed is None:
        raise Refused("catalog.unknown-treatment", f"There is no tax treatment “{treatment}”: domestic, eu, export or exempt.")
    kept = rates.get(untaxed)
    return Tax(untaxed, Decimal(0), kept.note if kept and kept.note else NOTES[untaxed])


def rate_missing(category: str, country: str, on: dt.date) -> Refused:
    """There is no rate, and none is guessed."""
    return Refused(
        "catalog.tax-rate-missing",
        f"There is no tax rate for category {category} in {country or 'no country'} on {on.isoformat()}. "
        "Set it in the settings, then try again.",
        category=category,
        country=country,
        on=on.isoformat(),
    )


def checked_products(new: Sequence[NewProduct]) -> Sequence[NewProduct]:
    """`new` when usable. Errors: Refused('catalog.product-not-usable')."""
    seen: set[str] = set()
    for each in new:
        wrong = ""
        if (
            not 0 < len(each.number.strip()) <= 40
            or not 0 < len(each.name.strip()) <= 200
            or not 0 < len(each.unit.strip()) <= 10
        ):
            wrong = "it needs a number (40 characters), a name (200) and a unit (10)"
        elif each.tax_category not in PRODUCT_CATEGORIES:
            wrong = f"its tax category is one of {', '.join(PRODUCT_CATEGORIES)}, not “{each.tax_category}”"
        elif each.number in seen:
            wrong = "it comes twice"
        if wrong:
            raise Refused("catalog.product-not-usable", f"Product “{each.number}” was not made: {wrong}.", number=each.number)
        seen.add(each.number)
    return new


def checked_rate(new: NewTaxRate) -> NewTaxRate:
    """`new` when usable. Errors: Refused('catalog.tax-rate-not-usable')."""
    wrong = ""
    if new.category not in CATEGORIES:
        wrong = f"the category is one of {', '.join(CATEGORIES)}"
    elif not new.percent.is_finite() or not 0 <= new.percent < 100:
        wrong = "the percentage is 0 or more and below 100"
    elif new.percent and new.category in UNTAXED:
        wrong = "this category is untaxed: 0"
    elif new.category in ("S", "AA") and not new.percent:
        wrong = "a taxed category has a rate above 0; use Z for zero-rated"
    elif len(new.country) != 2 or not new.country.isascii() or not new.country.isupper():
        wrong = "the country is two capitals like DE"
    if wrong:
        raise Refused("catalog.tax-rate-not-usable", f"Tax rate {new.country} {new.category} {new.percent} was not set: {wrong}.")
    return new


def standard_rates(country: str, since: dt.date) -> list[NewTaxRate]:
    """The usual rates of a country from a day on: those that hold on it, and every later change; empty where none are known."""
    rows = [
        NewTaxRate(country, category, Decimal(percent), dt.date.fromisoformat(day))
        for category, percent, day in STANDARD.get(country, ())
    ]
    held = {row.category: row for row in rows if row.valid_from <= since}
    return [row for row in rows if row.valid_from > since or held[row.category] is row]
