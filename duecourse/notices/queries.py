"""Tasks and notices of the caller: one's own and those of the roles one holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet

from duecourse.access import queries as access_facts
from duecourse.core import ids, paging
from duecourse.core.call import Call, require
from duecourse.core.reasons import from_json
from duecourse.notices import rules
from duecourse.notices.models import Notice, PersonTask

SHOWS = ("todo", "overdue", "done")


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for the caller: notices not read yet, and tasks that are not done."""

    unread: int
    tasks: int


def waiting(call: Call) -> Waiting:
    """The counts beside the bell; two queries and one for the roles."""
    if call.by.kind != "user" or not call.by.may("notices.read"):
        return Waiting(0, 0)
    unread = Notice.objects.filter(company_id=call.company.id, user_id=call.by.id, read_at__isnull=True).count()
    return Waiting(unread, own_tasks(call).filter(state__in=rules.OPEN_STATES).count())


def own_tasks(call: Call) -> QuerySet[PersonTask]:
    """Tasks of the caller's own or of a role they hold; a job sees all of the company."""
    found = PersonTask.objects.filter(company_id=call.company.id)
    if call.by.kind == "job":
        return found
    return found.filter(Q(owner_user_id=call.by.id) | Q(owner_role__in=access_facts.roles_of(call)))


def tasks(call: Call, show: str = "todo", page: int = 1, size: int = 50) -> paging.Page[rules.TaskView]:
    """The caller's tasks: `todo` and `overdue` by due day, what has none last; `done` the latest first. Four queries."""
    require(call, "notices.read")
    found = own_tasks(call)
    if show == "done":
        return _task_page(found.filter(state="done").order_by("-done_at", "-id"), page, size)
    found = found.filter(state__in=rules.OPEN_STATES).order_by(F("due_date").asc(nulls_last=True), "id")
    return _task_page(found.filter(due_date__lt=call.today) if show == "overdue" else found, page, size)


def task_counts(call: Call) -> dict[str, int]:
    """How many of the caller's tasks are to do, and how many of these are overdue."""
    open_ = own_tasks(call).filter(state__in=rules.OPEN_STATES)
    return {"todo": open_.count(), "overdue": open_.filter(due_date__lt=call.today).count()}


def tasks_about(call: Call, subjects: Sequence[str], limit: int = 20) -> list[rules.TaskView]:
    """Tasks about any of `subjects` that are not done, for the page of the thing; by due day. One query."""
    require(call, "notices.read")
    found = own_tasks(call).filter(subject__in=list(subjects), state__in=rules.OPEN_STATES)
    return [_task(row) for row in found.select_related("owner_user").order_by(F("due_date").asc(nulls_last=True), "id")[:limit]]


def _task_page(found: QuerySet[PersonTask], page: int, size: int) -> paging.Page[rules.TaskView]:
    return paging.page(found.select_related("owner_user"), page, size, _task)


def _task(row: PersonTask) -> rules.TaskView:
    return rules.TaskView(
        id=row.id,
        ref=ids.outer("tsk", row.id),
        subject=row.subject,
        title=from_json(row.title),
        owner=rules.Owner(row.owner_user_id, row.owner_role),
        owner_name=row.owner_user.name if row.owner_user else "",
        due_date=row.due_date,
        state=row.state,
        note=row.note,
        created_by_name=row.created_by_name,
        created_at=row.created_at,
        done_by_name=row.done_by_name,
        done_at=row.done_at,
        outcome=row.outcome,
    )


def task_keys_for_caller(call: Call, refs: Iterable[str]) -> list[int]:
    """Tasks of the caller by outside id. Errors: Refused('not-found') when one is not there or not theirs."""
    require(call, "notices.read")
    keys = sorted({ids.inner("tsk", ref) for ref in refs})
    if own_tasks(call).filter(pk__in=keys).count() != len(keys):
        raise ids.not_found("tsk")
    return keys


def open_keys(call: Call, keys: Iterable[str]) -> set[str]:
    """Those of `keys` that a task which is not done was made for."""
    found = PersonTask.objects.filter(company_id=call.company.id, key__in=set(keys), state__in=rules.OPEN_STATES)
    return set(found.values_list("key", flat=True))


def open_keys_like(call: Call, start: str) -> set[str]:
    """Keys of tasks which are not done that begin with `start`: what a watcher made before."""
    found = PersonTask.objects.filter(company_id=call.company.id, key__startswith=start, state__in=rules.OPEN_STATES)
    return set(found.values_list("key", flat=True))


def notices(call: Call, unread: bool = False, page: int = 1, size: int = 50) -> paging.Page[rules.NoticeView]:
    """The caller's notices, the newest first. Two queries."""
    require(call, "notices.read")
    found = Notice.objects.filter(company_id=call.company.id, user_id=call.by.id)
    if unread:
        found = found.filter(read_at__isnull=True)
    return paging.page(found.order_by("-at", "-id"), page, size, _notice)


def _notice(row: Notice) -> rules.NoticeView:
    return rules.NoticeView(row.id, ids.outer("ntc", row.id), row.subject, from_json(row.words), row.kind, row.at, row.read_at)


def notice_keys_for_caller(call: Call, refs: Iterable[str]) -> list[int]:
    """The caller's notices by outside id. Errors: Refused('not-found')."""
    require(call, "notices.read")
    keys = sorted({ids.inner("ntc", ref) for ref in refs})
    if Notice.objects.filter(company_id=call.company.id, user_id=call.by.id, pk__in=keys).count() != len(keys):
        raise ids.not_found("ntc")
    return keys
