"""Cash forecast: how much comes when, in which currency, and how sure is that? With what past forecasts were worth."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.core.money import Money
from duecourse.core.progress import TaskView
from duecourse.customers import queries as customer_facts
from duecourse.forecasting import actions, queries
from duecourse.forecasting.queries import ForecastView
from duecourse.prediction import queries as prediction_facts
from duecourse.prediction.rules import PastSum, WeekCash
from duecourse.receivables import queries as item_facts
from duecourse.web import export
from duecourse.web.door import as_of, done, page, screen
from duecourse.web.home import short
from duecourse.web.templatetags.show import day, full_day, money

ITEMS_SHOWN = 25
PAST_SHOWN = 12


@screen("forecasting.read")
def index(request: HttpRequest, call: Call) -> HttpResponseBase:
    """The newest forecast, one currency at a time, with the items of one week."""
    on = as_of(request, call)
    found = queries.latest(call, on if on < call.today else None)
    if found is None:
        context = {"forecast": None, "title": _("Cash forecast"), **_running(call)}
        return page(request, call, "forecast/index.html", context)
    currency = request.GET.get("currency", "")
    if currency not in found.currencies:
        own = call.company.currency
        currency = own if own in found.currencies or not found.currencies else found.currencies[0]
    weeks = found.of(currency)
    if export.asked(request):
        return _csv(call, found)
    text = request.GET.get("week", "")
    week = int(text) if text.isascii() and text.isdigit() and int(text) < len(weeks) else 0
    first = weeks[0].expected if weeks else Money.zero(currency)
    context = {
        "forecast": found,
        "currency": currency,
        "week": week,
        "title": _("%(amount)s in the seven days from %(day)s")
        % {"amount": short(first), "day": day(found.as_of + dt.timedelta(days=1), call.today)},
        "sub": _("80 %% band %(low)s to %(high)s") % {"low": short(weeks[0].low), "high": short(weeks[0].high)} if weeks else "",
        "tabs": _tabs(found, currency),
        "chart": _chart(call, found, weeks, currency),
        "rows": [
            {"week": one, "until": one.start + dt.timedelta(days=6), "place": place, "is_current": place == week}
            for place, one in enumerate(weeks)
        ],
        "total": Money.total((one.expected for one in weeks), currency),
        "total_on_due": Money.total((one.on_due for one in weeks), currency),
        **_worth(call, found, currency),
        **(_items(call, weeks, week, currency) if weeks and on == call.today else {}),
        **_running(call),
        "is_newest": on == call.today,
        "keys": [(("J", "K"), _("next, previous")), (("Enter",), _("its items")), (("X",), _("export"))],
        "may_request": call.by.may("forecasting.request_forecast"),
        **_card(call),
    }
    return page(request, call, "forecast/index.html", context)


def _tabs(found: ForecastView, currency: str) -> list[dict[str, object]]:
    address = reverse("forecast")
    return [{"label": code, "url": f"{address}?currency={code}", "active": code == currency} for code in found.currencies]


def _chart(call: Call, found: ForecastView, weeks: Sequence[WeekCash], currency: str) -> dict[str, Any]:
    """Columns by week with whiskers for the band; the same numbers as a table."""

    def drawn(value: Money) -> float:
        return float((value.amount / 1000).quantize(Decimal("0.1")))  # only drawn

    starts = [day(one.start, call.today) for one in weeks]
    bars = {
        "type": "bar",
        "name": _("Expected"),
        "data": [drawn(one.expected) for one in weeks],
        "itemStyle": {"color": "var(--kind-1)"},
        "whiskers": [[drawn(one.low), drawn(one.high)] for one in weeks],
        "whiskersName": _("80 % band"),
    }
    finding = _("From what is open now, as known %(day)s. Bands of single weeks do not add up.") % {"day": full_day(found.as_of)}
    return {
        "config": {"xAxis": {"data": starts}, "yAxis": {}, "series": [bars]},
        "head": [_("Week from"), _("Expected, %(currency)s") % {"currency": currency}, _("Low (10 %)"), _("High (90 %)")],
        "rows": [[start, money(one.expected), money(one.low), money(one.high)] for start, one in zip(starts, weeks, strict=True)],
        "finding": finding,
    }


def _worth(call: Call, found: ForecastView, currency: str) -> dict[str, Any]:
    """How past forecasts did beside the plain rule, and the last weeks one by one."""
    errors, are_kept = queries.errors(call, found, currency)
    told = queries.kept(call, currency) if are_kept else found.past
    nearest: list[PastSum] = [one for one in told if one.ahead == 0][-PAST_SHOWN:]
    unit = currency if are_kept else call.company.currency
    first = errors[0]
    held = sum(one.low <= one.came <= one.high for one in nearest)
    if first.held is None:
        verdict = ""
    else:
        verdict = _("The 80 %% band of the next week held in %(held)s of the last %(weeks)s weeks.") % {
            "held": held, "weeks": len(nearest)
        }  # fmt: skip
    return {
        "errors": [one for one in errors if one.weeks],
        "are_kept": are_kept,
        "verdict": verdict,
        "unit": unit,
        "past": [
            {
                "start": one.start,
                "expected": Money.rounding(one.expected, unit),
                "came": Money.rounding(one.came, unit),
                "on_due": Money.rounding(one.on_due, unit),
                "held": one.low <= one.came <= one.high,
            }
            for one in reversed(nearest)
        ],
    }


def _items(call: Call, weeks: Sequence[WeekCash], week: int, currency: str) -> dict[str, Any]:
    """The items that a week's sum consists of, the most expected first."""
    found = prediction_facts.in_week(call, week, currency, ITEMS_SHOWN)
    views = {item.id: item for item in item_facts.items(call, call.today, item_ids=[one.item_id for one in found], closed=True)}
    accounts = customer_facts.accounts_by_id(call, {item.customer_account_id for item in views.values()})
    rows: list[dict[str, Any]] = []
    for one in found:
        item = views.get(one.item_id)
        if item is None:
            continue
        account = accounts[item.customer_account_id]
        part = Decimal(one.weeks[week]) / 10_000
        rows.append(
            {
                "item": item,
                "url": reverse("item", args=[item.outer_id]),
                "name": account.name,
                "customer_url": reverse("customer", args=[ids.outer("cus", account.customer_id)]),
                "chance": part,
                "expected": Money.rounding(one.open.amount * part, currency),
                "estimate": one,
            }
        )
    whole = weeks[week].expected
    return {
        "items": rows,
        "items_title": _("%(first)s to %(last)s")
        % {
            "first": day(weeks[week].start, call.today),
            "last": day(weeks[week].start + dt.timedelta(days=6), call.today),
        },
        "items_more": whole - Money.total((row["expected"] for row in rows), currency) if len(found) == ITEMS_SHOWN else None,
        "whole": whole,
    }


def _card(call: Call) -> dict[str, Any]:
    """The newest run of learning, with its champion in words."""
    run = prediction_facts.latest_run(call)
    words = {
        "due-date": _("the due date"),
        "median": _("the customer’s median"),
        "average": _("the customer’s moving average"),
        "record": _("the customer’s own record"),
        "hazard": _("a learnt model"),
        "blend": _("a learnt model mixed with the customer’s own record"),
    }
    return {"run": run, "champion": words.get(run.champion, run.champion) if run else ""}


def _running(call: Call) -> dict[str, Any]:
    """The forecast that is being made, with its steps."""
    task = queries.running(call)
    return {"task": task, "steps": _steps(task) if task else []}


def _steps(task: TaskView) -> list[dict[str, Any]]:
    labels = {"read": _("Read what was paid"), "learn": _("Learn how customers pay"), "keep": _("Keep the forecast")}
    said = {"done": _("done"), "busy": _("working"), "waits": _("waits")}
    order = list(labels)
    here = order.index(task.step) if task.step in order else -1
    made = []
    for place, step in enumerate(order):
        state = "done" if place < here else "busy" if place == here else "waits"
        value = {"done": 100, "busy": 50, "waits": 0}[state]
        made.append({"label": labels[step], "state": state, "value": value, "max": 100, "counts": said[state]})
    return made


@screen("forecasting.read")
def progress(request: HttpRequest, call: Call) -> HttpResponseBase:
    """The steps of the running forecast, asked for every two seconds; when it is done, the page is loaded anew."""
    context = _running(call)
    if context["task"] is None and request.headers.get("HX-Request"):
        answer = HttpResponse()
        answer["HX-Refresh"] = "true"
        return answer
    if context["task"] is None or not request.headers.get("HX-Request"):
        return HttpResponseRedirect(reverse("forecast"))
    return render(request, "forecast/progress.html", {"call": call, **context})


@screen("forecasting.request_forecast")
def again(request: HttpRequest, call: Call) -> HttpResponseBase:
    """Ask for a forecast now; POST."""
    if request.method == "POST":
        actions.request_forecast(call)
        done(request, _("The forecast is being made. You may leave this page."))
    return HttpResponseRedirect(reverse("forecast"))


def _csv(call: Call, found: ForecastView) -> HttpResponseBase:
    """Every week of every currency."""
    head = [_("Week from"), _("Currency"), _("Expected"), _("Low (10 %)"), _("High (90 %)"), _("On the due date"), _("As known")]
    return export.answer(
        call,
        "cash-forecast",
        head,
        lambda: (
            (one.start, one.expected.currency, one.expected, one.low, one.high, one.on_due, found.as_of) for one in found.weeks
        ),
    )


urlpatterns = [
    path("forecast/", index, name="forecast"),
    path("forecast/progress/", progress, name="forecast-progress"),
    path("forecast/again/", again, name="forecast-again"),
]
