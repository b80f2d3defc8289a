"""From a bank's line to a closed item, and back, on a real database."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from duecourse.cash import actions as cash
from duecourse.cash import queries as facts
from duecourse.cash.rules import ApplyLine
from duecourse.core import ids
from duecourse.core.call import within
from duecourse.core.models import Event
from duecourse.customers import queries as customer_facts
from duecourse.ledger import actions as ledger
from duecourse.ledger import queries as ledger_facts
from tests.bankfiles import Pay, camt
from tests.cash.play import assert_ties, balance, eur, invoice, open_of, refused, usd
from tests.world import World, build

DAY = dt.date(2026, 11, 16)


@pytest.fixture
def world(db: None) -> World:
    return build()


def take(world: World, *lines: Pay, opening: str = "0.00", number: str = "1") -> cash.TakenFile:
    return cash.take_file(world.call, f"{number}.xml", camt(world.bank_numbers["EUR"], lines, opening, number))


def payment_ids(world: World, tab: str = "all") -> list[int]:
    with within(world.call):
        return [row.payment.id for row in facts.rows(world.call, tab, sort="number").rows]


def state(world: World, payment_id: int) -> str:
    with within(world.call):
        return facts.view(world.call, payment_id).state


class TestTakingAFile:
    def test_makes_payments_with_proposals_and_ties(self, world: World) -> None:
        item = invoice(world.call, world.accounts["good"], "INV-26-00001", eur("1190.00"), tax="19", discount="2 2026-11-20")
        steps = []
        taken = cash.take_file(
            world.call,
            "a.xml",
            camt(
                world.bank_numbers["EUR"],
                [
                    Pay("1166.20", "Albrecht Anlagenbau GmbH", "Rechnung INV-26-00001", world.payer_accounts["good"]),
                    Pay("77.00", "Somebody", "hello"),
                    Pay("-10.00", "Bank", "Entgelt"),
                ],
                "500.00",
            ),
            progress=lambda step, done, total: steps.append(step),
        )
        assert (taken.payments, taken.states) == (2, {"confirm": 1, "work": 1})
        assert steps == ["read", "payments", "match", "done"]
        assert balance(world.call, "cash-clearing") == Decimal("-1243.20")
        assert balance(world.call, "bank") == Decimal("1733.20")
        with within(world.call):
            page = facts.rows(world.call, "confirm")
            (row,) = page.rows
            bench = facts.workbench(world.call, row.payment.id)
        assert row.documents == ("INV-26-00001",)
        assert row.residual_kinds == ("discount",)
        best = bench.proposals[0]
        assert best.account is not None
        assert best.account.id == world.accounts["good"]
        assert [segment.kind for segment in bench.segments] == ["", "number"]
        assert sum(line.company_money.amount for line in best.postings) == 0
        assert not best.obstacle
        applied = cash.apply_payment(
            world.call, row.payment.id, best.account.id, best.apply_lines, tier=best.tier, reasons=best.reasons
        )
        assert applied.state == "applied"
        assert not applied.rest
        assert open_of(world.call, item) == 0
        assert balance(world.call, "cash-clearing") == Decimal("-77.00")
        assert balance(world.call, "discount") == Decimal("20.00")
        assert balance(world.call, "tax") == Decimal("-190.00") + Decimal("3.80")
        assert_ties(world.call)
        with within(world.call):
            posted = ledger_facts.entries(world.call, sources=[row.payment.outer_id])
        assert sorted(line[3].amount for entry in posted for line in entry.lines) == sorted(
            line.company_money.amount for line in best.postings
        )

    def test_the_same_file_again_makes_nothing(self, world: World) -> None:
        first = take(world, Pay("10.00", "A", "x"))
        again = take(world, Pay("10.00", "A", "x"))
        assert not first.file.already_imported
        assert again.file.already_imported
        assert again.file.file_id == first.file.file_id
        assert again.states == first.states == {"work": 1}
        assert len(payment_ids(world)) == 1

    def test_says_what_was_done_in_an_event(self, world: World) -> None:
        taken = take(world, Pay("10.00", "A", "x"))
        with within(world.call):
            names = set(Event.objects.filter(subjects__contains=[taken.file.outer_id]).values_list("name", flat=True))
        assert {"bank.file-imported", "cash.file-taken"} <= names

    def test_takes_as_many_statements_for_many_lines_as_for_few(self, world: World) -> None:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        counts = []
        for number, many in (("1", 60), ("2", 300)):
            data = camt(
                world.bank_numbers["EUR"], [Pay(f"{n}.01", "A", f"text {number} {n}") for n in range(1, many)], number=number
            )
            with CaptureQueriesContext(
                connection,
            ) as queries:
                cash.take_file(world.call, number, data)
            counts.append(len(queries))
        assert counts[1] <= counts[0]


class TestApplying:
    def one(self, world: World, amount: str, account: str = "good", **more: object) -> int:
        take(world, Pay(amount, "Payer", "no words", world.payer_accounts[account], **more))  # type: ignore[arg-type]
        return payment_ids(world)[-1]

    def test_part_leaves_the_rest_of_the_item_open(self, world: World) -> None:
        item = invoice(world.call, world.accounts["good"], "INV-1", eur("1000.00"))
        done = cash.apply_payment(world.call, self.one(world, "400.00"), world.accounts["good"], [ApplyLine(item, eur("400.00"))])
        assert done.state == "applied"
        assert open_of(world.call, item) == 600
        assert_ties(world.call)

    @pytest.mark.parametrize(
        ("paid", "kind", "residual", "open_after", "rest", "account", "posted"),
        [
            ("985.00", "bank_charge", "-15.00", "0", "0", "bank-charges", "15.00"),
            ("999.98", "rounding", "-0.02", "0", "0", "rounding", "0.02"),
            ("1000.02", "rounding", "0.02", "0", "0", "rounding", "-0.02"),
            ("900.00", "short_payment", "-100.00", "100.00", "0", "write-off", "0"),
            ("980.00", "unearned_discount", "-20.00", "20.00", "0", "discount", "0"),
            ("900.00", "write_off", "-100.00", "0", "0", "write-off", "100.00"),
            ("1050.00", "overpayment", "50.00", "0", "50.00", "rounding", "0"),
        ],
    )
    def test_difference_goes_where_its_kind_says(
        self, world: World, paid: str, kind: str, residual: str, open_after: str, rest: str, account: str, posted: str
    ) -> None:
        item = invoice(world.call, world.accounts["good"], "INV-1", eur("1000.00"))
        payment = self.one(world, paid)
        done = cash.apply_payment(
            world.call, payment, world.accounts["good"], [ApplyLine(item, eur("1000.00"), kind, eur(residual))]
        )
        assert open_of(world.call, item) == Decimal(open_after)
        assert done.rest == eur(rest)
        assert done.state == ("on-account" if done.rest else "applied")
        assert balance(world.call, account) == Decimal(posted)
        assert balance(world.call, "cash-clearing") == 0
        assert_ties(world.call)

    def test_late_discount_needs_a_person_who_accepts_it(self, world: World) -> None:
        item = invoice(world.call, world.accounts["good"], "INV-1", eur("1000.00"), discount="2 2026-11-15")
        payment = self.one(world, "980.00")
        line = ApplyLine(item, eur("1000.00"), "discount", eur("-20.00"))
        refusal = refused("cash.discount-too-late", cash.apply_payment, world.call, payment, world.accounts["good"], [line])
        assert "2026-11-15" in refusal.message
        cash.apply_payment(world.call, payment, world.accounts["good"], [line], accept_late_discount=True)
        assert open_of(world.call, item) == 0
        assert balance(world.call, "discount") == 20

    def test_discount_larger_than_the_terms_is_refused(self, world: World) -> None:
        item = invoice(world.call, world.accounts["good"], "INV-1", eur("1000.00"), discount="2 2026-11-16")
        line = ApplyLine(item, eur("1000.00"), "discount", eur("-30.00"))
        payment = self.one(world, "970.00")
        refused("cash.discount-too-large", cash.apply_payment, world.call, payment, world.accounts["good"], [line])

    def test_credit_note_and_invoices_together(self, world: World) -> None:
        account = world.accounts["good"]
        items = [invoice(world.call, account, f"D{n}", eur(amount)) for n, amount in enumerate(("1000.00", "500.00", "-200.00"))]
        lines = [ApplyLine(item, eur(amount)) for item, amount in zip(items, ("1000.00", "500.00", "-200.00"), strict=True)]
        cash.apply_payment(world.call, self.one(world, "1300.00"), account, lines)
        assert [open_of(world.call, item) for item in items] == [0, 0, 0]
        assert_ties(world.call)

    def test_parent_pays_for_child(self, world: World) -> None:
        item = invoice(world.call, world.accounts["child"], "INV-1", eur("300.00"))
        cash.apply_payment(
            world.call, self.one(world, "300.00", "parent"), world.accounts["parent"], [ApplyLine(item, eur("300.00"))]
        )
        assert open_of(world.call, item) == 0
        assert_ties(world.call)

    def test_dollars_realise_the_exchange_difference_and_leave_nothing_in_clearing(self, world: World) -> None:
        ledger.load_rates(world.call, [("USD", dt.date(2026, 11, 14), Decimal("1.2000"))])
        item = invoice(world.call, world.accounts["dollar"], "INV-9", usd("1100.00"))
        payment = cash.record_payment(world.call, world.bank["USD"], usd("1100.00"), dt.date(2026, 11, 14), "Fairbanks")
        cash.apply_payment(world.call, payment, world.accounts["dollar"], [ApplyLine(item, usd("1100.00"))])
        assert balance(world.call, "exchange-loss") == Decimal("83.33")
        assert balance(world.call, "cash-clearing") == 0
        assert_ties(world.call)

    def test_rest_on_account_pays_later(self, world: World) -> None:
        account = world.accounts["good"]
        payment = self.one(world, "500.00")
        assert cash.put_on_account(world.call, payment, account).rest == eur("500.00")
        item = invoice(world.call, account, "INV-1", eur("200.00"))
        done = cash.apply_payment(world.call, payment, account, [ApplyLine(item, eur("200.00"))], rest=eur("500.00"))
        assert (done.state, done.rest) == ("on-account", eur("300.00"))
        refused(
            "cash.payment-changed",
            cash.apply_payment,
            world.call,
            payment,
            account,
            [ApplyLine(item, eur("200.00"))],
            rest=eur("500.00"),
        )
        refused(
            "cash.other-customer", cash.apply_payment, world.call, payment, world.accounts["late"], [ApplyLine(item, eur("1.00"))]
        )
        assert_ties(world.call)

    def test_batch_takes_as_many_statements_for_many_as_for_few(self, world: World) -> None:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        from duecourse.cash.rules import ApplyRequest

        counts = []
        for number, many in (("1", 50), ("2", 150)):
            items = [invoice(world.call, world.accounts["good"], f"B{number}-{n}", eur("10.00")) for n in range(many)]
            before = set(payment_ids_all(world))
            data = camt(world.bank_numbers["EUR"], [Pay("10.00", "A", f"{number} x{n}") for n in range(many)], number=number)
            cash.take_file(world.call, number, data)
            fresh = sorted(set(payment_ids_all(world)) - before)
            requests = [
                ApplyRequest(
                    payment_id=payment, customer_account_id=world.accounts["good"], lines=[ApplyLine(item, eur("10.00"))]
                )
                for payment, item in zip(fresh, items, strict=True)
            ]
            with CaptureQueriesContext(connection) as queries:
                cash.apply_payments(world.call, requests)
            counts.append(len(queries))
        assert counts[1] <= counts[0]
        assert_ties(world.call)

    def test_person_who_confirms_teaches_the_payers_account(self, world: World) -> None:
        item = invoice(world.call, world.accounts["good"], "INV-1", eur("10.00"))
        take(world, Pay("10.00", "Treuhand", "x", "DE02120300000000202051"))
        cash.apply_payment(world.call, payment_ids(world)[0], world.accounts["good"], [ApplyLine(item, eur("10.00"))])
        with within(world.call):
            known = {payer.bank_account: payer.account_id for payer in customer_facts.known_payers(world.call)}
        assert known["DE02120300000000202051"] == world.accounts["good"]


def payment_ids_all(world: World) -> list[int]:
    from duecourse.cash.models import Payment

    with within(world.call):
        return list(Payment.objects.order_by("id").values_list("id", flat=True))


class TestRefusing:
    def test_closed_period_changes_nothing(self, world: World) -> None:
        item = invoice(world.call, world.accounts["good"], "INV-1", eur("10.00"))
        take(world, Pay("10.00", "A", "x"))
        (payment,) = payment_ids(world)
        with within(world.call):
            spans = ledger_facts.periods(world.call)
            for period in spans:
                ledger.close_period(world.call, ids.outer("prd", period.id))
        refused(
            "ledger.period-closed",
            cash.apply_payment,
            world.call,
            payment,
            world.accounts["good"],
            [ApplyLine(item, eur("10.00"))],
        )
        refused("ledger.period-closed", take, world, Pay("11.00", "A", "x"), number="2")
        assert state(world, payment) in ("work", "confirm")
        assert open_of(world.call, item) == 10
        assert len(payment_ids(world)) == 1

    def test_closed_month_of_the_booking_posts_today(self, world: World) -> None:
        item = invoice(world.call, world.accounts["good"], "INV-1", eur("10.00"), issued=dt.date(2026, 10, 1))
        payment = cash.record_payment(world.call, world.bank["EUR"], eur("10.00"), dt.date(2026, 10, 20))
        with within(world.call):
            october = next(row for row in ledger_facts.periods(world.call) if row.start_date == dt.date(2026, 10, 1))
        ledger.close_period(world.call, ids.outer("prd", october.id))
        cash.apply_payment(world.call, payment, world.accounts["good"], [ApplyLine(item, eur("10.00"))])
        with within(world.call):
            entries = ledger_facts.entries(world.call, sources=[ids.outer("pay", payment)])
        assert sorted(entry.posting_date for entry in entries) == [dt.date(2026, 10, 20), dt.date(2026, 11, 17)]
        assert_ties(world.call)

    def test_what_is_not_ours_is_not_found(self, world: World) -> None:
        item = invoice(world.call, world.accounts["good"], "INV-1", eur("10.00"))
        payment = cash.record_payment(world.call, world.bank["EUR"], eur("10.00"), DAY)
        other = build("OT")
        line = [ApplyLine(item, eur("10.00"))]
        refused("not-found", cash.apply_payment, other.call, payment, other.accounts["good"], line)
        own = cash.record_payment(other.call, other.bank["EUR"], eur("10.00"), DAY)
        refused("not-found", cash.apply_payment, other.call, own, other.accounts["good"], line)
        mine = invoice(other.call, other.accounts["good"], "INV-1", eur("10.00"))
        refused("not-found", cash.apply_payment, other.call, own, world.accounts["good"], [ApplyLine(mine, eur("10.00"))])
        refused("not-found", cash.put_on_account, other.call, own, world.accounts["good"])
        refused("not-found", cash.set_later, other.call, payment)
        refused("not-found", cash.unapply, other.call, payment, "x")
        refused("not-found", cash.propose_payments, other.call, [payment])
        refused("not-found", cash.record_payment, other.call, world.bank["EUR"], eur("1.00"), DAY)
        with within(other.call):
            refused("not-found", facts.payment_for_caller, other.call, ids.outer("pay", payment))

    def test_more_than_is_there_is_refused(self, world: World) -> None:
        item = invoice(world.call, world.accounts["good"], "INV-1", eur("10.00"))
        payment = cash.record_payment(world.call, world.bank["EUR"], eur("5.00"), DAY)
        account = world.accounts["good"]
        refused("cash.payment-too-small", cash.apply_payment, world.call, payment, account, [ApplyLine(item, eur("6.00"))])
        big = cash.record_payment(world.call, world.bank["EUR"], eur("50.00"), DAY)
        refused("receivables.open-amount-changed", cash.apply_payment, world.call, big, account, [ApplyLine(item, eur("11.00"))])
        refused("cash.nothing-applied", cash.apply_payment, world.call, big, account, [])
        refused(
            "cash.line-not-usable",
            cash.apply_payment,
            world.call,
            big,
            account,
            [ApplyLine(item, eur("10.00"), "", eur("-1.00"))],
        )
        refused("cash.amount-not-positive", cash.record_payment, world.call, world.bank["EUR"], eur("0.00"), DAY)
        refused("cash.currency-of-account", cash.record_payment, world.call, world.bank["EUR"], usd("1.00"), DAY)
        assert_ties(world.call)
