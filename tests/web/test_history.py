"""What was taken over is shown as what it is: paying behaviour on the customer's page, and a document that is not ours to print."""

from __future__ import annotations

import pytest

from duecourse.core import ids
from tests import world as worlds
from tests.invoicing.test_history import record, was
from tests.web.desk import sit, stop_clock, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> worlds.World:
    stop_clock(monkeypatch, worlds.NOON)
    return worlds.build(at=worlds.NOON)


class TestPayingBehaviour:
    def test_stands_on_the_customers_page_and_in_the_file(self, world: worlds.World) -> None:
        record(
            world, was(world, "1", "300.00", (40, "300.00")), was(world, "2", "100.00", (20, "100.00")), was(world, "3", "9.00")
        )
        client = sit(world, "controller")
        said = text(client.get(f"/customers/{ids.outer('cus', world.customers['good'])}/"))
        assert 'Days late, by amount</dt><dd class="num">5.0' in said
        assert 'Days late, median</dt><dd class="num">0.0' in said
        assert 'Invoices settled</dt><dd class="num">2' in said
        assert "Nothing was paid yet" in text(client.get(f"/customers/{ids.outer('cus', world.customers['late'])}/"))
        rows = b"".join(client.get("/customers/?format=csv").streaming_content).decode().splitlines()  # type: ignore[attr-defined]
        assert any(row.startswith("10001") and ",5.0,0.0,2,2024-04-10," in row for row in rows), rows


class TestADocumentTakenOver:
    def test_says_where_it_comes_from_and_is_not_printed(self, world: worlds.World) -> None:
        (key,) = record(world, was(world, "X-1", "300.00", (40, "300.00"))).ids
        (note,) = record(world, was(world, "X-2", "-10.00")).ids
        client = sit(world, "billing")
        said = text(client.get(f"/invoices/{ids.outer('inv', key)}/"))
        assert "taken over from old" in said
        assert "What the customer gets" not in said
        assert client.get(f"/invoices/{ids.outer('inv', note)}/").status_code == 200
        assert client.get(f"/invoices/{ids.outer('inv', key)}/pdf").status_code == 403
