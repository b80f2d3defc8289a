"""Stored sums are what the items add up to: on the day they are aged, near it, far from it, and after a night."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from duecourse.core.call import within
from duecourse.jobs import sums as job
from duecourse.receivables import queries as items
from duecourse.receivables.queries.ageing import rows_as_of
from tests.books import DAY
from tests.receivables.till import clear, item, settle
from tests.world import World, build

NAMES = ("good", "late", "disputer")


@pytest.fixture
def world(db: None) -> World:
    return build()


def play(world: World, steps: int = 60) -> None:
    """Items of two currencies over half a year, some of tomorrow; payments in parts, some valued later."""
    chance = random.Random(11)
    owed: list[tuple[int, str, Decimal]] = []
    for place in range(steps):
        name, currency = NAMES[place % 3], "USD" if place % 7 == 0 else "EUR"
        amount = Decimal(chance.randrange(100, 90_000)) / 100
        issued = DAY - dt.timedelta(days=chance.randrange(-1, 16))
        due = DAY - dt.timedelta(days=chance.choice([-20, -3, -1, 0, 1, 2, 29, 30, 31, 33, 60, 61, 89, 90, 91, 140]))
        key = item(world, name, str(amount), str(round(amount * 2, 2)), currency, issued, due)
        owed.append((key, currency, amount))
        if place % 4 == 0:
            key, currency, amount = owed.pop(chance.randrange(len(owed)))
            part = amount if place % 8 else (amount / 3).quantize(Decimal("0.01"))
            paid = item(world, name, f"-{part}", f"-{round(part * 2, 2)}", currency, DAY, DAY)
            settle(world, key, paid, str(part), on=DAY + dt.timedelta(days=chance.choice([0, 0, 3])), currency=currency)
    clear(world, (owed[-1][0], "write-off", str(owed[-1][2])), currency=owed[-1][1])


def rows(world: World, on: dt.date, stored: bool) -> list[Any]:
    """What rows_as_of gives, from the sums or, as known far in the future, from the items themselves."""
    known_at = None if stored else dt.datetime(2999, 1, 1, tzinfo=dt.UTC)
    with within(world.call), connection.cursor() as cursor:
        sql, params = rows_as_of(world.call, on, known_at)
        assert ("accountsum" in sql) == stored
        columns = "customer_account_id, currency, b0, b1, b2, b3, b4, total, overdue, items"
        cursor.execute(f"select {columns} from ({sql}) r order by 1, 2", params)
        return cursor.fetchall()


def assert_kept(world: World) -> None:
    with within(world.call):
        assert items.broken_sums(world.call)[1] == []
        assert items.broken_rests(world.call)[1] == []


class TestStoredSums:
    def test_are_what_the_items_add_up_to_on_every_day_near(self, world: World) -> None:
        play(world)
        for days in range(-9, 10):
            on = world.call.today + dt.timedelta(days=days)
            assert rows(world, on, stored=True) == rows(world, on, stored=False), on
        assert_kept(world)

    def test_rank_accounts_by_what_they_owe_or_owe_late(self, world: World) -> None:
        play(world)
        accounts = sorted(world.accounts.values())
        with within(world.call):
            far = items.amounts_open(world.call, world.call.today, accounts)
            for sort in ("-overdue", "overdue", "-open", "open"):
                field, sign = sort.lstrip("-"), -1 if sort[0] == "-" else 1
                found = items.ranking(world.call, world.call.today, None, len(accounts), sort, stop=len(accounts))
                shown = [one.account_id for one in (*found.head, *found.tail)]
                amounts = [getattr(far[key], field).amount * sign for key in shown]
                assert amounts == sorted(amounts)
                assert set(shown) == {key for key, one in far.items() if one.open or one.overdue}
                assert found.owing == sum(one.open.amount > 0 for one in far.values())
                assert found.overdue.amount == sum(one.overdue.amount for one in far.values())

    def test_are_seen_from_the_next_day_by_the_job_and_stay_right(self, world: World) -> None:
        play(world, 20)
        later = world.call.at + dt.timedelta(days=40)
        world = replace(world, call=replace(world.call, at=later))
        with within(world.call):
            stale = items.stale_sums(world.call, 100)
        assert stale
        assert job.age_stale(later) >= len(stale)
        assert not job.age_stale(later)
        assert rows(world, world.call.today, stored=True) == rows(world, world.call.today, stored=False)
        assert_kept(world)
