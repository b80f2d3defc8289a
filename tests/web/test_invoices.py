"""Invoices on screen: the list, one document with its PDF, sending it and taking it back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from duecourse.cash import actions as cash
from duecourse.core import ids
from duecourse.core.call import within
from duecourse.core.money import Money
from duecourse.documents import queries as documents
from duecourse.invoicing import actions, queries, rules
from tests.web.desk import sit, stop_clock, text
from tests.world import NOON, World, build

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    stop_clock(monkeypatch, NOON)
    return build()


@pytest.fixture
def clerk(world: World) -> Client:
    return sit(world, "billing")


def invoice(world: World, name: str = "good", on: dt.date | None = None, quantity: str = "10") -> str:
    """A posted invoice of 148.75 in euro; its prefixed id."""
    day = on or world.call.today
    currency = "USD" if name == "dollar" else "EUR"
    taxed = ("G", Decimal(0)) if name == "dollar" else ("S", Decimal(19))
    line = rules.NewLine("Elbow fitting 90°", Decimal(quantity), "pc", Decimal("12.50"), *taxed, "P-100")
    new = rules.NewInvoice(world.accounts[name], currency, day, day, rules.Terms(30, Decimal(2), 10), [line], "4500-77")
    return ids.outer("inv", actions.post_invoices(world.call, [new])[0])


def test_the_record_says_where_it_stands(world: World, clerk: Client) -> None:
    ref = invoice(world, on=dt.date(2026, 9, 1))
    page = text(clerk.get(f"/invoices/{ref}/"))
    for words in (
        "INV-26-00001", "Albrecht Anlagenbau GmbH", "due 1 Oct, 47 days late", "Overdue", "Not sent", "148.75", "Invoiced", "Journal entry",
        "1400", "125.00", "23.75", "RF", "4500-77", f"/invoices/{ref}/pdf", "Nothing is promised",
    ):  # fmt: skip
        assert words in page


def test_the_pdf_may_be_framed_by_our_own_pages_only(world: World, clerk: Client) -> None:
    ref = invoice(world)
    answer = clerk.get(f"/invoices/{ref}/pdf")
    assert answer.content.startswith(b"%PDF")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
    assert answer["Content-Disposition"].startswith("inline")
    assert clerk.get(f"/invoices/{ref}/pdf?download=1")["Content-Disposition"].startswith("attachment")
    assert clerk.get(f"/invoices/{ref}/")["X-Frame-Options"] == "DENY"


def test_it_is_sent_after_a_look_at_who_gets_it(world: World, clerk: Client) -> None:
    ref = invoice(world)
    assert "to rechnung@albrecht.example" in text(clerk.get(f"/invoices/{ref}/"))
    page = text(clerk.post(f"/invoices/{ref}/send/", follow=True))
    assert "is queued to be sent" in page
    assert "Waits to be sent" in page
    assert "Send again" in page
    with within(world.call):
        (mail,) = documents.dispatches_about(world.call, [ref])
    assert mail.recipients == ("rechnung@albrecht.example",)


def test_part_of_it_is_credited_after_a_look_at_the_amount(world: World, clerk: Client) -> None:
    ref = invoice(world)
    sent = {"quantity-1": "4", "reason": "Four elbows damaged", "token": "t1"}
    page = text(clerk.post(f"/invoices/{ref}/credit/", sent | {"check": "1"}))
    assert "59.50" in page
    assert "Post credit note over EUR 59.50" in page
    for _time in range(2):
        answer = clerk.post(f"/invoices/{ref}/credit/", sent | {"post": "1", "gross_seen": "59.50 EUR"})
    note = text(clerk.get(answer["Location"]))
    assert "credit note for" in note
    assert "Four elbows damaged" in note
    page = text(clerk.get(f"/invoices/{ref}/"))
    for words in ("89.25", "Partly credited", "59.50 of 148.75", "−59.50"):
        assert words in page
    page = text(clerk.post(f"/invoices/{ref}/credit/", {"check_all": "1", "reason": "The rest", "token": "t2"}))
    assert 'value="6"' in page
    assert "89.25" in page
    clerk.post(
        f"/invoices/{ref}/credit/",
        {"quantity-1": "6", "reason": "The rest", "token": "t2", "post": "1", "gross_seen": "89.25 EUR"},
    )
    assert "Credited" in text(clerk.get(f"/invoices/{ref}/"))
    assert "Credited in full" in text(clerk.get(f"/invoices/{ref}/credit/"))
    with within(world.call):
        assert queries.counts(world.call) == {"all": 3, "open": 0, "overdue": 0, "paid": 1, "credit-notes": 2}


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"quantity-1": "11", "reason": "x"}, "can still be credited"),
        ({"quantity-1": "", "reason": "x"}, "Say how much"),
        ({"quantity-1": "1", "reason": ""}, "Say why"),
        ({"quantity-1": "many", "reason": "x"}, "is no number"),
        ({"quantity-1": "1", "reason": "x", "post": "1", "gross_seen": "1.00 EUR"}, "have changed since"),
    ],
)
def test_what_cannot_be_credited_stays_as_typed(world: World, clerk: Client, sent: dict[str, str], words: str) -> None:
    ref = invoice(world)
    page = text(clerk.post(f"/invoices/{ref}/credit/", sent))
    assert words in page
    assert f'value="{sent["quantity-1"]}"' in page
    with within(world.call):
        assert queries.counts(world.call)["credit-notes"] == 0


def test_the_list_is_tabbed_sorted_summed_and_given_out(world: World, clerk: Client) -> None:
    assert "No invoices yet" in text(clerk.get("/invoices/"))
    invoice(world, on=dt.date(2026, 9, 1))
    invoice(world, "late", quantity="2")
    invoice(world, "dollar")
    page = text(clerk.get("/invoices/?sort=-gross"))
    for words in ("2 documents in EUR, all pages", "178.50", "1 document in USD", "47 days late"):
        assert words in page
    overdue = text(clerk.get("/invoices/?tab=overdue"))
    assert "INV-26-00001" in overdue
    assert "INV-26-00002" not in overdue
    assert "INV-26-00002" in text(clerk.get("/invoices/?q=corvin"))
    assert "No document matches" in text(clerk.get("/invoices/?q=zzz"))
    assert "INV-26-00001" not in text(clerk.get("/invoices/?currency=USD"))
    account = ids.outer("acc", world.accounts["late"])
    assert "INV-26-00001" not in text(clerk.get(f"/invoices/?account={account}"))
    given = b"".join(clerk.get("/invoices/?format=csv&sort=number").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert len(given.splitlines()) == 4
    assert "2026-09-01,2026-10-01,EUR,148.75,148.75,overdue,47" in given


def test_a_payment_shows_with_its_discount_and_leads_to_where_it_came_from(world: World, clerk: Client) -> None:
    ref = invoice(world)
    with within(world.call):
        item_id = queries.invoice_for_caller(world.call, ref).item_id
    paid, less = Money(Decimal("145.77"), "EUR"), Money(Decimal("2.98"), "EUR")
    payment = cash.record_payment(world.call, world.bank["EUR"], paid, world.call.today, "Albrecht Anlagenbau GmbH")
    cash.apply_payment(world.call, payment, world.accounts["good"], [(item_id, paid + less, "discount", -less)])
    page = text(clerk.get(f"/invoices/{ref}/"))
    for words in ("Paid", "−145.77", "Cash discount", "−2.98"):
        assert words in page
    assert ids.outer("pay", payment) not in page, "billing may not open payments"
    assert f"/matching/{ids.outer('pay', payment)}/" in text(sit(world, "controller").get(f"/invoices/{ref}/"))


def test_who_may_not_is_told_so(world: World, clerk: Client) -> None:
    ref = invoice(world)
    assert sit(world, "administrator").get("/invoices/").status_code == 403
    reader = sit(world, "cfo")
    page = text(reader.get(f"/invoices/{ref}/"))
    assert "Credit note</a>" not in page
    assert 'id="send"' not in page
    assert reader.get(f"/invoices/{ref}/credit/").status_code == 403
    reader.post(f"/invoices/{ref}/send/")
    assert clerk.get("/invoices/inv_000000000000/").status_code == 404
    assert clerk.get("/invoices/inv_000000000000/pdf").status_code == 404
    with within(world.call):
        assert documents.dispatches_about(world.call, [ref]) == []


def test_another_company_sees_nothing(world: World) -> None:
    ref = invoice(world)
    stranger = sit(build("OTHER"), "billing")
    assert stranger.get(f"/invoices/{ref}/").status_code == 404
    assert stranger.get(f"/invoices/{ref}/pdf").status_code == 404
    assert "INV-26-00001" not in text(stranger.get("/invoices/"))


def test_a_longer_list_takes_no_more_queries(world: World, clerk: Client) -> None:
    counted = []
    for many in (1, 29):
        for _place in range(many):
            invoice(world)
        with CaptureQueriesContext(connection) as seen:
            clerk.get("/invoices/")
        counted.append(len(seen))
    assert counted[1] <= counted[0], counted
