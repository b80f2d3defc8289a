"""docs/reference is what `make docs` writes now; every action, event, refusal, table, setting and command has its line there."""

from __future__ import annotations

import re
import sys

import pytest

from duecourse.config import reference
from duecourse.config.embedded import PROJECT

GENERATED = [
    name for name in reference.PAGES if name != "commands.md" or sys.version_info < (3, 13)
]  # argparse words its help anew


@pytest.mark.parametrize("name", GENERATED)
def test_the_reference_is_up_to_date(name: str) -> None:
    path = reference.FOLDER / name
    assert path.is_file(), "run `make docs`"
    assert path.read_text(encoding="utf-8") == reference.NOTE + reference.PAGES[name](), "run `make docs`"


def test_every_setting_that_is_read_is_listed() -> None:
    """Names of the environment in the code stand in the settings page, or in that of the module that reads them."""
    listed = (PROJECT / "duecourse" / "config" / "settings.py").read_text().split('"""')[1]
    own = {
        "DUECOURSE_DATABASE",
        "DUECOURSE_ROLE",
        "DUECOURSE_PLAIN_STATIC",
        "DUECOURSE_STATIC",
        "DUECOURSE_CHROMIUM",
        "DUECOURSE_KEY",  # in the API page’s examples, for the shell
    }  # for tests and set-up
    found = set()
    for path in (PROJECT / "duecourse").rglob("*.py"):
        found |= set(re.findall(r"\b(?:DUECOURSE|DATABASE)_[A-Z_]+\b", path.read_text(encoding="utf-8")))
    missing = {name for name in found - own if name not in listed}
    assert missing == set()


def test_links_between_pages_lead_somewhere() -> None:
    broken = []
    for page in [*(PROJECT / "docs").rglob("*.md"), PROJECT / "README.md"]:
        for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", page.read_text(encoding="utf-8")):
            if not (page.parent / target).exists():
                broken.append(f"{page.relative_to(PROJECT)} -> {target}")
    assert broken == []


def test_the_index_leads_to_every_page() -> None:
    folder = PROJECT / "docs"
    index = (folder / "README.md").read_text(encoding="utf-8")
    pages = [str(page.relative_to(folder)) for page in sorted(folder.rglob("*.md")) if page.name != "README.md"]
    pages += [f"../tests/stories/{page.name}" for page in sorted((PROJECT / "tests" / "stories").glob("*.md"))]
    assert [page for page in pages if f"]({page})" not in index] == []
