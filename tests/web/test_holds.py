"""Credit holds on screen: the queue, the evidence, and the decision."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from duecourse.core import ids
from duecourse.core.call import within
from duecourse.core.money import Money
from duecourse.credit import actions as credit
from duecourse.credit import queries
from duecourse.orders import actions as orders
from duecourse.orders import queries as order_facts
from duecourse.orders.rules import NewOrder, NewOrderLine
from tests.web.desk import sit, stop_clock, text
from tests.world import NOON, World, build

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    stop_clock(monkeypatch, NOON)
    made = build()
    (key,) = credit.create_credit_accounts(made.call, [credit.NewCreditAccount("Albrecht", "EUR", [made.accounts["good"]])])
    credit.set_limits(made.call, [credit.NewLimit(key, Money(Decimal(1000), "EUR"), made.call.today)])
    return made


@pytest.fixture
def manager(world: World) -> Client:
    return sit(world, "credit-manager")


def held(world: World, name: str = "good", quantity: str = "100") -> str:
    """An order of 1,487.50 on hold; the hold's prefixed id."""
    call = world.calls["order-desk"]
    order = NewOrder(dt.date(2026, 11, 24), [NewOrderLine("P-100", Decimal(quantity))], account_id=world.accounts[name])
    (key,) = orders.create_orders(call, [order])
    assert not orders.confirm_orders(call, [key])[key].accepted
    ref = ids.outer("ord", key)
    with within(world.call):
        return queries.open_holds(world.call, [ref])[ref].ref


def hold(world: World, ref: str) -> queries.HoldRow:
    with within(world.call):
        return queries.hold_for_caller(world.call, ref)


def test_a_hold_says_why_in_words_what_frees_it_and_how_exposure_moved(world: World, manager: Client) -> None:
    ref = held(world)
    page = text(manager.get(f"/holds/{ref}/"))
    for words in (
        "Over limit.", "487.50 more than the limit of 1,000.00", "A payment of 487.50 frees it in full", "A part delivery up to 1,000.00",
        "Exposure with order", "Now 12:00", "Release 1,487.50", "No decision about this customer yet.",
    ):  # fmt: skip
        assert words in page


def test_it_is_released_with_a_reason_up_to_an_amount_and_until_a_day(world: World, manager: Client) -> None:
    ref = held(world)
    manager.post(f"/holds/{ref}/decide/", {"reason": "Promise trusted", "amount": "1,200.50", "until": "+10", "release": "1"})
    after = hold(world, ref)
    assert after.state == "released"
    assert after.released is not None
    assert (after.released.amount.amount, after.released.until) == (Decimal("1200.50"), dt.date(2026, 11, 27))
    page = text(manager.get(f"/holds/{ref}/"))
    assert "Released EUR 1,200.50 by Mats Lind" in page
    assert "Promise trusted" in page
    assert "hold-decide" not in page
    other = held(world)
    assert "released by Mats Lind" in text(manager.get(f"/holds/{other}/")), "earlier decisions"


def test_it_is_rejected_with_a_reason(world: World, manager: Client) -> None:
    ref = held(world)
    manager.post(f"/holds/{ref}/decide/", {"reason": "Two promises broken", "reject": "1"})
    assert hold(world, ref).state == "rejected"


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"reason": "", "release": "1"}, "Say why"),
        ({"reason": "x", "amount": "2,000.00", "release": "1"}, "at most"),
        ({"reason": "x", "amount": "much", "release": "1"}, "is no number"),
        ({"reason": "x", "until": "-1", "release": "1"}, "which is past"),
    ],
)
def test_what_cannot_be_decided_stays_as_typed(world: World, manager: Client, sent: dict[str, str], words: str) -> None:
    ref = held(world)
    page = text(manager.post(f"/holds/{ref}/decide/", sent))
    assert words in page
    assert "Nothing was decided." in page
    assert f'value="{sent.get("amount", "")}"' in page
    assert hold(world, ref).state == "open"


def test_who_was_slower_is_told_what_happened(world: World, manager: Client) -> None:
    ref = held(world)
    orders.reject_order(world.call, ids.inner("ord", hold(world, ref).order_ref), "First")
    answer = manager.post(f"/holds/{ref}/decide/", {"reason": "Second", "release": "1"}, follow=True)
    assert "no longer on hold" in text(answer)
    assert hold(world, ref).decision_reason == "First"


def test_nobody_releases_an_own_order_and_those_without_the_right_see_who_can(world: World) -> None:
    ref = held(world)
    desk = sit(world, "order-desk")
    page = text(desk.get(f"/holds/{ref}/"))
    assert "someone else has to release it" in page
    assert "Mats Lind can." in page
    desk.post(f"/holds/{ref}/decide/", {"reason": "Mine", "release": "1"})
    assert hold(world, ref).state == "open"
    assert "Not yours to release" in text(sit(world, "cfo").get(f"/holds/{ref}/"))
    assert sit(world, "collector").get("/holds/").status_code == 403
    assert sit(world, "credit-manager").get("/holds/hld_000000000000/").status_code == 404


def test_what_was_paid_since_shows_as_a_change(world: World, manager: Client) -> None:
    ref = held(world)
    (credit_id,) = {one.check.standings[0].account_id for one in [hold(world, ref)]}
    credit.set_limits(world.call, [credit.NewLimit(credit_id, Money(Decimal(9000), "EUR"), world.call.today)])
    page = text(manager.get(f"/holds/{ref}/"))
    assert "It would pass now." in page
    assert "+8,000.00" in page


def test_the_queue_is_sorted_tabbed_and_given_out(world: World, manager: Client) -> None:
    assert "Nothing is on hold" in text(manager.get("/holds/"))
    small, large = held(world), held(world, quantity="300")
    page = text(manager.get("/holds/?sort=largest"))
    assert page.index(hold(world, large).order_number) < page.index(hold(world, small).order_number)
    given = b"".join(manager.get("/holds/?format=csv").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert "1487.50" in given
    assert "more than the limit" in given
    orders.reject_order(world.call, ids.inner("ord", hold(world, small).order_ref), "No")
    assert hold(world, small).order_number in text(manager.get("/holds/?tab=rejected"))


def test_a_longer_queue_takes_no_more_queries(world: World, manager: Client) -> None:
    held(world)
    held(world, name="late")
    counted = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as seen:
            manager.get("/holds/")
        counted.append(len(seen))
        for _place in range(12):
            held(world)
    assert counted[1] <= counted[0], counted
    with within(world.call):
        assert order_facts.counts(world.call)["held"] == 26
