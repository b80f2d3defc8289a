"""In one word, how a customer stands: stopped, without a limit, on watch, or in order. Pure."""

from __future__ import annotations

from decimal import Decimal

from duecourse.core.reasons import N_, Reason, define
from duecourse.credit.rules.orders import Standing
from duecourse.credit.rules.policy import OrderPolicy

define(
    {
        "credit.watch-used": N_("{percent} % of the limit is used."),
        "credit.watch-late": N_("{item} is {days} days late; the policy allows {allowed}."),
        "credit.watch-oldest": N_("The oldest item is {days} days late; the policy allows {allowed}."),
    }
)


def used_share(standing: Standing) -> Decimal | None:
    """Exposure as a share of the limit, 0.9 for 90 %; None without a limit. A limit of zero that is used counts as all used."""
    if standing.limit is None:
        return None
    if not standing.limit.amount:
        return Decimal(1) if standing.exposure.amount > 0 else Decimal(0)
    return max(standing.exposure.amount / standing.limit.amount, Decimal(0))


def condition(standing: Standing | None, is_stopped: bool, policy: OrderPolicy) -> tuple[str, Reason | None]:
    """stopped, no-limit, on-watch or in-order, and for on-watch why.

    On watch means what the order policy warns of or stops: more used than its warning share, or an item older than it allows.
    """
    if is_stopped:
        return "stopped", None
    if standing is None or standing.limit is None:
        return "no-limit", None
    allowed = policy.oldest_item_days_max
    if allowed is not None and standing.oldest_overdue_days > allowed:
        params: dict[str, object] = {"days": standing.oldest_overdue_days, "allowed": allowed}
        if standing.oldest_item:
            return "on-watch", Reason("credit.watch-late", params | {"item": standing.oldest_item})
        return "on-watch", Reason("credit.watch-oldest", params)
    share = used_share(standing)
    if share is not None and policy.warning_share is not None and share >= policy.warning_share:
        return "on-watch", Reason("credit.watch-used", {"percent": int(share * 100)})
    return "in-order", None
