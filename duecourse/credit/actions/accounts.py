"""Open credit accounts, set limits and policies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from duecourse.core import events, ids
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused
from duecourse.core.money import Money, minor_units
from duecourse.credit import rules
from duecourse.credit.models import CreditAccount, CreditLimit, CreditMember, OrderPolicy
from duecourse.tailoring import actions as tailoring


@dataclass(frozen=True, slots=True)
class NewCreditAccount:
    """A credit account to open, for one or more customer accounts, perhaps below a group's account (bigint ids)."""

    name: str
    currency: str
    customer_account_ids: Sequence[int] = ()
    parent_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewLimit:
    """A limit from a day on; `amount` None = no limit set, zero = nothing on credit."""

    credit_account_id: int
    amount: Money | None
    valid_from: dt.date
    valid_until: dt.date | None = None
    reason: str = ""
    reason_code: str = ""  # of tailoring; `reason` is then a note, and may be empty


@action
def create_credit_accounts(call: Call, rows: Sequence[NewCreditAccount]) -> list[int]:
    """Open credit accounts; their ids in the same order.

    Errors: Refused('credit.already-member') when a customer account has one already, Refused('not-found') for a parent
    that is not there, Refused('money.unknown-currency').
    """
    for row in rows:
        minor_units(row.currency)
    parents = {row.parent_id for row in rows if row.parent_id is not None}
    if CreditAccount.objects.filter(company_id=call.company.id, id__in=parents).count() != len(parents):
        raise ids.not_found("cra")
    wanted = [account_id for row in rows for account_id in row.customer_account_ids]
    _lock_memberships(call)
    taken = CreditMember.objects.filter(company_id=call.company.id, customer_account_id__in=wanted)
    if len(set(wanted)) != len(wanted) or taken.exists():
        raise Refused(
            "credit.already-member", "A customer account belongs to one credit account only, and one of these has one already."
        )
    accounts = CreditAccount.objects.bulk_create(
        [CreditAccount(company_id=call.company.id, name=row.name, currency=row.currency, parent_id=row.parent_id) for row in rows]
    )
    CreditMember.objects.bulk_create(
        [
            CreditMember(company_id=call.company.id, credit_account_id=account.id, customer_account_id=account_id)
            for account, row in zip(accounts, rows, strict=True)
            for account_id in row.customer_account_ids
        ]
    )
    events.record_many(
        call,
        [
            (
                "credit.account-opened",
                [ids.outer("cra", account.id), *(ids.outer("acc", account_id) for account_id in row.customer_account_ids)],
                {"name": row.name, "currency": row.currency, "parent": row.parent_id and ids.outer("cra", row.parent_id)},
                None,
            )
            for account, row in zip(accounts, rows, strict=True)
        ],
    )
    return [account.id for account in accounts]


@action
def set_limits(call: Call, rows: Sequence[NewLimit]) -> list[int]:
    """Set limits from a day on; a limit may be cut below what is used already, which then stops the next order.

    Errors: Refused('not-found'), Refused('credit.limit-currency'), Refused('credit.limit-negative'),
    Refused('credit.limit-dates').
    """
    wanted = sorted({row.credit_account_id for row in rows})
    locked = CreditAccount.objects.select_for_update(no_key=True, of=("self",)).filter(company_id=call.company.id, id__in=wanted)
    accounts = {account.id: account for account in locked.order_by("id")}
    for row in rows:
        _check_limit(row, accounts.get(row.credit_account_id))
    before = _newest_limits(call, wanted)
    said = tailoring.say_reasons(
        call,
        "limit",
        [(row.reason_code, row.reason, ids.outer("cra", row.credit_account_id), call.company.language) for row in rows],
    )
    limits = CreditLimit.objects.bulk_create(
        [
            CreditLimit(
                company_id=call.company.id,
                credit_account_id=row.credit_account_id,
                amount=None if row.amount is None else row.amount.amount,
                valid_from=row.valid_from,
                valid_until=row.valid_until,
                reason=reason,
                by_name=call.by.name,
            )
            for row, reason in zip(rows, said, strict=True)
        ]
    )
    events.record_many(
        call,
        [
            (
                "credit.limit-set",
                [ids.outer("cra", row.credit_account_id), ids.outer("lim", limit.id)],
                {
                    "before": before.get(row.credit_account_id),
                    "amount": None if row.amount is None else str(row.amount.amount),
                    "currency": accounts[row.credit_account_id].currency,
                    "valid_from": row.valid_from.isoformat(),
                    "valid_until": row.valid_until and row.valid_until.isoformat(),
                    "reason": row.reason,
                },
                None,
            )
            for row, limit in zip(rows, limits, strict=True)
        ],
    )
    return [limit.id for limit in limits]


@action
def set_policy(call: Call, policy: rules.OrderPolicy, valid_from: dt.date) -> int:
    """Put an order policy in force from a day on; its version. Checks made before keep the version they were made with."""
    _lock_memberships(call)
    last = OrderPolicy.objects.filter(company_id=call.company.id).order_by("-version").first()
    version = last.version + 1 if last else 1
    OrderPolicy.objects.create(
        company_id=call.company.id,
        version=version,
        name=policy.name,
        valid_from=valid_from,
        rules=rules.policy_to_json(policy),
        by_name=call.by.name,
    )
    facts = {"name": policy.name, "valid_from": valid_from.isoformat(), "rules": rules.policy_to_json(policy)}
    events.record(call, "credit.policy-set", [ids.outer("cmp", call.company.id)], facts, policy_version=str(version))
    return version


def open_missing_accounts(call: Call, missing: Sequence[NewCreditAccount]) -> None:
    """Credit accounts without a limit for customers that have none, so that their first order has somewhere to be held."""
    _lock_memberships(call)
    wanted = [account_id for row in missing for account_id in row.customer_account_ids]
    taken = set(
        CreditMember.objects.filter(company_id=call.company.id, customer_account_id__in=wanted).values_list(
            "customer_account_id", flat=True
        )
    )
    create_credit_accounts(call, [row for row in missing if not taken & set(row.customer_account_ids)])


def _lock_memberships(call: Call) -> None:
    """Who belongs to which account, and which policy is next, is decided by one transaction of the company at a time."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('credit.memberships'), %s)", [call.company.id % 2**31])


def _check_limit(row: NewLimit, account: CreditAccount | None) -> None:
    if account is None:
        raise ids.not_found("cra")
    if row.amount is not None and row.amount.currency != account.currency:
        raise Refused(
            "credit.limit-currency",
            f"The limit of {account.name} is in {account.currency}, not in {row.amount.currency}. Convert it first.",
        )
    if row.amount is not None and row.amount.amount < 0:
        raise Refused("credit.limit-negative", "A limit cannot be negative. Zero lets nothing out on credit.")
    if row.valid_until is not None and row.valid_until <= row.valid_from:
        raise Refused("credit.limit-dates", "A limit must end after the day it begins.")


def _newest_limits(call: Call, account_ids: Sequence[int]) -> dict[int, str | None]:
    rows = CreditLimit.objects.filter(company_id=call.company.id, credit_account_id__in=account_ids, valid_from__lte=call.today)
    newest = rows.order_by("credit_account_id", "-valid_from", "-id").distinct("credit_account_id")
    return {row.credit_account_id: None if row.amount is None else str(row.amount) for row in newest}
