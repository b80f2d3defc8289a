"""What follows from events: orders on hold pass when money comes in or a limit is raised, each once, whatever is killed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from duecourse.cash import actions as cash
from duecourse.core.call import within
from duecourse.credit import actions as credit
from duecourse.credit import queries as credit_facts
from duecourse.jobs import readers
from duecourse.orders import actions as orders
from duecourse.orders import queries as order_facts
from tests.cash.play import assert_ties, eur, invoice
from tests.databases import Fresh, settle
from tests.world import World, build


@pytest.fixture
def world(fresh_database: Fresh) -> World:
    """Readers read what is committed and settled, so these tests commit."""
    return build()


def limit(world: World, amount: str) -> int:
    (key,) = credit.create_credit_accounts(world.call, [credit.NewCreditAccount("late", "EUR", [world.accounts["late"]])])
    credit.set_limits(world.call, [credit.NewLimit(key, eur(amount), world.call.today)])
    return key


def order(world: World, quantity: str) -> int:
    lines = [orders.NewOrderLine("P-100", Decimal(quantity))]
    (key,) = orders.create_orders(
        world.calls["order-desk"], [orders.NewOrder(world.call.today, lines, account_id=world.accounts["late"])]
    )
    orders.confirm_orders(world.calls["order-desk"], [key])
    return key


def states(world: World, *keys: int) -> list[str]:
    with within(world.call):
        return [order_facts.view(world.call, order_facts.Order.objects.get(id=key)).state for key in keys]


def held_at(world: World) -> list[object]:
    with within(world.call):
        return [(row.id, row.held_at) for row in credit_facts.holds(world.call).rows]


def read_all(world: World) -> int:
    """Let every reader read, once what other databases of the server still write no longer holds it up."""
    settle()
    return readers.read_all(world.call.at)


class TestCreditAfterCash:
    def test_a_payment_frees_what_now_passes_and_leaves_the_rest_as_it_was(self, world: World) -> None:
        limit(world, "1000")
        item = invoice(world.call, world.accounts["late"], "INV-26-0001", eur("950.00"))
        small, large = order(world, "10"), order(world, "900")
        assert states(world, small, large) == ["held", "held"]
        read_all(world)
        assert states(world, small, large) == ["held", "held"]
        before = held_at(world)
        payment = cash.record_payment(world.call, world.bank["EUR"], eur("950.00"), world.call.today)
        cash.apply_payment(world.call, payment, world.accounts["late"], [(item, eur("950.00"), "", eur("0"))])
        assert read_all(world) > 0
        assert states(world, small, large) == ["accepted", "held"]
        assert held_at(world) == [row for row in before if row in held_at(world)]
        assert len(held_at(world)) == 1
        assert_ties(world.call)

    def test_a_higher_limit_frees_orders(self, world: World) -> None:
        account = limit(world, "10")
        key = order(world, "10")
        assert states(world, key) == ["held"]
        credit.set_limits(world.call, [credit.NewLimit(account, eur("5000"), world.call.today)])
        read_all(world)
        assert states(world, key) == ["accepted"]

    def test_takes_them_oldest_first_as_far_as_the_limit_goes(self, world: World) -> None:
        account = limit(world, "1")
        first, second = order(world, "10"), order(world, "10")
        credit.set_limits(world.call, [credit.NewLimit(account, eur("200"), world.call.today)])
        read_all(world)
        assert states(world, first, second) == ["accepted", "held"]

    def test_goes_on_where_it_was_after_a_kill_and_does_nothing_twice(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        account = limit(world, "10")
        key = order(world, "10")
        credit.set_limits(world.call, [credit.NewLimit(account, eur("5000"), world.call.today)])

        def killed(*arguments: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
            broken.setattr(readers.events, "advance", killed)  # after the orders were freed, before the cursor moved
            read_all(world)
        assert states(world, key) == ["held"]
        assert read_all(world) > 0
        assert states(world, key) == ["accepted"]
        assert read_all(world) == 0

    def test_reads_batch_after_batch(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(readers, "BATCH", 2)
        account = limit(world, "10")
        for amount in range(5):
            credit.set_limits(world.call, [credit.NewLimit(account, eur(str(100 + amount)), world.call.today)])
        assert read_all(world) == 6
