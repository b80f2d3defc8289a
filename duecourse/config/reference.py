"""`make docs`: docs/reference, read off the code itself, so that it cannot be wrong. A test compares it with what is committed.

Commands (their own --help), actions, events, refusals, tables, key figures, checks and settings. Everything is read from the source
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


def sources_of(room: str, part: str) -> list[tuple[str, Path, ast.Module]]:
    """The same of one room."""
    return [found for found in sources(part) if found[0] == room]


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
    """Every event name that an action writes, with the actions that write it."""
    rooms: dict[str, list[ast.FunctionDef]] = {}
    for room, _, tree in sources("actions"):
        rooms.setdefault(room, []).extend(node for node in tree.body if isinstance(node, ast.FunctionDef))
    found = {name: (room, by) for room, functions in rooms.items() for name, by in written(functions).items()}
    lines = [
        "# Events\n",
        "What happened, append-only, in the order of its transactions. Subjects are prefixed ids; the journal shows the facts of each.\n",
        "| event | written by |",
        "|---|---|",
    ]
    for name, (room, by) in sorted(found.items()):
        lines.append(f"| `{name}` | {', '.join(f'`{room}.{function}`' for function in sorted(by))} |")
    return "\n".join(lines) + "\n"


def written(functions: list[ast.FunctionDef]) -> dict[str, set[str]]:
    """Event name → the actions of a room that write it, themselves or by a helper. The code of a refusal or reason is none."""
    codes = sentences()
    calls = {node.name: {getattr(one, "id", "") for one in ast.walk(node)} - {node.name} for node in functions}
    entered = {node.name for node in functions if is_action(node)}
    result: dict[str, set[str]] = {}
    for node in functions:
        refused = {
            id(call.args[0])
            for call in ast.walk(node)
            if isinstance(call, ast.Call) and call.args and named(call) in ("Refused", "FileRefused")
        }
        for one in ast.walk(node):
            if not isinstance(one, ast.Constant) or not isinstance(one.value, str) or id(one) in refused:
                continue
            if EVENT.match(one.value) and one.value not in codes:
                result.setdefault(one.value, set()).update(callers(node.name, calls, entered))
    return result


def named(call: ast.Call) -> str:
    return str(getattr(call.func, "id", ""))


def callers(name: str, calls: dict[str, set[str]], entered: set[str]) -> set[str]:
    """The nearest actions that lead to the function `name`: itself when it is one, or when nothing calls it."""
    above = {other for other, called in calls.items() if name in called}
    if name in entered or not above:
        return {name}
    return set().union(*(callers(other, calls, entered) for other in above))


def sentences() -> dict[str, str]:
    """Every reason's code with its sentence, as `define({…})` gives it."""
    found: dict[str, str] = {}
    for path in sorted((PROJECT / "duecourse").rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and named(call) == "define" and call.args and isinstance(call.args[0], ast.Dict):
                for key, text in zip(call.args[0].keys, call.args[0].values, strict=True):
                    if isinstance(key, ast.Constant):
                        found[str(key.value)] = spoken(text)
    return found


def key_figures() -> str:
    """Every key figure with its unit, its sentence and what it is, from kpis/rules.py."""
    ((_, _, tree),) = sources_of("kpis", "rules")
    words = sentences()
    lines = ["# Key figures\n", "Each figure says its formula with its own numbers; what stands in braces is filled in.\n"]
    lines += ["| figure | what it is | in words |", "|---|---|---|"]
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef) or node.returns is None or ast.unparse(node.returns) != "Figure":
            continue
        made = [call for call in ast.walk(node) if isinstance(call, ast.Call) and named(call) == "Figure"]
        codes = dict.fromkeys(
            one.value
            for one in ast.walk(node)
            if isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value in words
        )
        said = " ".join(words[code] for code in codes)
        lines.append(f"| `{spoken(made[0].args[0])}` | {cell(first_paragraph(node))} | {cell(said)} |")
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
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "replace":
        return spoken(node.func.value)
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


def checks() -> str:
    """Every invariant that the verifier looks at."""
    lines = ["# Checks\n", "What must always be true, in the order in which `duecourse verify` looks.\n"]
    lines += ["| check | what must hold | while it is broken |", "|---|---|---|"]
    for _, _, tree in sources_of("kpis", "actions"):
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and named(call) == "Check":
                guards = {word.arg: ast.unparse(word.value) for word in call.keywords}.get("guards_posting", "True") == "True"
                what = "posting stops" if guards else "it is told"
                lines.append(f"| `{spoken(call.args[0])}` | {cell(spoken(call.args[1]))} | {what} |")
    return "\n".join(lines) + "\n"


PAGES = {
    "actions.md": actions,
    "checks.md": checks,
    "commands.md": commands,
    "events.md": events,
    "key-figures.md": key_figures,
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
