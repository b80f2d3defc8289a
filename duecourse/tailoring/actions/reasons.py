"""Define, reword and retire reason codes, and note where one is said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.db import connection

from duecourse.core import events
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused
from duecourse.tailoring import queries, rules
from duecourse.tailoring.models import ReasonUse, ReasonVersion


@action
def define_reason(call: Call, new: rules.ReasonCode) -> rules.ReasonCode:
    """Add a reason code, to be chosen from `active_from` on (today when none is said).

    Errors: Refused('tailoring.reason-not-usable'), Refused('tailoring.reason-there') when the code is taken.
    """
    checked = rules.checked_reason(_begun(call, new))
    _lock(call)
    if any((each.kind, each.code) == (new.kind, new.code) for each in queries.reasons(call, new.kind)):
        raise Refused("tailoring.reason-there", f"The code “{new.code}” is there already. Reword it, or take another code.")
    return _write(call, checked, "tailoring.reason-defined", {})


@action
def reword_reason(call: Call, kind: str, code: str, new: rules.ReasonCode) -> rules.ReasonCode:
    """Give a code other words, another account, follow-up or time, as its next version; what was said keeps its words.

    Errors: Refused('tailoring.reason-unknown'), Refused('tailoring.reason-not-usable').
    """
    _lock(call)
    before = _found(call, kind, code)
    begins = before.active_from if new.active_from == dt.date.min else new.active_from
    checked = rules.checked_reason(_begun(call, replace(new, kind=kind, code=code, active_from=begins)))
    same = replace(checked, version=before.version, by_name=before.by_name, recorded_at=before.recorded_at)
    if same == replace(before, active_from=checked.active_from):
        return before
    return _write(call, replace(checked, version=before.version), "tailoring.reason-reworded", {"before": dict(before.words)})


@action
def retire_reason(call: Call, kind: str, code: str, on: dt.date | None = None) -> None:
    """A code can no longer be chosen from a day on (today when none is said); where it was said it stays, with its words.

    Errors: Refused('tailoring.reason-unknown').
    """
    _lock(call)
    before, day = _found(call, kind, code), on or call.today
    ended = replace(before, active_from=min(_begun(call, before).active_from, day), active_until=day)
    _write(call, ended, "tailoring.reason-retired", {"until": day.isoformat()})


@action
def restore_reason(call: Call, kind: str, code: str) -> None:
    """A retired code can be chosen again from today on. Errors: Refused('tailoring.reason-unknown')."""
    _lock(call)
    before = replace(_found(call, kind, code), active_until=None)
    _write(call, _begun(call, before), "tailoring.reason-restored", {})


def _begun(call: Call, reason: rules.ReasonCode) -> rules.ReasonCode:
    return replace(reason, active_from=call.today) if reason.active_from == dt.date.min else reason


def _lock(call: Call) -> None:
    """One change of the company's reasons at a time, so that versions follow each other."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('tailoring.reasons'), %s::int)", [call.company.id])


def _found(call: Call, kind: str, code: str) -> rules.ReasonCode:
    known = {each.code: each for each in queries.reasons(call, kind)}
    if code not in known:
        raise Refused(
            "tailoring.reason-unknown", f"There is no reason “{code[:40]}” here.{rules.nearest(code, known)}", reason=code
        )
    return known[code]


def _write(call: Call, reason: rules.ReasonCode, name: str, facts: Mapping[str, object]) -> rules.ReasonCode:
    written = replace(reason, version=reason.version + 1, by_name=call.by.name)
    ReasonVersion.objects.create(
        company_id=call.company.id,
        kind=written.kind,
        code=written.code,
        version=written.version,
        words=dict(written.words),
        account_code=written.account_code,
        follow_up=written.follow_up,
        active_from=written.active_from,
        active_until=written.active_until,
        by_name=call.by.name,
    )
    told = {"kind": written.kind, "code": written.code, "version": written.version, "words": dict(written.words)}
    events.record(call, name, [], told | dict(facts))
    return written


@action
def say_reasons(call: Call, kind: str, said: Sequence[tuple[str, str, str, str]]) -> list[str]:
    """Note reasons where they are said: (code, note, subject, language) each; the sentences to be kept, in order.

    Without a code the note is the sentence. Called by the action that does what is explained. One query and one insert for
    any number. Errors: Refused('tailoring.reason-unknown'), Refused('tailoring.reason-retired').
    """
    if not any(code for code, _, _, _ in said):
        return [note.strip()[:300] for _, note, _, _ in said]
    known = queries.reasons(call, kind)
    sentences, rows = [], []
    for code, note, subject, language in said:
        if not code:
            sentences.append(note.strip()[:300])
            continue
        reason = rules.chosen(known, kind, code, call.today)
        sentence = rules.sentence(reason.said(language, call.company.language), note)
        sentences.append(sentence)
        rows.append(
            ReasonUse(
                company_id=call.company.id,
                kind=kind,
                code=code,
                version=reason.version,
                subject=subject,
                said=sentence,
                at=call.at,
                by_name=call.by.name,
            )
        )
    ReasonUse.objects.bulk_create(rows)
    return sentences


@action
def say_reason(call: Call, kind: str, code: str, note: str, subject: str) -> str:
    """As `say_reasons` for one, in the company's language; the sentence to be kept."""
    return say_reasons(call, kind, [(code, note, subject, call.company.language)])[0]
