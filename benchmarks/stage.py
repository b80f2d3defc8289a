"""What every benchmark needs: an own database, a small company in it, processes, percentiles and a plain table."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One line of the result: what was measured, the limit it is held to, and whether it kept it."""

    name: str
    measured: str
    limit: str
    kept: bool


@contextlib.contextmanager
def database() -> Iterator[Any]:
    """A fresh database for one benchmark, dropped afterwards; Django points at it as the application's role."""
    from django.db import connections

    from duecourse.config import database as access_of
    from tests import databases

    access = access_of.ensure()
    name = databases.clone(access)
    databases.point_django_at(access.to(name))
    try:
        yield access.to(name)
    finally:
        connections.close_all()
        databases.drop(access, name)
        access_of.release()


def settings(access: Any) -> list[str]:
    """Versions and the server's settings that matter for the figures."""
    import django
    import psycopg

    names = ("server_version", "shared_buffers", "synchronous_commit", "fsync", "full_page_writes", "max_wal_size", "jit")
    with access.owner.connect() as server:
        said = [f"{name} {server.execute(f'show {name}').fetchone()[0]}" for name in names]
    return [
        f"machine: {os.cpu_count()} cores, {platform.machine()}, load {os.getloadavg()[0]:.1f} at the start",
        f"Python {platform.python_version()}, Django {django.get_version()}, psycopg {psycopg.__version__}",
        "PostgreSQL " + ", ".join(said),
    ]


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]


def summary(seconds: Sequence[float]) -> str:
    """Median and p95 in milliseconds."""
    return f"median {statistics.median(seconds) * 1000:.1f} ms, p95 {percentile(seconds, 0.95) * 1000:.1f} ms"


def in_processes(workers: int, work: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Run `work` once in each of `workers` forked processes, begun together; their results in order."""
    from django.db import connections

    connections.close_all()
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(workers)
    queue: Any = context.SimpleQueue()

    def child(place: int) -> None:
        try:
            queue.put((place, None, work(barrier, *arguments[place])))
        except BaseException as error:  # the parent tells it and stops
            queue.put((place, repr(error), None))
            barrier.abort()  # nobody waits for who is gone
            raise
        finally:
            connections.close_all()

    processes = [context.Process(target=child, args=(place,)) for place in range(workers)]
    for process in processes:
        process.start()
    results = [queue.get() for _ in processes]
    for process in processes:
        process.join()
    for place, error, _ in results:
        if error:
            raise RuntimeError(f"worker {place}: {error}")
    return [result for _, _, result in sorted(results)]


def tell(text: str = "") -> None:
    print(text, flush=True)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def profile(work: Callable[[], Any], lines: int = 14) -> None:
    """Print where the time of one run goes."""
    import cProfile
    import pstats

    profiler = cProfile.Profile()
    profiler.runcall(work)
    pstats.Stats(profiler, stream=sys.stdout).strip_dirs().sort_stats("tottime").print_stats(lines)
