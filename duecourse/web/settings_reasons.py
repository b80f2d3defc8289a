"""Settings: reason codes, with where they were used."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.tailoring import actions, queries, rules
from duecourse.web import custom_fields, entered, happened
from duecourse.web.door import done, page, screen
from duecourse.web.language import in_words

FORM = ("kind", "code", "en", "de", "fr", "account_code", "follow_up", "active_from", "active_until")


@screen("tailoring.read")
def index(request: HttpRequest, call: Call) -> HttpResponse:
    """Every code by kind, with how often it was used."""
    said, counts = custom_fields.language(), queries.use_counts(call)
    known = queries.reasons(call)
    kinds = [
        {
            "words": _(words),
            "rows": [
                {
                    "reason": each,
                    "said": each.said(said, call.company.language),
                    "used": counts.get((kind, each.code), 0),
                    "active": each.active(call.today),
                    "later": each.active_from > call.today,
                    "url": reverse("settings-reason", args=[kind, each.code]),
                }
                for each in known
                if each.kind == kind
            ],
        }
        for kind, words in rules.REASON_KINDS.items()
    ]
    context = {"kinds": kinds, "may_define": call.by.may("tailoring.define_reason")}
    return page(request, call, "settings/reasons.html", context)


def _typed(request: HttpRequest) -> dict[str, str]:
    return {name: request.POST.get(name, "").strip()[:300] for name in FORM}


def _reason(call: Call, values: dict[str, str]) -> rules.ReasonCode:
    """The reason as typed. Errors: Refused."""
    begins = entered.day(values["active_from"], call.today) if values["active_from"] else call.today
    ends = entered.day(values["active_until"], call.today) if values["active_until"] else None
    words = {language: values[language] for language in rules.LANGUAGES}
    return rules.ReasonCode(values["kind"], values["code"], words, 0, values["account_code"], values["follow_up"], begins, ends)


def _context() -> dict[str, Any]:
    return {"kind_options": [(kind, _(words)) for kind, words in rules.REASON_KINDS.items()]}


@screen("tailoring.define_reason")
def new(request: HttpRequest, call: Call) -> HttpResponse:
    """A code of the company's own."""
    values, errors = _typed(request), list[str]()
    if request.method == "POST":
        try:
            made = actions.define_reason(call, _reason(call, values))
            done(request, _("The reason %(code)s was added.") % {"code": made.code})
            return HttpResponseRedirect(reverse("settings-reasons"))
        except Refused as refused:
            errors.append(in_words(refused))
    else:
        values |= {"kind": request.GET.get("kind", "credit-note")[:20], "active_from": call.today.isoformat()}
    context = {"values": values, "errors": errors, "is_new": True, **_context()}
    return page(request, call, "settings/reason.html", context, status=422 if errors else 200)


@screen("tailoring.read")
def record(request: HttpRequest, call: Call, kind: str, code: str) -> HttpResponse:
    """One code: its words, its versions, where it was used; POST `do` is save, retire or restore."""
    reason, versions = queries.reason_for_caller(call, kind, code)
    values = {
        **{language: reason.words.get(language, "") for language in rules.LANGUAGES},
        "kind": kind, "code": code, "account_code": reason.account_code, "follow_up": reason.follow_up,
        "active_from": "" if reason.is_shipped else reason.active_from.isoformat(),
        "active_until": reason.active_until.isoformat() if reason.active_until else "",
    }  # fmt: skip
    errors: list[str] = []
    if request.method == "POST":
        try:
            _change(request, call, reason, values)
            return HttpResponseRedirect(reverse("settings-reason", args=[kind, code]))
        except Refused as refused:
            errors.append(in_words(refused))
            values |= {name: text for name, text in _typed(request).items() if name in request.POST}
    context = {
        "reason": reason,
        "said": reason.said(custom_fields.language(), call.company.language),
        "kind_words": _(rules.REASON_KINDS[kind]),
        "active": reason.active(call.today),
        "posts": kind in rules.POSTING_KINDS,
        "versions": versions,
        "uses": [(use, happened.link(call, use.subject)) for use in queries.uses(call, kind, code, 20)],
        "used": queries.use_counts(call).get((kind, code), 0),
        "values": values,
        "errors": errors,
        "may_change": call.by.may("tailoring.reword_reason"),
        **_context(),
    }
    return page(request, call, "settings/reason.html", context, status=422 if errors else 200)


def _change(request: HttpRequest, call: Call, reason: rules.ReasonCode, values: dict[str, str]) -> None:
    do, code = request.POST.get("do", ""), {"code": reason.code}
    if do == "retire":
        actions.retire_reason(call, reason.kind, reason.code)
        done(request, _("%(code)s can no longer be chosen. Where it was used it stays.") % code)
    elif do == "restore":
        actions.restore_reason(call, reason.kind, reason.code)
        done(request, _("%(code)s can be chosen again.") % code)
    else:
        sent = values | _typed(request) | {"kind": reason.kind, "code": reason.code}
        actions.reword_reason(call, reason.kind, reason.code, _reason(call, sent))
        done(request, _("%(code)s is kept as a new version. What was said keeps its words.") % code)


urlpatterns = [
    path("settings/reasons/", index, name="settings-reasons"),
    path("settings/reasons/new/", new, name="settings-reason-new"),
    path("settings/reasons/<str:kind>/<str:code>/", record, name="settings-reason"),
]
