"""Billing on screen: what is ready becomes invoices; what has no order is checked, then posted."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from duecourse.core import ids
from duecourse.core.call import within
from duecourse.core.money import Money
from duecourse.credit import actions as credit
from duecourse.invoicing import queries
from duecourse.orders import actions as orders
from duecourse.orders import queries as order_facts
from duecourse.orders.rules import NewDelivery, NewOrder, NewOrderLine
from duecourse.web import billing
from tests.web.desk import sit, stop_clock, text
from tests.world import NOON, World, build

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    stop_clock(monkeypatch, NOON)
    made = build()
    accounts = [credit.NewCreditAccount(name, "EUR", [made.accounts[name]]) for name in ("good", "late")]
    keys = credit.create_credit_accounts(made.call, accounts)
    credit.set_limits(made.call, [credit.NewLimit(key, Money(Decimal(500000), "EUR"), made.call.today) for key in keys])
    return made


@pytest.fixture
def clerk(world: World) -> Client:
    return sit(world, "billing")


def delivered(world: World, name: str = "good", quantity: str = "10") -> str:
    """An order that is delivered and ready to bill; its prefixed id."""
    call = world.calls["order-desk"]
    lines = [NewOrderLine("P-100", Decimal(quantity)), NewOrderLine("B-900", Decimal(1))]
    (key,) = orders.create_orders(call, [NewOrder(call.today, lines, account_id=world.accounts[name])])
    assert orders.confirm_orders(call, [key])[key].accepted
    orders.deliver(call, [NewDelivery(key)], call.today)
    return ids.outer("ord", key)


def posted(world: World) -> Any:
    with within(world.call):
        return queries.rows(world.call, sort="number")


def test_what_is_ready_is_shown_with_the_amounts_it_will_have(world: World, clerk: Client) -> None:
    delivered(world)
    page = text(clerk.get("/billing/"))
    for words in ("Albrecht Anlagenbau GmbH", "164.00", "26.48", "190.48", "1 invoice in EUR", "Post 1 invoice"):
        assert words in page
    assert "INV-26-00" not in page, "no number before posting"
    clerk.post("/billing/", {"all": "1", "day": "2026-11-17"})
    assert [row.gross.amount for row in posted(world).rows] == [Decimal("190.48")]


def test_what_is_ticked_is_posted_and_the_rest_stays(world: World, clerk: Client) -> None:
    first, second = delivered(world), delivered(world, "late")
    answer = clerk.post("/billing/", {"tick": [second], "ticked": "1", "day": "2026-11-16"}, follow=True)
    page = text(answer)
    assert "Nothing of it is ready on that day" in page, "it was delivered a day later"
    answer = clerk.post("/billing/", {"tick": [second], "ticked": "1", "day": "2026-11-17"}, follow=True)
    page = text(answer)
    assert "1 invoice posted" in page
    assert posted(world).rows[0].number in page
    assert "Corvin" in page
    with within(world.call):
        left = {line.order_id for line in order_facts.ready_lines(world.call)}
    assert left == {ids.inner("ord", first)}
    assert "Tick what is to be billed" in text(clerk.post("/billing/", {"ticked": "1", "day": ""}))


def test_a_long_run_is_posted_in_parts_and_sent_as_one(world: World, clerk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from duecourse.invoicing.actions import billing as run

    monkeypatch.setattr(run, "CHUNK", 2)
    monkeypatch.setattr(billing, "CHUNK", 2)
    for _place in range(3):
        delivered(world)
    page = text(clerk.post("/billing/", {"all": "1", "day": "2026-11-17"}, follow=True))
    assert "1 invoice is left." in page
    page = text(clerk.post("/billing/", {"all": "1", "next": "1", "day": "2026-11-17"}, follow=True))
    assert "3 invoices posted" in page
    assert "is left" not in page
    assert "3 mails are queued." in text(clerk.post("/billing/result/", follow=True))


def test_a_closed_period_posts_nothing(world: World, clerk: Client) -> None:
    delivered(world)
    page = text(clerk.post("/billing/", {"all": "1", "day": "2028-02-01"}))
    assert "There is no posting period" in page
    assert posted(world).total == 0
    assert "is no day" in text(clerk.post("/billing/", {"all": "1", "day": "soon"}))


def test_an_invoice_without_an_order_is_checked_then_posted_once(world: World, clerk: Client) -> None:
    sent = {
        "customer": "10001", "issued": "2026-11-17", "requested": "2026-11-16", "purchase_order": "4500-9", "token": "t1",
        "product": ["P-100", ""], "description": ["", "Set-up on site"], "quantity": ["2", "1"], "unit": ["", "job"],
        "price": ["", "250"], "category": ["", "S"],
    }  # fmt: skip
    page = text(clerk.post("/billing/new/", sent | {"check": "1"}))
    for words in ("275.00", "52.25", "327.25", "Post EUR 327.25", "6.55 less when paid by 27 Nov"):
        assert words in page
    assert posted(world).total == 0
    changed = text(clerk.post("/billing/new/", sent | {"post": "1", "gross_seen": "1.00 EUR"}))
    assert "have changed since" in changed
    for _time in range(2):
        answer = clerk.post("/billing/new/", sent | {"post": "1", "gross_seen": "327.25 EUR"})
        assert answer.status_code == 302
    assert [row.gross.amount for row in posted(world).rows] == [Decimal("327.25")]
    assert "Set-up on site" not in text(clerk.get(answer["Location"])), "the lines are on the page that is printed"


def test_a_wrong_line_is_named(world: World, clerk: Client) -> None:
    sent = {"customer": "10001", "issued": "", "requested": "2026-11-16", "token": "t2", "check": "1"}
    columns = {"product": ["", ""], "description": ["Work", ""], "quantity": ["0", "2"], "unit": ["", ""], "price": ["", "1"]}
    page = text(clerk.post("/billing/new/", sent | columns | {"category": ["", ""]}))
    assert "is no day" in page
    page = text(clerk.post("/billing/new/", sent | columns | {"category": ["", ""], "issued": "2026-11-17"}))
    assert "Line 1: Say how many" in page
    assert "Line 2: Say what is billed." in page
    assert posted(world).total == 0


def test_who_may_not_is_told_so(world: World) -> None:
    delivered(world)
    for role in ("order-desk", "credit-manager", "collector"):
        assert sit(world, role).get("/billing/").status_code == 403
    sit(world, "cfo").post("/billing/", {"all": "1", "day": "2026-11-17"})
    assert posted(world).total == 0


def test_all_billed_is_said_and_the_list_is_given_out(world: World, clerk: Client) -> None:
    assert "All is billed" in text(clerk.get("/billing/"))
    delivered(world)
    given = b"".join(clerk.get("/billing/?format=csv").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert "190.48" in given
    assert "Nothing matches" in text(clerk.get("/billing/?q=zzz"))


def test_more_that_is_ready_takes_no_more_queries(world: World, clerk: Client) -> None:
    counted = []
    for many in (1, 15):
        for _place in range(many):
            delivered(world)
        with CaptureQueriesContext(connection) as seen:
            clerk.get("/billing/")
        counted.append(len(seen))
    assert counted[1] <= counted[0], counted
