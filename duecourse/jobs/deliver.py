"""Send the mails whose time has come: taken in one transaction, sent outside of any, their end written in another."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Literal

from django.conf import settings
from django.utils import timezone

from duecourse.access import queries as access_facts
from duecourse.core import ids
from duecourse.core.call import Call, within
from duecourse.core.errors import Refused
from duecourse.documents import actions as documents
from duecourse.documents import queries as document_facts
from duecourse.documents.mail.message import Attachment, Outgoing, build_message
from duecourse.documents.pdf import render_invoice
from duecourse.documents.rules import DispatchView
from duecourse.integrations.mail.smtp import Delivery, Server, send
from duecourse.invoicing import queries as invoice_facts

BATCH = 20
MINUTES_MAX = 5  # well below documents.rules.CLAIMED_FOR, after which another worker may take the same mails


@dataclass(frozen=True, slots=True)
class Delivered:
    """How many mails went out, wait for another attempt, or were given up."""

    sent: int = 0
    waiting: int = 0
    failed: int = 0


def deliver_all() -> Delivered:
    """Every company's mails that are due now."""
    total = Delivered()
    for company in access_facts.companies():
        one = deliver(company.id)
        total = Delivered(total.sent + one.sent, total.waiting + one.waiting, total.failed + one.failed)
    return total


def deliver(company_id: int) -> Delivered:
    """One company's mails, batch after batch until none is due or five minutes are over."""
    begun = timezone.now()
    sent = waiting = failed = 0
    while timezone.now() - begun < dt.timedelta(minutes=MINUTES_MAX):
        taken = documents.claim_due(access_facts.system_call(company_id, timezone.now()), BATCH)
        for dispatch in taken:
            outcome = _deliver_one(company_id, dispatch)
            sent, waiting, failed = (
                sent + (outcome == "sent"),
                waiting + (outcome == "temporary"),
                failed + (outcome == "permanent"),
            )
        if len(taken) < BATCH:
            break
    return Delivered(sent, waiting, failed)


def _deliver_one(company_id: int, dispatch: DispatchView) -> str:
    call = access_facts.system_call(company_id, timezone.now())
    try:
        with within(call):
            message = _message(call, dispatch)
        delivery = send(message, server()) if settings.MAIL_LEAVES_THE_HOUSE else _to_file(dispatch, message)
    except Refused as refused:  # it will not get better by waiting: an address, an attachment or a setting is wrong
        delivery = Delivery("permanent", refused.message)
    after = access_facts.system_call(company_id, timezone.now())
    if delivery.outcome == "sent":
        documents.mark_sent(after, dispatch.id, str(message["Message-ID"]))
    else:
        documents.mark_failed(after, dispatch.id, delivery.detail, for_good=delivery.outcome == "permanent")
    return delivery.outcome


def server() -> Server:
    """Where mail goes out, from DUECOURSE_SMTP."""
    security: Literal["none", "starttls", "tls"] = (
        "tls" if settings.EMAIL_USE_SSL else "starttls" if settings.EMAIL_USE_TLS else "none"
    )
    return Server(
        settings.EMAIL_HOST,
        settings.EMAIL_PORT,
        security,
        settings.EMAIL_HOST_USER,
        settings.EMAIL_HOST_PASSWORD,
        settings.EMAIL_TIMEOUT,
    )


def _to_file(dispatch: DispatchView, message: EmailMessage) -> Delivery:
    """Without a mail server the message lies in a folder, to be looked at."""
    folder = Path(settings.EMAIL_FILE_PATH)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{ids.outer('dsp', dispatch.id)}.eml"
    target.write_bytes(message.as_bytes())
    return Delivery("sent", f"written to {target.name}")


def _message(call: Call, dispatch: DispatchView) -> EmailMessage:
    company = access_facts.company_profile(call)
    return build_message(
        Outgoing(
            dispatch=ids.outer("dsp", dispatch.id),
            at=dispatch.created_at,
            sender_name=company.mail_sender_name or company.name,
            sender=company.mail_sender or settings.DEFAULT_FROM_EMAIL,
            recipients=dispatch.recipients,
            subject=dispatch.title,
            text=dispatch.body,
            attachments=tuple(_attachment(call, dispatch, what) for what in dispatch.attachments),
            reply_to=company.mail_reply_to or company.email,
            language=company.language,
        )
    )


def _attachment(call: Call, dispatch: DispatchView, what: str) -> Attachment:
    """A PDF made from the posted document, or a kept file by its id. Errors: Refused('documents.attachment-unknown')."""
    if what == "invoice-pdf":
        invoice = invoice_facts.invoice_for_caller(call, dispatch.subject_ref)
        return Attachment(f"{invoice.number}.pdf", "application/pdf", render_invoice(invoice_facts.page(call, invoice)))
    if what.startswith("doc_"):
        kept = document_facts.document_for_caller(call, what)
        return Attachment(kept.name, kept.media_type, document_facts.read_bytes(kept.digest))
    raise Refused("documents.attachment-unknown", f"“{what}” is not an attachment that can be made.")
