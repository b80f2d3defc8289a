"""The worklist, the contact log and tasks, as a program uses them."""

from __future__ import annotations

import datetime as dt

import pytest

from duecourse.core import ids
from duecourse.core.reasons import Reason
from duecourse.jobs import worklists
from duecourse.notices import actions as notices
from duecourse.notices.rules import NewTask, Owner
from tests.api.desk import Caller, key_of
from tests.api.test_rooms import acc, ok, refused
from tests.cash.play import eur, invoice
from tests.world import World

pytestmark = pytest.mark.django_db


def test_a_program_works_the_list(world: World) -> None:
    invoice(world.call, world.accounts["late"], "INV-1", eur("5000.00"), dt.date(2026, 9, 1))
    worklists.rank(world.call.company.id, world.call.at)
    api = Caller(key_of(world, "credit-manager"))
    (line,) = ok(api.get("/worklist"))["items"]
    assert (line["account"], line["collectible"], line["days_late"]) == (
        acc(world, "late"),
        {"amount": "5000.00", "currency": "EUR"},
        47,
    )
    assert [one["code"] for one in line["why"]] == ["collection.late", "collection.no-contact-yet", "collection.nothing-promised"]
    body = {
        "account": acc(world, "late"),
        "outcome": "promise",
        "promised": {"amount": "5000.00", "currency": "EUR"},
        "promise_date": "2026-11-24",
    }
    entry = ok(api.post("/contacts", body, once="c-1"))["id"]
    assert ok(api.get("/worklist", show="done"))["items"][0]["promised"]["amount"] == "5000.00"
    assert ok(api.post(f"/contacts/{entry}/withdraw"))
    log = ok(api.get("/contacts", account=acc(world, "late")))["items"]
    assert [(one["outcome"], one["taken_back_by"] != "") for one in log] == [("withdrawn", False), ("promise", True)]
    refused(api.post("/contacts", body | {"promise_date": None}, once="c-2"), 422, "collection.entry-not-usable")


def test_a_program_does_a_task(world: World) -> None:
    owner = Owner(role="credit-manager")
    (key,) = notices.create_tasks(world.call, [NewTask(acc(world), Reason("notices.own", {"text": "Look"}), owner)])
    api = Caller(key_of(world, "credit-manager"))
    assert ok(api.get("/tasks"))["items"][0]["title"]["text"] == "Look"
    ok(api.post(f"/tasks/{ids.outer('tsk', key)}/done"))
    assert ok(api.get("/tasks"))["total"] == 0
