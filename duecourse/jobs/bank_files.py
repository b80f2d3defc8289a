"""Take a bank's file that somebody uploaded: all of it or nothing, with its progress on their screen."""

from __future__ import annotations

import datetime as dt
import logging

from duecourse.access import queries as access_facts
from duecourse.cash import actions as cash
from duecourse.core import ids, progress
from duecourse.core.call import Call, retrying, within
from duecourse.core.errors import Refused
from duecourse.core.reasons import Reason, to_json
from duecourse.documents import queries as document_facts
from duecourse.notices import actions as notices
from duecourse.notices.rules import NewNotice, Owner

log = logging.getLogger(__name__)


def take(company_id: int, user_id: int, name: str, digest: str, task_id: int, at: dt.datetime) -> None:
    """Import the stored bytes with `digest` for a person; what came of it stands in the task.

    May be run again after it was killed: the task's end is written in the transaction of the import.
    """
    call = access_facts.system_call(company_id, at)
    with within(call):
        if progress.has_ended(call, task_id):
            return
    try:
        call = access_facts.call_for_user(user_id, company_id, at)
        data = document_facts.read_bytes(digest)
        with progress.beside(call, task_id) as tell:
            retrying(lambda: _taken(call, name, data, task_id, tell))
    except Refused as refused:
        with within(call):
            progress.fail(call, task_id, refused)
            _tell_refused(call, name, digest, refused)
    except Exception as error:
        with within(call):
            progress.fail(
                call, task_id, Refused("bank.import-broke", f"{name} could not be imported because of a fault in the program.")
            )
        log.exception("the import of a bank file broke", exc_info=error)
        raise


def _tell_refused(call: Call, name: str, digest: str, refused: Refused) -> None:
    """Everybody who takes bank files learns that one was not taken; who uploaded it sees it on their page."""
    words = Reason("notices.bank-file-refused", {"name": name, "why": refused.message})
    new = NewNotice(ids.outer("cmp", call.company.id), words, Owner(role="cash-application"), f"bank-file:{digest}", "bad")
    notices.notify(access_facts.system_call(call.company.id, call.at), [new])


def _taken(call: Call, name: str, data: bytes, task_id: int, tell: progress.Teller) -> None:
    with within(call):
        taken = cash.take_file(call, name, data, tell)
        result = {
            "file": taken.file.outer_id,
            "known": taken.file.already_imported,
            "lines_read": taken.file.lines_read,
            "lines_new": taken.file.lines_new,
            "lines_known": 0 if taken.file.already_imported else taken.file.lines_known,
            "payments": taken.payments,
            "states": taken.states,
            "warnings": [to_json(reason) for reason in taken.file.warnings],
        }
        progress.finish(call, task_id, result)
