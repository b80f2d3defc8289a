"""Custom fields, what stands in them, and which things have a value."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Lower

from duecourse.access import queries as access_facts
from duecourse.core.call import Call, require
from duecourse.core.errors import Refused
from duecourse.tailoring import rules
from duecourse.tailoring.models import Field, FieldValue

_COMPARED = re.compile(r"(>=|<=|>|<)?(.*)", re.S)


def field_view(row: Field) -> rules.FieldView:
    """A field as values."""
    return rules.FieldView(
        row.thing, row.name, row.kind, row.labels, row.helps, row.required,
        tuple(rules.Option(value, words) for value, words in row.options),
        row.least, row.most, row.decimals, row.pattern, row.place, tuple(row.see_roles), tuple(row.edit_roles), row.copied_from,
        row.retired_date, row.id,
    )  # fmt: skip


def every_field(call: Call, thing: str = "", retired: bool = False) -> list[rules.FieldView]:
    """The company's fields in the order of the screen, whoever may see them; one query."""
    found = Field.objects.filter(company_id=call.company.id)
    if thing:
        found = found.filter(thing=thing)
    if not retired:
        found = found.filter(retired_date__isnull=True)
    order = {each: place for place, each in enumerate(rules.THINGS)}
    return sorted((field_view(row) for row in found), key=lambda one: (order[one.thing], one.place, one.id))


def fields(call: Call, thing: str, to_change: bool = False) -> list[rules.FieldView]:
    """The fields of a thing that the caller may see (or change), in the order of the screen; at most two queries."""
    found = every_field(call, thing)
    if not any(field.see_roles or (to_change and field.edit_roles) for field in found):
        return found
    held = None if call.by.kind == "job" else access_facts.roles_of(call)
    return [field for field in found if _open_to(field.see_roles, held) and (not to_change or _open_to(field.edit_roles, held))]


def _open_to(roles: Sequence[str], held: frozenset[str] | None) -> bool:
    return not roles or held is None or bool(held & set(roles))


def field_for_caller(call: Call, thing: str, name: str) -> rules.FieldView:
    """A field by what it belongs to and its name. Errors: Refused('tailoring.field-unknown')."""
    require(call, "tailoring.read")
    return rules.named(every_field(call, thing, retired=True), [name], thing)[name]


def value_counts(call: Call) -> dict[int, int]:
    """How many things have a value, by field; one query."""
    found = FieldValue.objects.filter(company_id=call.company.id).order_by("field_id").values_list("field_id")
    return dict(found.annotate(many=Count("id")))


def value_count(call: Call, field_id: int) -> int:
    """How many things have a value in a field."""
    return FieldValue.objects.filter(company_id=call.company.id, field_id=field_id).count()


def values(
    call: Call, thing: str, subjects: Iterable[int], known: Sequence[rules.FieldView] | None = None
) -> dict[int, dict[str, rules.Value]]:
    """What stands in the fields that the caller may see, by subject and name; a constant number of queries for any number.

    A subject is an account's id (thing customer), an order's or an invoice's. `known` are the caller's fields, when they are
    at hand already.
    """
    shown = {field.id: field.name for field in (fields(call, thing) if known is None else known)}
    wanted = list(set(subjects))
    result: dict[int, dict[str, rules.Value]] = {subject: {} for subject in wanted}
    if not shown or not wanted:
        return result
    rows = FieldValue.objects.filter(company_id=call.company.id, thing=thing, subject__in=wanted, field_id__in=list(shown))
    for field_id, subject, text, number, currency, date in rows.values_list(
        "field_id", "subject", "text", "number", "currency", "date"
    ):
        result[subject][shown[field_id]] = rules.Value(text, number, currency, date)
    return result


def texts(call: Call, thing: str, subjects: Iterable[int], whoever: bool = False) -> dict[int, dict[str, str]]:
    """As `values`, only the texts as they are written outside; `whoever` also what the caller may not see (for copies)."""
    known = every_field(call, thing) if whoever else None
    found = values(call, thing, subjects, known)
    return {subject: {name: value.text for name, value in held.items()} for subject, held in found.items()}


def subjects_with(call: Call, thing: str, asked: Mapping[str, str]) -> QuerySet[FieldValue, int] | None:
    """Which things fit all of `asked` (name → text), as a subquery for `filter(id__in=…)`; None when nothing is asked.

    A text is compared without regard to capitals, and by its beginning when it ends with *; numbers, amounts and days also
    take >, >=, < and <= in front. Errors: Refused('tailoring.field-unknown'),
    Refused('tailoring.value-not-usable').
    """
    if not asked:
        return None
    known = rules.named(fields(call, thing), asked, thing)
    own = FieldValue.objects.filter(company_id=call.company.id, thing=thing).alias(folded=Lower("text"))
    narrowed: QuerySet[FieldValue, int] | None = None
    for name, text in asked.items():
        fit = own.filter(_condition(known[name], text), field_id=known[name].id)
        narrowed = (fit if narrowed is None else fit.filter(subject__in=narrowed)).values_list("subject", flat=True)
    return narrowed


def _condition(field: rules.FieldView, text: str) -> Q:
    sign, rest = _COMPARED.fullmatch(text.strip()).groups()  # type: ignore[union-attr]
    suffix = {">=": "__gte", "<=": "__lte", ">": "__gt", "<": "__lt", None: ""}[sign]
    rest = rest.strip()
    if not rest:
        raise rules.value_not_usable(field, "something to look for")
    try:
        if field.kind in ("number", "amount"):
            number, _, currency = rest.replace("\u00a0", " ").partition(" ")
            condition = Q(**{f"number{suffix}": Decimal(number)})
            return condition & Q(currency=currency.strip().upper()) if currency else condition
        if field.kind == "date":
            return Q(**{f"date{suffix}": dt.date.fromisoformat(rest)})
    except (InvalidOperation, ValueError):
        what = "a day as 2026-11-17" if field.kind == "date" else "a number as 1234.5"
        raise rules.value_not_usable(field, f"{what}, with >, >=, < or <= in front if you like", rest) from None
    if sign:
        raise rules.value_not_usable(field, "words; only numbers, amounts and days can be above or below", text)
    if field.kind == "text" and rest.endswith("*") and len(rest) > 1:
        return Q(folded__startswith=rest[:-1].lower())
    return Q(folded=rest.lower())


def found_by(call: Call, thing: str, text: str, limit: int = 500) -> list[int]:
    """Which things have a value that begins with `text`, among the fields the caller may see, for searches; at most `limit`."""
    shown = [field.id for field in fields(call, thing)]
    if not shown or not text.strip():
        return []
    own = FieldValue.objects.filter(company_id=call.company.id, thing=thing, field_id__in=shown).alias(folded=Lower("text"))
    found = own.filter(folded__startswith=text.strip().lower()).order_by("-subject")
    return list(found.values_list("subject", flat=True)[:limit])


def asked(call: Call, thing: str, given: Mapping[str, str]) -> dict[str, str]:
    """Of an address's parameters those that name a custom field of the thing (custom.cost_center=4711), without the prefix.

    Errors: Refused('tailoring.field-unknown').
    """
    wanted = {name: text for name, text in given.items() if name.startswith(rules.PREFIX) and text.strip()}
    if not wanted:
        return {}
    rules.named(fields(call, thing), wanted, thing)
    if len(wanted) > 10 or any(len(text) > 200 for text in wanted.values()):
        raise Refused("tailoring.value-not-usable", "Ask for at most ten custom fields at once, with 200 characters each.")
    return {name.removeprefix(rules.PREFIX): text.strip() for name, text in wanted.items()}
