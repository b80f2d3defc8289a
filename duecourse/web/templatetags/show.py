"""How values look on screen: money, days, ages, shares, reasons; in the reader's language, as the house writes them.

Values come in as Money, as (Decimal, currency), as a plain Decimal, or None (shown as an en dash).
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_decimal
from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext

from duecourse.core.money import Money, minor_units
from duecourse.core.reasons import Reason, say
from duecourse.web.badges import Badge, badge

register = template.Library()

MINUS, NO_BREAK, NOTHING = "−", "\N{NO-BREAK SPACE}", "–"
_counter = itertools.count(1)


def _locale() -> Locale:
    try:
        return Locale.parse((get_language() or "en").replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def _number(value: Decimal | int, decimals: int, *, sign: bool = False) -> str:
    """`value` with grouping and exactly `decimals` decimals, a true minus, and on request a plus."""
    exact = Decimal(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    text = str(format_decimal(abs(exact), format=pattern, locale=_locale()))
    if exact < 0:
        return MINUS + text
    return "+" + text if sign and exact > 0 else text


def _parts(value: object) -> tuple[Decimal, str]:
    if isinstance(value, Money):
        return value.amount, value.currency
    if isinstance(value, tuple) and len(value) == 2:
        return Decimal(value[0]), str(value[1])
    raise TypeError(f"expected Money or (Decimal, currency), not {value!r}")


@register.filter
def money(value: object) -> str:
    """1,234.56: the amount alone, for a column or card that names its currency; decimals by ISO 4217."""
    if value is None or value == "":
        return NOTHING
    amount_of, currency = _parts(value)
    return _number(amount_of, minor_units(currency))


@register.filter
def money_code(value: object) -> str:
    """USD 31,250.00: with its currency, where currencies are mixed."""
    if value is None or value == "":
        return NOTHING
    amount_of, currency = _parts(value)
    return f"{currency}{NO_BREAK}{_number(amount_of, minor_units(currency))}"


@register.filter
def money_change(value: object) -> str:
    """+1,234.56 or −1,234.56: a difference."""
    if value is None or value == "":
        return NOTHING
    amount_of, currency = _parts(value)
    return _number(amount_of, minor_units(currency), sign=True)


@register.filter
def money_or_dash(value: object) -> str:
    """As money, but nothing (zero or None) is an en dash: for sparse columns."""
    if value is None or value == "" or not _parts(value)[0]:
        return NOTHING
    return money(value)


@register.filter
def thousands(value: object, decimals: int = 1) -> str:
    """3,154.7 for 3,154,712.40: for overviews whose card says “k EUR”."""
    return NOTHING if value is None or value == "" else _number(_parts(value)[0] / 1000, int(decimals))


@register.filter
def amount(value: Decimal | int | None, decimals: int = 2) -> str:
    """A plain Decimal with that many decimals."""
    return NOTHING if value is None or value == "" else _number(Decimal(value), int(decimals))


@register.filter
def count(value: int | Decimal | None) -> str:
    """1,284: a whole number."""
    return NOTHING if value is None or value == "" else _number(Decimal(value), 0)


@register.filter
def quantity(value: Decimal | None) -> str:
    """A quantity without needless zeros: 40, 2.5, 0.125."""
    if value is None:
        return NOTHING
    return _number(value, max(0, -int(Decimal(value).normalize().as_tuple().exponent)))


@register.filter
def price(value: Decimal | None) -> str:
    """A price per unit: two decimals, more only when they say something (9.875)."""
    if value is None:
        return NOTHING
    return _number(value, max(2, -int(Decimal(value).normalize().as_tuple().exponent)))


@register.filter
def rate(value: Decimal | None) -> str:
    """An exchange rate with four decimals, more only when they say something (at most eight)."""
    if value is None:
        return NOTHING
    decimals = -int(Decimal(value).normalize().as_tuple().exponent)
    return _number(value, min(8, max(4, decimals)))


@register.filter
def share(value: Decimal | None, decimals: int = 1) -> str:
    """84.8 %: from a fraction (0.848)."""
    return NOTHING if value is None or value == "" else f"{_number(Decimal(value) * 100, int(decimals))}{NO_BREAK}%"


@register.filter
def percent(value: Decimal | None, decimals: int = 1) -> str:
    """84.8 %: from a percentage (84.8)."""
    return NOTHING if value is None or value == "" else f"{_number(Decimal(value), int(decimals))}{NO_BREAK}%"


@register.filter
def change(value: Decimal | None, decimals: int = 1) -> str:
    """+0.3 or −1.9: a difference of plain numbers."""
    return NOTHING if value is None or value == "" else _number(Decimal(value), int(decimals), sign=True)


def _date_of(value: dt.date | dt.datetime) -> dt.date:
    return (timezone.localtime(value) if timezone.is_aware(value) else value).date() if isinstance(value, dt.datetime) else value


def _in_words(value: dt.date, english: str, skeleton: str) -> str:
    """English as the house writes it (day before month); other languages by their own habit."""
    here = _locale()
    if here.language == "en":
        return str(format_date(value, english, locale="en"))
    return str(format_skeleton(skeleton, value, locale=here))


@register.filter
def day(value: dt.date | None, today: dt.date | None = None) -> str:
    """17 Nov; with the year when it is not the year of `today` (the page's business day; else the clock's)."""
    if not value:
        return NOTHING
    when = _date_of(value)
    if when.year == (today or timezone.localdate()).year:
        return _in_words(when, "d MMM", "MMMd")
    return _in_words(when, "d MMM y", "yMMMd")


@register.filter
def long_day(value: dt.date | None) -> str:
    """Tue 17 Nov 2026."""
    return _in_words(_date_of(value), "EEE d MMM y", "yMMMEd") if value else NOTHING


@register.filter
def full_day(value: dt.date | None) -> str:
    """17 Nov 2026: always with its year."""
    return _in_words(_date_of(value), "d MMM y", "yMMMd") if value else NOTHING


@register.filter
def month(value: dt.date | None) -> str:
    """Nov 2026."""
    return _in_words(_date_of(value), "MMM y", "yMMM") if value else NOTHING


@register.filter
def clock(value: dt.datetime | None) -> str:
    """14:12, in the company's time."""
    return format_time(timezone.localtime(value), "HH:mm", locale=_locale()) if value else NOTHING


@register.filter
def instant(value: dt.datetime | None, today: dt.date | None = None) -> str | SafeString:
    """16 Nov 14:12 in the company's time, “Today 09:12” when `today` is given; the zone and the second on hover."""
    if not value:
        return NOTHING
    here = timezone.localtime(value)
    zone = f"{here:%Y-%m-%d %H:%M:%S} {timezone.get_current_timezone_name()}"
    first = gettext("Today") if today == here.date() else day(here.date(), today)
    return format_html('<time datetime="{}" title="{}">{} {}</time>', here.isoformat(), zone, first, clock(here))


@register.filter
def age(due: dt.date | int | None, today: dt.date | None = None) -> str:
    """72 days late, due today, in 10: from a due date and today, or from days past due."""
    if due is None or due == "":
        return NOTHING
    late = due if isinstance(due, int) else ((today or timezone.localdate()) - _date_of(due)).days
    if late > 0:
        return ngettext("%(days)s day late", "%(days)s days late", late) % {"days": _number(late, 0)}
    if late == 0:
        return gettext("due today")
    return gettext("in %(days)s") % {"days": _number(-late, 0)}


@register.filter
def age_short(due: dt.date | int | None, today: dt.date | None = None) -> str:
    """72, today, in 10: for a column called “Days late”."""
    if due is None or due == "":
        return NOTHING
    late = due if isinstance(due, int) else ((today or timezone.localdate()) - _date_of(due)).days
    return (
        _number(late, 0) if late > 0 else gettext("today") if late == 0 else gettext("in %(days)s") % {"days": _number(-late, 0)}
    )


@register.filter
def duration(value: dt.timedelta | int | None) -> str:
    """1 h 52, 40 min, 3 s: from a timedelta or seconds."""
    if value is None:
        return NOTHING
    seconds = int(value.total_seconds() if isinstance(value, dt.timedelta) else value)
    if seconds < 60:
        return f"{seconds}{NO_BREAK}s"
    if seconds < 3600:
        return f"{seconds // 60}{NO_BREAK}min"
    if seconds < 86400:
        return f"{seconds // 3600}{NO_BREAK}h{NO_BREAK}{seconds % 3600 // 60:02d}"
    return ngettext("%(days)s day", "%(days)s days", seconds // 86400) % {"days": _number(seconds // 86400, 0)}


@register.filter
def iban(value: str | None) -> str:
    """DE41 2909 9900 0012 3444 71: an IBAN in groups of four."""
    text = (value or "").replace(" ", "")
    return NO_BREAK.join(text[place : place + 4] for place in range(0, len(text), 4)) or NOTHING


def shown(value: object, currency: str = "") -> str:
    """Any value of a reason as words: money in `currency` without its code, other money with it."""
    if isinstance(value, Money):
        return money(value) if value.currency == currency else money_code(value)
    if isinstance(value, dt.datetime):
        return f"{day(value)} {clock(value)}"
    if isinstance(value, dt.date):
        return day(value)
    if isinstance(value, Decimal):
        return quantity(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return _number(value, 0)
    if isinstance(value, (list, tuple)):
        return ", ".join(shown(part, currency) for part in value)
    return str(value)


@register.filter
def reason(value: Reason | None, currency: str = "") -> str:
    """A reason as a sentence. `{{ r|reason:"EUR" }}` leaves the code of euro amounts out, since the page names it."""
    return say(value, gettext, lambda part: shown(part, currency)) if value is not None else ""


@register.filter
def initials(value: str) -> str:
    """MS for Miriam Sander."""
    words = [word for word in str(value).split() if word[:1].isalpha()]
    return (words[0][0] + words[-1][0]).upper() if len(words) > 1 else str(value)[:2].upper()


@register.simple_tag
def badge_of(thing: str, state: str, value: object = "") -> Badge:
    """The badge of a thing's state; `value` fills the one gap its words may have (a day, a level, a name)."""
    text = day(value) if isinstance(value, dt.date) else str(value)
    return badge(thing, state, until=text, level=text, team=text, who=text)


@register.simple_tag
def uid(stem: str = "u") -> str:
    """An id that no other element of the page has."""
    return f"{stem}-{next(_counter)}"


@register.simple_tag(takes_context=True)
def address(context: Mapping[str, Any], **changes: object) -> str:
    """The present address with some query values changed; None or "" takes one out. Changing anything but `page` resets it."""
    query = context["request"].GET.copy()
    if "page" not in changes:
        query.pop("page", None)
    for name, value in changes.items():
        if value is None or value == "":
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}" if query else "?view=standard"


@register.simple_tag(takes_context=True)
def sort_address(context: Mapping[str, Any], name: str) -> dict[str, str]:
    """For a column head: where a click leads, and `now`: ascending, descending or "" (from ?sort=name or ?sort=-name)."""
    present = context["request"].GET.get("sort", "") or str(context.get("sorted_by") or "")
    now = "ascending" if present == name else "descending" if present == f"-{name}" else ""
    return {"url": address(context, sort=f"-{name}" if now == "ascending" else name), "now": now}


@register.filter
def as_json(value: object) -> SafeString:
    """JSON that may stand inside <script type="application/json">; Decimals as numbers, dates as ISO text."""

    def plain(part: object) -> object:
        if isinstance(part, Decimal):
            return int(part) if part == part.to_integral_value() else json.loads(str(part))
        if isinstance(part, Money):
            return plain(part.amount)
        return str(part)

    text = json.dumps(value, default=plain, ensure_ascii=False)
    return mark_safe(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S308 — escaped above


@register.filter
def at(mapping: Mapping[str, Any], name: str) -> Any:
    """mapping[name], or "" when there is none."""
    return mapping.get(name, "")
