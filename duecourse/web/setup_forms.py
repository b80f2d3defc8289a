"""The forms of the set-up: what each step shows, and what its POST does. Each does one action and says what happened."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from duecourse.access import actions as access
from duecourse.access import queries as access_facts
from duecourse.access import rules as access_rules
from duecourse.catalog import actions as catalog
from duecourse.catalog import queries as catalog_facts
from duecourse.catalog import rules as catalog_rules
from duecourse.core import sequences
from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.customers import actions as customers
from duecourse.customers import queries as customer_facts
from duecourse.customers import rules as customer_rules
from duecourse.documents import actions as documents
from duecourse.documents import rules as document_rules
from duecourse.ledger import actions as ledger
from duecourse.ledger import queries as ledger_facts
from duecourse.ledger import rules as ledger_rules
from duecourse.web import entered
from duecourse.web.founding import countries, time_zones, usual
from duecourse.web.settings_people import role_purpose, role_words

COMPANY = (
    "name", "street", "postal_code", "city", "country", "currency", "time_zone", "language", "tax_id", "register", "managing_director",
    "email", "phone",
)  # fmt: skip
STAYS = ("bank", "people", "live")  # one adds several, or stays to see what came of it


def offered_terms() -> list[customer_rules.NewTerms]:
    """Terms that many have, to be ticked."""
    return [
        customer_rules.NewTerms("NET30", _("30 days net"), 30, None, None),
        customer_rules.NewTerms("NET14", _("14 days net"), 14, None, None),
        customer_rules.NewTerms("2-14-30", _("14 days 2 %, 30 days net"), 30, 14, Decimal(2)),
        customer_rules.NewTerms("NET60", _("60 days net"), 60, None, None),
        customer_rules.NewTerms("NOW", _("Due at once"), 0, None, None),
    ]


def series_words(series: str) -> str:
    return {
        "invoice": _("Invoices"), "credit-note": _("Credit notes"), "order": _("Orders"), "delivery": _("Deliveries"),
    }[series]  # fmt: skip


def months() -> list[tuple[str, str]]:
    names = (
        _("January"), _("February"), _("March"), _("April"), _("May"), _("June"), _("July"), _("August"), _("September"),
        _("October"), _("November"), _("December"),
    )  # fmt: skip
    return [(str(number), name) for number, name in enumerate(names, 1)]


# -- what is shown


def show(name: str, request: HttpRequest, call: Call, company: access_rules.CompanyProfile) -> dict[str, Any]:
    """What the page of a step needs beside the frame of the set-up; after a refusal with what was typed."""
    found = SHOW[name](call, company)
    values = found.get("values")
    if request.method == "POST" and isinstance(values, dict):
        found["values"] = {key: request.POST.get(key, value) for key, value in values.items()}
    return found


def _show_company(call: Call, company: access_rules.CompanyProfile) -> dict[str, Any]:
    place, zones = countries(), time_zones()[1:]
    if company.country not in dict(place):
        place.append((company.country, company.country))
    if company.time_zone not in dict(zones):
        zones.append((company.time_zone, company.time_zone))
    return {
        "values": {name: getattr(company, name) for name in COMPANY},
        "free": company.live_at is None and company.opening_date is None,
        "countries": place,
        "currencies": usual()[1:],
        "time_zones": zones,
        "languages": list(settings.LANGUAGES),
    }


def _show_books(call: Call, company: access_rules.CompanyProfile) -> dict[str, Any]:
    opening = company.opening_date or call.today.replace(month=1, day=1)
    open_periods = [one for one in ledger_facts.periods(call) if one.state == "open"] if company.opening_date else []
    return {
        "values": {"opening_date": opening.isoformat(), "fiscal_year_month": str(company.fiscal_year_month)},
        "months": months(),
        "periods": len(open_periods),
        "chart": len(ledger_rules.CHART),
    }


def _show_tax(call: Call, company: access_rules.CompanyProfile) -> dict[str, Any]:
    since = company.opening_date or call.today
    valid = catalog_facts.rates_valid(call, company.country, call.today)
    proposed = catalog_rules.standard_rates(company.country, since)
    return {
        "valid": [(category, tax.percent) for category, tax in sorted(valid.items())],
        "proposed": [] if valid else [(row, category_words(row.category)) for row in proposed],
        "categories": [(code, category_words(code)) for code in catalog_rules.PRODUCT_CATEGORIES],
        "since": since,
        "untaxed": company.country == "US",
    }


def category_words(category: str) -> str:
    return {"S": _("Standard rate"), "AA": _("Reduced rate"), "Z": _("Zero rate")}.get(category, category)


def _show_bank(call: Call, company: access_rules.CompanyProfile) -> dict[str, Any]:
    return {
        "accounts": [(one, ledger_rules.bank_of(one.number)[1]) for one in ledger_facts.bank_accounts(call)],
        "values": {"bank_name": "", "number": "", "bic": "", "bank_currency": company.currency},
        "currencies": usual()[1:],
        "has_chart": bool(ledger_facts.account_ids(call)),
    }


def _show_terms(call: Call, company: access_rules.CompanyProfile) -> dict[str, Any]:
    there = customer_facts.terms(call)
    codes = {one.code for one in there}
    offered = [one for one in offered_terms() if one.code not in codes]
    return {
        "terms": there,
        "offered": offered,
        "values": {"code": "", "terms_name": "", "net_days": "", "discount_days": "", "discount_percent": ""},
    }


def _show_numbers(call: Call, company: access_rules.CompanyProfile) -> dict[str, Any]:
    return {"series": [(one, series_words(one.series)) for one in sequences.own_series(call)]}


def _show_people(call: Call, company: access_rules.CompanyProfile) -> dict[str, Any]:
    members = access_facts.members(call)
    waiting = access_facts.invitations(call)
    held = {role for one in members for role in one.roles} | {one.role for one in waiting}
    return {
        "members": [(one, [role_words(role) for role in one.roles]) for one in members],
        "waiting": [(one, role_words(one.role)) for one in waiting],
        "role_options": [(role, f"{role_words(role)}: {role_purpose(role)}") for role in access_rules.ROLES],
        "nobody": [role_words(role) for role in access_rules.ROLES if role not in held],
        "values": {"invite_email": "", "invite_name": "", "role": "credit-manager"},
    }


def _show_mail(call: Call, company: access_rules.CompanyProfile) -> dict[str, Any]:
    return {
        "values": {
            "sender_name": company.mail_sender_name or company.name,
            "sender": company.mail_sender,
            "reply_to": company.mail_reply_to or company.email,
        },
        "has_server": settings.MAIL_LEAVES_THE_HOUSE,
        "server": settings.EMAIL_HOST if settings.MAIL_LEAVES_THE_HOUSE else "",
        "default_sender": settings.DEFAULT_FROM_EMAIL,
    }


def _show_nothing(call: Call, company: access_rules.CompanyProfile) -> dict[str, Any]:
    return {}


SHOW: dict[str, Callable[[Call, access_rules.CompanyProfile], dict[str, Any]]] = {
    "company": _show_company,
    "books": _show_books,
    "tax": _show_tax,
    "bank": _show_bank,
    "terms": _show_terms,
    "numbers": _show_numbers,
    "people": _show_people,
    "logo": _show_nothing,
    "mail": _show_mail,
    "take-over": _show_nothing,
    "live": _show_nothing,
}


# -- what is done


def _whole(text: str, what: str) -> int:
    """A whole number. Errors: Refused('web.not-a-number')."""
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise Refused("web.not-a-number", _("“%(text)s” is not %(what)s.") % {"text": text[:20], "what": what})
    return int(text)


def _save_company(request: HttpRequest, call: Call) -> str:
    profile = access_facts.company_profile(call)
    said = {name: request.POST[name].strip() for name in COMPANY if name in request.POST}
    changed = {name: value for name, value in said.items() if value != getattr(profile, name)}
    if changed:
        access.change_company(call, changed)
    return _("The company is kept.")


def _save_books(request: HttpRequest, call: Call) -> str:
    opening = entered.day(request.POST.get("opening_date", ""), call.today)
    count = ledger.begin_books(call, opening, _whole(request.POST.get("fiscal_year_month", "1"), _("a month")))
    return _("The books begin on %(day)s; %(count)s months were opened.") % {"day": opening.isoformat(), "count": count}


def _save_tax(request: HttpRequest, call: Call) -> str:
    country = access_facts.company_profile(call).country
    post = request.POST
    rows = []
    for category, percent, day in zip(
        post.getlist("category"), post.getlist("percent"), post.getlist("valid_from"), strict=False
    ):
        if percent.strip():
            first = entered.day(day, call.today)
            rows.append(catalog_rules.NewTaxRate(country, category, entered.decimal(percent), first))
    if not rows:
        raise Refused("web.no-rates", _("No rate was typed. A country without such a tax has the zero rate: 0."))
    catalog.set_tax_rates(call, rows)
    return _("%(count)s tax rates are set.") % {"count": len(rows)}


def _free_code(call: Call) -> str:
    """The ledger account of the next bank account: the chart's own first, then the next number that nothing has."""
    used = {one.account_id for one in ledger_facts.bank_accounts(call)}
    accounts = ledger_facts.accounts(call)
    free = [one.code for one in accounts if one.purpose == "bank" and one.id not in used]
    taken = {one.code for one in accounts}
    return free[0] if free else next(str(code) for code in range(1201, 1360) if str(code) not in taken)


def _save_bank(request: HttpRequest, call: Call) -> str:
    name, number = request.POST.get("bank_name", "").strip(), "".join(request.POST.get("number", "").split()).upper()
    currency = request.POST.get("bank_currency", "").strip().upper()
    if not number:
        raise Refused("web.bank-account-not-usable", _("A bank account needs its number (IBAN)."))
    ledger_rules.check_bank_number(number)
    bic, bank = ledger_rules.bank_of(number)
    called = name or f"{bank or number[-4:]} {currency}"[:100]
    ledger.create_bank_account(call, called, number, request.POST.get("bic", "").strip() or bic, currency, _free_code(call))
    return _("%(name)s was added. Its opening balance comes from its first statement.") % {"name": called}


def _save_terms(request: HttpRequest, call: Call) -> str:
    ticked = set(request.POST.getlist("offered"))
    new = [one for one in offered_terms() if one.code in ticked]
    code = request.POST.get("code", "").strip()
    if code:
        percent, days = (request.POST.get(key, "").strip() for key in ("discount_percent", "discount_days"))
        new.append(
            customer_rules.NewTerms(
                code,
                request.POST.get("terms_name", "").strip() or code,
                _whole(request.POST.get("net_days", "").strip(), _("a number of days")),
                _whole(days, _("a number of days")) if days else None,
                entered.decimal(percent) if percent else None,
            )
        )
    if not new:
        raise Refused("web.no-terms", _("Nothing was chosen. Tick what your customers have."))
    customers.create_terms(call, new)
    return _("%(count)s terms were added.") % {"count": len(new)}


def _save_numbers(request: HttpRequest, call: Call) -> str:
    wanted = {}
    for one in sequences.OWN:
        prefix, following = request.POST.get(f"prefix-{one}", "").strip().upper(), request.POST.get(f"next-{one}", "").strip()
        wanted[one] = (prefix, _whole(following, _("a number")))
    after = access.set_number_series(call, wanted)
    return _("The next invoice is %(number)s.") % {"number": after[0].example}


def _save_people(request: HttpRequest, call: Call) -> str:
    email, name, role = (request.POST.get(key, "").strip() for key in ("invite_email", "invite_name", "role"))
    start = request.build_absolute_uri(reverse("invitation", args=["TOKEN"])).replace("TOKEN/", "")
    documents.send_invitation(call, email, name, role, start)
    return _("%(email)s is invited as %(role)s for seven days.") % {"email": email, "role": role_words(role)}


def _save_logo(request: HttpRequest, call: Call) -> str:
    if request.POST.get("do") == "remove":
        documents.remove_logo(call)
        return _("The logo was removed.")
    file = request.FILES.get("file")
    if file is None or not file.size or file.size > document_rules.LOGO_BYTES_MAX:
        raise Refused("documents.logo-not-usable", _("Choose a PNG or SVG of up to 500 kB."))
    if not call.by.may("documents.set_logo"):
        raise Refused("access.not-permitted", _("Your role does not include this. An administrator can change your role."))
    picture = document_rules.checked_logo(file.read())
    documents.set_logo(call, str(file.name), documents.store_bytes(picture.data), picture)
    return _("The logo is on the head of every screen and on invoices from now on.")


def _save_mail(request: HttpRequest, call: Call) -> str:
    if request.POST.get("do") == "test":
        documents.send_test_mail(call)
        return _("A test mail to you goes out within a minute; the outbox shows what came of it.")
    access.change_mail(call, *(request.POST.get(key, "") for key in ("sender_name", "sender", "reply_to")))
    return _("Mails come from this sender from now on.")


def _save_nothing(request: HttpRequest, call: Call) -> str:
    raise Refused("web.unknown-step", _("This cannot be done here."))


def _save_live(request: HttpRequest, call: Call) -> str:
    held = ledger.go_live(call, send_held=request.POST.get("held") == "send")
    if not held:
        return _("%(company)s is live.") % {"company": call.company.name}
    said = _("%(company)s is live; %(count)s mails that waited are sent.") if request.POST.get("held") == "send" else _(
        "%(company)s is live; %(count)s mails that waited ended unsent."
    )  # fmt: skip
    return said % {"company": call.company.name, "count": held}


SAVE: dict[str, Callable[[HttpRequest, Call], str]] = {
    "company": _save_company,
    "books": _save_books,
    "tax": _save_tax,
    "bank": _save_bank,
    "terms": _save_terms,
    "numbers": _save_numbers,
    "people": _save_people,
    "logo": _save_logo,
    "mail": _save_mail,
    "take-over": _save_nothing,
    "live": _save_live,
}
