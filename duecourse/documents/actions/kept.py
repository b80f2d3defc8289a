"""Keep files, and queue what leaves the house."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from duecourse.access import actions as access
from duecourse.access import queries as access_facts
from duecourse.access import rules as access_rules
from duecourse.core import bulk, events, ids
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused
from duecourse.documents import queries, rules
from duecourse.documents.models import Dispatch, Document
from duecourse.tailoring import queries as tailoring_facts
from duecourse.tailoring import rules as tailoring_rules


def store_bytes(data: bytes) -> str:
    """Put bytes into the store under their SHA-256; the digest. The same bytes twice lie there once.

    Written beside, synced, read back and only then given their name, so that a crash leaves no half file. It is not part of a
    transaction: call it before the one that keeps the row. Errors: OSError when the disk is full.
    """
    digest = hashlib.sha256(data).hexdigest()
    target = queries.path_of(digest)
    if target.is_file():
        queries.read_bytes(digest)
        return digest
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".new-", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if Path(name).read_bytes() != data:
            raise OSError(f"{name} was not written as given")
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)
    return digest


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@action
def keep_document(call: Call, kind: str, subject: str, name: str, media_type: str, data_digest: str, size: int) -> int:
    """Keep a row for bytes that are in the store already; the document's id. The same again gives the first one.

    Errors: Refused('documents.file-missing') when the bytes are not there or have another size.
    """
    path = queries.path_of(data_digest)
    if not path.is_file() or path.stat().st_size != size:
        raise Refused(
            "documents.file-missing", "The file is not in the store with this size: store its bytes first.", digest=data_digest
        )
    values = {"company_id": call.company.id, "kind": kind, "subject": subject, "digest": data_digest}
    there = Document.objects.filter(**values).first()
    if there is not None:
        return there.id
    row = Document.objects.create(**values, name=rules.safe_name(name), media_type=media_type, size=size)
    facts = {"kind": kind, "digest": data_digest, "size": size}
    events.record(call, "documents.document-kept", [ids.outer("doc", row.id), subject], facts)
    return row.id


@action
def queue_dispatches(call: Call, new: Sequence[rules.NewDispatch]) -> list[int]:
    """Queue mails to be sent by the delivery job; their ids in order. A demo company's are shown in the outbox and never sent;
    those of a company that is not live yet wait until it is, but for invitations and test mails.

    Errors: Refused('documents.dispatch-not-usable').
    """
    checked = [rules.checked(each) for each in new]
    if not checked:
        return []
    shown = access_facts.company_profile(call).is_demo
    states = [_first_state(call, each.kind, shown) for each in checked]
    keys = bulk.reserve_ids(Dispatch, len(checked))
    Dispatch.objects.bulk_create(
        Dispatch(
            id=key,
            company_id=call.company.id,
            subject_ref=each.subject_ref,
            kind=each.kind,
            recipients=list(dict.fromkeys(each.recipients)),
            title=each.title,
            body=each.body,
            attachments=list(each.attachments),
            state=state,
            next_attempt_at=call.at if state == "queued" else None,
            message_id=rules.message_id(key, settings.DEFAULT_FROM_EMAIL),
            created_at=call.at,
        )
        for key, each, state in zip(keys, checked, states, strict=True)
    )
    events.record_many(
        call,
        [
            (
                "documents.dispatch-queued",
                [ids.outer("dsp", key), each.subject_ref],
                {"kind": each.kind, "recipients": len(each.recipients), "shown_only": shown, "held": state == "held"},
                None,
            )
            for key, each, state in zip(keys, checked, states, strict=True)
        ],
    )
    return keys


def _first_state(call: Call, kind: str, is_demo: bool) -> str:
    """A demo's mail is shown only; before go-live all but mail to the company's own people waits."""
    if is_demo:
        return "shown"
    return "queued" if call.company.is_live or kind in rules.TO_OUR_OWN else "held"


@action
def claim_due(call: Call, limit: int = 20) -> list[rules.DispatchView]:
    """Take mails whose time has come, to send them now; nobody else gets them for ten minutes.

    Send each outside of any transaction, then `mark_sent` or `mark_failed`. Who dies in between lets them be sent again, with
    the same Message-ID.
    """
    waiting = Dispatch.objects.filter(company_id=call.company.id, state="queued", next_attempt_at__lte=call.at)
    taken = list(waiting.order_by("next_attempt_at", "id").select_for_update(skip_locked=True, no_key=True, of=("self",))[:limit])
    Dispatch.objects.filter(pk__in=[row.pk for row in taken]).update(next_attempt_at=call.at + rules.CLAIMED_FOR)
    return [queries.dispatch_view(row) for row in taken]


def _queued(call: Call, dispatch_id: int) -> Dispatch:
    row = Dispatch.objects.filter(company_id=call.company.id, pk=dispatch_id).select_for_update(no_key=True, of=("self",)).first()
    if row is None:
        raise ids.not_found("dsp")
    if row.state != "queued":
        raise Refused("documents.not-queued", f"This dispatch is not waiting to be sent: it is {row.state}.", state=row.state)
    return row


@action
def mark_sent(call: Call, dispatch_id: int, message_id: str = "") -> None:
    """The mail server took it. Errors: Refused('documents.not-queued')."""
    row = _queued(call, dispatch_id)
    row.state, row.sent_at, row.next_attempt_at, row.error = "sent", call.at, None, ""
    row.attempts += 1
    row.message_id = message_id or row.message_id
    row.save(update_fields=["state", "sent_at", "next_attempt_at", "error", "attempts", "message_id"])
    facts = {"recipients": len(row.recipients), "attempts": row.attempts, "message_id": row.message_id}
    events.record(call, "documents.dispatch-sent", [ids.outer("dsp", row.id), row.subject_ref], facts)


@action
def mark_failed(call: Call, dispatch_id: int, error: str, for_good: bool = False) -> None:
    """An attempt failed: it is tried again after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 24 h, then given up.

    `for_good` gives it up at once: the mail server refused the recipient. Errors: Refused('documents.not-queued').
    """
    row = _queued(call, dispatch_id)
    row.attempts += 1
    row.error = " ".join(error.split())[:500]
    row.next_attempt_at = None if for_good else rules.next_attempt(row.attempts, call.at)
    if row.next_attempt_at is None:
        row.state = "failed"
        facts = {"recipients": len(row.recipients), "attempts": row.attempts, "error": row.error}
        events.record(call, "documents.dispatch-failed", [ids.outer("dsp", row.id), row.subject_ref], facts)
    row.save(update_fields=["state", "attempts", "error", "next_attempt_at"])


@action
def retry_dispatch(call: Call, dispatch_id: int) -> None:
    """Try a mail that was given up once more, from the start. Errors: Refused('documents.not-failed')."""
    if not retry_dispatches(call, [dispatch_id]):
        raise Refused("documents.not-failed", "Only a dispatch that was given up can be tried again.")


@action
def retry_dispatches(call: Call, dispatch_ids: Sequence[int]) -> list[int]:
    """Try those of these mails that were given up once more, from the start; which ones. The others stay as they are."""
    failed = Dispatch.objects.filter(company_id=call.company.id, pk__in=list(dispatch_ids), state="failed")
    rows = list(failed.select_for_update(no_key=True).order_by("pk"))
    failed.filter(pk__in=[row.pk for row in rows]).update(state="queued", attempts=0, next_attempt_at=call.at)
    events.record_many(
        call, [("documents.dispatch-retried", [ids.outer("dsp", row.id), row.subject_ref], {}, None) for row in rows]
    )
    return [row.id for row in rows]


@action
def send_invitation(call: Call, email: str, name: str, role: str, link_start: str) -> int:
    """Invite a person to a role and queue the mail with the link `link_start` + token; the invitation's id.

    The mail is in the company's language. Errors: as access.invite_user.
    """
    invitation_id, token = access.invite_user(call, email, name, role)
    text = tailoring_facts.text_for(call, "invitation-mail", call.company.language)
    values = {
        "company name": call.company.name,
        "today": call.today.isoformat(),
        "name": name,
        "link": link_start + token,
        "days": str(access_rules.INVITATION_DAYS),
    }
    mail = tailoring_rules.filled(text, values)
    recipient = access_rules.normal_email(email)
    queue_dispatches(
        call, [rules.NewDispatch(ids.outer("inn", invitation_id), rules.INVITATION, (recipient,), mail.title, mail.body + "\n")]
    )
    return invitation_id
