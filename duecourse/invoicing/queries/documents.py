"""Reads of invoices: lists, one invoice with its lines, and what was credited."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.expressions import RawSQL

from duecourse.core import ids, paging
from duecourse.core.call import Call, require
from duecourse.core.money import Money, Price
from duecourse.core.paging import Page
from duecourse.customers import queries as customer_facts
from duecourse.invoicing import rules
from duecourse.invoicing.models import Invoice, InvoiceLine
from duecourse.receivables import queries as receivable_facts
from duecourse.tailoring import queries as tailoring_facts

SORTS = {
    "issued": ("issue_date", "id"),
    "-issued": ("-issue_date", "-id"),
    "number": ("number", "id"),
    "-number": ("-number", "-id"),
    "gross": ("gross", "id"),
    "-gross": ("-gross", "-id"),
    "due": ("due_date", "id"),
    "-due": ("-due_date", "-id"),
}
TABS = ("all", "open", "overdue", "paid", "credit-notes")


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An invoice in a list; `state` is the one badge that says what to do next."""

    id: int
    kind: str
    number: str
    customer_account_id: int
    buyer: str
    issue_date: dt.date
    due_date: dt.date
    gross: Money
    open: Money
    state: str
    late_days: int
    origin: str = ""  # the outside system of a document that was taken over

    @property
    def outer_id(self) -> str:
        return ids.outer("inv", self.id)


@dataclass(frozen=True, slots=True)
class Sums:
    """What the documents of a list come to in one currency; credit notes count negative."""

    currency: str
    many: int
    gross: Money
    open: Money


@dataclass(slots=True)
class Credited:
    """What was taken back from an invoice so far: its lines, quantities by line number, and breakdown rows."""

    lines: list[InvoiceLine] = field(default_factory=list)
    quantities: dict[int, Decimal] = field(default_factory=dict)
    breakdown: list[rules.TaxTotal] = field(default_factory=list)


def state_of(kind: str, gross: Decimal, rest: Decimal, due: dt.date, on: dt.date) -> str:
    """The badge: paid, partly-paid, overdue or posted; a credit note is credited or posted."""
    if rest == 0:
        return "paid" if kind == "invoice" else "credited"
    if kind == "invoice" and due < on:
        return "overdue"
    return "posted" if rest == gross else "partly-paid"


def _found(call: Call) -> QuerySet[Invoice]:
    return Invoice.objects.filter(company_id=call.company.id).select_related("item")


def _row(row: Invoice, on: dt.date) -> InvoiceRow:
    rest = row.item.open_amount
    return InvoiceRow(
        row.id,
        row.kind,
        row.number,
        row.customer_account_id,
        row.buyer["name"],
        row.issue_date,
        row.due_date,
        Money(row.gross, row.currency),
        Money(rest, row.currency),
        state_of(row.kind, row.gross, rest, row.due_date, on),
        (on - row.due_date).days if rest and row.kind == "invoice" else 0,
        row.origin,
    )


def _tab(call: Call, tab: str) -> Q:
    if tab == "open":
        return Q(kind="invoice") & ~Q(item__open_amount=0)
    if tab == "overdue":
        return Q(kind="invoice", due_date__lt=call.today) & ~Q(item__open_amount=0)
    if tab == "paid":
        return Q(kind="invoice", item__open_amount=0)
    return Q(kind="credit-note") if tab == "credit-notes" else Q()


def rows(
    call: Call,
    tab: str = "all",
    text: str = "",
    currency: str = "",
    account_id: int | None = None,
    sort: str = "-issued",
    page: int = 1,
    size: int = 50,
    custom: Mapping[str, str] | None = None,
) -> Page[InvoiceRow]:
    """A page of invoices and credit notes, filtered and sorted in the database. Numbers are found by their beginning.

    `custom` are custom fields by name, as tailoring.subjects_with takes them.
    """
    require(call, "invoicing.read")
    order = SORTS.get(sort, SORTS["-issued"])
    found = _filtered(call, tab, text, currency, account_id, custom).order_by(*order)
    if text or account_id is not None or custom:
        return paging.page(found, page, size, lambda row: _row(row, call.today))
    start, stop = paging.bounds(page, size)
    total = sum(one.many for one in _stored(call, tab) if currency in ("", one.currency))
    # The page's ids first, by an index alone: what lies before the page is not read.
    keys = list(found.order_by(*order).values_list("id", flat=True)[start:stop]) if start < total else []
    shown = {row.id: row for row in _found(call).filter(id__in=keys)} if keys else {}
    return Page([_row(shown[key], call.today) for key in keys], total, max(page, 1), stop - start)


def sums(
    call: Call,
    tab: str = "all",
    text: str = "",
    currency: str = "",
    account_id: int | None = None,
    custom: Mapping[str, str] | None = None,
) -> list[Sums]:
    """What the documents of a list come to on all its pages, one row per currency."""
    require(call, "invoicing.read")
    if not (text or account_id is not None or custom):
        return [one for one in _stored(call, tab) if one.many and currency in ("", one.currency)]
    found = _filtered(call, tab, text, currency, account_id, custom).order_by("currency").values_list("currency")
    totals = found.annotate(many=Count("id"), whole=Sum("gross"), rest=Sum("item__open_amount"))
    return [Sums(code, many, Money(whole, code), Money(rest, code)) for code, many, whole, rest in totals]


# Each by its own index: one condition with “or” between them would read every document.
_NAMED = """
select id from invoicing_invoice where company_id = %s and number like %s
union all select id from invoicing_invoice where company_id = %s and customer_account_id = any(%s::bigint[])
union all select id from invoicing_invoice where company_id = %s and purchase_order = %s and purchase_order <> ''
union all select unnest(%s::bigint[])
"""


def _beginning(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def _filtered(
    call: Call, tab: str, text: str, currency: str, account_id: int | None, custom: Mapping[str, str] | None
) -> QuerySet[Invoice]:
    found = _found(call).filter(_tab(call, tab))
    subjects = tailoring_facts.subjects_with(call, "invoice", custom or {})
    if subjects is not None:
        found = found.filter(id__in=subjects)
    if text:
        buyers = [customer.account_id for customer in customer_facts.search(call, text, 200)]
        found = found.filter(id__in=RawSQL(_NAMED, [  # noqa: S611 - our own SQL with parameters
            call.company.id, _beginning(text.upper()), call.company.id, buyers, call.company.id, text,
            tailoring_facts.found_by(call, "invoice", text),
        ]))  # fmt: skip
    if currency:
        found = found.filter(currency=currency)
    return found if account_id is None else found.filter(customer_account_id=account_id)


def counts(call: Call) -> dict[str, int]:
    """How many documents each tab holds; one query."""
    found = receivable_facts.document_sums(call, call.today)
    return {tab: sum(one.many for one in _of_tab(found, tab)) for tab in TABS}


def _stored(call: Call, tab: str) -> list[Sums]:
    """What the documents of a tab come to, from the sums that receivables keep; one query."""
    return _of_tab(receivable_facts.document_sums(call, call.today), tab)


def _of_tab(found: Sequence[receivable_facts.DocumentSums], tab: str) -> list[Sums]:
    made: dict[str, Sums] = {}
    for one in found:
        if (tab == "credit-notes" and one.kind == "invoice") or (tab in ("open", "overdue", "paid") and one.kind != "invoice"):
            continue
        many, gross, rest = one.documents, one.amount, one.open_amount
        if tab == "open":
            many, gross = one.open_documents, one.open_documents_amount
        elif tab == "overdue":
            many, gross, rest = one.late_documents, one.late_documents_amount, one.late_amount
        elif tab == "paid":
            many, gross, rest = many - one.open_documents, gross - one.open_documents_amount, Decimal(0)
        before = made.get(one.currency, Sums(one.currency, 0, Money.zero(one.currency), Money.zero(one.currency)))
        own = (before.gross + Money(gross, one.currency), before.open + Money(rest, one.currency))
        made[one.currency] = Sums(one.currency, before.many + many, *own)
    return [made[currency] for currency in sorted(made)]


def invoice_for_caller(call: Call, text: str) -> Invoice:
    """An invoice with its open item by its prefixed id. Errors: Refused('not-found')."""
    require(call, "invoicing.read")
    row = _found(call).filter(id=ids.inner("inv", text)).select_related("credited").first()
    if row is None:
        raise ids.not_found("inv")
    return row


def invoices_for_caller(call: Call, texts: Sequence[str]) -> list[Invoice]:
    """As invoice_for_caller for many, each once, in the order of their numbers. Errors: Refused('not-found')."""
    require(call, "invoicing.read")
    keys = {ids.inner("inv", text) for text in texts}
    found = list(_found(call).filter(id__in=keys).select_related("credited").order_by("number"))
    if len(found) < len(keys):
        raise ids.not_found("inv")
    return found


def lines(call: Call, invoice_ids: Sequence[int]) -> dict[int, list[InvoiceLine]]:
    """The lines of invoices, in order."""
    result: dict[int, list[InvoiceLine]] = defaultdict(list)
    for line in InvoiceLine.objects.filter(company_id=call.company.id, invoice_id__in=list(invoice_ids)).order_by(
        "invoice_id", "line_number"
    ):
        result[line.invoice_id].append(line)
    return result


def credited(call: Call, invoice_ids: Sequence[int]) -> dict[int, Credited]:
    """For each invoice its lines and what earlier credit notes took back, in three queries."""
    result = {key: Credited() for key in invoice_ids}
    for key, own in lines(call, invoice_ids).items():
        result[key].lines = own
    notes = {row.id: row for row in Invoice.objects.filter(company_id=call.company.id, credited_id__in=list(invoice_ids))}
    for note_id, note_lines in lines(call, list(notes)).items():
        history = result[notes[note_id].credited_id or 0]
        for line in note_lines:
            history.quantities[line.line_number] = history.quantities.get(line.line_number, Decimal(0)) - line.quantity
    for note in notes.values():
        for category, percent, base, tax in note.tax_breakdown:
            parts = Money(-Decimal(base), note.currency), Money(-Decimal(tax), note.currency)
            result[note.credited_id or 0].breakdown.append(rules.TaxTotal(category, Decimal(percent), *parts))
    return result


def credit_preview(history: Credited, invoice: Invoice, quantities: Mapping[int, Decimal]) -> rules.Totals:
    """What a credit note for `quantities` by line number would come to, positive. Errors: Refused('invoicing.credited-too-much')."""
    invoiced = [
        rules.PricedLine(
            rules.Line(
                line.line_number,
                line.quantity,
                Price(line.unit_price, invoice.currency),
                line.tax_category,  # type: ignore[arg-type]
                line.tax_percent,
            ),
            Money(line.net, invoice.currency),
        )
        for line in history.lines
    ]
    whole = [
        rules.TaxTotal(category, Decimal(percent), Money(Decimal(base), invoice.currency), Money(Decimal(tax), invoice.currency))
        for category, percent, base, tax in invoice.tax_breakdown
    ]
    return rules.credit_totals(rules.credit_note_lines(invoiced, quantities, history.quantities), whole, history.breakdown)


def credit_notes(call: Call, invoice_id: int) -> list[InvoiceRow]:
    """The credit notes of an invoice, oldest first."""
    return [_row(row, call.today) for row in _found(call).filter(credited_id=invoice_id).order_by("id")]


def by_numbers(call: Call, text: str, limit: int = 8) -> list[InvoiceRow]:
    """Documents whose number begins with `text`, newest first, for the search."""
    found = _found(call).filter(number__startswith=text.upper()).order_by("-id")[:limit]
    return [_row(row, call.today) for row in found]


@dataclass(frozen=True, slots=True)
class Billed:
    """A posted document as others need it: what is to be paid, until when, and by which reference."""

    id: int
    kind: str
    number: str
    reference: str
    customer_account_id: int
    purchase_order: str
    issue_date: dt.date
    due_date: dt.date
    gross: Money
    open: Money
    discount_percent: Decimal | None
    discount_until: dt.date | None
    credited_id: int | None
    item_id: int


def billed(call: Call, invoice_ids: Sequence[int]) -> list[Billed]:
    """Documents by id, in the order of their ids; one query."""
    return [
        Billed(
            row.id, row.kind, row.number, row.reference, row.customer_account_id, row.purchase_order, row.issue_date, row.due_date,
            Money(row.gross, row.currency), Money(row.item.open_amount, row.currency), row.discount_percent, row.discount_until,
            row.credited_id, row.item_id,
        )
        for row in _found(call).filter(id__in=list(invoice_ids)).order_by("id")
    ]  # fmt: skip
