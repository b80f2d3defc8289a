"""Propose what each payment of a batch settles: every payment looked at, every open item given away at most once."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

import duecourse.cash.rules.sentences  # noqa: F401  (gives the reasons their words)
from duecourse.cash.rules.book import Book, Payers
from duecourse.cash.rules.candidates import Candidate, by_payer, by_what_is_named, misspelt
from duecourse.cash.rules.cited import Cited, Payer, cited, payer_of, shown
from duecourse.cash.rules.explain import amount_reasons
from duecourse.cash.rules.fits import EXACT, PART, Terms
from duecourse.cash.rules.leftover import by_amount, without_item
from duecourse.cash.rules.shapes import Id, KnownAccount, MatchPolicy, OpenItem, Payment, Proposal, ProposalLine, SettledItem
from duecourse.cash.rules.words import words_in
from duecourse.core.errors import Refused
from duecourse.core.money import Money, minor_units
from duecourse.core.reasons import Reason

_CERTAIN = Decimal("0.9999")
_STEP = Decimal("0.0001")
_SHOWN_MIN = Decimal("0.01")  # runners-up below this are not worth a look
_UNSEEN = Decimal("0.3")  # the weight of what no proposal shows


@dataclass(slots=True)
class _Case:
    """One payment while the batch is being assigned."""

    payment: Payment
    payer: Payer
    terms: Terms
    named: Cited
    found: list[Candidate]


def propose(
    payments: Sequence[Payment],
    items: Sequence[OpenItem],
    known: Sequence[KnownAccount],
    policy: MatchPolicy | None = None,
    settled: Sequence[SettledItem] = (),
) -> list[Proposal]:
    """At most `policy.ranks_max` proposals for each payment, best first, in the order of payment ids.

    The best proposals of the batch together never apply more to an item than is open of it: the surest payment gets it,
    between equals the earlier value date, then the smaller payment id. The result does not depend on the order of the
    input. Errors: Refused('cash.twice') when a payment id or an item id comes twice.
    """
    policy = policy or MatchPolicy()
    _once("payment", (payment.payment_id for payment in payments))
    _once("open item", (item.item_id for item in items))
    payers = Payers(known)
    book = Book(items, payers, settled)
    cases = [_case(payment, payers, book, policy) for payment in sorted(payments, key=lambda payment: _order(payment.payment_id))]
    chosen = _assign(cases, book, policy)
    results: list[Proposal] = []
    for case, best in zip(cases, chosen, strict=True):
        results += _proposals(case, best, book, policy)
    return results


def by_payment(proposals: Iterable[Proposal]) -> dict[int, list[Proposal]]:
    """Proposals by the number of their payment, best first."""
    made: dict[int, list[Proposal]] = {}
    for proposal in proposals:
        made.setdefault(int(proposal.payment_id), []).append(proposal)
    return made


def _order(identity: Id) -> tuple[int, str]:
    """Ids in the order of people: numbers by size, texts by alphabet."""
    return (identity, "") if isinstance(identity, int) else (0, identity)


def _once(what: str, ids: Iterable[Id]) -> None:
    seen: set[Id] = set()
    for identity in ids:
        if identity in seen:
            raise Refused("cash.twice", f"The {what} {identity} comes twice; each must come once.", id=identity)
        seen.add(identity)


def _case(payment: Payment, payers: Payers, book: Book, policy: MatchPolicy) -> _Case:
    currency = payment.amount.currency
    decimals = minor_units(currency)
    charge_max = policy.bank_charge_max_in.get(currency, policy.bank_charge_max)
    terms = Terms(
        value_date=payment.value_date,
        words=words_in(payment.remittance),
        charge_max=int(charge_max.scaleb(decimals)),
        rounding_max=policy.rounding_units_max,
        grace_days=policy.discount_grace_days,
        text_amounts=decimals == 2,
        deduction_share_max=policy.deduction_share_max,
    )
    payer = payer_of(payment, payers)
    case = _Case(payment, payer, terms, cited(payment, book, payer), [])
    _look(case, book, policy, fresh=False)
    return case


def _look(case: _Case, book: Book, policy: MatchPolicy, fresh: bool = True) -> None:
    """Find the candidates of a payment in the book as it is now; `fresh` reads again what the text names of it."""
    payment, payer, terms = case.payment, case.payer, case.terms
    if fresh:
        case.named = cited(payment, book, payer)
    named = case.named
    found = by_what_is_named(payment, named, payer, book, terms, policy)
    if payment.amount.minor <= 0:
        found = [candidate for candidate in found if candidate.fit.kind in EXACT]
    elif not any(candidate.fit.kind in EXACT for candidate in found):
        by_other_means = by_payer(payment, payer, book, terms, policy) if payer.customers else by_amount(payment, book, terms)
        doubt = 1.0
        if named.numbers or named.gone or named.settled is not None or terms.words.advance:
            doubt = 0.6  # the text is about something else than these items
        elif terms.words.not_customer:
            doubt = 0.7
        found = found + [misspelt(one, payment, named, book) or _doubted(one, doubt) for one in by_other_means]
    sum_found = any(candidate.fit.kind in EXACT for candidate in found)
    found = found + without_item(payment, named, payer, book, terms, sum_found)
    case.found = _best(found, policy.ranks_max)


def _doubted(candidate: Candidate, factor: float) -> Candidate:
    return Candidate(
        candidate.fit, candidate.tier, candidate.score * factor, candidate.customer, candidate.evidence, candidate.decision
    )


def _best(found: Iterable[Candidate], count: int) -> list[Candidate]:
    """The best `count` candidates; of two with the same lines the surer one stands for both."""
    kept: dict[object, Candidate] = {}
    for candidate in sorted(found, key=_by_score):
        kept.setdefault(candidate.fit.lines, candidate)
    return list(kept.values())[:count]


def _by_score(candidate: Candidate) -> tuple[float, str, list[tuple[int, int, str]]]:
    lines = [(-1 if line.place is None else line.place, line.applied, line.residual_kind) for line in candidate.fit.lines]
    return -candidate.score, candidate.tier, lines


def _assign(cases: Sequence[_Case], book: Book, policy: MatchPolicy) -> list[Candidate]:
    """Give every payment its best candidate that still fits, the surest payments first.

    Two rounds: what names its items and leaves nothing open comes first; the rest is looked at again with what is left.
    A payment whose items went to another one is looked at again and takes its new place in the queue.
    """
    chosen: list[Candidate | None] = [None] * len(cases)
    sharp = [at for at, case in enumerate(cases) if _is_sharp(case)]
    later = _queue(sharp, cases, book, policy, chosen, sharp_only=True)
    waiting = sorted({at for at, best in enumerate(chosen) if best is None} | set(later))
    touched = any(best is not None for best in chosen)
    for at in waiting:
        if touched:
            _look(cases[at], book, policy)
    _queue(waiting, cases, book, policy, chosen, sharp_only=False)
    return [best for best in chosen if best is not None]


def _is_sharp(case: _Case) -> bool:
    return bool(case.named.numbers) and case.found[0].fit.kind in EXACT


def _queue(
    ats: Sequence[int], cases: Sequence[_Case], book: Book, policy: MatchPolicy, chosen: list[Candidate | None], sharp_only: bool
) -> list[int]:
    """Take payments by certainty; returns those that lost their items and are no longer sharp."""
    heap = [(_place_in_queue(cases[at]), at) for at in ats]
    heapq.heapify(heap)
    lost: list[int] = []
    while heap:
        _, at = heapq.heappop(heap)
        case = cases[at]
        best = case.found[0]
        if _still_fits(best, book):
            for line in best.fit.lines:
                if line.place is not None:
                    book.take(line.place, line.applied)
            chosen[at] = best
            continue
        _look(case, book, policy)
        if sharp_only and not _is_sharp(case):
            lost.append(at)
        else:
            heapq.heappush(heap, (_place_in_queue(case), at))
    return lost


def _place_in_queue(case: _Case) -> tuple[float, str, tuple[int, str]]:
    return -case.found[0].score, case.payment.value_date.isoformat(), _order(case.payment.payment_id)


def _still_fits(candidate: Candidate, book: Book) -> bool:
    """Is all that the candidate counted on still open? A part payment needs its whole item, too: the rest would differ."""
    for line in candidate.fit.lines:
        if line.place is None:
            continue
        left = book.open[line.place]
        if left * line.applied <= 0 or abs(line.applied) > abs(left):
            return False
        if line.applied != left and candidate.fit.kind not in PART:
            return False
    return True


def _proposals(case: _Case, best: Candidate, book: Book, policy: MatchPolicy) -> list[Proposal]:
    """The chosen candidate and the runners-up that the rest of the batch left possible.

    `book` is what is left when all best candidates are taken; a runner-up may also use what its own payment would free.
    """
    freed = {line.place: line.applied for line in best.fit.lines}
    others = [
        candidate
        for candidate in case.found
        if candidate.fit.lines != best.fit.lines
        and all(
            line.place is None or abs(line.applied) <= abs(book.open[line.place] + freed.get(line.place, 0))
            for line in candidate.fit.lines
        )
    ]
    ranked = [best, *others]
    hits = shown(case.named.hits, book)
    made: list[Proposal] = []
    ranked = ranked[: policy.ranks_max]
    for rank, (candidate, confidence) in enumerate(zip(ranked, _confidences(ranked, policy), strict=True), start=1):
        if rank > 1 and confidence < _SHOWN_MIN:
            break
        decision = candidate.decision
        reasons = [*candidate.evidence, *amount_reasons(candidate.fit, case.payment, book)]
        if rank == 1 and candidate.decision != "none":
            decision, reason = _decide(candidate, policy)
            reasons.append(reason)
        made.append(
            Proposal(
                case.payment.payment_id,
                rank,
                decision,
                candidate.customer,
                _lines(candidate, case.payment, book),
                confidence,
                candidate.tier,
                tuple(reasons),
                hits,
            )
        )
    return made


def _confidences(ranked: Sequence[Candidate], policy: MatchPolicy) -> list[Decimal]:
    """The best one's own, and of what is left to certainty each other's share by score, never more than the one before."""
    first = min(_confidence(ranked[0], policy), _CERTAIN)
    scores = [Decimal(str(round(candidate.score, 4))) for candidate in ranked[1:]]
    weight = sum(scores, _UNSEEN)
    found = [first]
    for score in scores:
        found.append(min(found[-1], (1 - first) * score / weight))
    return [confidence.quantize(_STEP, ROUND_DOWN) for confidence in found]


def _confidence(candidate: Candidate, policy: MatchPolicy) -> Decimal:
    """The measured precision of a certified tier (Laplace's rule), else the score."""
    evidence = policy.certificate.get(candidate.tier)
    if evidence is not None and evidence.certifies:
        return Decimal(evidence.posts - evidence.errors + 1) / Decimal(evidence.posts + 2)
    return Decimal(str(round(candidate.score, 4)))


def _decide(candidate: Candidate, policy: MatchPolicy) -> tuple[str, Reason]:
    """Post alone only where the tier's certificate holds."""
    evidence = policy.certificate.get(candidate.tier)
    if evidence is None or not evidence.certifies:
        reason = Reason("cash.not-certified")
        if evidence is not None and evidence.posts:
            reason = Reason("cash.not-certified-yet", {"posts": evidence.posts})
        return "suggest", reason
    bound = (Decimal(str(evidence.lower_bound)) * 100).quantize(Decimal("0.01"), ROUND_DOWN)
    return "post", Reason("cash.certified", {"posts": evidence.posts, "errors": evidence.errors, "bound": bound})


def _lines(candidate: Candidate, payment: Payment, book: Book) -> tuple[ProposalLine, ...]:
    currency = payment.amount.currency
    lines = tuple(
        ProposalLine(
            None if line.place is None else book.items[line.place].item_id,
            candidate.customer if line.place is None else book.items[line.place].customer_id,
            Money.of_minor(line.applied, currency),
            line.residual_kind,
            Money.of_minor(line.residual, currency),
        )
        for line in candidate.fit.lines
    )
    assert sum(line.applied + line.residual for line in candidate.fit.lines) == payment.amount.minor
    return lines
