"""Kept files, what left the house, and take-overs."""

from duecourse.documents.queries.kept import (
    counts,
    dispatch_for_caller,
    dispatch_view,
    dispatches_about,
    document_for_caller,
    documents_about,
    due,
    flow,
    path_of,
    read_bytes,
    rows,
)
from duecourse.documents.queries.take_overs import (
    caller_may_confirm,
    fingerprint,
    one_at_a_time,
    others_who_may_confirm,
    remembered_mapping,
    take_over,
    take_over_for_caller,
    take_over_view,
    take_overs,
)

__all__ = [
    "caller_may_confirm",
    "counts",
    "dispatch_for_caller",
    "dispatch_view",
    "dispatches_about",
    "document_for_caller",
    "documents_about",
    "due",
    "flow",
    "fingerprint",
    "one_at_a_time",
    "others_who_may_confirm",
    "path_of",
    "read_bytes",
    "remembered_mapping",
    "rows",
    "take_over",
    "take_over_for_caller",
    "take_over_view",
    "take_overs",
]
