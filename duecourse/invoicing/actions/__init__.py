"""Writes to invoicing: bills from ready lines, invoices without an order, credit notes, sending them, and history."""

from duecourse.invoicing.actions.billing import bill_ready
from duecourse.invoicing.actions.crediting import post_credit_notes
from duecourse.invoicing.actions.history import record_history
from duecourse.invoicing.actions.posting import post_invoices
from duecourse.invoicing.actions.sending import send_invoices

__all__ = ["bill_ready", "post_credit_notes", "post_invoices", "record_history", "send_invoices"]
