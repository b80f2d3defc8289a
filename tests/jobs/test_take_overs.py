"""Take-overs from file to rows: what is guessed, what stays out and why, that it ties out, comes once, and leaves nothing half."""

from __future__ import annotations

import csv
import datetime as dt
import io
import threading
from collections import defaultdict
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
from duecourse.jobs.imports import items
from duecourse.kpis import actions as kpis
from duecourse.ledger import actions as ledger
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
