"""Let the worker empty the queue, as a process of its own would: on a thread, because a browser's loop may run in this one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor


def work() -> None:
    """Run every queued job. What goes wrong in the worker itself is raised here."""
    from asgiref.sync import SyncToAsync
    from django.db import connections

    from duecourse.jobs.management.commands.worker import run

    def once() -> None:
        try:
            run(wait=False, concurrency=1)
        finally:
            connections.close_all()

    # jobs run on a thread that outlives the test; its connection would lead to the database of the test before
    SyncToAsync.single_thread_executor.submit(connections.close_all).result()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(once).result(120)
    SyncToAsync.single_thread_executor.submit(connections.close_all).result()
