"""What came in and what is stuck, stream by stream; it keeps itself fresh and each line leads to what it counts."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from duecourse.access import queries as access_facts
from duecourse.access.rules import ROLE_NAMES
from duecourse.core.call import Call
from duecourse.kpis import queries
from duecourse.web.door import page, screen

# stream → icon, url name with its query, permission to follow it
PLACES = {
    "orders-held": ("hold", "holds", "?sort=oldest", "credit.read"),
    "ready-lines": ("receipt", "billing", "", "invoicing.bill_ready"),
    "bank-files": ("bank", "bank", "", "bank.read"),
    "payments": ("matching", "matching", "", "cash.read"),
    "payments-later": ("clock", "matching", "?tab=later", "cash.read"),
    "mails": ("outbox", "outbox", "", "documents.read"),
    "jobs": ("process", "", "", ""),
    "readers": ("journal", "journal", "", "journal.read"),
}


def _words() -> dict[str, tuple[str, str]]:
    """Stream → what it is called, and what is counted as today's."""
    return {
        "orders-held": (_("Orders on hold"), _("held today")),
        "ready-lines": (_("Ready to bill"), _("lines came today")),
        "bank-files": (_("Bank files"), _("taken today")),
        "payments": (_("Payments to match"), _("received today")),
        "payments-later": (_("Payments put aside"), _("of today")),
        "mails": (_("Mails"), _("made today")),
        "jobs": (_("Jobs in the background"), _("done today")),
        "readers": (_("Journal readers"), _("events today")),
    }


def _rows(call: Call) -> list[dict[str, Any]]:
    words = _words()
    rows = []
    for stream in queries.flow(call):
        icon, name, query, needed = PLACES[stream.name]
        label, today = words[stream.name]
        idle = not stream.waiting and not stream.failed and stream.name != "bank-files"
        rows.append({
            "stream": stream, "icon": icon, "label": label, "today_words": today,
            "url": reverse(name) + query if name and call.by.may(needed) else "",
            "waits": call.at - stream.oldest if stream.oldest else None, "role": _(ROLE_NAMES[stream.role]),
            "state": "stuck" if stream.is_stuck else "empty" if idle else "flows",
        })  # fmt: skip
    return rows


@screen("kpis.read")
def index(request: HttpRequest, call: Call) -> HttpResponse:
    """The page; the same address answers htmx with the table alone, every fifteen seconds."""
    rows = _rows(call)
    holders = access_facts.holders(call, {row["stream"].role for row in rows})
    names = access_facts.user_names(call, {user for users in holders.values() for user in users})
    for row in rows:
        row["people"] = [names[user] for user in holders.get(row["stream"].role, []) if user in names]
    context = {"rows": rows, "stuck": sum(row["stream"].is_stuck for row in rows), "call": call, "today": call.today}
    if request.headers.get("HX-Request"):
        return render(request, "live/table.html", context)
    return page(request, call, "live/index.html", context)


urlpatterns = [path("live/", index, name="live")]
