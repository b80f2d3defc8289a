"""The billing run: what is ready is billed once, in the right groups, however many run at once."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from duecourse.core import ids
from duecourse.core.call import within
from duecourse.core.money import Money
from duecourse.credit import actions as credit
from duecourse.credit import queries as credit_facts
from duecourse.invoicing import actions as invoicing
from duecourse.invoicing import queries
from duecourse.invoicing.models import Invoice
from duecourse.invoicing.rules import BillingResult
from duecourse.kpis import actions as kpis
from duecourse.ledger import actions as ledger
from duecourse.ledger import queries as ledger_facts
from duecourse.orders import actions as orders
from duecourse.orders import queries as order_facts
from tests import databases
from tests.books import DAY, eur, refused
from tests.world import World, build


@pytest.fixture
def world(db: None) -> World:
    return build()


def delivered(world: World, *names: str, quantity: str = "10", product: str = "P-100") -> list[int]:
    """An order of each customer, accepted and delivered in full today."""
    accounts = [world.accounts[name] for name in names]
    for payer in {"parent" if name == "child" else name for name in names}:
        limit_for(world, payer)
    lines = [orders.NewOrderLine(product, Decimal(quantity))]
    keys = orders.create_orders(
        world.call, [orders.NewOrder(world.call.today, lines, account_id=account) for account in accounts]
    )
    decisions = orders.confirm_orders(world.call, keys)
    assert all(one.accepted for one in decisions.values())
    orders.deliver(world.call, [orders.NewDelivery(key, [(10, Decimal(quantity))]) for key in keys], world.call.today)
    return keys


def limit_for(world: World, name: str) -> None:
    with within(world.call):
        if credit_facts.exposure(world.call, [world.accounts[name]]):
            return
    currency = "USD" if name == "dollar" else "EUR"
    (key,) = credit.create_credit_accounts(world.call, [credit.NewCreditAccount(name, currency, [world.accounts[name]])])
    credit.set_limits(world.call, [credit.NewLimit(key, Money(Decimal(10**7), currency), world.call.today)])


def bill(world: World) -> BillingResult:
    return invoicing.bill_ready(world.calls["billing"], None, world.call.today)


def invoices(world: World) -> list[Invoice]:
    with within(world.call):
        return list(Invoice.objects.select_related("item").order_by("id"))


def ready(world: World) -> int:
    with within(world.call):
        return len(order_facts.ready_lines(world.call, None, world.call.today))


class TestABillingRun:
    def test_makes_an_invoice_for_each_order_with_its_own_terms_and_currency(self, world: World) -> None:
        delivered(world, "good", "good", "late", "dollar", "child")
        assert len(bill(world).invoice_ids) == 5
        found = invoices(world)
        assert [(one.currency, one.gross) for one in found] == [
            ("EUR", Decimal("148.75")), ("EUR", Decimal("148.75")), ("EUR", Decimal("148.75")), ("EUR", 125), ("USD", Decimal("137.50")),
        ]  # fmt: skip
        assert len({tuple(one.order_numbers) for one in found}) == 5
        assert found[3].item.customer_account_id == world.accounts["parent"]
        assert {one.customer_account_id: one.discount_percent for one in found}[world.accounts["good"]] == 2
        assert ready(world) == 0
        assert bill(world).invoice_ids == ()

    def test_moves_the_credit_from_delivered_to_open_items(self, world: World) -> None:
        delivered(world, "good")

        def standing() -> tuple[Money, Money]:
            with within(world.call):
                own = credit_facts.exposure(world.call, [world.accounts["good"]])[world.accounts["good"]]
            return own.delivered, own.open_items

        assert standing() == (eur("148.75"), eur(0))
        bill(world)
        assert standing() == (eur(0), eur("148.75"))
        with within(world.call):
            assert [one.name for one in kpis.verify(world.call) if not one.holds] == []

    def test_bills_only_the_accounts_asked_for(self, world: World) -> None:
        delivered(world, "good", "late")
        result = invoicing.bill_ready(world.call, [world.accounts["late"]], DAY)
        assert len(result.invoice_ids) == 1
        assert ready(world) == 1

    def test_leaves_what_is_ready_later(self, world: World) -> None:
        delivered(world.later(days=1), "good")
        assert bill(world).invoice_ids == ()
        assert len(bill(world.later(days=1)).invoice_ids) == 1

    def test_into_a_closed_period_leaves_everything_ready(self, world: World) -> None:
        delivered(world, "good")
        with within(world.call):
            period = next(one.id for one in ledger_facts.periods(world.call) if one.start_date <= DAY < one.end_date)
        ledger.close_period(world.call, ids.outer("prd", period))
        refused("ledger.period-closed", bill, world)
        assert (ready(world), invoices(world)) == (1, [])

    def test_of_another_company_finds_nothing(self, world: World) -> None:
        delivered(world, "good")
        other = build("OT")
        assert bill(other).invoice_ids == ()
        assert invoicing.bill_ready(other.call, [world.accounts["good"]], DAY).invoice_ids == ()


def test_runs_at_once_bill_everything_once(fresh_database: databases.Fresh) -> None:
    world = build()
    delivered(world, *["good", "late", "parent", "disputer"] * 5)
    results = databases.together([lambda: bill(world)] * 4)
    assert [one for one in results if isinstance(one, Exception)] == []
    assert sum(len(one.invoice_ids) for one in results if isinstance(one, BillingResult)) == 20
    assert len({tuple(one.order_numbers) for one in invoices(world)}) == 20
    assert ready(world) == 0
    with within(world.call):
        assert queries.number_gaps(world.call) == (20, [])
        assert [one.name for one in kpis.verify(world.call) if not one.holds] == []


def test_an_invoice_and_its_credit_at_once_by_many_credits_it_once(fresh_database: databases.Fresh) -> None:
    from duecourse.invoicing.rules import NewCreditNote

    world = build()
    delivered(world, "good")
    (key,) = bill(world).invoice_ids
    note = NewCreditNote(key, "race", dt.date(2026, 11, 17))
    results = databases.together([lambda: invoicing.post_credit_notes(world.call, [note])] * 5)
    codes = [getattr(one, "code", one) for one in results if isinstance(one, Exception)]
    assert codes == ["invoicing.credited-too-much"] * 4
    with within(world.call):
        assert [one.name for one in kpis.verify(world.call) if not one.holds] == []
