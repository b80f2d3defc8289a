"""Define custom fields, change and retire them, and keep what is written in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import connection

from duecourse.access import rules as access_rules
from duecourse.core import events, ids
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused
from duecourse.tailoring import queries, rules
from duecourse.tailoring.models import Field, FieldValue

PREFIXES = {"customer": "acc", "order": "ord", "invoice": "inv"}  # of the subjects in events


@action
def define_field(call: Call, new: rules.FieldView) -> rules.FieldView:
    """Add a field to customers, orders or invoices; it stands last unless a place is said.

    Errors: Refused('tailoring.field-not-usable'), Refused('tailoring.field-there'), Refused('tailoring.too-many-fields').
    """
    _lock(call)
    known = queries.every_field(call, new.thing, retired=True)
    checked = rules.checked_field(new, access_rules.ROLES)
    if any(field.name == new.name for field in known):
        raise Refused(
            "tailoring.field-there", f"There is a field {checked.outer_name} of the {new.thing} already, perhaps a retired one."
        )
    if sum(field.retired_date is None for field in known) >= rules.FIELDS_MAX:
        raise Refused("tailoring.too-many-fields", f"There are {rules.FIELDS_MAX} fields already. Retire one that nobody needs.")
    _check_source(call, checked)
    place = checked.place or 10 + max((field.place for field in known), default=0)
    row = Field.objects.create(
        company_id=call.company.id, thing=new.thing, name=new.name, **_columns(replace(checked, place=place))
    )
    made = queries.field_view(row)
    events.record(call, "tailoring.field-defined", [], _facts(made))
    return made


@action
def change_field(call: Call, thing: str, name: str, new: rules.FieldView) -> None:
    """Change a field; what stands in it stays. Its kind can change as long as nothing stands in it.

    Errors: Refused('tailoring.field-unknown'), Refused('tailoring.field-in-use'), Refused('tailoring.field-not-usable').
    """
    _lock(call)
    before = queries.field_for_caller(call, thing, name)
    checked = rules.checked_field(replace(new, id=before.id, retired_date=before.retired_date), access_rules.ROLES)
    rules.checked_change(before, checked, queries.value_count(call, before.id))
    _check_source(call, checked)
    checked = checked if checked.place else replace(checked, place=before.place)
    if checked == before:
        return
    Field.objects.filter(company_id=call.company.id, pk=before.id).update(**_columns(checked))
    events.record(call, "tailoring.field-changed", [], _facts(checked) | {"before": _facts(before)})


@action
def retire_field(call: Call, thing: str, name: str) -> None:
    """Take a field off the screens; what stands in it is kept, and comes back with it. Errors: Refused('tailoring.field-unknown')."""
    _set_retired(call, thing, name, True)


@action
def restore_field(call: Call, thing: str, name: str) -> None:
    """Bring a retired field back with what stands in it. Errors: Refused('tailoring.field-unknown')."""
    _set_retired(call, thing, name, False)


def _set_retired(call: Call, thing: str, name: str, retired: bool) -> None:
    _lock(call)
    before = queries.field_for_caller(call, thing, name)
    if (before.retired_date is not None) == retired:
        return
    Field.objects.filter(company_id=call.company.id, pk=before.id).update(retired_date=call.today if retired else None)
    event = "tailoring.field-retired" if retired else "tailoring.field-restored"
    events.record(call, event, [], {"field": before.outer_name, "thing": before.thing})


def _lock(call: Call) -> None:
    """One change of the company's fields at a time."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('tailoring.fields'), %s::int)", [call.company.id])


def _check_source(call: Call, field: rules.FieldView) -> None:
    """A field that takes over a value needs one of its name and kind to take it from."""
    if not field.copied_from:
        return
    sources = [each for each in queries.every_field(call, field.copied_from) if each.name == field.name]
    if not sources or sources[0].kind != field.kind:
        raise Refused(
            "tailoring.field-not-usable",
            f"{field.outer_name} is to take its value from the {field.copied_from}, which has no field {field.name} of this kind. "
            "Define it there first.",
        )


def _columns(field: rules.FieldView) -> dict[str, object]:
    return {
        "kind": field.kind,
        "labels": dict(field.labels),
        "helps": dict(field.helps),
        "required": field.required,
        "options": [[option.value, dict(option.words)] for option in field.options],
        "least": field.least,
        "most": field.most,
        "decimals": field.decimals,
        "pattern": field.pattern,
        "place": field.place,
        "see_roles": list(field.see_roles),
        "edit_roles": list(field.edit_roles),
        "copied_from": field.copied_from,
    }


def _facts(field: rules.FieldView) -> dict[str, object]:
    return {"field": field.outer_name, "thing": field.thing} | _columns(field)


@action
def set_values(call: Call, thing: str, wanted: Mapping[int, Mapping[str, str]], is_new: bool = False) -> None:
    """Write what stands in custom fields, by subject (an account's, order's or invoice's id) and name; an empty text takes it away.

    Only what is named changes. `is_new`: the subjects have just been made, so required fields must be there. Called by the
    action of the room that owns the subjects, which has looked them up; a constant number of queries for any number.
    Errors: Refused('tailoring.field-unknown'), Refused('tailoring.value-not-usable'), Refused('tailoring.value-missing'),
    Refused('tailoring.field-not-yours').
    """
    all_names = {name for each in wanted.values() for name in each}
    if not wanted or not (all_names or is_new):
        return
    every = queries.every_field(call, thing)
    if not every and not all_names:
        return
    known = rules.named(queries.fields(call, thing), sorted(all_names), thing)
    mine = {field.name for field in queries.fields(call, thing, to_change=True)}
    read: dict[int, dict[str, rules.Value | None]] = {
        subject: {known[name].name: rules.read_value(known[name], text, call.company.currency) for name, text in each.items()}
        for subject, each in wanted.items()
    }
    before = queries.values(call, thing, wanted, every)
    changed = {
        subject: {name: value for name, value in each.items() if value != before[subject].get(name)}
        for subject, each in read.items()
    }
    for subject, each in read.items():
        foreign = sorted(set(changed[subject]) - mine)
        if foreign:
            raise Refused("tailoring.field-not-yours", f"Your role does not change {rules.PREFIX}{foreign[0]}.", field=foreign[0])
        after: dict[str, rules.Value | None] = {**before[subject], **each}
        asked = [field for field in every if field.name in (mine if is_new else each)]
        rules.missing(asked, {name: value for name, value in after.items() if value is not None})
    _keep(call, thing, {field.name: field for field in every}, changed)
    _tell(call, thing, {field.name: field for field in every}, changed, before, is_new)


@dataclass(frozen=True, slots=True)
class NewValues:
    """What a new thing has in its fields: `given` by whoever entered it (None: nobody was asked, as in a billing run), and from
    whom else it takes over: `sources` are subjects by thing, as {"customer": account id, "order": order id}.
    """

    subject: int
    given: Mapping[str, str] | None
    sources: Mapping[str, int]


@action
def start_values(call: Call, thing: str, new: Sequence[NewValues]) -> None:
    """Write what new things have in their fields: what was given, and what fields take over from their customer, order or invoice.

    Where somebody was asked, required fields must be filled. Called by the action that makes the things; a constant number of
    queries for any number. Errors: those of set_values.
    """
    known = {field.name: field for field in queries.every_field(call, thing)}
    if not known and not any(each.given for each in new):
        return
    held = {
        source: queries.value_texts(call, source, {each.sources[source] for each in new if source in each.sources}, whoever=True)
        for source in {source for each in new for source in each.sources}
    }
    taken: dict[int, dict[str, rules.Value | None]] = {}
    for each in new:
        whole = held.get("invoice", {}).get(each.sources.get("invoice", 0), {})  # a credit note says what its invoice said
        told = {source: held[source].get(subject, {}) for source, subject in each.sources.items()}
        copies = whole or rules.copied(known.values(), {}, told)
        wanted = {name: text for name, text in copies.items() if name in known and not (each.given or {}).get(name)}
        taken[each.subject] = {name: rules.read_value(known[name], text, call.company.currency) for name, text in wanted.items()}
    _keep(call, thing, known, taken)
    set_values(call, thing, {each.subject: each.given for each in new if each.given is not None}, is_new=True)


def _keep(
    call: Call, thing: str, known: Mapping[str, rules.FieldView], changed: Mapping[int, Mapping[str, rules.Value | None]]
) -> None:
    gone: dict[int, list[int]] = {}
    rows = []
    for subject, each in changed.items():
        for name, value in each.items():
            if value is None:
                gone.setdefault(known[name].id, []).append(subject)
            else:
                rows.append(
                    FieldValue(
                        company_id=call.company.id,
                        field_id=known[name].id,
                        thing=thing,
                        subject=subject,
                        text=value.text,
                        number=value.number,
                        currency=value.currency,
                        date=value.date,
                    )
                )
    for field_id, subjects in gone.items():
        FieldValue.objects.filter(company_id=call.company.id, field_id=field_id, subject__in=subjects).delete()
    if thing == "invoice":
        FieldValue.objects.bulk_create(rows, batch_size=1000)
        return
    FieldValue.objects.bulk_create(
        rows,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["company", "field", "subject"],
        update_fields=["text", "number", "currency", "date"],
    )


def _tell(
    call: Call,
    thing: str,
    known: Mapping[str, rules.FieldView],
    changed: Mapping[int, Mapping[str, rules.Value | None]],
    before: Mapping[int, Mapping[str, rules.Value]],
    is_new: bool,
) -> None:
    """Events of what changed. What only some roles may see is named without its value: others read the journal."""
    rows = []
    for subject, each in changed.items():
        if each:
            facts: dict[str, object] = {"after": {name: _told(known[name], value) for name, value in each.items()}}
            if not is_new:
                facts["before"] = {name: _told(known[name], before[subject].get(name)) for name in each}
            rows.append(("tailoring.values-set", [ids.outer(PREFIXES[thing], subject)], facts, None))
    if rows:
        events.record_many(call, rows)


def _told(field: rules.FieldView, value: rules.Value | None) -> str:
    if value is None:
        return ""
    return "(not shown here)" if field.see_roles else value.text
