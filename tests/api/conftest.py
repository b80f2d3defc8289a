"""One day that stands still, the small cast, and a key that may do everything."""

from __future__ import annotations

import pytest

from tests.api.desk import Caller, key_of_all
from tests.web.desk import stop_clock
from tests.world import NOON, World, build


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    stop_clock(monkeypatch, NOON)
    return build()


@pytest.fixture
def api(world: World) -> Caller:
    return Caller(key_of_all(world))
