"""Queue invoices and credit notes to be sent; the PDF is made when the mail goes out."""

from __future__ import annotations

from collections.abc import Sequence

from duecourse.core import events, ids
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.customers import queries as customer_facts
from duecourse.documents import actions as documents
from duecourse.documents.pdf import words
from duecourse.documents.rules import NewDispatch
from duecourse.invoicing.models import Invoice


@action
def send_invoices(call: Call, invoice_ids: Sequence[int]) -> int:
    """Queue each document by e-mail to the customer's invoice address; how many.

    Errors: Refused('invoicing.no-address') naming the customers that have none; nothing is queued then.
    """
    found = list(Invoice.objects.filter(company_id=call.company.id, id__in=list(invoice_ids)).order_by("id"))
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
    documents.queue_dispatches(
        call,
        [
            NewDispatch(
                subject_ref=ids.outer("inv", row.id),
                kind=row.kind,
                recipients=tuple(addresses[row.customer_account_id]),
                title=_title(call, row),
                body=_body(call, row),
                attachments=("invoice-pdf",),
            )
            for row in found
        ],
    )
    events.record(
        call, "invoicing.invoices-sent", [ids.outer("inv", row.id) for row in found], {"documents": len(found), "by": "email"}
    )
    return len(found)


def _title(call: Call, row: Invoice) -> str:
    kind = {"en": ("Invoice", "Credit note"), "de": ("Rechnung", "Gutschrift"), "fr": ("Facture", "Avoir")}
    words = kind.get(row.buyer.get("language", "en"), kind["en"])
    return f"{words[row.kind == 'credit-note']} {row.number}, {call.company.name}"


_BODIES = {
    "en": (
        (
            "Dear {buyer},\n\nattached you find invoice {number} over {amount} {currency}, due on {due}. "
            "State the reference {reference} with your payment.\n\nKind regards\n{company}\n"
        ),
        "Dear {buyer},\n\nattached you find credit note {number} over {amount} {currency}.\n\nKind regards\n{company}\n",
    ),
    "de": (
        (
            "Guten Tag {buyer},\n\nanbei erhalten Sie die Rechnung {number} über {amount} {currency}, fällig am {due}. "
            "Geben Sie bei der Zahlung die Referenz {reference} an.\n\nFreundliche Grüße\n{company}\n"
        ),
        "Guten Tag {buyer},\n\nanbei erhalten Sie die Gutschrift {number} über {amount} {currency}.\n\nFreundliche Grüße\n{company}\n",
    ),
    "fr": (
        (
            "Bonjour {buyer},\n\nveuillez trouver ci-joint la facture {number} de {amount} {currency}, échéance le {due}. "
            "Indiquez la référence {reference} lors du paiement.\n\nCordialement\n{company}\n"
        ),
        "Bonjour {buyer},\n\nveuillez trouver ci-joint l’avoir {number} de {amount} {currency}.\n\nCordialement\n{company}\n",
    ),
}


def _body(call: Call, row: Invoice) -> str:
    said = row.buyer.get("language")
    language: words.Language = said if said in _BODIES else "en"
    bodies = _BODIES[language]
    return bodies[row.kind == "credit-note"].format(
        buyer=row.buyer["name"],
        number=row.number,
        amount=words.amount(abs(Money(row.gross, row.currency)), language),
        currency=row.currency,
        due=words.long_date(row.due_date, language),
        reference=row.reference,
        company=call.company.name,
    )
