"""Real PostgreSQL: what was said stays, marks follow it, the list follows at once, and two collectors do not step on each other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from duecourse.collection import actions as collection
from duecourse.collection import queries as facts
from duecourse.collection.models import ContactEntry
from duecourse.collection.rules import Line, NewEntry, Policy
from duecourse.core.call import within
from duecourse.core.errors import Refused
from duecourse.documents import queries as document_facts
from duecourse.jobs import worklists
from duecourse.receivables import queries as item_facts
from tests import databases
from tests.cash.play import eur, invoice
from tests.world import World, build


@pytest.fixture
def world(db: None) -> World:
    return owing(build())


def owing(made: World) -> World:
    """Two customers with invoices of October, due long ago; the late one owes more."""
    for name, number, amount in (("late", "INV-1", "5000.00"), ("late", "INV-2", "1000.00"), ("good", "INV-3", "700.00")):
        invoice(made.call, made.accounts[name], number, eur(amount), dt.date(2026, 9, 1))
    worklists.rank(made.call.company.id, made.call.at)
    return made


def lines(world: World, show: str = "todo", whose: str = "all") -> list[Line]:
    with within(world.call):
        return list(facts.worklist(world.call, show, whose).rows)


def item_ids(world: World, name: str = "late") -> list[int]:
    with within(world.call):
        return [item.id for item in item_facts.items(world.call, world.call.today, account_ids=[world.accounts[name]])]


def entry(world: World, outcome: str = "no-answer", name: str = "late", **more: object) -> NewEntry:
    return NewEntry(world.accounts[name], outcome, **more)  # type: ignore[arg-type]


class TestLogContacts:
    def test_moves_the_account_on_at_once_and_says_when_to_come_back(self, world: World) -> None:
        assert [row.account_id for row in lines(world)] == [world.accounts["late"], world.accounts["good"]]
        collection.log_contacts(world.calls["collector"], [entry(world, text="Rang for a minute")])
        assert [row.account_id for row in lines(world)] == [world.accounts["good"]]
        (done,) = lines(world, "done")
        assert (done.outcome, done.contact_date, done.next_date) == ("no-answer", world.call.today, dt.date(2026, 11, 18))
        tomorrow = world.later(days=1)
        worklists.rank_stale(tomorrow.call.at)
        assert [row.account_id for row in lines(tomorrow)] == [world.accounts["late"], world.accounts["good"]]

    def test_a_promise_marks_its_items_and_is_broken_when_nothing_comes(self, world: World) -> None:
        new = entry(world, "promise", promised=eur("5500.00"), promise_date=dt.date(2026, 11, 20))
        collection.log_contacts(world.calls["collector"], [new])
        (row,) = lines(world, "done")
        assert (row.promised, row.collectible) == (eur("5500.00"), eur("500.00"))
        day_after = world.on(dt.date(2026, 11, 23))
        worklists.rank(world.call.company.id, day_after.call.at)
        row = lines(day_after)[0]
        assert (row.broken_date, row.promised, row.collectible) == (dt.date(2026, 11, 20), eur("0.00"), eur("6000.00"))

    def test_a_dispute_leaves_the_list(self, world: World) -> None:
        collection.log_contacts(world.calls["collector"], [entry(world, "dispute", item_ids=tuple(item_ids(world)))])
        (row,) = lines(world, "done")
        assert (row.disputed, row.collectible, row.priority) == (eur("6000.00"), eur("0.00"), 0)

    def test_is_taken_back_by_an_entry_that_follows_and_its_marks_end(self, world: World) -> None:
        before = lines(world)
        new = entry(world, "promise", promised=eur("6000.00"), promise_date=dt.date(2026, 11, 20))
        (key,) = collection.log_contacts(world.calls["collector"], [new])
        collection.withdraw_contacts(world.calls["collector"], [key], "Wrong customer")
        assert lines(world) == before
        with within(world.call):
            said = facts.entries(world.call, [world.accounts["late"]])
            assert [(one.outcome, one.withdrawn_by) for one in said] == [("withdrawn", ""), ("promise", "Ilka Moor")]
        with pytest.raises(Refused) as caught:
            collection.withdraw_contacts(world.calls["collector"], [key])
        assert caught.value.code == "collection.entry-withdrawn"

    def test_nothing_said_is_ever_changed(self, world: World) -> None:
        collection.log_contacts(world.call, [entry(world)])
        for statement in ("update collection_contactentry set text = 'x'", "delete from collection_contactentry"):
            with within(world.call), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)

    @pytest.mark.parametrize(
        ("more", "code"),
        [
            (
                {"outcome": "promise", "promised": eur("6000.01"), "promise_date": dt.date(2026, 11, 20)},
                "collection.promise-too-large",
            ),
            ({"outcome": "dispute", "item_ids": (999_999,)}, "not-found"),
            ({"outcome": "snoozed"}, "collection.entry-not-usable"),
        ],
    )
    def test_refuses_whole(self, world: World, more: dict[str, object], code: str) -> None:
        with pytest.raises(Refused) as caught:
            collection.log_contacts(world.call, [entry(world, name="good"), entry(world, **more)])  # type: ignore[arg-type]
        assert caught.value.code == code
        with within(world.call):
            assert not ContactEntry.objects.exists()

    def test_needs_as_many_statements_for_one_as_for_many(self, world: World) -> None:
        def statements(names: list[str]) -> int:
            with within(world.call), CaptureQueriesContext(connection) as seen:
                collection.log_contacts(world.call, [entry(world, name=name) for name in names])
            return len(seen)

        assert statements(["late"]) == statements(["good", "disputer", "dollar"])

    def test_is_not_for_everybody(self, world: World) -> None:
        with pytest.raises(Refused) as caught:
            collection.log_contacts(world.calls["order-desk"], [entry(world)])
        assert caught.value.code == "access.not-permitted"


def test_of_two_who_log_at_once_the_second_is_told(fresh_database: databases.Fresh) -> None:
    world = owing(build())

    def log(role: str) -> Callable[[], list[int]]:
        return lambda: collection.log_contacts(world.calls[role], [entry(world, seen=0)])

    results = databases.together([log("collector"), log("credit-manager")])
    refused = [result for result in results if isinstance(result, Refused)]
    assert [one.code for one in refused] == ["collection.logged-meanwhile"]
    assert "logged “no answer” meanwhile" in refused[0].message
    with within(world.call):
        assert ContactEntry.objects.count() == 1


class TestStatement:
    def test_is_queued_and_logged(self, world: World) -> None:
        ids_ = item_ids(world)
        with within(world.call):
            items = item_facts.items(world.call, world.call.today, account_ids=[world.accounts["late"]])
            title, body = facts.statement_mail(world.call, items, "de")
        assert "INV-1" in body
        collection.send_statement(world.calls["collector"], world.accounts["late"], ids_, "ap@corvin.example", title, body)
        with within(world.call):
            (mail,) = document_facts.rows(world.call).rows
            assert (mail.kind, mail.recipients) == ("statement", ("ap@corvin.example",))
        assert lines(world, "done")[0].outcome == "sent"

    def test_asks_for_nothing_that_is_not_open(self, world: World) -> None:
        with pytest.raises(Refused) as caught:
            collection.send_statement(world.call, world.accounts["late"], item_ids(world, "good"), "a@b.example", "x", "y")
        assert caught.value.code == "collection.items-changed"


class TestCollectors:
    def test_mine_all_nobodys_and_who_stands_in(self, world: World) -> None:
        ilka, mats = world.users["collector"], world.users["credit-manager"]
        collection.assign_accounts(world.call, [world.accounts["late"]], ilka)
        mine, standing_in = world.calls["collector"], world.calls["credit-manager"]
        with within(world.call):
            assert [row.account_id for row in facts.worklist(mine, "todo", "mine").rows] == [world.accounts["late"]]
            assert [row.account_id for row in facts.worklist(mine, "todo", "nobody").rows] == [world.accounts["good"]]
            assert facts.worklist(standing_in, "todo", "mine").total == 0
        collection.set_absence(world.call, ilka, mats, world.call.today, dt.date(2026, 11, 20))
        with within(world.call):
            assert facts.worklist(standing_in, "todo", "mine").total == 1
            assert facts.counts(standing_in, "mine") == {"todo": 1, "waiting": 0, "done": 0}
        worklists.rank(world.call.company.id, world.call.at)
        assert lines(world)[0].collector_id == ilka


class TestPolicy:
    def test_counts_from_its_day_on(self, world: World) -> None:
        collection.set_policy(world.calls["credit-manager"], Policy(amount_min=eur("800").amount), world.call.today)
        worklists.rank(world.call.company.id, world.call.at)
        assert [row.account_id for row in lines(world)] == [world.accounts["late"]]
        collection.set_policy(world.call, Policy(), dt.date(2027, 1, 1))
        with within(world.call):
            assert facts.policy(world.call, world.call.today).version == 1
            assert facts.policy(world.call, dt.date(2027, 1, 1)).version == 2
        with pytest.raises(Refused):
            collection.set_policy(world.calls["collector"], Policy(), world.call.today)
