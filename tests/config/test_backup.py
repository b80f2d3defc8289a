"""`duecourse backup`, `restore`, `demo-reset`: what comes back is what was there, with its rights; what is damaged or in use is left alone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from duecourse.config import backup, database, embedded
from duecourse.core.money import Money
from duecourse.documents import actions as documents
from duecourse.ledger import actions as ledger
from duecourse.ledger.rules import Entry, Line
from tests import databases
from tests.databases import Fresh
from tests.world import World, build

TABLES = ("core_event", "ledger_posting", "customers_customer", "access_user", "receivables_openitem")


def run(name: str, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DUECOURSE_DATABASE": name, "DJANGO_SETTINGS_MODULE": "tests.settings", **more}
    return subprocess.run(
        [sys.executable, "-m", "duecourse.config", *words], env=environment, capture_output=True, text=True, check=False
    )


def contents(name: str) -> dict[str, list[tuple[object, ...]]]:
    """Every row of some tables, as who sees all of them reads it."""
    login = backup.keeper(database.known().to(name))  # type: ignore[union-attr]
    with login.connect() as server:
        return {table: server.execute(f"select t::text from {table} t order by id").fetchall() for table in TABLES}  # type: ignore[arg-type]


@pytest.fixture
def other(database_access: database.Access) -> Iterator[str]:
    """Another migrated database, empty."""
    name = databases.clone(database_access)
    yield name
    databases.drop(database_access, name)


def furnished(is_demo: bool = False) -> World:
    world = build(is_demo=is_demo)
    cents = Money(Decimal("12.34"), "EUR")
    lines = [Line(cents, cents, purpose="opening"), Line(-cents, -cents, purpose="opening")]
    ledger.post_entries(world.call, [Entry("manual", world.call.today, world.call.today, "A start", "cmp_1", lines)])
    return world


class TestBackup:
    def test_brings_everything_back_with_its_rights(self, fresh_database: Fresh, other: str, tmp_path: Path) -> None:
        world = furnished()
        kept = documents.store_bytes(b"kept for the backup")
        said = run(fresh_database.name, "backup", str(tmp_path), "--keep", "1")
        assert said.returncode == 0, said.stderr
        (archive,) = tmp_path.glob("duecourse-*.tar")
        assert archive.stat().st_mode & 0o077 == 0
        (file,) = (embedded.data_folder() / "media").rglob(f"*{kept[4:]}*")
        file.unlink()
        said = run(other, "restore", str(archive))
        assert said.returncode == 0, said.stderr
        assert file.read_bytes() == b"kept for the backup"
        assert contents(other) == contents(fresh_database.name)
        with database.known().to(other).application.connect() as mine:  # type: ignore[union-attr]
            mine.execute("select set_config('duecourse.company', %s, false)", [str(world.call.company.id)])
            assert mine.execute("select count(*) from ledger_posting").fetchone() == (2,)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                mine.execute("update ledger_posting set amount = 0")
            mine.execute("select set_config('duecourse.company', '0', false)")
            assert mine.execute("select count(*) from ledger_posting").fetchone() == (0,)
        assert run(other, "verify").returncode == 0

    def test_a_damaged_archive_changes_nothing(self, fresh_database: Fresh, other: str, tmp_path: Path) -> None:
        furnished()
        assert run(fresh_database.name, "backup", str(tmp_path)).returncode == 0
        (archive,) = tmp_path.glob("duecourse-*.tar")
        whole = archive.read_bytes()
        place = whole.index(b"PGDMP") + 4000
        archive.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        before = contents(other)
        said = run(other, "restore", str(archive))
        assert said.returncode == 1
        assert "is damaged" in said.stderr
        archive.write_bytes(whole[: len(whole) // 2])
        said = run(other, "restore", str(archive))
        assert said.returncode == 1
        assert "Nothing was changed" in said.stderr
        assert contents(other) == before

    def test_a_company_that_lives_there_is_not_overwritten(self, fresh_database: Fresh, tmp_path: Path) -> None:
        furnished()
        assert run(fresh_database.name, "backup", str(tmp_path)).returncode == 0
        (archive,) = tmp_path.glob("duecourse-*.tar")
        before = contents(fresh_database.name)
        for words in (("restore", str(archive)), ("demo-reset",)):
            said = run(fresh_database.name, *words)
            assert said.returncode == 1
            assert "Tessin Fittings GmbH live in this database" in said.stderr
        assert contents(fresh_database.name) == before

    def test_only_a_demo_is_reset(self, fresh_database: Fresh) -> None:
        furnished(is_demo=True)
        assert run(fresh_database.name, "demo-reset").returncode == 0
        assert run(fresh_database.name, "migrate").returncode == 0
        assert contents(fresh_database.name)["access_user"] == []

    def test_a_role_that_would_miss_rows_is_refused(self, fresh_database: Fresh, tmp_path: Path) -> None:
        owner = fresh_database.access.owner
        url = f"postgresql://{owner.user}:{embedded.secret(owner.user)}@{owner.host}:{owner.port}/{owner.name}"
        said = run(fresh_database.name, "backup", str(tmp_path), DUECOURSE_BACKUP_URL=url)
        assert said.returncode == 1
        assert "BYPASSRLS" in said.stderr
        assert list(tmp_path.iterdir()) == []
