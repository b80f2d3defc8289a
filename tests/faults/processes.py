"""Other processes on the test's database, and a place where they stop so that they can be killed there."""

from __future__ import annotations

import os
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from django.db import connections

from tests import databases

GATE = 7_042_026  # the advisory lock that a stopped process waits for


class Process:
    """A child that does `work` with connections of its own. `kill` is kill -9: nothing is closed, nothing said good-bye."""

    def __init__(self, work: Callable[[], object]) -> None:
        connections.close_all()  # a child must not share its parent's
        self.id = os.fork()
        if self.id:
            return
        code = 1
        try:
            work()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)

    def wait(self) -> int:
        return os.waitstatus_to_exitcode(os.waitpid(self.id, 0)[1])

    def kill(self) -> None:
        os.kill(self.id, signal.SIGKILL)
        assert self.wait() == -signal.SIGKILL


@contextmanager
def stopping_at(fresh: databases.Fresh, table: str, when: str) -> Iterator[psycopg.Connection]:
    """Whoever inserts into `table` waits, `before` or `after` its rows are there, until this ends."""
    with fresh.access.owner.connect() as server:
        server.autocommit = True
        server.execute(
            f"create or replace function test_gate() returns trigger language plpgsql as "
            f"$$ begin perform pg_advisory_xact_lock_shared({GATE}); return null; end $$"
        )
        server.execute(f"create trigger test_gate {when} insert on {table} for each statement execute function test_gate()")
        server.execute("select pg_advisory_lock(%s)", [GATE])
        try:
            yield server
        finally:
            server.execute("select pg_advisory_unlock(%s)", [GATE])
            wait_until(lambda: others(server) == 0)
            server.execute(f"drop trigger test_gate on {table}")


def others(server: psycopg.Connection) -> int:
    """How many sessions are in this database besides ours."""
    row = server.execute(
        "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() "
        "and backend_type = 'client backend'"
    ).fetchone()
    return int(row[0]) if row else 0


def waiting(server: psycopg.Connection) -> bool:
    """Whether somebody stands at the gate."""
    row = server.execute("select count(*) from pg_locks where locktype = 'advisory' and not granted").fetchone()
    return bool(row and row[0])


def wait_until(true: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.01)
