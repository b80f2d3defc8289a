"""`make run`: bring everything up in order, say where it is, and take everything down again on Ctrl-C.

Order: database, migrations, static files, demo company, web server and worker. What is already done is skipped by a digest, so
that a second start takes a few seconds. Children run in process groups of their own: Ctrl-C reaches this supervisor alone,
which stops them one by one; should it be killed, they die with it (Linux).
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import fcntl
import functools
import hashlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import IO

from duecourse.config import database, embedded

PORT_FIRST = 8000
STOP_SECONDS = 6
READY_SECONDS = 60
PACKAGE = Path(__file__).resolve().parent.parent


class Stop(Exception):
    """A signal asked us to end."""


class Failed(Exception):
    """A step did not work; the message says which and where to look."""


def on_signal(number: int, frame: FrameType | None) -> None:
    raise Stop


def die_with(parent: int) -> None:
    """In a child, before its program starts (Linux): end when the supervisor ends, however it ends, also when it just did."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(1)


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "duecourse.config", *words]


def has_command(name: str) -> bool:
    return (PACKAGE / "jobs" / "management" / "commands" / f"{name}.py").is_file()


def step(text: str, *words: str, **environment: str) -> None:
    """Run one command of ours to its end; its output is ours. Errors: Failed."""
    print(text, flush=True)
    done = subprocess.run(command(*words), env={**os.environ, **environment}, check=False)
    if done.returncode:
        raise Failed(f"`duecourse {' '.join(words)}` failed (exit {done.returncode}).")


# -- what is done once


def static_digest() -> str:
    """Changes when any static file or the locked dependencies change."""
    files = sorted(path for path in PACKAGE.glob("*/static/**/*") if path.is_file())
    state = [f"{path.relative_to(PACKAGE)}:{path.stat().st_mtime_ns}:{path.stat().st_size}" for path in files]
    lock = PACKAGE.parent / "requirements.lock"
    state.append(hashlib.sha256(lock.read_bytes()).hexdigest() if lock.is_file() else "")
    return hashlib.sha256("\n".join(state).encode()).hexdigest()


def companies(access: database.Access) -> tuple[int, int]:
    """How many companies the database holds, and how many of them are for show. Asked without Django, so that a second start
    stays quick."""
    with access.application.connect() as connection:
        row = connection.execute("select count(*), count(*) filter (where is_demo) from access_company").fetchone()
    assert row is not None
    return row[0], row[1]


def prepare(access: database.Access, dev: bool, demo: bool) -> None:
    """Migrations, static files and the demo company, each only when something changed."""
    path = embedded.data_folder() / "prepared.json"
    done: dict[str, str] = json.loads(path.read_text()) if path.is_file() else {}
    with embedded.locked("prepare"):
        if not database.is_migrated(access):
            step("Migrating the database …", "migrate")
        static = static_digest()
        if not dev and (done.get("static") != static or not (embedded.data_folder() / "static" / "staticfiles.json").is_file()):
            step("Collecting static files …", "collectstatic", "--no-input", "--clear", "-v", "0")
            done["static"] = static
            embedded.write_private(path, json.dumps(done))
        if demo and has_command("seed") and not companies(access)[0]:
            step("Building the demo company (under a minute) …", "seed")


# -- the web port


@contextlib.contextmanager
def web_port(host: str, wanted: int | None) -> Iterator[int]:
    """The first free port from 8000 on (or the one used last time), kept from other supervisors while we run.

    The web server's workers share their port by SO_REUSEPORT, which would let two supervisors share it too: hence the lock.
    Errors: Failed when the port asked for is taken.
    """
    memory = embedded.data_folder() / "web-port"
    last = int(memory.read_text()) if memory.is_file() else PORT_FIRST
    candidates = [wanted] if wanted else [last, *range(PORT_FIRST, PORT_FIRST + 200)]
    for port in candidates:
        handle = hold(port)
        if handle is None:
            continue
        with handle, socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            probe.close()
            if not wanted and not memory.is_file():
                memory.write_text(str(port))
            yield port
            return
    raise Failed(f"Port {wanted} is taken." if wanted else f"No free port from {PORT_FIRST} on.")


def hold(port: int) -> IO[str] | None:
    """A lock on a port among this machine's supervisors; None when another has it."""
    path = Path(tempfile.gettempdir()) / f"duecourse-port-{port}-{os.getuid()}.lock"
    handle = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600), "w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        return None
    return handle


# -- children


class Children:
    """The processes we started, each with its log, in order."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: list[tuple[str, subprocess.Popen[bytes]]] = []
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def tail(self, name: str) -> str:
        return f"its log is {self.log(name)}\n{self.log(name).read_text(errors='replace')[-3000:]}"

    def start(self, name: str, words: list[str], **environment: str) -> None:
        with self.log(name).open("wb") as log:
            process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **environment},
                process_group=0,
                preexec_fn=functools.partial(die_with, os.getpid()),  # noqa: PLW1509 - the supervisor has one thread
            )
        self.running.append((name, process))

    def check(self) -> None:
        """Errors: Failed when one has ended by itself, with the end of its log."""
        for name, process in self.running:
            if process.poll() is not None:
                raise Failed(f"{name} ended by itself (exit {process.returncode}); {self.tail(name)}")

    def stop(self) -> None:
        """Ask all to end, wait, and kill what has not."""
        for _, process in self.running:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for _, process in self.running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
        for _, process in self.running:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)  # also what it may have left behind
            process.wait()
        self.running.clear()


def wait_until_ready(children: Children, host: str, port: int) -> None:
    """Ask for /livez until it answers. Errors: Failed."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        children.check()
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection(host, port, timeout=5)
            connection.request("GET", "/livez", headers={"Host": "localhost"})
            status = connection.getresponse().status
            if status == 200:
                return
            raise Failed(f"The web server answers {status} to everything; {children.tail('web')}")
        time.sleep(0.05)
    raise Failed(f"The web server does not answer after {READY_SECONDS} s; {children.tail('web')}")


def web_command(host: str, port: int, dev: bool) -> list[str]:
    if dev:
        return command("runserver", f"{host}:{port}")
    workers = str(max(1, min(4, os.cpu_count() or 1)))
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--workers", workers,
        "--blocking-threads", "8", "--no-ws", "--workers-kill-timeout", "4", "--respawn-failed-workers",
        "duecourse.config.wsgi:application",
    ]  # fmt: skip


def demo_logins(access: database.Access) -> list[list[str]]:
    """(role, e-mail, password) for each role where the database holds the demo company; asked for in a process of its own,
    because the demo's modules need Django."""
    if not has_command("seed") or not companies(access)[1]:
        return []
    sources = b"".join(path.read_bytes() for path in sorted((PACKAGE / "jobs" / "demo").glob("*.py")))
    memory = embedded.data_folder() / f"log-ins-{hashlib.sha256(sources).hexdigest()[:16]}.json"
    if not memory.is_file():
        script = "import json, django; django.setup(); from duecourse.jobs import demo; print(json.dumps(demo.logins()))"
        environment = {"DJANGO_SETTINGS_MODULE": "duecourse.config.settings", **os.environ}
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=False)
        if done.returncode:
            raise Failed(f"The demo's log-ins could not be listed:\n{done.stderr[-2000:]}")
        embedded.write_private(memory, done.stdout)
    found: list[list[str]] = json.loads(memory.read_text())
    return found


def set_up_link(access: database.Access, host: str, port: int) -> str:
    """A one-time link that founds a company, where the database holds none but the demo's; asked for in a process of its own."""
    every, shown = companies(access)
    if every > shown:
        return ""
    done = subprocess.run(command("found", "--url", address(host, port)), capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(f"The set-up link could not be made:\n{done.stderr[-2000:]}")
    return done.stdout.strip()


def address(host: str, port: int) -> str:
    return f"http://{'localhost' if host == '127.0.0.1' else host}:{port}"


def announce(host: str, port: int, logins: list[list[str]], link: str) -> None:
    """The address, one demo log-in for each role, and the link that founds an own company."""
    print(f"\nDuecourse is open at {address(host, port)}\n", flush=True)
    for role, email, password in logins:
        print(f"  {role:<26} {email:<34} {password}")
    if link:
        beside = " beside the demo" if logins else ""
        print(f"\nSet up your own company{beside} (this link works once, for a day):\n  {link}", flush=True)
    print("\nCtrl-C stops it.", flush=True)


def serve(host: str, port: int | None, dev: bool, demo: bool) -> None:
    """Everything up, until a signal or a failure takes everything down."""
    access = database.ensure()
    prepare(access, dev, demo)
    with web_port(host, port) as number:
        children = Children(embedded.data_folder() / "logs" / str(number))
        try:
            environment = {"DUECOURSE_DEBUG": "1"} if dev else {}
            children.start("web", web_command(host, number, dev), **environment)
            logins = demo_logins(access)  # while the web server starts
            link = set_up_link(access, host, number)
            wait_until_ready(children, host, number)
            announce(host, number, logins, link)
            if has_command("worker"):
                children.start("worker", command("worker"), **environment)  # after the page, which somebody waits for
            while True:
                children.check()
                time.sleep(0.5)
        finally:
            for number_ in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number_, signal.SIG_IGN)  # a second Ctrl-C does not interrupt the stopping
            children.stop()


def main(arguments: list[str]) -> int:
    """Parse and serve; returns the exit code."""
    parser = argparse.ArgumentParser(prog="duecourse run", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, help="port (default: the first free one from 8000 on)")
    parser.add_argument("--dev", action="store_true", help="reload on change, detailed error pages")
    parser.add_argument("--no-demo", action="store_true", help="leave an empty database empty")
    options = parser.parse_args(arguments)
    with_demo = os.environ.get("DUECOURSE_DEMO", "on").strip().lower()
    if with_demo not in ("on", "off", "1", "0"):
        print(f"DUECOURSE_DEMO={with_demo!r}: say on or off", file=sys.stderr)
        return 2
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, on_signal)
    try:
        serve(options.host, options.port, options.dev, not options.no_demo and with_demo in ("on", "1"))
    except (Stop, KeyboardInterrupt):
        print("\nStopped.", flush=True)
        return 0
    except (Failed, embedded.Unusable) as problem:
        print(problem, file=sys.stderr)
        return 1
    finally:
        database.release()
    return 0
