"""Many rows in one statement, with everything that guards a single one."""

from __future__ import annotations

import json

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from duecourse.core import bulk
from duecourse.core.call import within
from duecourse.core.models import Event, ExternalId
from tests.world import World, build

COLUMNS = ("company_id", "system", "kind", "external_id", "subject")


@pytest.fixture
def world(db: None) -> World:
    return build()


def rows(company: int, count: int, first: int = 0) -> list[tuple[object, ...]]:
    return [(company, "sap", "item", f"X{place}\t“\\N”\n", "itm") for place in range(first, first + count)]


@pytest.mark.parametrize("count", [1, bulk.FEW, bulk.FEW + 1, 500])
class TestRows:
    def test_go_in_with_defaults_and_come_out_as_they_were(self, world: World, count: int) -> None:
        with within(world.call):
            assert bulk.copy_in(ExternalId, COLUMNS, rows(world.call.company.id, count)) == count
            found = ExternalId.objects.filter(system="sap")
            assert set(found.values_list("external_id", flat=True)) == {row[3] for row in rows(0, count)}
            assert all(row.recorded_at for row in found)

    def test_tell_their_keys_in_order(self, world: World, count: int) -> None:
        with within(world.call):
            keys = bulk.insert(ExternalId, COLUMNS, rows(world.call.company.id, count))
            found = dict(ExternalId.objects.filter(system="sap").values_list("id", "external_id"))
        assert [found[key] for key in keys] == [row[3] for row in rows(0, count)]

    def test_of_another_company_are_refused_by_the_database(self, world: World, count: int) -> None:
        other = build("OT")
        with within(world.call), pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            bulk.copy_in(ExternalId, COLUMNS, rows(other.call.company.id, count))

    def test_that_are_there_are_refused_whole(self, world: World, count: int) -> None:
        company = world.call.company.id
        with within(world.call):
            bulk.copy_in(ExternalId, COLUMNS, rows(company, 1))
            with pytest.raises(DatabaseError, match="external_id_unique"), transaction.atomic():
                bulk.copy_in(ExternalId, COLUMNS, [*rows(company, count, 1), *rows(company, 1)])
            assert ExternalId.objects.filter(system="sap").count() == 1

    def test_take_a_constant_number_of_statements(self, world: World, count: int) -> None:
        with within(world.call), CaptureQueriesContext(connection) as seen:
            bulk.insert(ExternalId, COLUMNS, rows(world.call.company.id, count))
        assert len(seen.captured_queries) <= 4


def test_two_batches_in_one_transaction_do_not_mix(world: World) -> None:
    company = world.call.company.id
    with within(world.call):
        bulk.copy_in(ExternalId, COLUMNS, rows(company, 100))
        bulk.copy_in(ExternalId, COLUMNS, rows(company, 100, 100))
        assert ExternalId.objects.filter(system="sap").count() == 200


def test_json_arrays_and_nothing_go_in(world: World) -> None:
    columns = ("company_id", "name", "subjects", "facts", "decision", "policy_version", "by_kind", "by_id", "by_name", "at")
    call = world.call
    facts = {"a": ["1", None, 'ü"\\']}
    one = (call.company.id, "test.bulk", ["a", 'b"c', "d,e"], json.dumps(facts), None, "", "job", 1, "T", call.at)
    with within(call):
        for many in (1, 60):
            bulk.copy_in(Event, columns, [one] * many)
        found = list(Event.objects.filter(name="test.bulk"))
    assert len(found) == 61
    assert all((event.subjects, event.facts, event.decision) == (["a", 'b"c', "d,e"], facts, None) for event in found)


def test_nothing_is_nothing(world: World) -> None:
    with within(world.call), CaptureQueriesContext(connection) as seen:
        assert bulk.copy_in(ExternalId, COLUMNS, []) == 0
        assert bulk.insert(ExternalId, COLUMNS, []) == []
        assert bulk.reserve_ids(ExternalId, 0) == []
    assert not seen.captured_queries
