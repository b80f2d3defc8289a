"""Saved views of lists: a person's own and those that the company shares. A key sees and keeps those of the person it belongs to."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from duecourse.access import actions, queries
from duecourse.access.rules.views import SavedView
from duecourse.api.door import Door
from duecourse.api.shapes import Done, In, Line, Made, Out, like, outer_id
from duecourse.core import ids
from duecourse.core.call import Call

room = Door("Saved views")
ListName = Literal[
    "customers", "holds", "orders", "invoices", "matching", "worklist", "tasks", "ageing", "journal", "journal-entries",
    "manual-journals", "outbox",
]  # fmt: skip
ViewName = Annotated[str, Line, Field(min_length=1, max_length=60, examples=["Overdue in Germany"])]
Query = Annotated[str, Line, Field(max_length=2000, examples=["show=overdue&sort=-overdue"])]


class ViewFilter(In):
    list: ListName | None = None


class ViewOut(Out):
    """A view. `query`: its filters, sort and tab as in the address of the list. `first`: the list opens with it for this person."""

    id: str = outer_id("viw")
    list: ListName
    name: str
    query: str
    shared: bool
    mine: bool
    first: bool
    owner: str


class ViewIn(In):
    """A new view; what is no filter, sort or tab of the list is left out of `query`."""

    model_config = like({"list": "customers", "name": "Overdue in Germany", "query": "show=overdue&sort=-overdue"})

    list: ListName
    name: ViewName
    query: Query = ""


class ViewChangeIn(In):
    """Another name; other filters where `query` is given."""

    name: ViewName
    query: Query | None = None


class ViewShareIn(In):
    shared: bool


def _shown(view: SavedView) -> ViewOut:
    return ViewOut(
        id=ids.outer("viw", view.id),
        list=view.list_name,  # type: ignore[arg-type]
        name=view.name,
        query=view.query,
        shared=view.is_shared,
        mine=view.is_mine,
        first=view.is_first,
        owner=view.owner_name,
    )


@room.get("/views", "access.read_views", list[ViewOut])
def list_views(call: Call, query: ViewFilter) -> list[ViewOut]:
    """Own and shared views of one list, or of all lists that the key may read; own ones first, by name."""
    return [_shown(view) for view in queries.saved_views(call, query.list or "")]


@room.post("/views", "access.save_view", Made)
def save_view(call: Call, body: ViewIn) -> Made:
    """Keep a view. Sent twice it is refused: a person has a name once in a list."""
    return Made(id=ids.outer("viw", actions.save_view(call, body.list, body.name, body.query)))


@room.get("/views/{view}", "access.read_views", ViewOut)
def get_view(call: Call, view: str) -> ViewOut:
    """One view."""
    return _shown(queries.view_for_caller(call, view))


@room.post("/views/{view}/change", "access.change_view", Done)
def change_view(call: Call, view: str, body: ViewChangeIn) -> Done:
    """Another name or other filters of one's own view."""
    actions.change_view(call, ids.inner("viw", view), body.name, body.query)
    return Done()


@room.post("/views/{view}/share", "access.share_view", Done)
def share_view(call: Call, view: str, body: ViewShareIn) -> Done:
    """Let everybody in the company see one's own view, or take it back; anybody's can be taken back."""
    actions.share_view(call, ids.inner("viw", view), body.shared)
    return Done()


@room.post("/views/{view}/delete", "access.delete_view", Done)
def delete_view(call: Call, view: str) -> Done:
    """Take one's own view away."""
    actions.delete_view(call, ids.inner("viw", view))
    return Done()


@room.post("/views/{view}/restore", "access.restore_view", Done)
def restore_view(call: Call, view: str) -> Done:
    """Bring one's own view back after it was deleted."""
    actions.restore_view(call, ids.inner("viw", view))
    return Done()
