"""Databases for tests: one template that the owner migrated once, cloned in a fraction of a second, never flushed."""

from __future__ import annotations

import contextlib
import itertools
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import Any, TypeVar

import psycopg
from psycopg import sql

from duecourse.config import database, embedded

R = TypeVar("R")
_number = itertools.count(1)


@dataclass(frozen=True)
class Fresh:
    """A database of a test's own. `environment` makes another process (a crash test's victim) use it too."""

    name: str
    access: database.Access

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "DUECOURSE_DATABASE": self.name, "DJANGO_SETTINGS_MODULE": "tests.settings"}


def prefix(access: database.Access) -> str:
    return f"{access.owner.name}_test_"


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def drop(access: database.Access, name: str) -> None:
    """Drop a database. The owner may not end an autovacuum worker that is in it, so that one is waited for."""
    with access.owner.connect() as server:
        for attempt in range(20):
            try:
                server.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
                return
            except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectInUse):
                if attempt == 19:
                    raise
                time.sleep(0.5)


def sweep(access: database.Access, template: str) -> None:
    """Drop the templates of other states of the code, and the clones of runs that were killed."""
    with access.owner.connect() as server:
        rows = server.execute("select datname from pg_database where starts_with(datname, %s)", [prefix(access)]).fetchall()
    for (name,) in rows:
        parts = name.removeprefix(prefix(access)).split("_")
        used = is_alive(int(parts[1])) if len(parts) == 3 else name == template
        if not used:
            with contextlib.suppress(psycopg.Error):
                drop(access, name)


def template(access: database.Access) -> str:
    """The name of the migrated template for this state of the migrations; made when it is missing."""
    name = prefix(access) + database.migrations_digest()[:12]
    making = name + "_making"
    with embedded.locked("template"):
        with access.owner.connect() as server:
            if server.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
                return name
            sweep(access, name)
            server.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(making)))
            server.execute(sql.SQL("create database {}").format(sql.Identifier(making)))
        environment = {**os.environ, "DUECOURSE_DATABASE": making, "DJANGO_SETTINGS_MODULE": "duecourse.config.settings"}
        command = [sys.executable, "-m", "duecourse.config", "migrate"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"The test template could not be migrated:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
        with access.owner.connect() as server:
            server.execute(sql.SQL("alter database {} rename to {}").format(sql.Identifier(making), sql.Identifier(name)))
    return name


def clone(access: database.Access) -> str:
    """A new database like the template; its name carries our process, so that a killed run's are found."""
    source = template(access)
    name = f"{source}_{os.getpid()}_{next(_number)}"
    with access.owner.connect() as server:
        server.execute(sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(source)))
    return name


def point_django_at(access: database.Access) -> None:
    """Let Django's connections (of all threads) lead to another database from now on."""
    from django.db import connections

    connections.close_all()
    way = database.django_settings(access)
    for name in ("HOST", "PORT", "NAME", "USER", "PASSWORD", "OPTIONS"):
        connections["default"].settings_dict[name] = way[name]  # one dict, shared by the connection objects of every thread
    assert connections.settings["default"] is connections["default"].settings_dict


def together(work: Sequence[Callable[[], R]]) -> list[R | Exception]:
    """Run all at the same instant, each in a thread with its own connection; results or exceptions, in order."""
    from django.db import connections

    barrier = Barrier(len(work))

    def one(task: Callable[[], R]) -> R | Exception:
        try:
            connections["default"].ensure_connection()
            barrier.wait(30)
            return task()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(one, work))


def rows(query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """What a query says, by the connection that the test uses."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchall()


def settle() -> None:
    """Wait until every transaction of the server that began before now has ended: other tests run beside, in other databases,
    and what is settled is told for the whole server."""
    from duecourse.core import events

    (mine,) = rows("select pg_current_xact_id()::text")[0]
    deadline = time.monotonic() + 60
    while events.settled_before() <= int(mine):
        assert time.monotonic() < deadline, "a transaction has been open for a minute"
        time.sleep(0.02)
