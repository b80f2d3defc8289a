"""Credit: who stands where, which orders wait, which limits are set."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import Field

from duecourse.api.customers import account_key
from duecourse.api.door import Door, listed
from duecourse.api.orders import DecisionOut, decision_out
from duecourse.api.shapes import (
    Amount,
    Day,
    In,
    Listed,
    Made,
    MoneyOut,
    Out,
    Paging,
    ReasonCode,
    Words,
    money,
    money_or_none,
    outer_id,
    plain,
)
from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.core.money import Money
from duecourse.credit import actions, queries, rules

room = Door("Credit")


class HoldFilter(Paging):
    state: Literal["", "open", "released", "rejected", "ended"] = "open"
    account: Annotated[str, outer_id("acc")] | None = None
    sort: Literal["newest", "oldest", "largest", "order"] = "newest"


class HoldOut(Out):
    """An order on hold, or one that was, with the decision that held it."""

    id: str = outer_id("hld")
    order: str = outer_id("ord")
    order_number: str
    account: str = outer_id("acc")
    credit_account: str = outer_id("cra")
    money: MoneyOut
    state: str
    held_by: str
    held_at: dt.datetime
    decided_by: str
    decided_at: dt.datetime | None
    decision_reason: str
    released: MoneyOut | None
    released_until: Day | None
    decision: DecisionOut


class StandingOut(Out):
    """Where a credit account stands, in its own currency; the last of a list is the top of its group."""

    credit_account: str = outer_id("cra")
    name: str
    limit: MoneyOut | None = Field(description="null: no limit is set, which is not a limit of zero")
    exposure: MoneyOut
    free: MoneyOut | None
    open_items: MoneyOut
    delivered_not_billed: MoneyOut
    open_orders: MoneyOut
    overdue: MoneyOut
    oldest_overdue_days: int
    is_stopped: bool


class LimitOut(Out):
    """A limit from a day on; `amount` null: no limit from that day."""

    id: str = outer_id("lim")
    amount: MoneyOut | None
    valid_from: Day
    valid_until: Day | None
    reason: str
    by: str
    recorded_at: dt.datetime


class LimitIn(In):
    """A limit in the credit account's currency; null takes the limit away, "0" allows nothing on credit."""

    amount: Amount | None
    valid_from: Day
    valid_until: Day | None = None
    reason: Words = ""
    reason_code: ReasonCode = ""


class PolicyOut(Out):
    """The order policy in force: what is checked, and whether it stops, warns or does not look."""

    version: int
    valid_from: Day | None
    by: str
    policy: dict[str, Any]


def _hold(row: queries.HoldRow) -> HoldOut:
    return HoldOut(
        id=row.ref,
        order=row.order_ref,
        order_number=row.order_number,
        account=ids.outer("acc", row.customer_account_id),
        credit_account=ids.outer("cra", row.credit_account_id),
        money=money(row.money),
        state=row.state,
        held_by=row.held_by_name,
        held_at=row.held_at,
        decided_by=row.decided_by_name,
        decided_at=row.decided_at,
        decision_reason=row.decision_reason,
        released=money(row.released.amount) if row.released else None,
        released_until=row.released.until if row.released else None,
        decision=decision_out(row.check.decision),
    )


def _standing(one: rules.Standing) -> StandingOut:
    return StandingOut(
        credit_account=ids.outer("cra", one.account_id),
        name=one.name,
        limit=money_or_none(one.limit),
        exposure=money(one.exposure),
        free=money_or_none(one.free),
        open_items=money(one.open_items),
        delivered_not_billed=money(one.delivered),
        open_orders=money(one.open_orders),
        overdue=money(one.overdue),
        oldest_overdue_days=one.oldest_overdue_days,
        is_stopped=one.is_stopped,
    )


@room.get("/credit/holds", "credit.read", Listed[HoldOut])
def list_holds(call: Call, query: HoldFilter) -> Listed[HoldOut]:
    """Orders on hold, with why."""
    accounts = [account_key(call, query.account)] if query.account else None
    return listed(queries.holds(call, query.state, query.sort, accounts, query.page, query.size), _hold)


@room.get("/credit/holds/{hold}", "credit.read", HoldOut)
def get_hold(call: Call, hold: str) -> HoldOut:
    """One hold with the decision behind it."""
    return _hold(queries.hold_for_caller(call, hold))


@room.get("/accounts/{account}/exposure", "credit.read", list[StandingOut])
def get_exposure(call: Call, account: str) -> list[StandingOut]:
    """Where a customer's credit account stands, then its groups above; empty when it has none."""
    key = account_key(call, account)
    return [_standing(each) for each in queries.standings(call, [key]).get(key, ())]


@room.get("/credit/accounts/{credit_account}/limits", "credit.read", list[LimitOut])
def list_limits(call: Call, credit_account: str) -> list[LimitOut]:
    """Every limit that was ever set for a credit account, newest first."""
    key = queries.account_for_caller(call, credit_account).id
    return [
        LimitOut(
            id=each.ref,
            amount=money_or_none(each.amount),
            valid_from=each.valid_from,
            valid_until=each.valid_until,
            reason=each.reason,
            by=each.by_name,
            recorded_at=each.recorded_at,
        )
        for each in queries.limits(call, key)
    ]


@room.post("/credit/accounts/{credit_account}/limits", "credit.set_limits", Made, once=True)
def set_limit(call: Call, credit_account: str, body: LimitIn) -> Made:
    """Set a limit from a day on. One below what is used already stops the next order, not the last."""
    account = queries.account_for_caller(call, credit_account)
    amount = Money.parse(body.amount, account.currency) if body.amount is not None else None
    new = actions.NewLimit(account.id, amount, body.valid_from, body.valid_until, body.reason, body.reason_code)
    return Made(id=ids.outer("lim", actions.set_limits(call, [new])[0]))


@room.get("/credit/policy", "credit.read", PolicyOut)
def get_policy(call: Call) -> PolicyOut:
    """The order policy in force today."""
    found = queries.policy(call, call.today)
    return PolicyOut(
        version=found.version,
        valid_from=found.valid_from,
        by=found.by_name,
        policy=plain(rules.policy_to_json(found.policy)),
    )
