"""Ties out: every rule that the books keep, its last verdict, the numbers side by side, and the trial balance of any day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duecourse.core import invariants
from duecourse.core.call import Call
from duecourse.core.money import Money
from duecourse.kpis import actions, queries
from duecourse.ledger import queries as ledger_facts
from duecourse.web import export
from duecourse.web.door import as_of, done, page, screen


@dataclass(frozen=True, slots=True)
class Row:
    """One account of the trial balance: what it holds is a debit or a credit."""

    code: str
    name: str
    kind: str
    debit: Money | None
    credit: Money | None


@screen("ledger.read")
def index(request: HttpRequest, call: Call) -> HttpResponseBase:
    """The verdicts, the sides and the balance."""
    on = as_of(request, call)
    rows = _trial_balance(call, on)
    if export.asked(request):
        head = [_("Account"), _("Name"), _("Kind"), _("Debit"), _("Credit"), _("Currency"), _("As of")]
        currency = call.company.currency
        return export.answer(
            call, "trial-balance", head,
            lambda: ((row.code, row.name, row.kind, row.debit, row.credit, currency, on) for row in rows),
        )  # fmt: skip
    words = {check.name: check.words for check in actions.CHECKS}
    verdicts = [
        {"row": row, "words": _(words[row.name]) if row.name in words else row.name, "broken": row.broken}
        for row in invariants.rows(call)
    ]
    broken = sum(1 for verdict in verdicts if not verdict["row"].holds)
    context: dict[str, Any] = {
        "verdicts": verdicts,
        "broken": broken,
        "light": queries.last_verdict(call),
        "title": _("Do the books tie out?"),
        "ties": _ties(call) if on == call.today else [],
        "rows": rows,
        "debit": Money.total((row.debit for row in rows if row.debit), call.company.currency),
        "credit": Money.total((row.credit for row in rows if row.credit), call.company.currency),
        "may_check": call.by.may("kpis.verify") and on == call.today,
    }
    return page(request, call, "ties/index.html", context)


def _trial_balance(call: Call, on: Any) -> list[Row]:
    kinds = {
        "asset": _("Asset"),
        "liability": _("Liability"),
        "equity": _("Equity"),
        "income": _("Income"),
        "expense": _("Expense"),
    }
    made = []
    for account, balance in ledger_facts.balances(call, on if on < call.today else None):
        debit, credit = (balance, None) if balance.amount > 0 else (None, -balance if balance else None)
        made.append(Row(account.code, account.name, kinds.get(account.kind, account.kind), debit, credit))
    return made


def _ties(call: Call) -> list[dict[str, Any]]:
    """Each set of numbers that must agree, with where each of them is found."""
    words = {
        "items": (_("Open items"), reverse("ageing")),
        "payments": (_("Payments without a customer"), reverse("matching") if call.by.may("cash.read") else ""),
        "statement": (_("Last statement"), reverse("bank") if call.by.may("bank.read") else ""),
        "books": (_("Books"), "#balance"),
    }
    names = {"receivables": _("Receivables"), "cash": _("Payments not yet identified")}

    def sides(tie: queries.Tie) -> Sequence[dict[str, Any]]:
        return [{"label": words[side][0], "url": words[side][1], "money": money} for side, money in tie.sides]

    return [
        {
            "name": names.get(tie.name, tie.name),
            "sides": sides(tie),
            "holds": tie.holds,
            "apart": tie.apart,
            "alone": len(tie.sides) == 1,
        }
        for tie in queries.ties(call)
    ]


@screen("kpis.verify")
def check(request: HttpRequest, call: Call) -> HttpResponseBase:
    """POST: look at every rule now."""
    if request.method == "POST":
        verdicts = actions.verify(call)
        broken = sum(1 for verdict in verdicts if not verdict.holds)
        if broken:
            words = ngettext("%(n)s rule is broken; posting has stopped.", "%(n)s rules are broken; posting has stopped.", broken)
            done(request, words % {"n": broken})
        else:
            done(request, _("Everything ties out: %(n)s rules were checked.") % {"n": len(verdicts)})
    return HttpResponseRedirect(reverse("ties-out"))


urlpatterns = [
    path("ties-out/", index, name="ties-out"),
    path("ties-out/check/", check, name="ties-out-check"),
]
