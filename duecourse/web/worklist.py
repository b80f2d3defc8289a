"""The worklist: whom to call now, what to say, and what came of it; without leaving the keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext as _

from duecourse.access import queries as access_facts
from duecourse.collection import actions as collection
from duecourse.collection import queries, rules
from duecourse.core import ids
from duecourse.core.calendar import add_business_days
from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.customers import queries as customers
from duecourse.customers.rules import AccountView
from duecourse.web import bulk_customers, entered, export, links, listing, undoing, worklist_case, worklist_settings
from duecourse.web.door import done, page, refusal, screen
from duecourse.web.language import in_words
from duecourse.web.templatetags import show

SNOOZE_DAYS = 3  # working days, when nothing else is said


def _asked(request: HttpRequest, call: Call) -> tuple[str, str]:
    """Which tab and whose list: one's own, where one has any."""
    tab, whose = request.GET.get("show", "todo"), request.GET.get("whose", "")
    tab = tab if tab in queries.SHOWS else "todo"
    if whose not in queries.WHOSE:
        whose = "mine" if queries.has_own(call) else "all"
    return tab, whose


def keep(request: HttpRequest) -> str:
    """The part of the address that stays from case to case."""
    return links.query({name: request.GET.get(name, "") for name in ("show", "whose", "page")})


@screen("collection.read")
def index(request: HttpRequest, call: Call) -> HttpResponseBase:
    """The list with its first case beside it; `?format=csv` the list as a file."""
    return _bench(request, call, None)


@screen("collection.read")
def record(request: HttpRequest, call: Call, ref: str) -> HttpResponseBase:
    """One customer's case beside the list."""
    return _bench(request, call, customers.account_for_caller(call, ref))


def _bench(
    request: HttpRequest, call: Call, chosen: AccountView | None, typed: dict[str, str] | None = None, status: int = 200
) -> HttpResponseBase:
    tab, whose = _asked(request, call)
    if export.asked(request):
        return _csv(call, tab, whose)
    listed = queries.worklist(call, tab, whose, listing.number(request))
    first = chosen.id if chosen else (listed.rows[0].account_id if listed.rows else None)
    accounts = customers.accounts_by_id(call, {row.account_id for row in listed.rows} | ({first} if first else set()))
    names = dict(access_facts.colleagues(call))
    counts = queries.counts(call, whose)
    mine = queries.done_on(call, call.today, call.by.id)
    account = accounts.get(first) if first else None
    own = keep(request)
    words = {"todo": _("To do"), "done": _("Done"), "waiting": _("Waiting")}
    whose_words = {"mine": _("Mine"), "all": _("Everybody’s"), "nobody": _("Nobody’s")}
    base = reverse("worklist")
    ranked = queries.ranked_date(call)
    context = {
        "tab": tab,
        "whose": whose,
        "keep": own,
        "chosen": chosen is not None,
        "ranked": ranked,
        "counts": counts,
        "is_stale": ranked is not None and ranked < call.today,
        "rows": [_row(call, line, accounts[line.account_id], names, first, own, place) for place, line in enumerate(listed.rows)],
        "first_place": listed.first,
        "pages": listing.Shown(listed),
        "tabs": [
            {
                "label": words[one],
                "url": base + links.query({"show": one, "whose": whose}),
                "count": counts[one],
                "active": one == tab,
            }
            for one in queries.SHOWS
        ],
        "lists": [
            {"label": whose_words[one], "url": base + links.query({"whose": one, "show": tab}), "active": one == whose}
            for one in queries.WHOSE
        ],
        "whose_words": whose_words[whose],
        "mine": mine,
        "of_all": counts["todo"] + counts["done"],
        "promised_today": ", ".join(show.money_code(money) for money in mine.promised) or "–",
        "may_assign": call.by.may("collection.assign_accounts"),
        "colleagues": [(ids.outer("usr", key), name) for key, name in access_facts.colleagues(call, "collection.log_contacts")],
        "may_set": call.by.may("collection.set_policy"),
        "account": account,
        "typed": typed or {},
        **(worklist_case.case(call, account, typed or {}) if account else {}),
        **(_place(listed.rows, account.id, own) if account else {}),
        "keys": _keys(call),
    }
    return page(request, call, "worklist/bench.html", context, status=status)


def _keys(call: Call) -> list[tuple[tuple[str, ...], str]]:
    writes = [(("1", "–", "6"), _("outcome")), (("S",), _("promise")), (("N",), _("note")), (("Z",), _("put aside"))]
    keys = [(("J", "K"), _("next, previous")), (("C",), _("call")), (("E",), _("e-mail"))]
    return [*keys, *(writes if call.by.may("collection.log_contacts") else []), (("O",), _("customer"))]


def _row(
    call: Call, line: rules.Line, account: AccountView, names: dict[int, str], current: int | None, own: str, place: int
) -> dict[str, Any]:
    return {
        "line": line,
        "account": account,
        "ref": ids.outer("acc", account.id),
        "current": line.account_id == current,
        "url": reverse("worklist-case", args=[ids.outer("acc", account.id)]) + own,
        "why": rules.why_now(line, call.today),
        "collector": names.get(line.collector_id or 0, ""),
        "outcome": line.outcome,
        "place": place,
    }


def _place(rows: Sequence[rules.Line], account_id: int, own: str) -> dict[str, Any]:
    """Where the case stands on the page of the list, and its neighbours."""
    keys = [row.account_id for row in rows]
    if account_id not in keys:
        return {"after": _address(keys[0], own) if keys else ""}
    here = keys.index(account_id)
    return {
        "before": _address(keys[here - 1], own) if here else "",
        "after": _address(keys[here + 1], own) if here + 1 < len(keys) else "",
    }


def _address(account_id: int, own: str) -> str:
    return reverse("worklist-case", args=[ids.outer("acc", account_id)]) + own


def _csv(call: Call, tab: str, whose: str) -> HttpResponse:
    currency = call.company.currency
    head = [
        _("Customer number"), _("Customer"), _("Why"), f"{_('To collect')} {currency}", f"{_('Overdue')} {currency}", _("Days late"),
        _("Last contact"), _("Outcome"), _("Next date"), f"{_('Promised')} {currency}", f"{_('Disputed')} {currency}",
    ]  # fmt: skip

    def rows() -> Any:
        number = 1
        while True:
            found = queries.worklist(call, tab, whose, number, export.SIZE)
            accounts = customers.accounts_by_id(call, {line.account_id for line in found.rows})
            for line in found.rows:
                account, why = accounts[line.account_id], show.reason(rules.why_now(line, call.today), currency)
                outcome = _(rules.OUTCOME_NAMES[line.outcome]) if line.outcome else ""
                yield (
                    account.number,
                    account.name,
                    why,
                    line.collectible,
                    line.overdue,
                    line.days_late,
                    line.contact_date,
                    outcome,
                    line.next_date,
                    line.promised,
                    line.disputed,
                )
            if not found.has_next:
                return
            number += 1

    return export.answer(call, "worklist", head, rows)


# -- what is done


def _after(request: HttpRequest, call: Call, account_id: int) -> str:
    """The case that follows in the list as it stands before this one moves on."""
    tab, whose = _asked(request, call)
    rows = queries.worklist(call, tab, whose, listing.number(request)).rows
    keys = [row.account_id for row in rows]
    own = keep(request)
    if account_id not in keys:
        return _address(keys[0], own) if keys else reverse("worklist") + own
    here = keys.index(account_id)
    rest = keys[here + 1 :] or [key for key in keys if key != account_id]
    return _address(rest[0], own) if rest else reverse("worklist") + own


FIELDS = ("outcome", "amount", "by", "text", "next", "person", "channel", "seen")


@screen("collection.log_contacts")
def log(request: HttpRequest, call: Call, ref: str) -> HttpResponseBase:
    """Log what was said and go on to the next customer; POST with outcome, item, amount, by, text, next, seen."""
    account = customers.account_for_caller(call, ref)
    if request.method != "POST":
        return HttpResponseRedirect(reverse("worklist-case", args=[ref]))
    sent = {name: request.POST.get(name, "").strip()[:3000] for name in FIELDS}
    onward = _after(request, call, account.id)
    try:
        new = _entry(call, account, sent, request.POST.getlist("item"))
        (key,) = collection.log_contacts(call, [new])
    except Refused as refused:
        if refused.code == "not-found":
            return refusal(request, refused)
        return _bench(request, call, account, sent | {"error": in_words(refused)}, 422)
    stays = new.outcome == "note"
    done(request, _logged(account, new), reverse("worklist-undo", args=[ids.outer("cte", key)]))
    return HttpResponseRedirect(reverse("worklist-case", args=[ref]) + keep(request) if stays else onward)


def _entry(call: Call, account: AccountView, sent: dict[str, str], items: Sequence[str]) -> rules.NewEntry:
    outcome = sent["outcome"]
    next_date = entered.day(sent["next"], call.today) if sent["next"] else None
    promised, by = None, None
    if outcome == "promise":
        promised = entered.amount(sent["amount"], account.currency) if sent["amount"] else None
        by = entered.day(sent["by"], call.today) if sent["by"] else None
    if outcome == "snoozed" and next_date is None:
        next_date = add_business_days(call.today, SNOOZE_DAYS, call.company.country)
    about = outcome in ("promise", "dispute", "paid", "will-pay")
    channel = "other" if outcome in ("note", "snoozed") else sent["channel"] or "call"
    return rules.NewEntry(
        account_id=account.id,
        outcome=outcome,
        channel=channel,
        text=sent["text"],
        person=sent["person"],
        next_date=next_date,
        promised=promised,
        promise_date=by,
        item_ids=tuple(ids.inner("itm", item) for item in items) if about else (),
        seen=int(sent["seen"]) if sent["seen"].isascii() and sent["seen"].isdigit() and len(sent["seen"]) < 19 else None,
    )


def _logged(account: AccountView, new: rules.NewEntry) -> str:
    """One line of what was logged: “Logged: Officine Tarvisio, promised 8,200.00 for 23 Nov”."""
    if new.promised is not None and new.promise_date is not None:
        facts = {"name": account.name, "amount": show.money_code(new.promised), "day": show.day(new.promise_date)}
        return _("Logged: %(name)s, promised %(amount)s for %(day)s.") % facts
    if new.outcome == "snoozed":
        return _("%(name)s is put aside until %(day)s.") % {"name": account.name, "day": show.day(new.next_date)}
    words = _(rules.OUTCOME_NAMES[new.outcome])
    return _("Logged: %(name)s, %(outcome)s.") % {"name": account.name, "outcome": words[:1].lower() + words[1:]}


@screen("collection.withdraw_contacts")
def undo(request: HttpRequest, call: Call, ref: str) -> HttpResponseBase:
    """Take an entry back and return to its case."""
    entry = queries.entry_for_caller(call, ref)
    case = reverse("worklist-case", args=[ids.outer("acc", entry.account_id)])
    if request.method == "POST":
        try:
            collection.withdraw_contacts(call, [entry.id])
            done(request, _("Taken back: %(outcome)s.") % {"outcome": _(rules.OUTCOME_NAMES[entry.outcome]).lower()})
        except Refused as refused:
            messages.error(request, in_words(refused))
    return HttpResponseRedirect(case)


@screen("collection.send_statement")
def mail(request: HttpRequest, call: Call, ref: str) -> HttpResponseBase:
    """Mail the open items; POST with to, title, body and the items. Queued, never sent from a demo company."""
    account = customers.account_for_caller(call, ref)
    if request.method != "POST":
        return HttpResponseRedirect(reverse("worklist-case", args=[ref]))
    onward = _after(request, call, account.id)
    sent = {name: request.POST.get(name, "").strip()[:20_000] for name in ("to", "title", "body")}
    try:
        items = [ids.inner("itm", one) for one in request.POST.getlist("item")]
        collection.send_statement(call, account.id, items, sent["to"], sent["title"], sent["body"].replace("\r\n", "\n"))
    except Refused as refused:
        if refused.code == "not-found":
            return refusal(request, refused)
        return _bench(request, call, account, {"error": in_words(refused)}, 422)
    done(request, _("The statement for %(name)s is queued to %(to)s.") % {"name": account.name, "to": sent["to"]})
    return HttpResponseRedirect(onward)


@screen("collection.assign_accounts")
def assign(request: HttpRequest, call: Call) -> HttpResponseBase:
    """Give ticked accounts to a collector, or to nobody; POST with tick and user."""
    if request.method == "POST":
        user = request.POST.get("user", "")
        keys = [ids.inner("acc", ref) for ref in request.POST.getlist("tick")]
        user_id = ids.inner("usr", user) if user else None
        undo = undoing.address(call, "customers-assign-undo", bulk_customers.collected(call, keys))
        many = collection.assign_accounts(call, keys, user_id)
        name = dict(access_facts.colleagues(call)).get(user_id or 0) or _("nobody")
        done(request, _("%(many)s customers are with %(name)s now.") % {"many": many, "name": name}, undo)
    return HttpResponseRedirect(reverse("worklist") + keep(request))


def head(call: Call, limit: int = 5) -> list[dict[str, Any]]:
    """The first of the caller's list, for the home page."""
    whose = "mine" if queries.has_own(call) else "all"
    rows = queries.worklist(call, "todo", whose, size=limit).rows
    accounts = customers.accounts_by_id(call, {row.account_id for row in rows})
    return [_row(call, row, accounts[row.account_id], {}, None, "", place) for place, row in enumerate(rows)]


urlpatterns = [
    path("worklist/", index, name="worklist"),
    path("worklist/assign/", assign, name="worklist-assign"),
    path("worklist/policy/", worklist_settings.policy, name="worklist-policy"),
    path("worklist/away/", worklist_settings.away, name="worklist-away"),
    path("worklist/entries/<str:ref>/undo/", undo, name="worklist-undo"),
    path("worklist/<str:ref>/", record, name="worklist-case"),
    path("worklist/<str:ref>/log/", log, name="worklist-log"),
    path("worklist/<str:ref>/mail/", mail, name="worklist-mail"),
]
