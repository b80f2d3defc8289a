"""`make new-room NAME=shipping [ABOVE=orders]`: the five files, app, migration, page and tests of a new room, entered on the map.

A name that the house's map already knows gets its place from there. Any other name says which room it stands just above.
"""

from __future__ import annotations

import os
import re
import sys
import tomllib
from pathlib import Path

from duecourse.config.embedded import PROJECT

FILES = {
    "duecourse/{name}/__init__.py": '"""{Title}: say here which question this room answers, and what it owns."""\n',
    "duecourse/{name}/apps.py": (
        "from django.apps import AppConfig\n\n\nclass {Title}Config(AppConfig):\n    name = \"duecourse.{name}\"\n"
    ),
    "duecourse/{name}/models.py": '"""Tables, choices and constraints of {name}; nothing that decides."""\n',
    "duecourse/{name}/rules.py": '"""Decisions of {name}: pure functions, no database, no clock."""\n',
    "duecourse/{name}/queries.py": '"""What {name} is asked: plain values for pages, facts for rules."""\n',
    "duecourse/{name}/actions.py": '"""What happens in {name}: each a transaction, a permission and at least one event."""\n',
    "duecourse/{name}/migrations/__init__.py": "",
    "docs/rooms/{name}.md": (
        "# {name}\n\nWhich question it answers, what it owns, its actions in the order of a day, and what it refuses.\n"
    ),
    "tests/{name}/test_rules.py": '"""Cases as tables that a person of the trade can check."""\n',
    "tests/{name}/test_actions.py": '"""Real PostgreSQL: happy path, refusals, event, race."""\n',
}  # fmt: skip


class Wrong(Exception):
    """The room cannot be made; the message says why."""


def layers(text: str) -> list[list[str]]:
    contract = tomllib.loads(text)["tool"]["importlinter"]["contracts"][0]
    return [[name.strip(" ()") for name in layer.split("|")] for layer in contract["layers"]]


def enter_on_map(text: str, name: str, above: str) -> str:
    """pyproject.toml with the room in a layer of its own, just above `above`."""
    line = next((line for line in text.splitlines() if re.match(rf'^    "[^"]*\b{re.escape(above)}\b[^"]*",$', line)), None)
    if line is None:
        raise Wrong(f"{above!r} is not on the map in pyproject.toml")
    return text.replace(line + "\n", f'    "({name})",\n{line}\n', 1)


def enter_in_settings(text: str, name: str, lower: list[str]) -> str:
    """settings.py with the room in ROOMS, after the highest of `lower` that is there."""
    found = re.search(r"ROOMS = \[(.*?)\]", text, re.S)
    if found is None:
        raise Wrong("ROOMS was not found in duecourse/config/settings.py")
    present = re.findall(r'"(\w+)"', found.group(1))
    before = next((room for room in lower if room in present), "core")
    return text[: found.start(1)] + found.group(1).replace(f'"{before}"', f'"{before}", "{name}"', 1) + text[found.end(1) :]


def make(root: Path, name: str, above: str = "") -> list[str]:
    """Write everything and return the paths. Errors: Wrong, with nothing written."""
    if not re.fullmatch(r"[a-z][a-z]+", name):
        raise Wrong("Give the room one plain lower-case word: make new-room NAME=shipping ABOVE=orders")
    if (root / "duecourse" / name).exists():
        raise Wrong(f"duecourse/{name} is there already")
    project, settings = root / "pyproject.toml", root / "duecourse" / "config" / "settings.py"
    text = project.read_text()
    known = [room for layer in layers(text) for room in layer]
    if name not in known:
        if not above:
            raise Wrong(f"{name} is not on the map: say which room it stands just above, ABOVE=… (one of {', '.join(known[5:])})")
        text = enter_on_map(text, name, above)
    order = [room for layer in layers(text) for room in layer]
    changed = enter_in_settings(settings.read_text(), name, order[order.index(name) + 1 :])
    written = []
    for pattern, content in FILES.items():
        path = root / pattern.format(name=name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content.format(name=name, Title=name.capitalize()))
        written.append(pattern.format(name=name))
    project.write_text(text)
    settings.write_text(changed)
    return written


def main(arguments: list[str]) -> int:
    """Make the room named on the command line; returns the exit code."""
    try:
        written = make(PROJECT, arguments[0] if arguments else "", os.environ.get("ABOVE", ""))
    except Wrong as problem:
        print(problem, file=sys.stderr)
        return 2
    print(
        "\n".join(
            [*written, "", "Next: models.py, then `duecourse makemigrations`, named after its idea, with a guard for each table."]
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
