"""Texts of mails and documents: what counts in a language, what counted on a day, and every version."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from duecourse.core.call import Call, require
from duecourse.tailoring import rules
from duecourse.tailoring.models import TextVersion
from duecourse.tailoring.queries.fields import every_field


@dataclass(frozen=True, slots=True)
class TextView:
    """The text that counts for a kind in a language: shipped (version 0, or given back) or the company's own."""

    kind: str
    language: str
    title: str
    body: str
    version: int = 0
    is_shipped: bool = True
    by_name: str = ""
    at: dt.datetime | None = None

    @property
    def text(self) -> rules.Text:
        return rules.Text(self.title, self.body)


def _view(row: TextVersion) -> TextView:
    shipped = rules.shipped_text(row.kind, row.language) if row.is_shipped else None
    title, body = (shipped.title, shipped.body) if shipped else (row.title, row.body)
    return TextView(row.kind, row.language, title, body, row.version, row.is_shipped, row.by_name, row.at)


def texts(call: Call, recorded_by: dt.datetime | None = None) -> dict[tuple[str, str], TextView]:
    """What counts by kind and language, now or as it was recorded by an instant: shipped texts, own ones in their place; one query."""
    result = {
        (kind, language): TextView(kind, language, shipped.title, shipped.body)
        for kind in rules.TEXT_KINDS
        for language in rules.LANGUAGES
        if (shipped := rules.shipped_text(kind, language)) is not None
    }
    rows = TextVersion.objects.filter(company_id=call.company.id)
    if recorded_by is not None:
        rows = rows.filter(recorded_at__lte=recorded_by)
    for row in rows.order_by("kind", "language", "-version").distinct("kind", "language"):
        if row.kind in rules.TEXT_KINDS:
            result[row.kind, row.language] = _view(row)
    return result


def best(found: Mapping[tuple[str, str], TextView], kind: str, language: str, company_language: str) -> TextView:
    """The text for a reader: in their language, else in the company's, else in English. A printed one is own words or nothing."""
    wanted = (language, company_language, "en")
    return next(found[kind, each] for each in wanted if (kind, each) in found)


def text_for(call: Call, kind: str, language: str, recorded_by: dt.datetime | None = None) -> rules.Text:
    """The text that counts for a reader's language, to be filled in; one query."""
    return best(texts(call, recorded_by), kind, language, call.company.language).text


def versions(call: Call, kind: str, language: str) -> list[TextView]:
    """Every version of a text, newest first, the shipped one last."""
    require(call, "tailoring.read")
    rows = TextVersion.objects.filter(company_id=call.company.id, kind=kind, language=language).order_by("-version")
    shipped = rules.shipped_text(kind, language)
    return [_view(row) for row in rows] + ([TextView(kind, language, shipped.title, shipped.body)] if shipped else [])


def custom_placeholders(call: Call, kind: str) -> dict[str, str]:
    """The company's fields that a text may name, by outer name, with their labels: those of the invoice, for texts about one."""
    if rules.kind_of(kind).about not in ("invoice", "credit-note"):
        return {}
    found: Iterable[rules.FieldView] = every_field(call, "invoice")
    return {field.outer_name: field.label(call.company.language) for field in found if not field.see_roles}
