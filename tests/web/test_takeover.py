"""Take-overs on screen: from upload to what ties out, by the real file and by dirty ones."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from duecourse.access.models import User
from duecourse.core.call import within
from duecourse.ledger import actions as ledger
from duecourse.receivables import queries as item_facts
from tests.databases import Fresh
from tests.work import work
from tests.world import World, build


@pytest.fixture(autouse=True)
def store(tmp_path: Any, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def world(fresh_database: Fresh) -> World:
    """The job runs on connections of its own, so that these tests commit."""
    return build(at=timezone.now())


def log_in(world: World, role: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=world.users[role]))
    return client


def uploaded(client: Client, data: bytes, kind: str, name: str = "list.csv") -> str:
    answer = client.post("/take-overs/upload/", {"kind": kind, "system": "old", "file": SimpleUploadedFile(name, data)})
    work()
    return str(answer["Location"])


def test_the_real_extract_goes_from_upload_to_ageing(world: World, shared: Path) -> None:
    path = shared / "data" / "receivables" / "open_items" / "open_items.csv"
    day = timezone.now().date()
    ledger.load_rates(world.call, [("USD", day, Decimal("1.1")), ("CAD", day, Decimal("1.5"))], source="test")
    client, cfo = log_in(world, "controller"), log_in(world, "cfo")
    address = uploaded(client, path.read_bytes(), "open-items", path.name)
    page = client.get(address).content.decode()
    assert "New customers need payment terms" in page
    form = {f"column-{column['place']}": column["field"] for column in found(world)["columns"]}
    client.post(f"{address}columns/", {**form, "terms": "NET30"})
    assert "hx-get" in client.get(address).content.decode()
    work()
    page = client.get(address).content.decode()
    assert "It ties out." in page
    assert "Send 7069 rows to confirm" in page or "Send 7,069 rows to confirm" in page
    assert "/confirm/" not in page
    client.post(f"{address}send/")
    client.post(f"{address}confirm/")
    assert "Waits to be confirmed" in client.get(address).content.decode()
    cfo.post(f"{address}confirm/")
    work()
    assert "rows were taken over." in cfo.get(address).content.decode()
    with within(world.call):
        open_now = item_facts.ageing(world.call, world.call.today)
    sums: dict[str, Decimal] = {}
    for row in open_now:
        sums[row.currency] = sums.get(row.currency, Decimal(0)) + sum((money.amount for money in row.buckets), Decimal(0))
    with path.open(encoding="utf-8") as file:
        own: dict[str, Decimal] = {}
        for line in csv.DictReader(file):
            own[line["invoice_currency"]] = own.get(line["invoice_currency"], Decimal(0)) + Decimal(line["total_open_amount"])
    assert sums == own
    again = uploaded(client, path.read_bytes(), "open-items", "again.csv")
    page = client.get(again).content.decode()
    assert "The same file was taken over before." in page
    assert "there is nothing to take over" in page


def found(world: World) -> Any:
    from duecourse.documents import queries as document_facts

    with within(world.call):
        return document_facts.take_overs(world.call).rows[0].found
