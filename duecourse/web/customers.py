"""Customers: who owes how much, how full the limit is, and who needs a look; new customers and changes to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from duecourse.core import ids, paging
from duecourse.core.call import Call, within
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.core.reasons import Reason
from duecourse.credit import queries as credit_facts
from duecourse.credit.rules import Standing, watch
from duecourse.customers import actions, queries, rules
from duecourse.kpis import queries as figures
from duecourse.receivables import queries as item_facts
from duecourse.tailoring import queries as tailoring
from duecourse.web import bulk_customers, custom_fields, customer_record, export, listing
from duecourse.web.door import as_of, done, page, screen
from duecourse.web.language import in_words

BY_AMOUNT = ("open", "-open", "overdue", "-overdue")


@dataclass(frozen=True, slots=True)
class Line:
    """A customer in the list; amounts in the company's currency, the standing in the credit account's."""

    row: rules.CustomerRow
    url: str
    open: Money | None
    overdue: Money | None
    standing: Standing | None
    used: Decimal | None
    state: str
    why: Reason | None

    @property
    def ref(self) -> str:
        return ids.outer("acc", self.row.account_id)

    @property
    def used_percent(self) -> int | None:
        return None if self.used is None else int(self.used * 100)

    @property
    def meter(self) -> str:
        return "" if self.used is None or self.used < Decimal("0.9") else "bad" if self.used > 1 else "watch"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for."""

    text: str
    show: str  # "" all, owing, overdue, stopped
    late: int  # only those with something more than this many days late; 0 for all
    sort: str


@dataclass(frozen=True, slots=True)
class Sums:
    """What is open and overdue of the accounts shown, and of all that are listed, in the company's currency."""

    by_account: Mapping[int, item_facts.AccountAmounts]
    open: Money
    overdue: Money
    owing: int
    late: int


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The accounts that the list is about: None for all there are, and how many that is."""

    ids: Sequence[int] | None
    count: int


def _asked(request: HttpRequest, may_see_amounts: bool) -> Asked:
    sort, show = request.GET.get("sort", ""), request.GET.get("show", "")
    allowed = (*queries.SORTS, *BY_AMOUNT) if may_see_amounts else tuple(queries.SORTS)
    shows = ("owing", "overdue", "stopped") if may_see_amounts else ("stopped",)
    default = "-overdue" if may_see_amounts else "name"
    late = request.GET.get("late", "")
    days = int(late) if may_see_amounts and late.isascii() and late.isdigit() and len(late) < 5 else 0
    return Asked(request.GET.get("q", "").strip(), show if show in shows else "", days, sort if sort in allowed else default)


def _ranked(call: Call, asked: Asked, on: dt.date, about: Narrowed, start: int, stop: int) -> tuple[list[int], int, Sums]:
    """Accounts by amount from one place to before another, how many there are, and the sums; those with nothing stand by name."""
    only = {"owing": "open", "overdue": "overdue"}.get(asked.show, "")
    sort = asked.sort if asked.sort in BY_AMOUNT else "-overdue"
    found = item_facts.ranking(call, on, about.ids, about.count, sort, only, start, stop)
    sums = Sums({one.account_id: one for one in (*found.head, *found.tail)}, found.open, found.overdue, found.owing, found.late)
    total = found.before if only else about.count
    first, last = max(start, found.before), min(stop, total - found.after)
    without: list[int] = []
    if first < last and not only:
        some = item_facts.ranking(call, on, about.ids, about.count, sort, start=0, stop=about.count)
        taken = [one.account_id for one in (*some.head, *some.tail)]
        without = queries.others(call, taken, about.ids, first - found.before, last - found.before)
    ids_ = [*(one.account_id for one in found.head), *without, *(one.account_id for one in found.tail)]
    return ids_, total, sums


def _in_order(call: Call, wanted: Sequence[int]) -> list[rules.CustomerRow]:
    found = {row.account_id: row for row in queries.rows(call, size=len(wanted), account_ids=wanted).rows} if wanted else {}
    return [found[key] for key in wanted]


def _page(
    call: Call, asked: Asked, on: dt.date, about: Narrowed, number: int, shows_amounts: bool
) -> tuple[paging.Page[rules.CustomerRow], Sums | None]:
    """One page of customers and the sums: sorted by the customers' own columns, or by amounts that another room knows."""
    if not shows_amounts:
        return queries.rows(call, sort=asked.sort, page=number, account_ids=about.ids), None
    if asked.sort in BY_AMOUNT:
        start, stop = paging.bounds(number)
        wanted, total, sums = _ranked(call, asked, on, about, start, stop)
        return paging.Page(_in_order(call, wanted), total, max(number, 1)), sums
    if asked.show in ("owing", "overdue"):
        wanted, _total, sums = _ranked(call, asked, on, about, 0, about.count)
        return queries.rows(call, sort=asked.sort, page=number, account_ids=wanted), sums
    _none, _total, sums = _ranked(call, asked, on, about, 0, 0)
    found = queries.rows(call, sort=asked.sort, page=number, account_ids=about.ids)
    return found, replace(sums, by_account=item_facts.amounts_open(call, on, [row.account_id for row in found.rows]))


def _lines(call: Call, rows: Sequence[rules.CustomerRow], sums: Sums | None, on: dt.date) -> list[Line]:
    """The rows with what is owed and how full the limit is; one batch each. Limits of past days are not looked up."""
    shows_credit = call.by.may("credit.read") and on == call.today
    standings = credit_facts.exposure(call, [row.account_id for row in rows]) if shows_credit else {}
    policy = credit_facts.policy(call, call.today).policy
    zero = Money.zero(call.company.currency)
    made = []
    for row in rows:
        standing = standings.get(row.account_id)
        one = sums.by_account.get(row.account_id) if sums else None
        open_, overdue = (one.open, one.overdue) if one else (zero, zero) if sums else (None, None)
        state, why = (
            watch.condition(standing, row.is_stopped, policy) if shows_credit else ("stopped" if row.is_stopped else "", None)
        )
        used = watch.used_share(standing) if standing else None
        made.append(
            Line(row, reverse("customer", args=[ids.outer("cus", row.customer_id)]), open_, overdue, standing, used, state, why)
        )
    return made


@screen("customers.read")
def index(request: HttpRequest, call: Call) -> HttpResponseBase:
    """The list."""
    on = as_of(request, call)
    may_see = call.by.may("receivables.read")
    asked = _asked(request, may_see)
    wanted = custom_fields.asked(request, call, "customer")
    about = _about(call, asked, wanted)
    if export.asked(request):
        return _csv(call, asked, on, about, may_see)
    found, sums = _page(call, asked, on, about, listing.number(request), may_see)
    every = about.count
    tabs: list[tuple[str, str, object]] = [("", _("All"), every if asked.show != "stopped" else "")]
    if sums is not None and asked.show != "stopped":
        tabs += [("owing", _("Owing"), sums.owing), ("overdue", _("Overdue"), sums.late)]
    elif sums is not None:
        tabs += [("owing", _("Owing"), ""), ("overdue", _("Overdue"), "")]
    tabs.append(("stopped", _("Stopped"), every if asked.show == "stopped" else ""))
    context = {
        "lines": _lines(call, found.rows, sums, on),
        "shown": listing.Shown(found),
        "asked": asked,
        "sorted_by": asked.sort,
        "sums": sums,
        "shows_credit": call.by.may("credit.read") and on == call.today,
        "tabs": listing.tabs(request, "show", tabs, asked.show),
        "chips": listing.chips(
            request,
            {
                "q": f"“{asked.text}”" if asked.text else "",
                "late": _("> %(days)s days late") % {"days": asked.late} if asked.late else "",
            }
            | custom_fields.chips(call, "customer", wanted),
        ),
        "order": _order_words(asked.sort),
        "custom_filters": custom_fields.filters(call, "customer", wanted),
        "custom_keep": [(name, request.GET[name]) for name in ("q", "show", "sort") if request.GET.get(name)],
        "may_create": call.by.may("customers.create_customers") and on == call.today,
        "keys": [(("J", "K"), _("next, previous")), (("Space",), _("tick")), (("Enter",), _("open")), (("/",), _("search"))],
        **(bulk_customers.choices(call) if on == call.today else {}),
    }
    return page(request, call, "customers/index.html", context)


def _about(call: Call, asked: Asked, wanted: Mapping[str, str]) -> Narrowed:
    """Whom the list is about: all, or those that the text, the filters and the tab leave."""
    if not (asked.text or wanted or asked.late or asked.show == "stopped"):
        return Narrowed(None, queries.count(call))
    matching = queries.matching(call, asked.text, "stopped" if asked.show == "stopped" else "", custom=wanted)
    if asked.late:
        open_ = item_facts.open_by_account(call, matching, call.today)
        least = call.today - dt.timedelta(days=asked.late)
        late = {account for (account, _currency), one in open_.items() if one.oldest_due is not None and one.oldest_due < least}
        matching = [account for account in matching if account in late]
    return Narrowed(matching, len(matching))


def _order_words(sort: str) -> str:
    words = {
        "-overdue": _("Most overdue first"), "overdue": _("Least overdue first"), "-open": _("Most open first"), "open": _("Least open first"),
        "name": _("By name"), "-name": _("By name, backwards"), "number": _("By number"), "-number": _("By number, backwards"),
    }  # fmt: skip
    return words.get(sort, "")


def _all(call: Call, asked: Asked, on: dt.date, about: Narrowed) -> tuple[list[int], Sums]:
    """All accounts of the list in its order, with their sums."""
    wanted, _total, sums = _ranked(call, asked, on, about, 0, about.count)
    if asked.sort not in BY_AMOUNT:
        kept = set(wanted)
        wanted = [key for key in queries.matching(call, sort=asked.sort) if key in kept]
    return wanted, sums


def _csv(call: Call, asked: Asked, on: dt.date, about: Narrowed, shows_amounts: bool) -> HttpResponseBase:
    currency = call.company.currency
    wanted, sums = _all(call, asked, on, about) if shows_amounts else (about.ids, None)
    head = [_("Number"), _("Name"), _("Country"), _("Terms"), _("Currency"), _("Group")]
    if sums is not None:
        head += [f"{_('Open')} {currency}", f"{_('Overdue')} {currency}"]
    if call.by.may("credit.read"):
        head += [_("Limit"), _("Exposure"), _("Limit currency"), _("State")]
    if sums is not None:
        head += [_("Days late, by amount"), _("Days late, median"), _("Invoices settled"), _("Last payment"), _("DSO")]
    own = custom_fields.columns(call, "customer")
    held: dict[int, list[object]] = {}
    pays: dict[int, figures.PayingRow] = {}

    def pages(number: int) -> paging.Page[Line]:
        if sums is not None and wanted is not None:
            cut = paging.slice(wanted, number, export.SIZE)
            found = paging.Page(_in_order(call, cut.rows), cut.total, cut.number, cut.size)
        else:
            found = queries.rows(call, sort=asked.sort, page=number, size=export.SIZE, account_ids=wanted)
        held.update(own.cells([row.account_id for row in found.rows]))
        if sums is not None:
            pays.update({row.account_id: row for row in figures.paying(call, on, [row.account_id for row in found.rows])})
        return paging.Page(_lines(call, found.rows, sums, on), found.total, found.number, found.size)

    def cells(line: Line) -> list[object]:
        row, standing = line.row, line.standing
        made: list[object] = [row.number, row.name, row.country, row.terms_name, row.currency, row.parent_name]
        if sums is not None:
            made += [line.open, line.overdue]
        if call.by.may("credit.read"):
            made += [standing.limit, standing.exposure, standing.currency] if standing else ["", "", ""]
            made.append(line.state)
        if sums is not None:
            one = pays.pop(row.account_id)
            paid = one.behaviour
            made += [paid.late_days, paid.median_days, paid.invoices, paid.last_paid] if paid else ["", "", "", ""]
            made.append(one.dso.value)
        return made + held.pop(row.account_id)

    return export.answer(call, "customers", head + own.head, lambda: (cells(line) for line in export.every(pages)))


# -- new and changed

FIELDS = (
    "number", "name", "country", "language", "tax_id", "register_number", "risk_class", "parent_number", "currency", "terms_code",
    "payer_number", "tax_treatment", "delivery", "invoice_email",
)  # fmt: skip


def _choices(call: Call) -> dict[str, Any]:
    treatments = {"domestic": _("Domestic"), "eu": _("Within the EU"), "export": pgettext("tax", "Export"), "exempt": _("Exempt")}
    return {
        "terms_options": [(each.code, each.name) for each in queries.terms(call)],
        "language_options": [("en", "English"), ("de", "Deutsch"), ("fr", "Français"), ("it", "Italiano"), ("nl", "Nederlands")],
        "treatment_options": [(value, treatments[value]) for value in rules.TREATMENTS],
        "delivery_options": [("email", _("E-mail")), ("post", _("Letter"))],
    }


@screen("customers.create_customers")
def new(request: HttpRequest, call: Call) -> HttpResponse:
    """A form for a new customer; customers that it may already be are shown before it is made."""
    values = {name: request.POST.get(name, "").strip() for name in (*FIELDS, "street", "postal_code", "city", "bank_account")}
    likely: Sequence[rules.Likeness] = ()
    own, errors = custom_fields.sent(request), list[str]()
    if request.method == "POST":
        try:
            wanted = replace(_new_customer(values), custom=custom_fields.read(call, "customer", own))
            likely = queries.likenesses(call, [wanted]).get(wanted.number, [])
            if not likely or request.POST.get("sure"):
                (account,) = actions.create_customers(call, [wanted])
                done(request, _("%(name)s was added.") % {"name": wanted.name})
                return HttpResponseRedirect(reverse("customer", args=[ids.outer("acc", account)]))
        except Refused as refused:
            errors.append(in_words(refused))
    else:
        values |= {"country": call.company.country, "currency": call.company.currency, "language": call.company.language}
        values |= {"tax_treatment": "domestic", "delivery": "email"}
    context = {"values": values, "errors": errors, "likely": likely, "is_new": True, **_choices(call)}
    context["custom"] = custom_fields.inputs(call, "customer", own)
    return page(request, call, "customers/form.html", context, status=422 if errors or likely else 200)


def _new_customer(values: dict[str, str]) -> rules.NewCustomer:
    plain: dict[str, Any] = {name: values[name] for name in FIELDS}
    plain["country"], plain["currency"] = plain["country"].upper(), plain["currency"].upper()
    lines = tuple(line.strip() for line in values["street"].splitlines() if line.strip())
    addresses = (rules.NewAddress(lines, values["postal_code"], values["city"]),) if lines or values["city"] else ()
    accounts = (rules.NewBankAccount(values["bank_account"], plain["name"]),) if values["bank_account"] else ()
    wanted = rules.NewCustomer(**plain, addresses=addresses, bank_accounts=accounts)
    return replace(wanted, number=rules.normal_number(wanted.number))


@screen("customers.read")
def edit(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """Change what the customer is, and its account here, each as far as the role allows."""
    customer = queries.customer_for_caller(call, ref)
    account = customer.account
    of_customer, of_account = call.by.may("customers.change_customer"), call.by.may("customers.change_account")
    if not of_customer and not of_account:
        raise Refused("access.not-permitted", _("Your role does not include this. An administrator can change your role."))
    payer = queries.accounts_by_id(call, [account.payer_id]) if account.payer_id else {}
    parent = dict(queries.numbers_of(call, [customer.parent_id])) if customer.parent_id else {}
    now = {
        "number": customer.number, "name": customer.name, "country": customer.country, "language": customer.language,
        "tax_id": customer.tax_id, "register_number": customer.register_number, "risk_class": customer.risk_class,
        "parent_number": parent.get(customer.parent_id or 0, ""), "currency": account.currency, "terms_code": account.terms.code,
        "payer_number": payer[account.payer_id].number if account.payer_id in payer else "", "tax_treatment": account.tax_treatment,
        "delivery": account.delivery, "invoice_email": account.invoice_email,
    }  # fmt: skip
    values, errors = dict(now), []
    kept = tailoring.value_texts(call, "customer", [account.id])[account.id]
    own = custom_fields.sent(request) if call.by.may("customers.change_fields") else {}
    if request.method == "POST":
        values |= {
            name: request.POST[name].strip() for name in FIELDS if name in request.POST and name not in ("number", "currency")
        }
        changed = {name: value for name, value in values.items() if value != now[name]}
        first = {name: value for name, value in changed.items() if name in CUSTOMER_FIELDS and of_customer}
        second = {name: value for name, value in changed.items() if name in ACCOUNT_FIELDS and of_account}
        try:
            with within(call):  # both or none
                if first:
                    actions.change_customer(call, customer.id, first)
                if second:
                    actions.change_account(call, account.id, second)
                given = custom_fields.read(call, "customer", own)
                third = {name: text for name, text in given.items() if text != kept.get(name, "")}
                if third:
                    actions.change_fields(call, account.id, third)
            if first or second or third:
                done(request, _("%(name)s was changed.") % {"name": values["name"]})
            return HttpResponseRedirect(reverse("customer", args=[ref]))
        except Refused as refused:
            errors.append(in_words(refused))
    context = {
        "customer": customer, "values": values, "errors": errors, "of_customer": of_customer, "of_account": of_account, "ref": ref,
        "custom": custom_fields.inputs(call, "customer", kept | own) if call.by.may("customers.change_fields") else [],
        **_choices(call),
    }  # fmt: skip
    return page(request, call, "customers/form.html", context, status=422 if errors else 200)


CUSTOMER_FIELDS = frozenset({"name", "country", "language", "tax_id", "register_number", "risk_class", "parent_number"})
ACCOUNT_FIELDS = frozenset({"terms_code", "payer_number", "delivery", "invoice_email", "tax_treatment"})

urlpatterns = [
    path("customers/", index, name="customers"),
    path("customers/new/", new, name="customer-new"),
    path("customers/<str:ref>/", customer_record.record, name="customer"),
    path("customers/<str:ref>/edit/", edit, name="customer-edit"),
    path("customers/<str:ref>/limit/", customer_record.change_limit, name="customer-limit"),
    path("customers/<str:ref>/stop/", customer_record.stop, name="customer-stop"),
    path("customers/<str:ref>/contact/", customer_record.add_contact, name="customer-contact"),
    path("items/<str:ref>/", customer_record.item, name="item"),
]
