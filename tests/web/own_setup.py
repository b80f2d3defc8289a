"""Set up an own company in a browser, step by step; each function begins where the one before ends."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from duecourse.access import actions as access

EMAIL, PASSWORD = "sina@nordhaven.example", "lantern-harbour-77"
LOGO = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 24"><path d="M2 22 12 2l10 20z" fill="#1e3f8a"/>'
    b'<path d="M30 6h56v4H30zM30 14h40v4H30z" fill="#1e3f8a"/></svg>'
)


def found(page: Any, url: str) -> None:
    """Open the set-up link and found the company; one stands before the first step."""
    page.goto(f"{url}/found/{access.make_founding_link(timezone.now())}/")
    page.get_by_label("Company, as on invoices").fill("Nordhaven Bauteile GmbH")
    page.get_by_label("Country").select_option("DE")
    page.get_by_label("Your name").fill("Sina Petersen")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_role("button", name="Found the company").click()
    page.get_by_role("heading", name="Set up Nordhaven Bauteile GmbH").wait_for()


def describe(page: Any) -> None:
    """Name and address."""
    page.get_by_label("Street").fill("Kaistraße 4")
    page.get_by_label("Postal code").fill("24103")
    page.get_by_label("Town").fill("Kiel")
    page.get_by_label("VAT or tax number").fill("DE136695976")
    page.get_by_role("button", name="Keep and go on").click()
    page.get_by_role("heading", name="On which day do your books begin here?").wait_for()


def begin_books(page: Any) -> None:
    """Books from the first of January, and the usual tax."""
    page.get_by_role("button", name="Begin the books").click()
    page.get_by_role("heading", name="Which tax rates do you charge?").wait_for()
    page.get_by_role("button", name="Set these rates").click()
    page.get_by_role("heading", name="Where does your customers’ money come in?").wait_for()


def add_bank_account(page: Any, iban: str = "DE89 3704 0044 0532 0130 00") -> None:
    """Its bank is found by its number."""
    page.get_by_label("IBAN").fill(iban)
    page.get_by_role("button", name="Add the account").click()
    page.get_by_role("cell", name="Commerzbank", exact=True).wait_for()
    page.get_by_role("link", name="Next step").click()


def choose_terms(page: Any) -> None:
    page.get_by_label("30 days net", exact=True).check()
    page.get_by_label("14 days 2 %, 30 days net").check()
    page.get_by_role("button", name="Add these terms").click()
    page.get_by_role("heading", name="How are your documents numbered?").wait_for()


def number_documents(page: Any) -> None:
    page.get_by_label("Invoices begin with").fill("RE")
    page.get_by_role("button", name="Number them like this").click()
    page.get_by_role("heading", name="Who works here?").wait_for()


def invite(page: Any, email: str = "kai@nordhaven.example", name: str = "Kai Ahl", role: str = "credit-manager") -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Role").select_option(role)
    page.get_by_role("button", name="Invite").click()
    page.get_by_text(f"{email} is invited").wait_for()


def choose_logo(page: Any) -> None:
    page.goto(page.url.replace("/people/", "/logo/"))
    page.locator("input[type=file]").set_input_files({"name": "logo.svg", "mimeType": "image/svg+xml", "buffer": LOGO})
    page.get_by_role("button", name="Use this picture").click()
    page.get_by_role("img", name="Logo of Nordhaven Bauteile GmbH").wait_for()


def go_live(page: Any, url: str) -> None:
    page.goto(f"{url}/setup/live/")
    page.get_by_role("button", name="Go live").click()
    page.get_by_text("Nordhaven Bauteile GmbH is live.").first.wait_for()
