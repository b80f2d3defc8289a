"""Figures from the database against the pure rules, on random histories: reversals, past days, and what was known when."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from decimal import Decimal

import pytest

from duecourse.core.call import within
from duecourse.core.money import Money
from duecourse.kpis import queries
from duecourse.receivables import queries as item_facts
from duecourse.receivables.models import Allocation, Clearing, OpenItem
from duecourse.receivables.rules import AgedAllocation, AgedItem, age_items
from tests import world as worlds
from tests.cash.play import eur, invoice

pytestmark = pytest.mark.django_db
FIRST = dt.date(2026, 6, 1)
RECORDED = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def world() -> worlds.World:
    return worlds.build()


def history(world: worlds.World, seed: int, many: int = 40) -> None:
    """Items and allocations at random: part payments, full ones, given back again, and recorded late. Written as rows."""
    chance, call = random.Random(seed), world.call
    accounts = sorted(world.accounts.values())
    with within(call):
        for number in range(many):
            currency = chance.choice(("EUR", "EUR", "USD"))
            issued = FIRST + dt.timedelta(days=chance.randrange(160))
            sign = chance.choice((1, 1, 1, -1))
            amount = Decimal(sign * chance.randrange(1, 50_000)) / 100
            company = amount if currency == "EUR" else (amount / Decimal("1.1")).quantize(Decimal("0.01")) or amount
            parts: list[tuple[dt.date, Decimal, Decimal]] = []
            rest, company_rest = amount, company
            for _ in range(chance.randrange(4)):
                back = parts and chance.random() < 0.4
                if back:
                    _, part, company_part = parts[-1]
                    part, company_part = -part, -company_part
                elif rest:
                    part = rest if chance.random() < 0.5 else (rest / 2).quantize(Decimal("0.01"))
                    company_part = company_rest if part == rest else (company_rest / 2).quantize(Decimal("0.01"))
                else:
                    break
                if not part or abs(rest - part) > abs(amount) or (rest - part) * sign < 0:
                    break
                parts.append((issued + dt.timedelta(days=chance.randrange(-3, 120)), part, company_part))
                rest, company_rest = rest - part, company_rest - company_part
            item = OpenItem.objects.create(
                company_id=call.company.id, customer_account_id=chance.choice(accounts), kind="invoice" if sign > 0 else "credit-note",
                number=f"R-{seed}-{number}", source=f"test:{seed}:{number}", issue_date=issued,
                due_date=issued + dt.timedelta(days=chance.choice((0, 14, 30, 60))), currency=currency, amount=amount,
                company_amount=company, open_amount=rest, open_company_amount=company_rest,
                closed_date=None if rest else max(day for day, *_ in parts),
                recorded_at=RECORDED + dt.timedelta(days=chance.randrange(200)),
            )  # fmt: skip
            for day, part, company_part in parts:
                clearing = Clearing.objects.create(company_id=call.company.id, value_date=day, by_name="test", at=call.at)
                Allocation.objects.create(
                    company_id=call.company.id, clearing=clearing, item=item, cause="write-off", amount=part,
                    company_amount=company_part, value_date=day, recorded_at=RECORDED + dt.timedelta(days=chance.randrange(300)),
                )  # fmt: skip


def by_rule(
    world: worlds.World, on: dt.date, known_at: dt.datetime | None = None, in_company: bool = False
) -> dict[tuple[int, str], list[Decimal]]:
    """The pure rule on the same rows."""
    with within(world.call):
        rows = list(OpenItem.objects.all())
        allocations = list(Allocation.objects.select_related("item"))
    items = [
        AgedItem(
            item_id=row.id, customer_id=f"{row.customer_account_id}:{row.currency}", issue_date=row.issue_date, due_date=row.due_date,
            open=Money(row.company_amount, "EUR") if in_company else Money(row.amount, row.currency),
        )
        for row in rows if known_at is None or row.recorded_at <= known_at
    ]  # fmt: skip
    taken = [
        AgedAllocation(
            item_id=row.item_id, value_date=row.value_date, recorded_at=row.recorded_at,
            amount=Money(row.company_amount, "EUR") if in_company else Money(row.amount, row.item.currency),
        )
        for row in allocations
    ]  # fmt: skip
    found = {}
    for row in age_items(items, taken, on, known_at):
        account, currency = str(row.customer_id).split(":")
        if any(row.buckets):
            found[int(account), currency] = [bucket.amount for bucket in row.buckets]
    return found


DAYS = [FIRST + dt.timedelta(days=day) for day in (0, 20, 75, 130, 169, 300)]


@pytest.mark.parametrize("seed", range(6))
def test_the_database_ages_as_the_rule_does(world: worlds.World, seed: int) -> None:
    history(world, seed)
    for on in DAYS:
        with within(world.call):
            found = item_facts.ageing(world.call, on)
            sums = item_facts.ageing_sums(world.call, on)
            paged = item_facts.ageing_page(world.call, on, size=200)
        own, company = by_rule(world, on), by_rule(world, on, in_company=True)
        assert {
            (row.customer_account_id, row.currency): [b.amount for b in row.buckets] for row in found if any(row.buckets)
        } == own
        assert {
            (row.customer_account_id, row.currency): [b.amount for b in row.company_buckets]
            for row in found
            if any(row.company_buckets)
        } == company
        assert sum((one.total.amount for one in sums), Decimal(0)) == sum((sum(row) for row in company.values()), Decimal(0))
        assert sum(one.items for one in sums) == sum(row.items for row in found) == sum(line.items for line in paged.page.rows)
        assert {
            (line.customer_account_id, line.currency): [b.amount for b in line.buckets]
            for line in paged.page.rows
            if any(line.buckets)
        } == company
        assert {line.currency: line.own for line in paged.sums} == {line.currency: line.own for line in sums}
        with within(world.call):
            items = item_facts.items(world.call, on)
        assert len(items) == sum(row.items for row in found)


@pytest.mark.parametrize("seed", range(3))
def test_differences_explain_every_change(world: worlds.World, seed: int) -> None:
    history(world, 100 + seed)
    for then, now in itertools.pairwise(DAYS):
        with within(world.call):
            before = sum((one.total.amount for one in item_facts.ageing_sums(world.call, then)), Decimal(0))
            after = sum((one.total.amount for one in item_facts.ageing_sums(world.call, now)), Decimal(0))
            assert item_facts.differences(world.call, then, now).total.amount == after - before
            change, movers = item_facts.movements(world.call, then, now, 200)
            late = [
                sum((b.amount for one in item_facts.ageing_sums(world.call, day) for b in one.buckets[1:]), Decimal(0))
                for day in (then, now)
            ]
        assert change.amount == late[1] - late[0] == sum((one.change.amount for one in movers), Decimal(0))


@pytest.mark.parametrize("seed", range(4))
def test_as_known_then_it_ages_as_the_rule_does(world: worlds.World, seed: int) -> None:
    history(world, 200 + seed)
    for on in DAYS[2:]:
        for known_at in (RECORDED - dt.timedelta(days=1), RECORDED + dt.timedelta(days=90), RECORDED + dt.timedelta(days=400)):
            with within(world.call):
                found = item_facts.ageing(world.call, on, known_at)
                paged = item_facts.ageing_page(world.call, on, known_at, size=200)
            own, company = by_rule(world, on, known_at), by_rule(world, on, known_at, in_company=True)
            assert {
                (row.customer_account_id, row.currency): [b.amount for b in row.buckets] for row in found if any(row.buckets)
            } == own
            lines = {(line.customer_account_id, line.currency): [b.amount for b in line.buckets] for line in paged.page.rows}
            assert {key: row for key, row in lines.items() if any(row)} == company


def test_the_pages_together_are_the_report_in_its_order(world: worlds.World) -> None:
    for place, who in enumerate(("good", "late", "disputer", "dollar")):
        invoice(world.call, world.accounts[who], f"INV-26-0000{place}", eur(f"{100 * (place + 1)}.00"))
    with within(world.call):
        for sort in ("total", "-total", "name", "-name", "-number", "not_due"):
            pages = [queries.ageing_page(world.call, world.call.today, sort=sort, page=number, size=1) for number in (1, 2, 3, 4)]
            report = queries.ageing(world.call, world.call.today, sort=sort)
            assert [page.page.rows[0].number for page in pages] == [row.number for row in report.rows]
            assert {page.summary.total for page in pages} == {eur("1000.00")}
            assert pages[0].customers == 4


def test_home_is_the_sum_of_its_parts(world: worlds.World) -> None:
    """1,000.00 every ten days over the last ninety, nothing paid: ninety days of sales are open, so DSO is 90."""
    for number in range(9):
        invoice(
            world.call,
            world.accounts["good"],
            f"INV-26-{number:05}",
            eur("1000.00"),
            world.call.today - dt.timedelta(days=10 * number),
        )
    with within(world.call):
        found = queries.home(world.call, world.call.today)
    assert found.dso.value == Decimal("90.0")
    assert found.exposure == found.ages.total == eur("9000.00")
    assert found.overdue_share.value == Decimal("55.6")
    assert len(found.received) == 13
