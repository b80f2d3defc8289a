"""The open items and the known payers, indexed once for a whole batch of payments. Integers in minor units inside."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from duecourse.cash.rules.references import digits, normalised, suffix_key
from duecourse.cash.rules.shapes import Id, KnownAccount, OpenItem, SettledItem

_NOTHING: list[int] = []
_CUT_NAME_MIN = 20  # characters; banks cut names at 27, 35 or 70
Pool = tuple[str, Id, str]  # ("customer" or "group", its id, currency)
_LEGAL_FORMS_TEXT = (
    "GMBH MBH AG KG KGAA UG OHG EK GBR SE CO COMPANY LTD LIMITED LLC LLP LP PLC INC INCORPORATED CORP CORPORATION SA SAS SARL "
    "SASU SRL SPA SL SLU BV NV VOF CV AB ASA AS APS OY OYJ SRO DOO KFT ZRT SPZOO PTY THE UND AND ET E"
)
_LEGAL_FORMS = frozenset(_LEGAL_FORMS_TEXT.split())


class Payers:
    """Who a name or an account belongs to, and which customers belong together."""

    def __init__(self, known: Iterable[KnownAccount]) -> None:
        self._by_account: dict[str, set[Id]] = defaultdict(set)
        self._by_name: dict[str, set[Id]] = defaultdict(set)
        self._parent: dict[Id, Id] = {}
        for entry in sorted(known, key=lambda entry: (str(entry.customer_id), str(entry.parent_id), entry.name, entry.account)):
            if account := normalised(entry.account):
                self._by_account[account].add(entry.customer_id)
            if name := name_key(entry.name):
                self._by_name[name].add(entry.customer_id)
            if entry.parent_id is not None and entry.parent_id != entry.customer_id:
                self._parent.setdefault(entry.customer_id, entry.parent_id)
        self._names = sorted(self._by_name)

    def by_account(self, account: str) -> frozenset[Id]:
        return frozenset(self._by_account.get(normalised(account), ())) if account else frozenset()

    def by_name(self, name: str) -> frozenset[Id]:
        """Whose name it is: the same words, or, of a long name that a bank has cut, the only one that goes on from there."""
        key = name_key(name)
        if not key:
            return frozenset()
        if (found := self._by_name.get(key)) is not None:
            return frozenset(found)
        if len(name.strip()) < _CUT_NAME_MIN:
            return frozenset()
        place = bisect_left(self._names, key)
        longer = [known for known in self._names[place : place + 2] if known.startswith(key)]
        return frozenset(self._by_name[longer[0]]) if len(longer) == 1 else frozenset()

    def root(self, customer_id: Id) -> Id:
        """The head of the customer's group; a circle of parents ends at its smallest member."""
        seen = [customer_id]
        while (parent := self._parent.get(seen[-1])) is not None:
            if parent in seen:
                return min(seen[seen.index(parent) :], key=str)
            seen.append(parent)
        return seen[-1]


def name_key(name: str) -> str:
    """A name without case, accents, punctuation and legal form: "Müller & Söhne GmbH" → "MULLER SOHNE"."""
    words = [normalised(word) for word in name.replace(".", "").replace("-", " ").replace("&", " ").split()]
    kept = [word for word in words if word and word not in _LEGAL_FORMS]
    return " ".join(kept or [word for word in words if word])


class Book:
    """The open items with what is still open of each; `take` lowers it as payments of the batch are given their items."""

    def __init__(self, items: Sequence[OpenItem], payers: Payers, settled: Iterable[SettledItem] = ()) -> None:
        self.items = sorted(items, key=lambda item: (item.due_date or item.issue_date or dt.date.max, str(item.item_id)))
        self.open = [item.open.minor for item in self.items]
        self.group = [payers.root(item.customer_id) for item in self.items]
        self.structured: dict[str, list[int]] = defaultdict(list)
        self.numbers: dict[str, list[int]] = defaultdict(list)
        self.cores: dict[str, list[int]] = defaultdict(list)
        self.orders: dict[str, list[int]] = defaultdict(list)
        self.pools: dict[Pool, list[int]] = defaultdict(list)
        self.settled: dict[str, Id] = {}
        self._everywhere: dict[tuple[str, int], list[int]] = defaultdict(list)
        self._suffixes: dict[Id, dict[str, list[int]]] = {}
        self._singles: dict[Pool, dict[int, list[int]]] = {}
        self._of_group: dict[Id, list[int]] = defaultdict(list)
        for place, item in enumerate(self.items):
            self._index(place, item)
        for paid in sorted(settled, key=lambda paid: (paid.number, str(paid.customer_id))):
            number = normalised(paid.number)
            if number and number not in self.numbers:
                self.settled.setdefault(number, paid.customer_id)

    def _index(self, place: int, item: OpenItem) -> None:
        currency = item.open.currency
        if number := normalised(item.number):
            self.numbers[number].append(place)
            core = digits(item.number)
            if len(core) >= 6 and core != number:
                self.cores[core].append(place)
        reference = normalised(item.reference)
        if reference and reference not in (number, digits(item.number)):
            self.structured[reference].append(place)
        for order in {normalised(item.order_number), normalised(item.purchase_order)} - {"", number}:
            self.orders[order].append(place)
        if self.open[place]:
            self.pools["customer", item.customer_id, currency].append(place)
            self.pools["group", self.group[place], currency].append(place)
        self._everywhere[currency, self.open[place]].append(place)
        self._of_group[self.group[place]].append(place)

    def ending(self, group: Id, all_digits: str) -> list[int]:
        """Items of the group whose number ends with these digits (five or more)."""
        key = suffix_key(all_digits)
        if key is None:
            return []
        index = self._suffixes.get(group)
        if index is None:
            index = defaultdict(list)
            for place in self._of_group.get(group, ()):
                if found := suffix_key(digits(self.items[place].number)):
                    index[found].append(place)
            self._suffixes[group] = index
        return [place for place in index.get(key, ()) if digits(self.items[place].number).endswith(all_digits)]

    def beginning(self, group: Id, start: str) -> list[int]:
        """Items of the group whose number begins with `start`, as the bank cuts a text in the middle of a number."""
        return [place for place in self._of_group.get(group, ()) if normalised(self.items[place].number).startswith(start)]

    def pool(self, kind: str, owner: Id, currency: str) -> list[int]:
        """What is still open of a customer or of a group in a currency, oldest due date first. Not to be changed."""
        return self.pools.get((kind, owner, currency), _NOTHING)

    def of_amount(self, currency: str, amount: int) -> list[int]:
        """Items of any customer with exactly this amount open."""
        return [place for place in self._everywhere.get((currency, amount), ()) if self.open[place] == amount]

    def singles(self, kind: str, owner: Id, currency: str, amount: int) -> list[int]:
        """Items of a customer or group that `amount` pays, in full or less a discount of their terms, in time or not."""
        pool: Pool = (kind, owner, currency)
        index = self._singles.get(pool)
        if index is None:
            index = defaultdict(list)
            for place in self.pools.get(pool, ()):
                for value in self._payable(place):
                    index[value].append(place)
            self._singles[pool] = index
        return [place for place in index.get(amount, ()) if amount in self._payable(place)]

    def _payable(self, place: int) -> set[int]:
        whole = self.open[place]
        return {whole} | {whole - discount for discount, _ in self.discounts(place)} if whole else set()

    def discounts(self, place: int) -> list[tuple[int, dt.date]]:
        """The discounts of an item's terms on what is open of it now: (minor units, last day), the larger first."""
        item = self.items[place]
        tiers = ((item.discount_percent, item.discount_until), (item.discount2_percent, item.discount2_until))
        return [
            (amount, until)
            for percent, until in tiers
            if percent and until and (amount := _percent_of(self.open[place], percent))
        ]

    def take(self, place: int, amount: int) -> None:
        """Lower what is open of an item, because a payment of this batch got it."""
        item = self.items[place]
        self.open[place] -= amount
        assert self.open[place] * item.open.minor >= 0, f"more than is open was taken of item {item.item_id}"
        pools = (("customer", item.customer_id, item.open.currency), ("group", self.group[place], item.open.currency))
        if not self.open[place]:
            for pool in pools:
                del self.pools[pool][bisect_left(self.pools[pool], place)]
            return
        self._everywhere[item.open.currency, self.open[place]].append(place)
        for pool in pools:
            if (index := self._singles.get(pool)) is not None:
                for value in self._payable(place):
                    if place not in index[value]:
                        index[value].append(place)


def _percent_of(amount: int, percent: Decimal) -> int:
    """`percent` per cent of an amount in minor units, rounded half away from zero, as `Money.percent` does."""
    numerator, denominator = percent.as_integer_ratio()
    whole, rest = divmod(abs(amount) * numerator, denominator * 100)
    rounded = whole + (2 * rest >= denominator * 100)
    return rounded if amount >= 0 else -rounded
