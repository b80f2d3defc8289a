"""Kept files, what left the house, and take-overs."""

from duecourse.documents.queries.kept import (
    counts,
    dispatch_for_caller,
    dispatch_view,
    dispatches_about,
    document_for_caller,
    documents_about,
    due,
    path_of,
    read_bytes,
    rows,
)

__all__ = [
    "counts",
    "dispatch_for_caller",
    "dispatch_view",
    "dispatches_about",
    "document_for_caller",
    "documents_about",
    "due",
    "path_of",
    "read_bytes",
    "rows",
]
