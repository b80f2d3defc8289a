"""Saved views: what a list shows under a name, one's own or shared, first or not, and back again."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from duecourse.access import actions as access
from duecourse.access import queries as facts
from duecourse.access.rules.views import LISTS, normal_query
from duecourse.core import ids
from duecourse.core.call import within
from duecourse.core.errors import Refused
from duecourse.core.models import Event
from tests.web.desk import sit, stop_clock, text
from tests.world import NOON, World, build

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    stop_clock(monkeypatch, NOON)
    return build(at=NOON)


@pytest.fixture
def manager(world: World) -> Client:
    return sit(world, "credit-manager")


def save(client: Client, name: str = "Late ones", query: str = "show=overdue&page=3&nonsense=1", **more: str) -> str:
    answer = client.post("/views/save/", {"list": "customers", "name": name, "query": query, **more})
    return str(answer["Location"])


def undo(client: Client, address: str) -> str:
    """The newest undo that the page offers."""
    found = re.findall(r'action="(/views/[^"]+)"[^>]*>(?:(?!</form>).)*Undo', text(client.get(address)), re.DOTALL)
    assert found, "no undo is offered"
    return str(found[-1]).replace("&amp;", "&")


class TestAQuery:
    def test_keeps_what_the_list_knows_and_nothing_else(self) -> None:
        assert normal_query("customers", "?sort=-open&page=4&format=csv&q=+a+b&show=&evil=1&view=viw_x") == "q=a+b&sort=-open"
        assert normal_query("invoices", "custom.cost_center=K1&custom.=2") == "custom.cost_center=K1"
        assert normal_query("outbox", "custom.cost_center=K1") == ""
        with pytest.raises(Refused) as refused:
            normal_query("payroll", "")
        assert refused.value.code == "access.view-unknown-list"


class TestAView:
    def test_is_saved_opened_and_shown_as_a_tab(self, world: World, manager: Client) -> None:
        address = save(manager)
        assert address.startswith("/customers/?show=overdue&view=viw_")
        page = text(manager.get(address))
        assert re.search(r'aria-current="page">Late ones', page)
        assert manager.get(address).context["asked"].show == "overdue"
        assert "Late ones" in text(manager.get("/customers/"))
        assert "Late ones" not in text(sit(world, "order-desk").get("/customers/"))
        assert Event.objects.filter(name="access.view-saved").count() == 1

    def test_is_refused_without_a_name_twice_and_for_lists_one_may_not_read(self, world: World, manager: Client) -> None:
        save(manager)
        call = world.calls["credit-manager"]
        for list_name, name, code in (
            ("customers", "Late ones", "access.view-name-taken"),
            ("customers", "  ", "access.view-name"),
            ("customers", "x" * 61, "access.view-name"),
            ("matching", "All", "access.not-permitted"),
            ("payroll", "All", "access.view-unknown-list"),
        ):
            with pytest.raises(Refused) as refused:
                access.save_view(call, list_name, name, "")
            assert refused.value.code == code

    def test_opens_first_where_one_says_so_and_leads_back(self, manager: Client) -> None:
        address = save(manager, first="on")
        assert manager.get("/customers/")["Location"] == address
        standard = manager.get("/customers/?view=standard")
        assert standard.status_code == 200
        assert 'href="/customers/?view=standard" aria-current="page"' in text(standard)
        everybody = manager.get(address).context["tabs"][0]["url"]
        assert manager.get(f"/customers/{everybody}").context["asked"].show == ""
        manager.post("/views/first/", {"list": "customers"})
        assert manager.get("/customers/").status_code == 200

    def test_is_deleted_and_comes_back(self, manager: Client) -> None:
        ref = save(manager).rpartition("=")[2]
        answer = manager.post(f"/views/{ref}/delete/")
        back = undo(manager, answer["Location"])
        assert "Late ones" not in text(manager.get("/customers/"))
        manager.post(back)
        assert "Late ones" in text(manager.get("/customers/"))

    def test_is_renamed_gets_other_filters_and_its_old_ones_back(self, world: World, manager: Client) -> None:
        ref = save(manager).rpartition("=")[2]
        changed = text(manager.get(f"/customers/?show=owing&view={ref}"))
        assert "Keep the change in “Late ones”" in changed
        answer = manager.post(f"/views/{ref}/change/", {"name": "Owing ones", "query": "show=owing"})
        assert answer["Location"] == f"/customers/?show=owing&view={ref}"
        manager.post(undo(manager, answer["Location"]))
        with within(world.call):
            (view,) = facts.saved_views(world.calls["credit-manager"], "customers")
        assert (view.name, view.query) == ("Late ones", "show=overdue")


class TestSharing:
    def test_shows_it_to_all_who_may_read_the_list_until_it_ends(self, world: World, manager: Client) -> None:
        ref = save(manager, shared="on").rpartition("=")[2]
        desk = sit(world, "order-desk", Client())
        assert "Late ones" in text(desk.get("/customers/"))
        for step in ("change", "delete"):  # it is not theirs
            desk.post(f"/views/{ref}/{step}/", {"name": "Ours"})
        desk.post(f"/views/{ref}/share/", {"shared": "0"})
        assert "Late ones" in text(desk.get("/customers/"))
        desk.post("/views/first/", {"list": "customers", "view": ref})
        assert desk.get("/customers/").status_code == 302
        sit(world, "controller", controller := Client()).post(f"/views/{ref}/share/", {"shared": "0"})
        assert controller.get("/customers/").status_code == 200
        assert desk.get("/customers/").status_code == 200  # nobody is locked out of a list by a view that is gone
        assert "Late ones" not in text(desk.get("/customers/"))

    def test_needs_the_permission(self, world: World) -> None:
        desk = sit(world, "order-desk")
        ref = save(desk).rpartition("=")[2]
        desk.post(f"/views/{ref}/share/", {"shared": "1"})
        with within(world.call):
            assert not facts.view_for_caller(world.calls["order-desk"], ref).is_shared
        assert "Share with the company" not in text(desk.get("/customers/"))


class TestTheLists:
    def test_offer_views_each_in_the_same_number_of_queries(self, world: World) -> None:
        call = world.calls["controller"]
        controller = sit(world, "controller")

        def many(name: str) -> int:
            from django.urls import reverse

            with CaptureQueriesContext(connection) as seen:
                page = text(controller.get(reverse(name)))
            assert 'data-key="V"' in page, name
            return len(seen)

        many("customers")  # what a process reads once
        before = {name: many(name) for name in LISTS if facts.may_read_list(call, name)}
        assert len(before) == len(LISTS)
        with within(call):
            for name in before:
                for place in range(8):
                    access.save_view(call, name, f"View {place}", f"q={place}")
        assert {name: many(name) for name in before} == before

    def test_knows_no_view_of_another_company(self, world: World, manager: Client) -> None:
        ref = save(manager).rpartition("=")[2]
        other = build("ZZ")
        with within(other.call), pytest.raises(Refused):
            facts.view_for_caller(other.calls["credit-manager"], ref)
        assert sit(other, "credit-manager", Client()).get(f"/views/{ref}/").status_code == 404
        assert ids.inner("viw", ref)
