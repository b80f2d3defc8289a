"""`duecourse backup FOLDER` and `duecourse restore FILE`: the database, the kept files and the secrets, in one archive that is checked.

The dump sees every company's rows, so it needs a role that row-level security does not bind: the embedded server's own
superuser, or what `DUECOURSE_BACKUP_URL` names (or the owner, where it is one). Roles are not part of it: whatever the application's
role is called where the archive is restored, it gets the rights it had.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from duecourse.config import database, embedded
from duecourse.config.binaries import system_binaries, wheel_binaries

KIND = "duecourse-backup-1"
DUMP, MANIFEST, MEDIA, SECRETS = "database.dump", "manifest.json", "media", "secrets.json"
KEPT_SECRETS = ("secret_key",)  # what signed and sealed values need; passwords of roles stay where they are

# Whose right, on what: privilege, kind, name, column. A right on a whole table is not repeated for its columns.
_RIGHTS = """
select lower(p.privilege_type), 'table', p.table_name::text, '' from information_schema.role_table_grants p
  where p.grantee = %(role)s and p.table_schema = 'public'
union all
select lower(c.privilege_type), 'table', c.table_name::text, c.column_name::text from information_schema.column_privileges c
  where c.grantee = %(role)s and c.table_schema = 'public' and not exists (
    select 1 from information_schema.role_table_grants p where p.grantee = c.grantee and p.table_schema = 'public'
      and p.table_name = c.table_name and p.privilege_type = c.privilege_type)
union all
select r.name, 'sequence', s.relname::text, '' from pg_class s cross join (values ('usage'), ('select')) r(name)
  where s.relkind = 'S' and s.relnamespace = 'public'::regnamespace and has_sequence_privilege(%(role)s, s.oid, r.name)
order by 2, 3, 1, 4
"""
PRIVILEGES = ("select", "insert", "update", "delete", "truncate", "references", "trigger", "usage")


class Failed(Exception):
    """It was not done; the message says why, what is as it was, and the way out."""


@dataclass(frozen=True, slots=True)
class Archive:
    """What an archive says of itself."""

    made_at: str
    migrations: str
    rights: list[list[str]]  # of the application's role, whatever it is called: privilege, kind, name, column
    digests: dict[str, str]  # sha256 by name inside the archive


def keeper(access: database.Access) -> database.Login:
    """The role that sees every row, on this installation's database. Errors: Failed."""
    login = access.owner
    if url := os.environ.get("DUECOURSE_BACKUP_URL"):
        login = database.parse(url)
    elif not os.environ.get("DATABASE_URL"):
        login = replace(access.owner, user=embedded.SUPERUSER, password=embedded.secret(embedded.SUPERUSER))
    with login.connect() as server:
        row = server.execute("select rolsuper or rolbypassrls from pg_roles where rolname = current_user").fetchone()
    if not (row and row[0]):
        raise Failed(
            f"The role {login.user} is bound by row-level security, so its dump would miss rows. Nothing was written. Name a role with "
            "BYPASSRLS (or a superuser) in DUECOURSE_BACKUP_URL."
        )
    return login


def program(name: str) -> str:
    """The newest of PostgreSQL's client programs that is here. Errors: Failed."""
    folders = [*system_binaries(), *wheel_binaries(None)]
    found = next((folder / name for folder in folders if (folder / name).is_file()), None) or shutil.which(name)
    if found is None:
        raise Failed(f"PostgreSQL's program {name} was not found. Install PostgreSQL's client programs.")
    return str(found)


def run(words: list[str], login: database.Login) -> None:
    """One of PostgreSQL's programs, its password in the environment. Errors: Failed with what it said."""
    environment = {**os.environ, "PGPASSWORD": login.password, "PGOPTIONS": "-c statement_timeout=0 -c lock_timeout=0"}
    environment |= {f"PG{name.upper()}": str(value) for name, value in login.options.items() if name.startswith("ssl")}
    place = ["--host", login.host, "--port", str(login.port), "--username", login.user, "--no-password"]
    done = subprocess.run([*words, *place], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(f"{Path(words[0]).name} failed:\n{done.stderr.strip()[-2000:]}")


def digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


# -- backup


def backup(folder: Path, keep: int | None, at: dt.datetime) -> Path:
    """Write one archive into `folder`, readable by its owner only, and remove all but the newest `keep`. Errors: Failed."""
    access = database.ensure()
    login = keeper(access)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / f"duecourse-{at:%Y%m%d-%H%M%S}.tar"
    if target.exists():
        raise Failed(f"{target} is there already.")
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=folder) as name:
        work = Path(name)
        dump = work / DUMP
        run(
            [program("pg_dump"), "--format=custom", "--no-owner", "--no-privileges", "--file", str(dump), "--dbname", login.name],
            login,
        )
        kept = {one: embedded.secret(one) for one in KEPT_SECRETS}
        embedded.write_private(work / SECRETS, json.dumps(kept))
        # Files are kept under the hash of their bytes and written before the row that names them: taken after the dump, none is missing.
        media = embedded.data_folder() / MEDIA
        files = sorted(path for path in media.rglob("*") if path.is_file() and not path.is_symlink()) if media.is_dir() else []
        digests = {DUMP: digest(dump), SECRETS: digest(work / SECRETS)}
        digests |= {f"{MEDIA}/{path.relative_to(media).as_posix()}": digest(path) for path in files}
        about = Archive(at.isoformat(), database.migrations_digest(), rights(access, login), digests)
        embedded.write_private(
            work / MANIFEST, json.dumps({"kind": KIND, **{key: getattr(about, key) for key in about.__slots__}})
        )
        fresh = work / target.name
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
            with tarfile.open(fileobj=handle, mode="w") as archive:
                for own in (MANIFEST, SECRETS, DUMP):
                    archive.add(work / own, own)
                for path in files:
                    archive.add(path, f"{MEDIA}/{path.relative_to(media).as_posix()}")
            handle.flush()
            os.fsync(handle.fileno())
        fresh.replace(target)
    if keep is not None:
        for old in sorted(folder.glob("duecourse-[0-9]*.tar"))[:-keep]:
            old.unlink()
    return target


def rights(access: database.Access, login: database.Login) -> list[list[str]]:
    """What the application's role may do."""
    with login.connect() as server:
        return [list(row) for row in server.execute(_RIGHTS, {"role": access.application.user}).fetchall()]


def granted(right: list[str], role: str) -> sql.Composed:
    """One of those rights as a statement. Errors: Failed for one that this version does not know."""
    privilege, kind, name, column = right
    if privilege not in PRIVILEGES or kind not in ("table", "sequence"):
        raise Failed(f"The archive grants {privilege} on a {kind}, which this version does not know.")
    what = sql.SQL(privilege) + (sql.SQL(" ({})").format(sql.Identifier(column)) if column else sql.SQL(""))
    return sql.SQL("grant {} on {} {} to {}").format(what, sql.SQL(kind), sql.Identifier(name), sql.Identifier(role))


# -- restore


def read(path: Path, work: Path) -> Archive:
    """Unpack an archive into `work` and check every byte of it. Errors: Failed."""
    try:
        with tarfile.open(path) as archive:
            archive.extractall(work, filter="data")
        told: dict[str, Any] = json.loads((work / MANIFEST).read_text())
    except (OSError, tarfile.TarError, ValueError) as error:
        raise Failed(f"{path} is no backup of Duecourse, or is cut: {error}. Nothing was changed.") from error
    if told.pop("kind", "") != KIND:
        raise Failed(f"{path} is of another kind than {KIND}. Nothing was changed.")
    about = Archive(**told)
    wrong = [name for name, known in about.digests.items() if not (work / name).is_file() or digest(work / name) != known]
    if wrong:
        raise Failed(f"{path} is damaged: {', '.join(wrong[:5])} differ from what was written. Nothing was changed.")
    return about


def restore(path: Path) -> Archive:
    """Bring an archive back into an installation without a company of its own. Errors: Failed, with everything as it was."""
    access = database.ensure()
    login = keeper(access)
    with tempfile.TemporaryDirectory(prefix="duecourse-restore-") as name:
        work = Path(name)
        about = read(path, work)
        refuse_when_used(login)
        empty(login, access)
        words = [program("pg_restore"), "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
        run([*words, f"--role={access.owner.user}", "--dbname", login.name, str(work / DUMP)], login)
        with login.connect() as server:
            for right in about.rights:
                server.execute(granted(right, access.application.user))
            server.execute("analyze")
        target = embedded.data_folder() / MEDIA
        for one in sorted(name for name in about.digests if name.startswith(f"{MEDIA}/")):
            place = target / one.removeprefix(f"{MEDIA}/")
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.copyfile(work / one, place)
        take_secrets(json.loads((work / SECRETS).read_text()))
    return about


def refuse_when_used(login: database.Login) -> None:
    """Errors: Failed when a company that is not for show lives here."""
    with login.connect() as server:
        if server.execute("select to_regclass('public.access_company')").fetchone() == (None,):
            return
        names = [row[0] for row in server.execute("select name from access_company where not is_demo order by id").fetchall()]
    if names:
        raise Failed(f"{', '.join(names)} live in this database; it is not overwritten. Nothing was changed. Give an empty one.")


def empty(login: database.Login, access: database.Access) -> None:
    """Take everything out of the database, and end who still uses it."""
    with login.connect() as server:
        server.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        )
        owner, application = sql.Identifier(access.owner.user), sql.Identifier(access.application.user)
        with server.transaction():
            server.execute("drop schema public cascade")
            server.execute(sql.SQL("create schema public authorization {}").format(owner))
            server.execute(sql.SQL("grant usage on schema public to {}").format(application))


def take_secrets(kept: dict[str, str]) -> None:
    path = embedded.data_folder() / SECRETS
    with embedded.locked("secrets"):
        known = json.loads(path.read_text()) if path.is_file() else {}
        embedded.write_private(path, json.dumps(known | {name: kept[name] for name in KEPT_SECRETS if name in kept}, indent=1))


# -- the demo company anew


def reset_demo() -> None:
    """Empty a database that holds nothing but demo companies. Errors: Failed."""
    access = database.ensure()
    login = access.owner
    if not os.environ.get("DATABASE_URL"):
        login = replace(access.owner, user=embedded.SUPERUSER, password=embedded.secret(embedded.SUPERUSER))
    refuse_when_used(login)
    empty(login, access)


# -- the shell


def main(arguments: list[str], purpose: str) -> int:
    """Parse and do; returns the exit code."""
    name, *rest = arguments
    parser = argparse.ArgumentParser(prog=f"duecourse {name}", description=f"{purpose.capitalize()}.")
    if name == "backup":
        parser.add_argument("folder", type=Path, help="where the archive is written; it holds secrets, so keep it encrypted")
        parser.add_argument("--keep", type=int, metavar="N", help="remove all but the newest N archives of the folder")
    elif name == "restore":
        parser.add_argument("file", type=Path, help="an archive that `duecourse backup` wrote")
    options = parser.parse_args(rest)
    if name == "backup" and options.keep is not None and options.keep < 1:
        parser.error("--keep must be 1 or more")
    try:
        if name == "backup":
            path = backup(options.folder, options.keep, dt.datetime.now(dt.UTC))
            print(f"Wrote {path} ({path.stat().st_size / 1e6:,.1f} MB).")
        elif name == "restore":
            about = restore(options.file)
            print(f"Restored what was backed up at {about.made_at}, {len(about.digests) - 2} files with it.")
            if about.migrations != database.migrations_digest():
                print("It was made by another version: run `duecourse migrate`.")
            print("Run `duecourse verify` now.")
        else:
            reset_demo()
            print("Emptied. `duecourse run` builds the demo company anew.")
    except (Failed, embedded.Unusable, psycopg.Error) as problem:
        print(problem, file=sys.stderr)
        return 1
    finally:
        database.release()
    return 0
