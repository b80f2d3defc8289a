"""One word per thing: every table's noun and every badge's word has its line in the glossary."""

from __future__ import annotations

import ast
import re

from duecourse.config import reference
from duecourse.config.embedded import PROJECT
from duecourse.web.badges import BADGES

TEXT = (PROJECT / "docs" / "glossary.md").read_text(encoding="utf-8")


def test_every_table_has_its_word() -> None:
    terms = {term.casefold() for term in re.findall(r"\*\*(.+?)\*\*", TEXT)}
    nouns = {
        re.sub(r"(?<!^)(?=[A-Z])", " ", node.name).casefold()
        for _, _, tree in reference.sources("models")
        for node in tree.body
        if isinstance(node, ast.ClassDef) and {ast.unparse(base) for base in node.bases} & {"models.Model", "AbstractBaseUser"}
    }
    assert nouns - terms == set()


def test_every_badge_has_its_line_and_no_other_has() -> None:
    told = re.findall(r"^\| ([\w-]+) \| (.+?) \| .+ \|$", TEXT.split("## Words on badges")[1], re.MULTILINE)
    lines = {(thing, word) for thing, word in told if thing != "Thing"}
    badges = {(thing, re.sub(r"\{\w+\}", "…", word)) for thing, states in BADGES.items() for _, _, word in states.values()}
    assert badges - lines == set()
    assert lines - badges == set()


def test_terms_stand_in_order() -> None:
    terms = [line for line in TEXT.split("## Words on badges")[0].splitlines() if line.startswith("- **")]
    assert terms == sorted(terms, key=lambda line: line.split("**")[1].casefold())
