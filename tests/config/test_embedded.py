"""The embedded server: two starts meet, a killed one comes back, the last to leave stops it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

USE = """
import sys
from duecourse.config import database
access = database.ensure()
with access.application.connect() as connection:
    row = connection.execute("select current_user, current_setting('port'), current_setting('data_checksums'), "
        "current_setting('fsync'), current_setting('password_encryption'), current_setting('listen_addresses')").fetchone()
    print(*row, flush=True)
sys.stdin.readline()
database.release()
"""


class Installation:
    """A data folder of its own, and processes that use its server."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {**os.environ, "DUECOURSE_DATA": str(folder)}
        for name in ("DUECOURSE_DATABASE", "DATABASE_URL", "DATABASE_APP_URL"):
            self.environment.pop(name, None)
        self.users: list[subprocess.Popen[str]] = []

    def use(self) -> subprocess.Popen[str]:
        user = subprocess.Popen(
            [sys.executable, "-c", USE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=self.environment
        )
        self.users.append(user)
        return user

    def leave(self, user: subprocess.Popen[str]) -> None:
        user.communicate("\n", timeout=60)
        assert user.returncode == 0

    @property
    def home(self) -> Path:
        return Path(json.loads((self.folder / "cluster.json").read_text())["home"])

    @property
    def process(self) -> int | None:
        path = self.home / "data" / "postmaster.pid"
        return int(path.read_text().split()[0]) if path.is_file() else None


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path / "data")
    yield made
    for user in made.users:
        if user.poll() is None:
            made.leave(user)
    home = made.home
    assert made.process is None
    shutil.rmtree(home)


def said(user: subprocess.Popen[str]) -> list[str]:
    assert user.stdout is not None
    return user.stdout.readline().split()


class TestEmbedded:
    def test_two_starts_meet_and_the_last_to_leave_stops_it(self, installation: Installation) -> None:
        users = [installation.use(), installation.use()]
        answers = [said(user) for user in users]
        assert answers[0] == answers[1]
        role, port, *safety, address = answers[0]
        assert role == "duecourse_app"
        assert int(port) < 32768
        assert safety == ["on", "on", "scram-sha-256"]
        assert address == "127.0.0.1"
        installation.leave(users[0])
        assert installation.process is not None
        installation.leave(users[1])
        assert installation.process is None

    def test_after_a_kill_it_comes_back_on_its_port(self, installation: Installation) -> None:
        first = installation.use()
        port = said(first)[1]
        process = installation.process
        assert process is not None
        os.kill(process, signal.SIGKILL)
        first.kill()
        first.wait()
        time.sleep(0.1)
        again = installation.use()
        answer = said(again)
        assert answer[0] == "duecourse_app"
        assert abs(int(answer[1]) - int(port)) < 100  # the old port, or the next while the dying still hold it
        installation.leave(again)

    def test_secrets_are_for_their_owner_only(self, installation: Installation) -> None:
        installation.leave(installation.use())
        assert (installation.folder / "secrets.json").stat().st_mode & 0o077 == 0
        assert (installation.home / "data").stat().st_mode & 0o077 == 0
        assert not (installation.home / "password").exists()
