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

__all__ = [
    "close_period",
    "create_accounts",
    "create_bank_account",
    "create_chart",
    "load_rates",
    "open_periods",
    "post_entries",
    "reopen_period",
    "reverse_entries",
]
