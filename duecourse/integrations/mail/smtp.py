"""Hand a message to a mail server, and say what became of it; whoever calls decides when to try again."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import getaddresses
from typing import Literal

from duecourse.core.errors import Refused

Outcome = Literal["sent", "temporary", "permanent"]


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail goes out. `security`: “starttls” (port 587), “tls” from the first byte (465), or “none” (a local relay)."""

    host: str
    port: int
    security: Literal["none", "starttls", "tls"] = "starttls"
    username: str = ""
    password: str = field(default="", repr=False)
    timeout_seconds: float = 20
    ca_file: str | None = None  # a private authority's certificates, in place of the system's


@dataclass(frozen=True, slots=True)
class Rejection:
    """One recipient that the server would not take, with the server's own words."""

    recipient: str
    code: int
    text: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a message.

    `sent`: the server took it for at least one recipient; `rejections` names the others. `temporary`: nothing was taken,
    try again later. `permanent`: nothing was taken, trying again is of no use. `in_doubt`: the connection broke after the
    text was handed over, so that it may have been taken; sent again it bears the same Message-ID.
    """

    outcome: Outcome
    detail: str
    rejections: tuple[Rejection, ...] = ()
    in_doubt: bool = False


def send(message: EmailMessage, server: Server, recipients: Sequence[str] | None = None) -> Delivery:
    """Send to `recipients`, else to everyone in To and Cc. Never raises for what a server or network does.

    Errors: Refused('mail.insecure-log-in') for a password over an open connection, Refused('mail.no-recipient').
    """
    if server.username and server.security == "none":
        raise Refused(
            "mail.insecure-log-in", "A password is not sent over an open connection; set the mail security to starttls or tls."
        )
    receivers = list(recipients) if recipients is not None else _addresses(message, "To", "Cc")
    if not receivers:
        raise Refused("mail.no-recipient", "The message has no recipient.")
    sender = _addresses(message, "From")[0]
    try:
        with _connected(server) as smtp:
            return _handed_over(smtp, sender, receivers, message.as_bytes())
    except smtplib.SMTPAuthenticationError as error:
        # The letter is fine, the settings are not: it waits until they are.
        return Delivery("temporary", f"The mail server refused the log-in: {_words(error.smtp_code, error.smtp_error)}")
    except smtplib.SMTPResponseException as error:
        return Delivery(_kind(error.smtp_code), _words(error.smtp_code, error.smtp_error))
    except smtplib.SMTPNotSupportedError as error:
        return Delivery("temporary", f"The mail server cannot do what is set: {error}")
    except (smtplib.SMTPException, OSError) as error:
        return Delivery("temporary", f"No connection to {server.host}:{server.port}: {error}")


def _connected(server: Server) -> smtplib.SMTP:
    context = ssl.create_default_context(cafile=server.ca_file)
    smtp: smtplib.SMTP
    if server.security == "tls":
        smtp = smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout_seconds, context=context)
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=server.timeout_seconds)
    try:
        if server.security == "starttls":
            smtp.starttls(context=context)
        smtp.ehlo_or_helo_if_needed()
        if server.username:
            smtp.login(server.username, server.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _handed_over(smtp: smtplib.SMTP, sender: str, receivers: Sequence[str], content: bytes) -> Delivery:
    code, text = smtp.mail(sender, [f"SIZE={len(content)}"] if smtp.has_extn("size") else [])
    if code != 250:
        return Delivery(_kind(code), _words(code, text))
    rejections = []
    for receiver in receivers:
        code, text = smtp.rcpt(receiver)
        if code not in {250, 251}:
            rejections.append(Rejection(receiver, code, _words(code, text)))
    if len(rejections) == len(receivers):
        outcome: Outcome = "temporary" if any(_kind(one.code) == "temporary" for one in rejections) else "permanent"
        return Delivery(outcome, "; ".join(f"{one.recipient}: {one.text}" for one in rejections), tuple(rejections))
    try:
        code, text = smtp.data(content)
    except (smtplib.SMTPServerDisconnected, OSError) as error:
        return Delivery(
            "temporary", f"The connection broke while the mail was handed over: {error}", tuple(rejections), in_doubt=True
        )
    if code != 250:
        return Delivery(_kind(code), _words(code, text), tuple(rejections))
    return Delivery("sent", _words(code, text), tuple(rejections))


def _addresses(message: EmailMessage, *names: str) -> list[str]:
    found = getaddresses([str(value) for name in names for value in message.get_all(name, [])])
    return list(dict.fromkeys(mail for _, mail in found if mail))


def _kind(code: int) -> Outcome:
    """421 and other 4xx pass by themselves, and so may an answer that is no SMTP code at all (-1)."""
    return "permanent" if code >= 500 else "temporary"


def _words(code: int, text: bytes | str) -> str:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {' '.join(said.split())}"
