"""Take-overs: what is on its way in, how far it is, and mappings that are remembered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from duecourse.access import queries as access_facts
from duecourse.core import ids, paging
from duecourse.core.call import Call, require
from duecourse.core.paging import Page
from duecourse.documents import rules
from duecourse.documents.models import ColumnMapping, TakeOver

CONFIRM = "documents.confirm_take_over"


def fingerprint(heads: Sequence[str]) -> str:
    """What a file's heads are known by: their SHA-256, without regard to case and blanks."""
    plain = json.dumps([" ".join(head.split()).casefold() for head in heads], ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()


def take_over_view(row: TakeOver, earlier: TakeOver | None = None) -> rules.TakeOverView:
    """A take-over as values."""
    before = (ids.outer("tko", earlier.id), earlier.ended_at or earlier.at) if earlier else None
    return rules.TakeOverView(
        row.id, ids.outer("tko", row.id), row.kind, row.name, row.digest, row.size, row.system, row.state, row.mapping, row.options, row.found,
        row.outcome, row.error, row.rejects_digest, row.task_id, row.by_id, row.by_name, row.at, row.confirmed_by_name, row.ended_at, before,
    )  # fmt: skip


def _own(call: Call) -> QuerySet[TakeOver]:
    return TakeOver.objects.filter(company_id=call.company.id)


def take_overs(call: Call, state: str = "", page: int = 1, size: int = 50) -> Page[rules.TakeOverView]:
    """Take-overs, newest first: all, those of a state, or `under-way`; two queries."""
    found = _own(call)
    if state == "under-way":
        found = found.filter(state__in=rules.OPEN)
    elif state:
        found = found.filter(state=state)
    start, stop = paging.bounds(page, size)
    shown = [take_over_view(row) for row in found.order_by("-id")[start:stop]]
    return Page(shown, found.count(), max(page, 1), stop - start)


def take_over_for_caller(call: Call, text_id: str) -> rules.TakeOverView:
    """A take-over by outside id, with the last one of the same file before it. Errors: Refused('not-found')."""
    require(call, "documents.read_take_overs")
    row = _own(call).filter(pk=ids.inner("tko", text_id)).first()
    if row is None:
        raise ids.not_found("tko")
    earlier = _own(call).filter(kind=row.kind, digest=row.digest, state="taken", id__lt=row.id).order_by("-id").first()
    return take_over_view(row, earlier)


def take_over(call: Call, take_over_id: int) -> rules.TakeOverView:
    """A take-over for the job that works on it. Errors: Refused('not-found')."""
    row = _own(call).filter(pk=take_over_id).first()
    if row is None:
        raise ids.not_found("tko")
    return take_over_view(row)


def remembered_mapping(call: Call, kind: str, key: str) -> tuple[Mapping[str, str], Mapping[str, Any], str] | None:
    """The mapping, the options and the day of the last file with these heads, None when there was none."""
    row = ColumnMapping.objects.filter(company_id=call.company.id, kind=kind, fingerprint=key).first()
    return None if row is None else (row.mapping, row.options, row.at.date().isoformat())


def others_who_may_confirm(call: Call, view: rules.TakeOverView) -> list[str]:
    """The people who may confirm a take-over and did not prepare it, by name."""
    return access_facts.names_who_may(call, CONFIRM, but=view.by_id)


def ids_who_may_confirm(call: Call, prepared_by: int) -> list[str]:
    """The outside ids of the people who may confirm what somebody prepared; who prepared it is not among them."""
    return sorted(ids.outer("usr", key) for key in access_facts.who_may(call, CONFIRM, but=prepared_by))


def caller_may_confirm(call: Call, view: rules.TakeOverView) -> bool:
    """Who prepared it confirms it only while nobody else in the company may."""
    return call.by.may(CONFIRM) and rules.may_confirm(view.by_id, call.by.id, others_who_may_confirm(call, view))


def one_at_a_time(call: Call) -> None:
    """Let take-overs of a company write one after the other: wait until the one before has ended, for this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('documents.take-over'), %s::int)", [call.company.id])
