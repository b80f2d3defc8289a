"""Histories of other systems, from their files to what is known of how customers pay."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from django.core.management import call_command

from duecourse.core.call import Call, within
from duecourse.jobs import take_history
from duecourse.jobs.imports import history
from duecourse.kpis import actions as kpis
from duecourse.kpis import queries as figures
from duecourse.receivables import queries as item_facts
from tests import databases
from tests.books import DAY, as_owner
from tests.world import build

HEAD = "customerID,invoiceNumber,InvoiceDate,DueDate,InvoiceAmount,SettledDate,Disputed"


def read(*rows: str, head: str = HEAD, undated: str = "reject") -> history.Past:
    return history.read("\n".join([head, *rows]).encode(), "past.csv", "EUR", undated)


class TestReading:
    def test_days_that_can_be_two_are_decided_by_their_column(self) -> None:
        past = read("C1,1,1/2/2013,2/1/2013,10.00,,No", "C1,2,1/13/2013,2/12/2013,10.00,2/3/2013,Yes")
        assert [row.issue_date for row in past.rows] == [dt.date(2013, 1, 2), dt.date(2013, 1, 13)]
        assert past.rows[1].paid[0][0] == dt.date(2013, 2, 3)  # its own column says nothing: the file's others do
        assert [row.disputed for row in past.rows] == [False, True]

    def test_days_that_nothing_decides_are_rejected_by_line(self) -> None:
        past = read("C1,1,1/2/2013,2/1/2013,10.00,,No", "C1,2,2013-01-13,12-Feb-13,10.00,,No")
        (reject,) = past.rejects
        assert (reject.line, reject.column, reject.value) == (2, "InvoiceDate", "1/2/2013")
        assert "can be 2013-02-01 or 2013-01-02" in reject.expected
        assert len(past.rows) == 1

    @pytest.mark.parametrize(
        ("row", "column", "expected"),
        [
            ("C1,1,2013-01-02,2013-02-01,0.00,,No", "InvoiceAmount", "other than zero"),
            ("C1,1,2013-01-02,2013-02-01,ten,,No", "InvoiceAmount", "an amount"),
            ("C1,1,2013-01-02,,10.00,,No", "DueDate", "a day"),
            ("C1,1,2013-01-02,2013-02-30,10.00,,No", "DueDate", "one day"),
            ("C1,,2013-01-02,2013-02-01,10.00,,No", "invoiceNumber", "an invoice number"),
            (",1,2013-01-02,2013-02-01,10.00,,No", "customerID", "a customer"),
            ("C1,1,2013-01-02,2013-02-01,10.00,,maybe", "Disputed", "yes or no"),
            ("C1,1,2013-01-02,2013-02-01", "the row", "7 fields"),
        ],
    )
    def test_a_row_that_is_not_certain_is_rejected(self, row: str, column: str, expected: str) -> None:
        (reject,) = read(row).rejects
        assert reject.column == column
        assert expected in reject.expected

    def test_figures_that_contradict_each_other_are_rejected(self) -> None:
        head = "Customer,Invoice_Date,Due_Date,Amount,Settled,Outstanding,Number_of_Days_until_Payment"
        day = "A Ltd,2013-01-02,2013-02-01,"
        past = read(
            day + "100.00,60.00,30.00,5",
            day + "100.00,60.00,40.00,5",
            day + "100.00,60.00,40.00,",
            day + "1.00,0.00,1.00,",
            head=head,
        )
        assert [(reject.line, reject.column) for reject in past.rejects] == [
            (2, "Outstanding"),
            (4, "Number_of_Days_until_Payment"),
        ]
        assert [[str(money.amount) for _, money in row.paid] for row in past.rows] == [["60.00"], []]
        assert len(read(day + "100.00,60.00,40.00,", head=head, undated="open").rows) == 1

    def test_equal_rows_without_a_number_are_two_invoices(self) -> None:
        head = "Vendor_Name,Invoice_Date,Due_Date,Amount,Number_of_Days_until_Payment"
        row = "A Ltd,2013-01-02,2013-02-01,100.00,"
        one, two = read(row, row, head=head).rows
        assert one.number != two.number
        assert read(row, head=head).rows[0].number == one.number
        assert (one.customer_number, one.customer_name) == ("A LTD", "A Ltd")


@dataclass
class Alone:
    """An independent reckoning over a file: per customer (issued, due, amount, paid on, paid), with csv and Decimal alone."""

    rows: dict[str, list[tuple[dt.date, dt.date, Decimal, dt.date | None, Decimal]]]

    def late(self, customer: str | None, on: dt.date) -> Decimal | None:
        """Days late weighted by what was paid."""
        paid = [row for row in self.some(customer) if row[3] is not None and row[3] <= on]
        weight = sum(row[4] for row in paid)
        return tenths(sum(row[4] * (row[3] - row[1]).days for row in paid if row[3]) / weight) if weight else None

    def median(self, customer: str, on: dt.date) -> Decimal | None:
        late = sorted((row[3] - row[1]).days for row in self.some(customer) if row[3] and row[3] <= on and row[4] == row[2])
        middle = len(late) // 2
        return None if not late else Decimal(late[middle]) if len(late) % 2 else Decimal(late[middle - 1] + late[middle]) / 2

    def dso(self, customer: str | None, on: dt.date) -> Decimal | None:
        """What was open at the end of a day ÷ what was billed in its last 90 days × 90."""
        there = [row for row in self.some(customer) if row[0] <= on]
        owed = sum((row[2] - (row[4] if row[3] and row[3] <= on else 0) for row in there), Decimal(0))
        sales = sum((row[2] for row in there if row[0] > on - dt.timedelta(days=90)), Decimal(0))
        return tenths(owed * 90 / sales) if sales > 0 else None

    def some(self, customer: str | None) -> Iterator[tuple[dt.date, dt.date, Decimal, dt.date | None, Decimal]]:
        for name, rows in self.rows.items():
            if customer is None or name == customer:
                yield from rows


def tenths(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"), ROUND_HALF_UP)


def us(text: str) -> dt.date | None:
    return dt.datetime.strptime(text, "%m/%d/%Y").date() if text else None


def british(text: str) -> dt.date:
    return dt.datetime.strptime(text, "%d-%b-%y").date()


def reckon(data: bytes) -> Alone:
    rows: dict[str, list[tuple[dt.date, dt.date, Decimal, dt.date | None, Decimal]]] = defaultdict(list)
    for row in csv.DictReader(io.StringIO(data.decode("utf-8-sig"))):
        if "customerID" in row:
            issued, due = us(row["InvoiceDate"]), us(row["DueDate"])
            assert issued is not None
            assert due is not None
            amount = Decimal(row["InvoiceAmount"])
            paid = us(row["SettledDate"])
            rows[row["customerID"]].append((issued, due, amount, paid, amount if paid else Decimal(0)))
        elif row["Number_of_Days_until_Payment"]:  # the others say that they were settled, but not when
            issued = british(row["Invoice_Date"])
            paid = issued + dt.timedelta(days=int(float(row["Number_of_Days_until_Payment"])))
            name = " ".join(row["Vendor_Name"].split()).upper()
            rows[name].append((issued, british(row["Due_Date"]), Decimal(row["Amount"]), paid, Decimal(row["Settled"])))
    return Alone(rows)


@pytest.mark.django_db
class TestTheCommand:
    def test_shows_first_then_takes_over_and_knows_it_again(self, tmp_path: Path) -> None:
        build()
        path = tmp_path / "past.csv"
        path.write_text(f"{HEAD}\nC1,1,2013-01-02,2013-02-01,10.00,2013-02-05,No\nC1,2,2013-01-02,2013-02-01,x,,No")
        said = self.run(path)
        assert "1 documents accepted, 1 rows rejected, 0 known already." in said
        assert "line 3, InvoiceAmount: expected an amount" in said
        assert "This was a dry run; nothing was written." in said
        assert "1 documents and 1 payments taken over, 0 documents were known; 1 customers are new." in self.run(
            path, "--confirm"
        )
        assert "0 documents and 0 payments taken over, 1 documents were known; 0 customers are new." in self.run(
            path, "--confirm"
        )

    def run(self, path: Path, *more: str) -> str:
        said = io.StringIO()
        call_command("import", "history", str(path), *more, stdout=said, stderr=said)
        return said.getvalue()


class TestRealFiles:
    @pytest.mark.parametrize(
        ("folder", "documents", "rejected", "days"),
        [
            ("ibm_invoices", 1304, 0, [dt.date(2013, 1, 31), dt.date(2013, 6, 30), dt.date(2013, 12, 31)]),
            ("supplier_invoices", 6083, 219, [dt.date(2013, 6, 30), dt.date(2015, 10, 31), DAY]),
        ],
    )
    def test_days_late_and_dso_are_those_of_the_file(
        self, shared: Path, fresh_database: databases.Fresh, folder: str, documents: int, rejected: int, days: list[dt.date]
    ) -> None:
        path = shared / "data/receivables" / folder / "invoices.csv"
        call, alone = build().call, reckon(path.read_bytes())
        past = history.read(path.read_bytes(), path.name, "EUR")
        plan = take_history.plan(call, past, "old")
        assert (len(plan.documents), len(past.rejects), plan.new_customers) == (documents, rejected, len(alone.rows))
        taken = take_history.take(call, past, plan, "old")
        assert (len(taken.recorded.ids), taken.customers) == (documents, len(alone.rows))
        with as_owner(fresh_database) as owner:
            owner.execute("analyze")  # as the server's own housekeeping does a minute later
        with within(call):
            for on in days:
                self.compare(call, alone, on)
            assert [verdict.broken for verdict in kpis.verify(call) if not verdict.holds] == []
        again = take_history.take(call, past, take_history.plan(call, past, "old"), "old")
        assert (len(again.recorded.ids), again.recorded.known, again.customers) == (0, documents, 0)

    def compare(self, call: Call, alone: Alone, on: dt.date) -> None:
        overall = item_facts.behaviour_of_all(call, on)
        assert (overall.late_days if overall else None) == alone.late(None, on)
        assert figures.figures(call, on).dso.value == alone.dso(None, on)
        rows = [row for row in figures.paying(call, on) if row.number in alone.rows]
        assert len(rows) >= len([name for name in alone.rows if alone.late(name, on) is not None])
        for row in rows:
            seen = row.behaviour
            assert (seen.late_days if seen else None) == alone.late(row.number, on), row.number
            assert (seen.median_days if seen else None) == alone.median(row.number, on), row.number
            assert row.dso.value == alone.dso(row.number, on), row.number
