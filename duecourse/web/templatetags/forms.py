"""Django form fields in the house's dress: label above, error beside the field, a summary that names the fields as links."""

from __future__ import annotations

from typing import Any

from django import template
from django.forms import BaseForm, BoundField

register = template.Library()


@register.simple_tag
def dressed(field: BoundField, amount: object = "", day: object = "", plain: object = "") -> dict[str, Any]:
    """The field's widget with the attributes our style and script look for, and its errors."""
    attrs: dict[str, Any] = {}
    if amount:
        attrs |= {"class": "is-amount", "inputmode": "decimal", "autocomplete": "off", "data-amount-field": True}
    if day:
        attrs |= {"data-day": True, "autocomplete": "off"}
    if plain:
        attrs["placeholder"] = False  # the label says it already
    if field.errors:
        attrs |= {"aria-invalid": "true", "aria-describedby": f"{field.id_for_label}_error0"}
    return {"widget": field.as_widget(attrs=attrs), "errors": field.errors}


@register.simple_tag
def errors_of(form: BaseForm) -> dict[str, Any]:
    """The fields of a form that have errors (id, label), and the errors that belong to no field."""
    wrong = [form[name] for name in form.errors if name in form.fields]
    return {
        "fields": [{"id": field.id_for_label, "label": field.label} for field in wrong if not field.is_hidden],
        "other": [*form.non_field_errors(), *(error for field in wrong if field.is_hidden for error in field.errors)],
    }
