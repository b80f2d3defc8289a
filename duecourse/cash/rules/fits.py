"""How an amount paid can be explained by a given set of open items: in full, less discount, short, over. Minor units."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from duecourse.cash.rules.book import Book
from duecourse.cash.rules.words import Words

# How likely each explanation is right, given that the set of items is right. Ordered by hand on the benchmark's mix.
WEIGHTS = {
    "exact": 1.0,
    "discount": 0.99,
    "discount-some": 0.93,
    "late-discount": 0.9,
    "rounding": 0.92,
    "charge": 0.75,
    "charge-said": 0.93,
    "deducted": 0.2,
    "deducted-small": 0.75,
    "deducted-said": 0.9,
    "deducted-beside": 0.85,
    "deducted-named": 0.96,
    "part": 0.55,
    "part-large": 0.2,
    "part-said": 0.93,
    "over": 0.6,
}
EXACT = ("exact", "discount")
PART = ("part", "part-said", "part-large")
_COMBINED_ITEMS_MAX = 8


@dataclass(frozen=True, slots=True)
class Line:
    """What falls off one item (`place` in the book; None = no item), and what is left over with it."""

    place: int | None
    applied: int
    residual_kind: str
    residual: int


@dataclass(frozen=True, slots=True)
class Fit:
    """One explanation; `word` is what in the text supports it, or ""."""

    kind: str
    lines: tuple[Line, ...]
    word: str = ""

    @property
    def weight(self) -> float:
        return WEIGHTS[self.kind]


@dataclass(frozen=True, slots=True)
class Terms:
    """What fits are measured against: when and with what words it was paid, and the company's limits in minor units."""

    value_date: dt.date
    words: Words
    charge_max: int
    rounding_max: int
    grace_days: int
    text_amounts: bool  # may amounts in the text be compared (currencies with two decimals)
    deduction_share_max: Decimal  # the share of the sum up to which a shortfall is rather a deduction than a part payment


def sharp_fit(book: Book, places: Sequence[int], paid: int, terms: Terms) -> Fit | None:
    """The explanation that leaves nothing open: the whole sum, or the whole sum less discounts that are in time."""
    missing = sum(book.open[place] for place in places) - paid
    if missing == 0:
        return Fit("exact", tuple(Line(place, book.open[place], "", 0) for place in places))
    in_time = [_in_time(book, place, terms) for place in places]
    if any(in_time) and missing == sum(in_time):
        return Fit("discount", _with_discounts(book, places, in_time, [True] * len(places)))
    return None


def fits(book: Book, places: Sequence[int], paid: int, terms: Terms) -> list[Fit]:
    """Every explanation of `paid` by exactly these items, the likeliest first."""
    sharp = sharp_fit(book, places, paid, terms)
    if sharp is not None:
        return [sharp]
    if paid <= 0:
        return []
    missing = sum(book.open[place] for place in places) - paid
    found: list[Fit] = []
    if missing > 0 and (discount := _discounts(book, places, missing, terms)):
        found.append(discount)
    if abs(missing) <= terms.rounding_max:
        found.append(Fit("rounding", _on_largest(book, places, "rounding", -missing)))
    elif missing < 0:
        found.append(Fit("over", _on_largest(book, places, "overpayment", -missing)))
    else:
        found += _short(book, places, paid, missing, terms)
    return sorted((fit for fit in found if fit.lines), key=lambda fit: -fit.weight)


def _in_time(book: Book, place: int, terms: Terms) -> int:
    """The discount an item still allows on the value date; 0 when none."""
    late = dt.timedelta(days=terms.grace_days)
    return next((amount for amount, until in book.discounts(place) if terms.value_date <= until + late), 0)


def _with_discounts(book: Book, places: Sequence[int], taken: Sequence[int], earned: Sequence[bool]) -> tuple[Line, ...]:
    return tuple(
        Line(place, book.open[place], ("discount" if fair else "unearned_discount") if amount else "", -amount)
        for place, amount, fair in zip(places, taken, earned, strict=True)
    )


def _discounts(book: Book, places: Sequence[int], missing: int, terms: Terms) -> Fit | None:
    """Discounts of the items' terms that add up to what is missing: taken on some of the items, or too late.

    Prefers discounts in time over late ones, and taking one on every item that allows it over leaving one out. Payers
    also take the discount off the total, which differs by rounding: a minor unit an item goes to the largest discount.
    """
    options: list[list[tuple[int, bool, int]]] = []  # per item: (amount, in time, cost)
    for place in places:
        allowed = _in_time(book, place, terms)
        choices = [(0, True, 1 if allowed else 0)]
        choices += [(amount, amount == allowed, 0 if amount == allowed else 4) for amount, _ in book.discounts(place)]
        options.append(choices)
    if not any(len(choices) > 1 for choices in options):
        return None
    taken: list[tuple[int, bool]] | None = None
    if len(places) <= _COMBINED_ITEMS_MAX:
        taken = _cheapest(options, missing)
    if taken is None:
        for place_in_terms in (1, 2):
            every = [choices[min(place_in_terms, len(choices) - 1)][:2] for choices in options]
            if 0 < abs(missing - sum(amount for amount, _ in every)) <= len(places) or missing == sum(
                amount for amount, _ in every
            ):
                taken = every
                break
    if taken is None:
        return None
    amounts, earned = [amount for amount, _ in taken], [fair for _, fair in taken]
    largest = max(range(len(amounts)), key=lambda at: (abs(amounts[at]), -at))
    amounts[largest] += missing - sum(amounts)
    return Fit("discount-some" if all(earned) else "late-discount", _with_discounts(book, places, amounts, earned))


def _cheapest(options: Sequence[Sequence[tuple[int, bool, int]]], missing: int) -> list[tuple[int, bool]] | None:
    reached: dict[int, tuple[int, list[tuple[int, bool]]]] = {0: (0, [])}
    for choices in options:
        following: dict[int, tuple[int, list[tuple[int, bool]]]] = {}
        for total, (cost, path) in reached.items():
            for amount, fair, price in choices:
                if (known := following.get(total + amount)) is None or cost + price < known[0]:
                    following[total + amount] = (cost + price, [*path, (amount, fair)])
        reached = following
    found = reached.get(missing)
    return found[1] if found else None


def _short(book: Book, places: Sequence[int], paid: int, missing: int, terms: Terms) -> list[Fit]:
    """Too little was paid: a bank's charge, a deduction, or a part payment, by the words and the size."""
    words = terms.words
    found: list[Fit] = []
    if missing <= terms.charge_max or (words.charge and missing <= 3 * terms.charge_max):
        kind = "charge-said" if words.charge else "charge"
        found.append(Fit(kind, _on_largest(book, places, "bank_charge", -missing), words.charge))
    in_time = [_in_time(book, place, terms) for place in places]
    rest = missing - sum(in_time)
    named = terms.text_amounts and rest in words.amounts
    if any(in_time) and not all(in_time) and rest > 0 and (words.deducted or named):
        lines = _deducted_beside_discounts(book, places, in_time, rest)
        found.append(Fit("deducted-named" if named else "deducted-beside", lines, words.deducted))
    small = missing <= terms.deduction_share_max * (paid + missing)
    kind = "deducted-small" if small else "deducted"
    if words.deducted and not words.part:
        kind = "deducted-named" if terms.text_amounts and missing in words.amounts else "deducted-said"
    found.append(Fit(kind, _on_largest(book, places, "short_payment", -missing), words.deducted))
    found.append(Fit("part-said" if words.part else "part-large" if small else "part", _in_part(book, places, paid), words.part))
    return found


def _deducted_beside_discounts(book: Book, places: Sequence[int], in_time: Sequence[int], rest: int) -> tuple[Line, ...]:
    """Discounts where they are allowed; the deduction stands with the largest item that allows none."""
    without = [at for at, amount in enumerate(in_time) if not amount]
    largest = max(without, key=lambda at: (book.open[places[at]], -at))
    lines = list(_with_discounts(book, places, in_time, [True] * len(places)))
    lines[largest] = Line(places[largest], book.open[places[largest]], "short_payment", -rest)
    return tuple(lines)


def _on_largest(book: Book, places: Sequence[int], kind: str, residual: int) -> tuple[Line, ...]:
    largest = max(range(len(places)), key=lambda at: (book.open[places[at]], -at))
    return tuple(
        Line(place, book.open[place], kind if at == largest else "", residual if at == largest else 0)
        for at, place in enumerate(places)
    )


def _in_part(book: Book, places: Sequence[int], paid: int) -> tuple[Line, ...]:
    """Credit notes in full, then the invoices by due date as far as the money goes (`places` are in that order)."""
    lines = [Line(place, book.open[place], "", 0) for place in places if book.open[place] < 0]
    left = paid - sum(line.applied for line in lines)
    for place in places:
        if book.open[place] > 0 and left > 0:
            applied = min(left, book.open[place])
            lines.append(Line(place, applied, "", 0))
            left -= applied
    return tuple(lines) if left == 0 else ()
