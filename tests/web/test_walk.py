"""The walk: an order beyond the limit becomes cash, by five people in a real browser, and everything ties out."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from duecourse.core.call import within
from duecourse.core.money import Money
from duecourse.credit import actions as credit
from duecourse.kpis import actions as kpis
from duecourse.kpis import queries as kpi_facts
from duecourse.ledger import queries as ledger_facts
from duecourse.receivables import queries as item_facts
from tests.bankfiles import Pay, camt
from tests.databases import rows
from tests.work import work
from tests.world import PASSWORD, World, build

pytestmark = pytest.mark.browser


class Person:
    """Somebody at a browser of their own."""

    def __init__(self, page: Any, url: str, role: str) -> None:
        self.page = page
        self.url = url
        page.goto(f"{url}/account/login/")
        page.fill("input[name=login]", f"{role}@tf.example")
        page.fill("input[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda address: "/account/" not in address)

    def go(self, address: str) -> Any:
        self.page.goto(self.url + address)
        return self.page

    def says(self, text: str) -> None:
        from playwright.sync_api import expect

        expect(self.page.locator("body")).to_contain_text(text)


@pytest.fixture
def world(site: Any, settings: Any, tmp_path: Path) -> World:
    settings.MEDIA_ROOT = tmp_path
    world = build(at=timezone.now(), is_demo=True)
    (account,) = credit.create_credit_accounts(
        world.call, [credit.NewCreditAccount("Albrecht Anlagenbau GmbH", "EUR", [world.accounts["good"]])]
    )
    limit = credit.NewLimit(account, Money(Decimal(1000), "EUR"), world.call.today, reason="Opening limit")
    credit.set_limits(world.call, [limit])
    kpis.verify(world.call)
    return world


def test_a_real_order_becomes_cash(world: World, site: Any, new_page: Callable[..., Any], tmp_path: Path) -> None:
    desk = Person(new_page(), site.url, "order-desk")
    number = confirm_an_order_beyond_the_limit(desk)
    manager = Person(new_page(), site.url, "credit-manager")
    release(manager, number)
    deliver(desk, number)
    clerk = Person(new_page(), site.url, "billing")
    invoice, reference = bill_and_open_the_pdf(clerk, world, number)
    before = figures(world)
    cash = Person(new_page(), site.url, "cash-application")
    import_the_short_payment(cash, world, reference, tmp_path)
    accept_the_proposal(cash)
    the_books_tell_the_same(world, invoice, before)
    the_screens_tell_the_story(Person(new_page(), site.url, "controller"), world, number, invoice)


def confirm_an_order_beyond_the_limit(desk: Person) -> str:
    """Ten valves at 184.00 and 40 elbows at 12.50: 2,340.00 net, 2,784.60 with tax, against a limit of 1,000.00."""
    page = desk.go("/orders/new/")
    page.fill("input[name=customer]", "10001")
    page.fill("input[name=purchase_order]", "PO-4711")
    for place, (product, quantity) in enumerate([("P-200", "10"), ("P-100", "40")]):
        page.locator("input[name=product]").nth(place).fill(product)
        page.locator("input[name=quantity]").nth(place).fill(quantity)
    page.locator("button[name=confirm]").click()
    page.wait_for_url(re.compile("/orders/ord_"))
    desk.says("On hold")
    desk.says("Exposure with this order is 2,784.60: 1,784.60 more than the limit of 1,000.00.")
    found = re.search(r"SO-\d\d-\d{5}", page.locator("main").inner_text())
    assert found
    return found.group()


def release(manager: Person, number: str) -> None:
    page = manager.go("/holds/")
    manager.says(number)
    manager.says("more than the limit")
    page.fill("input[name=reason]", "Good payer, project confirmed")
    page.locator("button[name=release]").click()
    manager.says("Released")


def deliver(desk: Person, number: str) -> None:
    page = desk.go(f"/orders/?q={number}&tab=all")
    page.locator("a[href$='/deliver/'], form[action$='/deliver/'] button").first.click()
    page.locator("button[name=all]").click()
    desk.says("Delivered")


def bill_and_open_the_pdf(clerk: Person, world: World, number: str) -> tuple[str, str]:
    page = clerk.go("/billing/")
    clerk.says(number)
    clerk.says("2,784.60")
    page.locator("button[name=all]").click()
    page.wait_for_url(re.compile("/billing/result/"))
    page = clerk.go("/invoices/")
    page.locator("main table a[href*='/invoices/inv_']").first.click()
    page.wait_for_url(re.compile("/invoices/inv_"))
    invoice = re.search(r"INV-\d\d-\d{5}", page.locator("h1").inner_text())
    assert invoice
    answer = page.request.get(page.url.split("?")[0] + "pdf")
    assert answer.ok
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF-1.")
    with within(world.call):
        (item,) = [one for one in item_facts.items(world.call, world.call.today) if one.number == invoice.group()]
    assert item.reference.startswith("RF")
    return invoice.group(), item.reference


def figures(world: World) -> Any:
    with within(world.call):
        return kpi_facts.home(world.call, world.call.today)


def import_the_short_payment(cash: Person, world: World, reference: str, folder: Path) -> None:
    """2,784.60 less 2 % discount in time: 2,728.91 arrive."""
    file = folder / "statement.xml"
    pay = Pay(
        "2728.91", "Albrecht Anlagenbau GmbH", account=world.payer_accounts["good"], structured=reference, day=world.call.today
    )
    file.write_bytes(camt(world.bank_numbers["EUR"], [pay], day=world.call.today))
    page = cash.go("/bank/")
    page.set_input_files("input[type=file]", str(file))
    page.get_by_role("button", name="Take the files").click()
    cash.says("statement.xml")
    work()
    page = cash.go("/bank/")
    cash.says("statement.xml")


def accept_the_proposal(cash: Person) -> None:
    page = cash.go("/matching/")
    cash.says("2,728.91")
    cash.says("discount")
    page.locator("button:has-text('Post 2,728.91'), button:has-text('Post')").last.click()
    cash.says("Posted")


def the_books_tell_the_same(world: World, invoice: str, before: Any) -> None:
    with within(world.call):
        (item,) = [one for one in item_facts.items(world.call, world.call.today, closed=True) if one.number == invoice]
        assert (item.open.amount, item.closed_date) == (Decimal(0), world.call.today)
        purposes = {account.purpose: money.amount for account, money in ledger_facts.balances(world.call) if money}
        # 55.69 discount: 46.80 net and 8.89 of its tax
        assert purposes["discount"] == Decimal("46.80")
        assert purposes["tax"] == -(Decimal("444.60") - Decimal("8.89"))
        assert "receivables" not in purposes
        after = kpi_facts.home(world.call, world.call.today)
        assert after.ages.total.amount == before.ages.total.amount - Decimal("2784.60")
        assert after.received_total.amount == before.received_total.amount + Decimal("2728.91")
        assert all(verdict.holds for verdict in kpis.verify(world.call))


def the_screens_tell_the_story(controller: Person, world: World, number: str, invoice: str) -> None:
    controller.go("/")
    controller.says("Ties out")
    page = controller.go("/journal/?size=100")
    story = page.locator("main").inner_text()
    for words in (number, invoice, "2,728.91", "Cora Weiss", "Mats Lind"):
        assert words in story
    with within(world.call):
        names = {name for (name,) in rows("select name from core_event")}
    assert {
        "credit.order-checked",
        "orders.order-held",
        "orders.order-released",
        "orders.order-delivered",
        "invoicing.invoices-posted",
        "cash.payment-applied",
        "receivables.items-cleared",
    } <= names
