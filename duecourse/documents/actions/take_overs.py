"""Lead a take-over from its file to its rows: opened, read, mapped, sent, confirmed, taken; or discarded before that.

The jobs read the file and write the rows by the actions of the rooms that own them; this room keeps what was decided.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from duecourse.core import events, ids, progress, queue
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused
from duecourse.documents import queries, rules
from duecourse.documents.models import ColumnMapping, TakeOver


@action
def open_take_over(
    call: Call, kind: str, name: str, digest: str, size: int, system: str = "file", queued: bool = True
) -> tuple[int, bool]:
    """A take-over of bytes that are in the store; its id, and whether it is new: the same file that is under way gives that one.

    A file that was taken over before keeps the system that it was said to come from, so that nothing of it comes twice. A job reads
    it, unless `queued` is false: then the caller does.

    Errors: Refused('documents.unknown-kind'), Refused('documents.file-missing'), Refused('documents.system-not-usable').
    """
    rules.kind_of(kind)
    path = queries.path_of(digest)
    if not path.is_file() or path.stat().st_size != size:
        raise Refused(
            "documents.file-missing", "The file is not in the store with this size: store its bytes first.", digest=digest
        )
    system = " ".join(system.split()).casefold() or "file"
    if len(system) > rules.SYSTEM_MAX or not system.isprintable():
        raise Refused(
            "documents.system-not-usable", f"The old system’s name has at most {rules.SYSTEM_MAX} characters, such as sap."
        )
    before = TakeOver.objects.filter(company_id=call.company.id, kind=kind, digest=digest, state="taken").order_by("-id").first()
    system = before.system if before else system
    same = TakeOver.objects.filter(company_id=call.company.id, kind=kind, digest=digest, state__in=rules.OPEN)
    there = same.first()
    if there is None:
        try:
            with transaction.atomic():
                row = TakeOver.objects.create(
                    company_id=call.company.id, kind=kind, name=rules.safe_name(name), digest=digest, size=size, system=system,
                    by_id=call.by.id, by_name=call.by.name, at=call.at,
                )  # fmt: skip
        except IntegrityError:  # somebody else opened the same file just now
            there = same.get()
        else:
            facts = {"kind": kind, "name": row.name, "digest": digest, "size": size}
            events.record(call, "documents.take-over-opened", [ids.outer("tko", row.id)], facts)
            if queued:
                _queue(call, row, "look_at_take_over")
            return row.id, True
    return there.id, False


def _queue(call: Call, row: TakeOver, job: str) -> None:
    """Put the job that works on a take-over into the queue, and keep the task that shows how far it is."""
    row.task_id = progress.begin(call, rules.TAKE_OVER, row.name)
    row.save(update_fields=["task_id"])
    queue.enqueue(job, company_id=call.company.id, user_id=call.by.id, take_over_id=row.id, task_id=row.task_id)


def _locked(call: Call, take_over_id: int, *states: str) -> TakeOver:
    row = (
        TakeOver.objects.filter(company_id=call.company.id, pk=take_over_id).select_for_update(no_key=True, of=("self",)).first()
    )
    if row is None:
        raise ids.not_found("tko")
    if row.state not in states:
        raise Refused(
            "documents.take-over-moved-on",
            f"This take-over of {row.name} is at another step now ({row.state}); nothing was changed. Look at it again.",
            state=row.state,
        )
    return row


@action
def map_take_over(call: Call, take_over_id: int, mapping: Mapping[str, str], options: Mapping[str, Any]) -> None:
    """Say what the columns are; it is read again with that. Errors: those of `checked_mapping`, Refused('documents.take-over-moved-on')."""
    row = _locked(call, take_over_id, "open", "sent", "refused")
    kind = rules.kind_of(row.kind)
    row.mapping, row.options = rules.checked_mapping(kind, mapping), rules.checked_options(kind, options)
    row.state, row.error = "reading", {}
    row.save(update_fields=["mapping", "options", "state", "error"])
    _queue(call, row, "look_at_take_over")
    facts = {"mapping": row.mapping, "options": row.options}
    events.record(call, "documents.take-over-mapped", [ids.outer("tko", row.id)], facts)


@action
def keep_findings(
    call: Call,
    take_over_id: int,
    mapping: Mapping[str, str],
    options: Mapping[str, Any],
    found: Mapping[str, Any],
    outcome: Mapping[str, Any],
    rejects_digest: str,
) -> None:
    """What the file holds and what taking it would do; from here on people look at it. Errors: Refused('documents.take-over-moved-on')."""
    row = _locked(call, take_over_id, "reading")
    row.mapping, row.options, row.found, row.outcome = dict(mapping), dict(options), dict(found), dict(outcome)
    row.rejects_digest, row.state, row.error = rejects_digest, "open", {}
    row.save(update_fields=["mapping", "options", "found", "outcome", "rejects_digest", "state", "error"])
    facts = {name: outcome.get(name, 0) for name in ("ready", "known", "left", "rejected")}
    events.record(call, "documents.take-over-read", [ids.outer("tko", row.id)], facts)


@action
def refuse_take_over(call: Call, take_over_id: int, error: Mapping[str, Any], outcome: Mapping[str, Any] | None = None) -> None:
    """The file cannot be read at all, or what was confirmed could not be written: the latter may be looked at again.

    `outcome` is what taking it would do now, when that is what changed.
    """
    row = _locked(call, take_over_id, "reading", "taking")
    row.state, row.error = ("refused" if row.state == "reading" else "open"), dict(error)
    row.outcome = row.outcome if outcome is None else dict(outcome)
    row.save(update_fields=["state", "error", "outcome"])
    events.record(call, "documents.take-over-refused", [ids.outer("tko", row.id)], {"code": error.get("code", "")})


@action
def send_take_over(call: Call, take_over_id: int) -> None:
    """Send it to be confirmed, as it was checked; who may confirm it is kept with it, and told. Errors: Refused('documents.nothing-to-take')."""
    row = _locked(call, take_over_id, "open")
    _worth_it(row)
    row.state = "sent"
    row.save(update_fields=["state"])
    asked = queries.ids_who_may_confirm(call, row.by_id)
    facts = {"ready": row.outcome.get("ready", 0), "name": row.name, "asked": asked}
    events.record(call, "documents.take-over-sent", [ids.outer("tko", row.id)], facts)


def _worth_it(row: TakeOver) -> None:
    if row.outcome.get("problems"):
        raise Refused(
            "documents.take-over-blocked", "Something stops this take-over as a whole; it is named at the top. Mend it first."
        )
    if not row.outcome.get("ready"):
        raise Refused("documents.nothing-to-take", "No row of this file is ready and new; nothing was taken over.")


@action
def confirm_take_over(call: Call, take_over_id: int, queued: bool = True) -> None:
    """Let the ready rows in; the job that is enqueued with this writes them, all in one transaction.

    Who confirms lets in all that the file holds, whichever rooms it goes to. Unless `queued`, the caller does what the job would.

    Who prepared it confirms it only while nobody else may: otherwise Refused('documents.own-take-over').
    """
    row = _locked(call, take_over_id, "open", "sent")
    _worth_it(row)
    others = queries.others_who_may_confirm(call, queries.take_over_view(row))
    if not rules.may_confirm(row.by_id, call.by.id, others):
        raise Refused(
            "documents.own-take-over",
            f"You prepared this take-over, so somebody else confirms it: {', '.join(others[:5])} can. Send it to be confirmed.",
            others=others,
        )
    row.state, row.confirmed_by_name, row.error = "taking", call.by.name, {}
    row.save(update_fields=["state", "confirmed_by_name", "error"])
    if queued:
        _queue(call, row, "write_take_over")
    facts = {"ready": row.outcome.get("ready", 0), "rejected": row.outcome.get("rejected", 0), "digest": row.digest}
    events.record(call, "documents.take-over-confirmed", [ids.outer("tko", row.id)], facts)


@action
def discard_take_over(call: Call, take_over_id: int) -> None:
    """Put a take-over away before it is confirmed; nothing of it was ever written. `reopen_take_over` undoes it."""
    row = _locked(call, take_over_id, "reading", "open", "sent", "refused")
    row.state, row.ended_at = "discarded", call.at
    row.save(update_fields=["state", "ended_at"])
    events.record(call, "documents.take-over-discarded", [ids.outer("tko", row.id)])


@action
def reopen_take_over(call: Call, take_over_id: int) -> None:
    """Take a discarded one up again; its file is read anew. Errors: Refused('documents.take-over-under-way')."""
    row = _locked(call, take_over_id, "discarded")
    row.state, row.ended_at = "reading", None
    try:
        with transaction.atomic():
            row.save(update_fields=["state", "ended_at"])
    except IntegrityError:
        raise Refused(
            "documents.take-over-under-way", "The same file is being taken over already; go on with that one."
        ) from None
    _queue(call, row, "look_at_take_over")
    events.record(call, "documents.take-over-reopened", [ids.outer("tko", row.id)])


@action
def finish_take_over(call: Call, take_over_id: int, outcome: Mapping[str, Any], key: str) -> None:
    """It is taken over: in the transaction that wrote the rows. The mapping is remembered for files with the same heads (`key`)."""
    row = _locked(call, take_over_id, "taking")
    row.state, row.outcome, row.ended_at = "taken", dict(outcome), call.at
    row.save(update_fields=["state", "outcome", "ended_at"])
    remembered = {name: value for name, value in row.options.items() if name != "on"}
    ColumnMapping.objects.update_or_create(
        company_id=call.company.id,
        kind=row.kind,
        fingerprint=key,
        defaults={"mapping": row.mapping, "options": remembered, "by_name": row.by_name, "at": call.at},
    )
    facts = {
        "kind": row.kind,
        "name": row.name,
        "digest": row.digest,
        **{name: outcome.get(name, 0) for name in ("ready", "known", "rejected")},
    }
    events.record(call, "documents.take-over-taken", [ids.outer("tko", row.id)], facts)
