"""`make docs`: docs/reference, read off the code itself, so that it cannot be wrong. A test compares it with what is committed.

Commands (their own --help), actions with what they refuse, events, tables and settings. Everything is read from the source
text: no database, and the same result on every machine.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from duecourse.config import command
from duecourse.config.embedded import PROJECT

EVENT = re.compile(r"^[a-z]+(?:-[a-z]+)*\.[a-z]+(?:-[a-z]+)*-[a-z]+$")
NOTE = "<!-- Written by `make docs`. Do not edit. -->\n\n"
FOLDER = PROJECT / "docs" / "reference"


def sources(part: str) -> Iterator[tuple[str, Path, ast.Module]]:
    """Room, path and syntax tree of every file of one kind of furniture (`actions`, `models`, …)."""
    package = PROJECT / "duecourse"
    for path in sorted([*package.glob(f"*/{part}.py"), *package.glob(f"*/{part}/**/*.py")]):
        yield path.relative_to(package).parts[0], path, ast.parse(path.read_text(encoding="utf-8"))


def first_paragraph(node: ast.FunctionDef | ast.ClassDef | ast.Module) -> str:
    text = (ast.get_docstring(node) or "").split("\n\n")[0]
    return " ".join(text.split())


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def is_action(node: ast.AST) -> bool:
    names = {getattr(mark, "id", getattr(mark, "attr", "")) for mark in getattr(node, "decorator_list", [])}
    return isinstance(node, ast.FunctionDef) and "action" in names


def actions() -> str:
    """Every action: its permission's name, its arguments, what it is for."""
    lines = ["# Actions\n", "One thing that happens, one transaction. The name is also the permission that a role may hold.\n"]
    room_before = ""
    for room, _, tree in sources("actions"):
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and is_action(node):
                if room != room_before:
                    lines += [f"\n## {room}\n", "| action | arguments | what for |", "|---|---|---|"]
                    room_before = room
                arguments = ", ".join(argument.arg for argument in [*node.args.args[1:], *node.args.kwonlyargs])
                lines.append(f"| `{room}.{node.name}` | {arguments} | {cell(first_paragraph(node))} |")
    return "\n".join(lines) + "\n"


def events() -> str:
    """Every event name that an action, or the core, writes."""
    found: dict[str, set[str]] = {}
    for part in ("actions", "idempotency", "sequences"):
        for _, path, tree in sources(part):
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and EVENT.match(node.value):
                    found.setdefault(node.value, set()).add(str(path.relative_to(PROJECT / "duecourse")))
    refused = refusals()
    lines = [
        "# Events\n",
        "What happened, append-only, in the order of its transactions.\n",
        "| event | written in |",
        "|---|---|",
    ]
    lines += [f"| `{name}` | {', '.join(sorted(paths))} |" for name, paths in sorted(found.items()) if name not in refused]
    return "\n".join(lines) + "\n"


def refusals() -> dict[str, str]:
    """Code and message of every Refused."""
    found: dict[str, str] = {}
    for path in sorted((PROJECT / "duecourse").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refused" and len(node.args) >= 2:
                code, message = node.args[:2]
                if isinstance(code, ast.Constant) and isinstance(code.value, str):
                    found.setdefault(code.value, spoken(message))
    return found


def spoken(node: ast.expr) -> str:
    """A message as a reader sees it; what is filled in stands in braces."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{…}" for part in node.values)
    if isinstance(node, ast.Call) and node.args:
        return spoken(node.args[0])
    if isinstance(node, ast.BinOp):
        return spoken(node.left)
    return "{…}"


def refused() -> str:
    lines = [
        "# Refusals\n",
        "What cannot be done, by its code: in the API the problem's `code`.\n",
        "| code | message |",
        "|---|---|",
    ]
    return "\n".join(lines + [f"| `{code}` | {cell(text)} |" for code, text in sorted(refusals().items())]) + "\n"


def tables() -> str:
    """Every table, by room, and what one row of it is."""
    lines = ["# Tables\n", "Each belongs to one room, and only that room's actions write it."]
    room_before = ""
    for room, _, tree in sources("models"):
        for node in tree.body:
            bases = {ast.unparse(base) for base in node.bases} if isinstance(node, ast.ClassDef) else set()
            if isinstance(node, ast.ClassDef) and bases & {"models.Model", "AbstractBaseUser"}:
                if room != room_before:
                    lines += [f"\n## {room}\n", "| table | a row is |", "|---|---|"]
                    room_before = room
                lines.append(f"| `{room}_{node.name.lower()}` | {cell(first_paragraph(node))} |")
    return "\n".join(lines) + "\n"


def settings() -> str:
    tree = ast.parse((PROJECT / "duecourse" / "config" / "settings.py").read_text(encoding="utf-8"))
    return f"# Settings\n\nRead from the environment.\n\n```text\n{ast.get_docstring(tree)}\n```\n"


def commands() -> str:
    """Every command; those on plain files with their whole --help."""
    lines = [
        "# Commands\n",
        "`duecourse COMMAND --help` says the same. Exit codes: 0 done, 1 failed or a check says no, 2 refused.\n",
    ]
    lines += ["## On plain files: no database, no login\n"]
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "PYTHON_COLORS": "0"}
    for words in command.FILE_COMMANDS:
        run = [sys.executable, "-m", "duecourse.config", *words, "--help"]
        said = subprocess.run(run, capture_output=True, text=True, check=True, env=environment, cwd=PROJECT).stdout
        lines += [f"### duecourse {' '.join(words)}\n", f"```text\n{said.rstrip()}\n```\n"]
    lines += ["## On the live database\n", "| command | what for |", "|---|---|"]
    lines += [f"| `duecourse {name}` | {cell(text)} |" for name, text in command.database_commands().items()]
    return "\n".join(lines) + "\n"


PAGES = {
    "actions.md": actions,
    "commands.md": commands,
    "events.md": events,
    "refusals.md": refused,
    "settings.md": settings,
    "tables.md": tables,
}


def pages() -> dict[str, str]:
    return {name: NOTE + write() for name, write in PAGES.items()}


def main() -> int:
    """Write all pages anew."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        print(f"docs/reference/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
