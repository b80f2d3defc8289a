"""Every sensible way to use one payment, scored: from what it names, from who paid, from the amount alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from duecourse.cash.rules.book import Book
from duecourse.cash.rules.cited import Cited, Payer, number_of
from duecourse.cash.rules.fits import EXACT, Fit, Terms, fits, sharp_fit
from duecourse.cash.rules.references import one_slip_apart
from duecourse.cash.rules.shapes import Id, MatchPolicy, Payment
from duecourse.cash.rules.subsets import pairs, run_from_start, subsets
from duecourse.core.reasons import Reason

# How sure the evidence for a set of items is by itself; times the weight of the fit, it is a candidate's score. Ordered by
# hand and checked for calibration by benchmarks/cash_bench.py; a certified tier shows its own measured precision instead.
EVIDENCE = {
    "structured": 0.995,
    "number": 0.99,
    "end": 0.97,
    "order": 0.93,
    "short": 0.9,
    "misspelt": 0.94,
    "completed": 0.93,
    "left-out": 0.93,
    "single": 0.95,
    "due": 0.95,
    "all": 0.92,
    "run": 0.85,
    "subset": 0.88,
    "pair": 0.6,
    "only": 0.8,
    "near": 0.7,
    "amount": 0.7,
}
_RELATION = {"same": 1.0, "unknown": 0.97, "differs": 0.9}
_RELATION_UNEVEN = {"same": 1.0, "unknown": 0.8, "differs": 0.4}  # where the sum is not exact
_GROUP = 0.85  # the items of a payer's group, rather than its own
_BY_NAME = 0.97
_SET_ITEMS_MAX = 400  # beyond so many open items an amount alone fits too many sets to mean any


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to use a payment. `customer` is who the money is from; `evidence` says why, `fit` how the amount is explained."""

    fit: Fit
    tier: str
    score: float
    customer: Id | None
    evidence: tuple[Reason, ...]
    decision: str = "suggest"

    @property
    def places(self) -> list[int]:
        return [line.place for line in self.fit.lines if line.place is not None]


def by_what_is_named(
    payment: Payment, named: Cited, payer: Payer, book: Book, terms: Terms, policy: MatchPolicy
) -> list[Candidate]:
    """Candidates from the items the text names: all of them, with others that complete the sum, without some of them."""
    paid = payment.amount.minor
    found: list[Candidate] = []
    if named.numbers:
        found += _of_cited(named.numbers, named.evidence, payment, named, payer, book, terms)
    if named.orders and not _settles(found):
        found += _of_cited(named.orders, "order", payment, named, payer, book, terms)
        if named.numbers and set(named.orders) - set(named.numbers):
            both = tuple(sorted({*named.numbers, *named.orders}))
            found += _of_cited(both, "order", payment, named, payer, book, terms)
    everything = named.numbers or named.orders
    if everything and not _settles(found):
        found += _completed(everything, paid, payment, named, payer, book, terms, policy)
        found += _without_some(everything, paid, payment, named, payer, book, terms)
    return found


def _settles(found: Iterable[Candidate]) -> bool:
    return any(candidate.fit.kind in EXACT for candidate in found)


def _of_cited(
    places: tuple[int, ...], evidence: str, payment: Payment, named: Cited, payer: Payer, book: Book, terms: Terms
) -> list[Candidate]:
    code = {"structured": "cash.reference-structured", "end": "cash.number-end-in-text", "order": "cash.order-in-text"}
    numbers = number_of(book, places)
    if evidence == "structured":
        why = Reason(code[evidence], {"reference": _reference(payment, named), "numbers": numbers})
    else:
        why = Reason(
            code.get(evidence, "cash.number-short" if evidence == "short" else "cash.number-in-text"), {"numbers": numbers}
        )
    relation = "" if named.relation == "same" else f"-{named.relation}"
    vague = "" if named.unique else "-shared"
    made = []
    for fit in fits(book, places, payment.amount.minor, terms):
        stands = _RELATION if fit.kind in EXACT else _RELATION_UNEVEN
        score = EVIDENCE[evidence] * stands[named.relation] * fit.weight * (0.95 if vague else 1.0)
        if evidence == "short" and named.relation != "same" and fit.kind not in EXACT:
            continue
        customer = _customer(places, payer, named, book)
        made.append(
            Candidate(
                fit,
                f"{evidence}{vague}{relation}-{fit.kind}",
                score,
                customer,
                (why, *payer_reasons(payment, payer, named, customer)),
            )
        )
    return made


def _reference(payment: Payment, named: Cited) -> str:
    hit = next((hit for hit in named.hits if hit.kind == "structured" and hit.end), None)
    return payment.remittance[hit.start : hit.end] if hit else payment.structured_reference


def _customer(places: Sequence[int], payer: Payer, named: Cited, book: Book) -> Id:
    owners = {book.items[place].customer_id for place in places}
    if named.relation == "same" and payer.customer is not None:
        return payer.customer
    return min(owners, key=str)


def payer_reasons(payment: Payment, payer: Payer, named: Cited | None, customer: Id | None) -> tuple[Reason, ...]:
    known = payer.customer
    if not payer.customers:
        return (Reason("cash.payer-unknown"),)
    if named is not None and named.relation == "differs":
        who = ", ".join(sorted(str(one) for one in payer.customers))
        return (Reason("cash.payer-differs", {"payer": who, "customer": str(customer)}),)
    if known is None:
        return (Reason("cash.payer-ambiguous", {"count": len(payer.customers)}),)
    if payer.by == "account":
        return (Reason("cash.payer-account-known", {"account": payment.payer_account, "customer": str(known)}),)
    return (Reason("cash.payer-name-known", {"customer": str(known)}),)


def _completed(
    places: tuple[int, ...],
    paid: int,
    payment: Payment,
    named: Cited,
    payer: Payer,
    book: Book,
    terms: Terms,
    policy: MatchPolicy,
) -> list[Candidate]:
    """The named items and others of the same customers that make the sum exact, if there is just one such choice."""
    if named.group is None:
        return []
    sets: list[tuple[int, ...]] = []
    count = 0
    for net in (False, True):
        target = paid - sum(_net(book, place, terms) if net else book.open[place] for place in places)
        if target and not sets:
            count, sets = _others(places, target, net, named.group, payment.amount.currency, book, terms, policy)
    made = []
    for added in sets:
        whole = tuple(sorted((*places, *added)))
        if (fit := sharp_fit(book, whole, paid, terms)) is None:
            continue
        why = [Reason("cash.number-in-text", {"numbers": number_of(book, places)})]
        why.append(Reason("cash.completed", {"numbers": number_of(book, added)}))
        if count > 1:
            why.append(Reason("cash.two-sets-fit", {"count": count}))
        customer = _customer(whole, payer, named, book)
        score = EVIDENCE["completed"] * _RELATION[named.relation] * fit.weight * (1.0 if len(added) == 1 else 0.8) / count
        made.append(
            Candidate(fit, f"completed-{fit.kind}", score, customer, (*why, *payer_reasons(payment, payer, named, customer)))
        )
    return made


def _others(
    places: tuple[int, ...], target: int, net: bool, group: Id, currency: str, book: Book, terms: Terms, policy: MatchPolicy
) -> tuple[int, list[tuple[int, ...]]]:
    """Which other items of the same customers make up `target`: one alone, else a set where they are few enough to count."""
    owners = {book.items[place].customer_id for place in places}
    alone: list[tuple[int, ...]] = [
        (place,)
        for place in book.singles("group", group, currency, target)
        if place not in places
        and book.items[place].customer_id in owners
        and target == (_net(book, place, terms) if net else book.open[place])
    ]
    if alone:
        return len(alone), alone[:2]
    pools = [book.pool("customer", owner, currency) for owner in sorted(owners, key=str)]
    if sum(len(pool) for pool in pools) - len(places) > policy.subset_items_max:
        return 0, []
    rest = sorted(place for pool in pools for place in pool if place not in places)
    count, chosen = subsets([_net(book, place, terms) if net else book.open[place] for place in rest], target)
    return count, [tuple(rest[at] for at in ats) for ats in chosen]


def _without_some(
    places: tuple[int, ...], paid: int, payment: Payment, named: Cited, payer: Payer, book: Book, terms: Terms
) -> list[Candidate]:
    """Only some of the named items, if they make the sum exact: texts also carry numbers of other matters."""
    if not 2 <= len(places) <= 14:
        return []
    made = []
    for amounts in ([book.open[place] for place in places], [_net(book, place, terms) for place in places]):
        count, chosen = subsets(amounts, paid)
        for ats in chosen:
            some = tuple(places[at] for at in ats)
            if (fit := sharp_fit(book, some, paid, terms)) is None or len(some) == len(places):
                continue
            left_out = [place for place in places if place not in some]
            customer = _customer(some, payer, named, book)
            why = [Reason("cash.number-in-text", {"numbers": number_of(book, some)})]
            why.append(Reason("cash.number-left-out", {"numbers": number_of(book, left_out)}))
            score = EVIDENCE["left-out"] * _RELATION[named.relation] * fit.weight / count
            made.append(
                Candidate(fit, f"left-out-{fit.kind}", score, customer, (*why, *payer_reasons(payment, payer, named, customer)))
            )
        if made:
            break
    return made


def _net(book: Book, place: int, terms: Terms) -> int:
    """What pays an item in full on the value date: its open amount less the discount still allowed."""
    for amount, until in book.discounts(place):
        if (terms.value_date - until).days <= terms.grace_days:
            return book.open[place] - amount
    return book.open[place]


def by_payer(payment: Payment, payer: Payer, book: Book, terms: Terms, policy: MatchPolicy) -> list[Candidate]:
    """Candidates among the open items of a known payer, and of its group when its own do not fit."""
    made: list[Candidate] = []
    currency, paid = payment.amount.currency, payment.amount.minor
    for customer in sorted(payer.customers, key=str):
        factor = (1.0 if payer.by == "account" else _BY_NAME) / len(payer.customers)
        made += _in_pool("customer", customer, customer, factor, payment, payer, book, terms, policy)
    if not any(candidate.fit.kind in EXACT for candidate in made):
        for group in sorted(payer.groups, key=str):
            own = sum(len(book.pool("customer", customer, currency)) for customer in payer.customers)
            if len(book.pool("group", group, currency)) > own:
                factor = _GROUP * (1.0 if payer.by == "account" else _BY_NAME) / len(payer.groups)
                found = _in_pool("group", group, min(payer.customers, key=str), factor, payment, payer, book, terms, policy)
                made += [candidate for candidate in found if candidate.fit.kind in EXACT]
    if not made and paid > 0:
        made += [
            candidate
            for customer in sorted(payer.customers, key=str)
            for candidate in _near(customer, payment, payer, book, terms)
        ]
    return made


def misspelt(candidate: Candidate, payment: Payment, named: Cited, book: Book) -> Candidate | None:
    """The candidate on firmer ground, if the text names each of its items, some of them with one digit wrong; else None."""
    places = set(candidate.places)
    slipped = sorted(places - set(named.numbers))
    if candidate.fit.kind not in EXACT or not slipped:
        return None
    if not all(one_slip_apart(payment.remittance, book.items[place].number) for place in slipped):
        return None
    why = Reason("cash.number-misspelt", {"numbers": number_of(book, slipped)})
    score = EVIDENCE["misspelt"] * candidate.fit.weight
    return Candidate(candidate.fit, f"misspelt-{candidate.fit.kind}", score, candidate.customer, (*candidate.evidence, why))


def _in_pool(
    kind: str,
    owner: Id,
    customer: Id,
    factor: float,
    payment: Payment,
    payer: Payer,
    book: Book,
    terms: Terms,
    policy: MatchPolicy,
) -> Iterator[Candidate]:
    currency, paid = payment.amount.currency, payment.amount.minor
    who = payer_reasons(payment, payer, None, customer)
    prefix = "" if kind == "customer" else "group-"

    def made(evidence: str, places: Sequence[int], why: Reason, share: float = 1.0) -> Iterator[Candidate]:
        for fit in fits(book, places, paid, terms):
            score = EVIDENCE[evidence] * fit.weight * factor * share
            yield Candidate(fit, f"{prefix}{evidence}-{fit.kind}", score, customer, (*who, why))

    single = book.singles(kind, owner, currency, paid)
    # Of several equal amounts the oldest item is the usual meaning; a person still chooses.
    sharp = [place for place in single if sharp_fit(book, (place,), paid, terms)] or single
    for order, place in enumerate(sharp[:3]):
        why = Reason("cash.amount-unique") if len(sharp) == 1 else Reason("cash.two-sets-fit", {"count": len(sharp)})
        yield from made("single", (place,), why, 1.0 if len(sharp) == 1 else (0.6, 0.25, 0.1)[order])
    pool = book.pool(kind, owner, currency)
    if len(pool) == 1 and not single and kind == "customer":
        yield from made("only", pool, Reason("cash.only-item", {"currency": currency}))
    if not 2 <= len(pool) <= _SET_ITEMS_MAX or sharp:
        return
    due = [place for place in pool if (day := book.items[place].due_date) is not None and day <= payment.value_date]
    for evidence, places, why in (
        ("due", due, Reason("cash.all-due", {"day": payment.value_date})),
        ("all", pool, Reason("cash.all-open")),
    ):
        if len(places) > 1 and sharp_fit(book, places, paid, terms):
            yield from made(evidence, places, why)
    yield from _sets(pool, made_from=made, paid=paid, book=book, terms=terms, policy=policy)


class _Maker(Protocol):
    def __call__(self, evidence: str, places: Sequence[int], why: Reason, share: float = 1.0) -> Iterator[Candidate]: ...


def _sets(
    pool: Sequence[int], made_from: _Maker, paid: int, book: Book, terms: Terms, policy: MatchPolicy
) -> Iterator[Candidate]:
    """Runs by due date and subsets of a customer's items that add up exactly, in full or less discounts in time."""
    gross, net = [book.open[place] for place in pool], [_net(book, place, terms) for place in pool]
    for amounts in (gross,) if gross == net else (gross, net):
        if len(pool) <= policy.subset_items_max:
            count, chosen = subsets(amounts, paid, keep=3)
            for ats in chosen:
                why = (
                    Reason("cash.set-unique", {"count": len(pool)})
                    if count == 1
                    else Reason("cash.two-sets-fit", {"count": count})
                )
                yield from made_from("subset", [pool[at] for at in ats], why, 0.98 ** len(ats) / count)
            continue
        debts = [at for at, amount in enumerate(amounts) if amount > 0]
        if length := run_from_start([amounts[at] for at in debts], paid):
            yield from made_from("run", [pool[at] for at in debts[:length]], Reason("cash.due-run", {"count": length}))
        else:
            count, chosen = pairs(amounts, paid)
            for ats in chosen:
                yield from made_from("pair", [pool[at] for at in ats], Reason("cash.two-sets-fit", {"count": count}), 1.0 / count)


def _near(customer: Id, payment: Payment, payer: Payer, book: Book, terms: Terms) -> Iterator[Candidate]:
    """The one item of a customer that is open with a little more or less than was paid."""
    paid = payment.amount.minor
    pool = book.pool("customer", customer, payment.amount.currency)
    if len(pool) > _SET_ITEMS_MAX:
        return
    near = [
        place for place in pool if -terms.rounding_max <= book.open[place] - paid <= terms.charge_max and book.open[place] > 0
    ]
    if len(near) != 1:
        return
    for fit in fits(book, near, paid, terms)[:1]:
        why = (*payer_reasons(payment, payer, None, customer), Reason("cash.amount-unique"))
        yield Candidate(fit, f"near-{fit.kind}", EVIDENCE["near"] * fit.weight / len(payer.customers), customer, why)
