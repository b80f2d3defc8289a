"""Proposals: what waiting payments may pay, made anew from the facts as they are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from duecourse.cash import queries, rules
from duecourse.cash.actions import rows
from duecourse.cash.models import Payment, Proposal
from duecourse.core import bulk, events, ids
from duecourse.core.call import Call, action
from duecourse.core.reasons import to_json

_PROPOSAL = (
    "company_id", "payment_id", "rank", "decision", "tier", "customer_account_id", "confidence", "lines", "reasons", "hits", "made_at",
)  # fmt: skip


@action
def propose_payments(call: Call, payment_ids: Sequence[int] | None = None) -> dict[str, int]:
    """Propose anew what payments may pay: all that wait, or those named; how many stand in each state now.

    Matching reads without locks; what somebody dealt with meanwhile is left as it is. Payments that are applied, on
    account or no customer's are passed over. Errors: Refused('not-found').
    """
    if payment_ids is None:
        waiting = list(Payment.objects.filter(company_id=call.company.id, state__in=("new", "confirm", "work")).order_by("id"))
    else:
        waiting = [row for row in rows.found(call, payment_ids).values() if row.state in rows.OPEN_STATES]
    if not waiting:
        return {}
    return _keep(call, rules.by_payment(rules.propose(queries.to_match(waiting), *queries.matching_facts(call))))


@action
def keep_proposals(call: Call, made: Mapping[int, Sequence[rules.Proposal]]) -> dict[str, int]:
    """Keep what was proposed outside of any transaction, for a part of a large file; how many payments stand in each state now.

    What somebody dealt with meanwhile is left as it is. Twice gives the same. Errors: Refused('not-found').
    """
    return _keep(call, made)


def _keep(call: Call, made: Mapping[int, Sequence[rules.Proposal]]) -> dict[str, int]:
    still = [row for row in rows.locked(call, made).values() if row.state in rows.OPEN_STATES]
    Proposal.objects.filter(company_id=call.company.id, payment_id__in=[row.id for row in still]).delete()
    bulk.copy_in(Proposal, _PROPOSAL, [_row(call, proposal) for row in still for proposal in made[row.id]])
    states = {row.id: "work" if made[row.id][0].decision == "none" else "confirm" for row in still}
    rows.change(call, [(row.id, states[row.id], row.customer_account_id, row.item_id) for row in still])
    counts = {state: list(states.values()).count(state) for state in sorted(set(states.values()))}
    events.record(call, "cash.payments-proposed", [ids.outer("pay", row.id) for row in still], {"states": counts})
    return counts


def _row(call: Call, proposal: rules.Proposal) -> tuple[object, ...]:
    lines = [
        [
            None if line.item_id is None else ids.outer("itm", int(line.item_id)),
            str(line.applied.amount),
            line.residual_kind,
            str(line.residual.amount),
        ]
        for line in proposal.lines
    ]
    hits = [[hit.kind, hit.start, hit.end, [ids.outer("itm", int(item)) for item in hit.items]] for hit in proposal.hits]
    customer = proposal.customer_id
    return (
        call.company.id,
        int(proposal.payment_id),
        proposal.rank,
        proposal.decision,
        proposal.tier,
        customer if isinstance(customer, int) and customer > 0 else None,
        proposal.confidence,
        json.dumps(lines),
        json.dumps([to_json(reason) for reason in proposal.reasons]),
        json.dumps(hits),
        call.at,
    )
