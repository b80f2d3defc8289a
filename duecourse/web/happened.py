"""Events in words: what happened, with which mark, one line of detail, and where each thing it is about can be looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.core.journal import Event
from duecourse.core.money import MINOR_UNITS, Money
from duecourse.core.reasons import N_
from duecourse.web.templatetags.show import money_code

# event name → words, icon, kind of the mark
WORDS: dict[str, tuple[str, str, str]] = {
    "access.api-key-created": (N_("API key made"), "key", ""),
    "access.api-key-revoked": (N_("API key revoked"), "key", "bad"),
    "access.company-changed": (N_("Company changed"), "company", ""),
    "access.company-went-live": (N_("Company went live"), "play", "good"),
    "access.founding-link-created": (N_("Set-up link made"), "link", ""),
    "access.mail-changed": (N_("Mail sender changed"), "mail", ""),
    "access.number-series-set": (N_("Number series set"), "hash", ""),
    "access.opening-set": (N_("First day of the books set"), "calendar", ""),
    "access.company-created": (N_("Company set up"), "company", ""),
    "access.invitation-accepted": (N_("Invitation accepted"), "user-check", "good"),
    "access.invitation-withdrawn": (N_("Invitation withdrawn"), "user-x", ""),
    "access.role-granted": (N_("Role given"), "user-shield", ""),
    "access.role-revoked": (N_("Role taken away"), "user-x", "watch"),
    "access.settings-changed": (N_("Own settings changed"), "settings", ""),
    "access.user-activated": (N_("Log-in opened again"), "user-check", ""),
    "access.user-created": (N_("Person added"), "user-plus", ""),
    "access.user-deactivated": (N_("Log-in ended"), "user-x", "bad"),
    "access.user-invited": (N_("Person invited"), "mail", ""),
    "access.first-view-set": (N_("First view of a list chosen"), "star", ""),
    "access.view-changed": (N_("View changed"), "eye", ""),
    "access.view-deleted": (N_("View deleted"), "trash", ""),
    "access.view-restored": (N_("View brought back"), "undo", ""),
    "access.view-saved": (N_("View saved"), "eye", ""),
    "access.view-shared": (N_("View shared"), "users", ""),
    "access.view-unshared": (N_("View no longer shared"), "eye", ""),
    "access.webhook-changed": (N_("Webhook changed"), "webhook", ""),
    "access.webhook-created": (N_("Webhook added"), "webhook", ""),
    "access.webhook-disabled": (N_("Webhook switched off"), "webhook", "bad"),
    "access.webhook-failing": (N_("Webhook is failing"), "webhook", "bad"),
    "access.webhook-paused": (N_("Webhook paused"), "pause", "watch"),
    "access.webhook-recovered": (N_("Webhook works again"), "webhook", "good"),
    "access.webhook-replayed": (N_("Webhook messages sent again"), "redo", ""),
    "access.webhook-resumed": (N_("Webhook resumed"), "play", "good"),
    "access.webhook-secret-rotated": (N_("Webhook secret changed"), "key", "watch"),
    "access.webhook-tested": (N_("Webhook tested"), "webhook", ""),
    "bank.file-imported": (N_("Bank file read"), "bank", ""),
    "cash.file-taken": (N_("Bank file taken"), "bank", ""),
    "cash.payment-applied": (N_("Payment applied"), "cash", "good"),
    "cash.payment-put-on-account": (N_("Payment put on account"), "wallet", ""),
    "cash.payment-recorded": (N_("Payment recorded"), "cash", ""),
    "cash.payment-set-later": (N_("Payment put aside"), "pause", ""),
    "cash.payment-set-not-receivable": (N_("Payment is no receivable"), "not-equal", ""),
    "cash.payment-unapplied": (N_("Payment taken back from its items"), "undo", "watch"),
    "cash.payments-proposed": (N_("Matches proposed"), "matching", ""),
    "catalog.prices-set": (N_("Prices set"), "tag", ""),
    "catalog.products-created": (N_("Products added"), "package", ""),
    "catalog.tax-rates-set": (N_("Tax rates set"), "percent", ""),
    "collection.absence-ended": (N_("Back again"), "user-check", ""),
    "collection.absence-set": (N_("Away, with a substitute"), "user-x", ""),
    "collection.accounts-assigned": (N_("Collector set"), "user-check", ""),
    "collection.accounts-ranked": (N_("Worklist ranked"), "worklist", ""),
    "collection.contact-logged": (N_("Contact logged"), "phone", ""),
    "collection.contacts-withdrawn": (N_("Contact taken back"), "undo", "watch"),
    "collection.policy-set": (N_("Collection policy set"), "policy", ""),
    "credit.account-opened": (N_("Credit account opened"), "wallet", ""),
    "credit.hold-ended": (N_("Hold ended"), "hold", ""),
    "credit.hold-rejected": (N_("Held order rejected"), "x", "bad"),
    "credit.hold-released": (N_("Held order released"), "unlock", "good"),
    "credit.limit-set": (N_("Limit set"), "limits", ""),
    "credit.order-checked": (N_("Order checked"), "scale", ""),
    "credit.policy-set": (N_("Order policy set"), "policy", ""),
    "credit.reservations-ended": (N_("Credit given back"), "undo", ""),
    "credit.reservations-moved": (N_("Credit moved with the goods"), "truck", ""),
    "customers.account-changed": (N_("Account changed"), "edit", ""),
    "customers.account-let-go-on": (N_("Account goes on"), "play", "good"),
    "customers.account-stopped": (N_("Account stopped"), "stop", "bad"),
    "customers.accounts-opened": (N_("Account opened"), "plus", ""),
    "customers.aliases-added": (N_("Other name learnt"), "tag", ""),
    "customers.bank-accounts-added": (N_("Bank account learnt"), "bank", ""),
    "customers.contact-added": (N_("Contact added"), "user-plus", ""),
    "customers.customer-changed": (N_("Customer changed"), "edit", ""),
    "customers.customers-created": (N_("Customer added"), "plus", ""),
    "customers.terms-created": (N_("Terms added"), "calendar-plus", ""),
    "customers.terms-set": (N_("Terms changed"), "calendar-due", ""),
    "documents.dispatch-dropped": (N_("Mail ended unsent"), "mail-off", ""),
    "documents.dispatch-released": (N_("Mail let go at go-live"), "send", ""),
    "documents.logo-removed": (N_("Logo removed"), "minus", ""),
    "documents.logo-set": (N_("Logo set"), "camera", ""),
    "documents.dispatch-failed": (N_("Mail failed"), "mail-off", "bad"),
    "documents.dispatch-queued": (N_("Mail queued"), "outbox", ""),
    "documents.dispatch-retried": (N_("Mail tried again"), "redo", ""),
    "documents.dispatch-sent": (N_("Mail sent"), "send", ""),
    "documents.document-kept": (N_("File kept"), "file", ""),
    "documents.take-over-confirmed": (N_("Take-over confirmed"), "check", "good"),
    "documents.take-over-discarded": (N_("Take-over discarded"), "trash", ""),
    "documents.take-over-mapped": (N_("Columns of a take-over chosen"), "columns", ""),
    "documents.take-over-opened": (N_("File to take over uploaded"), "upload", ""),
    "documents.take-over-read": (N_("File to take over read"), "spreadsheet", ""),
    "documents.take-over-refused": (N_("Take-over refused"), "x", "bad"),
    "documents.take-over-reopened": (N_("Take-over taken up again"), "redo", ""),
    "documents.take-over-sent": (N_("Take-over sent to be confirmed"), "send", ""),
    "documents.take-over-taken": (N_("Taken over"), "ok", "good"),
    "forecasting.forecast-made": (N_("Cash forecast made"), "trend-up", ""),
    "invoicing.credit-notes-posted": (N_("Credit note posted"), "receipt-refund", ""),
    "invoicing.history-recorded": (N_("History taken over"), "history", ""),
    "invoicing.invoice-credited": (N_("Invoice credited"), "receipt-refund", "watch"),
    "invoicing.invoices-posted": (N_("Invoice posted"), "invoices", ""),
    "invoicing.invoices-sent": (N_("Invoice sent"), "send", ""),
    "kpis.books-verified": (N_("Books checked"), "scale", ""),
    "ledger.accounts-created": (N_("Ledger accounts added"), "plus", ""),
    "ledger.balances-taken-over": (N_("Opening balances taken over"), "scale", ""),
    "ledger.bank-account-created": (N_("Own bank account added"), "bank", ""),
    "ledger.entries-posted": (N_("Entries posted"), "journal", ""),
    "ledger.books-set": (N_("Books set"), "settings", ""),
    "ledger.export-accounts-set": (N_("DATEV numbers set"), "journal", ""),
    "ledger.journal-approved": (N_("Manual journal approved and posted"), "check", "good"),
    "ledger.journal-changed": (N_("Manual journal changed"), "edit", ""),
    "ledger.journal-dropped": (N_("Manual journal dropped"), "minus", ""),
    "ledger.journal-exported": (N_("Journal exported"), "download", ""),
    "ledger.journal-prepared": (N_("Manual journal prepared"), "file-plus", ""),
    "ledger.journal-rejected": (N_("Manual journal rejected"), "x", "bad"),
    "ledger.journal-submitted": (N_("Approval of a journal asked for"), "send", ""),
    "ledger.period-closed": (N_("Period closed"), "lock", ""),
    "ledger.period-locked": (N_("Period soft-locked"), "lock", ""),
    "ledger.period-reopened": (N_("Period opened again"), "unlock", "watch"),
    "ledger.period-unlocked": (N_("Soft lock lifted"), "unlock", ""),
    "ledger.periods-opened": (N_("Periods opened"), "calendar-plus", ""),
    "ledger.rates-loaded": (N_("Exchange rates loaded"), "swap", ""),
    "notices.notices-read": (N_("Notices read"), "eye-check", ""),
    "notices.people-notified": (N_("People told"), "notices", ""),
    "notices.task-created": (N_("Task given"), "plus", ""),
    "notices.tasks-finished": (N_("Task done"), "check", "good"),
    "notices.tasks-handed-over": (N_("Task handed over"), "user-check", ""),
    "notices.tasks-reopened": (N_("Task opened again"), "undo", "watch"),
    "notices.tasks-taken-back": (N_("Task taken back"), "undo", ""),
    "orders.history-recorded": (N_("Orders taken over"), "history", ""),
    "orders.lines-billed": (N_("Lines billed"), "receipt", ""),
    "orders.order-accepted": (N_("Order accepted"), "check", "good"),
    "orders.order-cancelled": (N_("Order cancelled"), "minus", ""),
    "orders.order-changed": (N_("Order changed"), "edit", ""),
    "orders.order-closed-short": (N_("Order closed short"), "minus", ""),
    "orders.order-created": (N_("Order written"), "orders", ""),
    "orders.order-delivered": (N_("Goods delivered"), "truck", ""),
    "orders.order-held": (N_("Order put on hold"), "hold", "bad"),
    "orders.order-rejected": (N_("Order rejected"), "x", "bad"),
    "orders.order-released": (N_("Order released"), "unlock", "good"),
    "prediction.payments-estimated": (N_("Payment dates estimated"), "calendar-due", ""),
    "receivables.clearings-undone": (N_("Clearing undone"), "undo", "watch"),
    "receivables.items-cleared": (N_("Items cleared"), "matching", ""),
    "receivables.items-opened": (N_("Items opened"), "plus", ""),
    "receivables.items-taken-over": (N_("Items taken over"), "download", ""),
    "receivables.marks-ended": (N_("Marks ended"), "flag", ""),
    "receivables.marks-set": (N_("Marks set"), "flag", ""),
    "receivables.sums-aged": (N_("Stored sums seen from today"), "ageing", ""),
    "tailoring.field-changed": (N_("Custom field changed"), "edit", ""),
    "tailoring.field-defined": (N_("Custom field added"), "plus", ""),
    "tailoring.field-restored": (N_("Custom field brought back"), "undo", ""),
    "tailoring.field-retired": (N_("Custom field retired"), "minus", "watch"),
    "tailoring.reason-defined": (N_("Reason code added"), "plus", ""),
    "tailoring.reason-restored": (N_("Reason code brought back"), "undo", ""),
    "tailoring.reason-retired": (N_("Reason code retired"), "minus", "watch"),
    "tailoring.reason-reworded": (N_("Reason code reworded"), "edit", ""),
    "tailoring.text-reset": (N_("Shipped text brought back"), "undo", ""),
    "tailoring.text-written": (N_("Text of mails or documents written"), "edit", ""),
    "tailoring.values-set": (N_("Custom fields filled in"), "edit", ""),
}

# The first letters of an outside id → the address that shows it. A credit account is shown on its customer's page.
PLACES = {
    "tko": "take-over",
    "cus": "customer",
    "acc": "customer",
    "ord": "order",
    "inv": "invoice",
    "itm": "item",
    "jrn": "journal-entry",
    "man": "manual-journal",
    "exp": "journal-export",
    "hld": "hold",
    "pay": "payment",
    "fil": "bank-file",
    "dsp": "mail",
    "evt": "event",
    "whk": "settings-webhook",
    "msg": "settings-webhook-message",
}
# What one must be allowed to read to follow it.
READS = {
    "tko": "documents.read_take_overs",
    "cus": "customers.read",
    "acc": "customers.read",
    "ord": "orders.read",
    "inv": "invoicing.read",
    "itm": "receivables.read",
    "jrn": "ledger.read",
    "man": "ledger.read",
    "exp": "ledger.read",
    "hld": "credit.read",
    "pay": "cash.read",
    "fil": "bank.read",
    "dsp": "documents.read",
    "evt": "journal.read",
    "whk": "access.read",
    "msg": "access.read",
}


@dataclass(frozen=True, slots=True)
class Told:
    """An event as lists show it; `more` is one line of detail, `url` its page in the journal."""

    id: str
    event: Event
    what: str
    more: str
    icon: str
    kind: str


def link(call: Call, ref: str) -> str:
    """Where the thing behind an outside id is shown, "" when it has no page or the caller may not read it."""
    prefix = ref.partition("_")[0]
    name = PLACES.get(prefix)
    if name is None or not call.by.may(READS[prefix]):
        return ""
    try:
        return reverse(name, args=[ref])
    except NoReverseMatch:  # a thing that is shown only inside another page
        return ""


def subjects(call: Call, refs: Sequence[str]) -> list[dict[str, str]]:
    """Everything an event is about: its id, what it is, and where it is shown."""
    return [{"ref": ref, "kind": _(ids.PREFIXES.get(ref.partition("_")[0], "thing")), "url": link(call, ref)} for ref in refs]


def what(event: Event) -> tuple[str, str, str]:
    """Words, icon and mark of an event; a name that has no words yet is shown as it is."""
    known = WORDS.get(event.name)
    if known is None:
        return event.name, "circle", ""
    words, icon, kind = known
    if event.name == "credit.order-checked":
        held = (event.decision or {}).get("result") == "held"
        return (
            (_("Order held by the credit check"), "hold", "bad")
            if held
            else (_("Order passed the credit check"), "check", "good")
        )
    return _(words), icon, kind


def amount(value: object, currency: object) -> str:
    """An amount of an event's facts with its currency, "" when it is none."""
    if not isinstance(value, str) or not isinstance(currency, str) or currency not in MINOR_UNITS:
        return ""
    try:
        return money_code(Money.rounding(Decimal(value), currency))
    except InvalidOperation:
        return ""


def more(facts: Mapping[str, Any]) -> str:
    """One line of an event's facts: the number, the amount, the reason, what it was before; only what is plain text."""
    said = [
        str(facts[name]) for name in ("number", "order", "role", "name", "terms", "first") if isinstance(facts.get(name), str)
    ]
    if facts.get("last") and facts.get("last") != facts.get("first"):
        said[-1:] = [f"{facts.get('first')} – {facts['last']}"]
    for name in ("gross", "amount"):
        if shown := amount(facts.get(name), facts.get("currency")):
            said.append(shown)
            break
    if facts.get("reason"):
        said.append(str(facts["reason"]))
    return " · ".join(said)


def told(event: Event) -> Told:
    """An event in words."""
    words, icon, kind = what(event)
    return Told(ids.outer("evt", event.id), event, words, more(event.facts), icon, kind)


def readable(call: Call, events: Sequence[Event]) -> list[Told]:
    """Those events whose room the caller may read, in words: a page about one thing shows what others did with it."""
    return [told(event) for event in events if call.by.may(event.name.partition(".")[0] + ".read")]
