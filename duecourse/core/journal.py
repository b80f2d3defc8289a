"""Find events: the audit trail by room, person, subject and days, newest first, in pages that new events do not shift."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from duecourse.core import ids
from duecourse.core.call import Call, require
from duecourse.core.models import Event as Event

COUNT_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events: all of `room`, whose name holds `words`, by a person, about any of `subjects`, on days from `first` to `last`."""

    room: str = ""
    words: str = ""
    by: str = ""
    subjects: Sequence[str] | None = None  # an empty sequence finds nothing
    first: dt.date | None = None
    last: dt.date | None = None


def _found(call: Call, wanted: Wanted) -> QuerySet[Event]:
    found = Event.objects.filter(company_id=call.company.id)
    if wanted.room:
        found = found.filter(name__startswith=wanted.room + ".")
    if wanted.words:
        found = found.filter(name__icontains=wanted.words)
    if wanted.by:
        found = found.filter(by_name__icontains=wanted.by)
    if wanted.subjects is not None:
        found = found.filter(subjects__overlap=list(wanted.subjects)) if wanted.subjects else found.none()
    zone = ZoneInfo(call.company.time_zone)
    if wanted.first:
        found = found.filter(at__gte=dt.datetime.combine(wanted.first, dt.time(), zone))
    if wanted.last:
        found = found.filter(at__lt=dt.datetime.combine(wanted.last + dt.timedelta(days=1), dt.time(), zone))
    return found


def find(call: Call, wanted: Wanted, before: tuple[dt.datetime, int] | None = None, limit: int = 50) -> list[Event]:
    """The newest events that are wanted, older than `before` (instant and id of the last one seen). Needs journal.read."""
    require(call, "journal.read")
    found = _found(call, wanted)
    if before is not None:
        at, key = before
        found = found.filter(at__lte=at).filter(Q(at__lt=at) | Q(id__lt=key))
    return list(found.order_by("-at", "-id")[:limit])


def count(call: Call, wanted: Wanted) -> int:
    """How many events are wanted; counting stops at COUNT_MAX, so that a long journal costs no more. Needs journal.read."""
    require(call, "journal.read")
    return _found(call, wanted).order_by()[:COUNT_MAX].count()


def event_for_caller(call: Call, text: str) -> Event:
    """One event by its prefixed id. Needs journal.read. Errors: Refused('not-found')."""
    require(call, "journal.read")
    found = Event.objects.filter(company_id=call.company.id, id=ids.inner("evt", text)).first()
    if found is None:
        raise ids.not_found("evt")
    return found


def people(call: Call, most: int = 30) -> list[str]:
    """Names under which something was done lately, for the filter: of the newest thousand events."""
    require(call, "journal.read")
    newest = Event.objects.filter(company_id=call.company.id).order_by("-at", "-id").values_list("by_name", flat=True)[:1000]
    return sorted(set(newest))[:most]
