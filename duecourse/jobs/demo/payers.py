"""When and how the demo's customers pay: by habit and luck, sometimes in parts, bundled, or without a word."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from duecourse.invoicing.queries import Billed
from duecourse.jobs.demo.cast import Customer

CENT = Decimal("0.01")


@dataclass
class Expected:
    """A transfer that will be made on `day` for some invoices; `amounts` by invoice id."""

    day: dt.date
    customer: Customer
    currency: str
    amounts: dict[int, Decimal]
    gross: dict[int, Decimal]  # by invoice id, what was billed
    text: str
    reference: str = ""

    @property
    def amount(self) -> Decimal:
        return sum(self.amounts.values(), Decimal(0))

    def less_credit(self, credited: Mapping[int | None, Decimal]) -> None:
        """Pay what is left of invoices that were credited, without a discount; of two parts the larger one gets smaller."""
        for invoice_id, credit in credited.items():
            if invoice_id in self.amounts:
                whole = self.gross[invoice_id]
                paid = self.amounts[invoice_id]
                if paid * 2 > whole:
                    full = paid if paid * 100 < whole * 90 else whole
                    self.amounts[invoice_id] = max(Decimal(0), full - credit)


def expected_payments(
    luck: random.Random, invoices: Sequence[tuple[Billed, Customer]], today: dt.date, until: dt.date
) -> list[Expected]:
    """The transfers that these invoices, billed `today`, will bring; `until` is the last day of the play."""
    payments: list[Expected] = []
    bundles: dict[tuple[str, dt.date], list[tuple[Billed, Customer, Decimal]]] = defaultdict(list)
    for invoice, customer in invoices:
        habit = customer.habit
        if habit.stops_after is not None and (until - today).days < 7 * habit.stops_after:
            continue
        discount = invoice.discount_until is not None and luck.random() < float(habit.takes_discount)
        if discount and invoice.discount_until and invoice.discount_percent:
            day = invoice.discount_until - dt.timedelta(days=luck.randrange(0, 3))
            day -= dt.timedelta(days=max(0, day.weekday() - 4))  # before the weekend, or the discount is gone
            amount = (invoice.gross - invoice.gross.percent(invoice.discount_percent)).amount
        else:
            late = round(luck.gauss(habit.late_mean, habit.late_spread))
            day = max(today + dt.timedelta(days=3), invoice.due_date + dt.timedelta(days=late))
            amount = invoice.gross.amount
        day = _business(day)
        if habit.bundles:
            day = max(day, invoice.due_date)  # who pays in bundles takes no discounts
            amount = invoice.gross.amount
            bundles[customer.number, day - dt.timedelta(days=day.weekday() - 4)].append((invoice, customer, amount))
        elif luck.random() < float(habit.partial):
            part = (amount * Decimal(luck.choice(["0.3", "0.5", "0.6"]))).quantize(CENT)
            payments.append(_payment(luck, day, [(invoice, customer, part)]))
            later = _business(day + dt.timedelta(days=luck.randrange(10, 35)))
            payments.append(_payment(luck, later, [(invoice, customer, amount - part)]))
        else:
            payments.append(_payment(luck, day, [(invoice, customer, amount)]))
    payments += [_payment(luck, day, members) for (_, day), members in bundles.items()]
    return payments


def _business(day: dt.date) -> dt.date:
    return day + dt.timedelta(days=7 - day.weekday()) if day.weekday() > 4 else day


def _payment(luck: random.Random, day: dt.date, members: Sequence[tuple[Billed, Customer, Decimal]]) -> Expected:
    first, customer, _ = members[0]
    numbers = [invoice.number for invoice, _, _ in members]
    amounts = {invoice.id: amount for invoice, _, amount in members}
    gross = {invoice.id: invoice.gross.amount for invoice, _, _ in members}
    way = luck.random()
    if way < float(customer.habit.silent):
        return Expected(day, customer, first.gross.currency, amounts, gross, luck.choice(["INVOICE", "ZAHLUNG", "THANK YOU", ""]))
    if len(members) == 1 and way < 0.4:
        return Expected(day, customer, first.gross.currency, amounts, gross, "", first.reference)
    if way < 0.5:
        return Expected(
            day, customer, first.gross.currency, amounts, gross, "RG " + " ".join(number.rsplit("-", 1)[1] for number in numbers)
        )
    if way < 0.56 and first.purchase_order:
        return Expected(day, customer, first.gross.currency, amounts, gross, f"YOUR ORDER {first.purchase_order}")
    return Expected(
        day,
        customer,
        first.gross.currency,
        amounts,
        gross,
        luck.choice(["", "Rechnung ", "INV ", "Re.Nr. "]) + ", ".join(numbers),
    )
