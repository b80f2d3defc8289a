"""What may be sent and when it is tried again, and what a take-over's columns can be. Pure: no database, no clock."""

from duecourse.documents.rules.sending import (
    CLAIMED_FOR,
    INVITATION,
    STATES,
    WAITS,
    DispatchView,
    DocumentView,
    NewDispatch,
    checked,
    invitation_mail,
    message_id,
    next_attempt,
    safe_name,
    shard,
)

__all__ = [
    "CLAIMED_FOR",
    "INVITATION",
    "STATES",
    "WAITS",
    "DispatchView",
    "DocumentView",
    "NewDispatch",
    "checked",
    "invitation_mail",
    "message_id",
    "next_attempt",
    "safe_name",
    "shard",
]
