"""The walls over files, and each of them broken once on purpose."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from duecourse.config.embedded import PROJECT
from tests.house import walls


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A small house in which every wall has fallen."""
    room = tmp_path / "duecourse" / "orders"
    (room / "migrations").mkdir(parents=True)
    (room / "__init__.py").write_text("# nothing said\n\n\n\n")
    (room / "apps.py").write_text("")
    (room / "helpers.py").write_text("")
    (room / "rules").mkdir()
    (room / "rules.py").write_text("from duecourse.orders.models import Order\n")
    (room / "queries.py").write_text("from duecourse.credit import models\nfrom duecourse.credit.models import Hold\n")
    (room / "actions.py").write_text('SQL = "update credit_hold set amount = 0"\ndef long():\n' + "    x = 1\n" * 80)
    (room / "models.py").write_text("\n" * 401)
    (room / "migrations" / "0002_auto_20260101_0101.py").write_text("")
    (room / "migrations" / "0003_alter_order_total_and_more.py").write_text("")
    return tmp_path


class TestFurniture:
    def test_rooms_hold_only_known_furniture(self) -> None:
        assert walls.furniture(PROJECT) == []

    def test_it_falls(self, broken: Path) -> None:
        found = "\n".join(walls.furniture(broken))
        assert "orders/helpers.py" in found
        assert "orders/rules: both" in found
        assert "orders/__init__.py" in found


class TestSizes:
    def test_files_and_functions_are_short(self) -> None:
        assert walls.sizes(PROJECT, "duecourse", "tests", "benchmarks") == []

    def test_it_falls(self, broken: Path) -> None:
        found = "\n".join(walls.sizes(broken, "duecourse"))
        assert "models.py: 401 lines" in found
        assert "long: 81 lines" in found


class TestPrivateTables:
    def test_models_stay_in_their_room(self) -> None:
        assert walls.foreign_models(PROJECT) == []

    def test_it_falls(self, broken: Path) -> None:
        assert len(walls.foreign_models(broken)) == 3  # both imports; the second also as duecourse.credit.models itself

    def test_a_foreign_write_in_sql_falls(self, broken: Path) -> None:
        assert walls.foreign_writes(broken, {"credit_hold": "credit"}) == ["duecourse/orders/actions.py:1 writes credit_hold"]


class TestMigrationNames:
    def test_every_migration_is_named(self) -> None:
        assert walls.migration_names(PROJECT) == []

    def test_it_falls(self, broken: Path) -> None:
        assert len(walls.migration_names(broken)) == 2


class TestPages:
    def test_every_room_has_its_page(self) -> None:
        assert walls.missing_pages(PROJECT) == []

    def test_it_falls(self, broken: Path) -> None:
        assert "docs/rooms/orders.md is missing" in walls.missing_pages(broken)


# -- the import linter's contracts

HOUSE = {
    "config/settings.py": "",
    "web/pages.py": "from duecourse.credit import queries\n",
    "jobs/work.py": "",
    "api/v1.py": "",
    "bank/formats/camt.py": "",
    "credit/rules.py": "from duecourse.core import money\n",
    "credit/queries.py": "from duecourse.credit import models, rules\n",
    "credit/actions.py": "from duecourse.credit import queries\n",
    "credit/models.py": "import django\n",
    "core/money.py": "",
    "orders/actions.py": "from duecourse.credit import actions\n",
}
BREACHES = {
    "a room imports a room above it": ("credit/actions.py", "from duecourse.orders import actions\n"),
    "the core imports a room": ("core/money.py", "from duecourse.credit import rules\n"),
    "a room imports a door": ("credit/queries.py", "from duecourse.web import pages\n"),
    "one door imports another": ("web/pages.py", "from duecourse.api import v1\n"),
    "a rule imports a table": ("credit/rules.py", "from duecourse.credit import models\n"),
    "a rule imports Django": ("credit/rules.py", "from django.db import connection\n"),
    "a query imports an action": ("credit/queries.py", "from duecourse.credit import actions\n"),
    "a door imports a table": ("web/pages.py", "from duecourse.credit.models import Limit\n"),
    "a folder that is not on the map": ("helpers/stuff.py", "x = 1\n"),
}


def build_house(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / "duecourse" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        for folder in path.relative_to(root).parents:
            if folder.parts:
                (root / folder / "__init__.py").touch()


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    """Run the project's own contracts over the house in `root`."""
    text = (PROJECT / "pyproject.toml").read_text()
    (root / "pyproject.toml").write_text(text[text.index("[tool.importlinter]") :])
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", "--config", "pyproject.toml"]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(root)})


class TestImports:
    def test_the_house_keeps_its_contracts(self) -> None:
        command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-4000:]

    def test_the_map_is_the_houses(self) -> None:
        contracts = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
        assert contracts[0]["exhaustive"] is True
        assert contracts[0]["layers"][-1] == "core"

    def test_a_sound_house_stands(self, tmp_path: Path) -> None:
        build_house(tmp_path, HOUSE)
        done = lint(tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr

    @pytest.mark.parametrize("breach", BREACHES)
    def test_it_falls(self, breach: str, tmp_path: Path) -> None:
        name, text = BREACHES[breach]
        build_house(tmp_path, {**HOUSE, name: HOUSE.get(name, "") + text})
        done = lint(tmp_path)
        assert done.returncode == 1, done.stdout + done.stderr


def test_the_clock_is_read_at_the_doors_only(tmp_path: Path) -> None:
    """Ruff's ban of now() and today(), broken on purpose."""
    (tmp_path / "duecourse" / "credit").mkdir(parents=True)
    text = "import datetime as dt\n\n\ndef due() -> dt.date:\n    return dt.date.today()\n"
    (tmp_path / "duecourse" / "credit" / "rules.py").write_text(text)
    (tmp_path / "pyproject.toml").write_text((PROJECT / "pyproject.toml").read_text())
    command = [str(Path(sys.executable).parent / "ruff"), "check", "--no-cache", "--output-format", "concise", "duecourse"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "TID251" in done.stdout
    assert "DTZ011" in done.stdout
