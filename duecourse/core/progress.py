"""How far a job is, for the screen of who started it: written as it moves, beside the transaction of the work itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection

from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.core.models import Task

ENDED = ("done", "failed")


@dataclass(frozen=True, slots=True)
class TaskView:
    """A job as it stands. `error` has code, message and details of what was refused; `step` is the job's own word."""

    id: int
    kind: str
    subject: str
    state: str
    step: str
    done: int
    total: int
    result: Mapping[str, object]
    error: Mapping[str, object]
    by_name: str
    at: dt.datetime
    moved_at: dt.datetime

    @property
    def outer_id(self) -> str:
        return ids.outer("job", self.id)

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED


def begin(call: Call, kind: str, subject: str) -> int:
    """A task that waits for its job; its id. In the transaction that enqueues the job."""
    row = Task.objects.create(
        company_id=call.company.id,
        kind=kind,
        subject=subject[:200],
        by_id=call.by.id,
        by_name=call.by.name,
        at=call.at,
        moved_at=call.at,
    )
    return row.id


@contextmanager
def beside(call: Call, task_id: int) -> Iterator[Teller]:
    """A connection of its own for the task's progress, so that it is seen while the work's transaction still runs."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("select set_config('duecourse.company', %s, false)", [str(call.company.id)])
        yield Teller(call, task_id, other)
    finally:
        other.close()


class Teller:
    """Writes one task's progress, each word in a transaction of its own."""

    def __init__(self, call: Call, task_id: int, other: object) -> None:
        self._call, self._task_id, self._connection = call, task_id, other

    def __call__(self, step: str, done: int, total: int) -> None:
        with self._connection.cursor() as cursor:  # type: ignore[attr-defined]
            cursor.execute(
                "update core_task set state = 'running', step = %s, done = %s, total = %s, moved_at = clock_timestamp() "
                "where company_id = %s and id = %s and state in ('queued', 'running')",
                [step, done, total, self._call.company.id, self._task_id],
            )


def finish(call: Call, task_id: int, result: Mapping[str, object]) -> None:
    """It is done: in the transaction of the work, so that one is never there without the other."""
    found = Task.objects.filter(company_id=call.company.id, id=task_id)
    found.update(state="done", result=dict(result), error=None, moved_at=call.at)


def fail(call: Call, task_id: int, refused: Refused) -> None:
    """It was refused; nothing of it counts."""
    error = {
        "code": refused.code,
        "message": refused.message,
        "details": {name: _plain(value) for name, value in refused.details.items()},
    }
    Task.objects.filter(company_id=call.company.id, id=task_id).exclude(state="done").update(
        state="failed", error=error, moved_at=call.at
    )


def _plain(value: object) -> object:
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, (str, int, bool)) else str(value)


def has_ended(call: Call, task_id: int) -> bool:
    """True when a job need not do it again."""
    return Task.objects.filter(company_id=call.company.id, id=task_id, state__in=ENDED).exists()


def unseen(call: Call, kind: str, limit: int = 20) -> list[TaskView]:
    """The caller's tasks of a kind that still run or whose end they have not put away, newest first."""
    found = Task.objects.filter(company_id=call.company.id, kind=kind, by_id=call.by.id, seen=False)
    return [_view(row) for row in found.order_by("-id")[:limit]]


def newest(call: Call, kind: str) -> TaskView | None:
    """The newest task of a kind in the company, whoever it is for."""
    row = Task.objects.filter(company_id=call.company.id, kind=kind).order_by("-id").first()
    return None if row is None else _view(row)


def put_away(call: Call, task_ids: Sequence[str]) -> None:
    """The caller has read how these tasks (outside ids) ended. Errors: Refused('not-found')."""
    keys = [ids.inner("job", text) for text in task_ids]
    found = Task.objects.filter(company_id=call.company.id, by_id=call.by.id, id__in=keys, state__in=ENDED)
    if found.update(seen=True) != len(set(keys)):
        raise ids.not_found("job")


def task(call: Call, task_id: int | None) -> TaskView | None:
    """One job of the company as it stands, None when there is none."""
    row = Task.objects.filter(company_id=call.company.id, id=task_id).first() if task_id else None
    return None if row is None else _view(row)


def _view(row: Task) -> TaskView:
    return TaskView(
        row.id, row.kind, row.subject, row.state, row.step, row.done, row.total, row.result or {}, row.error or {}, row.by_name, row.at,
        row.moved_at,
    )  # fmt: skip


def reader_flow(call: Call, since: dt.datetime) -> tuple[int, int, dt.datetime | None]:
    """Journal readers: events since an instant, how many readers are behind, and when the oldest event that one has not read happened.

    Readers move past what is not for them once a minute, so that nobody behind is at most that far behind. Two queries.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_snapshot_xmin(pg_current_snapshot())::text")
        settled = cursor.fetchone()[0]
        cursor.execute(
            "select (select count(*) from core_event where company_id = %s and at >= %s), count(first.at), min(first.at) "
            "from core_readercursor place left join lateral (select at from core_event where company_id = %s "
            "and (transaction_id, id) > (place.transaction_id, place.event_id) and transaction_id < %s::text::xid8 "
            "order by transaction_id, id limit 1) first on true where place.company_id = %s",
            [call.company.id, since, call.company.id, settled, call.company.id],
        )
        return cursor.fetchone()  # type: ignore[no-any-return]
