"""The page of the API: for those who are logged in, whole, and without anything from outside."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from duecourse.config.embedded import PROJECT
from tests.api.desk import breaches, operations
from tests.web.desk import BACKEND, sit
from tests.world import World, build


class TestThePage:
    def test_it_asks_for_a_log_in(self, world: World) -> None:
        response = Client().get("/api/v1/docs")
        assert (response.status_code, response["Location"]) == (302, "/account/login/?next=/api/v1/docs")

    def test_it_shows_every_operation_with_its_scope(self, world: World) -> None:
        page = sit(world, "collector").get("/api/v1/docs").content.decode()
        for _, address, operation in operations():
            assert f'id="{operation["operationId"]}"' in page
            assert f"<code>{address}</code>" in page
            assert operation["x-scope"] in page

    def test_nothing_comes_from_outside(self, world: World) -> None:
        response = sit(world, "collector").get("/api/v1/docs")
        links = re.findall(rb'(?:src|href)="([^"]+)"', response.content)
        assert [link for link in links if not link.startswith((b"/", b"#"))] == []
        assert "script-src 'self'" in response["Content-Security-Policy"]
        assert b"<script>" not in response.content
        assert b" style=" not in response.content

    def test_its_address_is_easy_to_find(self, world: World) -> None:
        assert sit(world, "collector").get("/api/")["Location"] == "/api/v1/docs"


class TestTheDescription:
    def test_it_is_openapi(self, world: World) -> None:
        found = json.loads(Client().get("/api/v1/openapi.json").content)
        assert found["openapi"].startswith("3.1")
        for methods in found["paths"].values():
            for operation in methods.values():
                assert operation["security"] == [{"Key": [operation["x-scope"]]}]
                assert set(operation["responses"]["422"]["content"]) == {"application/problem+json"}

    def test_every_operation_has_examples_of_its_own_form(self) -> None:
        """Summary, description, an example of what goes in and comes out that fits its form, and codes of what is refused."""
        from duecourse.api import description, urls

        found, wrong = description.schema(urls.v1), []
        for method, address, operation in operations():
            if not operation["summary"] or not operation["description"] or not operation["x-problems"]:
                wrong.append(f"{method} {address} says too little of itself")
            contents = [operation.get("requestBody", {}).get("content", {})]
            contents += [answer["content"] for answer in operation["responses"].values()]
            for content in contents:
                for media, each in content.items():
                    if "json" in media:
                        wrong += [f"{method} {address}: {one}" for one in breaches(found, each["schema"], each["example"])]
        assert wrong == []

    def test_amounts_are_never_numbers(self) -> None:
        from duecourse.api import description, urls

        forms = description.schema(urls.v1)["components"]["schemas"]
        floats = [
            f"{name}.{field}"
            for name, form in forms.items()
            for field, each in form.get("properties", {}).items()
            if each.get("type") == "number" or {"type": "number"} in each.get("anyOf", [])
        ]
        assert floats == []


class TestTheGuide:
    def test_every_address_in_it_is_there(self) -> None:
        """Addresses of the guide's commands, with variables in the place of ids."""
        known = [re.sub(r"\\\{[a-z_]+\\\}", "[^/ ]+", re.escape(address)) for _, address, _ in operations()]
        text = (PROJECT / "docs" / "guides" / "api.md").read_text(encoding="utf-8")
        said = re.findall(r"\$API(/[a-z0-9_$/-]+)", text, re.I)
        assert said
        assert [each for each in said if not any(re.fullmatch(one.removeprefix("/api/v1"), each) for one in known)] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_a_browser(site: Any, browser_page: Any, scheme: str) -> None:
    """It loads under the strict policy without a complaint, and every example opens."""
    from duecourse.access.models import User

    world = build()
    client = Client()
    client.force_login(User.objects.get(pk=world.users["controller"]), backend=BACKEND)
    cookie = next(iter(client.cookies.values()))
    browser_page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": site.url}])
    browser_page.emulate_media(color_scheme=scheme)
    browser_page.goto(site.url + "/api/v1/docs")
    assert "The API of Duecourse" in browser_page.inner_text("h1")
    browser_page.click("#create_orders summary")
    assert "Idempotency-Key" in browser_page.inner_text("#create_orders pre")
    assert browser_page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
