"""Keep files, queue what leaves the house, and lead take-overs from file to rows."""

from duecourse.documents.actions.kept import (
    claim_due,
    keep_document,
    mark_failed,
    mark_sent,
    queue_dispatches,
    retry_dispatch,
    retry_dispatches,
    send_invitation,
    store_bytes,
)
from duecourse.documents.actions.setting_up import release_held, remove_logo, send_test_mail, set_logo
from duecourse.documents.actions.take_overs import (
    confirm_take_over,
    discard_take_over,
    finish_take_over,
    keep_findings,
    map_take_over,
    open_take_over,
    refuse_take_over,
    reopen_take_over,
    send_take_over,
)

__all__ = [
    "claim_due",
    "confirm_take_over",
    "discard_take_over",
    "finish_take_over",
    "keep_document",
    "keep_findings",
    "map_take_over",
    "mark_failed",
    "mark_sent",
    "open_take_over",
    "queue_dispatches",
    "refuse_take_over",
    "release_held",
    "remove_logo",
    "reopen_take_over",
    "retry_dispatch",
    "retry_dispatches",
    "send_invitation",
    "send_take_over",
    "send_test_mail",
    "set_logo",
    "store_bytes",
]
