"""Open items taken over from another system: what a row must say, and who its customer is. Pure."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from duecourse.core.money import Money
from duecourse.customers.rules import normal_number


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOverItem:
    """One open item of another system. `external_id` is that system's own, unique for ever."""

    external_id: str
    customer_number: str  # as written there
    customer_name: str
    number: str
    issue_date: dt.date
    due_date: dt.date
    money: Money
    purchase_order: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """A customer of the rows: its number without leading zeros, its most frequent name, and every other spelling."""

    number: str
    name: str
    currency: str
    numbers: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TakenOver:
    """What a take-over did."""

    items: int
    known: int
    customers: int
    spellings: int


def parties(items: Sequence[TakeOverItem]) -> list[Party]:
    """The customers of the rows: numbers with and without leading zeros are one; of names the most frequent, then the longest."""
    names: dict[str, Counter[str]] = defaultdict(Counter)
    numbers: dict[str, set[str]] = defaultdict(set)
    currencies: dict[str, Counter[str]] = defaultdict(Counter)
    for item in items:
        number = normal_number(item.customer_number)
        names[number][" ".join(item.customer_name.split())] += 1
        numbers[number].add(item.customer_number)
        currencies[number][item.money.currency] += 1
    result = []
    for number in sorted(names):
        best = max(names[number], key=lambda name: (names[number][name], len(name), name))
        currency = currencies[number].most_common(1)[0][0]
        result.append(Party(number, best, currency, tuple(sorted(numbers[number])), tuple(sorted(names[number]))))
    return result
