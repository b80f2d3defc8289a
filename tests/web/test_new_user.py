"""A new user in a real browser: from an empty database to the first worklist and the first matched payment of an own company."""

from __future__ import annotations

import datetime as dt
import io
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from duecourse.access import queries as access_facts
from duecourse.core.call import within
from duecourse.receivables import queries as item_facts
from tests.conftest import Site
from tests.web import own_files, own_setup, own_work
from tests.web.test_frame import AXE, RULES

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LOOK = "tags => axe.run(document, {runOnly: tags}).then(result => result.violations)"
MINUTES = 15
IBAN = "DE89 3704 0044 0532 0130 00"
Look = Callable[[Any, str], None]


class Looked:
    """Every page of the journey: what axe finds, and whether it fits a phone."""

    def __init__(self) -> None:
        self.wrong: list[str] = []

    def __call__(self, page: Any, name: str) -> None:
        page.wait_for_load_state("networkidle")
        self.wrong += [f"{name}: {one['id']} {one['nodes'][0]['target']}" for one in page.evaluate(LOOK, RULES)]
        page.set_viewport_size({"width": 390, "height": 844})
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            self.wrong.append(f"{name}: wider than a phone")
        page.set_viewport_size({"width": 1440, "height": 900})


class Journey:
    """One founder, three people who were invited, and what each of them sees."""

    def __init__(self, site: Site, new_page: Callable[..., Any], look: Look) -> None:
        self.site, self.url, self.look = site, site.url, look
        self.new_page = new_page
        self.founder = self.page()
        self.today = dt.date.today()

    def page(self) -> Any:
        page = self.new_page(accept_downloads=True)
        page.context.add_init_script(AXE)
        return page

    def set_up(self) -> None:
        """From the link to a company with its people, not live yet."""
        page = self.founder
        own_setup.found(page, self.url)
        self.today = own_work.call().today
        for name, step in (
            ("company", own_setup.describe),
            ("books", own_setup.begin_books),
            ("bank", own_setup.add_bank_account),
            ("terms", own_setup.choose_terms),
            ("numbers", own_setup.number_documents),
            ("people", own_setup.invite),
        ):
            self.look(page, name)
            step(page)
        own_setup.invite(page, "frida@nordhaven.example", "Frida Storm", "cfo")
        own_setup.invite(page, "ida@nordhaven.example", "Ida Blum", "cash-application")
        self.look(page, "logo")
        own_setup.choose_logo(page)

    def bring_customers(self) -> None:
        """Alone as yet, so that the founder confirms. The row whose formula nobody reckoned comes behind, mended."""
        page = self.founder
        page.goto(f"{self.url}/setup/take-over/")
        self.look(page, "take-over-step")
        page.get_by_role("link", name="Take over data", exact=True).click()
        self.look(page, "take-overs-empty")
        own_work.upload(page, self.url, "customers", "kunden.xlsx", own_files.customers())
        self.look(page, "customers-read")
        own_work.says(page, "The cell holds a formula")
        own_work.choose(page, {}, terms="NET30")
        back = own_work.rejects(page)
        own_work.let_in(page)
        self.look(page, "customers-taken")
        own_work.upload(page, self.url, "customers", "kunden-rest.csv", back.replace(b"'=", b"30"))
        own_work.let_in(page)

    def bring_open_items(self, cfo: Any) -> None:
        page, today = self.founder, self.today
        own_work.upload(page, self.url, "open-items", "offene-posten.csv", own_files.open_items(today))
        self.look(page, "items-read")
        own_work.choose(page, {"Betrag": "Not taken over", "Name": "Open amount"})
        own_work.says(page, "“Nordlicht AG” is no amount")
        self.look(page, "items-mapped-wrongly")
        assert self.open_now() == {}
        own_work.choose(page, {"Name": "Customer’s name", "Betrag": "Open amount"})
        own_work.choose(page, {}, decimals_amount="comma")
        own_work.says(page, "Say which comes first in this column", "There is no exchange rate of CHF")
        self.look(page, "items-ready")
        back = own_work.rejects(page)
        own_work.send(page)
        self.look(page, "items-sent")
        own_work.confirm(cfo, self.url)
        own_work.load_rates(page, self.url, today)
        own_work.upload(page, self.url, "open-items", "offene-posten-rest.csv", own_files.mended(back, today))
        self.look(page, "items-mended")
        own_work.says(page, "2 ready")
        own_work.send(page)
        own_work.confirm(cfo, self.url)
        self.look(cfo, "items-taken")

    def bring_history(self, cfo: Any) -> None:
        page = self.founder
        own_work.upload(page, self.url, "history", "bezahlt.csv", own_files.history(self.today))
        self.look(page, "history-read")
        own_work.send(page)
        own_work.confirm(cfo, self.url)

    def open_now(self) -> dict[str, Decimal]:
        call = own_work.call()
        sums: dict[str, Decimal] = {}
        with within(call):
            for row in item_facts.ageing(call, call.today):
                sums[row.currency] = sums.get(row.currency, Decimal(0)) + sum(money.amount for money in row.buckets)
        return sums

    def compare(self) -> None:
        """Ageing, DSO and behaviour against what the files come to."""
        page = self.founder
        page.goto(f"{self.url}/ageing/")
        self.look(page, "ageing")
        table = page.get_by_role("table", name="By currency")
        for currency, total in own_files.totals(self.today).items():
            own_work.expect(table.locator("tbody tr", has_text=currency).first).to_contain_text(f"{total:,.2f}")
        assert self.open_now() == own_files.totals(self.today)
        for customer in ("701", "702"):
            page.goto(f"{self.url}/customers/?q={customer}")
            page.locator("main table a[href*='/customers/cus_']").first.click()
            card = page.locator("section.card, div.card", has_text="Paying behaviour").last
            for name, value in own_files.paying(self.today, customer).items():
                fact = card.locator(f"dt:text-is('{name}') + dd")
                own_work.expect(fact).to_have_text(value)
        self.look(page, "customer")

    def call_the_first(self) -> None:
        page = own_work.accept(self.page(), self.url, "kai@nordhaven.example")
        own_work.by_the_clock()
        page.goto(f"{self.url}/worklist/")
        self.look(page, "worklist")
        names = page.get_by_role("table", name="Worklist").locator("td a.medium").all_inner_texts()
        assert names == [own_files.NAMES[each] for each in own_files.most_overdue_first(self.today)]
        own_work.log_a_call(page)
        self.look(page, "worklist-next")

    def match_the_first_payment(self) -> None:
        page = own_work.accept(self.page(), self.url, "ida@nordhaven.example")
        amount = own_work.take_statement(page, self.url, self.today, "RE-1004", IBAN)
        page.goto(f"{self.url}/bank/")
        self.look(page, "bank")
        page.goto(f"{self.url}/matching/")
        self.look(page, "matching")
        own_work.accept_the_proposal(page, self.url, "RE-1004")
        self.look(page, "matched")
        rest = own_files.totals(self.today)
        assert self.open_now() == rest | {"EUR": rest["EUR"] - amount}
        call = own_work.call()
        with within(call):
            (item,) = [one for one in item_facts.items(call, call.today, closed=True) if one.number == "RE-1004"]
        assert (item.open.amount, item.closed_date) == (Decimal(0), self.today)


def journey(site: Site, new_page: Callable[..., Any], look: Look) -> Journey:
    """All of it, in order."""
    way = Journey(site, new_page, look)
    way.set_up()
    way.bring_customers()
    cfo = own_work.accept(way.page(), way.url, "frida@nordhaven.example")
    way.bring_open_items(cfo)
    way.bring_history(cfo)
    look(way.founder, "live")
    own_setup.go_live(way.founder, way.url)
    way.compare()
    way.call_the_first()
    way.match_the_first_payment()
    return way


def test_goes_from_an_empty_database_to_the_first_matched_payment(
    site: Site, new_page: Callable[..., Any], settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    began = time.monotonic()
    looked = Looked()
    way = journey(site, new_page, looked)
    assert time.monotonic() - began < MINUTES * 60
    (company,) = access_facts.companies()
    assert (company.name, company.is_live) == ("Nordhaven Bauteile GmbH", True)
    told = io.StringIO()
    call_command("verify", stdout=told)
    assert "BROKEN" not in told.getvalue()
    way.founder.goto(f"{way.url}/")
    own_work.says(way.founder, "Ties out")
    assert looked.wrong == []
