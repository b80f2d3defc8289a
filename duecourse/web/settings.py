"""Settings: what a role may set up, the company's particulars, and one's own language and keys."""

from __future__ import annotations

from typing import Any

from django.conf import settings as site
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from duecourse.access import actions as access
from duecourse.access import queries as access_facts
from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.web import (
    settings_books,
    settings_fields,
    settings_people,
    settings_reasons,
    settings_texts,
    settings_trade,
    settings_webhooks,
)
from duecourse.web.door import done, page, screen
from duecourse.web.language import in_words

# url name, icon, what one must hold to open it (any of them)
PLACES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("settings-company", "company", ("access.read",)),
    ("setup", "tools", ("access.read",)),
    ("settings-people", "users", ("access.read",)),
    ("settings-keys", "key", ("access.create_api_key", "access.revoke_api_key")),
    ("settings-webhooks", "webhook", ("access.read",)),
    ("settings-accounts", "journal", ("ledger.read",)),
    ("settings-bank-accounts", "bank", ("ledger.read", "bank.read")),
    ("settings-periods", "calendar", ("ledger.read",)),
    ("settings-rates", "swap", ("ledger.read",)),
    ("settings-products", "package", ("catalog.read",)),
    ("settings-tax", "percent", ("catalog.read",)),
    ("settings-terms", "calendar-due", ("customers.read",)),
    ("settings-reasons", "tag", ("tailoring.read",)),
    ("settings-fields", "columns", ("tailoring.read",)),
    ("settings-texts", "message", ("tailoring.read",)),
)


def place_words(name: str) -> tuple[str, str]:
    """The name of a place among the settings, and what it is for."""
    words = {
        "settings-company": (_("Company"), _("Name, address and numbers on invoices")),
        "setup": (_("Set-up"), _("What is there, what is missing, going live")),
        "settings-people": (_("People and roles"), _("Who may do what; invitations")),
        "settings-keys": (_("API keys"), _("Programs that work for you")),
        "settings-webhooks": (_("Webhooks"), _("Systems that are told what happens")),
        "settings-accounts": (_("Chart of accounts"), _("Ledger accounts and what they are for")),
        "settings-bank-accounts": (_("Own bank accounts"), _("Where customers’ money comes in")),
        "settings-periods": (_("Periods"), _("Which months may be posted to")),
        "settings-rates": (_("Exchange rates"), _("Reference rates of the ECB")),
        "settings-products": (_("Products and prices"), _("What is sold, at which list price")),
        "settings-tax": (_("Tax rates"), _("By country, category and day")),
        "settings-terms": (_("Payment terms"), _("Net days and cash discounts")),
        "settings-reasons": (_("Reason codes"), _("Why something was done, from your own list")),
        "settings-fields": (_("Own fields"), _("On customers, orders and invoices")),
        "settings-texts": (_("Texts"), _("Of mails and documents, with a preview")),
    }
    return words[name]


@screen("access.change_language")
def index(request: HttpRequest, call: Call) -> HttpResponse:
    """The places that the role may open, and what is one's own."""
    places = [
        {"url": reverse(name), "icon": icon, "title": place_words(name)[0], "sub": place_words(name)[1]}
        for name, icon, needed in PLACES
        if any(call.by.may(one) for one in needed)
    ]
    own = access_facts.user_view(call.by.id, call.company.id)
    context = {
        "places": places,
        "own": own,
        "roles": [settings_people.role_words(role) for role in own.roles],
        "languages": list(site.LANGUAGES),
    }
    return page(request, call, "settings/index.html", context)


COMPANY = (
    "name", "tagline", "street", "postal_code", "city", "tax_id", "register", "managing_director", "email", "phone", "language",
)  # fmt: skip


@screen("access.read")
def company(request: HttpRequest, call: Call) -> HttpResponse:
    """What the company says about itself; administrators change it."""
    profile = access_facts.company_profile(call)
    values: dict[str, Any] = {name: getattr(profile, name) for name in COMPANY}
    errors: list[str] = []
    if request.method == "POST":
        typed = {name: request.POST[name].strip() for name in COMPANY if name in request.POST}
        changed = {name: value for name, value in typed.items() if value != values[name]}
        values |= typed
        try:
            if changed:
                access.change_company(call, changed)
                done(request, _("The company was changed. Invoices that are posted keep what they say."))
            return HttpResponseRedirect(reverse("settings-company"))
        except Refused as refused:
            errors.append(in_words(refused))
    context = {
        "profile": profile,
        "values": values,
        "errors": errors,
        "may_change": call.by.may("access.change_company"),
        "languages": list(site.LANGUAGES),
    }
    return page(request, call, "settings/company.html", context, status=422 if errors else 200)


urlpatterns = [
    path("settings/", index, name="settings"),
    path("settings/company/", company, name="settings-company"),
    *settings_people.urlpatterns,
    *settings_webhooks.urlpatterns,
    *settings_books.urlpatterns,
    *settings_trade.urlpatterns,
    *settings_reasons.urlpatterns,
    *settings_fields.urlpatterns,
    *settings_texts.urlpatterns,
]
