"""Names of the code in the documentation are still there: [`name`](../path.py) must define that name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

from duecourse.config.embedded import PROJECT

NAMED = re.compile(r"\[`(\w+)`\]\((\.\.?/[\w./-]+)\)")
PAGES = sorted(
    [*(PROJECT / "docs").glob("*.md"), *(PROJECT / "docs").glob("[!r]*/*.md"), *(PROJECT / "docs" / "rooms").glob("*.md")]
)


@lru_cache
def defined(path: Path) -> frozenset[str]:
    """Every function, class and constant of a file, or of all files of a folder."""
    if path.is_dir():
        return frozenset().union(*(defined(each) for each in sorted(path.glob("*.py"))))
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return frozenset(names)


def breaches(text: str, folder: Path) -> Iterator[str]:
    for name, target in NAMED.findall(text):
        path = (folder / target).resolve()
        if not path.is_dir() and path.suffix != ".py":
            continue
        if not path.exists():
            yield f"{target} is not there"
        elif name not in defined(path):
            yield f"{target} has no {name}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT / "docs")))
def test_names_that_a_page_links_to_are_there(page: Path) -> None:
    assert list(breaches(page.read_text(encoding="utf-8"), page.parent)) == []


def test_the_tour_names_functions_of_every_room() -> None:
    text = (PROJECT / "docs" / "tour.md").read_text(encoding="utf-8")
    rooms = {
        path.parent.name
        for path in (PROJECT / "duecourse").glob("*/rules*")
        if path.parent.name not in ("access", "customers", "documents")
    }
    assert {room for room in rooms if f"../duecourse/{room}/" not in text} == set()


def test_a_name_that_went_away_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "actions.py").write_text("def stays() -> None: ...\n")
    page = "[`stays`](./actions.py) and [`gone`](./actions.py) and [`lost`](./elsewhere.py)"
    assert list(breaches(page, tmp_path)) == ["./actions.py has no gone", "./elsewhere.py is not there"]
