"""Mails leave by a real mail server, each once, with the document as posted; what fails waits or is given up."""

from __future__ import annotations

import datetime as dt
import email
import socket
from collections.abc import Iterator
from decimal import Decimal
from email import policy
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.utils import timezone

from duecourse.core import ids
from duecourse.core.call import within
from duecourse.documents import actions as documents
from duecourse.documents import queries as document_facts
from duecourse.documents.rules import NewDispatch
from duecourse.invoicing import actions as invoicing
from duecourse.jobs import deliver
from duecourse.orders import actions as orders
from tests.world import World, build


class Inbox:
    """What a mail server took; mailboxes called unknown are refused for good, those called full for now."""

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
        self.taken.append(envelope)
        return "250 queued as 7"


@pytest.fixture
def inbox(settings: Any, tmp_path: Any) -> Iterator[Inbox]:
    handler = Inbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.MAIL_LEAVES_THE_HOUSE = True
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.DEFAULT_FROM_EMAIL = "billing@tf.example"
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    yield handler
    controller.stop()


@pytest.fixture
def world(db: None, inbox: Inbox) -> World:
    return build(at=timezone.now())


def queue(world: World, recipient: str, attachments: tuple[str, ...] = (), subject: str = "cmp_0") -> int:
    new = NewDispatch(subject, "invoice", (recipient,), "Invoice 7", "Dear reader,\n\nhere it is.\n", attachments)
    return documents.queue_dispatches(world.call, [new])[0]


def state(world: World, key: int) -> tuple[str, int, str]:
    with within(world.call):
        found = document_facts.dispatch_for_caller(world.call, ids.outer("dsp", key))
    return found.state, found.attempts, found.error


class TestDelivery:
    def test_sends_an_invoice_with_its_pdf_once(self, world: World, inbox: Inbox) -> None:
        lines = [orders.NewOrderLine("P-100", Decimal(4))]
        (order,) = orders.create_orders(world.call, [orders.NewOrder(world.call.today, lines, account_id=world.accounts["late"])])
        if not orders.confirm_orders(world.call, [order])[order].accepted:
            orders.release_order(world.calls["credit-manager"], order, "Known for years")
        orders.deliver(world.call, [orders.NewDelivery(order)], world.call.today)
        invoicing.bill_ready(world.call, None, world.call.today)
        with within(world.call):
            from duecourse.invoicing import queries as invoice_facts

            (invoice,) = invoice_facts.rows(world.call).rows
        invoicing.send_invoices(world.call, [invoice.id])
        assert deliver.deliver_all() == deliver.Delivered(sent=1)
        assert deliver.deliver_all() == deliver.Delivered()
        (taken,) = inbox.taken
        mail = email.message_from_bytes(bytes(taken.content or b""), policy=policy.default)
        assert taken.rcpt_tos == ["buchhaltung@corvin.example"]
        assert str(mail["From"]).endswith("<billing@tf.example>")
        (file,) = mail.iter_attachments()
        assert file.get_filename() == f"{invoice.number}.pdf"
        assert file.get_content().startswith(b"%PDF")

    def test_gives_up_at_once_what_the_server_refuses_for_good(self, world: World, inbox: Inbox) -> None:
        key = queue(world, "unknown@corvin.example")
        assert deliver.deliver_all().failed == 1
        assert state(world, key)[0] == "failed"
        assert "no such mailbox" in state(world, key)[2]
        assert inbox.taken == []

    def test_waits_with_what_fails_for_now_and_sends_it_later(
        self, world: World, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        key = queue(world, "full@corvin.example")
        assert deliver.deliver_all().waiting == 1
        assert state(world, key)[:2] == ("queued", 1)
        assert deliver.deliver_all() == deliver.Delivered()  # not before its time
        later = timezone.now() + dt.timedelta(hours=1)
        monkeypatch.setattr(timezone, "now", lambda: later)
        assert deliver.deliver_all().waiting == 1
        assert state(world, key)[1] == 2

    def test_is_sent_again_under_the_same_id_after_a_kill_in_between(
        self, world: World, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        key = queue(world, "ap@corvin.example")

        def killed(*arguments: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
            broken.setattr(documents, "mark_sent", killed)
            deliver.deliver_all()
        assert state(world, key)[0] == "queued"
        assert deliver.deliver_all() == deliver.Delivered()  # claimed for ten minutes
        later = timezone.now() + dt.timedelta(minutes=11)
        monkeypatch.setattr(timezone, "now", lambda: later)
        assert deliver.deliver_all().sent == 1
        first, second = (email.message_from_bytes(bytes(one.content or b"")) for one in inbox.taken)
        assert first["Message-ID"] == second["Message-ID"]

    def test_attaches_kept_files_and_names_what_cannot_be_made(self, world: World, inbox: Inbox) -> None:
        data = b"kept"
        digest = documents.store_bytes(data)
        document = documents.keep_document(world.call, "letter", "cmp_0", "letter.txt", "text/plain", digest, len(data))
        queue(world, "ap@corvin.example", (ids.outer("doc", document),))
        wrong = queue(world, "ap@corvin.example", ("drawing",))
        done = deliver.deliver_all()
        assert (done.sent, done.failed) == (1, 1)
        assert "drawing" in state(world, wrong)[2]
        mail = email.message_from_bytes(bytes(inbox.taken[0].content or b""), policy=policy.default)
        assert next(mail.iter_attachments()).get_content().strip() == "kept"

    def test_waits_when_no_server_answers(self, world: World, inbox: Inbox, settings: Any) -> None:
        settings.EMAIL_PORT = 1
        key = queue(world, "ap@corvin.example")
        assert deliver.deliver_all().waiting == 1
        assert "No connection" in state(world, key)[2]

    def test_without_a_server_mails_lie_in_a_folder(self, world: World, inbox: Inbox, settings: Any) -> None:
        settings.MAIL_LEAVES_THE_HOUSE = False
        key = queue(world, "ap@corvin.example")
        assert deliver.deliver_all().sent == 1
        assert b"here it is" in (settings.EMAIL_FILE_PATH / f"{ids.outer('dsp', key)}.eml").read_bytes()
        assert inbox.taken == []

    def test_a_demo_company_sends_nothing(self, inbox: Inbox, db: None) -> None:
        demo = build("DM", at=timezone.now(), is_demo=True)
        key = queue(demo, "ap@corvin.example")
        assert deliver.deliver_all() == deliver.Delivered()
        assert state(demo, key)[0] == "shown"
