"""What every operation does alike: keys, limits, problems, pages, transactions."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from duecourse.access import actions as access
from duecourse.api import customers
from duecourse.core.call import within
from duecourse.customers import queries as customer_facts
from tests.api.desk import PREFIX, Caller, key_of
from tests.api.test_rooms import acc, ok, refused
from tests.web.desk import sit
from tests.world import NOON, World


class TestKeys:
    def test_no_key(self, world: World) -> None:
        response = Caller("").get("/customers")
        refused(response, 401, "access.key-missing")
        assert response["WWW-Authenticate"].startswith("Bearer")

    @pytest.mark.parametrize("key", ["dck_0123456789_" + "a" * 43, "nonsense", "dck_ä", "Ω" * 60])
    def test_a_wrong_key(self, world: World, key: str) -> None:
        refused(Caller(key.encode().decode("latin-1")).get("/customers"), 401, "access.key-not-valid")

    def test_a_revoked_key(self, world: World) -> None:
        call = world.calls["controller"]
        view, text = access.create_api_key(call, "Test", ["customers.read"])
        ok(Caller(text).get("/customers"))
        access.revoke_own_api_key(call, view.id)
        refused(Caller(text).get("/customers"), 401, "access.key-not-valid")

    def test_a_role_taken_away_counts_at_once(self, world: World) -> None:
        key = key_of(world, "controller", ["customers.read"])
        ok(Caller(key).get("/customers"))
        access.revoke_role(world.calls["administrator"], world.users["controller"], "controller")
        refused(Caller(key).get("/customers"), 403, "access.not-permitted")

    def test_a_session_is_no_key(self, world: World) -> None:
        client = sit(world, "controller")
        assert client.get(PREFIX + "/customers").status_code == 401


class TestLimits:
    def test_a_hundred_requests_a_minute(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        caller = Caller(key_of(world, "controller", ["customers.read"], requests_max=100))
        monkeypatch.setattr(timezone, "now", lambda: NOON + dt.timedelta(seconds=20))
        assert {caller.get("/terms").status_code for _ in range(100)} == {200}
        response = caller.get("/terms")
        refused(response, 429, "access.too-many-requests")
        assert response["Retry-After"] == "40"
        monkeypatch.setattr(timezone, "now", lambda: NOON + dt.timedelta(seconds=60))
        ok(caller.get("/terms"))

    def test_ten_megabytes(self, api: Caller) -> None:
        refused(api.ask("POST", "/prices", raw=b" " * (10 * 1024 * 1024 + 1)), 413, "api.body-too-large")

    def test_200_rows(self, api: Caller) -> None:
        assert refused(api.get("/customers", size=201), 422, "api.not-valid")["errors"][0]["field"] == "size"


class TestProblems:
    def test_every_wrong_field_is_named(self, api: Caller, world: World) -> None:
        body = {
            "orders": [{"account": acc(world), "requested_date": "soon", "lines": [{"product_number": "P-100", "quantity": 1}]}]
        }
        problem = refused(api.post("/orders", body, once="w"), 422, "api.not-valid")
        assert {each["field"] for each in problem["errors"]} == {"orders.0.requested_date", "orders.0.lines.0.quantity"}
        assert problem["type"].endswith("api.not-valid")
        assert problem["instance"] == PREFIX + "/orders"

    def test_a_field_too_many(self, api: Caller, world: World) -> None:
        body = {"stopped": True, "reason": "x", "company_id": 7}
        problem = refused(api.post(f"/accounts/{acc(world)}/stop", body), 422, "api.not-valid")
        assert problem["errors"][0]["field"] == "company_id"

    def test_a_parameter_too_many(self, api: Caller) -> None:
        refused(api.get("/customers", colour="red"), 422, "api.unknown-parameter")
        refused(api.get("/terms", page=2), 422, "api.unknown-parameter")

    @pytest.mark.parametrize("raw", [b"{", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 5000, b"9" * 5000])
    def test_json_that_cannot_be_read(self, api: Caller, raw: bytes) -> None:
        response = api.ask("POST", "/prices", raw=raw)
        assert response.status_code in (400, 422)

    def test_an_address_that_is_not_there(self, api: Caller) -> None:
        refused(api.get("/nothing"), 404, "not-found")

    def test_a_method_that_is_not_there(self, api: Caller) -> None:
        response = Client().delete(PREFIX + "/customers", headers={"Authorization": f"Bearer {api.key}"})
        assert (response.status_code, set(response["Allow"].split(", "))) == (405, {"GET", "POST"})
        assert json.loads(response.content)["code"] == "api.method-not-allowed"

    def test_amounts_that_are_none(self, api: Caller, world: World) -> None:
        for wrong in ["NaN", "Infinity", "1e3", "1,5", "١٢", "-0x1", "", " 1", "1234567890123456789", 12.5, "1.23456"]:
            body = {
                "orders": [
                    {
                        "account": acc(world),
                        "requested_date": "2026-11-20",
                        "lines": [{"product_number": "P-100", "quantity": wrong}],
                    }
                ]
            }
            refused(api.post("/orders", body, once="q"), 422, "api.not-valid")

    def test_what_does_not_fit_a_column_is_refused(self, api: Caller, world: World) -> None:
        lines = [{"product_number": "P-100", "quantity": "999999999", "unit_price": "999999999"}]
        body = {"orders": [{"account": acc(world), "requested_date": "2026-11-20", "lines": lines}]}
        assert api.post("/orders", body, once="big").status_code == 422

    def test_a_bug_shows_nothing_of_us(self, api: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*arguments: Any) -> None:
            raise RuntimeError("the password is hunter2")

        monkeypatch.setattr(customers.queries, "terms", broken)
        response = Client().get(PREFIX + "/terms", headers={"Authorization": f"Bearer {api.key}"})
        assert response.status_code == 500
        assert json.loads(response.content)["code"] == "api.error"
        assert b"hunter2" not in response.content


class TestPages:
    def test_links_lead_through_all(self, api: Caller) -> None:
        first = api.get("/customers", size=4, sort="number")
        assert (first.data["total"], len(first.data["items"]), first.data["page"]) == (6, 4, 1)
        links = {part.split('rel="')[1].rstrip('"'): part.split(">")[0].strip(" <") for part in first["Link"].split(",")}
        assert set(links) == {"first", "next", "last"}
        second = Client().get(links["next"].removeprefix("http://testserver"), headers={"Authorization": f"Bearer {api.key}"})
        numbers = [row["number"] for page in (first.data, json.loads(second.content)) for row in page["items"]]
        assert numbers == ["10001", "10002", "10003", "10004", "10005", "10006"]

    def test_the_feed_leaves_nothing_out(self, api: Caller, world: World) -> None:
        for number in range(3):
            ok(api.post(f"/accounts/{acc(world)}/stop", {"stopped": number % 2 == 0, "reason": "Test"}))
        every = ok(api.get("/events"))
        assert every["cursor"] == "0-0"  # not settled: this test's own transaction is still open
        one = ok(api.get(f"/events/{self.newest(world)}"))
        assert one["name"].startswith("customers.")
        refused(api.get("/events", after="x"), 422, "api.not-valid")

    def newest(self, world: World) -> str:
        from duecourse.core import ids
        from duecourse.core.models import Event

        return ids.outer("evt", Event.objects.filter(company_id=world.call.company.id).latest("id").id)


class TestTransactions:
    def test_a_batch_goes_in_whole_or_not_at_all(self, api: Caller, world: World) -> None:
        good = {"number": "30001", "name": "Kranz GmbH", "terms": "NET30", "country": "DE"}
        bad = {"number": "30002", "name": "Kranz II GmbH", "terms": "NEVER", "country": "DE"}
        refused(api.post("/customers", {"customers": [good, bad]}, once="k"), 422, "customers.unknown-terms")
        with within(world.call):
            assert customer_facts.accounts_by_number(world.call, ["30001"]) == {}
