"""What Ctrl K does besides finding, and which letters mean what: offered to those who may, and never two things by one key."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from html.parser import HTMLParser
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from duecourse.access.rules import OWN, ROLES
from duecourse.core.call import ACTIONS
from duecourse.web import commands, navigation
from tests.conftest import Site
from tests.core.test_row_security import busy
from tests.web.desk import sit, stop_clock, text
from tests.web.test_frame import violations
from tests.web.test_worklist import owing
from tests.world import NOON, World, build

TODAY = dt.date(2026, 11, 17)


class TestWords:
    def test_fit_by_their_beginnings_and_letters(self) -> None:
        title, also = "Read a bank file", "upload statement camt MT940"
        for asked in ("bank", "file bank", "upl", "camt", "bk fl", "Bänk"):
            assert commands.fits(asked, title, also), asked
        for asked in ("bankk", "invoice", "file order", "z"):
            assert not commands.fits(asked, title, also), asked
        assert commands.fits("bank", title) > commands.fits("upl", title, also)

    @pytest.mark.parametrize(
        ("said", "meant"),
        [
            ("30 sep", "2026-09-30"), ("30.9.", "2026-09-30"), ("1 December", "2025-12-01"), ("30 sep 25", "2025-09-30"),
            ("2026-01-31", "2026-01-31"), ("yesterday", "2026-11-16"), ("17 nov", "2025-11-17"), ("31 feb", None), ("30 xyz", None),
            ("2027-01-01", None), ("", None), ("12 13", None), ("99", None), ("1 1 1800", None),
        ],
    )  # fmt: skip
    def test_mean_a_past_day(self, said: str, meant: str | None) -> None:
        assert commands.past_day(said, TODAY) == (dt.date.fromisoformat(meant) if meant else None)

    def test_ask_for_permissions_that_exist(self) -> None:
        known = {*ACTIONS, *OWN, *(one for role in ROLES.values() for one in role)}
        for _said, _also, name, _query, _icon, permission in commands._BEGIN:
            assert permission in known
            assert reverse(name)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, db: None) -> World:
    stop_clock(monkeypatch, NOON)
    return build(at=NOON)


def hits(client: Client, asked: str) -> str:
    return text(client.get("/search/", {"q": asked}, headers={"X-Requested-With": "fetch"}))


class TestCommands:
    def test_are_those_of_the_role(self, world: World) -> None:
        desk, clerk = sit(world, "order-desk", Client()), sit(world, "cash-application", Client())
        assert "/orders/new/" in hits(desk, "new order")
        assert "/orders/new/" not in hits(clerk, "new order")
        assert 'href="/bank/"' in hits(clerk, "upload bank")
        assert "/books/journals/new/" in hits(sit(world, "controller", Client()), "manual journal")
        assert "Chart of accounts" not in hits(desk, "chart of")

    def test_look_back_and_come_back(self, world: World) -> None:
        controller = sit(world, "controller")
        found = hits(controller, "as of 30 sep")
        assert 'data-post="/session/as-of/" data-field-as_of="2026-09-30"' in found
        controller.post("/session/as-of/", {"as_of": "2026-09-30"})
        assert 'data-field-as_of=""' in hits(controller, "today")

    def test_change_light_language_and_lead_to_views_and_the_next_case(self, world: World) -> None:
        collector = sit(world, "collector")
        assert 'data-do-theme="dark"' in hits(collector, "dark")
        assert 'data-field-language="de"' in hits(collector, "language deu")
        collector.post("/views/save/", {"list": "customers", "name": "Monday round", "query": "show=overdue"})
        assert "/customers/?show=overdue&amp;view=viw_" in hits(collector, "monday")
        assert "nobody is left to call" in hits(collector, "next work")
        assert "Next in the worklist" not in hits(sit(world, "billing", Client()), "next work")

    def test_that_need_script_are_not_on_the_page_without_it(self, world: World) -> None:
        page = text(sit(world, "controller").get("/search/", {"q": "theme"}))
        assert "Nothing found" in page or "Dark theme" not in page


class Keys(HTMLParser):
    """The keys of a page's buttons and links outside dialogs."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.dialogs = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.dialogs += tag == "dialog"
        if not self.dialogs and (key := named.get("data-key")):
            self.found.append((key.upper(), f"{tag} {named.get('href') or named.get('value') or named.get('type') or ''}"))

    def handle_endtag(self, tag: str) -> None:
        self.dialogs -= tag == "dialog"


class TestKeys:
    def test_go_to_one_screen_each(self) -> None:
        given = [key for _head, entries in navigation._GROUPS for _label, _name, _icon, _permission, key, *_rest in entries]
        given.append(navigation.SET_UP_KEY)
        assert [key for key, many in Counter(given).items() if many > 1] == []
        assert all(re.fullmatch("[a-z]", key) for key in given), "every screen of the side bar has a letter after G"

    @pytest.mark.django_db
    def test_press_one_thing_each_on_every_page(self, monkeypatch: pytest.MonkeyPatch) -> None:
        stop_clock(monkeypatch, NOON)
        world = busy("AA")
        seen, wrong = set(), []
        for role in ROLES:
            client = sit(world, role, Client())
            waiting = [item.url for group in client.get("/").context["frame"].nav for item in group.items]
            while waiting:
                path = waiting.pop()
                kind = re.sub(r"[a-z]{3}_[0-9a-z]{12}", "*", path.partition("?")[0])
                if (role, kind) in seen or len(seen) > 400:
                    continue
                seen.add((role, kind))
                answer = client.get(path)
                if answer.status_code != 200 or "text/html" not in answer["Content-Type"]:
                    continue
                page = answer.content.decode()
                keys = Keys()
                keys.feed(page)
                wrong += [f"{role} {path}: {key}" for key, many in Counter(key for key, _what in keys.found).items() if many > 1]
                waiting += [
                    href
                    for href in re.findall(r'href="(/[^"#]*)"', page)
                    if not href.startswith(("/static", "/session", "/account"))
                ]
        assert len(seen) > 60
        assert sorted(set(wrong)) == []


def keep_a_view(page: Any) -> None:
    """Saved, left, and opened again by the menu."""
    keyboard = page.keyboard
    keyboard.press("v")
    page.click("[data-dialog=view-save]")
    keyboard.type("By name")
    keyboard.press("Enter")
    page.wait_for_selector(".views .tab[aria-current]:has-text('By name')")
    assert violations(page) == []
    keyboard.press("g")
    keyboard.press("c")
    page.wait_for_selector(".views .tab[aria-current]:has-text('Standard')")
    keyboard.press("v")
    keyboard.press("ArrowDown")
    keyboard.press("ArrowDown")
    keyboard.press("Enter")
    page.wait_for_url("**/customers/?show=overdue&sort=name&view=viw_*")


def tick_stop_and_undo(page: Any) -> None:
    """Summed, kept when sorted, stopped together, undone."""
    keyboard = page.keyboard
    for key in ("j", "Space", "Shift+J"):
        keyboard.press(key)
    assert page.inner_text("[data-bulk-said]").startswith("2 ticked, ")
    before = page.inner_text("[data-bulk-said]")
    keyboard.press("Shift+S")
    page.wait_for_url("**sort=*")
    page.wait_for_selector("tr.is-ticked")
    assert page.inner_text("[data-bulk-said]") == before
    page.click("[data-dialog=ticked-stop]")
    assert violations(page) == []
    page.fill("dialog[open] input[name=reason]", "Fraud warning")
    keyboard.press("Enter")
    page.wait_for_selector(".toast:has-text('2 customers are stopped')")
    keyboard.press("u")
    page.wait_for_selector(".toast:has-text('Undone')")


def read_the_map(page: Any) -> None:
    """What is bound here, and only that."""
    keyboard = page.keyboard
    keyboard.press("?")
    page.wait_for_selector("#keys-help[open]")
    words = page.inner_text("#keys-help")
    assert all(one in words for one in ("Views", "New customer", "Tick the row", "Credit holds"))
    assert "Chart as a table" not in words
    assert violations(page) == []
    keyboard.type("tick")
    assert "Credit holds" not in page.inner_text("#keys-help")
    keyboard.press("Escape")
    keyboard.press("Escape")


def say_what_to_do(page: Any) -> None:
    """Another day, back, and what was opened before."""
    keyboard = page.keyboard
    keyboard.press("Control+k")
    keyboard.type("30 sep")
    page.wait_for_selector("#hits .hit[aria-selected=true]:has-text('Look back')")
    assert violations(page) == []
    keyboard.press("Enter")
    page.wait_for_selector(".looking-back")
    keyboard.press("Control+k")
    keyboard.type("back tod")
    page.wait_for_selector("#hits .hit[aria-selected=true]:has-text('Back to today')")
    keyboard.press("Enter")
    page.wait_for_selector("body:not(.looking-back)")
    keyboard.press("Control+k")
    keyboard.type("crd hlds")
    page.wait_for_selector("#hits .hit[aria-selected=true]:has-text('Credit holds')")
    keyboard.press("Enter")
    page.wait_for_url("**/holds/**")
    keyboard.press("Control+k")
    page.wait_for_selector("#hits .hit[aria-selected=true]:has-text('Credit holds')")
    keyboard.type("dark")
    page.wait_for_selector("#hits .hit[aria-selected=true]:has-text('Dark theme')")
    keyboard.press("Enter")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


@pytest.mark.browser
def test_views_ticks_palette_and_map_by_keys_alone(site: Site, new_page: Any) -> None:
    world = owing(build())
    page = new_page(bypass_csp=True)  # the policy would keep axe out
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    client = sit(world, "credit-manager", Client())
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site.url}])
    page.goto(site.url + "/customers/?show=overdue&sort=name")
    keep_a_view(page)
    tick_stop_and_undo(page)
    read_the_map(page)
    say_what_to_do(page)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(site.url + "/customers/?show=overdue")
    assert violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert problems == []
