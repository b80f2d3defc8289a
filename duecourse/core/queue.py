"""Put work into the queue, in the caller's transaction: it is there when that commits, and never when it does not."""

from __future__ import annotations

from typing import Any

from procrastinate.contrib.django import app


def enqueue(job: str, /, *, lock: str | None = None, **arguments: Any) -> int:
    """Enqueue the job `job` of duecourse.jobs.tasks with plain JSON arguments; the job's id in the queue.

    Jobs with one `lock` run one after the other, in the order they were enqueued. A job may run twice (its worker was killed
    and it is taken up again), so it must not mind. Errors: KeyError for a name that is no job.
    """
    if job not in app.tasks:
        raise KeyError(f"no job is named {job}")
    return int(app.configure_task(job, lock=lock).defer(**arguments))
