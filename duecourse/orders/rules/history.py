"""Orders of another system as they were, with what left for them: what each must say, and how it stands here. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from duecourse.core.money import Money

LINE_MAX = 32767
_STEP = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class HistoricOrderLine:
    """A line as the other system says it; a rejected one will never be delivered."""

    line_number: int
    product_number: str
    description: str
    unit: str
    quantity: Decimal
    net: Money
    rejected: bool = False


@dataclass(frozen=True, slots=True)
class HistoricDelivery:
    """What left on a day: (line number, quantity)."""

    external_id: str
    number: str
    delivery_date: dt.date
    lines: Sequence[tuple[int, Decimal]]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoricOrder:
    """An order of another system. `external_id` is that system's own, unique for ever; `where` is said with a reject."""

    external_id: str
    number: str
    account_id: int
    order_date: dt.date
    requested_date: dt.date
    currency: str
    lines: Sequence[HistoricOrderLine]
    deliveries: Sequence[HistoricDelivery] = ()
    purchase_order: str = ""
    where: str = ""

    def delivered(self) -> dict[int, Decimal]:
        """Line number → how much of it has left."""
        result: dict[int, Decimal] = {}
        for delivery in self.deliveries:
            for line, quantity in delivery.lines:
                result[line] = result.get(line, Decimal(0)) + quantity
        return result

    def state(self) -> str:
        """How it stands here: cancelled when every line was rejected, a draft while nothing has left, else delivered.

        A draft reserves no credit: whoever wants it confirms it, and it is checked then. What is missing of an order that left in
        part is not reserved either; `short` names it.
        """
        if all(line.rejected for line in self.lines):
            return "cancelled"
        return "delivered" if any(self.delivered().values()) else "draft"

    def short(self) -> dict[int, Decimal]:
        """Line number → what has not left of an order that left in part."""
        gone = self.delivered()
        if self.state() != "delivered":
            return {}
        left = {
            line.line_number: line.quantity - gone.get(line.line_number, Decimal(0)) for line in self.lines if not line.rejected
        }
        return {line: quantity for line, quantity in left.items() if quantity}


@dataclass(frozen=True, slots=True)
class OrderReject:
    """An order that cannot be taken over: its place in the list, what was expected, and what was there."""

    place: int
    where: str
    field: str
    expected: str
    value: str

    def __str__(self) -> str:
        return f"{self.where or self.place + 1}, {self.field}: expected {self.expected}, found “{self.value}”"


@dataclass(frozen=True, slots=True)
class OrdersRecorded:
    """What was taken over: ids of the new orders in order, how many were known, and how many deliveries came with the new ones."""

    ids: tuple[int, ...]
    known: int
    deliveries: int


def check_orders_history(
    orders: Sequence[HistoricOrder], products: Collection[str], numbers_taken: Collection[str] = ()
) -> list[OrderReject]:
    """Every order that cannot be taken over, with the first thing that is wrong with it."""
    seen: dict[str, str] = {}
    found = []
    for place, one in enumerate(orders):
        where = one.where or f"order {place + 1}"
        wrong = _wrong(one, products)
        if wrong is None and one.number in seen:
            wrong = ("number", f"a number once; it is that of {seen[one.number]} already", one.number)
        if wrong is None and one.number in numbers_taken:
            wrong = ("number", "a number that no other order has", one.number)
        if wrong is None:
            seen[one.number] = where
        else:
            found.append(OrderReject(place, where, *wrong))
    return found


def _wrong(one: HistoricOrder, products: Collection[str]) -> tuple[str, str, str] | None:
    if not 0 < len(one.number) <= 20:
        return "number", "a number of 1 to 20 characters", one.number[:40]
    if not one.lines:
        return "lines", "at least one line", ""
    numbers = [line.line_number for line in one.lines]
    if len(set(numbers)) < len(numbers):
        return "lines", "each line number once", ", ".join(map(str, numbers[:10]))
    for line in one.lines:
        wrong = _wrong_line(line, one.currency, products)
        if wrong:
            return f"line {line.line_number}, {wrong[0]}", wrong[1], wrong[2]
    known = {line.line_number: line.quantity for line in one.lines}
    for number, quantity in one.delivered().items():
        if number not in known:
            return "deliveries", f"a line of the order ({', '.join(map(str, known))})", str(number)
        if not 0 < quantity <= known[number]:
            return "deliveries", f"at most the {known[number]} ordered of line {number}", str(quantity)
    return None


def _wrong_line(line: HistoricOrderLine, currency: str, products: Collection[str]) -> tuple[str, str, str] | None:
    if not 0 < line.line_number <= LINE_MAX:
        return "number", f"a number from 1 to {LINE_MAX}", str(line.line_number)
    if line.product_number not in products:
        return "product", "a product that is here", line.product_number
    if not line.quantity.is_finite() or line.quantity <= 0 or line.quantity != line.quantity.quantize(_STEP):
        return "quantity", "a quantity above zero with at most four decimals", str(line.quantity)
    if line.net.currency != currency or line.net.amount < 0:
        return "net", f"an amount in {currency}, not below zero", str(line.net)
    if len(line.description) > 200 or not 0 < len(line.unit) <= 10:
        return "text", "a text of at most 200 characters and a unit of 1 to 10", line.description[:60]
    return None
