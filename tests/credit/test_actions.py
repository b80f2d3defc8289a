"""Credit in a real database: checks, holds, releases, groups, and what happens when many come at once."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from duecourse.core import events, ids
from duecourse.core.call import within
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.credit import actions as credit
from duecourse.credit import queries as credit_facts
from duecourse.credit import rules
from duecourse.credit.models import CreditCheck, CreditLimit, Hold, Reservation
from duecourse.customers import actions as customers
from tests import databases
from tests.world import World, build

numbers = itertools.count(1)
CREATOR = 999_001


def eur(amount: str | int) -> Money:
    return Money(Decimal(amount), "EUR")


def request(account_id: int, amount: str | int, ref: str = "", currency: str = "EUR") -> rules.OrderRequest:
    place = next(numbers)
    return rules.OrderRequest(
        ref or ids.outer("ord", place), f"SO-26-{place:05d}", account_id, Money(Decimal(amount), currency), CREATOR, "Oda Brandt"
    )


def credit_account(
    world: World, name: str, limit: str | None, parent: int | None = None, currency: str = "EUR", member: bool = True
) -> int:
    members = [world.accounts[name]] if member else []
    (key,) = credit.create_credit_accounts(world.call, [credit.NewCreditAccount(name, currency, members, parent)])
    if limit is not None:
        credit.set_limits(
            world.call, [credit.NewLimit(key, Money(Decimal(limit), currency), world.call.today, reason="First limit")]
        )
    return key


def one_check(world: World, asked: rules.OrderRequest) -> rules.Decision:
    return credit.check_orders(world.call, [asked])[asked.order_ref]


@pytest.fixture
def world(db: None) -> World:
    return build()


class TestCheckOrders:
    def test_reserves_what_it_accepts_and_holds_the_rest_in_order(self, world: World) -> None:
        credit_account(world, "good", "100")
        asked = [request(world.accounts["good"], amount) for amount in (60, 50, 40)]
        decisions = credit.check_orders(world.call, asked)
        assert [decisions[one.order_ref].result for one in asked] == ["accepted", "held", "accepted"]
        with within(world.call):
            assert credit_facts.exposure(world.call, [world.accounts["good"]])[world.accounts["good"]].open_orders == eur(100)
            assert [hold.order_ref for hold in credit_facts.holds(world.call).rows] == [asked[1].order_ref]

    def test_keeps_the_evidence_from_which_the_same_decision_comes_again(self, world: World) -> None:
        credit_account(world, "good", "100")
        asked = [request(world.accounts["good"], amount) for amount in (60, 50)]
        decisions = credit.check_orders(world.call, asked)
        with within(world.call):
            for ref, check in credit_facts.latest_checks(world.call, [one.order_ref for one in asked]).items():
                assert check.decision == decisions[ref] == credit_facts.replay_check(check)
            told = [event for event in events.about(world.call, [asked[1].order_ref]) if event.name == "credit.order-checked"]
        assert len(told) == 1
        assert told[0].decision["result"] == "held"

    def test_does_not_count_an_order_against_itself(self, world: World) -> None:
        credit_account(world, "good", "100")
        first = request(world.accounts["good"], 80)
        assert one_check(world, first).accepted
        again = rules.OrderRequest(first.order_ref, first.order_number, first.customer_account_id, eur(100), CREATOR, "")
        assert one_check(world, again).accepted
        more = rules.OrderRequest(first.order_ref, first.order_number, first.customer_account_id, eur(101), CREATOR, "")
        assert not one_check(world, more).accepted
        with within(world.call):
            assert credit_facts.reservations(world.call, [first.order_ref])[first.order_ref].open_order == eur(0)

    def test_holds_a_customer_without_a_limit_and_opens_its_credit_account(self, world: World) -> None:
        decision = one_check(world, request(world.accounts["good"], 1))
        assert [one.rule for one in decision.reasons] == ["no-limit"]
        with within(world.call):
            opened = credit_facts.credit_account_of(world.call, world.accounts["good"])
        assert opened is not None
        assert opened.name == "Albrecht Anlagenbau GmbH"
        assert opened.currency == "EUR"

    def test_a_childs_order_takes_its_parents_limit(self, world: World) -> None:
        parent = credit_account(world, "parent", "100")
        credit_account(world, "child", "500", parent)
        assert one_check(world, request(world.accounts["child"], 70)).accepted
        assert not one_check(world, request(world.accounts["child"], 40)).accepted
        assert not one_check(world, request(world.accounts["parent"], 40)).accepted
        assert one_check(world, request(world.accounts["parent"], 30)).accepted
        with within(world.call):
            own, group = credit_facts.standings(world.call, [world.accounts["child"]])[world.accounts["child"]]
            tops = credit_facts.exposure_of_all(world.call)
        assert (own.exposure, group.exposure) == (eur(70), eur(100))
        assert [one.exposure for one in tops] == [eur(100)]

    def test_converts_at_the_days_rate_and_keeps_it_with_the_facts(self, world: World) -> None:
        credit_account(world, "dollar", "100")
        assert one_check(world, request(world.accounts["dollar"], 110, currency="USD")).accepted
        assert not one_check(world, request(world.accounts["dollar"], 1, currency="USD")).accepted
        with within(world.call):
            check = CreditCheck.objects.order_by("id").first()
        assert check is not None
        assert set(check.facts["rates"]) == {"EUR", "USD"}

    def test_counts_the_newest_limit_that_is_valid_on_the_day(self, world: World) -> None:
        key, day = credit_account(world, "good", "100"), world.call.today
        credit.set_limits(world.call, [credit.NewLimit(key, eur(500), day, day + dt.timedelta(days=2), "For a week's rush")])
        asked = request(world.accounts["good"], 400)
        assert one_check(world, asked).accepted
        assert not one_check(world.later(days=2), asked).accepted
        credit.set_limits(world.call, [credit.NewLimit(key, None, day, reason="Taken away")])
        assert [one.rule for one in one_check(world, asked).reasons] == ["no-limit"]

    def test_takes_the_policy_of_the_day(self, world: World) -> None:
        credit_account(world, "good", "100")
        asked = request(world.accounts["good"], 101)
        assert not one_check(world, asked).accepted
        assert credit.set_policy(world.call, rules.OrderPolicy(name="Lenient", over_limit="warns"), world.call.today) == 1
        assert one_check(world, asked).accepted
        with within(world.call):
            check = credit_facts.latest_checks(world.call, [asked.order_ref])[asked.order_ref]
            assert [hold.state for hold in credit_facts.holds(world.call, "").rows] == ["ended"]
        assert check.policy_version == 1

    def test_refuses_the_same_order_twice_and_an_account_of_another_company(self, world: World) -> None:
        asked = request(world.accounts["good"], 1)
        with pytest.raises(Refused) as refusal:
            credit.check_orders(world.call, [asked, asked])
        assert refusal.value.code == "credit.asked-twice"
        other = build("ZZ")
        with pytest.raises(Refused) as refusal:
            credit.check_orders(other.call, [asked])
        assert refusal.value.code == "not-found"

    def test_asks_the_database_as_often_for_fifty_orders_as_for_one(self, world: World) -> None:
        parent = credit_account(world, "parent", "5000")
        credit_account(world, "child", "2500", parent)
        credit_account(world, "good", "0")
        names = ["parent", "child", "good"]
        counts = []
        for many in (60, 120):
            with within(world.call), CaptureQueriesContext(connection) as seen:
                credit.check_orders(world.call, [request(world.accounts[names[place % 3]], 40) for place in range(many)])
            counts.append(len([query for query in seen.captured_queries if "SAVEPOINT" not in query["sql"]]))
        assert counts[0] == counts[1]
        assert counts[1] <= 13


class TestSetLimits:
    def test_appends_and_may_cut_below_what_is_used(self, world: World) -> None:
        key = credit_account(world, "good", "100")
        assert one_check(world, request(world.accounts["good"], 100)).accepted
        credit.set_limits(world.call, [credit.NewLimit(key, eur(10), world.call.today, reason="Bad news")])
        with within(world.call):
            own = credit_facts.exposure(world.call, [world.accounts["good"]])[world.accounts["good"]]
            assert [limit.amount for limit in credit_facts.limits(world.call, key)] == [eur(10), eur(100)]
        assert own.free == eur(-90)

    def test_zero_stays_zero(self, world: World) -> None:
        key = credit_account(world, "good", "0")
        with within(world.call):
            assert [limit.amount for limit in credit_facts.limits(world.call, key)] == [eur(0)]
        assert [one.rule for one in one_check(world, request(world.accounts["good"], 1)).reasons] == ["limit"]

    @pytest.mark.parametrize(
        ("amount", "currency", "days", "code"),
        [
            ("5", "USD", 1, "credit.limit-currency"),
            ("-5", "EUR", 1, "credit.limit-negative"),
            ("5", "EUR", 0, "credit.limit-dates"),
        ],
    )
    def test_refuses_what_cannot_be_a_limit(self, world: World, amount: str, currency: str, days: int, code: str) -> None:
        key, day = credit_account(world, "good", None), world.call.today
        with pytest.raises(Refused) as refusal:
            credit.set_limits(
                world.call, [credit.NewLimit(key, Money(Decimal(amount), currency), day, day + dt.timedelta(days=days))]
            )
        assert refusal.value.code == code

    def test_needs_the_permission(self, world: World) -> None:
        with pytest.raises(Refused) as refusal:
            credit.set_limits(world.calls["order-desk"], [])
        assert refusal.value.code == "access.not-permitted"

    def test_the_database_keeps_limits_and_checks_as_they_were(self, world: World) -> None:
        credit_account(world, "good", "100")
        one_check(world, request(world.accounts["good"], 1))
        for change in (lambda: CreditLimit.objects.update(amount=9), lambda: CreditCheck.objects.all().delete()):
            with pytest.raises(DatabaseError), transaction.atomic(), within(world.call):
                change()


class TestReleaseHold:
    def held(self, world: World, amount: int = 150) -> credit_facts.HoldRow:
        credit_account(world, "good", "100")
        asked = request(world.accounts["good"], amount)
        assert not one_check(world, asked).accepted
        with within(world.call):
            return credit_facts.open_holds(world.call, [asked.order_ref])[asked.order_ref]

    def test_reserves_in_the_same_transaction_and_is_told(self, world: World) -> None:
        hold, manager = self.held(world), world.calls["credit-manager"]
        assert credit.release_hold(manager, hold.id, "Promise trusted", until=world.call.today) == eur(150)
        with within(world.call):
            assert credit_facts.reservations(world.call, [hold.order_ref])[hold.order_ref].open_order == eur(150)
            (row,) = credit_facts.holds(world.call, "released").rows
            names = [event.name for event in events.about(world.call, [hold.ref])]
        assert row.released == rules.Release(eur(150), world.call.today)
        assert row.decided_by_name == "Mats Lind"
        assert names == ["credit.hold-released"]

    def test_lets_the_order_pass_again_until_its_day_and_up_to_its_amount(self, world: World) -> None:
        hold = self.held(world)
        credit.release_hold(world.calls["credit-manager"], hold.id, "Known", until=world.call.today)
        same = rules.OrderRequest(hold.order_ref, hold.order_number, world.accounts["good"], eur(150), CREATOR, "")
        assert one_check(world, same).accepted
        assert not one_check(
            world, rules.OrderRequest(same.order_ref, "", same.customer_account_id, eur(151), CREATOR, "")
        ).accepted
        assert not one_check(world.later(days=1), same).accepted

    @pytest.mark.parametrize(
        ("amount", "days", "reason", "code"),
        [("150.01", 0, "x", "credit.release-amount"), ("0", 0, "x", "credit.release-amount"), ("150", -1, "x", "credit.release-past"),
         ("150", 0, "  ", "credit.reason-missing")],
    )  # fmt: skip
    def test_refuses_what_is_no_release(self, world: World, amount: str, days: int, reason: str, code: str) -> None:
        hold = self.held(world)
        with pytest.raises(Refused) as refusal:
            credit.release_hold(world.call, hold.id, reason, eur(amount), world.call.today + dt.timedelta(days=days))
        assert refusal.value.code == code

    def test_is_not_for_the_orders_creator_in_code_and_in_the_database(self, world: World) -> None:
        credit_account(world, "good", "0")
        manager = world.calls["credit-manager"]
        asked = request(world.accounts["good"], 5)
        own = rules.OrderRequest(
            asked.order_ref, asked.order_number, asked.customer_account_id, asked.money, manager.by.id, manager.by.name
        )
        credit.check_orders(world.call, [own])
        with within(world.call):
            hold = credit_facts.open_holds(world.call, [own.order_ref])[own.order_ref]
        with pytest.raises(Refused) as refusal:
            credit.release_hold(manager, hold.id, "Mine")
        assert refusal.value.code == "credit.own-release"
        with pytest.raises(DatabaseError, match="hold_not_own_release"), transaction.atomic(), within(world.call):
            Hold.objects.filter(id=hold.id).update(state="released", decided_by_id=manager.by.id, decided_at=world.call.at)

    def test_another_company_does_not_see_it(self, world: World) -> None:
        hold, other = self.held(world), build("ZZ")
        with pytest.raises(Refused) as refusal:
            credit.release_hold(other.call, hold.id, "Not mine")
        assert refusal.value.code == "not-found"
        with within(other.call), pytest.raises(Refused):
            credit_facts.hold_for_caller(other.call, hold.ref)

    def test_a_rejected_order_reserves_nothing(self, world: World) -> None:
        hold = self.held(world)
        credit.reject_hold(world.calls["credit-manager"], hold.id, "Too much")
        with within(world.call):
            assert credit_facts.exposure(world.call, [world.accounts["good"]])[world.accounts["good"]].exposure == eur(0)
            assert credit_facts.hold_counts(world.call) == {"rejected": (1, [eur(150)])}


class TestMoveReservations:
    def test_moves_an_amount_on_and_never_counts_it_twice(self, world: World) -> None:
        credit_account(world, "good", "100")
        asked = request(world.accounts["good"], 100)
        one_check(world, asked)
        for open_order, delivered, exposure in [("-60", "60", 100), ("0", "-60", 40), ("-40", "40", 40), ("0", "-40", 0)]:
            credit.move_reservations(world.call, [credit.Movement(asked.order_ref, eur(open_order), eur(delivered))])
            with within(world.call):
                assert credit_facts.exposure(world.call, [world.accounts["good"]])[world.accounts["good"]].exposure == eur(
                    exposure
                )

    def test_refuses_to_deliver_more_than_is_reserved_and_moves_nothing(self, world: World) -> None:
        credit_account(world, "good", "100")
        asked, other = request(world.accounts["good"], 30), request(world.accounts["good"], 30)
        credit.check_orders(world.call, [asked, other])
        with pytest.raises(Refused) as refusal:
            credit.move_reservations(
                world.call,
                [
                    credit.Movement(asked.order_ref, eur(-30), eur(30)),
                    credit.Movement(other.order_ref, eur("-30.01"), eur("30.01")),
                ],
            )
        assert refusal.value.code == "credit.reservation-too-small"
        assert refusal.value.details["orders"] == [other.order_ref]
        with within(world.call):
            assert set(Reservation.objects.values_list("delivered", flat=True)) == {Decimal(0)}

    def test_gives_back_the_undelivered_part(self, world: World) -> None:
        credit_account(world, "good", "100")
        asked = request(world.accounts["good"], 100)
        one_check(world, asked)
        credit.move_reservations(world.call, [credit.Movement(asked.order_ref, eur(-60), eur(60))])
        assert credit.end_reservations(world.call, [asked.order_ref]) == 1
        with within(world.call):
            own = credit_facts.exposure(world.call, [world.accounts["good"]])[world.accounts["good"]]
        assert (own.open_orders, own.delivered) == (eur(0), eur(60))


class TestManyAtOnce:
    def test_ten_orders_of_twenty_against_a_hundred_free_five_pass(self, fresh_database: databases.Fresh) -> None:
        world = build()
        credit_account(world, "good", "100")
        asked = [request(world.accounts["good"], 20) for _ in range(10)]
        done = databases.together([lambda one=one: one_check(world, one).result for one in asked])  # type: ignore[misc]
        assert Counter(done) == {"accepted": 5, "held": 5}
        with within(world.call):
            assert credit_facts.exposure(world.call, [world.accounts["good"]])[world.accounts["good"]].exposure == eur(100)

    def test_orders_of_parent_and_children_together_never_pass_the_groups_limit(self, fresh_database: databases.Fresh) -> None:
        world = build()
        group = credit_account(world, "good", "100", member=False)
        for name in ("parent", "child", "late"):
            credit_account(world, name, None, group)
        asked = [request(world.accounts[name], 20) for name in ("parent", "child", "late") * 4]
        done = databases.together([lambda one=one: one_check(world, one).result for one in asked])  # type: ignore[misc]
        assert Counter(done) == {"accepted": 5, "held": 7}

    def test_first_orders_of_a_new_customer_open_one_credit_account(self, fresh_database: databases.Fresh) -> None:
        world = build()
        asked = [request(world.accounts["good"], 20) for _ in range(6)]
        done = databases.together([lambda one=one: one_check(world, one).result for one in asked])  # type: ignore[misc]
        assert Counter(done) == {"held": 6}
        with within(world.call):
            assert databases.rows("select count(*) from credit_creditaccount") == [(1,)]

    def test_two_releases_of_one_hold_store_one_decision(self, fresh_database: databases.Fresh) -> None:
        world = build()
        credit_account(world, "good", "0")
        asked = request(world.accounts["good"], 20)
        one_check(world, asked)
        with within(world.call):
            hold = credit_facts.open_holds(world.call, [asked.order_ref])[asked.order_ref]
        callers = [world.calls["credit-manager"], world.call]
        done = databases.together([lambda by=by: credit.release_hold(by, hold.id, f"By {by.by.name}") for by in callers])  # type: ignore[misc]
        refused = [one for one in done if isinstance(one, Refused)]
        assert [one.code for one in refused] == ["credit.hold-decided"]
        assert [one for one in done if not isinstance(one, Refused)] == [eur(20)]
        with within(world.call):
            assert credit_facts.exposure(world.call, [world.accounts["good"]])[world.accounts["good"]].exposure == eur(20)


class TestStoppedAccounts:
    def test_get_nothing_on_credit_until_they_may_go_on(self, world: World) -> None:
        credit_account(world, "good", "1000")
        customers.stop_account(world.call, world.accounts["good"], True, "Insolvency filed")
        held = one_check(world, request(world.accounts["good"], 10))
        assert [one.rule for one in held.reasons] == ["account-stopped"]
        with within(world.call):
            (own,) = credit_facts.standings(world.call, [world.accounts["good"]])[world.accounts["good"]]
            (check,) = credit_facts.latest_checks(
                world.call, [hold.order_ref for hold in credit_facts.holds(world.call).rows]
            ).values()
        assert own.is_stopped
        assert check.decision == credit_facts.replay_check(check)
        customers.stop_account(world.call, world.accounts["good"], False, "Paid")
        assert one_check(world, request(world.accounts["good"], 10)).accepted

    def test_stop_an_order_that_another_account_would_pay(self, world: World) -> None:
        credit_account(world, "parent", "1000")
        customers.stop_account(world.call, world.accounts["child"], True, "Dispute")
        asked = request(world.accounts["parent"], 10)
        assert not one_check(world, replace(asked, buyer_account_id=world.accounts["child"])).accepted
        assert one_check(world, request(world.accounts["parent"], 10)).accepted

    def test_do_not_stop_their_group(self, world: World) -> None:
        parent = credit_account(world, "parent", "1000")
        credit_account(world, "child", "500", parent)
        customers.stop_account(world.call, world.accounts["child"], True, "Dispute")
        assert one_check(world, request(world.accounts["parent"], 10)).accepted
        assert not one_check(world, request(world.accounts["child"], 10)).accepted
