"""Custom fields: what may be defined, and what may stand in them. Pure: no database, no clock.

Inside a field is found by its key, never by its name, so it may be called like a column or a word of SQL. Outside it is
always written with a prefix: `custom.cost_center` in filters, lists and texts, below `custom` in JSON.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from duecourse.core.errors import Refused
from duecourse.core.money import MINOR_UNITS, Money
from duecourse.tailoring.rules.reasons import LANGUAGES, nearest

PREFIX = "custom."
THINGS = ("customer", "order", "invoice")
FIELD_KINDS = ("text", "number", "amount", "date", "yes-no", "choice")
COPIES = {"customer": ("",), "order": ("", "customer"), "invoice": ("", "customer", "order")}
FIELDS_MAX = 40  # that are in use, for one thing
TEXT_MAX = 500
OPTIONS_MAX = 200
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_NUMBER = re.compile(r"-?[0-9]{1,13}(\.[0-9]{1,6})?")
_AMOUNT = re.compile(r"(?:([A-Z]{3}) ?)?(-?[0-9]{1,13}(?:\.[0-9]{1,4})?)(?: ?([A-Z]{3}))?")
_YES, _NO = ("yes", "true"), ("no", "false")


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a list: what is kept, and its words by language."""

    value: str
    words: Mapping[str, str]

    def said(self, language: str) -> str:
        return self.words.get(language) or next(iter(self.words.values()), "") or self.value


@dataclass(frozen=True, slots=True)
class FieldView:
    """A custom field. `least` and `most` bound a number, an amount, a date, or how long a text is."""

    thing: str
    name: str
    kind: str
    labels: Mapping[str, str]
    helps: Mapping[str, str] = ()  # type: ignore[assignment]
    required: bool = False
    options: tuple[Option, ...] = ()
    least: str = ""
    most: str = ""
    decimals: int = 0
    pattern: str = ""
    place: int = 0
    see_roles: tuple[str, ...] = ()
    edit_roles: tuple[str, ...] = ()
    copied_from: str = ""
    retired_date: dt.date | None = None
    id: int = 0

    @property
    def outer_name(self) -> str:
        """How it is called outside: custom.cost_center."""
        return PREFIX + self.name

    def label(self, language: str) -> str:
        return self.labels.get(language) or next((self.labels[each] for each in LANGUAGES if self.labels.get(each)), self.name)

    def help(self, language: str) -> str:
        helps = dict(self.helps)
        return helps.get(language) or next((helps[each] for each in LANGUAGES if helps.get(each)), "")


@dataclass(frozen=True, slots=True)
class Value:
    """What stands in a field: `text` as it is written outside (1234.50 EUR, 2026-11-17, yes), and typed where order matters."""

    text: str
    number: Decimal | None = None
    currency: str = ""
    date: dt.date | None = None

    @property
    def money(self) -> Money | None:
        return Money(self.number, self.currency) if self.number is not None and self.currency else None


def checked_field(field: FieldView, roles: Iterable[str]) -> FieldView:
    """`field` when it can be defined, with its texts trimmed. Errors: Refused('tailoring.field-not-usable')."""
    if field.thing not in THINGS or field.kind not in FIELD_KINDS:
        raise _not_usable(f"A field belongs to one of {', '.join(THINGS)} and is one of {', '.join(FIELD_KINDS)}.")
    if not _NAME.fullmatch(field.name) or len(field.name) > 40:
        raise _not_usable(
            f"“{field.name[:50]}” is not a name: expected up to 40 small letters, digits and single underscores, as cost_center. "
            f"Any such word will do, also one that is taken elsewhere: outside it is written {PREFIX}name."
        )
    labels, helps = _said(field.labels, 60), _said(dict(field.helps), 200)
    if not labels:
        raise _not_usable(f"The field {field.name} needs a label in at least one language.")
    unknown = sorted({*field.see_roles, *field.edit_roles} - set(roles))
    if unknown:
        raise _not_usable(f"There is no role {', '.join(unknown)}.")
    if field.see_roles and set(field.edit_roles or field.see_roles) - set(field.see_roles):
        raise _not_usable("Who may change a field must be able to see it: give those roles the right to see it too.")
    if field.copied_from not in COPIES[field.thing]:
        raise _not_usable(f"A field of the {field.thing} cannot take its value from “{field.copied_from}”.")
    if not 0 <= field.decimals <= 6 or (field.decimals and field.kind != "number"):
        raise _not_usable("A number has 0 to 6 decimals; other kinds say nothing about decimals.")
    options = _options(field)
    _bounds(field)
    if field.pattern and (field.kind != "text" or len(field.pattern) > 60 or not field.pattern.isprintable()):
        raise _not_usable("A pattern belongs to a text: up to 60 characters, 9 for a digit, A for a letter, * for either.")
    return FieldView(
        field.thing, field.name, field.kind, labels, helps, field.required, options, field.least, field.most, field.decimals,
        field.pattern, field.place, tuple(sorted(set(field.see_roles))), tuple(sorted(set(field.edit_roles))), field.copied_from,
        field.retired_date, field.id,
    )  # fmt: skip


def _not_usable(message: str) -> Refused:
    return Refused("tailoring.field-not-usable", message)


def _said(words: Mapping[str, str], longest: int) -> dict[str, str]:
    kept = {language: " ".join(text.split()) for language, text in words.items() if text.strip()}
    if set(kept) - set(LANGUAGES) or any(len(text) > longest or not text.isprintable() for text in kept.values()):
        raise _not_usable(f"Words are lines of at most {longest} characters in {', '.join(LANGUAGES)}.")
    return kept


def _options(field: FieldView) -> tuple[Option, ...]:
    values = [option.value.strip() for option in field.options]
    if (field.kind == "choice") != bool(values):
        raise _not_usable(f"{field.name}: a field with a list needs its answers, and only such a field has them.")
    if len(values) > OPTIONS_MAX or any(not 0 < len(value) <= 60 or not value.isprintable() for value in values):
        raise _not_usable(f"{field.name}: up to {OPTIONS_MAX} answers of 1 to 60 characters each.")
    if len({value.casefold() for value in values}) != len(values):
        raise _not_usable(f"{field.name}: an answer stands twice in the list.")
    return tuple(Option(value, _said(option.words, 60)) for value, option in zip(values, field.options, strict=True))


def _bounds(field: FieldView) -> None:
    bounds = [bound for bound in (field.least, field.most) if bound]
    if bounds and field.kind in ("yes-no", "choice"):
        raise _not_usable(f"{field.name}: only texts, numbers, amounts and dates have a least and a most.")
    try:
        read = [_bound(field, bound) for bound in bounds]
    except (ValueError, InvalidOperation):
        what = {"date": "a day as 2026-11-17", "text": f"a number of characters from 0 to {TEXT_MAX}"}.get(field.kind, "a number")
        raise _not_usable(f"{field.name}: least and most are each {what}.") from None
    if len(read) == 2 and read[0] > read[1]:  # type: ignore[operator]
        raise _not_usable(f"{field.name}: the least is above the most.")


def _bound(field: FieldView, text: str) -> Decimal | dt.date:
    if field.kind == "date":
        return dt.date.fromisoformat(text)
    if not _NUMBER.fullmatch(text) or (field.kind == "text" and not (text.isdigit() and int(text) <= TEXT_MAX)):
        raise ValueError(text)
    return Decimal(text)


def fits(pattern: str, text: str) -> bool:
    """Whether a text has the form of a pattern: 9 a digit, A a letter, * either, everything else itself. One look per character."""
    if len(pattern) != len(text):
        return False
    for wanted, found in zip(pattern, text, strict=True):
        if wanted == "9":
            fine = found.isascii() and found.isdigit()
        elif wanted == "A":
            fine = found.isalpha()
        elif wanted == "*":
            fine = found.isalnum()
        else:
            fine = found == wanted
        if not fine:
            return False
    return True


def read_value(field: FieldView, text: str, currency: str = "EUR") -> Value | None:
    """What a text means in a field, None when it is empty; `currency` is meant where an amount names none.

    Errors: Refused('tailoring.value-not-usable') with the field, what was expected and what to do.
    """
    text = text.strip()
    if not text:
        return None
    if len(text) > TEXT_MAX or not text.replace("\n", "").isprintable():
        raise value_not_usable(field, f"at most {TEXT_MAX} printable characters")
    if field.kind == "text":
        return _text(field, text)
    if field.kind == "number":
        return _number(field, text)
    if field.kind == "amount":
        return _amount(field, text, currency)
    if field.kind == "date":
        return _date(field, text)
    if field.kind == "yes-no":
        folded = text.casefold()
        if folded not in _YES + _NO:
            raise value_not_usable(field, "yes or no", text)
        return Value("yes" if folded in _YES else "no")
    known = {option.value.casefold(): option.value for option in field.options}
    if text.casefold() not in known:
        raise value_not_usable(field, "one of " + ", ".join(option.value for option in field.options[:20]), text)
    return Value(known[text.casefold()])


def value_not_usable(field: FieldView, expected: str, text: str = "") -> Refused:
    """What is said of a value that a field cannot hold."""
    given = f"“{text[:40]}” cannot stand there" if text else "it cannot stand there"
    return Refused(
        "tailoring.value-not-usable",
        f"{field.label('en')} ({field.outer_name}): {given}; expected {expected}. Nothing was changed.",
        field=field.outer_name,
    )


def _text(field: FieldView, text: str) -> Value:
    if field.pattern and not fits(field.pattern, text):
        raise value_not_usable(field, f"the form {field.pattern} (9 a digit, A a letter, * either)", text)
    if field.least and len(text) < int(field.least):
        raise value_not_usable(field, f"at least {field.least} characters", text)
    if field.most and len(text) > int(field.most):
        raise value_not_usable(field, f"at most {field.most} characters", text)
    return Value(text)


def _number(field: FieldView, text: str) -> Value:
    decimals = f"a number with at most {field.decimals} decimals, as 1234.5" if field.decimals else "a whole number, as 1234"
    if not _NUMBER.fullmatch(text):
        raise value_not_usable(field, decimals, text)
    number = Decimal(text)
    if number != round(number, field.decimals):
        raise value_not_usable(field, decimals, text)
    _within(field, number, text)
    return Value(_plain(number), number)


def _amount(field: FieldView, text: str, currency: str) -> Value:
    found = _AMOUNT.fullmatch(text)
    code = (found[1] or found[3] or currency) if found else ""
    if found is None or (found[1] and found[3]) or code not in MINOR_UNITS:
        raise value_not_usable(field, "an amount with its currency, as 1234.50 EUR", text)
    number = Decimal(found[2])
    if number != round(number, MINOR_UNITS[code]):
        raise value_not_usable(field, f"an amount with at most {MINOR_UNITS[code]} decimals, which is what {code} has", text)
    _within(field, number, text)
    return Value(f"{Money(number, code).amount:f} {code}", number, code)


def _date(field: FieldView, text: str) -> Value:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise value_not_usable(field, "a day as 2026-11-17", text) from None
    if field.least and day < dt.date.fromisoformat(field.least):
        raise value_not_usable(field, f"a day from {field.least} on", text)
    if field.most and day > dt.date.fromisoformat(field.most):
        raise value_not_usable(field, f"a day up to {field.most}", text)
    return Value(day.isoformat(), date=day)


def _within(field: FieldView, number: Decimal, text: str) -> None:
    if field.least and number < Decimal(field.least):
        raise value_not_usable(field, f"at least {field.least}", text)
    if field.most and number > Decimal(field.most):
        raise value_not_usable(field, f"at most {field.most}", text)


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def named(fields: Sequence[FieldView], names: Iterable[str], thing: str) -> dict[str, FieldView]:
    """The fields of names, with or without their prefix. Errors: Refused('tailoring.field-unknown') naming the nearest."""
    known = {field.name: field for field in fields}
    found = {}
    for name in names:
        bare = name.removeprefix(PREFIX)
        if bare not in known:
            near = nearest(bare, known) or " No custom field is defined."
            raise Refused("tailoring.field-unknown", f"There is no custom field “{name[:60]}” of the {thing}.{near}", field=name)
        found[name] = known[bare]
    return found


def missing(fields: Iterable[FieldView], values: Mapping[str, object]) -> None:
    """Refuse when a required field has no value. Errors: Refused('tailoring.value-missing')."""
    without = [field for field in fields if field.required and field.retired_date is None and not values.get(field.name)]
    if without:
        names = ", ".join(f"{field.label('en')} ({field.outer_name})" for field in without)
        raise Refused(
            "tailoring.value-missing",
            f"Nothing was kept: {names} must be filled in.",
            fields=[field.outer_name for field in without],
        )


def copied(fields: Iterable[FieldView], given: Mapping[str, str], sources: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """What a new thing has in its fields: what was given, else what the field takes over from its customer or order by name."""
    result = dict(given)
    for field in fields:
        if field.copied_from and not result.get(field.name):
            taken = sources.get(field.copied_from, {}).get(field.name, "")
            if taken:
                result[field.name] = taken
    return result


def checked_change(before: FieldView, after: FieldView, values: int) -> None:
    """Refuse to give a field that has values another type, thing or name. Errors: Refused('tailoring.field-in-use')."""
    if (before.thing, before.name) != (after.thing, after.name):
        raise _not_usable("A field keeps its name and what it belongs to: programs and files know it by them.")
    gone = {option.value for option in before.options} - {option.value for option in after.options}
    if values and (before.kind != after.kind or before.decimals > after.decimals or gone):
        what = (
            "its kind"
            if before.kind != after.kind
            else "its decimals"
            if not gone
            else f"the answer {', '.join(sorted(gone)[:3])}"
        )
        raise Refused(
            "tailoring.field-in-use",
            f"{before.outer_name} has values in {values} places, so {what} stays. Retire it, which keeps them, and define another "
            "field; the list exported as CSV has the values to bring over.",
            values=values,
        )
