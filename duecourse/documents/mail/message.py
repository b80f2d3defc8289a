"""A dispatch as a mail message: the same dispatch always gives the same bytes and the same Message-ID."""

from __future__ import annotations

import datetime as dt
import hashlib
import html
import re
from dataclasses import dataclass
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from duecourse.core.errors import Refused

POLICY = policy.SMTP.clone(cte_type="7bit")  # every server takes 7bit; 8BITMIME would have to be asked for
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with the mail; `media_type` as “application/pdf”."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One mail: `dispatch` is the dispatch's id outside (dsp_…), `at` the instant it is made, with its zone."""

    dispatch: str
    at: dt.datetime
    sender_name: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    attachments: tuple[Attachment, ...] = ()
    reply_to: str = ""
    language: str = "en"


def address(text: str) -> str:
    """A mail address that any server takes; a domain beyond ASCII in its xn-- form.

    Errors: Refused('documents.mail-address') for anything that is not local-part@domain.tld, and for a local part beyond
    ASCII, which many servers still cannot take. Refused('documents.header-injection') when it holds a line break.
    """
    _one_line("mail address", text)
    local, at, domain = text.strip().rpartition("@")
    refused = Refused("documents.mail-address", f"“{text}” is not a mail address; expected name@company.example.")
    try:
        domain = domain.encode("idna").decode()
    except UnicodeError:
        raise refused from None
    labels = domain.split(".")
    fine = at and len(labels) > 1 and all(_LABEL.fullmatch(label) for label in labels) and not labels[-1].isdigit()
    if not fine or not _LOCAL.fullmatch(local) or len(local) > 64 or len(domain) > 253:
        raise refused
    return f"{local}@{domain.lower()}"


def message_id(dispatch: str, sender: str) -> str:
    """The stable Message-ID of a dispatch: a mail sent twice after a crash is one mail to whoever receives it."""
    _one_line("dispatch id", dispatch)
    if not _LOCAL.fullmatch(dispatch):
        raise Refused("documents.dispatch-id", f"“{dispatch}” is not a dispatch's id.")
    return f"<{dispatch}@{address(sender).rpartition('@')[2]}>"


def build_message(mail: Outgoing) -> EmailMessage:
    """The message with plain text, the same as simple HTML, and its attachments.

    Errors: Refused('documents.header-injection') when a header would hold a line break or another control character,
    Refused('documents.mail-address'), Refused('documents.no-recipient'), Refused('documents.media-type').
    """
    if not mail.recipients:
        raise Refused("documents.no-recipient", f"Dispatch {mail.dispatch} has no recipient; give the customer a mail address.")
    message = EmailMessage(policy=POLICY)
    message["From"] = _named(mail.sender_name, address(mail.sender))
    message["To"] = tuple(_named("", address(recipient)) for recipient in dict.fromkeys(mail.recipients))
    if mail.reply_to:
        message["Reply-To"] = _named("", address(mail.reply_to))
    message["Subject"] = _one_line("subject", mail.subject)
    message["Date"] = format_datetime(mail.at)
    message["Message-ID"] = message_id(mail.dispatch, mail.sender)
    message["Content-Language"] = _one_line("language", mail.language)
    message.set_content(mail.text)
    message.add_alternative(_as_html(mail), subtype="html")
    for attachment in mail.attachments:
        main, _, sub = attachment.media_type.partition("/")
        if not _LABEL.fullmatch(main) or not re.fullmatch(r"[A-Za-z0-9.+-]+", sub) or main in {"multipart", "message"}:
            raise Refused("documents.media-type", f"“{attachment.media_type}” is not the media type of a file.")
        name = _one_line("file name", attachment.name)
        message.add_attachment(attachment.content, maintype=main, subtype=sub, filename=name)
    seed = hashlib.sha256(f"{mail.dispatch}\0{mail.text}".encode()).hexdigest()[:24]
    for place, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"=_{seed}_{place}")  # Python's own boundaries are random
    return message


def _named(name: str, mail_address: str) -> Address:
    local, _, domain = mail_address.rpartition("@")
    return Address(_one_line("sender's name", name), local, domain)


def _one_line(what: str, text: str) -> str:
    """`text`, refused when it could start a header of its own."""
    if any(ord(character) < 32 or ord(character) == 127 or character in "\x85\u2028\u2029" for character in text):
        raise Refused(
            "documents.header-injection", f"The {what} holds a line break or control character; nothing was sent.", text=text
        )
    return text


def _as_html(mail: Outgoing) -> str:
    """The text as paragraphs, with its links to click, in the reader's own font."""
    paragraphs = []
    for paragraph in re.split(r"\n\s*\n", mail.text.strip()):
        words, end = [], 0
        for found in _LINK.finditer(paragraph):
            link = html.escape(found.group())
            words += [html.escape(paragraph[end : found.start()]), f'<a href="{link}">{link}</a>']
            end = found.end()
        words.append(html.escape(paragraph[end:]))
        paragraphs.append("<p>" + "".join(words).replace("\n", "<br>\n") + "</p>")
    style = "font-family:Inter,Segoe UI,Helvetica,Arial,sans-serif;font-size:15px;line-height:1.5;max-width:640px"
    language, title = html.escape(mail.language), html.escape(mail.subject)
    head = f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title></head>'
    return f'{head}\n<body style="{style}">\n' + "\n".join(paragraphs) + "\n</body></html>\n"
