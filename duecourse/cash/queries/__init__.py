"""Reads of the cash room: lists of payments, the matching workbench, what matching and applying need."""

from duecourse.cash.queries.facts import (
    best_proposals,
    certain,
    item_numbers,
    items_by_id,
    matching_facts,
    states_of_file,
    to_match,
)
from duecourse.cash.queries.lists import (
    TABS,
    PaymentRow,
    PaymentView,
    counts,
    payment_for_caller,
    payments_of_account,
    payments_of_file,
    rows,
    view,
)
from duecourse.cash.queries.verdicts import recorded_by_hand, unidentified
from duecourse.cash.queries.workbench import (
    ApplicationView,
    LineView,
    PostingView,
    ProposalView,
    Segment,
    Workbench,
    WorkItem,
    preview,
    workbench,
)

__all__ = [
    "TABS",
    "ApplicationView",
    "LineView",
    "PaymentRow",
    "PaymentView",
    "PostingView",
    "ProposalView",
    "Segment",
    "WorkItem",
    "Workbench",
    "best_proposals",
    "certain",
    "counts",
    "item_numbers",
    "items_by_id",
    "matching_facts",
    "payment_for_caller",
    "payments_of_account",
    "payments_of_file",
    "preview",
    "recorded_by_hand",
    "rows",
    "states_of_file",
    "to_match",
    "unidentified",
    "view",
    "workbench",
]
