"""The form of an invoice without an order: what is typed, what is wrong with it, and what it comes to."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpRequest
from django.utils.translation import gettext as _

from duecourse.catalog import queries as catalog
from duecourse.catalog.rules import ProductView
from duecourse.core import idempotency
from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.core.money import Price
from duecourse.core.reasons import N_
from duecourse.customers.rules import AccountView
from duecourse.invoicing import actions, rules
from duecourse.web import custom_fields, order_forms, typed

ROWS = 4
CATEGORIES = (("S", N_("Standard rate")), ("AA", N_("Reduced rate")), ("Z", N_("Zero rated")))


@dataclass
class Row(order_forms.Row):
    """A line as typed: a product of the catalogue, or words of its own."""

    description: str = ""
    unit: str = ""
    category: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.product or self.description or self.quantity or self.price)


@dataclass
class InvoiceForm(order_forms.OrderForm):
    """As typed; `requested` is the day of delivery. `totals` are there once all of it can be reckoned."""

    issued: str = ""
    gross_seen: str = ""
    totals: rules.Totals | None = None
    due: rules.DueTerms | None = None
    currency: str = ""

    @property
    def gross_now(self) -> str:
        """What it comes to, as the form remembers that it was shown."""
        return f"{self.totals.gross.amount} {self.currency}" if self.totals else ""

    def add_rows(self, many: int = order_forms.ROWS_MORE) -> None:
        self.rows += [Row() for _place in range(min(many, order_forms.ROWS_MAX - len(self.rows)))]


def empty(call: Call, customer: str = "") -> InvoiceForm:
    """A new form, dated and delivered today."""
    today = call.today.isoformat()
    return InvoiceForm(customer, today, token=uuid.uuid4().hex, rows=[Row() for _place in range(ROWS)], issued=today)


def from_post(request: HttpRequest) -> InvoiceForm:
    """The form as it was sent."""
    sent = request.POST
    names = ("product", "quantity", "price", "description", "unit", "category")
    lengths = {"product": 40, "description": 200, "unit": 10, "category": 2}
    columns = [[value.strip()[: lengths.get(name, 30)] for value in sent.getlist(name)] for name in names]
    rows = [
        Row(product=product, quantity=quantity, price=price, description=description, unit=unit, category=category)
        for product, quantity, price, description, unit, category in zip(*columns, strict=False)
    ]
    return InvoiceForm(
        sent.get("customer", "").strip()[:80],
        sent.get("requested", "").strip()[:30],
        sent.get("purchase_order", "").strip()[:60],
        sent.get("token", "").strip()[:40],
        list(rows[: order_forms.ROWS_MAX]),
        issued=sent.get("issued", "").strip()[:30],
        gross_seen=sent.get("gross_seen", "").strip()[:40],
        custom=custom_fields.sent(request),
    )


def read(call: Call, form: InvoiceForm) -> rules.NewInvoice | None:
    """The invoice that is meant, with its totals in the form; None with what is wrong."""
    account = order_forms.read_customer(call, form)
    delivered = order_forms.read_day(call, form)
    try:
        issued = typed.day(form.issued, call.today)
    except ValueError as error:
        form.wrong["issued"] = str(error)
        issued = None
    filled = [row for row in form.rows if isinstance(row, Row) and not row.is_empty]
    if not filled:
        form.errors.append(_("An invoice needs at least one line."))
    if account is None or delivered is None or issued is None or not filled:
        return None
    try:
        lines = _lines(call, filled, account)
        if any(row.error for row in filled):
            return None
        terms = rules.Terms(account.terms.net_days, account.terms.discount_percent, account.terms.discount_days)
        priced = rules.price_lines(
            rules.Line(place, line.quantity, Price(line.unit_price, account.currency), line.tax_category, line.tax_percent)  # type: ignore[arg-type]
            for place, line in enumerate(lines, 1)
        )
        form.totals = rules.totals(priced, account.currency, country=call.company.country)
        form.due = rules.due(terms, issued, form.totals.gross)
        form.currency = account.currency
    except Refused as refused:
        form.refuse(refused)
        return None
    try:
        own = custom_fields.read(call, "invoice", form.custom)
    except Refused as refused:
        form.refuse(refused)
        return None
    return rules.NewInvoice(account.id, account.currency, issued, delivered, terms, lines, form.purchase_order, custom=own)


def _lines(call: Call, rows: Sequence[Row], account: AccountView) -> list[rules.NewLine]:
    """Lines with product, price and tax; what is wrong stands in the rows."""
    order_forms.name_products(call, [row for row in rows if row.product])
    products = catalog.products(call, {row.product for row in rows if row.product})
    priced = catalog.prices(call, [product.id for product in products.values()], account.currency, call.today)
    kinds = [(account.tax_treatment, _category(row, products)) for row in rows]
    taxes = catalog.tax_for(call, sorted(set(kinds)), call.company.country, call.today)
    lines = []
    for row, kind in zip(rows, kinds, strict=True):
        product = products.get(row.product)
        quantity, price = _amounts(row, priced.get(product.id) if product else None)
        description = row.description or (product.name if product else "")
        if not description:
            row.error = row.error or _("Say what is billed.")
        if row.error:
            continue
        tax = taxes[kind]
        unit = row.unit or (product.unit if product else "pc")
        lines.append(rules.NewLine(description, quantity, unit, price, tax.category, tax.percent, row.product if product else ""))
    return lines


def _category(row: Row, products: Mapping[str, ProductView]) -> str:
    """What was chosen, else the product's, else the standard rate."""
    known = {code for code, _words in CATEGORIES}
    if row.category in known:
        return row.category
    return products[row.product].tax_category if row.product in products else "S"


def _amounts(row: Row, listed: Price | None) -> tuple[Decimal, Decimal]:
    """Quantity and price; zero with the error in the row."""
    try:
        quantity = typed.number(row.quantity) if row.quantity else Decimal(0)
        price = typed.number(row.price) if row.price else None
    except ValueError as error:
        row.error = row.error or str(error)
        return Decimal(0), Decimal(0)
    if quantity <= 0:
        row.error = row.error or _("Say how many, above zero.")
    if price is None and listed is None:
        row.error = row.error or _("Say the price: there is no list price for it.")
    return quantity, price if price is not None else listed.amount if listed else Decimal(0)


def post(request: HttpRequest, call: Call, form: InvoiceForm, invoice: rules.NewInvoice) -> int | None:
    """Post it once, however often the form is sent; its id, or None with what is wrong in the form."""
    digest = idempotency.input_hash("POST", request.path, repr(invoice).encode())
    try:
        answer = idempotency.once(
            call,
            f"web-invoice-{form.token or uuid.uuid4().hex}",
            digest,
            lambda: (200, actions.post_invoices(call, [invoice])[0]),
        )
    except Refused as refused:
        if refused.code == "idempotency.key-reused":
            form.errors.append(_("This form was posted already. Open a new one for another invoice."))
        else:
            form.refuse(refused)
        return None
    return int(answer.body)
