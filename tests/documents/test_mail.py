"""Mails: what they hold, what is refused, and what becomes of them at a real mail server."""

from __future__ import annotations

import datetime as dt
import email
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from email import policy
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from duecourse.core.errors import Refused
from duecourse.documents.mail.message import Attachment, Outgoing, address, build_message, message_id
from duecourse.integrations.mail.smtp import Delivery, Server, send

AT = dt.datetime(2026, 8, 7, 9, 30, tzinfo=dt.UTC)
PDF = Attachment("INV-26-29874.pdf", "application/pdf", b"%PDF-1.7 \x00\xff")
MAIL = Outgoing(
    dispatch="dsp_000123",
    at=AT,
    sender_name="Hallbeck Supply GmbH, Buchhaltung",
    sender="billing@hallbeck.example",
    recipients=("ap@marwede.example",),
    subject="Invoice INV-26-29874 – 17,056.23 €",
    text="Dear Ms Weiß,\n\nyour invoice <INV-26-29874> is attached & due on 6 September.\nPay at https://pay.hallbeck.example/i?a=1&b=2.\n",
    attachments=(PDF,),
    reply_to="lea.brandt@hallbeck.example",
)


class TestMessage:
    def test_holds_text_html_and_file(self) -> None:
        read = email.message_from_bytes(build_message(MAIL).as_bytes(), policy=policy.default)
        assert str(read["From"]) == '"Hallbeck Supply GmbH, Buchhaltung" <billing@hallbeck.example>'
        assert str(read["To"]) == "ap@marwede.example"
        assert str(read["Reply-To"]) == "lea.brandt@hallbeck.example"
        assert str(read["Subject"]) == MAIL.subject
        assert read["Message-ID"] == "<dsp_000123@hallbeck.example>"
        assert read["Date"].datetime == AT
        plain, page = read.get_body(("plain",)), read.get_body(("html",))
        assert plain is not None
        assert page is not None
        assert plain.get_content().replace("\r\n", "\n") == MAIL.text
        assert "&lt;INV-26-29874&gt; is attached &amp; due" in page.get_content()
        link = "https://pay.hallbeck.example/i?a=1&amp;b=2"
        assert f'<a href="{link}">{link}</a>.' in page.get_content()
        (file,) = read.iter_attachments()
        assert (file.get_filename(), file.get_content_type(), file.get_content()) == (PDF.name, PDF.media_type, PDF.content)

    def test_is_the_same_bytes_each_time_and_seven_bit(self) -> None:
        first = build_message(MAIL).as_bytes()
        assert build_message(MAIL).as_bytes() == first
        assert first.isascii()
        assert message_id("dsp_000123", MAIL.sender) == build_message(MAIL)["Message-ID"]

    @pytest.mark.parametrize(
        "change",
        [
            {"subject": "Invoice\r\nBcc: thief@evil.example"},
            {"subject": "Invoice\n"},
            {"sender_name": "Hallbeck\rBcc: thief@evil.example"},
            {"sender": "billing@hallbeck.example\nX: y"},
            {"recipients": ("ap@marwede.example\r\nBcc: thief@evil.example",)},
            {"reply_to": "a@b.example\n"},
            {"language": "en\r\n\r\nbody"},
            {"dispatch": "dsp_1\r\nX: y"},
            {"attachments": (replace(PDF, name='a.pdf"\r\nX: y'),)},
            {"subject": "Invoice\u2028X"},
        ],
    )
    def test_refuses_a_header_that_would_start_another(self, change: dict[str, Any]) -> None:
        with pytest.raises(Refused) as refused:
            build_message(replace(MAIL, **change))
        assert refused.value.code == "documents.header-injection"

    @pytest.mark.parametrize(
        "text",
        [
            "", "ap", "ap@", "@marwede.example", "ap@marwede", "a b@marwede.example", "ap@mar wede.example", "ap@-x.example",
            "ap@10.0.0.1", "a..p@marwede.example", "jürgen@marwede.example", "ap@marwede.example, b@c.example",
            "<ap@marwede.example>", "a@" + "x" * 64 + ".de",
        ],
    )  # fmt: skip
    def test_refuses_what_is_no_address(self, text: str) -> None:
        with pytest.raises(Refused) as refused:
            address(text)
        assert refused.value.code == "documents.mail-address"

    def test_takes_a_domain_beyond_ascii(self) -> None:
        assert address("ap@Müller.example") == "ap@xn--mller-kva.example"

    @pytest.mark.parametrize(
        ("code", "change"),
        [
            ("documents.no-recipient", {"recipients": ()}),
            ("documents.media-type", {"attachments": (replace(PDF, media_type="pdf"),)}),
        ],
    )
    def test_refuses_what_cannot_be_sent(self, code: str, change: dict[str, Any]) -> None:
        with pytest.raises(Refused) as refused:
            build_message(replace(MAIL, **change))
        assert refused.value.code == code


class Inbox:
    """A real mail server's judgement: what it takes, and what it answers by the recipient's name."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, rcpt: str, options: list[str]) -> str:  # noqa: N802
        if rcpt.startswith("unknown"):
            return "550 5.1.1 no such mailbox"
        if rcpt.startswith("full"):
            return "452 4.2.2 mailbox full"
        envelope.rcpt_tos.append(rcpt)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content or b""
        if b"spam" in (content if isinstance(content, bytes) else content.encode()):
            return "554 5.7.1 looks like spam"
        self.taken.append(envelope)
        return "250 queued as 42"


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, Server]]:
    handler = Inbox()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield handler, Server("127.0.0.1", controller.port, "none", timeout_seconds=5)
    controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def to(*recipients: str, **changes: Any) -> Any:
    return build_message(replace(MAIL, recipients=recipients, **changes))


class TestSending:
    def test_hands_over_the_whole_message(self, inbox: tuple[Inbox, Server]) -> None:
        handler, server = inbox
        assert send(build_message(MAIL), server) == Delivery("sent", "250 queued as 42")
        (taken,) = handler.taken
        assert (taken.mail_from, taken.rcpt_tos) == ("billing@hallbeck.example", ["ap@marwede.example"])
        assert email.message_from_bytes(taken.content or b"")["Message-ID"] == "<dsp_000123@hallbeck.example>"  # type: ignore[arg-type]

    def test_names_the_recipients_that_were_not_taken(self, inbox: tuple[Inbox, Server]) -> None:
        handler, server = inbox
        delivery = send(to("ap@marwede.example", "unknown@marwede.example", "full@marwede.example"), server)
        assert delivery.outcome == "sent"
        assert [(one.recipient, one.code) for one in delivery.rejections] == [
            ("unknown@marwede.example", 550), ("full@marwede.example", 452),
        ]  # fmt: skip
        assert handler.taken[0].rcpt_tos == ["ap@marwede.example"]
        assert send(to("ap@marwede.example"), server, ["full@marwede.example"]).outcome == "temporary"

    @pytest.mark.parametrize(
        ("recipient", "text", "outcome", "words"),
        [
            ("unknown@marwede.example", "x", "permanent", "550 5.1.1 no such mailbox"),
            ("full@marwede.example", "x", "temporary", "452 4.2.2 mailbox full"),
            ("ap@marwede.example", "spam", "permanent", "554 5.7.1 looks like spam"),
        ],
    )
    def test_tells_passing_from_lasting_failures(
        self, inbox: tuple[Inbox, Server], recipient: str, text: str, outcome: str, words: str
    ) -> None:
        handler, server = inbox
        delivery = send(to(recipient, text=text), server)
        assert delivery.outcome == outcome
        assert words in delivery.detail
        assert handler.taken == []

    def test_no_server_is_temporary(self) -> None:
        delivery = send(build_message(MAIL), Server("127.0.0.1", free_port(), "none", timeout_seconds=2))
        assert delivery.outcome == "temporary"
        assert "No connection" in delivery.detail

    def test_a_server_that_says_nothing_is_given_up_in_time(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as mute:
            delivery = send(build_message(MAIL), Server("127.0.0.1", mute.getsockname()[1], "none", timeout_seconds=0.3))
        assert delivery.outcome == "temporary"

    def test_a_break_after_the_text_leaves_it_in_doubt(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            server = Server("127.0.0.1", listener.getsockname()[1], "none", timeout_seconds=5)
            thread = threading.Thread(target=hang_up_after_data, args=(listener,))
            thread.start()
            delivery = send(build_message(MAIL), server)
            thread.join()
        assert (delivery.outcome, delivery.in_doubt) == ("temporary", True)

    def test_no_password_over_an_open_connection(self) -> None:
        with pytest.raises(Refused) as refused:
            send(build_message(MAIL), Server("127.0.0.1", 25, "none", username="u", password="p"))
        assert refused.value.code == "mail.insecure-log-in"

    def test_the_password_is_not_shown(self) -> None:
        assert "secret" not in repr(Server("mail.example", 587, username="u", password="secret"))

    def test_starttls_that_is_not_offered_sends_nothing(self, inbox: tuple[Inbox, Server]) -> None:
        handler, server = inbox
        delivery = send(build_message(MAIL), replace(server, security="starttls"))
        assert delivery.outcome == "temporary"
        assert handler.taken == []


class TestSendingEncrypted:
    @pytest.fixture
    def secure(self, tmp_path: Path) -> Iterator[tuple[Inbox, Server]]:
        """A server with STARTTLS and a log-in, its certificate from an authority of its own."""
        authority = trustme.CA()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(context)
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        handler = Inbox()

        def log_in(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
            return AuthResult(
                handled=False, success=isinstance(data, LoginPassword) and data == LoginPassword(b"duecourse", b"right")
            )

        controller = Controller(
            handler, hostname="localhost", port=free_port(), tls_context=context, authenticator=log_in, auth_required=True
        )
        controller.start()
        yield handler, Server("localhost", controller.port, "starttls", "duecourse", "right", 5, str(tmp_path / "ca.pem"))
        controller.stop()

    def test_logs_in_after_starttls(self, secure: tuple[Inbox, Server]) -> None:
        handler, server = secure
        assert send(build_message(MAIL), server).outcome == "sent"
        assert len(handler.taken) == 1

    def test_a_wrong_password_keeps_the_mail_for_later(self, secure: tuple[Inbox, Server]) -> None:
        delivery = send(build_message(MAIL), replace(secure[1], password="wrong"))
        assert delivery.outcome == "temporary"
        assert "refused the log-in" in delivery.detail

    def test_an_unknown_authority_is_not_trusted(self, secure: tuple[Inbox, Server]) -> None:
        handler, server = secure
        assert send(build_message(MAIL), replace(server, ca_file=None)).outcome == "temporary"
        assert handler.taken == []


def hang_up_after_data(listener: socket.socket) -> None:
    """A mail server that takes the whole text and closes the line without an answer."""
    line, _ = listener.accept()
    with line, line.makefile("rwb", buffering=0) as talk:
        talk.write(b"220 hi\r\n")
        for answer in (b"250 hi", b"250 ok", b"250 ok", b"354 go on"):
            talk.readline()
            talk.write(answer + b"\r\n")
        while talk.readline() not in {b".\r\n", b""}:
            pass
