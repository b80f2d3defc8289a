"""Saved views of lists: kept, renamed, shared, put first, taken away and brought back. Each answers with the list."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from duecourse.access import actions, queries
from duecourse.access.rules.views import viewed_list
from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.web import links, viewed
from duecourse.web.door import done, screen


def _sent(request: HttpRequest, name: str) -> str:
    """What a form says, or the address of an undo."""
    return (request.POST.get(name) or request.GET.get(name) or "").strip()


def _to(call: Call, ref: str) -> HttpResponse:
    return HttpResponseRedirect(viewed.address(queries.view_for_caller(call, ref)))


@screen("access.read_views")
def show(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """A view's own address, to be sent to others: leads to its list."""
    return _to(call, ref)


@screen("access.save_view")
def save(request: HttpRequest, call: Call) -> HttpResponse:
    """POST list, name, query, and perhaps first and shared: keep what the list shows."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("home"))
    list_name, name = _sent(request, "list"), _sent(request, "name")
    key = actions.save_view(call, list_name, name, request.POST.get("query", "")[:4000])
    if request.POST.get("shared"):
        actions.share_view(call, key, True)
    if request.POST.get("first"):
        actions.put_view_first(call, list_name, key)
    ref = ids.outer("viw", key)
    done(request, _("The view “%(name)s” is saved.") % {"name": name}, reverse("view-delete", args=[ref]))
    return _to(call, ref)


@screen("access.change_view")
def change(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """POST name, and query to keep other filters; the undo puts both back."""
    before = queries.view_for_caller(call, ref)
    if request.method == "POST":
        query = request.POST.get("query", request.GET.get("query"))
        actions.change_view(call, before.id, _sent(request, "name") or before.name, None if query is None else query[:4000])
        undo = reverse("view-change", args=[ref]) + links.query({"name": before.name}) + f"&{_query(before.query)}"
        done(request, _("The view is changed."), undo)
    return _to(call, ref)


def _query(text: str) -> str:
    return links.query({"query": text})[1:] or "query="


@screen("access.share_view")
def share(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """POST shared 1 or 0: everybody in the company sees it, or no longer."""
    view = queries.view_for_caller(call, ref)
    if request.method != "POST":
        return _to(call, ref)
    shared = _sent(request, "shared") == "1"
    actions.share_view(call, view.id, shared)
    if view.is_mine:
        undo = reverse("view-share", args=[ref]) + f"?shared={'0' if shared else '1'}"
        words = _("Everybody sees the view “%(name)s” now.") if shared else _("Only you see the view “%(name)s” now.")
        done(request, words % {"name": view.name}, undo)
        return _to(call, ref)
    done(request, _("The view “%(name)s” is its maker's own again.") % {"name": view.name})
    return HttpResponseRedirect(reverse(view.list_name) + viewed.STANDARD)


@screen("access.put_view_first")
def put_first(request: HttpRequest, call: Call) -> HttpResponse:
    """POST list and view, "" for the standard one: what the list opens with for this person."""
    name = _sent(request, "list")
    viewed_list(name)
    if request.method != "POST":
        return HttpResponseRedirect(reverse(name) + viewed.STANDARD)
    before = next((view for view in queries.saved_views(call, name) if view.is_first), None)
    view = queries.view_for_caller(call, _sent(request, "view")) if _sent(request, "view") else None
    actions.put_view_first(call, name, view.id if view else None)
    undo = {"list": name, "view": ids.outer("viw", before.id) if before else ""}
    if view:
        text = _("The list opens with “%(name)s” for you from now on.") % {"name": view.name}
    else:
        text = _("The list opens with the standard view for you from now on.")
    done(request, text, reverse("view-first") + links.query(undo))
    return HttpResponseRedirect(viewed.address(view) if view else reverse(name) + viewed.STANDARD)


@screen("access.delete_view")
def delete(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """POST: take one's own view away."""
    view = queries.view_for_caller(call, ref)
    if request.method != "POST":
        return _to(call, ref)
    actions.delete_view(call, view.id)
    done(request, _("The view “%(name)s” is deleted.") % {"name": view.name}, reverse("view-restore", args=[ref]))
    return HttpResponseRedirect(reverse(view.list_name) + viewed.STANDARD)


@screen("access.restore_view")
def restore(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """POST: bring one's own view back."""
    key = ids.inner("viw", ref)
    if request.method == "POST":
        actions.restore_view(call, key)
        done(request, _("The view is back."))
    return _to(call, ref)


urlpatterns = [
    path("views/save/", save, name="view-save"),
    path("views/first/", put_first, name="view-first"),
    path("views/<str:ref>/", show, name="view"),
    path("views/<str:ref>/change/", change, name="view-change"),
    path("views/<str:ref>/share/", share, name="view-share"),
    path("views/<str:ref>/delete/", delete, name="view-delete"),
    path("views/<str:ref>/restore/", restore, name="view-restore"),
]
