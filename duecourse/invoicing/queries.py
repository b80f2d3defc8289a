"""Reads of invoices: lists, one invoice with its lines, what was credited, and the page that is printed."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum

from duecourse.access import queries as access_facts
from duecourse.core import ids, paging, reasons, sequences
from duecourse.core.call import Call, require
from duecourse.core.errors import Refused
from duecourse.core.money import Money, Price
from duecourse.core.paging import Page
from duecourse.customers import queries as customer_facts
from duecourse.documents import queries as document_facts
from duecourse.documents.pdf import invoice as pdf
from duecourse.documents.pdf.epc import is_iban
from duecourse.invoicing import rules
from duecourse.invoicing.models import Invoice, InvoiceLine
from duecourse.ledger import queries as ledger_facts

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
) -> Page[InvoiceRow]:
    """A page of invoices and credit notes, filtered and sorted in the database. Numbers are found by their beginning."""
    require(call, "invoicing.read")
    found = _filtered(call, tab, text, currency, account_id).order_by(*SORTS.get(sort, SORTS["-issued"]))
    return paging.page(found, page, size, lambda row: _row(row, call.today))


def sums(call: Call, tab: str = "all", text: str = "", currency: str = "", account_id: int | None = None) -> list[Sums]:
    """What the documents of a list come to on all its pages, one row per currency."""
    require(call, "invoicing.read")
    found = _filtered(call, tab, text, currency, account_id).order_by("currency").values_list("currency")
    totals = found.annotate(many=Count("id"), whole=Sum("gross"), rest=Sum("item__open_amount"))
    return [Sums(code, many, Money(whole, code), Money(rest, code)) for code, many, whole, rest in totals]


def _filtered(call: Call, tab: str, text: str, currency: str, account_id: int | None) -> QuerySet[Invoice]:
    found = _found(call).filter(_tab(call, tab))
    if text:
        buyers = [customer.account_id for customer in customer_facts.search(call, text, 200)]
        found = found.filter(Q(number__startswith=text.upper()) | Q(customer_account_id__in=buyers) | Q(purchase_order=text))
    if currency:
        found = found.filter(currency=currency)
    return found if account_id is None else found.filter(customer_account_id=account_id)


def counts(call: Call) -> dict[str, int]:
    """How many documents each tab holds."""
    found = Invoice.objects.filter(company_id=call.company.id)
    return {tab: found.filter(_tab(call, tab)).count() for tab in TABS}


def invoice_for_caller(call: Call, text: str) -> Invoice:
    """An invoice with its open item by its prefixed id. Errors: Refused('not-found')."""
    require(call, "invoicing.read")
    row = _found(call).filter(id=ids.inner("inv", text)).select_related("credited").first()
    if row is None:
        raise ids.not_found("inv")
    return row


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


def page(call: Call, invoice: Invoice) -> pdf.InvoicePage:
    """What is printed, from the snapshot kept with the document and the company's own particulars."""
    if invoice.origin:
        raise Refused(
            "invoicing.printed-elsewhere",
            f"{invoice.number} was written by {invoice.origin}, and that is its original. It is kept here, but not printed again.",
        )
    company = access_facts.company_profile(call)
    bank = next(one for one in ledger_facts.bank_accounts(call) if one.id == invoice.bank_account_id)
    sign = 1 if invoice.kind == "invoice" else -1
    currency, language = invoice.currency, invoice.buyer.get("language", "en")
    credited_invoice = invoice.credited
    return pdf.InvoicePage(
        kind="invoice" if sign == 1 else "credit note",
        number=invoice.number,
        issue_date=invoice.issue_date,
        seller=pdf.Seller(
            company.name,
            tuple(company.address_lines),
            company.tax_id,
            company.register,
            company.managing_director,
            company.email,
            company.phone,
            company.tagline,
            document_facts.logo(call),
        ),
        buyer=pdf.Buyer(invoice.buyer["name"], tuple(invoice.buyer["lines"]), invoice.buyer["number"], invoice.buyer["tax_id"]),
        currency=currency,
        lines=tuple(_page_line(line, currency, sign) for line in lines(call, [invoice.id])[invoice.id]),
        tax=tuple(_page_tax(row, currency, sign) for row in invoice.tax_breakdown),
        net=Money(sign * invoice.net, currency),
        tax_total=Money(sign * invoice.tax, currency),
        gross=Money(sign * invoice.gross, currency),
        language=language if language in ("en", "de", "fr") else "en",
        delivery=(invoice.delivery_date, invoice.delivery_date),
        due_date=invoice.due_date if sign == 1 else None,
        their_order=invoice.purchase_order,
        our_order=", ".join(invoice.order_numbers),
        payments=_payments(invoice) if sign == 1 else (),
        bank=_page_bank(company.name, bank) if sign == 1 else None,
        reference=invoice.reference if sign == 1 else "",
        credited=pdf.Credited(credited_invoice.number, credited_invoice.issue_date, invoice.reason) if credited_invoice else None,
    )


def _page_bank(holder: str, bank: ledger_facts.BankAccountView) -> pdf.Bank:
    """Where to pay to: by IBAN, or by the bank's own number in countries that have none."""
    if is_iban(bank.number):
        return pdf.Bank(holder, bank.number, bank.bic)
    return pdf.Bank(holder, bic=bank.bic, account=bank.number)


def _page_line(line: InvoiceLine, currency: str, sign: int) -> pdf.PageLine:
    return pdf.PageLine(
        line.line_number,
        line.product_number,
        line.description,
        sign * line.quantity,
        line.unit,
        Price(line.unit_price, currency),
        _percent(line.tax_percent),
        Money(sign * line.net, currency),
    )


def _page_tax(row: Sequence[str], currency: str, sign: int) -> pdf.PageTax:
    category, percent, base, tax = row
    base_money, tax_money = Money(sign * Decimal(base), currency), Money(sign * Decimal(tax), currency)
    exemption = rules.EXEMPTIONS.get(category)  # type: ignore[call-overload]
    note = reasons.say(exemption[1]) if exemption else ""
    return pdf.PageTax(_percent(Decimal(percent)), base_money, tax_money, base_money + tax_money, note)


def _percent(percent: Decimal) -> str:
    return f"{percent.normalize():f} %"


def _payments(invoice: Invoice) -> tuple[pdf.PaymentOption, ...]:
    gross = Money(invoice.gross, invoice.currency)
    days = (invoice.due_date - invoice.issue_date).days
    net = pdf.PaymentOption("net", invoice.due_date, gross, days=days)
    if invoice.discount_percent is None or invoice.discount_until is None:
        return (net,)
    amount = gross - gross.percent(invoice.discount_percent)
    within = (invoice.discount_until - invoice.issue_date).days
    return (pdf.PaymentOption("discount", invoice.discount_until, amount, invoice.discount_percent, within), net)


def number_gaps(call: Call) -> tuple[int, list[str]]:
    """The verifier's question: is each number that was given there, once, and no other? How many were looked at, and what is wrong."""
    by_series: Mapping[tuple[str, int], list[int]] = defaultdict(list)
    for kind, number in Invoice.objects.filter(company_id=call.company.id, origin="").values_list("kind", "number").iterator():
        _, year, place = number.rsplit("-", 2)
        by_series[kind, 2000 + int(year)].append(int(place))
    given = {(kind, year): run for kind in ("invoice", "credit-note") for year, run in sequences.given(call, kind).items()}
    prefix = sequences.prefixes(call)
    gaps = []
    for kind, year in sorted(by_series.keys() | given.keys()):
        places, run = Counter(by_series.get((kind, year), [])), given.get((kind, year), range(0))

        def said(place: int, kind: str = kind, year: int = year) -> str:
            return sequences.number(kind, year, place, prefix[kind])

        gaps += [f"{said(place)} is missing" for place in sorted(set(run) - set(places))[:10]]
        gaps += [f"{said(place)} was never given" for place in sorted(places) if place not in run][:10]
        gaps += [f"{said(place)} is there {count} times" for place, count in sorted(places.items()) if count > 1][:10]
    return sum(len(places) for places in by_series.values()), gaps


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


def broken_invoices(call: Call) -> tuple[int, list[str]]:
    """The verifier's question: is every document's total the sum of its lines and tax, its item's amount and its entry's debit?

    Of a document that was taken over only its item is compared: its lines are another system's, its tax is not known.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select i.number from invoicing_invoice i join receivables_openitem o on o.id = i.item_id "
            "left join (select invoice_id, sum(net) as net from invoicing_invoiceline where company_id = %s group by 1) l on l.invoice_id = i.id "
            "where i.company_id = %s and (i.gross <> o.amount or i.currency <> o.currency or i.entry_id <> o.entry_id or i.origin = '' and "
            "(i.gross <> i.net + i.tax or l.net is distinct from i.net or "
            "(select sum((row->>3)::numeric) from jsonb_array_elements(i.tax_breakdown) row) <> i.tax)) "
            "order by i.id limit 10",
            [call.company.id, call.company.id],
        )
        broken = [f"{number}: lines, tax, item and entry differ" for (number,) in cursor.fetchall()]
        cursor.execute(
            "with own as (select invoice_id, tax_category, tax_percent, sum(net) as base from invoicing_invoiceline where company_id = %s "
            "group by 1, 2, 3), told as (select i.id, row->>0 as category, (row->>1)::numeric as percent, (row->>2)::numeric as base "
            "from invoicing_invoice i, jsonb_array_elements(i.tax_breakdown) row where i.company_id = %s) "
            "select distinct i.number from own full join told on told.id = own.invoice_id and told.category = own.tax_category "
            "and told.percent = own.tax_percent join invoicing_invoice i on i.id = coalesce(own.invoice_id, told.id) and i.origin = '' "
            "where own.base is distinct from told.base limit 10",
            [call.company.id, call.company.id],
        )
        broken += [f"{number}: its lines are not its tax breakdown" for (number,) in cursor.fetchall()]
    return Invoice.objects.filter(company_id=call.company.id).count(), broken
