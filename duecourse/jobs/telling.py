"""Events of the journal that somebody should know of, as notices for the right people; only what happened lately is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.core.events import Read
from duecourse.core.reasons import Reason
from duecourse.notices import actions as notices
from duecourse.notices.rules import NewNotice, Owner

LATELY = dt.timedelta(days=2)


def _text(event: Read, name: str) -> str:
    return str(event.facts.get(name) or "–")


def _subject(event: Read, prefix: str) -> str:
    return next((one for one in event.subjects if one.startswith(prefix + "_")), event.subjects[0])


def _released(event: Read) -> list[NewNotice]:
    words = Reason("notices.order-released", {"number": _text(event, "order"), "who": event.by_name})
    return [NewNotice(_subject(event, "ord"), words, Owner(role="order-desk"), f"event:{event.id}", "good")]


def _rejected(event: Read) -> list[NewNotice]:
    why = str((event.decision or {}).get("reason") or "–")
    words = Reason("notices.order-rejected", {"number": _text(event, "order"), "who": event.by_name, "why": why})
    return [NewNotice(_subject(event, "ord"), words, Owner(role="order-desk"), f"event:{event.id}", "bad")]


def _mail_failed(event: Read) -> list[NewNotice]:
    words = Reason("notices.mail-failed", {"why": _text(event, "error")})
    about = {"inv": "billing", "acc": "collector"}.get(event.subjects[-1].partition("_")[0], "administrator")
    return [NewNotice(_subject(event, "dsp"), words, Owner(role=about), f"event:{event.id}", "bad")]


def _verified(event: Read) -> list[NewNotice]:
    broken = event.facts.get("broken")
    if isinstance(broken, list) and broken:
        words, kind = Reason("notices.books-broken", {"checks": ", ".join(str(one) for one in broken)}), "bad"
    elif event.facts.get("first"):  # a new company's books were never broken
        return []
    else:
        words, kind = Reason("notices.books-whole"), "good"
    return [NewNotice(event.subjects[0], words, Owner(role="controller"), f"event:{event.id}", kind)]


def _waits(event: Read) -> list[NewNotice]:
    """A take-over was sent: whoever may confirm it is asked; who prepared it is not among them."""
    asked = event.facts.get("asked")
    words = Reason(
        "notices.take-over-waits", {"name": _text(event, "name"), "who": event.by_name, "rows": event.facts.get("ready")}
    )
    people = [ids.inner("usr", str(ref)) for ref in asked] if isinstance(asked, list) else []
    return [NewNotice(_subject(event, "tko"), words, Owner(user_id=one), f"event:{event.id}", "watch") for one in people]


TOLD: Mapping[str, Callable[[Read], list[NewNotice]]] = {
    "credit.hold-released": _released,
    "credit.hold-rejected": _rejected,
    "documents.dispatch-failed": _mail_failed,
    "documents.take-over-sent": _waits,
    "kpis.books-verified": _verified,
}


def tell(call: Call, read: Sequence[Read]) -> int:
    """Notices of the new events; how many. What is older than two days is known by now."""
    lately = [event for event in read if event.at > call.at - LATELY]
    return notices.notify(call, [notice for event in lately for notice in TOLD[event.name](event)])
