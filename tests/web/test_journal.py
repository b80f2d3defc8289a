"""The journal: events with their filters and pages, one event, a decision run again, and the entries of the books."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from duecourse.core import events, ids
from duecourse.core.call import within
from duecourse.core.money import Money
from duecourse.credit import actions as credit
from duecourse.ledger import actions as ledger
from duecourse.ledger import queries as ledger_facts
from duecourse.orders import actions as orders
from duecourse.orders.rules import NewOrder, NewOrderLine
from tests import world as worlds
from tests.cash.play import eur, invoice
from tests.web.desk import sit, stop_clock, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> worlds.World:
    stop_clock(monkeypatch, worlds.NOON)
    return worlds.build(at=worlds.NOON)


def held_order(world: worlds.World) -> None:
    """An order of 2,189.60 against a limit of 1,000.00."""
    with within(world.call):
        (key,) = credit.create_credit_accounts(world.call, [credit.NewCreditAccount("Corvin", "EUR", [world.accounts["late"]])])
        limit = credit.NewLimit(key, Money(Decimal(1000), "EUR"), dt.date(2026, 1, 1), reason="opening")
        credit.set_limits(world.call, [limit])
        line = NewOrderLine(product_number="P-200", quantity=Decimal(10))
        new = NewOrder(customer_number="10002", requested_date=dt.date(2026, 11, 20), purchase_order="PO-7", lines=[line])
        made = orders.create_orders(world.call, [new])
        orders.confirm_orders(world.call, made)


class TestEvents:
    def test_are_listed_newest_first_and_one_is_open(self, world: worlds.World) -> None:
        held_order(world)
        answer = sit(world, "controller").get("/journal/")
        said = text(answer)
        assert "Order put on hold" in said
        assert "Facts" in said
        assert answer.context["total"] > 5

    @pytest.mark.parametrize(
        ("asked", "name"),
        [
            ({"room": "credit"}, "credit."),
            ({"about": "10002", "room": "orders"}, "orders."),
            ({"by": "Tests", "room": "ledger"}, "ledger."),
            ({"since": "2026-11-17", "room": "catalog"}, "catalog."),
        ],
    )
    def test_are_found_by_room_person_subject_and_day(self, world: worlds.World, asked: dict[str, str], name: str) -> None:
        held_order(world)
        found = sit(world, "controller").get("/journal/", asked).context["moments"]
        assert found
        assert all(moment.event.name.startswith(name) for moment, _url in found)

    def test_what_nothing_fits_says_so(self, world: worlds.World) -> None:
        client = sit(world, "controller")
        for asked in ({"about": "SO-99-99999"}, {"until": "2001-01-01"}, {"by": "Nobody"}):
            assert "No event fits" in text(client.get("/journal/", asked))

    def test_pages_do_not_shift_when_new_events_come(self, world: worlds.World) -> None:
        with within(world.call):
            for number in range(120):
                events.record(world.call, "credit.limit-set", [ids.outer("cra", 1)], {"number": str(number)})
        client, seen, url = sit(world, "controller"), [], "?room=credit"
        while url:
            answer = client.get("/journal/" + url)
            seen += [moment.event.id for moment, _url in answer.context["moments"]]
            url = answer.context["older"]
            with within(world.call):
                events.record(world.call, "credit.limit-set", [ids.outer("cra", 1)], {"number": "late"})
        assert len(seen) == 120
        assert seen == sorted(seen, reverse=True)

    def test_a_decision_is_shown_in_words_and_replays_to_the_same(self, world: worlds.World) -> None:
        held_order(world)
        client = sit(world, "credit-manager")
        moment, _url = client.get("/journal/", {"room": "credit", "q": "order-checked"}).context["moments"][0]
        said = text(client.get(f"/journal/{moment.id}/"))
        assert "Exposure with order" in said
        assert "2,189.60" in said
        assert "Over limit" in said
        assert "Decide again" in said
        answer = client.get(f"/journal/{moment.id}/", {"replay": "1"})
        assert answer.context["same"]
        assert "Same result" in text(answer)

    def test_are_read_by_those_who_may(self, world: worlds.World) -> None:
        for role, status in {
            "controller": 200,
            "billing": 200,
            "order-desk": 403,
            "collector": 403,
            "administrator": 403,
        }.items():
            assert sit(world, role).get("/journal/").status_code == status

    def test_of_another_company_are_not_there(self, world: worlds.World) -> None:
        other = worlds.build("XX", at=worlds.NOON)
        with within(other.call):
            events.record(other.call, "credit.limit-set", ["cra_strange"], {})
            (strange,) = events.about(other.call, ["cra_strange"])
        client = sit(world, "controller")
        for ref in (ids.outer("evt", strange.id), "evt_nothing", "x"):
            assert client.get(f"/journal/{ref}/").status_code == 404

    def test_come_as_csv(self, world: worlds.World) -> None:
        answer = sit(world, "controller").get("/journal/", {"format": "csv", "room": "catalog"})
        rows = b"".join(answer).decode("utf-8-sig").splitlines()  # type: ignore[arg-type]
        assert len(rows) == 4
        assert "catalog.tax-rates-set" in rows[1] + rows[2] + rows[3]

    def test_cost_the_same_however_many_there_are(self, world: worlds.World, django_assert_max_num_queries: Any) -> None:
        client = sit(world, "controller")
        with within(world.call):
            for number in range(100):
                events.record(world.call, "credit.limit-set", [ids.outer("acc", number + 1)], {"number": str(number)})
        with django_assert_max_num_queries(35):
            client.get("/journal/")


class TestEntries:
    def test_are_listed_with_what_reverses_what(self, world: worlds.World) -> None:
        invoice(world.call, world.accounts["good"], "INV-26-00001", eur("119.00"), tax="19")
        with within(world.call):
            (first,) = [entry for entry in ledger_facts.entries(world.call) if entry.text == "INV-26-00001"]
            ledger.reverse_entries(world.call, [first.id], world.call.today, "Wrong customer")
        client = sit(world, "controller")
        said = text(client.get("/journal/entries/"))
        assert first.number in said
        assert "119.00" in said
        assert f"of {first.number}" in said
        page = text(client.get(f"/journal/entries/{ids.outer('jrn', first.id)}/"))
        assert "1400 Trade receivables" in page
        assert "Reversed by" in page
        assert "100.00" in page
        assert "19.00" in page

    def test_are_filtered_paged_and_exported(self, world: worlds.World, django_assert_max_num_queries: Any) -> None:
        for number in range(60):
            invoice(world.call, world.accounts["good"], f"INV-26-1{number:04}", eur("10.00"))
        client = sit(world, "cfo")
        assert len(client.get("/journal/entries/", {"page": "2"}).context["entries"]) == 10
        assert len(client.get("/journal/entries/", {"q": "INV-26-10007"}).context["entries"]) == 1
        assert "No entry fits" in text(client.get("/journal/entries/", {"until": "2026-01-01"}))
        with django_assert_max_num_queries(30):
            client.get("/journal/entries/")
        rows = b"".join(client.get("/journal/entries/", {"format": "csv"})).decode().splitlines()  # type: ignore[arg-type]
        assert len(rows) == 121

    def test_are_not_for_everybody(self, world: worlds.World) -> None:
        assert sit(world, "credit-manager").get("/journal/entries/").status_code == 403
        assert sit(world, "controller").get("/journal/entries/jrn_nothing/").status_code == 404
