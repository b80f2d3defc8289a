"""Credit accounts, their limits over time and the policy in force."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.core.money import Money
from duecourse.credit import rules
from duecourse.credit.models import CreditAccount, CreditLimit, CreditMember

_POLICY = (
    "select version, rules::text, valid_from, by_name from credit_orderpolicy where company_id = %s and valid_from <= %s "
    "order by valid_from desc, version desc limit 1"
)


@dataclass(frozen=True, slots=True)
class CreditAccountView:
    """A credit account as plain values; `ref` is its prefixed id."""

    id: int
    ref: str
    name: str
    currency: str
    parent_id: int | None
    customer_account_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LimitView:
    """A limit from a day on; `amount` None = no limit set from that day."""

    ref: str
    amount: Money | None
    valid_from: dt.date
    valid_until: dt.date | None
    reason: str
    by_name: str
    recorded_at: dt.datetime


@dataclass(frozen=True, slots=True)
class PolicyView:
    """The order policy in force; version 0 is the standard that every company starts with."""

    version: int
    policy: rules.OrderPolicy
    valid_from: dt.date | None
    by_name: str


def account_for_caller(call: Call, text: str) -> CreditAccountView:
    """The credit account behind a prefixed id. Errors: Refused('not-found')."""
    row = CreditAccount.objects.filter(company_id=call.company.id, id=ids.inner("cra", text)).first()
    if row is None:
        raise ids.not_found("cra")
    members = CreditMember.objects.filter(company_id=call.company.id, credit_account_id=row.id).order_by("customer_account_id")
    return _view(row, tuple(members.values_list("customer_account_id", flat=True)))


def credit_accounts_of(call: Call, customer_account_ids: Iterable[int]) -> dict[int, CreditAccountView]:
    """By customer account: the credit account it belongs to; accounts without one are left out."""
    wanted = list(customer_account_ids)
    owners = CreditMember.objects.filter(company_id=call.company.id, customer_account_id__in=wanted).values_list(
        "credit_account_id"
    )
    views: dict[int, CreditAccountView] = {}
    members: dict[int, list[CreditMember]] = {}
    found = CreditMember.objects.filter(company_id=call.company.id, credit_account_id__in=owners).select_related("credit_account")
    for member in found.order_by("customer_account_id"):
        members.setdefault(member.credit_account_id, []).append(member)
    for rows in members.values():
        view = _view(rows[0].credit_account, tuple(row.customer_account_id for row in rows))
        views |= dict.fromkeys(view.customer_account_ids, view)
    return {account_id: views[account_id] for account_id in wanted if account_id in views}


def credit_account_of(call: Call, customer_account_id: int) -> CreditAccountView | None:
    """The credit account a customer account belongs to, if it has one."""
    return credit_accounts_of(call, [customer_account_id]).get(customer_account_id)


def limits(call: Call, credit_account_id: int) -> list[LimitView]:
    """Every limit that was ever set for an account, newest first."""
    rows = CreditLimit.objects.filter(company_id=call.company.id, credit_account_id=credit_account_id)
    return [
        LimitView(
            ids.outer("lim", row.id),
            None if row.amount is None else Money(row.amount, row.credit_account.currency),
            row.valid_from,
            row.valid_until,
            row.reason,
            row.by_name,
            row.recorded_at,
        )
        for row in rows.select_related("credit_account").order_by("-valid_from", "-id")
    ]


def policy(call: Call, on: dt.date) -> PolicyView:
    """The newest policy valid on a day."""
    with connection.cursor() as cursor:  # plain SQL: every credit check asks
        cursor.execute(_POLICY, [call.company.id, on])
        row = cursor.fetchone()
    if row is None:
        return PolicyView(0, rules.OrderPolicy(), None, "")
    version, data, valid_from, by_name = row
    return PolicyView(version, rules.policy_from_json(json.loads(data)), valid_from, by_name)


def _view(row: CreditAccount, members: tuple[int, ...]) -> CreditAccountView:
    return CreditAccountView(row.id, ids.outer("cra", row.id), row.name, row.currency, row.parent_id, members)
