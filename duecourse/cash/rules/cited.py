"""What a payment names: hits in its text, the payer, and the items that follow from both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from duecourse.cash.rules.book import Book, Payers
from duecourse.cash.rules.references import candidates, dates_and_amounts, is_rf_reference, normalised
from duecourse.cash.rules.shapes import Hit, Id, Payment

_CUT_AT = 140  # characters a SEPA remittance text has room for
_CUT_NUMBER_MIN = 6
_ORDER_MIN = 4


@dataclass(frozen=True, slots=True)
class Payer:
    """Who paid: `customers` has one when it is certain, more when a name or account is shared, none when unknown."""

    customers: frozenset[Id]
    groups: frozenset[Id]
    by: str  # "account", "name" or ""

    @property
    def customer(self) -> Id | None:
        return next(iter(self.customers)) if len(self.customers) == 1 else None

    @property
    def group(self) -> Id | None:
        return next(iter(self.groups)) if len(self.groups) == 1 else None


@dataclass(frozen=True, slots=True)
class Named:
    """A hit and the items it may mean (places in the book)."""

    kind: str
    start: int
    end: int
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Cited:
    """What the text names, cut down to one customer group and to the payment's currency.

    `numbers`, `orders`: items named by number (or reference) and by order, oldest due date first. `evidence`: the weakest
    kind among the numbers. `relation` to the payer: "same", "unknown" or "differs". `unique`: each hit means one item.
    """

    numbers: tuple[int, ...]
    orders: tuple[int, ...]
    evidence: str
    relation: str
    unique: bool
    group: Id | None
    hits: tuple[Named, ...]
    other_currency: tuple[int, ...]
    gone: tuple[int, ...]  # named, but nothing is open any more
    settled: Id | None  # the customer of a named document that was paid earlier


def payer_of(payment: Payment, payers: Payers) -> Payer:
    """The payer by account, else by name."""
    customers, by = payers.by_account(payment.payer_account), "account"
    if not customers:
        customers, by = payers.by_name(payment.payer_name), "name"
    groups = frozenset(payers.root(customer) for customer in customers)
    return Payer(customers, groups, by if customers else "")


def cited(payment: Payment, book: Book, payer: Payer) -> Cited:
    """Find what the payment names and choose the group it is about."""
    sure, pending = _hits(payment, book)
    group, relation = _group(sure, payer, book)
    if group is not None:
        sure += [found for hit in pending if (found := _in_group(hit, book, group, len(payment.remittance)))]
    # A number that two groups share says nothing about which of them, unless the payer is known.
    shared = relation != "same" and any(len({book.group[place] for place in hit.places}) > 1 for hit in sure)
    kept: list[Named] = []
    for hit in sure:
        places = tuple(place for place in hit.places if group is None or book.group[place] == group)
        if places or hit.kind == "settled":
            kept.append(Named(hit.kind, hit.start, hit.end, places))
    return _sorted_out(kept, payment, book, group, relation, not shared)


def _sorted_out(hits: list[Named], payment: Payment, book: Book, group: Id | None, relation: str, unique: bool) -> Cited:
    currency = payment.amount.currency
    numbers: dict[int, None] = {}
    orders: dict[int, None] = {}
    other: dict[int, None] = {}
    gone: dict[int, None] = {}
    kinds: set[str] = set()
    settled: Id | None = None
    for hit in sorted(hits, key=lambda hit: (hit.start, hit.end)):
        if hit.kind == "settled":
            settled = settled if settled is not None else book.settled.get(normalised(payment.remittance[hit.start : hit.end]))
            continue
        fitting = [place for place in hit.places if book.items[place].open.currency == currency]
        other.update(dict.fromkeys(place for place in hit.places if book.items[place].open.currency != currency))
        still_open = [place for place in fitting if book.open[place]]
        gone.update(dict.fromkeys(place for place in fitting if not book.open[place]))
        if not still_open:
            continue
        (orders if hit.kind == "order" else numbers).update(dict.fromkeys(still_open))
        if hit.kind != "order":
            kinds.add(hit.kind)
            unique = unique and len(still_open) == 1
    evidence = next((kind for kind in ("short", "end", "number", "structured") if kind in kinds), "")
    return Cited(
        tuple(sorted(numbers)),
        tuple(sorted(orders)),
        evidence,
        relation,
        unique,
        group,
        tuple(hits),
        tuple(sorted(other)),
        tuple(sorted(gone)),
        settled,
    )


def _hits(payment: Payment, book: Book) -> tuple[list[Named], list[tuple[str, int, int]]]:
    """Hits that stand by themselves, and what may be the end of a number once the customer is known."""
    sure: list[Named] = []
    pending: list[tuple[str, int, int]] = []
    if payment.structured_reference:
        reference = normalised(payment.structured_reference)
        if places := _structured(reference, book) or book.numbers.get(reference):
            sure.append(Named("structured", 0, 0, tuple(places)))
    covered = 0
    for body, start, end in candidates(payment.remittance):
        if start < covered:
            continue
        if (hit := _lookup(body, start, end, book)) is not None:
            sure.append(hit)
            covered = end
        elif body.isdigit() or end == len(payment.remittance):
            pending.append((body, start, end))
    if pending:
        spans = dates_and_amounts(payment.remittance)
        spans += [(hit.start, hit.end) for hit in sure if hit.end]
        pending = [hit for hit in pending if not any(start < hit[2] and hit[1] < end for start, end in spans)]
    return sure, pending


def _structured(reference: str, book: Book) -> list[int]:
    """Items of a structured reference: as printed on them, or an ISO 11649 reference made of their number."""
    if places := book.structured.get(reference):
        return places
    if reference.startswith("RF") and is_rf_reference(reference):
        body = reference[4:]
        return book.numbers.get(body) or book.cores.get(body.lstrip("0")) or []
    return []


def _lookup(body: str, start: int, end: int, book: Book) -> Named | None:
    if places := _structured(body, book):
        # A national reference that is short is no better than a number.
        return Named("structured" if len(body) >= 8 else "number", start, end, tuple(places))
    if places := book.numbers.get(body, []):
        return Named("number" if _telling(body) else "short", start, end, tuple(places))
    if body.isdigit() and (places := book.cores.get(body.lstrip("0"), []) or book.numbers.get(body.lstrip("0"), [])):
        return Named("number" if len(body.lstrip("0")) >= 6 else "short", start, end, tuple(places))
    if len(body) >= _ORDER_MIN and (places := book.orders.get(body, [])):
        return Named("order", start, end, tuple(places))
    if body in book.settled and _telling(body):
        return Named("settled", start, end, ())
    return None


def _telling(body: str) -> bool:
    """Is a number long enough to be no accident? Six digits, or four characters with a letter."""
    return len(body) >= 6 or (len(body) >= 4 and not body.isdigit())


def _in_group(hit: tuple[str, int, int], book: Book, group: Id, length: int) -> Named | None:
    body, start, end = hit
    if body.isdigit():
        core = body.lstrip("0")
        if places := book.ending(group, core) if len(core) >= 5 else []:
            return Named("end", start, end, tuple(places))
    cut = end == length >= _CUT_AT and len(body) >= _CUT_NUMBER_MIN
    if cut and len(places := book.beginning(group, body)) == 1:
        return Named("end", start, end, tuple(places))
    return None


def _group(hits: Iterable[Named], payer: Payer, book: Book) -> tuple[Id | None, str]:
    """Which customer group the payment is about, and how its payer stands to it."""
    counts: Counter[Id] = Counter()
    weak: Counter[Id] = Counter()
    for hit in hits:
        for group in {book.group[place] for place in hit.places}:
            (weak if hit.kind == "short" else counts)[group] += 2 if hit.kind != "order" else 1
    for named in (counts, weak):
        own = [group for group in named if group in payer.groups]
        if own:
            return max(own, key=lambda group: (named[group], str(group))), "same"
        if named is counts and named:
            return max(named, key=lambda group: (named[group], str(group))), "differs" if payer.customers else "unknown"
    if payer.group is not None:
        return payer.group, "same"
    if weak:
        return max(weak, key=lambda group: (weak[group], str(group))), "unknown"
    return None, "unknown"


def shown(hits: Iterable[Named], book: Book) -> tuple[Hit, ...]:
    """The hits for the screen, in the order of the text."""
    return tuple(
        Hit(hit.kind, hit.start, hit.end, tuple(book.items[place].item_id for place in hit.places))
        for hit in sorted(hits, key=lambda hit: (hit.start, hit.end))
    )


def number_of(book: Book, places: Iterable[int]) -> str:
    """The document numbers of items for a sentence, at most six of them."""
    numbers = [book.items[place].number or str(book.items[place].item_id) for place in places]
    return ", ".join(numbers[:6]) + (f" and {len(numbers) - 6} more" if len(numbers) > 6 else "")
