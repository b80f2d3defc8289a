"""Collection: the worklist as ranked, what was said, and what somebody is to do."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from duecourse.api.customers import account_key
from duecourse.api.door import Door, listed
from duecourse.api.shapes import (
    Day,
    Done,
    In,
    Label,
    Listed,
    Made,
    MoneyIn,
    MoneyOut,
    Out,
    Paging,
    ReasonOut,
    Text,
    like,
    money,
    money_or_none,
    outer_id,
    reason,
    reasons,
)
from duecourse.collection import actions, queries, rules
from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.notices import actions as notices
from duecourse.notices import queries as notice_facts
from duecourse.notices import rules as notice_rules

room = Door("Collection")


class WorklistFilter(Paging):
    show: Literal["todo", "done", "waiting"] = "todo"
    whose: Literal["mine", "all", "nobody"] = "all"


class WorklistLine(Out):
    """A customer's place in the worklist; amounts in the company's currency. `priority` is collectible amount × days late."""

    account: str = outer_id("acc")
    priority: str
    overdue: MoneyOut
    collectible: MoneyOut
    promised: MoneyOut
    disputed: MoneyOut
    blocked: MoneyOut
    on_account: MoneyOut
    days_late: int
    oldest_due: Day
    broken_promise: Day | None
    last_contact: Day | None
    last_outcome: str
    next_date: Day | None
    why: list[ReasonOut]


class ContactFilter(Paging):
    account: Annotated[str, outer_id("acc")]


class ContactEntryIn(In):
    """A contact. `promised` and `promise_date` with the outcome promise only; `seen` is the id of the last entry that you know."""

    model_config = like(
        {
            "account": "acc_0123456789ab",
            "outcome": "promise",
            "promised": {"amount": "1200.00", "currency": "EUR"},
            "promise_date": "2026-11-24",
        }
    )

    account: Annotated[str, outer_id("acc")]
    outcome: Literal[
        "will-pay", "promise", "paid", "dispute", "no-answer", "call-back", "wrong-number", "sent", "note", "snoozed"
    ]
    channel: Literal["call", "email", "letter", "visit", "other"] = "call"
    direction: Literal["out", "in"] = "out"
    text: Annotated[str, Text, Field(max_length=2000)] = ""
    person: Label = ""
    next_date: Day | None = None
    promised: MoneyIn | None = None
    promise_date: Day | None = None
    items: list[Annotated[str, outer_id("itm")]] = Field(default_factory=list, max_length=500)
    seen: Annotated[str, outer_id("cte")] | None = None


class ContactEntryOut(Out):
    """A line of the contact log; `taken_back_by` is set when a following entry took it back."""

    id: str = outer_id("cte")
    account: str = outer_id("acc")
    at: dt.datetime
    channel: str
    direction: str
    outcome: str
    text: str
    person: str
    next_date: Day | None
    promised: MoneyOut | None
    promise_date: Day | None
    by: str
    taken_back_by: str


class TaskFilter(Paging):
    show: Literal["todo", "overdue", "done"] = "todo"


class TaskOut(Out):
    """Something that you or your role are to do."""

    id: str = outer_id("tsk")
    about: str
    title: ReasonOut
    role: str
    person: str
    due: Day | None
    state: str
    created_by: str
    created_at: dt.datetime


@room.get("/worklist", "collection.read", Listed[WorklistLine])
def list_worklist(call: Call, query: WorklistFilter) -> Listed[WorklistLine]:
    """Whom to call, the most urgent first, with why."""

    def line(one: rules.Line) -> WorklistLine:
        return WorklistLine(
            account=ids.outer("acc", one.account_id),
            priority=f"{one.priority:f}",
            overdue=money(one.overdue),
            collectible=money(one.collectible),
            promised=money(one.promised),
            disputed=money(one.disputed),
            blocked=money(one.blocked),
            on_account=money(one.on_account),
            days_late=one.days_late,
            oldest_due=one.oldest_due,
            broken_promise=one.broken_date,
            last_contact=one.contact_date,
            last_outcome=one.outcome,
            next_date=one.next_date,
            why=reasons(rules.reasons(one, call.today)),
        )

    return listed(queries.worklist(call, query.show, query.whose, query.page, query.size), line)


@room.get("/contacts", "collection.read", Listed[ContactEntryOut])
def list_contacts(call: Call, query: ContactFilter) -> Listed[ContactEntryOut]:
    """What was said to one customer, the latest first."""
    found = queries.entries_page(call, account_key(call, query.account), query.page, query.size)
    return listed(found, _contact)


def _contact(one: rules.EntryView) -> ContactEntryOut:
    return ContactEntryOut(
        id=one.ref,
        account=ids.outer("acc", one.account_id),
        at=one.at,
        channel=one.channel,
        direction=one.direction,
        outcome=one.outcome,
        text=one.text,
        person=one.person,
        next_date=one.next_date,
        promised=money_or_none(one.promised),
        promise_date=one.promise_date,
        by=one.by_name,
        taken_back_by=one.withdrawn_by,
    )


@room.post("/contacts", "collection.log_contacts", Made, once=True)
def log_contact(call: Call, body: ContactEntryIn) -> Made:
    """Log what was said. A promise and a dispute mark their items; nothing that was said is ever changed."""
    new = rules.NewEntry(
        account_id=account_key(call, body.account),
        outcome=body.outcome,
        channel=body.channel,
        direction=body.direction,
        text=body.text,
        person=body.person,
        next_date=body.next_date,
        promised=body.promised.money() if body.promised else None,
        promise_date=body.promise_date,
        item_ids=tuple(ids.inner("itm", item) for item in body.items),
        seen=ids.inner("cte", body.seen) if body.seen else None,
    )
    return Made(id=ids.outer("cte", actions.log_contacts(call, [new])[0]))


@room.post("/contacts/{contact}/withdraw", "collection.withdraw_contacts", Made)
def withdraw_contact(call: Call, contact: str) -> Made:
    """Take an entry back by one that follows it; the new entry's id."""
    entry = ids.inner("cte", contact)
    return Made(id=ids.outer("cte", actions.withdraw_contacts(call, [entry])[0]))


@room.get("/tasks", "notices.read", Listed[TaskOut])
def list_tasks(call: Call, query: TaskFilter) -> Listed[TaskOut]:
    """What you and your roles are to do, what is due first."""

    def task(one: notice_rules.TaskView) -> TaskOut:
        return TaskOut(
            id=one.ref,
            about=one.subject,
            title=reason(one.title),
            role=one.owner.role,
            person=one.owner_name,
            due=one.due_date,
            state=one.state,
            created_by=one.created_by_name,
            created_at=one.created_at,
        )

    return listed(notice_facts.tasks(call, query.show, query.page, query.size), task)


@room.post("/tasks/{task}/done", "notices.finish_tasks", Done)
def finish_task(call: Call, task: str) -> Done:
    """A task is done."""
    notices.finish_tasks(call, notice_facts.task_keys_for_caller(call, [task]))
    return Done()
