"""`make test` and `make check`: what CI runs, step by step, with the time each took.

The quick steps run first, two at a time; every step runs even when an earlier one failed, and the exit code says whether all
passed. The tests come last. Set PYTEST to pass words on to pytest: `PYTEST='-k matching' make test`.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from duecourse.config import database, embedded

BIN = Path(sys.executable).parent
DJANGO = [sys.executable, "-m", "duecourse.config"]
FAST = {
    "lint": [str(BIN / "ruff"), "check", "."],
    "types": [str(BIN / "mypy")],
    "walls": [str(BIN / "lint-imports")],
    "migrations": [*DJANGO, "makemigrations", "--check", "--dry-run"],
    "settings": [*DJANGO, "check", "--fail-level", "WARNING"],
}


def install_chromium() -> None:
    """Put Debian's Chromium there for the browser tests, where we may (root, apt-get). Without it they skip, or fail in CI."""
    if shutil.which("chromium") or os.environ.get("DUECOURSE_CHROMIUM"):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print("Chromium is not installed: browser tests are skipped (on Debian: apt install chromium).", flush=True)
        return
    print("Installing Chromium for the browser tests …", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", "chromium", "fonts-dejavu-core"]):
        done = subprocess.run(["apt-get", *words], env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"apt-get {words[0]} failed:\n{done.stderr[-1000:]}", file=sys.stderr)
            return


def step(name: str, command: list[str]) -> bool:
    """Run one check; its output is shown when it fails."""
    begin = time.monotonic()
    done = subprocess.run(command, cwd=embedded.PROJECT, capture_output=True, text=True, check=False)
    verdict = "passed" if done.returncode == 0 else "FAILED"
    print(f"{name:<12} {verdict}  {time.monotonic() - begin:5.1f} s", flush=True)
    if done.returncode:
        print((done.stdout + done.stderr)[-6000:], flush=True)
    return done.returncode == 0


def static_files() -> dict[str, list[str]]:
    """Collecting the static files as in production finds references that lead nowhere."""
    words = [*DJANGO, "collectstatic", "--no-input", "-v", "0"]
    return {"static files": ["env", f"DUECOURSE_STATIC={tempfile.mkdtemp(prefix='duecourse-static-')}", *words]}


def main(arguments: list[str]) -> int:
    """`fast` or `all`; returns the exit code."""
    everything = arguments == ["all"]
    if not everything and arguments != ["fast"]:
        print("usage: python -m duecourse.config.check fast|all", file=sys.stderr)
        return 2
    checks = {**FAST, **(static_files() if everything else {})}
    database.ensure()  # once for all steps, which find it running
    try:
        with ThreadPoolExecutor(2) as pool:
            passed = list(pool.map(lambda name: step(name, checks[name]), checks))
        if everything:
            install_chromium()
            words = shlex.split(os.environ.get("PYTEST", ""))
            workers = [] if "-n" in words else ["-n", str(max(2, os.cpu_count() or 2))]
            command = [str(BIN / "pytest"), *workers, "--dist", "worksteal", "--durations", "10", *words]
            passed.append(subprocess.run(command, cwd=embedded.PROJECT, check=False).returncode == 0)
            if not all(passed):
                print("Not everything passed; see above.", flush=True)
    finally:
        database.release()
        for path in checks.get("static files", [])[1:2]:
            shutil.rmtree(path.split("=", 1)[1], ignore_errors=True)
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
