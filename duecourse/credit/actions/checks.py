"""Check orders against the credit of who pays them: reserve, or hold with reasons."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.db import connection

from duecourse.core import events, ids
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused
from duecourse.credit import queries, rules
from duecourse.credit.actions.accounts import NewCreditAccount, open_missing_accounts
from duecourse.customers import queries as customers

_INSERT_CHECKS = (
    "insert into credit_creditcheck (company_id, credit_account_id, customer_account_id, order_ref, order_number, currency, amount, "
    "result, reasons, facts, policy_version, by_name, at) "
    "select %s, * from unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::numeric[], %s::text[], %s::jsonb[], "
    "%s::jsonb[]) u, (select %s, %s, %s::timestamptz) c returning id, order_ref"
)
_RESERVE = (
    "insert into credit_reservation as r (company_id, credit_account_id, customer_account_id, order_ref, order_number, currency, "
    "open_order, delivered) "
    "select %s, *, 0 from unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::numeric[]) "
    "on conflict (company_id, order_ref) do update set credit_account_id = excluded.credit_account_id, "
    "customer_account_id = excluded.customer_account_id, currency = excluded.currency, open_order = excluded.open_order"
)
_END_HOLDS = (
    "update credit_hold set state = 'ended', decided_by_id = %s, decided_by_name = %s, decided_at = %s, "
    "decision_reason = 'Checked again' where company_id = %s and order_ref = any(%s) and state = 'open'"
)
_OPEN_HOLDS = (
    "insert into credit_hold (company_id, check_made_id, credit_account_id, customer_account_id, order_ref, order_number, currency, amount, "
    "state, held_by_id, held_by_name, held_at, decided_by_name, decision_reason) "
    "select %s, u.*, %s, '', '' from unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::numeric[], "
    "array_fill('open'::text, array[%s]), %s::bigint[], %s::text[]) u"
)


@action
def check_orders(call: Call, requests: Sequence[rules.OrderRequest]) -> dict[str, rules.Decision]:
    """Reserve credit for each order, in the order of the requests, or say why it must be held; decisions by order.

    An order that was checked before is checked anew: what it reserved for undelivered goods does not count against itself.
    A customer without a credit account gets one without a limit. Locks the credit accounts and their ancestors.
    Errors: Refused('credit.asked-twice'), Refused('ledger.rate-missing'), Refused('not-found').
    """
    if not requests:
        return {}
    refs = [request.order_ref for request in requests]
    if len(set(refs)) != len(refs):
        raise Refused("credit.asked-twice", "An order can stand in a batch of credit checks only once.")
    payers = sorted({request.customer_account_id for request in requests})
    buyers = {account for request in requests for account in request.parties}
    currencies = {request.money.currency for request in requests}
    policy = queries.policy(call, call.today)
    queries.lock_accounts(call, payers)
    seen = queries.sight(call, payers, policy.policy, currencies, without=refs, buyers=buyers)
    if missing := [account_id for account_id in payers if account_id not in seen.chains]:
        _open_missing(call, missing)
        queries.lock_accounts(call, payers)
        seen = queries.sight(call, payers, policy.policy, currencies, without=refs, buyers=buyers)
    earlier = queries.earlier_holds(call, refs)
    releases = {ref: release for ref, (_, release) in earlier.items() if release is not None}
    decisions, bases = rules.decide_orders(
        requests, seen.chains, seen.standings, policy.policy, seen.rates, call.today, releases, seen.stopped
    )
    facts = {
        ref: rules.facts_to_json(bases[ref], request.money, policy.policy, seen.rates, call.today, releases.get(ref))
        for ref, request in zip(refs, requests, strict=True)
    }
    checks = _write_checks(call, requests, seen, decisions, facts, policy.version)
    _reserve(call, requests, seen, decisions)
    _hold(call, requests, seen, decisions, checks, [ref for ref, (is_open, _) in earlier.items() if is_open])
    _record(call, requests, seen, decisions, checks, policy.version)
    return decisions


def _open_missing(call: Call, missing: Sequence[int]) -> None:
    found = customers.accounts_by_id(call, missing)
    if len(found) != len(missing):
        raise ids.not_found("acc")
    open_missing_accounts(call, [NewCreditAccount(view.name, view.currency, [view.id]) for view in found.values()])


def _write_checks(
    call: Call,
    requests: Sequence[rules.OrderRequest],
    seen: queries.Sight,
    decisions: Mapping[str, rules.Decision],
    facts: Mapping[str, Mapping[str, object]],
    policy_version: int,
) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT_CHECKS,
            [
                call.company.id,
                [seen.chains[one.customer_account_id][0] for one in requests],
                [one.customer_account_id for one in requests],
                [one.order_ref for one in requests],
                [one.order_number for one in requests],
                [one.money.currency for one in requests],
                [one.money.amount for one in requests],
                [decisions[one.order_ref].result for one in requests],
                [json.dumps(rules.decision_to_json(decisions[one.order_ref])) for one in requests],
                [json.dumps(facts[one.order_ref]) for one in requests],
                policy_version,
                call.by.name,
                call.at,
            ],
        )
        return {ref: key for key, ref in cursor.fetchall()}


def _reserve(
    call: Call, requests: Sequence[rules.OrderRequest], seen: queries.Sight, decisions: Mapping[str, rules.Decision]
) -> None:
    """Accepted orders reserve what they ask for; held ones reserve nothing, and give back what they had."""
    with connection.cursor() as cursor:
        cursor.execute(
            _RESERVE,
            [
                call.company.id,
                [seen.chains[one.customer_account_id][0] for one in requests],
                [one.customer_account_id for one in requests],
                [one.order_ref for one in requests],
                [one.order_number for one in requests],
                [one.money.currency for one in requests],
                [max(one.money.amount, Decimal(0)) if decisions[one.order_ref].accepted else Decimal(0) for one in requests],
            ],
        )


def _hold(
    call: Call,
    requests: Sequence[rules.OrderRequest],
    seen: queries.Sight,
    decisions: Mapping[str, rules.Decision],
    checks: Mapping[str, int],
    open_before: Sequence[str],
) -> None:
    held = [one for one in requests if not decisions[one.order_ref].accepted]
    with connection.cursor() as cursor:
        if open_before:
            cursor.execute(_END_HOLDS, [person(call), call.by.name, call.at, call.company.id, list(open_before)])
        if held:
            cursor.execute(
                _OPEN_HOLDS,
                [
                    call.company.id,
                    call.at,
                    [checks[one.order_ref] for one in held],
                    [seen.chains[one.customer_account_id][0] for one in held],
                    [one.customer_account_id for one in held],
                    [one.order_ref for one in held],
                    [one.order_number for one in held],
                    [one.money.currency for one in held],
                    [one.money.amount for one in held],
                    len(held),
                    [one.created_by_id for one in held],
                    [one.created_by_name for one in held],
                ],
            )


def _record(
    call: Call,
    requests: Sequence[rules.OrderRequest],
    seen: queries.Sight,
    decisions: Mapping[str, rules.Decision],
    checks: Mapping[str, int],
    policy_version: int,
) -> None:
    rows = []
    for one in requests:
        decision = decisions[one.order_ref]
        chain = seen.chains[one.customer_account_id]
        subjects = [
            one.order_ref,
            ids.outer("chk", checks[one.order_ref]),
            ids.outer("acc", one.customer_account_id),
            ids.outer("cra", chain[0]),
        ]
        facts: dict[str, object] = {
            "order": one.order_number,
            "amount": str(one.money.amount),
            "currency": one.money.currency,
            "policy_version": policy_version,
        }
        rows.append(("credit.order-checked", subjects, facts, rules.decision_to_json(decision)))
    events.record_many(call, rows)


def person(call: Call) -> int:
    """Who acts, as holds keep it: a key counts as the person who made it, so neither releases the other's orders; jobs are 0."""
    return call.by.id
