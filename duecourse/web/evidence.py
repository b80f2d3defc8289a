"""The matcher's evidence on screen: chips for the glance, points with sentences for the look, a title for each proposal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from duecourse.cash.queries import ProposalView
from duecourse.core.money import Money
from duecourse.core.reasons import Reason
from duecourse.web.templatetags import show

# reason → icon, kind, words for the chip (none: no chip), head of the point
_SAID: dict[str, tuple[str, str, Any, Any]] = {
    "cash.reference-structured": ("hash", "good", gettext_lazy("Reference"), gettext_lazy("Payment reference")),
    "cash.number-in-text": ("hash", "good", gettext_lazy("Number named"), gettext_lazy("Numbers in the text")),
    "cash.number-end-in-text": ("hash", "good", gettext_lazy("Last digits"), gettext_lazy("Last digits of a number")),
    "cash.number-short": ("hash", "watch", gettext_lazy("Short number"), gettext_lazy("A short number")),
    "cash.number-misspelt": ("hash", "watch", gettext_lazy("Number misspelt"), gettext_lazy("A misspelt number")),
    "cash.order-in-text": ("orders", "good", gettext_lazy("Order named"), gettext_lazy("Order in the text")),
    "cash.payer-account-known": ("bank", "good", gettext_lazy("Payer known"), gettext_lazy("Payer account")),
    "cash.payer-name-known": ("user-check", "good", gettext_lazy("Name known"), gettext_lazy("Payer’s name")),
    "cash.payer-in-group": ("users", "good", gettext_lazy("Same group"), gettext_lazy("Payer of the group")),
    "cash.payer-differs": ("user-x", "watch", gettext_lazy("Other payer"), gettext_lazy("Another customer paid")),
    "cash.payer-ambiguous": ("users", "watch", gettext_lazy("Payer not sure"), gettext_lazy("Several customers")),
    "cash.payer-unknown": ("user-x", "watch", gettext_lazy("Payer unknown"), gettext_lazy("Payer")),
    "cash.amount-exact": ("equal", "good", gettext_lazy("Sum exact"), gettext_lazy("Sum")),
    "cash.amount-unique": ("pin", "good", gettext_lazy("Only one so much"), gettext_lazy("Amount")),
    "cash.amount-unique-everywhere": ("pin", "good", gettext_lazy("Only one so much"), gettext_lazy("Amount")),
    "cash.set-unique": ("stack", "good", gettext_lazy("Only one way"), gettext_lazy("Set of items")),
    "cash.two-sets-fit": ("stack", "watch", gettext_lazy("Several ways"), gettext_lazy("Set of items")),
    "cash.all-due": ("calendar-due", "good", gettext_lazy("All due"), gettext_lazy("All that was due")),
    "cash.all-open": ("stack", "good", gettext_lazy("All open"), gettext_lazy("All that is open")),
    "cash.due-run": ("calendar-due", "good", gettext_lazy("Oldest first"), gettext_lazy("Oldest items")),
    "cash.only-item": ("pin", "good", gettext_lazy("Only item"), gettext_lazy("Only item")),
    "cash.completed": ("plus", "watch", gettext_lazy("Completed"), gettext_lazy("One not named")),
    "cash.number-left-out": ("alert", "watch", gettext_lazy("Reference unused"), gettext_lazy("A number left out")),
    "cash.discount-in-time": ("percent", "good", gettext_lazy("Discount in time"), gettext_lazy("Discount")),
    "cash.discount-too-late": ("calendar-x", "bad", gettext_lazy("Discount late"), gettext_lazy("Discount too late")),
    "cash.rounding": ("adjust", "good", gettext_lazy("Rounding"), gettext_lazy("Rounding")),
    "cash.bank-charge": ("coins", "watch", gettext_lazy("Bank charge"), gettext_lazy("Bank charge")),
    "cash.bank-charge-in-text": ("coins", "good", gettext_lazy("Bank charge said"), gettext_lazy("Bank charge")),
    "cash.deducted": ("not-equal", "watch", gettext_lazy("Deduction"), gettext_lazy("Deduction")),
    "cash.deducted-in-text": ("package-off", "watch", gettext_lazy("Deduction said"), gettext_lazy("Deduction")),
    "cash.paid-in-part": ("half", "watch", gettext_lazy("Partly paid"), gettext_lazy("Paid in part")),
    "cash.overpaid": ("plus", "watch", gettext_lazy("Overpaid"), gettext_lazy("Too much")),
    "cash.on-account": ("wallet", "watch", gettext_lazy("On account"), gettext_lazy("On account")),
    "cash.paid-already": ("copy", "bad", gettext_lazy("Paid before"), gettext_lazy("Paid already")),
    "cash.currency-differs": ("swap", "bad", gettext_lazy("Other currency"), gettext_lazy("Currency")),
    "cash.nothing-identified": ("help", "watch", gettext_lazy("Nothing found"), gettext_lazy("Nothing found")),
    "cash.not-from-customer": ("ban", "watch", gettext_lazy("Not a customer’s"), gettext_lazy("Not a customer’s")),
    "cash.paid-out": ("return", "bad", gettext_lazy("Money out"), gettext_lazy("Money out")),
}
_CERTAINTY = ("cash.certified", "cash.not-certified", "cash.not-certified-yet")
_KINDS = {
    "discount": gettext_lazy("discount"),
    "unearned_discount": gettext_lazy("late discount"),
    "bank_charge": gettext_lazy("bank charge"),
    "rounding": gettext_lazy("rounding"),
    "short_payment": gettext_lazy("deduction"),
    "overpayment": gettext_lazy("too much paid"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """One piece of evidence: icon, colour, words; as a point also the sentence."""

    icon: str
    kind: str
    words: str
    reason: Reason


def chips(reasons: Sequence[Reason]) -> list[Said]:
    """Short words for a proposal; a count where several numbers are named."""
    made = []
    for reason in reasons:
        if reason.code not in _SAID:
            continue
        icon, kind, words, _head = _SAID[reason.code]
        numbers = str(reason.params.get("numbers", "")).count(",") + 1
        if reason.code == "cash.number-in-text" and numbers > 1:
            words = ngettext("%(n)s reference", "%(n)s references", numbers) % {"n": numbers}
        made.append(Said(icon, kind, str(words), reason))
    return made


def points(reasons: Sequence[Reason]) -> list[Said]:
    """How we read it: a head and the sentence."""
    return [
        Said(icon, kind, str(head), one) for one in reasons if one.code in _SAID for icon, kind, _chip, head in [_SAID[one.code]]
    ]


def certainty(reasons: Sequence[Reason]) -> Reason | None:
    """How well this kind of case was right so far, or why a person confirms."""
    return next((reason for reason in reasons if reason.code in _CERTAINTY), None)


def title(proposal: ProposalView) -> str:
    """What a proposal does, in one line: which documents, with which differences."""
    numbers = [line.item.number for line in proposal.lines if line.item]
    if not numbers:
        return _("Keep it on account") if proposal.account else _("Not identified")
    shown = ", ".join(numbers) if len(numbers) <= 2 else ngettext("%(n)s item", "%(n)s items", len(numbers)) % {"n": len(numbers)}
    sums: dict[str, Money] = {}
    for line in proposal.lines:
        if line.residual and line.residual_kind in _KINDS:
            sums[line.residual_kind] = sums[line.residual_kind] + line.residual if line.residual_kind in sums else line.residual
    parts = [f"{_KINDS[kind]} {show.money(abs(money))}" for kind, money in sums.items()]
    if any(line.item and line.applied != line.item.open for line in proposal.lines):
        parts.append(_("paid in part"))
    return ", ".join([shown, *parts])
