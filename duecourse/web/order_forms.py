"""What is typed into the forms of orders, with what is wrong beside it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.http import HttpRequest
from django.utils.translation import gettext as _

from duecourse.catalog import queries as catalog
from duecourse.core import idempotency
from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.customers import queries as customers
from duecourse.customers.rules import AccountView
from duecourse.orders import actions
from duecourse.orders.queries import OrderView
from duecourse.web import custom_fields, typed
from duecourse.web.language import in_words

ROWS, ROWS_MORE, ROWS_MAX = 5, 5, 300
PICKED = 12  # options offered at a time


@dataclass
class Row:
    """One line as typed; `said` is what the product is called."""

    product: str = ""
    quantity: str = ""
    price: str = ""
    said: str = ""
    error: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.product or self.quantity or self.price)


@dataclass
class OrderForm:
    """An order as typed. `wrong` are the fields with their errors, `errors` what belongs to none of them."""

    customer: str = ""
    requested: str = ""
    purchase_order: str = ""
    token: str = ""
    rows: list[Row] = field(default_factory=list)
    wrong: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    said: str = ""  # the customer's name, once it is known
    custom: dict[str, str] = field(default_factory=dict)  # custom fields by name, as typed

    @property
    def is_wrong(self) -> bool:
        return bool(self.wrong or self.errors or any(row.error for row in self.rows))

    @property
    def problems(self) -> list[str]:
        """Every error in the order of the page, for the summary."""
        lines = [
            _("Line %(place)d: %(error)s") % {"place": place, "error": row.error}
            for place, row in enumerate(self.rows, 1)
            if row.error
        ]
        return [*self.errors, *self.wrong.values(), *lines]

    def add_rows(self, many: int = ROWS_MORE) -> None:
        self.rows += [Row() for _place in range(min(many, ROWS_MAX - len(self.rows)))]

    def refuse(self, refused: Refused) -> None:
        """Put a refusal where it belongs: beside the line of the product it names, or on top."""
        named = [row for row in self.rows if row.product and row.product == refused.details.get("product")]
        for row in named:
            row.error = in_words(refused)
        if not named:
            self.errors.append(in_words(refused))


def empty(call: Call, customer: str = "") -> OrderForm:
    """A new form; wanted a week from today."""
    requested = (call.today + dt.timedelta(days=7)).isoformat()
    return OrderForm(customer, requested, token=uuid.uuid4().hex, rows=[Row() for _place in range(ROWS)])


def of_order(call: Call, order: OrderView) -> OrderForm:
    """The form with an order's lines, and room for two more."""
    products = catalog.products_by_id(call, [line.product_id for line in order.lines])
    rows = [
        Row(products[line.product_id].number, typed.plain(line.quantity), typed.plain(line.unit_price), line.description)
        for line in order.lines
    ]
    return OrderForm(order.customer.number, order.requested_date.isoformat(), order.purchase_order, rows=[*rows, Row(), Row()])


def from_post(request: HttpRequest) -> OrderForm:
    """The form as it was sent."""
    sent = request.POST
    lines = zip(sent.getlist("product"), sent.getlist("quantity"), sent.getlist("price"), strict=False)
    rows = [Row(product.strip()[:40], quantity.strip()[:30], price.strip()[:30]) for product, quantity, price in lines]
    return OrderForm(
        sent.get("customer", "").strip()[:80],
        sent.get("requested", "").strip()[:30],
        sent.get("purchase_order", "").strip()[:60],
        sent.get("token", "").strip()[:40],
        rows[:ROWS_MAX],
        custom=custom_fields.sent(request),
    )


def create(request: HttpRequest, call: Call, form: OrderForm) -> int | None:
    """Enter the order once, however often it is sent; its id, or None with what is wrong in the form."""
    account = read_customer(call, form)
    requested = read_day(call, form)
    lines = read_lines(call, form)
    if account is None or requested is None or lines is None or form.is_wrong:
        return None
    try:
        own = custom_fields.read(call, "order", form.custom)
    except Refused as refused:
        form.refuse(refused)
        return None
    order = actions.NewOrder(requested, lines, account_id=account.id, purchase_order=form.purchase_order, custom=own)
    digest = idempotency.input_hash("POST", request.path, repr((account.id, requested, form.purchase_order, lines, own)).encode())
    try:
        answer = idempotency.once(
            call, f"web-order-{form.token or uuid.uuid4().hex}", digest, lambda: (200, actions.create_orders(call, [order])[0])
        )
    except Refused as refused:
        if refused.code == "idempotency.key-reused":
            form.errors.append(_("This form was saved as an order already. Open a new one for another order."))
        else:
            form.refuse(refused)
        return None
    return int(answer.body)


def read_customer(call: Call, form: OrderForm) -> AccountView | None:
    """The account that is meant, by number or by a name that only one has."""
    text = form.customer
    account = customers.accounts_by_number(call, [text]).get(text) if text else None
    if account is None and text:
        found = customers.search(call, text, 6)
        if len(found) == 1:
            account = customers.accounts_by_id(call, [found[0].account_id])[found[0].account_id]
        elif found:
            names = ", ".join(f"{row.number} {row.name}" for row in found[:5])
            form.wrong["customer"] = _("More than one customer is meant; type the number: %(names)s") % {"names": names}
        else:
            form.wrong["customer"] = _("No customer has the number or name “%(text)s”.") % {"text": text}
    elif account is None:
        form.wrong["customer"] = _("Say who orders, by number or name.")
    if account is not None:
        form.said = account.name
        form.customer = account.number
    return account


def read_day(call: Call, form: OrderForm) -> dt.date | None:
    """The day wanted."""
    try:
        return typed.day(form.requested, call.today)
    except ValueError as error:
        form.wrong["requested"] = str(error)
        return None


def read_lines(call: Call, form: OrderForm) -> list[actions.NewOrderLine] | None:
    """The lines of the rows that are not empty; None when one is wrong."""
    filled = [row for row in form.rows if not row.is_empty]
    if not filled:
        form.errors.append(_("An order needs at least one line with a product and a quantity."))
        return None
    name_products(call, filled)
    lines = []
    for row in filled:
        try:
            quantity = typed.number(row.quantity) if row.quantity else Decimal(0)
            price = typed.number(row.price) if row.price else None
        except ValueError as error:
            row.error = row.error or str(error)
            continue
        if quantity <= 0:
            row.error = row.error or _("Say how many, above zero.")
        if price is not None and price < 0:
            row.error = row.error or _("A price is zero or more.")
        lines.append(actions.NewOrderLine(row.product, quantity, price))
    return None if any(row.error for row in filled) else lines


def name_products(call: Call, rows: Sequence[Row]) -> None:
    """Turn what was typed into product numbers: a number, or a name that only one product has."""
    known = catalog.products(call, {row.product for row in rows})
    for row in rows:
        if row.product not in known and row.product:
            found = catalog.rows(call, row.product, size=3)
            if found.total == 1:
                row.product, row.said = found.rows[0].number, found.rows[0].name
            elif found.total:
                names = ", ".join(f"{one.number} {one.name}" for one in found.rows)
                row.error = _("More than one product is meant; type the number: %(names)s") % {"names": names}
            else:
                row.error = _("No product has the number or name “%(text)s”.") % {"text": row.product}
        elif row.product:
            row.said = known[row.product].name
        else:
            row.error = _("Say which product.")


def customer_options(call: Call, text: str) -> list[tuple[str, str]]:
    """Number and name of customers that match."""
    return [(row.number, f"{row.name}, {row.country}") for row in customers.search(call, text[:80], PICKED)]


def product_options(call: Call, text: str) -> list[tuple[str, str]]:
    """Number and name of products that match, with today's price."""
    found = catalog.rows(call, text[:40], size=PICKED).rows if text.strip() else []
    return [
        (row.number, f"{row.name}, {row.price.currency} {row.price.amount.normalize():f} / {row.unit}" if row.price else row.name)
        for row in found
        if row.is_active
    ]


@dataclass
class DeliverForm:
    """What leaves, as typed: quantities by line number."""

    quantities: dict[int, str]
    day: str
    all_left: bool
    errors: list[str] = field(default_factory=list)
    date: dt.date = dt.date.min

    @classmethod
    def of(cls, request: HttpRequest, order: OrderView, today: dt.date) -> DeliverForm:
        """As sent, or with all that is left."""
        if request.method == "POST":
            sent = {line.line_number: request.POST.get(f"quantity-{line.line_number}", "").strip()[:30] for line in order.lines}
            return cls(sent, request.POST.get("day", "").strip()[:30] or today.isoformat(), "all" in request.POST)
        left = {line.line_number: typed.plain(line.left) for line in order.lines if line.left}
        return cls(left, today.isoformat(), False)

    def read(self, order: OrderView, today: dt.date) -> list[tuple[int, Decimal]] | None:
        """The quantities above zero, none for all that is left; None when something is wrong."""
        try:
            self.date = typed.day(self.day, today)
        except ValueError as error:
            self.errors.append(str(error))
        wanted = []
        for line in order.lines if not self.all_left else ():
            text = self.quantities.get(line.line_number, "")
            try:
                quantity = typed.number(text) if text else Decimal(0)
            except ValueError as error:
                self.errors.append(_("Line %(place)d: %(error)s") % {"place": line.line_number, "error": error})
                continue
            if quantity:
                wanted.append((line.line_number, quantity))
        if not wanted and not self.all_left and not self.errors:
            self.errors.append(_("Say how much of at least one line leaves the house."))
        return None if self.errors else wanted
