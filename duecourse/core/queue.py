"""Put work into the queue, in the caller's transaction: it is there when that commits, and never when it does not."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection
from procrastinate.contrib.django import app


def enqueue(job: str, /, *, lock: str | None = None, **arguments: Any) -> int:
    """Enqueue the job `job` of duecourse.jobs.tasks with plain JSON arguments; the job's id in the queue.

    Jobs with one `lock` run one after the other, in the order they were enqueued. A job may run twice (its worker was killed
    and it is taken up again), so it must not mind. Errors: KeyError for a name that is no job.
    """
    if job not in app.tasks:
        raise KeyError(f"no job is named {job}")
    return int(app.configure_task(job, lock=lock).defer(**arguments))


def flow(since: dt.datetime) -> tuple[int, int, dt.datetime | None, int]:
    """Jobs of the installation: ended since an instant, waiting or running, when the oldest of these was due, failed since. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) filter (where j.status = 'succeeded'), count(*) filter (where j.status in ('todo', 'doing')), "
            "min(e.at) filter (where j.status in ('todo', 'doing')), count(*) filter (where j.status = 'failed') "
            "from procrastinate_jobs j join lateral (select max(at) as at from procrastinate_events e where e.job_id = j.id) e on true "
            "where j.status in ('todo', 'doing') or e.at >= %s",
            [since],
        )
        return cursor.fetchone()  # type: ignore[no-any-return]
