"""Cases as tables that a collector can check: who comes first, why, and when one comes back."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from duecourse.collection import rules
from duecourse.core.errors import Refused
from duecourse.core.money import Money

TODAY = dt.date(2026, 11, 17)  # a Tuesday
POLICY = rules.Policy()


def eur(amount: str | int) -> Money:
    return Money(Decimal(amount), "EUR")


def facts(**changes: object) -> rules.Facts:
    """One item of 1,000 that is 30 days late."""
    base = rules.Facts(1, 1, Decimal(1000), Decimal(30000), TODAY - dt.timedelta(days=30))
    return replace(base, **changes)  # type: ignore[arg-type]


class TestRank:
    @pytest.mark.parametrize(
        ("what", "changes", "priority", "collectible", "days"),
        [
            ("amount times days", {}, "30000", "1000", 30),
            ("less what is disputed", {"disputed": Decimal(400), "weighted_aside": Decimal(12000)}, "18000", "600", 30),
            ("less what is promised", {"promised": Decimal(1000), "weighted_aside": Decimal(30000)}, "0", "0", 0),
            ("less what is blocked", {"blocked": Decimal(950), "weighted_aside": Decimal(28500)}, "0", "50", 30),
            ("less what is here and not applied", {"on_account": Decimal(500)}, "15000", "500", 30),
            ("more is here than is owed", {"on_account": Decimal(5000)}, "0", "0", 0),
            ("a broken promise counts for more", {"promise_date": TODAY - dt.timedelta(days=3)}, "45000", "1000", 30),
            ("within its tolerance it is not broken", {"promise_date": TODAY - dt.timedelta(days=2)}, "30000", "1000", 30),
            ("a kept one is none", {"promise_date": TODAY - dt.timedelta(days=9), "promise_kept": True}, "30000", "1000", 30),
        ],
    )
    def test_is_what_can_be_collected_times_days(
        self, what: str, changes: dict[str, object], priority: str, collectible: str, days: int
    ) -> None:
        found = rules.rank(facts(**changes), POLICY, TODAY)
        assert (found.priority, found.collectible, found.days_late) == (Decimal(priority), Decimal(collectible), days), what

    @pytest.mark.parametrize(
        ("amount", "days", "listed"), [("99.99", 30, False), ("100", 30, True), ("100", 2, False), ("100", 3, True)]
    )
    def test_leaves_small_and_young_debts_alone(self, amount: str, days: int, listed: bool) -> None:
        owed = Decimal(amount)
        found = rules.rank(facts(overdue=owed, weighted=owed * days, oldest_due=TODAY - dt.timedelta(days=days)), POLICY, TODAY)
        assert found.is_listed is listed


def line(**changes: object) -> rules.Line:
    zero = eur(0)
    base = rules.Line(
        1, None, TODAY, Decimal(30000), 1, eur(1000), eur(1000), zero, zero, zero, zero, 30, TODAY - dt.timedelta(days=41), None, None,
        "", None,
    )  # fmt: skip
    return replace(base, **changes)  # type: ignore[arg-type]


class TestLine:
    @pytest.mark.parametrize(
        ("changes", "state"),
        [
            ({}, "todo"),
            ({"contact_date": TODAY}, "done"),
            ({"contact_date": TODAY - dt.timedelta(days=1)}, "todo"),
            ({"next_date": TODAY + dt.timedelta(days=1)}, "waiting"),
            ({"next_date": TODAY}, "todo"),
            ({"priority": Decimal(0)}, "waiting"),
            ({"priority": Decimal(0), "contact_date": TODAY}, "done"),
        ],
    )
    def test_stands_in_one_of_three_tabs(self, changes: dict[str, object], state: str) -> None:
        assert line(**changes).state(TODAY) == state

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({}, "collection.never-contacted"),
            ({"contact_date": TODAY - dt.timedelta(days=12)}, "collection.silent-for"),
            ({"broken_date": TODAY - dt.timedelta(days=3)}, "collection.promise-broken"),
            ({"next_date": TODAY}, "collection.was-put-on"),
            ({"next_date": TODAY + dt.timedelta(days=5)}, "collection.waits-until"),
            ({"priority": Decimal(0), "disputed": eur(1000)}, "collection.all-disputed"),
            ({"priority": Decimal(0), "promised": eur(1000)}, "collection.all-promised"),
            ({"priority": Decimal(0), "on_account": eur(950)}, "collection.nothing-to-ask"),
        ],
    )
    def test_says_one_thing_why_it_is_there(self, changes: dict[str, object], code: str) -> None:
        assert rules.why_now(line(**changes), TODAY).code == code

    def test_says_all_of_it_in_full(self) -> None:
        said = [each.code for each in rules.reasons(line(contact_date=TODAY - dt.timedelta(days=12), disputed=eur(40)), TODAY)]
        assert said == ["collection.late", "collection.last-contact", "collection.disputed", "collection.nothing-promised"]

    @pytest.mark.parametrize(
        ("outcome", "phone", "email", "action"),
        [
            ("", True, True, "call"),
            ("wrong-number", True, True, "email"),
            ("", False, True, "email"),
            ("", False, False, "find-contact"),
        ],
    )
    def test_knows_what_to_do_next(self, outcome: str, phone: bool, email: bool, action: str) -> None:
        assert rules.next_action(line(outcome=outcome), phone, email) == action


class TestNextDate:
    @pytest.mark.parametrize(
        ("outcome", "day"),
        [
            ("no-answer", "2026-11-18"),
            ("will-pay", "2026-11-24"),
            ("paid", "2026-11-20"),
            ("dispute", "2026-12-01"),
            ("sent", "2026-11-26"),
        ],
    )
    def test_is_so_many_working_days_away(self, outcome: str, day: str) -> None:
        assert rules.next_date(rules.NewEntry(1, outcome), POLICY, TODAY, "DE") == dt.date.fromisoformat(day)

    def test_is_when_a_promise_can_be_broken(self) -> None:
        new = rules.NewEntry(1, "promise", promised=eur(10), promise_date=dt.date(2026, 11, 20))
        assert rules.next_date(new, POLICY, TODAY, "DE") == dt.date(2026, 11, 23)

    def test_is_what_was_said(self) -> None:
        new = rules.NewEntry(1, "no-answer", next_date=dt.date(2026, 12, 24))
        assert rules.next_date(new, POLICY, TODAY, "DE") == dt.date(2026, 12, 24)


class TestEntry:
    @pytest.mark.parametrize(
        ("new", "field"),
        [
            (rules.NewEntry(1, "shouted"), "outcome"),
            (rules.NewEntry(1, "no-answer", "telegram"), "channel"),
            (rules.NewEntry(1, "note"), "text"),
            (rules.NewEntry(1, "snoozed"), "next_date"),
            (rules.NewEntry(1, "snoozed", next_date=TODAY), "next_date"),
            (rules.NewEntry(1, "no-answer", next_date=TODAY - dt.timedelta(days=1)), "next_date"),
            (rules.NewEntry(1, "no-answer", promised=eur(1)), "outcome"),
            (rules.NewEntry(1, "promise", promise_date=TODAY), "amount"),
            (rules.NewEntry(1, "promise", promised=eur(0), promise_date=TODAY), "amount"),
            (rules.NewEntry(1, "promise", promised=eur(1)), "promise_date"),
            (rules.NewEntry(1, "promise", promised=eur(1), promise_date=TODAY - dt.timedelta(days=1)), "promise_date"),
            (rules.NewEntry(1, "promise", promised=eur(1), promise_date=TODAY + dt.timedelta(days=400)), "promise_date"),
            (rules.NewEntry(1, "no-answer", text="x" * 2001), "text"),
        ],
    )
    def test_is_refused_with_what_is_missing(self, new: rules.NewEntry, field: str) -> None:
        with pytest.raises(Refused) as caught:
            rules.checked(new, TODAY)
        assert caught.value.details["field"] == field

    def test_a_promise_is_split_over_the_oldest_first(self) -> None:
        assert rules.split_promise(eur(120), [(1, eur(100)), (2, eur(50))]) == [(1, eur(100)), (2, eur(20))]
        with pytest.raises(Refused, match="more than these items have open"):
            rules.split_promise(eur(151), [(1, eur(100)), (2, eur(50))])


class TestPolicy:
    def test_comes_back_as_it_was_kept(self) -> None:
        assert rules.policy_from_json(rules.policy_to_json(POLICY)) == POLICY

    @pytest.mark.parametrize(
        "data",
        [
            {"days_min": "3"},
            {"days_min": 366},
            {"amount_min": "-1"},
            {"amount_min": "x"},
            {"speed": 1},
            {"broken_promise_factor": "0.5"},
        ],
    )
    def test_is_refused_when_it_cannot_be_used(self, data: dict[str, object]) -> None:
        with pytest.raises(Refused, match="The policy cannot have"):
            rules.policy_from_json(data)
