"""Month close: what is missing, computed from facts, and the locks. Exports: the journal as a file, and the numbers for DATEV."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.documents import queries as document_facts
from duecourse.kpis import queries as kpi_facts
from duecourse.ledger import actions, queries, rules
from duecourse.web import entered, listing
from duecourse.web.books import days_of, query_of
from duecourse.web.door import as_of, done, page, refusal, screen
from duecourse.web.language import in_words
from duecourse.web.templatetags.show import money, month


def _asked(request: HttpRequest, call: Call) -> dt.date:
    """The first day of the month asked for (`month`, 2026-10); the last whole month otherwise."""
    text = request.POST.get("month") or request.GET.get("month") or ""
    day = entered.day_or_none(f"{text}-01")
    return day or (as_of(request, call).replace(day=1) - dt.timedelta(days=1)).replace(day=1)


@screen("ledger.read")
def month_close(request: HttpRequest, call: Call) -> HttpResponseBase:
    """The checks of a month; POST `do` is lock, unlock, close or reopen (with a reason) with `period`."""
    day = _asked(request, call)
    if request.method == "POST":
        ref, do = request.POST.get("period", ""), request.POST.get("do", "")
        try:
            said = _lock(call, do, ref, month(day), request.POST.get("reason", ""))
        except Refused as refused:
            return refusal(request, refused)
        done(request, said)
        return HttpResponseRedirect(f"{reverse('month-close')}?{urlencode({'month': day.strftime('%Y-%m')})}")
    periods = queries.periods(call)
    known = {one.start_date for one in periods}
    if day not in known:
        day = max((one for one in known if one <= day), default=min(known, default=day))
    if not periods:
        return page(request, call, "books/month_close.html", {"found": None, "sub": "", "months": []})
    found = kpi_facts.month_close(call, day)
    year = [one for one in periods if abs((one.start_date - day).days) < 200 and one.start_date <= call.today]
    context = {
        "found": found,
        "checks": [_check(call, one, found) for one in found.checks],
        "late": [(one, reverse("journal-entry", args=[ids.outer("jrn", one.id)])) for one in found.late],
        "month": day.strftime("%Y-%m"),
        "words": month(day),
        "months": [
            {
                "words": month(one.start_date), "url": f"?{urlencode({'month': one.start_date.strftime('%Y-%m')})}", "state": one.state,
                "now": one.start_date == day, "by": one.closed_by_name,
            }
            for one in reversed(year)
        ],
        "over": found.last < call.today,
        "may": {name: call.by.may(f"ledger.{name}_period") for name in ("lock", "unlock", "close", "reopen")},
    }  # fmt: skip
    return page(request, call, "books/month_close.html", context)


def _lock(call: Call, do: str, ref: str, words: str, reason: str) -> str:
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


def _check(call: Call, check: kpi_facts.MonthCheck, found: kpi_facts.MonthClose) -> dict[str, Any]:
    """A line of the list in words, with where to do something about it."""
    days = urlencode(query_of(found.period.start_date, found.last))
    words: dict[str, tuple[str, str, str, str]] = {
        "ties-out": (_("The books tie out"), _("the verifier’s last word about all books"), "ties-out", "ledger.read"),
        "payments": (_("Payments have a customer"), _("money of this month and before that waits in cash clearing"), "matching", "cash.read"),
        "deliveries": (_("What left is billed"), _("lines that were ready to bill by the month’s end"), "billing", "invoicing.bill_ready"),
        "orders": (_("Order drafts"), _("they bind nobody and post nothing"), "orders", "orders.read"),
        "statements": (_("Bank statements are complete"), _("the newest statement of each account reaches the month’s end"), "bank", "bank.read"),
        "rates": (_("Exchange rates are there"), _("for each currency of your accounts at the month’s end"), "settings-rates", "ledger.read"),
        "journals": (_("Manual journals are decided"), _("none waits that is dated up to the month’s end"), "manual-journals", "ledger.read"),
        "earlier": (_("Earlier months that are not closed"), _("they can still change this month’s opening"), "settings-periods", "ledger.read"),
        "late": (_("Posted after the soft lock"), _("each with its reason, listed below"), "", ""),
        "export": (_("The journal left for the accountant"), _("and nothing was posted into the month since"), "exports", "ledger.read"),
    }  # fmt: skip
    title, sub, name, needed = words[check.name]
    url = reverse(name) if name and call.by.may(needed) else ""
    if name == "exports" and url:
        url += f"?{days}"
    much = f"{check.many}" if check.many and check.name != "ties-out" else ""
    if check.money:
        much += f" · {money(check.money)} {check.money.currency}"
    names = ", ".join(one.upper() if check.name == "export" else one for one in check.names)
    return {"check": check, "title": title, "sub": sub, "url": url, "much": much, "names": names}


@screen("ledger.read")
def exports(request: HttpRequest, call: Call) -> HttpResponseBase:
    """What left; POST `do` export with days and format, or settings of DATEV."""
    errors: list[str] = []
    if request.method == "POST":
        try:
            if request.POST.get("do") == "settings":
                _set(request, call)
                done(request, _("The numbers for DATEV were kept."))
                return HttpResponseRedirect(reverse("exports"))
            first = entered.day(request.POST.get("since", ""), call.today)
            last = entered.day(request.POST.get("until", ""), call.today)
            made = actions.export_journal(call, first, last, request.POST.get("form", ""))
            words = _("The same file as before: nothing was posted since.") if made.again else _("%(name)s was made.")
            done(request, words % {"name": made.view.name})
            return HttpResponseRedirect(reverse("journal-export", args=[made.view.outer_id]))
        except Refused as refused:
            errors.append(in_words(refused))
    found = queries.exports(call, listing.number(request))
    books, targets = queries.book_settings(call), queries.export_accounts(call)
    before = (as_of(request, call).replace(day=1) - dt.timedelta(days=1)).replace(day=1)
    posted = request.POST if request.method == "POST" else None
    context = {
        "rows": [(one, days_of(one.first, one.last), reverse("journal-export", args=[one.outer_id])) for one in found.rows],
        "shown": listing.Shown(found),
        "errors": errors,
        "may_export": call.by.may("ledger.export_journal"),
        "may_set": call.by.may("ledger.set_books") and call.by.may("ledger.set_export_accounts"),
        "asked": {
            "since": (posted or request.GET).get("since") or before.isoformat(),
            "until": (posted or request.GET).get("until") or (rules.next_month(before) - dt.timedelta(days=1)).isoformat(),
            "form": (posted or request.GET).get("form", "csv"),
        },
        "forms": [("csv", _("CSV, one row for each posting")), ("datev", _("DATEV, batch of postings (EXTF 700)"))],
        "books": {name: _said(posted, name, getattr(books, name)) for name in BOOKS},
        "months": [(str(one), month(dt.date(2026, one, 1)).split(" ")[0]) for one in range(1, 13)],
        "targets": [_target(code, account.name, targets, posted) for code, account in queries.book_accounts(call).items()],
        "unset": not targets,
    }
    return page(request, call, "books/exports.html", context, status=422 if errors else 200)


BOOKS = ("fiscal_year_month", "datev_consultant", "datev_client", "datev_length")


def _said(posted: Any, name: str, value: object) -> str:
    if posted is not None and name in posted:
        return str(posted[name])
    return "" if value is None else str(value)


def _target(code: str, name: str, targets: dict[str, rules.Target], posted: Any) -> dict[str, Any]:
    """An account with its number there: as typed, as kept, or as the standard charts call it."""
    kept = targets.get(code) or (rules.SUGGESTED.get(code) if not targets else None)
    if posted is not None and f"number-{code}" in posted:
        kept = rules.Target(posted[f"number-{code}"], bool(posted.get(f"automatic-{code}")))
    return {"code": code, "name": name, "number": kept.number if kept else "", "automatic": kept.is_automatic if kept else False}


def _set(request: HttpRequest, call: Call) -> None:
    """Keep what was typed. Errors: Refused('web.not-a-number'), the actions' own."""
    values: list[int | None] = []
    for name in BOOKS:
        text = request.POST.get(name, "").strip()
        if text and not (text.isascii() and text.isdigit() and len(text) <= 9):
            raise Refused("web.not-a-number", _("“%(text)s” is no number here; expected digits only.") % {"text": text[:20]})
        values.append(int(text) if text else None)
    month_of_year, consultant, client, length = values
    targets = {
        name.removeprefix("number-"): rules.Target(
            request.POST[name].strip(), bool(request.POST.get(f"automatic-{name.removeprefix('number-')}"))
        )
        for name in request.POST
        if name.startswith("number-")
    }
    actions.set_books(call, queries.BookSettings(month_of_year or 1, consultant, client, length or 4))
    actions.set_export_accounts(call, targets)


@screen("ledger.read")
def export_record(request: HttpRequest, call: Call, ref: str) -> HttpResponseBase:
    """What is known of one export."""
    view = queries.export_for_caller(call, ref)
    return page(request, call, "books/export.html", {"view": view, "days": days_of(view.first, view.last), "ref": ref})


@screen("ledger.export_journal")
def download(request: HttpRequest, call: Call, ref: str) -> HttpResponseBase:
    """The file as it left."""
    view = queries.export_for_caller(call, ref)
    response = HttpResponse(document_facts.read_bytes(view.digest), content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{view.name}"'
    return response


urlpatterns = [
    path("books/close/", month_close, name="month-close"),
    path("books/exports/", exports, name="exports"),
    path("books/exports/<str:ref>/", export_record, name="journal-export"),
    path("books/exports/<str:ref>/file/", download, name="journal-export-file"),
]
