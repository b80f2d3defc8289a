"""The `duecourse` command. Commands on plain files start without Django and without a database.

A file command is a function `(argv) -> exit code`, entered in FILE_COMMANDS. A database command is a Django management command
in duecourse/jobs/management/commands; the embedded database is started for it when needed, and stopped after the last user.
Exit codes: 0 done, 1 failed (or a check says no), 2 refused input or wrong usage.
"""

from __future__ import annotations

import ast
import importlib
import os
import sys
from pathlib import Path

FILE_COMMANDS: dict[tuple[str, ...], tuple[str, str]] = {
    ("bank", "read"): ("duecourse.jobs.files.bank:read", "read a bank's file and print it as JSON"),
    ("cash", "match"): ("duecourse.jobs.files.cash:match", "propose which open items each payment settles"),
    ("forecast", "payments"): (
        "duecourse.jobs.files.forecast:payments",
        "say when each open invoice will be paid, and cash by week",
    ),
    ("ageing",): ("duecourse.jobs.files.ageing:ageing", "age open items as of any date, as known at any instant"),
}
KEEPING = {
    "backup": "write the database, the kept files and the secrets into one checked archive",
    "restore": "bring such an archive back into an installation that holds no company of its own",
    "demo-reset": "empty a database that holds nothing but demo companies",
}
OWNER_COMMANDS = ("migrate", "sqlmigrate", "squashmigrations", "dbshell")  # these connect as the owner of the tables
WITHOUT_DATABASE = (
    "collectstatic", "findstatic", "makemessages", "compilemessages", "diffsettings", "startapp", "help",
)  # fmt: skip
THIRD_PARTY = ("collectstatic", "findstatic", "runserver", "clearsessions", "procrastinate")
UNMIGRATED = (*OWNER_COMMANDS, "showmigrations", "makemigrations", "check")


def database_commands() -> dict[str, str]:
    """Our management commands and what each does, read from the first line of its docstring without importing it."""
    folder = Path(__file__).resolve().parent.parent / "jobs" / "management" / "commands"
    found = {
        "run": "set everything up and serve: database, web, worker",
        "migrate": "bring the database to this version",
        **KEEPING,
    }
    for path in sorted(folder.glob("[!_]*.py")):
        docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        found[path.stem] = docstring.split("\n")[0].rstrip(".")
    return found


def usage() -> str:
    lines = ["usage: duecourse COMMAND …", "", "On plain files (no database):"]
    lines += [f"  {' '.join(words):<16} {text}" for words, (_, text) in FILE_COMMANDS.items()]
    lines += ["", "On the live database:"]
    lines += [f"  {name:<16} {text}" for name, text in database_commands().items()]
    return "\n".join([*lines, "", "duecourse COMMAND --help tells more."])


def run_file_command(words: tuple[str, ...], arguments: list[str]) -> int:
    """Call a file command's function; argparse's own exits become exit codes."""
    module, function = FILE_COMMANDS[words][0].split(":")
    try:
        return int(getattr(importlib.import_module(module), function)(arguments) or 0)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 2 if stop.code else 0
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def run_django(arguments: list[str]) -> int:
    """Run a management command, with the database where it needs one."""
    from django.core import management

    from duecourse.config import database, embedded

    name = arguments[0]
    if name not in {*database_commands(), *management.find_commands(management.__path__[0]), *THIRD_PARTY}:
        print(f"duecourse knows no command {name!r}.\n\n{usage()}", file=sys.stderr)
        return 2
    needs_database = name not in WITHOUT_DATABASE and "--help" not in arguments and "-h" not in arguments
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "duecourse.config.settings")
    if name in OWNER_COMMANDS:
        os.environ["DUECOURSE_ROLE"] = "owner"
    try:
        if needs_database:
            access = database.ensure()
            if name == "migrate" and len(arguments) == 1 and database.is_migrated(access):
                return 0
            if name not in UNMIGRATED and not database.is_migrated(access):
                print("The database has not seen this version's migrations: run `duecourse migrate` first.", file=sys.stderr)
                return 1
        return execute(arguments)
    except embedded.Unusable as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        database.release()


def execute(arguments: list[str]) -> int:
    """Hand over to Django. Errors in usage give 2, a CommandError its own code (1 unless it says)."""
    import django
    from django.core.management import ManagementUtility

    django.setup()
    if arguments == ["migrate"]:
        from duecourse.config.database import migrate

        migrate()
        return 0
    try:
        ManagementUtility(["duecourse", *arguments]).execute()
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 1 if stop.code else 0
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Find the command and run it; returns the exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if not arguments or arguments[0] in ("--help", "-h", "help"):
        print(usage())
        return 0 if arguments else 2
    for length in (2, 1):
        words = tuple(arguments[:length])
        if words in FILE_COMMANDS:
            return run_file_command(words, arguments[length:])
    if any(words[0] == arguments[0] for words in FILE_COMMANDS) and arguments[0] not in database_commands():
        print(f"duecourse {arguments[0]}: which one?\n\n{usage()}", file=sys.stderr)
        return 2
    if arguments[0] == "run":
        from duecourse.config.run import main as run

        return run(arguments[1:])
    if arguments[0] in KEEPING:
        from duecourse.config.backup import main as keep

        return keep(arguments, KEEPING[arguments[0]])
    return run_django(arguments)
