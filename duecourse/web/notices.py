"""My tasks and my notices: what to do by when, what happened, and where each of them is looked at."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duecourse.access import queries as access_facts
from duecourse.access.rules import ROLE_NAMES
from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.core.reasons import Reason
from duecourse.notices import actions as notices
from duecourse.notices import queries, rules
from duecourse.web import entered, export, happened, links, listing
from duecourse.web.door import back, done, page, screen
from duecourse.web.templatetags import show

PLACES = {"notices.books-broken": "ties-out", "notices.books-whole": "ties-out", "notices.bank-file-refused": "bank"}


def place(call: Call, subject: str, words: Reason) -> str:
    """Where a task or notice leads: the page that its words are about, else its subject's."""
    name = PLACES.get(words.code)
    if name is not None:
        return reverse(name) if call.by.may("ledger.read" if name == "ties-out" else "bank.read") else ""
    if subject.startswith("acc_") and call.by.may("collection.read"):
        return reverse("worklist-case", args=[subject])
    return happened.link(call, subject)


def _row(call: Call, task: rules.TaskView) -> dict[str, Any]:
    late = task.due_date is not None and task.due_date < call.today and task.state != "done"
    owner = task.owner_name if task.owner.user_id else _(ROLE_NAMES.get(task.owner.role, task.owner.role))
    return {
        "task": task,
        "url": place(call, task.subject, task.title),
        "owner": owner,
        "mine": task.owner.user_id == call.by.id,
        "state": "overdue" if late else task.state,
    }


@screen("notices.read")
def index(request: HttpRequest, call: Call) -> HttpResponseBase:
    """My tasks, by due day; `?format=csv` as a file."""
    tab = request.GET.get("show", "todo")
    tab = tab if tab in queries.SHOWS else "todo"

    def fetch(number: int, size: int = 50) -> Any:
        return queries.tasks(call, tab, number, size)

    if export.asked(request):
        head = [_("What"), _("Due"), _("Owner"), _("State"), _("Made"), _("Done by"), _("Outcome")]
        return export.answer(
            call,
            "tasks",
            head,
            lambda: (
                (
                    show.reason(one.title, call.company.currency),
                    one.due_date,
                    _row(call, one)["owner"],
                    one.state,
                    one.created_at,
                    one.done_by_name,
                    one.outcome,
                )
                for one in export.every(lambda number: fetch(number, export.SIZE))
            ),
        )
    found = fetch(listing.number(request))
    counts = queries.task_counts(call)
    words = {"todo": _("To do"), "overdue": _("Overdue"), "done": _("Done")}
    tabs = [(name, words[name], counts.get(name, "")) for name in queries.SHOWS]
    context = {
        "rows": [_row(call, one) for one in found.rows],
        "shown": listing.Shown(found),
        "tab": tab,
        "counts": counts,
        "tabs": listing.tabs(request, "show", tabs, tab),
        "owners": _owners(call),
        "keep": links.query({"show": request.GET.get("show", "")}),
        "keys": [(("J", "K"), _("next, previous")), (("Space",), _("tick")), (("Enter",), _("open")), (("N",), _("new task"))],
    }
    return page(request, call, "notices/tasks.html", context)


def _owners(call: Call) -> list[tuple[str, str]]:
    """People, then roles, that a task can go to."""
    people = [(ids.outer("usr", key), name) for key, name in access_facts.colleagues(call)]
    return [*people, *((role, _("Role: %(role)s") % {"role": _(name)}) for role, name in ROLE_NAMES.items())]


def _owner(text: str) -> rules.Owner:
    return rules.Owner(role=text) if text in ROLE_NAMES else rules.Owner(user_id=ids.inner("usr", text))


@screen("notices.create_tasks")
def create(request: HttpRequest, call: Call) -> HttpResponse:
    """A task for a person or a role; POST with title, due, owner and perhaps about (an outside id)."""
    if request.method == "POST":
        sent = {name: request.POST.get(name, "").strip()[:300] for name in ("title", "due", "owner", "about")}
        due = entered.day(sent["due"], call.today) if sent["due"] else None
        subject = sent["about"][:40] or ids.outer("cmp", call.company.id)
        new = rules.NewTask(subject, Reason("notices.own", {"text": sent["title"]}), _owner(sent["owner"]), due)
        notices.create_tasks(call, [new])
        done(request, _("The task is given."))
    return HttpResponseRedirect(back(request, reverse("tasks")))


@screen("notices.finish_tasks")
def finish(request: HttpRequest, call: Call) -> HttpResponse:
    """Ticked tasks are done; POST with tick."""
    if request.method == "POST":
        keys = queries.task_keys_for_caller(call, request.POST.getlist("tick"))
        if keys:
            notices.finish_tasks(call, keys, request.POST.get("outcome", ""))
            said = ngettext("%(n)s task is done.", "%(n)s tasks are done.", len(keys)) % {"n": len(keys)}
            done(request, said, reverse("tasks-undo") + links.query({"do": "reopen", "ids": _joined(keys)}))
    return HttpResponseRedirect(back(request, reverse("tasks")))


@screen("notices.hand_over_tasks")
def hand_over(request: HttpRequest, call: Call) -> HttpResponse:
    """Ticked tasks go to somebody else; POST with tick, owner and note."""
    if request.method == "POST":
        keys = queries.task_keys_for_caller(call, request.POST.getlist("tick"))
        if keys:
            notices.hand_over_tasks(call, keys, _owner(request.POST.get("owner", "")), request.POST.get("note", ""))
            said = ngettext("%(n)s task is handed over.", "%(n)s tasks are handed over.", len(keys)) % {"n": len(keys)}
            done(request, said, reverse("tasks-undo") + links.query({"do": "take-back", "ids": _joined(keys)}))
    return HttpResponseRedirect(back(request, reverse("tasks")))


def _joined(keys: list[int]) -> str:
    return ",".join(ids.outer("tsk", key) for key in keys)


@screen("notices.reopen_tasks")
def undo(request: HttpRequest, call: Call) -> HttpResponse:
    """Take back what was just done with tasks: POST to `?do=reopen|take-back&ids=`."""
    if request.method == "POST":
        refs = [ref for ref in request.GET.get("ids", "").split(",") if ref][:200]
        if request.GET.get("do") == "take-back":
            notices.take_back_tasks(call, [ids.inner("tsk", ref) for ref in refs])
        else:
            notices.reopen_tasks(call, queries.task_keys_for_caller(call, refs))
        done(request, _("Undone."))
    return HttpResponseRedirect(reverse("tasks"))


@screen("notices.read")
def told(request: HttpRequest, call: Call) -> HttpResponse:
    """My notices, the newest first; looking at them does not read them."""
    unread = request.GET.get("show") == "unread"
    found = queries.notices(call, unread, listing.number(request))
    waiting = queries.waiting(call)
    tabs = [("", _("All"), ""), ("unread", _("Unread"), waiting.unread)]
    context = {
        "rows": [{"notice": one, "url": place(call, one.subject, one.words)} for one in found.rows],
        "shown": listing.Shown(found),
        "unread": waiting.unread,
        "only_unread": unread,
        "tabs": listing.tabs(request, "show", tabs, "unread" if unread else ""),
        "keys": [(("J", "K"), _("next, previous")), (("Enter",), _("open")), (("R",), _("read all"))],
    }
    return page(request, call, "notices/index.html", context)


@screen("notices.mark_read")
def read(request: HttpRequest, call: Call) -> HttpResponse:
    """Read: POST with `notice`, or all; with `next` one goes on to what it is about."""
    if request.method == "POST":
        refs = request.POST.getlist("notice")
        many = notices.mark_read(call, queries.notice_keys_for_caller(call, refs) if refs else None)
        if not refs:
            done(request, ngettext("%(n)s notice is read.", "%(n)s notices are read.", many) % {"n": many})
    return HttpResponseRedirect(back(request, reverse("notices")))


urlpatterns = [
    path("tasks/", index, name="tasks"),
    path("tasks/new/", create, name="tasks-new"),
    path("tasks/done/", finish, name="tasks-finish"),
    path("tasks/hand-over/", hand_over, name="tasks-hand-over"),
    path("tasks/undo/", undo, name="tasks-undo"),
    path("notices/", told, name="notices"),
    path("notices/read/", read, name="notices-read"),
]
