"""The books: trial balance, account sheets, VAT report; each figure leads down to the entry and its document."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.ledger import queries, rules
from duecourse.web import entered, export, happened, listing
from duecourse.web.door import as_of, page, screen
from duecourse.web.templatetags.show import full_day, month


def span(request: HttpRequest, call: Call) -> tuple[dt.date, dt.date]:
    """The days asked for (`since`, `until`), the month of the day shown when none are; never backwards."""
    on = as_of(request, call)
    last = entered.day_or_none(request.GET.get("until")) or on
    first = entered.day_or_none(request.GET.get("since")) or last.replace(day=1)
    return min(first, last), last


def known_at(request: HttpRequest, call: Call) -> dt.datetime | None:
    """The end of the day `known` in the company's zone, None without one."""
    day = entered.day_or_none(request.GET.get("known"))
    return dt.datetime.combine(day, dt.time.max, ZoneInfo(call.company.time_zone)) if day and day < call.today else None


def spans(request: HttpRequest, call: Call, first: dt.date, last: dt.date) -> list[dict[str, Any]]:
    """Tabs for the days one asks for most: this month, the one before, this fiscal year."""
    on = as_of(request, call)
    before = on.replace(day=1) - dt.timedelta(days=1)
    year = queries.trial_year_start(call, on)
    choices = [
        (_("This month"), on.replace(day=1), on),
        (month(before), before.replace(day=1), before),
        (_("Fiscal year"), year, on),
    ]
    return [
        {
            "label": label,
            "url": f"?{urlencode(query_of(since, until))}",
            "active": (since, until) == (first, last),
            "count": None,
        }
        for label, since, until in choices
    ]


def query_of(first: dt.date, last: dt.date) -> dict[str, str]:
    """Days as an address says them."""
    return {"since": first.isoformat(), "until": last.isoformat()}


def days_of(first: dt.date, last: dt.date) -> str:
    return _("%(first)s to %(last)s") % {"first": full_day(first), "last": full_day(last)}


@screen("ledger.read")
def trial_balance(request: HttpRequest, call: Call) -> HttpResponseBase:
    """Opening, debits, credits and closing of every account."""
    first, last = span(request, call)
    known = known_at(request, call)
    found = queries.trial_balance(call, first, last, known)
    kinds = {
        "asset": _("Asset"),
        "liability": _("Liability"),
        "equity": _("Equity"),
        "income": _("Income"),
        "expense": _("Expense"),
    }
    query = query_of(first, last) | ({"known": request.GET["known"]} if known else {})
    if export.asked(request):
        head = [
            _("Account"),
            _("Name"),
            _("Kind"),
            _("Opening"),
            _("Debit"),
            _("Credit"),
            _("Closing"),
            _("Currency"),
            _("From"),
            _("To"),
        ]
        return export.answer(call, "trial-balance", head, lambda: _trial_rows(found, call.company.currency))
    context = {
        "found": found,
        "rows": [
            (row, kinds.get(row.kind, row.kind), f"{reverse('account-sheet', args=[row.code])}?{urlencode(query)}")
            for row in found.rows
            if request.GET.get("all") or row.opening or row.debit or row.credit
        ],
        "hidden": sum(1 for row in found.rows if not (row.opening or row.debit or row.credit))
        if not request.GET.get("all")
        else 0,
        "sums": {side: found.total(side) for side in ("opening", "debit", "credit", "closing")},
        "asked": {"since": first, "until": last, "known": request.GET.get("known", "")},
        "tabs": spans(request, call, first, last),
        "sub": days_of(first, last),
        "known": known,
        "keys": [(("J", "K"), _("next, previous")), (("Enter",), _("open"))],
    }
    return page(request, call, "books/trial_balance.html", context)


def _trial_rows(found: queries.TrialBalance, currency: str) -> Sequence[Sequence[object]]:
    rows: list[Sequence[object]] = [
        (row.code, row.name, row.kind, row.opening, row.debit, row.credit, row.closing, currency, found.first, found.last)
        for row in found.rows
    ]
    if found.retained:
        words = _("Retained earnings of earlier years")
        rows.append(
            ("", words, "equity", found.retained, Decimal(0), Decimal(0), found.retained, currency, found.first, found.last)
        )
    return rows


@screen("ledger.read")
def account_sheet(request: HttpRequest, call: Call, code: str) -> HttpResponseBase:
    """One account's postings with the balance after each."""
    first, last = span(request, call)
    known = known_at(request, call)

    def sheet(number: int, size: int = 50) -> queries.Sheet:
        return queries.account_sheet(call, code, first, last, known, number, size)

    if export.asked(request):
        head = [
            _("Posting date"), _("Document date"), _("Entry"), _("Kind"), _("Text"), _("Debit"), _("Credit"), _("Balance"), _("Currency"),
            _("Own amount"), _("Own currency"), _("Tax category"), _("About"),
        ]  # fmt: skip
        return export.answer(
            call, f"account-{code}", head,
            lambda: (
                (
                    row.posting_date, row.document_date, row.number, row.kind, row.text, row.company_money if row.company_money.amount > 0 else None,
                    -row.company_money if row.company_money.amount < 0 else None, row.running, call.company.currency, row.money, row.money.currency,
                    row.tax_category, row.source,
                )
                for row in export.every(lambda number: sheet(number, export.SIZE).page)
            ),
        )  # fmt: skip
    found = sheet(listing.number(request))
    context = {
        "sheet": found,
        "rows": [
            {
                "row": row, "url": reverse("journal-entry", args=[ids.outer("jrn", row.entry_id)]), "credit": -row.company_money,
                "source": happened.link(call, row.source), "foreign": row.money.currency != call.company.currency,
            }
            for row in found.page.rows
        ],
        "shown": listing.Shown(found.page),
        "asked": {"since": first, "until": last, "known": request.GET.get("known", "")},
        "sub": days_of(first, last),
        "back": f"{reverse('trial-balance')}?{urlencode(query_of(first, last))}",
        "keys": [(("J", "K"), _("next, previous")), (("Enter",), _("open"))],
    }  # fmt: skip
    return page(request, call, "books/account_sheet.html", context)


def treatments() -> dict[str, str]:
    return {
        "domestic": _("Domestic"), "exempt": _("Exempt"), "reverse-charge": _("Reverse charge"), "eu-supply": _("Supply to the EU"),
        "export": pgettext("tax", "Export"), "outside": _("Outside the scope of tax"),
    }  # fmt: skip


def whats() -> dict[str, str]:
    return {
        "invoice": _("Invoices"), "credit-note": _("Credit notes"), "discount": _("Cash discounts"), "bad-debt": _("Bad debts"),
        "manual": _("Manual journals"), "other": _("Other"),
    }  # fmt: skip


@screen("ledger.read")
def vat(request: HttpRequest, call: Call) -> HttpResponseBase:
    """Base and tax by category and rate, what the tax accounts moved, and EU supplies by buyer."""
    first, last = span(request, call)
    found = queries.vat_report(call, first, last)
    part = request.GET.get("part", "")
    if export.asked(request):
        return _vat_csv(call, found, first, last, part)
    query = query_of(first, last)

    def down(category: str, percent: Decimal | None = None, what: str = "") -> str:
        more = (
            {"category": category}
            | ({"percent": f"{percent:f}"} if percent is not None else {})
            | ({"what": what} if what else {})
        )
        return f"{reverse('vat-entries')}?{urlencode(query | more)}"

    problems = {"no-customer": _("no customer"), "no-tax-id": _("no VAT id"), "not-eu": _("not a VAT id of another EU country")}
    context = {
        "found": found,
        "rows": [
            {
                "row": row, "treatment": treatments()[row.treatment], "url": down(row.category, row.percent),
                "parts": [(one, whats()[one.what], down(row.category, row.percent, one.what)) for one in row.parts],
            }
            for row in found.rows
        ],
        "eu": [(sale, problems.get(sale.problem, ""), _buyer(call, sale)) for sale in found.eu_sales],
        "eu_problems": sum(1 for sale in found.eu_sales if sale.problem),
        "unnamed_url": down(""),
        "asked": {"since": first, "until": last},
        "tabs": spans(request, call, first, last),
        "sub": days_of(first, last),
        "keys": [],
    }  # fmt: skip
    return page(request, call, "books/vat.html", context)


def _buyer(call: Call, sale: rules.EuSale) -> str:
    return happened.link(call, ids.outer("acc", sale.account_id)) if sale.account_id else ""


def _vat_csv(call: Call, found: Any, first: dt.date, last: dt.date, part: str) -> HttpResponseBase:
    currency = call.company.currency
    if part == "eu":
        head = [_("VAT id"), _("Country"), _("Customer"), _("Name"), _("Base"), _("Currency"), _("Problem"), _("From"), _("To")]
        return export.answer(
            call, "eu-supplies", head,
            lambda: ((one.tax_id, one.country, one.number, one.name, one.base, currency, one.problem, first, last) for one in found.eu_sales),
        )  # fmt: skip
    head = [_("Treatment"), _("Category"), _("Percent"), _("What"), _("Base"), _("Tax"), _("Currency"), _("From"), _("To")]
    return export.answer(
        call, "vat-report", head,
        lambda: (
            (row.treatment, row.category, row.percent, one.what, one.base, one.tax, currency, first, last)
            for row in found.rows
            for one in row.parts
        ),
    )  # fmt: skip


@screen("ledger.read")
def vat_entries(request: HttpRequest, call: Call) -> HttpResponseBase:
    """The entries behind one sum of the report."""
    first, last = span(request, call)
    category, what = request.GET.get("category", "")[:2], request.GET.get("what", "")[:20]
    try:
        percent = Decimal(request.GET["percent"]) if request.GET.get("percent") else None
        percent = percent if percent is None or percent.is_finite() else None
    except InvalidOperation:
        percent = None
    found = queries.tax_entries(call, first, last, category, percent, what, listing.number(request))
    if export.asked(request):
        head = [_("Entry"), _("Posting date"), _("Text"), _("Base"), _("Tax"), _("About")]
        return export.answer(
            call, "vat-entries", head,
            lambda: (
                (one.number, one.posting_date, one.text, one.base, one.tax, one.source)
                for one in export.every(lambda number: queries.tax_entries(call, first, last, category, percent, what, number, export.SIZE))
            ),
        )  # fmt: skip
    context = {
        "rows": [
            (one, reverse("journal-entry", args=[ids.outer("jrn", one.entry_id)]), happened.link(call, one.source))
            for one in found.rows
        ],
        "shown": listing.Shown(found),
        "title": f"{category} {percent.normalize():f} %" if percent is not None else category or _("Without a tax category"),
        "what": whats().get(what, ""),
        "sub": days_of(first, last),
        "back": f"{reverse('vat-report')}?{urlencode(query_of(first, last))}",
        "keys": [(("J", "K"), _("next, previous")), (("Enter",), _("open"))],
    }
    return page(request, call, "books/vat_entries.html", context)


urlpatterns = [
    path("books/trial-balance/", trial_balance, name="trial-balance"),
    path("books/accounts/<str:code>/", account_sheet, name="account-sheet"),
    path("books/vat/", vat, name="vat-report"),
    path("books/vat/entries/", vat_entries, name="vat-entries"),
]
