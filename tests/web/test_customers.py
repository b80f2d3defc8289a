"""The list of customers, one customer's page, its limit, its items, and new ones."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from duecourse.core import ids
from duecourse.core.call import within
from duecourse.core.money import Money
from duecourse.credit import actions as credit
from duecourse.credit import queries as credit_facts
from duecourse.customers import actions as customers
from duecourse.customers import queries as customer_facts
from duecourse.customers.rules import NewCustomer
from duecourse.receivables import actions as receivables
from duecourse.receivables.rules import AllocationRequest, ClearingRequest
from tests import world as worlds
from tests.cash.play import eur, invoice, usd
from tests.web.desk import sit, stop_clock, text

pytestmark = pytest.mark.django_db
EARLY = dt.date(2026, 8, 1)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> worlds.World:
    stop_clock(monkeypatch, worlds.NOON)
    return worlds.build(at=worlds.NOON)


def page_of(world: worlds.World, who: str) -> str:
    return f"/customers/{ids.outer('cus', world.customers[who])}/"


def limit(world: worlds.World, who: str, amount: str) -> None:
    with within(world.call):
        (key,) = credit.create_credit_accounts(world.call, [credit.NewCreditAccount(who, "EUR", [world.accounts[who]])])
        credit.set_limits(world.call, [credit.NewLimit(key, Money(Decimal(amount), "EUR"), EARLY, reason="opening")])


def owing(world: worlds.World) -> None:
    """The late one owes 1,190.00, 78 days late; the good one 500.00, not due; the dollar one USD 110.00."""
    invoice(world.call, world.accounts["late"], "INV-26-00001", eur("1190.00"), EARLY)
    invoice(world.call, world.accounts["good"], "INV-26-00002", eur("500.00"), dt.date(2026, 11, 10))
    invoice(world.call, world.accounts["dollar"], "INV-26-00003", usd("110.00"), dt.date(2026, 11, 10))


class TestTheList:
    def test_shows_what_is_owed_most_overdue_first_and_adds_up(self, world: worlds.World) -> None:
        owing(world)
        limit(world, "late", "1200.00")
        said = text(sit(world, "credit-manager").get("/customers/"))
        assert said.index("Corvin Hydraulik") < said.index("Albrecht Anlagenbau")
        assert "1,790.00" in said  # 1,190 + 500 + 100 in euro
        assert "On watch" in said
        assert "No limit set" in said

    @pytest.mark.parametrize("sort", ["name", "-number", "open", "-open", "overdue", "country", "nonsense"])
    def test_sorts(self, world: worlds.World, sort: str) -> None:
        owing(world)
        answer = sit(world, "controller").get("/customers/", {"sort": sort})
        assert answer.status_code == 200
        assert len(answer.context["lines"]) == 6

    def test_filters_by_words_and_by_what_is_late(self, world: worlds.World) -> None:
        owing(world)
        client = sit(world, "collector")
        assert [line.row.number for line in client.get("/customers/", {"show": "overdue"}).context["lines"]] == ["10002"]
        assert [line.row.number for line in client.get("/customers/", {"q": "estuary pumps"}).context["lines"]] == ["10005"]
        assert "Clear the filter" in text(client.get("/customers/", {"q": "nobody like this"}))

    def test_shows_a_role_only_what_it_may_read(self, world: worlds.World) -> None:
        owing(world)
        assert "Overdue, EUR" not in text(sit(world, "order-desk").get("/customers/"))
        assert "Limit" not in text(sit(world, "collector").get("/customers/")).split("<tbody>")[0].split("<thead>")[1]
        assert sit(world, "administrator").get("/customers/").status_code == 403

    def test_comes_as_csv_with_every_page(self, world: worlds.World) -> None:
        owing(world)
        answer = sit(world, "controller").get("/customers/", {"format": "csv", "sort": "number"})
        rows = b"".join(answer).decode("utf-8-sig").splitlines()  # type: ignore[arg-type]
        assert len(rows) == 7
        assert rows[2].startswith("10002,Corvin Hydraulik GmbH & Co. KG,DE,30 days net,EUR,,1190.00,1190.00")

    def test_asks_the_database_as_often_for_many_as_for_few(
        self, world: worlds.World, django_assert_max_num_queries: Any
    ) -> None:
        owing(world)
        client = sit(world, "credit-manager")
        client.get("/customers/")
        with within(world.call):
            made = customers.create_customers(
                world.call, [NewCustomer(f"2{number:04}", f"Further {number} GmbH", "NET30", "DE") for number in range(40)]
            )
        for number, account in enumerate(made[:30]):
            invoice(world.call, account, f"INV-26-1{number:04}", eur("10.00"), EARLY)
        with django_assert_max_num_queries(45):
            assert len(client.get("/customers/").context["lines"]) == 46

    def test_looks_back(self, world: worlds.World) -> None:
        owing(world)
        said = text(sit(world, "controller").get("/customers/", {"on": "2026-08-15"}))
        assert "1,190.00" in said
        assert "1,790.00" not in said
        assert "New customer" not in said


class TestOneCustomer:
    def test_says_what_is_next_and_how_full_the_limit_is(self, world: worlds.World) -> None:
        owing(world)
        limit(world, "late", "1200.00")
        said = text(sit(world, "credit-manager").get(page_of(world, "late")))
        assert "Ask for INV-26-00001." in said
        assert "78 days late" in said
        assert "Limit 1,200.00" in said
        assert "Room to limit" in said
        assert "10.00" in said

    def test_has_nothing_to_do_when_all_is_well(self, world: worlds.World) -> None:
        limit(world, "good", "5000.00")
        assert "Nothing to do." in text(sit(world, "credit-manager").get(page_of(world, "good")))

    @pytest.mark.parametrize("tab", ["", "overdue", "paid"])
    def test_shows_items_by_state_and_how_they_were_paid(self, world: worlds.World, tab: str) -> None:
        item = invoice(world.call, world.accounts["late"], "INV-26-00001", eur("1190.00"), EARLY)
        credit_note = invoice(world.call, world.accounts["late"], "CN-26-00001", eur("-1190.00"), EARLY)
        invoice(world.call, world.accounts["late"], "INV-26-00002", eur("20.00"), EARLY)
        with within(world.call):
            parts = [AllocationRequest(item, "credit", eur("1190.00")), AllocationRequest(credit_note, "credit", eur("-1190.00"))]
            receivables.clear(world.call, [ClearingRequest(world.call.today, parts, "settled", "settled by hand")])
        client = sit(world, "collector")
        said = text(client.get(page_of(world, "late"), {"items": tab}))
        assert ("INV-26-00001" in said.split("</table>")[0]) == (tab == "paid")
        trace = text(client.get(f"/items/{ids.outer('itm', item)}/"))
        assert "CN-26-00001" in trace
        assert "0.00" in trace

    def test_is_found_by_its_account_and_unknown_ones_are_not(self, world: worlds.World) -> None:
        client = sit(world, "cfo")
        assert client.get(f"/customers/{ids.outer('acc', world.accounts['good'])}/").status_code == 200
        other = worlds.build("XX", at=worlds.NOON)
        for ref in (
            "cus_0000000000zz",
            "nonsense",
            ids.outer("cus", other.customers["good"]),
            ids.outer("acc", other.accounts["good"]),
        ):
            assert client.get(f"/customers/{ref}/").status_code == 404

    def test_hides_amounts_and_credit_from_roles_without_them(self, world: worlds.World) -> None:
        owing(world)
        limit(world, "late", "1200.00")
        assert "1,200.00" not in text(sit(world, "collector").get(page_of(world, "late")))
        assert "How this came about" not in text(sit(world, "order-desk").get(page_of(world, "late")))


class TestTheLimit:
    def test_is_set_with_a_reason_and_opens_the_credit_account(self, world: worlds.World) -> None:
        client = sit(world, "credit-manager")
        there = page_of(world, "good")
        fields = {
            "kind": "amount",
            "amount": "25,000.00",
            "valid_from": "2026-11-17",
            "valid_until": "",
            "reason": "accounts of 2025",
        }
        answer = client.post(there + "limit/", fields, follow=True)
        assert "25,000.00" in text(answer)
        assert "accounts of 2025" in text(answer)
        with within(world.call):
            standing = credit_facts.exposure(world.call, [world.accounts["good"]])[world.accounts["good"]]
        assert standing.limit == Money(Decimal(25000), "EUR")

    @pytest.mark.parametrize(
        "wrong",
        [
            {"amount": "1,234"},
            {"amount": "much"},
            {"amount": "-5.00"},
            {"reason": ""},
            {"valid_from": "soon"},
            {"valid_until": "2026-11-01"},
        ],
    )
    def test_says_what_is_wrong_and_keeps_what_was_typed(self, world: worlds.World, wrong: dict[str, str]) -> None:
        fields = {
            "kind": "amount",
            "amount": "100.00",
            "valid_from": "2026-11-17",
            "valid_until": "",
            "reason": "because it is good",
        } | wrong
        answer = sit(world, "credit-manager").post(page_of(world, "good") + "limit/", fields)
        assert answer.status_code == 422
        assert 'role="alert"' in text(answer)
        assert fields["amount"] in text(answer)
        with within(world.call):
            assert credit_facts.credit_account_of(world.call, world.accounts["good"]) is None

    def test_is_the_credit_managers(self, world: worlds.World) -> None:
        assert sit(world, "cfo").get(page_of(world, "good") + "limit/").status_code == 403


class TestNewAndChanged:
    FIELDS = {
        "number": "00777", "name": "Hafenwerk GmbH", "country": "DE", "language": "de", "currency": "EUR", "terms_code": "NET30",
        "tax_treatment": "domestic", "delivery": "email", "invoice_email": "post@hafenwerk.example", "street": "Kai 1",
        "postal_code": "20457", "city": "Hamburg",
    }  # fmt: skip

    def test_a_new_customer_has_its_page(self, world: worlds.World) -> None:
        answer = sit(world, "credit-manager").post("/customers/new/", self.FIELDS, follow=True)
        assert answer.status_code == 200
        assert "Hafenwerk GmbH" in text(answer)
        assert "20457 Hamburg" in text(answer)

    def test_one_that_is_there_already_is_warned_of_first(self, world: worlds.World) -> None:
        client = sit(world, "credit-manager")
        twin = self.FIELDS | {"name": "Albrecht Anlagenbau", "tax_id": "DE811569869"}
        answer = client.post("/customers/new/", twin)
        assert answer.status_code == 422
        assert "you have already" in text(answer)
        assert "10001" in text(answer)
        assert client.post("/customers/new/", twin | {"sure": "1"}).status_code == 302

    def test_what_cannot_be_is_said(self, world: worlds.World) -> None:
        client = sit(world, "credit-manager")
        for wrong in (
            {"number": "10001"},
            {"country": "Germany"},
            {"number": ""},
            {"invoice_email": "nobody"},
            {"terms_code": "NEVER"},
        ):
            assert client.post("/customers/new/", self.FIELDS | wrong).status_code == 422

    def test_changes_go_to_customer_and_account_together_or_not_at_all(self, world: worlds.World) -> None:
        client, there = sit(world, "credit-manager"), page_of(world, "good")
        assert client.post(there + "edit/", {"name": "Albrecht AG", "terms_code": "NET14"}).status_code == 302
        said = text(client.get(there))
        assert "Albrecht AG" in said
        assert "14 days net" in said
        assert client.post(there + "edit/", {"name": "Albrecht KG", "payer_number": "99999"}).status_code == 422
        with within(world.call):
            view = customer_facts.accounts_by_id(world.call, [world.accounts["good"]])[world.accounts["good"]]
        assert view.name == "Albrecht AG"

    def test_stops_and_contacts(self, world: worlds.World) -> None:
        client, there = sit(world, "credit-manager"), page_of(world, "good")
        assert "Stopped" in text(client.post(there + "stop/", {"stopped": "1", "reason": "insolvency"}, follow=True))
        assert "No limit set" in text(client.post(there + "stop/", {"stopped": "0", "reason": "a mistake"}, follow=True))
        contact = {"name": "Paula Post", "email": "paula@post.example", "phone": "", "duty": "payments"}
        assert "Paula Post" in text(client.post(there + "contact/", contact, follow=True))
        assert sit(world, "cfo", Client()).post(there + "stop/", {"stopped": "1", "reason": "no"}).status_code in (302, 403)
        with within(world.call):
            view = customer_facts.accounts_by_id(world.call, [world.accounts["good"]])[world.accounts["good"]]
        assert not view.is_stopped


def test_more_than_some_days_late_is_a_list_of_its_own(world: worlds.World) -> None:
    owing(world)
    client = sit(world, "collector")
    found = client.get("/search/", {"q": "> 60 days late"}).context["groups"][0]["hits"]
    assert [line.row.number for line in client.get(found[0]["url"]).context["lines"]] == ["10002"]
    assert "Nobody is that late" in text(client.get("/customers/", {"late": "100"}))
    assert client.get("/customers/", {"late": "many"}).status_code == 200
