"""What the verifier asks of payments."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db.models import Count, Sum

from duecourse.cash.models import Payment
from duecourse.core.call import Call
from duecourse.core.money import Money


def unidentified(call: Call, until: dt.date | None = None) -> tuple[int, Money]:
    """How many payments have no customer yet, and what they come to in the company's currency: what cash clearing holds.

    With a day, those booked up to it.
    """
    found = Payment.objects.filter(company_id=call.company.id, item__isnull=True)
    if until is not None:
        found = found.filter(booking_date__lte=until)
    sums = found.aggregate(many=Count("id"), total=Sum("company_amount"))
    return sums["many"], Money(sums["total"] or Decimal(0), call.company.currency)


def recorded_by_hand(call: Call) -> dict[int, Money]:
    """Bank account id → what was recorded by hand on it, which no statement shows."""
    found = Payment.objects.filter(company_id=call.company.id, bank_line__isnull=True).values_list("bank_account_id", "currency")
    return {account: Money(total, currency) for account, currency, total in found.annotate(total=Sum("amount"))}
