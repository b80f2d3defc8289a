"""DATABASE_URL: a server of one's own, where the application's role is made, or is said to be missing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.config.test_embedded import Installation, said

CONNECT = """
from duecourse.config import database
access = database.ensure()
with access.application.connect() as connection:
    row = connection.execute("select current_user, current_database(), rolsuper or rolbypassrls or rolcreatedb or rolcreaterole "
        "from pg_roles where rolname = current_user").fetchone()
    print(*row)
    connection.execute("create temporary table scratch (id int)")
    try:
        connection.execute("create table public.scratch (id int)")
    except Exception as error:
        print(type(error).__name__)
"""


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Iterator[psycopg.Connection]:
    """A running server that is not this project's, as its superuser, with a database of an owner who may create roles."""
    other = Installation(tmp_path_factory.mktemp("given") / "data")
    user = other.use()
    port = said(user)[1]
    script = "from duecourse.config import embedded; print(embedded.secret('postgres'))"
    done = subprocess.run([sys.executable, "-c", script], env=other.environment, capture_output=True, text=True, check=True)
    with psycopg.connect(
        host="127.0.0.1", port=port, user="postgres", password=done.stdout.strip(), dbname="postgres", autocommit=True
    ) as server:
        server.execute("create role keeper login createrole password 'kept'")
        server.execute("create role clerk login password 'kept'")
        server.execute("create database books owner keeper")
        server.execute("create database papers owner clerk")
        yield server
    other.leave(user)


def connect(folder: Path, server: psycopg.Connection, who: str, name: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **Installation(folder).environment,
        "DATABASE_URL": f"postgresql://{who}:kept@127.0.0.1:{server.info.port}/{name}",
        **more,
    }
    return subprocess.run([sys.executable, "-c", CONNECT], env=environment, capture_output=True, text=True, check=False)


class TestGivenServer:
    def test_the_applications_role_is_made_once_and_owns_nothing(self, given: psycopg.Connection, tmp_path: Path) -> None:
        for _ in range(2):
            done = connect(tmp_path / "data", given, "keeper", "books")
            assert done.stdout.split() == ["books_app", "books", "False", "InsufficientPrivilege"], done.stderr
        assert not (tmp_path / "data" / "cluster.json").exists()  # no server of our own was started

    def test_an_owner_who_may_not_create_roles_is_told_what_to_do(self, given: psycopg.Connection, tmp_path: Path) -> None:
        done = connect(tmp_path / "data", given, "clerk", "papers")
        assert done.returncode != 0
        assert "may not create the role papers_app" in done.stderr
        assert "DATABASE_APP_URL" in done.stderr

    def test_a_role_made_by_hand_is_used(self, given: psycopg.Connection, tmp_path: Path) -> None:
        given.execute("create role helper login password 'kept'")
        url = f"postgresql://helper:kept@127.0.0.1:{given.info.port}/papers"
        done = connect(tmp_path / "data", given, "clerk", "papers", DATABASE_APP_URL=url)
        assert done.stdout.split()[:2] == ["helper", "papers"], done.stderr
