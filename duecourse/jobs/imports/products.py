"""Products: rows become products with a list price from a day on; what is here already stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from duecourse.catalog import actions as catalog
from duecourse.catalog import queries as catalog_facts
from duecourse.catalog import rules
from duecourse.catalog.rules import NewPrice, NewProduct
from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.core.money import Price
from duecourse.core.reasons import Reason
from duecourse.jobs.imports.cells import Row
from duecourse.jobs.imports.items import posting_date
from duecourse.jobs.imports.reading import Checked, Out, Reading, Reject
from duecourse.jobs.imports.words import folded

_TAX_WORDS = {
    "s": "S", "standard": "S", "full": "S", "normal": "S", "voll": "S", "regelsteuersatz": "S", "aa": "AA", "reduced": "AA", "reduit": "AA",
    "ermassigt": "AA", "z": "Z", "zero": "Z", "none": "Z", "frei": "Z", "steuerfrei": "Z", "exonere": "Z",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Draft:
    product: NewProduct
    price: Price | None


def check(call: Call, reading: Reading, rows: list[Row], system: str) -> Checked[Draft]:
    """What the products would be. Reads only."""
    on = posting_date(call, reading.options)
    rates = _rates(call, on)
    sifted = reading.sift(rows, lambda row: _draft(reading, row, rates))
    checked: Checked[Draft] = Checked(left=sifted.left, rejects=sifted.rejects)
    here = catalog_facts.products(call, {draft.product.number for _, draft in sifted.drafts})
    seen: dict[str, int] = {}
    for row, draft in sifted.drafts:
        number = draft.product.number
        if number in seen:
            checked.rejects.append(Reject(row, "number", Reason("take-over.twice", {"line": seen[number]})))
        elif number in here:
            checked.known.append(row)
        else:
            checked.ready.append((row, draft))
        seen.setdefault(number, row.line)
    checked.rejects.sort(key=lambda reject: reject.row.line)
    checked.will = {"products": len(checked.ready), "prices": sum(draft.price is not None for _, draft in checked.ready)}
    return checked


def _rates(call: Call, on: object) -> Mapping[Decimal, str]:
    """Rates of the company's country on a day → their category, those that only one category has."""
    found: dict[Decimal, set[str]] = {}
    for rate in catalog_facts.tax_rates(call):
        if rate.country == call.company.country and rate.category in rules.PRODUCT_CATEGORIES and str(rate.valid_from) <= str(on):
            found.setdefault(rate.percent.normalize(), set()).add(rate.category)
    return {percent: categories.pop() for percent, categories in found.items() if len(categories) == 1}


def _draft(reading: Reading, row: Row, rates: Mapping[Decimal, str]) -> Draft:
    number, name = reading.id(row, "number", required=True), reading.text(row, "name", required=True)
    product = NewProduct(number, name, reading.text(row, "unit", 10) or "pc", _tax(reading, row, rates))
    try:
        rules.checked_products([product])
    except Refused as refused:
        raise Out("number", Reason("take-over.not-usable", {"said": refused.message})) from None
    return Draft(product, _price(reading, row))


def _tax(reading: Reading, row: Row, rates: Mapping[Decimal, str]) -> str:
    text = reading.text(row, "tax", 40)
    if not text:
        return "S"
    if folded(text) in _TAX_WORDS:
        return _TAX_WORDS[folded(text)]
    plain = text.replace("%", "").replace(",", ".").strip()
    if plain.replace(".", "", 1).isdigit() and (found := rates.get(Decimal(plain).normalize())):
        return found
    raise Out("tax", Reason("take-over.unknown-tax", {"value": text}))


def _price(reading: Reading, row: Row) -> Price | None:
    found = reading.decimal(row, "price")
    if found is None:
        return None
    value, beside = found
    currency = (
        (reading.text(row, "currency", 20).upper() or beside)
        if reading.has("currency")
        else str(reading.options.get("currency", beside))
    )
    if not currency:
        raise Out("price", Reason("take-over.no-currency"))
    try:
        return _checked(value, currency)
    except Refused as refused:
        raise Out("price", Reason("take-over.not-usable", {"said": refused.message})) from None


def _checked(value: Decimal, currency: str) -> Price:
    if value < 0:
        raise Refused("catalog.price-not-usable", "A price is not below zero.")
    return Price(value, currency)


def write(call: Call, checked: Checked[Draft], reading: Reading, system: str) -> dict[str, int]:
    """Make the ready products and their prices."""
    drafts = [draft for _, draft in checked.ready]
    made = catalog.create_products(call, [draft.product for draft in drafts])
    on = posting_date(call, reading.options)
    prices = [NewPrice(draft.product.number, draft.price, on) for draft in drafts if draft.price is not None]
    if prices:
        catalog.set_prices(call, prices)
    return {"products": len(made), "prices": len(prices)}
