"""Everything that the page of one document shows: its course, marks, allocations, journal entry and history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecourse.core import events, ids
from duecourse.core.call import Call
from duecourse.core.money import Money
from duecourse.customers import queries as customers
from duecourse.documents import queries as documents
from duecourse.documents.rules import DispatchView
from duecourse.invoicing import queries
from duecourse.ledger import queries as ledger
from duecourse.receivables import queries as receivables
from duecourse.web import custom_fields, happened, links, stories
from duecourse.web.templatetags import show

EVENTS = 15
POSTED = ("invoicing.invoices-posted", "invoicing.credit-notes-posted")
CAUSES = {
    "payment": gettext_lazy("Payment"),
    "credit": gettext_lazy("Credit note"),
    "discount": gettext_lazy("Cash discount"),
    "bank-charge": gettext_lazy("Bank charge"),
    "write-off": gettext_lazy("Written off"),
    "rounding": gettext_lazy("Rounding"),
}
MARK_BADGES = {
    "promise": "promised",
    "promised": "promised",
    "dispute": "disputed",
    "disputed": "disputed",
    "dunning": "dunning",
    "plan": "planned",
}


def facts(call: Call, invoice: Any) -> dict[str, Any]:
    """The context of the page; a fixed number of queries."""
    ref = ids.outer("inv", invoice.id)
    item_id = invoice.item_id
    gross, rest = Money(invoice.gross, invoice.currency), Money(invoice.item.open_amount, invoice.currency)
    account = customers.accounts_by_id(call, [invoice.customer_account_id])[invoice.customer_account_id]
    sent = documents.dispatches_about(call, [ref])
    cleared = receivables.history(call, [item_id])
    marks = receivables.marks(call, [item_id], call.today)
    history = list(events.about(call, [ref, ids.outer("itm", item_id)], limit=EVENTS + 1))
    entries = {
        one.id: one
        for one in ledger.entries(
            call, entry_ids=[invoice.entry_id, *(row.clearing.entry_id for row in cleared if row.clearing.entry_id)]
        )
    }
    entry = entries[invoice.entry_id]
    late = (call.today - invoice.due_date).days if rest and invoice.kind == "invoice" else 0
    posted_at = next((one.at for one in history if one.name in POSTED), invoice.recorded_at)
    recipients = (
        customers.invoice_recipients(call, {account.id}).get(account.id, []) if call.by.may("invoicing.send_invoices") else []
    )
    return {
        "ref": ref,
        "invoice": invoice,
        "account": account,
        "customer_url": links.customer(account),
        "buyer": invoice.buyer["name"],
        "gross": gross,
        "open": rest,
        "late": late,
        "badge": "credited"
        if _is_credited(invoice, cleared)
        else queries.state_of(invoice.kind, invoice.gross, invoice.item.open_amount, invoice.due_date, call.today),
        "thing": "item" if late > 0 else "invoice",
        "stops": _stops(call, invoice, posted_at, sent, cleared, marks),
        "marks": [_mark(mark, invoice.currency) for mark in marks],
        "allocations": _allocations(call, cleared, invoice, entries),
        "notes": [(row, reverse("invoice", args=[row.outer_id])) for row in queries.credit_notes(call, invoice.id)],
        "credited_url": reverse("invoice", args=[ids.outer("inv", invoice.credited_id)]) if invoice.credited_id else "",
        "entry": entry,
        "entry_url": happened.link(call, ids.outer("jrn", entry.id)),
        "entry_lines": [_entry_line(line) for line in entry.lines],
        "entry_total": Money.total((line[3] for line in entry.lines if line[3].amount > 0), call.company.currency),
        "moments": stories.moments(history[:EVENTS], invoice.currency),
        "more_moments": len(history) > EVENTS,
        "is_sent": any(one.state != "failed" for one in sent),
        "recipients": recipients,
        "may_send": call.by.may("invoicing.send_invoices") and not invoice.origin,
        "may_credit": call.by.may("invoicing.post_credit_notes") and invoice.kind == "invoice" and not invoice.origin,
        "may_see_orders": call.by.may("orders.read"),
        "own_fields": custom_fields.facts(call, "invoice", invoice.id),
    }


def _stops(
    call: Call, invoice: Any, posted_at: dt.datetime, sent: Sequence[DispatchView], cleared: Sequence[Any], marks: Sequence[Any]
) -> list[dict[str, Any]]:
    """The way of the document so far, and the next stop that is still to come."""
    today = call.today
    stops = [
        _stop("file-plus", "good", _("Created"), show.instant(posted_at, today), invoice.by_name),
        _sent_stop(call, sent),
    ]
    rest = invoice.item.open_amount
    if invoice.kind == "invoice":
        late = (today - invoice.due_date).days
        if rest and late > 0:
            stops.append(_stop("calendar-x", "bad", _("Overdue"), show.day(invoice.due_date, today), show.age(late)))
        else:
            stops.append(
                _stop("calendar-due", "neutral", _("Due"), show.day(invoice.due_date, today), show.age(late) if rest else "")
            )
    stops += [
        _stop(
            "mail-alert",
            "watch",
            _("Reminded"),
            show.day(mark.from_date, today),
            _("dunning level %(level)s") % {"level": mark.value},
        )
        for mark in marks
        if mark.kind == "dunning"
    ]
    only_credits = _only_credits(cleared)
    if rest == 0:
        on = invoice.item.closed_date
        words = _("Used up") if invoice.kind != "invoice" else _("Credited") if only_credits else _("Paid")
        stops.append(_stop("check", "good", words, show.day(on, today) if on else "", ""))
    elif rest != invoice.gross:
        gone, whole = Money(invoice.gross - rest, invoice.currency), Money(invoice.gross, invoice.currency)
        said = _("%(part)s of %(whole)s") % {"part": show.money(gone), "whole": show.money(whole)}
        last = max((one.value_date for one in cleared), default=None)
        words = _("Partly used") if invoice.kind != "invoice" else _("Partly credited") if only_credits else _("Partly paid")
        stops.append(_stop("half", "watch", words, show.day(last, today) if last else "", said))
    else:
        words = _("Not paid yet") if invoice.kind == "invoice" else _("Not used yet")
        stops.append(_stop("coin", "neutral", words, "", ""))
    return stops


def _only_credits(cleared: Sequence[Any]) -> bool:
    """True when credit notes alone took something off, what was given back aside."""
    by_cause: dict[str, Decimal] = {}
    for row in cleared:
        by_cause[row.cause] = by_cause.get(row.cause, Decimal(0)) + row.amount
    return {cause for cause, amount in by_cause.items() if amount} == {"credit"}


def _is_credited(invoice: Any, cleared: Sequence[Any]) -> bool:
    return invoice.kind == "invoice" and invoice.item.open_amount == 0 and _only_credits(cleared)


def _sent_stop(call: Call, sent: Sequence[DispatchView]) -> dict[str, Any]:
    if not sent:
        return _stop("send", "neutral", _("Not sent"), "", "")
    last = sent[0]
    to = ", ".join(last.recipients)
    if last.state == "sent":
        return _stop("send", "good", _("Sent"), show.instant(last.sent_at, call.today), to)
    if last.state == "shown":
        return _stop(
            "eye", "good", _("Shown here only"), show.instant(last.created_at, call.today), _("demo: nothing leaves the house")
        )
    if last.state == "failed":
        return _stop("mail-off", "bad", _("Could not be sent"), show.instant(last.created_at, call.today), last.error or to)
    return _stop("clock", "watch", _("Waits to be sent"), show.instant(last.created_at, call.today), to)


def _stop(icon: str, kind: str, what: str, when: object, more: str) -> dict[str, Any]:
    return {"icon": icon, "kind": kind, "what": what, "when": when, "more": more}


def _allocations(
    call: Call, cleared: Sequence[Any], invoice: Any, entries: Mapping[int, ledger.EntryView]
) -> list[dict[str, Any]]:
    """What was taken off the item, why, and against which other document; what was given back has its cause too."""
    others: dict[int, list[str]] = {}
    sources: dict[int, str] = {}  # where the other side of a clearing comes from
    for one in receivables.siblings(call, [row.clearing_id for row in cleared]) if cleared else ():
        if one.item_id != invoice.item_id and one.item.number not in others.setdefault(one.clearing_id, []):
            others[one.clearing_id].append(one.item.number)
            sources.setdefault(one.clearing_id, one.item.source)
    return [
        {
            "cause": CAUSES.get(row.cause, row.cause),
            "against": ", ".join(others.get(row.clearing_id, [])[:3]),
            "more": max(0, len(others.get(row.clearing_id, [])) - 3),
            "on": row.value_date,
            "amount": -Money(row.amount, invoice.currency),
            "given_back": row.clearing.reversal_of_id is not None,
            "why": row.clearing.cause,
            "url": _source(call, entries.get(row.clearing.entry_id or 0), sources.get(row.clearing_id, ""), invoice),
        }
        for row in cleared
    ]


def _source(call: Call, entry: ledger.EntryView | None, other: str, invoice: Any) -> str:
    """The page of what an allocation comes from, a payment or a credit note; "" when it cannot be seen."""
    own = ids.outer("inv", invoice.id)
    source = entry.source if entry is not None and entry.source != own else other
    return happened.link(call, source) if source else ""


def _mark(mark: Any, currency: str) -> dict[str, Any]:
    return {
        "kind": mark.kind,
        "badge": MARK_BADGES.get(mark.kind, ""),
        "value": mark.value,
        "amount": Money(mark.amount, currency) if mark.amount is not None else None,
        "since": mark.from_date,
        "until": mark.until_date,
        "shown": mark.until_date or mark.value,
    }


def _entry_line(line: tuple[str, str, Money, Money, int | None]) -> dict[str, Any]:
    code, name, _own, company, _account = line
    debit = company if company.amount > 0 else None
    return {"code": code, "name": name, "debit": debit, "credit": -company if debit is None else None}
