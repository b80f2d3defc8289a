"""Write what happened, and read it in an order that no late commit can break."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from duecourse.core import bulk
from duecourse.core.call import Call, write_late
from duecourse.core.models import Event, ReaderCursor

Row = tuple[str, Sequence[str], Mapping[str, object], Mapping[str, object] | None]  # name, subjects, facts, decision
_COLUMNS = ("company_id", "name", "subjects", "facts", "decision", "policy_version", "by_kind", "by_id", "by_name", "at")


def record(
    call: Call,
    name: str,
    subjects: Sequence[str],
    facts: Mapping[str, object] | None = None,
    decision: Mapping[str, object] | None = None,
    policy_version: str = "",
) -> None:
    """Append one event `room.noun-verbed` about `subjects` (prefixed ids); a batch records one event with all of them.

    `facts` and `decision` are plain JSON (amounts as text beside their currency). The events of an action are written
    together, as the last thing in its transaction.
    """
    write_late(_write, [_row(call, name, subjects, facts or {}, decision, policy_version)])


def record_many(call: Call, rows: Sequence[Row]) -> None:
    """Append many events at once, for batches whose members are told apart."""
    write_late(_write, [_row(call, name, subjects, facts, decision, "") for name, subjects, facts, decision in rows])


def _row(
    call: Call,
    name: str,
    subjects: Sequence[str],
    facts: Mapping[str, object],
    decision: Mapping[str, object] | None,
    policy_version: str,
) -> tuple[object, ...]:
    told = json.dumps(facts, ensure_ascii=False)
    decided = None if decision is None else json.dumps(decision, ensure_ascii=False)
    by = call.by
    return (call.company.id, name, list(subjects), told, decided, policy_version, by.kind, by.id, by.name, call.at)


def _write(rows: list[tuple[object, ...]]) -> None:
    bulk.copy_in(Event, _COLUMNS, rows)


@dataclass(frozen=True, slots=True)
class Read:
    """One event as a reader sees it."""

    id: int
    transaction_id: int
    name: str
    subjects: tuple[str, ...]
    facts: Mapping[str, object]
    at: dt.datetime
    by_name: str = ""
    decision: Mapping[str, object] | None = None
    recorded_at: dt.datetime | None = None


def settled_before() -> int:
    """Every transaction below this id has ended: what a reader may rely on (pg_snapshot_xmin)."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_snapshot_xmin(pg_current_snapshot())::text")
        return int(cursor.fetchone()[0])


def known_by() -> dt.datetime:
    """The last instant whose knowledge is complete: nothing recorded at or before it can still be committed.

    `recorded_at` is the start of the writing transaction, so the oldest one still running sets the mark, also when it has not
    written yet: it may.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(min(xact_start) filter (where pid <> pg_backend_pid()), clock_timestamp()) "
            "from pg_stat_activity where datname = current_database() and xact_start is not null"
        )
        mark: dt.datetime = cursor.fetchone()[0]
        return mark


def unread(call: Call, reader: str, names: Sequence[str] = (), limit: int = 500) -> list[Read]:
    """The next settled events for a named reader, in the order (transaction, id), after its cursor.

    `names` narrows to some events; `credit.*` is all of a room. Call `advance` with the last one once its consequences are
    written, in the same transaction.
    """
    cursor = ReaderCursor.objects.filter(company_id=call.company.id, reader=reader).first()
    return settled(call, (cursor.transaction_id, cursor.event_id) if cursor else (0, 0), names, limit)


def settled(call: Call, after: tuple[int, int], names: Sequence[str] = (), limit: int = 500) -> list[Read]:
    """The next settled events after (transaction, id), for a reader that keeps its own place. Nothing is read twice or left out."""
    with connection.cursor() as sql:
        sql.execute(
            "select id, transaction_id::text, name, subjects, facts, at, by_name, decision, recorded_at from core_event "
            "where company_id = %s and (transaction_id, id) > (%s::text::xid8, %s) and transaction_id < %s::text::xid8 "
            "and (%s or name = any(%s) or split_part(name, '.', 1) || '.*' = any(%s)) order by transaction_id, id limit %s",
            [call.company.id, str(after[0]), after[1], str(settled_before()), not names, list(names), list(names), limit],
        )
        return [
            Read(row[0], int(row[1]), row[2], tuple(row[3]), _json(row[4]), row[5], row[6], row[7] and _json(row[7]), row[8])
            for row in sql.fetchall()
        ]


def advance(call: Call, reader: str, last: Read) -> None:
    """Move a reader's cursor past `last`."""
    with connection.cursor() as sql:
        sql.execute(
            "insert into core_readercursor (company_id, reader, transaction_id, event_id, moved_at) "
            "values (%s, %s, %s::text::xid8, %s, %s) on conflict (company_id, reader) do update "
            "set transaction_id = excluded.transaction_id, event_id = excluded.event_id, moved_at = excluded.moved_at",
            [call.company.id, reader, str(last.transaction_id), last.id, call.at],
        )


def skip(call: Call, reader: str, before: int) -> None:
    """Set a reader's cursor to `before`, a transaction id from `settled_before`: for a new reader, and past what is not for it.

    A cursor that moved within a minute stays, so that a reader with nothing to do writes next to nothing.
    """
    with connection.cursor() as sql:
        sql.execute(
            "insert into core_readercursor (company_id, reader, transaction_id, event_id, moved_at) "
            "values (%s, %s, %s::text::xid8, 0, %s) on conflict (company_id, reader) do update "
            "set transaction_id = excluded.transaction_id, event_id = 0, moved_at = excluded.moved_at "
            "where core_readercursor.moved_at < excluded.moved_at - interval '1 minute' "
            "and core_readercursor.transaction_id < excluded.transaction_id",
            [call.company.id, reader, str(before), call.at],
        )


def oldest_unread(call: Call, readers: Mapping[str, Sequence[str]]) -> dict[str, dt.datetime]:
    """When the first event happened that a reader has not read yet, for those that are behind; `readers` names events as `unread`."""
    with connection.cursor() as sql:
        sql.execute(
            "select asked.key, first.at from jsonb_each(%s::jsonb) asked "
            "join core_readercursor place on place.company_id = %s and place.reader = asked.key "
            "cross join lateral (select at from core_event where company_id = %s "
            "and (transaction_id, id) > (place.transaction_id, place.event_id) and transaction_id < %s::text::xid8 "
            "and (asked.value = '[]' or asked.value ? name or asked.value ? (split_part(name, '.', 1) || '.*')) "
            "order by transaction_id, id limit 1) first",
            [
                json.dumps({reader: list(names) for reader, names in readers.items()}),
                *[call.company.id] * 2,
                str(settled_before()),
            ],
        )
        return dict(sql.fetchall())


def about(call: Call, subjects: Sequence[str], limit: int = 200) -> Iterator[Event]:
    """What happened to any of `subjects`, newest first."""
    found = Event.objects.filter(company_id=call.company.id, subjects__overlap=list(subjects))
    return iter(found.order_by("-at", "-id")[:limit])


def _json(value: object) -> Mapping[str, object]:
    return json.loads(value) if isinstance(value, str) else value  # type: ignore[return-value]
