"""The browser tests' own ground: the real application, a real browser, and the headers it gets."""

from __future__ import annotations

from typing import Any

from tests.conftest import Site


class TestBrowser:
    def test_the_log_in_page_opens_without_a_complaint(self, site: Site, browser_page: Any) -> None:
        answer = browser_page.goto(f"{site.url}/account/login/")
        assert answer.status == 200
        assert browser_page.locator("form").count() >= 1

    def test_scripts_without_the_nonce_do_not_run(self, site: Site, new_page: Any) -> None:
        page = new_page()
        answer = page.goto(f"{site.url}/account/login/")
        policy = answer.headers["content-security-policy"]
        assert "unsafe-inline" not in policy
        assert "default-src 'none'" in policy
        assert answer.headers["cache-control"].count("no-store") == 1
        page.evaluate("() => { const s = document.createElement('script'); s.text = 'window.ran = 1'; document.body.append(s); }")
        assert page.evaluate("window.ran") is None
