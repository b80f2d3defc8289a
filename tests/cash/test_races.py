"""Many at once: money is applied once, never too much, and nobody is left hanging."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from decimal import Decimal

from duecourse.cash import actions as cash
from duecourse.cash import queries as facts
from duecourse.cash.rules import Applied, ApplyLine, ApplyRequest
from duecourse.core.call import within
from duecourse.core.errors import Refused
from tests import databases
from tests.bankfiles import Pay, camt
from tests.cash.play import assert_ties, balance, eur, invoice, open_of
from tests.world import World, build

DAY = dt.date(2026, 11, 16)


def receipts(world: World, count: int, amount: str) -> list[int]:
    lines = [Pay(amount, f"Payer {place}", f"text {place}") for place in range(count)]
    cash.take_file(world.call, "a.xml", camt(world.bank_numbers["EUR"], lines))
    with within(world.call):
        return [row.payment.id for row in facts.rows(world.call, "all", sort="number", size=200).rows]


def applying(world: World, payment: int, account: str, item: int, amount: str) -> Callable[[], Applied]:
    return lambda: cash.apply_payment(world.call, payment, world.accounts[account], [ApplyLine(item, eur(amount))])


def codes(results: list[Applied | Exception]) -> list[str]:
    """What went wrong, by code; anything but a refusal is a bug and is raised."""
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, Refused):
            raise result
    return [result.code for result in results if isinstance(result, Refused)]


class TestOneInvoice:
    def test_sixteen_workers_ten_hundreds_fit(self, fresh_database: databases.Fresh) -> None:
        world = build()
        item = invoice(world.call, world.accounts["good"], "INV-1", eur("1000.00"))
        payments = receipts(world, 16, "100.00")
        results = databases.together([applying(world, payment, "good", item, "100.00") for payment in payments])
        assert codes(results) == ["receivables.open-amount-changed"] * 6
        assert open_of(world.call, item) == 0
        assert balance(world.call, "cash-clearing") == -600
        assert_ties(world.call)


class TestOnePayment:
    def test_two_workers_apply_it_once(self, fresh_database: databases.Fresh) -> None:
        world = build()
        payments = receipts(world, 6, "100.00")
        items = [invoice(world.call, world.accounts["good"], f"INV-{n}", eur("500.00")) for n in range(6)]
        for payment, item in zip(payments, items, strict=True):
            results = databases.together([applying(world, payment, "good", item, "100.00")] * 3)
            assert codes(results) == ["cash.payment-changed"] * 2
            assert open_of(world.call, item) == 400
        assert_ties(world.call)

    def test_applied_and_undone_at_once(self, fresh_database: databases.Fresh) -> None:
        world = build()
        item = invoice(world.call, world.accounts["good"], "INV-1", eur("100.00"))
        (payment,) = receipts(world, 1, "100.00")
        cash.apply_payment(world.call, payment, world.accounts["good"], [ApplyLine(item, eur("100.00"))])
        undo = [lambda: cash.unapply(world.call, payment, "twice")] * 4
        results = databases.together(undo)
        assert sorted(type(result).__name__ for result in results) == ["NoneType", "Refused", "Refused", "Refused"]
        assert open_of(world.call, item) == 100
        assert balance(world.call, "cash-clearing") == -100
        assert_ties(world.call)


class TestDeadlockBait:
    def test_sixteen_payments_across_eight_invoices_in_any_order(self, fresh_database: databases.Fresh) -> None:
        world = build()
        chance = random.Random(20261121)
        accounts = ["good", "late", "parent", "child"]
        items = [(invoice(world.call, world.accounts[accounts[n % 4]], f"INV-{n}", eur("500.00"))) for n in range(8)]
        payments = receipts(world, 16, "80.00")

        def work(payment: int) -> Callable[[], Applied]:
            chosen = chance.sample(items, 4)
            lines = [ApplyLine(item, eur("20.00")) for item in chosen]
            account = world.accounts[chance.choice(accounts)]
            return lambda: cash.apply_payment(world.call, payment, account, lines)

        results = databases.together([work(payment) for payment in payments])
        assert codes(results) == []
        assert sum(open_of(world.call, item) for item in items) == 8 * 500 - 16 * 80
        assert balance(world.call, "cash-clearing") == 0
        assert_ties(world.call)

    def test_batches_against_single_ones_and_undoings(self, fresh_database: databases.Fresh) -> None:
        world = build()
        items = [invoice(world.call, world.accounts["good" if n % 2 else "late"], f"INV-{n}", eur("1000.00")) for n in range(6)]
        payments = receipts(world, 12, "10.00")
        for payment, item in zip(payments[:4], items, strict=False):
            cash.apply_payment(world.call, payment, world.accounts["good"], [ApplyLine(item, eur("10.00"))])

        def batch(some: list[int]) -> Callable[[], object]:
            requests = [
                ApplyRequest(
                    payment_id=payment,
                    customer_account_id=world.accounts["late"],
                    lines=[ApplyLine(items[payment % 6], eur("4.00")), ApplyLine(items[(payment + 1) % 6], eur("6.00"))],
                )
                for payment in some
            ]
            return lambda: cash.apply_payments(world.call, requests)

        def undo(payment: int) -> Callable[[], object]:
            return lambda: cash.unapply(world.call, payment, "race")

        results = databases.together(
            [batch(payments[4:8]), batch(payments[8:]), *(undo(payment) for payment in payments[:4]), batch(payments[4:8][::-1])]
        )
        assert [result.code for result in results if isinstance(result, Refused)] == ["cash.payment-changed"]
        assert [result for result in results if isinstance(result, Exception) and not isinstance(result, Refused)] == []
        assert sum(open_of(world.call, item) for item in items) == Decimal(6000 - 80)
        assert_ties(world.call)
