"""What an order comes to, what of it is still open, and which steps it may take. Pure: no database, no clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from duecourse.core.errors import Refused
from duecourse.core.money import Money, Price

STEPS: dict[str, frozenset[str]] = {  # what may be done in which state
    "confirm": frozenset({"draft", "held", "accepted"}),
    "change": frozenset({"draft", "held", "accepted"}),
    "release": frozenset({"held"}),
    "reject": frozenset({"held"}),
    "cancel": frozenset({"draft", "held", "accepted"}),
    "deliver": frozenset({"accepted"}),
    "close": frozenset({"accepted"}),
}
OPEN_STATES = ("draft", "held", "accepted")


@dataclass(frozen=True, slots=True)
class NewOrderLine:
    """What is wanted; without a `unit_price` the list price of the day counts."""

    product_number: str
    quantity: Decimal
    unit_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order to enter, for a customer by number or by account id (one of the two)."""

    requested_date: dt.date
    lines: Sequence[NewOrderLine]
    customer_number: str = ""
    account_id: int | None = None
    purchase_order: str = ""
    custom: Mapping[str, str] | None = None  # custom fields by name; None: nobody was asked


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """What leaves the house for one order: (line number, quantity); no lines = all that is left."""

    order_id: int
    lines: Sequence[tuple[int, Decimal]] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """What totals need of a line."""

    line_number: int
    quantity: Decimal
    unit_price: Decimal
    tax_category: str
    tax_percent: Decimal
    delivered: Decimal = Decimal(0)

    @property
    def left(self) -> Decimal:
        return self.quantity - self.delivered


@dataclass(frozen=True, slots=True)
class Totals:
    """Net, tax and gross; gross = net + tax."""

    net: Money
    tax: Money

    @property
    def gross(self) -> Money:
        return self.net + self.tax


def line_net(unit_price: Decimal, quantity: Decimal, currency: str) -> Money:
    """A line's net amount, rounded once."""
    return Price(unit_price, currency).times(quantity)


def total(parts: Iterable[tuple[Line, Decimal]], currency: str) -> Totals:
    """Totals of quantities of lines: tax is taken once per category and rate on the sum of its nets (EN 16931, BR-CO-14)."""
    net = Money.zero(currency)
    bases: dict[tuple[str, Decimal], Money] = {}
    for line, quantity in parts:
        amount = line_net(line.unit_price, quantity, currency)
        net = net + amount
        key = (line.tax_category, line.tax_percent)
        bases[key] = bases.get(key, Money.zero(currency)) + amount
    return Totals(net, Money.total((base.percent(percent) for (_, percent), base in bases.items()), currency))


def ordered(lines: Sequence[Line], currency: str) -> Totals:
    """What the whole order comes to."""
    return total(((line, line.quantity) for line in lines), currency)


def delivered_gross(lines: Sequence[Line], currency: str) -> Money:
    """What has been delivered so far, gross.

    Always computed from all quantities so far, never added up part by part: the last delivery therefore brings it to the
    order's gross to the cent.
    """
    return total(((line, line.delivered) for line in lines), currency).gross


def deliver_lines(
    lines: Sequence[Line], wanted: Sequence[tuple[int, Decimal]], number: str
) -> tuple[list[Line], dict[int, Decimal]]:
    """The lines after a delivery, and the quantities by line number; no `wanted` = all that is left.

    Errors: Refused('orders.line-unknown'), Refused('orders.quantity-not-positive'), Refused('orders.over-delivered'),
    Refused('orders.nothing-left').
    """
    by_number = {line.line_number: line for line in lines}
    quantities: dict[int, Decimal] = {}
    for line_number, quantity in wanted or [(line.line_number, line.left) for line in lines if line.left > 0]:
        if line_number not in by_number:
            raise Refused("orders.line-unknown", f"Order {number} has no line {line_number}.", line=line_number)
        if quantity <= 0:
            raise Refused(
                "orders.quantity-not-positive", f"Line {line_number} of {number}: a delivery needs a quantity above zero."
            )
        quantities[line_number] = quantities.get(line_number, Decimal(0)) + quantity
    if not quantities:
        raise Refused("orders.nothing-left", f"Order {number} has nothing left to deliver.")
    for line_number, quantity in quantities.items():
        left = by_number[line_number].left
        if quantity > left:
            raise Refused(
                "orders.over-delivered",
                f"Line {line_number} of {number} has {left.normalize():f} left; {quantity.normalize():f} cannot be delivered.",
                line=line_number,
                left=str(left),
            )
    after = [_with_delivered(line, line.delivered + quantities.get(line.line_number, Decimal(0))) for line in lines]
    return after, quantities


def is_delivered(lines: Sequence[Line]) -> bool:
    """True when nothing is left to deliver."""
    return all(line.left == 0 for line in lines)


def billed_part(open_lines: Mapping[int, Line], billed: Iterable[int], waiting: Money) -> Money:
    """How much of `waiting` (delivered, not billed) a billing takes away.

    `open_lines` are an order's ready lines before it, by id. The last bill takes all that waits, to the cent; an earlier one
    takes its lines' gross, at most what waits.
    """
    gone = set(billed)
    if gone >= open_lines.keys():
        return waiting
    part = total(((line, line.quantity) for key, line in open_lines.items() if key in gone), waiting.currency).gross
    return min(part, waiting)


def check_step(step: str, state: str, number: str) -> None:
    """Errors: Refused('orders.wrong-state') when an order cannot take `step` in its state."""
    if state not in STEPS[step]:
        raise Refused("orders.wrong-state", f"Order {number} is {_STATE_WORDS[state]}: you cannot {step} it.", state=state)


_STATE_WORDS = {
    "draft": "a draft",
    "held": "on hold",
    "accepted": "accepted",
    "rejected": "rejected",
    "delivered": "delivered",
    "cancelled": "cancelled",
}


def check_new_order(order: NewOrder, place: int) -> None:
    """Errors: Refused('orders.not-usable') that says which order of the batch (`place`, from 1) and what is wrong."""
    wrong = ""
    if bool(order.customer_number) == (order.account_id is not None):
        wrong = "name the customer once, by number or by account"
    elif not order.lines:
        wrong = "it has no lines"
    elif len(order.lines) > 3000:
        wrong = "it has more than 3,000 lines; split it"
    for number, line in enumerate(order.lines, start=1):
        if not line.quantity.is_finite() or line.quantity <= 0 or line.quantity != line.quantity.quantize(Decimal("0.0001")):
            wrong = f"line {number} needs a quantity above zero with at most four decimals, not {line.quantity}"
        elif line.unit_price is not None and not (line.unit_price.is_finite() and line.unit_price >= 0):
            wrong = f"line {number} has the price {line.unit_price}; expected zero or more"
    if wrong:
        raise Refused("orders.not-usable", f"Order {place} of the batch cannot be entered: {wrong}.", order=place)


def _with_delivered(line: Line, delivered: Decimal) -> Line:
    return Line(line.line_number, line.quantity, line.unit_price, line.tax_category, line.tax_percent, delivered)
