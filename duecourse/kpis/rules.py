"""Key figures with their formulas. Pure: amounts in, a figure with its parts and words out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from duecourse.core.money import Money
from duecourse.core.reasons import N_, Reason, define

DSO_DAYS = 90

define(
    {
        "kpis.dso": N_(
            "Open {open} ÷ sales {sales} × {days} days. VAT is in both; sales are invoices less credit notes of the last {days} days."
        ),
        "kpis.dso-no-sales": N_("Nothing was invoiced in the last {days} days, so there is no DSO."),
        "kpis.overdue-share": N_(
            "Overdue {overdue} ÷ open {open}. Overdue means due before {on}; credits count in the open amount."
        ),
        "kpis.exposure": N_(
            "Open items {open}, and {reserved} of orders and deliveries not billed yet, gross, at today’s rates."
        ),
        "kpis.received": N_(
            "Money booked on the company’s own bank accounts in the {days} days to {on}, at the rates of the booking days."
        ),
        "kpis.open": N_("All open items on {on} as booked in {currency}: invoices less credits and payments on account."),
    }
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A key figure: `value` is None when it cannot be told; `formula` says how it came about."""

    name: str
    value: Decimal | None
    unit: str
    formula: Reason


@dataclass(frozen=True, slots=True)
class AgeSummary:
    """What is open by age, in the company's currency."""

    on: dt.date
    buckets: tuple[Money, ...]
    items: int

    @property
    def total(self) -> Money:
        return Money.total(self.buckets, self.buckets[0].currency)

    @property
    def overdue(self) -> Money:
        return Money.total(self.buckets[1:], self.buckets[0].currency)

    @property
    def shares(self) -> tuple[Decimal, ...]:
        """Each bucket's share of the total in percent, one decimal, adding up to 100.0 as shown (largest remainder)."""
        if self.total.amount <= 0 or any(bucket.amount < 0 for bucket in self.buckets):
            whole = self.total.amount or Decimal(1)
            return tuple((bucket.amount * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP) for bucket in self.buckets)
        tenths = Money.of_minor(1000, "JPY").split([bucket.amount for bucket in self.buckets])
        return tuple(part.amount / 10 for part in tenths)


def dso(open_amount: Money, sales: Money, days: int = DSO_DAYS) -> Figure:
    """Days sales outstanding = receivables ÷ credit sales of the period × days of the period, one decimal."""
    if sales.amount <= 0:
        return Figure("dso", None, "days", Reason("kpis.dso-no-sales", {"days": days}))
    value = (open_amount.amount * days / sales.amount).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return Figure("dso", value, "days", Reason("kpis.dso", {"open": open_amount, "sales": sales, "days": days}))


def overdue_share(summary: AgeSummary) -> Figure:
    """Overdue ÷ open, in percent with one decimal; nothing open is nothing overdue."""
    whole, late = summary.total, summary.overdue
    value = (late.amount * 100 / whole.amount).quantize(Decimal("0.1"), ROUND_HALF_UP) if whole else Decimal(0)
    return Figure("overdue-share", value, "%", Reason("kpis.overdue-share", {"overdue": late, "open": whole, "on": summary.on}))


def received(total: Money, days: int, on: dt.date) -> Figure:
    """What came in on the company's bank accounts in the days to `on`."""
    return Figure("received", total.amount, total.currency, Reason("kpis.received", {"days": days, "on": on}))


def open_receivables(summary: AgeSummary) -> Figure:
    """All that is open, as booked."""
    reason = Reason("kpis.open", {"on": summary.on, "currency": summary.total.currency})
    return Figure("open", summary.total.amount, summary.total.currency, reason)


def exposure(open_amount: Money, reserved: Money) -> Figure:
    """What would be lost if nobody paid: open items and what orders and deliveries add to them."""
    total = open_amount + reserved
    return Figure("exposure", total.amount, total.currency, Reason("kpis.exposure", {"open": open_amount, "reserved": reserved}))


def weeks(first: dt.date, last: dt.date, by_day: Mapping[dt.date, Money], currency: str) -> list[tuple[dt.date, Money]]:
    """Sums per calendar week (Monday to Sunday) from the week of `first` to that of `last`, empty weeks too."""
    start = first - dt.timedelta(days=first.weekday())
    sums: dict[dt.date, Money] = {}
    while start <= last:
        sums[start] = Money.zero(currency)
        start += dt.timedelta(days=7)
    for day, money in by_day.items():
        monday = day - dt.timedelta(days=day.weekday())
        if monday in sums:
            sums[monday] += money
    return sorted(sums.items())


def summed(buckets: Sequence[Sequence[Money]], on: dt.date, currency: str, items: int) -> AgeSummary:
    """Many rows of buckets as one."""
    columns = list(zip(*buckets, strict=True)) or [()] * 5
    return AgeSummary(on, tuple(Money.total(column, currency) for column in columns), items)
