"""cash-bench: how right the matcher is on generated payments whose truth is known, and how fast.

    python benchmarks/cash_bench.py [--seeds 1,2,3,4,5] [--payments 2500] [--items 10000]

Prints, per tier: proposals of rank 1, how many were right, precision with its one-sided 95 % lower bound, and the confidence
claimed; then the same for the plain rule "payer known, one amount equal, take the first", on the same payments in the same
run. Right means right to the cent: the same items, the same amounts off each, the same residual.

The mix (shares below) is invented after what is published about remittances. The rates say how the rules behave on this mix.
They say nothing about any company's payments. The generator shares no code with the matcher but the shapes and the
making of structured references.
"""

from __future__ import annotations

import argparse
import datetime as dt
import platform
import random
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from duecourse.cash.rules import KnownAccount, OpenItem, Payment, Proposal, lower_bound, propose
from duecourse.core.money import Money
from duecourse.invoicing.rules import creditor_reference

TODAY = dt.date(2026, 11, 17)
# (item or None, applied, residual kind, residual), one for each line
Truth = frozenset[tuple[str | None, Decimal, str, Decimal]]

TEXT_SHARES = {"full": 53, "none": 20, "order": 8, "last6": 7, "typo": 4, "partial": 3, "extra": 3}
FIT_SHARES = {"exact": 78.0, "discount": 7.5, "short": 5.5, "fee": 4.0, "over": 2.0, "rounding": 1.0, "late": 1.0, "part": 1.0}
PAYER_SHARES = {"account": 85, "name": 6, "third": 5, "nobody": 4}
NOT_CUSTOMER, TWICE, ADVANCE, SEVERAL = 0.03, 0.005, 0.005, 0.34


@dataclass
class World:
    """A company's open items, its customers' accounts, the payments, and what is true of each payment."""

    items: list[OpenItem] = field(default_factory=list)
    known: list[KnownAccount] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    truth: dict[str, Truth] = field(default_factory=dict)
    kind: dict[str, str] = field(default_factory=dict)


def pick(luck: random.Random, shares: dict[str, float] | dict[str, int]) -> str:
    return luck.choices(list(shares), weights=list(shares.values()))[0]


def world(seed: int, items: int, payments: int) -> World:
    """Everything on a seed: the same arguments give the same world."""
    luck = random.Random(seed)
    made = World()
    by_customer: dict[str, list[OpenItem]] = defaultdict(list)
    serial = luck.randrange(10_000, 60_000)
    customer = 0
    while len(made.items) < items:
        customer += 1
        name = f"{luck.choice(SYLLABLES)}{luck.choice(SYLLABLES).lower()} {luck.choice(TRADES)} {customer} {luck.choice(FORMS)}"
        for _ in range(luck.choice((1, 1, 1, 2))):
            made.known.append(KnownAccount(customer_id=f"C{customer}", name=name, account=f"DE{luck.randrange(10**19, 10**20)}"))
        count = min(max(1, int(luck.lognormvariate(1.1, 1.5))), 600, items - len(made.items))
        discount = Decimal(luck.choice((2, 3))) if luck.random() < 0.5 else None
        currency = "USD" if luck.random() < 0.1 else "EUR"
        list_price = Decimal(luck.randrange(2_000, 90_000)) / 100
        for _ in range(count):
            serial += 1
            issued = TODAY - dt.timedelta(days=luck.randrange(1, 50))
            amount = Decimal(max(500, int(luck.lognormvariate(11.2, 1.3)))) / 100
            if luck.random() < 0.08:
                amount = list_price  # a standing order: equal amounts
            number = f"INV-26-{serial:06}"
            one = OpenItem(
                item_id=f"I{serial}",
                customer_id=f"C{customer}",
                kind="invoice",
                number=number,
                open=Money(amount, currency),
                issue_date=issued,
                due_date=issued + dt.timedelta(days=30),
                reference=creditor_reference(number) if luck.random() < 0.7 else "",
                order_number=f"SO{serial + 300_000}",
                purchase_order=f"PO-{luck.randrange(100_000, 999_999)}" if luck.random() < 0.6 else "",
                discount_percent=discount,
                discount_until=issued + dt.timedelta(days=14) if discount else None,
            )
            made.items.append(one)
            by_customer[one.customer_id].append(one)
    names = {entry.customer_id: entry for entry in made.known}
    while len(made.payments) < payments and by_customer:
        payment(luck, made, by_customer, names)
    luck.shuffle(made.payments)
    return made


def payment(luck: random.Random, made: World, by_customer: dict[str, list[OpenItem]], names: dict[str, KnownAccount]) -> None:
    identity = f"P{len(made.payments) + 1:05}"
    paid_on = TODAY - dt.timedelta(days=luck.randrange(0, 4))
    if luck.random() < NOT_CUSTOMER:
        amount = Money(Decimal(luck.randrange(500, 900_000)) / 100, "EUR")
        text = luck.choice(OTHER_TEXTS).format(luck.randrange(1000, 99_999_999))
        made.payments.append(
            Payment(
                payment_id=identity,
                value_date=paid_on,
                amount=amount,
                payer_name=luck.choice(OTHERS),
                payer_account="DE0",
                remittance=text,
            )
        )
        made.truth[identity] = frozenset({(None, Decimal(0), "not_receivable", amount.amount)})
        made.kind[identity] = "not-customer"
        return
    owner = luck.choice(list(by_customer))
    book = by_customer[owner]
    chosen = book[:1]
    if luck.random() < ADVANCE:
        amount = Money(Decimal(luck.randrange(1, 40) * 500), book[0].open.currency)
        made.truth[identity] = frozenset({(None, Decimal(0), "on_account", amount.amount)})
        made.kind[identity] = "advance"
        text = luck.choice(("Anzahlung Auftrag {}", "advance for order {}", "prepayment {}")).format(luck.randrange(10**5, 10**6))
    else:
        chosen = choose(luck, book, paid_on)
        fit, amount, truth = settle(luck, chosen, paid_on)
        written = pick(luck, TEXT_SHARES)
        text = remittance(luck, written, fit, chosen, book)
        made.truth[identity] = truth
        made.kind[identity] = f"{written}/{fit}"
        by_customer[owner] = [one for one in book if one not in chosen]
        if not by_customer[owner]:
            del by_customer[owner]
    who = pick(luck, PAYER_SHARES)
    account, name = names[owner].account, names[owner].name
    if who == "name":
        account = f"FR{luck.randrange(10**19, 10**20)}"
    elif who in ("third", "nobody"):
        account, name = f"NL{luck.randrange(10**15, 10**16)}", luck.choice(OTHERS)
    first = Payment(
        payment_id=identity,
        value_date=paid_on,
        amount=amount,
        payer_name=name[:35].upper(),
        payer_account=account,
        remittance=text[:140],
    )
    made.payments.append(first)
    if luck.random() < TWICE and made.kind[identity] == "full/exact":
        again = f"{identity}T"
        later = Payment(
            payment_id=again,
            value_date=paid_on + dt.timedelta(days=2),
            amount=amount,
            payer_name=first.payer_name,
            payer_account=account,
            remittance=first.remittance,
        )
        made.payments.append(later)
        made.truth[again] = frozenset({(None, Decimal(0), "on_account", amount.amount)})
        made.kind[again] = "twice"


def choose(luck: random.Random, book: list[OpenItem], paid_on: dt.date) -> list[OpenItem]:
    """One item, or several as payers bundle them: all that is due, the oldest few, or any few."""
    ordered = sorted(book, key=lambda one: (one.due_date, one.item_id))
    if len(book) < 2 or luck.random() > SEVERAL:
        return [luck.choice(book)]
    way = luck.random()
    due = [one for one in ordered if one.due_date and one.due_date <= paid_on]
    if way < 0.35 and 1 < len(due) <= 12:
        return due
    count = min(luck.choice((2, 2, 2, 3, 3, 4, 5, 7)), len(book))
    return ordered[:count] if way < 0.7 else luck.sample(book, count)


def settle(luck: random.Random, chosen: list[OpenItem], paid_on: dt.date) -> tuple[str, Money, Truth]:
    """What is paid for these items, and the lines that are right for it."""
    fit = pick(luck, FIT_SHARES)
    timely = [one for one in chosen if one.discount_until and paid_on <= one.discount_until]
    late = [one for one in chosen if one.discount_until and paid_on > one.discount_until]
    if (fit == "discount" and not timely) or (fit == "late" and (not late or timely)):
        fit = "exact"
    whole = Money.total((one.open for one in chosen), chosen[0].open.currency)
    largest = max(chosen, key=lambda one: (one.open.amount, [-place for place, other in enumerate(chosen) if other is one]))
    residual: dict[str, tuple[str, Decimal]] = {}
    if fit in ("discount", "late"):
        kind, of = ("discount", timely) if fit == "discount" else ("unearned_discount", late)
        for one in of:
            assert one.discount_percent is not None
            residual[str(one.item_id)] = (kind, -one.open.percent(one.discount_percent).amount)
    elif fit == "short":
        share = Decimal(luck.randrange(4, 25)) / 100
        residual[str(largest.item_id)] = ("short_payment", -largest.open.times(share).amount)
    elif fit == "fee":
        fee = Decimal(luck.choice(("5.00", "7.50", "10.00", "12.00", "15.00", "18.50", "25.00")))
        if fee < largest.open.amount / 4:
            residual[str(largest.item_id)] = ("bank_charge", -fee)
    elif fit == "over":
        residual[str(largest.item_id)] = ("overpayment", Decimal(luck.randrange(100, 9_000)) / 100)
    elif fit == "rounding":
        residual[str(largest.item_id)] = ("rounding", Decimal(luck.choice((-3, -2, -1, 1, 2, 3))) / 100)
    elif fit == "part":
        one = chosen[0]
        del chosen[1:]
        half = one.open.times(Decimal(luck.choice(("0.5", "0.4", "0.3"))))
        return fit, half, frozenset({(str(one.item_id), half.amount, "", Decimal("0.00"))})
    lines = frozenset(
        (str(one.item_id), one.open.amount, *residual.get(str(one.item_id), ("", Decimal("0.00")))) for one in chosen
    )
    return fit, whole + Money.total((Money(amount, whole.currency) for _, amount in residual.values()), whole.currency), lines


def remittance(luck: random.Random, written: str, fit: str, chosen: list[OpenItem], book: list[OpenItem]) -> str:
    """What the payer writes."""
    numbers = [one.number for one in chosen]
    if written == "none":
        parts = [luck.choice(("Zahlung", "payment", "thank you", "Rechnung", "invoice", "SEPA transfer", ""))]
    elif written == "order":
        field_name = "purchase_order" if all(one.purchase_order for one in chosen) else "order_number"
        parts = [luck.choice(("PO", "Best.", "order")), *(getattr(one, field_name) for one in chosen)]
    else:
        if written == "last6":
            numbers = [number[-6:] for number in numbers]
        elif written == "typo":
            at = luck.randrange(len(numbers))
            place = luck.randrange(len(numbers[at]) - 4, len(numbers[at]))
            numbers[at] = (
                numbers[at][:place] + luck.choice([d for d in "0123456789" if d != numbers[at][place]]) + numbers[at][place + 1 :]
            )
        elif written == "partial":
            numbers = numbers[: max(1, len(numbers) // 2)]
        elif written == "extra":
            numbers.append(luck.choice(book).number if luck.random() < 0.5 else f"INV-26-{luck.randrange(10**5, 10**6):06}")
            luck.shuffle(numbers)
        style = luck.random()
        if style < 0.3 and len(chosen) == 1 and chosen[0].reference and written == "full":
            reference = chosen[0].reference
            parts = [" ".join(reference[i : i + 4] for i in range(0, len(reference), 4)) if luck.random() < 0.5 else reference]
        else:
            if style < 0.45:
                numbers = [number.replace("-", "") for number in numbers]
            elif style < 0.55:
                numbers = [number.replace("-", " ") for number in numbers]
            parts = [luck.choice(("RE", "Invoice", "Rg.", "Fact.", "")), luck.choice((" ", ", ", "/", " + ")).join(numbers)]
    if luck.random() < 0.25:
        parts.append(
            luck.choice((f"vom {TODAY:%d.%m.%Y}", f"date {TODAY:%Y-%m-%d}", "Kd.Nr. " + str(luck.randrange(10_000, 99_999))))
        )
    if fit == "short" and luck.random() < 0.6:
        parts.append(
            luck.choice(("minus damaged goods", "abzgl. Mangel", "Kuerzung Fehlmenge", "less return", "price difference"))
        )
    if fit == "fee" and luck.random() < 0.4:
        parts.append(luck.choice(("SHA", "less bank charges", "Spesen", "bank fee")))
    if fit == "part" and luck.random() < 0.6:
        parts.append(luck.choice(("part payment", "Teilzahlung", "1. Rate", "instalment")))
    if luck.random() < 0.05:
        luck.shuffle(parts)
    return " ".join(part for part in parts if part)


def answer(proposal: Proposal) -> Truth:
    return frozenset(
        (None if line.item_id is None else str(line.item_id), line.applied.amount, line.residual_kind, line.residual.amount)
        for line in proposal.lines
    )


def first_hit(made: World) -> dict[str, Truth]:
    """The baseline: the payer by account or exact name, its first open item of just this amount, each item once."""
    by_account = {entry.account: entry.customer_id for entry in made.known}
    by_name = {entry.name.upper()[:35]: entry.customer_id for entry in made.known}
    index: dict[tuple[object, Money], list[OpenItem]] = defaultdict(list)
    for one in made.items:
        index[one.customer_id, one.open].append(one)
    found: dict[str, Truth] = {}
    for paid in made.payments:
        customer = by_account.get(paid.payer_account) or by_name.get(paid.payer_name)
        hits = index.get((customer, paid.amount))
        if hits:
            one = hits.pop(0)
            found[str(paid.payment_id)] = frozenset({(str(one.item_id), one.open.amount, "", Decimal("0.00"))})
    return found


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:6.2f} %" if whole else "      –"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seeds", default="1,2,3,4,5")
    options.add_argument("--payments", type=int, default=2500)
    options.add_argument("--items", type=int, default=10_000)
    options.add_argument("--kinds", action="store_true", help="also by kind of text and difference")
    chosen = options.parse_args()
    seeds = [int(seed) for seed in chosen.seeds.split(",")]
    total, right, claimed = Counter[str](), Counter[str](), defaultdict[str, Decimal](Decimal)
    kinds, kinds_right = Counter[str](), Counter[str]()
    posted = posted_right = among = baseline_total = baseline_right = payments = 0
    seconds = 0.0
    for seed in seeds:
        made = world(seed, chosen.items, chosen.payments)
        payments += len(made.payments)
        start = time.process_time()
        proposals = propose(made.payments, made.items, made.known)
        seconds += time.process_time() - start
        seen: set[str] = set()
        for proposal in proposals:
            identity = str(proposal.payment_id)
            fits = answer(proposal) == made.truth[identity]
            if fits and identity not in seen:
                among += 1
                seen.add(identity)
            if proposal.rank > 1:
                continue
            total[proposal.tier] += 1
            right[proposal.tier] += fits
            claimed[proposal.tier] += proposal.confidence
            kinds[made.kind[identity]] += 1
            kinds_right[made.kind[identity]] += fits
            if proposal.decision == "post":
                posted += 1
                posted_right += fits
        hits = first_hit(made)
        baseline_total += len(hits)
        baseline_right += sum(lines == made.truth[identity] for identity, lines in hits.items())
    print(
        f"cash-bench: seeds {chosen.seeds}, {payments} payments, {chosen.items} open items a seed; Python {platform.python_version()}"
    )
    print(f"{'tier':34} {'rank 1':>7} {'right':>7} {'precision':>10} {'lower 95 %':>11} {'claimed':>8}")
    for tier, count in sorted(total.items(), key=lambda pair: -pair[1]):
        bound = 100 * lower_bound(count, count - right[tier])
        print(f"{tier:34} {count:7} {right[tier]:7} {share(right[tier], count):>10} {bound:9.3f} % {claimed[tier] / count:8.3f}")
    best = sum(right.values())
    named = sum(count for tier, count in total.items() if tier != "none")
    named_right = sum(count for tier, count in right.items() if tier != "none")
    print(f"rank 1 right             {share(best, payments)} of all payments; among the first three {share(among, payments)}")
    print(f"proposes something       {share(named, payments)}, right {share(named_right, named)}")
    bound = 100 * lower_bound(posted, posted - posted_right)
    print(f"posts alone              {share(posted, payments)}, right {share(posted_right, posted)}, lower bound {bound:.3f} %")
    print(f"baseline: first hit      {share(baseline_total, payments)}, right {share(baseline_right, baseline_total)}", end="")
    print(f", {share(baseline_right, payments)} of all payments")
    print(f"speed                    {payments / seconds:,.0f} payments a second of processor time")
    if chosen.kinds:
        for kind, count in sorted(kinds.items()):
            print(f"  {kind:28} {count:6} {share(kinds_right[kind], count)}")


SYLLABLES = [
    "Hal",
    "Ber",
    "Nor",
    "Van",
    "Ost",
    "Kel",
    "Mar",
    "Tor",
    "Wes",
    "Lin",
    "Gru",
    "Fal",
    "Ros",
    "Stei",
    "Bra",
    "Dor",
    "Hem",
    "Jan",
    "Kol",
    "Pet",
]
TRADES = [
    "Klima",
    "Heating",
    "Pumps",
    "Sanitaer",
    "Tools",
    "Metall",
    "Logistik",
    "Supply",
    "Systems",
    "Energie",
    "Bau",
    "Trading",
    "Foods",
    "Print",
]
FORMS = ("GmbH", "AG", "Ltd", "B.V.", "SAS", "S.r.l.", "KG", "Inc")
OTHERS = ("KLB INVEST", "FACTOR BANK AG", "HOLDING SERVICES", "PAYPRO EUROPE", "TREUHAND NORD", "SHARED SERVICE CENTER")
OTHER_TEXTS = (
    "Habenzinsen 10/2026", "STEUERERSTATTUNG {}", "Umbuchung {}", "refund from supplier {}", "Versicherung Schaden {}",
    "Ueberweisung {}", "transfer {}", "Miete November {}",
)  # fmt: skip

if __name__ == "__main__":
    main()
