"""Invoices in a real database: posted in batches, credited in parts, billed once, sent or not."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from duecourse.access import actions as access
from duecourse.access import queries as access_facts
from duecourse.access import rules as access_rules
from duecourse.core import events, ids
from duecourse.core.call import Call, within
from duecourse.core.money import Money
from duecourse.customers import actions as customers
from duecourse.customers import rules as customer_rules
from duecourse.documents import queries as document_facts
from duecourse.documents.pdf import invoice as pdf
from duecourse.invoicing import actions as invoicing
from duecourse.invoicing import queries, rules
from duecourse.invoicing.models import Invoice, InvoiceLine
from duecourse.ledger import actions as ledger
from duecourse.ledger import queries as ledger_facts
from duecourse.receivables import actions as receivables
from duecourse.receivables import queries as items
from duecourse.receivables.rules import AllocationRequest, ClearingRequest
from tests.books import DAY, eur, refused
from tests.receivables.till import assert_ties, item, rests, settle
from tests.world import NOON, World, build

LINES = ("3 x 0.33 S 19", "10 x 12.50 S 19", "1 x 39.00 AA 7")


def line(text: str) -> rules.NewLine:
    quantity, _, price, category, percent = text.split()
    return rules.NewLine("Elbow fitting", Decimal(quantity), "pc", Decimal(price), category, Decimal(percent), "P-100")


def new(
    world: World, name: str = "good", *lines: str, day: dt.date = DAY, currency: str = "EUR", **more: Any
) -> rules.NewInvoice:
    terms = more.pop("terms", rules.Terms(30))
    return rules.NewInvoice(world.accounts[name], currency, day, day, terms, [line(one) for one in lines or LINES], **more)


def post(world: World, *invoices: rules.NewInvoice) -> list[Invoice]:
    keys = invoicing.post_invoices(world.calls["billing"], list(invoices))
    with within(world.call):
        found = Invoice.objects.select_related("item").in_bulk(keys)
    return [found[key] for key in keys]


def credit(world: World, invoice: Invoice, day: dt.date = DAY, **quantities: str) -> Invoice:
    """credit(world, invoice, line_2="3"): quantities by line; all that is left without."""
    wanted = {int(name.rpartition("_")[2]): Decimal(quantity) for name, quantity in quantities.items()} or None
    (key,) = invoicing.post_credit_notes(world.calls["billing"], [rules.NewCreditNote(invoice.id, "Damaged", day, wanted)])
    with within(world.call):
        return Invoice.objects.select_related("item").get(id=key)


def open_of(world: World, *invoices: Invoice) -> list[Decimal]:
    return rests(world, [one.item_id for one in invoices])


@pytest.fixture
def world(db: None) -> World:
    return build()


class TestPosting:
    def test_writes_number_entry_item_and_lines(self, world: World) -> None:
        terms = rules.Terms(30, Decimal(2), 10)
        (invoice,) = post(world, new(world, terms=terms, purchase_order="4500-1", order_numbers=["SO-26-00001"]))
        assert (invoice.number, invoice.reference) == ("INV-26-00001", rules.creditor_reference("INV-26-00001"))
        assert (invoice.net, invoice.tax, invoice.gross) == (Decimal("164.99"), Decimal("26.67"), Decimal("191.66"))
        assert (invoice.due_date, invoice.discount_until) == (dt.date(2026, 12, 17), dt.date(2026, 11, 27))
        with within(world.call):
            own = items.item_for_caller(world.call, ids.outer("itm", invoice.item_id))
            (entry,) = ledger_facts.entries(world.call, [invoice.entry_id])
            assert [one.net for one in InvoiceLine.objects.order_by("line_number")] == [Decimal("0.99"), 125, 39]
        assert (own.open, own.number, own.reference) == (eur("191.66"), invoice.number, invoice.reference)
        assert (own.purchase_order, own.order_number, own.discount_percent) == ("4500-1", "SO-26-00001", 2)
        assert sorted((code, money.amount) for code, _, money, _, _ in entry.lines) == [
            ("1400", Decimal("191.66")), ("1770", Decimal("-23.94")), ("1770", Decimal("-2.73")), ("8100", -39), ("8400", Decimal("-125.99")),
        ]  # fmt: skip
        assert_ties(world)

    def test_numbers_a_batch_by_date_and_tells_the_journal_once(self, world: World) -> None:
        days = [dt.date(2026, 11, 10), dt.date(2026, 11, 2), dt.date(2026, 11, 17), dt.date(2026, 11, 2)]
        invoices = post(world, *(new(world, day=day) for day in days))
        assert [one.number[-1] for one in invoices] == ["3", "1", "4", "2"]
        with within(world.call):
            assert len([one for one in events.about(world.call, [ids.outer("inv", invoices[0].id)])]) == 1  # noqa: C416
            assert queries.number_gaps(world.call) == (4, [])
            assert queries.broken_invoices(world.call) == (4, [])

    def test_in_two_years_takes_two_series(self, world: World) -> None:
        days = [dt.date(2026, 12, 31), dt.date(2027, 1, 1)]
        assert [one.number for one in post(world, *(new(world, day=day) for day in days))] == ["INV-26-00001", "INV-27-00001"]

    def test_puts_the_item_on_the_account_that_pays_and_the_buyer_on_the_paper(self, world: World) -> None:
        (invoice,) = post(world, new(world, "child", "1 x 10.00 K 0"))
        assert invoice.customer_account_id == world.accounts["child"]
        assert invoice.item.customer_account_id == world.accounts["parent"]
        assert invoice.buyer["name"] == "Estuary Pumps B.V."
        with within(world.call):
            (entry,) = ledger_facts.entries(world.call, [invoice.entry_id])
        owed, *sold = [account for *_, account in entry.lines if account]
        assert owed == world.accounts["parent"]
        assert set(sold) == {world.accounts["child"]}  # who bought counts for the tax report

    def test_in_dollars_is_booked_at_the_days_rate_to_the_cent(self, world: World) -> None:
        texts = [f"{place} x 3.33 G 0" for place in range(1, 30)]
        invoices = post(world, *(new(world, "dollar", text, "1 x 0.07 G 0", currency="USD") for text in texts))
        assert [one.item.company_amount for one in invoices] == [
            Money(one.gross, "USD").converted(Decimal("0.9090909091"), "EUR").amount for one in invoices
        ]
        assert_ties(world)

    @pytest.mark.parametrize(
        ("lines", "code"),
        [
            (["0 x 1.00 S 19"], "invoicing.quantity-zero"),
            (["1 x 1.00 S 0"], "invoicing.tax-rate"),
            (["-1 x 1.00 S 19"], "invoicing.not-positive"),
            (["1 x 1.00 S 19", "-1 x 1.00 S 19"], "invoicing.not-positive"),
        ],
    )
    def test_of_what_cannot_be_leaves_nothing_of_the_batch(self, world: World, lines: list[str], code: str) -> None:
        refused(code, post, world, new(world), new(world, "late", *lines))
        assert post(world, new(world))[0].number == "INV-26-00001"

    def test_without_lines_is_refused(self, world: World) -> None:
        refused("invoicing.no-lines", post, world, replace(new(world), lines=[]))

    def test_into_a_closed_period_leaves_nothing(self, world: World) -> None:
        with within(world.call):
            period = next(one.id for one in ledger_facts.periods(world.call) if one.start_date <= DAY < one.end_date)
        ledger.close_period(world.call, ids.outer("prd", period))
        refused("ledger.period-closed", post, world, new(world, day=dt.date(2026, 12, 1)), new(world))
        with within(world.call):
            assert not Invoice.objects.exists()
            assert items.totals(world.call) == (eur(0), 0)
        assert post(world, new(world, day=dt.date(2026, 12, 1)))[0].number == "INV-26-00001"

    def test_without_a_rate_is_refused(self, world: World) -> None:
        refused("ledger.rate-missing", post, world, new(world, "good", "1 x 1.00 S 19", currency="CHF"))

    def test_for_a_foreign_account_finds_nothing(self, world: World) -> None:
        other = build("OT")
        refused("not-found", post, other, new(world))
        (invoice,) = post(world, new(world))
        refused("not-found", credit, other, invoice)
        refused("not-found", invoicing.send_invoices, other.call, [invoice.id])
        with within(other.call):
            refused("not-found", queries.invoice_for_caller, other.call, ids.outer("inv", invoice.id))
            assert queries.billed(other.call, [invoice.id]) == []
            assert queries.rows(other.call).rows == []


class TestCreditNotes:
    def test_in_parts_add_up_to_the_invoice_exactly(self, world: World) -> None:
        (invoice,) = post(world, new(world))
        first = credit(world, invoice, line_1="1", line_2="3")
        second = credit(world, invoice, line_1="1", line_3="1")
        rest = credit(world, invoice)
        notes = [first, second, rest]
        assert [one.number for one in notes] == ["CN-26-00001", "CN-26-00002", "CN-26-00003"]
        for column in ("net", "tax", "gross"):
            assert sum(getattr(one, column) for one in notes) == -getattr(invoice, column)
        assert open_of(world, invoice, *notes) == [0, 0, 0, 0]
        assert all((one.credited_id, one.reason) == (invoice.id, "Damaged") for one in notes)
        with within(world.call):
            assert {
                name for one in notes for name in [queries.invoice_for_caller(world.call, ids.outer("inv", one.id)).kind]
            } == {"credit-note"}
            assert [account.amount for account in (ledger_facts.balance_of(world.call, name) for name in ("sales", "tax"))] == [
                0,
                0,
            ]
            assert queries.broken_invoices(world.call)[1] == []
        assert_ties(world)

    def test_in_dollars_realise_no_difference_in_any_parts(self, world: World) -> None:
        (invoice,) = post(world, new(world, "dollar", "7 x 14.29 G 0", currency="USD"))
        for _ in range(7):
            credit(world, invoice, line_1="1")
        assert open_of(world, invoice) == [0]
        with within(world.call):
            assert not ledger_facts.balance_of(world.call, "exchange-gain")
            assert not ledger_facts.balance_of(world.call, "exchange-loss")
            assert not ledger_facts.balance_of(world.call, "receivables")
        assert_ties(world)

    @pytest.mark.parametrize("quantities", [{"line_2": "11"}, {"line_2": "-1"}, {"line_9": "1"}, {"line_2": "0"}])
    def test_take_back_no_more_than_there_was(self, world: World, quantities: dict[str, str]) -> None:
        (invoice,) = post(world, new(world))
        code = "invoicing.line-unknown" if "line_9" in quantities else "invoicing.credited-too-much"
        refused(code, credit, world, invoice, **quantities)
        credit(world, invoice, line_2="10")
        refused("invoicing.credited-too-much", credit, world, invoice, line_2="1")
        assert credit(world, invoice).net == Decimal("-39.99")
        refused("invoicing.credited-too-much", credit, world, invoice)

    def test_of_an_invoice_that_was_paid_stay_open_as_credit(self, world: World) -> None:
        (invoice,) = post(world, new(world))
        settle(world, invoice.item_id, item(world, "good", "-191.66"), "191.66")
        note = credit(world, invoice)
        assert open_of(world, invoice, note) == [0, Decimal("-191.66")]
        (partly,) = post(world, new(world))
        settle(world, partly.item_id, item(world, "good", "-100.00"), "100.00")
        assert open_of(world, credit(world, partly), partly) == [-100, 0]
        assert_ties(world)

    def test_have_a_reason_and_come_after_their_invoice(self, world: World) -> None:
        (invoice,) = post(world, new(world))
        refused("invoicing.reason-missing", invoicing.post_credit_notes, world.call, [rules.NewCreditNote(invoice.id, " ", DAY)])
        refused("invoicing.before-invoice", credit, world, invoice, DAY - dt.timedelta(days=1))
        note = credit(world, invoice)
        refused("invoicing.not-an-invoice", credit, world, note)
        twice = [rules.NewCreditNote(invoice.id, "x", DAY)] * 2
        refused("invoicing.one-note-per-invoice", invoicing.post_credit_notes, world.call, twice)

    def test_go_to_the_account_that_has_the_invoices_item(self, world: World) -> None:
        """Who pays may change between an invoice and its credit; the credit belongs where the invoice is owed."""
        (invoice,) = post(world, new(world, "child", "2 x 10.00 K 0"))
        customers.change_account(world.call, world.accounts["child"], {"payer_number": ""})
        note = credit(world, invoice, line_1="1")
        assert note.item.customer_account_id == invoice.item.customer_account_id == world.accounts["parent"]
        assert_ties(world)


def company(world_call: Call, code: str, currency: str, country: str, zone: str) -> Call:
    """Another company of the same kind, with its books and one customer, whose account id is `accounts(call)[0]`."""
    start = access.bootstrap(
        f"Org {code}",
        access_rules.NewCompany(code, f"{code} Trading", currency, country, zone, is_live=True),
        access_rules.NewUser(f"admin@{code.lower()}.example", "Ada", "harbour-lantern-42"),
        world_call.at,
    )
    call = access_facts.system_call(start.company.id, world_call.at, "Tests")
    customers.create_terms(call, [customer_rules.NewTerms("NET30", "30 days net", 30)])
    ledger.create_chart(call)
    ledger.open_periods(call, dt.date(2026, 1, 1), dt.date(2026, 12, 31))
    ledger.load_rates(call, [("JPY", DAY, Decimal("165.00")), ("KWD", DAY, Decimal("0.3410")), ("USD", DAY, Decimal("1.1000"))])
    ledger.create_bank_account(call, "Bank", "0011223344", "", currency)
    return call


class TestOtherCompanies:
    def account(self, call: Call) -> int:
        return customers.create_customers(call, [customer_rules.NewCustomer("1", "Buyer", "NET30")])[0]

    @pytest.mark.parametrize(
        ("currency", "country", "text", "gross", "company_gross", "billed"),
        [
            ("JPY", "JP", "3 x 33.5 S 10", "111", "111", "JPY"),
            ("KWD", "KW", "3 x 0.3335 S 5", "1.051", "1.051", "KWD"),
            ("JPY", "JP", "1 x 10.01 S 10", "11.01", "1652", "USD"),
            ("KWD", "KW", "1 x 10.01 S 5", "10.51", "3.258", "USD"),
        ],
    )
    def test_bill_in_their_own_units(
        self, world: World, currency: str, country: str, text: str, gross: str, company_gross: str, billed: str
    ) -> None:
        call = company(world.call, currency, currency, country, "Asia/Tokyo")
        invoice = rules.NewInvoice(self.account(call), billed, DAY, DAY, rules.Terms(30), [line(text)])
        (key,) = invoicing.post_invoices(call, [invoice])
        with within(call):
            row = Invoice.objects.select_related("item").get(id=key)
            assert (row.gross, row.item.company_amount) == (Decimal(gross), Decimal(company_gross))
            assert ledger_facts.unbalanced_entries(call)[1] == []
            assert pdf.render_invoice(queries.page(call, row))[:5] == b"%PDF-"
        clearing = ClearingRequest(DAY, [AllocationRequest(row.item_id, "write-off", Money(row.gross, billed))], "t", "s")
        receivables.clear(call, [clearing])
        with within(call):
            assert not ledger_facts.balance_of(call, "receivables")

    def test_in_france_number_by_date_also_across_batches(self, world: World) -> None:
        call = company(world.call, "FR", "EUR", "FR", "Europe/Paris")
        account = self.account(call)

        def bill(*days: int) -> list[str]:
            invoices = [
                rules.NewInvoice(account, "EUR", dt.date(2026, 11, day), DAY, rules.Terms(30), [line("1 x 1.00 S 20")])
                for day in days
            ]
            keys = invoicing.post_invoices(call, invoices)
            with within(call):
                return [Invoice.objects.get(id=key).number[-2:] for key in keys]

        assert bill(10, 2, 9, 2) == ["04", "01", "03", "02"]
        refused("core.date-before-last-number", bill, 9)
        assert bill(10, 17) == ["05", "06"]
        with within(call):
            assert queries.number_gaps(call) == (6, [])


class TestThePage:
    @pytest.mark.parametrize(("category", "words"), [("K", "Article 138"), ("G", "Article 146"), ("AE", "Reverse charge")])
    def test_says_why_there_is_no_tax(self, world: World, category: str, words: str) -> None:
        (invoice,) = post(world, new(world, "disputer", f"1 x 10.00 {category} 0"))
        with within(world.call):
            page = queries.page(world.call, queries.invoice_for_caller(world.call, ids.outer("inv", invoice.id)))
        assert words in page.tax[0].note
        assert not page.tax_total

    def test_adds_up_and_is_drawn_for_invoice_and_credit_note(self, world: World) -> None:
        (invoice,) = post(world, new(world, terms=rules.Terms(30, Decimal(2), 10)))
        for one in (invoice, credit(world, invoice, line_2="3")):
            with within(world.call):
                page = queries.page(world.call, queries.invoice_for_caller(world.call, ids.outer("inv", one.id)))
            assert Money.total((row.net for row in page.lines), "EUR") == page.net
            assert page.net + page.tax_total == page.gross == abs(Money(one.gross, "EUR"))
            assert Money.total((row.tax for row in page.tax), "EUR") == page.tax_total
            data = pdf.render_invoice(page)
            assert data.startswith(b"%PDF-")
        assert page.credited is not None
        assert page.credited.number == invoice.number


class TestSending:
    def test_queues_one_letter_a_document_to_the_invoice_address(self, world: World) -> None:
        invoices = post(world, new(world), new(world, "late"))
        assert invoicing.send_invoices(world.calls["billing"], [one.id for one in invoices]) == 2
        with within(world.call):
            letters = [document_facts.dispatches_about(world.call, [ids.outer("inv", one.id)]) for one in invoices]
        assert [[one.recipients for one in found] for found in letters] == [
            [("rechnung@albrecht.example",)],
            [("buchhaltung@corvin.example",)],
        ]

    def test_without_an_address_queues_nothing_and_says_whose(self, world: World) -> None:
        (bare,) = customers.create_customers(world.call, [customer_rules.NewCustomer("777", "No Mail GmbH", "NET30")])
        invoices = post(world, new(world), replace(new(world), customer_account_id=bare))
        told = refused("invoicing.no-address", invoicing.send_invoices, world.call, [one.id for one in invoices])
        assert "No Mail GmbH" in told.message
        with within(world.call):
            assert not [
                event for event in events.about(world.call, [ids.outer("inv", invoices[0].id)]) if event.name.endswith("-sent")
            ]


assert NOON.date() == DAY
