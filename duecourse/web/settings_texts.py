"""Settings: the texts of mails and documents, with a preview on a real document."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.invoicing import queries as invoicing
from duecourse.tailoring import actions, queries, rules
from duecourse.web.door import done, page, screen
from duecourse.web.language import in_words

LANGUAGES = {"en": "English", "de": "Deutsch", "fr": "Français"}
# What stands for a placeholder where no document is at hand, or may be read.
SAMPLES = {
    "customer name": "Muster & Söhne GmbH", "customer number": "10001", "number": "INV-26-00017", "amount": "1,190.00", "currency": "EUR",
    "date": "17 November 2026", "due date": "17 December 2026", "reference": "RF18 INV2 6000 17", "their order": "4500-8102",
    "our order": "SO-26-00042", "discount until": "27 November 2026", "discount amount": "1,166.20", "corrected invoice": "INV-26-00009",
    "reason": "Goods damaged", "name": "Ada Reimers", "link": "https://duecourse.example/invitation/…", "days": "7",
}  # fmt: skip


@screen("tailoring.read")
def index(request: HttpRequest, call: Call) -> HttpResponse:
    """Every text by kind and language: shipped or the company's own, by whom and when."""
    found = queries.texts(call)
    kinds = [
        {
            "words": _(kind.words),
            "mail": kind.has_title,
            "cells": [(found.get((kind.name, each)), reverse("settings-text", args=[kind.name, each])) for each in LANGUAGES],
        }
        for kind in rules.TEXT_KINDS.values()
    ]
    return page(request, call, "settings/texts.html", {"kinds": kinds, "languages": list(LANGUAGES.values())})


def _values(call: Call, kind: rules.TextKind, number: str) -> tuple[dict[str, str], str, str]:
    """What fills the placeholders: a real document's data, by its number or the newest; its number, and what is wrong."""
    samples = SAMPLES | {"company name": call.company.name, "today": call.today.isoformat()}
    if kind.about not in ("invoice", "credit-note") or not call.by.may("invoicing.read"):
        return samples, "", ""
    tab = "credit-notes" if kind.about == "credit-note" else "all"
    listed = [row for row in invoicing.rows(call, tab, number, size=20).rows if row.kind == kind.about]
    if not listed:
        return samples, "", _("No document has this number; a made-up one is shown.") if number else ""
    invoice = invoicing.invoice_for_caller(call, listed[0].outer_id)
    custom = queries.value_texts(call, "invoice", [invoice.id])[invoice.id]
    return invoicing.text_values(call, invoice, custom), invoice.number, ""


def _preview(call: Call, kind: rules.TextKind, text: rules.Text, number: str) -> dict[str, Any]:
    try:
        checked = rules.checked_text(kind, text, queries.custom_placeholders(call, kind.name))
    except Refused as refused:
        return {"wrong": in_words(refused)}
    values, shown, missing = _values(call, kind, number)
    filled = rules.filled(checked, values)
    empty = [name for name in rules.names(checked) if not values.get(name)]
    return {"preview": filled, "shown": shown, "missing": missing, "empty": empty, "kind": kind}


@screen("tailoring.read")
def record(request: HttpRequest, call: Call, kind: str, language: str) -> HttpResponse:
    """The editor of one text; POST `do` is save or reset."""
    known = rules.kind_of(kind)
    versions = queries.versions(call, kind, language) if language in LANGUAGES else []
    if not versions:
        raise Refused("not-found", _("There is no such text."))
    now, errors = versions[0], list[str]()
    text = now.text
    if request.method == "POST":
        try:
            if request.POST.get("do") == "reset":
                actions.reset_text(call, kind, language)
                done(request, _("The shipped text counts again. Yours is kept among the versions."))
            else:
                text = _typed(request)
                actions.write_text(call, kind, language, text)
                done(request, _("The text counts from now on. What was sent keeps its words."))
            return HttpResponseRedirect(reverse("settings-text", args=[kind, language]))
        except Refused as refused:
            errors.append(in_words(refused))
    custom = queries.custom_placeholders(call, kind)
    context = {
        "kind": known,
        "words": _(known.words),
        "language": LANGUAGES[language],
        "code": language,
        "now": now,
        "text": text,
        "versions": versions,
        "errors": errors,
        "placeholders": [*((name, _(what)) for name, what in known.placeholders), *custom.items()],
        "may_write": call.by.may("tailoring.write_text"),
        "may_choose": known.about in ("invoice", "credit-note") and call.by.may("invoicing.read"),
        **_preview(call, known, text, ""),
    }
    return page(request, call, "settings/text.html", context, status=422 if errors else 200)


def _typed(request: HttpRequest) -> rules.Text:
    return rules.Text(request.POST.get("title", "")[:1000], request.POST.get("body", "")[:50_000])


@screen("tailoring.read")
def preview(request: HttpRequest, call: Call, kind: str, language: str) -> HttpResponse:
    """What is typed, filled in with a real document's data; nothing is kept."""
    known = rules.kind_of(kind)
    return render(
        request, "settings/text_preview.html", _preview(call, known, _typed(request), request.POST.get("document", "")[:20])
    )


urlpatterns = [
    path("settings/texts/", index, name="settings-texts"),
    path("settings/texts/<str:kind>/<str:language>/", record, name="settings-text"),
    path("settings/texts/<str:kind>/<str:language>/preview/", preview, name="settings-text-preview"),
]
