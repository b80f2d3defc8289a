"""The journal as a feed: what happened, in an order in which nothing is left out and nothing comes twice."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import Field

from duecourse.api.door import Door
from duecourse.api.shapes import In, Out, outer_id, plain
from duecourse.core import events, ids, journal
from duecourse.core.call import Call

room = Door("Events")


class FeedFilter(In):
    """`after`: the `cursor` of the last answer; without it from the beginning. `name` narrows, and may be given several times."""

    after: Annotated[str, Field(pattern=r"^([0-9]{1,18}-[0-9]{1,18})?$", examples=["7412-981"])] = ""
    name: Annotated[list[Annotated[str, Field(pattern=r"^[a-z-]{1,40}\.[a-z-]{1,60}$")]], Field(max_length=50)] = []
    size: int = Field(100, ge=1, le=200)


class EventOut(Out):
    """Something that happened. `subjects` are the prefixed ids of what it is about."""

    id: str = outer_id("evt")
    name: str = Field(examples=["orders.order-created"])
    subjects: list[str]
    facts: dict[str, Any]
    decision: dict[str, Any] | None
    by: str
    at: dt.datetime
    recorded_at: dt.datetime | None


class FeedOut(Out):
    """Keep `cursor` and ask with it again: at once while `has_more`, else in a few seconds."""

    items: list[EventOut]
    cursor: str
    has_more: bool


@room.get("/events", "journal.read", FeedOut)
def list_events(call: Call, query: FeedFilter) -> FeedOut:
    """Events in the order in which they were settled, the oldest first.

    An event appears once every transaction begun before it has ended, usually within a second; a later one never comes before.
    """
    transaction, _, event = query.after.partition("-")
    found = events.settled(call, (int(transaction or 0), int(event or 0)), query.name, query.size)
    cursor = f"{found[-1].transaction_id}-{found[-1].id}" if found else query.after or "0-0"
    items = [
        EventOut(
            id=ids.outer("evt", each.id),
            name=each.name,
            subjects=list(each.subjects),
            facts=plain(each.facts),
            decision=None if each.decision is None else plain(each.decision),
            by=each.by_name,
            at=each.at,
            recorded_at=each.recorded_at,
        )
        for each in found
    ]
    return FeedOut(items=items, cursor=cursor, has_more=len(found) == query.size)


@room.get("/events/{event}", "journal.read", EventOut)
def get_event(call: Call, event: str) -> EventOut:
    """One event."""
    row = journal.event_for_caller(call, event)
    return EventOut(
        id=ids.outer("evt", row.id),
        name=row.name,
        subjects=list(row.subjects),
        facts=plain(row.facts),
        decision=None if row.decision is None else plain(row.decision),
        by=row.by_name,
        at=row.at,
        recorded_at=row.recorded_at,
    )
