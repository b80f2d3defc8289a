"""The journal: who did what, when, on what grounds; one event with its facts, a credit decision run again; and the entries."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from duecourse.cash import queries as cash_facts
from duecourse.core import ids, journal, paging
from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.core.journal import Event, Wanted
from duecourse.credit import queries as credit_facts
from duecourse.credit.rules import TITLES, decision_to_json
from duecourse.customers import queries as customer_facts
from duecourse.invoicing import queries as invoice_facts
from duecourse.ledger import queries as ledger_facts
from duecourse.orders import queries as order_facts
from duecourse.receivables import queries as item_facts
from duecourse.web import entered, export, happened, listing
from duecourse.web.door import page, screen
from duecourse.web.templatetags.show import full_day

ROOMS = (
    "access", "bank", "cash", "catalog", "credit", "customers", "documents", "invoicing", "kpis", "ledger", "orders", "receivables",
)  # fmt: skip
SIZE = 50
AMOUNTS = frozenset({"gross", "net", "amount", "released", "rest", "before", "after", "open"})


def room_words() -> dict[str, str]:
    """Rooms as people call them."""
    return {
        "access": _("People and roles"), "bank": _("Bank"), "cash": _("Payments"), "catalog": _("Products"), "credit": pgettext("room", "Credit"),
        "customers": _("Customers"), "documents": _("Mail and files"), "invoicing": _("Invoices"), "kpis": _("Key figures"),
        "ledger": _("Books"), "orders": _("Orders"), "receivables": _("Open items"),
    }  # fmt: skip


def _meant(call: Call, text: str) -> Sequence[str]:
    """The outside ids that a typed number or id means; empty when nothing has it."""
    if text.partition("_")[0] in ids.PREFIXES and "_" in text:
        return [text]
    found: list[str] = []
    if call.by.may("customers.read"):
        try:
            accounts = customer_facts.accounts_by_number(call, [text])
        except Refused:  # not a customer number
            accounts = {}
        for account in accounts.values():
            found += [ids.outer("acc", account.id), ids.outer("cus", account.customer_id)]
            if call.by.may("credit.read") and (credit := credit_facts.credit_account_of(call, account.id)):
                found.append(credit.ref)
    if call.by.may("orders.read"):
        found += [row.ref for row in order_facts.rows(call, text=text, size=5).rows if row.number == text.upper()]
    if call.by.may("invoicing.read"):
        found += [row.outer_id for row in invoice_facts.by_numbers(call, text, 3) if row.number == text.upper()]
    if call.by.may("cash.read"):
        found += [row.payment.outer_id for row in cash_facts.rows(call, "all", text, size=5).rows if row.payment.number == text]
    if call.by.may("ledger.read"):
        found += [ids.outer("jrn", key) for key in ledger_facts.ids_of_numbers(call, [text.upper()]).values()]
    return found


def _wanted(request: HttpRequest, call: Call) -> tuple[Wanted, dict[str, str]]:
    """What the address asks for, and its chips."""
    get = {name: request.GET.get(name, "").strip() for name in ("room", "by", "about", "since", "until", "q")}
    room = get["room"] if get["room"] in ROOMS else ""
    first, last = entered.day_or_none(get["since"]), entered.day_or_none(get["until"])
    if on := request.session.get("as_of"):
        last = min(last, dt.date.fromisoformat(on)) if last else dt.date.fromisoformat(on)
    chips = {
        "room": room_words()[room] if room else "",
        "by": _("by %(name)s") % {"name": get["by"]} if get["by"] else "",
        "about": _("about %(what)s") % {"what": get["about"]} if get["about"] else "",
        "since": _("since %(day)s") % {"day": full_day(first)} if first else "",
        "until": _("until %(day)s") % {"day": full_day(last)} if last and get["until"] else "",
        "q": f"“{get['q']}”" if get["q"] else "",
    }
    subjects = _meant(call, get["about"]) if get["about"] else None
    return Wanted(room, get["q"], get["by"], subjects, first, last), chips


def _cursor(request: HttpRequest) -> tuple[dt.datetime, int] | None:
    """`?before=` holds instant and key of the last event that was seen; None for the first page or when it cannot be read."""
    at, _sep, key = request.GET.get("before", "").rpartition("~")
    try:
        instant = dt.datetime.fromisoformat(at)
        return (instant, int(key)) if instant.tzinfo else None
    except ValueError:
        return None


def _query(request: HttpRequest, **changes: str) -> str:
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value:
            query[name] = value
    return f"?{query.urlencode()}"


def _context(request: HttpRequest, call: Call) -> dict[str, Any]:
    """The list on the left: one page of events by day, found by the filters of the address."""
    wanted, chips = _wanted(request, call)
    found = journal.find(call, wanted, _cursor(request), SIZE + 1)
    shown, last = found[:SIZE], found[SIZE - 1] if len(found) > SIZE else None
    total = journal.count(call, wanted)
    query = request.GET.urlencode()
    tail = f"?{query}" if query else ""
    return {
        "moments": [(one, reverse("event", args=[one.id]) + tail) for one in map(happened.told, shown)],
        "chips": listing.chips(request, chips),
        "total": total,
        "many": total >= journal.COUNT_MAX,
        "older": _query(request, before=f"{last.at.isoformat()}~{last.id}") if last else "",
        "newest": _query(request, before="") if request.GET.get("before") else "",
        "rooms": [("", _("All rooms")), *room_words().items()],
        "asked": {name: request.GET.get(name, "") for name in ("room", "by", "about", "since", "until", "q")},
        "people": journal.people(call),
        "tabs": _tabs(call, "events"),
        "list_url": reverse("journal") + tail,
        "keys": [(("J", "K"), _("next, previous")), (("Enter",), _("open")), (("/",), _("search"))],
    }


def _tabs(call: Call, now: str) -> list[dict[str, object]]:
    tabs = [{"label": _("Events"), "url": reverse("journal"), "active": now == "events", "count": None}]
    if call.by.may("ledger.read"):
        tabs.append({"label": _("Journal entries"), "url": reverse("journal-entries"), "active": now == "entries", "count": None})
    return tabs


@screen("journal.read")
def index(request: HttpRequest, call: Call) -> HttpResponseBase:
    """The list, and beside it the newest event."""
    if export.asked(request):
        return _csv(request, call)
    context = _context(request, call)
    if context["moments"]:
        context |= _shown(request, call, context["moments"][0][0].event)
    return page(request, call, "journal/index.html", context | {"is_open": False})


@screen("journal.read")
def event(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """One event, beside the list it was found in. `?replay=1` runs a credit decision again."""
    found = journal.event_for_caller(call, ref)
    return page(request, call, "journal/index.html", _context(request, call) | _shown(request, call, found) | {"is_open": True})


def _shown(request: HttpRequest, call: Call, found: Event) -> dict[str, Any]:
    """One event with everything its pane says."""
    told = happened.told(found)
    check = _check(call, found)
    context: dict[str, Any] = {
        "event": found,
        "told": told,
        "subjects": _named(call, happened.subjects(call, found.subjects[:40])),
        "subjects_more": max(len(found.subjects) - 40, 0),
        "facts": _rows(found.facts),
        "decision": _rows(found.decision or {}) if not check else [],
        "raw": json.dumps(
            {"name": found.name, "subjects": found.subjects, "facts": found.facts, "decision": found.decision},
            indent=2,
            ensure_ascii=False,
        ),
        "later": found.recorded_at - found.at,
        "check": check,
    }
    if check is not None:
        context["findings"] = [(TITLES.get(one.rule, one.rule), one) for one in check.decision.findings]
        context["replay_url"] = reverse("event", args=[told.id]) + _query(request, replay="1")
        if request.GET.get("replay"):
            again = credit_facts.replay_check(check)
            context["again"] = again
            context["same"] = decision_to_json(again) == decision_to_json(check.decision)
    return context


def _named(call: Call, subjects: list[dict[str, str]]) -> list[dict[str, str]]:
    """The things an event is about with the names people know, as far as the caller may read them; two queries."""
    accounts = {ids.inner("acc", one["ref"]) for one in subjects if one["ref"].startswith("acc_")}
    items = {ids.inner("itm", one["ref"]) for one in subjects if one["ref"].startswith("itm_")}
    views = customer_facts.accounts_by_id(call, accounts) if accounts and call.by.may("customers.read") else {}
    numbers = item_facts.numbers(call, items) if items and call.by.may("receivables.read") else {}
    names = {ids.outer("acc", key): f"{view.number} {view.name}" for key, view in views.items()}
    names |= {ids.outer("itm", key): number for key, number in numbers.items()}
    return [one | {"name": names.get(one["ref"], "")} for one in subjects]


def _check(call: Call, found: Event) -> credit_facts.CheckView | None:
    """The credit check that an event tells of, when there is one."""
    refs = [ref for ref in found.subjects if ref.startswith("chk_")]
    return credit_facts.check_for_caller(call, refs[0]) if found.name == "credit.order-checked" and refs else None


def _rows(facts: Mapping[str, Any], level: int = 0) -> list[tuple[str, str]]:
    """Facts as name and value in words; what is nested deeper is left to the JSON below."""
    made = []
    for name, value in facts.items():
        words = name.replace("_", " ").capitalize()
        if isinstance(value, dict) and level < 1:
            made += [(f"{words}, {inner.lower()}", text) for inner, text in _rows(value, level + 1)]
        elif isinstance(value, (list, dict)):
            made.append((words, _("%(count)s values, see below") % {"count": len(value)} if value else "–"))
        elif name in AMOUNTS and (said := happened.amount(value, facts.get("currency"))):
            made.append((words, said))
        elif name != "currency" or not AMOUNTS & facts.keys():
            made.append(
                (words, _("yes") if value is True else _("no") if value is False else "–" if value in (None, "") else str(value))
            )
    return made


def _csv(request: HttpRequest, call: Call) -> HttpResponseBase:
    wanted, _chips = _wanted(request, call)
    head = ["id", _("Event"), _("Happened"), _("Recorded"), _("Who"), _("About"), _("Facts"), _("Decision"), _("Policy version")]

    def rows() -> Any:
        before = None
        while True:
            found = journal.find(call, wanted, before, 1000)
            for one in found:
                yield (
                    ids.outer("evt", one.id), one.name, one.at.isoformat(), one.recorded_at.isoformat(), one.by_name, " ".join(one.subjects),
                    json.dumps(one.facts, ensure_ascii=False), json.dumps(one.decision, ensure_ascii=False) if one.decision else "",
                    one.policy_version,
                )  # fmt: skip
            if len(found) < 1000:
                return
            before = (found[-1].at, found[-1].id)

    return export.answer(call, "journal", head, rows)


# -- entries of the ledger


@screen("ledger.read")
def entries(request: HttpRequest, call: Call) -> HttpResponseBase:
    """Journal entries with their lines."""
    get = {name: request.GET.get(name, "").strip() for name in ("q", "kind", "since", "until")}
    first, last = entered.day_or_none(get["since"]), entered.day_or_none(get["until"])
    if on := request.session.get("as_of"):
        last = min(last, dt.date.fromisoformat(on)) if last else dt.date.fromisoformat(on)

    def pages(number: int, size: int = SIZE) -> paging.Page[ledger_facts.EntryView]:
        return ledger_facts.find_entries(call, get["q"], get["kind"], first, last, number, size)

    if export.asked(request):
        return entries_as_csv(call, lambda: export.every(lambda number: pages(number, export.SIZE)))
    found = pages(listing.number(request))
    labels = {
        "q": f"“{get['q']}”" if get["q"] else "", "kind": get["kind"], "since": _("since %(day)s") % {"day": full_day(first)} if first else "",
        "until": _("until %(day)s") % {"day": full_day(last)} if last and get["until"] else "",
    }  # fmt: skip
    context = {
        "entries": [(entry, ids.outer("jrn", entry.id), _total(entry)) for entry in found.rows],
        "shown": listing.Shown(found),
        "chips": listing.chips(request, labels),
        "asked": get,
        "tabs": _tabs(call, "entries"),
        "keys": [(("J", "K"), _("next, previous")), (("Enter",), _("open")), (("/",), _("search"))],
    }
    return page(request, call, "journal/entries.html", context)


def _total(entry: ledger_facts.EntryView) -> Any:
    """The debit side in the company's currency."""
    debits = [line[3] for line in entry.lines if line[3].amount > 0]
    total = debits[0] if debits else None
    for money in debits[1:]:
        total = total + money if total is not None else money
    return total


@screen("ledger.read")
def entry(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """One entry: lines, what it is about, and what it reverses or is reversed by."""
    found = ledger_facts.entry_for_caller(call, ref)
    accounts = customer_facts.accounts_by_id(call, {line[4] for line in found.lines if line[4]})
    numbers = ledger_facts.ids_of_numbers(call, [number for number in (found.reversal_of, found.reversed_by) if number])
    context = {
        "entry": found,
        "lines": [
            {
                "code": code, "name": name, "money": money, "company": company, "credit": -company, "foreign": money.currency != company.currency,
                "customer": accounts.get(account or 0),
                "customer_url": happened.link(call, ids.outer("acc", account)) if account else "",
            }
            for code, name, money, company, account in found.lines
        ],
        "total": _total(found),
        "source": happened.subjects(call, [found.source])[0] if found.source else None,
        "reverses": ids.outer("jrn", numbers[found.reversal_of]) if found.reversal_of in numbers else "",
        "reversed_by": ids.outer("jrn", numbers[found.reversed_by]) if found.reversed_by in numbers else "",
        "ref": ref,
    }  # fmt: skip
    return page(request, call, "journal/entry.html", context)


def entries_as_csv(call: Call, found: Callable[[], Iterable[ledger_facts.EntryView]]) -> HttpResponseBase:
    """Entries, a row for each line."""
    currency = call.company.currency
    head = [
        _("Entry"), _("Posting date"), _("Document date"), _("Kind"), _("Text"), _("Account"), _("Account name"), _("Amount"), _("Currency"),
        f"{_('Amount')} {currency}", _("Customer account"), _("By"), _("Recorded"), _("Reverses"), _("Reversed by"),
    ]  # fmt: skip

    def rows() -> Any:
        for one in found():
            for code, name, money, company, account in one.lines:
                yield (
                    one.number, one.posting_date, one.document_date, one.kind, one.text, code, name, money, money.currency, company,
                    ids.outer("acc", account) if account else "", one.by_name, one.recorded_at.isoformat(), one.reversal_of, one.reversed_by,
                )  # fmt: skip

    return export.answer(call, "journal-entries", head, rows)


urlpatterns = [
    path("journal/", index, name="journal"),
    path("journal/entries/", entries, name="journal-entries"),
    path("journal/entries/<str:ref>/", entry, name="journal-entry"),
    path("journal/<str:ref>/", event, name="event"),
]
