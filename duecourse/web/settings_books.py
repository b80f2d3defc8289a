"""Settings of the books: chart of accounts, own bank accounts, periods, exchange rates."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.ledger import actions, queries, rules
from duecourse.web import entered
from duecourse.web.door import as_of, done, page, refusal, screen
from duecourse.web.language import in_words
from duecourse.web.templatetags.show import month

RATES_BYTES_MAX = 10_000_000
KINDS = ("asset", "liability", "income", "expense", "equity")


def _purposes() -> list[tuple[str, str]]:
    return [(one, one) for one in sorted({account.purpose for account in rules.CHART})]


@screen("ledger.read")
def accounts(request: HttpRequest, call: Call) -> HttpResponse:
    """The chart with its balances; a new account by POST."""
    values = {name: request.POST.get(name, "").strip() for name in ("code", "name", "kind", "purpose", "tax_category")}
    errors: list[str] = []
    if request.method == "POST":
        try:
            if not values["code"] or not values["name"] or values["kind"] not in KINDS:
                raise Refused("web.account-not-usable", _("An account needs a code, a name and a kind."))
            actions.create_accounts(call, [rules.NewAccount(**values)])
            done(request, _("Account %(code)s was added.") % {"code": values["code"]})
            return HttpResponseRedirect(reverse("settings-accounts"))
        except Refused as refused:
            errors.append(in_words(refused))
    on = as_of(request, call)
    balances = queries.balances(call, on)
    total = sum((money.amount for _account, money in balances), start=Decimal(0))
    context = {
        "rows": [(account, money, -money) for account, money in balances],
        "balanced": not total,
        "values": values,
        "errors": errors,
        "may_add": call.by.may("ledger.create_accounts"),
        "kinds": [(kind, kind) for kind in KINDS],
        "purposes": _purposes(),
    }
    return page(request, call, "settings/accounts.html", context, status=422 if errors else 200)


@screen("access.change_language")
def bank_accounts(request: HttpRequest, call: Call) -> HttpResponse:
    """The company's own accounts with what the books say is on them; a new one by POST."""
    if not (call.by.may("ledger.read") or call.by.may("bank.read")):
        raise Refused("access.not-permitted", _("Your role does not include this. An administrator can change your role."))
    values = {name: request.POST.get(name, "").strip() for name in ("name", "number", "bic", "currency", "code")}
    errors: list[str] = []
    if request.method == "POST":
        try:
            if not values["name"] or not values["number"]:
                raise Refused("web.bank-account-not-usable", _("A bank account needs a name and its number (IBAN)."))
            actions.create_bank_account(
                call, values["name"], values["number"], values["bic"], values["currency"].upper(), values["code"]
            )
            done(request, _("%(name)s was added. Its statements can be read now.") % {"name": values["name"]})
            return HttpResponseRedirect(reverse("settings-bank-accounts"))
        except Refused as refused:
            errors.append(in_words(refused))
    else:
        values["currency"] = call.company.currency
    balances = queries.bank_balances(call)
    codes = {account.id: account.code for account in queries.accounts(call)}
    context = {
        "rows": [(one, balances.get(one.id), codes.get(one.account_id, "")) for one in queries.bank_accounts(call)],
        "values": values,
        "errors": errors,
        "may_add": call.by.may("ledger.create_bank_account"),
    }
    return page(request, call, "settings/bank_accounts.html", context, status=422 if errors else 200)


@screen("ledger.read")
def periods(request: HttpRequest, call: Call) -> HttpResponse:
    """Posting periods; POST `do` is lock, unlock, close or reopen (with a reason) with `period`, or open with a `year`."""
    if request.method == "POST":
        do, ref = request.POST.get("do", ""), request.POST.get("period", "")
        try:
            said = _change_period(call, do, ref, request.POST.get("year", "").strip(), request.POST.get("reason", ""))
        except Refused as refused:
            return refusal(request, refused)
        done(request, said)
        return HttpResponseRedirect(reverse("settings-periods"))
    found = queries.periods(call)
    years: dict[int, list[dict[str, Any]]] = {}
    for one in found:
        ref = ids.outer("prd", one.id)
        years.setdefault(one.start_date.year, []).append(
            {"period": one, "ref": ref, "words": month(one.start_date), "now": _holds(one, call.today)}
        )
    context = {
        "years": list(years.items()),
        "next_year": max(years, default=call.today.year - 1) + 1,
        "may_open": call.by.may("ledger.open_periods"),
    }
    return page(request, call, "settings/periods.html", context)


def _holds(period: queries.PeriodView, day: dt.date) -> bool:
    return period.start_date <= day < period.end_date


def _change_period(call: Call, do: str, ref: str, year: str, reason: str) -> str:
    """Lock, close, reopen or open periods, and what is said about it. Errors: Refused('web.unknown-step'), the actions' own."""
    if do == "open":
        if not (year.isascii() and year.isdigit() and 1990 <= int(year) <= 2200):
            raise Refused("web.not-a-year", _("“%(text)s” is not a year; expected one like 2027.") % {"text": year[:20]})
        count = actions.open_periods(call, dt.date(int(year), 1, 1), dt.date(int(year), 12, 31))
        return _("%(count)s months of %(year)s were opened.") % {"count": count, "year": year}
    words = next((month(one.start_date) for one in queries.periods(call) if ids.outer("prd", one.id) == ref), ref)
    if do == "lock":
        actions.lock_period(call, ref)
        return _("%(month)s is soft-locked: only what a controller approves with a reason goes in.") % {"month": words}
    if do == "unlock":
        actions.unlock_period(call, ref)
        return _("The soft lock of %(month)s is lifted.") % {"month": words}
    if do == "close":
        actions.close_period(call, ref)
        return _("%(month)s is closed: nothing is posted to it any more.") % {"month": words}
    if do == "reopen":
        actions.reopen_period(call, ref, reason)
        return _("%(month)s is open again.") % {"month": words}
    raise Refused("web.unknown-step", _("This cannot be done here."))


@screen("ledger.read")
def rates(request: HttpRequest, call: Call) -> HttpResponse:
    """The newest rate of each currency; the ECB's history file is taken by POST `file`, from the day `since` on."""
    errors: list[str] = []
    if request.method == "POST":
        file = request.FILES.get("file")
        try:
            if file is None or not file.size or file.size > RATES_BYTES_MAX:
                raise Refused("ledger.rates-not-readable", _("Choose the ECB’s file (eurofxref-hist.csv or .zip), up to 10 MB."))
            since = entered.day(request.POST.get("since") or "1999-01-01", call.today)
            found = rules.read_reference_rates(file.read(), str(file.name), since)
            new = actions.load_rates(call, found)
            done(request, _("%(all)s rates read, %(new)s of them new.") % {"all": len(found), "new": new})
            return HttpResponseRedirect(reverse("settings-rates"))
        except Refused as refused:
            errors.append(in_words(refused))
    on = as_of(request, call)
    newest = queries.newest_rates(call, on)
    context = {
        "rows": [(one, (on - one.rate_date).days > rules.RATE_AGE_DAYS_MAX) for one in newest],
        "errors": errors,
        "may_load": call.by.may("ledger.load_rates"),
        "since": request.POST.get("since", call.today.replace(year=call.today.year - 1, month=1, day=1).isoformat()),
        "age_max": rules.RATE_AGE_DAYS_MAX,
    }
    return page(request, call, "settings/rates.html", context, status=422 if errors else 200)


urlpatterns = [
    path("settings/accounts/", accounts, name="settings-accounts"),
    path("settings/bank-accounts/", bank_accounts, name="settings-bank-accounts"),
    path("settings/periods/", periods, name="settings-periods"),
    path("settings/rates/", rates, name="settings-rates"),
]
