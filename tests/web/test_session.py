"""What belongs to the person at the screen, what is found, and what was sent."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from duecourse.access import actions as access
from duecourse.access import queries as access_facts
from duecourse.access.rules import NewCompany
from duecourse.core import ids
from duecourse.core.call import within
from duecourse.documents import actions as documents
from duecourse.documents.rules import NewDispatch
from tests import world as worlds
from tests.cash.play import eur, invoice
from tests.web.desk import sit, stop_clock, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> worlds.World:
    stop_clock(monkeypatch, worlds.NOON)
    return worlds.build(at=worlds.NOON)


class TestTheSession:
    def test_looks_back_and_forgets_it_again(self, world: worlds.World) -> None:
        client = sit(world, "controller")
        assert client.post("/session/as-of/", {"as_of": "2026-09-30", "next": "/customers/"}).url == "/customers/"  # type: ignore[attr-defined]
        answer = client.get("/customers/")
        assert answer.context["on"] == dt.date(2026, 9, 30)
        assert answer.context["looking_back"]
        client.post("/session/as-of/", {"as_of": ""})
        assert not client.get("/customers/").context["looking_back"]
        client.post("/session/as-of/", {"as_of": "tomorrow"})
        client.post("/session/as-of/", {"as_of": "2030-01-01"})
        assert not client.get("/customers/").context["looking_back"]

    def test_nothing_is_posted_while_looking_back(self, world: worlds.World) -> None:
        client = sit(world, "controller")
        client.post("/session/as-of/", {"as_of": "2026-09-30"})
        client.post(
            "/settings/terms/", {"code": "N45", "name": "45", "net_days": "45", "discount_days": "", "discount_percent": ""}
        )
        client.post("/session/as-of/", {"as_of": ""})
        assert "N45" not in text(client.get("/settings/terms/"))

    def test_changes_the_company_where_one_has_a_role(self, world: worlds.World) -> None:
        second = NewCompany("T2", "Tessin Nord GmbH", "EUR", "DE", "Europe/Berlin")
        with within(world.calls["administrator"]):
            made = access.create_company(world.calls["administrator"], second)
        client = sit(world, "administrator")
        assert client.get("/settings/").context["frame"].company == "Tessin Fittings GmbH"
        client.post("/session/company/", {"company": str(made)})
        assert client.get("/settings/").context["frame"].company == "Tessin Nord GmbH"
        other = sit(world, "billing", Client())
        other.post("/session/company/", {"company": str(made)})
        assert other.get("/settings/").context["frame"].company == "Tessin Fittings GmbH"

    def test_keeps_language_and_keys_with_the_person(self, world: worlds.World) -> None:
        client = sit(world, "billing")
        client.post("/session/language/", {"language": "de"})
        assert client.get("/settings/")["Content-Language"] == "de"
        client.post("/session/language/", {"language": "tlh"})
        client.post("/session/keys/", {"enabled": "0"})
        own = access_facts.user_view(world.users["billing"], world.call.company.id)
        assert own.language == "de"
        assert not own.keys_enabled

    def test_the_page_knows_the_choice_of_keys(self, world: worlds.World) -> None:
        client = sit(world, "billing")
        assert 'data-letters="on"' in text(client.get("/settings/"))
        assert client.post("/session/keys/", {"enabled": "0"}, headers={"X-Requested-With": "fetch"}).status_code == 204
        assert 'data-letters="off"' in text(client.get("/settings/"))

    def test_the_side_bar_leads_administrators_to_invitations_sent(self, world: worlds.World) -> None:
        assert 'href="/outbox/"' in text(sit(world, "administrator").get("/settings/"))
        assert 'href="/outbox/"' not in text(sit(world, "order-desk").get("/settings/"))

    def test_ends(self, world: worlds.World) -> None:
        client = sit(world, "billing")
        assert client.get("/session/sign-out/").status_code == 405
        client.post("/session/sign-out/")
        assert "_auth_user_id" not in client.session

    def test_is_nobodys_without_a_log_in(self, world: worlds.World) -> None:
        for address in ("/customers/", "/journal/", "/outbox/", "/settings/", "/search/?q=x"):
            answer = Client().get(address)
            assert answer.status_code == 302
            assert "/account/login/" in answer["Location"]


class TestSearch:
    def hits(self, world: worlds.World, role: str, asked: str) -> list[str]:
        answer = sit(world, role, Client()).get("/search/", {"q": asked}, headers={"X-Requested-With": "fetch"})
        assert "<html" not in text(answer)
        return [hit["title"] for group in answer.context["groups"] for hit in group["hits"]]

    def test_finds_customers_by_name_and_number(self, world: worlds.World) -> None:
        invoice(world.call, world.accounts["late"], "INV-26-00001", eur("1190.00"))
        assert self.hits(world, "collector", "corvin") == ["Corvin Hydraulik GmbH & Co. KG"]
        assert self.hits(world, "collector", "010006") == ["Fairbanks Tooling Inc."]

    def test_finds_nothing_the_role_may_not_open(self, world: worlds.World) -> None:
        assert self.hits(world, "administrator", "corvin") == []
        assert "Invite a person" in self.hits(world, "administrator", "invite")
        assert self.hits(world, "collector", "invite") == []

    def test_says_what_may_be_done(self, world: worlds.World) -> None:
        assert "New order" in self.hits(world, "order-desk", "new o")
        assert "Close a period" in self.hits(world, "controller", "close")

    def test_is_a_page_without_script(self, world: worlds.World) -> None:
        assert "<html" in text(sit(world, "collector").get("/search/", {"q": "corvin"}))
        assert sit(world, "collector").get("/search/", {"q": ""}).status_code == 200

    @pytest.mark.parametrize("asked", ["%", "'", "<script>", "INV-", "0", "x" * 5000])
    def test_takes_anything(self, world: worlds.World, asked: str) -> None:
        assert sit(world, "cfo").get("/search/", {"q": asked}).status_code == 200

    def test_what_is_no_text_is_refused(self, world: worlds.World) -> None:
        assert sit(world, "cfo").get("/search/?q=%00x").status_code == 400


class TestTheOutbox:
    def mails(self, world: worlds.World, many: int = 1) -> list[int]:
        with within(world.call):
            return documents.queue_dispatches(
                world.call,
                [
                    NewDispatch(
                        ids.outer("acc", number + 1), "letter", ("a@b.example",), f"Letter {number}", "Dear you,\n\n<b>hello</b>"
                    )
                    for number in range(many)
                ],
            )

    def test_lists_and_shows_mail(self, world: worlds.World) -> None:
        (key,) = self.mails(world)
        client = sit(world, "billing")
        assert "Letter 0" in text(client.get("/outbox/"))
        assert "Waiting" in text(client.get("/outbox/"))
        page = text(client.get(f"/outbox/{ids.outer('dsp', key)}/"))
        assert "&lt;b&gt;hello" in page
        assert "a@b.example" in page
        assert client.get(f"/outbox/{ids.outer('dsp', key)}/attachments/0/").status_code == 404

    def test_is_filtered_and_exported(self, world: worlds.World) -> None:
        self.mails(world, 60)
        client = sit(world, "controller")
        assert len(client.get("/outbox/", {"page": "2"}).context["rows"]) == 10
        assert len(client.get("/outbox/", {"q": "Letter 7"}).context["rows"]) == 1
        assert "Every mail went out" in text(client.get("/outbox/", {"state": "failed"}))
        assert len(b"".join(client.get("/outbox/", {"format": "csv"})).decode().splitlines()) == 61  # type: ignore[arg-type]

    def test_a_failed_mail_is_tried_again_by_an_administrator(self, world: worlds.World) -> None:
        documents.send_invitation(
            world.calls["administrator"], "x@y.example", "Xenia", "billing", "http://testserver/invitation/"
        )
        with within(world.call):
            (mail,) = documents.claim_due(world.call)
            documents.mark_failed(world.call, mail.id, "550 no such person", for_good=True)
        client = sit(world, "administrator")
        ref = ids.outer("dsp", mail.id)
        assert "550 no such person" in text(client.get(f"/outbox/{ref}/"))
        assert "is tried again" in text(client.post(f"/outbox/{ref}/retry/", follow=True))

    def test_administrators_see_invitations_only(self, world: worlds.World) -> None:
        (key,) = self.mails(world)
        client = sit(world, "administrator")
        assert "Letter 0" not in text(client.get("/outbox/"))
        assert client.get(f"/outbox/{ids.outer('dsp', key)}/").status_code == 404
        assert sit(world, "order-desk").get("/outbox/").status_code == 403
