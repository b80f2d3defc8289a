"""Settings: people and roles, keys, company, books, trade; and the page behind an invitation."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from duecourse.access import queries as access_facts
from duecourse.core import ids
from duecourse.core.call import within
from duecourse.customers import queries as customer_facts
from duecourse.documents import queries as document_facts
from duecourse.ledger import queries as ledger_facts
from tests import world as worlds
from tests.web.desk import sit, stop_clock, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> worlds.World:
    stop_clock(monkeypatch, worlds.NOON)
    return worlds.build(at=worlds.NOON)


def person(world: worlds.World, role: str) -> str:
    return f"/settings/people/{ids.outer('usr', world.users[role])}/"


class TestTheOverview:
    @pytest.mark.parametrize("role", list(worlds.PEOPLE))
    def test_leads_only_where_the_role_may_go(self, world: worlds.World, role: str) -> None:
        client = sit(world, role)
        answer = client.get("/settings/")
        assert answer.status_code == 200
        for place in answer.context["places"]:
            assert client.get(place["url"]).status_code == 200, place["url"]

    def test_is_refused_where_it_does_not_lead(self, world: worlds.World) -> None:
        client = sit(world, "order-desk")
        for place in ("people", "company", "accounts", "periods", "rates", "bank-accounts"):
            assert client.get(f"/settings/{place}/").status_code == 403


class TestPeople:
    def test_are_invited_by_a_link_that_looking_does_not_use_up(self, world: worlds.World) -> None:
        client = sit(world, "administrator")
        answer = client.post(
            "/settings/people/invite/", {"email": "new@tf.example", "name": "Nora Neu", "role": "billing"}, follow=True
        )
        assert "is invited as Billing clerk" in text(answer)
        assert "new@tf.example" in text(answer)
        with within(world.call):
            (mail,) = document_facts.rows(world.call).rows
        found = re.search(r"http://testserver(/invitation/[^/\s]+)", mail.body)
        assert found
        guest = Client()
        for _look in range(3):
            page = guest.get(found[1])
            assert page.status_code == 200
            assert "Nora Neu" in text(page)
            assert page["Referrer-Policy"] == "same-origin"
        assert guest.post(found[1], {"name": "Nora Neu", "password": worlds.PASSWORD, "again": "other"}).status_code == 422
        assert guest.post(found[1], {"name": "Nora Neu", "password": "short", "again": "short"}).status_code == 422
        welcome = guest.post(found[1], {"name": "Nora Neu", "password": worlds.PASSWORD, "again": worlds.PASSWORD})
        assert welcome.status_code == 302
        assert "_auth_user_id" in guest.session
        assert Client().get(found[1]).status_code == 410

    def test_an_invitation_is_withdrawn(self, world: worlds.World) -> None:
        client = sit(world, "administrator")
        client.post("/settings/people/invite/", {"email": "new@tf.example", "name": "Nora Neu", "role": "billing"})
        with within(world.call):
            (waiting,) = access_facts.invitations(world.call)
        assert "withdrawn" in text(
            client.post(f"/settings/people/invitations/{ids.outer('inn', waiting.id)}/withdraw/", follow=True)
        )
        assert (
            "new@tf.example"
            not in text(client.get("/settings/people/")).split("<dialog")[0].split("Kept apart")[0].split("toast")[0]
        )

    def test_get_roles_with_a_warning_where_duties_meet(self, world: worlds.World) -> None:
        client = sit(world, "administrator")
        there = person(world, "billing")
        assert "apply the payments for them" in text(client.get(there))
        said = text(client.post(there, {"do": "grant", "role": "cash-application"}, follow=True))
        assert "These roles bring duties together" in said
        assert "is now Cash-application clerk" in said
        assert "no longer" in text(client.post(there, {"do": "revoke", "role": "cash-application"}, follow=True))

    def test_are_stopped_and_let_in_again(self, world: worlds.World) -> None:
        client, guest = sit(world, "administrator"), sit(world, "billing", Client())
        assert guest.get("/settings/").status_code == 200
        client.post(person(world, "billing"), {"do": "deactivate"})
        assert guest.get("/settings/").status_code in (302, 403)
        assert "can log in again" in text(client.post(person(world, "billing"), {"do": "activate"}, follow=True))

    def test_nobody_changes_their_own_roles(self, world: worlds.World) -> None:
        client = sit(world, "administrator")
        assert "Nobody changes their own roles" in text(client.get(person(world, "administrator")))
        client.post(person(world, "administrator"), {"do": "grant", "role": "cfo"})
        assert access_facts.user_view(world.users["administrator"], world.call.company.id).roles == ("administrator",)
        assert (
            sit(world, "controller", Client()).post(person(world, "billing"), {"do": "grant", "role": "cfo"}).status_code == 302
        )
        assert access_facts.user_view(world.users["billing"], world.call.company.id).roles == ("billing",)

    def test_of_others_are_not_there(self, world: worlds.World) -> None:
        other = worlds.build("XX", at=worlds.NOON)
        assert sit(world, "administrator").get(person(other, "billing")).status_code == 404


class TestKeys:
    def test_show_their_secret_once(self, world: worlds.World) -> None:
        client = sit(world, "controller")
        made = text(client.post("/settings/keys/", {"name": "Month-end script", "days": "30", "scopes": ["ledger.read"]}))
        secret = re.search(r"dck_[0-9a-f]+[A-Za-z0-9_.-]{20,}", made)
        assert secret
        assert access_facts.call_for_key(secret[0], worlds.NOON).by.may("ledger.read")
        assert secret[0] not in text(client.get("/settings/keys/"))

    @pytest.mark.parametrize(
        "wrong", [{"days": "500"}, {"days": "many"}, {"name": " "}, {"scopes": []}, {"scopes": ["credit.set_limits"]}]
    )
    def test_never_may_more_than_their_maker(self, world: worlds.World, wrong: dict[str, Any]) -> None:
        fields = {"name": "Script", "days": "30", "scopes": ["ledger.read"]} | wrong
        answer = sit(world, "controller").post("/settings/keys/", fields)
        assert answer.status_code == 422
        assert "dck_" not in text(answer)

    def test_are_revoked_by_their_maker_and_by_administrators_only(self, world: worlds.World) -> None:
        client = sit(world, "controller")
        client.post("/settings/keys/", {"name": "Script", "days": "30", "scopes": ["ledger.read"]})
        with within(world.calls["controller"]):
            (key,) = access_facts.api_keys(world.calls["controller"])
        there = f"/settings/keys/{ids.outer('key', key.id)}/revoke/"
        sit(world, "billing", Client()).post(there)
        with within(world.calls["controller"]):
            assert access_facts.key_view(world.calls["controller"], key.id).revoked_at is None
        assert "Revoked" in text(client.post(there, follow=True))


class TestTheCompany:
    def test_is_changed_by_administrators(self, world: worlds.World) -> None:
        client = sit(world, "administrator")
        assert "Lindenweg 1" in text(
            client.post("/settings/company/", {"street": "Lindenweg 1", "name": "Tessin AG"}, follow=True)
        )
        assert client.post("/settings/company/", {"name": " "}).status_code == 422
        other = sit(world, "controller", Client())
        assert "An administrator changes these" in text(other.get("/settings/company/"))
        assert other.post("/settings/company/", {"name": "Mine"}).status_code == 422


class TestTheBooks:
    def test_accounts_are_added_and_add_up(self, world: worlds.World) -> None:
        client = sit(world, "controller")
        fields = {"code": "8401", "name": "Sales, spare parts", "kind": "income", "purpose": "sales", "tax_category": "S"}
        assert "Sales, spare parts" in text(client.post("/settings/accounts/", fields, follow=True))
        assert "Adds up to zero" in text(client.get("/settings/accounts/"))
        assert client.post("/settings/accounts/", fields).status_code == 422
        assert client.post("/settings/accounts/", fields | {"code": ""}).status_code == 422

    def test_bank_accounts_are_added(self, world: worlds.World) -> None:
        client = sit(world, "controller")
        fields = {
            "name": "Kontor",
            "number": worlds.iban("DE", "200505501234567890"),
            "bic": "",
            "currency": "eur",
            "code": "1220",
        }
        assert "Kontor" in text(client.post("/settings/bank-accounts/", fields, follow=True))
        assert client.post("/settings/bank-accounts/", fields).status_code == 422
        assert client.post("/settings/bank-accounts/", fields | {"number": "1", "currency": "EURO"}).status_code == 422

    def test_periods_close_open_again_and_go_on(self, world: worlds.World) -> None:
        client = sit(world, "controller")
        with within(world.call):
            january = next(one for one in ledger_facts.periods(world.call) if one.start_date == dt.date(2026, 1, 1))
        ref = ids.outer("prd", january.id)
        assert "is closed" in text(client.post("/settings/periods/", {"do": "close", "period": ref}, follow=True))
        cfo = sit(world, "cfo")
        said = cfo.post("/settings/periods/", {"do": "reopen", "period": ref, "reason": "The auditor asked"}, follow=True)
        assert "is open again" in text(said)
        assert "12 months of 2028" in text(client.post("/settings/periods/", {"do": "open", "year": "2028"}, follow=True))
        for wrong in ({"do": "open", "year": "x"}, {"do": "close", "period": "prd_x"}, {"do": "else"}):
            assert client.post("/settings/periods/", wrong).status_code in (302, 404)

    def test_rates_are_read_from_the_ecbs_file(self, world: worlds.World) -> None:
        client = sit(world, "controller")
        data = b"Date,USD,JPY,\n2026-11-16,1.1512,172.10,\n2026-11-13,1.1490,N/A,\n2020-01-02,1.1193,121.75,\n"
        fields = {"file": SimpleUploadedFile("eurofxref-hist.csv", data), "since": "2026-01-01"}
        said = text(client.post("/settings/rates/", fields, follow=True))
        assert "3 rates read, 1 of them new" in said
        assert "172.1" in said
        for wrong in (b"", b"nonsense\n", b"Date,USD\n2026-13-01,1\n"):
            assert (
                client.post("/settings/rates/", {"file": SimpleUploadedFile("x.csv", wrong), "since": "2026-01-01"}).status_code
                == 422
            )
        assert client.post("/settings/rates/", {}).status_code == 422


class TestTrade:
    def test_products_with_prices_are_added_together_or_not_at_all(self, world: worlds.World) -> None:
        client = sit(world, "billing")
        fields = {
            "do": "product", "number": "P-400", "name": "Gasket", "unit": "pc", "tax_category": "S", "price": "0.85", "currency": "EUR",
            "valid_from": "2026-01-01",
        }  # fmt: skip
        said = text(client.post("/settings/products/", fields, follow=True))
        assert "Gasket" in said
        assert "0.85" in said
        assert client.post("/settings/products/", fields | {"number": "P-500", "price": "dear"}).status_code == 422
        assert "P-500" not in text(client.get("/settings/products/"))
        new = {"do": "price", "number": "P-400", "price": "0.95", "currency": "EUR", "valid_from": "2026-11-01"}
        assert "0.95" in text(client.post("/settings/products/", new, follow=True))
        assert client.post("/settings/products/", new | {"number": "P-999"}).status_code == 422
        rows = b"".join(client.get("/settings/products/", {"format": "csv"})).decode().splitlines()  # type: ignore[arg-type]
        assert len(rows) == 6

    def test_tax_and_terms(self, world: worlds.World) -> None:
        client = sit(world, "controller")
        rate = {"country": "DE", "category": "S", "percent": "20", "valid_from": "2027-01-01", "note": ""}
        assert "20.0 %" in text(client.post("/settings/tax/", rate, follow=True))
        assert client.post("/settings/tax/", rate | {"percent": "-3"}).status_code == 422
        terms = {"code": "N45", "name": "45 days net", "net_days": "45", "discount_days": "", "discount_percent": ""}
        assert "45 days net" in text(client.post("/settings/terms/", terms, follow=True))
        assert client.post("/settings/terms/", terms | {"code": "N46", "discount_days": "10"}).status_code == 422
        with within(world.call):
            assert [one.code for one in customer_facts.terms(world.call)] == ["N45", "NET14", "NET30", "NET60", "SKONTO"]
        assert sit(world, "collector", Client()).post("/settings/terms/", terms | {"code": "N47"}).status_code in (302, 422)
