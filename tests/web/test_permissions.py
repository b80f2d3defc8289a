"""Who may come in where, asked of every route there is: a role without the permission is refused, a stranger is sent to log in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from duecourse.access.rules import OWN, ROLES
from tests.web.desk import sit, stop_clock
from tests.world import NOON, PEOPLE, World, build

OTHER_DOORS = ("account/", "api/", "livez", "readyz", "styleguide/")
FOR_ALL = {"invitation": "its token is the permission", "found": "its token is the permission"}
OWN_LOG_IN = {"as-of", "choose-company", "sign-out", "language", "keys"}  # POST only, about one's own session


def routes(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from routes(one.url_patterns, route)
        elif not route.startswith(OTHER_DOORS):
            yield route, one


ROUTES = [
    (route, one) for route, one in routes(list(get_resolver().url_patterns)) if not route.startswith(("invitation/", "found/"))
]
SCREENS = [(route, one, one.callback.permission) for route, one in ROUTES if hasattr(one.callback, "permission")]


def address(one: URLPattern) -> str:
    """Its address with ids that nobody has: whoever lacks the permission must not learn even that."""
    made = {name: (0 if name == "place" else "xxx_00000000") for name in one.pattern.converters}
    return reverse(str(one.name), kwargs=made)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    stop_clock(monkeypatch, NOON)
    return build(at=NOON)


def test_every_route_says_who_may_come_in() -> None:
    open_doors = {str(one.name) for _route, one in ROUTES if not hasattr(one.callback, "permission")}
    assert open_doors == OWN_LOG_IN
    known = frozenset().union(*ROLES.values())
    for route, _one, permission in SCREENS:
        assert permission in known, f"{route} asks for {permission}, which no role holds"


@pytest.mark.django_db
def test_a_stranger_is_sent_to_log_in(world: World) -> None:
    client = Client()
    for route, one in ROUTES:
        for answer in (client.get(address(one)), client.post(address(one), {"as_of": "2026-01-01"})):
            if one.name in OWN_LOG_IN and answer.status_code == 405:
                continue
            assert answer.status_code == 302, route
            assert answer["Location"].startswith("/account/login/") or one.name == "sign-out", route


@pytest.mark.django_db
@pytest.mark.parametrize("role", PEOPLE)
def test_a_role_without_the_permission_is_refused(world: World, role: str) -> None:
    client = sit(world, role)
    lacking = [(route, one) for route, one, permission in SCREENS if permission not in ROLES[role] | OWN]
    assert lacking or role == "controller"
    for route, one in lacking:
        answer = client.get(address(one))
        assert answer.status_code == 403, f"{route}: {answer.status_code}"
        assert b"<h1" in answer.content, route
        posted = client.post(address(one), {"reason": "x", "amount": "1"}, headers={"referer": "http://testserver/"})
        assert (posted.status_code, posted["Location"]) == (302, "http://testserver/"), route
        said = [str(one) for one in get_messages(posted.wsgi_request)]
        assert said[-1].startswith("Your role does not include this"), route


@pytest.mark.django_db
@pytest.mark.parametrize("role", PEOPLE)
def test_ids_that_are_none_lead_to_a_page_that_says_so(world: World, role: str) -> None:
    client = sit(world, role)
    for route, one, permission in SCREENS:
        if permission in ROLES[role] and one.pattern.converters:
            for odd in ("xxx_00000000", "1", "cus_", "ord_0O0O0O0O", "é'--", "inv_" + "9" * 40):
                made = {name: (99 if name == "place" else odd) for name in one.pattern.converters}
                answer = client.get(reverse(str(one.name), kwargs=made))
                assert answer.status_code in (302, 403, 404), f"{route} with {odd}: {answer.status_code}"
                if answer.status_code == 302:  # a route that is only posted to leads back to its list or record
                    assert client.get(answer["Location"]).status_code in (200, 403, 404), f"{route} with {odd}"
