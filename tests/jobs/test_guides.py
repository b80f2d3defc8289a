"""The worked examples of the guides are what the commands say."""

from __future__ import annotations

import io
import re
import shlex
from pathlib import Path

import pytest

from duecourse.access import queries as access_facts
from duecourse.config.embedded import PROJECT
from duecourse.core.call import Call
from duecourse.jobs.files import bank
from duecourse.jobs.imports import open_items
from tests.world import build

GUIDES = PROJECT / "docs" / "guides"


def blocks(guide: str) -> dict[str, str]:
    """The named examples of a guide: `<!-- name -->` and the fenced text below it."""
    text = (GUIDES / guide).read_text(encoding="utf-8")
    return dict(re.findall(r"<!-- ([\w.-]+) -->\n```\w*\n(.*?)```", text, re.DOTALL))


class TestReadABankFile:
    def run(self, text: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
        Path("statement.mt940").write_text(text, encoding="utf-8")
        status = bank.read(["statement.mt940"])
        said = capsys.readouterr()
        return status, said.out, said.err

    def test_prints_what_the_guide_shows(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.chdir(tmp_path)
        shown = blocks("read-a-bank-file.md")
        assert self.run(shown["statement.mt940"], capsys) == (0, shown["statement.json"], "")

    def test_refuses_as_the_guide_says(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.chdir(tmp_path)
        shown = blocks("read-a-bank-file.md")
        wrong = shown["statement.mt940"].replace("EUR1474,50", "EUR1474,60")
        assert self.run(wrong, capsys) == (2, "", shown["refused"])


@pytest.mark.django_db
class TestTakeOverOpenItems:
    def test_says_what_the_guide_shows(self) -> None:
        shown = blocks("take-over-open-items.md")
        call = build().call
        extract = open_items.read(shown["open-items.csv"].encode(), "open-items.csv")
        assert self.say(extract) == (shown["dry-run"].rsplit("This was", 1)[0], shown["rejects"])
        assert self.say(extract, call) == (shown["confirmed"], shown["rejects"])
        assert self.say(extract, call)[0].endswith(shown["again"])

    def say(self, extract: open_items.Extract, call: Call | None = None) -> tuple[str, str]:
        """What the command prints, on a call of the test's: the command itself would read the clock."""
        from importlib import import_module

        out, errors = io.StringIO(), io.StringIO()
        command = import_module("duecourse.jobs.management.commands.import").Command(stdout=out, stderr=errors, no_color=True)
        command._show(extract)
        if call is not None:
            command._take_over(call, extract, "N30")
        return out.getvalue(), errors.getvalue()

    def test_the_dry_run_says_that_it_was_one(self, tmp_path: Path) -> None:
        from django.core.management import call_command

        shown, out = blocks("take-over-open-items.md"), io.StringIO()
        path = tmp_path / "open-items.csv"
        path.write_text(shown["open-items.csv"], encoding="utf-8")
        call_command("import", "open-items", str(path), stdout=out, stderr=io.StringIO())
        assert out.getvalue() == shown["dry-run"]


@pytest.mark.django_db
def test_a_company_can_be_founded_as_the_guide_says(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.core.management import call_command

    guide = (GUIDES / "set-up.md").read_text(encoding="utf-8")
    (line,) = [one for one in guide.splitlines() if one.startswith("duecourse found --company")]
    monkeypatch.setattr("sys.stdin", io.StringIO("a-long-password-of-yours\n"))
    out = io.StringIO()
    call_command(*shlex.split(line)[1:], stdout=out)
    assert out.getvalue().startswith("Example Trading GmbH (EXAMPLE) is founded")
    (company,) = access_facts.companies()
    assert (company.currency, company.time_zone, company.is_live) == ("EUR", "Europe/Berlin", False)
    link, said = io.StringIO(), io.StringIO()
    call_command("found", "--url", "https://ar.example/", stdout=link, stderr=said)
    assert link.getvalue().startswith("https://ar.example/found/")
    assert "works once" in said.getvalue()
