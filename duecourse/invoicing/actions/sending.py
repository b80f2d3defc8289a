"""Queue invoices and credit notes to be sent; the PDF is made when the mail goes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from duecourse.core import events, ids
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused
from duecourse.customers import queries as customer_facts
from duecourse.documents import actions as documents
from duecourse.documents.rules import NewDispatch
from duecourse.invoicing import queries
from duecourse.invoicing.models import Invoice
from duecourse.tailoring import queries as tailoring_facts
from duecourse.tailoring import rules as tailoring_rules
from duecourse.tailoring.queries import TextView


@action
def send_invoices(call: Call, invoice_ids: Sequence[int]) -> int:
    """Queue each document by e-mail to the customer's invoice address; how many.

    Errors: Refused('invoicing.no-address') naming the customers that have none; nothing is queued then.
    """
    found = list(
        Invoice.objects.filter(company_id=call.company.id, id__in=list(invoice_ids)).select_related("credited").order_by("id")
    )
    if len(found) != len(set(invoice_ids)):
        raise ids.not_found("inv")
    elsewhere = sorted(row.number for row in found if row.origin)
    if elsewhere:
        raise Refused(
            "invoicing.printed-elsewhere",
            f"{', '.join(elsewhere[:10])}: written by another system and kept here, not printed again.",
        )
    addresses = customer_facts.invoice_recipients(call, {row.customer_account_id for row in found})
    without = sorted({row.buyer["name"] for row in found if not addresses.get(row.customer_account_id)})
    if without:
        raise Refused(
            "invoicing.no-address", f"No e-mail address for invoices of {', '.join(without)}. Add one on the customer's page."
        )
    texts = tailoring_facts.texts(call)
    custom = tailoring_facts.value_texts(call, "invoice", [row.id for row in found], whoever=True)
    mails = [_mail(call, texts, row, queries.text_values(call, row, custom[row.id])) for row in found]
    documents.queue_dispatches(
        call,
        [
            NewDispatch(
                subject_ref=ids.outer("inv", row.id),
                kind=row.kind,
                recipients=tuple(addresses[row.customer_account_id]),
                title=mail.title,
                body=mail.body + "\n",
                attachments=("invoice-pdf",),
            )
            for row, mail in zip(found, mails, strict=True)
        ],
    )
    events.record(
        call, "invoicing.invoices-sent", [ids.outer("inv", row.id) for row in found], {"documents": len(found), "by": "email"}
    )
    return len(found)


def _mail(call: Call, texts: Mapping[tuple[str, str], TextView], row: Invoice, values: Mapping[str, str]) -> tailoring_rules.Text:
    """The mail in the buyer's language, filled in: what is queued keeps these words."""
    text = tailoring_facts.best(texts, f"{row.kind}-mail", row.buyer.get("language", "en"), call.company.language)
    return tailoring_rules.filled(text.text, values)
