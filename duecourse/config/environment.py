"""Make the virtual environment from the lock, with hashes, and leave it alone while the lock is unchanged.

Run by the Makefile with the system's Python, before anything is installed: standard library only, and nothing newer than
Python 3.11. Two `make` at once meet at a lock file; the second finds the work done.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
FOLDER = PROJECT / ".venv"
STAMP = FOLDER / ".made-from"


def digest() -> str:
    """What the environment is made from: the lock, the project's own table, the interpreter, and the place."""
    parts = [
        (PROJECT / "requirements.lock").read_bytes(),
        (PROJECT / "pyproject.toml").read_bytes().split(b"[tool.ruff]")[0],
        sys.version.encode(),
        str(PROJECT).encode(),
    ]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def pip(*arguments: str) -> None:
    python = FOLDER / "bin" / "python"
    command = [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "-qq", *arguments]
    # pip's own settings and proxies of the machine stay in force; a user's site-packages do not
    subprocess.run(command, check=True, env={**os.environ, "PYTHONNOUSERSITE": "1"}, cwd=PROJECT)


def make() -> None:
    """Bring `.venv` to the state of the lock. Errors: SystemExit with what to do."""
    if sys.version_info < (3, 11):  # noqa: UP036 - run by whatever Python the machine has
        sys.exit(
            f"Duecourse needs Python 3.11 or newer; this is {sys.version.split()[0]}. Say which one: make PYTHON=python3.12 run"
        )
    wanted = digest()
    if STAMP.is_file() and STAMP.read_text() == wanted:
        return
    with (PROJECT / ".venv.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if STAMP.is_file() and STAMP.read_text() == wanted:
            return
        print("Installing the locked dependencies into .venv (about half a minute) …", flush=True)
        STAMP.unlink(missing_ok=True)
        try:
            venv.EnvBuilder(with_pip=True, symlinks=True, upgrade_deps=False).create(FOLDER)
        except subprocess.CalledProcessError:
            sys.exit("Python's venv module cannot install pip here. On Debian and Ubuntu: apt install python3-venv")
        try:
            pip("--require-hashes", "--requirement", "requirements.lock")
            pip("--no-deps", "--no-build-isolation", "--editable", ".")
        except subprocess.CalledProcessError as error:
            sys.exit(f"pip could not install the locked dependencies (exit {error.returncode}); its own message stands above.")
        STAMP.write_text(wanted)


if __name__ == "__main__":
    make()
