"""Readers see every event once, in an order that no late commit can break."""

from __future__ import annotations

import datetime as dt

import psycopg
import pytest

from duecourse.core import events
from duecourse.core.call import Call, within
from duecourse.core.models import Event, ReaderCursor
from tests import databases
from tests.books import post
from tests.world import World, build

INSERT = (
    "insert into core_event (company_id, name, subjects, facts, by_kind, by_id, by_name, at, policy_version) "
    "values (%s, %s, array['x'], '{}', 'job', 1, 'T', now(), '') returning id, transaction_id::text"
)


@pytest.fixture
def world(fresh_database: databases.Fresh) -> World:
    world = build()
    read(world.call)
    return world


def read(call: Call, reader: str = "test", limit: int = 500, names: tuple[str, ...] = (), settled: bool = True) -> list[str]:
    """What is new for a reader, which moves past it."""
    if settled:
        databases.settle()
    with within(call):
        found = events.unread(call, reader, names, limit)
        if found:
            events.advance(call, reader, found[-1])
    return [event.name for event in found]


def other(fresh: databases.Fresh, company: int) -> psycopg.Connection:
    connection = fresh.access.application.connect()
    connection.autocommit = False
    connection.execute("select set_config('duecourse.company', %s, false)", [str(company)])
    return connection


class TestAReader:
    def test_sees_each_event_once_and_goes_on_where_it_was(self, world: World) -> None:
        for _ in range(5):
            post(world.call)
        assert [len(read(world.call, limit=2)) for _ in range(4)] == [2, 2, 1, 0]
        post(world.call)
        assert read(world.call) == ["ledger.entries-posted"]

    def test_that_does_not_finish_reads_again(self, world: World) -> None:
        post(world.call)
        databases.settle()
        with pytest.raises(ZeroDivisionError), within(world.call):
            found = events.unread(world.call, "test")
            events.advance(world.call, "test", found[-1])
            raise ZeroDivisionError
        assert read(world.call) == ["ledger.entries-posted"]

    def test_has_a_cursor_of_its_own_and_a_companys_own(self, world: World) -> None:
        stranger = build("OT")
        post(world.call)
        assert read(world.call, "one") == [*read(world.call, "two")]
        theirs = read(stranger.call, "one")
        assert "ledger.entries-posted" not in theirs
        with within(world.call):
            assert ReaderCursor.objects.count() == 3

    def test_may_ask_for_some_names(self, world: World) -> None:
        post(world.call)
        assert read(world.call, "some", names=("ledger.period-closed",)) == []
        assert read(world.call, "some", names=("ledger.entries-posted",)) == ["ledger.entries-posted"]

    def test_waits_for_the_oldest_open_transaction_and_loses_nothing(self, world: World, fresh_database: databases.Fresh) -> None:
        """A begins and writes, B begins, writes and commits; a reader by id or by time would pass A by."""
        company = world.call.company.id
        with other(fresh_database, company) as slow, other(fresh_database, company) as fast:
            slow.execute(INSERT, [company, "test.slow"])
            fast.execute(INSERT, [company, "test.fast"])
            fast.commit()
            assert read(world.call, settled=False) == []
            slow.execute(INSERT, [company, "test.slow-again"])
            slow.commit()
            assert read(world.call) == ["test.slow", "test.slow-again", "test.fast"]

    def test_reads_by_transaction_then_id_not_by_id(self, world: World, fresh_database: databases.Fresh) -> None:
        company = world.call.company.id
        with other(fresh_database, company) as first, other(fresh_database, company) as second:
            first.execute("select pg_current_xact_id()")
            second.execute(INSERT, [company, "test.second"])
            first.execute(INSERT, [company, "test.first"])
            second.commit()
            first.commit()
        assert read(world.call) == ["test.first", "test.second"]

    def test_is_not_held_up_by_what_was_rolled_back(self, world: World, fresh_database: databases.Fresh) -> None:
        company = world.call.company.id
        with other(fresh_database, company) as gone:
            gone.execute(INSERT, [company, "test.gone"])
            gone.rollback()
        post(world.call)
        assert read(world.call) == ["ledger.entries-posted"]


class TestWhatIsKnown:
    def test_is_complete_up_to_the_oldest_transaction_that_still_runs(
        self, world: World, fresh_database: databases.Fresh
    ) -> None:
        company = world.call.company.id
        with other(fresh_database, company) as slow:
            slow.execute("select 1")  # it has not written yet, and may still
            (began,) = slow.execute("select transaction_timestamp()").fetchone() or (None,)
            assert began is not None
            assert events.known_by() <= began
            slow.execute(INSERT, [company, "test.slow"])
            assert events.known_by() <= began
            slow.commit()
        assert events.known_by() > began

    def test_is_not_held_up_by_who_asks(self, world: World) -> None:
        with within(world.call):
            (began,) = databases.rows("select transaction_timestamp()")[0]
            assert isinstance(began, dt.datetime)
            assert events.known_by() > began


class TestAbout:
    def test_finds_the_newest_first_of_the_own_company(self, world: World) -> None:
        with within(world.call):
            events.record_many(world.call, [("test.one", ["a", "b"], {}, None), ("test.two", ["b"], {"n": "1"}, {"result": "x"})])
            found = [(event.name, event.decision) for event in events.about(world.call, ["b"])]
            assert found == [("test.two", {"result": "x"}), ("test.one", None)]
            assert [event.name for event in events.about(world.call, ["a"])] == ["test.one"]
        stranger = build("OT")
        with within(stranger.call):
            assert list(events.about(stranger.call, ["a", "b"])) == []

    def test_keeps_facts_that_are_text_as_they_are(self, world: World) -> None:
        with within(world.call):
            events.record(world.call, "test.words", ["w"], {"name": "Müller “&” \\ 😀 \n", "none": None, "list": [1, "2"]})
            assert Event.objects.get(name="test.words").facts == {"name": "Müller “&” \\ 😀 \n", "none": None, "list": [1, "2"]}
