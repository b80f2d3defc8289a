"""What happened to a record, as rows of its history: the words of `happened`, who did it, and what its facts hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duecourse.core.money import MINOR_UNITS, Money
from duecourse.web import happened
from duecourse.web.templatetags import show


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
    words, icon, kind = happened.what(event)
    return Moment(icon, kind, words, " · ".join([event.by_name, *_details(event, currency)]), event.at, event.name)


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
