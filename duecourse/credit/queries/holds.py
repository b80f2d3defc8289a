"""Checks that were made, orders that wait for a decision, and what was decided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, Min, Q, QuerySet, Sum

from duecourse.core import ids, paging
from duecourse.core.call import Call
from duecourse.core.money import Money
from duecourse.credit import rules
from duecourse.credit.models import CreditCheck, Hold
from duecourse.credit.rules.evidence import standings_from_json

_EARLIER = (
    "select order_ref, state, released_amount, released_until, currency from credit_hold "
    "where company_id = %s and order_ref = any(%s) and state in ('open', 'released') order by id"
)
SORTS = {
    "newest": ("-held_at", "-id"),
    "oldest": ("held_at", "id"),
    "largest": ("-amount", "-id"),
    "order": ("order_number", "id"),
}


@dataclass(frozen=True, slots=True)
class CheckView:
    """One credit decision with its evidence. `standings`: the own account's, then its ancestors', before the order."""

    ref: str
    order_ref: str
    order_number: str
    customer_account_id: int
    money: Money
    decision: rules.Decision
    standings: tuple[rules.Standing, ...]
    policy_version: int
    by_name: str
    at: dt.datetime
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class HoldRow:
    """An order on hold, or one that was, with the decision that held it."""

    id: int
    ref: str
    order_ref: str
    order_number: str
    customer_account_id: int
    credit_account_id: int
    money: Money
    state: str
    held_by_id: int
    held_by_name: str
    held_at: dt.datetime
    decided_by_name: str
    decided_at: dt.datetime | None
    decision_reason: str
    released: rules.Release | None
    check: CheckView


def latest_checks(call: Call, order_refs: Sequence[str]) -> dict[str, CheckView]:
    """The newest decision about each order, by order."""
    rows = CreditCheck.objects.filter(company_id=call.company.id, order_ref__in=list(order_refs))
    return {row.order_ref: _check(row) for row in rows.order_by("order_ref", "-id").distinct("order_ref")}


def checks(call: Call, order_ref: str) -> list[CheckView]:
    """Every decision about an order, newest first."""
    rows = CreditCheck.objects.filter(company_id=call.company.id, order_ref=order_ref)
    return [_check(row) for row in rows.order_by("-id")]


def check_for_caller(call: Call, text: str) -> CheckView:
    """The check behind a prefixed id. Errors: Refused('not-found')."""
    row = CreditCheck.objects.filter(company_id=call.company.id, id=ids.inner("chk", text)).first()
    if row is None:
        raise ids.not_found("chk")
    return _check(row)


def replay_check(check: CheckView) -> rules.Decision:
    """The decision made again by the same rule from the facts and the policy that were kept with it."""
    return rules.decide_again(check.facts)


def holds(
    call: Call,
    state: str = "open",
    sort: str = "newest",
    customer_account_ids: Sequence[int] | None = None,
    number: int = 1,
    size: int = 50,
) -> paging.Page[HoldRow]:
    """Orders on hold (`open`), or `released`, `rejected`, `ended`; `state` "" = all. `sort`: a key of SORTS."""
    found = _holds(call).order_by(*SORTS.get(sort, SORTS["newest"]))
    if state:
        found = found.filter(state=state)
    if customer_account_ids is not None:
        found = found.filter(customer_account_id__in=list(customer_account_ids))
    start, stop = paging.bounds(number, size)
    return paging.Page([_hold(row) for row in found[start:stop]], found.count(), max(number, 1), stop - start)


def hold_counts(call: Call) -> dict[str, tuple[int, list[Money]]]:
    """By state: how many holds, and their amounts by currency."""
    rows = Hold.objects.filter(company_id=call.company.id).values("state", "currency")
    counts: dict[str, tuple[int, list[Money]]] = {}
    for row in rows.annotate(many=Count("id"), money=Sum("amount")).order_by("state", "currency"):
        many, moneys = counts.get(row["state"], (0, []))
        counts[row["state"]] = (many + row["many"], [*moneys, Money(row["money"], row["currency"])])
    return counts


def hold_for_caller(call: Call, text: str) -> HoldRow:
    """The hold behind a prefixed id. Errors: Refused('not-found')."""
    row = _holds(call).filter(id=ids.inner("hld", text)).first()
    if row is None:
        raise ids.not_found("hld")
    return _hold(row)


def open_holds(call: Call, order_refs: Sequence[str]) -> dict[str, HoldRow]:
    """The open hold of each order that has one, by order."""
    return {row.order_ref: _hold(row) for row in _holds(call).filter(order_ref__in=list(order_refs), state="open")}


def releases(call: Call, order_refs: Sequence[str]) -> dict[str, rules.Release]:
    """The newest release of each order that was ever released, by order; it may have run out."""
    rows = Hold.objects.filter(company_id=call.company.id, order_ref__in=list(order_refs), state="released")
    return {row.order_ref: _release(row) for row in rows.order_by("order_ref", "-id").distinct("order_ref")}


def _holds(call: Call) -> QuerySet[Hold]:
    return Hold.objects.filter(company_id=call.company.id).select_related("check_made")


def _release(row: Hold) -> rules.Release:
    assert row.released_amount is not None
    return rules.Release(Money(row.released_amount, row.currency), row.released_until)


def _hold(row: Hold) -> HoldRow:
    return HoldRow(
        id=row.id,
        ref=ids.outer("hld", row.id),
        order_ref=row.order_ref,
        order_number=row.order_number,
        customer_account_id=row.customer_account_id,
        credit_account_id=row.credit_account_id,
        money=Money(row.amount, row.currency),
        state=row.state,
        held_by_id=row.held_by_id,
        held_by_name=row.held_by_name,
        held_at=row.held_at,
        decided_by_name=row.decided_by_name,
        decided_at=row.decided_at,
        decision_reason=row.decision_reason,
        released=_release(row) if row.state == "released" else None,
        check=_check(row.check_made),
    )


def _check(row: CreditCheck) -> CheckView:
    return CheckView(
        ref=ids.outer("chk", row.id),
        order_ref=row.order_ref,
        order_number=row.order_number,
        customer_account_id=row.customer_account_id,
        money=Money(row.amount, row.currency),
        decision=rules.decision_from_json(row.reasons),
        standings=standings_from_json(row.facts),
        policy_version=row.policy_version,
        by_name=row.by_name,
        at=row.at,
        facts=row.facts,
    )


def earlier_holds(call: Call, order_refs: Sequence[str]) -> dict[str, tuple[bool, rules.Release | None]]:
    """For orders that were held before: whether a hold is open still, and the newest release."""
    found: dict[str, tuple[bool, rules.Release | None]] = {}
    with connection.cursor() as cursor:  # plain SQL: every credit check asks
        cursor.execute(_EARLIER, [call.company.id, list(order_refs)])
        for ref, state, amount, until, currency in cursor.fetchall():
            is_open, release = found.get(ref, (False, None))
            if state == "released":
                release = rules.Release(Money(amount, currency), until)
            found[ref] = (is_open or state == "open", release)
    return found


def needed_releases(call: Call, order_refs: Sequence[str]) -> dict[str, rules.Release]:
    """For orders whose newest check let them pass only by a release, or held them until one came: that release."""
    dependent = [
        ref
        for ref, check in latest_checks(call, order_refs).items()
        if not check.decision.accepted or any(one.rule == "release" for one in check.decision.findings)
    ]
    return releases(call, dependent) if dependent else {}


def hold_flow(call: Call, since: dt.datetime) -> tuple[int, int, dt.datetime | None]:
    """Orders on hold: how many came since an instant, how many wait, and since when the oldest does. One query."""
    found = Hold.objects.filter(Q(state="open") | Q(held_at__gte=since), company_id=call.company.id)
    sums = found.aggregate(
        new=Count("id", filter=Q(held_at__gte=since)),
        many=Count("id", filter=Q(state="open")),
        oldest=Min("held_at", filter=Q(state="open")),
    )
    return sums["new"], sums["many"], sums["oldest"]


def held_before(call: Call, before: dt.datetime, limit: int = 200) -> list[tuple[str, str, dt.datetime]]:
    """(order id outside, number, since when) of orders on hold since before an instant, the oldest first. One query."""
    found = Hold.objects.filter(company_id=call.company.id, state="open", held_at__lt=before).order_by("held_at", "id")
    return list(found.values_list("order_ref", "order_number", "held_at")[:limit])
