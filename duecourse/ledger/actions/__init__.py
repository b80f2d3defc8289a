"""Writes to the books: charts, bank accounts, rates, periods, entries, manual journals and exports."""

from duecourse.ledger.actions.books import (
    create_accounts,
    create_bank_account,
    create_chart,
    load_rates,
    open_periods,
    post_entries,
    reverse_entries,
)
from duecourse.ledger.actions.exports import (
    FORMATS,
    Exported,
    export_journal,
    set_books,
    set_export_accounts,
)
from duecourse.ledger.actions.manual import (
    approve_journals,
    approve_late,
    attach_file,
    change_journal,
    drop_journal,
    prepare_journals,
    reject_journal,
    submit_journals,
)
from duecourse.ledger.actions.opening import (
    take_over_balances,
)
from duecourse.ledger.actions.periods import (
    close_period,
    lock_period,
    reopen_period,
    unlock_period,
)
from duecourse.ledger.actions.starting import (
    begin_books,
    go_live,
)

__all__ = [
    "FORMATS",
    "Exported",
    "approve_journals",
    "approve_late",
    "attach_file",
    "begin_books",
    "change_journal",
    "close_period",
    "create_accounts",
    "create_bank_account",
    "create_chart",
    "drop_journal",
    "export_journal",
    "go_live",
    "load_rates",
    "lock_period",
    "open_periods",
    "post_entries",
    "prepare_journals",
    "reject_journal",
    "reopen_period",
    "reverse_entries",
    "set_books",
    "set_export_accounts",
    "submit_journals",
    "take_over_balances",
    "unlock_period",
]
