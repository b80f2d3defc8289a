"""Reason codes, custom fields and texts in a real database: who defines them, what keeps them, and what refuses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from duecourse.cash import actions as cash
from duecourse.core import events, ids
from duecourse.core.call import Call, within
from duecourse.core.money import Money
from duecourse.credit import actions as credit
from duecourse.customers import actions as customers
from duecourse.customers import queries as customer_facts
from duecourse.customers import rules as customer_rules
from duecourse.documents import queries as document_facts
from duecourse.documents.pdf.invoice import contents
from duecourse.documents.rules import DispatchView
from duecourse.invoicing import actions as invoicing
from duecourse.invoicing import queries as invoice_facts
from duecourse.invoicing import rules as invoice_rules
from duecourse.orders import actions as orders
from duecourse.orders import queries as order_facts
from duecourse.tailoring import actions as tailoring
from duecourse.tailoring import queries as facts
from duecourse.tailoring import rules
from tests.books import refused
from tests.world import World, build

DAY = dt.date(2026, 11, 24)


@pytest.fixture
def world(db: None) -> Iterator[World]:
    made = build()
    with within(made.call):
        yield made


def field(name: str = "cost_center", thing: str = "order", kind: str = "text", **more: object) -> rules.FieldView:
    return replace(rules.FieldView(thing, name, kind, {"en": name.replace("_", " ")}), **more)  # type: ignore[arg-type]


def define(world: World, *wanted: rules.FieldView) -> None:
    for one in wanted:
        tailoring.define_field(world.calls["controller"], one)


def order(world: World, custom: dict[str, str] | None = None, call: Call | None = None, name: str = "good") -> int:
    lines = [orders.NewOrderLine("P-100", Decimal(10))]
    new = orders.NewOrder(DAY, lines, account_id=world.accounts[name], custom=custom)
    return orders.create_orders(call or world.calls["order-desk"], [new])[0]


def invoice(world: World, name: str = "good", custom: dict[str, str] | None = None) -> int:
    line = invoice_rules.NewLine("Fittings", Decimal(10), "pc", Decimal("12.50"), "S", Decimal(19))
    today = world.call.today
    new = invoice_rules.NewInvoice(world.accounts[name], "EUR", today, today, invoice_rules.Terms(30), [line], custom=custom)
    return invoicing.post_invoices(world.call, [new])[0]


def texts_of(world: World, thing: str, key: int) -> dict[str, str]:
    return facts.value_texts(world.call, thing, [key])[key]


class TestReasons:
    def test_of_a_release_are_kept_in_words_and_counted_where_they_are_used(self, world: World) -> None:
        manager = world.calls["credit-manager"]
        key = invoice(world)
        note = invoice_rules.NewCreditNote(key, "two of ten", world.call.today, {1: Decimal(2)}, reason_code="damaged")
        (made,) = invoicing.post_credit_notes(world.call, [note])
        assert invoice_facts.invoice_for_caller(world.call, ids.outer("inv", made)).reason == "Goods damaged: two of ten"
        assert facts.use_counts(manager) == {("credit-note", "damaged"): 1}
        (use,) = facts.uses(manager, "credit-note", "damaged")
        assert (use.version, use.subject, use.by_name) == (0, ids.outer("inv", key), world.call.by.name)

    def test_on_a_credit_note_speak_the_buyers_language(self, world: World) -> None:
        customers.change_customer(world.call, world.customers["good"], {"language": "de"})
        note = invoice_rules.NewCreditNote(invoice(world), "", world.call.today, reason_code="damaged")
        (made,) = invoicing.post_credit_notes(world.call, [note])
        assert invoice_facts.invoice_for_caller(world.call, ids.outer("inv", made)).reason == "Ware beschädigt"

    def test_reworded_say_the_new_words_and_keep_what_was_said(self, world: World) -> None:
        manager = world.calls["credit-manager"]
        customers.stop_account(world.call, world.accounts["late"], True, "", "unpaid")
        tailoring.reword_reason(manager, "account-stop", "unpaid", rules.ReasonCode("", "", {"en": "Three invoices late"}))
        customers.stop_account(world.call, world.accounts["good"], True, "", "unpaid")
        assert [use.said for use in facts.uses(manager, "account-stop", "unpaid")] == ["Three invoices late", "Too much unpaid"]
        now, versions = facts.reason_for_caller(manager, "account-stop", "unpaid")
        assert (now.version, [one.words["en"] for one in versions]) == (1, ["Three invoices late", "Too much unpaid"])
        told = {event.name: event.facts for event in events.about(world.call, [ids.outer("acc", world.accounts["late"])])}
        assert told["customers.account-stopped"]["reason"] == "Too much unpaid"

    def test_retired_can_no_longer_be_chosen_and_can_be_brought_back(self, world: World) -> None:
        manager, key = world.calls["credit-manager"], order(world)
        tailoring.retire_reason(manager, "order-end", "entered-twice")
        assert "entered-twice" not in dict(facts.choices(manager, "order-end", "en"))
        refused("tailoring.reason-retired", orders.cancel_order, world.call, key, "", "entered-twice")
        refused("tailoring.reason-unknown", orders.cancel_order, world.call, key, "", "entered-thrice")
        tailoring.restore_reason(manager, "order-end", "entered-twice")
        orders.cancel_order(world.call, key, "", "entered-twice")

    def test_of_our_own_are_defined_once_for_one_company(self, world: World) -> None:
        manager = world.calls["credit-manager"]
        new = rules.ReasonCode("write-off", "flood", {"de": "Hochwasser"}, account_code="6300")
        tailoring.define_reason(manager, new)
        refused("tailoring.reason-there", tailoring.define_reason, manager, new)
        refused("access.not-permitted", tailoring.define_reason, world.calls["billing"], replace(new, code="fire"))
        assert dict(facts.choices(manager, "write-off", "fr"))["flood"] == "Hochwasser"
        other = build("XX")
        with within(other.call):
            assert "flood" not in dict(facts.choices(other.call, "write-off", "fr"))

    def test_are_never_changed_or_deleted_by_any_statement(self, world: World) -> None:
        tailoring.retire_reason(world.calls["credit-manager"], "dispute", "price")
        for statement in ("delete from tailoring_reasonversion", "update tailoring_reasonversion set version = 9"):
            with (
                pytest.raises(Exception, match=r"permission denied|append-only"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)

    def test_of_an_undone_payment_are_asked_for(self, world: World) -> None:
        refused("cash.reason-missing", cash.unapply, world.call, 1, "")


class TestFields:
    def test_named_like_columns_are_filled_found_and_listed(self, world: World) -> None:
        define(
            world,
            field("number"),
            field("select", kind="number"),
            field("state", kind="choice", options=(rules.Option("new", {}),)),
        )
        first = order(world, {"number": "KS-1", "select": "7", "state": "NEW"})
        second = order(world, {"custom.number": "KS-2", "select": "12"})
        assert texts_of(world, "order", first) == {"number": "KS-1", "select": "7", "state": "new"}
        cases: list[tuple[dict[str, str], set[int]]] = [
            ({"number": "ks-1"}, {first}),
            ({"number": "KS*"}, {first, second}),
            ({"select": ">= 7"}, {first, second}),
            ({"select": ">7"}, {second}),
            ({"number": "KS*", "state": "new"}, {first}),
            ({"number": "'; drop table orders_order; --"}, set()),
        ]
        for asked, found in cases:
            assert {row.id for row in order_facts.rows(world.call, custom=asked).rows} == found, asked
        assert {row.id for row in order_facts.rows(world.call, text="ks-2").rows} == {second}
        refused("tailoring.field-unknown", order_facts.rows, world.call, custom={"numbr": "1"})
        refused("tailoring.value-not-usable", order_facts.rows, world.call, custom={"select": "many"})
        refused("tailoring.value-not-usable", order_facts.rows, world.call, custom={"state": ">new"})

    def test_that_are_required_must_be_filled_by_whoever_enters(self, world: World) -> None:
        define(world, field(required=True))
        refused("tailoring.value-missing", order, world, {})
        key = order(world, {"cost_center": "4711"})
        refused("tailoring.value-missing", orders.change_fields, world.calls["order-desk"], key, {"cost_center": ""})
        order(world, None)  # nobody was asked: an import, a program of before

    def test_change_with_their_event_and_empty_ones_go(self, world: World) -> None:
        define(world, field())
        key = order(world, {"cost_center": "4711"})
        orders.change_fields(world.calls["order-desk"], key, {"cost_center": "4712"})
        orders.change_fields(world.calls["order-desk"], key, {"cost_center": ""})
        assert texts_of(world, "order", key) == {}
        told = [
            event.facts for event in events.about(world.call, [ids.outer("ord", key)]) if event.name == "tailoring.values-set"
        ]
        assert [(one.get("before"), one["after"]) for one in told] == [
            ({"cost_center": "4712"}, {"cost_center": ""}),
            ({"cost_center": "4711"}, {"cost_center": "4712"}),
            (None, {"cost_center": "4711"}),
        ]

    def test_of_customers_are_copied_to_orders_and_on_to_invoices(self, world: World) -> None:
        define(world, field(thing="customer"), field(copied_from="customer"))
        define(world, field(thing="invoice", copied_from="order"), field("region", thing="customer"))
        define(world, field("region", thing="invoice", copied_from="customer"))
        customers.change_fields(world.calls["credit-manager"], world.accounts["good"], {"cost_center": "4711", "region": "North"})
        keys = [order(world), order(world, {"cost_center": "0815"})]
        assert [texts_of(world, "order", key)["cost_center"] for key in keys] == ["4711", "0815"]
        (account,) = credit.create_credit_accounts(world.call, [credit.NewCreditAccount("good", "EUR", [world.accounts["good"]])])
        credit.set_limits(
            world.call, [credit.NewLimit(account, Money(Decimal(5000), "EUR"), world.call.today, reason_code="review")]
        )
        for key in keys:
            assert orders.confirm_orders(world.call, [key])[key].accepted
            orders.deliver(world.call, [orders.NewDelivery(key)], world.call.today)
        billed = invoicing.bill_ready(world.call, None, world.call.today).invoice_ids
        assert [texts_of(world, "invoice", key) for key in billed] == [
            {"cost_center": "4711", "region": "North"},
            {"cost_center": "0815", "region": "North"},
        ]
        (note,) = invoicing.post_credit_notes(world.call, [invoice_rules.NewCreditNote(billed[1], "returned", world.call.today)])
        assert texts_of(world, "invoice", note) == {"cost_center": "0815", "region": "North"}

    def test_of_invoices_are_never_changed_once_posted(self, world: World) -> None:
        define(world, field(thing="invoice"))
        key = invoice(world, custom={"cost_center": "4711"})
        for statement in ("update tailoring_fieldvalue set text = 'x'", "delete from tailoring_fieldvalue"):
            with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        assert texts_of(world, "invoice", key) == {"cost_center": "4711"}

    def test_are_seen_and_changed_by_those_roles_only(self, world: World) -> None:
        define(world, field("margin", see_roles=("credit-manager", "controller"), edit_roles=("credit-manager",)))
        key = order(world, {})
        orders.change_fields(world.calls["credit-manager"], key, {"margin": "12"})
        desk = world.calls["order-desk"]
        assert facts.value_texts(desk, "order", [key]) == {key: {}}
        refused("tailoring.field-unknown", order_facts.rows, desk, custom={"margin": "12"})
        refused("tailoring.field-unknown", orders.change_fields, desk, key, {"margin": "13"})
        assert texts_of(replace(world, call=world.calls["controller"]), "order", key) == {"margin": "12"}
        (told,) = [event for event in events.about(world.call, [ids.outer("ord", key)]) if event.name == "tailoring.values-set"]
        assert "12" not in str(told.facts)  # who reads the journal does not read it there

    def test_with_values_keep_their_kind_and_retired_ones_their_values(self, world: World) -> None:
        controller = world.calls["controller"]
        define(world, field())
        key = order(world, {"cost_center": "4711"})
        refused("tailoring.field-in-use", tailoring.change_field, controller, "order", "cost_center", field(kind="number"))
        tailoring.retire_field(controller, "order", "cost_center")
        assert texts_of(world, "order", key) == {}
        refused("tailoring.field-unknown", orders.change_fields, world.call, key, {"cost_center": "1"})
        refused("tailoring.field-there", tailoring.define_field, controller, field())
        tailoring.restore_field(controller, "order", "cost_center")
        assert texts_of(world, "order", key) == {"cost_center": "4711"}

    def test_of_many_things_take_as_many_queries_as_of_one(self, world: World) -> None:
        define(world, field(), field("due_day", kind="date"))
        counted = []
        for many in (1, 19):  # above forty rows bulk writes take a temporary table
            lines = [orders.NewOrderLine("P-100", Decimal(1))]
            new = orders.NewOrder(
                DAY, lines, account_id=world.accounts["good"], custom={"cost_center": "1", "due_day": "2026-12-01"}
            )
            with CaptureQueriesContext(connection) as captured:
                keys = orders.create_orders(world.call, [new] * many)
                assert len(facts.values(world.call, "order", keys)) == many
            counted.append(len(captured))
        assert counted[0] == counted[1]

    def test_of_new_customers_and_of_other_companies_stay_apart(self, world: World) -> None:
        define(world, field("segment", thing="customer"))
        new = customer_rules.NewCustomer("90001", "Segel GmbH", "NET30", "DE", custom={"segment": "Marine"})
        (key,) = customers.create_customers(world.call, [new])
        assert customer_facts.matching(world.call, custom={"segment": "marine"}) == [key]
        assert customer_facts.matching(world.call, "marine") == [key]
        other = build("XX")
        with within(other.call):
            assert facts.fields(other.call, "customer") == []
            refused("tailoring.field-unknown", customer_facts.matching, other.call, custom={"segment": "marine"})


class TestTexts:
    def send(self, world: World, key: int) -> DispatchView:
        invoicing.send_invoices(world.call, [key])
        return document_facts.dispatches_about(world.call, [ids.outer("inv", key)])[0]

    def test_shipped_ones_are_sent_until_the_company_writes_its_own(self, world: World) -> None:
        define(world, field(thing="invoice"))
        key = invoice(world, custom={"cost_center": "4711"})
        before = self.send(world, key)
        own = rules.Text(
            "{number} for {customer name}", "Cost centre {custom.cost_center}\nYour order {their order}\n{amount} {currency}"
        )
        assert tailoring.write_text(world.calls["credit-manager"], "invoice-mail", "en", own) == 1
        assert tailoring.write_text(world.calls["credit-manager"], "invoice-mail", "en", own) == 1  # nothing new, no version
        after = self.send(world, key)
        number = invoice_facts.invoice_for_caller(world.call, ids.outer("inv", key)).number
        assert number in before.title
        assert before.body.startswith("Dear ")
        assert after.title.startswith(f"{number} for ")
        assert after.body == "Cost centre 4711\n148.75 EUR\n"
        tailoring.reset_text(world.calls["credit-manager"], "invoice-mail", "en")
        assert self.send(world, key).body == before.body
        kept = [one.body for one in document_facts.dispatches_about(world.call, [ids.outer("inv", key)])]
        assert after.body in kept  # what was sent keeps its words
        versions = facts.versions(world.calls["credit-manager"], "invoice-mail", "en")
        assert [(one.version, one.is_shipped) for one in versions] == [(2, True), (1, False), (0, True)]

    def test_fall_back_to_the_companys_language(self, world: World) -> None:
        customers.change_customer(world.call, world.customers["good"], {"language": "it"})
        assert self.send(world, invoice(world)).title.startswith("Invoice ")
        customers.change_customer(world.call, world.customers["late"], {"language": "fr"})
        assert self.send(world, invoice(world, "late")).title.startswith("Facture ")

    def test_on_the_page_are_those_of_the_day_it_was_posted(self, world: World) -> None:
        def page(key: int) -> dict[str, object]:
            invoice = invoice_facts.invoice_for_caller(world.call, ids.outer("inv", key))
            return contents(invoice_facts.page(world.call, invoice))

        before = invoice(world)
        for place in ("above", "below"):
            tailoring.write_text(
                world.call, f"invoice-{place}", "en", rules.Text("", f"{place}: {{customer name}} #let {{number}}")
            )
        after = page(invoice(world))
        assert str(after["above"]).startswith("['above: ")
        assert "#let INV-26-" in str(after["notes"])
        assert page(before)["title"] == "Invoice"

    def test_with_an_unknown_placeholder_are_not_kept(self, world: World) -> None:
        text = rules.Text("{number}", "{amuont}")
        no = refused("tailoring.placeholder-unknown", tailoring.write_text, world.call, "invoice-mail", "en", text)
        assert "{amuont}" in no.message
        assert "amount" in no.message
        refused("tailoring.text-unknown", tailoring.write_text, world.call, "letter", "en", text)
        refused("tailoring.text-unknown", tailoring.write_text, world.call, "invoice-mail", "es", rules.Text("a", "b"))
        refused("access.not-permitted", tailoring.write_text, world.calls["billing"], "invoice-mail", "en", text)
