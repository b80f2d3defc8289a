"""`duecourse run`: everything up, everything down, and two side by side."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.databases import Fresh

Start = Callable[[], tuple[subprocess.Popen[str], str]]


def children(process: int) -> list[int]:
    """The processes below one, at any depth."""
    path = Path(f"/proc/{process}/task/{process}/children")
    below = [int(word) for word in path.read_text().split()] if path.is_file() else []
    return [*below, *(deeper for child in below for deeper in children(child))]


def is_running(process: int) -> bool:
    path = Path(f"/proc/{process}/stat")
    return path.is_file() and path.read_text().rsplit(")", 1)[1].split()[0] != "Z"


@pytest.fixture
def start(fresh_database: Fresh, tmp_path: Path) -> Iterator[Start]:
    """Starts a supervisor on the test's own database and waits for its address."""
    started: list[subprocess.Popen[str]] = []
    environment = {**fresh_database.environment, "DJANGO_SETTINGS_MODULE": "duecourse.config.settings"}
    environment.pop("DUECOURSE_PLAIN_STATIC", None)

    def begin() -> tuple[subprocess.Popen[str], str]:
        command = [sys.executable, "-m", "duecourse.config", "run", "--no-demo"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
        started.append(process)
        assert process.stdout is not None
        seen = []
        for line in process.stdout:
            seen.append(line)
            found = re.search(r"http://[\w.]+:\d+", line)
            if found:
                return process, found.group()
        raise AssertionError("".join(seen))

    yield begin
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def status(url: str) -> int:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return int(answer.status)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
class TestRun:
    def test_ctrl_c_leaves_nothing_behind(self, start: Start) -> None:
        process, url = start()
        assert status(f"{url}/livez") == 200
        assert status(f"{url}/readyz") == 200
        assert status(f"{url}/account/login/") == 200
        below = children(process.pid)
        assert len(below) >= 2  # the web server and its workers at least
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        assert [child for child in below if is_running(child)] == []

    def test_two_at_once_take_two_ports(self, start: Start) -> None:
        (one, first), (two, second) = start(), start()
        assert first != second
        one.send_signal(signal.SIGINT)
        assert one.wait(20) == 0
        assert status(f"{second}/readyz") == 200  # the database is still there for the other
        two.send_signal(signal.SIGTERM)
        assert two.wait(20) == 0

    def test_a_killed_supervisor_takes_its_children_along(self, start: Start) -> None:
        process, _ = start()
        below = children(process.pid)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        deadline = time.monotonic() + 20
        while [child for child in below if is_running(child)] and time.monotonic() < deadline:
            time.sleep(0.1)
        assert [child for child in below if is_running(child)] == []
