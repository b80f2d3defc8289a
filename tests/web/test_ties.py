"""The page that proves it: rules with verdicts, numbers side by side, the trial balance, and who may check."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from duecourse.core.call import within
from duecourse.core.models import Invariant
from duecourse.kpis import actions
from tests import world as worlds
from tests.cash.play import eur, invoice
from tests.web.desk import sit, stop_clock, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> worlds.World:
    stop_clock(monkeypatch, worlds.NOON)
    made = worlds.build(at=worlds.NOON)
    invoice(made.call, made.accounts["late"], "INV-26-00001", eur("1190.00"), dt.date(2026, 8, 1))
    return made


def test_says_that_nothing_was_checked_and_then_what_holds(world: worlds.World) -> None:
    client = sit(world, "controller")
    assert "Not checked yet" in text(client.get("/ties-out/"))
    said = text(client.post("/ties-out/check/", follow=True))
    assert "Everything ties out" in said
    assert "yes, all of it" in said
    for check in actions.CHECKS:
        assert check.words.replace("’", "’")[:30] in said
    assert said.count("Holds") == len(actions.CHECKS)


def test_names_what_is_broken_and_that_posting_has_stopped(world: worlds.World) -> None:
    with within(world.call):
        actions.verify(world.call)
        row = Invariant.objects.get(company_id=world.call.company.id, name="items-rest")
        row.holds, row.broken, row.failing_since = False, ["INV-26-00001: stored 1, recomputed 2"], world.call.at
        row.save()
    said = text(sit(world, "controller").get("/ties-out/"))
    assert "Posting has stopped." in said
    assert "INV-26-00001: stored 1, recomputed 2" in said
    assert "1 rule is broken" in said


def test_shows_the_same_number_from_both_sides(world: worlds.World) -> None:
    answer = sit(world, "cfo").get("/ties-out/")
    receivables = answer.context["ties"][0]
    assert receivables["holds"]
    assert [str(side["money"].amount) for side in receivables["sides"]] == ["1190.00", "1190.00"]
    assert answer.context["debit"] == answer.context["credit"] == eur("1190.00")


def test_the_trial_balance_is_of_the_day_looked_at(world: worlds.World) -> None:
    client = sit(world, "controller")
    answer = client.get("/ties-out/", {"on": "2026-07-31"})
    assert not answer.context["debit"]
    assert "Check now" not in text(answer)
    assert answer.context["ties"] == []
    rows = b"".join(client.get("/ties-out/", {"format": "csv"})).decode("utf-8-sig").splitlines()
    assert any(row.endswith(",1190.00,,EUR,2026-11-17") for row in rows)


def test_who_may_read_and_who_may_check(world: worlds.World) -> None:
    assert sit(world, "cfo").get("/ties-out/").status_code == 200
    assert "Check now" not in text(sit(world, "cfo").get("/ties-out/"))
    assert sit(world, "collector").get("/ties-out/").status_code == 403
    answer = sit(world, "cfo").post("/ties-out/check/", follow=True)
    assert not Invariant.objects.filter(company_id=world.call.company.id).exists()
    assert answer.status_code in (200, 403)


def test_a_constant_number_of_queries(world: worlds.World, django_assert_max_num_queries: Any) -> None:
    client = sit(world, "controller")
    client.post("/ties-out/check/")
    with django_assert_max_num_queries(50):
        client.get("/ties-out/")
