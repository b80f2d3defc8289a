"""The company's own operations: what it says about itself, its numbers, and going live."""

from __future__ import annotations

from tests.api.desk import Caller, key_of
from tests.api.test_rooms import ok, refused
from tests.world import World


class TestTheCompany:
    def test_says_who_it_is_and_is_changed(self, world: World) -> None:
        api = Caller(key_of(world, "administrator"))
        shown = ok(api.get("/company"))
        assert (shown["code"], shown["currency"], shown["is_demo"]) == ("TF", "EUR", False)
        assert ok(api.post("/company/change", {"street": "Am Hafen 2"}))["street"] == "Am Hafen 2"
        refused(api.post("/company/change", {"tax_id": "DE136695977"}), 422, "access.tax-id-not-valid")
        refused(api.post("/company/change", {"currency": "USD"}), 422, "api.not-valid")

    def test_numbers_its_documents(self, world: World) -> None:
        api = Caller(key_of(world, "controller"))
        body = {"series": [{"series": "invoice", "prefix": "RE", "next_number": 4711}]}
        assert ok(api.post("/company/number-series/set", body))[0]["example"] == "RE-26-04711"
        assert ok(api.get("/company/number-series"))[0]["next_number"] == 4711

    def test_goes_live_once_all_is_there(self, world: World) -> None:
        api = Caller(key_of(world, "controller"))
        assert ok(api.get("/company/go-live"))["missing"] == []
        refused(api.post("/company/go-live", {}), 409, "access.live-already")
