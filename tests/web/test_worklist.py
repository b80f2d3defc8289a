"""The worklist on screen: whom to call and why, what is logged by one key, and what the page never does."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from duecourse.collection import queries as facts
from duecourse.core import ids
from duecourse.core.call import within
from duecourse.customers import actions as customers
from duecourse.customers.rules import NewContact
from duecourse.documents import queries as document_facts
from duecourse.jobs import watching, worklists
from tests.cash.play import eur, invoice
from tests.conftest import Site
from tests.web.desk import sit, stop_clock, text
from tests.world import NOON, World, build

SEPTEMBER = dt.date(2026, 9, 1)


def owing(world: World) -> World:
    """Three customers who are late; the late one, who owes most, has a telephone."""
    customers.add_contact(world.call, world.customers["late"], NewContact("Petra Vogt", "vogt@corvin.example", "+49 231 5550 14"))
    for name, number, amount in (
        ("late", "INV-1", "5000.00"),
        ("late", "INV-2", "1000.00"),
        ("good", "INV-3", "700.00"),
        ("disputer", "INV-4", "400.00"),
    ):
        invoice(world.call, world.accounts[name], number, eur(amount), SEPTEMBER)
    worklists.rank(world.call.company.id, world.call.at)
    return world


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, db: None) -> World:
    stop_clock(monkeypatch, NOON)
    return owing(build(at=NOON))


@pytest.fixture
def collector(world: World) -> Client:
    return sit(world, "collector")


def url(world: World, name: str = "late", what: str = "") -> str:
    return f"/worklist/{ids.outer('acc', world.accounts[name])}/{what}"


def said(world: World, name: str = "late") -> list[str]:
    with within(world.call):
        return [one.outcome for one in facts.entries(world.call, [world.accounts[name]])]


class TestTheList:
    def test_says_whom_to_call_why_and_how(self, world: World, collector: Client) -> None:
        page = text(collector.get("/worklist/"))
        assert page.index("Corvin Hydraulik") < page.index("Albrecht") < page.index("Delmare")
        for words in (
            "6,000.00",
            "× 47 days",
            "Never contacted, 47 days late.",
            "tel:+49231555014",
            "Petra Vogt",
            "Nothing is promised.",
            "INV-1",
        ):
            assert words in page

    def test_needs_as_many_queries_for_three_as_for_one(self, world: World, collector: Client) -> None:
        def many() -> int:
            with CaptureQueriesContext(connection) as seen:
                assert collector.get("/worklist/").status_code == 200
            return len(seen)

        many()  # the first one warms caches
        few = many()
        for place in range(20):
            invoice(world.call, world.accounts["parent"], f"INV-9{place}", eur("300.00"), SEPTEMBER)
        invoice(world.call, world.accounts["dollar"], "INV-80", eur("300.00"), SEPTEMBER)
        worklists.rank(world.call.company.id, world.call.at)
        assert many() == few

    def test_is_a_file_too(self, collector: Client) -> None:
        lines = b"".join(collector.get("/worklist/", {"format": "csv"}).streaming_content).decode().splitlines()
        assert len(lines) == 4
        assert "6000.00" in lines[1]

    def test_is_not_for_everybody(self, world: World) -> None:
        assert sit(world, "order-desk").get("/worklist/").status_code == 403
        page = text(sit(world, "cfo").get(url(world)))
        assert "Log the outcome" not in page

    def test_writes_nothing_while_looking_back(self, world: World, collector: Client) -> None:
        assert "Log the outcome" not in text(collector.get("/worklist/?on=2026-10-31"))
        collector.post(url(world, what="log/") + "?on=2026-10-31", {"outcome": "no-answer"})
        assert said(world) == []


class TestLogging:
    def test_goes_on_to_the_next_and_can_be_undone(self, world: World, collector: Client) -> None:
        answer = collector.post(url(world, what="log/"), {"outcome": "no-answer", "seen": "0"}, follow=True)
        assert answer.redirect_chain[-1][0].startswith(url(world, "good"))
        assert "Logged: Corvin Hydraulik GmbH" in text(answer)
        with within(world.call):
            (entry,) = facts.entries(world.call, [world.accounts["late"]])
        collector.post(f"/worklist/entries/{entry.ref}/undo/")
        assert said(world) == ["withdrawn", "no-answer"]

    def test_saves_a_promise_for_the_ticked_items(self, world: World, collector: Client) -> None:
        page = text(collector.get(url(world)))
        items = [part.split('"')[0] for part in page.split('name="item" value="')[1:]]
        sent = {"outcome": "promise", "amount": "6,000.00", "by": "+7", "item": items[:2], "seen": "0"}
        collector.post(url(world, what="log/"), sent)
        page = text(collector.get(url(world)))
        assert "EUR 6,000.00 by 24 Nov" in page
        assert "Promised 24 Nov" in page

    def test_says_what_is_wrong_and_keeps_what_was_typed(self, world: World, collector: Client) -> None:
        answer = collector.post(url(world, what="log/"), {"outcome": "promise", "amount": "1,234", "by": "+7"})
        assert answer.status_code == 422
        assert "can mean two numbers" in text(answer)
        assert 'value="1,234"' in text(answer)

    def test_tells_when_somebody_else_was_faster(self, world: World, collector: Client) -> None:
        other = sit(world, "credit-manager", Client())
        other.post(url(world, what="log/"), {"outcome": "call-back", "seen": "0"})
        answer = collector.post(url(world, what="log/"), {"outcome": "no-answer", "seen": "0"})
        assert "Mats Lind logged “call back” meanwhile" in text(answer)
        assert said(world) == ["call-back"]

    def test_mails_a_statement(self, world: World, collector: Client) -> None:
        page = text(collector.get(url(world)))
        items = [part.split('"')[0] for part in page.split('type="hidden" name="item" value="')[1:]]
        collector.post(
            url(world, what="mail/"), {"to": "ap@corvin.example", "title": "Open items", "body": "Good day", "item": items}
        )
        with within(world.call):
            assert [one.kind for one in document_facts.rows(world.call).rows] == ["statement"]
        assert said(world) == ["sent"]

    def test_gives_ticked_customers_to_a_collector(self, world: World, collector: Client) -> None:
        refs = [ids.outer("acc", world.accounts[name]) for name in ("late", "good")]
        collector.post("/worklist/assign/", {"tick": refs, "user": ids.outer("usr", world.users["collector"])})
        page = text(collector.get("/worklist/"))
        assert "Delmare" not in page
        assert "Delmare" in text(collector.get("/worklist/?whose=nobody"))


def test_a_policy_is_set_by_the_credit_manager_only(world: World) -> None:
    manager = sit(world, "credit-manager")
    names = [part.split('"')[0] for part in text(manager.get("/worklist/policy/")).split('name="')[1:]]
    values = {name: "1" for name in names if name.endswith(("_days", "_min"))} | {
        "broken_promise_factor": "2",
        "valid_from": "2026-11-17",
    }
    assert manager.post("/worklist/policy/", values | {"amount_min": "x"}).status_code == 422
    manager.post("/worklist/policy/", values)
    with within(world.call):
        assert facts.policy(world.call, world.call.today).version == 1
    refused = sit(world, "collector").post("/worklist/policy/", values)
    assert refused.status_code == 422


def test_who_is_away_is_stood_in_for(world: World, collector: Client) -> None:
    people = {role: ids.outer("usr", world.users[role]) for role in ("collector", "credit-manager")}
    sent = {"user": people["collector"], "substitute": people["credit-manager"], "from": "today", "until": "+3"}
    assert collector.post("/worklist/away/", sent).status_code == 422, "a day is typed, not said"
    collector.post("/worklist/away/", sent | {"from": "2026-11-17"})
    assert "Mats Lind" in text(collector.get("/worklist/away/"))


def test_the_customer_page_shows_what_was_said(world: World, collector: Client) -> None:
    collector.post(url(world, what="log/"), {"outcome": "note", "text": "Ask for Petra"})
    page = text(collector.get(f"/customers/{ids.outer('cus', world.customers['late'])}/"))
    assert "Ask for Petra" in page
    assert "Open the case" in page


class TestTheLiveView:
    def test_shows_every_stream_in_as_many_queries(self, world: World) -> None:
        page = text(sit(world, "controller").get("/live/"))
        for words in ("Orders on hold", "Payments to match", "Journal readers", "Everything flows"):
            assert words in page

    def test_answers_htmx_with_the_table_alone(self, world: World) -> None:
        page = text(sit(world, "controller").get("/live/", headers={"HX-Request": "true"}))
        assert "<html" not in page
        assert 'hx-trigger="every 15s"' in page


def test_somebody_is_told_when_a_customer_is_due_again(world: World, collector: Client) -> None:
    collector.post(url(world, what="log/"), {"outcome": "call-back", "next": "2026-11-17"})
    watching.watch(world.call)
    watching.watch(world.call)
    page = text(collector.get("/notices/"))
    assert page.count("Corvin Hydraulik GmbH &amp; Co. KG was to be called again") == 1
    assert 'class="bell-count">1<' in page
    collector.post("/notices/read/")
    assert "bell-count" not in text(collector.get("/notices/"))


@pytest.mark.browser
def test_a_morning_goes_by_keys_alone(site: Site, browser_page: Any) -> None:
    world = owing(build())
    page = browser_page
    client = sit(world, "collector", Client())
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site.url}])
    worklists.rank_stale()
    page.goto(site.url + "/")
    keyboard = page.keyboard
    keyboard.press("g")
    keyboard.press("w")
    page.wait_for_selector("h2:has-text('Corvin')")
    keyboard.press("4")
    page.wait_for_selector("h2:has-text('Albrecht')")
    assert "no answer" in page.inner_text(".toast")
    keyboard.press("u")
    page.wait_for_selector("h2:has-text('Corvin')")
    page.wait_for_selector(".toast:has-text('Taken back')")
    keyboard.press("n")
    keyboard.type("Asks for copies")
    keyboard.press("Escape")
    page.fill("input[name=by]", "+7")
    keyboard.press("Escape")
    keyboard.press("s")
    page.wait_for_selector("h2:has-text('Albrecht')")
    keyboard.press("z")
    page.wait_for_selector("h2:has-text('Delmare')")
    keyboard.press("o")
    page.wait_for_url("**/customers/cus_*/")
    with within(world.call):
        entries = facts.entries(world.call, [world.accounts["late"], world.accounts["good"]])
    assert [one.outcome for one in entries] == ["snoozed", "promise", "withdrawn", "no-answer"]
    assert entries[1].text == "Asks for copies"
