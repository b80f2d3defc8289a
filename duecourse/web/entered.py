"""What was typed into a form, as values or as the refusal that says what is wrong; and days of an address."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from duecourse.core.errors import Refused
from duecourse.core.money import Money, minor_units
from duecourse.web import typed


def decimal(text: str) -> Decimal:
    """A number. Errors: Refused('web.not-a-number')."""
    try:
        return typed.number(text)
    except ValueError as error:
        raise Refused("web.not-a-number", str(error)) from None


def amount(text: str, currency: str) -> Money:
    """An amount of money. Errors: Refused('web.not-a-number'), Refused('money.unknown-currency'), Refused('money.too-many-decimals')."""
    minor_units(currency)
    return Money(decimal(text), currency)


def day(text: str, today: dt.date) -> dt.date:
    """A day. Errors: Refused('web.not-a-day')."""
    try:
        return typed.day(text, today)
    except ValueError as error:
        raise Refused("web.not-a-day", str(error)) from None


def day_or_none(text: str | None) -> dt.date | None:
    """A day of an address, None when there is none or it cannot be read: a filter that says nothing filters nothing."""
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        return None
