"""Who asks, for which company, in which transaction; and what happens to a whole action when something in it fails."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import replace

import pytest
from django.db import OperationalError, connection, transaction

from duecourse.core import events
from duecourse.core.call import ATTEMPTS_MAX, Actor, Call, CompanyRef, require, retrying, within
from duecourse.core.errors import Refused
from duecourse.core.models import Event
from duecourse.ledger import actions as ledger
from duecourse.ledger.models import Account
from duecourse.ledger.rules import NewAccount
from tests import databases
from tests.books import entry, post, refused
from tests.world import World, build


@pytest.fixture
def world(db: None) -> World:
    return build()


def company(zone: str) -> CompanyRef:
    return CompanyRef(1, 1, "Test", "EUR", "DE", zone)


def call_at(instant: str, zone: str) -> Call:
    return Call(Actor("user", 1, "Ada"), dt.datetime.fromisoformat(instant), company(zone))


class TestTheBusinessDay:
    @pytest.mark.parametrize(
        ("instant", "zone", "day"),
        [
            ("2026-12-31T22:59:59+00:00", "Europe/Berlin", "2026-12-31"),
            ("2026-12-31T23:00:00+00:00", "Europe/Berlin", "2027-01-01"),
            ("2026-12-31T11:00:00+00:00", "Pacific/Auckland", "2027-01-01"),
            ("2026-03-29T00:59:59+00:00", "Europe/Berlin", "2026-03-29"),
            ("2026-10-25T22:30:00+00:00", "Europe/Berlin", "2026-10-25"),
            ("2028-02-29T12:00:00+00:00", "America/Los_Angeles", "2028-02-29"),
        ],
    )
    def test_is_the_companys_own(self, instant: str, zone: str, day: str) -> None:
        assert call_at(instant, zone).today.isoformat() == day

    def test_moves_with_the_instant(self) -> None:
        call = call_at("2026-12-31T12:00:00+00:00", "Europe/Berlin")
        assert replace(call, at=call.at + dt.timedelta(days=1)).today == dt.date(2027, 1, 1)

    def test_needs_an_instant_with_its_zone(self) -> None:
        with pytest.raises(ValueError, match="zone"):
            call_at("2026-12-31T12:00:00", "Europe/Berlin")


class TestPermissions:
    @pytest.mark.parametrize(
        ("held", "allowed"),
        [("ledger.post_entries", True), ("ledger.*", True), ("*", True), ("ledger.read", False), ("led.*", False), ("", False)],
    )
    def test_are_single_a_rooms_or_all(self, held: str, allowed: bool) -> None:
        assert Actor("user", 1, "Ada", frozenset({held})).may("ledger.post_entries") == allowed

    def test_are_asked_for_where_a_call_enters_and_not_again(self, world: World) -> None:
        """Billing may bill; that bills are posted in the ledger is part of it, not a right of its own."""
        refused("access.not-permitted", ledger.post_entries, world.calls["billing"], [entry()])
        refused("access.not-permitted", require, world.calls["order-desk"], "ledger.read")


class TestWithin:
    def test_shows_the_callers_company_only_and_nests(self, world: World) -> None:
        other = build("OT")
        with within(world.call):
            mine = set(Account.objects.values_list("id", flat=True))
            with within(other.call):
                theirs = set(Account.objects.values_list("id", flat=True))
            assert set(Account.objects.values_list("id", flat=True)) == mine
            with pytest.raises(Refused), within(other.call):
                raise Refused("x", "x")
            assert set(Account.objects.values_list("id", flat=True)) == mine
        assert mine
        assert theirs
        assert not mine & theirs

    def test_ends_with_its_transaction(self, fresh_database: databases.Fresh) -> None:
        world = build()
        with within(world.call):
            assert Account.objects.exists()
        with transaction.atomic():
            assert not Account.objects.exists()
        assert not Account.objects.exists()

    def test_of_two_threads_do_not_mix(self, fresh_database: databases.Fresh) -> None:
        worlds = [build("AA"), build("BB")]

        def seen(world: World) -> set[int]:
            found: set[int] = set()
            for _ in range(10):
                with within(world.call):
                    found |= set(Account.objects.values_list("company_id", flat=True))
            return found

        results = databases.together([lambda world=world: seen(world) for world in worlds * 3])  # type: ignore[misc]
        assert results == [{world.call.company.id} for world in worlds] * 3


class TestAnAction:
    def test_that_is_refused_leaves_nothing_not_even_its_events(self, world: World) -> None:
        with within(world.call):
            before = Event.objects.count()
        refused("ledger.account-exists", ledger.create_accounts, world.call, [*_accounts("9100"), *_accounts("1200")])
        with within(world.call):
            assert Event.objects.count() == before
            assert not Account.objects.filter(code="9100").exists()

    def test_writes_its_events_with_its_own_words(self, world: World) -> None:
        post(world.calls["controller"])
        with within(world.call):
            event = Event.objects.order_by("-id").first()
        assert event is not None
        assert (event.by_kind, event.by_name, event.at) == ("user", "Konrad Ahl", world.call.at)

    def test_keeps_an_event_recorded_outside_of_actions(self, world: World) -> None:
        with within(world.call):
            events.record(world.call, "ledger.rates-loaded", ["cmp_x"], {"a": "1"})
            assert Event.objects.filter(subjects__contains=["cmp_x"]).count() == 1


def _accounts(code: str) -> list[NewAccount]:
    return [NewAccount(code, "x", "asset", "other")]


class TestRetries:
    """Deadlocks and serialization failures are tried again as a whole; nothing else is."""

    def failing(self, sqlstate: str, times: int) -> list[int]:
        tries: list[int] = []

        class Cause(Exception):
            pass

        Cause.sqlstate = sqlstate  # type: ignore[attr-defined]

        def work() -> None:
            tries.append(1)
            if len(tries) <= times:
                raise OperationalError("no") from Cause()

        retrying(work)
        return tries

    @pytest.mark.parametrize("sqlstate", ["40001", "40P01"])
    def test_a_deadlock_is_tried_again(self, sqlstate: str) -> None:
        assert len(self.failing(sqlstate, 2)) == 3

    def test_five_times_and_no_more(self) -> None:
        with pytest.raises(OperationalError):
            self.failing("40P01", ATTEMPTS_MAX)

    @pytest.mark.parametrize("sqlstate", ["55P03", "57014", "08006"])
    def test_another_failure_is_not(self, sqlstate: str) -> None:
        with pytest.raises(OperationalError):
            self.failing(sqlstate, 1)

    def test_a_real_deadlock_ends_well_for_both(self, fresh_database: databases.Fresh) -> None:
        world = build()
        met, tries = threading.Barrier(2), []

        def crossing(*codes: str) -> None:
            tries.append(codes)
            first_time = len(tries) <= 2
            with within(world.call):
                for code in codes:
                    Account.objects.select_for_update().get(code=code)
                    if first_time and code == codes[0]:
                        met.wait(10)

        results = databases.together(
            [lambda: retrying(lambda: crossing("1200", "1400")), lambda: retrying(lambda: crossing("1400", "1200"))]
        )
        assert results == [None, None]
        assert len(tries) == 3


def test_a_statement_that_waits_too_long_for_a_lock_gives_up(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('lock_timeout'), current_setting('statement_timeout')")
        lock, statement = cursor.fetchone()
    assert lock != "0"
    assert statement != "0"
