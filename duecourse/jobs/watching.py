"""What waits for too long becomes somebody's task, once; what is settled takes its task with it. And dates to come back are told."""

from __future__ import annotations

import datetime as dt

from duecourse.access import queries as access_facts
from duecourse.cash import queries as cash_facts
from duecourse.collection import queries as collection_facts
from duecourse.collection.rules import OUTCOME_NAMES
from duecourse.core import ids, invariants
from duecourse.core.call import Call, within
from duecourse.core.reasons import Reason
from duecourse.credit import queries as credit_facts
from duecourse.customers import queries as customer_facts
from duecourse.notices import actions as notices
from duecourse.notices import queries as notice_facts
from duecourse.notices.rules import PATIENCE, NewNotice, NewTask, Owner

SETTLED = "settled by itself"


def watch_all(at: dt.datetime) -> int:
    """Every company; how many tasks and notices that made."""
    return sum(watch(access_facts.system_call(company.id, at, "Watch")) for company in access_facts.companies())


def watch(call: Call) -> int:
    """One company, in one transaction; how many tasks and notices that made."""
    with within(call):
        made = 0
        for start, find in (("held:", _held), ("payment:", _aside), ("books:", _books)):
            wanted = find(call)
            made += len(notices.create_tasks(call, wanted))
            notices.end_tasks(call, sorted(notice_facts.open_keys_like(call, start) - {each.key for each in wanted}), SETTLED)
        return made + notices.notify(call, _again(call))


def _held(call: Call) -> list[NewTask]:
    """Orders on hold for longer than credit has patience."""
    patience = PATIENCE["orders-held"]
    late = credit_facts.held_before(call, call.at - dt.timedelta(hours=patience.hours))
    return [
        NewTask(
            ref, Reason("notices.order-held", {"number": number, "hours": int((call.at - at).total_seconds() // 3600)}),
            Owner(role=patience.role), call.today, f"held:{ref}",
        )
        for ref, number, at in late
    ]  # fmt: skip


def _aside(call: Call) -> list[NewTask]:
    """Payments that were put aside."""
    found = cash_facts.rows(call, "later", size=200).rows
    return [
        NewTask(
            ids.outer("pay", row.payment.id),
            Reason("notices.payment-waits", {"number": row.payment.number, "payer": row.payment.payer_name or "–"}),
            Owner(role=PATIENCE["payments-later"].role), call.today + dt.timedelta(hours=PATIENCE["payments-later"].hours),
            f"payment:{row.payment.id}",
        )
        for row in found
    ]  # fmt: skip


def _books(call: Call) -> list[NewTask]:
    """Books that do not tie out."""
    broken = [row.name for row in invariants.rows(call) if not row.holds]
    if not broken:
        return []
    words = Reason("notices.books-broken", {"checks": ", ".join(broken)})
    return [NewTask(ids.outer("cmp", call.company.id), words, Owner(role="controller"), call.today, "books:broken")]


def _again(call: Call) -> list[NewNotice]:
    """Customers who were to be called again today: told to whoever collects from them, else to whoever said so."""
    due = collection_facts.due_again(call, call.today)
    owners = collection_facts.collectors(call, [account for account, *_ in due])
    accounts = customer_facts.accounts_by_id(call, [account for account, *_ in due])
    return [
        NewNotice(
            ids.outer("acc", account),
            Reason("notices.follow-up", {"customer": accounts[account].name, "day": call.today, "outcome": OUTCOME_NAMES[outcome].lower()}),
            Owner(owners.get(account, by)), f"again:{account}:{call.today.isoformat()}",
        )
        for account, by, outcome, _day in due
        if owners.get(account, by)
    ]  # fmt: skip
