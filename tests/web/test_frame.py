"""The frame and the components in a real browser: no accessibility violation, no overflow, and keys that work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SIZES = {"desk": (1440, 900), "small": (1024, 768), "middle": (768, 900), "phone": (390, 844), "least": (320, 640)}
SHOWS = ("parts", "overview", "bench")


def violations(page: Any) -> list[str]:
    """What axe finds, one line each."""
    page.evaluate(AXE)
    found = page.evaluate("tags => axe.run(document, {runOnly: tags}).then(result => result.violations)", RULES)
    return [f"{one['id']}: {[node['target'] for node in one['nodes'][:3]]}" for one in found]


@pytest.fixture
def styleguide(site: Any, settings: Any) -> str:
    """The address of the component page."""
    settings.DEBUG = True
    settings.ROOT_URLCONF = "tests.web.styleguide_urls"
    return f"{site.url}/styleguide/"


class TestEveryComponent:
    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_is_accessible_and_fits_at_every_width(self, new_page: Callable[..., Any], styleguide: str, theme: str) -> None:
        wrong = []
        page = new_page(color_scheme=theme, bypass_csp=True)  # the policy would keep axe out
        for show in SHOWS:
            for name, (width, height) in SIZES.items():
                page.set_viewport_size({"width": width, "height": height})
                if name in ("desk", "phone"):
                    page.goto(f"{styleguide}?show={show}")
                    page.wait_for_load_state("networkidle")
                    wrong += [f"{show} {name}: {line}" for line in violations(page)]
                if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                    wrong.append(f"{show} {name}: wider than the screen")
        assert not wrong, "\n".join(wrong)

    def test_obeys_the_content_security_policy(self, browser_page: Any, styleguide: str) -> None:
        for show in SHOWS:
            browser_page.goto(f"{styleguide}?show={show}")
            browser_page.wait_for_load_state("networkidle")
            if show == "overview":
                browser_page.hover("[data-plot]")
                browser_page.wait_for_selector(".chart-tip-row")


class TestKeys:
    def test_move_tick_and_sum_rows(self, browser_page: Any, styleguide: str) -> None:
        browser_page.goto(styleguide)
        for key in ("j", "Space", "Shift+J", "Shift+J"):
            browser_page.keyboard.press(key)
        assert browser_page.inner_text("[data-bulk-said]") == "3 ticked, 68,345.95"

    def test_find_and_go(self, browser_page: Any, styleguide: str) -> None:
        browser_page.goto(styleguide)
        browser_page.keyboard.press("Control+k")
        browser_page.keyboard.type("marw")
        browser_page.wait_for_selector("#hits mark")
        assert browser_page.inner_text("#hits .hit[aria-selected=true] b") == "Marwede Haustechnik GmbH"
        browser_page.keyboard.press("Escape")
        browser_page.keyboard.press("?")
        assert browser_page.is_visible("#keys-help")

    def test_rest_inside_fields_and_when_switched_off(self, browser_page: Any, styleguide: str) -> None:
        browser_page.goto(styleguide)
        browser_page.click("#id_valid_from")
        browser_page.keyboard.press("?")
        assert not browser_page.is_visible("#keys-help")
        browser_page.keyboard.press("Escape")
        browser_page.click(".top details.menu:last-of-type summary")
        browser_page.click("[data-keys-toggle]")
        browser_page.keyboard.press("Escape")
        browser_page.click("h1")
        browser_page.keyboard.press("j")
        assert browser_page.query_selector("tr.is-current") is None

    def test_show_the_table_of_a_chart_and_fold_the_side_bar(self, browser_page: Any, styleguide: str) -> None:
        browser_page.goto(f"{styleguide}?show=overview")
        browser_page.wait_for_selector("[data-plot] svg")
        browser_page.keyboard.press("t")
        assert browser_page.is_visible("[data-table]")
        browser_page.keyboard.press("[")
        assert browser_page.evaluate("document.querySelector('.side').offsetWidth") == 56


class TestDays:
    TYPED = {
        "20 11": "2026-11-20", "1.2.": "2027-02-01", "+7": "2026-11-24", "fri": "2026-11-20", "20 nov 25": "2025-11-20",
        "31 2": "31 2", "today": "2026-11-17",
    }  # fmt: skip

    def test_are_read_as_typed(self, browser_page: Any, styleguide: str) -> None:
        browser_page.goto(styleguide)
        for typed, meant in self.TYPED.items():
            browser_page.fill("#id_valid_to", typed)
            browser_page.keyboard.press("Tab")
            assert browser_page.input_value("#id_valid_to") == meant


class TestTheme:
    def test_is_kept(self, browser_page: Any, styleguide: str) -> None:
        browser_page.goto(styleguide)
        browser_page.click(".top details.menu:last-of-type summary")
        browser_page.click("[data-theme-set=dark]")
        browser_page.reload()
        assert browser_page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(14, 18, 23)"
