"""What leaves the house: every mail with its state, the mail itself with its attachments, and another try for one that failed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext as _

from duecourse.core import events, ids
from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.documents import actions, queries
from duecourse.documents.pdf import render_invoice
from duecourse.documents.rules import STATES, TO_OUR_OWN, DispatchView, safe_name
from duecourse.invoicing import queries as invoice_facts
from duecourse.web import export, happened, listing
from duecourse.web.door import done, page, refusal, screen

BADGES = {
    "queued": "waiting",
    "held": "waits-for-go-live",
    "sent": "sent",
    "failed": "failed",
    "dropped": "dropped",
    "shown": "shown",
}


def _kinds() -> dict[str, str]:
    return {"invoice": _("Invoice"), "credit-note": _("Credit note"), "invitation": _("Invitation"), "test-mail": _("Test mail")}


def _may_read(call: Call) -> None:
    """Those who read documents see all mail; administrators see invitations, for they see no amounts."""
    if not (call.by.may("documents.read") or call.by.may("documents.read_invitations")):
        raise Refused("access.not-permitted", _("Your role does not include this. An administrator can change your role."))


def _row(dispatch: DispatchView) -> dict[str, Any]:
    return {
        "mail": dispatch,
        "ref": ids.outer("dsp", dispatch.id),
        "badge": BADGES[dispatch.state],
        "kind": _kinds().get(dispatch.kind, dispatch.kind),
    }


@screen("access.change_language")
def index(request: HttpRequest, call: Call) -> HttpResponseBase:
    """The list by state."""
    _may_read(call)
    state, text = request.GET.get("state", ""), request.GET.get("q", "").strip()
    state = state if state in STATES else ""
    if export.asked(request):
        head = [_("When"), _("Kind"), _("Recipients"), _("Title"), _("State"), _("Sent"), _("Attempts"), _("Error"), _("About")]
        return export.answer(
            call,
            "outbox",
            head,
            lambda: (
                (
                    one.created_at.isoformat(), one.kind, " ".join(one.recipients), one.title, one.state,
                    one.sent_at.isoformat() if one.sent_at else "", one.attempts, one.error, one.subject_ref,
                )
                for one in export.every(lambda number: queries.rows(call, state, "", text, number, export.SIZE))
            ),
        )  # fmt: skip
    found = queries.rows(call, state, "", text, listing.number(request))
    counts = queries.counts(call)
    words = {
        "queued": _("Waiting"), "held": _("Waits for go-live"), "sent": _("Sent"), "failed": _("Failed"), "dropped": _("Ended unsent"),
        "shown": _("Shown here only"),
    }  # fmt: skip
    tabs: list[tuple[str, str, object]] = [("", _("All"), sum(counts.values()))]
    tabs += [(one, words[one], counts[one]) for one in STATES if counts[one] or one == state]
    context = {
        "rows": [_row(one) for one in found.rows],
        "shown": listing.Shown(found),
        "tabs": listing.tabs(request, "state", tabs, state),
        "chips": listing.chips(request, {"q": f"“{text}”" if text else ""}),
        "asked": text,
        "state": state,
        "held": counts["held"],
        "may_retry": bool(counts["failed"]) and call.by.may("documents.retry_dispatches"),
        "only_shown": counts["shown"] and not counts["sent"] and not counts["queued"],
        "keys": [(("J", "K"), _("next, previous")), (("Enter",), _("open")), (("/",), _("search"))],
    }
    return page(request, call, "outbox/index.html", context)


@screen("access.change_language")
def mail(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """One mail as it goes out."""
    _may_read(call)
    found = queries.dispatch_for_caller(call, ref)
    attachments = []
    for place, what in enumerate(found.attachments):
        attachments.append({"name": _attachment_name(call, found, what), "url": reverse("mail-attachment", args=[ref, place])})
    about = [] if found.kind in TO_OUR_OWN else happened.subjects(call, [found.subject_ref])
    context = _row(found) | {
        "attachments": attachments,
        "about": about,
        "moments": [happened.told(one) for one in events.about(call, [ref], 20)],
        "may_retry": found.state == "failed" and call.by.may("documents.retry_dispatch"),
        "pdf": next((one["url"] for one in attachments if one["name"].endswith(".pdf")), ""),
    }
    return page(request, call, "outbox/mail.html", context)


def _attachment_name(call: Call, dispatch: DispatchView, what: str) -> str:
    if what == "invoice-pdf":
        return _("Invoice as PDF") + ".pdf" if not call.by.may("invoicing.read") else _invoice(call, dispatch).number + ".pdf"
    return queries.document_for_caller(call, what).name if what.startswith("doc_") else what


def _invoice(call: Call, dispatch: DispatchView) -> Any:
    return invoice_facts.invoice_for_caller(call, dispatch.subject_ref)


@screen("documents.read")
def attachment(request: HttpRequest, call: Call, ref: str, place: int) -> HttpResponse:
    """An attachment, made now from what was posted, as it is made for the mail."""
    found = queries.dispatch_for_caller(call, ref)
    if place >= len(found.attachments):
        raise ids.not_found("doc")
    what = found.attachments[place]
    if what == "invoice-pdf":
        invoice = _invoice(call, found)
        name, media_type, data = f"{invoice.number}.pdf", "application/pdf", render_invoice(invoice_facts.page(call, invoice))
    else:
        kept = queries.document_for_caller(call, what)
        name, media_type, data = kept.name, kept.media_type, queries.read_bytes(kept.digest)
    inline = media_type == "application/pdf" and not request.GET.get("download")
    response = HttpResponse(data, content_type=media_type)
    response["Content-Disposition"] = f'{"inline" if inline else "attachment"}; filename="{safe_name(name)}"'
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@screen("documents.retry_dispatch")
def retry(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """POST: try a mail that was given up once more."""
    if request.method == "POST":
        found = queries.dispatch_for_caller(call, ref)
        try:
            actions.retry_dispatch(call, found.id)
        except Refused as refused:
            return refusal(request, refused)
        done(request, _("“%(title)s” is tried again within a minute.") % {"title": found.title})
    return HttpResponseRedirect(reverse("mail", args=[ref]))


urlpatterns = [
    path("outbox/", index, name="outbox"),
    path("outbox/<str:ref>/", mail, name="mail"),
    path("outbox/<str:ref>/retry/", retry, name="mail-retry"),
    path("outbox/<str:ref>/attachments/<int:place>/", attachment, name="mail-attachment"),
]
