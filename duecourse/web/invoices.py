"""Invoices and credit notes: the list, one document with where it stands, its PDF, sending and crediting it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from duecourse.core import idempotency, ids
from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.customers import queries as customers
from duecourse.documents.pdf import render_invoice
from duecourse.invoicing import actions, queries, rules
from duecourse.invoicing.queries import InvoiceRow
from duecourse.tailoring import queries as tailoring
from duecourse.tailoring import rules as rules_of_fields
from duecourse.web import custom_fields, export, invoice_facts, links, listing, typed
from duecourse.web.door import done, page, screen
from duecourse.web.language import in_words

FRAMED = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"


@screen("invoicing.read")
def index(request: HttpRequest, call: Call) -> HttpResponse:
    """The list; `?format=csv` all of it as a file."""
    asked = request.GET
    tab = asked.get("tab", "all")
    tab = tab if tab in queries.TABS else "all"
    text, currency = asked.get("q", "").strip()[:60], asked.get("currency", "")[:3].upper()
    account = customers.account_for_caller(call, asked["account"]) if asked.get("account") else None
    sort = asked.get("sort", "")
    sort = sort if sort in queries.SORTS else "-issued"
    wanted = custom_fields.asked(request, call, "invoice")
    narrow = (tab, text, currency, account.id if account else None)

    def fetch(number: int, size: int = 50) -> Any:
        return queries.rows(call, *narrow, sort=sort, page=number, size=size, custom=wanted)

    if export.asked(request):
        own = custom_fields.columns(call, "invoice")
        held: dict[int, list[object]] = {}

        def paged(number: int) -> Any:
            found = fetch(number, export.SIZE)
            held.update(own.cells([row.id for row in found.rows]))
            return found

        return export.answer(
            call, "invoices", _csv_head() + own.head, lambda: ((*_csv_row(row), *held.pop(row.id)) for row in export.every(paged))
        )
    listed = fetch(listing.number(request))
    sums = queries.sums(call, *narrow, custom=wanted)
    counts = queries.counts(call)
    words = {"all": _("All"), "open": _("Open"), "overdue": _("Overdue"), "paid": _("Paid"), "credit-notes": _("Credit notes")}
    keep = {"q": text, "currency": currency, "account": asked.get("account", ""), "sort": asked.get("sort", "")}
    keep |= {rules_of_fields.PREFIX + name: value for name, value in wanted.items()}
    chips = [
        {"label": label, "url": links.query(keep | {"tab": tab, name: ""}) or listing.STANDARD}
        for name, label in (
            ("q", f"“{text}”"),
            ("currency", currency),
            ("account", account.name if account else ""),
            *custom_fields.chips(call, "invoice", wanted).items(),
        )
        if keep[name]
    ]
    context = {
        "tabs": [
            {"label": words[name], "url": links.query(keep | {"tab": name}), "count": counts[name], "active": name == tab}
            for name in queries.TABS
        ],
        "rows": [{"row": row, "url": reverse("invoice", args=[row.outer_id]), "thing": _thing(row.state)} for row in listed.rows],
        "pages": listing.Shown(listed),
        "sums": sums,
        "chips": chips,
        "currencies": [
            (one.currency, links.query(keep | {"tab": tab, "currency": one.currency})) for one in sums if len(sums) > 1
        ],
        "tab": tab,
        "q": text,
        "sorted_by": sort,
        "any": counts["all"],
        "custom_filters": custom_fields.filters(call, "invoice", wanted),
        "custom_keep": [(name, value) for name, value in (keep | {"tab": tab}).items() if value and "." not in name],
        "may_post": call.by.may("invoicing.post_invoices"),
        "may_send": call.by.may("invoicing.send_invoices"),
        "keys": [(("J", "K"), _("next, previous")), (("Space",), _("tick")), (("Enter",), _("open")), (("/",), _("search"))],
    }
    return page(request, call, "invoices/index.html", context)


def _thing(state: str) -> str:
    """Which table of badges has a state: overdue is a word of open items."""
    return "item" if state == "overdue" else "invoice"


def _csv_head() -> list[str]:
    names = (_("Number"), _("Kind"), _("Customer"), _("Issued"), _("Due"), _("Currency"), _("Gross"), _("Open"), _("State"))
    return [*names, _("Days late")]


def _csv_row(row: InvoiceRow) -> tuple[object, ...]:
    money = (row.gross.currency, row.gross, row.open)
    return (row.number, row.kind, row.buyer, row.issue_date, row.due_date, *money, row.state, max(0, row.late_days))


@screen("invoicing.read")
def record(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """One document: where it stands, what the customer got, what happened to it."""
    invoice = queries.invoice_for_caller(call, ref)
    return page(request, call, "invoices/record.html", invoice_facts.facts(call, invoice))


@screen("invoicing.read")
def pdf(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """The PDF, made anew from what was kept: the same bytes every time. Only our own pages may frame it."""
    invoice = queries.invoice_for_caller(call, ref)
    response = HttpResponse(render_invoice(queries.page(call, invoice)), content_type="application/pdf")
    how = "attachment" if request.GET.get("download") else "inline"
    response["Content-Disposition"] = f'{how}; filename="{invoice.number}.pdf"'
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Content-Security-Policy"] = FRAMED
    return response


@screen("invoicing.send_invoices")
def send(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """Queue it by e-mail to the customer's address for invoices."""
    invoice = queries.invoice_for_caller(call, ref)
    if request.method == "POST":
        actions.send_invoices(call, [invoice.id])
        done(request, _("%(number)s is queued to be sent.") % {"number": invoice.number})
    return HttpResponseRedirect(reverse("invoice", args=[ref]))


@dataclass
class CreditForm:
    """A credit note as typed: quantities by line number. `totals` are there once it can be reckoned."""

    quantities: dict[int, str]
    reason: str = ""
    reason_code: str = ""
    token: str = ""
    gross_seen: str = ""
    errors: list[str] = field(default_factory=list)
    totals: rules.Totals | None = None

    @property
    def gross_now(self) -> str:
        """What it comes to, as the form remembers that it was shown."""
        return f"{self.totals.gross.amount} {self.totals.gross.currency}" if self.totals else ""


@screen("invoicing.post_credit_notes")
def credit(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """A credit note for some lines or all that is left: first checked with its totals, then posted."""
    invoice = queries.invoice_for_caller(call, ref)
    if invoice.kind != "invoice":
        return HttpResponseRedirect(reverse("invoice", args=[ref]))
    history = queries.credited(call, [invoice.id])[invoice.id]
    left = {line.line_number: line.quantity - history.quantities.get(line.line_number, Decimal(0)) for line in history.lines}
    form = CreditForm({}, token=uuid.uuid4().hex)
    if request.method == "POST":
        form = _sent(request, left)
        quantities = _read(form, left)
        if quantities is not None:
            try:
                form.totals = queries.credit_preview(history, invoice, quantities)
            except Refused as refused:
                form.errors.append(in_words(refused))
        if "post" in request.POST and form.totals and not form.errors:
            if form.gross_seen != form.gross_now:
                form.errors.append(_("The quantities have changed since the totals were shown. Look once more, then post."))
            elif (note_id := _post(request, call, form, invoice.id, quantities or {})) is not None:
                done(request, _("The credit note is posted and set against %(number)s.") % {"number": invoice.number})
                return HttpResponseRedirect(reverse("invoice", args=[ids.outer("inv", note_id)]))
    lines = [
        {
            "line": line,
            "net": Money(line.net, invoice.currency),
            "before": history.quantities.get(line.line_number, Decimal(0)),
            "left": left[line.line_number],
            "typed": form.quantities.get(line.line_number, ""),
        }
        for line in history.lines
    ]
    context = {
        "invoice": invoice,
        "ref": ref,
        "gross": Money(invoice.gross, invoice.currency),
        "open": Money(invoice.item.open_amount, invoice.currency),
        "lines": lines,
        "form": form,
        "is_done": not any(left.values()),
        "reason_codes": [("", _("in words")), *tailoring.choices(call, "credit-note", custom_fields.language())],
        "reason_code": form.reason_code,
    }
    return page(request, call, "invoices/credit.html", context)


def _sent(request: HttpRequest, left: dict[int, Decimal]) -> CreditForm:
    sent = request.POST
    quantities = {number: sent.get(f"quantity-{number}", "").strip()[:30] for number in left}
    if "check_all" in sent:
        quantities = {number: typed.plain(quantity) if quantity else "" for number, quantity in left.items()}
    return CreditForm(
        quantities,
        sent.get("reason", "").strip()[:300],
        sent.get("reason_code", "")[:30],
        sent.get("token", "").strip()[:40],
        sent.get("gross_seen", "").strip()[:40],
    )


def _read(form: CreditForm, left: dict[int, Decimal]) -> dict[int, Decimal] | None:
    """The quantities above zero; None with what is wrong in the form."""
    quantities = {}
    for number in left:
        try:
            quantity = typed.number(form.quantities[number]) if form.quantities[number] else Decimal(0)
        except ValueError as error:
            form.errors.append(_("Line %(place)d: %(error)s") % {"place": number, "error": error})
            continue
        if quantity:
            quantities[number] = quantity
    if not (form.reason or form.reason_code):
        form.errors.append(_("Say why: the reason is printed on the credit note and kept with it."))
    if not quantities:
        form.errors.append(_("Say how much of at least one line is given back."))
    return quantities or None


def _post(request: HttpRequest, call: Call, form: CreditForm, invoice_id: int, quantities: dict[int, Decimal]) -> int | None:
    """Post it once, however often the form is sent."""
    note = rules.NewCreditNote(invoice_id, form.reason, call.today, quantities, form.reason_code)
    digest = idempotency.input_hash("POST", request.path, repr(note).encode())
    try:
        answer = idempotency.once(
            call,
            f"web-credit-{form.token or uuid.uuid4().hex}",
            digest,
            lambda: (200, actions.post_credit_notes(call, [note])[0]),
        )
    except Refused as refused:
        form.errors.append(in_words(refused))
        return None
    return int(answer.body)


urlpatterns = [
    path("invoices/", index, name="invoices"),
    path("invoices/<str:ref>/", record, name="invoice"),
    path("invoices/<str:ref>/pdf", pdf, name="invoice-pdf"),
    path("invoices/<str:ref>/send/", send, name="invoice-send"),
    path("invoices/<str:ref>/credit/", credit, name="invoice-credit"),
]
