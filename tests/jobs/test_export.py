"""`duecourse export journal`: the same code as on screen, into a file."""

from __future__ import annotations

import hashlib
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from duecourse.core.call import within
from duecourse.ledger import actions as ledger
from duecourse.ledger import queries
from tests.books import entry
from tests.world import World, build


@pytest.fixture
def world(db: None) -> World:
    return build()


def test_writes_the_file_that_is_kept(world: World, tmp_path: Path) -> None:
    ledger.post_entries(world.call, [entry()])
    out, said = tmp_path / "journal.csv", StringIO()
    days = ["--from", "2026-11-01", "--to", "2026-11-30", "--out", str(out)]
    call_command("export", "journal", *days, stdout=said)
    with within(world.call):
        (view,) = queries.exports(world.call).rows
    assert hashlib.sha256(out.read_bytes()).hexdigest() == view.digest
    assert "1 entries, 2 postings" in said.getvalue()
    with pytest.raises(CommandError, match="consultant number"):
        call_command("export", "journal", *days, "--format", "datev")
    with pytest.raises(CommandError, match="is no day"):
        call_command("export", "journal", "--from", "x", "--to", "2026-11-30", "--out", str(out))
