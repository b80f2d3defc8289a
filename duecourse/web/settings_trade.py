"""Settings of trade: products with their list prices, tax rates, payment terms."""

from __future__ import annotations

from decimal import Decimal

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext as _

from duecourse.catalog import actions as catalog
from duecourse.catalog import queries as catalog_facts
from duecourse.catalog import rules as catalog_rules
from duecourse.core.call import Call, within
from duecourse.core.errors import Refused
from duecourse.core.money import Price
from duecourse.customers import actions as customers
from duecourse.customers import queries as customer_facts
from duecourse.customers import rules as customer_rules
from duecourse.web import entered, export, listing
from duecourse.web.door import done, page, screen
from duecourse.web.language import in_words


def categories() -> list[tuple[str, str]]:
    """Tax categories of EN 16931 in words."""
    words = {
        "S": _("S, standard rate"), "AA": _("AA, reduced rate"), "Z": _("Z, zero rate"), "E": _("E, exempt"), "AE": _("AE, reverse charge"),
        "K": _("K, within the EU"), "G": _("G, export"), "O": _("O, outside of tax"),
    }  # fmt: skip
    return [(one, words[one]) for one in catalog_rules.CATEGORIES]


@screen("catalog.read")
def products(request: HttpRequest, call: Call) -> HttpResponseBase:
    """The list with today's price; POST `do` is product (a new one, perhaps with a price) or price (a new price from a day on)."""
    names = ("do", "number", "name", "unit", "tax_category", "price", "currency", "valid_from")
    values = {name: request.POST.get(name, "").strip() for name in names}
    errors: list[str] = []
    if request.method == "POST":
        values["do"] = "price" if values["do"] == "price" else "product"  # the form that says what is wrong
        try:
            with within(call):  # the product and its price, or neither
                if values["do"] != "price":
                    new = catalog_rules.NewProduct(
                        values["number"], values["name"], values["unit"] or "pc", values["tax_category"] or "S"
                    )
                    catalog.create_products(call, [new])
                if values["price"] or values["do"] == "price":
                    price = Price(entered.decimal(values["price"]), values["currency"].upper())
                    catalog.set_prices(
                        call, [catalog_rules.NewPrice(values["number"], price, entered.day(values["valid_from"], call.today))]
                    )
            words = _("The price of %(number)s was set.") if values["do"] == "price" else _("Product %(number)s was added.")
            done(request, words % {"number": values["number"]})
            return HttpResponseRedirect(reverse("settings-products"))
        except Refused as refused:
            errors.append(in_words(refused))
    else:
        values |= {"unit": "pc", "tax_category": "S", "currency": call.company.currency, "valid_from": call.today.isoformat()}
    text, sort = request.GET.get("q", "").strip(), request.GET.get("sort", "")
    sort = sort if sort in catalog_facts.SORTS else "number"
    if export.asked(request):
        head = [_("Number"), _("Name"), _("Unit"), _("Tax category"), f"{_('Price')} {call.company.currency}"]
        return export.answer(
            call,
            "products",
            head,
            lambda: (
                (one.number, one.name, one.unit, one.tax_category, one.price.amount if one.price else "")
                for one in export.every(lambda number: catalog_facts.rows(call, text, sort, number, export.SIZE))
            ),
        )
    found = catalog_facts.rows(call, text, sort, listing.number(request))
    context = {
        "rows": found.rows,
        "decimals": max([2, *(-int(one.price.amount.normalize().as_tuple().exponent) for one in found.rows if one.price)]),
        "shown": listing.Shown(found),
        "asked": text,
        "sorted_by": sort,
        "chips": listing.chips(request, {"q": f"“{text}”" if text else ""}),
        "values": values,
        "errors": errors,
        "categories": [pair for pair in categories() if pair[0] in catalog_rules.PRODUCT_CATEGORIES],
        "may_add": call.by.may("catalog.create_products"),
        "may_price": call.by.may("catalog.set_prices"),
    }
    return page(request, call, "settings/products.html", context, status=422 if errors else 200)


@screen("catalog.read")
def tax(request: HttpRequest, call: Call) -> HttpResponse:
    """Every rate that was ever set; a new one by POST. What is invoiced keeps its tax."""
    values = {name: request.POST.get(name, "").strip() for name in ("country", "category", "percent", "valid_from", "note")}
    errors: list[str] = []
    if request.method == "POST":
        try:
            percent = entered.decimal(values["percent"])
            rate = catalog_rules.NewTaxRate(
                values["country"].upper(),
                values["category"],
                percent,
                entered.day(values["valid_from"], call.today),
                values["note"],
            )
            catalog.set_tax_rates(call, [rate])
            done(request, _("The rate was set. Invoices that are posted keep their tax."))
            return HttpResponseRedirect(reverse("settings-tax"))
        except Refused as refused:
            errors.append(in_words(refused))
    else:
        values |= {"country": call.company.country, "category": "S", "valid_from": call.today.isoformat()}
    context = {
        "rows": catalog_facts.tax_rates(call),
        "values": values,
        "errors": errors,
        "categories": categories(),
        "may_set": call.by.may("catalog.set_tax_rates"),
    }
    return page(request, call, "settings/tax.html", context, status=422 if errors else 200)


@screen("customers.read")
def terms(request: HttpRequest, call: Call) -> HttpResponse:
    """Payment terms; new ones by POST."""
    values = {
        name: request.POST.get(name, "").strip() for name in ("code", "name", "net_days", "discount_days", "discount_percent")
    }
    errors: list[str] = []
    if request.method == "POST":
        try:
            new = customer_rules.NewTerms(
                values["code"],
                values["name"] or values["code"],
                _days(values["net_days"]),
                _days(values["discount_days"]) if values["discount_days"] else None,
                _percent(values["discount_percent"]),
            )
            customers.create_terms(call, [new])
            done(request, _("Terms %(code)s were added.") % {"code": new.code})
            return HttpResponseRedirect(reverse("settings-terms"))
        except Refused as refused:
            errors.append(in_words(refused))
    context = {
        "rows": customer_facts.terms(call),
        "values": values,
        "errors": errors,
        "may_add": call.by.may("customers.create_terms"),
    }
    return page(request, call, "settings/terms.html", context, status=422 if errors else 200)


def _days(text: str) -> int:
    """A number of days. Errors: Refused('web.not-a-number')."""
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise Refused("web.not-a-number", _("“%(text)s” is not a number of days.") % {"text": text[:20]})
    return int(text)


def _percent(text: str) -> Decimal | None:
    return entered.decimal(text) if text else None


urlpatterns = [
    path("settings/products/", products, name="settings-products"),
    path("settings/tax/", tax, name="settings-tax"),
    path("settings/terms/", terms, name="settings-terms"),
]
