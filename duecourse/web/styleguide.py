"""Every component on one page, in three settings (parts, overview, workbench), with invented values. Development only.

The routes are added where DEBUG is on: path("styleguide/", styleguide.page). It is what the browser tests look at with axe.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from duecourse.core.money import Money
from duecourse.web.badges import BADGES
from duecourse.web.frame import Choice, Frame, Light, NavGroup, NavItem

TODAY = dt.date(2026, 11, 17)


def _eur(text: str) -> Money:
    return Money(Decimal(text), "EUR")


def sample_frame(active: str, *, looking_back: bool = False) -> Frame:
    """A frame as a credit manager sees it; links lead back to this page."""

    def item(label: str, icon: str, count: int | None = None, key: str = "", *, phone: bool = False) -> NavItem:
        return NavItem(label, "/styleguide/", icon, f"{count:,}" if count else None, label == active, key, phone)

    return Frame(
        nav=(
            NavGroup((item("Home", "home", key="H", phone=True), item("Notices", "notices", 6))),
            NavGroup(
                (
                    item("Customers", "customers", 1284, "C", phone=True),
                    item("Credit holds", "hold", 14, "O", phone=True),
                    item("Limits and reviews", "limits", 9, "L"),
                ),
                "Sell on credit",
            ),
            NavGroup((item("Orders", "orders", 212), item("Invoices", "invoices", key="I")), "Bill"),
            NavGroup((item("Matching", "matching", 74, "M"), item("Ageing", "stack")), "Get paid"),
            NavGroup((item("Journal and audit", "journal"), item("Settings", "settings")), at_end=True),
        ),
        today=TODAY,
        company="Hallbeck Supply GmbH",
        companies=(Choice("Hallbeck Supply GmbH", "co_1", True), Choice("Hallbeck Nordic AB", "co_2")),
        company_url="/styleguide/",
        user_name="Ruth Adler",
        role="Credit manager",
        email="ruth.adler@hallbeck.example",
        light=Light("good", "Ties out · 09:40", "/styleguide/", "Receivables equal the ledger"),
        search_url="/styleguide/hits/",
        as_of_url="/styleguide/",
        sign_out_url="/account/logout/",
        as_of=dt.date(2026, 9, 30) if looking_back else None,
        as_known=dt.date(2026, 10, 2) if looking_back else None,
    )


class LimitForm(forms.Form):
    """A form with errors, to show how they look."""

    limit = forms.DecimalField(label="New limit, EUR", max_value=Decimal(260000))
    valid_from = forms.CharField(label="Valid from")
    valid_to = forms.CharField(label="Valid to", required=False, help_text="Type 20 11, +7 or fri.")
    reason = forms.CharField(label="Reason", widget=forms.Textarea(attrs={"rows": 2, "placeholder": "Why now?"}))


def _chart() -> dict[str, Any]:
    received = [712, 655, 690, 596, 731, 704, 566, 668]
    expected = [662, 694, 742, 704, 686, 472, 428, 548, 684, 706, 702, 696, 688]
    weeks = [str(week) for week in (*range(39, 54), *range(1, 7))]
    return {
        "config": {
            "xAxis": {"data": weeks},
            "yAxis": {},
            "legend": {},
            "series": [
                {
                    "type": "bar", "name": "Received", "data": [*received, *[None] * 13], "barGap": "-100%",
                    "itemStyle": {"color": "var(--kind-1)"},
                },
                {
                    "type": "bar", "name": "Expected (P50)", "data": [*[None] * 8, *expected],
                    "itemStyle": {"color": "var(--kind-4)", "borderColor": "var(--kind-2)", "borderWidth": 1},
                    "whiskers": [*[None] * 8, *([value * 0.86, value * 1.22] for value in expected)], "whiskersName": "80 % band",
                },
            ],
        },
        "head": ["Week", "Received", "Expected", "Low", "High"],
        "rows": [
            [week, received[place] if place < 8 else "–", *(("–",) * 3 if place < 8 else (
                expected[place - 8], round(expected[place - 8] * 0.86), round(expected[place - 8] * 1.22)))]
            for place, week in enumerate(weeks)
        ],
    }  # fmt: skip


def _ages() -> list[dict[str, Any]]:
    names = ("Not due", "1–30 days", "31–60 days", "61–90 days", "Over 90 days")
    amounts = ("5462180.20", "1318442.75", "486910.10", "214366.35", "171208.90")
    shares = ("71.4", "17.2", "6.4", "2.8", "2.2")
    return [
        {"label": name, "value": _eur(value), "share": Decimal(share), "fill": f"age-{place}"}
        for place, (name, value, share) in enumerate(zip(names, amounts, shares, strict=True))
    ]


def _items() -> list[dict[str, Any]]:
    rows = (
        ("INV-26-29874", "2026-09-06", "14286.40", "partly-disputed", ""),
        ("INV-26-30215", "2026-09-27", "22940.85", "promised", dt.date(2026, 11, 20)),
        ("INV-26-30902", "2026-10-31", "31118.70", "dunning", 1),
        ("INV-26-31186", "2026-11-13", "27563.97", "overdue", ""),
        ("INV-26-31420", "2026-11-27", "38402.55", "open", ""),
        ("INV-26-31655", "2026-12-09", "29750.70", "open", ""),
    )
    return [
        {"number": number, "due": dt.date.fromisoformat(due), "open": _eur(amount), "state": state, "value": value}
        for number, due, amount, state, value in rows
    ]


def _holds() -> list[dict[str, Any]]:
    rows = (
        ("Marwede Haustechnik GmbH", "48720.00", "SO-26-11873 · held 19 h", ("over-limit", "oldest-item")),
        ("Lindqvist Installation AB", "61340.00", "SO-26-11869 · held 1 d", ("overdue-share",)),
        ("Thornbury Mechanical Ltd", "43842.53", "SO-26-11861 · held 1 d", ("insurance-ends",)),
        ("Cascadia Plumbing Supply Inc.", "44665.86", "SO-26-11842 · held 2 d", ("promise-broken",)),
        ("Kowalczyk Instalacje Sp. z o.o.", "22640.50", "SO-26-11815 · held 4 d", ("no-limit",)),
        ("Ateliers Roussin SAS", "33108.40", "SO-26-11829 · held 3 d", ("review-overdue",)),
        ("Officine Tarvisio S.r.l.", "41770.00", "SO-26-11822 · held 3 d", ("over-limit",)),
    )
    return [{"who": who, "much": _eur(much), "more": more, "reasons": reasons} for who, much, more, reasons in rows * 2]


def _parts() -> list[dict[str, Any]]:
    return [
        {"label": "Open items", "value": _eur("182417.29")},
        {"label": "Invoices not posted", "value": _eur("9864.15")},
        {"label": "Delivered, not billed", "value": _eur("21346.80")},
        {"label": "Orders, next 30 days", "value": _eur("12480.00")},
        {"label": "Held order", "value": _eur("48720.00"), "hatched": True},
    ]


def page(request: HttpRequest) -> HttpResponse:
    """`?show=` parts (default), overview, bench; `?back=1` looks back. Errors: 404 outside of development."""
    if not settings.DEBUG:
        raise Http404
    show = request.GET.get("show", "parts")
    titles = {"parts": "Home", "overview": "Home", "bench": "Credit holds"}
    if show not in titles:
        raise Http404
    pages = [{"label": name.capitalize(), "url": f"?show={name}", "active": name == show} for name in titles]
    form = LimitForm({"limit": "325000.00", "valid_from": "2026-11-17", "valid_to": "2026-12-31", "reason": ""})
    stops = (
        ("file-plus", "good", "Created", "7 Aug 08:02", "by billing run 142"),
        ("send", "good", "Sent", "7 Aug 08:05", "e-mail"),
        ("mail-opened", "good", "Opened", "7 Aug 09:17", "invoices@marwede.example"),
        ("mail-alert", "watch", "Reminded", "27 Oct 07:00", "dunning level 2 of 3"),
        ("calendar-x", "bad", "Promised", "for 6 Nov", "11,312.35, broken"),
        ("half", "watch", "Partly paid", "18 Sep", "10,000.00 of 24,286.40"),
    )
    steps = (
        ("Read the file", "done", 41208, 41208), ("Find the customers", "done", 1284, 1284),
        ("Check amounts and dates", "busy", 26540, 41208), ("Open the items", "waits", 0, 41208),
    )  # fmt: skip
    context = {
        "frame": sample_frame(titles[show], looking_back=bool(request.GET.get("back"))),
        "today": TODAY, "pages": pages, "form": form, "show": show, "chart": _chart(), "ages": _ages(), "items": _items(),
        "holds": _holds(), "parts": _parts(), "limit": _eur("250000.00"), "total": _eur("7653108.30"), "insured": _eur("180000.00"),
        "badges": [(thing, list(states)) for thing, states in BADGES.items()],
        "listing": Paginator(range(1, 4022), 50).get_page(request.GET.get("page")),
        "stops": [dict(zip(("icon", "kind", "what", "when", "more"), stop, strict=True)) for stop in stops],
        "steps": [
            {"label": label, "state": state, "value": value, "max": most, "counts": f"{value:,} of {most:,} rows" if value else "waits"}
            for label, state, value, most in steps
        ],
        "keys": [(("J", "K"), "next, previous"), (("R",), "release"), (("X",), "reject"), (("N",), "note"), (("/",), "search")],
        "chips": [{"label": "Class C", "url": "?show=parts"}, {"label": "> 60 days", "url": "?show=parts"}],
        "stages": [
            {"label": "File", "done": True}, {"label": "Columns and dry run", "now": True}, {"label": "Confirm"}, {"label": "Ties out"},
        ],
        "views": [{"label": "Mine", "url": "?", "count": 14, "active": True}, {"label": "All", "url": "?", "count": 17}],
        "at": dt.datetime(2026, 11, 16, 13, 12, tzinfo=dt.UTC),
    }  # fmt: skip
    return render(request, f"styleguide/{show}.html", context)


def hits(request: HttpRequest) -> HttpResponse:
    """What the search box shows, for any query."""
    if not settings.DEBUG:
        raise Http404
    groups = [
        {
            "label": "Customers",
            "hits": [
                {"title": "Marwede Haustechnik GmbH", "sub": "10482, Hannover", "end": "182,417.29 open", "icon": "customers", "url": "?"},
                {"title": "Marwitz Bad GmbH", "sub": "11907, Kassel", "end": "4,180.20 open", "icon": "customers", "url": "?"},
            ],
        },
        {
            "label": "Invoices and payments",
            "hits": [{"title": "INV-26-29874", "sub": "Marwede, 6 Sep", "end": "14,286.40 · partly disputed", "icon": "invoices", "url": "?"}],
        },
    ]  # fmt: skip
    return render(request, "search_hits.html", {"groups": groups, "q": request.GET.get("q", "")})
