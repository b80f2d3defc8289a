"""The saved views of the list on screen: which there are, which one is shown, and the one that a bare address opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

from duecourse.access import queries as access_facts
from duecourse.access.rules.views import LISTS, SavedView, normal_query
from duecourse.core import ids
from duecourse.core.call import Call

STANDARD = "?view=standard"  # the list as it is without any view
TABS_MOST = 6  # the rest are in the menu
# the record of a workbench, beside its list
LIST_BESIDE = {"order": "orders", "hold": "holds", "payment": "matching", "worklist-case": "worklist", "event": "journal"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A view as its tab shows it."""

    view: SavedView
    ref: str
    url: str
    active: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """What `<c-views>` shows. `current`: the view on screen; `changed`: the one it was before filters were changed."""

    list_name: str
    url: str
    query: str
    entries: Sequence[Entry]
    current: Entry | None
    changed: Entry | None
    first: Entry | None
    may_share: bool

    @property
    def tabs(self) -> Sequence[Entry]:
        """The first few, and always the one on screen."""
        shown = list(self.entries[:TABS_MOST])
        here = self.current or self.changed
        return shown if here is None or here in shown else [*shown[:-1], here]

    @property
    def standard_url(self) -> str:
        return self.url + STANDARD

    @property
    def is_standard(self) -> bool:
        return self.current is None and self.changed is None and not self.query


def list_of(request: HttpRequest) -> str:
    """The name of the list on screen, "" for a page that is none."""
    found = request.resolver_match.url_name if request.resolver_match else None
    name = LIST_BESIDE.get(found or "", found or "")
    return name if name in LISTS else ""


def address(view: SavedView) -> str:
    """Where a view is looked at."""
    ref = ids.outer("viw", view.id)
    return f"{reverse(view.list_name)}?{view.query}{'&' if view.query else ''}view={ref}"


def _views(request: HttpRequest, call: Call, name: str) -> list[SavedView]:
    """The views of the list, read once a request."""
    kept = getattr(request, "_saved_views", None)
    if kept is None:
        kept = access_facts.saved_views(call, name)
        request._saved_views = kept  # type: ignore[attr-defined]
    return list(kept)


def first(request: HttpRequest, call: Call) -> HttpResponseRedirect | None:
    """A list that is opened without any parameter leads to the view that the person put first, if there is one."""
    name = list_of(request)
    if request.method != "GET" or request.GET or not name or request.path != reverse(name):
        return None
    wanted = next((view for view in _views(request, call, name) if view.is_first), None)
    return HttpResponseRedirect(address(wanted)) if wanted else None


def bar(request: HttpRequest, call: Call) -> Bar | None:
    """The views of the list on screen; None for other pages. One query."""
    name = list_of(request)
    if not name or not access_facts.may_read_list(call, name):
        return None
    query, chosen = normal_query(name, request.GET.urlencode()[:4000]), request.GET.get("view", "")
    found = _views(request, call, name)
    same = [view for view in found if view.query == query]
    shown = next((view for view in same if ids.outer("viw", view.id) == chosen), same[0] if same and query else None)
    entries = [Entry(view, ids.outer("viw", view.id), address(view), view is shown) for view in found]
    return Bar(
        list_name=name,
        url=reverse(name),
        query=query,
        entries=entries,
        current=next((entry for entry in entries if entry.active), None),
        changed=next((entry for entry in entries if entry.ref == chosen), None) if shown is None else None,
        first=next((entry for entry in entries if entry.view.is_first), None),
        may_share=call.by.may("access.share_view"),
    )
