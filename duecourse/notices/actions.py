"""Give people something to do, tell them what happened, and keep what came of it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from duecourse.access import queries as access_facts
from duecourse.core import bulk, events, ids
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused
from duecourse.core.reasons import to_json
from duecourse.notices import queries, rules
from duecourse.notices.models import Notice, PersonTask

_TASK = (
    "company_id", "subject", "key", "title", "owner_user_id", "owner_role", "from_role", "due_date", "state", "note", "created_by_id",
    "created_by_name", "created_at", "done_by_name", "outcome",
)  # fmt: skip
_NOTICE = ("company_id", "user_id", "subject", "key", "kind", "words", "at")


@action
def create_tasks(call: Call, new: Sequence[rules.NewTask]) -> list[int]:
    """Give tasks to people or roles; their ids. One whose `key` has an open task already is left out.

    Errors: Refused('notices.owner-missing'), Refused('notices.title-missing').
    """
    for each in new:
        _check_owner(call, each.owner)
        if each.title.code == "notices.own" and not str(each.title.params.get("text", "")).strip():
            raise Refused("notices.title-missing", "Say what is to be done.")
    there = queries.open_keys(call, [each.key for each in new if each.key])
    wanted = [each for place, each in enumerate(new) if not each.key or _is_first(new, place, there)]
    rows = [
        (
            call.company.id, each.subject, each.key, json.dumps(to_json(each.title)), each.owner.user_id, each.owner.role, "", each.due_date,
            "open", "", call.by.id, call.by.name, call.at, "", "",
        )
        for each in wanted
    ]  # fmt: skip
    keys = bulk.insert(PersonTask, _TASK, rows)
    if keys:
        events.record_many(
            call,
            [
                ("notices.task-created", [ids.outer("tsk", key), each.subject], {"reason": each.title.code}, None)
                for key, each in zip(keys, wanted, strict=True)
            ],
        )
    return keys


def _is_first(new: Sequence[rules.NewTask], place: int, there: set[str]) -> bool:
    key = new[place].key
    return key not in there and all(other.key != key for other in new[:place])


def _check_owner(call: Call, owner: rules.Owner) -> None:
    if (owner.user_id is None) == (not owner.role):
        raise Refused("notices.owner-missing", "A task belongs to one person or to one role.")
    if owner.role and owner.role not in access_facts.role_codes():
        raise Refused("notices.owner-missing", f"There is no role “{owner.role}”.")
    if owner.user_id is not None and not access_facts.is_member(call, owner.user_id):
        raise ids.not_found("usr")


def _locked(call: Call, task_ids: Sequence[int], states: Sequence[str]) -> list[PersonTask]:
    """The caller's tasks, locked by id, in one of these states. Errors: Refused('not-found'), Refused('notices.task-changed')."""
    found = list(queries.own_tasks(call).filter(pk__in=set(task_ids)).order_by("id").select_for_update(no_key=True, of=("self",)))
    if len(found) != len(set(task_ids)):
        raise ids.not_found("tsk")
    for row in found:
        if row.state not in states:
            who = f" by {row.done_by_name}" if row.state == "done" else ""
            raise Refused("notices.task-changed", f"A task is {row.state.replace('-', ' ')}{who} already. Nothing was changed.")
    return found


@action
def finish_tasks(call: Call, task_ids: Sequence[int], outcome: str = "") -> None:
    """Tasks are done, perhaps with what came of it. Errors: Refused('not-found'), Refused('notices.task-changed')."""
    found = _locked(call, task_ids, rules.OPEN_STATES)
    for row in found:
        row.state, row.done_by_name, row.done_at, row.outcome = "done", call.by.name, call.at, outcome.strip()[:300]
    PersonTask.objects.bulk_update(found, ["state", "done_by_name", "done_at", "outcome"])
    _record(call, "notices.tasks-finished", found, {"reason": outcome.strip()[:300]})


@action
def reopen_tasks(call: Call, task_ids: Sequence[int]) -> None:
    """Tasks are not done after all. Errors: Refused('not-found'), Refused('notices.task-changed')."""
    found = _locked(call, task_ids, ("done",))
    taken = queries.open_keys(call, [row.key for row in found if row.key])
    for row in found:
        row.state = "handed-over" if row.from_user_id or row.from_role else "open"
        row.done_by_name, row.done_at, row.outcome = "", None, ""
        row.key = "" if row.key in taken else row.key  # a new one was made for it meanwhile
    PersonTask.objects.bulk_update(found, ["state", "done_by_name", "done_at", "outcome", "key"])
    _record(call, "notices.tasks-reopened", found, {})


@action
def hand_over_tasks(call: Call, task_ids: Sequence[int], owner: rules.Owner, note: str = "") -> None:
    """Tasks go to another person or role, with a note. Errors: Refused('not-found'), Refused('notices.owner-missing')."""
    _check_owner(call, owner)
    found = _locked(call, task_ids, rules.OPEN_STATES)
    for row in found:
        row.from_user_id, row.from_role = row.owner_user_id, row.owner_role
        row.owner_user_id, row.owner_role = owner.user_id, owner.role
        row.state, row.note = "handed-over", note.strip()[:300]
    PersonTask.objects.bulk_update(found, ["from_user", "from_role", "owner_user", "owner_role", "state", "note"])
    _record(call, "notices.tasks-handed-over", found, {"reason": note.strip()[:300], "role": owner.role})
    told = [
        rules.NewNotice(row.subject, rules.handed_over(call.by.name, note), owner, f"task:{row.id}:{call.at.isoformat()}")
        for row in found
    ]
    notify(call, told)


@action
def take_back_tasks(call: Call, task_ids: Sequence[int]) -> None:
    """Whoever handed tasks over has them again. Errors: Refused('not-found'), Refused('notices.task-changed')."""
    mine = PersonTask.objects.filter(company_id=call.company.id, pk__in=set(task_ids), state="handed-over")
    roles = access_facts.roles_of(call)
    found = [
        row
        for row in mine.order_by("id").select_for_update(no_key=True, of=("self",))
        if row.from_user_id == call.by.id or row.from_role in roles or call.by.kind == "job"
    ]
    if len(found) != len(set(task_ids)):
        raise ids.not_found("tsk")
    for row in found:
        row.owner_user_id, row.owner_role, row.from_user_id, row.from_role = row.from_user_id, row.from_role, None, ""
        row.state, row.note = "open", ""
    PersonTask.objects.bulk_update(found, ["from_user", "from_role", "owner_user", "owner_role", "state", "note"])
    _record(call, "notices.tasks-taken-back", found, {})


@action
def end_tasks(call: Call, keys: Sequence[str], outcome: str) -> int:
    """What tasks were made for is settled: those still open are done by itself; how many."""
    found = list(
        PersonTask.objects.filter(company_id=call.company.id, key__in=set(keys), state__in=rules.OPEN_STATES)
        .order_by("id")
        .select_for_update(no_key=True, of=("self",))
    )
    for row in found:
        row.state, row.done_by_name, row.done_at, row.outcome = "done", call.by.name, call.at, outcome[:300]
    PersonTask.objects.bulk_update(found, ["state", "done_by_name", "done_at", "outcome"])
    if found:
        _record(call, "notices.tasks-finished", found, {"reason": outcome[:300]})
    return len(found)


def _record(call: Call, name: str, found: Sequence[PersonTask], facts: dict[str, object]) -> None:
    subjects = [ids.outer("tsk", row.id) for row in found] + sorted({row.subject for row in found})
    events.record(call, name, subjects, facts)


@action
def notify(call: Call, new: Sequence[rules.NewNotice]) -> int:
    """Tell people what happened, each of them once for each key; how many notices that made. Who did it is not told."""
    holders = access_facts.holders(call, {each.owner.role for each in new if each.owner.role})
    rows, seen = [], set()
    for each in new:
        people = holders.get(each.owner.role, []) if each.owner.role else [each.owner.user_id]
        for user_id in people:
            if user_id is None or user_id == call.by.id or (user_id, each.key) in seen:
                continue
            seen.add((user_id, each.key))
            words = json.dumps(to_json(each.words))
            rows.append((call.company.id, user_id, each.subject, each.key[:100], each.kind, words, call.at))
    keys = {each.key[:100] for each in new}
    there = set(Notice.objects.filter(company_id=call.company.id, key__in=keys).values_list("user_id", "key"))
    rows = [row for row in rows if (row[1], row[3]) not in there]
    made = bulk.insert(Notice, _NOTICE, rows)
    if made:
        subjects = sorted({str(row[2]) for row in rows})
        events.record(call, "notices.people-notified", subjects, {"notices": len(made)})
    return len(made)


@action
def mark_read(call: Call, notice_ids: Sequence[int] | None = None) -> int:
    """The caller has read these notices, or all of them (None); how many were unread."""
    unread = Notice.objects.filter(company_id=call.company.id, user_id=call.by.id, read_at__isnull=True)
    if notice_ids is not None:
        unread = unread.filter(pk__in=set(notice_ids))
    refs = [ids.outer("ntc", key) for key in unread.order_by("id").values_list("id", flat=True)]
    if refs:
        unread.update(read_at=call.at)
        events.record(call, "notices.notices-read", refs[:200], {"notices": len(refs)})
    return len(refs)
