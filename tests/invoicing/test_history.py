"""Documents of another system: own numbers, true days, one entry, and nothing twice."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from duecourse.core.call import within
from duecourse.core.money import Money
from duecourse.invoicing import actions as invoicing
from duecourse.invoicing import queries, rules
from duecourse.invoicing.models import Invoice
from duecourse.kpis import actions as kpis
from duecourse.kpis import queries as figures
from duecourse.ledger import queries as ledger_facts
from duecourse.receivables import queries as item_facts
from tests.books import DAY, eur, refused
from tests.world import World, build

MARCH = dt.date(2024, 3, 1)  # long before the first posting period


@pytest.fixture
def world(db: None) -> World:
    return build()


def was(world: World, number: str, amount: str, *paid: tuple[int, str], **more: Any) -> rules.HistoricInvoice:
    """was(world, "A1", "100.00", (45, "100.00")): issued on 1 March 2024, due after 30 days, paid in full after 45."""
    currency = more.pop("currency", "EUR")
    money = Money(Decimal(amount), currency)
    payments = [rules.HistoricPayment(MARCH + dt.timedelta(days=days), Money(Decimal(part), currency)) for days, part in paid]
    given: dict[str, Any] = {
        "external_id": number,
        "number": number,
        "account_id": world.accounts["good"],
        "kind": "invoice" if money.amount > 0 else "credit-note",
        "issue_date": MARCH,
        "due_date": MARCH + dt.timedelta(days=30),
        "money": money,
        "payments": payments,
    }
    return rules.HistoricInvoice(**(given | more))


def record(world: World, *invoices: rules.HistoricInvoice) -> rules.HistoryRecorded:
    return invoicing.record_history(world.calls["controller"], list(invoices), "old", DAY)


def green(world: World) -> None:
    with within(world.call):
        assert [verdict.broken for verdict in kpis.verify(world.call) if not verdict.holds] == []


class TestHistory:
    def test_keeps_numbers_days_and_what_was_open_on_any_past_day(self, world: World) -> None:
        done = record(
            world,
            was(world, "00017", "100.00", (45, "100.00")),
            was(world, "00018", "200.00", (10, "50.00"), (40, "70.00")),
            was(world, "00020", "10.00", (-3, "10.00")),
        )
        assert (len(done.ids), done.payments, done.known) == (3, 4, 0)
        assert [(one.missing, one.examples) for one in done.missing] == [(1, ("00019",))]
        with within(world.call):
            ages = {
                days: figures.age_summary(world.call, MARCH + dt.timedelta(days=days)).total.amount
                for days in (-1, 0, 9, 10, 44, 45)
            }
            late = [
                (item.number, item.closed_date)
                for item in item_facts.items(world.call, DAY, closed=True)
                if item.kind == "invoice"
            ]
            books = ledger_facts.balance_of(world.call, "receivables")
        assert ages == {-1: 0, 0: 300, 9: 300, 10: 250, 44: 180, 45: 80}
        assert ("00017", MARCH + dt.timedelta(days=45)) in late
        assert ("00020", MARCH - dt.timedelta(days=3)) in late
        assert books == eur("80.00")
        green(world)

    def test_again_adds_nothing_and_what_is_new_joins(self, world: World) -> None:
        first = was(world, "1", "5.00", (1, "5.00"))
        record(world, first)
        assert record(world, first).ids == ()
        again = record(world, first, was(world, "2", "6.00"))
        assert (len(again.ids), again.known) == (1, 1)
        green(world)

    def test_a_cancellation_takes_its_invoice_back_on_its_day(self, world: World) -> None:
        day = MARCH + dt.timedelta(days=20)
        note = was(world, "9001", "-100.00", cancels="1", issue_date=day, due_date=day, cancelled_date=day + dt.timedelta(days=2))
        done = record(world, was(world, "1", "100.00"), note)
        assert done.cancellations == 1
        with within(world.call):
            kept = Invoice.objects.get(number="9001")
            assert kept.credited is not None
            assert kept.credited.number == "1"
            assert figures.age_summary(world.call, day + dt.timedelta(days=1)).total == eur("0.00")
            (invoice,) = [one for one in item_facts.items(world.call, DAY, closed=True) if one.number == "1"]
        assert invoice.closed_date == day + dt.timedelta(days=2)
        green(world)

    def test_a_later_batch_cancels_an_earlier_invoice_as_far_as_it_is_open(self, world: World) -> None:
        record(world, was(world, "1", "100.00", (3, "30.00")))
        record(world, was(world, "2", "-100.00", cancels="1"))
        with within(world.call):
            rests = {one.number: one.open.amount for one in item_facts.items(world.call, DAY)}
        assert rests == {"2": Decimal("-30.00")}
        green(world)

    def test_overpaid_stays_on_account_and_foreign_money_ties(self, world: World) -> None:
        record(
            world,
            was(
                world,
                "1",
                "100.01",
                (3, "33.34"),
                (4, "33.33"),
                (5, "40.00"),
                currency="USD",
                account_id=world.accounts["dollar"],
            ),
        )
        with within(world.call):
            (rest,) = item_facts.items(world.call, DAY)
        assert (rest.kind, rest.open) == ("payment", Money(Decimal("-6.66"), "USD"))
        green(world)

    def test_a_dispute_is_known_from_the_take_over_on_and_not_before(self, world: World) -> None:
        record(world, was(world, "1", "5.00", (1, "5.00"), disputed=True), was(world, "2", "6.00", disputed=True))
        with within(world.call):
            keys = {one.number: one.id for one in item_facts.items(world.call, DAY, closed=True)}
            assert not item_facts.marks(world.call, [keys["1"], keys["2"]], DAY - dt.timedelta(days=1))
            assert [mark.item_id for mark in item_facts.marks(world.call, [keys["1"], keys["2"]], DAY)] == [keys["2"]]

    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            ({"money": eur("0.00")}, "amount other than zero"),
            ({"money": eur("-1.00")}, "less than zero for a credit note"),
            ({"issue_date": dt.date(2031, 1, 1)}, "history cannot lie ahead"),
            ({"due_date": dt.date(2044, 1, 1)}, "day and month may be swapped"),
            ({"payments": [rules.HistoricPayment(MARCH, eur("-1.00"))]}, "money that settles"),
            ({"payments": [rules.HistoricPayment(dt.date(2022, 1, 3), eur("1.00"))]}, "day and month may be swapped"),
            ({"payments": [rules.HistoricPayment(MARCH, Money(Decimal(1), "USD"))]}, "the document’s currency"),
            ({"number": " "}, "a number of at most"),
            ({"cancels": "1"}, "an invoice cancels nothing"),
        ],
    )
    def test_what_contradicts_itself_is_refused_and_named(self, world: World, change: dict[str, Any], expected: str) -> None:
        wrong = replace(was(world, "7", "5.00", where="line 17"), **change)
        refusal = refused("invoicing.history-not-usable", lambda: record(world, was(world, "1", "5.00"), wrong))
        assert "line 17" in refusal.message
        assert expected in refusal.message
        with within(world.call):
            assert not Invoice.objects.exists()

    def test_is_neither_printed_nor_credited_by_us(self, world: World) -> None:
        (key,) = record(world, was(world, "1", "5.00")).ids
        with within(world.call):
            invoice = Invoice.objects.get(id=key)
            refused("invoicing.printed-elsewhere", lambda: queries.page(world.call, invoice))
        refused("invoicing.printed-elsewhere", lambda: invoicing.send_invoices(world.calls["billing"], [key]))
        note = rules.NewCreditNote(key, "Damaged", DAY)
        refused("invoicing.tax-elsewhere", lambda: invoicing.post_credit_notes(world.calls["billing"], [note]))
