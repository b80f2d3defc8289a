"""Take-overs from other systems: upload a file, see what its columns are, look at the dry run, send and confirm, undo before that."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from duecourse.core import ids, progress
from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.documents import actions as documents
from duecourse.documents import queries as document_facts
from duecourse.documents import rules
from duecourse.documents.rules import TakeOverView
from duecourse.web import export, listing, takeover_shown
from duecourse.web.door import done, page, screen

SIZE_MAX = 50_000_000  # bytes a file
STATES = ("", "under-way", "taken", "discarded", "refused")


@screen("documents.read_take_overs")
def index(request: HttpRequest, call: Call) -> HttpResponse:
    """Every take-over, newest first; above them the upload."""
    state = request.GET.get("state", "")
    state = state if state in STATES else ""
    found = document_facts.take_overs(call, state, listing.number(request))
    if export.asked(request):
        return _as_csv(call, state)
    words = {
        "": _("All"),
        "under-way": _("Under way"),
        "taken": _("Taken over"),
        "discarded": _("Discarded"),
        "refused": _("Refused"),
    }
    kind = request.GET.get("kind", "")
    context = {
        "tabs": listing.tabs(request, "state", [(each, words[each], None) for each in STATES], state),
        "rows": [{"it": each, "kind": _(rules.KINDS[each.kind].label), "url": _url(each)} for each in found.rows],
        "page": listing.Shown(found),
        "may_open": call.by.may("documents.open_take_over"),
        "kinds": [(name, _(each.label)) for name, each in rules.KINDS.items()],
        "kind": kind if kind in rules.KINDS else "customers",
        "state": state,
    }
    return page(request, call, "takeover/index.html", context)


def _url(view: TakeOverView) -> str:
    return reverse("take-over", args=[view.outer_id])


def _as_csv(call: Call, state: str) -> HttpResponse:
    head = [_("File"), _("Kind"), _("State"), _("Rows ready"), _("Known"), _("Rejected"), _("At"), _("By"), _("Confirmed by")]
    return export.answer(
        call,
        "take-overs",
        head,
        lambda: (
            (
                each.name, each.kind, each.state, each.outcome.get("ready"), each.outcome.get("known"), each.outcome.get("rejected"), each.at,
                each.by_name, each.confirmed_by_name,
            )
            for each in export.every(lambda number: document_facts.take_overs(call, state, number, export.SIZE))
        ),
    )  # fmt: skip


@screen("documents.open_take_over")
def upload(request: HttpRequest, call: Call) -> HttpResponse:
    """Keep the file's bytes and put its reading into the queue; the same file under way leads to that one."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("take-overs"))
    file = request.FILES.get("file")
    kind = request.POST.get("kind", "")
    if file is None:
        messages.error(request, _("No file was chosen. Choose a CSV or XLSX file."))
    elif not file.size:
        messages.error(request, _("%(name)s is empty. Nothing was taken over. Export it again.") % {"name": file.name})
    elif file.size > SIZE_MAX:
        said = {"name": file.name, "max": SIZE_MAX // 1_000_000}
        messages.error(
            request, _("%(name)s has more than %(max)s MB. Nothing was taken over. Part it into several files.") % said
        )
    else:
        rules.kind_of(kind)
        data = file.read()
        digest = documents.store_bytes(data)
        system = request.POST.get("system", "").strip() or "file"
        key, new = documents.open_take_over(call, kind, file.name or "file", digest, len(data), system)
        if not new:
            messages.info(request, _("The same file is under way already; this is it."))
        return HttpResponseRedirect(reverse("take-over", args=[ids.outer("tko", key)]))
    return HttpResponseRedirect(reverse("take-overs"))


@screen("documents.read_take_overs")
def show(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """One take-over: how far it is, what its columns are, what taking it would do and why rows stay out."""
    view = document_facts.take_over_for_caller(call, ref)
    if request.GET.get("part") == "progress":
        answer = render(request, "takeover/progress.html", {"call": call, "it": view, **_progress(call, view)})
        if view.state not in ("reading", "taking") and request.headers.get("HX-Request"):
            answer["HX-Refresh"] = "true"
        return answer
    context: dict[str, Any] = {"it": view, **takeover_shown.facts(call, view), **_progress(call, view)}
    others = document_facts.others_who_may_confirm(call, view)
    context |= {
        "may_map": call.by.may("documents.map_take_over") and view.state in ("open", "sent", "refused"),
        "may_send": call.by.may("documents.send_take_over") and view.state == "open",
        "may_confirm": document_facts.caller_may_confirm(call, view) and view.state in ("open", "sent"),
        "may_discard": call.by.may("documents.discard_take_over") and view.state in ("reading", "open", "sent", "refused"),
        "may_reopen": call.by.may("documents.reopen_take_over") and view.state == "discarded",
        "may_open": call.by.may("documents.open_take_over"),
        "may_set_up": call.by.may("access.read") and not call.company.is_live,
        "others": ", ".join(others[:3]),
    }
    return page(request, call, "takeover/show.html", context)


def _progress(call: Call, view: TakeOverView) -> dict[str, Any]:
    if view.state not in ("reading", "taking"):
        return {"steps": []}
    return takeover_shown.progress_of(call, view, progress.task(call, view.task_id))


@screen("documents.map_take_over")
def choose(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """What the columns are and what else was chosen; the file is read again with it."""
    view = document_facts.take_over_for_caller(call, ref)
    if request.method == "POST":
        mapping, options = takeover_shown.chosen(call, view, request.POST)
        documents.map_take_over(call, view.id, mapping, options)
    return HttpResponseRedirect(_url(view))


@screen("documents.send_take_over")
def send(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """Send it to be confirmed."""
    view = document_facts.take_over_for_caller(call, ref)
    if request.method == "POST":
        documents.send_take_over(call, view.id)
        others = document_facts.others_who_may_confirm(call, view)
        done(request, _("Sent to be confirmed by %(who)s.") % {"who": ", ".join(others[:3]) or call.by.name})
    return HttpResponseRedirect(_url(view))


@screen("documents.confirm_take_over")
def confirm(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """Let the ready rows in."""
    view = document_facts.take_over_for_caller(call, ref)
    if request.method == "POST":
        documents.confirm_take_over(call, view.id)
    return HttpResponseRedirect(_url(view))


@screen("documents.discard_take_over")
def discard(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """Put it away; nothing of it was written."""
    view = document_facts.take_over_for_caller(call, ref)
    if request.method == "POST":
        documents.discard_take_over(call, view.id)
        said = {"name": view.name}
        done(request, _("%(name)s was discarded; nothing of it was written.") % said, reverse("take-over-reopen", args=[ref]))
    return HttpResponseRedirect(reverse("take-overs"))


@screen("documents.reopen_take_over")
def reopen(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """Take a discarded one up again."""
    view = document_facts.take_over_for_caller(call, ref)
    if request.method == "POST":
        documents.reopen_take_over(call, view.id)
    return HttpResponseRedirect(_url(view))


@screen("documents.read_take_overs")
def rejects(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """The rejected rows as a file: each as it was, with its reason behind."""
    view = document_facts.take_over_for_caller(call, ref)
    if not view.rejects_digest:
        raise Refused("not-found", _("No row of this file was rejected."))
    answer = HttpResponse(document_facts.read_bytes(view.rejects_digest), content_type="text/csv; charset=utf-8")
    name = view.name.rsplit(".", 1)[0].replace('"', "")
    plain = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_.") else "-" for letter in name)[:80]
    answer["Content-Disposition"] = f'attachment; filename="{plain}-rejects.csv"'
    return answer


urlpatterns = [
    path("take-overs/", index, name="take-overs"),
    path("take-overs/upload/", upload, name="take-over-upload"),
    path("take-overs/<str:ref>/", show, name="take-over"),
    path("take-overs/<str:ref>/columns/", choose, name="take-over-columns"),
    path("take-overs/<str:ref>/send/", send, name="take-over-send"),
    path("take-overs/<str:ref>/confirm/", confirm, name="take-over-confirm"),
    path("take-overs/<str:ref>/discard/", discard, name="take-over-discard"),
    path("take-overs/<str:ref>/reopen/", reopen, name="take-over-reopen"),
    path("take-overs/<str:ref>/rejects/", rejects, name="take-over-rejects"),
]
