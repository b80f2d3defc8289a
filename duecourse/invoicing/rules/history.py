"""Documents of another system as they were: what each must say, what cannot be taken over and why, which numbers are missing. Pure.

Nothing is guessed. A document that contradicts itself becomes a `HistoryReject` with its place in the list, so that a dry run can
show every one of them before anything is written.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from duecourse.core.money import Money

NUMBER_MAX = 60  # characters of a number that are kept
EARLY_DAYS_MAX = 365  # further from the invoice than this, day and month are swapped more likely than the date is right
LATE_DAYS_MAX = 3660
_RUNNING = re.compile(r"(.*?)([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class HistoricLine:
    """A line as the other system says it; `net` is its own sum, which need not be quantity × price of ours."""

    line_number: int
    description: str
    quantity: Decimal
    unit: str
    net: Money
    product_number: str = ""


@dataclass(frozen=True, slots=True)
class HistoricPayment:
    """Money that settled a document on a day: the document's own sign (a refund settles a credit note)."""

    value_date: dt.date
    money: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoricInvoice:
    """An invoice or credit note of another system. `external_id` is that system's own, unique for ever; so is `number`.

    `money` is what the customer owed by it, below zero for a credit note. `cancels` names the invoice that a credit note takes back,
    `cancelled_date` the day on which the two were set off (the credit note's own day unless said). `where` is said with a reject:
    “line 17”.
    """

    external_id: str
    number: str
    account_id: int
    kind: Literal["invoice", "credit-note"]
    issue_date: dt.date
    due_date: dt.date
    money: Money
    payments: Sequence[HistoricPayment] = ()
    cancels: str = ""
    cancelled_date: dt.date | None = None
    disputed: bool = False
    purchase_order: str = ""
    order_numbers: Sequence[str] = ()
    reference: str = ""
    lines: Sequence[HistoricLine] = ()
    where: str = ""


@dataclass(frozen=True, slots=True)
class HistoryReject:
    """A document that cannot be taken over: its place in the list, what was expected, and what was there."""

    place: int
    where: str
    field: str
    expected: str
    value: str

    def __str__(self) -> str:
        return f"{self.where or self.place + 1}, {self.field}: expected {self.expected}, found “{self.value}”"


@dataclass(frozen=True, slots=True)
class MissingNumbers:
    """A series of foreign numbers that run: how many are between the first and the last, and how many of those are not there."""

    first: str
    last: str
    there: int
    missing: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HistoryRecorded:
    """What was taken over: ids of the new documents in order, and counts. `on_account` is what payments left over, by document."""

    ids: tuple[int, ...]
    known: int
    payments: int
    cancellations: int
    missing: tuple[MissingNumbers, ...]


def check_history(
    invoices: Sequence[HistoricInvoice], on: dt.date, numbers_taken: Iterable[str] = (), cancellable: Iterable[str] = ()
) -> list[HistoryReject]:
    """Every document that cannot be taken over on `on`, with the first thing that is wrong with it.

    `numbers_taken` are numbers that this system has used before, `cancellable` those of earlier invoices that can be cancelled.
    """
    taken, own = set(numbers_taken), {one.number: one for one in invoices if one.kind == "invoice"}
    earlier, seen_ids, seen_numbers = set(cancellable), dict[str, str](), dict[str, str]()
    found = []
    for place, one in enumerate(invoices):
        where = one.where or f"document {place + 1}"
        wrong = _wrong(one, on)
        if wrong is None and one.external_id in seen_ids:
            wrong = ("external id", f"an id once; it is that of {seen_ids[one.external_id]} already", one.external_id)
        if wrong is None and one.number in seen_numbers:
            wrong = ("number", f"a number once; it is that of {seen_numbers[one.number]} already", one.number)
        if wrong is None and one.number in taken:
            wrong = ("number", "a number that this system has not used for another document before", one.number)
        if wrong is None and one.cancels:
            wrong = _wrong_cancellation(one, own.get(one.cancels), one.cancels in earlier)
        if wrong is None:
            seen_ids[one.external_id] = seen_numbers[one.number] = where
        else:
            found.append(HistoryReject(place, where, *wrong))
    return found


def _wrong(one: HistoricInvoice, on: dt.date) -> tuple[str, str, str] | None:
    if not one.external_id or len(one.external_id) > 200:
        return "external id", "the other system’s own id, at most 200 characters", one.external_id[:40]
    if not one.number.strip() or len(one.number) > NUMBER_MAX:
        return "number", f"a number of at most {NUMBER_MAX} characters", one.number[:NUMBER_MAX]
    if not one.money:
        return "amount", "an amount other than zero", str(one.money)
    if (one.money.amount > 0) != (one.kind == "invoice"):
        return "amount", "more than zero for an invoice, less than zero for a credit note", f"{one.kind} {one.money}"
    if one.issue_date > on:
        return "issue date", f"a day up to {on.isoformat()}: history cannot lie ahead", one.issue_date.isoformat()
    if not -EARLY_DAYS_MAX <= (one.due_date - one.issue_date).days <= LATE_DAYS_MAX:
        near = f"a day near the invoice’s ({one.issue_date.isoformat()}); day and month may be swapped"
        return "due date", near, one.due_date.isoformat()
    for payment in one.payments:
        wrong = _wrong_payment(one, payment, on)
        if wrong:
            return wrong
    long = _too_long(one)
    if long:
        return long
    for line in one.lines:
        if line.net.currency != one.money.currency:
            return "lines", f"lines in the document’s currency, {one.money.currency}", line.net.currency
    return None


def _too_long(one: HistoricInvoice) -> tuple[str, str, str] | None:
    texts = [("reference", one.reference, 40), ("purchase order", one.purchase_order, 60)]
    texts += [("order number", number, 20) for number in one.order_numbers]
    texts += [("line text", line.description, 200) for line in one.lines] + [("line unit", line.unit, 10) for line in one.lines]
    texts += [("product number", line.product_number, 40) for line in one.lines]
    for field, text, most in texts:
        if len(text) > most:
            return field, f"at most {most} characters", text[:60]
    return None


def _wrong_payment(one: HistoricInvoice, payment: HistoricPayment, on: dt.date) -> tuple[str, str, str] | None:
    if payment.money.currency != one.money.currency:
        return "payment", f"money in the document’s currency, {one.money.currency}", str(payment.money)
    if payment.money.amount * one.money.amount <= 0:
        return "payment", "money that settles the document (a refund settles a credit note)", str(payment.money)
    if payment.value_date > on:
        return "payment date", f"a day up to {on.isoformat()}: history cannot lie ahead", payment.value_date.isoformat()
    if not -EARLY_DAYS_MAX <= (payment.value_date - one.issue_date).days <= LATE_DAYS_MAX:
        near = f"a day near the invoice’s ({one.issue_date.isoformat()}); day and month may be swapped"
        return "payment date", near, payment.value_date.isoformat()
    return None


def _wrong_cancellation(one: HistoricInvoice, other: HistoricInvoice | None, known: bool) -> tuple[str, str, str] | None:
    if one.kind != "credit-note":
        return "cancels", "a credit note; an invoice cancels nothing", one.cancels
    if other is None:
        return None if known else ("cancels", "an invoice that is taken over too, or was before", one.cancels)
    if (other.account_id, other.money.currency) != (one.account_id, one.money.currency):
        return "cancels", "an invoice of the same customer in the same currency", one.cancels
    return None


def missing_numbers(numbers: Iterable[str], most: int = 5) -> list[MissingNumbers]:
    """The gaps in foreign numbers, by what stands before their running part and how long that is; the longest series first.

    Only what runs can have gaps: a series of which less than half is there is not told as one (numbers drawn at random).
    """
    series: dict[tuple[str, int], set[int]] = defaultdict(set)
    for number in numbers:
        match = _RUNNING.fullmatch(number)
        if match:
            series[match.group(1), len(match.group(2))].add(int(match.group(2)))
    found = []
    for (prefix, width), places in series.items():
        first, last = min(places), max(places)
        missing = last - first + 1 - len(places)
        if not missing or missing > len(places):
            continue
        examples = [place for place in range(first, last) if place not in places][:most]
        found.append(
            MissingNumbers(
                f"{prefix}{first:0{width}d}",
                f"{prefix}{last:0{width}d}",
                len(places),
                missing,
                tuple(f"{prefix}{place:0{width}d}" for place in examples),
            )
        )
    return sorted(found, key=lambda one: (-one.there, one.first))
