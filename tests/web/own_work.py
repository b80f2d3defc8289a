"""Move in and begin to work, in browsers: take-overs as one person sends and another confirms them, the first call, the first payment."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from django.utils import timezone
from playwright.sync_api import expect

from duecourse.access import queries as access_facts
from duecourse.core.call import Call, within
from duecourse.documents import queries as document_facts
from duecourse.jobs import readers, worklists
from tests.bankfiles import Pay, camt
from tests.databases import settle
from tests.web import own_files
from tests.web.own_setup import PASSWORD
from tests.work import work

COLUMN = "#columns tr:has(code:text-is('{head}')) select >> nth=0"


def call() -> Call:
    """The only company, asked now."""
    (company,) = access_facts.companies()
    return access_facts.system_call(company.id, timezone.now())


def by_the_clock() -> None:
    """What the worker does every few seconds."""
    settle()
    readers.read_all()
    worklists.rank_stale()


def says(page: Any, *texts: str) -> None:
    for text in texts:
        expect(page.locator("body")).to_contain_text(text)


# -- people


def accept(page: Any, url: str, email: str) -> Any:
    """Somebody who was invited opens the link of the mail and chooses a password."""
    own = call()
    with within(own):
        mail = next(one for one in document_facts.rows(own).rows if email in one.recipients)
    found = re.search(r"/invitation/[^/\s]+", mail.body)
    assert found
    page.goto(url + found.group())
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_role("button", name="Accept and log in").click()
    page.wait_for_url(lambda address: "/invitation/" not in address)
    return page


# -- take-overs


def upload(page: Any, url: str, kind: str, name: str, data: bytes) -> None:
    """Upload a file; one stands before what was understood of it."""
    page.goto(f"{url}/take-overs/?kind={kind}")
    page.get_by_label("Old system").fill("lotse")
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": data})
    page.get_by_role("button", name="Read the file").click()
    looked_at(page)


def looked_at(page: Any) -> None:
    page.wait_for_url(re.compile("/take-overs/tko_"))
    work()
    page.goto(page.url)
    expect(page.locator("#take-over-progress [hx-get]")).to_have_count(0)


def choose(page: Any, columns: dict[str, str], **options: str) -> None:
    """Say what columns are, and other choices by their fields' names; it is checked again."""
    for head, label in columns.items():
        page.locator(COLUMN.format(head=head)).select_option(label=label)
    for name, value in options.items():
        page.locator(f"#columns select[name='{name.replace('_', '-')}']").select_option(value)
    page.get_by_role("button", name="Check again").click()
    looked_at(page)


def let_in(page: Any) -> None:
    """Let the ready rows in; one stands before what was taken over."""
    page.get_by_role("button", name=re.compile("^Take over")).click()
    looked_at(page)
    says(page, "taken over.")


def send(page: Any) -> str:
    """Send it to be confirmed; the address of the take-over."""
    page.get_by_role("button", name=re.compile("^Send")).click()
    says(page, "Waits for")
    return str(page.url)


def confirm(page: Any, url: str) -> None:
    """Somebody else finds it among the notices and lets it in."""
    by_the_clock()
    page.goto(f"{url}/notices/")
    page.get_by_role("link", name=re.compile("waits for your confirmation")).first.click()
    let_in(page)


def rejects(page: Any) -> bytes:
    with page.expect_download() as got:
        page.get_by_role("link", name="As file").click()
    return bytes(got.value.path().read_bytes())


def load_rates(page: Any, url: str, today: dt.date) -> None:
    page.goto(f"{url}/settings/rates/")
    file = {"name": "eurofxref-hist.csv", "mimeType": "text/csv", "buffer": own_files.rates(today)}
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name=re.compile("rates")).first.click()
    says(page, "rates read")


# -- first work


def log_a_call(page: Any, outcome: str = "No reply") -> None:
    page.get_by_role("button", name=re.compile(outcome)).click()
    says(page, "Logged:")


def take_statement(page: Any, url: str, today: dt.date, number: str, iban: str) -> Decimal:
    """A statement in which one of the items is paid in full, by its number; the amount."""
    item = next(one for one in own_files.owed(today) if one.number == number)
    payer = own_files.NAMES[item.customer]
    pay = Pay(f"{item.amount:.2f}", payer, f"Rechnung {number} vielen Dank", day=today, reference="B-1")
    data = camt(iban.replace(" ", ""), [pay], day=today, number="1")
    page.goto(f"{url}/bank/")
    page.locator("input[type=file]").set_input_files({"name": "kontoauszug.xml", "mimeType": "text/xml", "buffer": data})
    page.get_by_role("button", name="Take the files").click()
    says(page, "kontoauszug.xml")
    work()
    return item.amount


def accept_the_proposal(page: Any, url: str, number: str) -> None:
    page.goto(f"{url}/matching/")
    says(page, number)
    page.get_by_role("button", name=re.compile("^Post")).last.click()
    says(page, "Posted")
