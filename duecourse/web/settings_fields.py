"""Settings: custom fields of customers, orders and invoices."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from duecourse.access import rules as access_rules
from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.tailoring import actions, queries, rules
from duecourse.web import custom_fields
from duecourse.web.door import done, page, screen
from duecourse.web.language import in_words

PLAIN = ("thing", "name", "kind", "least", "most", "decimals", "pattern", "place", "copied_from", "options")


def _things() -> dict[str, str]:
    return {"customer": _("Customers"), "order": _("Orders"), "invoice": _("Invoices and credit notes")}


def _kinds() -> dict[str, str]:
    return {
        "text": _("Text"), "number": _("Number"), "amount": _("Amount with currency"), "date": _("Date"), "yes-no": _("Yes or no"),
        "choice": _("One of a list"),
    }  # fmt: skip


@screen("tailoring.read")
def index(request: HttpRequest, call: Call) -> HttpResponse:
    """Every field by what it belongs to, with how many have a value."""
    counts, said, kinds = queries.value_counts(call), custom_fields.language(), _kinds()
    known = queries.every_field(call, retired=True)
    groups = [
        {
            "thing": thing,
            "words": words,
            "rows": [
                {
                    "field": field,
                    "label": field.label(said),
                    "kind": kinds[field.kind],
                    "values": counts.get(field.id, 0),
                    "url": reverse("settings-field", args=[thing, field.name]),
                    "see": ", ".join(_(access_rules.ROLE_NAMES[role]) for role in field.see_roles),
                }
                for field in known
                if field.thing == thing
            ],
        }
        for thing, words in _things().items()
    ]
    return page(request, call, "settings/fields.html", {"groups": groups, "may_define": call.by.may("tailoring.define_field")})


def _typed(request: HttpRequest) -> dict[str, Any]:
    sent = request.POST
    values: dict[str, Any] = {name: sent.get(name, "").strip()[:20_000] for name in PLAIN}
    values |= {f"label_{each}": sent.get(f"label_{each}", "").strip()[:100] for each in rules.LANGUAGES}
    values |= {f"help_{each}": sent.get(f"help_{each}", "").strip()[:300] for each in rules.LANGUAGES}
    values["required"] = "required" in sent
    values["see_roles"], values["edit_roles"] = sent.getlist("see_roles"), sent.getlist("edit_roles")
    return values


def _field(values: dict[str, Any]) -> rules.FieldView:
    """The field as typed. Errors: Refused('web.not-a-number')."""
    numbers = {}
    for name in ("decimals", "place"):
        text = values[name] or "0"
        if not (text.isascii() and text.isdigit() and len(text) < 5):
            raise Refused("web.not-a-number", _("“%(text)s” is not a whole number.") % {"text": text[:20]})
        numbers[name] = int(text)
    return rules.FieldView(
        values["thing"],
        values["name"],
        values["kind"],
        {each: values[f"label_{each}"] for each in rules.LANGUAGES},
        {each: values[f"help_{each}"] for each in rules.LANGUAGES},
        values["required"],
        tuple(_option(line) for line in values["options"].splitlines() if line.strip()) if values["kind"] == "choice" else (),
        values["least"],
        values["most"],
        numbers["decimals"],
        values["pattern"],
        numbers["place"],
        tuple(values["see_roles"]),
        tuple(values["edit_roles"]),
        values["copied_from"],
    )


def _option(line: str) -> rules.Option:
    """One answer a line: what is kept, then perhaps = and its words in English, German and French, between bars."""
    value, _sign, words = line.partition("=")
    said = dict(zip(rules.LANGUAGES, (part.strip() for part in words.split("|")), strict=False))
    return rules.Option(value.strip(), {language: text for language, text in said.items() if text})


def _values(field: rules.FieldView) -> dict[str, Any]:
    options = [
        option.value + (" = " + " | ".join(option.words.get(each, "") for each in rules.LANGUAGES) if option.words else "")
        for option in field.options
    ]
    return {
        "thing": field.thing, "name": field.name, "kind": field.kind, "least": field.least, "most": field.most, "decimals": str(field.decimals),
        "pattern": field.pattern, "place": str(field.place), "copied_from": field.copied_from, "options": "\n".join(options),
        "required": field.required, "see_roles": list(field.see_roles), "edit_roles": list(field.edit_roles),
        **{f"label_{each}": field.labels.get(each, "") for each in rules.LANGUAGES},
        **{f"help_{each}": dict(field.helps).get(each, "") for each in rules.LANGUAGES},
    }  # fmt: skip


def _context(values: dict[str, Any]) -> dict[str, Any]:
    return {
        "values": values,
        "words": [(name, values[f"label_{each}"], values[f"help_{each}"], each) for each, name in _LANGUAGES],
        "thing_options": list(_things().items()),
        "kind_options": list(_kinds().items()),
        "copy_options": [
            ("", _("nowhere")), ("customer", _("the customer’s field of this name")), ("order", _("the order’s field of this name"))
        ],
        "roles": [
            (role, _(words), role in values["see_roles"], role in values["edit_roles"])
            for role, words in access_rules.ROLE_NAMES.items()
        ],
    }  # fmt: skip


_LANGUAGES = (("en", "English"), ("de", "Deutsch"), ("fr", "Français"))


@screen("tailoring.define_field")
def new(request: HttpRequest, call: Call) -> HttpResponse:
    """A new field."""
    values, errors = _typed(request), list[str]()
    if request.method == "POST":
        try:
            made = actions.define_field(call, _field(values))
            done(request, _("The field %(name)s was added.") % {"name": made.outer_name})
            return HttpResponseRedirect(reverse("settings-fields"))
        except Refused as refused:
            errors.append(in_words(refused))
    else:
        thing = request.GET.get("thing", "")
        values |= {"thing": thing if thing in rules.THINGS else "customer", "kind": "text", "decimals": "0"}
    context = {"errors": errors, "is_new": True, "may_change": True, **_context(values)}
    return page(request, call, "settings/field.html", context, status=422 if errors else 200)


@screen("tailoring.read")
def record(request: HttpRequest, call: Call, thing: str, name: str) -> HttpResponse:
    """One field; POST `do` is save, retire or restore."""
    field = queries.field_for_caller(call, thing, name)
    values, errors = _values(field), list[str]()
    if request.method == "POST":
        try:
            do, said = request.POST.get("do", ""), {"name": field.outer_name}
            if do == "retire":
                actions.retire_field(call, thing, name)
                done(request, _("%(name)s is off the screens; what stands in it is kept.") % said)
            elif do == "restore":
                actions.restore_field(call, thing, name)
                done(request, _("%(name)s is back, with what stood in it.") % said)
            else:
                values = _typed(request) | {"thing": thing, "name": name}
                actions.change_field(call, thing, name, _field(values))
                done(request, _("%(name)s was changed.") % said)
            return HttpResponseRedirect(reverse("settings-field", args=[thing, name]))
        except Refused as refused:
            errors.append(in_words(refused))
    context = {
        "field": field,
        "label": field.label(custom_fields.language()),
        "many": queries.value_count(call, field.id),
        "thing_words": _things()[thing],
        "errors": errors,
        "may_change": call.by.may("tailoring.change_field"),
        **_context(values),
    }
    return page(request, call, "settings/field.html", context, status=422 if errors else 200)


urlpatterns = [
    path("settings/fields/", index, name="settings-fields"),
    path("settings/fields/new/", new, name="settings-field-new"),
    path("settings/fields/<str:thing>/<str:name>/", record, name="settings-field"),
]
