"""Tasks and notices as values, their sentences, and how long something may wait before somebody is told. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from duecourse.core.reasons import N_, Reason, define

OPEN_STATES = ("open", "handed-over")
KINDS = ("", "good", "watch", "bad")


@dataclass(frozen=True, slots=True)
class Owner:
    """A person (`user_id`) or everybody who holds a role; one of the two."""

    user_id: int | None = None
    role: str = ""


@dataclass(frozen=True, slots=True)
class NewTask:
    """Something to be done. While a task with the same `key` is open, another one is not made."""

    subject: str
    title: Reason
    owner: Owner
    due_date: dt.date | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class NewNotice:
    """What happened, for a person or for everybody who holds a role; the same `key` is told to each of them once."""

    subject: str
    words: Reason
    owner: Owner
    key: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task as pages show it."""

    id: int
    ref: str
    subject: str
    title: Reason
    owner: Owner
    owner_name: str  # of a person; empty for a role
    due_date: dt.date | None
    state: str
    note: str
    created_by_name: str
    created_at: dt.datetime
    done_by_name: str
    done_at: dt.datetime | None
    outcome: str


@dataclass(frozen=True, slots=True)
class NoticeView:
    """A notice as pages show it."""

    id: int
    ref: str
    subject: str
    words: Reason
    kind: str
    at: dt.datetime
    read_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Patience:
    """`hours` that the oldest of a stream may wait; `role` looks after it."""

    hours: int
    role: str


# How long each stream may wait before its oldest is stuck, and which role is asked to look.
PATIENCE: Mapping[str, Patience] = {
    "orders-held": Patience(24, "credit-manager"),
    "ready-lines": Patience(72, "billing"),
    "bank-files": Patience(72, "cash-application"),
    "payments": Patience(48, "cash-application"),
    "payments-later": Patience(120, "cash-application"),
    "mails": Patience(1, "controller"),
    "jobs": Patience(1, "administrator"),
    "readers": Patience(1, "administrator"),
}


def is_stuck(stream: str, oldest: dt.datetime | None, at: dt.datetime) -> bool:
    """True when the oldest that waits in a stream has waited for longer than its people have patience."""
    return oldest is not None and at - oldest > dt.timedelta(hours=PATIENCE[stream].hours)


def handed_over(who: str, note: str) -> Reason:
    """What the new owner of a task is told."""
    if note.strip():
        return Reason("notices.task-handed-over-with", {"who": who, "note": note.strip()[:300]})
    return Reason("notices.task-handed-over", {"who": who})


define(
    {
        "notices.own": N_("{text}"),
        "notices.task-handed-over": N_("{who} handed a task over to you."),
        "notices.task-handed-over-with": N_("{who} handed a task over to you: {note}"),
        "notices.order-held": N_("Decide about order {number}: it has been on hold for {hours} hours."),
        "notices.payment-waits": N_("Look at payment {number} of {payer} again: it was put aside."),
        "notices.books-broken": N_("The books do not tie out: {checks}."),
        "notices.books-whole": N_("The books tie out again."),
        "notices.bank-file-refused": N_("The bank file {name} was not taken. Nothing was posted. {why}"),
        "notices.bank-file-taken": N_("The bank file {name} was taken: {payments} payments."),
        "notices.mail-failed": N_("A mail was given up: {why}"),
        "notices.order-released": N_("Order {number} was released by {who}."),
        "notices.order-rejected": N_("Order {number} was rejected by {who}: {why}"),
        "notices.take-over-waits": N_("{name} waits for your confirmation: {who} sent {rows} rows to be taken over."),
        "notices.follow-up": N_("{customer} was to be called again on {day}: {outcome}."),
    }
)
