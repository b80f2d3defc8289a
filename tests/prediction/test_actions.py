"""Estimates of open items: learnt from the books as they were known, replaced by each run, kept with the gate."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from decimal import Decimal

import pytest

from duecourse.core.call import Call, within
from duecourse.core.money import Money
from duecourse.forecasting import actions as forecasting
from duecourse.forecasting import queries as forecast_facts
from duecourse.prediction import queries
from duecourse.prediction.rules.answer import answer
from duecourse.receivables.models import Allocation, Clearing, OpenItem
from tests.world import World, build

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return build()


def books(world: World, many: int = 120) -> None:
    """Invoices of two customers, one on time and one three weeks late; the newest are open. Written as rows."""
    luck, call = random.Random(5), world.call
    with within(call):
        clearing = Clearing.objects.create(company_id=call.company.id, value_date=call.today, by_name="t", at=call.at)
        for number in range(many):
            late = number % 2
            issued = call.today - dt.timedelta(days=330 - number * 330 // many)
            days = 30 + (21 if late else 0) + luck.randrange(-3, 4)
            paid = issued + dt.timedelta(days=days)
            is_paid = paid < call.today
            amount = Decimal(luck.randrange(10_000, 90_000)) / 100
            item = OpenItem.objects.create(
                company_id=call.company.id, customer_account_id=world.accounts["late" if late else "good"], kind="invoice",
                number=f"P-{number}", source=f"test:{number}", issue_date=issued, due_date=issued + dt.timedelta(days=30),
                currency="EUR", amount=amount, company_amount=amount, open_amount=0 if is_paid else amount,
                open_company_amount=0 if is_paid else amount, closed_date=paid if is_paid else None, recorded_at=recorded(call),
            )  # fmt: skip
            if is_paid:
                Allocation.objects.create(
                    company_id=call.company.id, clearing=clearing, item=item, cause="payment", amount=amount,
                    company_amount=amount, value_date=paid, recorded_at=recorded(call),
                )  # fmt: skip


def made(call: Call) -> int:
    with within(call):
        history, wanted = queries.facts(call, call.today - dt.timedelta(days=1))
    found = answer(history, wanted, call.today - dt.timedelta(days=1))
    return forecasting.keep_forecast(call, found, wanted)


def recorded(call: Call, hours: int = -1) -> dt.datetime:
    """An instant before (or after) the call, for the second time axis: the database's own clock is of another year."""
    return call.at + dt.timedelta(hours=hours)


class TestEstimates:
    def test_tell_the_late_payer_from_the_good_one_and_are_replaced_by_the_next_run(self, world: World) -> None:
        books(world)
        call = world.call
        made(call)
        with within(call):
            open_items = list(OpenItem.objects.filter(company_id=call.company.id, open_amount__gt=0))
            found = queries.estimates(call, [item.id for item in open_items])
            run = queries.latest_run(call)
        assert len(found) == len(open_items) > 5
        assert run is not None
        assert run.estimated == len(found)
        for item in open_items:
            one = found[item.id]
            assert call.today <= one.p10 <= one.p50 <= one.p90
            assert one.reason.code == "prediction.history"
            late = item.customer_account_id == world.accounts["late"]
            if item.due_date > call.today:
                assert (one.late > Decimal("0.6")) == late, (item.number, one)
        made(call)
        with within(call):
            assert len(queries.estimates(call, [item.id for item in open_items])) == len(open_items)
            assert queries.latest_run(call) != run

    def test_of_a_day_are_the_same_whatever_is_recorded_later(self, world: World) -> None:
        books(world)
        call = world.call
        as_of = call.today - dt.timedelta(days=1)
        with within(call):
            before = queries.facts(call, as_of)
            item = OpenItem.objects.filter(company_id=call.company.id, open_amount__gt=0).order_by("id")[0]
            then = recorded(call, hours=1)
            clearing = Clearing.objects.create(company_id=call.company.id, value_date=item.issue_date, by_name="t", at=call.at)
            # Known only later, though its value date lies before: a payment, and an invoice of last month.
            Allocation.objects.create(
                company_id=call.company.id, clearing=clearing, item=item, cause="payment", amount=item.amount,
                company_amount=item.company_amount, value_date=item.issue_date, recorded_at=then,
            )  # fmt: skip
            OpenItem.objects.filter(pk=item.pk).update(open_amount=0, open_company_amount=0, closed_date=item.issue_date)
            OpenItem.objects.create(
                company_id=call.company.id, customer_account_id=item.customer_account_id, kind="invoice", number="L-1",
                source="test:later", issue_date=as_of - dt.timedelta(days=30), due_date=as_of, currency="EUR", amount=Decimal(100),
                company_amount=Decimal(100), open_amount=Decimal(100), open_company_amount=Decimal(100), recorded_at=then,
            )  # fmt: skip
            after = queries.facts(call, as_of)
            told = queries.facts(replace(call, at=then), as_of)
        assert after == before
        assert answer(*after, as_of) == answer(*before, as_of)
        assert told != before

    def test_without_any_history_come_from_the_terms_and_say_so(self, world: World) -> None:
        books(world, many=4)
        call = world.call
        with within(call):
            OpenItem.objects.create(
                company_id=call.company.id, customer_account_id=world.accounts["dollar"], kind="invoice", number="D-1", source="test:d",
                issue_date=call.today - dt.timedelta(days=5), due_date=call.today + dt.timedelta(days=25), currency="USD",
                amount=Decimal(110), company_amount=Decimal(100), open_amount=Decimal(110), open_company_amount=Decimal(100),
                recorded_at=recorded(call),
            )  # fmt: skip
        made(call)
        with within(call):
            item = OpenItem.objects.get(company_id=call.company.id, number="D-1")
            one = queries.estimates(call, [item.id])[item.id]
            forecast = forecast_facts.latest(call)
        assert one.reason.code == "prediction.terms"
        assert one.open == Money(Decimal(110), "USD")
        assert forecast is not None
        weeks = forecast.of("USD")
        assert len(weeks) == 13
        assert all(Money.zero("USD") <= week.low <= week.expected <= week.high for week in weeks)
        assert sum(week.on_due.amount for week in weeks) == 110
