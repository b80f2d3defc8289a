"""Writes to the books: charts, bank accounts, rates, periods, entries, manual journals and exports."""

from duecourse.ledger.actions.books import (
    close_period,
    create_accounts,
    create_bank_account,
    create_chart,
    load_rates,
    open_periods,
    post_entries,
    reopen_period,
    reverse_entries,
)
from duecourse.ledger.actions.opening import take_over_balances
from duecourse.ledger.actions.starting import begin_books, go_live

__all__ = [
    "begin_books",
    "close_period",
    "create_accounts",
    "create_bank_account",
    "create_chart",
    "go_live",
    "load_rates",
    "open_periods",
    "post_entries",
    "reopen_period",
    "reverse_entries",
    "take_over_balances",
]
