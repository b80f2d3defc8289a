"""Reason codes, custom fields and texts on the screens: set up, filled in, filtered, exported, previewed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from duecourse.core import ids
from duecourse.orders import actions as orders
from tests.web.desk import sit, stop_clock, text
from tests.web.test_holds import held
from tests.world import NOON, World, build

CANARY = "<script>alert(1)</script>"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    stop_clock(monkeypatch, NOON)
    return build(at=NOON)


def field(world: World, name: str = "number", thing: str = "order", **more: str) -> None:
    new = {"thing": thing, "name": name, "kind": "text", "label_en": "Cost centre", "decimals": "0", **more}
    assert sit(world, "controller", Client()).post("/settings/fields/new/", new).status_code == 302


@pytest.mark.django_db
class TestFields:
    def test_are_defined_filled_in_filtered_and_exported(self, world: World) -> None:
        field(world)
        desk = sit(world, "order-desk", Client())
        assert 'name="custom.number"' in text(desk.get("/orders/new/"))
        sent = {
            "customer": world.numbers["good"], "requested": "2026-11-24", "product": "P-100", "quantity": "10", "price": "", "save": "1",
            "custom.number": f"KS {CANARY}",
        }  # fmt: skip
        answer = desk.post("/orders/new/", sent)
        assert answer.status_code == 302, text(answer)
        shown = text(desk.get(answer["Location"]))
        assert "Cost centre" in shown
        assert CANARY not in shown
        assert "KS &lt;script&gt;" in shown
        assert "SO-26-00001" in text(desk.get("/orders/", {"tab": "all", "custom.number": "ks*"}))
        assert "SO-26-00001" not in text(desk.get("/orders/", {"tab": "all", "custom.number": "zz*"}))
        lines = b"".join(desk.get("/orders/", {"tab": "all", "format": "csv"})).decode().splitlines()  # type: ignore[arg-type]
        assert lines[0].endswith("custom.number")
        assert CANARY in lines[1]
        assert desk.get("/orders/", {"custom.nothing": "1"}).status_code == 403  # named, not ignored

    def test_are_changed_on_a_record_and_refused_beside_what_was_typed(self, world: World) -> None:
        field(world, "segment", "customer", kind="number")
        ref = ids.outer("cus", world.customers["good"])
        manager = sit(world, "credit-manager", Client())
        assert manager.post(f"/customers/{ref}/edit/", {"custom.segment": "many"}).status_code == 422
        assert manager.post(f"/customers/{ref}/edit/", {"custom.segment": "7"}).status_code == 302
        assert "Cost centre" in text(manager.get(f"/customers/{ref}/"))
        assert "segment" in text(manager.get("/customers/", {"custom.segment": ">=7"}))

    def test_with_values_keep_their_kind(self, world: World) -> None:
        field(world, "segment", "customer")
        ref = ids.outer("cus", world.customers["good"])
        controller = sit(world, "controller", Client())
        sit(world, "credit-manager", Client()).post(f"/customers/{ref}/edit/", {"custom.segment": "7"})
        new = {"kind": "number", "label_en": "Segment", "decimals": "0", "do": "save"}
        answer = controller.post("/settings/fields/customer/segment/", new)
        assert answer.status_code == 422
        assert "Retire it" in text(answer)
        assert "Bring it back" in text(controller.post("/settings/fields/customer/segment/", {"do": "retire"}, follow=True))

    def test_are_asked_of_the_database_as_often_for_many_rows_as_for_one(self, world: World) -> None:
        field(world)
        lines = [orders.NewOrderLine("P-100", Decimal(1))]
        new = orders.NewOrder(NOON.date(), lines, account_id=world.accounts["good"], custom={"number": "1"})
        controller, counted = sit(world, "controller", Client()), []
        for many in (2, 28):
            orders.create_orders(world.call, [new] * many)
            with CaptureQueriesContext(connection) as captured:
                controller.get("/orders/", {"tab": "all", "custom.number": "1"})
            counted.append(len(captured))
        assert counted[1] <= counted[0]


@pytest.mark.django_db
class TestReasons:
    def test_are_listed_with_their_use_reworded_and_retired(self, world: World) -> None:
        controller = sit(world, "controller", Client())
        assert "Goods damaged" in text(controller.get("/settings/reasons/"))
        at = "/settings/reasons/credit-note/damaged/"
        assert "Broken on the way" in text(controller.post(at, {"do": "save", "en": "Broken on the way"}, follow=True))
        assert "Goods damaged" in text(controller.get(at))  # among the versions
        assert "Bring it back" in text(controller.post(at, {"do": "retire"}, follow=True))
        new = {"kind": "dispute", "code": "Bad Code", "en": "x"}
        assert controller.post("/settings/reasons/new/", new).status_code == 422
        assert controller.post("/settings/reasons/new/", new | {"code": "hail"}).status_code == 302
        assert controller.get("/settings/reasons/dispute/nothing/").status_code == 403

    def test_of_the_other_answer_are_refused_on_a_hold(self, world: World) -> None:
        ref = held(world)
        manager = sit(world, "credit-manager", Client())
        answer = manager.post(f"/holds/{ref}/decide/", {"release": "1", "reason_code": "hold-rejection/prepayment-wanted"})
        assert "explains the other answer" in text(answer)
        assert manager.post(f"/holds/{ref}/decide/", {"release": "1", "reason_code": "hold-release/agreed"}).status_code == 302
        assert "Agreed with the customer" in text(manager.get(f"/holds/{ref}/"))


@pytest.mark.django_db
class TestTexts:
    def test_are_previewed_refused_kept_and_given_back(self, world: World) -> None:
        controller, at = sit(world, "controller", Client()), "/settings/texts/invoice-mail/en/"
        assert "shipped" in text(controller.get("/settings/texts/"))
        assert "{customer name}" in text(controller.get(at))
        shown = text(controller.post(at + "preview/", {"title": "{number}", "body": f"{CANARY} {{customer name}}"}))
        assert CANARY not in shown
        assert "Muster &amp; Söhne" in shown
        wrong = text(controller.post(at + "preview/", {"title": "{number}", "body": "{custmer name}"}))
        assert "customer name" in wrong
        assert controller.post(at, {"title": "a\nBcc: x", "body": "b"}).status_code == 422
        assert "version 1" in text(controller.post(at, {"title": "{number}", "body": "Hello {customer name}"}, follow=True))
        assert "version 2" in text(controller.post(at, {"do": "reset"}, follow=True))  # yours stays among the versions
        assert controller.get("/settings/texts/invoice-mail/xx/").status_code == 404
        assert controller.get("/settings/texts/letter/en/").status_code == 403

    def test_are_read_by_an_administrator_without_amounts(self, world: World) -> None:
        assert "made-up data" in text(sit(world, "administrator", Client()).get("/settings/texts/invoice-mail/de/"))
