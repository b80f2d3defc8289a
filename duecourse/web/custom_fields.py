"""Custom fields on the screens: as inputs in forms, as facts on records, as filters and columns of lists."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.tailoring import queries, rules
from duecourse.web import typed
from duecourse.web.templatetags import show

_AMOUNT = re.compile(r"(?:([A-Za-z]{3})\s*)?([-+\d.,'\s\u00a0\u202f]+?)\s*([A-Za-z]{3})?")


@dataclass(frozen=True, slots=True)
class Entry:
    """One input of a form: its name in the address and the form (custom.cost_center), words, and what stands in it."""

    name: str
    label: str
    help: str
    value: str
    required: bool
    is_day: bool
    is_number: bool
    options: tuple[tuple[str, str], ...] = ()


def language() -> str:
    """The reader's language, as words are kept by."""
    return (get_language() or "en").split("-")[0]


def inputs(call: Call, thing: str, values: Mapping[str, str]) -> list[Entry]:
    """The inputs of what the caller may change, filled with `values` by name."""
    said = language()
    return [
        Entry(
            field.outer_name,
            field.label(said),
            field.help(said),
            values.get(field.name, ""),
            field.required,
            field.kind == "date",
            field.kind in ("number", "amount"),
            _options(field, said),
        )
        for field in queries.fields(call, thing, to_change=True)
    ]


def _options(field: rules.FieldView, said: str) -> tuple[tuple[str, str], ...]:
    if field.kind == "yes-no":
        return ("", "–"), ("yes", _("Yes")), ("no", _("No"))
    if field.kind == "choice":
        return ("", "–"), *((option.value, option.said(said)) for option in field.options)
    return ()


def sent(request: HttpRequest) -> dict[str, str]:
    """What a form sent, by name, as it was typed."""
    given = request.POST.dict()
    return {name.removeprefix(rules.PREFIX): str(given[name]).strip()[:600] for name in given if name.startswith(rules.PREFIX)}


def read(call: Call, thing: str, given: Mapping[str, str]) -> dict[str, str]:
    """What was typed, as it is kept: numbers and days in the reader's style. Errors: Refused('tailoring.value-not-usable')."""
    known = {field.name: field for field in queries.fields(call, thing, to_change=True)}
    result = {}
    for name, text in given.items():
        field = known.get(name)
        try:
            result[name] = _plain(call, field, text) if field and text else text
        except ValueError as error:
            assert field is not None
            raise Refused("tailoring.value-not-usable", f"{field.label(language())}: {error}", field=field.outer_name) from None
    return result


def _plain(call: Call, field: rules.FieldView, text: str) -> str:
    if field.kind == "date":
        return typed.day(text, call.today).isoformat()
    if field.kind == "number":
        return f"{typed.number(text):f}"
    if field.kind == "amount" and (found := _AMOUNT.fullmatch(text)):
        return f"{typed.number(found[2]):f} {(found[1] or found[3] or call.company.currency).upper()}"
    return text


def in_words(field: rules.FieldView, value: rules.Value | None) -> str:
    """What stands in a field as a person reads it; empty when nothing does."""
    if value is None:
        return ""
    if value.date is not None:
        return show.full_day(value.date)
    if value.money is not None:
        return show.money_code(value.money)
    if value.number is not None:
        return show.quantity(value.number)
    if field.kind == "yes-no":
        return _("Yes") if value.text == "yes" else _("No")
    if field.kind == "choice":
        return next((option.said(language()) for option in field.options if option.value == value.text), value.text)
    return value.text


def facts(call: Call, thing: str, subject: int) -> list[tuple[str, str]]:
    """Labels and words of what one thing has in the fields that the caller may see; those without a value are left out."""
    known = queries.fields(call, thing)
    held = queries.values(call, thing, [subject], known)[subject]
    return [(field.label(language()), in_words(field, held[field.name])) for field in known if field.name in held]


def asked(request: HttpRequest, call: Call, thing: str) -> dict[str, str]:
    """The custom fields that a list's address asks for (?custom.cost_center=4711). Errors: Refused('tailoring.…')."""
    return queries.asked(call, thing, {name: request.GET[name] for name in request.GET if name.startswith(rules.PREFIX)})


def chips(call: Call, thing: str, wanted: Mapping[str, str]) -> dict[str, str]:
    """What is asked for in words, by the name in the address, for chips that take it away."""
    labels = {field.name: field.label(language()) for field in queries.fields(call, thing)} if wanted else {}
    return {rules.PREFIX + name: f"{labels.get(name, name)}: {text}" for name, text in wanted.items()}


def filters(call: Call, thing: str, wanted: Mapping[str, str]) -> list[Entry]:
    """The inputs of a list's filter: what the caller may see, filled with what is asked for."""
    said = language()
    return [
        Entry(field.outer_name, field.label(said), "", wanted.get(field.name, ""), False, False, False, _options(field, said))
        for field in queries.fields(call, thing)
    ]


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that a list's file gets behind its own: heads as custom.name, and cells for any of its rows."""

    call: Call
    thing: str
    fields: Sequence[rules.FieldView]

    @property
    def head(self) -> list[str]:
        return [field.outer_name for field in self.fields]

    def cells(self, subjects: Sequence[int]) -> dict[int, list[object]]:
        """By subject; numbers and days as values, so that a spreadsheet can reckon with them."""
        held = queries.values(self.call, self.thing, subjects, self.fields)
        return {subject: [_cell(held[subject].get(field.name)) for field in self.fields] for subject in held}


def _cell(value: rules.Value | None) -> object:
    if value is None:
        return ""
    if value.number is not None and not value.currency:
        return value.number
    return value.date or value.text


def columns(call: Call, thing: str) -> Columns:
    """The columns of a thing's fields that the caller may see."""
    return Columns(call, thing, queries.fields(call, thing))
