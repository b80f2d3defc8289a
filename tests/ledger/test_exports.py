"""The journal as a file: read again by readers of their own, it adds up to the ledger; the same again is the same bytes."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections import defaultdict
from decimal import Decimal

import pytest

from duecourse.core.call import within
from duecourse.invoicing import actions as invoicing
from duecourse.invoicing.rules import NewInvoice, NewLine, Terms
from duecourse.ledger import actions as ledger
from duecourse.ledger import queries, rules
from tests.books import DAY, entry, refused
from tests.world import World, build

FIRST, LAST = dt.date(2026, 11, 1), dt.date(2026, 11, 30)


@pytest.fixture
def world(db: None) -> World:
    """A domestic invoice at two rates, an EU supply, an export in dollars, and an entry by hand."""
    world = build()
    two = [NewLine("Elbow “fitting”; 90°", Decimal(3), "pc", Decimal("33.33"), "S", Decimal(19)),
           NewLine("Handbook", Decimal(1), "pc", Decimal("39.00"), "AA", Decimal(7))]  # fmt: skip
    for name, currency, lines in (
        ("good", "EUR", two),
        ("disputer", "EUR", [NewLine("Valve", Decimal(2), "pc", Decimal("184.00"), "K", Decimal(0))]),
        ("dollar", "USD", [NewLine("Valve", Decimal(2), "pc", Decimal("202.40"), "G", Decimal(0))]),
    ):
        invoicing.post_invoices(world.call, [NewInvoice(world.accounts[name], currency, DAY, DAY, Terms(30), lines)])
    ledger.post_entries(world.call, [entry("0.01", text="=1+1 \N{SNOWMAN}")])
    return world


def moved(world: World) -> dict[str, tuple[Decimal, Decimal]]:
    with within(world.call):
        rows = queries.trial_balance(world.call, FIRST, LAST).rows
    return {row.code: (row.debit.amount, row.credit.amount) for row in rows if row.debit or row.credit}


def set_up(world: World) -> None:
    ledger.set_books(world.calls["controller"], queries.BookSettings(1, 29098, 55003, 4))
    ledger.set_export_accounts(world.calls["controller"], rules.SUGGESTED)


class TestTheCsvFile:
    def test_adds_up_to_the_ledger_by_account(self, world: World) -> None:
        made = ledger.export_journal(world.calls["controller"], FIRST, LAST, "csv")
        sums: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
        rows = list(csv.DictReader(io.StringIO(made.data.decode("utf-8"))))
        for row in rows:
            sums[row["account"]][0] += Decimal(row["debit"] or 0)
            sums[row["account"]][1] += Decimal(row["credit"] or 0)
        assert {code: tuple(both) for code, both in sums.items()} == moved(world)
        assert [row["text"] for row in rows][-1].startswith("'=1+1")
        assert {row["customer_tax_id"] for row in rows if row["customer_number"]} >= {"IT00743110157"}
        assert (made.view.postings, made.view.debit.amount) == (len(rows), sum(both[0] for both in sums.values()))

    def test_leaves_the_same_again_until_something_new_is_posted(self, world: World) -> None:
        first = ledger.export_journal(world.calls["controller"], FIRST, LAST, "csv")
        again = ledger.export_journal(world.later(hours=1).calls["controller"], FIRST, LAST, "csv")
        assert (again.again, again.data, again.view.id, again.view.new) == (True, first.data, first.view.id, 0)
        ledger.post_entries(world.call, [entry("7.00")])
        with within(world.call):
            assert queries.export_for_caller(world.call, first.view.outer_id).new == 1
        new = ledger.export_journal(world.calls["controller"], FIRST, LAST, "csv")
        assert (new.again, new.view.entries, new.view.new) == (False, first.view.entries + 1, 0)

    def test_of_nothing_or_backwards_is_refused(self, world: World) -> None:
        refused("ledger.export-not-usable", ledger.export_journal, world.call, dt.date(2026, 1, 1), dt.date(2026, 1, 31), "csv")
        refused("ledger.export-not-usable", ledger.export_journal, world.call, LAST, FIRST, "csv")
        refused("ledger.export-not-usable", ledger.export_journal, world.call, FIRST, LAST, "pdf")
        refused("access.not-permitted", ledger.export_journal, world.calls["billing"], FIRST, LAST, "csv")


class TestTheDatevFile:
    def test_is_read_again_and_adds_up_to_the_ledger(self, world: World) -> None:
        set_up(world)
        made = ledger.export_journal(world.calls["controller"], FIRST, LAST, "datev")
        lines = made.data.decode("cp1252").split("\r\n")
        assert lines.pop() == ""
        head, names, *rows = [next(csv.reader([line], delimiter=";")) for line in lines]
        assert head[:5] == ["EXTF", "700", "21", "Buchungsstapel", "13"]
        assert (len(head), head[10:16], head[21]) == (31, ["29098", "55003", "20260101", "4", "20261101", "20261130"], "EUR")
        assert (len(names), names[0], names[-1]) == (125, "Umsatz (ohne Soll/Haben-Kz)", "Abw. Skontokonto")
        sums: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
        for row in rows:
            assert len(row) == 125
            assert re.fullmatch(r"\d{1,10},\d{2}", row[0])
            assert (row[1], row[9], row[113]) == ("S", "1711", "1")
            assert re.fullmatch(r"[\w$&%*+\-/]{0,36}", row[10])
            assert len(row[13]) <= 60
            amount = Decimal(row[0].replace(",", "."))
            sums[row[6]][0] += amount
            sums[row[7]][1] += amount
            assert row[8] == ("0040" if {row[6], row[7]} & {"8400", "8125", "8120"} else "")
        named = {rules.SUGGESTED[code].number: both for code, both in moved(world).items()}
        assert {code: tuple(both) for code, both in sums.items()} == named
        assert [row[39] for row in rows if row[39]] == ["IT00743110157"]
        assert any("USD 404.80" in row[49:87] or "USD -404.80" in row[49:87] for row in rows)

    def test_again_is_the_same_to_the_byte_though_its_head_names_a_moment(self, world: World) -> None:
        set_up(world)
        first = ledger.export_journal(world.calls["controller"], FIRST, LAST, "datev")
        again = ledger.export_journal(world.later(hours=3).calls["controller"], FIRST, LAST, "datev")
        assert (again.again, again.data) == (True, first.data)

    def test_names_what_is_missing(self, world: World) -> None:
        call = world.calls["controller"]
        refused("ledger.datev-not-set", ledger.export_journal, call, FIRST, LAST, "datev")
        ledger.set_books(call, queries.BookSettings(7, 29098, 55003, 5))
        said = refused("ledger.export-account-missing", ledger.export_journal, call, FIRST, LAST, "datev")
        assert "1361, 1400" in said.message
        ledger.set_export_accounts(call, rules.SUGGESTED)
        assert "5 digits" in refused("ledger.export-account-missing", ledger.export_journal, call, FIRST, LAST, "datev").message
        refused("ledger.export-not-usable", ledger.export_journal, call, dt.date(2026, 6, 1), LAST, "datev")
        refused("ledger.export-account-not-usable", ledger.set_export_accounts, call, {"1400": rules.Target("14A0")})
        refused("ledger.unknown-account", ledger.set_export_accounts, call, {"9999": rules.Target("1400")})
        refused("ledger.books-not-usable", ledger.set_books, call, queries.BookSettings(13))
