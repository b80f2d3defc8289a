"""What is done with ticked rows: orders confirmed, invoices sent or downloaded, mails tried again, entries taken as a file.

All of it or none, in one action; what leaves the house is asked for once more by a dialog, the rest offers an undo where there is
an opposite. Ticks stay across the pages and orders of a list.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.documents import actions as documents
from duecourse.documents.pdf import render_invoice
from duecourse.documents.rules import safe_name
from duecourse.invoicing import actions as invoicing
from duecourse.invoicing import queries as invoice_facts
from duecourse.ledger import queries as ledger_facts
from duecourse.orders import actions as orders
from duecourse.orders import queries as order_facts
from duecourse.web.door import back, done, page, screen
from duecourse.web.journal import entries_as_csv
from duecourse.web.orders import BADGES, reasons

TICKED_MOST = 200


def ticked(request: HttpRequest) -> Sequence[str]:
    """The outside ids that were ticked, each once. Errors: Refused('web.nothing-ticked'), Refused('web.too-many-ticked')."""
    found = list(dict.fromkeys(request.POST.getlist("tick")))
    if not found:
        raise Refused("web.nothing-ticked", _("Nothing is ticked; nothing was done."))
    if len(found) > TICKED_MOST:
        raise Refused("web.too-many-ticked", _("At most %(most)s at once; nothing was done.") % {"most": TICKED_MOST})
    return found


def _orders(call: Call, refs: Sequence[str]) -> list[order_facts.OrderRow]:
    """Errors: Refused('not-found') when one is not there."""
    rows = list(order_facts.rows(call, sort="number", size=TICKED_MOST, only=refs).rows)
    if len(rows) < len(set(refs)):
        raise ids.not_found("ord")
    return rows


@screen("orders.confirm_orders")
def confirm_orders(request: HttpRequest, call: Call) -> HttpResponse:
    """POST ticked orders: ask credit for the drafts and those on hold; GET `ids`: what became of them."""
    if request.method == "POST":
        rows = _orders(call, ticked(request))
        asked = [row for row in rows if row.state in ("draft", "held")]
        if not asked:
            raise Refused("web.nothing-to-confirm", _("None of the ticked orders waits to be confirmed; nothing was done."))
        orders.confirm_orders(call, [row.id for row in asked])
        return HttpResponseRedirect(f"{reverse('orders-confirm')}?ids={','.join(row.ref for row in rows)}")
    refs = [ref for ref in request.GET.get("ids", "").split(",") if ref][:TICKED_MOST]
    if not refs:
        return HttpResponseRedirect(reverse("orders"))
    rows = _orders(call, refs)
    held = [row for row in rows if row.state == "held"]
    shown = [
        {
            "row": row,
            "url": reverse("order", args=[row.ref]),
            "badge": BADGES.get(row.state, row.state),
            "reasons": [one for one in reasons(row.decision.decision) if one["stops"]] if row.decision else [],
        }
        for row in sorted(rows, key=lambda row: (row.state != "held", row.number))
    ]
    context = {"rows": shown, "held": len(held), "accepted": sum(row.state == "accepted" for row in rows)}
    return page(request, call, "orders/confirmed.html", context)


@screen("invoicing.send_invoices")
def send_invoices(request: HttpRequest, call: Call) -> HttpResponse:
    """POST ticked documents: queue each to its customer's address, all or none."""
    if request.method == "POST":
        found = invoice_facts.invoices_for_caller(call, ticked(request))
        many = invoicing.send_invoices(call, [one.id for one in found])
        done(
            request,
            ngettext("%(n)s document is queued to be sent.", "%(n)s documents are queued to be sent.", many) % {"n": many},
        )
    return HttpResponseRedirect(back(request, reverse("invoices")))


@screen("invoicing.read")
def download_invoices(request: HttpRequest, call: Call) -> HttpResponseBase:
    """POST ticked documents: their PDFs in one archive. Those that another system wrote have none here and are left out, and named."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("invoices"))
    found = invoice_facts.invoices_for_caller(call, ticked(request))
    ours, elsewhere = [one for one in found if not one.origin], [one.number for one in found if one.origin]
    if not ours:
        raise Refused("web.no-pdf", _("The ticked documents were written by another system; there is no PDF of them here."))
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_STORED) as archive:  # a PDF is packed already
        for one in ours:
            archive.writestr(f"{safe_name(one.number)}.pdf", render_invoice(invoice_facts.page(call, one)))
        if elsewhere:
            archive.writestr("left-out.txt", "\n".join([_("Written by another system, no PDF here:"), *elsewhere, ""]))
    response = HttpResponse(data.getvalue(), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="invoices-{call.today.isoformat()}.zip"'
    return response


@screen("documents.retry_dispatches")
def retry_mails(request: HttpRequest, call: Call) -> HttpResponse:
    """POST ticked mails: try those that were given up once more."""
    if request.method == "POST":
        asked = ticked(request)
        tried = documents.retry_dispatches(call, [ids.inner("dsp", text) for text in asked])
        if not tried:
            raise Refused("documents.not-failed", _("None of the ticked mails was given up; nothing was done."))
        text = ngettext("%(n)s mail is tried again within a minute.", "%(n)s mails are tried again within a minute.", len(tried))
        rest = _(" %(n)s others were not given up.") % {"n": len(asked) - len(tried)} if len(asked) > len(tried) else ""
        done(request, text % {"n": len(tried)} + rest)
    return HttpResponseRedirect(back(request, reverse("outbox")))


@screen("ledger.read")
def export_entries(request: HttpRequest, call: Call) -> HttpResponseBase:
    """POST ticked journal entries: their lines as a file."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("journal-entries"))
    keys = [ids.inner("jrn", text) for text in ticked(request)]
    found = ledger_facts.entries(call, keys)
    if len(found) < len(keys):
        raise ids.not_found("jrn")
    return entries_as_csv(call, lambda: iter(found))


urlpatterns = [
    path("orders/confirm-ticked/", confirm_orders, name="orders-confirm"),
    path("invoices/send-ticked/", send_invoices, name="invoices-send"),
    path("invoices/download-ticked/", download_invoices, name="invoices-download"),
    path("outbox/retry-ticked/", retry_mails, name="outbox-retry"),
    path("journal/entries/export-ticked/", export_entries, name="journal-entries-export"),
]
