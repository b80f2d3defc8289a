"""A reason is a code with its parameters; it is put into words, in any language, only when someone reads it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from duecourse.core.money import Money

_templates: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was decided: a dotted code and the values its sentence needs."""

    code: str
    params: Mapping[str, object] = field(default_factory=dict)


def N_(text: str) -> str:  # noqa: N802 - gettext’s own name
    """Marks a sentence for translation where it is defined; it is translated where it is said."""
    return text


def define(templates: Mapping[str, str]) -> None:
    """Give reason codes their sentences: {'credit.over-limit': N_('Exposure with this order is {exposure} …')}."""
    for code, template in templates.items():
        if _templates.setdefault(code, template) != template:
            raise ValueError(f"reason {code} has two sentences")


def defined() -> dict[str, str]:
    """Every reason code that is defined, with its sentence."""
    return dict(_templates)


def say(reason: Reason, translate: Callable[[str], str] = str, show: Callable[[object], str] = str) -> str:
    """The reason as a sentence: `translate` turns the template, `show` each value into the reader's words."""
    template = _templates[reason.code]
    return translate(template).format(**{name: show(value) for name, value in reason.params.items()})


def to_json(reason: Reason) -> dict[str, object]:
    """A reason as plain JSON, exact: money as [amount, currency], decimals and dates as tagged text, tuples as lists.

    Errors: TypeError for a value of any other kind.
    """
    return {"code": reason.code, "params": {name: _plain(value) for name, value in reason.params.items()}}


def from_json(data: Mapping[str, object]) -> Reason:
    """The reason that `to_json` wrote."""
    params = data.get("params", {})
    assert isinstance(params, Mapping)
    return Reason(str(data["code"]), {name: _rich(value) for name, value in params.items()})


def _plain(value: object) -> object:
    if isinstance(value, Money):
        return {"money": [str(value.amount), value.currency]}
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, dt.datetime):
        return {"instant": value.isoformat()}
    if isinstance(value, dt.date):
        return {"date": value.isoformat()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(f"a reason cannot keep a {type(value).__name__}")


def _rich(value: object) -> object:
    if isinstance(value, list):
        return [_rich(part) for part in value]
    if not isinstance(value, Mapping) or len(value) != 1:
        return value
    ((kind, content),) = value.items()
    if kind == "money":
        return Money(Decimal(content[0]), content[1])
    if kind == "decimal":
        return Decimal(content)
    if kind == "instant":
        return dt.datetime.fromisoformat(content)
    if kind == "date":
        return dt.date.fromisoformat(content)
    return value
