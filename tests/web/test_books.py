"""The books on screen: every figure down to its entry, journals by two people, a month locked and closed, a file that leaves."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from duecourse.core import ids
from duecourse.core.call import within
from duecourse.invoicing import actions as invoicing
from duecourse.invoicing.rules import NewInvoice, NewLine, Terms
from duecourse.ledger import actions as ledger
from duecourse.ledger import queries, rules
from tests import world as worlds
from tests.books import entry
from tests.ledger.test_manual import draft, prepared
from tests.web.desk import sit, stop_clock, text

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 17)
DAYS = "since=2026-11-01&until=2026-11-30"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> worlds.World:
    from decimal import Decimal

    stop_clock(monkeypatch, worlds.NOON)
    made = worlds.build(at=worlds.NOON)
    for name, category, percent in (("good", "S", 19), ("disputer", "K", 0), ("dollar", "G", 0)):
        line = NewLine("Valve", Decimal(1), "pc", Decimal(100), category, Decimal(percent))  # type: ignore[arg-type]
        invoicing.post_invoices(made.call, [NewInvoice(made.accounts[name], "EUR", DAY, DAY, Terms(30), [line])])
    return made


def linked(page: str, pattern: str) -> str:
    found = re.search(rf'href="({pattern}[^"]*)"', page)
    assert found, f"no link like {pattern}"
    return found[1].replace("&amp;", "&")


class TestTheTrialBalance:
    def test_leads_down_to_the_entry_and_its_document(self, world: worlds.World) -> None:
        client = sit(world, "controller")
        said = text(client.get(f"/books/trial-balance/?{DAYS}"))
        assert "Debits equal credits" in said
        sheet = text(client.get(linked(said, "/books/accounts/1400/")))
        assert "319.00" in sheet
        assert "Invoice INV-26-00001" in text(client.get(linked(sheet, "/journal/entries/jrn_")))
        assert client.get(linked(sheet, "/invoices/inv_")).status_code == 200
        rows = b"".join(client.get(f"/books/trial-balance/?{DAYS}&format=csv").streaming_content).decode()  # type: ignore[attr-defined]
        assert "1400,Trade receivables,asset,0.00,319.00,0.00,319.00,EUR" in rows
        assert client.get("/books/accounts/9999/").status_code == 404

    def test_of_days_that_make_no_sense_is_still_a_page(self, world: worlds.World) -> None:
        client = sit(world, "cfo")
        for query in (
            "since=x&until=y",
            "since=2027-01-01&until=2026-01-01",
            "known=0001-01-01",
            "since=9999-12-31&until=9999-12-31",
        ):
            assert client.get(f"/books/trial-balance/?{query}").status_code == 200
            assert client.get(f"/books/vat/?{query}").status_code == 200
        for query in ("category=S&percent=NaN", "category=S&percent=x", "category=&what=odd"):
            assert client.get(f"/books/vat/entries/?{query}").status_code == 200

    @pytest.mark.parametrize(
        "address", ["/books/trial-balance/", "/books/accounts/1400/", "/books/vat/", "/books/close/", "/books/exports/"]
    )
    def test_asks_as_much_for_many_as_for_one(
        self, world: worlds.World, address: str, django_assert_max_num_queries: Any
    ) -> None:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        client = sit(world, "controller")
        client.get(address)
        with CaptureQueriesContext(connection) as few:
            client.get(address)
        ledger.post_entries(world.call, [entry(f"{n}.00") for n in range(1, 31)])
        with CaptureQueriesContext(connection) as many:
            client.get(address)
        assert len(many) == len(few)


class TestTheVatReport:
    def test_ties_to_the_tax_account_and_lists_eu_buyers(self, world: worlds.World) -> None:
        client = sit(world, "controller")
        said = text(client.get(f"/books/vat/?{DAYS}"))
        assert "Ties to the tax accounts" in said
        assert "IT00743110157" in said
        with within(world.call):
            found = queries.vat_report(world.call, dt.date(2026, 11, 1), dt.date(2026, 11, 30))
        rows = {(row.category, row.treatment): (str(row.base.amount), str(row.tax.amount)) for row in found.rows}
        assert rows == {
            ("S", "domestic"): ("100.00", "19.00"),
            ("K", "eu-supply"): ("100.00", "0.00"),
            ("G", "export"): ("100.00", "0.00"),
        }
        assert (str(found.moved.amount), found.apart.amount, found.unnamed.amount) == ("19.00", 0, 0)
        assert "INV-26-00001" in text(client.get(linked(said, "/books/vat/entries/")))

    def test_names_what_moved_without_a_category(self, world: worlds.World) -> None:
        lines = (rules.DraftLine("1770", _dec("5.00")), rules.DraftLine("1361", _dec("-5.00")))
        ledger.approve_journals(world.calls["controller"], prepared(world.calls["billing"], draft(lines=lines, text="VAT paid")))
        client = sit(world, "controller")
        said = text(client.get(f"/books/vat/?{DAYS}"))
        assert "has no category" in said
        assert "VAT paid" in text(client.get(f"/books/vat/entries/?{DAYS}&category="))


class TestManualJournals:
    FIELDS = {
        "text": "Bank charges", "posted": "2026-11-17", "documented": "2026-11-17", "currency": "EUR", "rate": "",
        "account": ["4970", "1361"], "debit": ["12.50", ""], "credit": ["", "12.50"], "tax": ["", ""],
    }  # fmt: skip

    def test_go_from_one_person_to_another(self, world: worlds.World) -> None:
        clerk, controller = sit(world, "billing"), sit(world, "controller")
        answer = clerk.post("/books/journals/new/", self.FIELDS | {"submit": "1"}, follow=True)
        assert "waits for another person" in text(answer)
        address = answer.redirect_chain[-1][0]
        clerk.post(address, {"do": "attach", "file": SimpleUploadedFile("voucher.pdf", b"%PDF-1.4")})
        said = text(controller.get(address))
        assert "Approve and post" in said
        assert controller.get(linked(said, f"{address}vouchers/")).content == b"%PDF-1.4"
        assert "Approve and post" not in text(clerk.get(address))
        assert "Posted as JE-26" in text(controller.post(address, {"do": "approve"}, follow=True))
        assert "Change" not in re.sub(r"(?s)<nav.*?</nav>", "", text(controller.get(address))).split("<main")[1].split("Facts")[0]
        assert clerk.get(f"{address}change/").status_code == 302

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"credit": ["", "12.49"]}, "does not balance"),
            ({"account": ["1400", "1361"]}, "takes no entry by hand"),
            ({"debit": ["x", ""]}, "is no number"),
            ({"credit": ["1", "12.50"]}, "a debit or a credit"),
            ({"posted": "31 02"}, "is no day"),
            ({"currency": "EURO"}, "EURO"),
            ({"tax": ["S 99", ""]}, "Choose the tax"),
            ({"text": ""}, "Say what the journal is for"),
            ({"rate": "0"}, "rate"),
        ],
    )
    def test_that_are_wrong_stay_as_they_were_typed(self, world: worlds.World, change: dict[str, Any], words: str) -> None:
        answer = sit(world, "billing").post("/books/journals/new/", self.FIELDS | change | {"save": "1"})
        assert answer.status_code == 422
        assert words in text(answer)
        assert "12.50" in text(answer)

    def test_are_submitted_and_approved_together(self, world: worlds.World) -> None:
        keys = [ids.outer("man", key) for key in ledger.prepare_journals(world.calls["billing"], [draft(), draft("7.00")])]
        assert "2 journals wait" in text(
            sit(world, "billing").post("/books/journals/", {"do": "submit", "id": keys}, follow=True)
        )
        assert "2 journals were posted" in text(
            sit(world, "cfo").post("/books/journals/", {"do": "approve", "id": keys}, follow=True)
        )


class TestMonthClose:
    def test_says_what_is_missing_and_locks_in_two_steps(self, world: worlds.World) -> None:
        client, cfo = sit(world, "controller"), sit(world, "cfo")
        (key,) = prepared(world.calls["billing"])
        said = text(client.get("/books/close/?month=2026-11"))
        assert "Hansebank EUR" in said
        assert "This month is not over yet" in said
        ref = linked_value(said, "period")
        post = {"period": ref, "month": "2026-11"}
        assert "is soft-locked" in text(client.post("/books/close/", post | {"do": "lock"}, follow=True))
        assert "Approve into the locked month" in text(client.get(f"/books/journals/{key}/"))
        client.post(f"/books/journals/{key}/", {"do": "late", "reason": "Came on Friday"})
        assert "Came on Friday" in text(client.get("/books/close/?month=2026-11"))
        assert "is closed" in text(client.post("/books/close/", post | {"do": "close"}, follow=True))
        assert "Your role does not include this" in text(
            client.post("/books/close/", post | {"do": "reopen", "reason": "x"}, follow=True)
        )
        assert "Say why" in text(cfo.post("/books/close/", post | {"do": "reopen"}, follow=True))
        assert "is open again" in text(cfo.post("/books/close/", post | {"do": "reopen", "reason": "Auditor"}, follow=True))


class TestExports:
    def test_make_a_file_that_is_kept(self, world: worlds.World) -> None:
        client = sit(world, "controller")
        ask = {"do": "export", "since": "2026-11-01", "until": "2026-11-30", "form": "datev"}
        assert "consultant number" in text(client.post("/books/exports/", ask))
        settings = {
            "do": "settings",
            "fiscal_year_month": "1",
            "datev_consultant": "29098",
            "datev_client": "55003",
            "datev_length": "4",
        }
        numbers = {f"number-{code}": target.number for code, target in rules.SUGGESTED.items()}
        assert client.post("/books/exports/", settings | {"datev_client": "x"}).status_code == 422
        assert "were kept" in text(client.post("/books/exports/", settings | numbers, follow=True))
        answer = client.post("/books/exports/", ask, follow=True)
        assert "Nothing new since" in text(answer)
        file = client.get(linked(text(answer), "/books/exports/exp_[a-z0-9]+/file/"))
        assert file.content.startswith(b'"EXTF";700;21;"Buchungsstapel";13;')
        assert "The same file as before" in text(client.post("/books/exports/", ask, follow=True))


def linked_value(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found
    return found[1]


def _dec(text: str) -> Any:
    from decimal import Decimal

    return Decimal(text)
