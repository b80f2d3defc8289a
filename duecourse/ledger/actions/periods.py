"""Locks of periods: soft for all but who posts with a reason, hard for everybody."""

from __future__ import annotations

from collections.abc import Mapping

from duecourse.core import events, ids
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused
from duecourse.ledger.models import Period

_WORDS = {"open": "open", "soft": "soft-locked", "hard": "closed"}


@action
def lock_period(call: Call, period_id: str) -> None:
    """Soft-lock an open period: from now on only a journal that a controller approves with a reason goes in. Undone by unlock_period."""
    _set(call, period_id, {"open": "soft"}, "ledger.period-locked")


@action
def unlock_period(call: Call, period_id: str) -> None:
    """Open a soft-locked period again, while it is not closed."""
    _set(call, period_id, {"soft": "open"}, "ledger.period-unlocked")


@action
def close_period(call: Call, period_id: str) -> None:
    """Close a period for everybody: no entry is dated in it any more. Waits for postings under way. Undone by reopen_period."""
    _set(call, period_id, {"open": "hard", "soft": "hard"}, "ledger.period-closed")


@action
def reopen_period(call: Call, period_id: str, reason: str) -> None:
    """Open a closed period again; who did and why is an event. Errors: Refused('ledger.reason-missing')."""
    if not reason.strip():
        raise Refused("ledger.reason-missing", "Say why the closed month is opened again: it was reported as it stands.")
    _set(call, period_id, {"hard": "open"}, "ledger.period-reopened", reason.strip()[:300])


def _set(call: Call, period_id: str, ways: Mapping[str, str], event: str, reason: str = "") -> None:
    """Move a period to its next state; an UPDATE lock waits for whoever posts to it. Errors: Refused('ledger.period-unchanged')."""
    period = Period.objects.select_for_update().filter(company_id=call.company.id, id=ids.inner("prd", period_id)).first()
    if period is None:
        raise ids.not_found("prd")
    if period.state not in ways:
        raise Refused("ledger.period-unchanged", f"The period of {period.start_date:%B %Y} is already {_WORDS[period.state]}.")
    before, period.state = period.state, ways[period.state]
    period.closed_at = None if period.state == "open" else call.at
    period.closed_by_name = "" if period.state == "open" else call.by.name
    period.save()
    facts = {"from": period.start_date.isoformat(), "until": period.end_date.isoformat(), "before": before}
    events.record(call, event, [period_id], facts | ({"reason": reason} if reason else {}))
