"""What stands in compose.yaml, the image and the service files is there: commands, settings, files; and no secret is."""

from __future__ import annotations

import re

import pytest

from duecourse.config import command
from duecourse.config.embedded import PROJECT

FILES = ["Dockerfile", "compose.yaml", *(f"deploy/{path.name}" for path in sorted((PROJECT / "deploy").glob("*.[st]*")))]
OF_COMPOSE = {"DUECOURSE_DATABASE_PASSWORD"}  # made into DATABASE_URL there


@pytest.mark.parametrize("name", FILES)
def test_names_commands_and_settings_that_exist(name: str) -> None:
    text = (PROJECT / name).read_text()
    known = (PROJECT / "docs" / "reference" / "settings.md").read_text()
    assert set(re.findall(r"DUECOURSE_[A-Z_]+|DATABASE_(?:APP_)?URL", text)) - OF_COMPOSE <= set(re.findall(r"[A-Z_]{8,}", known))
    for word in re.findall(r"(?:bin/duecourse |\"duecourse\", \"|\bduecourse (?=run\b|backup\b|verify\b))([a-z-]+)", text):
        assert word in command.database_commands()


def test_the_image_installs_what_runs_and_nothing_for_tests() -> None:
    whole, runs = ((PROJECT / name).read_text() for name in ("requirements.lock", "deploy/requirements.lock"))
    packages = {text: set(re.findall(r"^([a-z0-9-]+)==(\S+)", text, re.M)) for text in (whole, runs)}
    assert packages[runs] < packages[whole]
    names = {name for name, _ in packages[runs]}
    assert {"django", "psycopg", "granian"} <= names
    assert not names & {"pytest", "mypy", "playwright", "hypothesis"}


@pytest.mark.parametrize("name", FILES)
def test_holds_no_password(name: str) -> None:
    for line in (PROJECT / name).read_text().splitlines():
        if re.search("password|secret", line, re.I) and not line.lstrip().startswith("#"):
            assert "${" in line, line
