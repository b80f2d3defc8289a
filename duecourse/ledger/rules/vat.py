"""The VAT report: what tax categories mean for the return, and whether tax is what the rates ask for. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from duecourse.core.money import Money

# EN 16931 category → where it goes in a return
TREATMENTS = {
    "S": "domestic", "AA": "domestic", "Z": "domestic", "E": "exempt", "AE": "reverse-charge", "K": "eu-supply", "G": "export", "O": "outside",
}  # fmt: skip
WHATS = ("invoice", "credit-note", "discount", "bad-debt", "manual", "other")
EU_COUNTRIES = frozenset("AT BE BG CY CZ DE DK EE EL ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK XI".split())  # noqa: SIM905 - a list of words


@dataclass(frozen=True, slots=True)
class TaxSum:
    """Base and tax of one category, rate and kind of event; what is owed to the state is positive."""

    category: str
    percent: Decimal
    what: str  # one of WHATS
    base: Money
    tax: Money


@dataclass(frozen=True, slots=True)
class TaxRow:
    """One category and rate: its parts by kind of event, and their sums."""

    category: str
    percent: Decimal
    treatment: str
    parts: tuple[TaxSum, ...]
    base: Money
    tax: Money

    @property
    def expected(self) -> Money:
        """Tax on the whole base at once."""
        return self.base.percent(self.percent)

    @property
    def rounding(self) -> Money:
        """What rounding document by document makes of it: tax − base × rate."""
        return self.tax - self.expected


@dataclass(frozen=True, slots=True)
class EuSale:
    """What one buyer in another country of the EU was supplied with, free of tax; `problem` is a word when it cannot be reported."""

    account_id: int | None
    number: str
    name: str
    country: str
    tax_id: str
    base: Money
    problem: str = ""  # no-customer, no-tax-id, not-eu


@dataclass(frozen=True, slots=True)
class VatReport:
    """`moved` is what the tax accounts moved; `unnamed` the part of it that names no category, so that moved = tax + unnamed."""

    rows: tuple[TaxRow, ...]
    eu_sales: tuple[EuSale, ...]
    base: Money
    tax: Money
    moved: Money
    unnamed: Money

    @property
    def apart(self) -> Money:
        """What nothing explains; zero unless somebody wrote past the house."""
        return self.moved - self.tax - self.unnamed


def tax_rows(sums: Iterable[TaxSum], currency: str) -> tuple[TaxRow, ...]:
    """Sums by category and rate, in the order of the return."""
    groups: dict[tuple[str, Decimal], list[TaxSum]] = {}
    for one in sums:
        groups.setdefault((one.category, one.percent), []).append(one)
    order = list(TREATMENTS)
    return tuple(
        TaxRow(
            category, percent, TREATMENTS.get(category, "outside"), tuple(sorted(parts, key=lambda part: WHATS.index(part.what))),
            Money.total((part.base for part in parts), currency), Money.total((part.tax for part in parts), currency),
        )
        for (category, percent), parts in sorted(
            groups.items(), key=lambda one: (order.index(one[0][0]) if one[0][0] in order else len(order), -one[0][1])
        )
    )  # fmt: skip


def eu_problem(country: str, tax_id: str, home: str) -> str:
    """Why a buyer cannot stand in the list of EU supplies, "" when it can."""
    if not tax_id:
        return "no-tax-id"
    if tax_id[:2] not in EU_COUNTRIES or country == home:
        return "not-eu"
    return ""
