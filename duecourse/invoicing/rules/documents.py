"""What an invoice amounts to: lines, tax by rate, totals, terms, and what a credit note takes back.

Pure. Amounts are positive for what the customer owes; a credit note is reckoned with positive amounts too, and turned
round by whoever posts it. Tax follows EN 16931: one row for each category and rate, its base the sum of the line nets
(BR-S-08 and its sisters), its tax base × rate rounded to the currency's minor unit (BR-CO-17), half away from zero, so
that a credit of everything is exactly the invoice with its sign turned.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from duecourse.core.calendar import add_days
from duecourse.core.errors import Refused
from duecourse.core.money import Money, Price, quantum
from duecourse.core.reasons import N_, Reason, define

Category = Literal["S", "AA", "Z", "E", "AE", "K", "G", "O"]
Rounding = Literal["total", "line"]

CATEGORIES: tuple[Category, ...] = ("S", "AA", "Z", "E", "AE", "K", "G", "O")
RATED = frozenset({"S", "AA"})  # AA, our own reduced rate, is S on an electronic invoice
TOTAL_ONLY = frozenset({"BE"})  # countries in which tax may be rounded on totals only

define(
    {
        "invoicing.exempt": N_("Exempt from VAT."),
        "invoicing.reverse-charge": N_("Reverse charge: the recipient owes the VAT (Article 196 of Directive 2006/112/EC)."),
        "invoicing.intra-community": N_("Intra-Community supply, exempt from VAT (Article 138 of Directive 2006/112/EC)."),
        "invoicing.export": N_("Export outside the Union, exempt from VAT (Article 146 of Directive 2006/112/EC)."),
        "invoicing.outside-scope": N_("Not subject to VAT."),
        "invoicing.net-terms": N_("{amount} by {date}, {days} days from the invoice date."),
        "invoicing.net-at-once": N_("{amount} on receipt."),
        "invoicing.discount-terms": N_("{less} less when paid by {discount_date} ({percent} %), otherwise {amount} by {date}."),
    }
)
# Category → (VATEX code for the electronic invoice, words on the page); S, AA and Z need none.
EXEMPTIONS: Mapping[Category, tuple[str, Reason]] = {
    "E": ("", Reason("invoicing.exempt")),
    "AE": ("VATEX-EU-AE", Reason("invoicing.reverse-charge")),
    "K": ("VATEX-EU-IC", Reason("invoicing.intra-community")),
    "G": ("VATEX-EU-G", Reason("invoicing.export")),
    "O": ("VATEX-EU-O", Reason("invoicing.outside-scope")),
}


@dataclass(frozen=True, slots=True)
class Line:
    """What is billed: `quantity` units at `price`; `percent` is the tax rate, 19 for 19 %, 0 outside S and AA."""

    line_no: int
    quantity: Decimal
    price: Price
    category: Category
    percent: Decimal


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line and its net amount (BT-131): quantity × price, rounded once."""

    line: Line
    net: Money


@dataclass(frozen=True, slots=True)
class TaxTotal:
    """One row of the tax breakdown (BG-23); `gross` is what of the document falls to it."""

    category: Category
    percent: Decimal
    base: Money
    tax: Money

    @property
    def gross(self) -> Money:
        return self.base + self.tax


@dataclass(frozen=True, slots=True)
class Totals:
    """A document's sums: `net` (BT-106, BT-109), `tax` (BT-110), `gross` (BT-112), and the breakdown they come from."""

    net: Money
    tax: Money
    gross: Money
    breakdown: tuple[TaxTotal, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """30 days net, 2 % within 10; both or none of the discount's two."""

    net_days: int
    discount_percent: Decimal | None = None
    discount_days: int | None = None

    def __post_init__(self) -> None:
        discount = (self.discount_percent, self.discount_days)
        fine = self.net_days >= 0 and (discount == (None, None) or None not in discount)
        if fine and self.discount_percent is not None and self.discount_days is not None:
            fine = 0 < self.discount_percent < 100 and 0 <= self.discount_days <= self.net_days
        if not fine:
            raise Refused(
                "invoicing.terms",
                "Terms need net days from 0, and a discount over 0 and under 100 % within them, or no discount at all.",
            )


@dataclass(frozen=True, slots=True)
class DueTerms:
    """When what is due: `discount` is the amount that may be kept back until `discount_until`, that day included."""

    due_date: dt.date
    discount_until: dt.date | None
    discount: Money | None
    words: Reason


def price_lines(lines: Iterable[Line]) -> tuple[PricedLine, ...]:
    """Each line's net amount. Errors: Refused('invoicing.quantity-zero'), Refused('invoicing.tax-rate')."""
    priced = []
    for line in lines:
        if not line.quantity.is_finite() or line.quantity == 0:
            raise Refused("invoicing.quantity-zero", f"Line {line.line_no} has no quantity; leave it out or give one.")
        if line.category not in CATEGORIES or not line.percent.is_finite() or (line.percent > 0) != (line.category in RATED):
            raise Refused(
                "invoicing.tax-rate",
                f"Line {line.line_no} has tax category {line.category} at {line.percent} %: S and AA have a rate above zero, the others none.",
            )
        priced.append(PricedLine(line, line.price.times(line.quantity)))
    return tuple(priced)


def tax_totals(
    lines: Sequence[PricedLine], currency: str, rounding: Rounding = "total", country: str = ""
) -> tuple[TaxTotal, ...]:
    """The tax breakdown, in the order of CATEGORIES, high rates first.

    `rounding`: "total" rounds once for each row (BR-CO-17), "line" rounds each line's tax and adds up, as some countries
    allow; the two may differ by cents. `country` is the seller's. Errors: Refused('invoicing.line-rounding') where the
    country takes totals only, Refused('invoicing.outside-scope-mixed') for category O beside another (BR-O-11 to 14).
    """
    if rounding == "line" and country in TOTAL_ONLY:
        raise Refused(
            "invoicing.line-rounding", f"In {country} VAT is rounded on totals only; set the company's rounding to “total”."
        )
    bases: dict[tuple[Category, Decimal], Decimal] = {}
    taxes: dict[tuple[Category, Decimal], Decimal] = {}
    for priced in lines:
        if priced.net.currency != currency:
            raise Refused(
                "invoicing.currencies-differ", f"Line {priced.line.line_no} is in {priced.net.currency}, not in {currency}."
            )
        key = (priced.line.category, priced.line.percent)
        bases[key] = bases.get(key, Decimal(0)) + priced.net.amount
        if rounding == "line":
            taxes[key] = taxes.get(key, Decimal(0)) + priced.net.percent(priced.line.percent).amount
    if len(bases) > 1 and any(category == "O" for category, _ in bases):
        raise Refused(
            "invoicing.outside-scope-mixed", "What is outside the scope of VAT cannot stand on one invoice with what is not."
        )
    rows = []
    for (category, percent), amount in sorted(bases.items(), key=lambda item: (CATEGORIES.index(item[0][0]), -item[0][1])):
        base = Money(amount, currency)
        tax = Money(taxes[category, percent], currency) if rounding == "line" else base.percent(percent)
        rows.append(TaxTotal(category, percent, base, tax))
    return tuple(rows)


def totals(lines: Sequence[PricedLine], currency: str, rounding: Rounding = "total", country: str = "") -> Totals:
    """A document's sums (BR-CO-10, 13, 14, 15); they add up for any lines. Errors as `tax_totals`, Refused('invoicing.no-lines')."""
    if not lines:
        raise Refused("invoicing.no-lines", "There is nothing to bill: the document has no line.")
    return summed(tax_totals(lines, currency, rounding, country), currency)


def summed(breakdown: Sequence[TaxTotal], currency: str) -> Totals:
    """The sums of a breakdown that is already known, as that of a credit note."""
    net = Money.total((row.base for row in breakdown), currency)
    tax = Money.total((row.tax for row in breakdown), currency)
    return Totals(net, tax, net + tax, tuple(breakdown))


def broken_rules(lines: Sequence[PricedLine], document: Totals, rounding: Rounding = "total") -> tuple[str, ...]:
    """The EN 16931 rules that stored figures break, none when they are sound: what the verifier asks of every document.

    BR-CO-17 is held to the minor unit; with line rounding to half a unit a line, which is what it may differ.
    """
    broken = []
    if document.net.amount != sum(priced.net.amount for priced in lines):
        broken.append("BR-CO-10")
    if document.net.amount != sum(row.base.amount for row in document.breakdown):
        broken.append("BR-CO-13")
    if document.tax.amount != sum(row.tax.amount for row in document.breakdown):
        broken.append("BR-CO-14")
    if document.gross.amount != document.net.amount + document.tax.amount:
        broken.append("BR-CO-15")
    for row in document.breakdown:
        mine = [priced for priced in lines if (priced.line.category, priced.line.percent) == (row.category, row.percent)]
        if row.base.amount != sum(priced.net.amount for priced in mine):
            broken.append(f"BR-{'S' if row.category in RATED else row.category}-08")
        slack = quantum(row.base.currency) / 2 * (1 if rounding == "total" else len(mine))
        if abs(row.tax.amount - row.base.amount * row.percent / 100) > slack:
            broken.append("BR-CO-17")
    return tuple(dict.fromkeys(broken))


def net_of_gross(gross: Money, percent: Decimal) -> tuple[Money, Money, Money]:
    """Net, tax and rounding amount (BT-114) of a price that includes tax: net + tax + rounding = gross.

    Not every gross price has a net one: 99.99 at 19 % is 84.03 + 15.97 − 0.01.
    """
    net = Money.rounding(gross.amount * 100 / (100 + percent), gross.currency)
    tax = net.percent(percent)
    return net, tax, gross - net - tax


def due(terms: Terms, issue_date: dt.date, gross: Money) -> DueTerms:
    """When `gross` is due by `terms`, counted in calendar days from the invoice date, and what may be kept back until when."""
    due_date = add_days(issue_date, terms.net_days)
    if terms.discount_percent is None or terms.discount_days is None:
        words = Reason("invoicing.net-terms", {"amount": gross, "date": due_date, "days": terms.net_days})
        return DueTerms(due_date, None, None, words if terms.net_days else Reason("invoicing.net-at-once", {"amount": gross}))
    until, less = add_days(issue_date, terms.discount_days), gross.percent(terms.discount_percent)
    params = {"less": less, "discount_date": until, "percent": terms.discount_percent, "amount": gross, "date": due_date}
    return DueTerms(due_date, until, less, Reason("invoicing.discount-terms", params))


def credit_note_lines(
    invoiced: Sequence[PricedLine], quantities: Mapping[int, Decimal], earlier: Mapping[int, Decimal] | None = None
) -> tuple[PricedLine, ...]:
    """The lines of a credit note for `quantities` by line number, after `earlier` credits of the same invoice.

    A line's net is the step between what is credited in all after and before it, each rounded, so that credits in any
    parts add up to the line exactly. Errors: Refused('invoicing.line-unknown'), Refused('invoicing.credited-too-much').
    """
    known, done = {priced.line.line_no: priced for priced in invoiced}, earlier or {}
    credited = []
    for number, quantity in quantities.items():
        if number not in known:
            raise Refused("invoicing.line-unknown", f"The invoice has no line {number}.")
        line, net, before = known[number].line, known[number].net, done.get(number, Decimal(0))
        after = before + quantity
        if quantity * line.quantity <= 0 or abs(after) > abs(line.quantity):
            left = line.quantity - before
            raise Refused("invoicing.credited-too-much", f"Of line {number}, {left} can still be credited, not {quantity}.")
        step = Money.rounding(net.amount * after / line.quantity, net.currency) - Money.rounding(
            net.amount * before / line.quantity, net.currency
        )
        credited.append(PricedLine(Line(number, quantity, line.price, line.category, line.percent), step))
    return tuple(credited)


def credit_totals(
    lines: Sequence[PricedLine],
    invoiced: Sequence[TaxTotal],
    earlier: Sequence[TaxTotal] = (),
    rounding: Rounding = "total",
) -> Totals:
    """A credit note's sums. The credit that completes a row of the invoice takes that row's remaining tax, so that base and
    tax of all credits together never differ by a cent from the invoice. `earlier`: breakdown rows of earlier credits.
    """
    currency = invoiced[0].base.currency
    rows = []
    for row in tax_totals(lines, currency, rounding):
        key = (row.category, row.percent)
        whole = [one for one in invoiced if (one.category, one.percent) == key]
        if not whole:
            raise Refused("invoicing.tax-rate", f"The invoice has no tax category {row.category} at {row.percent} %.")
        before = [one for one in earlier if (one.category, one.percent) == key]
        completes = Money.total((one.base for one in before), currency) + row.base == whole[0].base
        tax = whole[0].tax - Money.total((one.tax for one in before), currency) if completes else row.tax
        rows.append(TaxTotal(row.category, row.percent, row.base, tax))
    return summed(rows, currency)


def creditor_reference(text: str) -> str:
    """The ISO 11649 reference of a document number: its letters and digits, at most 21, behind RF and two check digits.

    Errors: Refused('invoicing.reference') when nothing or too much is left.
    """
    body = "".join(character for character in text.upper() if character.isascii() and character.isalnum())
    if not 1 <= len(body) <= 21:
        raise Refused("invoicing.reference", f"“{text}” cannot become a payment reference: it needs 1 to 21 letters and digits.")
    digits = "".join(str(int(character, 36)) for character in body + "RF00")
    return f"RF{98 - int(digits) % 97:02}{body}"


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line to be billed, as it will be printed."""

    description: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    tax_category: str
    tax_percent: Decimal
    product_number: str = ""


@dataclass(frozen=True, slots=True)
class NewInvoice:
    """An invoice to be posted. `subjects` are prefixed ids of what it bills (orders, deliveries), for the event."""

    customer_account_id: int
    currency: str
    issue_date: dt.date
    delivery_date: dt.date
    terms: Terms
    lines: Sequence[NewLine]
    purchase_order: str = ""
    order_numbers: Sequence[str] = ()
    subjects: Sequence[str] = ()
    custom: Mapping[str, str] | None = None  # custom fields by name; None: nobody was asked


@dataclass(frozen=True, slots=True)
class NewCreditNote:
    """What an invoice gets back: quantities by line number, everything that is left when none are given."""

    invoice_id: int
    reason: str
    issue_date: dt.date
    quantities: Mapping[int, Decimal] | None = None
    reason_code: str = ""  # of tailoring; `reason` is then a note, and may be empty


@dataclass(frozen=True, slots=True)
class BillingResult:
    """What a billing run posted, and how many invoices it left for the next one."""

    invoice_ids: tuple[int, ...]
    left: int
