"""Make and change customers, their accounts and terms; always in sets."""

from duecourse.customers.actions.change import (
    change_account,
    change_customer,
    change_fields,
    set_terms,
    stop_account,
    stop_accounts,
)
from duecourse.customers.actions.create import create_customers, create_terms, open_accounts
from duecourse.customers.actions.details import add_aliases, add_bank_accounts, add_contact

__all__ = [
    "add_aliases",
    "add_bank_accounts",
    "add_contact",
    "change_account",
    "change_customer",
    "change_fields",
    "create_customers",
    "create_terms",
    "open_accounts",
    "set_terms",
    "stop_account",
    "stop_accounts",
]
