"""Take-overs from file to rows: what is guessed, what stays out and why, that it ties out, comes once, and leaves nothing half."""

from __future__ import annotations

import datetime as dt
import io
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from duecourse.core import progress
from duecourse.core.call import Call, within
from duecourse.core.errors import Refused
from duecourse.customers import queries as customer_facts
from duecourse.documents import actions as documents
from duecourse.documents import queries as document_facts
from duecourse.documents.rules import TakeOverView
from duecourse.jobs import take_overs
from duecourse.kpis import actions as kpis
from duecourse.receivables import queries as item_facts
from tests.databases import Fresh, rows
from tests.world import World, build

GERMAN = (
    "RechNr;Debitor;Name;Belegdatum;Fällig;Betrag;Währung\n"
    "RE-1;20017;Müller & Söhne;03.09.2026;03.10.2026;1.204,50;EUR\n"
    "RE-2;20017;Müller & Söhne;28.08.2026;27.09.2026;88,00-;EUR\n"
    "RE-3;20444;Kälte Nord;28.08.2026;27.09.2026;1.402,31;EUR\n"
)


@pytest.fixture(autouse=True)
def store(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def world(db: None) -> World:
    return build()


def opened(call: Call, data: bytes, kind: str = "open-items", name: str = "list.csv", **options: Any) -> int:
    digest = documents.store_bytes(data)
    key, _ = documents.open_take_over(call, kind, name, digest, len(data), queued=False)
    return looked(call, key, **options)


def looked(call: Call, key: int, mapping: dict[str, str] | None = None, **options: Any) -> int:
    if mapping is not None or options:
        with within(call):
            if document_facts.take_over(call, key).state == "reading":
                take_overs.look(call.company.id, 0, key, progress.begin(call, "take-over", "x"), call.at)
        documents.map_take_over(call, key, mapping if mapping is not None else dict(view(call, key).mapping), options)
    with within(call):
        task = progress.begin(call, "take-over", "x")
    take_overs.look(call.company.id, 0, key, task, call.at)
    return key


def view(call: Call, key: int) -> TakeOverView:
    with within(call):
        return document_facts.take_over(call, key)


def taken(call: Call, key: int) -> TakeOverView:
    documents.confirm_take_over(call, key)
    found = view(call, key)
    assert found.task_id
    take_overs.write(call.company.id, 0, key, found.task_id, call.at)
    return view(call, key)


def codes(found: TakeOverView) -> list[tuple[int, str, str]]:
    return [(each["row"], each["field"], each["reason"]["code"].removeprefix("take-over.")) for each in found.outcome["rejects"]]


def kept(call: Call) -> int:
    with within(call):
        return int(rows("select count(*) from receivables_openitem where number ~ '^RE-'")[0][0])


class TestOpenItems:
    def test_a_german_list_in_windows_letters_is_understood_and_ties_out(self, world: World) -> None:
        key = opened(world.call, GERMAN.encode("cp1252"), terms="NET30")
        found = view(world.call, key)
        assert found.state == "open"
        assert (found.found["encoding"], found.found["delimiter"]) == ("Windows-1252", ";")
        assert [column["field"] for column in found.found["columns"]] == [
            "number", "customer", "name", "issue", "due", "amount", "currency",
        ]  # fmt: skip
        assert {column["sure"] for column in found.found["columns"]} == {"sure"}
        (part,) = found.outcome["sums"]
        assert (part["file"], part["ready"], part["ties"]) == ("2518.81", "2518.81", True)
        done = taken(world.call, key)
        assert (done.state, done.outcome["made"]["items"], done.outcome["made"]["customers"]) == ("taken", 3, 2)
        with within(world.call):
            account = customer_facts.accounts_by_number(world.call, ["20017"])["20017"]
            assert account.name == "Müller & Söhne"
            open_now = item_facts.open_by_account(world.call, [account.id], world.call.today)
            assert open_now[account.id, "EUR"].open.amount == Decimal("1116.50")
            assert all(verdict.holds for verdict in kpis.verify(world.call))

    def test_three_ways_of_writing_days_are_read_where_they_mean_one_day(self, world: World) -> None:
        data = (
            b"Invoice,Customer,Name,Invoice date,Due date,Amount,Currency\n"
            b"A1,1,Ada,2026-09-03,2026-10-03,10.00,EUR\n"
            b"A2,1,Ada,03.09.2026,03.10.2026,20.00,EUR\n"
            b"A3,1,Ada,09/13/2026,10/13/2026,30.00,EUR\n"
            b"A4,1,Ada,03/09/2026,03/10/2026,40.00,EUR\n"
            b"A5,1,Ada,3 Sep 2026,3 Oct 2026,50.00,EUR\n"
            b"A6,1,Ada,yesterday,2026-10-03,60.00,EUR\n"
        )
        key = opened(world.call, data, terms="NET30")
        found = view(world.call, key)
        assert codes(found) == [(5, "issue", "two-dates"), (7, "issue", "not-a-date")]
        assert found.found["columns"][3]["ask"] == "dates"
        assert found.found["columns"][3]["sure"] == "look"
        looked(world.call, key, terms="NET30", dates={"issue": "day-first", "due": "day-first"})
        assert codes(view(world.call, key)) == [(4, "issue", "not-a-date"), (7, "issue", "not-a-date")]

    def test_an_amount_that_can_be_two_is_asked_about(self, world: World) -> None:
        data = GERMAN.replace("1.204,50", "1.204").replace("88,00-", "88-").replace("1.402,31", "1.402").encode()
        key = opened(world.call, data, terms="NET30")
        assert [code for *_, code in codes(view(world.call, key))] == ["two-amounts", "two-amounts"]
        looked(world.call, key, terms="NET30", decimals={"amount": "comma"})
        found = view(world.call, key)
        assert (found.outcome["ready"], found.outcome["sums"][0]["ready"]) == (3, "2518.00")

    def test_a_wrong_column_gives_named_rejects_and_changes_nothing(self, world: World) -> None:
        before = kept(world.call)
        key = opened(world.call, GERMAN.encode(), terms="NET30")
        looked(
            world.call,
            key,
            {"0": "number", "1": "customer", "2": "amount", "3": "issue", "4": "due", "6": "currency"},
            terms="NET30",
        )
        found = view(world.call, key)
        assert {code for *_, code in codes(found)} == {"not-an-amount"}
        assert found.found["columns"][2]["sure"] == "look"
        with pytest.raises(Refused, match="No row of this file is ready"):
            documents.confirm_take_over(world.call, key)
        documents.discard_take_over(world.call, key)
        assert kept(world.call) == before

    def test_a_currency_without_a_rate_stays_out_and_says_what_to_load(self, world: World) -> None:
        key = opened(world.call, GERMAN.replace("1.402,31;EUR", "1.402,31;CHF").encode(), terms="NET30")
        found = view(world.call, key)
        assert codes(found) == [(4, "currency", "no-rate")]
        assert (found.outcome["ready"], found.outcome["rejects"][0]["reason"]["params"]["currency"]) == (2, "CHF")

    def test_rejects_come_back_mended_and_are_taken_alone(self, world: World) -> None:
        key = opened(world.call, GERMAN.replace("27.09.2026;1.402", "27.09.20;1.402").encode(), terms="NET30")
        found = taken(world.call, key)
        assert (found.outcome["ready"], found.outcome["rejected"]) == (2, 1)
        back = document_facts.read_bytes(found.rejects_digest).decode("utf-8-sig")
        assert "RE-3;20444;Kälte Nord" in back
        assert "27.09.20;" in back
        key = opened(world.call, back.replace("27.09.20;", "27.09.2026;").encode(), terms="NET30", name="mended.csv")
        mended = view(world.call, key)
        assert (mended.outcome["ready"], mended.outcome["rejected"]) == (1, 0)
        assert taken(world.call, key).outcome["made"]["items"] == 1
        key = opened(world.call, back.replace("27.09.20;", "27.09.2026;").encode(), terms="NET30", name="mended.csv")
        assert (view(world.call, key).outcome["ready"], view(world.call, key).outcome["known"]) == (0, 1)

    def test_a_mapping_is_remembered_for_the_same_heads(self, world: World) -> None:
        data = "No;K;W;Day;Sum\nX-1;77;EUR;2026-09-01;12.50\n"
        mapping = {"0": "number", "1": "customer", "2": "name", "3": "issue", "4": "amount"}
        key = looked(world.call, opened(world.call, data.encode()), mapping, terms="NET30", currency="EUR")
        assert codes(view(world.call, key)) == [(2, "due", "no-due")]
        mapping = {"0": "number", "1": "customer", "2": "currency", "3": "issue", "4": "amount"}
        key = looked(world.call, key, mapping, terms="NET30")
        good = world.numbers["good"]
        other = opened(world.call, data.replace("77", good).encode(), name="other.csv")
        looked(world.call, other, mapping, terms="NET30")
        assert taken(world.call, other).state == "taken"
        third = view(world.call, opened(world.call, data.replace("77", good).replace("X-1", "X-2").encode(), name="third.csv"))
        assert third.mapping == mapping
        assert third.outcome["ready"] == 1
        assert third.found["columns"][0]["why"][0]["code"] == "take-over.guess-remembered"


def workbook(**more: Any) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    notes = book.active
    notes.title = "Notes"
    sheet = book.create_sheet("Items")
    for line in [
        ["Open items of the old system"],
        [],
        ["Invoice", "Customer", "Name", "Invoice date", "Due date", "Amount", "Currency"],
        ["B1", 501, "Bo", dt.datetime(2026, 9, 1), 46296, 100.1, "EUR"],
        ["B2", None, None, dt.datetime(2026, 9, 2), dt.datetime(2026, 10, 2), "250.75", "EUR"],
        ["B3", 502, "Cy", dt.datetime(2026, 9, 3), dt.datetime(2026, 10, 3), "=F4+F5", "EUR"],
        ["B4", 503, "Di", dt.datetime(2026, 9, 4), dt.datetime(2026, 10, 4), 70, "EUR"],
        ["B5", 503, "Di", dt.datetime(2026, 9, 5), dt.datetime(2026, 10, 5), None, "EUR"],
    ]:
        sheet.append(line)
    sheet.merge_cells("A1:G1")
    sheet.merge_cells("B4:B5")
    sheet.merge_cells("C4:C5")
    sheet.merge_cells("F7:F8")
    sheet.row_dimensions[5].hidden = True
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class TestSpreadsheets:
    def test_merged_cells_formulas_hidden_rows_and_day_numbers_are_read_or_said(self, world: World) -> None:
        found = view(world.call, opened(world.call, workbook(), name="items.xlsx", terms="NET30"))
        assert (found.found["format"], found.found["sheet"], found.found["header_line"]) == ("XLSX", "Items", 3)
        assert codes(found) == [(6, "amount", "no-value"), (7, "amount", "merged-amount"), (8, "amount", "merged-amount")]
        assert found.outcome["sums"][0]["ready"] == "350.85"
        assert found.outcome["ties"]
        said = {note["code"]: note["params"] for note in found.found["notes"]}
        assert said["take-over.note-hidden"] == {"count": 1}
        assert said["take-over.note-formulas"] == {"count": 1}
        assert said["take-over.note-serial"] == {"count": 1}
        assert "take-over.note-sheets" in said

    def test_what_is_no_workbook_is_refused_in_words(self, world: World) -> None:
        for data in (b"PK\x03\x04 broken", b"\xd0\xcf\x11\xe0old", b"one\ntwo\n", b"a,b\n1,\x00\n"):
            key = opened(world.call, data, name="x.xlsx")
            found = view(world.call, key)
            assert (found.state, found.error["code"]) == ("refused", "import.not-a-table")


class TestOtherKinds:
    def test_customers_with_parents_terms_and_accounts(self, world: World) -> None:
        data = (
            "Kundennr;Firma;Land;Sprache;USt-IdNr;Zahlungsziel;PLZ;Ort;Straße;E-Mail;IBAN;Konzern\n"
            "0000700;Nordlicht AG;Deutschland;DE;DE 123;14;20095;Hamburg;Am Kai 1;office@nord.example;;\n"
            "701;Nordlicht Süd;AT;de;;;1010;Wien;Ring 2;;AT611904300234573201;700\n"
            "702;Waise;DE;de;;;;;;;;999\n"
            "703;Falsch;DE;de;;;;;;kein-mail;;\n"
            "704;Ferner;Atlantis;de;;;;;;;;\n"
            "701;Doppelt;DE;de;;;;;;;;\n"
        )
        key = opened(world.call, data.encode("cp1252"), "customers", terms="NET30")
        found = view(world.call, key)
        assert [(line, code) for line, _, code in codes(found)] == [
            (4, "unknown-parent"), (5, "not-an-email"), (6, "unknown-country"), (7, "twice"),
        ]  # fmt: skip
        assert taken(world.call, key).outcome["made"] == {"customers": 2}
        with within(world.call):
            accounts = customer_facts.accounts_by_number(world.call, ["700", "701"])
        assert (accounts["700"].terms.net_days, accounts["701"].terms.net_days) == (14, 30)
        assert accounts["701"].parent_id == accounts["700"].customer_id

    def test_products_with_prices(self, world: World) -> None:
        data = "SKU,Description,List price,Tax\nP-1,Pump,12.50,S\nP-2,Seal,3.125,99 %\n"
        key = opened(world.call, data.encode(), "products", currency="EUR")
        assert codes(view(world.call, key)) == [(3, "tax", "unknown-tax")]
        assert taken(world.call, key).outcome["made"] == {"products": 1, "prices": 1}

    def test_balances_must_balance_or_a_person_names_the_account(self, world: World) -> None:
        data = "Konto;Bezeichnung;Soll;Haben\n1200;Bank;5.000,00;\n9000;Eröffnung;;4.000,00\n1400;Forderungen;10,00;\n"
        key = opened(world.call, data.encode(), "balances")
        found = view(world.call, key)
        assert codes(found) == [(4, "account", "receivables-account")]
        assert [problem["code"] for problem in found.outcome["problems"]] == ["take-over.not-balanced"]
        with pytest.raises(Refused) as refused:
            documents.confirm_take_over(world.call, key)
        assert refused.value.code == "documents.take-over-blocked"
        looked(world.call, key, difference="9000")
        done = taken(world.call, key)
        assert (done.state, done.outcome["made"]["balances"]) == ("taken", 2)
        with within(world.call):
            assert all(verdict.holds for verdict in kpis.verify(world.call))

    def test_paid_history_keeps_the_days(self, world: World) -> None:
        data = (
            "Invoice number,Customer number,Name,Invoice date,Due date,Settled date,Amount,Currency\n"
            "H-1,801,Ute,2026-03-01,2026-03-31,2026-04-10,100.00,EUR\n"
            "H-2,801,Ute,2026-04-01,2026-05-01,,50.00,EUR\n"
        )
        key = opened(world.call, data.encode(), "history", terms="NET30")
        done = taken(world.call, key)
        assert (done.outcome["made"]["invoices"], done.outcome["made"]["payments"]) == (2, 1)


class TestTwoAtOnceAndCrashes:
    def test_two_take_overs_of_the_same_rows_at_once_write_them_once(self, fresh_database: Fresh) -> None:
        world = build()
        keys = [
            opened(world.call, GERMAN.encode() + end, terms="NET30", name=name)
            for end, name in ((b"", "a.csv"), (b"\n", "b.csv"))
        ]
        for key in keys:
            documents.confirm_take_over(world.call, key)

        def write(key: int) -> None:
            try:
                task = view(world.call, key).task_id
                assert task
                take_overs.write(world.call.company.id, 0, key, task, world.call.at)
            finally:
                connection.close()

        threads = [threading.Thread(target=write, args=(key,)) for key in keys]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        states = sorted(view(world.call, key).state for key in keys)
        assert states == ["open", "taken"]
        loser = next(view(world.call, key) for key in keys if view(world.call, key).state == "open")
        assert loser.error["code"] == "import.changed"
        assert (loser.outcome["ready"], loser.outcome["known"]) == (0, 3)
        assert kept(world.call) == 3

    def test_a_crash_in_the_middle_leaves_nothing_and_the_job_goes_on_again(
        self, fresh_database: Fresh, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world = build()
        key = opened(world.call, GERMAN.encode(), terms="NET30")
        documents.confirm_take_over(world.call, key)
        task = view(world.call, key).task_id
        assert task
        with monkeypatch.context() as patch:

            def die(*arguments: object) -> None:
                raise KeyboardInterrupt

            patch.setattr(documents, "finish_take_over", die)
            with pytest.raises(KeyboardInterrupt):
                take_overs.write(world.call.company.id, 0, key, task, world.call.at)
        assert view(world.call, key).state == "taking"
        assert kept(world.call) == 0
        take_overs.write(world.call.company.id, 0, key, task, world.call.at)
        take_overs.write(world.call.company.id, 0, key, task, world.call.at)
        assert view(world.call, key).state == "taken"
        assert kept(world.call) == 3


class TestWhoConfirms:
    def test_who_prepared_it_does_not_confirm_while_another_can(self, world: World) -> None:
        data = GERMAN.encode()
        digest = documents.store_bytes(data)
        key, _ = documents.open_take_over(world.calls["controller"], "open-items", "l.csv", digest, len(data), queued=False)
        looked(world.call, key, terms="NET30")
        with pytest.raises(Refused) as refused:
            documents.confirm_take_over(world.calls["controller"], key)
        assert refused.value.code == "documents.own-take-over"
        assert "Frida Storm" in refused.value.message
        documents.send_take_over(world.calls["controller"], key)
        documents.confirm_take_over(world.calls["cfo"], key)
        assert view(world.call, key).state == "taking"
