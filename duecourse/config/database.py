"""Who connects to which database: the owner migrates, the application's role runs and owns nothing.

`DATABASE_URL` (the owner's) wins; then `DATABASE_APP_URL` may name the application's role, else it is created as `<name>_app`
with a random password kept in the data folder. Without it the embedded server is used. The environment also knows
`DUECOURSE_ROLE=owner` (connect as the owner) and `DUECOURSE_DATABASE` (another database on the same server: the tests').
"""

from __future__ import annotations

import hashlib
import os
import urllib.parse
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from duecourse.config import embedded

STAMP_TABLE = "django_migrations"  # its comment says which migrations the database has seen
WAITS = {"statement_timeout": "30s", "lock_timeout": "5s", "idle_in_transaction_session_timeout": "60s"}


@dataclass(frozen=True, slots=True)
class Login:
    """One role's way into a database."""

    host: str
    port: int
    name: str
    user: str
    password: str
    options: dict[str, Any] = field(default_factory=dict)

    def connect(self, name: str | None = None) -> psycopg.Connection[Any]:
        """A plain connection, for what happens before or beside Django: set-up, templates, readiness."""
        return psycopg.connect(
            host=self.host, port=self.port, dbname=name or self.name, user=self.user, password=self.password,
            connect_timeout=10, autocommit=True, **self.options,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Access:
    """The two roles of one database."""

    owner: Login
    application: Login

    def to(self, name: str) -> Access:
        """The same two roles in another database of the server."""
        return Access(replace(self.owner, name=name), replace(self.application, name=name))


def parse(url: str) -> Login:
    """A `postgresql://user:password@host:port/name?sslmode=…` address. Errors: embedded.Unusable."""
    parts = urllib.parse.urlsplit(url)
    options = dict(urllib.parse.parse_qsl(parts.query))
    name = urllib.parse.unquote(parts.path.lstrip("/"))
    if parts.scheme not in ("postgres", "postgresql") or not name:
        raise embedded.Unusable("DATABASE_URL must read postgresql://user:password@host:port/name")
    return Login(
        host=options.pop("host", "") or urllib.parse.unquote(parts.hostname or "") or "localhost",
        port=parts.port or 5432,
        name=name,
        user=urllib.parse.unquote(parts.username or ""),
        password=urllib.parse.unquote(parts.password or ""),
        options=options,
    )


def known() -> Access | None:
    """The roles as far as they are known, without starting or creating anything; None before the first start."""
    url = os.environ.get("DATABASE_URL")
    access: Access
    if url:
        owner = parse(url)
        app_url = os.environ.get("DATABASE_APP_URL")
        role = f"{owner.name}_app"
        place = f"{owner.host}:{owner.port}/{role}"
        access = Access(owner, parse(app_url) if app_url else replace(owner, user=role, password=embedded.secret(place)))
    else:
        cluster = embedded.load()
        if cluster is None:
            return None
        logins = [
            Login("127.0.0.1", cluster.port, embedded.DATABASE, role, embedded.secret(role))
            for role in (embedded.OWNER, embedded.APPLICATION)
        ]
        access = Access(*logins)
    other = os.environ.get("DUECOURSE_DATABASE")
    return access.to(other) if other else access


def ensure() -> Access:
    """Start the embedded server or reach the given one, and see that the application's role exists. Errors: embedded.Unusable."""
    if not os.environ.get("DATABASE_URL"):
        embedded.start()
    access = known()
    assert access is not None
    if os.environ.get("DATABASE_URL") and not os.environ.get("DATABASE_APP_URL"):
        create_application(access)
    return access


def release() -> None:
    """Stop using the database; the embedded server stops with its last user."""
    embedded.leave()


def create_application(access: Access) -> None:
    """Give a foreign server's database its application role. Errors: embedded.Unusable when the owner may not."""
    try:
        access.application.connect().close()
        return
    except psycopg.OperationalError:
        pass  # not there yet, or with another password
    role, name = sql.Identifier(access.application.user), sql.Identifier(access.owner.name)
    try:
        with access.owner.connect() as server:
            version = server.info.server_version // 10_000
            if version < embedded.VERSION_MIN:
                raise embedded.Unusable(f"PostgreSQL {embedded.VERSION_MIN} or newer is needed; DATABASE_URL leads to {version}.")
            exists = server.execute("select 1 from pg_roles where rolname = %s", [access.application.user]).fetchone()
            verb = sql.SQL("alter" if exists else "create")
            server.execute(sql.SQL("{} role {} login password {}").format(verb, role, sql.Literal(access.application.password)))
            server.execute(sql.SQL("grant {} to current_user").format(role))
            server.execute(sql.SQL("grant connect, temporary on database {} to {}").format(name, role))
            server.execute(sql.SQL("grant usage on schema public to {}").format(role))
            weak = server.execute(
                "select rolsuper or rolbypassrls from pg_roles where rolname = %s", [access.application.user]
            ).fetchone()
            if weak and weak[0]:
                raise embedded.Unusable(f"The role {access.application.user} may pass row-level security; take that from it.")
    except psycopg.errors.InsufficientPrivilege as error:
        raise embedded.Unusable(
            f"The owner in DATABASE_URL may not create the role {access.application.user} ({error}). "
            "Create it and give DATABASE_APP_URL."
        ) from error
    except psycopg.OperationalError as error:
        raise embedded.Unusable(f"DATABASE_URL cannot be reached: {error}") from error


def django_settings(access: Access | None) -> dict[str, Any]:
    """Django's `default` connection: the application's role, or the owner's where DUECOURSE_ROLE says so."""
    owner = os.environ.get("DUECOURSE_ROLE") == "owner"
    login = (access.owner if owner else access.application) if access else Login("127.0.0.1", 1, "duecourse", "nobody", "")
    waits = {"lock_timeout": WAITS["lock_timeout"]} if owner else WAITS
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": login.host,
        "PORT": login.port,
        "NAME": login.name,
        "USER": login.user,
        "PASSWORD": login.password,
        "CONN_MAX_AGE": 0 if owner else 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "options": " ".join(f"-c {name}={value}" for name, value in waits.items()),
            "connect_timeout": 10,
            "server_side_binding": True,
            "prepare_threshold": 5,  # a statement's sixth run on a connection needs no parsing and planning any more
            **login.options,
        },
        "TEST": {"NAME": None},
    }


# -- migrations


def migrations_digest() -> str:
    """A digest of everything that decides what a migrated database looks like."""
    package = Path(__file__).resolve().parent.parent
    files = [*sorted(package.glob("*/migrations/*.py")), package / "core" / "protect.py", Path(__file__)]
    lock = package.parent / "requirements.lock"
    sums = [f"{path.relative_to(package)}:{hashlib.sha256(path.read_bytes()).hexdigest()}" for path in files if path.is_file()]
    if lock.is_file():
        sums.append(hashlib.sha256(lock.read_bytes()).hexdigest())
    return hashlib.sha256("\n".join(sums).encode()).hexdigest()


def is_migrated(access: Access) -> bool:
    """True when the database has seen exactly the migrations of this code."""
    try:
        with access.application.connect() as database:
            row = database.execute("select obj_description(to_regclass(%s), 'pg_class')", [f"public.{STAMP_TABLE}"]).fetchone()
    except psycopg.OperationalError:
        return False
    return bool(row and row[0] == migrations_digest())


def migrate(verbosity: int = 1) -> None:
    """Migrate as the owner, grant what third parties' tables need, and note what was done. Needs Django set up as the owner."""
    from django.core.management import call_command
    from django.db import connection

    if STAMP_TABLE in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f"comment on table {STAMP_TABLE} is null")
    call_command("migrate", interactive=False, verbosity=verbosity)
    call_command("createcachetable", verbosity=0)
    grant_third_party()
    with connection.cursor() as cursor:
        cursor.execute(f"comment on table {STAMP_TABLE} is '{migrations_digest()}'")


def grant_third_party() -> None:
    """Let the application's role work with the tables that no room of ours owns (sessions, log-in, queue).

    Our own tables are granted one by one in their migrations (`core.protect`). The record of migrations is read only.
    """
    from django.apps import apps
    from django.conf import settings
    from django.db import connection

    ours = {
        model._meta.db_table
        for config in apps.get_app_configs()
        if config.name.startswith("duecourse.")
        for model in config.get_models(include_auto_created=True)
    }
    role = connection.ops.quote_name(settings.APPLICATION_ROLE)
    with connection.cursor() as cursor:
        cursor.execute("select tablename from pg_tables where schemaname = 'public'")
        foreign = {str(row[0]) for row in cursor.fetchall()} - ours
        for table in sorted(foreign):
            rights = "select" if table == STAMP_TABLE else "select, insert, update, delete"
            cursor.execute(f"grant {rights} on {connection.ops.quote_name(table)} to {role}")
        cursor.execute(
            "select s.relname, t.relname from pg_class s join pg_depend d on d.objid = s.oid and d.deptype in ('a', 'i') "
            "join pg_class t on t.oid = d.refobjid where s.relkind = 'S' and s.relnamespace = 'public'::regnamespace"
        )
        for sequence, table in cursor.fetchall():
            if table in foreign:
                cursor.execute(f"grant usage, select on sequence {connection.ops.quote_name(sequence)} to {role}")
