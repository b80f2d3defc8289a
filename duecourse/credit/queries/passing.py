"""Which orders credit would let pass now; nothing is locked or written."""

from __future__ import annotations

from collections.abc import Sequence

from duecourse.core.call import Call
from duecourse.credit import rules
from duecourse.credit.queries.accounts import policy
from duecourse.credit.queries.holds import earlier_holds
from duecourse.credit.queries.standings import sight


def would_pass(call: Call, requests: Sequence[rules.OrderRequest]) -> set[str]:
    """The orders that `actions.check_orders` would accept, taken in this order; a customer without a credit account has none."""
    refs = [request.order_ref for request in requests]
    if not refs:
        return set()
    used = policy(call, call.today).policy
    payers, buyers = {one.customer_account_id for one in requests}, {account for one in requests for account in one.parties}
    seen = sight(call, payers, used, {one.money.currency for one in requests}, without=refs, buyers=buyers)
    known = [one for one in requests if one.customer_account_id in seen.chains]
    releases = {ref: release for ref, (_, release) in earlier_holds(call, refs).items() if release is not None}
    decisions, _ = rules.decide_orders(known, seen.chains, seen.standings, used, seen.rates, call.today, releases, seen.stopped)
    return {ref for ref, decision in decisions.items() if decision.accepted}
