"""The roles: which reads and which actions each may use, and which two one person should not hold. Pure data."""

from __future__ import annotations

from duecourse.core.reasons import N_, define

# What everybody may do with their own log-in.
OWN = frozenset(
    {
        "access.change_language",
        "access.change_keys",
        "access.revoke_own_api_key",
        "access.read_views",
        "access.save_view",
        "access.change_view",
        "access.delete_view",
        "access.restore_view",
        "access.put_view_first",
        "notices.read",
        "notices.create_tasks",
        "notices.finish_tasks",
        "notices.reopen_tasks",
        "notices.hand_over_tasks",
        "notices.take_back_tasks",
        "notices.mark_read",
    }
)

READS = frozenset(
    f"{room}.read"
    for room in (
        "customers catalog ledger receivables credit orders invoicing bank cash documents kpis journal collection forecasting tailoring".split()  # noqa: SIM905 - a list of words
    )
)

# Bring in what another system held, up to the point where somebody else confirms it.
TAKE_OVERS = frozenset(
    {
        "documents.read_take_overs",
        "documents.open_take_over",
        "documents.map_take_over",
        "documents.send_take_over",
        "documents.discard_take_over",
        "documents.reopen_take_over",
    }
)

# How the company says and keeps things: reason codes, custom fields, texts of mails and documents.
TAILORS = frozenset(
    {
        "tailoring.read",
        "tailoring.define_reason",
        "tailoring.reword_reason",
        "tailoring.retire_reason",
        "tailoring.restore_reason",
        "tailoring.define_field",
        "tailoring.change_field",
        "tailoring.retire_field",
        "tailoring.restore_field",
        "tailoring.write_text",
        "tailoring.reset_text",
    }
)

ROLES: dict[str, frozenset[str]] = {
    "order-desk": OWN
    | {
        "orders.change_fields",
        "customers.read",
        "customers.add_contact",
        "catalog.read",
        "credit.read",
        "orders.read",
        "orders.create_orders",
        "orders.change_order",
        "orders.confirm_orders",
        "orders.cancel_order",
        "orders.close_order",
        "orders.deliver",
        "invoicing.read",
        "access.create_api_key",
    },
    "credit-manager": OWN
    | TAKE_OVERS
    | TAILORS
    | {
        "access.share_view",
        "customers.change_fields",
        "orders.change_fields",
        "customers.read",
        "customers.create_customers",
        "customers.open_accounts",
        "customers.change_customer",
        "customers.change_account",
        "customers.stop_account",
        "customers.stop_accounts",
        "customers.set_terms",
        "customers.create_terms",
        "customers.add_contact",
        "customers.add_aliases",
        "credit.read",
        "credit.create_credit_accounts",
        "credit.set_limits",
        "credit.set_policy",
        "credit.release_hold",
        "credit.reject_hold",
        "orders.read",
        "orders.release_order",
        "orders.reject_order",
        "receivables.read",
        "receivables.set_marks",
        "receivables.end_marks",
        "collection.read",
        "collection.log_contacts",
        "collection.withdraw_contacts",
        "collection.send_statement",
        "collection.assign_accounts",
        "collection.set_absence",
        "collection.end_absence",
        "collection.set_policy",
        "invoicing.read",
        "kpis.read",
        "forecasting.read",
        "forecasting.request_forecast",
        "catalog.read",
        "journal.read",
        "access.create_api_key",
    },
    "billing": OWN
    | {
        "customers.change_fields",
        "customers.read",
        "customers.add_contact",
        "customers.change_account",
        "catalog.read",
        "catalog.create_products",
        "catalog.set_prices",
        "orders.read",
        "invoicing.read",
        "invoicing.bill_ready",
        "invoicing.post_invoices",
        "invoicing.post_credit_notes",
        "invoicing.send_invoices",
        "ledger.read",
        "ledger.prepare_journals",
        "ledger.change_journal",
        "ledger.submit_journals",
        "ledger.drop_journal",
        "ledger.attach_file",
        "receivables.read",
        "documents.read",
        "documents.keep_document",
        "journal.read",
        "access.create_api_key",
    },
    "cash-application": OWN
    | {
        "customers.read",
        "customers.add_contact",
        "customers.add_aliases",
        "customers.add_bank_accounts",
        "receivables.read",
        "invoicing.read",
        "bank.read",
        "bank.import_file",
        "cash.read",
        "cash.take_file",
        "cash.record_payment",
        "cash.keep_proposals",
        "cash.propose_payments",
        "cash.apply_payment",
        "cash.apply_payments",
        "cash.put_on_account",
        "cash.set_later",
        "cash.set_not_receivable",
        "cash.unapply",
        "cash.unapply_payments",
        "journal.read",
        "access.create_api_key",
    },
    "collector": OWN
    | {
        "customers.read",
        "customers.add_contact",
        "receivables.read",
        "receivables.set_marks",
        "receivables.end_marks",
        "invoicing.read",
        "documents.read",
        "kpis.read",
        "collection.read",
        "collection.log_contacts",
        "collection.withdraw_contacts",
        "collection.send_statement",
        "collection.assign_accounts",
        "collection.set_absence",
        "collection.end_absence",
        "forecasting.read",
    },
    "controller": OWN
    | TAILORS
    | READS
    | TAKE_OVERS
    | {
        "access.share_view",
        "forecasting.request_forecast",
        "documents.confirm_take_over",
        "ledger.take_over_balances",
        "customers.change_fields",
        "access.read",
        "access.set_number_series",
        "ledger.begin_books",
        "ledger.go_live",
        "catalog.set_tax_rates",
        "catalog.create_products",
        "catalog.set_prices",
        "ledger.create_accounts",
        "ledger.create_chart",
        "ledger.create_bank_account",
        "ledger.open_periods",
        "ledger.lock_period",
        "ledger.unlock_period",
        "ledger.close_period",
        "ledger.load_rates",
        "ledger.post_entries",
        "ledger.reverse_entries",
        "ledger.prepare_journals",
        "ledger.change_journal",
        "ledger.submit_journals",
        "ledger.drop_journal",
        "ledger.attach_file",
        "ledger.approve_journals",
        "ledger.approve_late",
        "ledger.reject_journal",
        "ledger.export_journal",
        "ledger.set_books",
        "ledger.set_export_accounts",
        "receivables.take_over_items",
        "invoicing.record_history",
        "orders.record_history",
        "customers.create_customers",
        "customers.open_accounts",
        "customers.create_terms",
        "kpis.verify",
        "access.create_api_key",
    },
    # Reads everything, approves what a controller prepared, and alone opens a month again that was closed for everybody.
    "cfo": OWN
    | READS
    | {
        "forecasting.request_forecast",
        "documents.read_take_overs",
        "documents.confirm_take_over",
        "ledger.approve_journals",
        "ledger.reject_journal",
        "ledger.reopen_period",
    },
    # Runs the installation and sees no amounts: neither the books nor what customers owe.
    "administrator": OWN
    | TAILORS
    | {
        "access.share_view",
        "access.read",
        "access.invite_user",
        "access.withdraw_invitation",
        "access.create_user",
        "access.create_company",
        "access.grant_role",
        "access.revoke_role",
        "access.deactivate_user",
        "access.activate_user",
        "access.change_company",
        "access.change_mail",
        "access.create_founding_link",
        "access.create_api_key",
        "access.revoke_api_key",
        "access.create_webhook",
        "access.change_webhook",
        "access.rotate_webhook_secret",
        "access.pause_webhook",
        "access.resume_webhook",
        "access.disable_webhook",
        "access.test_webhook",
        "access.replay_webhook_message",
        "access.replay_failed_webhooks",
        "documents.read_invitations",
        "documents.send_invitation",
        "documents.retry_dispatch",
        "documents.retry_dispatches",
        "documents.set_logo",
        "documents.remove_logo",
        "documents.send_test_mail",
    },
}

ROLE_NAMES = {
    "order-desk": N_("Order desk"),
    "credit-manager": N_("Credit manager"),
    "billing": N_("Billing clerk"),
    "cash-application": N_("Cash-application clerk"),
    "collector": N_("Collector"),
    "controller": N_("Controller"),
    "cfo": N_("CFO"),
    "administrator": N_("Administrator"),
}

# Duties that one person should not hold together: what one of them does, the other one is there to check.
SEPARATED: tuple[tuple[str, str, str], ...] = (
    ("order-desk", "credit-manager", "access.confirms-and-releases"),
    ("billing", "cash-application", "access.bills-and-takes-cash"),
    ("cash-application", "credit-manager", "access.takes-cash-and-sets-limits"),
    ("administrator", "cash-application", "access.grants-roles-and-takes-cash"),
    ("administrator", "billing", "access.grants-roles-and-bills"),
)

define(
    {
        "access.confirms-and-releases": N_("One person would confirm orders and release the holds on orders."),
        "access.bills-and-takes-cash": N_("One person would write invoices and credit notes and apply the payments for them."),
        "access.takes-cash-and-sets-limits": N_("One person would apply payments and set the limits that depend on them."),
        "access.grants-roles-and-takes-cash": N_("One person would give out roles and apply payments."),
        "access.grants-roles-and-bills": N_("One person would give out roles and write invoices and credit notes."),
    }
)
