"""Reason codes of the company, with where they were said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count

from duecourse.core.call import Call, require
from duecourse.core.errors import Refused
from duecourse.tailoring import rules
from duecourse.tailoring.models import ReasonUse, ReasonVersion


@dataclass(frozen=True, slots=True)
class UseView:
    """A reason as it was said: about what, in which words and version, by whom and when."""

    kind: str
    code: str
    version: int
    subject: str
    said: str
    at: dt.datetime
    by_name: str


def _view(row: ReasonVersion) -> rules.ReasonCode:
    return rules.ReasonCode(
        row.kind, row.code, row.words, row.version, row.account_code, row.follow_up, row.active_from, row.active_until,
        row.by_name, row.recorded_at,
    )  # fmt: skip


def reasons(call: Call, kind: str = "") -> list[rules.ReasonCode]:
    """Every code in its newest version, of one kind or all: shipped ones, and the company's own; one query."""
    own = ReasonVersion.objects.filter(company_id=call.company.id)
    shipped = rules.SHIPPED_REASONS
    if kind:
        own, shipped = own.filter(kind=kind), tuple(each for each in shipped if each.kind == kind)
    newest = own.order_by("kind", "code", "-version").distinct("kind", "code")
    return rules.merged(shipped, [_view(row) for row in sorted(newest, key=lambda row: row.id)])


def choices(call: Call, kind: str, language: str) -> list[tuple[str, str]]:
    """Code and words of what can be chosen today, for a form; one query."""
    found = [each for each in reasons(call, kind) if each.active(call.today)]
    return [(each.code, each.said(language, call.company.language)) for each in found]


def reason_for_caller(call: Call, kind: str, code: str) -> tuple[rules.ReasonCode, list[rules.ReasonCode]]:
    """A code in its newest version, and every version it had, newest first. Errors: Refused('tailoring.reason-unknown')."""
    require(call, "tailoring.read")
    rows = ReasonVersion.objects.filter(company_id=call.company.id, kind=kind, code=code).order_by("-version")
    versions = [_view(row) for row in rows]
    versions += [each for each in rules.SHIPPED_REASONS if (each.kind, each.code) == (kind, code)]
    if not versions:
        known = [each.code for each in reasons(call, kind)]
        raise Refused(
            "tailoring.reason-unknown", f"There is no reason “{code[:40]}” here.{rules.nearest(code, known)}", reason=code
        )
    return versions[0], versions


def use_counts(call: Call) -> dict[tuple[str, str], int]:
    """How often each code was said, by kind and code; one query."""
    found = ReasonUse.objects.filter(company_id=call.company.id).values_list("kind", "code").annotate(many=Count("id"))
    return {(kind, code): many for kind, code, many in found.order_by("kind", "code")}


def uses(call: Call, kind: str, code: str, limit: int = 50) -> list[UseView]:
    """Where a code was said, newest first."""
    require(call, "tailoring.read")
    rows = ReasonUse.objects.filter(company_id=call.company.id, kind=kind, code=code).order_by("-id")[:limit]
    return [UseView(row.kind, row.code, row.version, row.subject, row.said, row.at, row.by_name) for row in rows]


def codes_about(call: Call, subjects: Iterable[str]) -> dict[str, str]:
    """The code last said about each of `subjects`, for lists and files; one query."""
    rows = ReasonUse.objects.filter(company_id=call.company.id, subject__in=set(subjects)).order_by("id")
    return dict(rows.values_list("subject", "code"))
