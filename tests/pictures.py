"""Take the pictures in docs/pictures: every screen of the demo company, light and dark, and the main ones on a phone.

`make screenshots`. Builds the demo company in a database of its own, serves it, logs in by role with a real browser.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
# name, role, address or a function of the page that leads there, on a phone too
SCREENS: list[tuple[str, str, str, bool]] = [
    ("home", "cfo", "/", True),
    ("home-order-desk", "order-desk", "/", False),
    ("customers", "credit-manager", "/customers/", False),
    ("customer", "credit-manager", "first:/customers/?sort=-open|main table a[href*='/customers/cus_']", True),
    ("orders", "order-desk", "/orders/", True),
    ("order", "order-desk", "first:/orders/?tab=held|a[href*='/orders/ord_']", False),
    ("holds", "credit-manager", "/holds/", True),
    ("billing", "billing", "/billing/", False),
    ("invoices", "billing", "/invoices/", False),
    ("invoice", "billing", "first:/invoices/?tab=overdue|main table a[href*='/invoices/inv_']", True),
    ("bank", "cash-application", "/bank/", False),
    ("matching", "cash-application", "/matching/", True),
    ("worklist", "collector", "/worklist/", True),
    ("worklist-policy", "credit-manager", "/worklist/policy/", False),
    ("tasks", "credit-manager", "/tasks/", False),
    ("notices", "cash-application", "/notices/", False),
    ("live", "controller", "/live/", True),
    ("forecast", "cfo", "/forecast/", True),
    ("ageing", "controller", "/ageing/", False),
    ("ties-out", "controller", "/ties-out/", False),
    ("trial-balance", "controller", "/books/trial-balance/", True),
    ("vat-report", "controller", "/books/vat/", True),
    ("month-close", "controller", "/books/close/", True),
    ("manual-journals", "controller", "/books/journals/", False),
    ("manual-journal-new", "controller", "/books/journals/new/", True),
    ("exports", "controller", "/books/exports/", False),
    ("journal", "controller", "/journal/", False),
    ("journal-entries", "controller", "/journal/entries/", False),
    ("take-overs", "controller", "/take-overs/", True),
    ("outbox", "controller", "/outbox/", False),
    ("settings", "controller", "/settings/", False),
    ("set-up", "administrator", "/setup/", True),
    ("set-up-take-over", "administrator", "/setup/take-over/", False),
    ("people", "administrator", "/settings/people/", False),
    ("webhooks", "administrator", "/settings/webhooks/", False),
    ("log-in", "", "/account/login/", False),
]


@contextmanager
def served() -> Iterator[str]:
    """The demo company in a fresh database behind a real server; its address."""
    from django.core.handlers.wsgi import WSGIHandler
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.db import transaction
    from django.utils import timezone

    from duecourse.access import queries as access_facts
    from duecourse.config import database
    from duecourse.forecasting import actions as forecasting
    from duecourse.jobs import demo, forecasts
    from tests import databases

    class Quiet(WSGIRequestHandler):
        def log_message(self, *arguments: object) -> None:
            pass

    access = database.ensure()
    name = databases.clone(access)
    databases.point_django_at(access.to(name))
    with transaction.atomic():
        demo.build(timezone.now())
    for company in access_facts.companies():
        call = access_facts.system_call(company.id, timezone.now())
        forecasts.make(company.id, forecasting.request_forecast(call), timezone.now())
    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.daemon_threads = True
    server.set_app(WSGIHandler())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        databases.drop(access, name)
        database.release()


def log_in(page: Any, url: str, email: str, password: str) -> None:
    page.goto(f"{url}/account/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/account/login" not in address)


def go(page: Any, url: str, address: str) -> None:
    """Open an address; `first:LIST|SELECTOR` opens the first link of a list."""
    if address.startswith("first:"):
        listing, selector = address.removeprefix("first:").split("|")
        page.goto(url + listing)
        page.goto(url + page.locator(selector).first.get_attribute("href"))
    else:
        page.goto(url + address)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(350)  # charts draw


def take(browser: Any, url: str, only: list[str]) -> None:
    from duecourse.jobs.demo import PASSWORD, PEOPLE

    emails = {role: email for role, _, _, email in PEOPLE}
    for scheme in ("light", "dark"):
        for width, height, scale, phone in ((1440, 900, 1, False), (390, 844, 2, True)):
            for role in sorted({role for _, role, _, _ in SCREENS}):
                wanted = [one for one in SCREENS if one[1] == role and (one[3] or not phone) and (not only or one[0] in only)]
                if not wanted or (phone and scheme == "dark"):
                    continue
                context = browser.new_context(
                    viewport={"width": width, "height": height}, device_scale_factor=scale, color_scheme=scheme, locale="en-GB",
                    timezone_id="Europe/Berlin",
                )  # fmt: skip
                page = context.new_page()
                if role:
                    log_in(page, url, emails[role], PASSWORD)
                for name, _, address, _ in wanted:
                    go(page, url, address)
                    suffix = ("-phone" if phone else "") + ("-dark" if scheme == "dark" else "")
                    page.screenshot(path=str(FOLDER / f"{name}{suffix}.png"))
                    print(f"{name}{suffix}", flush=True)
                context.close()


def main(only: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    from playwright.sync_api import sync_playwright

    from tests.conftest import CHROMIUM_FLAGS, chromium

    FOLDER.mkdir(parents=True, exist_ok=True)
    with served() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), headless=True, args=CHROMIUM_FLAGS)
        take(browser, url, only)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
