"""Credit decisions as a credit manager would check them, and what must hold for every one of them."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.core.reasons import say
from duecourse.credit import rules
from duecourse.credit.rules.evidence import standings_from_json

TODAY = dt.date(2026, 11, 17)
POLICY = rules.OrderPolicy()


def eur(amount: str | int | Decimal) -> Money:
    return Money(Decimal(str(amount).replace(",", "")), "EUR")


def standing(
    limit: str | None, open_items: str = "0", delivered: str = "0", open_orders: str = "0", **more: object
) -> rules.Standing:
    facts = {
        "account_id": 1,
        "name": "Marwede Haustechnik GmbH",
        "limit": None if limit is None else eur(limit),
        "open_items": eur(open_items),
        "delivered": eur(delivered),
        "open_orders": eur(open_orders),
        "overdue": eur(0),
    }
    return rules.Standing(**(facts | more))  # type: ignore[arg-type]


def decide(own: rules.Standing, amount: str, *ancestors: rules.Standing, policy: rules.OrderPolicy = POLICY) -> rules.Decision:
    return rules.decide_order([own, *ancestors], eur(amount), policy, {}, TODAY)


def sentences(decision: rules.Decision) -> list[str]:
    return [say(one.reason) for one in decision.reasons]


# limit, open items, delivered, open orders, this order → result, what speaks
LIMIT_CASES = """
250,000.00  182,417.29  21,346.80  12,480.00  33,755.91   accepted  near-limit
250,000.00  200,000.00  21,346.80  12,480.00  48,720.00   held      limit
100.00      0.00        0.00       80.00      20.00       accepted  near-limit
100.00      0.00        0.00       80.00      20.01       held      limit
100.00      0.00        0.00       0.00       89.99       accepted  -
100.00      0.00        0.00       0.00       90.00       accepted  near-limit
100.00      -50.00      0.00       0.00       150.00      accepted  near-limit
100.00      -50.00      0.00       0.00       150.01      held      limit
0.00        0.00        0.00       0.00       0.01        held      limit
0.00        -10.00      0.00       0.00       10.00       accepted  -
none        0.00        0.00       0.00       1.00        held      no-limit
100.00      500.00      0.00       0.00       1.00        held      limit
100.00      500.00      0.00       0.00       -20.00      accepted  limit
none        0.00        0.00       0.00       0.00        accepted  no-limit
"""


class TestDecideOrder:
    @pytest.mark.parametrize("case", LIMIT_CASES.strip().splitlines())
    def test_measures_exposure_with_the_order_against_the_limit(self, case: str) -> None:
        limit, open_items, delivered, open_orders, amount, result, speaks = case.split()
        decision = decide(standing(None if limit == "none" else limit, open_items, delivered, open_orders), amount)
        assert decision.result == result
        assert [one.rule for one in decision.reasons] == ([] if speaks == "-" else [speaks])

    def test_says_by_how_much_the_limit_is_passed(self) -> None:
        decision = decide(standing("250000.00", "192281.44", "21346.80", "12480.00"), "48720.00")
        assert sentences(decision) == [
            "Exposure with this order is EUR 274,828.24: EUR 24,828.24 more than the limit of EUR 250,000.00."
        ]
        assert [say(reason) for reason in decision.what_would_free] == [
            "A payment of EUR 24,828.24 frees it in full",
            "A part delivery up to EUR 23,891.76 fits the limit",
            "A limit of EUR 275,000.00 for Marwede Haustechnik GmbH makes room for it",
        ]

    def test_holds_when_the_oldest_item_is_too_late_and_says_what_helps(self) -> None:
        own = standing(
            "250000", "192281.44", "21346.80", "12480", overdue=eur("11312.35"), oldest_overdue_days=72,
            oldest_item="INV-26-29874", oldest_item_open=eur("11312.35"),
        )  # fmt: skip
        decision = decide(own, "48720.00")
        assert [one.rule for one in decision.reasons] == ["limit", "oldest-item"]
        assert sentences(decision)[1] == "INV-26-29874 is 72 days late; the policy allows 60. Counted: EUR 11,312.35."
        assert [say(reason) for reason in decision.what_would_free][:2] == [
            "A payment of EUR 24,828.24 frees it in full, of it EUR 11,312.35 on INV-26-29874",
            "A part delivery up to EUR 23,891.76 fits the limit; another rule still holds it",
        ]

    def test_looks_over_what_is_late_within_the_tolerance(self) -> None:
        decision = decide(standing("1000", "40", overdue=eur(40)), "10", policy=replace(POLICY, overdue_share="off"))
        assert decision.accepted
        assert [say(one.reason) for one in decision.passes][-1].startswith("What is late is not more than EUR 50.00")

    def test_warns_or_stops_by_the_overdue_share(self) -> None:
        own = standing("1000", "100", overdue=eur(60))
        assert decide(own, "10").accepted
        assert sentences(decide(own, "10")) == ["60 % of the open items are overdue (EUR 60.00); the policy allows 50 %."]
        strict = replace(POLICY, overdue_share="stops")
        held = decide(own, "10", policy=strict)
        assert not held.accepted
        assert [say(one) for one in held.what_would_free] == [
            "A payment of EUR 20.00 on overdue items ends the stop by their share"
        ]
        assert decide(replace(own, open_items=eur(80), overdue=eur(40)), "10", policy=strict).accepted

    def test_no_limit_is_not_a_limit_of_zero(self) -> None:
        lenient = replace(POLICY, no_limit="warns")
        assert decide(standing(None), "1000000", policy=lenient).accepted
        assert not decide(standing("0"), "0.01", policy=lenient).accepted

    def test_a_child_needs_room_in_its_groups_limit_too(self) -> None:
        group = standing("100", "0", "0", "90", account_id=2, name="Estuary Holding")
        own = standing("500", account_id=1)
        decision = decide(own, "20", group)
        assert sentences(decision) == [
            "Exposure of Estuary Holding with this order is EUR 110.00: EUR 10.00 more than the group's limit of EUR 100.00."
        ]
        assert decide(own, "10", group).accepted

    def test_a_child_without_an_own_limit_lives_on_its_groups(self) -> None:
        assert decide(standing(None), "10", standing("100", account_id=2)).accepted
        assert not decide(standing(None), "10", standing(None, account_id=2)).accepted

    def test_takes_the_days_rate_and_keeps_it(self) -> None:
        own = standing("100")
        rates = {"EUR": Decimal(1), "USD": Decimal("0.9")}
        dollars = Money(Decimal("111.11"), "USD")
        assert rules.decide_order([own], dollars, POLICY, rates, TODAY).exposure == eur("100.00")
        facts = rules.facts_to_json([own], dollars, POLICY, rates, TODAY, None)
        assert facts["rates"] == {"EUR": "1", "USD": "0.9"}
        with pytest.raises(Refused) as refusal:
            rules.decide_order([own], dollars, POLICY, {}, TODAY)
        assert refusal.value.code == "credit.rate-missing"

    def test_a_release_covers_up_to_its_amount_and_its_last_day(self) -> None:
        own, asked = standing("0"), eur(100)
        for release, accepted in [
            (rules.Release(eur(100), None), True),
            (rules.Release(eur(100), TODAY), True),
            (rules.Release(eur(100), TODAY - dt.timedelta(days=1)), False),
            (rules.Release(eur("99.99"), None), False),
        ]:
            decision = rules.decide_order([own], asked, POLICY, {}, TODAY, release)
            assert decision.accepted is accepted
            assert any(one.rule == "limit" for one in decision.reasons)

    def test_a_stopped_account_gets_nothing_on_credit(self) -> None:
        assert sentences(decide(standing("1000", is_stopped=True), "1")) == [
            "Marwede Haustechnik GmbH is stopped: nothing goes out on credit."
        ]

    def test_every_rule_that_speaks_has_its_title(self) -> None:
        own = standing(
            "1", "100", overdue=eur(90), oldest_overdue_days=99, oldest_item="X", oldest_item_open=eur(90), is_stopped=True
        )
        assert {one.rule for one in decide(own, "1").findings} <= rules.TITLES.keys()


class TestOrderPolicy:
    @pytest.mark.parametrize(
        ("field", "value"),
        [("over_limit", "explodes"), ("warning_share", "1.5"), ("warning_share", "much"), ("oldest_item_days_max", True), ("nonsense", 1),
         ("oldest_item_tolerance", "-1"), ("overdue_share_max", "NaN")],
    )  # fmt: skip
    def test_refuses_what_it_cannot_use_and_names_it(self, field: str, value: object) -> None:
        with pytest.raises(Refused) as refusal:
            rules.policy_from_json({field: value})
        assert refusal.value.code == "credit.policy-not-usable"
        assert field in refusal.value.message

    def test_survives_json(self) -> None:
        assert rules.policy_from_json(json.loads(json.dumps(rules.policy_to_json(POLICY)))) == POLICY


cents = st.integers(-5_000_00, 20_000_00).map(lambda units: Money.of_minor(units, "EUR"))
positive = st.integers(0, 20_000_00).map(lambda units: Money.of_minor(units, "EUR"))
limits = st.one_of(st.none(), positive)
policies = st.builds(
    rules.OrderPolicy,
    over_limit=st.sampled_from(["stops", "warns", "off"]),
    no_limit=st.sampled_from(["stops", "warns", "off"]),
    oldest_item=st.sampled_from(["stops", "warns", "off"]),
    overdue_share=st.sampled_from(["stops", "warns", "off"]),
    warning_share=st.one_of(st.none(), st.just(Decimal("0.8"))),
)


@st.composite
def any_standing(draw: st.DrawFn, account_id: int = 1) -> rules.Standing:
    days = draw(st.integers(0, 120))
    return rules.Standing(
        account_id, "Any", draw(limits), draw(cents), draw(positive), draw(positive), draw(positive), days,
        "INV" if days > 60 else "", draw(positive) if days > 60 else None, draw(st.booleans()),
    )  # fmt: skip


class TestForEveryOrder:
    @given(any_standing(), any_standing(2), positive, policies)
    def test_none_that_passes_a_limit_is_accepted_unless_the_policy_says_so(
        self, own: rules.Standing, group: rules.Standing, amount: Money, policy: rules.OrderPolicy
    ) -> None:
        decision = rules.decide_order([own, group], amount, policy, {}, TODAY)
        over = any(one.limit is not None and one.exposure + amount > one.limit for one in (own, group))
        unlimited = own.limit is None and group.limit is None
        if decision.accepted and amount.amount > 0:
            assert not over or policy.over_limit != "stops"
            assert not unlimited or policy.no_limit != "stops"
            assert not own.is_stopped
        assert decision.exposure == own.open_items + own.delivered + own.open_orders + amount
        assert decision.accepted == (not any(one.outcome == "stops" for one in decision.findings))

    @given(any_standing(), any_standing(2), positive, policies, st.one_of(st.none(), positive))
    def test_the_kept_facts_give_the_same_decision(
        self, own: rules.Standing, group: rules.Standing, amount: Money, policy: rules.OrderPolicy, released: Money | None
    ) -> None:
        release = None if released is None else rules.Release(released, TODAY)
        decision = rules.decide_order([own, group], amount, policy, {}, TODAY, release)
        facts = json.loads(json.dumps(rules.facts_to_json([own, group], amount, policy, {}, TODAY, release)))
        assert rules.decide_again(facts) == decision
        assert standings_from_json(facts) == (own, group)
        assert rules.decision_from_json(json.loads(json.dumps(rules.decision_to_json(decision)))) == decision

    @given(st.lists(positive, max_size=8), positive)
    def test_a_batch_uses_up_the_room_in_its_order(self, amounts: list[Money], limit: Money) -> None:
        requests = [rules.OrderRequest(f"ord_{place}", "", 7, amount, 1, "") for place, amount in enumerate(amounts)]
        own, group = standing("0"), standing("0", account_id=2)
        standings = {1: replace(own, limit=limit), 2: replace(group, limit=limit)}
        decisions, seen = rules.decide_orders(requests, {7: (1, 2)}, standings, POLICY, {}, TODAY, {})
        used = Money.zero("EUR")
        for request in requests:
            assert seen[request.order_ref][0].exposure == used == seen[request.order_ref][1].exposure
            if decisions[request.order_ref].accepted:
                used = used + request.money
            else:
                assert used + request.money > limit
        assert used <= limit

    @given(any_standing(), positive)
    def test_the_part_delivery_that_is_named_fits(self, own: rules.Standing, amount: Money) -> None:
        decision = rules.decide_order([own], amount, POLICY, {}, TODAY)
        for reason in decision.what_would_free:
            if reason.code.endswith("part-delivery"):
                part = reason.params["amount"]
                assert isinstance(part, Money)
                assert own.limit is not None
                assert Money.zero("EUR") < part < amount
                assert own.exposure + part == own.limit
            if reason.code == "credit.free-by-payment":
                paid = reason.params["amount"]
                assert isinstance(paid, Money)
                assert rules.decide_order([replace(own, open_items=own.open_items - paid)], amount, POLICY, {}, TODAY).accepted
