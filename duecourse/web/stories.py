"""What happened, in words, for the history of a record: one row per event name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from duecourse.core.money import MINOR_UNITS, Money
from duecourse.web.templatetags import show

# event → icon, kind, words
_WORDS = {
    "orders.order-created": ("file-plus", "", gettext_lazy("Order entered")),
    "orders.order-changed": ("edit", "", gettext_lazy("Lines changed")),
    "orders.order-accepted": ("check", "good", gettext_lazy("Accepted")),
    "orders.order-held": ("hold", "bad", gettext_lazy("Put on hold")),
    "orders.order-released": ("unlock", "good", gettext_lazy("Released")),
    "orders.order-rejected": ("x", "bad", gettext_lazy("Rejected")),
    "orders.order-cancelled": ("minus", "", gettext_lazy("Cancelled")),
    "orders.order-closed-short": ("lock", "", gettext_lazy("Closed short")),
    "orders.order-delivered": ("truck", "", gettext_lazy("Delivered")),
    "orders.lines-billed": ("receipt", "", gettext_lazy("Billed")),
    "credit.order-checked": ("shield-check", "", gettext_lazy("Credit checked")),
    "credit.hold-opened": ("hold", "bad", gettext_lazy("Hold opened")),
    "credit.hold-released": ("unlock", "good", gettext_lazy("Hold released")),
    "credit.hold-rejected": ("x", "bad", gettext_lazy("Hold rejected")),
    "credit.hold-ended": ("minus", "", gettext_lazy("Hold ended")),
    "credit.reservations-moved": ("coins", "", gettext_lazy("Credit moved with the goods")),
    "credit.reservations-ended": ("coins", "", gettext_lazy("Credit given back")),
    "invoicing.invoices-posted": ("file-check", "good", gettext_lazy("Posted")),
    "invoicing.credit-notes-posted": ("receipt-refund", "", gettext_lazy("Credit note posted")),
    "invoicing.invoice-credited": ("receipt-refund", "watch", gettext_lazy("Credited")),
    "invoicing.invoices-sent": ("send", "", gettext_lazy("Queued to be sent")),
    "documents.dispatch-sent": ("mail", "good", gettext_lazy("Sent")),
    "documents.dispatch-failed": ("mail-off", "bad", gettext_lazy("Could not be sent")),
    "documents.dispatch-retried": ("redo", "", gettext_lazy("Sent again")),
    "receivables.items-opened": ("file-text", "", gettext_lazy("Open item made")),
    "receivables.items-cleared": ("check", "good", gettext_lazy("Cleared")),
    "receivables.clearings-undone": ("undo", "watch", gettext_lazy("Clearing undone")),
    "receivables.marks-set": ("flag", "watch", gettext_lazy("Marked")),
    "receivables.marks-ended": ("flag", "", gettext_lazy("Mark ended")),
    "cash.payment-applied": ("cash", "good", gettext_lazy("Payment applied")),
    "cash.payment-put-on-account": ("wallet", "", gettext_lazy("Payment put on account")),
    "cash.payment-unapplied": ("undo", "watch", gettext_lazy("Payment taken back")),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One row of a history: `more` says who, and what the facts hold."""

    icon: str
    kind: str
    what: str
    more: str
    at: dt.datetime
    name: str


def moments(events: Iterable[Any], currency: str = "") -> list[Moment]:
    """Events as rows, in their order; one that has no words here is shown by its name."""
    return [_moment(event, currency) for event in events]


def _moment(event: Any, currency: str) -> Moment:
    icon, kind, words = _WORDS.get(event.name, ("circle", "", event.name))
    return Moment(icon, kind, str(words), " · ".join([event.by_name, *_details(event, currency)]), event.at, event.name)


def _details(event: Any, currency: str) -> list[str]:
    facts = event.facts
    code = str(facts.get("currency") or currency)
    details = []
    if event.name == "orders.order-changed" and (before := _amount(facts.get("before"), code, currency)):
        details.append(
            _("%(before)s became %(after)s") % {"before": before, "after": _amount(facts.get("gross"), code, currency)}
        )
    elif amount := next(
        (found for name in ("released", "amount", "gross") if (found := _amount(facts.get(name), code, currency))), ""
    ):
        details.append(amount)
    if isinstance(lines := facts.get("lines"), dict):
        details.append(ngettext("%(many)d line", "%(many)d lines", len(lines)) % {"many": len(lines)})
    details += [str(facts[name]) for name in ("delivery", "credit_note", "reason", "until", "cause", "error") if facts.get(name)]
    if (decision := event.decision) and (reason := decision.get("reason")) and isinstance(reason, str) and reason not in details:
        details.append(reason)
    return details


def _amount(value: object, code: str, currency: str) -> str:
    """An amount of the facts, with its code where that is not the page's; "" when there is none."""
    if not isinstance(value, str) or code not in MINOR_UNITS:
        return ""
    try:
        money = Money.rounding(Decimal(value), code)
    except InvalidOperation:
        return ""
    return show.money(money) if code == currency else show.money_code(money)
