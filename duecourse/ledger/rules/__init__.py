"""What a balanced entry is, how periods lie, what a manual journal must say, and how the journal leaves as a file. Pure."""

from duecourse.ledger.rules.books import (
    CHART,
    RATE_AGE_DAYS_MAX,
    Entry,
    Line,
    NewAccount,
    PostedEntry,
    bank_of,
    check_balanced,
    check_bank_number,
    cross_rate,
    find_account,
    months,
    read_reference_rates,
)
from duecourse.ledger.rules.starting import Readiness, last_day_to_open, missing_for_live

__all__ = [
    "CHART",
    "RATE_AGE_DAYS_MAX",
    "Entry",
    "Line",
    "NewAccount",
    "PostedEntry",
    "Readiness",
    "bank_of",
    "check_balanced",
    "check_bank_number",
    "cross_rate",
    "find_account",
    "last_day_to_open",
    "missing_for_live",
    "months",
    "read_reference_rates",
]
