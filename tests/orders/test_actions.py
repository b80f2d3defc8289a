"""Orders in a real database: entered, confirmed, held and freed, delivered in parts, billed, ended."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duecourse.core.call import Call, within
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.credit import actions as credit
from duecourse.credit import queries as credit_facts
from duecourse.orders import actions as orders
from duecourse.orders import queries as order_facts
from tests import databases
from tests.world import World, build

DAY = dt.date(2026, 11, 24)


def eur(amount: str | int) -> Money:
    return Money(Decimal(amount), "EUR")


def limit(world: World, name: str, amount: str | None) -> int:
    (key,) = credit.create_credit_accounts(world.call, [credit.NewCreditAccount(name, "EUR", [world.accounts[name]])])
    if amount is not None:
        credit.set_limits(world.call, [credit.NewLimit(key, eur(amount), world.call.today)])
    return key


def new(
    world: World, quantity: str = "10", name: str = "good", product: str = "P-100", price: str | None = None
) -> orders.NewOrder:
    lines = [orders.NewOrderLine(product, Decimal(quantity), None if price is None else Decimal(price))]
    return orders.NewOrder(DAY, lines, account_id=world.accounts[name], purchase_order="4500-8102")


def draft(world: World, call: Call | None = None, **facts: str) -> int:
    return orders.create_orders(call or world.calls["order-desk"], [new(world, **facts)])[0]


def accepted(world: World, **facts: str) -> int:
    key = draft(world, **facts)
    assert orders.confirm_orders(world.calls["order-desk"], [key])[key].accepted
    return key


def view(world: World, order_id: int) -> order_facts.OrderView:
    with within(world.call):
        return order_facts.view(world.call, order_facts.Order.objects.get(id=order_id))


def exposure(world: World, name: str = "good") -> tuple[Money, Money]:
    with within(world.call):
        own = credit_facts.exposure(world.call, [world.accounts[name]])[world.accounts[name]]
    return own.open_orders, own.delivered


@pytest.fixture
def world(db: None) -> World:
    return build()


class TestCreateOrders:
    def test_prices_from_the_catalog_with_the_customers_tax(self, world: World) -> None:
        lines = [
            orders.NewOrderLine("P-100", Decimal(10)),
            orders.NewOrderLine("B-900", Decimal(2)),
            orders.NewOrderLine("P-300", Decimal(4), Decimal("9.5")),
        ]
        keys = orders.create_orders(
            world.calls["order-desk"],
            [
                orders.NewOrder(DAY, lines, customer_number="0000" + world.numbers["good"]),
                orders.NewOrder(DAY, lines, account_id=world.accounts["disputer"]),
                orders.NewOrder(DAY, lines[:2], account_id=world.accounts["dollar"]),
            ],
        )
        home, abroad, dollars = (view(world, key) for key in keys)
        assert (home.net, home.tax, home.gross) == (eur("241.00"), eur("36.43"), eur("277.43"))
        assert (abroad.tax, abroad.gross) == (eur(0), eur("241.00"))
        assert dollars.gross == Money(Decimal("223.30"), "USD")
        assert [one.number for one in (home, abroad, dollars)] == ["SO-26-00001", "SO-26-00002", "SO-26-00003"]
        assert [line.line_number for line in home.lines] == [10, 20, 30]
        assert home.state == "draft"

    def test_hangs_the_money_on_the_account_that_pays(self, world: World) -> None:
        order = view(world, draft(world, name="child"))
        assert (order.customer.id, order.payer.id) == (world.accounts["child"], world.accounts["parent"])

    @pytest.mark.parametrize(
        ("facts", "code"),
        [
            ({"product": "P-999"}, "orders.product-unknown"),
            ({"quantity": "0"}, "orders.not-usable"),
            ({"price": "0.1234567"}, "money.not-a-price"),
        ],
    )
    def test_refuses_what_it_cannot_enter(self, world: World, facts: dict[str, str], code: str) -> None:
        with pytest.raises(Refused) as refusal:
            draft(world, **facts)
        assert refusal.value.code == code

    def test_refuses_a_customer_of_another_company(self, world: World) -> None:
        other = build("ZZ")
        with pytest.raises(Refused) as refusal:
            orders.create_orders(other.call, [new(world)])
        assert refusal.value.code == "orders.customer-unknown"

    def test_asks_the_database_as_often_for_forty_orders_as_for_two(self, world: World) -> None:
        limit(world, "good", "100000")
        few, many = self.statements(world, 2), self.statements(world, 40)
        # the more orders, the fewer: many rows go through a temporary table, which is not counted here
        assert all(after <= before for before, after in zip(few, many, strict=True)), (few, many)
        assert few[1] <= 16

    def statements(self, world: World, many: int) -> list[int]:
        """How many statements each step of `many` orders takes: create, confirm, deliver, bill."""
        counts = []

        def step(work: Callable[[], Any]) -> Any:
            with within(world.call), CaptureQueriesContext(connection) as seen:
                done = work()
            told = [one["sql"] for one in seen.captured_queries]
            counts.append(len([sql for sql in told if "SAVEPOINT" not in sql and "stage_" not in sql]))
            return done

        keys = step(lambda: orders.create_orders(world.call, [new(world) for _ in range(many)]))
        step(lambda: orders.confirm_orders(world.call, keys))
        step(lambda: orders.deliver(world.call, [orders.NewDelivery(key) for key in keys], DAY))
        with within(world.call):
            ready = [line.id for line in order_facts.ready_lines(world.call)]
        step(lambda: orders.mark_billed(world.call, dict.fromkeys(ready, "inv_000000000000")))
        return counts


class TestConfirmOrders:
    def test_accepts_or_holds_and_says_why(self, world: World) -> None:
        limit(world, "good", "300")
        keys = [draft(world), draft(world), draft(world)]
        decisions = orders.confirm_orders(world.calls["order-desk"], keys)
        assert [decisions[key].result for key in keys] == ["accepted", "accepted", "held"]
        held = view(world, keys[2])
        assert (held.state, held.gross) == ("held", eur("148.75"))
        assert held.check is not None
        assert held.check.decision == decisions[keys[2]]
        assert held.hold is not None
        with within(world.call):
            assert {event.name for event in order_facts.story(world.call, held)} == {
                "orders.order-created",
                "credit.order-checked",
                "orders.order-held",
            }

    def test_asks_again_after_a_change_and_takes_up_its_hold_anew(self, world: World) -> None:
        limit(world, "good", "300")
        key = accepted(world)
        decision = orders.change_order(world.calls["order-desk"], key, [orders.NewOrderLine("P-100", Decimal(30))])
        assert decision is not None
        assert not decision.accepted
        assert view(world, key).state == "held"
        assert exposure(world) == (eur(0), eur(0))
        decision = orders.change_order(world.calls["order-desk"], key, [orders.NewOrderLine("P-100", Decimal(20))])
        assert decision is not None
        assert decision.accepted
        order = view(world, key)
        assert (order.state, order.gross, order.hold) == ("accepted", eur("297.50"), None)
        assert exposure(world) == (eur("297.50"), eur(0))

    def test_confirming_twice_reserves_once(self, world: World) -> None:
        limit(world, "good", "300")
        key = accepted(world)
        orders.confirm_orders(world.calls["order-desk"], [key])
        assert exposure(world) == (eur("148.75"), eur(0))

    def test_only_what_waits_can_be_confirmed(self, world: World) -> None:
        limit(world, "good", "300")
        key = accepted(world)
        orders.cancel_order(world.calls["order-desk"], key, "Changed their mind")
        with pytest.raises(Refused) as refusal:
            orders.confirm_orders(world.calls["order-desk"], [key])
        assert refusal.value.code == "orders.wrong-state"


class TestReleaseOrder:
    def held(self, world: World, **facts: str) -> int:
        limit(world, "good", "100")
        key = draft(world, **facts)
        assert not orders.confirm_orders(world.calls["order-desk"], [key])[key].accepted
        return key

    def test_frees_it_with_its_reservation(self, world: World) -> None:
        key = self.held(world)
        assert orders.release_order(world.calls["credit-manager"], key, "Promise trusted", DAY) == eur("148.75")
        assert view(world, key).state == "accepted"
        assert exposure(world) == (eur("148.75"), eur(0))
        with pytest.raises(Refused) as refusal:
            orders.release_order(world.calls["credit-manager"], key, "Again")
        assert refusal.value.code == "orders.not-on-hold"

    def test_is_not_for_whoever_entered_it(self, world: World) -> None:
        limit(world, "good", "100")
        manager = world.calls["credit-manager"]
        key = draft(world, world.call)
        orders.confirm_orders(world.call, [key])
        own = world.call
        with pytest.raises(Refused) as refusal:
            orders.release_order(own, key, "Mine")
        assert refusal.value.code == "credit.own-release"
        orders.release_order(manager, key, "Not mine")

    def test_a_part_release_lets_only_its_part_leave(self, world: World) -> None:
        key = self.held(world)
        orders.release_order(world.calls["credit-manager"], key, "Half of it", amount=eur(80))
        with pytest.raises(Refused) as refusal:
            orders.deliver(world.call, [orders.NewDelivery(key)], DAY)
        assert refusal.value.code == "credit.reservation-too-small"
        orders.deliver(world.call, [orders.NewDelivery(key, [(10, Decimal(5))])], DAY)
        assert exposure(world) == (eur("80") - eur("74.38"), eur("74.38"))

    def test_after_its_last_day_the_order_must_be_confirmed_again(self, world: World) -> None:
        key = self.held(world)
        orders.release_order(world.calls["credit-manager"], key, "Today only", world.call.today)
        later = world.later(days=1)
        with pytest.raises(Refused) as refusal:
            orders.deliver(later.call, [orders.NewDelivery(key)], DAY)
        assert refusal.value.code == "orders.release-expired"
        assert not orders.confirm_orders(later.call, [key])[key].accepted
        assert exposure(world) == (eur(0), eur(0))

    def test_a_rejected_order_is_over(self, world: World) -> None:
        key = self.held(world)
        orders.reject_order(world.calls["credit-manager"], key, "Insolvent")
        order = view(world, key)
        assert (order.state, order.hold, order.steps) == ("rejected", None, frozenset())


class TestDeliver:
    def test_moves_exact_amounts_in_parts_down_to_zero(self, world: World) -> None:
        limit(world, "good", "1000")
        key = accepted(world, quantity="3", price="33.333333")
        gross = view(world, key).gross
        for quantity, state in [("1", "accepted"), ("1", "accepted"), ("1", "delivered")]:
            orders.deliver(world.call, [orders.NewDelivery(key, [(10, Decimal(quantity))])], DAY)
            open_orders, delivered = exposure(world)
            assert open_orders + delivered == gross
            assert view(world, key).state == state
        assert exposure(world) == (eur(0), gross)
        with within(world.call):
            ready = order_facts.ready_lines(world.call)
        assert [(line.quantity, line.order_number, line.delivery_number) for line in ready] == [
            (Decimal(1), "SO-26-00001", "DN-26-00001"),
            (Decimal(1), "SO-26-00001", "DN-26-00002"),
            (Decimal(1), "SO-26-00001", "DN-26-00003"),
        ]
        for line in ready:
            orders.mark_billed(world.call, {line.id: "inv_000000000000"})
        assert exposure(world) == (eur(0), eur(0))

    def test_bills_no_line_twice(self, world: World) -> None:
        limit(world, "good", "1000")
        key = accepted(world)
        orders.deliver(world.call, [orders.NewDelivery(key)], DAY)
        with within(world.call):
            (line,) = order_facts.ready_lines(world.call, [world.accounts["good"]], DAY)
            assert order_facts.ready_lines(world.call, until=DAY - dt.timedelta(days=1)) == []
        orders.mark_billed(world.call, {line.id: "inv_000000000000"})
        with pytest.raises(Refused) as refusal:
            orders.mark_billed(world.call, {line.id: "inv_000000000001"})
        assert refusal.value.code == "orders.already-billed"
        with within(world.call):
            assert order_facts.ready_count(world.call) == 0

    def test_only_what_was_accepted_leaves_and_never_too_much(self, world: World) -> None:
        limit(world, "good", "1000")
        key = draft(world)
        with pytest.raises(Refused) as refusal:
            orders.deliver(world.call, [orders.NewDelivery(key)], DAY)
        assert refusal.value.code == "orders.wrong-state"
        orders.confirm_orders(world.call, [key])
        with pytest.raises(Refused) as refusal:
            orders.deliver(world.call, [orders.NewDelivery(key, [(10, Decimal("10.0001"))])], DAY)
        assert refusal.value.code == "orders.over-delivered"

    def test_closing_short_gives_the_rest_back(self, world: World) -> None:
        limit(world, "good", "1000")
        key = accepted(world)
        orders.deliver(world.call, [orders.NewDelivery(key, [(10, Decimal(4))])], DAY)
        with pytest.raises(Refused) as refusal:
            orders.cancel_order(world.call, key, "x")
        assert refusal.value.code == "orders.delivery-begun"
        orders.close_order(world.call, key, "No longer made")
        assert exposure(world) == (eur(0), eur("59.50"))
        assert view(world, key).state == "delivered"

    def test_cancelling_gives_everything_back(self, world: World) -> None:
        limit(world, "good", "1000")
        key = accepted(world)
        orders.cancel_order(world.calls["order-desk"], key, "Changed their mind")
        assert exposure(world) == (eur(0), eur(0))


class TestLists:
    def test_filter_sort_page_and_count(self, world: World) -> None:
        limit(world, "good", "300")
        keys = [draft(world), draft(world), draft(world), draft(world, name="late")]
        orders.confirm_orders(world.call, keys[:3])
        desk = world.calls["order-desk"]
        with within(desk):
            assert order_facts.counts(desk)["open"] == 4
            assert Counter(order_facts.counts(desk)) >= Counter({"accepted": 2, "held": 1, "draft": 1})
            page = order_facts.rows(desk, sort="customer", size=2)
            assert (page.total, page.pages, [row.number for row in page.rows]) == (4, 2, ["SO-26-00001", "SO-26-00002"])
            (held,) = order_facts.rows(desk, state="held").rows
            assert held.decision is not None
            assert [one.rule for one in held.decision.decision.reasons] == ["limit"]
            assert [row.number for row in order_facts.rows(desk, text="corvin").rows] == ["SO-26-00004"]
            assert order_facts.amounts(desk, "held") == [eur("148.75")]
            assert order_facts.order_for_caller(desk, held.ref).number == held.number
            with pytest.raises(Refused):
                order_facts.rows(desk, sort="colour")

    def test_another_company_sees_none(self, world: World) -> None:
        order = view(world, draft(world))
        other = build("ZZ")
        with within(other.call):
            assert order_facts.rows(other.call).total == 0
            with pytest.raises(Refused) as refusal:
                order_facts.order_for_caller(other.call, order.ref)
        assert refusal.value.code == "not-found"


class TestManyAtOnce:
    def test_confirmed_at_the_same_instant_they_never_pass_the_limit(self, fresh_database: databases.Fresh) -> None:
        world = build()
        limit(world, "good", "743.75")  # five of 148.75
        keys = orders.create_orders(world.call, [new(world) for _ in range(10)])
        done = databases.together([lambda key=key: orders.confirm_orders(world.call, [key])[key].result for key in keys])  # type: ignore[misc]
        assert Counter(done) == {"accepted": 5, "held": 5}
        assert exposure(world) == (eur("743.75"), eur(0))

    def test_two_releases_and_a_cancellation_leave_one_outcome(self, fresh_database: databases.Fresh) -> None:
        world = build()
        limit(world, "good", "100")
        key = draft(world)
        orders.confirm_orders(world.call, [key])
        manager = world.calls["credit-manager"]
        done = databases.together(
            [
                lambda: orders.release_order(manager, key, "First"),
                lambda: orders.release_order(world.call, key, "Second"),
                lambda: orders.reject_order(manager, key, "Third"),
            ]
        )
        refused = [one for one in done if isinstance(one, Refused)]
        assert [one.code for one in refused] == ["orders.not-on-hold"] * 2
        order = view(world, key)
        assert exposure(world) == ((eur("148.75") if order.state == "accepted" else eur(0)), eur(0))

    def test_deliveries_of_the_same_goods_leave_once(self, fresh_database: databases.Fresh) -> None:
        world = build()
        limit(world, "good", "1000")
        key = accepted(world)
        done = databases.together([lambda: orders.deliver(world.call, [orders.NewDelivery(key, [(10, Decimal(6))])], DAY)] * 4)
        assert len([one for one in done if isinstance(one, Refused) and one.code == "orders.over-delivered"]) == 3
        open_orders, delivered = exposure(world)
        assert (open_orders + delivered, view(world, key).lines[0].delivered_quantity) == (eur("148.75"), Decimal(6))
