"""Cash in random order against a plain model: invoices, payments, parts, differences, undoing, closed and open months."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from duecourse.cash import actions as cash
from duecourse.cash import queries as facts
from duecourse.cash.rules import ApplyLine
from duecourse.core.call import within
from duecourse.core.errors import Refused
from duecourse.receivables import queries as receivable_facts
from tests.cash.play import assert_ties, balance, eur, invoice
from tests.world import World, build

DAY = dt.date(2026, 11, 16)
CENTS = st.integers(min_value=1, max_value=200_000)
NAMES = st.sampled_from(["good", "late", "parent", "child"])


@dataclass
class Paid:
    """The model's payment: what of it is left, whose it is, and what each application took off which item."""

    amount: Decimal
    rest: Decimal
    owner: str = ""
    applications: list[dict[int, tuple[Decimal, Decimal]]] = field(default_factory=list)  # item → (paid, written off)


class CashMachine(RuleBasedStateMachine):
    """Every step is done twice, by the actions and by arithmetic; after every step both agree and the books tie."""

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    @initialize()
    def start(self) -> None:
        self.world: World = build()
        self.open: dict[int, Decimal] = {}
        self.payments: dict[int, Paid] = {}
        self.written_off = Decimal(0)
        self.count = 0

    @rule(name=NAMES, cents=CENTS, credit=st.booleans())
    def post(self, name: str, cents: int, credit: bool) -> None:
        self.count += 1
        amount = Decimal(cents) / 100 * (-1 if credit and cents % 5 == 0 else 1)
        item = invoice(self.world.call, self.world.accounts[name], f"D-{self.count}", eur(f"{amount:.2f}"))
        self.open[item] = amount

    @rule(cents=CENTS)
    def receive(self, cents: int) -> None:
        amount = Decimal(cents) / 100
        payment = cash.record_payment(self.world.call, self.world.bank["EUR"], eur(f"{amount:.2f}"), DAY)
        self.payments[payment] = Paid(amount, amount)

    def choose(self, data: st.DataObject) -> tuple[int, Paid]:
        key = data.draw(st.sampled_from(sorted(self.payments)))
        return key, self.payments[key]

    @precondition(lambda self: self.payments and self.open)
    @rule(data=st.data(), name=NAMES, share=st.integers(1, 120), loss=st.integers(0, 50))
    def apply(self, data: st.DataObject, name: str, share: int, loss: int) -> None:
        key, payment = self.choose(data)
        items = data.draw(st.lists(st.sampled_from(sorted(self.open)), min_size=1, max_size=3, unique=True))
        lines, taken = [], {}
        for item in items:
            gross = (self.open[item] * share / 100).quantize(Decimal("0.01")) or Decimal("0.01")
            off = (gross * loss / 100).quantize(Decimal("0.01"))
            lines.append(ApplyLine(item, eur(f"{gross:.2f}"), "write_off" if off else "", eur(f"{-off:.2f}")))
            taken[item] = (gross - off, off)
        settled = sum((paid for paid, _ in taken.values()), Decimal(0))
        fits = all(0 < (paid + off) / self.open[item] <= 1 for item, (paid, off) in taken.items() if self.open[item])
        possible = fits and all(self.open[item] for item in items) and 0 < settled <= payment.rest and payment.owner in ("", name)
        before = len(self.open)
        try:
            cash.apply_payment(self.world.call, key, self.world.accounts[name], lines)
        except Refused:
            assert not possible, (lines, payment)
            return
        assert possible
        assert before == len(self.open)
        for item, (paid, off) in taken.items():
            self.open[item] -= paid + off
            self.written_off += off
        payment.rest -= settled
        payment.owner = name
        payment.applications.append(taken)

    @precondition(lambda self: self.payments)
    @rule(data=st.data(), name=NAMES)
    def put_on_account(self, data: st.DataObject, name: str) -> None:
        key, payment = self.choose(data)
        try:
            cash.put_on_account(self.world.call, key, self.world.accounts[name])
        except Refused:
            assert payment.owner
            return
        assert not payment.owner
        payment.owner = name

    @precondition(lambda self: self.payments)
    @rule(data=st.data(), keep=st.booleans())
    def unapply(self, data: st.DataObject, keep: bool) -> None:
        key, payment = self.choose(data)
        possible = bool(payment.applications) if keep else bool(payment.owner)
        try:
            cash.unapply(self.world.call, key, "by chance", keep_on_account=keep)
        except Refused:
            assert not possible
            return
        assert possible
        for taken in payment.applications:
            for item, (paid, off) in taken.items():
                self.open[item] += paid + off
                self.written_off -= off
        payment.applications, payment.rest = [], payment.amount
        payment.owner = payment.owner if keep else ""

    @invariant()
    def agrees(self) -> None:
        if not hasattr(self, "open"):
            return
        call = self.world.call
        with within(call):
            stored = receivable_facts.open_amounts(call, self.open)
            rests = {key: facts.view(call, key).rest for key in self.payments}
        assert {item: money.amount for item, money in stored.items()} == self.open
        for key, payment in self.payments.items():
            rest = rests[key]
            assert (rest.amount if rest is not None else None) == (payment.rest if payment.owner else None)
        assert balance(call, "cash-clearing") == -sum(
            (payment.amount for payment in self.payments.values() if not payment.owner), Decimal(0)
        )
        assert balance(call, "write-off") == self.written_off
        assert_ties(call)


@pytest.mark.django_db
def test_cash_against_its_model() -> None:
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        CashMachine,
        settings=settings(
            max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
        ),
    )
