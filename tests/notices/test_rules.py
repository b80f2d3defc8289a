"""Cases as tables: what is stuck, and when a task is due."""

from __future__ import annotations

import datetime as dt

import pytest

from duecourse.notices import rules

NOW = dt.datetime(2026, 11, 17, 11, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("stream", "hours", "stuck"),
    [("orders-held", 24, False), ("orders-held", 25, True), ("mails", 2, True), ("payments", 47, False)],
)
def test_a_stream_is_stuck_when_its_oldest_waits_for_too_long(stream: str, hours: int, stuck: bool) -> None:
    assert rules.is_stuck(stream, NOW - dt.timedelta(hours=hours), NOW) is stuck


def test_nothing_waiting_is_never_stuck() -> None:
    assert not any(rules.is_stuck(stream, None, NOW) for stream in rules.PATIENCE)
