"""How old is what each customer owes, on a given day and as known at a given instant? Pure: no database, no clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from duecourse.core.errors import Refused
from duecourse.core.money import Money

BUCKETS: tuple[str, ...] = ("not_due", "1_30", "31_60", "61_90", "over_90")
_LAST_DAYS = ((0, "not_due"), (30, "1_30"), (60, "31_60"), (90, "61_90"))


@dataclass(frozen=True, slots=True, kw_only=True)
class AgedItem:
    """An open item as ageing needs it. `open` is what is owed before any of the allocations given beside it.

    Negative = a credit. `due_date` may be missing on a credit only: it then ages by its issue date.
    """

    item_id: int | str
    customer_id: int | str
    issue_date: dt.date
    due_date: dt.date | None
    open: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class AgedAllocation:
    """What takes `amount` off an item's open amount; a reversal is one of its own with the amount negative.

    `recorded_at` is an instant with its zone: when it became known, which may be long after its value date.
    """

    item_id: int | str
    amount: Money
    value_date: dt.date
    recorded_at: dt.datetime


@dataclass(frozen=True, slots=True)
class AgeingRow:
    """What one customer owes in one currency, by age. The buckets add up to `total`."""

    customer_id: int | str
    currency: str
    buckets: tuple[Money, ...]  # in the order of BUCKETS
    total: Money


def bucket(due_date: dt.date, on: dt.date) -> str:
    """The age of something due on `due_date`, seen on `on`: due that very day is not yet due."""
    late_days = (on - due_date).days
    for last_day, name in _LAST_DAYS:
        if late_days <= last_day:
            return name
    return "over_90"


def ages_from(item: AgedItem) -> dt.date:
    """The day an item's age is counted from: its due date; a credit without one has its issue date.

    Errors: Refused('receivables.no-due-date') for something owed without a due date, as its age would be a guess.
    """
    if item.due_date is not None:
        return item.due_date
    if item.open.amount > 0:
        raise Refused(
            "receivables.no-due-date", f"Item {item.item_id} has no due date, so its age is not known.", item=item.item_id
        )
    return item.issue_date


def last_moment(day: dt.date) -> dt.datetime:
    """The last moment of a day in UTC: “as known on 2 October” includes all that was recorded on that day."""
    return dt.datetime.combine(day, dt.time.max, dt.UTC)


def age_items(
    items: Iterable[AgedItem], allocations: Iterable[AgedAllocation], on: dt.date, known_at: dt.datetime | None = None
) -> list[AgeingRow]:
    """One row per customer and currency that has items issued on or before `on`, sorted by customer and currency.

    An allocation counts when its value date is `on` or earlier and it was recorded at `known_at` or earlier
    (None = all that is recorded). Items settled in full keep their customer's row, with zeros.
    Errors: Refused('receivables.no-due-date'), Refused('money.currencies-differ') for an allocation in another currency
    than its item, Refused('receivables.zone-missing') for an instant without a zone.
    """
    if known_at is not None and known_at.tzinfo is None:
        raise Refused("receivables.zone-missing", "“As known at” needs an instant with its time zone.")
    counted: dict[int | str, Money] = {}
    for allocation in allocations:
        if allocation.recorded_at.tzinfo is None:
            raise Refused(
                "receivables.zone-missing", f"An allocation to item {allocation.item_id} has no time zone in recorded_at."
            )
        if allocation.value_date > on or (known_at is not None and allocation.recorded_at > known_at):
            continue
        before = counted.get(allocation.item_id)
        counted[allocation.item_id] = allocation.amount if before is None else before + allocation.amount

    sums: dict[tuple[int | str, str], list[Money]] = {}
    for item in items:
        if item.issue_date > on:
            continue
        currency = item.open.currency
        buckets = sums.setdefault((item.customer_id, currency), [Money.zero(currency)] * len(BUCKETS))
        place = BUCKETS.index(bucket(ages_from(item), on))
        allocated = counted.get(item.item_id)
        buckets[place] = buckets[place] + (item.open if allocated is None else item.open - allocated)
    return [_row(customer_id, currency, sums[customer_id, currency]) for customer_id, currency in sorted(sums, key=_order)]


def _order(key: tuple[int | str, str]) -> tuple[str, str]:
    return str(key[0]), key[1]


def _row(customer_id: int | str, currency: str, buckets: Sequence[Money]) -> AgeingRow:
    return AgeingRow(customer_id, currency, tuple(buckets), Money.total(buckets, currency))
