"""The store of bytes and the outbox, on a real disk and a real database."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from duecourse.access import actions as access
from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.core.models import Event
from duecourse.documents import actions as documents
from duecourse.documents import queries as facts
from duecourse.documents import rules
from tests import databases
from tests.world import NOON, PASSWORD, World, build


@pytest.fixture
def world(db: None) -> World:
    return build()


@pytest.fixture
def store(tmp_path: Path, settings) -> Path:  # type: ignore[no-untyped-def]
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def mail(subject: str = "inv_000000000001", **values: object) -> rules.NewDispatch:
    new = rules.NewDispatch(subject, "invoice", ("ap@example.com",), "Invoice INV-26-00001", "Attached.", ("invoice-pdf",))
    return replace(new, **values)  # type: ignore[arg-type]


def at(call: Call, **later: int) -> Call:
    return replace(call, at=NOON + dt.timedelta(**later))


class TestTheStore:
    def test_keeps_bytes_under_their_hash_once(self, store: Path) -> None:
        digest = documents.store_bytes(b"one")
        assert documents.store_bytes(b"one") == digest
        assert facts.read_bytes(digest) == b"one"
        assert [path.relative_to(store).as_posix() for path in store.rglob("*") if path.is_file()] == [
            f"{digest[:2]}/{digest[2:]}"
        ]

    def test_takes_the_same_bytes_from_many_at_once(self, store: Path) -> None:
        data = b"x" * 300_000
        with ThreadPoolExecutor(8) as pool:
            digests = set(pool.map(lambda _: documents.store_bytes(data), range(16)))
        assert len(digests) == 1
        assert len([path for path in store.rglob("*") if path.is_file()]) == 1

    def test_says_that_a_file_is_missing_or_damaged(self, store: Path) -> None:
        digest = documents.store_bytes(b"one")
        facts.path_of(digest).write_bytes(b"two")
        codes = []
        for asked in (digest, "0" * 64, "../../etc/passwd"):
            with pytest.raises(Refused) as refused:
                facts.read_bytes(asked)
            codes.append(refused.value.code)
        assert codes == ["documents.file-damaged", "documents.file-missing", "documents.not-a-digest"]

    def test_leaves_nothing_behind_when_the_disk_is_full(self, store: Path) -> None:
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        import signal

        before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
        try:
            with pytest.raises(OSError, match="File too large"):
                documents.store_bytes(b"x" * 100_000)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            signal.signal(signal.SIGXFSZ, before)
        assert [path for path in store.rglob("*") if path.is_file()] == []


class TestDocuments:
    def test_are_rows_for_bytes_that_are_there(self, world: World, store: Path) -> None:
        digest = documents.store_bytes(b"%PDF")
        keep = ("invoice-pdf", "inv_1", "../INV-26-00001.pdf", "application/pdf", digest)
        document = documents.keep_document(world.call, *keep, 4)
        assert documents.keep_document(world.call, *keep, 4) == document
        found = facts.document_for_caller(world.calls["billing"], ids.outer("doc", document))
        assert (found.name, found.size) == ("INV-26-00001.pdf", 4)
        assert [each.id for each in facts.documents_about(world.call, ["inv_1"])] == [document]
        assert Event.objects.filter(name="documents.document-kept").count() == 1
        with pytest.raises(Refused):
            documents.keep_document(world.call, *keep[:4], "0" * 64, 4)
        with pytest.raises(Refused):
            documents.keep_document(world.call, *keep, 5)

    def test_of_another_company_are_not_there(self, world: World, store: Path) -> None:
        document = documents.keep_document(world.call, "x", "inv_1", "a", "text/plain", documents.store_bytes(b"a"), 1)
        other = build("XX")
        with pytest.raises(Refused) as refused:
            facts.document_for_caller(other.calls["billing"], ids.outer("doc", document))
        assert refused.value.code == "not-found"


class TestDispatches:
    def test_wait_to_be_sent_with_their_recipients_copied(self, world: World) -> None:
        first, second = documents.queue_dispatches(world.call, [mail(), mail("inv_000000000002")])
        assert [dispatch.id for dispatch in facts.due(world.call, NOON)] == [first, second]
        (found,) = facts.dispatches_about(world.call, ["inv_000000000002"])
        assert (found.id, found.state, found.recipients, found.attachments) == (
            second,
            "queued",
            ("ap@example.com",),
            ("invoice-pdf",),
        )
        assert Event.objects.filter(name="documents.dispatch-queued").count() == 2

    def test_take_as_many_statements_for_five_hundred_as_for_two(self, world: World, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
        with django_assert_max_num_queries(9):
            documents.queue_dispatches(world.call, [mail(f"inv_{place:012d}") for place in range(500)])

    def test_are_refused_together_when_one_cannot_be_sent(self, world: World) -> None:
        with pytest.raises(Refused):
            documents.queue_dispatches(world.call, [mail(), mail(recipients=())])
        assert facts.rows(world.call).total == 0

    def test_are_claimed_once_sent_once(self, world: World) -> None:
        (dispatch,) = documents.queue_dispatches(world.call, [mail()])
        (taken,) = documents.claim_due(world.call)
        assert documents.claim_due(world.call) == []
        documents.mark_sent(world.call, dispatch)
        found = facts.dispatch_for_caller(world.call, ids.outer("dsp", dispatch))
        assert (found.state, found.attempts, found.sent_at, found.message_id) == ("sent", 1, NOON, taken.message_id)
        with pytest.raises(Refused) as refused:
            documents.mark_sent(world.call, dispatch)
        assert refused.value.code == "documents.not-queued"
        assert Event.objects.filter(name="documents.dispatch-sent").count() == 1

    def test_whose_sender_died_are_taken_again_after_ten_minutes_under_the_same_message_id(self, world: World) -> None:
        documents.queue_dispatches(world.call, [mail()])
        (first,) = documents.claim_due(world.call)
        assert documents.claim_due(at(world.call, minutes=9)) == []
        (again,) = documents.claim_due(at(world.call, minutes=10))
        assert again.message_id == first.message_id

    def test_that_fail_are_tried_again_until_they_are_given_up(self, world: World) -> None:
        (dispatch,) = documents.queue_dispatches(world.call, [mail()])
        moment = NOON
        for _ in range(8):
            (due,) = documents.claim_due(replace(world.call, at=moment))
            documents.mark_failed(replace(world.call, at=moment), due.id, "421 try later\r\n")
            following = facts.dispatch_for_caller(world.call, ids.outer("dsp", dispatch)).next_attempt_at
            moment = following or moment
        found = facts.dispatch_for_caller(world.call, ids.outer("dsp", dispatch))
        assert (found.state, found.attempts, found.error) == ("failed", 8, "421 try later")
        assert moment - NOON == sum(rules.WAITS, dt.timedelta())
        assert facts.due(world.call, NOON + dt.timedelta(days=9)) == []
        documents.retry_dispatch(world.calls["administrator"], dispatch)
        assert [each.id for each in facts.due(world.call, NOON)] == [dispatch]

    def test_that_a_server_refuses_for_good_are_given_up_at_once(self, world: World) -> None:
        (dispatch,) = documents.queue_dispatches(world.call, [mail()])
        documents.mark_failed(world.call, dispatch, "550 no such user", for_good=True)
        assert facts.counts(world.call) == {"queued": 0, "held": 0, "sent": 0, "failed": 1, "dropped": 0, "shown": 0}

    def test_of_a_demo_company_are_shown_and_never_sent(self, db: None) -> None:
        world = build("DEMO", is_demo=True)
        documents.queue_dispatches(world.call, [mail()])
        assert facts.due(world.call, NOON + dt.timedelta(days=99)) == []
        assert [row.state for row in facts.rows(world.calls["billing"]).rows] == ["shown"]

    def test_are_claimed_by_one_of_four_workers(self, fresh_database: databases.Fresh) -> None:
        world = build()
        documents.queue_dispatches(world.call, [mail(f"inv_{place:012d}") for place in range(40)])
        results = databases.together([lambda: [each.id for each in documents.claim_due(world.call, 10)]] * 4)
        claimed = [key for result in results if isinstance(result, list) for key in result]
        assert len(claimed) == len(set(claimed)) == 40

    def test_are_listed_filtered_and_of_one_company(self, world: World) -> None:
        documents.queue_dispatches(world.call, [mail(), mail(title="Credit note CN-26-00001", kind="credit-note")])
        billing = world.calls["billing"]
        assert facts.rows(billing, kind="credit-note").total == 1
        assert facts.rows(billing, text="cn-26").total == 1
        assert facts.rows(billing, text="AP@example").total == 2
        assert facts.rows(billing, state="sent").total == 0
        assert facts.rows(build("XX").calls["billing"]).total == 0


class TestInvitations:
    def test_go_out_as_a_mail_with_the_link_and_let_the_person_in(self, world: World) -> None:
        documents.send_invitation(
            world.calls["administrator"], "Neu@Example.com", "Nele", "cfo", "https://due.example/invitation/"
        )
        (sent,) = facts.due(world.call, NOON)
        assert sent.recipients == ("neu@example.com",)
        assert "Tessin Fittings GmbH" in sent.title
        token = sent.body.split("https://due.example/invitation/")[1].split()[0]
        assert access.accept_invitation(token, PASSWORD, NOON)

    def test_are_all_that_an_administrator_sees_of_the_outbox(self, world: World) -> None:
        admin = world.calls["administrator"]
        documents.queue_dispatches(world.call, [mail()])
        documents.send_invitation(admin, "neu@example.com", "Nele", "cfo", "https://due.example/invitation/")
        assert [row.kind for row in facts.rows(admin).rows] == ["invitation"]
        with pytest.raises(Refused):
            facts.rows(world.calls["order-desk"])

    def test_are_sent_by_nobody_else(self, world: World) -> None:
        with pytest.raises(Refused) as refused:
            documents.send_invitation(world.calls["controller"], "neu@example.com", "Nele", "cfo", "https://x/")
        assert refused.value.code == "access.not-permitted"
