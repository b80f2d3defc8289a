"""Many at one item: nothing is taken twice, nobody is told of a deadlock."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal

from duecourse.core.errors import Refused
from duecourse.receivables import actions as receivables
from tests import databases
from tests.books import DAY
from tests.receivables.till import assert_ties, clearing, item, rests
from tests.world import build


def codes(results: list[object]) -> list[str]:
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, Refused):
            raise result
    return [result.code for result in results if isinstance(result, Refused)]


def test_ten_hundreds_fit_into_a_thousand(fresh_database: databases.Fresh) -> None:
    world = build()
    owed = item(world, "good", "1000.00")
    payments = [item(world, "good" if n % 2 else "late", "-100.00") for n in range(16)]

    def work(payment: int) -> Callable[[], object]:
        request = clearing(world, (owed, "payment", "100.00"), (payment, "payment", "-100.00"))
        return lambda: receivables.clear(world.call, [request])

    assert codes(databases.together([work(payment) for payment in payments])) == ["receivables.open-amount-changed"] * 6
    assert rests(world, [owed]) == [0]
    assert sum(rests(world, payments)) == -600
    assert_ties(world)


def test_batches_across_items_in_any_order_never_deadlock(fresh_database: databases.Fresh) -> None:
    world = build()
    chance = random.Random(3)
    names = ["good", "late", "parent", "child", "disputer"]
    owed = [item(world, names[n % 5], "500.00") for n in range(8)]
    payments = [item(world, names[n % 5], "-100.00") for n in range(16)]

    def work(payment: int) -> Callable[[], object]:
        requests = [clearing(world, (key, "payment", "10.00"), (payment, "payment", "-10.00")) for key in chance.sample(owed, 5)]
        return lambda: receivables.clear(world.call, requests)

    assert codes(databases.together([work(payment) for payment in payments])) == []
    assert sum(rests(world, owed)) == Decimal(8 * 500 - 16 * 50)
    assert_ties(world)


def test_an_undoing_happens_once(fresh_database: databases.Fresh) -> None:
    world = build()
    owed = item(world, "good", "100.00")
    (done,) = receivables.clear(world.call, [clearing(world, (owed, "write-off", "100.00"))])
    results = databases.together([lambda: receivables.undo_clearings(world.call, [done.clearing_id], "race", DAY)] * 6)
    assert codes(results) == ["receivables.already-undone"] * 5
    assert rests(world, [owed]) == [100]
    assert_ties(world)
