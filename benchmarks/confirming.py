"""Order confirmation with its credit check, by eight workers: on eight customers, and all on one."""

from __future__ import annotations

import datetime as dt
import time
from decimal import Decimal
from typing import Any

from benchmarks.stage import Figure, database, in_processes, percentile, profile, summary, tell

WORKERS = 8
SECONDS = 6
P95_MAX = 0.050
ONE_CUSTOMER_MIN = 100
ORDERS = 160  # drafts for each worker and part


def prepare(world: Any, accounts: list[int], limit: int) -> list[list[int]]:
    """A credit limit for each account, and a pile of small draft orders for each worker."""
    from duecourse.core.money import Money
    from duecourse.credit import actions as credit
    from duecourse.orders import actions as orders
    from duecourse.orders.rules import NewOrder, NewOrderLine

    keys = credit.create_credit_accounts(
        world.call, [credit.NewCreditAccount(f"Account {one}", "EUR", [one]) for one in set(accounts)]
    )
    limits = [credit.NewLimit(key, Money(Decimal(limit), "EUR"), world.call.today, reason="benchmark") for key in keys]
    credit.set_limits(world.call, limits)
    day: dt.date = world.call.today
    return [
        orders.create_orders(world.call, [NewOrder(day, [NewOrderLine("P-100", Decimal(1))], account_id=account)] * ORDERS)
        for account in accounts
    ]


def customers(world: Any, many: int) -> list[int]:
    from duecourse.customers import actions, rules

    return actions.create_customers(
        world.call, [rules.NewCustomer(str(70000 + one), f"Buyer {one}", "NET30", "DE") for one in range(many)]
    )


def confirm(barrier: Any, world: Any, pile: list[int]) -> tuple[list[float], int]:
    """Confirm one order after another until the time or the pile is over: seconds of each, and how many were accepted."""
    from duecourse.orders import actions as orders

    orders.confirm_orders(world.call, [pile[0]])
    barrier.wait()
    took, accepted, began = [], 0, time.perf_counter()
    for order_id in pile[1:]:
        start = time.perf_counter()
        (decision,) = orders.confirm_orders(world.call, [order_id]).values()
        took.append(time.perf_counter() - start)
        accepted += decision.accepted
        if time.perf_counter() - began > SECONDS:
            break
    return took, accepted


def run() -> list[Figure]:
    from duecourse.core.call import within
    from duecourse.credit import queries as credit_facts
    from duecourse.orders import actions as orders
    from tests.world import build

    with database():
        world = build()
        piles = prepare(world, customers(world, WORKERS), 10_000_000)
        spread = in_processes(WORKERS, confirm, [(world, pile) for pile in piles])
        took = [seconds for one, _ in spread for seconds in one]
        each = max(sum(one) for one, _ in spread)
        p95 = percentile(took, 0.95)
        tell(f"confirming, {WORKERS} workers on {WORKERS} customers: {len(took) / each:,.0f}/s, {summary(took)}")
        account = world.accounts["good"]
        limit = 14_000  # a gross order is 14.88: about 940 of them fit
        piles = prepare(world, [account], limit)
        piles += [one for _ in range(WORKERS - 1) for one in [_more(world, account)]]
        single = in_processes(WORKERS, confirm, [(world, pile) for pile in piles])
        one_took = [seconds for one, _ in single for seconds in one]
        rate = len(one_took) / max(sum(one) for one, _ in single)
        with within(world.call):
            (standing,) = credit_facts.exposure(world.call, [account]).values()
        over = standing.limit is None or standing.exposure > standing.limit
        tell(
            f"confirming, {WORKERS} workers on one customer: {rate:,.0f}/s, {summary(one_took)}; {standing.exposure} of {standing.limit}"
        )
        if p95 > P95_MAX or rate < ONE_CUSTOMER_MIN:
            pile = _more(world, account)
            profile(lambda: [orders.confirm_orders(world.call, [order_id]) for order_id in pile[:100]])
    return [
        Figure(f"confirming, {WORKERS} customers", f"p95 {p95 * 1000:.0f} ms", f"≤ {P95_MAX * 1000:.0f} ms", p95 <= P95_MAX),
        Figure(
            "confirming, one customer",
            f"{rate:,.0f}/s, {'OVER' if over else 'never over'} the limit",
            f"≥ {ONE_CUSTOMER_MIN}/s, never over",
            rate >= ONE_CUSTOMER_MIN and not over,
        ),
    ]


def _more(world: Any, account: int) -> list[int]:
    from duecourse.orders import actions as orders
    from duecourse.orders.rules import NewOrder, NewOrderLine

    return orders.create_orders(
        world.call, [NewOrder(world.call.today, [NewOrderLine("P-100", Decimal(1))], account_id=account)] * ORDERS
    )
