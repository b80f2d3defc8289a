"""What a decision was based on, as plain JSON, and the same decision from it again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from duecourse.core.money import Money
from duecourse.core.reasons import from_json, to_json
from duecourse.credit.rules.orders import Decision, Finding, Rates, Release, Standing, decide_order
from duecourse.credit.rules.policy import OrderPolicy, policy_from_json, policy_to_json

_AMOUNTS = ("limit", "open_items", "delivered", "open_orders", "overdue", "oldest_item_open")


def facts_to_json(
    standings: Sequence[Standing], amount: Money, policy: OrderPolicy, rates: Rates, on: dt.date, release: Release | None
) -> dict[str, object]:
    """Everything `decide_order` was given, exact: amounts as text, standings from the own account upwards."""
    used = {one.currency for one in standings} | {amount.currency}
    return {
        "standings": [_standing_to_json(one) for one in standings],
        "amount": _money(amount),
        "policy": policy_to_json(policy),
        "rates": {code: str(rate) for code, rate in sorted(rates.items()) if code in used and len(used) > 1},
        "on": on.isoformat(),
        "release": release and {"amount": _money(release.amount), "until": release.until and release.until.isoformat()},
    }


def standings_from_json(facts: Mapping[str, Any]) -> tuple[Standing, ...]:
    """The standings that were kept, own account first."""
    found = []
    for one in facts["standings"]:
        values: dict[str, Any] = {name: _parse_money(value) if name in _AMOUNTS else value for name, value in one.items()}
        found.append(Standing(**values))
    return tuple(found)


def decide_again(facts: Mapping[str, Any]) -> Decision:
    """The decision re-run from what was kept: the same rule, the same facts, therefore the same answer."""
    release = facts.get("release")
    until = release and release["until"]
    amount = _parse_money(facts["amount"])
    assert amount is not None
    return decide_order(
        standings_from_json(facts),
        amount,
        policy_from_json(facts["policy"]),
        {code: Decimal(rate) for code, rate in facts["rates"].items()},
        dt.date.fromisoformat(facts["on"]),
        Release(_require(release["amount"]), until and dt.date.fromisoformat(until)) if release else None,
    )


def decision_to_json(decision: Decision) -> dict[str, object]:
    """A decision as plain JSON."""
    return {
        "result": decision.result,
        "findings": [{"rule": one.rule, "outcome": one.outcome, "reason": to_json(one.reason)} for one in decision.findings],
        "what_would_free": [to_json(reason) for reason in decision.what_would_free],
        "exposure": _money(decision.exposure),
        "limit": None if decision.limit is None else _money(decision.limit),
        "amount": _money(decision.amount),
    }


def decision_from_json(data: Mapping[str, Any]) -> Decision:
    """The decision that `decision_to_json` wrote."""
    return Decision(
        result=data["result"],
        findings=tuple(Finding(one["rule"], one["outcome"], from_json(one["reason"])) for one in data["findings"]),
        what_would_free=tuple(from_json(reason) for reason in data["what_would_free"]),
        exposure=_require(data["exposure"]),
        limit=_parse_money(data["limit"]),
        amount=_require(data["amount"]),
    )


def _standing_to_json(standing: Standing) -> dict[str, object]:
    names = Standing.__slots__
    values = {name: getattr(standing, name) for name in names}
    return {name: _money(value) if isinstance(value, Money) else value for name, value in values.items()}


def _money(money: Money) -> list[str]:
    return [str(money.amount), money.currency]


def _parse_money(value: Any) -> Money | None:
    return None if value is None else _require(value)


def _require(value: Sequence[str]) -> Money:
    return Money(Decimal(value[0]), value[1])
