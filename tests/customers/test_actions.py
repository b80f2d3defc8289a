"""Customers and accounts on a real database."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duecourse.access import actions as access
from duecourse.access import queries as access_facts
from duecourse.access import rules as access_rules
from duecourse.core import ids
from duecourse.core.call import within
from duecourse.core.errors import Refused
from duecourse.core.models import Event
from duecourse.customers import actions as customers
from duecourse.customers import queries as facts
from duecourse.customers import rules
from duecourse.customers.models import Customer, CustomerAlias
from tests import databases
from tests.world import NOON, World, build


@pytest.fixture
def world(db: None) -> World:
    return build()


def new(number: str, name: str = "New Customer", **values: object) -> rules.NewCustomer:
    return replace(rules.NewCustomer(number, name, "NET30", "DE"), **values)  # type: ignore[arg-type]


def refusal(work: object, *arguments: object) -> str:
    with pytest.raises(Refused) as refused:
        work(*arguments)  # type: ignore[operator]
    return refused.value.code


class TestCreatingCustomers:
    def test_gives_accounts_in_order_with_everything_that_hangs_on_them(self, world: World) -> None:
        view = facts.customer_for_caller(world.call, ids.outer("cus", world.customers["child"]))
        assert view.parent_name == "Estuary Holding B.V."
        assert view.account.payer_id == world.accounts["parent"]
        assert view.account.address_lines == ("Sluisweg 21", "3011 AB Rotterdam")
        assert view.bank_accounts[0].account == world.payer_accounts["child"]
        parent = facts.customer_for_caller(world.call, ids.outer("cus", world.customers["parent"]))
        assert [child[1] for child in parent.children] == ["10005"]

    def test_takes_as_many_statements_for_a_thousand_as_for_fifty(self, world: World) -> None:
        counts = []
        for first, count in ((20_000, 50), (30_000, 1000)):
            rows = [
                new(
                    str(first + place),
                    f"Customer {place}",
                    contacts=(rules.NewContact("A", "a@b.de"),),
                    aliases=(rules.NewAlias("C"),),
                )
                for place in range(count)
            ]
            with CaptureQueriesContext(connection) as queries:
                accounts = customers.create_customers(world.call, rows)
            assert len(accounts) == count
            counts.append(len(queries))
        assert abs(counts[1] - counts[0]) <= 4  # bulk_create's own chunks

    def test_reads_numbers_without_leading_zeros(self, world: World) -> None:
        (account,) = customers.create_customers(world.call, [new("0000020001")])
        assert facts.accounts_by_id(world.call, [account])[account].number == "20001"
        assert facts.accounts_by_number(world.call, ["020001"])["020001"].id == account
        assert refusal(customers.create_customers, world.call, [new("20001")]) == "customers.number-taken"
        assert refusal(customers.create_customers, world.call, [new("20002"), new("0020002")]) == "customers.number-taken"

    def test_knows_parents_and_payers_of_the_same_batch(self, world: World) -> None:
        accounts = customers.create_customers(
            world.call, [new("20002", parent_number="020001", payer_number="20001"), new("20001", parent_number="10004")]
        )
        views = facts.accounts_by_id(world.call, accounts)
        assert views[accounts[0]].payer_id == accounts[1]
        assert views[accounts[0]].parent_id == views[accounts[1]].customer_id

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [
            ({"terms_code": "NONE"}, "customers.unknown-terms"),
            ({"parent_number": "999"}, "customers.unknown-parent"),
            ({"payer_number": "999"}, "customers.unknown-payer"),
            ({"parent_number": "20001"}, "customers.hierarchy-cycle"),
            ({"currency": "EURO"}, "money.unknown-currency"),
            ({"country": "Germany"}, "customers.not-usable"),
            ({"name": " "}, "customers.not-usable"),
            ({"invoice_email": "a@b.de\nBcc: c@d.de"}, "customers.not-usable"),
            ({"tax_treatment": "none"}, "customers.not-usable"),
        ],
    )
    def test_refuses_the_whole_batch_and_says_why(self, world: World, wrong: dict[str, object], code: str) -> None:
        before = Customer.objects.count()
        assert refusal(customers.create_customers, world.call, [new("20000"), new("20001", **wrong)]) == code
        assert Customer.objects.count() == before

    def test_refuses_circles_within_a_batch(self, world: World) -> None:
        rows = [new("1", parent_number="2"), new("2", parent_number="3"), new("3", parent_number="1")]
        assert refusal(customers.create_customers, world.call, rows) == "customers.hierarchy-cycle"

    def test_records_one_event_for_the_batch(self, world: World) -> None:
        accounts = customers.create_customers(world.call, [new("20001"), new("20002")])
        event = Event.objects.filter(name="customers.customers-created").latest("id")
        assert event.facts == {"count": 2}
        assert set(event.subjects) > {ids.outer("acc", account) for account in accounts}

    def test_warns_of_one_that_is_there_and_does_not_refuse_it(self, world: World) -> None:
        row = new("20001", "ALBRECHT ANLAGENBAU", tax_id="DE 811 569 869")
        (found,) = facts.likenesses(world.call, [row])["20001"]
        assert (found.number, len(found.reasons)) == ("10001", 2)
        customers.create_customers(world.call, [row])

    def test_by_two_at_once_under_one_number_makes_one(self, fresh_database: databases.Fresh) -> None:
        world = build()
        results = databases.together([lambda: customers.create_customers(world.call, [new("20001")])] * 4)
        assert len([result for result in results if isinstance(result, list)]) == 1
        assert [result.code for result in results if isinstance(result, Refused)] == ["customers.number-taken"] * 3


class TestChangingCustomers:
    def test_keeps_the_sort_key_in_step_and_says_what_was_before(self, world: World) -> None:
        customers.change_customer(world.call, world.customers["late"], {"name": "Ängström Hydraulik", "risk_class": "D"})
        assert facts.search(world.call, "angstrom")[0].number == "10002"
        event = Event.objects.get(name="customers.customer-changed")
        assert event.facts["before"]["risk_class"] == "C"  # type: ignore[index]

    def test_refuses_a_circle(self, world: World) -> None:
        parent = world.customers["parent"]
        assert refusal(customers.change_customer, world.call, parent, {"parent_number": "10005"}) == "customers.hierarchy-cycle"
        assert refusal(customers.change_customer, world.call, parent, {"parent_number": "10004"}) == "customers.hierarchy-cycle"
        customers.change_customer(world.call, world.customers["child"], {"parent_number": ""})
        customers.change_customer(world.call, parent, {"parent_number": "10005"})

    def test_by_two_at_once_does_not_close_a_circle(self, fresh_database: databases.Fresh) -> None:
        world = build()
        good, late = world.customers["good"], world.customers["late"]
        results = databases.together(
            [
                lambda: customers.change_customer(world.call, good, {"parent_number": "10002"}),
                lambda: customers.change_customer(world.call, late, {"parent_number": "10001"}),
            ]
        )
        assert [result.code for result in results if isinstance(result, Refused)] == ["customers.hierarchy-cycle"]

    def test_leaves_its_number_and_an_accounts_currency(self, world: World) -> None:
        assert refusal(customers.change_customer, world.call, world.customers["late"], {"number": "1"}) == "customers.not-usable"
        assert (
            refusal(customers.change_account, world.call, world.accounts["late"], {"currency": "USD"}) == "customers.not-usable"
        )

    def test_changes_payer_terms_and_where_invoices_go(self, world: World) -> None:
        account = world.accounts["late"]
        customers.change_account(
            world.call, account, {"payer_number": "10001", "terms_code": "NET60", "invoice_email": "new@corvin.example"}
        )
        view = facts.accounts_by_id(world.call, [account])[account]
        assert (view.payer_id, view.terms.net_days, view.invoice_email) == (world.accounts["good"], 60, "new@corvin.example")
        assert refusal(customers.change_account, world.call, world.accounts["good"], {"payer_number": "10002"}) == (
            "customers.payer-pays-itself"
        )

    def test_stops_an_account_with_a_reason(self, world: World) -> None:
        account = world.accounts["late"]
        assert refusal(customers.stop_account, world.call, account, True, " ") == "customers.reason-missing"
        customers.stop_account(world.call, account, True, "Insolvency filed")
        assert [row.number for row in facts.rows(world.call, state="stopped").rows] == ["10002"]
        customers.stop_account(world.call, account, False, "Filed in error")
        assert facts.rows(world.call, state="stopped").total == 0

    def test_sets_terms_for_many(self, world: World) -> None:
        customers.set_terms(world.call, [world.accounts["good"], world.accounts["late"]], "NET14")
        assert facts.accounts_by_id(world.call, [world.accounts["good"]])[world.accounts["good"]].terms.code == "NET14"


class TestSpellingsAndBankAccounts:
    def test_are_added_once(self, world: World) -> None:
        customer = world.customers["late"]
        rows = [(customer, "number", "0000010002", "extract"), (customer, "payer", "CORVIN HYDR. KG", "bank")]
        assert customers.add_aliases(world.call, rows) == 2
        assert customers.add_aliases(world.call, rows) == 0
        assert CustomerAlias.objects.get(kind="number").folded == "10002"
        assert facts.payer_aliases(world.call) == [(customer, world.accounts["late"], "corvin hydr", "CORVIN HYDR. KG")]
        accounts = [
            (customer, "de25 2004 1133 0083 3383 00", "Corvin", "paid"),
            (customer, "GB33BUKB20201555555555", "Corvin", "paid"),
        ]
        assert customers.add_bank_accounts(world.call, accounts) == 1
        assert [payer.bank_account for payer in facts.known_payers(world.call) if payer.customer_id == customer][1].startswith(
            "GB33"
        )

    def test_of_customers_elsewhere_are_refused(self, world: World) -> None:
        other = build("XX")
        assert refusal(customers.add_aliases, world.call, [(other.customers["good"], "name", "X", "")]) == "not-found"
        assert refusal(customers.add_contact, world.call, other.customers["good"], rules.NewContact("X")) == "not-found"

    def test_contacts_who_receive_invoices_count_where_the_account_names_no_address(self, world: World) -> None:
        customers.add_contact(world.call, world.customers["late"], rules.NewContact("Ina", "ina@corvin.example", duty="invoices"))
        customers.change_account(world.call, world.accounts["late"], {"invoice_email": ""})
        found = facts.invoice_recipients(world.call, [world.accounts["late"], world.accounts["good"]])
        assert found == {world.accounts["late"]: ["ina@corvin.example"], world.accounts["good"]: ["rechnung@albrecht.example"]}


class TestLists:
    def test_sort_filter_and_page_in_the_database(self, world: World, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
        with django_assert_num_queries(2):
            page = facts.rows(world.call, sort="-name", page=2, size=4)
        assert ([row.number for row in page.rows], page.total, page.pages, page.first, page.last) == (
            ["10002", "10001"],
            6,
            2,
            5,
            6,
        )
        assert [row.number for row in facts.rows(world.call, text="estuary", sort="number").rows] == ["10004", "10005"]
        assert [row.number for row in facts.rows(world.call, account_ids=[world.accounts["dollar"]]).rows] == ["10006"]
        assert refusal(lambda: facts.rows(world.call, sort="id); drop table")) == "customers.unknown-filter"

    @pytest.mark.parametrize("text", ["%", "_", "'", "\\", "10001'; --"])
    def test_take_what_is_typed_as_text(self, world: World, text: str) -> None:
        assert facts.search(world.call, text) == []

    def test_find_by_number_name_alias_and_accent(self, world: World) -> None:
        customers.add_aliases(world.call, [(world.customers["dollar"], "name", "Northern Forge", "told")])
        for text, number in (("0010003", "10003"), ("cantieri", "10003"), ("ALBRÈCHT", "10001"), ("forge", "10006")):
            assert [row.number for row in facts.search(world.call, text)] == [number]

    def test_put_an_exact_number_first_and_then_names_that_start_so(self, world: World) -> None:
        rows = [new(str(place), f"A {place} works") for place in range(50_000, 50_060)]
        customers.create_customers(world.call, [*rows, new("5", "Zeta"), new("6", "50 Stars")])
        found = [row.name for row in facts.search(world.call, "5", limit=3)]
        assert found[:2] == ["Zeta", "50 Stars"]

    def test_need_the_permission_to_read(self, world: World) -> None:
        assert refusal(facts.rows, world.calls["administrator"]) == "access.not-permitted"

    def test_give_all_ids_of_a_list_to_rooms_above(self, world: World) -> None:
        assert facts.matching(world.call, "estuary") == [world.accounts["parent"], world.accounts["child"]]
        assert facts.matching(world.call, state="stopped") == []
        assert facts.numbers_of(world.call, [world.customers["child"]]) == {world.customers["child"]: "10005"}

    def test_give_the_family_of_a_customer(self, world: World) -> None:
        both = sorted([world.customers["parent"], world.customers["child"]])
        assert facts.family(world.call, world.customers["child"]) == both
        assert facts.family(world.call, world.customers["good"]) == [world.customers["good"]]

    def test_lock_accounts_by_id(self, world: World) -> None:
        asked = [world.accounts["late"], world.accounts["good"], 10**9]
        assert facts.lock_accounts(world.call, asked) == sorted(asked[:2])


class TestOtherCompanies:
    def test_of_other_organisations_see_nothing(self, world: World) -> None:
        other = build("XX")
        with within(other.call):
            assert facts.accounts_by_id(other.call, world.accounts.values()) == {}
            assert facts.rows(other.call).total == 6
            assert Customer.objects.count() == 6  # row-level security, without any filter of ours
        for prefix, key in (("acc", world.accounts["good"]), ("cus", world.customers["good"])):
            read = facts.account_for_caller if prefix == "acc" else facts.customer_for_caller
            assert refusal(read, other.call, ids.outer(prefix, key)) == "not-found"

    def test_of_the_same_organisation_share_customers_and_not_accounts(self, world: World) -> None:
        made = access.create_company(
            world.calls["administrator"], access_rules.NewCompany("CH", "Tessin AG", "CHF", "CH", "Europe/Zurich")
        )
        swiss = access_facts.system_call(made, NOON)
        assert facts.rows(swiss).total == 0
        assert refusal(facts.customer_for_caller, swiss, ids.outer("cus", world.customers["good"])) == "not-found"
        customers.create_terms(swiss, [rules.NewTerms("NET30", "30 days", 30)])
        (account,) = customers.open_accounts(swiss, [new("10001", "Albrecht", tax_treatment="export")])
        view = facts.accounts_by_id(swiss, [account])[account]
        assert (view.customer_id, view.currency, view.name) == (world.customers["good"], "CHF", "Albrecht Anlagenbau GmbH")
        assert refusal(customers.open_accounts, swiss, [new("10001")]) == "customers.account-exists"
        assert refusal(customers.open_accounts, swiss, [new("77")]) == "customers.unknown-number"


class TestTermsOfPayment:
    def test_give_due_date_and_discount_date(self, world: World) -> None:
        terms = facts.terms_by_code(world.call, ["SKONTO"])["SKONTO"]
        issued = dt.date(2027, 1, 31)
        assert (terms.due_date(issued), terms.discount_until(issued)) == (dt.date(2027, 3, 2), dt.date(2027, 2, 10))
        assert [each.code for each in facts.terms(world.call)] == ["NET14", "NET30", "NET60", "SKONTO"]

    def test_are_refused_twice(self, world: World) -> None:
        assert refusal(customers.create_terms, world.call, [rules.NewTerms("NET30", "x", 30)]) == "customers.terms-taken"
