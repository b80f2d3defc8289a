"""Webhooks by program: set up, looked after, looked into and sent again; their secrets are kept by nobody."""

from __future__ import annotations

from duecourse.core.call import within
from tests.api.desk import Caller, key_of
from tests.api.test_rooms import ok, refused
from tests.databases import rows
from tests.world import World

URL = "https://shop.example/hooks"


def test_from_adding_to_switching_off(api: Caller) -> None:
    made = ok(api.post("/webhooks", {"url": URL, "description": "Shop", "events": ["orders.order-created", "credit.*"]}))
    key = made["id"]
    assert made["secret"].startswith("whsec_")
    refused(api.post("/webhooks", {"url": URL}), 409, "access.webhook-url-taken")
    (listed,) = ok(api.get("/webhooks"))
    assert (listed["state"], listed["events"], "secret" in listed) == ("active", ["credit.*", "orders.order-created"], False)
    message = ok(api.post(f"/webhooks/{key}/test", once="test-1"))["id"]
    shown = ok(api.get(f"/webhook-messages/{message}"))
    assert (shown["name"], shown["state"], shown["event"]) == ("access.webhook-tested", "waiting", None)
    assert ok(api.get(f"/webhooks/{key}/messages", state="waiting"))["total"] == 1
    assert ok(api.get(f"/webhook-messages/{message}/attempts")) == []
    ok(api.post(f"/webhook-messages/{message}/replay"))
    assert ok(api.post(f"/webhooks/{key}/replay", {"since": "2026-11-01T00:00:00Z"}))["messages"] == 0
    again = ok(api.post(f"/webhooks/{key}/rotate"))
    assert again["secret"] != made["secret"]
    assert ok(api.get(f"/webhooks/{key}"))["both_secrets_until"] is not None
    ok(api.post(f"/webhooks/{key}/pause"))
    refused(api.post(f"/webhooks/{key}/pause"), 409, "access.webhook-wrong-state")
    ok(api.post(f"/webhooks/{key}/resume"))
    ok(api.post(f"/webhooks/{key}/change", {"url": URL + "/2", "events": []}))
    ok(api.post(f"/webhooks/{key}/disable"))
    ok(api.post("/webhooks", {"url": URL + "/2"}))
    assert [each["state"] for each in ok(api.get("/webhooks"))] == ["active", "disabled"]


def test_what_cannot_be_called_is_refused(api: Caller) -> None:
    for url in ("http://shop.example/", "https://10.0.0.1/", "https://shop.example:8080/", "https://localhost/"):
        refused(api.post("/webhooks", {"url": url}), 422, "access.webhook-url")
    refused(api.post("/webhooks", {"url": URL, "events": ["order.created"]}), 422, "access.webhook-events")
    for number in range(20):
        ok(api.post("/webhooks", {"url": f"{URL}/{number}"}))
    refused(api.post("/webhooks", {"url": URL}), 422, "access.webhooks-too-many")


def test_the_secret_is_not_kept_with_the_idempotency_key(world: World) -> None:
    administrator = Caller(key_of(world, "administrator"))
    secret = ok(administrator.post("/webhooks", {"url": URL}, once="webhook-1"))["secret"]
    assert secret.startswith("whsec_")
    with within(world.call):
        assert rows("select key from core_idempotencykey") == []
    refused(Caller(key_of(world, "controller")).post("/webhooks", {"url": URL}), 403, "access.not-permitted")
