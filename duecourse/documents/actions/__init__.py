"""Keep files, queue what leaves the house, and lead take-overs from file to rows."""

from duecourse.documents.actions.kept import (
    claim_due,
    keep_document,
    mark_failed,
    mark_sent,
    queue_dispatches,
    retry_dispatch,
    send_invitation,
    store_bytes,
)

__all__ = [
    "claim_due",
    "keep_document",
    "mark_failed",
    "mark_sent",
    "queue_dispatches",
    "retry_dispatch",
    "send_invitation",
    "store_bytes",
]
