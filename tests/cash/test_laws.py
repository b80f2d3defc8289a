"""The laws of the matcher, whatever the batch: by Hypothesis."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from duecourse.cash.rules import (
    KnownAccount,
    OpenItem,
    Payment,
    propose,
)
from duecourse.core.money import Money
from tests.cash.test_rules import ACME, BOLT, day, item, pay

AMOUNTS = st.sampled_from(["10.00", "20.00", "30.00", "33.33", "49.00", "50.00", "98.00", "100.00", "100.01", "-20.00", "-33.33"])
TEXTS = st.lists(
    st.sampled_from(
        [
            "INV-26-31001",
            "31002",
            "PO-778",
            "INV2631003",
            "RF",
            "fee",
            "damaged",
            "12.11.2026",
            "part payment",
            "loan",
            "INV-26-3100",
        ]
    ),
    max_size=4,
).map(" ".join)


@st.composite
def batches(draw: st.DrawFn) -> tuple[list[Payment], list[OpenItem]]:
    items = []
    for number in range(draw(st.integers(0, 7))):
        currency = draw(st.sampled_from(["EUR", "EUR", "JPY"]))
        amount = Decimal(draw(AMOUNTS)) if currency == "EUR" else Decimal(draw(st.integers(1, 60)) * 10)
        items.append(
            item(
                str(number),
                str(amount),
                open=Money(amount, currency),
                customer_id=draw(st.sampled_from(["C1", "C2", "K1"])),
                purchase_order=draw(st.sampled_from(["", "PO-778"])),
                discount_until=draw(st.sampled_from([None, day("2026-11-10"), day("2026-12-31")])),
            )
        )
    payments = []
    for number in range(draw(st.integers(0, 6))):
        currency = draw(st.sampled_from(["EUR", "EUR", "EUR", "JPY"]))
        paid = draw(AMOUNTS) if currency == "EUR" else str(draw(st.integers(0, 99)) * 10)
        payments.append(
            pay(
                "1.00",
                draw(TEXTS),
                payment_id=f"P{number}",
                amount=Money(Decimal(paid), currency),
                payer_account=draw(st.sampled_from([ACME.account, BOLT.account, "", "DE0"])),
                value_date=day("2026-11-05") + dt.timedelta(days=draw(st.integers(0, 20))),
            )
        )
    return payments, items


GROUP = [ACME, BOLT, KnownAccount(customer_id="K1", parent_id="C1")]


class TestLaws:
    @settings(max_examples=300, deadline=None)
    @given(batches())
    def test_every_cent_is_explained_and_no_item_gets_more_than_is_open(
        self, batch: tuple[list[Payment], list[OpenItem]]
    ) -> None:
        payments, items = batch
        found = propose(payments, items, GROUP)
        amounts = {payment.payment_id: payment.amount for payment in payments}
        opened = {one.item_id: one.open for one in items}
        assert {proposal.payment_id for proposal in found if proposal.rank == 1} == set(amounts)
        applied: dict[object, Money] = {}
        ranks: dict[object, list[int]] = defaultdict(list)
        shares: dict[object, Decimal] = defaultdict(Decimal)
        for proposal in found:
            ranks[proposal.payment_id].append(proposal.rank)
            shares[proposal.payment_id] += proposal.confidence
            assert proposal.applied + proposal.residual == amounts[proposal.payment_id]
            assert proposal.rank == 1 or proposal.decision in ("suggest", "none")
            assert proposal.decision != "none" or (len(proposal.lines) == 1 and proposal.lines[0].item_id is None)
            used = [line.item_id for line in proposal.lines if line.item_id is not None]
            assert len(used) == len(set(used))
            for line in proposal.lines:
                if line.item_id is None:
                    assert not line.applied
                    continue
                open_amount = opened[line.item_id]
                assert open_amount.currency == amounts[proposal.payment_id].currency
                assert abs(line.applied) <= abs(open_amount)
                assert line.applied.amount * open_amount.amount > 0
                if proposal.rank == 1:
                    applied[line.item_id] = applied.get(line.item_id, Money.zero(open_amount.currency)) + line.applied
        assert all(abs(amount) <= abs(opened[item_id]) for item_id, amount in applied.items())
        assert all(rank == list(range(1, len(rank) + 1)) and len(rank) <= 3 for rank in ranks.values())
        assert all(share <= 1 for share in shares.values())

    @settings(max_examples=150, deadline=None)
    @given(batches(), st.randoms(use_true_random=False))
    def test_the_order_of_the_input_does_not_matter(
        self, batch: tuple[list[Payment], list[OpenItem]], luck: random.Random
    ) -> None:
        payments, items = batch
        before = propose(payments, items, GROUP)
        mixed = luck.sample(payments, len(payments)), luck.sample(items, len(items)), luck.sample(GROUP, len(GROUP))
        assert propose(*mixed) == before
