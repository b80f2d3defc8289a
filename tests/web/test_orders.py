"""The order desk's screen: list, case, forms and every step."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client

from duecourse.core import ids
from duecourse.core.call import within
from duecourse.core.money import Money
from duecourse.credit import actions as credit
from duecourse.orders import actions, queries
from duecourse.orders.rules import NewOrder, NewOrderLine
from tests.web.desk import sit, stop_clock, text
from tests.world import NOON, World, build

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    stop_clock(monkeypatch, NOON)
    made = build()
    (key,) = credit.create_credit_accounts(made.call, [credit.NewCreditAccount("Albrecht", "EUR", [made.accounts["good"]])])
    credit.set_limits(made.call, [credit.NewLimit(key, Money(Decimal(5000), "EUR"), made.call.today)])
    return made


@pytest.fixture
def desk(world: World) -> Client:
    return sit(world, "order-desk")


def draft(world: World, name: str = "good", quantity: str = "10") -> str:
    lines = [NewOrderLine("P-100", Decimal(quantity)), NewOrderLine("P-200", Decimal(2))]
    order = NewOrder(dt.date(2026, 11, 24), lines, account_id=world.accounts[name], purchase_order="4500-8102")
    return ids.outer("ord", actions.create_orders(world.calls["order-desk"], [order])[0])


def view(world: World, ref: str) -> queries.OrderView:
    with within(world.call):
        return queries.order_for_caller(world.call, ref)


def rows(*lines: tuple[str, str, str]) -> dict[str, list[str]]:
    columns = zip(*lines, strict=True)
    return dict(zip(("product", "quantity", "price"), (list(column) for column in columns), strict=True))


def test_an_order_goes_from_the_form_to_delivery(world: World, desk: Client) -> None:
    sent = {"customer": "Albrecht", "requested": "+7", "purchase_order": "4500-1", "token": "t1", "confirm": "1"}
    answer = desk.post("/orders/new/", sent | rows(("P-100", "10", ""), ("Ball valve", "2", "180.5"), ("", "", "")))
    assert answer.status_code == 302
    order = view(world, answer["Location"].split("/")[2])
    assert (order.state, order.purchase_order, order.requested_date) == ("accepted", "4500-1", dt.date(2026, 11, 24))
    assert [line.net.amount for line in order.lines] == [Decimal("125.00"), Decimal("361.00")]
    again = desk.post("/orders/new/", sent | rows(("P-100", "10", ""), ("Ball valve", "2", "180.5"), ("", "", "")))
    assert again["Location"] == answer["Location"], "sent twice, entered once"
    page = text(desk.get(answer["Location"]))
    assert "Accepted." in page
    assert "within the limit of 5,000.00" in page
    assert "Deliver all" in page
    part = desk.post(f"/orders/{order.ref}/deliver/", {"quantity-10": "4", "quantity-20": "", "day": "2026-11-17"})
    assert part.status_code == 302
    assert [line.left for line in view(world, order.ref).lines] == [Decimal(6), Decimal(2)]
    page = text(desk.get(f"/orders/{order.ref}/"))
    assert "Partly delivered" in page
    assert "Close short" in page
    assert "Cancel order" not in page
    desk.post(f"/orders/{order.ref}/deliver/", {"all": "1"})
    assert view(world, order.ref).state == "delivered"


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(world: World, desk: Client) -> None:
    sent = {"customer": "Estuary", "requested": "someday", "purchase_order": "", "token": "t2", "save": "1"}
    page = text(desk.post("/orders/new/", sent | rows(("P-100", "1,234", ""), ("nothing", "1", ""), ("", "3", ""))))
    for words in (
        "More than one customer is meant", "is no day", "can mean two numbers: write 1234 or 1.234", "No product has the number",
        "Say which product.", 'value="1,234"',
    ):  # fmt: skip
        assert words in page
    with within(world.call):
        assert queries.counts(world.call)["draft"] == 0


def test_more_lines_can_be_asked_for_without_losing_any(desk: Client) -> None:
    page = text(desk.post("/orders/new/", {"customer": "10001", "more": "1"} | rows(("P-100", "1", ""))))
    assert page.count('name="product"') == 6
    assert 'value="P-100"' in page


def test_a_held_order_says_why_what_frees_it_and_who_can_release_it(world: World, desk: Client) -> None:
    ref = draft(world, quantity="500")
    desk.post(f"/orders/{ref}/confirm/")
    assert view(world, ref).state == "held"
    page = text(desk.get(f"/orders/{ref}/"))
    for words in (
        "Over limit.",
        "more than the limit of 5,000.00",
        "What would free it",
        "Not yours to release",
        "Mats Lind can.",
    ):
        assert words in page
    assert "Decide the hold" not in page
    assert "Decide the hold" in text(sit(world, "credit-manager").get(f"/orders/{ref}/"))


def test_lines_of_a_held_order_change_and_credit_is_asked_again(world: World, desk: Client) -> None:
    ref = draft(world, quantity="500")
    desk.post(f"/orders/{ref}/confirm/")
    assert 'value="500"' in text(desk.get(f"/orders/{ref}/change/"))
    desk.post(f"/orders/{ref}/change/", {"save": "1"} | rows(("P-100", "20", "12.5")))
    assert view(world, ref).state == "accepted"


def test_an_order_ends_with_its_reason(world: World, desk: Client) -> None:
    ref = draft(world)
    assert "Cancel EUR" in text(desk.get(f"/orders/{ref}/cancel/"))
    desk.post(f"/orders/{ref}/cancel/", {"reason": "Entered twice"})
    assert view(world, ref).state == "cancelled"
    assert "Entered twice" in text(desk.get(f"/orders/{ref}/"))
    assert "cannot" in text(desk.post(f"/orders/{ref}/cancel/", {"reason": "again"})) or "you cannot" in text(
        desk.get(f"/orders/{ref}/")
    )


def test_too_much_is_not_delivered(world: World, desk: Client) -> None:
    ref = draft(world)
    desk.post(f"/orders/{ref}/confirm/")
    page = text(desk.post(f"/orders/{ref}/deliver/", {"quantity-10": "11", "day": "2026-11-17"}))
    assert "has 10 left" in page
    assert 'value="11"' in page
    assert "at least one line" in text(desk.post(f"/orders/{ref}/deliver/", {"quantity-10": "", "day": "2026-11-17"}))


def test_who_may_not_is_told_so(world: World, desk: Client) -> None:
    ref = draft(world)
    assert sit(world, "collector").get("/orders/").status_code == 403
    assert sit(world, "billing").get("/orders/new/").status_code == 403
    assert desk.get("/orders/ord_000000000000/").status_code == 404
    assert desk.get("/orders/inv_000000000000/").status_code == 404
    page = text(sit(world, "billing").get(f"/orders/{ref}/"))
    assert "Confirm" not in page
    assert "New order" not in page
    sit(world, "billing").post(f"/orders/{ref}/confirm/")
    assert view(world, ref).state == "draft"


def test_the_list_is_searched_tabbed_and_given_out(world: World, desk: Client) -> None:
    first, second = draft(world), draft(world, name="late")
    assert "Corvin" in text(desk.get("/orders/"))
    assert "2 draft" in text(desk.get("/orders/"))
    found = text(desk.get("/orders/?tab=all&q=albrecht"))
    assert view(world, first).number in found
    assert view(world, second).number not in found
    assert "No order matches" in text(desk.get("/orders/?tab=all&q=zzz"))
    assert "Nothing is on hold" in text(desk.get("/orders/?tab=held"))
    given = desk.get("/orders/?tab=open&format=csv")
    lines = b"".join(given.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 3
    assert lines[0].startswith("Number,")
    assert "Corvin Hydraulik GmbH & Co. KG" in lines[1]
    assert "Estuary Pumps" in text(desk.get("/orders/customers/?customer=estuary"))
    assert "P-200" in text(desk.get("/orders/products/?product=&product=valve"))


def test_a_longer_list_takes_no_more_queries(world: World, desk: Client) -> None:
    draft(world)
    counted = []
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for many in (1, 29):
        for _place in range(many - 1):
            draft(world)
        with CaptureQueriesContext(connection) as seen:
            desk.get("/orders/?tab=open")
        counted.append(len(seen))
    assert counted[1] <= counted[0], counted
