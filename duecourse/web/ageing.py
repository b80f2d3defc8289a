"""Ageing: who owed how much, how late, on any day; down to the items, and as it was known then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext as _

from duecourse.core import ids, invariants
from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.kpis import queries
from duecourse.ledger import queries as ledger_facts
from duecourse.receivables import queries as item_facts
from duecourse.web import export, listing
from duecourse.web.door import as_of, page, screen
from duecourse.web.home import BUCKETS, bucket_words, short
from duecourse.web.templatetags.show import day, full_day, money, percent

SORTS = ("total", "name", "number", "currency", *BUCKETS)
ITEMS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for."""

    on: dt.date
    known: dt.date | None
    known_at: dt.datetime | None
    text: str
    currency: str
    bucket: str
    sort: str
    open: int | None  # the customer account whose items are shown

    @property
    def is_filtered(self) -> bool:
        return bool(self.text or self.currency or self.bucket)


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the report; `items` are its open items when it is opened."""

    row: queries.PageRow
    url: str
    ref: str
    is_open: bool
    items: Sequence[dict[str, Any]]
    more: int


def _asked(request: HttpRequest, call: Call) -> Asked:
    """Errors: Refused('web.not-a-day'), Refused('not-found') for a customer account that is not there."""
    on, text = as_of(request, call), request.GET.get("known", "").strip()
    known = None
    if text:
        try:
            known = dt.date.fromisoformat(text)
        except ValueError:
            words = _("“%(text)s” is not a day; expected one like 2026-11-17.") % {"text": text[:40]}
            raise Refused("web.not-a-day", words) from None
        known = known if known < call.today else None
    known_at = dt.datetime.combine(known, dt.time.max, ZoneInfo(call.company.time_zone)) if known else None
    bucket, sort = request.GET.get("bucket", ""), request.GET.get("sort", "")
    opened = request.GET.get("open", "")
    return Asked(
        on=on,
        known=known,
        known_at=known_at,
        text=request.GET.get("q", "").strip(),
        currency=request.GET.get("currency", "").upper()[:3],
        bucket=bucket if bucket in (*BUCKETS, item_facts.OVERDUE) else "",
        sort=sort if sort.lstrip("-") in SORTS else "-total",
        open=ids.inner("acc", opened) if opened else None,
    )


@screen("receivables.read")
def index(request: HttpRequest, call: Call) -> HttpResponseBase:
    """The report."""
    asked = _asked(request, call)
    if export.asked(request):
        return _csv(call, asked)
    found = queries.ageing_page(
        call, asked.on, asked.known_at, asked.currency, asked.text, asked.bucket, asked.sort, listing.number(request)
    )
    summary = found.summary
    labels = bucket_words()
    parts = [
        {"label": label, "name": name, "value": value, "share": part, "fill": f"age-{place}"}
        for place, (label, name, value, part) in enumerate(zip(labels, BUCKETS, summary.buckets, summary.shares, strict=True))
    ]
    words = dict(zip(BUCKETS, labels, strict=True)) | {item_facts.OVERDUE: _("Overdue")}
    context: dict[str, Any] = {
        "asked": asked,
        "title": _("Who owes how much, and how late?") if asked.on == call.today else _("Who owed how much, and how late?"),
        "sub": _sub(asked, summary),
        "lines": _lines(call, asked, found.page.rows),
        "shown": listing.Shown(found.page),
        "sorted_by": asked.sort,
        "summary": summary,
        "customers": found.customers,
        "parts": parts,
        "parts_said": "; ".join(f"{part['label']} {money(summary.buckets[place])}" for place, part in enumerate(parts)),
        "whole": sum(summary.shares, Decimal(0)),
        "by_currency": found.by_currency,
        "currency_filter": [(code, code) for code, _own, _booked in found.by_currency],
        "bucket_filter": [("", _("All ages")), *words.items()],
        "tie": _tie(call, asked, summary.total) if call.by.may("ledger.read") else None,
        "differences": item_facts.differences(call, asked.on, call.today)
        if asked.on < call.today and not asked.is_filtered and not asked.known
        else None,
        "chips": listing.chips(request, {
            "q": f"“{asked.text}”" if asked.text else "", "currency": asked.currency, "bucket": words.get(asked.bucket, ""),
            "known": _("As known on %(day)s") % {"day": full_day(asked.known)} if asked.known else "",
        }),
        "order": _("Largest first") if asked.sort == "-total" else "",
        "keys": [(("J", "K"), _("row")), (("Enter",), _("open items")), (("/",), _("search")), (("X",), _("export"))],
    }  # fmt: skip
    return page(request, call, "ageing/index.html", context)


def _sub(asked: Asked, summary: Any) -> str:
    late = summary.overdue.amount * 100 / summary.total.amount if summary.total.amount > 0 else Decimal(0)
    words = _("%(amount)s on %(day)s, %(late)s of it overdue") % {
        "amount": short(summary.total), "day": full_day(asked.on), "late": percent(late),
    }  # fmt: skip
    return words + (_(", as known on %(day)s") % {"day": full_day(asked.known)} if asked.known else "")


def _lines(call: Call, asked: Asked, rows: Sequence[queries.PageRow]) -> list[Line]:
    made = []
    for row in rows:
        is_open = asked.open == row.ages.customer_account_id
        items = _items(call, asked, row) if is_open else []
        url = reverse("customer", args=[ids.outer("cus", row.customer_id)])
        ref = ids.outer("acc", row.ages.customer_account_id)
        made.append(Line(row, url, ref, is_open, items[:ITEMS_SHOWN], max(0, row.ages.items - ITEMS_SHOWN) if is_open else 0))
    return made


def _items(call: Call, asked: Asked, row: queries.PageRow) -> list[dict[str, Any]]:
    """The items behind a row, each in its bucket, and what became of it since."""
    account, currency = [row.ages.customer_account_id], row.ages.currency
    found = item_facts.items(call, asked.on, asked.known_at, account_ids=account, currency=currency, limit=ITEMS_SHOWN)
    now = {}
    if asked.on < call.today or asked.known:
        now = {item.id: item for item in item_facts.items(call, call.today, item_ids=[item.id for item in found], closed=True)}
    made = []
    for item in found:
        place = next((place for place, last in enumerate((0, 30, 60, 90)) if item.late_days <= last), 4)
        today = now.get(item.id)
        since = ""
        if today is not None:
            since = (
                _("settled on %(day)s") % {"day": day(today.closed_date, call.today)}
                if not today.open
                else _("open today: %(amount)s") % {"amount": money(today.open_company)}
            )
        cells = [item.open_company if place == at else None for at in range(5)]
        made.append({"item": item, "url": reverse("item", args=[item.outer_id]), "cells": cells, "since": since})
    return made


def _tie(call: Call, asked: Asked, total: Money) -> dict[str, Any] | None:
    """Does the report equal the receivables account? Today the verifier has said so; for a past day the books are added up."""
    if asked.is_filtered or asked.known:
        return None
    account = next((one.code for one in ledger_facts.accounts(call) if one.purpose == "receivables"), "")
    if asked.on == call.today:
        last = next((row for row in invariants.rows(call) if row.name == "items-control-account"), None)
        return {"account": account, "holds": last.holds, "at": last.checked_at, "apart": None} if last else None
    apart = total - ledger_facts.balance_of(call, "receivables", asked.on)
    return {"account": account, "holds": not apart, "at": None, "apart": apart}


def _csv(call: Call, asked: Asked) -> HttpResponseBase:
    """Every row, in the order shown, read at once."""
    base = call.company.currency
    head = [_("Number"), _("Name"), _("Currency"), _("Items"), _("Open in currency")]
    head += [f"{label} {base}" for label in bucket_words()] + [f"{_('Total')} {base}", _("As of"), _("As known on")]

    def rows() -> list[list[object]]:
        report = queries.ageing(call, asked.on, asked.known_at, asked.currency, asked.text, asked.sort)
        return [
            [row.number, row.name, row.ages.currency, row.ages.items, row.ages.total, *row.ages.company_buckets,
             row.ages.company_total, asked.on, asked.known]
            for row in report.rows if _kept(asked.bucket, row.ages.company_buckets)
        ]  # fmt: skip

    return export.answer(call, "ageing", head, rows)


def _kept(bucket: str, buckets: Sequence[Money]) -> bool:
    if bucket == item_facts.OVERDUE:
        return any(buckets[1:])
    return not bucket or bool(buckets[BUCKETS.index(bucket)])


urlpatterns = [path("ageing/", index, name="ageing")]
