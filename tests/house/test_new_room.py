"""A new room fits the house at once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from duecourse.config import new_room
from duecourse.config.embedded import PROJECT
from tests.house import walls


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """As much of the project as the generator touches."""
    (tmp_path / "duecourse" / "config").mkdir(parents=True)
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    shutil.copy(PROJECT / "duecourse" / "config" / "settings.py", tmp_path / "duecourse" / "config")
    return tmp_path


def rooms_in_settings(root: Path) -> list[str]:
    text = (root / "duecourse" / "config" / "settings.py").read_text()
    names: dict[str, list[str]] = {}
    exec(text[text.index("ROOMS = [") : text.index("DOORS = ")], names)
    return names["ROOMS"]


class TestNewRoom:
    def test_it_has_its_furniture_page_and_tests(self, house: Path) -> None:
        new_room.make(house, "shipping", "orders")
        assert walls.furniture(house) == []
        assert [name for name in walls.missing_pages(house) if "shipping" in name] == []
        assert (house / "tests" / "shipping" / "test_rules.py").is_file()
        for path in (house / "duecourse" / "shipping").rglob("*.py"):
            compile(path.read_text(), str(path), "exec")

    def test_it_stands_on_the_map_above_the_room_named(self, house: Path) -> None:
        new_room.make(house, "shipping", "orders")
        layers = new_room.layers((house / "pyproject.toml").read_text())
        assert layers.index(["shipping"]) == layers.index(["orders"]) - 1
        rooms = rooms_in_settings(house)
        assert rooms.index("shipping") == rooms.index("orders") + 1

    def test_a_room_of_the_houses_map_knows_its_place(self, house: Path) -> None:
        before = (house / "pyproject.toml").read_text()
        new_room.make(house, "disputes")
        assert (house / "pyproject.toml").read_text() == before
        assert rooms_in_settings(house).index("disputes") == rooms_in_settings(house).index("bank") + 1

    @pytest.mark.parametrize(
        ("name", "above", "why"),
        [
            ("", "", "plain lower-case"),
            ("Ship_ping", "orders", "plain lower-case"),
            ("shipping", "", "not on the map"),
            ("x", "a", "plain"),
        ],
    )
    def test_what_does_not_fit_is_refused_and_nothing_written(self, house: Path, name: str, above: str, why: str) -> None:
        before = sorted(house.rglob("*"))
        with pytest.raises(new_room.Wrong, match=why):
            new_room.make(house, name, above)
        assert sorted(house.rglob("*")) == before

    def test_a_room_that_is_there_is_left_alone(self, house: Path) -> None:
        new_room.make(house, "shipping", "orders")
        with pytest.raises(new_room.Wrong, match="there already"):
            new_room.make(house, "shipping", "orders")
