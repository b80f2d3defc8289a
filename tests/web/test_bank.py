"""Bank files on screen: taken by a job with its progress, refused in words, shown with statements and lines."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from duecourse.access.models import User
from duecourse.cash import actions as cash
from duecourse.cash import queries as cash_facts
from duecourse.core import ids
from duecourse.core.call import within
from duecourse.jobs import bank_files
from duecourse.web import bank as screen
from tests.bankfiles import Pay, camt
from tests.cash.play import assert_ties
from tests.databases import Fresh, rows
from tests.work import work
from tests.world import World, build


def log_in(world: World, role: str = "cash-application") -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=world.users[role]))
    return client


def file_of(world: World, *lines: Pay, name: str = "one.xml", **more: Any) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, camt(world.bank_numbers["EUR"], lines, **more), "application/xml")


def taken(world: World, *lines: Pay, **more: Any) -> str:
    return cash.take_file(world.call, "one.xml", camt(world.bank_numbers["EUR"], lines, **more)).file.outer_id


@pytest.fixture(autouse=True)
def store(tmp_path: Any, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


class TestUpload:
    """The job runs on connections of its own, so that these tests commit."""

    @pytest.fixture
    def world(self, fresh_database: Fresh) -> World:
        return build(at=timezone.now())

    def test_shows_the_steps_and_then_what_it_brought(self, world: World) -> None:
        client = log_in(world)
        answer = client.post("/bank/upload/", {"files": [file_of(world, Pay("10.00", "A"), Pay("-2.00", "B"))]})
        assert answer.status_code == 302
        page = client.get("/bank/").content.decode()
        assert "Taking one.xml" in page
        assert 'hx-get="/bank/imports/"' in page
        polled = client.get("/bank/imports/", headers={"HX-Request": "true"})
        assert "HX-Refresh" not in polled
        work()
        ended = client.get("/bank/imports/", headers={"HX-Request": "true"})
        assert ended["HX-Refresh"] == "true"
        page = client.get("/bank/").content.decode()
        assert "one.xml was taken." in page
        assert "1 to work on" in page
        assert "2 new lines" in page
        job = page.split('name="job" value="')[1].split('"')[0]
        client.post("/bank/imports/read/", {"job": job})
        assert "was taken." not in client.get("/bank/").content.decode()

    def test_takes_several_and_tells_each_ones_end(self, world: World) -> None:
        client = log_in(world)
        good = file_of(world, Pay("10.00", "A"))
        bad = file_of(world, Pay("5.00", "B"), name="bad.xml", closing="999.00", number="2")
        client.post("/bank/upload/", {"files": [good, bad]})
        work()
        page = client.get("/bank/").content.decode()
        assert "one.xml was taken." in page
        assert "The bank file was not taken. Nothing was posted." in page
        assert "bad.xml" in page
        assert "bank.balance" in page
        with within(world.call):
            assert cash_facts.counts(world.call)["all"] == 1

    def test_says_kindly_that_a_file_is_here_already(self, world: World) -> None:
        client = log_in(world)
        client.post("/bank/upload/", {"files": [file_of(world, Pay("10.00", "A"))]})
        client.post("/bank/upload/", {"files": [file_of(world, Pay("10.00", "A"), name="again.xml")]})
        work()
        page = client.get("/bank/").content.decode()
        assert "again.xml is here already." in page
        assert "nothing was posted twice" in page

    def test_shows_a_fault_and_leaves_nothing(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        client = log_in(world)
        client.post("/bank/upload/", {"files": [file_of(world, Pay("10.00", "A"))]})

        def break_down(*arguments: object) -> None:
            raise RuntimeError("a fault")

        monkeypatch.setattr(bank_files.cash, "take_file", break_down)
        work()
        page = client.get("/bank/").content.decode()
        assert "Nothing was posted" in page
        assert "bank.import-broke" in page

    def test_tells_when_nobody_works(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        client = log_in(world)
        client.post("/bank/upload/", {"files": [file_of(world, Pay("10.00", "A"))]})
        later = timezone.now() + dt.timedelta(minutes=1)
        monkeypatch.setattr(timezone, "now", lambda: later)
        assert "duecourse worker" in client.get("/bank/").content.decode()


@pytest.mark.django_db
class TestScreens:
    @pytest.fixture
    def world(self, monkeypatch: pytest.MonkeyPatch) -> World:
        made = build()
        monkeypatch.setattr(timezone, "now", lambda: made.call.at)
        return made

    def test_refuses_files_that_are_empty_or_too_large(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        client = log_in(world)
        monkeypatch.setattr(screen, "SIZE_MAX", 1_000_000)
        large = SimpleUploadedFile("large.xml", b"x" * 1_000_001)
        page = client.post(
            "/bank/upload/", {"files": [large, SimpleUploadedFile("empty.xml", b"")]}, follow=True
        ).content.decode()
        assert "large.xml has 1.0 MB; a file may have up to 1 MB" in page
        assert "Nothing was posted" in page
        assert client.post("/bank/upload/", {}, follow=True).content.decode().count("No file was chosen") == 1
        assert rows("select count(*) from procrastinate_jobs")[0][0] == 0

    def test_lists_files_with_what_each_brought(self, world: World) -> None:
        ref = taken(world, Pay("10.00", "A"), Pay("20.00", "B"), Pay("-3.00", "C"))
        page = log_in(world).get("/bank/").content.decode()
        assert f"/bank/files/{ref}/" in page
        assert f"/matching/?tab=work&amp;file={ref}" in page
        assert "2 to work on" in page

    def test_shows_a_file_its_statements_and_lines(self, world: World) -> None:
        ref = taken(world, Pay("10.00", "Anna & Co", "=1+1"), Pay("-3.00", "Fees"), opening="100.00")
        client = log_in(world)
        page = client.get(f"/bank/files/{ref}/").content.decode()
        assert "Anna &amp; Co" in page
        assert "100.00" in page
        assert "107.00" in page
        assert "money out" in page
        statement = page.split("/bank/statements/")[1].split("/")[0]
        assert "Anna &amp; Co" in client.get(f"/bank/statements/{statement}/").content.decode()
        assert statement in client.get("/bank/statements/").content.decode()
        text = b"".join(client.get(f"/bank/files/{ref}/", {"format": "csv"}).streaming_content).decode()
        assert "'=1+1" in text
        assert "-3.00" in text
        assert "'-3.00" not in text

    def test_says_when_a_statement_is_missing(self, world: World) -> None:
        taken(world, Pay("10.00", "A"))
        day = dt.date(2026, 11, 17)
        ref = taken(world, Pay("5.00", "B", day=day), opening="999.00", number="2026-222", day=day)
        page = log_in(world).get(f"/bank/files/{ref}/").content.decode()
        assert "Gap before it" in page

    def test_is_empty_at_first(self, world: World) -> None:
        assert "No bank file yet" in log_in(world).get("/bank/").content.decode()

    def test_records_a_payment_by_hand(self, world: World) -> None:
        client = log_in(world)
        account = ids.outer("bnk", world.bank["EUR"])
        asked = {"account": account, "amount": "1.234,50", "value_date": "2026-11-16", "payer_name": "Cheque of Albrecht"}
        answer = client.post("/bank/record/", asked)
        assert answer.status_code == 302
        with within(world.call):
            payment = cash_facts.payment_for_caller(world.call, answer["Location"].split("/")[2])
        assert str(payment.money.amount) == "1234.50"
        assert "Cheque of Albrecht" in client.get(answer["Location"]).content.decode()
        assert_ties(world.call)

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"amount": "1,234"}, "can mean two numbers"),
            ({"amount": "0"}, "more than zero"),
            ({"amount": "1.005"}, "decimals"),
            ({"account": ""}, "Choose the account"),
            ({"value_date": "2027-01-01"}, "still to come"),
            ({"value_date": "x"}, "is no day"),
            ({"value_date": "2025-01-01"}, "period"),
        ],
    )
    def test_keeps_what_was_typed_and_says_what_is_wrong(self, world: World, change: dict[str, str], words: str) -> None:
        asked = {
            "account": ids.outer("bnk", world.bank["EUR"]),
            "amount": "5",
            "value_date": "2026-11-16",
            "payer_name": "Kept",
        } | change
        answer = log_in(world).post("/bank/record/", asked)
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert 'value="Kept"' in answer.content.decode()

    def test_is_not_for_everyone(self, world: World) -> None:
        ref = taken(world, Pay("10.00", "A"))
        assert log_in(world, "order-desk").get("/bank/").status_code == 403
        controller = log_in(world, "controller")
        assert "Take the files" not in controller.get("/bank/").content.decode()
        controller.post("/bank/upload/", {"files": [file_of(world, Pay("1.00", "A"))]})
        assert rows("select count(*) from procrastinate_jobs")[0][0] == 0
        assert controller.get("/bank/record/").status_code == 403
        assert controller.get(f"/bank/files/{ref}/").status_code == 200
        assert controller.get("/bank/files/fil_zzzzzzzzzzzz/").status_code == 404
        assert controller.get("/bank/statements/stm_0/").status_code == 404

    def test_asks_a_constant_number_of_queries(self, world: World, django_assert_max_num_queries: Any) -> None:
        client = log_in(world)
        ref = taken(world, Pay("10.00", "A"))
        with django_assert_max_num_queries(41) as first:
            client.get("/bank/")
            client.get(f"/bank/files/{ref}/")
        closing = 10
        for n in range(12):
            day = dt.date(2026, 11, 1) + dt.timedelta(days=n)
            ref = taken(
                world,
                Pay("1.00", f"P{n}", day=day),
                Pay("2.00", f"Q{n}", day=day),
                opening=f"{closing}.00",
                number=f"N{n}",
                day=day,
            )
            closing += 3
        with django_assert_max_num_queries(40) as second:
            client.get("/bank/")
            client.get(f"/bank/files/{ref}/")
        assert len(second) <= len(first)
