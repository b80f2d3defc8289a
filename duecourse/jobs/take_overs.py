"""Take-overs as jobs: look at a file, and write the rows that a person let in; both with their progress on screen."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import replace
from typing import Any

from duecourse.access import queries as access_facts
from duecourse.core import progress
from duecourse.core.call import Call, retrying, within
from duecourse.core.errors import Refused
from duecourse.documents import actions as documents
from duecourse.documents import queries as document_facts
from duecourse.documents.rules import TakeOverView
from duecourse.jobs.imports import examine

log = logging.getLogger(__name__)


class _Changed(Refused):
    """What would be taken is no longer what was confirmed."""

    def __init__(self, outcome: dict[str, Any]) -> None:
        message = (
            "Since it was confirmed, what this take-over would do has changed: other rows are known, or a rate is another. Nothing was "
            "taken over. Look at the figures again and confirm once more."
        )
        super().__init__("import.changed", message)
        self.outcome = outcome


def look(company_id: int, user_id: int, take_over_id: int, task_id: int, at: dt.datetime) -> None:
    """Read the file and keep what was found. Run again after a kill it finds the same, or that it is done."""
    _run(company_id, user_id, take_over_id, task_id, at, _looked)


def write(company_id: int, user_id: int, take_over_id: int, task_id: int, at: dt.datetime) -> None:
    """Write the ready rows, all in one transaction with the end of the task: after a kill there is all of it or nothing."""
    _run(company_id, user_id, take_over_id, task_id, at, _written)


def _run(company_id: int, user_id: int, take_over_id: int, task_id: int, at: dt.datetime, work: Any) -> None:
    system = access_facts.system_call(company_id, at)
    with within(system):
        if progress.has_ended(system, task_id):
            return
    try:
        call = system if not user_id else access_facts.call_for_user(user_id, company_id, at)
        call = _for_all_rooms(call)
        with progress.beside(call, task_id) as tell:
            retrying(lambda: work(call, take_over_id, task_id, tell))
    except Refused as refused:
        _refuse(system, take_over_id, task_id, refused)
    except Exception as error:
        _refuse(
            system, take_over_id, task_id, Refused("import.broke", "A fault in the program stopped it. Nothing was taken over.")
        )
        log.exception("a take-over broke", exc_info=error)
        raise


def _for_all_rooms(call: Call) -> Call:
    """Who may confirm a take-over lets in what the file holds: the permission was asked for there."""
    return replace(call, by=replace(call.by, permissions=frozenset({"*"})))


def _refuse(call: Call, take_over_id: int, task_id: int, refused: Refused) -> None:
    outcome = refused.outcome if isinstance(refused, _Changed) else None
    with within(call):
        progress.fail(call, task_id, refused)
        if document_facts.take_over(call, take_over_id).state in ("reading", "taking"):
            documents.refuse_take_over(call, take_over_id, {"code": refused.code, "message": refused.message}, outcome)


def _examined(call: Call, view: TakeOverView) -> examine.Examined:
    data = document_facts.read_bytes(view.digest)
    return examine.examine(call, data, view.name, view.kind, view.system, view.mapping, view.options)


def _looked(call: Call, take_over_id: int, task_id: int, tell: progress.Teller) -> None:
    with within(call):
        view = document_facts.take_over(call, take_over_id)
        if view.state != "reading":
            progress.finish(call, task_id, {})
            return
        tell("read", 0, 1)
        done = _examined(call, view)
        keep(call, view, done)
        progress.finish(call, task_id, done.checked.counts())


def keep(call: Call, view: TakeOverView, done: examine.Examined) -> None:
    """Keep what was found, with the rejects as a file in the store."""
    rejects = documents.store_bytes(examine.rejects_csv(done)) if done.checked.rejects else ""
    found, outcome = examine.found_json(done), examine.outcome_json(done)
    documents.keep_findings(call, view.id, done.mapping, done.options, found, outcome, rejects)


def _written(call: Call, take_over_id: int, task_id: int, tell: progress.Teller) -> None:
    with within(call):
        document_facts.one_at_a_time(call)
        view = document_facts.take_over(call, take_over_id)
        if view.state != "taking":
            progress.finish(call, task_id, {})
            return
        tell("check", 0, 1)
        done = _examined(call, view)
        outcome = examine.outcome_json(done)
        if not examine.same_figures(view.outcome, outcome):
            raise _Changed(outcome)
        tell("write", 0, len(done.checked.ready))
        made = examine.written(call, done, view.system)
        documents.finish_take_over(call, take_over_id, {**outcome, "made": made}, done.fingerprint)
        progress.finish(call, task_id, {**done.checked.counts(), "made": made})
