"""One request, one effect: fifty at once, another body, another company, after a refusal, after a crash."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import pytest
from django.test import Client

from duecourse.core.call import within
from duecourse.core.models import IdempotencyKey
from duecourse.orders import queries as orders
from tests import databases
from tests.api.desk import Caller, key_of_all
from tests.api.test_rooms import acc, ok, refused
from tests.bankfiles import Pay, camt
from tests.databases import settle
from tests.web.desk import stop_clock
from tests.world import NOON, World, build


def order(world: World, number: str = "A") -> dict[str, Any]:
    lines = [{"product_number": "P-100", "quantity": "2"}]
    return {"orders": [{"account": acc(world), "requested_date": "2026-11-24", "purchase_order": number, "lines": lines}]}


def count(world: World) -> int:
    with within(world.call):
        return orders.rows(world.call).total


class TestOne:
    def test_the_same_again_gets_the_first_answer(self, world: World, api: Caller) -> None:
        first = api.post("/orders", order(world), once="k")
        again = api.post("/orders", order(world), once="k")
        assert (first.content, first.has_header("Idempotency-Replayed")) == (again.content, False)
        assert again["Idempotency-Replayed"] == "true"
        assert count(world) == 1

    def test_spacing_and_order_of_fields_do_not_matter(self, world: World, api: Caller) -> None:
        ok(api.post(f"/accounts/{acc(world)}/stop", {"stopped": True, "reason": "x"}, once="k"))
        raw = b'{ "reason":"x",\n "stopped":true }'
        assert api.ask("POST", f"/accounts/{acc(world)}/stop", once="k", raw=raw)["Idempotency-Replayed"] == "true"

    def test_another_body_or_address_is_refused(self, world: World, api: Caller) -> None:
        made = ok(api.post("/orders", order(world), once="k"))
        refused(api.post("/orders", order(world, "B"), once="k"), 422, "idempotency.key-reused")
        refused(api.post(f"/orders/{made['ids'][0]}/confirm", once="k"), 422, "idempotency.key-reused")

    def test_what_moves_money_needs_a_key(self, world: World, api: Caller) -> None:
        refused(api.post("/orders", order(world)), 422, "idempotency.key-missing")
        refused(api.post("/orders", order(world), once="x" * 256), 422, "idempotency.key-not-usable")
        assert count(world) == 0

    def test_a_refusal_leaves_the_key_free(self, world: World, api: Caller) -> None:
        wrong = order(world)
        wrong["orders"][0]["lines"][0]["product_number"] = "P-999"
        refused(api.post("/orders", wrong, once="k"), 422, "orders.product-unknown")
        ok(api.post("/orders", order(world), once="k"))
        assert count(world) == 1

    def test_another_company_has_its_own_keys(self, world: World, api: Caller) -> None:
        other = build("ZZ")
        one = ok(api.post("/orders", order(world), once="k"))
        two = ok(Caller(key_of_all(other)).post("/orders", order(other), once="k"))
        assert one != two
        assert (count(world), count(other)) == (1, 1)

    def test_a_file_again_under_another_boundary(self, world: World, api: Caller) -> None:
        data = camt(world.bank_numbers["EUR"], [Pay("40.00", "Unknown", "gift")])
        first, again = (api.file("/bank/files", "a.xml", data, "k") for _ in range(2))
        assert first.content == again.content
        assert first.data["already_imported"] is False
        refused(api.file("/bank/files", "b.xml", data, "k"), 422, "idempotency.key-reused")

    def test_a_read_takes_no_notice(self, world: World, api: Caller) -> None:
        for address in ("/customers", "/terms"):
            ok(api.ask("GET", address, once="k"))
        assert not IdempotencyKey.objects.filter(company_id=world.call.company.id).exists()


class TestMany:
    @pytest.fixture
    def world(self, fresh_database: databases.Fresh, monkeypatch: pytest.MonkeyPatch) -> World:
        stop_clock(monkeypatch, NOON)
        return build()

    @pytest.fixture
    def api(self, world: World) -> Caller:
        return Caller(key_of_all(world))

    def test_fifty_at_once_have_one_effect_and_one_answer(self, world: World, api: Caller) -> None:
        def ask() -> tuple[bytes, int]:
            for waited in range(200):
                response = api.post("/orders", order(world), once="k")
                if response.status_code != 409:
                    assert response.status_code == 200, response.content
                    return response.content, waited
                assert (response.data["code"], response["Retry-After"]) == ("idempotency.still-running", "1")
                time.sleep(0.05)
            raise AssertionError("still running")

        answers = databases.together([ask] * 50)
        assert [answer for answer in answers if isinstance(answer, Exception)] == []
        assert len({answer[0] for answer in answers}) == 1  # type: ignore[index]
        assert count(world) == 1

    def test_fifty_with_another_body_each(self, world: World, api: Caller) -> None:
        asks = [lambda number=number: api.post("/orders", order(world, f"PO-{number}"), once="k") for number in range(50)]
        answers = databases.together(asks)
        said = Counter((each.status_code, each.data.get("code", "")) for each in answers)  # type: ignore[union-attr]
        assert said[200, ""] == 1
        assert set(said) <= {(200, ""), (409, "idempotency.still-running"), (422, "idempotency.key-reused")}
        assert count(world) == 1

    def test_requests_are_counted_together(self, world: World) -> None:
        from tests.api.desk import key_of

        key = key_of(world, "controller", ["customers.read"], requests_max=100)
        headers = {"Authorization": f"Bearer {key}"}

        def ask() -> list[int]:
            return [Client().get("/api/v1/terms", headers=headers).status_code for _ in range(15)]

        said = Counter(status for each in databases.together([ask] * 8) for status in each)  # type: ignore[union-attr]
        assert said == {200: 100, 429: 20}

    def test_the_feed_in_the_order_in_which_things_were_settled(self, world: World, api: Caller) -> None:
        for number in range(5):
            ok(api.post("/orders", order(world, f"PO-{number}"), once=f"k{number}"))
        cursor, seen = "", []
        settle()
        while True:
            page = ok(api.get("/events", after=cursor, size=7))
            seen += [each["id"] for each in page["items"]]
            cursor = page["cursor"]
            if not page["has_more"]:
                break
        assert len(set(seen)) == len(seen)
        ok(api.post("/orders", order(world, "last"), once="last"))
        settle()
        (new,) = ok(api.get("/events", after=cursor))["items"]
        assert (new["name"], new["id"] in seen) == ("orders.order-created", False)
        only = ok(api.get("/events", name=["orders.order-created"]))["items"]
        assert {each["name"] for each in only} == {"orders.order-created"}
