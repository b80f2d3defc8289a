"""The books in a real database: chart, bank accounts, rates, entries and their reversal, the brake."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from duecourse.core import events, ids
from duecourse.core.call import within
from duecourse.core.models import Invariant
from duecourse.core.money import Money
from duecourse.ledger import actions as ledger
from duecourse.ledger import queries, rules
from duecourse.ledger.models import JournalEntry, Posting
from duecourse.ledger.rules import Entry, Line, NewAccount
from tests import databases
from tests.books import DAY, as_owner, entry, eur, post, refused
from tests.world import World, build


@pytest.fixture
def world(db: None) -> World:
    return build()


class TestTheChart:
    def test_takes_no_code_twice(self, world: World) -> None:
        new = [NewAccount("8500", "Sales, services", "income", "sales", "Z")]
        assert len(ledger.create_accounts(world.calls["controller"], new)) == 1
        assert "8500" in refused("ledger.account-exists", ledger.create_accounts, world.call, new).message

    def test_sales_of_a_category_go_to_its_own_account(self, world: World) -> None:
        line = Line(eur("-10.00"), eur("-10.00"), purpose="sales", tax_category="K")
        other = Line(eur("10.00"), eur("10.00"), purpose="opening")
        (posted,) = ledger.post_entries(world.call, [Entry("manual", DAY, DAY, "x", "s", [line, other])])
        with within(world.call):
            (view,) = queries.entries(world.call, [posted.id])
        assert [(code, money) for code, _, money, _, _ in view.lines] == [("8125", eur("-10.00")), ("9000", eur("10.00"))]

    def test_an_entry_to_no_account_is_refused(self, world: World) -> None:
        lines = [Line(eur("1.00"), eur("1.00"), purpose="other"), Line(eur("-1.00"), eur("-1.00"), purpose="opening")]
        refused("ledger.account-missing", ledger.post_entries, world.call, [Entry("manual", DAY, DAY, "x", "s", lines)])

    def test_only_those_may_who_keep_the_books(self, world: World) -> None:
        for role in ("order-desk", "collector", "billing"):
            refused("access.not-permitted", ledger.create_accounts, world.calls[role], [])
            refused("access.not-permitted", ledger.close_period, world.calls[role], "prd_000000000000")


class TestOwnBankAccounts:
    def test_an_account_stands_once_whatever_its_spaces(self, world: World) -> None:
        number = world.bank_numbers["EUR"]
        spaced = " ".join(number[place : place + 4] for place in range(0, len(number), 4)).lower()
        refused("ledger.bank-account-exists", ledger.create_bank_account, world.call, "x", spaced, "", "EUR", "1299")

    def test_two_never_share_a_ledger_account(self, world: World) -> None:
        refused("ledger.account-in-use", ledger.create_bank_account, world.call, "x", "DE001", "", "EUR", "1200")
        key = ledger.create_bank_account(world.call, "Second", "DE002", "", "EUR", "1220")
        with within(world.call):
            accounts = {one.id: one for one in queries.bank_accounts(world.call)}
            found = queries.bank_account_for_caller(world.call, ids.outer("bnk", key))
        assert found == accounts[key]
        assert len({one.account_id for one in accounts.values()}) == 3

    def test_a_ledger_account_that_is_no_banks_is_refused(self, world: World) -> None:
        refused("ledger.not-a-bank-account", ledger.create_bank_account, world.call, "x", "DE003", "", "EUR", "1400")

    def test_a_mistyped_iban_is_refused_and_a_number_without_check_digits_is_not(self, world: World) -> None:
        wrong = "DE98 3704 0044 0532 0130 00"
        refused("ledger.iban-invalid", ledger.create_bank_account, world.call, "x", wrong, "", "EUR", "1230")
        assert ledger.create_bank_account(world.call, "x", "0011223344", "", "EUR", "1230")

    def test_a_currency_must_be_one(self, world: World) -> None:
        refused("money.unknown-currency", ledger.create_bank_account, world.call, "x", "DE004", "", "XQX", "1230")


class TestRates:
    """1 EUR = 1.1000 USD on every business day of the cast's two years."""

    def test_cross_by_way_of_the_euro_at_the_last_published_day(self, world: World) -> None:
        friday, sunday = dt.date(2026, 11, 13), dt.date(2026, 11, 15)
        ledger.load_rates(world.call, [("JPY", friday, Decimal("165.00"))])
        with within(world.call):
            assert queries.rates(world.call, ["USD", "JPY", "EUR"], sunday) == {
                "EUR": Decimal(1),
                "USD": Decimal("0.9090909091"),
                "JPY": Decimal("0.0060606061"),
            }

    @pytest.mark.parametrize(("after", "found"), [(0, True), (7, True), (8, False), (-1, False)])
    def test_are_carried_on_for_seven_days_and_no_more(self, world: World, after: int, found: bool) -> None:
        published = dt.date(2026, 11, 3)
        ledger.load_rates(world.call, [("CHF", published, Decimal("0.94"))])
        on = published + dt.timedelta(days=after)
        with within(world.call):
            if found:
                assert queries.rates(world.call, ["CHF"], on)["CHF"] == Decimal("1.0638297872")
                assert queries.rates_on(world.call, [("CHF", on)]) == {("CHF", on): Decimal("1.0638297872")}
            else:
                assert refused("ledger.rate-missing", queries.rates, world.call, ["CHF"], on).details["currency"] == "CHF"
                refused("ledger.rate-missing", queries.rates_on, world.call, [("CHF", on)])

    def test_of_the_own_currency_need_no_publication(self, world: World) -> None:
        with within(world.call):
            assert queries.rates(world.call, ["EUR"], dt.date(1990, 1, 1)) == {"EUR": Decimal(1)}

    def test_that_are_known_stay_as_they_are(self, world: World) -> None:
        rates = [("USD", DAY, Decimal("9.9999")), ("SEK", DAY, Decimal("11.0000"))]
        assert ledger.load_rates(world.call, rates) == 1
        assert ledger.load_rates(world.call, rates) == 0
        with within(world.call):
            assert queries.rates(world.call, ["USD"], DAY)["USD"] == Decimal("0.9090909091")

    def test_the_real_file_goes_in_once(self, world: World, shared: Path) -> None:
        path = shared / "data" / "fx" / "ecb" / "eurofxref-hist.zip"
        rates = rules.read_reference_rates(path.read_bytes(), path.name, dt.date(2025, 1, 1))
        assert ledger.load_rates(world.call, rates) > 10_000
        assert ledger.load_rates(world.call, rates) == 0
        with within(world.call):
            assert queries.rates(world.call, ["GBP"], dt.date(2026, 11, 1))["GBP"] == Decimal("1.1993283761")


class TestPostEntries:
    def test_numbers_them_in_order_one_series_a_year(self, world: World) -> None:
        days = [dt.date(2027, 1, 4), dt.date(2026, 12, 31), dt.date(2026, 11, 17), dt.date(2027, 1, 5)]
        posted = ledger.post_entries(world.call, [entry(day=day) for day in days])
        assert [one.number for one in posted] == ["JE-27-00001", "JE-26-00001", "JE-26-00002", "JE-27-00002"]

    def test_says_so_in_one_event(self, world: World) -> None:
        posted = ledger.post_entries(world.call, [entry() for _ in range(3)])
        with within(world.call):
            (event,) = events.about(world.call, [ids.outer("jrn", posted[1].id)])
        assert (event.name, event.facts["entries"]) == ("ledger.entries-posted", 3)

    @pytest.mark.parametrize("amounts", [("100.00", "-99.99"), ("100.00",), ()])
    def test_refuses_what_does_not_balance_and_keeps_nothing_of_the_batch(self, world: World, amounts: tuple[str, ...]) -> None:
        lines = [Line(eur(one), eur(one), purpose="opening") for one in amounts]
        bad = Entry("manual", DAY, DAY, "bad", "s", lines)
        refused("ledger.entry-not-balanced", ledger.post_entries, world.call, [entry(), bad])
        with within(world.call):
            assert not JournalEntry.objects.exists()
        assert post(world.call).number == "JE-26-00001"

    @pytest.mark.parametrize("day", [dt.date(2025, 12, 31), dt.date(2028, 1, 1)])
    def test_refuses_a_day_without_a_period(self, world: World, day: dt.date) -> None:
        refused("ledger.period-missing", post, world.call, day=day)

    def test_stops_while_an_invariant_that_guards_posting_is_broken(self, world: World) -> None:
        with within(world.call):
            row = Invariant.objects.create(
                company_id=world.call.company.id, name="items-rest", holds=False, checked_at=world.call.at
            )
        assert "items-rest" in refused("ledger.halted", post, world.call).message
        other = build("OT")
        assert post(other.call).number == "JE-26-00001"
        with within(world.call):
            Invariant.objects.filter(id=row.id).update(guards_posting=False)
        assert post(world.call).number == "JE-26-00001"


class TestReverseEntries:
    def test_posts_the_opposite_and_links_both(self, world: World) -> None:
        lines = [Line(Money(Decimal("110.00"), "USD"), eur("100.00"), purpose="receivables", customer_account_id=world.accounts["dollar"]),
                 Line(Money(Decimal("-110.00"), "USD"), eur("-100.00"), purpose="sales", tax_category="G")]  # fmt: skip
        first = ledger.post_entries(world.call, [Entry("manual", DAY, DAY, "x", "s", lines)])[0]
        (second,) = ledger.reverse_entries(world.calls["controller"], [first.id], dt.date(2026, 12, 1), "Wrong customer")
        with within(world.call):
            views = {view.id: view for view in queries.entries(world.call, [first.id, second.id])}
        opposite = [(code, -money, -own, account) for code, _, money, own, account in views[first.id].lines]
        assert [(code, money, own, account) for code, _, money, own, account in views[second.id].lines] == opposite
        assert (views[first.id].reversed_by, views[second.id].reversal_of) == (second.number, first.number)

    def test_happens_once(self, world: World) -> None:
        first = post(world.call)
        ledger.reverse_entries(world.call, [first.id], DAY, "once")
        refused("ledger.already-reversed", ledger.reverse_entries, world.call, [first.id], DAY, "twice")
        refused(
            "ledger.already-reversed", ledger.reverse_entries, world.call, [post(world.call).id] * 2, DAY, "twice in one batch"
        )

    def test_finds_nothing_of_another_company(self, world: World) -> None:
        other = build("OT")
        refused("not-found", ledger.reverse_entries, other.call, [post(world.call).id], DAY, "not mine")


def test_two_who_reverse_one_entry_at_once_reverse_it_once(fresh_database: databases.Fresh) -> None:
    world = build()
    first = post(world.call)
    results = databases.together([lambda: ledger.reverse_entries(world.call, [first.id], DAY, "race")] * 4)
    codes = [getattr(result, "code", type(result).__name__) for result in results if isinstance(result, Exception)]
    assert codes == ["ledger.already-reversed"] * 3


class TestPostedRows:
    """Nothing that is posted changes: not by grant, not by trigger, not even for the owner of the tables."""

    STATEMENTS = (
        "update {table} set company_id = company_id",
        "delete from {table}",
        "truncate {table} cascade",
    )
    TABLES = ("ledger_journalentry", "ledger_posting", "core_event", "receivables_openitem", "receivables_allocation",
              "receivables_clearing", "receivables_mark", "invoicing_invoice", "invoicing_invoiceline", "bank_bankline",
              "cash_payment", "ledger_exchangerate")  # fmt: skip

    @pytest.mark.parametrize("table", TABLES)
    @pytest.mark.parametrize("statement", STATEMENTS)
    def test_the_application_may_not(self, world: World, table: str, statement: str) -> None:
        if table == "ledger_exchangerate":
            statement = statement.replace("company_id", "rate")
        with within(world.call), pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(statement.format(table=table))

    def test_the_owner_is_stopped_by_triggers(self, fresh_database: databases.Fresh) -> None:
        world = build()
        post(world.call)
        with as_owner(fresh_database) as server:
            server.execute("select set_config('duecourse.company', %s, false)", [str(world.call.company.id)])
            for table in ("ledger_journalentry", "ledger_posting", "core_event"):
                for statement in self.STATEMENTS:
                    with pytest.raises(Exception, match="append-only"), server.transaction():
                        server.execute(statement.format(table=table))

    def test_the_brake_has_no_hole_in_raw_sql(self, world: World) -> None:
        """An entry that does not balance is found when its transaction commits, whoever wrote it."""
        insert = (
            "insert into ledger_journalentry (company_id, number, kind, posting_date, document_date, text, source, by_name) "
            "values (%s, 'JE-26-09999', 'manual', %s, %s, 'raw', '', 'raw') returning id"
        )
        company = world.call.company.id
        with within(world.call):
            account = queries.accounts(world.call)[0].id
            for amounts in ((), ("5.00",), ("5.00", "-4.00")):
                with pytest.raises(DatabaseError, match="does not balance"), transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(insert, [company, DAY, DAY])
                    (key,) = cursor.fetchone()
                    for amount in amounts:
                        cursor.execute(
                            "insert into ledger_posting (company_id, entry_id, account_id, currency, amount, company_amount, tax_category) "
                            "values (%s, %s, %s, 'EUR', %s, %s, '')",
                            [company, key, account, amount, amount],
                        )
                    cursor.execute("set constraints all immediate")
            with pytest.raises(DatabaseError, match="no open period"), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(insert, [company, dt.date(2031, 1, 1), DAY])

    def test_an_entry_of_another_transaction_takes_no_more_lines(self, fresh_database: databases.Fresh) -> None:
        world = build()
        posted = post(world.call)
        with pytest.raises(DatabaseError, match="takes no more lines"), within(world.call):
            account = queries.accounts(world.call)[0].id
            Posting.objects.create(company_id=world.call.company.id, entry_id=posted.id, account_id=account, currency="EUR",
                                   amount=1, company_amount=1)  # fmt: skip
