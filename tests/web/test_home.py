"""Home: key figures for those who steer, work for the others, and nothing that a role may not see."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest

from duecourse.core.call import within
from duecourse.core.money import Money
from duecourse.credit import actions as credit
from duecourse.web import home
from tests import world as worlds
from tests.cash.play import eur, invoice, usd
from tests.web.desk import sit, stop_clock, text

pytestmark = pytest.mark.django_db
EARLY = dt.date(2026, 8, 1)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> worlds.World:
    stop_clock(monkeypatch, worlds.NOON)
    return worlds.build(at=worlds.NOON)


def owing(world: worlds.World) -> None:
    invoice(world.call, world.accounts["late"], "INV-26-00001", eur("1190.00"), EARLY)
    invoice(world.call, world.accounts["good"], "INV-26-00002", eur("500.00"), dt.date(2026, 11, 10))
    invoice(world.call, world.accounts["dollar"], "INV-26-00003", usd("110.00"), dt.date(2026, 11, 10))


def limit(world: worlds.World, who: str, amount: str) -> None:
    with within(world.call):
        (key,) = credit.create_credit_accounts(world.call, [credit.NewCreditAccount(who, "EUR", [world.accounts[who]])])
        credit.set_limits(world.call, [credit.NewLimit(key, Money(Decimal(amount), "EUR"), EARLY, reason="opening")])


class TestThoseWhoSteer:
    @pytest.mark.parametrize("role", ["cfo", "controller", "credit-manager", "collector"])
    def test_see_key_figures_with_their_formulas_and_items(self, world: worlds.World, role: str) -> None:
        owing(world)
        said = text(sit(world, role).get("/"))
        assert "€ 1,790.00" in said
        assert "66.5" in said
        assert "Overdue 1,190.00 ÷ open 1,790.00" in said
        assert "Open 1,790.00 ÷ sales 600.00 × 90 days" in said
        assert "268.5" in said
        assert "/ageing/?bucket=61_90" in said
        assert "100.0" in said

    def test_see_nothing_owed_as_nothing_owed(self, world: worlds.World) -> None:
        said = text(sit(world, "cfo").get("/"))
        assert "Nothing is open" in said
        assert "there is no DSO" in said
        assert "No cash came in" in said

    def test_see_a_past_day_as_it_was(self, world: worlds.World) -> None:
        owing(world)
        said = text(sit(world, "cfo").get("/", {"on": "2026-08-15"}))
        assert "€ 1,190.00" in said
        assert "€ 1,790.00" not in said
        assert "known for today only" in said

    def test_see_what_changed_and_whose(self, world: worlds.World) -> None:
        owing(world)
        invoice(world.call, world.accounts["disputer"], "INV-26-00004", eur("80.00"), dt.date(2026, 10, 15))  # due on 14 Nov
        answer = sit(world, "cfo").get("/home/changes/", headers={"HX-Request": "true"})
        said = text(answer)
        assert "<html" not in said
        assert "Overdue rose by € 80.00." in said
        assert "Delmare Cantieri" in said
        assert "<html" in text(sit(world, "cfo").get("/home/changes/"))

    def test_see_who_is_over_the_limit_first(self, world: worlds.World) -> None:
        owing(world)
        limit(world, "late", "1000.00")
        limit(world, "good", "5000.00")
        said = text(sit(world, "cfo").get("/home/limits/"))
        assert said.index("late") < said.index("good")
        assert "119" in said
        assert "1 is over its limit" in said

    def test_the_database_is_asked_as_often_for_many_customers(
        self, world: worlds.World, django_assert_max_num_queries: Any
    ) -> None:
        owing(world)
        client = sit(world, "cfo")
        client.get("/")
        for number in range(30):
            invoice(world.call, world.accounts["late"], f"INV-26-1{number:04}", eur("10.00"), EARLY)
        with django_assert_max_num_queries(40):
            client.get("/")
        with django_assert_max_num_queries(30):
            client.get("/home/changes/", headers={"HX-Request": "true"})


class TestTheOthers:
    @pytest.mark.parametrize("role", ["order-desk", "billing", "cash-application"])
    def test_land_on_their_work(self, world: worlds.World, role: str) -> None:
        owing(world)
        answer = sit(world, role).get("/")
        assert answer.status_code == 200
        assert "To do" in text(answer)
        assert "1,790" not in text(answer)
        assert sit(world, role).get("/home/changes/").status_code == 403

    def test_the_administrator_sees_no_amount(self, world: worlds.World) -> None:
        owing(world)
        said = text(sit(world, "administrator").get("/"))
        main = said.split("<main")[1].split("</main>")[0]
        assert "Settings" in main
        assert not re.search(r"\d\.\d\d", re.sub(r"<[^>]*>", "", main))


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("8410000.00", "€ 8.41 m"),
        ("-118400.00", "−€ 118.4 k"),
        ("9999.99", "€ 9,999.99"),
        ("999499.99", "€ 999.5 k"),
        ("999500.00", "€ 1.00 m"),
    ],
)
def test_a_large_amount_is_short(amount: str, words: str) -> None:
    assert home.short(eur(amount)).replace("\N{NO-BREAK SPACE}", " ") == words


@pytest.mark.parametrize("is_demo", [True, False])
def test_the_log_in_page_lists_log_ins_of_a_demo_company_only(
    monkeypatch: pytest.MonkeyPatch, client: Any, is_demo: bool
) -> None:
    worlds.build(at=worlds.NOON, is_demo=is_demo)
    assert ("Password of all" in text(client.get("/account/login/"))) == is_demo
