"""What is done with ticked rows: all or none, said in numbers, and put back where it has an opposite."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from duecourse.collection import queries as collection_facts
from duecourse.core import ids
from duecourse.core.call import within
from duecourse.customers import actions as customers
from duecourse.customers import queries as customer_facts
from duecourse.customers.rules import NewTerms
from duecourse.documents import actions as documents
from duecourse.documents import queries as document_facts
from duecourse.documents.rules import NewDispatch
from tests.core.test_row_security import busy
from tests.web.desk import sit, stop_clock, text
from tests.world import NOON, World, build

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    stop_clock(monkeypatch, NOON)
    return build(at=NOON)


def told(answer: Any) -> tuple[str, str]:
    """What the last message says, and where its undo is posted."""
    last = list(get_messages(answer.wsgi_request))[-1]
    return str(last), last.extra_tags or ""


def accounts(world: World, *names: str) -> list[str]:
    return [ids.outer("acc", world.accounts[name]) for name in names]


class TestCustomers:
    def test_get_terms_and_get_their_own_back(self, world: World) -> None:
        customers.create_terms(world.call, [NewTerms("N7", "7 days net", 7)])
        manager, keys = sit(world, "credit-manager"), [world.accounts[name] for name in ("good", "late")]
        with within(world.call):
            before = {key: view.terms.code for key, view in customer_facts.accounts_by_id(world.call, keys).items()}
        said, undo = told(manager.post("/customers/ticked/terms/", {"tick": accounts(world, "good", "late"), "terms": "N7"}))
        assert said == "2 customers have the terms 7 days net now."
        with within(world.call):
            assert {view.terms.code for view in customer_facts.accounts_by_id(world.call, keys).values()} == {"N7"}
        assert told(manager.post(undo))[0].startswith("Undone")
        with within(world.call):
            assert {key: view.terms.code for key, view in customer_facts.accounts_by_id(world.call, keys).items()} == before

    def test_are_given_to_a_collector_and_taken_back(self, world: World) -> None:
        manager, user = sit(world, "credit-manager"), ids.outer("usr", world.users["collector"])
        ticked = {"tick": accounts(world, "good", "late"), "user": user}
        said, undo = told(manager.post("/customers/ticked/collector/", ticked))
        assert said.startswith("2 customers are with")
        with within(world.call):
            assert len(collection_facts.collectors(world.call, world.accounts.values())) == 2
        manager.post(undo)
        with within(world.call):
            assert collection_facts.collectors(world.call, world.accounts.values()) == {}

    def test_are_stopped_with_a_reason_and_let_go_on(self, world: World) -> None:
        manager, ticked = sit(world, "credit-manager"), accounts(world, "good", "late")
        refused, _none = told(manager.post("/customers/ticked/stop/", {"tick": ticked, "stopped": "1"}))
        assert "Say why" in refused
        customers.stop_account(world.call, world.accounts["late"], True, "Lawyer")
        said, undo = told(manager.post("/customers/ticked/stop/", {"tick": ticked, "stopped": "1", "reason": "Fraud warning"}))
        assert said == "1 customer is stopped. 1 others were so already."
        manager.post(undo)
        with within(world.call):
            assert customer_facts.stopped(world.call, world.accounts.values()) == {world.accounts["late"]}

    def test_refuses_nothing_ticked_an_undo_of_others_and_ids_of_others(self, world: World) -> None:
        manager = sit(world, "credit-manager")
        assert "Nothing is ticked" in told(manager.post("/customers/ticked/terms/", {"terms": "N30"}))[0]
        _said, undo = told(manager.post("/customers/ticked/stop/", {"tick": accounts(world, "good"), "reason": "x"}))
        customers_role = sit(world, "controller", Client())
        assert customers_role.post(undo).status_code == 302
        other = sit(build("ZZ"), "credit-manager", Client())
        assert "no longer be undone" in told(other.post(undo))[0]
        answer = other.post("/customers/ticked/stop/", {"tick": accounts(world, "good"), "reason": "x"})
        assert answer.status_code in (302, 404)
        with within(world.call):
            assert customer_facts.stopped(world.call, world.accounts.values()) == {world.accounts["good"]}


class TestOrders:
    def test_are_confirmed_and_the_held_ones_named_first(self, monkeypatch: pytest.MonkeyPatch) -> None:
        stop_clock(monkeypatch, NOON)
        world = busy("AA")
        desk = sit(world, "order-desk")
        picks = re.findall(r'value="(ord_[a-z0-9]+)"[^>]*data-tick', text(desk.get("/orders/?tab=open")))
        assert picks
        answer = desk.post("/orders/confirm-ticked/", {"tick": picks})
        page = text(desk.get(answer["Location"]))
        assert "What credit said" in page
        assert all(ref in page for ref in picks)
        assert "its credit is reserved" in page or "On hold" in page
        for ref in ("", "?ids=ord_000000000000"):
            assert desk.get(f"/orders/confirm-ticked/{ref}").status_code in (302, 404)


class TestInvoices:
    def test_come_as_one_archive_and_are_sent_together(self, monkeypatch: pytest.MonkeyPatch) -> None:
        stop_clock(monkeypatch, NOON)
        world = busy("AA")
        billing = sit(world, "billing")
        ticks = re.findall(r'value="(inv_[a-z0-9]+)"[^>]*data-tick', text(billing.get("/invoices/")))
        assert ticks
        answer = billing.post("/invoices/download-ticked/", {"tick": ticks})
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            names = archive.namelist()
            assert len(names) == len(ticks)
            assert archive.read(names[0]).startswith(b"%PDF")
        said, undo = told(billing.post("/invoices/send-ticked/", {"tick": ticks}))
        assert (undo, "queued" in said or "No e-mail address" in said) == ("", True)
        assert "At most 200" in told(billing.post("/invoices/send-ticked/", {"tick": [f"inv_{n}" for n in range(201)]}))[0]


class TestMails:
    def test_that_were_given_up_are_tried_again(self, world: World) -> None:
        call, me = world.call, ids.outer("usr", world.users["administrator"])
        keys = documents.queue_dispatches
        keys(call, [NewDispatch(me, "invitation", ("a@x.example",), f"Mail {n}", "Hello", ()) for n in range(3)])
        with within(call):
            found = [one.id for one in document_facts.rows(call).rows]
        for key in found[:2]:
            documents.mark_failed(call, key, "no such box", True)
        administrator = sit(world, "administrator")
        ticks = re.findall(r'value="(dsp_[a-z0-9]+)"[^>]*data-tick', text(administrator.get("/outbox/")))
        assert len(ticks) == 2
        everything = [ids.outer("dsp", key) for key in found]
        said, _undo = told(administrator.post("/outbox/retry-ticked/", {"tick": everything}))
        assert said == "2 mails are tried again within a minute. 1 others were not given up."
        assert 'name="tick"' not in text(administrator.get("/outbox/"))


class TestEntries:
    def test_come_as_a_file(self, monkeypatch: pytest.MonkeyPatch) -> None:
        stop_clock(monkeypatch, NOON)
        world = busy("AA")
        controller = sit(world, "controller")
        ticks = re.findall(r'value="(jrn_[a-z0-9]+)"[^>]*data-tick', text(controller.get("/journal/entries/")))[:2]
        answer = controller.post("/journal/entries/export-ticked/", {"tick": ticks})
        rows = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
        assert len({row.split(",")[0] for row in rows[1:]}) == len(ticks) == 2
