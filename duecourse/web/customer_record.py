"""One customer: may we go on selling, and what next? Exposure against limit, open items, and everything that hangs on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duecourse.collection import queries as collection_facts
from duecourse.core import events, ids, paging
from duecourse.core.call import Call, within
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.credit import actions as credit
from duecourse.credit import queries as credit_facts
from duecourse.credit.rules import Standing, watch
from duecourse.customers import actions, queries, rules
from duecourse.kpis import queries as figures
from duecourse.notices import queries as notice_facts
from duecourse.prediction import queries as prediction_facts
from duecourse.prediction.queries import Estimate
from duecourse.receivables import queries as item_facts
from duecourse.receivables.queries import ItemView
from duecourse.tailoring import queries as tailoring
from duecourse.web import custom_fields, entered, estimated, happened, listing
from duecourse.web.door import as_of, done, page, screen
from duecourse.web.language import in_words
from duecourse.web.templatetags.show import day, money, money_code


@dataclass(frozen=True, slots=True)
class Step:
    """What to do next, in one sentence, with the place where it is done."""

    title: str
    why: str
    url: str = ""
    label: str = ""
    icon: str = "bulb"


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item in the list: `url` leads to the document, `trace` to what was paid on it."""

    item: ItemView
    url: str
    trace: str
    state: str
    expected: dict[str, Any] | None = None  # when it will be paid, in words


def _customer(call: Call, ref: str) -> rules.CustomerView:
    """The customer behind its own id or its account's."""
    if ref.startswith("acc_"):
        ref = ids.outer("cus", queries.account_for_caller(call, ref).customer_id)
    return queries.customer_for_caller(call, ref)


def _line(call: Call, item: ItemView, estimate: Estimate | None = None) -> ItemLine:
    trace = reverse("item", args=[item.outer_id])
    state = "paid" if not item.open else "on-account" if item.open.amount < 0 else "overdue" if item.late_days > 0 else "open"
    expected = estimated.words(call, estimate) if item.open.amount > 0 else None
    return ItemLine(item, happened.link(call, item.source) or trace, trace, state, expected)


def next_step(
    call: Call,
    customer: rules.CustomerView,
    items: Sequence[ItemView],
    standing: Standing | None,
    holds: Sequence[credit_facts.HoldRow],
    url: str,
) -> Step:
    """The one thing to do next, from facts alone: a held order, what is late, a missing limit, money not applied, or nothing."""
    late = [item for item in items if item.late_days > 0 and item.open.amount > 0]
    if holds:
        hold = min(holds, key=lambda one: one.held_at)
        title = _("Decide about order %(number)s.") % {"number": hold.order_number}
        text = _("%(amount)s on hold since %(day)s.") % {"amount": money_code(hold.money), "day": day(hold.held_at, call.today)}
        return Step(
            title,
            f"{text} {_late_words(late)}".strip(),
            happened.link(call, hold.ref) or reverse("holds"),
            _("Open the hold"),
            "hold",
        )
    if late:
        oldest = max(late, key=lambda item: item.late_days)
        title = _("Ask for %(number)s.") % {"number": oldest.number}
        if call.by.may("collection.log_contacts"):
            case = reverse("worklist-case", args=[ids.outer("acc", customer.account.id)])
            return Step(title, _late_words(late, named=True), case, _("Open the case"), "phone")
        url_ = happened.link(call, oldest.source) or reverse("item", args=[oldest.outer_id])
        return Step(title, _late_words(late, named=True), url_, _("Open %(number)s") % {"number": oldest.number}, "phone")
    if standing is not None and standing.free is not None and standing.free.amount < 0:
        over = money_code(-standing.free)
        return Step(
            _("Over the limit by %(over)s.") % {"over": over},
            _("The next order will be held. Nothing is overdue."),
            url,
            "",
            "limits",
        )
    if call.by.may("credit.read") and (standing is None or standing.limit is None) and not customer.account.is_stopped:
        set_it = reverse("customer-limit", args=[url]) if call.by.may("credit.set_limits") else ""
        return Step(
            _("Set a limit."), _("Without one, every order is held for a decision."), set_it, _("Set the limit"), "limits"
        )
    waiting = [item for item in items if item.kind == "payment" and item.open.amount < 0]
    if waiting:
        title = _("Apply the payment %(number)s.") % {"number": waiting[0].number}
        why = _("%(amount)s waits on the account.") % {"amount": money_code(-waiting[0].open)}
        return Step(title, why, happened.link(call, waiting[0].source), _("Open the payment"), "cash")
    return Step(_("Nothing to do."), _("Nothing is overdue and no order is on hold."), icon="check")


def _late_words(late: Sequence[ItemView], named: bool = False) -> str:
    """How late the oldest item is; `named` when the sentence before has named it."""
    if not late:
        return ""
    oldest = max(late, key=lambda item: item.late_days)
    days = oldest.late_days
    if named:
        said = ngettext("It is %(days)s day late, %(amount)s open.", "It is %(days)s days late, %(amount)s open.", days)
    else:
        said = ngettext(
            "%(number)s is %(days)s day late, %(amount)s open.", "%(number)s is %(days)s days late, %(amount)s open.", days
        )
    words = said % {"number": oldest.number, "days": days, "amount": money_code(oldest.open)}
    if len(late) > 1:
        words += " " + _("%(count)s items are overdue in all.") % {"count": len(late)}
    return words


def _credit(call: Call, account_id: int) -> dict[str, Any]:
    """The bar of exposure against limit by category, the group above, held orders and the limits that were set."""
    chain = credit_facts.standings(call, [account_id]).get(account_id, ())
    holds = credit_facts.holds(call, "open", customer_account_ids=[account_id], size=paging.SIZE_MAX).rows
    own = chain[0] if chain else None
    account = credit_facts.credit_account_of(call, account_id)
    parts: list[dict[str, Any]] = []
    if own is not None:
        parts = [
            {"label": _("Open items"), "value": own.open_items, "fill": "kind-1"},
            {"label": _("Delivered, not billed"), "value": own.delivered, "fill": "kind-3"},
            {"label": _("Open orders"), "value": own.open_orders, "fill": "kind-4"},
        ]
        held = [hold.money for hold in holds if hold.money.currency == own.currency]
        if held:
            parts.append({"label": _("Held orders"), "value": Money.total(held, own.currency), "hatched": True})
    return {
        "standing": own,
        "above": [(one, watch.used_share(one)) for one in chain[1:]],
        "parts": parts,
        "holds": holds,
        "credit_account": account,
        "limits": credit_facts.limits(call, account.id) if account else [],
    }


def _items(request: HttpRequest, call: Call, account_id: int, on: dt.date) -> dict[str, Any]:
    """The table of items with its tabs; open ones as of the day, paid ones in pages."""
    found = item_facts.items(call, on, account_ids=[account_id])
    overdue = [item for item in found if item.late_days > 0 and item.open.amount > 0]
    tab = request.GET.get("items", "")
    tab = tab if tab in ("overdue", "paid") else ""
    number = listing.number(request)
    paid = item_facts.paid_items(call, [account_id], on, number if tab == "paid" else 1, 50)
    shown = paid if tab == "paid" else paging.slice(overdue if tab == "overdue" else found, number, 50)
    summed = overdue if tab == "overdue" else found
    totals = {currency: Money.zero(currency) for currency in sorted({item.open.currency for item in summed})}
    late = dict(totals)
    for item in summed:
        totals[item.open.currency] += item.open
        if item.late_days > 0 and item.open.amount > 0:
            late[item.open.currency] += item.open
    tabs = [("", _("Open"), len(found)), ("overdue", _("Overdue"), len(overdue)), ("paid", _("Paid"), paid.total)]
    now = on == call.today and tab != "paid"
    expected = prediction_facts.estimates(call, [item.id for item in shown.rows]) if now else {}
    return {
        "all_items": found,
        "lines": [_line(call, item, expected.get(item.id)) for item in shown.rows],
        "shown": listing.Shown(shown),
        "tab": tab,
        "item_tabs": listing.tabs(request, "items", tabs, tab),
        "totals": [(currency, totals[currency], late[currency]) for currency in totals],
        "waiting": [_line(call, item) for item in found if item.kind == "payment" and item.open.amount < 0],
        "mixed": len(totals) > 1,
    }


def _collecting(call: Call, customer: rules.CustomerView, on: dt.date) -> dict[str, Any]:
    """What was said up to a day, and the caller's tasks about the customer."""
    may = call.by.may("collection.read")
    acc = ids.outer("acc", customer.account.id)
    said = [one for one in collection_facts.entries(call, [customer.account.id], 20) if one.contact_date <= on] if may else []
    tasks = notice_facts.tasks_about(call, [acc, ids.outer("cus", customer.id)]) if on == call.today else []
    return {"may_collect": may, "said": said[:8], "tasks": tasks, "case_url": reverse("worklist-case", args=[acc]) if may else ""}


@screen("customers.read")
def record(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """The page of one customer."""
    customer = _customer(call, ref)
    ref = ids.outer("cus", customer.id)
    account, on = customer.account, as_of(request, call)
    now = on == call.today
    may_items, may_credit = call.by.may("receivables.read"), call.by.may("credit.read") and now
    context: dict[str, Any] = _items(request, call, account.id, on) if may_items else {"all_items": []}
    context |= _credit(call, account.id) if may_credit else {"standing": None, "holds": [], "credit_account": None}
    if may_credit:
        policy = credit_facts.policy(call, call.today)
        state, why = watch.condition(context["standing"], account.is_stopped, policy.policy)
        context |= {"state": state, "why": why, "policy": policy}
    else:
        context |= {"state": "stopped" if account.is_stopped else "", "why": None}
    if now and (may_items or may_credit):
        context["step"] = next_step(call, customer, context["all_items"], context["standing"], context["holds"], ref)
    about = [ref, ids.outer("acc", account.id)]
    if context["credit_account"]:
        about.append(context["credit_account"].ref)
    until = [one for one in events.about(call, about, 60) if timezone.localdate(one.at) <= on]
    context["moments"] = happened.readable(call, until)[:12]
    context |= _collecting(call, customer, on)
    context |= {"paying": figures.paying(call, on, [account.id])[0] if may_items else None, "on": on}
    town = account.address_lines[-1] if account.address_lines else account.country
    context |= {
        "customer": customer,
        "account": account,
        "ref": ref,
        "acc_ref": ids.outer("acc", account.id),
        "sub": " · ".join(part for part in (customer.number, town, account.terms.name) if part),
        "may_items": may_items,
        "may_credit": may_credit,
        "children": [(ids.outer("cus", key), number, name) for key, number, name in customer.children],
        "parent": ids.outer("cus", customer.parent_id) if customer.parent_id else "",
        "payer": queries.accounts_by_id(call, [account.payer_id]).get(account.payer_id) if account.payer_id else None,
        "may_edit": now and (call.by.may("customers.change_customer") or call.by.may("customers.change_account")),
        "may_limit": now and call.by.may("credit.set_limits"),
        "may_stop": now and call.by.may("customers.stop_account"),
        "may_contact": now and call.by.may("customers.add_contact"),
        "may_journal": call.by.may("journal.read"),
        "reason_codes": [("", _("in words")), *tailoring.choices(call, "account-stop", custom_fields.language())],
        "own_fields": custom_fields.facts(call, "customer", account.id),
        "may_order": now and call.by.may("orders.create_orders"),
        "duties": [("payments", _("Payments")), ("invoices", _("Invoices")), ("orders", _("Orders")), ("other", _("Other"))],
        "keys": [(("J", "K"), _("next, previous")), (("Enter",), _("open"))],
    }
    return page(request, call, "customers/record.html", context)


# -- what is done on the page


@screen("credit.set_limits")
def change_limit(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """Set a limit from a day on, with a reason; a customer without a credit account gets one in its currency."""
    customer = _customer(call, ref)
    account = customer.account
    own = credit_facts.exposure(call, [account.id]).get(account.id)
    held = credit_facts.credit_account_of(call, account.id)
    currency = held.currency if held else account.currency
    values = {
        "amount": "",
        "kind": "amount",
        "valid_from": call.today.isoformat(),
        "valid_until": "",
        "reason": "",
        "reason_code": "",
    }
    if own is not None and own.limit is not None:
        values["amount"] = f"{own.limit.amount}"
    errors: list[str] = []
    if request.method == "POST":
        values |= {name: request.POST.get(name, "").strip() for name in values}
        try:
            limit = None if values["kind"] == "none" else entered.amount(values["amount"], currency)
            first, last = (
                entered.day(values["valid_from"], call.today),
                values["valid_until"] and entered.day(values["valid_until"], call.today),
            )
            if not (values["reason"] or values["reason_code"]):
                raise Refused("web.reason-missing", _("Say why: the limit is kept with its reason."))
            with within(call):
                key = held.id if held else _open_credit_account(call, account)
                credit.set_limits(
                    call, [credit.NewLimit(key, limit, first, last or None, values["reason"], values["reason_code"])]
                )
            said = money(limit) if limit is not None else _("no limit")
            done(
                request,
                _("Limit of %(name)s: %(limit)s from %(day)s.")
                % {"name": customer.name, "limit": said, "day": day(first, call.today)},
            )
            return HttpResponseRedirect(reverse("customer", args=[ids.outer("cus", customer.id)]))
        except Refused as refused:
            errors.append(in_words(refused))
    context = {
        "customer": customer, "values": values, "errors": errors, "currency": currency, "standing": own,
        "reason_codes": [("", _("in words")), *tailoring.choices(call, "limit", custom_fields.language())],
        "reason_code": values["reason_code"],
        "limits": credit_facts.limits(call, held.id) if held else [], "ref": ids.outer("cus", customer.id),
    }  # fmt: skip
    return page(request, call, "customers/limit.html", context, status=422 if errors else 200)


def _open_credit_account(call: Call, account: rules.AccountView) -> int:
    return credit.create_credit_accounts(call, [credit.NewCreditAccount(account.name, account.currency, [account.id])])[0]


@screen("customers.stop_account")
def stop(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """Stop the account, or let it go on; POST with `stopped` 1 or 0 and a reason."""
    customer = _customer(call, ref)
    back = HttpResponseRedirect(reverse("customer", args=[ids.outer("cus", customer.id)]))
    if request.method != "POST":
        return back
    stopped = request.POST.get("stopped") == "1"
    actions.stop_account(
        call, customer.account.id, stopped, request.POST.get("reason", "")[:300], request.POST.get("reason_code", "")[:30]
    )
    words = _("%(name)s is stopped: no new orders.") if stopped else _("%(name)s may order again.")
    done(request, words % {"name": customer.name})
    return back


@screen("customers.add_contact")
def add_contact(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """A person at the customer; POST with name, email, phone and duty."""
    customer = _customer(call, ref)
    back = HttpResponseRedirect(reverse("customer", args=[ids.outer("cus", customer.id)]))
    if request.method != "POST":
        return back
    names = ("name", "email", "phone", "duty")
    actions.add_contact(call, customer.id, rules.NewContact(*(request.POST.get(name, "").strip() for name in names)))
    done(request, _("%(name)s was added to %(customer)s.") % {"name": request.POST.get("name", ""), "customer": customer.name})
    return back


# -- one open item


@screen("receivables.read")
def item(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """What was paid, credited and deducted on one item, allocation by allocation, until its rest."""
    found = item_facts.item_for_caller(call, ref)
    account = queries.accounts_by_id(call, [found.customer_account_id])[found.customer_account_id]
    allocations = item_facts.history(call, [found.id])
    clearings = {one.clearing_id for one in allocations}
    others: dict[int, list[dict[str, Any]]] = {key: [] for key in clearings}
    for part in item_facts.siblings(call, sorted(clearings)):
        if part.item_id != found.id:
            number = {"number": part.item.number, "url": reverse("item", args=[ids.outer("itm", part.item_id)])}
            if number not in others[part.clearing_id]:
                others[part.clearing_id].append(number)
    rest, rows = found.amount, []
    for one in allocations:
        rest = rest - Money(one.amount, found.amount.currency)
        clearing = one.clearing
        entry = happened.link(call, ids.outer("jrn", clearing.entry_id)) if clearing.entry_id else ""
        rows.append(
            {
                "cause": one.get_cause_display(), "amount": Money(one.amount, found.amount.currency), "rest": rest, "clearing": clearing,
                "others": others[one.clearing_id], "undoes": clearing.reversal_of_id is not None, "entry": entry,
            }
        )  # fmt: skip
    estimate = prediction_facts.estimates(call, [found.id]).get(found.id)
    context = {
        "line": _line(call, found, estimate), "item": found, "account": account, "rows": rows, "ref": ref,
        "customer_url": reverse("customer", args=[ids.outer("cus", account.customer_id)]),
        "document": happened.link(call, found.source),
    }  # fmt: skip
    return page(request, call, "customers/item.html", context)
