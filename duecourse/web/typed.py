"""What people type into fields: numbers in either style, days in words, as far as they can mean one thing only."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

_DAY = re.compile(r"(\d{1,2})[. /]+(\d{1,2})\.?(?:[. /]+(\d{2}|\d{4}))?\.?")
_SHIFT = re.compile(r"[+-]\d{1,3}")


def number(text: str) -> Decimal:
    """1,234.56, 1.234,56, 1234.5, 12,5. Errors: ValueError with a sentence for what is no number, or could be two numbers."""
    plain = re.sub(r"[\s\u00a0\u202f']", "", text).replace("\u2212", "-")
    sign, digits = ("-", plain[1:]) if plain.startswith("-") else ("", plain.removeprefix("+"))
    if re.fullmatch(r"[0-9]{1,15}([.,][0-9]{1,6})?", digits):
        if _could_be_thousands(digits):
            whole, part = re.split("[.,]", digits)
            point = f"{whole}.{part}" if _point_is_decimal() else f"{whole},{part}0"
            raise ValueError(
                _("“%(text)s” can mean two numbers: write %(thousands)s or %(decimals)s.")
                % {"text": text.strip(), "thousands": whole + part, "decimals": point}
            )
        return Decimal(sign + digits.replace(",", "."))
    for group, point in ((",", "."), (".", ",")):
        grouped = rf"[0-9]{{1,3}}(\{group}[0-9]{{3}})+(\{point}[0-9]{{1,6}})?"
        if re.fullmatch(grouped, digits):
            return Decimal(sign + digits.replace(group, "").replace(point, "."))
    raise ValueError(_("“%(text)s” is no number. Write it like 1,234.56 or 1234.56.") % {"text": text.strip()[:40]})


def _could_be_thousands(digits: str) -> bool:
    """1,234 is asked about everywhere; 1.234 is not where a point always is the decimal mark."""
    found = re.fullmatch(r"[1-9][0-9]{0,2}([.,])[0-9]{3}", digits)
    return found is not None and not (found[1] == "." and _point_is_decimal())


def _point_is_decimal() -> bool:
    return (get_language() or "en").startswith("en")


def plain(value: Decimal) -> str:
    """A decimal for a field, so that `number` reads it back as it was, whatever the language."""
    text = f"{value.normalize():f}"
    return text + "0" if re.fullmatch(r"-?[1-9][0-9]{0,2}\.[0-9]{3}", text) else text


def day(text: str, today: dt.date) -> dt.date:
    """2026-11-20, 20.11.26, 20 11 (the next one), +7. Errors: ValueError with a sentence."""
    words = text.strip()
    try:
        if _SHIFT.fullmatch(words):
            return today + dt.timedelta(days=int(words))
        if found := _DAY.fullmatch(words):
            one, month, year = int(found[1]), int(found[2]), found[3]
            if year:
                return dt.date(int(year) + (2000 if len(year) == 2 else 0), month, one)
            this_year = dt.date(today.year, month, one)
            return this_year if this_year >= today else dt.date(today.year + 1, month, one)
        return dt.date.fromisoformat(words)
    except (ValueError, OverflowError):
        raise ValueError(_("“%(text)s” is no day. Write it like 2026-11-20, 20.11. or +7.") % {"text": words[:40]}) from None
