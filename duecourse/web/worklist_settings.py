"""What is worth a contact and when one comes back to it, and who is away: set by the credit manager, read by all who collect."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from duecourse.access import queries as access_facts
from duecourse.collection import actions as collection
from duecourse.collection import queries, rules
from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.web import entered, typed
from duecourse.web.door import done, page, screen
from duecourse.web.language import in_words


def _labels(currency: str) -> dict[str, tuple[str, str]]:
    """Field → label and help."""
    days = _("working days until it comes back")
    return {
        "amount_min": (_("At least, %(currency)s") % {"currency": currency}, _("Less than this to be collected is left alone.")),
        "days_min": (_("At least days late"), _("The oldest item has to be this late.")),
        "promise_tolerance_days": (_("Tolerance of a promise, days"), _("So many days after its day it counts as broken.")),
        "broken_promise_factor": (_("A broken promise counts"), _("times; 1 is no more than any other debt.")),
        "will_pay_days": (_("After “will pay”"), days),
        "paid_days": (_("After “has paid”"), days),
        "dispute_days": (_("After a dispute"), days),
        "no_answer_days": (_("After no reply"), days),
        "call_back_days": (_("After “call back”"), days),
        "wrong_number_days": (_("After a wrong number"), days),
        "sent_days": (_("After an e-mail"), days),
    }


@screen("collection.read")
def policy(request: HttpRequest, call: Call) -> HttpResponse:
    """The policy in force, its versions, and for who may, a new one from a day on."""
    now = queries.policy(call, call.today)
    values = {part.name: _plain(getattr(now.policy, part.name)) for part in fields(rules.Policy)}
    values["valid_from"] = call.today.isoformat()
    error = ""
    may = call.by.may("collection.set_policy")
    if request.method == "POST":
        values |= {name: request.POST.get(name, "").strip()[:40] for name in values}
        try:
            data = {name: _number(name, values[name]) for name in values if name != "valid_from"}
            version = collection.set_policy(call, rules.policy_from_json(data), entered.day(values["valid_from"], call.today))
            done(request, _("Version %(version)s is set; the list is ranked by it in a moment.") % {"version": version})
            return HttpResponseRedirect(reverse("worklist-policy"))
        except Refused as refused:
            error = in_words(refused)
    labels = _labels(call.company.currency)
    context = {
        "now": now,
        "may": may,
        "errors": [error] if error else [],
        "valid_from": values["valid_from"],
        "versions": queries.policies(call)[:20],
        "rows": [
            {
                "name": name,
                "label": labels[name][0],
                "help": labels[name][1],
                "value": values[name],
                "is_amount": name == "amount_min",
            }
            for name in labels
        ],
    }
    return page(request, call, "worklist/policy.html", context, status=422 if error else 200)


def _plain(value: object) -> str:
    return typed.plain(value) if isinstance(value, Decimal) else str(value)


def _number(name: str, text: str) -> object:
    if name in rules.DAY_FIELDS:
        if not (text.isascii() and text.isdigit() and len(text) < 5):
            raise Refused("web.not-a-number", _("“%(text)s” is no whole number of days.") % {"text": text})
        return int(text)
    return str(entered.decimal(text))


@screen("collection.read")
def away(request: HttpRequest, call: Call) -> HttpResponse:
    """Who is away and who stands in; POST with user, substitute, from and until, or with end."""
    error = ""
    sent = {name: request.POST.get(name, "").strip()[:40] for name in ("user", "substitute", "from", "until", "end")}
    if request.method == "POST":
        try:
            if sent["end"]:
                collection.end_absence(
                    call, int(sent["end"]) if sent["end"].isascii() and sent["end"].isdigit() and len(sent["end"]) < 19 else 0
                )
                done(request, _("Back again."))
            else:
                first, until = entered.day(sent["from"], call.today), entered.day(sent["until"], call.today)
                collection.set_absence(call, ids.inner("usr", sent["user"]), ids.inner("usr", sent["substitute"]), first, until)
                done(request, _("The substitute sees the list as their own until then."))
            return HttpResponseRedirect(reverse("worklist-away"))
        except Refused as refused:
            error = in_words(refused)
    people = [(ids.outer("usr", key), name) for key, name in access_facts.colleagues(call, "collection.log_contacts")]
    context = {
        "absences": queries.absences(call),
        "people": people,
        "errors": [error] if error else [],
        "sent": sent,
        "may": call.by.may("collection.set_absence"),
    }
    return page(request, call, "worklist/away.html", context, status=422 if error else 200)
