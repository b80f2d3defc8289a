"""Saved views: kept, changed, shared, taken away and brought back, and which one a person's list opens with."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction

from duecourse.access.models import FirstView, SavedView
from duecourse.access.queries import views as queries
from duecourse.access.rules import views as rules
from duecourse.core import events, ids
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused


def _person(call: Call) -> int:
    if call.by.kind == "job":
        raise Refused("access.not-a-person", "A person or a person's key keeps views.")
    return call.by.id


def _own(call: Call, view_id: int, deleted: bool = False) -> SavedView:
    """The caller's own view, locked. Errors: Refused('not-found')."""
    rows = SavedView.objects.select_for_update(no_key=True, of=("self",))
    row = rows.filter(company_id=call.company.id, user_id=_person(call), pk=view_id, deleted_at__isnull=not deleted).first()
    if row is None:
        raise ids.not_found("viw")
    return row


def _ref(row: SavedView) -> list[str]:
    return [ids.outer("viw", row.id)]


def _named(row: SavedView) -> dict[str, Any]:
    return {"list": row.list_name, "name": row.name}


def _taken(name: str) -> Refused:
    return Refused("access.view-name-taken", f"You have a view “{name}” of this list already. Choose another name.")


@action
def save_view(call: Call, list_name: str, name: str, query: str) -> int:
    """Keep the filters, sort and tab of a list's address under a name; what else is in `query` is left out.

    Errors: Refused('access.view-unknown-list'), Refused('access.not-permitted') for a list that one may not read,
    Refused('access.view-name'), Refused('access.view-name-taken'), Refused('access.view-too-long'), Refused('access.views-too-many').
    """
    user_id, title, kept = _person(call), rules.view_name(name), rules.normal_query(list_name, query)
    if not queries.may_read_list(call, list_name):
        raise Refused("access.not-permitted", "Your role does not include this. An administrator can change your role.")
    mine = SavedView.objects.filter(company_id=call.company.id, user_id=user_id, deleted_at__isnull=True)
    if mine.count() >= rules.VIEWS_MAX:
        raise Refused("access.views-too-many", f"You have {rules.VIEWS_MAX} views, which is the most. Delete one first.")
    try:
        with transaction.atomic():
            row = SavedView.objects.create(
                company_id=call.company.id, user_id=user_id, list_name=list_name, name=title, query=kept, created_at=call.at
            )
    except IntegrityError:
        raise _taken(title) from None
    events.record(call, "access.view-saved", _ref(row), {**_named(row), "query": kept})
    return row.id


@action
def change_view(call: Call, view_id: int, name: str, query: str | None = None) -> None:
    """Another name and, where `query` is given, other filters, of one's own view. Errors: as save_view, Refused('not-found')."""
    row = _own(call, view_id)
    before = {"name": row.name, "query": row.query}
    row.name = rules.view_name(name)
    if query is not None:
        row.query = rules.normal_query(row.list_name, query)
    try:
        with transaction.atomic():
            row.save(update_fields=["name", "query"])
    except IntegrityError:
        raise _taken(row.name) from None
    after = {"name": row.name, "query": row.query}
    events.record(call, "access.view-changed", _ref(row), {"list": row.list_name, "before": before, "after": after})


@action
def share_view(call: Call, view_id: int, shared: bool) -> None:
    """Let everybody in the company see a view, or no longer. Shared: one's own; no longer: any, its maker may have left.

    Errors: Refused('not-found').
    """
    rows = SavedView.objects.select_for_update(no_key=True, of=("self",))
    row = rows.filter(company_id=call.company.id, pk=view_id, deleted_at__isnull=True).first()
    if row is None or (row.user_id != _person(call) and (shared or not row.is_shared)):
        raise ids.not_found("viw")
    if row.is_shared == shared:
        return
    row.is_shared = shared
    row.save(update_fields=["is_shared"])
    events.record(call, "access.view-shared" if shared else "access.view-unshared", _ref(row), _named(row))


@action
def delete_view(call: Call, view_id: int) -> None:
    """Take one's own view away, also from those with whom it is shared. Errors: Refused('not-found')."""
    row = _own(call, view_id)
    row.deleted_at = call.at
    row.save(update_fields=["deleted_at"])
    events.record(call, "access.view-deleted", _ref(row), _named(row))


@action
def restore_view(call: Call, view_id: int) -> None:
    """Bring back one's own view. Errors: Refused('not-found'), Refused('access.view-name-taken')."""
    row = _own(call, view_id, deleted=True)
    row.deleted_at = None
    try:
        with transaction.atomic():
            row.save(update_fields=["deleted_at"])
    except IntegrityError:
        raise _taken(row.name) from None
    events.record(call, "access.view-restored", _ref(row), _named(row))


@action
def put_view_first(call: Call, list_name: str, view_id: int | None) -> None:
    """Say which view one's list opens with, own or shared; None: the standard one. Errors: Refused('not-found')."""
    rules.viewed_list(list_name)
    user_id, name = _person(call), ""
    if view_id is not None:
        view = queries.view_for_caller(call, ids.outer("viw", view_id))
        if view.list_name != list_name:
            raise ids.not_found("viw")
        name = view.name
    mine = FirstView.objects.filter(company_id=call.company.id, user_id=user_id, list_name=list_name)
    mine.delete()
    if view_id is not None:
        FirstView.objects.create(company_id=call.company.id, user_id=user_id, list_name=list_name, view_id=view_id)
    events.record(call, "access.first-view-set", [ids.outer("usr", user_id)], {"list": list_name, "name": name})
