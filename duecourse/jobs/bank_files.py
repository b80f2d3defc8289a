"""Take a bank's file that somebody uploaded: all of it or nothing, with its progress on their screen."""

from __future__ import annotations

import datetime as dt
import logging

from duecourse.access import queries as access_facts
from duecourse.bank import queries as bank_facts
from duecourse.cash import actions as cash
from duecourse.cash import queries as cash_facts
from duecourse.cash import rules as cash_rules
from duecourse.core import ids, progress
from duecourse.core.call import Call, retrying, within
from duecourse.core.errors import Refused
from duecourse.core.reasons import Reason, to_json
from duecourse.documents import queries as document_facts
from duecourse.notices import actions as notices
from duecourse.notices.rules import NewNotice, Owner

CHUNK = 500  # payments whose proposals are kept in one transaction
log = logging.getLogger(__name__)


def take(company_id: int, user_id: int, name: str, digest: str, task_id: int, at: dt.datetime) -> None:
    """Import the stored bytes with `digest` for a person; what came of it stands in the task.

    Taking the file is one transaction; what its payments pay is found outside of any, and kept in chunks that hold their locks shortly.
    May be run again after it was killed: a file is known by its bytes, and its payments that are still new are matched then.
    """
    call = access_facts.system_call(company_id, at)
    with within(call):
        if progress.has_ended(call, task_id):
            return
    try:
        call = access_facts.call_for_user(user_id, company_id, at)
        data = document_facts.read_bytes(digest)
        with progress.beside(call, task_id) as tell:
            taken = retrying(lambda: cash.take_file(call, name, data, tell, propose=False))
            try:
                matched = _match(call, taken.file.file_id, tell)
            except Exception:  # the file is in and stays; its payments wait as new, and can be matched again
                log.exception("the matching of a bank file broke")
                matched = True
            _finish(call, task_id, taken, matched)
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


def _match(call: Call, file_id: int, tell: progress.Teller) -> bool:
    """Propose what a file's new payments pay; whether there were any."""
    with within(call):
        waiting = cash_facts.new_of_file(call, file_id)
        facts = cash_facts.matching_facts(call) if waiting else ([], [])
    if not waiting:
        return False
    tell("match", 0, len(waiting))
    made = cash_rules.by_payment(cash_rules.propose(waiting, *facts))
    keys = sorted(made)
    for start in range(0, len(keys), CHUNK):
        part = {key: made[key] for key in keys[start : start + CHUNK]}
        retrying(lambda part=part: cash.keep_proposals(call, part))  # type: ignore[misc]
        tell("match", min(start + CHUNK, len(keys)), len(keys))
    return True


def _finish(call: Call, task_id: int, taken: cash.TakenFile, matched: bool) -> None:
    """Write the task's end. A file that came whole before a kill, and was matched only now, is not called known."""
    known = taken.file.already_imported and not matched
    with within(call):
        row = bank_facts.file_for_caller(call, taken.file.outer_id)
        states = cash_facts.states_of_file(call, taken.file.file_id)
        result = {
            "file": taken.file.outer_id,
            "known": known,
            "lines_read": taken.file.lines_read,
            "lines_new": 0 if known else row.lines_new,
            "lines_known": 0 if taken.file.already_imported else taken.file.lines_known,
            "payments": taken.payments,
            "states": states,
            "warnings": [to_json(reason) for reason in taken.file.warnings],
        }
        progress.finish(call, task_id, result)
