"""Invoices and credit notes: posted, sent, read and printed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from pydantic import Field

from duecourse.api.customers import account_key
from duecourse.api.door import Door, listed
from duecourse.api.shapes import (
    Currency,
    Custom,
    Day,
    In,
    Line,
    Listed,
    MadeMany,
    MoneyOut,
    Out,
    Paging,
    Quantity,
    ReasonCode,
    Search,
    Short,
    UnitPrice,
    Words,
    decimal,
    decimal_or_none,
    like,
    money,
    outer_id,
)
from duecourse.catalog import queries as catalog
from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.customers import queries as customers
from duecourse.customers.rules import AccountView
from duecourse.documents.pdf import render_invoice
from duecourse.invoicing import actions, queries, rules
from duecourse.tailoring import queries as tailoring

room = Door("Invoices")


class InvoiceFilter(Paging):
    """`text`: the beginning of a number, a customer, or the customer's purchase order."""

    tab: Literal["all", "open", "overdue", "paid", "credit-notes"] = "all"
    text: Search = ""
    currency: Currency | None = None
    account: Annotated[str, outer_id("acc")] | None = None
    sort: Literal["issued", "-issued", "number", "-number", "gross", "-gross", "due", "-due"] = "-issued"


class InvoiceRow(Out):
    """An invoice or credit note in a list; amounts of a credit note are negative."""

    id: str = outer_id("inv")
    kind: str
    number: str
    account: str = outer_id("acc")
    customer_name: str
    issue_date: Day
    due_date: Day
    gross: MoneyOut
    open: MoneyOut
    state: str
    late_days: int
    custom: dict[str, str]


class InvoiceLineOut(Out):
    line_number: int
    product_number: str
    description: str
    quantity: str
    unit: str
    unit_price: str
    net: MoneyOut
    tax_category: str
    tax_percent: str


class TaxOut(Out):
    category: str
    percent: str
    base: MoneyOut
    tax: MoneyOut


class InvoiceOut(Out):
    """An invoice or credit note as it was posted, and what of it is open."""

    id: str = outer_id("inv")
    kind: str
    number: str
    account: str = outer_id("acc")
    customer_name: str
    issue_date: Day
    delivery_date: Day
    due_date: Day
    discount_percent: str | None
    discount_until: Day | None
    net: MoneyOut
    tax: MoneyOut
    gross: MoneyOut
    open: MoneyOut
    state: str
    reference: str = Field(description="ISO 11649 creditor reference: what the payer should quote")
    purchase_order: str
    order_numbers: list[str]
    credited: str | None = Field(description="For a credit note: the invoice it takes back")
    reason: str
    open_item: str = outer_id("itm")
    lines: list[InvoiceLineOut]
    taxes: list[TaxOut]
    custom: dict[str, str]


class NewLineIn(In):
    """A line: of a product (its name, unit, tax category and price are taken from the catalog), or in words of its own."""

    product_number: Annotated[str, Line, Field(max_length=40, examples=["P-100"])] = ""
    description: Annotated[str, Line, Field(max_length=200)] = ""
    quantity: Quantity
    unit: Annotated[str, Line, Field(max_length=10)] = ""
    unit_price: UnitPrice | None = None
    tax_category: Literal["S", "AA", "Z"] | None = None


class InvoiceIn(In):
    """An invoice without an order. Tax follows from the customer, the product and the company's country."""

    model_config = like(
        {
            "account": "acc_0123456789ab",
            "lines": [
                {"product_number": "P-100", "quantity": "10"},
                {"description": "Freight", "quantity": "1", "unit_price": "25.00"},
            ],
        }
    )
    account: Annotated[str, outer_id("acc")]
    issue_date: Day | None = None
    delivery_date: Day | None = None
    purchase_order: Short = ""
    lines: Annotated[list[NewLineIn], Field(min_length=1, max_length=3000)]
    custom: Custom = {}


class InvoicesIn(In):
    invoices: Annotated[list[InvoiceIn], Field(min_length=1, max_length=500)]


class BillIn(In):
    """Which deliveries to bill: of some accounts, or all. Without a day: today."""

    accounts: Annotated[list[str], Field(max_length=1000)] | None = None
    issue_date: Day | None = None


class BilledOut(Out):
    """What the run posted; when `left` is not zero, run again for the rest."""

    ids: list[str]
    left: int


class CreditedLine(In):
    line_number: Annotated[int, Field(ge=1, le=3000)]
    quantity: Quantity


class CreditNoteIn(In):
    """What an invoice gets back; without lines all that is left of it."""

    model_config = like(
        {
            "invoice": "inv_0123456789ab",
            "reason": "Two were broken",
            "lines": [{"line_number": 1, "quantity": "2"}],
        }
    )
    invoice: Annotated[str, outer_id("inv")]
    reason: Words = ""
    reason_code: ReasonCode = ""
    issue_date: Day | None = None
    lines: Annotated[list[CreditedLine], Field(min_length=1, max_length=3000)] | None = None


class CreditNotesIn(In):
    credit_notes: Annotated[list[CreditNoteIn], Field(min_length=1, max_length=500)]


class SendIn(In):
    invoices: Annotated[list[str], Field(min_length=1, max_length=500)]


class SentOut(Out):
    queued: int


@room.get("/invoices", "invoicing.read", Listed[InvoiceRow])
def list_invoices(call: Call, query: InvoiceFilter, custom: dict[str, str]) -> Listed[InvoiceRow]:
    """Invoices and credit notes, newest first. Custom fields narrow it: ?custom.cost_center=4711."""
    account = account_key(call, query.account) if query.account else None
    found = queries.rows(call, query.tab, query.text, query.currency or "", account, query.sort, query.page, query.size, custom)
    own = tailoring.value_texts(call, "invoice", [row.id for row in found.rows])
    return listed(
        found,
        lambda row: InvoiceRow(
            id=row.outer_id,
            kind=row.kind,
            number=row.number,
            account=ids.outer("acc", row.customer_account_id),
            customer_name=row.buyer,
            issue_date=row.issue_date,
            due_date=row.due_date,
            gross=money(row.gross),
            open=money(row.open),
            state=row.state,
            late_days=row.late_days,
            custom=own[row.id],
        ),
    )


@room.post("/invoices/send", "invoicing.send_invoices", SentOut, once=True)
def send_invoices(call: Call, body: SendIn) -> SentOut:
    """Queue documents by e-mail to each customer's invoice address; how many."""
    return SentOut(queued=actions.send_invoices(call, [ids.inner("inv", each) for each in body.invoices]))


@room.get("/invoices/{invoice}", "invoicing.read", InvoiceOut)
def get_invoice(call: Call, invoice: str) -> InvoiceOut:
    """One invoice or credit note with its lines."""
    row = queries.invoice_for_caller(call, invoice)
    rest = row.item.open_amount
    return InvoiceOut(
        id=ids.outer("inv", row.id),
        kind=row.kind,
        number=row.number,
        account=ids.outer("acc", row.customer_account_id),
        customer_name=row.buyer["name"],
        issue_date=row.issue_date,
        delivery_date=row.delivery_date,
        due_date=row.due_date,
        discount_percent=decimal_or_none(row.discount_percent),
        discount_until=row.discount_until,
        net=money(Money(row.net, row.currency)),
        tax=money(Money(row.tax, row.currency)),
        gross=money(Money(row.gross, row.currency)),
        open=money(Money(rest, row.currency)),
        state=queries.state_of(row.kind, row.gross, rest, row.due_date, call.today),
        reference=row.reference,
        purchase_order=row.purchase_order,
        order_numbers=list(row.order_numbers),
        credited=ids.outer("inv", row.credited_id) if row.credited_id else None,
        reason=row.reason,
        open_item=ids.outer("itm", row.item_id),
        lines=_lines(queries.lines(call, [row.id])[row.id], row.currency),
        taxes=[_tax(each, row.currency) for each in row.tax_breakdown],
        custom=tailoring.value_texts(call, "invoice", [row.id])[row.id],
    )


def _lines(lines: Sequence[Any], currency: str) -> list[InvoiceLineOut]:
    return [
        InvoiceLineOut(
            line_number=line.line_number,
            product_number=line.product_number,
            description=line.description,
            quantity=decimal(line.quantity),
            unit=line.unit,
            unit_price=decimal(line.unit_price),
            net=money(Money(line.net, currency)),
            tax_category=line.tax_category,
            tax_percent=decimal(line.tax_percent),
        )
        for line in lines
    ]


def _tax(row: Sequence[str], currency: str) -> TaxOut:
    category, percent, base, tax = row
    return TaxOut(
        category=category,
        percent=decimal(Decimal(percent)),
        base=money(Money(Decimal(base), currency)),
        tax=money(Money(Decimal(tax), currency)),
    )


@room.get("/invoices/{invoice}/pdf", "invoicing.read", bytes)
def get_invoice_pdf(call: Call, invoice: str) -> HttpResponse:
    """The document as it is printed, as PDF."""
    row = queries.invoice_for_caller(call, invoice)
    response = HttpResponse(render_invoice(queries.page(call, row)), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{row.number}.pdf"'
    return response


@room.post("/invoices", "invoicing.post_invoices", MadeMany, once=True)
def post_invoices(call: Call, body: InvoicesIn) -> MadeMany:
    """Post invoices without orders, all of them or none; their ids in the order given. What is posted is never changed."""
    accounts = customers.accounts_by_id(call, {ids.inner("acc", each.account) for each in body.invoices})
    products = catalog.products(call, {line.product_number for each in body.invoices for line in each.lines} - {""})
    new = []
    for each in body.invoices:
        account = accounts.get(ids.inner("acc", each.account))
        if account is None:
            raise ids.not_found("acc")
        new.append(_new(call, each, account, products))
    return MadeMany(ids=[ids.outer("inv", key) for key in actions.post_invoices(call, new)])


def _new(call: Call, each: InvoiceIn, account: AccountView, products: dict[str, Any]) -> rules.NewInvoice:
    issue_date = each.issue_date or call.today
    day = each.delivery_date or issue_date
    named = [products[line.product_number] for line in each.lines if line.product_number in products]
    prices = catalog.prices(call, {product.id for product in named}, account.currency, day)
    categories = [(account.tax_treatment, line.tax_category or _category(line, products)) for line in each.lines]
    taxes = catalog.tax_for(call, sorted(set(categories)), call.company.country, day)
    lines = []
    for place, (line, wanted) in enumerate(zip(each.lines, categories, strict=True), start=1):
        product, tax = products.get(line.product_number), taxes[wanted]
        price = Decimal(line.unit_price) if line.unit_price is not None else None
        if price is None and product is not None and product.id in prices:
            price = prices[product.id].amount
        description = line.description or (product.name if product else "")
        if price is None or not description or (line.product_number and product is None):
            raise Refused(
                "api.line-not-usable",
                f"Line {place}: name a product of the catalog that has a price in {account.currency}, or a description and a price.",
                line=place,
            )
        unit = line.unit or (product.unit if product else "pc")
        quantity = Decimal(line.quantity)
        lines.append(rules.NewLine(description, quantity, unit, price, tax.category, tax.percent, line.product_number))
    terms = rules.Terms(account.terms.net_days, account.terms.discount_percent, account.terms.discount_days)
    return rules.NewInvoice(account.id, account.currency, issue_date, day, terms, lines, each.purchase_order, custom=each.custom)


def _category(line: NewLineIn, products: dict[str, Any]) -> str:
    product = products.get(line.product_number)
    return product.tax_category if product else "S"


@room.post("/billing-runs", "invoicing.bill_ready", BilledOut, once=True)
def bill_ready(call: Call, body: BillIn) -> BilledOut:
    """Bill what was delivered and is not billed yet, at most 500 invoices in one run."""
    accounts = [account_key(call, each) for each in body.accounts] if body.accounts is not None else None
    result = actions.bill_ready(call, accounts, body.issue_date or call.today)
    return BilledOut(ids=[ids.outer("inv", key) for key in result.invoice_ids], left=result.left)


@room.post("/credit-notes", "invoicing.post_credit_notes", MadeMany, once=True)
def post_credit_notes(call: Call, body: CreditNotesIn) -> MadeMany:
    """Post credit notes, all of them or none. Each clears its invoice as far as that is open."""
    new = [
        rules.NewCreditNote(
            ids.inner("inv", each.invoice),
            each.reason,
            each.issue_date or call.today,
            {line.line_number: Decimal(line.quantity) for line in each.lines} if each.lines is not None else None,
            each.reason_code,
        )
        for each in body.credit_notes
    ]
    return MadeMany(ids=[ids.outer("inv", key) for key in actions.post_credit_notes(call, new)])
