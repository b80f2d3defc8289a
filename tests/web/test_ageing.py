"""The ageing report on screen: sums, filters, any day, as known then, and down to the items."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from duecourse.core import ids
from duecourse.core.call import within
from duecourse.receivables import actions as receivables
from duecourse.receivables.rules import AllocationRequest, ClearingRequest
from tests import world as worlds
from tests.cash.play import eur, invoice, usd
from tests.web.desk import sit, stop_clock, text

pytestmark = pytest.mark.django_db
EARLY = dt.date(2026, 8, 1)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> worlds.World:
    """The late one owes 1,190.00, 78 days late; the good one 500.00, not due; the dollar one USD 110.00 = 100.00."""
    stop_clock(monkeypatch, worlds.NOON)
    made = worlds.build(at=worlds.NOON)
    invoice(made.call, made.accounts["late"], "INV-26-00001", eur("1190.00"), EARLY)
    invoice(made.call, made.accounts["good"], "INV-26-00002", eur("500.00"), dt.date(2026, 11, 10))
    invoice(made.call, made.accounts["dollar"], "INV-26-00003", usd("110.00"), dt.date(2026, 11, 10))
    return made


def numbers(answer: Any) -> list[str]:
    return [line.row.number for line in answer.context["lines"]]


class TestTheReport:
    def test_adds_up(self, world: worlds.World) -> None:
        said = text(sit(world, "controller").get("/ageing/"))
        assert said.index("Corvin Hydraulik") < said.index("Albrecht Anlagenbau") < said.index("Fairbanks Tooling")
        assert "1,790.00" in said
        assert "3 customers, 3 items" in said
        assert "66.5" in said
        assert "100.0" in said
        assert "110.00" in said  # in its own currency

    @pytest.mark.parametrize(
        ("sort", "order"),
        [
            ("-total", ["10002", "10001", "10006"]),
            ("total", ["10006", "10001", "10002"]),
            ("name", ["10001", "10002", "10006"]),
            ("-number", ["10006", "10002", "10001"]),
            ("-61_90", ["10002", "10001", "10006"]),
            ("nonsense", ["10002", "10001", "10006"]),
        ],
    )
    def test_sorts(self, world: worlds.World, sort: str, order: list[str]) -> None:
        assert numbers(sit(world, "cfo").get("/ageing/", {"sort": sort})) == order

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ({"q": "corvin"}, ["10002"]),
            ({"q": "10006"}, ["10006"]),
            ({"currency": "USD"}, ["10006"]),
            ({"bucket": "61_90"}, ["10002"]),
            ({"bucket": "overdue"}, ["10002"]),
            ({"bucket": "not_due"}, ["10001", "10006"]),
            ({"q": "nobody"}, []),
        ],
    )
    def test_filters_and_its_total_follows(self, world: worlds.World, asked: dict[str, str], found: list[str]) -> None:
        answer = sit(world, "collector").get("/ageing/", asked)
        assert numbers(answer) == found
        assert answer.context["summary"].items == len(found)
        assert found or "Clear the filter" in text(answer)

    def test_opens_a_row_to_its_items(self, world: worlds.World) -> None:
        ref = ids.outer("acc", world.accounts["late"])
        said = text(sit(world, "collector").get("/ageing/", {"open": ref}))
        assert "INV-26-00001" in said
        assert "78 days late" in said
        assert sit(world, "collector").get("/ageing/", {"open": "acc_nonsense"}).status_code == 404

    def test_is_for_those_who_may_read_it(self, world: worlds.World) -> None:
        assert sit(world, "order-desk").get("/ageing/").status_code == 403
        assert sit(world, "administrator").get("/ageing/").status_code == 403

    def test_comes_as_csv(self, world: worlds.World) -> None:
        answer = sit(world, "controller").get("/ageing/", {"format": "csv", "bucket": "overdue"})
        rows = b"".join(answer).decode("utf-8-sig").splitlines()
        assert rows[1:] == ["10002,Corvin Hydraulik GmbH & Co. KG,EUR,1,1190.00,0.00,0.00,0.00,1190.00,0.00,1190.00,2026-11-17,"]

    def test_the_database_is_asked_as_often_for_many(self, world: worlds.World, django_assert_max_num_queries: Any) -> None:
        client = sit(world, "controller")
        client.get("/ageing/")
        for number in range(30):
            invoice(world.call, world.accounts["late"], f"INV-26-1{number:04}", eur("10.00"), EARLY)
        with django_assert_max_num_queries(40):
            client.get("/ageing/", {"open": ids.outer("acc", world.accounts["late"])})


class TestThePast:
    def pay(self, world: worlds.World, on: dt.date) -> None:
        note = invoice(world.call, world.accounts["late"], "CN-26-00009", eur("-1190.00"), EARLY)
        with within(world.call):
            item = receivables_item(world)
            parts = [AllocationRequest(item, "credit", eur("1190.00")), AllocationRequest(note, "credit", eur("-1190.00"))]
            receivables.clear(world.call, [ClearingRequest(on, parts, "settled", source="test:1")])

    def test_shows_what_was_open_and_what_became_of_it(self, world: worlds.World) -> None:
        self.pay(world, dt.date(2026, 11, 16))
        ref = ids.outer("acc", world.accounts["late"])
        answer = sit(world, "controller").get("/ageing/", {"on": "2026-11-15", "open": ref})
        said = text(answer)
        assert "Looking back" in said
        assert "settled on 16 Nov" in said
        assert "From then to today" in said
        assert numbers(sit(world, "controller").get("/ageing/")) == ["10001", "10006"]

    def test_ties_to_the_account_of_that_day(self, world: worlds.World) -> None:
        answer = sit(world, "controller").get("/ageing/", {"on": "2026-08-20"})
        assert answer.context["tie"]["holds"]
        assert "ties to account" in text(answer)
        assert "1,190.00" in text(answer)

    def test_as_known_on_an_earlier_day(self, world: worlds.World) -> None:
        assert numbers(sit(world, "controller").get("/ageing/", {"known": "2026-11-17"})) == ["10002", "10001", "10006"]
        answer = sit(world, "controller").get("/ageing/", {"known": "2020-01-01"})
        assert numbers(answer) == []
        assert "As known on 1 Jan 2020" in text(answer)
        assert sit(world, "controller").get("/ageing/", {"known": "soon"}).status_code == 403


def receivables_item(world: worlds.World) -> int:
    from duecourse.receivables import queries

    (found,) = [
        item for item in queries.items(world.call, world.call.today, account_ids=[world.accounts["late"]]) if item.open.amount > 0
    ]
    return found.id
