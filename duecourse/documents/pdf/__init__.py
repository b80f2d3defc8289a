"""Documents as bytes: values in, a PDF out; pure, no database and no clock."""

from duecourse.documents.pdf.epc import epc_payload as epc_payload
from duecourse.documents.pdf.glyphs import printable as printable
from duecourse.documents.pdf.invoice import InvoicePage as InvoicePage
from duecourse.documents.pdf.invoice import check_printable as check_printable
from duecourse.documents.pdf.invoice import render_invoice as render_invoice
