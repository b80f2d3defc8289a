"""The test base itself, and the two roles."""

from __future__ import annotations

import subprocess
import sys

import psycopg
import pytest

from duecourse.config import database
from tests import databases


@pytest.mark.django_db
class TestRoles:
    def test_the_application_owns_nothing_and_cannot_pass_row_level_security(self) -> None:
        ((user, superuser, bypass, creates),) = databases.rows(
            "select rolname, rolsuper, rolbypassrls, rolcreatedb or rolcreaterole from pg_roles where rolname = current_user"
        )
        assert user.endswith("_app")
        assert (superuser, bypass, creates) == (False, False, False)
        assert databases.rows("select relname from pg_class where relowner = current_user::regrole") == []

    def test_the_application_may_not_make_tables(self) -> None:
        with pytest.raises(Exception, match="permission denied"):
            databases.rows("create table public.extra (id int)")

    def test_third_parties_tables_can_be_worked_with(self) -> None:
        tables = [row[0] for row in databases.rows("select tablename from pg_tables where schemaname = 'public'")]
        foreign = [name for name in tables if name.startswith(("account_", "mfa_", "procrastinate_", "django_session"))]
        assert len(foreign) >= 8
        for name in foreign:
            ((may,),) = databases.rows(
                "select has_table_privilege(%s, 'select') and has_table_privilege(%s, 'insert') "
                "and has_table_privilege(%s, 'update') and has_table_privilege(%s, 'delete')", name, name, name, name,
            )  # fmt: skip
            assert may, name

    def test_waiting_is_limited(self) -> None:
        assert databases.rows("select current_setting('statement_timeout'), current_setting('lock_timeout')") == [("30s", "5s")]


class TestFreshDatabase:
    def test_what_is_committed_there_stays_there(self, fresh_database: databases.Fresh) -> None:
        databases.rows("insert into django_session values ('x', 'y', now()) returning 1")
        assert databases.rows("select count(*) from django_session") == [(1,)]
        ((name,),) = databases.rows("select current_database()")
        assert name == fresh_database.name

    def test_threads_see_it_and_run_together(self, fresh_database: databases.Fresh) -> None:
        found = databases.together([lambda: databases.rows("select current_database(), pg_backend_pid()")[0]] * 4)
        assert {row[0] for row in found} == {fresh_database.name}  # type: ignore[index]
        assert len({row[1] for row in found}) == 4  # type: ignore[index]

    def test_another_process_can_use_it(self, fresh_database: databases.Fresh) -> None:
        script = "import django; django.setup(); from tests.databases import rows; print(rows('select current_database()'))"
        done = subprocess.run(
            [sys.executable, "-c", script], env=fresh_database.environment, capture_output=True, text=True, check=False
        )
        assert fresh_database.name in done.stdout, done.stderr


@pytest.mark.django_db
def test_tests_leave_nothing(django_db_setup: None) -> None:
    assert databases.rows("select count(*) from django_session") == [(0,)]


class TestAddresses:
    def test_an_address_is_read_with_its_options(self) -> None:
        login = database.parse("postgresql://own%40er:p%2Fw@db.example:5544/books?sslmode=require")
        assert (login.user, login.password, login.host, login.port, login.name) == ("own@er", "p/w", "db.example", 5544, "books")
        assert login.options == {"sslmode": "require"}

    @pytest.mark.parametrize("url", ["mysql://a/b", "postgresql://host", "books"])
    def test_anything_else_is_refused(self, url: str) -> None:
        with pytest.raises(Exception, match="DATABASE_URL must read"):
            database.parse(url)


def test_the_owner_may_end_the_applications_sessions(database_access: database.Access) -> None:
    with database_access.application.connect() as ours, database_access.owner.connect() as owner:
        owner.execute("select pg_terminate_backend(%s)", [ours.info.backend_pid])
        with pytest.raises(psycopg.OperationalError):
            ours.execute("select 1")
