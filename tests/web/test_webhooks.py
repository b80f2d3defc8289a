"""The pages of webhooks: added, tested, paused, looked into, sent again; the secret is shown once."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duecourse.access import actions as access
from duecourse.access import queries as access_facts
from duecourse.access.rules.webhooks import Answer
from duecourse.core import ids
from duecourse.core.call import within
from tests import world as worlds
from tests.web.desk import sit, stop_clock, text

pytestmark = pytest.mark.django_db
URL = "https://shop.example/hooks"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> worlds.World:
    stop_clock(monkeypatch, worlds.NOON)
    return worlds.build(at=worlds.NOON)


def test_its_secret_is_shown_once(world: worlds.World) -> None:
    client = sit(world, "administrator")
    assert "Nobody is told yet" in text(client.get("/settings/webhooks/"))
    answer = client.post("/settings/webhooks/add/", {"url": URL, "description": "Shop", "events": ["orders.*"]})
    secret = re.search(r"whsec_[A-Za-z0-9+/=]+", answer.content.decode())
    assert secret
    again = client.get("/settings/webhooks/")
    assert URL in text(again)
    assert b"whsec_" not in again.content
    wrong = client.post("/settings/webhooks/add/", {"url": "http://10.0.0.1/", "events": []})
    assert wrong.status_code == 422
    assert "begins with https" in text(wrong)


def test_from_a_test_message_to_sending_it_again(world: worlds.World) -> None:
    call = world.calls["administrator"]
    key, _ = access.create_webhook(call, URL)
    place = f"/settings/webhooks/{ids.outer('whk', key)}/"
    client = sit(world, "administrator")
    assert "on its way" in text(client.post(place + "test/", follow=True))
    with within(world.call):
        (message,) = access_facts.webhook_messages(world.call, key).rows
    for _attempt in range(10):
        access.mark_webhook(world.call, message.id, Answer(500, 12, "answered 500", "<b>oh no</b>"))
    assert "Messages were given up." in text(client.get(place))
    shown = text(client.get(f"/settings/webhooks/messages/{ids.outer('msg', message.id)}/"))
    assert "answered 500" in shown
    assert "oh no" in shown
    assert "1 message is sent again." in text(client.post(place + "replay/", {"since": "2026-11-17"}, follow=True))
    assert "This is not a day" in text(client.post(place + "replay/", {"since": "soon"}, follow=True))
    assert "new secret" in text(client.post(place + "rotate/")).lower()
    for do, said in (("pause", "Paused"), ("resume", "Resumed"), ("disable", "Switched off")):
        assert said in text(client.post(place + do + "/", follow=True))
    changed = client.post(
        place + "change/", {"url": URL + "/2", "description": "New", "events": ["credit.limit-set"]}, follow=True
    )
    assert URL + "/2" in text(changed)


def test_who_may_only_look_is_offered_nothing(world: worlds.World) -> None:
    key, _ = access.create_webhook(world.calls["administrator"], URL)
    client = sit(world, "controller")
    shown = client.get(f"/settings/webhooks/{ids.outer('whk', key)}/")
    assert b"<form" not in shown.content.split(b"<main")[1]
    assert sit(world, "order-desk").get("/settings/webhooks/").status_code == 403


def test_asks_as_often_for_many_as_for_one(world: worlds.World) -> None:
    client = sit(world, "administrator")
    call = world.calls["administrator"]

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get("/settings/webhooks/").status_code == 200
        return len(seen)

    access.create_webhook(call, URL)
    client.get("/settings/webhooks/")
    few = asked()
    for number in range(19):
        access.create_webhook(call, f"{URL}/{number}")
    assert asked() == few
