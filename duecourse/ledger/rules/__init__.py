"""What a balanced entry is, how periods lie, what a manual journal must say, and how the journal leaves as a file. Pure."""

from duecourse.ledger.rules.books import (
    CHART,
    RATE_AGE_DAYS_MAX,
    Entry,
    Line,
    NewAccount,
    PostedEntry,
    check_balanced,
    check_bank_number,
    cross_rate,
    find_account,
    months,
    read_reference_rates,
)
from duecourse.ledger.rules.datev import (
    SUGGESTED,
    Target,
    check_settings,
    check_targets,
    datev_file,
)
from duecourse.ledger.rules.datev import (
    Settings as DatevSettings,
)
from duecourse.ledger.rules.export import (
    CSV_COLUMNS,
    ExportedFile,
    ExportLine,
    check_days,
    csv_file,
)
from duecourse.ledger.rules.manual import (
    CONTROLLED,
    BookAccount,
    Draft,
    DraftLine,
    check_draft,
    company_amounts,
    fiscal_year_start,
    journal_entry,
    next_month,
)

__all__ = [
    "CHART",
    "CONTROLLED",
    "CSV_COLUMNS",
    "RATE_AGE_DAYS_MAX",
    "SUGGESTED",
    "BookAccount",
    "DatevSettings",
    "Draft",
    "DraftLine",
    "Entry",
    "ExportLine",
    "ExportedFile",
    "Line",
    "NewAccount",
    "PostedEntry",
    "Target",
    "check_balanced",
    "check_bank_number",
    "check_days",
    "check_draft",
    "check_settings",
    "check_targets",
    "company_amounts",
    "cross_rate",
    "csv_file",
    "datev_file",
    "find_account",
    "fiscal_year_start",
    "journal_entry",
    "months",
    "next_month",
    "read_reference_rates",
]
