"""One case of the worklist: what is owed, why now, whom to reach, what was said, and what to do next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from duecourse.access import queries as access_facts
from duecourse.collection import queries, rules
from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.core.money import Money, minor_units
from duecourse.customers import queries as customers
from duecourse.customers.rules import AccountView, CustomerView, NewContact
from duecourse.notices import queries as notice_facts
from duecourse.prediction import queries as prediction_facts
from duecourse.receivables import queries as item_facts
from duecourse.receivables.queries import ItemView
from duecourse.web import entered, estimated, happened
from duecourse.web.templatetags.show import day

ITEMS_SHOWN = 100
# outcome, key, icon: in the order of the keys
OUTCOMES = (
    ("will-pay", "1", "thumb-up"),
    ("paid", "2", "coins"),
    ("dispute", "3", "disputes"),
    ("no-answer", "4", "phone-off"),
    ("call-back", "5", "clock"),
    ("wrong-number", "6", "user-x"),
)


def _outcome_words() -> dict[str, str]:
    return {
        "will-pay": _("Will pay"), "paid": _("Has paid"), "dispute": _("Disputes"), "no-answer": _("No reply"), "call-back": _("Call back"),
        "wrong-number": _("Wrong number"),
    }  # fmt: skip


def person_of(customer: CustomerView) -> NewContact | None:
    """Who answers for payments: by duty first, one with a telephone before one without."""
    ranks = {"payments": 0, "invoices": 1, "other": 2, "orders": 3}
    found = sorted(customer.contacts, key=lambda one: (ranks.get(one.duty, 9), not one.phone, not one.email))
    return found[0] if found else None


def case(call: Call, account: AccountView, typed: dict[str, str]) -> dict[str, Any]:
    """Everything the pane shows; a fixed number of queries."""
    customer = customers.customer_for_caller(call, ids.outer("cus", account.customer_id))
    line = queries.line_of(call, account.id)
    found = item_facts.items(call, call.today, account_ids=[account.id])
    owed = [item for item in found if item.open.amount > 0]
    lines = _items(call, owed)
    entries = queries.entries(call, [account.id], 12)
    person = person_of(customer)
    email = (person.email if person else "") or account.invoice_email
    phone = person.phone if person else ""
    chosen = [one["item"] for one in lines if one["ticked"]]
    asked = [item for item in chosen if item.open.currency == account.currency]
    title, body = queries.statement_mail(call, chosen or owed[:ITEMS_SHOWN], customer.language)
    action = rules.next_action(line, bool(phone), bool(email)) if line else "wait"
    return {
        "ref": ids.outer("acc", account.id),
        "line": line,
        "state": line.state(call.today) if line else "",
        "reasons": rules.reasons(line, call.today) if line else [],
        "why": rules.why_now(line, call.today) if line else None,
        "customer": customer,
        "customer_url": reverse("customer", args=[ids.outer("cus", account.customer_id)]),
        "person": person,
        "phone": phone,
        "email": email,
        "tel": "".join(letter for letter in phone if letter.isdigit() or letter == "+"),
        "next_words": _next_words(action),
        "action": action,
        "items": lines[:ITEMS_SHOWN],
        "items_left": max(0, len(lines) - ITEMS_SHOWN),
        "items_total": _sums(owed),
        "entries": [_said(call, one) for one in entries],
        "seen": max((one.id for one in entries), default=0),
        "collector": access_facts.user_names(call, [line.collector_id]).get(line.collector_id, "")
        if line and line.collector_id
        else "",
        "decimals": minor_units(account.currency),
        "amount": Money.total((item.open for item in asked), account.currency),
        "outcomes": [{"code": code, "key": key, "icon": icon, "label": _outcome_words()[code]} for code, key, icon in OUTCOMES],
        "may_log": call.by.may("collection.log_contacts"),
        "may_mail": call.by.may("collection.send_statement") and bool(owed),
        "mail": {"title": title, "body": body, "items": [item.outer_id for item in chosen or owed[:ITEMS_SHOWN]]},
        "tasks": _tasks(call, account),
        "typed": typed,
    }


def _sums(items: Sequence[ItemView]) -> list[Money]:
    currencies = sorted({item.open.currency for item in items})
    return [Money.total((item.open for item in items if item.open.currency == one), one) for one in currencies]


def _items(call: Call, owed: Sequence[ItemView]) -> list[dict[str, Any]]:
    """The open items with what is said of them and when they will probably be paid; what is overdue and free of a mark is ticked."""
    expected = prediction_facts.estimates(call, [item.id for item in owed[:ITEMS_SHOWN]])
    marks: dict[int, list[Any]] = {}
    for mark in item_facts.marks(call, [item.id for item in owed], call.today):
        marks.setdefault(mark.item_id, []).append(mark)
    made = []
    for item in owed:
        said = {mark.kind: mark for mark in marks.get(item.id, [])}
        state, value = "", ""
        if "disputed" in said:
            amount = said["disputed"].amount
            state = "disputed" if amount is None or amount >= item.open.amount else "partly-disputed"
        elif "promised" in said:
            state, value = "promised", day(_until(said["promised"]), call.today)
        elif "planned" in said or "blocked" in said:
            mark = said.get("planned") or said["blocked"]
            state, value = mark.kind, day(mark.until_date, call.today)
        made.append({
            "item": item, "state": state, "value": value, "url": happened.link(call, item.source) or reverse("item", args=[item.outer_id]),
            "ticked": item.late_days > 0 and not state, "late": item.late_days,
            "expected": estimated.words(call, expected.get(item.id)),
        })  # fmt: skip
    return made


def _until(mark: Any) -> dt.date | None:
    """By when it was promised: the mark's value, else its end."""
    return entered.day_or_none(mark.value) or mark.until_date


def _said(call: Call, entry: rules.EntryView) -> dict[str, Any]:
    return {
        "entry": entry,
        "undo": reverse("worklist-undo", args=[entry.ref])
        if not entry.withdrawn_by and not entry.corrects_id and call.by.may("collection.withdraw_contacts")
        else "",
        "channel": _(rules.CHANNEL_NAMES[entry.channel]),
    }


def _next_words(action: str) -> str:
    return {
        "call": _("Call"),
        "email": _("Send an e-mail"),
        "find-contact": _("Find somebody to talk to"),
        "wait": _("Wait: there is nothing to ask for now"),
    }[action]


def _tasks(call: Call, account: AccountView) -> list[Any]:
    return notice_facts.tasks_about(call, [ids.outer("acc", account.id), ids.outer("cus", account.customer_id)])
