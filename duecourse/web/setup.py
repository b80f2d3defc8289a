"""Guided set-up of a company: what is done, what is next, how long it takes. What is done is read from facts, not ticked off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from duecourse.access import queries as access_facts
from duecourse.access import rules as access_rules
from duecourse.core import ids, sequences
from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.customers import queries as customer_facts
from duecourse.documents import queries as document_facts
from duecourse.ledger import queries as ledger_facts
from duecourse.ledger import rules as ledger_rules
from duecourse.web import setup_forms
from duecourse.web.door import done, page, screen
from duecourse.web.language import in_words
from duecourse.web.templatetags.show import full_day


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `permission` is what doing it takes; without `needed` a company can go live."""

    name: str
    icon: str
    minutes: int
    permission: str
    needed: bool = False


STEPS = (
    Step("company", "company", 4, "access.change_company", True),
    Step("books", "journal", 2, "ledger.begin_books", True),
    Step("tax", "percent", 2, "catalog.set_tax_rates", True),
    Step("bank", "bank", 3, "ledger.create_bank_account", True),
    Step("terms", "calendar-due", 2, "customers.create_terms", True),
    Step("numbers", "hash", 2, "access.set_number_series"),
    Step("people", "users", 5, "documents.send_invitation"),
    Step("logo", "camera", 2, "documents.set_logo"),
    Step("mail", "mail", 3, "access.change_mail"),
    Step("take-over", "download", 20, "receivables.take_over_items"),
    Step("live", "play", 3, "ledger.go_live", True),
)
NAMES = tuple(step.name for step in STEPS)


def _words(name: str) -> tuple[str, str, str]:
    """Title in the list, the question of its page, and why it is asked."""
    return {
        "company": (_("Company"), _("Who are you?"), _("Name, address and tax number stand on every invoice.")),
        "books": (_("Books"), _("On which day do your books begin here?"), _("What happened before comes as opening balances.")),
        "tax": (_("Tax"), _("Which tax rates do you charge?"), _("By country and day; an invoice takes the rate of its day.")),
        "bank": (_("Bank accounts"), _("Where does your customers’ money come in?"), _("We read statements, never pay.")),
        "terms": (_("Payment terms"), _("When do customers pay?"), _("Each customer gets one of these.")),
        "numbers": (_("Numbers"), _("How are your documents numbered?"), _("Without gaps; go on where your old system stops.")),
        "people": (_("People and roles"), _("Who works here?"), _("What one does, another checks: give the roles to different people.")),
        "logo": (_("Logo"), _("What do you look like?"), _("On the head of every screen and on invoices.")),
        "mail": (_("Mail"), _("Who do your mails come from?"), _("Answers of customers should reach somebody.")),
        "take-over": (_("Take over data"), _("What do you bring along?"), _("From files; looked at before anything is kept.")),
        "live": (_("Check and go live"), _("Ready?"), _("From then on invoices and letters leave the house.")),
    }[name]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """What is there, as far as the set-up asks."""

    company: access_rules.CompanyProfile
    readiness: ledger_rules.Readiness
    series: Sequence[sequences.Series]
    people: int
    invited: int
    has_customers: bool
    held: int


def facts(call: Call) -> Facts:
    """Fourteen queries, no amounts: whoever looks after the company may see them."""
    return Facts(
        access_facts.company_profile(call),
        ledger_facts.readiness(call),
        sequences.own_series(call),
        len(access_facts.members(call)),
        len(access_facts.invitations(call)),
        customer_facts.any_there(call),
        document_facts.held(call),
    )


def is_done(found: Facts) -> dict[str, bool]:
    """Step → whether the facts say that it is done."""
    ready, company = found.readiness, found.company
    return {
        "company": ready.has_address,
        "books": ready.has_books,
        "tax": ready.has_tax_rates,
        "bank": ready.bank_accounts > 0,
        "terms": ready.terms > 0,
        "numbers": all(one.chosen or one.used for one in found.series),
        "people": found.people + found.invited > 1,
        "logo": bool(company.logo_digest),
        "mail": bool(company.mail_sender_name or company.mail_sender or company.mail_reply_to),
        "take-over": found.has_customers,
        "live": company.live_at is not None,
    }


def _said(found: Facts) -> dict[str, str]:
    """Step → in one line what is there."""
    ready, company = found.readiness, found.company
    return {
        "company": ", ".join(part for part in (company.city, company.country, company.currency) if part),
        "books": _("from %(day)s") % {"day": full_day(company.opening_date)} if company.opening_date else "",
        "tax": company.country if ready.has_tax_rates else "",
        "bank": str(ready.bank_accounts or ""),
        "terms": str(ready.terms or ""),
        "numbers": found.series[0].example,
        "people": _("%(here)s here, %(asked)s invited") % {"here": found.people, "asked": found.invited},
        "logo": "",
        "mail": company.mail_sender_name or company.mail_sender,
        "take-over": "",
        "live": "",
    }


def _rows(call: Call, found: Facts, now: str) -> list[dict[str, Any]]:
    """The list of steps: title, state, whom an open one waits for."""
    finished, said = is_done(found), _said(found)
    rows = []
    for number, step in enumerate(STEPS, 1):
        mine = call.by.may(step.permission)
        who = ""
        if not finished[step.name] and not mine:
            who = ", ".join(access_facts.names_who_may(call, step.permission)) or _("somebody to be invited")
        rows.append(
            {
                "step": step,
                "number": number,
                "title": _words(step.name)[0],
                "said": said[step.name],
                "url": reverse("setup-step", args=[step.name]),
                "state": "done" if finished[step.name] else "waits" if who else "open" if step.needed else "optional",
                "who": who,
                "now": step.name == now,
            }
        )
    return rows


def next_step(call: Call, finished: Mapping[str, bool], after: str = "") -> str:
    """The first open step that the caller can do: behind `after` if there is one, needed or not; else any needed one; else the last."""
    behind = STEPS[NAMES.index(after) + 1 :] if after else ()
    for step in (*behind, *(each for each in STEPS if each.needed)):
        if not finished[step.name] and call.by.may(step.permission):
            return step.name
    return "live"


@screen("access.read")
def index(request: HttpRequest, call: Call) -> HttpResponse:
    """What is next."""
    found = facts(call)
    return _shown(request, call, next_step(call, is_done(found)), found, [])


@screen("access.read")
def step(request: HttpRequest, call: Call, name: str) -> HttpResponse:
    """One step: its form, and by POST what was typed; then the next step. Every step can be left and taken up again."""
    if name not in NAMES:
        raise ids.not_found("cmp")
    errors: list[str] = []
    if request.method == "POST":
        try:
            said = setup_forms.SAVE[name](request, call)
            done(request, said)
            stay = request.POST.get("do") in ("stay", "test", "remove") or name in setup_forms.STAYS
            following = name if stay else next_step(call, is_done(facts(access_again(call))), name)
            return HttpResponseRedirect(reverse("setup-step", args=[following]))
        except Refused as refused:
            errors.append(in_words(refused))
    return _shown(request, call, name, facts(call), errors)


def _shown(request: HttpRequest, call: Call, name: str, found: Facts, errors: Sequence[str]) -> HttpResponse:
    """The page of a step."""
    this = STEPS[NAMES.index(name)]
    rows = _rows(call, found, name)
    number = NAMES.index(name)
    finished = [row for row in rows if row["state"] == "done"]
    title, question, why = _words(name)
    context = {
        "found": found, "rows": rows, "this": rows[number], "name": name, "title": title, "question": question, "why": why,
        "errors": errors, "done_count": len(finished), "all_count": len(rows), "share": 100 * len(finished) // len(rows),
        "minutes": sum(row["step"].minutes for row in rows if row["state"] in ("open", "waits")),
        "may": call.by.may(this.permission), "part": f"setup/{name}.html", "before": rows[number - 1]["url"] if number else "",
        "later": rows[(number + 1) % len(rows)]["url"], "live": found.company.live_at is not None,
        "missing": ledger_rules.missing_for_live(found.readiness) if name == "live" else [],
        "take_overs": reverse("take-overs") if call.by.may("documents.read_take_overs") else "",
        **setup_forms.show(name, request, call, found.company),
    }  # fmt: skip
    return page(request, call, "setup/step.html", context, status=422 if errors else 200)


def access_again(call: Call) -> Call:
    """The call after its company was changed, for what comes next in the same request."""
    return Call(by=call.by, at=call.at, company=access_facts.company_ref(call.company.id))


@screen("access.change_language")
def logo(request: HttpRequest, call: Call) -> HttpResponse:
    """The company's picture, as it was taken. Opened by itself it may do nothing at all."""
    picture = document_facts.logo(call)
    if picture is None:
        raise ids.not_found("doc")
    response = HttpResponse(picture.data, content_type=picture.media_type)
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=3600"
    return response


urlpatterns = [
    path("setup/", index, name="setup"),
    path("setup/logo/picture", logo, name="company-logo"),
    path("setup/<str:name>/", step, name="setup-step"),
]
