"""The matching workbench: proposals shown, posted, undone; nothing posted that is not explained."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from duecourse.access.models import User
from duecourse.cash import actions as cash
from duecourse.cash import queries as cash_facts
from duecourse.core import ids
from duecourse.core.call import within
from tests.bankfiles import Pay, camt
from tests.cash.play import assert_ties, eur, invoice, open_of
from tests.world import World, build

DAY = dt.date(2026, 11, 16)
pytestmark = pytest.mark.django_db


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Any, settings: Any) -> World:
    settings.MEDIA_ROOT = tmp_path
    made = build()
    monkeypatch.setattr(timezone, "now", lambda: made.call.at)
    return made


def client_of(world: World, role: str = "cash-application") -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=world.users[role]))
    return client


def pay(world: World, *lines: Pay, number: str = "2026-220", opening: str = "0.00") -> list[cash_facts.PaymentView]:
    taken = cash.take_file(world.call, f"{number}.xml", camt(world.bank_numbers["EUR"], lines, number=number, opening=opening))
    with within(world.call):
        return cash_facts.payments_of_file(world.call, taken.file.file_id)


def state(world: World, key: int) -> str:
    with within(world.call):
        return cash_facts.view(world.call, key).state


def url(payment: cash_facts.PaymentView, tail: str = "") -> str:
    return f"/matching/{payment.outer_id}/{tail}"


def form(world: World, payment: cash_facts.PaymentView, who: str, *items: int, **more: str) -> dict[str, Any]:
    return {
        "do": "post", "account": ids.outer("acc", world.accounts[who]), "rest": str(payment.money.amount),
        "item": [ids.outer("itm", item) for item in items], **more,
    }  # fmt: skip


class TestWorkbench:
    def test_shows_the_payment_why_and_what_it_pays(self, world: World) -> None:
        invoice(world.call, world.accounts["late"], "INV-26-0001", eur("1190.00"))
        (payment,) = pay(world, Pay("1190.00", "Corvin Hydraulik", "RE INV-26-0001", world.payer_accounts["late"]))
        text = client_of(world).get(url(payment)).content.decode()
        assert "<mark>INV-26-0001</mark>" in text
        assert "Sum exact" in text
        assert "10002 Corvin" in text  # the customer by name, not by key
        assert "Will post" in text
        assert "data-post-amount>1,190.00" in text

    def test_posts_a_proposal_as_it_is_and_keeps_its_evidence(self, world: World) -> None:
        item = invoice(world.call, world.accounts["late"], "INV-26-0001", eur("1190.00"))
        first, second = pay(
            world,
            Pay("1190.00", "Corvin Hydraulik", "INV-26-0001", world.payer_accounts["late"]),
            Pay("5.00", "Nobody"),
        )
        client = client_of(world)
        answer = client.post(url(first), form(world, first, "late", item, way="1", next_ref=second.outer_id))
        assert (answer.status_code, answer["Location"]) == (302, url(second))
        assert state(world, first.id) == "applied"
        assert open_of(world.call, item) == 0
        with within(world.call):
            (done,) = cash_facts.workbench(world.call, first.id).applications
        assert done.tier == "number-exact"
        assert done.by_name == "Cora Weiss"
        page = client.get(url(second)).content.decode()
        assert "Posted EUR 1,190.00 for Corvin Hydraulik" in page.replace("\u00a0", " ").replace("&amp;", "&")
        assert f"{url(first)}undo/" in page
        client.post(url(first, "undo/"))
        assert state(world, first.id) == "confirm"
        assert open_of(world.call, item) == 1190
        assert_ties(world.call)

    def test_posts_discount_difference_and_rest(self, world: World) -> None:
        one = invoice(world.call, world.accounts["good"], "INV-26-0001", eur("1000.00"), discount="2 2026-11-20")
        two = invoice(world.call, world.accounts["good"], "INV-26-0002", eur("500.00"))
        (payment,) = pay(world, Pay("1460.00", "Albrecht", "something", world.payer_accounts["good"]))
        one_ref, two_ref = ids.outer("itm", one), ids.outer("itm", two)
        typed = {f"discount_{one_ref}": "20.00", f"difference_{two_ref}": "20", "kind": "bank_charge"}
        client_of(world).post(url(payment), form(world, payment, "good", one, two, **typed))
        assert state(world, payment.id) == "applied"
        assert (open_of(world.call, one), open_of(world.call, two)) == (0, 0)
        assert_ties(world.call)

    @pytest.mark.parametrize(("kind", "left"), [("open", "60.00"), ("short_payment", "60.00"), ("write_off", "0")])
    def test_a_difference_stays_open_or_is_borne(self, world: World, kind: str, left: str) -> None:
        item = invoice(world.call, world.accounts["late"], "INV-26-0001", eur("1000.00"))
        (payment,) = pay(world, Pay("940.00", "Corvin", "x", world.payer_accounts["late"]))
        typed = {f"difference_{ids.outer('itm', item)}": "60.00", "kind": kind}
        client_of(world).post(url(payment), form(world, payment, "late", item, **typed))
        assert open_of(world.call, item) == Decimal(left)
        assert_ties(world.call)

    def test_a_late_discount_stays_open_unless_it_is_accepted(self, world: World) -> None:
        item = invoice(world.call, world.accounts["good"], "INV-26-0001", eur("1000.00"), discount="2 2026-11-12")
        (payment,) = pay(world, Pay("980.00", "Albrecht", "x", world.payer_accounts["good"]))
        typed = {f"discount_{ids.outer('itm', item)}": "20.00"}
        client = client_of(world)
        client.post(url(payment), form(world, payment, "good", item, **typed))
        assert open_of(world.call, item) == 20
        client.post(url(payment, "undo/"), {"reason": "Accepted after all"})
        client.post(url(payment), form(world, payment, "good", item, accept_late="on", **typed))
        assert open_of(world.call, item) == 0

    def test_does_not_post_what_is_not_explained(self, world: World) -> None:
        item = invoice(world.call, world.accounts["late"], "INV-26-0001", eur("1000.00"))
        (payment,) = pay(world, Pay("1100.00", "Corvin", "x", world.payer_accounts["late"]))
        client = client_of(world)
        answer = client.post(url(payment), form(world, payment, "late", item))
        assert answer.status_code == 422
        assert "is not explained" in answer.content.decode()
        assert state(world, payment.id) != "applied"
        answer = client.post(url(payment), form(world, payment, "late", item, keep="on"))
        assert answer.status_code == 302
        assert state(world, payment.id) == "on-account"
        assert_ties(world.call)

    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ({"discount": "abc"}, "is no number"),
            ({"difference": "1,234"}, "can mean two numbers"),
            ({"difference": "0.001"}, "decimals"),
            ({"difference": "-100.00"}, "more than is open"),
        ],
    )
    def test_keeps_what_was_typed_and_says_what_is_wrong(self, world: World, typed: dict[str, str], words: str) -> None:
        item = invoice(world.call, world.accounts["late"], "INV-26-0001", eur("1000.00"))
        (payment,) = pay(world, Pay("1100.00", "Corvin", "x", world.payer_accounts["late"]))
        named = {f"{name}_{ids.outer('itm', item)}": value for name, value in typed.items()}
        answer = client_of(world).post(url(payment), form(world, payment, "late", item, **named))
        text = answer.content.decode()
        assert answer.status_code == 422
        assert words in text
        assert f'value="{next(iter(typed.values()))}"' in text
        assert state(world, payment.id) != "applied"

    def test_refuses_when_somebody_was_faster(self, world: World) -> None:
        item = invoice(world.call, world.accounts["late"], "INV-26-0001", eur("1000.00"))
        (payment,) = pay(world, Pay("1000.00", "Corvin", "x", world.payer_accounts["late"]))
        asked = form(world, payment, "late", item)
        cash.put_on_account(world.call, payment.id, world.accounts["late"])
        client = client_of(world)
        assert client.post(url(payment), {**asked, "rest": "900.00"}).status_code == 422
        assert open_of(world.call, item) == 1000

    def test_reckons_without_script(self, world: World) -> None:
        item = invoice(world.call, world.accounts["late"], "INV-26-0001", eur("1000.00"))
        (payment,) = pay(world, Pay("940.00", "Corvin", "x", world.payer_accounts["late"]))
        client = client_of(world)
        asked = form(world, payment, "late", item, do="look", **{f"difference_{ids.outer('itm', item)}": "60"})
        text = client.post(url(payment), asked).content.decode()
        assert "data-left>0.00" in text
        assert 'value="60"' in text
        part = client.post(url(payment), asked, headers={"HX-Request": "true"}).content.decode()
        assert part.lstrip().startswith('<div id="will-post"')
        assert "940.00" in part
        assert state(world, payment.id) != "applied"

    def test_on_account_later_and_not_a_customers(self, world: World) -> None:
        one, two, three = pay(world, Pay("1.00", "A", "x"), Pay("2.00", "B", "y"), Pay("3.00", "C", "z"))
        client = client_of(world)
        client.post(url(one), {"do": "on-account", "account": ids.outer("acc", world.accounts["late"])})
        client.post(url(two), {"do": "later"})
        client.post(url(three), {"do": "not-receivable"})
        assert [state(world, each.id) for each in (one, two, three)] == ["on-account", "later", "not-receivable"]
        client.post(url(one, "undo/"))
        client.post(url(two, "again/"))
        client.post(url(three, "undo/"), {"reason": "It was one"})
        assert {state(world, each.id) for each in (one, two, three)} == {"work"}
        assert_ties(world.call)

    def test_undoing_needs_a_reason_where_one_is_asked(self, world: World) -> None:
        (payment,) = pay(world, Pay("1.00", "A", "x"))
        cash.put_on_account(world.call, payment.id, world.accounts["late"])
        client_of(world).post(url(payment, "undo/"), {"reason": " "})
        assert state(world, payment.id) == "on-account"

    def test_finds_another_customer(self, world: World) -> None:
        invoice(world.call, world.accounts["disputer"], "INV-26-0009", eur("77.00"))
        (payment,) = pay(world, Pay("77.00", "Somebody", "x"))
        client = client_of(world)
        account = ids.outer("acc", world.accounts["disputer"])
        assert account in client.get(url(payment), {"find": "delm"}).content.decode()
        text = client.get(url(payment), {"acc": account, "way": "0"}).content.decode()
        assert "INV-26-0009" in text
        assert client.get(url(payment), {"acc": ids.outer("acc", 999_999)}).status_code == 404

    def test_posts_ticked_certain_payments_together(self, world: World) -> None:
        items = [invoice(world.call, world.accounts["late"], f"INV-26-010{n}", eur(f"{100 + n}.00")) for n in range(3)]
        lines = [Pay(f"{100 + n}.00", "Corvin", f"INV-26-010{n}", world.payer_accounts["late"]) for n in range(3)]
        payments = pay(world, *lines, Pay("9.99", "Nobody"))
        client = client_of(world)
        assert client.get("/matching/").content.decode().count('name="tick"') == 3
        client.post("/matching/post-ticked/", {"tick": [payment.outer_id for payment in payments[:3]]})
        assert [open_of(world.call, item) for item in items] == [0, 0, 0]
        client.post("/matching/post-ticked/", {"tick": [payments[3].outer_id]})
        assert state(world, payments[3].id) == "work"
        assert_ties(world.call)

    def test_lists_by_tab_search_and_file(self, world: World) -> None:
        pay(world, Pay("1.00", "Anna", "x"), Pay("2.00", "Berta", "y"))
        client = client_of(world)
        assert "Berta" in client.get("/matching/", {"q": "bert"}).content.decode()
        assert "Anna" not in client.get("/matching/", {"q": "bert"}).content.decode()
        assert "All payments" not in client.get("/matching/").content.decode()
        assert "No payment stands" in client.get("/matching/", {"tab": "later"}).content.decode()
        rows = b"".join(client.get("/matching/", {"format": "csv"}).streaming_content).decode().splitlines()
        assert len(rows) == 3

    def test_is_all_done_when_nothing_waits(self, world: World) -> None:
        assert "All payments are matched" in client_of(world).get("/matching/").content.decode()

    def test_is_not_for_everyone(self, world: World) -> None:
        (payment,) = pay(world, Pay("1.00", "A", "x"))
        assert client_of(world, "order-desk").get("/matching/").status_code == 403
        controller = client_of(world, "controller")
        controller.post(url(payment), {"do": "later"})
        assert state(world, payment.id) == "work"
        assert controller.get("/matching/pay_zzzzzzzzzzzz/").status_code == 404

    def test_writes_nothing_while_looking_back(self, world: World) -> None:
        (payment,) = pay(world, Pay("1.00", "A", "x"))
        client = client_of(world)
        text = client.get(url(payment), {"on": "2026-10-31"}).content.decode()
        assert 'value="post"' not in text
        assert 'value="later"' not in text
        client.post(url(payment) + "?on=2026-10-31", {"do": "later"})
        assert state(world, payment.id) == "work"

    def test_minds_no_odd_address(self, world: World) -> None:
        (payment,) = pay(world, Pay("1.00", "A", "x"))
        client = client_of(world)
        assert client.get("/matching/", {"tab": "x", "page": "²", "q": "%' --"}).status_code == 200
        assert client.get("/matching/", {"page": "99"}).status_code == 200
        assert client.get("/matching/", {"file": "fil_1"}).status_code == 404
        assert client.post(url(payment), {"do": "nothing"}).status_code == 302  # back, with a message
        assert client.post(url(payment), {"do": "later", "next_ref": "../../x"})["Location"] == "/matching/"

    def test_another_company_sees_nothing(self, world: World) -> None:
        (payment,) = pay(world, Pay("1.00", "A", "x"))
        other = build("ZZ")
        client = Client()
        client.force_login(User.objects.get(pk=other.users["cash-application"]))
        assert client.get(url(payment)).status_code == 404

    def test_asks_a_constant_number_of_queries(self, world: World, django_assert_max_num_queries: Any) -> None:
        client = client_of(world)
        invoice(world.call, world.accounts["late"], "INV-26-0300", eur("1.00"))
        pay(world, Pay("1.00", "Corvin", "INV-26-0300", world.payer_accounts["late"]))
        with django_assert_max_num_queries(70) as first:
            client.get("/matching/")
        for n in range(30):
            invoice(world.call, world.accounts["late"], f"INV-26-02{n:02d}", eur(f"{200 + n}.00"))
        lines = [Pay(f"{200 + n}.00", "Corvin", f"INV-26-02{n:02d}", world.payer_accounts["late"]) for n in range(30)]
        pay(world, *lines, number="2026-221", opening="1.00")
        with django_assert_max_num_queries(70) as second:
            client.get("/matching/")
        assert len(second) <= len(first) + 1
