"""Reads of invoices: lists, one document with its lines, the page that is printed, and the verifier's questions."""

from duecourse.invoicing.queries.checks import broken_invoices, number_gaps
from duecourse.invoicing.queries.documents import (
    SORTS,
    TABS,
    Billed,
    Credited,
    InvoiceRow,
    Sums,
    billed,
    by_numbers,
    counts,
    credit_notes,
    credit_preview,
    credited,
    invoice_for_caller,
    invoices_for_caller,
    lines,
    rows,
    state_of,
    sums,
)
from duecourse.invoicing.queries.printed import page, text_values

__all__ = [
    "SORTS",
    "TABS",
    "Billed",
    "Credited",
    "InvoiceRow",
    "Sums",
    "billed",
    "broken_invoices",
    "by_numbers",
    "counts",
    "credit_notes",
    "credit_preview",
    "credited",
    "invoice_for_caller",
    "invoices_for_caller",
    "lines",
    "number_gaps",
    "page",
    "rows",
    "state_of",
    "sums",
    "text_values",
]
