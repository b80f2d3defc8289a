"""When a mail is tried again, and what may be sent. Pure: no database, no clock."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from duecourse.core import ids
from duecourse.core.errors import Refused

# After the first, second, … failed attempt it waits this long; after the last one it has failed.
WAITS = (
    dt.timedelta(seconds=5),
    dt.timedelta(minutes=5),
    dt.timedelta(minutes=30),
    dt.timedelta(hours=2),
    dt.timedelta(hours=5),
    dt.timedelta(hours=10),
    dt.timedelta(hours=24),
)
CLAIMED_FOR = dt.timedelta(minutes=10)  # who took a mail to send it has this long, then another may
STATES = ("queued", "held", "sent", "failed", "dropped", "shown")
INVITATION = "invitation"
TEST_MAIL = "test-mail"
TO_OUR_OWN = frozenset({INVITATION, TEST_MAIL})  # to the company's own people: these go out before it is live


@dataclass(frozen=True, slots=True)
class NewDispatch:
    """A mail to be sent: `subject_ref` is the prefixed id of what it is about.

    `attachments` say what to make when it is sent ("invoice-pdf"), or name a kept document by its prefixed id.
    """

    subject_ref: str
    kind: str
    recipients: tuple[str, ...]
    title: str
    body: str
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DispatchView:
    """A dispatch as values."""

    id: int
    subject_ref: str
    kind: str
    recipients: tuple[str, ...]
    title: str
    body: str
    attachments: tuple[str, ...]
    state: str
    attempts: int
    next_attempt_at: dt.datetime | None
    error: str
    message_id: str
    created_at: dt.datetime
    sent_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A kept file as values; its bytes are read by `digest`."""

    id: int
    kind: str
    subject: str
    name: str
    media_type: str
    digest: str
    size: int
    recorded_at: dt.datetime


def checked(new: NewDispatch) -> NewDispatch:
    """`new` when it can be sent. Line breaks in heads are refused: they would add heads of their own.

    Errors: Refused('documents.dispatch-not-usable').
    """
    wrong = [address for address in new.recipients if not re.fullmatch(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+\.[^\s@<>,;\".]+", address)]
    if wrong or not new.recipients:
        raise Refused(
            "documents.dispatch-not-usable",
            f"Nothing was queued for {new.title}: "
            + (f"“{wrong[0]}” is not an e-mail address." if wrong else "nobody to send it to."),
            recipients=list(new.recipients),
        )
    if not 0 < len(new.title) <= 200 or any(
        ord(character) < 32 or character in "\x7f\x85\u2028\u2029" for character in new.title
    ):
        raise Refused("documents.dispatch-not-usable", "A mail's title is one line of 1 to 200 characters.")
    return new


def next_attempt(failed_attempts: int, at: dt.datetime) -> dt.datetime | None:
    """When a mail that failed `failed_attempts` times is tried again; None when it is given up."""
    return at + WAITS[failed_attempts - 1] if 0 < failed_attempts <= len(WAITS) else None


def message_id(dispatch_id: int, sender: str) -> str:
    """The Message-ID of a dispatch, the same at every attempt, so that a second copy is recognised."""
    host = sender.rpartition("@")[2].strip("<> ") or "duecourse.invalid"
    return f"<{ids.outer('dsp', dispatch_id)}@{host}>"


def shard(digest: str) -> tuple[str, str]:
    """Where bytes lie below the store's folder: two hex digits as folder, the rest as name.

    Errors: Refused('documents.not-a-digest'), which also keeps paths from leading anywhere else.
    """
    if not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise Refused("documents.not-a-digest", "A digest is 64 hexadecimal digits.")
    return digest[:2], digest[2:]


def safe_name(name: str) -> str:
    """A file name without folders and control characters, for headers and lists."""
    last = re.split(r"[\\/]", name)[-1]
    kept = "".join(character for character in last if character.isprintable()).strip(". ")
    return kept[:200] or "file"
