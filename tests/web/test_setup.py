"""An own company from nothing: the set-up link, every step, wrong input, who may what, and nothing that leaves before go-live."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from duecourse.access import actions as access
from duecourse.access import queries as access_facts
from duecourse.access import rules as access_rules
from duecourse.core import ids
from duecourse.core.call import Call, within
from duecourse.documents import actions as documents
from duecourse.documents import queries as document_facts
from duecourse.documents.rules import NewDispatch
from duecourse.jobs import deliver
from duecourse.ledger import queries as ledger_facts
from tests import world as worlds
from tests.books import refused
from tests.web.desk import sit, stop_clock, text

pytestmark = pytest.mark.django_db
NOW = worlds.NOON
COMPANY = {"name": "Nordhaven Bauteile GmbH", "country": "DE", "language": "en"}
PERSON = {
    "person": "Sina Petersen",
    "email": "sina@nordhaven.example",
    "password": "lantern-harbour-77",
    "again": "lantern-harbour-77",
}
ADDRESS = {"street": "Kaistraße 4", "postal_code": "24103", "city": "Kiel", "tax_id": "DE136695976"}
IBAN = "DE89370400440532013000"
RATES = {"category": ["S", "AA"], "percent": ["19", "7"], "valid_from": ["2021-01-01", "2021-01-01"]}
SERIES = {
    "prefix-invoice": "RE", "next-invoice": "4711", "prefix-credit-note": "GS", "next-credit-note": "1", "prefix-order": "SO",
    "next-order": "1", "prefix-delivery": "DN", "next-delivery": "1",
}  # fmt: skip
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 20"><rect width="60" height="20" fill="#2050a0"/></svg>'


@pytest.fixture
def link(monkeypatch: pytest.MonkeyPatch) -> str:
    stop_clock(monkeypatch, NOW)
    return f"/found/{access.make_founding_link(NOW)}/"


@dataclass
class Own:
    """A company that was just founded, and its founder's browser."""

    client: Client
    call: Call

    def post(self, step: str, **data: object) -> str:
        """Send a step's form; the page that follows."""
        return text(self.client.post(f"/setup/{step}/", data, follow=True))

    def state(self, step: str) -> str:
        rows = self.client.get("/setup/company/").context["rows"]
        return str(next(row["state"] for row in rows if row["step"].name == step))


@pytest.fixture
def own(link: str) -> Own:
    client = Client()
    answer = client.post(link, COMPANY | PERSON)
    assert answer.status_code == 302, text(answer)
    company = next(one for one in access_facts.companies() if one.name == COMPANY["name"])
    return Own(client, access_facts.system_call(company.id, NOW, "Tests"))


def walk(own: Own) -> None:
    """Every step that is needed."""
    own.post("company", **ADDRESS)
    own.post("books", opening_date="2026-01-01", fiscal_year_month="1")
    own.post("tax", **RATES)
    own.post("bank", number=IBAN, bank_currency="EUR")
    own.post("terms", offered=["NET30"])


class TestTheLink:
    def test_founds_an_organisation_once(self, link: str) -> None:
        client = Client()
        for _ in range(2):  # looking uses nothing up
            assert "Set up your company" in text(client.get(link))
        answer = client.post(link, COMPANY | PERSON, follow=True)
        assert "Set up Nordhaven Bauteile GmbH" in text(answer)
        assert "is founded" in text(answer)
        assert Client().get(link).status_code == 410
        assert Client().post(link, COMPANY | PERSON | {"email": "else@x.example"}).status_code == 410
        assert len(access_facts.companies()) == 1

    def test_is_kept_as_its_hash_ends_after_a_day_and_by_the_next_one(self, link: str) -> None:
        token = link.split("/")[2]
        assert len(token) >= 43  # 256 bits
        later = NOW + dt.timedelta(hours=24, seconds=1)
        refused("access.founding-link-not-valid", access_facts.check_founding_link, token, later)
        access.make_founding_link(NOW)
        refused("access.founding-link-not-valid", access_facts.check_founding_link, token, NOW)

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"name": " "}, "needs a name"),
            ({"country": "XX"}, "is not a country"),
            ({"email": "sina"}, "not an e-mail address"),
            ({"again": "other"}, "passwords differ"),
            ({"password": "12345678", "again": "12345678"}, "too common"),
            ({"person": ""}, "needs a name"),
            ({"currency": "XYZ"}, "XYZ"),
            ({"time_zone": "Mars/Base"}, "not a time zone"),
            ({"language": "tlh"}, "The language is one of"),
            ({"code": "two words"}, "is not a code"),
            ({"name": "a\0b"}, "no text holds"),
        ],
    )
    def test_stays_usable_after_wrong_input(self, link: str, changed: dict[str, str], said: str) -> None:
        client = Client()
        answer = client.post(link, COMPANY | PERSON | changed)
        assert answer.status_code == 422
        assert said in text(answer)
        assert access_facts.companies() == []
        assert client.post(link, COMPANY | PERSON).status_code == 302

    def test_that_nobody_made_says_nothing(self, link: str) -> None:
        assert Client().get("/found/guessed/").status_code == 410


class TestTheSteps:
    def test_lead_from_nothing_to_live(self, own: Own) -> None:
        assert "Step 1 of 11" in text(own.client.get("/setup/", follow=True))
        assert "On which day do your books begin" in own.post("company", **ADDRESS)
        assert "Which tax rates" in own.post("books", opening_date="2026-01-01", fiscal_year_month="1")
        assert "Where does your customers" in own.post("tax", **RATES)
        shown = own.post("bank", number="DE89 3704 0044 0532 0130 00", bank_currency="EUR")
        assert "Commerzbank" in shown
        assert "How are your documents numbered" in own.post("terms", offered=["NET30", "2-14-30"])
        assert "The next invoice is RE-26-04711" in own.post("numbers", **SERIES)
        assert "is invited as Controller" in own.post(
            "people", invite_email="k@nordhaven.example", invite_name="Kai", role="controller"
        )
        assert "customers" in own.post("mail", sender_name="Nordhaven", sender="", reply_to="buero@nordhaven.example")
        page = own.client.get("/setup/live/")
        assert page.context["missing"] == []
        assert "Nordhaven Bauteile GmbH is live." in own.post("live")
        assert access_facts.company_ref(own.call.company.id).is_live
        assert "Not live yet" not in text(own.client.get("/"))
        with within(own.call):
            ready = ledger_facts.readiness(own.call)
            assert (ready.bank_accounts, ready.terms, ready.has_books) == (1, 2, True)

    def test_can_be_left_and_taken_up_again(self, own: Own) -> None:
        own.post("company", **ADDRESS)
        own.client.logout()
        again = Client()
        assert again.login(email=PERSON["email"], password=PERSON["password"])
        assert again.get("/setup/").context["name"] == "books"
        assert own.call.company.name in text(again.get("/setup/terms/"))

    def test_read_what_is_done_from_the_facts(self, own: Own) -> None:
        assert (own.state("bank"), own.state("logo")) == ("open", "optional")
        own.client.post("/setup/books/", {"opening_date": "2026-01-01", "fiscal_year_month": "7"})
        assert own.state("books") == "done"
        own.client.post(
            "/settings/bank-accounts/", {"name": "Elsewhere", "number": IBAN, "bic": "", "currency": "EUR", "code": ""}
        )
        assert own.state("bank") == "done"
        with within(own.call):
            days = [one.end_date for one in ledger_facts.periods(own.call)]
        assert max(days) == dt.date(2027, 7, 1)  # the fiscal year from July 2026

    @pytest.mark.parametrize(
        ("step", "data", "said"),
        [
            ("company", {"tax_id": "DE136695977"}, "not a tax number of DE"),
            ("company", {"currency": "XX"}, "XX"),
            ("company", {"name": " "}, "needs a name"),
            ("books", {"opening_date": "soon", "fiscal_year_month": "1"}, "soon"),
            ("books", {"opening_date": "1890-01-01", "fiscal_year_month": "1"}, "cannot begin"),
            ("books", {"opening_date": "2026-01-01", "fiscal_year_month": "13"}, "1 to 12"),
            ("tax", {"category": ["S"], "percent": ["190"], "valid_from": ["2026-01-01"]}, "below 100"),
            ("tax", {"category": ["S"], "percent": [""], "valid_from": ["2026-01-01"]}, "No rate"),
            ("bank", {"number": "DE89370400440532013001", "bank_currency": "EUR"}, "check digits"),
            ("bank", {"number": "", "bank_currency": "EUR"}, "needs its number"),
            ("terms", {}, "Nothing was chosen"),
            ("terms", {"code": "X", "net_days": "many"}, "many"),
            ("numbers", SERIES | {"prefix-order": "RE"}, "cannot both begin with RE"),
            ("numbers", SERIES | {"next-invoice": "-3"}, "-3"),
            ("people", {"invite_email": "nobody", "invite_name": "N", "role": "cfo"}, "not an e-mail address"),
            ("people", {"invite_email": "n@x.example", "invite_name": "N", "role": "king"}, "no role"),
            ("mail", {"sender_name": "A<b>", "sender": "", "reply_to": ""}, "one line"),
            ("mail", {"sender_name": "A", "sender": "x", "reply_to": ""}, "not an e-mail address"),
            ("live", {}, "cannot go live yet"),
            ("take-over", {}, "cannot be done here"),
        ],
    )
    def test_say_what_is_wrong_and_keep_nothing(self, own: Own, step: str, data: dict[str, object], said: str) -> None:
        before = own.state(step)
        answer = own.client.post(f"/setup/{step}/", data)
        assert answer.status_code == 422
        assert said in text(answer)
        assert own.state(step) == before

    def test_country_and_currency_stay_once_the_books_have_begun(self, own: Own) -> None:
        swiss = {"currency": "CHF", "country": "CH", "time_zone": "Europe/Zurich", "tax_id": "CHE107787577IVA"}
        own.post("company", **ADDRESS | swiss)
        assert access_facts.company_ref(own.call.company.id).currency == "CHF"
        own.post("books", opening_date="2026-01-01", fiscal_year_month="1")
        assert "cannot be changed here" in own.post("company", currency="EUR")

    def test_the_united_states_have_no_such_tax(self, own: Own) -> None:
        own.post("company", country="US", currency="USD", time_zone="America/New_York", street="1 Main St", city="Boston")
        assert "no tax of this kind" in text(own.client.get("/setup/tax/"))
        own.post("tax", category=["Z"], percent=["0"], valid_from=["1990-01-01"])
        assert own.state("tax") == "done"


class TestTheLogo:
    def test_stands_on_the_head_and_is_served_without_power(self, own: Own) -> None:
        own.post("logo", file=SimpleUploadedFile("logo.svg", SVG))
        page = text(own.client.get("/"))
        picture = re.search(r'class="top-logo" src="([^"]+)"', page)
        assert picture
        answer = own.client.get(picture[1])
        assert answer.content == SVG
        assert "sandbox" in answer["Content-Security-Policy"]
        own.post("logo", do="remove")
        assert "top-logo" not in text(own.client.get("/"))
        assert own.client.get("/setup/logo/picture").status_code == 404

    @pytest.mark.parametrize(
        "data",
        [
            SVG.replace(b"<rect", b"<script>alert(1)</script><rect"),
            SVG.replace(b"<rect", b'<rect onload="x()"'),
            SVG.replace(b"<rect", b"<foreignObject/><rect"),
            SVG.replace(b"#2050a0", b"url(https://elsewhere.example/x)"),
            SVG.replace(b"<rect", b'<use href="https://elsewhere.example/x.svg#a"/><rect'),
            b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + SVG.replace(b"<rect", b"&x;<rect"),
            b'<?xml-stylesheet href="x.css"?>' + SVG,
            b"\x89PNG\r\n\x1a\nnot really",
            b"GIF89a",
            b"",
        ],
    )
    def test_that_could_act_is_refused(self, own: Own, data: bytes) -> None:
        answer = own.client.post("/setup/logo/", {"file": SimpleUploadedFile("logo.svg", data)})
        assert answer.status_code == 422
        assert access_facts.company_ref(own.call.company.id).logo == ""


class TestBeforeGoLive:
    def test_nothing_leaves_the_house_but_to_its_own_people(self, own: Own) -> None:
        walk(own)
        own.post("people", invite_email="k@nordhaven.example", invite_name="Kai", role="billing")
        own.post("mail", do="test")
        mail = NewDispatch(ids.outer("cmp", own.call.company.id), "invoice", ("customer@x.example",), "Invoice", "…")
        call = access_facts.system_call(own.call.company.id, NOW, "Tests")
        documents.queue_dispatches(call, [mail, mail])
        deliver.deliver(call.company.id)
        with within(call):
            counts = document_facts.counts(call)
            assert (counts["held"], counts["sent"], counts["queued"]) == (2, 2, 0)
        assert "Waits for go-live" in text(own.client.get("/outbox/"))
        assert "2 mails wait for go-live" in text(own.client.get("/setup/live/"))

    @pytest.mark.parametrize(("said", "after"), [("send", "queued"), ("drop", "dropped")])
    def test_what_waited_is_sent_or_ends_as_one_says(self, own: Own, said: str, after: str) -> None:
        walk(own)
        mail = NewDispatch(ids.outer("cmp", own.call.company.id), "invoice", ("customer@x.example",), "Invoice", "…")
        documents.queue_dispatches(access_facts.system_call(own.call.company.id, NOW), [mail])
        own.post("live", held=said)
        with within(own.call):
            assert document_facts.counts(own.call)[after] == 1
        assert "is live already" in own.post("live")


class TestWhoMayDoIt:
    def test_a_step_says_whom_it_waits_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        stop_clock(monkeypatch, NOW)
        world = worlds.build(at=NOW)
        new = access_rules.NewCompany("SECOND", "Second GmbH", "EUR", "DE", "Europe/Berlin")
        second = access.create_company(world.calls["administrator"], new)
        client = sit(world, "administrator")
        client.post("/session/company/", {"company": str(second)})
        page = text(client.get("/setup/books/"))
        assert "waits for somebody to be invited" in page
        answer = client.post("/setup/books/", {"opening_date": "2026-01-01", "fiscal_year_month": "1"})
        assert "Your role does not include this" in text(answer)

    def test_an_administrator_starts_another_company(self, monkeypatch: pytest.MonkeyPatch) -> None:
        stop_clock(monkeypatch, NOW)
        world = worlds.build(at=NOW)
        client = sit(world, "administrator")
        assert "Another company" in text(client.get("/"))
        page = text(client.post("/setup/new/", {"name": "Zweite AG", "country": "CH", "books": "on"}, follow=True))
        assert "Set up Zweite AG" in page
        assert "Not live yet" in page
        assert sit(world, "controller").get("/setup/new/").status_code == 403

    def test_beside_the_demo_one_starts_clean(self, monkeypatch: pytest.MonkeyPatch) -> None:
        stop_clock(monkeypatch, NOW)
        world = worlds.build(at=NOW, is_demo=True)
        new = access_rules.NewCompany("MINE", "Mine", "EUR", "DE", "Europe/Berlin")
        refused("access.demo-organisation", access.create_company, world.calls["administrator"], new)
        client = sit(world, "administrator")
        answer = client.post("/setup/new/")
        assert answer.headers["Location"].startswith("/found/")
        client.post(answer.headers["Location"], COMPANY | PERSON)
        mine = next(one for one in access_facts.companies() if one.name == COMPANY["name"])
        assert mine.organisation_id != world.call.company.organisation_id
        assert "Set up Nordhaven" in text(client.get("/setup/", follow=True))
