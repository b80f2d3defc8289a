"""Saved views that the caller sees: their own and those that the company shares."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from duecourse.access.rules import views as rules
from duecourse.access.rules.views import LISTS, SavedView
from duecourse.core import ids
from duecourse.core.call import Call

_VIEWS = """
select v.id, v.list_name, v.name, v.query, v.is_shared, v.user_id = %(me)s, f.view_id is not null, u.name
from access_savedview v
join access_user u on u.id = v.user_id
left join access_firstview f on f.company_id = v.company_id and f.user_id = %(me)s and f.view_id = v.id
where v.company_id = %(company)s and v.deleted_at is null and (v.user_id = %(me)s or v.is_shared)
and v.list_name = any(%(lists)s) and (%(view)s::bigint is null or v.id = %(view)s)
order by v.list_name, v.user_id <> %(me)s, lower(v.name), v.id
"""


def may_read_list(call: Call, name: str) -> bool:
    """Whether the caller may open a list at all."""
    return name in LISTS and any(call.by.may(one) for one in LISTS[name].permissions)


def _find(call: Call, lists: Sequence[str], view_id: int | None = None) -> list[SavedView]:
    asked: dict[str, int | list[str] | None] = {
        "me": call.by.id,
        "company": call.company.id,
        "lists": list(lists),
        "view": view_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(_VIEWS, asked)
        return [SavedView(*row) for row in cursor.fetchall()]


def saved_views(call: Call, list_name: str = "") -> list[SavedView]:
    """The views of a list, or of all lists that the caller may read: own ones first, by name. One query."""
    names = [list_name] if list_name else list(LISTS)
    if list_name:
        rules.viewed_list(list_name)
    return _find(call, [name for name in names if may_read_list(call, name)])


def view_for_caller(call: Call, outer_id: str) -> SavedView:
    """One view. Errors: Refused('not-found'), also for one of a list that the caller may not read."""
    found = _find(call, [name for name in LISTS if may_read_list(call, name)], ids.inner("viw", outer_id))
    if not found:
        raise ids.not_found("viw")
    return found[0]
