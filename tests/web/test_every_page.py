"""Every page that each role's navigation leads to, in a real browser, on a small demo company.

A role starts at its side bar and follows every link, one of each kind: an address's route with the kinds of its ids and the names
in its query. Each page is looked at light and dark, wide and narrow.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urldefrag, urljoin, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import Resolver404, resolve
from django.utils import timezone

from duecourse.jobs import demo
from tests.conftest import serving
from tests.databases import Fresh
from tests.web.desk import BACKEND
from tests.web.test_frame import AXE, RULES

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROLES = {role: email for role, _, _, email in demo.PEOPLE}
LOOKS_BACK = ("controller", "/", "/ageing/", "/customers/")
FORMS = {  # what no link leads to by itself
    "order-desk": ["/orders/new/", "/settings/keys/"],
    "credit-manager": ["/customers/new/"],
    "billing": ["/billing/new/"],
    "cash-application": ["/bank/record/"],
    "administrator": ["/settings/people/", "/settings/keys/", "/settings/webhooks/"],
}
LEFT_OUT = ("/account/logout/", "/session/")
FILES = re.compile(r"format=csv|/pdf$|/attachments/")
DEBRIS = re.compile(
    r"\bNone\b(?! (?:of|is|are|yet)\b)|Decimal\(|Money\(|datetime\.|\{\{|\{%|%\(\w+\)|&(?:amp|lt|gt|nbsp|#\d+);|\bNaN\b|\bundefined\b|\[object "
    r"|<[A-Za-z]+(?: object)? at 0x|\bTrue\b|\bFalse\b|\?\?\?"
)
LINKS_MOST = 300
SEEN: dict[str, set[str]] = {}  # route: what axe has looked at, over all roles

FACTS = """() => ({
  title: document.title,
  h1: document.querySelectorAll('h1').length,
  main: document.querySelectorAll('main').length,
  navs: [...document.querySelectorAll('nav')].every(one => one.getAttribute('aria-label')),
  text: document.body.innerText,
  hrefs: [...document.querySelectorAll('a[href]')].map(one => one.getAttribute('href')),
  classes: [...new Set([...document.querySelectorAll('main *')].map(one => one.tagName + '.' + one.className))],
})"""
WIDER = """() => {
  if (document.documentElement.scrollWidth <= innerWidth) return '';
  const far = [...document.querySelectorAll('main *, header *')].filter(one => one.getBoundingClientRect().right > innerWidth + 1);
  return far.slice(0, 4).map(one => one.tagName + '.' + one.className).join(' ') || 'something';
}"""
LOOK = "tags => axe.run(document, {runOnly: tags}).then(result => result.violations)"


@pytest.fixture(scope="module")
def company(demo_company: Fresh) -> Iterator[str]:
    """The address of a small demo company. Nothing here writes more than what looking at pages writes."""
    with serving() as url:
        yield url


def kind(address: str) -> str:
    """What makes two addresses the same kind of page: the route, the kinds of its ids, and the names in its query."""
    parts = urlsplit(address)
    try:
        found = resolve(parts.path)
    except Resolver404:
        return parts.path
    ids = [str(value).partition("_")[0] for value in found.kwargs.values()]
    return " ".join([found.view_name or found.route, *ids, *sorted(parse_qs(parts.query))])


@dataclass
class Visitor:
    """Somebody who looks at every page, and what is wrong with them."""

    page: Any
    client: Client
    url: str
    wrong: list[str] = field(default_factory=list)
    known: dict[str, str] = field(default_factory=dict)  # kind: its first address

    def look(self, address: str) -> list[str]:
        """Judge one page; the links on it."""
        self.page.set_viewport_size({"width": 1440, "height": 900})
        answer = self.page.goto(self.url + address)
        if answer.status != 200:
            self.say(address, f"answers {answer.status}")
        facts = self.page.evaluate(FACTS)
        if facts["h1"] != 1:
            self.say(address, f"has {facts['h1']} h1")
        if facts["main"] != 1 or not facts["navs"]:
            self.say(address, "its landmarks are not one main and named navs")
        if not re.fullmatch(r"\S.* · Duecourse", facts["title"].strip()):
            self.say(address, f"its title is {facts['title']!r}")
        if found := DEBRIS.search(facts["text"]):
            self.say(address, f"says {facts['text'][max(0, found.start() - 40) : found.end() + 40]!r}")
        self.look_close(address, set(facts["classes"]))
        return [urldefrag(urljoin(answer.url, href))[0] for href in facts["hrefs"]]

    def look_close(self, address: str, classes: set[str]) -> None:
        """Axe in both themes and both narrow widths, if the page shows anything that no role saw on it before."""
        route = kind(address).split(" ")[0]
        if classes <= SEEN.setdefault(route, set()):
            return
        SEEN[route] |= classes
        for theme in ("light", "dark"):
            self.page.emulate_media(color_scheme=theme)
            for one in self.page.evaluate(LOOK, RULES):
                self.say(address, f"{theme}: {one['id']}: {[node['target'] for node in one['nodes'][:3]]}")
        for width in (390, 320):
            self.page.set_viewport_size({"width": width, "height": 844})
            if far := self.page.evaluate(WIDER):
                self.say(address, f"is wider than {width}: {far}")

    def crawl(self, starts: list[str]) -> None:
        """Look at the pages that links lead to, one of each kind; of other addresses only whether they answer."""
        waiting = starts
        while waiting and len(self.known) < LINKS_MOST:
            address = waiting.pop(0)
            if kind(address) in self.known or address.startswith(LEFT_OUT):
                continue
            self.known[kind(address)] = address
            if urlsplit(address).query or FILES.search(address):
                answer = self.client.get(address, HTTP_HOST="localhost", follow=True)
                if answer.status_code >= 400:
                    self.say(address, f"answers {answer.status_code}")
                if hasattr(answer, "streaming_content"):
                    b"".join(answer.streaming_content)
                continue
            for link in self.look(address):
                if link.startswith(self.url + "/"):
                    waiting.append(link.removeprefix(self.url))

    def say(self, address: str, what: str) -> None:
        self.wrong.append(f"{address} {what}")


@pytest.fixture
def visit(company: str, new_page: Callable[..., Any]) -> Iterator[Callable[[str], Visitor]]:
    """Log somebody in, by e-mail; what a browser complains about is wrong too."""
    from duecourse.access.models import User

    visitors = []

    def enter(role: str) -> Visitor:
        client = Client()
        client.force_login(User.objects.get(email=ROLES[role]), backend=BACKEND)
        page = new_page(reduced_motion="reduce")  # no colour is caught in the middle of a change
        page.context.add_init_script(AXE)  # keeps the content security policy, which would refuse a script element
        name = settings.SESSION_COOKIE_NAME
        page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": company}])
        visitor = Visitor(page, client, company)
        page.on("pageerror", lambda error: visitor.say(page.url, str(error)))
        page.on("console", lambda said: visitor.say(page.url, said.text) if said.type == "error" else None)
        visitors.append(visitor)
        return visitor

    yield enter
    wrong = list(dict.fromkeys(line for visitor in visitors for line in visitor.wrong))
    assert not wrong, "\n".join(wrong)


class TestEveryPage:
    @pytest.mark.parametrize("role", ROLES)
    def test_of_a_role_is_sound(self, visit: Callable[[str], Visitor], role: str) -> None:
        visitor = visit(role)
        visitor.crawl(["/", *FORMS.get(role, [])])
        assert len(visitor.known) > 5, f"{role} reached only {list(visitor.known.values())}"

    def test_is_sound_when_looking_back(self, visit: Callable[[str], Visitor]) -> None:
        role, *addresses = LOOKS_BACK
        visitor = visit(role)
        visitor.page.goto(visitor.url + "/")
        past = timezone.localdate() - timezone.timedelta(days=30)
        visitor.page.evaluate(
            """on => { const form = document.querySelector('form[action$="as-of/"] input[type=date]').form;
            form.as_of.value = on; form.submit(); }""",
            past.isoformat(),
        )
        visitor.page.wait_for_selector(".back-bar")
        SEEN.clear()
        for address in addresses:
            links = visitor.look(address)
        (customer, *_) = [link for link in links if "/customers/cus_" in link]
        visitor.look(customer.removeprefix(visitor.url))
        assert visitor.page.locator(".back-bar").count() == 1
        assert visitor.page.locator("main .btn-primary").count() == 0

    def test_can_be_found_by_typing(self, visit: Callable[[str], Visitor]) -> None:
        visitor = visit("credit-manager")
        visitor.page.goto(visitor.url + "/")
        visitor.page.keyboard.press("Control+k")
        visitor.page.keyboard.type("INV-")
        visitor.page.wait_for_selector("#hits .hit")
        visitor.look_close("/search/", {"the palette"})


class TestTheGate:
    @pytest.mark.parametrize("address", ["/account/login/", "/account/password/reset/", "/account/password/reset/done/"])
    def test_is_sound(self, company: str, new_page: Callable[..., Any], address: str) -> None:
        page = new_page(reduced_motion="reduce")
        page.context.add_init_script(AXE)
        visitor = Visitor(page, Client(), company)
        visitor.look(address)
        assert not visitor.wrong, "\n".join(visitor.wrong)
