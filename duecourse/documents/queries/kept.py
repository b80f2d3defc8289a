"""Kept files, and what left the house."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.db.models import Count, Min, Q, QuerySet

from duecourse.access import queries as access_facts
from duecourse.core import ids, paging
from duecourse.core.call import Call, not_permitted, require
from duecourse.core.errors import Refused
from duecourse.core.paging import Page
from duecourse.documents import rules
from duecourse.documents.models import Dispatch, Document


def path_of(digest: str) -> Path:
    """Where the bytes with a digest lie. Errors: Refused('documents.not-a-digest')."""
    folder, name = rules.shard(digest)
    return Path(settings.MEDIA_ROOT) / folder / name


def read_bytes(digest: str) -> bytes:
    """The bytes with a digest, checked against it. Errors: Refused('documents.file-missing'), Refused('documents.file-damaged')."""
    try:
        data = path_of(digest).read_bytes()
    except FileNotFoundError:
        raise Refused(
            "documents.file-missing", "The file is not in the store. Restore it from a backup.", digest=digest
        ) from None
    if hashlib.sha256(data).hexdigest() != digest:
        raise Refused("documents.file-damaged", "The file in the store is damaged. Restore it from a backup.", digest=digest)
    return data


def _document(row: Document) -> rules.DocumentView:
    return rules.DocumentView(row.id, row.kind, row.subject, row.name, row.media_type, row.digest, row.size, row.recorded_at)


def documents_about(call: Call, subjects: Iterable[str]) -> list[rules.DocumentView]:
    """Files kept about any of `subjects` (prefixed ids), newest first."""
    found = Document.objects.filter(company_id=call.company.id, subject__in=set(subjects)).order_by("-id")
    return [_document(row) for row in found]


def document_for_caller(call: Call, text_id: str) -> rules.DocumentView:
    """A kept file by outside id. Errors: Refused('not-found')."""
    require(call, "documents.read")
    row = Document.objects.filter(company_id=call.company.id, pk=ids.inner("doc", text_id)).first()
    if row is None:
        raise ids.not_found("doc")
    return _document(row)


def dispatch_view(row: Dispatch) -> rules.DispatchView:
    """A dispatch as values."""
    return rules.DispatchView(
        id=row.id,
        subject_ref=row.subject_ref,
        kind=row.kind,
        recipients=tuple(row.recipients),
        title=row.title,
        body=row.body,
        attachments=tuple(row.attachments),
        state=row.state,
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at,
        error=row.error,
        message_id=row.message_id,
        created_at=row.created_at,
        sent_at=row.sent_at,
    )


def _visible(call: Call) -> QuerySet[Dispatch]:
    """What the caller may see: everything, or invitations only for those who send them and see no amounts."""
    own = Dispatch.objects.filter(company_id=call.company.id)
    if call.by.may("documents.read"):
        return own
    if call.by.may("documents.read_invitations"):
        return own.filter(kind__in=rules.TO_OUR_OWN)
    raise not_permitted("documents.read")


def rows(call: Call, state: str = "", kind: str = "", text: str = "", page: int = 1, size: int = 50) -> Page[rules.DispatchView]:
    """The outbox, newest first: by state, by kind, by words in title or recipient; two queries."""
    found = _visible(call)
    if state:
        found = found.filter(state=state)
    if kind:
        found = found.filter(kind=kind)
    if text.strip():
        found = found.filter(Q(title__icontains=text.strip()) | Q(recipients__icontains=text.strip()))
    start, stop = paging.bounds(page, size)
    shown = found.order_by("-created_at", "-id")[start:stop]
    return Page([dispatch_view(row) for row in shown], found.count(), max(page, 1), stop - start)


def dispatch_for_caller(call: Call, text_id: str) -> rules.DispatchView:
    """A dispatch by outside id. Errors: Refused('not-found')."""
    row = _visible(call).filter(pk=ids.inner("dsp", text_id)).first()
    if row is None:
        raise ids.not_found("dsp")
    return dispatch_view(row)


def dispatches_about(call: Call, subjects: Iterable[str]) -> list[rules.DispatchView]:
    """What was sent about any of `subjects`, newest first."""
    found = Dispatch.objects.filter(company_id=call.company.id, subject_ref__in=set(subjects))
    return [dispatch_view(row) for row in found.order_by("-created_at", "-id")]


def due(call: Call, at: dt.datetime, limit: int = 100) -> list[rules.DispatchView]:
    """Queued mails whose time has come, the oldest first. To send them, take them by `actions.claim_due`."""
    waiting = Dispatch.objects.filter(company_id=call.company.id, state="queued", next_attempt_at__lte=at)
    return [dispatch_view(row) for row in waiting.order_by("next_attempt_at", "id")[:limit]]


def counts(call: Call) -> dict[str, int]:
    """How many dispatches are in each state."""
    found = _visible(call).order_by().values_list("state").annotate(Count("id"))
    return dict.fromkeys(rules.STATES, 0) | dict(found)


def flow(call: Call, since: dt.datetime) -> tuple[int, int, dt.datetime | None, int]:
    """Mails: how many were sent or shown since an instant, how many wait and since when, how many of today were given up. One query."""
    waiting, made = Q(state="queued"), Q(created_at__gte=since)
    sums = Dispatch.objects.filter(waiting | made, company_id=call.company.id).aggregate(
        new=Count("id", filter=made), many=Count("id", filter=waiting), oldest=Min("created_at", filter=waiting),
        failed=Count("id", filter=made & Q(state="failed")),
    )  # fmt: skip
    return sums["new"], sums["many"], sums["oldest"], sums["failed"]


def held(call: Call) -> int:
    """How many mails wait for the company to go live: a number, which its administrator may know."""
    return Dispatch.objects.filter(company_id=call.company.id, state="held").count()


def logo(call: Call) -> rules.Logo | None:
    """The company's picture as it was kept; None without one. Errors: those of `read_bytes`."""
    company = access_facts.company_profile(call)
    return rules.Logo(read_bytes(company.logo_digest), company.logo_media_type) if company.logo_digest else None
