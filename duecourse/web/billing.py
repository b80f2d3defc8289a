"""Billing: what is ready, posted in batches; and invoices for what no order stands behind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duecourse.core import ids, paging
from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.customers import queries as customers
from duecourse.customers.rules import AccountView
from duecourse.invoicing import actions
from duecourse.invoicing import queries as invoicing
from duecourse.invoicing.actions.billing import CHUNK
from duecourse.orders import queries as orders
from duecourse.orders import rules as order_rules
from duecourse.orders.queries import ReadyLineView
from duecourse.web import billing_forms, custom_fields, export, links, listing, typed
from duecourse.web.door import done, page, screen
from duecourse.web.language import in_words
from duecourse.web.templatetags import show

KEPT_MAX = 2000  # invoices that the result page remembers


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice to be: everything of one account, currency, terms and order that is ready."""

    ref: str  # the order's, "" for what has none
    account: AccountView
    order_number: str
    purchase_order: str
    terms: str
    deliveries: tuple[str, ...]
    lines: int
    ready_date: dt.date
    totals: order_rules.Totals

    @property
    def currency(self) -> str:
        return self.totals.net.currency

    @property
    def customer_url(self) -> str:
        return links.customer(self.account)


@dataclass(frozen=True, slots=True)
class Sum:
    """What bills of one currency come to."""

    currency: str
    many: int
    net: Money
    tax: Money
    gross: Money


def sums(bills: Iterable[Bill]) -> list[Sum]:
    """One row per currency."""
    result = []
    for currency, group in groupby(sorted(bills, key=lambda bill: bill.currency), key=lambda bill: bill.currency):
        every = list(group)
        net, tax = (Money.total((part(bill) for bill in every), currency) for part in (_net, _tax))
        result.append(Sum(currency, len(every), net, tax, net + tax))
    return result


def _net(bill: Bill) -> Money:
    return bill.totals.net


def _tax(bill: Bill) -> Money:
    return bill.totals.tax


def ready(call: Call) -> list[Bill]:
    """What can be billed, one row for each invoice it becomes, by customer and order; four queries."""
    lines = orders.ready_lines(call)
    accounts = customers.accounts_by_id(call, {line.customer_account_id for line in lines})
    terms = {one.id: one.name for one in customers.terms(call)}
    bills = []
    for _key, group in groupby(sorted(lines, key=_bill_key), key=_bill_key):
        every = list(group)
        bills.append(_bill(every, accounts[every[0].customer_account_id], terms[every[0].terms_id]))
    return sorted(bills, key=lambda bill: (bill.account.name.casefold(), bill.account.id, bill.order_number))


def _bill_key(line: ReadyLineView) -> tuple[int, str, int, int]:
    """As the billing run groups them."""
    return line.customer_account_id, line.currency, line.terms_id, line.order_id or 0


def _bill(lines: Sequence[ReadyLineView], account: AccountView, terms: str) -> Bill:
    first = lines[0]
    parts = [
        (order_rules.Line(0, line.quantity, line.unit_price, line.tax_category, line.tax_percent), line.quantity)
        for line in lines
    ]
    return Bill(
        ref=ids.outer("ord", first.order_id) if first.order_id else "",
        account=account,
        order_number=first.order_number,
        purchase_order=first.purchase_order,
        terms=terms,
        deliveries=tuple(dict.fromkeys(line.delivery_number for line in lines if line.delivery_number)),
        lines=len(lines),
        ready_date=max(line.ready_date for line in lines),
        totals=order_rules.total(parts, first.currency),
    )


@screen("invoicing.bill_ready")
def index(request: HttpRequest, call: Call) -> HttpResponse:
    """What is ready; POST bills what is ticked, or all."""
    errors: list[str] = []
    typed_day = request.POST.get("day", "").strip()[:30] or call.today.isoformat()
    if request.method == "POST":
        try:
            return _post(request, call, typed.day(typed_day, call.today))
        except ValueError as error:
            errors.append(str(error))
        except Refused as refused:
            errors.append(in_words(refused))
    bills = ready(call)
    if export.asked(request):
        return _csv(call, bills)
    text = request.GET.get("q", "").strip()[:60].casefold()
    found = [bill for bill in bills if not text or text in _words(bill)]
    now = [bill for bill in found if bill.ready_date <= call.today]
    listed = paging.slice(now, listing.number(request))
    context = {
        "bills": listed.rows,
        "pages": listing.Shown(listed),
        "sums": sums(now),
        "later": [bill for bill in found if bill.ready_date > call.today],
        "all_now": [bill for bill in bills if bill.ready_date <= call.today],
        "one_currency": len({bill.currency for bill in now}) == 1,
        "day": typed_day,
        "q": request.GET.get("q", ""),
        "errors": errors,
        "ticked": set(request.POST.getlist("tick")),
        "chunk": CHUNK,
        "may_post_alone": call.by.may("invoicing.post_invoices"),
    }
    return page(request, call, "billing/index.html", context)


def _words(bill: Bill) -> str:
    return f"{bill.account.name} {bill.account.number} {bill.order_number} {bill.purchase_order}".casefold()


def _post(request: HttpRequest, call: Call, day: dt.date) -> HttpResponse:
    """Bill at most one chunk in this transaction. Errors: those of bill_ready, Refused('invoicing.nothing-ticked')."""
    wanted = None
    if "all" not in request.POST:
        ticked = request.POST.getlist("tick")
        if not ticked:
            raise Refused("invoicing.nothing-ticked", _("Tick what is to be billed first. Nothing was posted."))
        wanted = [ids.inner("ord", ref) for ref in ticked]
    result = actions.bill_ready(call, None, day, wanted)
    if not result.invoice_ids:
        raise Refused("invoicing.nothing-ready", _("Nothing of it is ready on that day any more. Nothing was posted."))
    before = request.session.get("billed", {}).get("ids", []) if "next" in request.POST else []
    kept = [*before, *result.invoice_ids][-KEPT_MAX:]
    request.session["billed"] = {"ids": kept, "left": result.left, "day": day.isoformat(), "company": call.company.id}
    many = len(result.invoice_ids)
    done(request, ngettext("%(many)d invoice posted.", "%(many)d invoices posted.", many) % {"many": many})
    return HttpResponseRedirect(reverse("billing-result"))


def _csv(call: Call, bills: Sequence[Bill]) -> HttpResponse:
    names = (_("Customer number"), _("Customer"), _("Order"), _("Their order"), _("Deliveries"), _("Terms"), _("Ready on"))
    head = [*names, _("Currency"), _("Net"), _("VAT"), _("Gross")]

    def row(bill: Bill) -> tuple[object, ...]:
        what = (bill.order_number, bill.purchase_order, " ".join(bill.deliveries), bill.terms, bill.ready_date)
        return (bill.account.number, bill.account.name, *what, bill.currency, bill.totals.net, bill.totals.tax, bill.totals.gross)

    return export.answer(call, "ready-to-bill", head, lambda: map(row, bills))


@screen("invoicing.bill_ready")
def result(request: HttpRequest, call: Call) -> HttpResponse:
    """What the last run posted, and what is left of it; POST sends it all."""
    kept = request.session.get("billed", {})
    if kept.get("company") != call.company.id:
        return HttpResponseRedirect(reverse("billing"))
    rows = invoicing.billed(call, kept["ids"])
    if request.method == "POST":
        many = actions.send_invoices(call, [row.id for row in rows])
        done(request, ngettext("%(many)d mail is queued.", "%(many)d mails are queued.", many) % {"many": many})
        return HttpResponseRedirect(reverse("billing-result"))
    accounts = customers.accounts_by_id(call, {row.customer_account_id for row in rows})
    posted = [
        {
            "url": reverse("invoice", args=[ids.outer("inv", row.id)]),
            "number": row.number,
            "buyer": accounts[row.customer_account_id].name,
            "due": row.due_date,
            "gross": row.gross,
        }
        for row in rows
    ]
    currencies = sorted({row.gross.currency for row in rows})
    totals = [Money.total((row.gross for row in rows if row.gross.currency == code), code) for code in currencies]
    context = {
        "posted": posted,
        "total_words": ", ".join(show.money_code(total) for total in totals),
        "left": kept["left"],
        "next": min(kept["left"], CHUNK),
        "day": dt.date.fromisoformat(kept["day"]),
        "may_send": call.by.may("invoicing.send_invoices"),
    }
    return page(request, call, "billing/result.html", context)


@screen("invoicing.post_invoices")
def new(request: HttpRequest, call: Call) -> HttpResponse:
    """An invoice without an order: first checked, with its totals shown, then posted."""
    form = (
        billing_forms.from_post(request)
        if request.method == "POST"
        else billing_forms.empty(call, request.GET.get("customer", ""))
    )
    if request.method == "POST" and "more" in request.POST:
        form.add_rows()
    elif request.method == "POST" and (invoice := billing_forms.read(call, form)) is not None and "post" in request.POST:
        if form.gross_seen != form.gross_now:
            form.errors.append(_("The lines have changed since the totals were shown. Look at them once more, then post."))
        elif (invoice_id := billing_forms.post(request, call, form, invoice)) is not None:
            done(request, _("The invoice is posted. What is posted is never changed; a credit note takes it back."))
            return HttpResponseRedirect(reverse("invoice", args=[ids.outer("inv", invoice_id)]))
    context = {"form": form, "categories": billing_forms.CATEGORIES, "custom": custom_fields.inputs(call, "invoice", form.custom)}
    return page(request, call, "billing/new.html", context)


urlpatterns = [
    path("billing/", index, name="billing"),
    path("billing/result/", result, name="billing-result"),
    path("billing/new/", new, name="billing-new"),
]
