"""Home: how much is owed, how late, what came in and what changed, for those who steer; what waits and what happened for all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duecourse.core import ids, journal
from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.core.journal import Wanted
from duecourse.core.money import Money
from duecourse.credit.rules import watch
from duecourse.forecasting import queries as forecast_facts
from duecourse.kpis import queries, rules
from duecourse.web import happened, worklist
from duecourse.web.door import as_of, page, screen
from duecourse.web.language import in_words
from duecourse.web.templatetags.show import day, full_day, money, percent, reason, share


def bucket_words() -> tuple[str, ...]:
    """The buckets as every screen calls them, in the order of receivables.rules.BUCKETS."""
    return (_("Not due"), _("1–30 days"), _("31–60 days"), _("61–90 days"), _("Over 90 days"))


BUCKETS = ("not_due", "1_30", "31_60", "61_90", "over_90")


@screen("access.change_language")
def index(request: HttpRequest, call: Call) -> HttpResponseBase:
    """The page one lands on."""
    on = as_of(request, call)
    to_do = _to_do(call) if on == call.today else []
    context: dict[str, Any] = {"to_do": to_do, "primary": _primary(call, to_do)}
    if call.by.may("collection.log_contacts") and on == call.today:
        context["worklist_head"] = worklist.head(call)
    if call.by.may("kpis.read") and call.by.may("receivables.read"):
        context |= _figures(call, on)
    else:
        first = call.by.name.split(" ")[0]
        context |= {"title": _("Hello %(name)s") % {"name": first}, "sub": full_day(call.today), "moments": _moments(call)}
    return page(request, call, "home/index.html", context)


def _to_do(call: Call) -> list[dict[str, Any]]:
    """What waits for this person, with the place where it is done; nothing that is done already."""
    words = {
        "holds": (_("Credit holds"), "holds", _("orders wait for a credit decision")),
        "matching": (_("Payments to match"), "matching", _("payments wait for their items")),
        "ready": (_("Ready to bill"), "billing", _("delivered lines are not billed yet")),
        "drafts": (_("Draft orders"), "orders", _("orders are entered and not confirmed")),
        "worklist": (_("Worklist"), "worklist", _("customers wait for a contact")),
        "tasks": (_("My tasks"), "tasks", _("tasks are given to you or your role")),
    }
    counts = queries.to_do(call)
    return [
        {"label": words[name][0], "url": reverse(words[name][1]), "words": words[name][2], "count": count}
        for name, count in counts.items()
        if count and name in words
    ]


def _primary(call: Call, to_do: Sequence[dict[str, Any]]) -> dict[str, str] | None:
    """The one place to go next: the first thing to do, or where the role works."""
    if to_do:
        return {"url": to_do[0]["url"], "label": to_do[0]["label"], "icon": "arrow-right"}
    places = (
        ("kpis.read", "ageing", _("Ageing"), "calendar-due"),
        ("orders.create_orders", "orders", _("Orders"), "orders"),
        ("invoicing.bill_ready", "billing", _("Ready to bill"), "receipt"),
        ("cash.apply_payment", "matching", _("Matching"), "matching"),
        ("access.invite_user", "settings", _("Settings"), "settings"),
    )
    return next(
        ({"url": reverse(name), "label": label, "icon": icon} for need, name, label, icon in places if call.by.may(need)), None
    )


def _moments(call: Call) -> list[happened.Told]:
    """The latest of the person's own room, for those who may read the journal."""
    if not call.by.may("journal.read"):
        return []
    room = next((room for room in ("cash", "invoicing", "orders") if call.by.may(f"{room}.read")), "")
    return happened.readable(call, journal.find(call, Wanted(room=room), limit=12))


def _figures(call: Call, on: dt.date) -> dict[str, Any]:
    found = queries.figures(call, on)
    known = f"?on={on.isoformat()}" if on < call.today else ""
    ageing = reverse("ageing") + known
    join = "&" if known else "?"
    bars = tuple(
        {"label": label, "value": value, "share": part, "fill": f"age-{place}", "url": f"{ageing}{join}bucket={BUCKETS[place]}"}
        for place, (label, value, part) in enumerate(zip(bucket_words(), found.ages.buckets, found.ages.shares, strict=True))
    )
    return {
        "figures": found,
        "title": _("Cash and receivables"),
        "sub": _("Week %(week)s · all customers · in %(currency)s")
        % {"week": on.isocalendar().week, "currency": call.company.currency},
        "tiles": _tiles(call, on, found, ageing, join),
        "cash": _cash(call, on),
        "ageing_url": ageing,
        "ages": bars,
        "ages_said": "; ".join(f"{bar['label']} {money(bar['value'])}" for bar in bars),
        "whole": sum(found.ages.shares, Decimal(0)),
        "chart": chart(found.received, found.received_total, call.company.currency),
        "changes_url": reverse("home-changes") + known,
        "changes_title": changes_title(),
        "limits_url": reverse("home-limits"),
        "limits_title": _("How full limits are"),
    }


def changes_title() -> str:
    return _("What changed in 7 days")


def _cash(call: Call, on: dt.date) -> dict[str, Any] | None:
    """What the next seven days bring, with its band, for those who may read the forecast; None while there is none."""
    found = forecast_facts.latest(call) if on == call.today and call.by.may("forecasting.read") else None
    week = next(iter(found.of(call.company.currency)), None) if found is not None else None
    if week is None:
        return None
    definition = _(
        "What open items in %(currency)s will bring in the seven days from %(day)s, each at its chance. With 80 %% chance it is "
        "between %(low)s and %(high)s."
    )
    said = {"currency": call.company.currency, "day": full_day(week.start), "low": money(week.low), "high": money(week.high)}
    return {
        "label": _("Cash expected in 7 days"), "value": short(week.expected), "title": _("Cash expected in 7 days"),
        "definition": definition % said, "href": reverse("forecast"),
        "note": _("%(low)s to %(high)s with 80 %% chance") % {"low": short(week.low), "high": short(week.high)},
    }  # fmt: skip


def _tiles(call: Call, on: dt.date, found: queries.Figures, ageing: str, join: str) -> list[dict[str, Any]]:
    """The key figures: what they are, how they are counted, and where their items stand."""
    currency = call.company.currency
    books = reverse("bank") if call.by.may("bank.read") else ""
    week = found.received[-1][1]
    overdue = f"{ageing}{join}bucket=overdue"
    tiles: list[dict[str, Any]] = [
        {
            "label": _("Open receivables"), "value": short(found.ages.total), "unit": "", "title": _("Open receivables"),
            "definition": reason(found.open.formula, currency), "href": ageing,
            "note": ngettext("%(n)s item", "%(n)s items", found.ages.items) % {"n": f"{found.ages.items:,}"},
        },
        {
            "label": _("Overdue"), "value": _plain(found.overdue_share.value), "unit": "%", "title": _("Overdue share"),
            "definition": reason(found.overdue_share.formula, currency), "href": overdue,
            "note": _("%(amount)s of all that is open") % {"amount": short(found.ages.overdue)},
        },
        {
            "label": _("DSO"), "value": _plain(found.dso.value), "unit": _("days") if found.dso.value is not None else "",
            "title": _("DSO, days sales outstanding"), "definition": reason(found.dso.formula, currency), "href": ageing,
            "note": _("over %(days)s days of sales") % {"days": rules.DSO_DAYS},
        },
    ]  # fmt: skip
    tiles.append(_exposure(call, on, found))
    days = (on - found.received[0][0]).days + 1
    received = rules.received(found.received_total, days, on)
    tiles.append({
        "label": _("Cash received, 13 weeks"), "value": short(found.received_total), "unit": "", "title": _("Cash received"),
        "definition": reason(received.formula, currency), "href": books,
        "note": _("%(amount)s of it this week") % {"amount": short(week)},
    })  # fmt: skip
    return tiles


def _exposure(call: Call, on: dt.date, found: queries.Figures) -> dict[str, Any]:
    """Today's exposure; past days have none, because orders and deliveries are not kept by day."""
    tile: dict[str, Any] = {"label": _("Exposure"), "value": "–", "unit": "", "title": _("Exposure"), "href": "", "note": ""}
    if on < call.today:
        return tile | {
            "definition": _("Open orders and deliveries are known for today only, so exposure is not told for a past day."),
            "note": _("known for today only"),
        }
    try:
        figure = queries.exposure(call, found.ages.total)
    except Refused as refused:
        return tile | {"definition": in_words(refused), "note": _("a rate is missing")}
    return tile | {
        "value": short(Money(figure.value or Decimal(0), call.company.currency)),
        "definition": reason(figure.formula, call.company.currency),
        "href": reverse("customers"),
        "note": _("with orders and deliveries"),
    }


def _plain(value: Decimal | None) -> str:
    return "–" if value is None else percent(value).removesuffix(" %").replace("\u00a0%", "")


def short(value: Money) -> str:
    """€ 8.41 m, or all of it below ten thousand: for a figure that leads to the exact one."""
    size = abs(value.amount)
    sign = "−" if value.amount < 0 else ""
    code = {"EUR": "€", "USD": "$", "GBP": "£"}.get(value.currency, value.currency)
    if size >= 999_500:
        return f"{sign}{code}\N{NO-BREAK SPACE}{size / 1_000_000:,.2f} m"
    if size >= 10_000:
        return f"{sign}{code}\N{NO-BREAK SPACE}{size / 1000:,.1f} k"
    return f"{code}\N{NO-BREAK SPACE}{money(value)}"


def chart(received: Sequence[tuple[dt.date, Money]], total: Money, currency: str) -> dict[str, Any]:
    """Columns by week with the same numbers as a table, and one sentence reckoned from them."""
    weeks = [str(monday.isocalendar().week) for monday, _money in received]
    values = [float((value.amount / 1000).quantize(Decimal("0.1"))) for _monday, value in received]  # only drawn
    complete = received[:-1]
    if not total.amount:
        finding = _("No cash came in during these weeks.")
    else:
        best = max(complete or received, key=lambda one: one[1].amount)
        worst = min(complete or received, key=lambda one: one[1].amount)
        mean = Money.rounding(sum((value.amount for _monday, value in complete), Decimal(0)) / max(len(complete), 1), currency)
        finding = _(
            "%(mean)s came in per full week on average; most in week %(best)s (%(most)s), least in week %(worst)s (%(least)s). "
            "The last week is not over."
        ) % {
            "mean": short(mean), "best": best[0].isocalendar().week, "most": short(best[1]),
            "worst": worst[0].isocalendar().week, "least": short(worst[1]),
        }  # fmt: skip
    series = {"type": "bar", "name": _("Received"), "data": values, "itemStyle": {"color": "var(--kind-1)"}}
    return {
        "config": {"xAxis": {"data": weeks}, "yAxis": {}, "series": [series]},
        "head": [_("Week"), _("From"), _("Received, %(currency)s") % {"currency": currency}],
        "rows": [[week, full_day(monday), money(value)] for week, (monday, value) in zip(weeks, received, strict=True)],
        "finding": finding,
    }


@screen("kpis.read")
def changes(request: HttpRequest, call: Call) -> HttpResponse:
    """What changed in seven days, as sentences; loaded after the page, or as a page of its own."""
    on = as_of(request, call)
    found = queries.changes(call, on, queries.age_summary(call, on).total)
    context = {"sentences": sentences(found), "changes_title": changes_title()}
    return _part(request, call, "home/changes.html", changes_title(), context)


def sentences(found: queries.Changes) -> list[dict[str, Any]]:
    """The changes in words, the ones to look at first."""
    rose = found.overdue.amount > 0
    movers = [
        {"name": account.name, "change": change, "url": reverse("customer", args=[ids.outer("cus", account.customer_id)])}
        for account, change in found.movers
    ]
    said: list[dict[str, Any]] = []
    if found.overdue:
        head = _("Overdue rose by %(amount)s.") if rose else _("Overdue fell by %(amount)s.")
        said.append({
            "icon": "trend-up" if rose else "trend-down", "kind": "bad" if rose else "good",
            "head": head % {"amount": short(abs(found.overdue))}, "text": _("Most moved:") if movers else "", "movers": movers,
        })  # fmt: skip
    else:
        said.append(
            {
                "icon": "equal",
                "kind": "",
                "head": _("Overdue did not change."),
                "text": _("Most moved:") if movers else "",
                "movers": movers,
            }
        )
    before, now = found.dso_then.value, found.dso.value
    if before is not None and now is not None:
        by = now - before
        head = (
            _("DSO rose by %(days)s days") if by > 0 else _("DSO fell by %(days)s days") if by < 0 else _("DSO did not change:")
        )
        said.append({
            "icon": "trend-up" if by > 0 else "trend-down" if by < 0 else "equal", "kind": "bad" if by > 0 else "good" if by < 0 else "",
            "head": head % {"days": f"{abs(by)}"}, "movers": [],
            "text": _("to %(now)s, from %(before)s on %(day)s.") % {"now": now, "before": before, "day": day(found.then, found.on)},
        })  # fmt: skip
    why = found.why
    open_rose = why.total.amount >= 0
    head = _("Open receivables rose by %(amount)s:") if open_rose else _("Open receivables fell by %(amount)s:")
    parts = [
        (why.invoiced, _("%(amount)s was invoiced")),
        (-why.received, _("%(amount)s was paid")),
        (-why.credited, _("%(amount)s was credited")),
        (-why.deducted, _("%(amount)s was deducted or written off")),
        (why.rates, _("%(amount)s came of exchange rates")),
    ]
    text = ", ".join(words % {"amount": short(amount)} for amount, words in parts if amount)
    text = text + "." if text else _("nothing was posted.")
    said.append({"icon": "coins", "kind": "", "head": head % {"amount": short(abs(why.total))}, "text": text, "movers": []})
    return said


@screen("kpis.read")
def limits(request: HttpRequest, call: Call) -> HttpResponse:
    """The fullest limits; loaded after the page, or as a page of its own."""
    rows: list[dict[str, Any]] = []
    over, refused = 0, ""
    try:
        found, over = queries.fullest(call)
        for standing, account in found:
            used = watch.used_share(standing) or Decimal(0)
            kind = "bad" if used > 1 else "watch" if used >= Decimal("0.9") else ""
            url = reverse("customer", args=[ids.outer("cus", account.customer_id)]) if account else ""
            rows.append({
                "name": standing.name, "standing": standing, "used": used, "percent": int(used * 100), "kind": kind, "url": url,
                "foreign": standing.currency != call.company.currency,
            })  # fmt: skip
    except Refused as missing:
        refused = in_words(missing)
    context = {"rows": rows, "over": over, "refused": refused, "limits_title": _("How full limits are"), "share": share}
    return _part(request, call, "home/limits.html", _("How full limits are"), context)


def _part(request: HttpRequest, call: Call, template: str, title: str, context: dict[str, Any]) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return render(request, template, {"call": call, "today": call.today, **context})
    return page(request, call, "home/part.html", {"part": template, "title": title, **context})


urlpatterns = [
    path("", index, name="home"),
    path("home/changes/", changes, name="home-changes"),
    path("home/limits/", limits, name="home-limits"),
]
