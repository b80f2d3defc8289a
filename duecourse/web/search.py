"""Find anything and go anywhere (Ctrl K): customers, documents, payments and what may be done, as far as the role reaches."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from duecourse.cash import queries as cash_facts
from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.core.money import Money
from duecourse.customers import queries as customer_facts
from duecourse.invoicing import queries as invoice_facts
from duecourse.orders import queries as order_facts
from duecourse.receivables import queries as item_facts
from duecourse.web import commands, happened
from duecourse.web.door import as_of, page, screen
from duecourse.web.templatetags.show import age, money_code

Hit = dict[str, Any]
_LATE = re.compile(r">\s*([0-9]{1,4})(?:\s+\w+){0,2}")
_LOOKS_LIKE_NUMBER = re.compile(r"[A-Za-z]{1,4}[-/]?[0-9].*|[A-Za-z]{2,4}-?")


@screen("access.change_language")  # everybody has it
def search(request: HttpRequest, call: Call) -> HttpResponse:
    """The palette's fragment for `?q=`; a whole page of the same hits for a browser without script."""
    asked = request.GET.get("q", "").strip()[:100]
    looking_back = as_of(request, call) < call.today
    groups = [group for group in (_groups(call, asked, looking_back) if asked else []) if group["hits"]]
    context = {"groups": groups, "q": asked}
    if request.headers.get("X-Requested-With") == "fetch" or request.headers.get("HX-Request"):
        return render(request, "search_hits.html", context)
    for group in groups:  # what is posted or done by script is not offered to a browser without it
        group["hits"] = [hit for hit in group["hits"] if hit["url"]]
    return page(request, call, "search.html", context)


def _groups(call: Call, asked: str, looking_back: bool) -> list[dict[str, Any]]:
    groups = [{"label": _("Do"), "hits": _commands(call, asked, looking_back)}]
    if call.by.may("customers.read"):
        groups.append({"label": _("Customers"), "hits": _customers(call, asked)})
    if call.by.may("invoicing.read") and _LOOKS_LIKE_NUMBER.fullmatch(asked):
        groups.append({"label": _("Invoices"), "hits": _invoices(call, asked)})
    if call.by.may("orders.read") and (_LOOKS_LIKE_NUMBER.fullmatch(asked) or len(asked) > 3):
        groups.append({"label": _("Orders"), "hits": _orders(call, asked)})
    if call.by.may("cash.read") and len(asked) > 2:
        groups.append({"label": _("Payments"), "hits": _payments(call, asked)})
    return groups


def _commands(call: Call, asked: str, looking_back: bool) -> list[Hit]:
    """What may be done, and “> 60 days late” as a list of customers."""
    if (late := _LATE.fullmatch(asked)) and call.by.may("customers.read") and call.by.may("receivables.read"):
        title = _("Customers with something > %(days)s days late") % {"days": late[1]}
        return [{"title": title, "sub": "", "end": "", "icon": "filter", "url": f"{reverse('customers')}?late={late[1]}"}]
    return [one.hit() for one in commands.found(call, asked, looking_back)]


def _customers(call: Call, asked: str) -> list[Hit]:
    rows = customer_facts.search(call, asked, 8)
    open_: dict[int, list[Money]] = {}
    if rows and call.by.may("receivables.read"):
        for (account, _currency), sums in item_facts.open_by_account(call, [row.account_id for row in rows], call.today).items():
            open_.setdefault(account, []).append(sums.open)
    return [
        {
            "title": row.name,
            "sub": f"{row.number}, {row.country}",
            "end": _("%(amount)s open") % {"amount": ", ".join(map(money_code, owed))}
            if (owed := open_.get(row.account_id))
            else "",
            "icon": "customers",
            "url": reverse("customer", args=[ids.outer("cus", row.customer_id)]),
        }
        for row in rows
    ]


def _invoices(call: Call, asked: str) -> list[Hit]:
    return [
        {
            "title": row.number,
            "sub": row.buyer,
            "end": _worth(row),
            "icon": "invoices" if row.kind == "invoice" else "receipt-refund",
            "url": happened.link(call, row.outer_id),
        }
        for row in invoice_facts.by_numbers(call, asked, 6)
    ]


def _worth(row: invoice_facts.InvoiceRow) -> str:
    """What is open and how late, or what it was over."""
    late = row.kind == "invoice" and row.open and row.late_days
    return f"{money_code(row.open)} · {age(row.late_days)}" if late else money_code(row.gross)


def _orders(call: Call, asked: str) -> list[Hit]:
    found = order_facts.rows(call, text=asked, size=6).rows
    return [
        {
            "title": row.number,
            "sub": row.customer.name,
            "end": money_code(row.gross),
            "icon": "orders",
            "url": happened.link(call, row.ref),
        }
        for row in found
    ]


def _payments(call: Call, asked: str) -> list[Hit]:
    found = cash_facts.rows(call, "all", asked, size=6).rows
    return [
        {
            "title": row.payment.number,
            "sub": row.payment.customer_name or row.payment.payer_name,
            "end": money_code(row.payment.money),
            "icon": "cash",
            "url": happened.link(call, row.payment.outer_id) or f"{reverse('matching')}?tab=all&q={row.payment.number}",
        }
        for row in found
    ]


urlpatterns = [path("search/", search, name="search")]
