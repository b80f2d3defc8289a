"""kill -9 in the middle of each batch, before and after each table that it writes: all of it is there or nothing, and again is once."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import pytest
from django.db import connections

from duecourse.cash import actions as cash
from duecourse.cash import queries as cash_facts
from duecourse.cash.rules import ApplyLine, ApplyRequest
from duecourse.core.call import within
from duecourse.credit import actions as credit
from duecourse.invoicing import actions as invoicing
from duecourse.invoicing import rules
from duecourse.jobs.imports import open_items as extract
from duecourse.kpis import actions as kpis
from duecourse.orders import actions as orders
from duecourse.receivables import actions as receivables
from duecourse.receivables import queries as item_facts
from tests import databases
from tests.bankfiles import Pay, camt
from tests.books import eur
from tests.faults.processes import Process, stopping_at, wait_until, waiting
from tests.world import World, build

COUNT = 12
LOOKED_AT = (
    "core_event", "core_numberseries", "core_externalid", "ledger_journalentry", "ledger_posting", "receivables_openitem",
    "receivables_allocation", "receivables_clearing", "invoicing_invoice", "invoicing_invoiceline", "bank_bankfile", "bank_bankline",
    "cash_payment", "cash_proposal", "cash_application", "customers_customer", "orders_readyline",
)  # fmt: skip


def new_invoice(account_id: int, world: World) -> rules.NewInvoice:
    line = rules.NewLine("Elbow fitting", Decimal(1), "pc", Decimal(100), "S", Decimal(19))
    return rules.NewInvoice(account_id, "EUR", world.call.today, world.call.today, rules.Terms(30), [line])


def invoices(world: World) -> list[int]:
    return invoicing.post_invoices(world.call, [new_invoice(world.accounts["good"], world) for _ in range(COUNT)])


def nothing(world: World) -> None:
    return None


def deliveries(world: World) -> None:
    (key,) = credit.create_credit_accounts(world.call, [credit.NewCreditAccount("Good", "EUR", [world.accounts["good"]])])
    credit.set_limits(world.call, [credit.NewLimit(key, eur(10**6), world.call.today)])
    lines = [orders.NewOrderLine("P-100", Decimal(10))]
    keys = orders.create_orders(
        world.call, [orders.NewOrder(world.call.today, lines, account_id=world.accounts["good"]) for _ in range(COUNT)]
    )
    orders.confirm_orders(world.call, keys)
    orders.deliver(world.call, [orders.NewDelivery(key, [(10, Decimal(10))]) for key in keys], world.call.today)


def bill(world: World) -> object:
    return invoicing.bill_ready(world.call, None, world.call.today)


def take_file(world: World) -> object:
    lines = [Pay("119.00", f"Payer {place}", f"text {place}") for place in range(COUNT)]
    return cash.take_file(world.call, "a.xml", camt(world.bank_numbers["EUR"], lines))


def payments_and_invoices(world: World) -> None:
    invoices(world)
    take_file(world)


def apply_payments(world: World) -> object:
    with within(world.call):
        payments = [row.payment.id for row in cash_facts.rows(world.call, sort="number", size=200).rows]
        items = item_facts.items(world.call, world.call.today, account_ids=[world.accounts["good"]])
    requests = [
        ApplyRequest(payment_id=payment, customer_account_id=world.accounts["good"], lines=[ApplyLine(item.id, item.open)])
        for payment, item in zip(payments, items, strict=True)
    ]
    return cash.apply_payments(world.call, requests)


def take_over(world: World) -> object:
    head = "business_code,cust_number,name_customer,business_year,doc_id,document_create_date.1,due_in_date,invoice_currency,total_open_amount,isOpen"
    rows = [f"U001,{place % 5 + 900},Firm {place % 5},2026,{place},2026-10-01,2026-10-31,EUR,10.00,1" for place in range(COUNT)]
    found = extract.read("\n".join([head, *rows]).encode(), "items.csv")
    return receivables.take_over_items(world.call, found.items, extract.SYSTEM, world.call.today, "NET30")


@dataclass(frozen=True)
class Batch:
    """What is there before, what is killed, and the tables at which it is killed."""

    before: Callable[[World], object]
    work: Callable[[World], object]
    tables: str


BATCHES = {
    "post_invoices": Batch(nothing, invoices, "ledger_journalentry ledger_posting receivables_openitem invoicing_invoice core_event"),
    "bill_ready": Batch(deliveries, bill, "ledger_posting invoicing_invoiceline core_event"),
    "take_file": Batch(nothing, take_file, "bank_bankfile bank_bankline ledger_posting cash_payment core_event"),
    "apply_payments": Batch(payments_and_invoices, apply_payments, "receivables_openitem receivables_allocation cash_application core_event"),
    "take_over_items": Batch(nothing, take_over, "customers_customer receivables_openitem core_externalid core_event"),
}  # fmt: skip


def counts(world: World) -> dict[str, object]:
    """How many rows each table has, and what stands in those that change."""
    with within(world.call):
        found: dict[str, object] = {table: databases.rows(f"select count(*) from {table}")[0][0] for table in LOOKED_AT}
        found["numbers"] = databases.rows("select series, year, next_number from core_numberseries order by 1, 2")
        found["rests"] = databases.rows("select sum(open_amount), count(closed_date) from receivables_openitem")
        found["ready"] = databases.rows("select count(*) from orders_readyline where billed_by = ''")
        found["states"] = databases.rows("select state, count(*) from cash_payment group by 1 order by 1")
        return found


def assert_green(world: World) -> None:
    with within(world.call):
        assert [(one.name, one.broken) for one in kpis.verify(world.call) if not one.holds] == []


class TestKilledInTheMiddle:
    @pytest.mark.parametrize("name", BATCHES)
    def test_of_a_batch_leaves_nothing_and_again_does_it_once(self, name: str, fresh_database: databases.Fresh) -> None:
        batch, world = BATCHES[name], build()
        batch.before(world)
        before = counts(world)
        for table in batch.tables.split():
            for when in ("before", "after"):
                with stopping_at(fresh_database, table, when) as server:
                    child = Process(lambda: batch.work(world))
                    wait_until(lambda: waiting(server))
                    child.kill()
                    connections.close_all()
                assert counts(world) == before, (table, when)
        batch.work(world)
        done = counts(world)
        assert done != before
        assert_green(world)

    def test_between_commits_keeps_what_was_acknowledged(self, fresh_database: databases.Fresh) -> None:
        """Batch after batch, killed at moments of chance: each batch is there whole, and none that was said to be is missing."""
        world, chance = build(), random.Random(9)
        said = 0
        for _ in range(6):
            told = os.pipe()

            def work(told: tuple[int, int] = told) -> None:
                while True:
                    invoices(world)
                    os.write(told[1], b"x")

            child = Process(work)
            time.sleep(chance.uniform(0.1, 0.6))
            child.kill()
            os.close(told[1])
            said += len(os.read(told[0], 1000))
            os.close(told[0])
        with within(world.call):
            posted = int(databases.rows("select count(*) from invoicing_invoice")[0][0])
        assert posted % COUNT == 0
        assert said <= posted // COUNT <= said + 6
        assert_green(world)
        assert len(invoices(world)) == COUNT
