"""Open items of another system: a real extract, taken over whole, equal to an independent sum over the file."""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from duecourse.core.call import within
from duecourse.core.errors import Refused
from duecourse.customers import queries as customer_facts
from duecourse.jobs.imports import open_items
from duecourse.kpis import actions as kpis
from duecourse.ledger import actions as ledger
from duecourse.receivables import actions, queries
from tests.world import World, build

HEAD = "business_code,cust_number,name_customer,business_year,doc_id,document_create_date.1,due_in_date,invoice_currency,total_open_amount,isOpen"


def read(*rows: str) -> open_items.Extract:
    return open_items.read("\n".join([HEAD, *rows]).encode(), "items.csv")


class TestAFileOfOpenItems:
    def test_keeps_ids_that_a_spreadsheet_turned_into_numbers(self) -> None:
        (item,) = read("U001,0200706844,WINC co,2020.0,1930571429.0,2020-02-27,20200313.0,USD,8734.71,1").items
        assert (item.number, item.external_id) == ("1930571429", "U001/2020/1930571429")
        assert item.due_date == dt.date(2020, 3, 13)

    @pytest.mark.parametrize(
        ("row", "column", "expected"),
        [
            ("U001,1,A,2020,7,27.02.2020,2020-03-13,USD,10.00,1", "issue", "a date"),
            ("U001,1,A,2020,7,00:27.0,2020-03-13,USD,10.00,1", "issue", "a date"),
            ("U001,1,A,2020,7,2020-02-27,2020-02-30,USD,10.00,1", "due", "a date"),
            ("U001,1,A,2020,7,2020-02-27,2024-03-13,USD,10.00,1", "due", "a date near"),
            ('U001,1,A,2020,7,2020-02-27,2020-03-13,USD,"1,234.56",1', "amount", "digits"),
            ("U001,1,A,2020,7,2020-02-27,2020-03-13,USD,NaN,1", "amount", "digits"),
            ("U001,1,A,2020,7,2020-02-27,2020-03-13,USD,1e3,1", "amount", "digits"),
            ("U001,1,A,2020,7,2020-02-27,2020-03-13,USD,10.005,1", "amount", "an amount of its currency"),
            ("U001,1,A,2020,7,2020-02-27,2020-03-13,XXQ,10.00,1", "amount", "an amount of its currency"),
            ("U001,1,A,2020,7,2020-02-27,2020-03-13,USD,0.00,1", "amount", "something open"),
            ("U001,,A,2020,7,2020-02-27,2020-03-13,USD,10.00,1", "customer", "a value"),
            ("U001,1,A,2020,7,2020-02-27,2020-03-13,USD", "the row", "10 fields"),
        ],
    )
    def test_rejects_a_row_by_line_and_column(self, row: str, column: str, expected: str) -> None:
        extract = read(row)
        (reject,) = extract.rejects
        assert not extract.items
        assert (reject.line, reject.column) == (2, column)
        assert reject.expected.startswith(expected)

    def test_rejects_the_second_row_of_one_document(self) -> None:
        row = "U001,1,A,2020,7,2020-02-27,2020-03-13,USD,10.00,1"
        extract = read(row, row)
        assert len(extract.items) == 1
        assert "line 2" in extract.rejects[0].expected

    def test_leaves_out_what_is_closed(self) -> None:
        assert read("U001,1,A,2020,7,2020-02-27,2020-03-13,USD,10.00,0").closed == 1

    def test_names_the_columns_that_are_missing(self) -> None:
        with pytest.raises(Refused, match="due_in_date"):
            open_items.read(b"cust_number,name_customer\n1,A\n", "items.csv")


@pytest.mark.django_db
class TestTakingOver:
    @pytest.fixture
    def world(self) -> World:
        world = build()
        rates = [("USD", world.call.today, Decimal("1.1000")), ("CAD", world.call.today, Decimal("1.5000"))]
        ledger.load_rates(world.call, rates, source="test")
        return world

    def take(self, world: World, extract: open_items.Extract) -> tuple[int, int]:
        done = actions.take_over_items(world.call, extract.items, open_items.SYSTEM, world.call.today, "NET30")
        return done.items, done.known

    def test_the_real_extract_goes_in_whole_and_ages_like_the_file(self, world: World, shared: Path) -> None:
        path = shared / "data" / "receivables" / "open_items" / "open_items.csv"
        extract = open_items.read(path.read_bytes(), path.name)
        assert (len(extract.items), extract.rejects) == (7069, ())
        assert self.take(world, extract) == (7069, 0)
        for on in (dt.date(2020, 4, 15), dt.date(2020, 6, 1), world.call.today):
            assert self.aged(world, on) == independent_ageing(path, on)
        assert self.take(world, extract) == (0, 7069)
        with within(world.call):
            assert all(verdict.holds for verdict in kpis.verify(world.call))

    def aged(self, world: World, on: dt.date) -> dict[tuple[str, str], list[Decimal]]:
        with within(world.call):
            rows = queries.ageing(world.call, on)
            accounts = customer_facts.accounts_by_id(world.call, [row.customer_account_id for row in rows])
        return {(accounts[row.customer_account_id].number, row.currency): [money.amount for money in row.buckets] for row in rows}

    def test_numbers_with_and_without_zeros_are_one_customer_and_spellings_stay(self, world: World) -> None:
        extract = read(
            "U001,0200706844,WINC co,2020,1,2020-02-27,2020-03-13,USD,10.00,1",
            "U001,200706844,WINC llc,2020,2,2020-02-27,2020-03-13,USD,5.00,1",
            "U001,200706844,WINC llc,2020,3,2020-02-27,2020-03-13,CAD,5.00,1",
        )
        self.take(world, extract)
        with within(world.call):
            account = customer_facts.accounts_by_number(world.call, ["0200706844"])["0200706844"]
            assert (account.number, account.name) == ("200706844", "WINC llc")
            assert customer_facts.search(world.call, "WINC co")[0].account_id == account.id
            open_now = queries.open_by_account(world.call, [account.id], world.call.today)
        assert {key[1]: sums.open.amount for key, sums in open_now.items()} == {"USD": Decimal(15), "CAD": Decimal(5)}

    def test_nothing_goes_in_without_a_rate(self, world: World) -> None:
        with pytest.raises(Refused) as refused:
            self.take(world, read("U001,1,A,2020,7,2020-02-27,2020-03-13,CHF,10.00,1"))
        assert refused.value.code == "ledger.rate-missing"
        with within(world.call):
            assert not customer_facts.accounts_by_number(world.call, ["1"])


def independent_ageing(path: Path, on: dt.date) -> dict[tuple[str, str], list[Decimal]]:
    """The same sums by nothing but the file: customer without leading zeros, currency, days past due."""
    sums: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 5)
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if dt.date.fromisoformat(row["document_create_date.1"]) > on:
                continue
            late = (on - dt.date.fromisoformat(row["due_in_date"])).days
            place = sum(late > edge for edge in (0, 30, 60, 90))
            own = sums[row["cust_number"].lstrip("0"), row["invoice_currency"]]
            own[place] += Decimal(row["total_open_amount"])
    return dict(sums)
