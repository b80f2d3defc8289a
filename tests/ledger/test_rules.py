"""What the books accept and how rates cross, in tables that an accountant can check."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.ledger import rules

DAY = dt.date(2026, 11, 17)
START = dt.date(1999, 1, 1)


def table(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in row.split("|")] for row in text.strip().splitlines()]


def entry(*amounts: str, currency: str = "EUR") -> rules.Entry:
    lines = [rules.Line(Money(Decimal(one), currency), Money(Decimal(one), currency), purpose="other") for one in amounts]
    return rules.Entry("manual", DAY, DAY, "test", "src", lines)


class TestAnEntry:
    @pytest.mark.parametrize("amounts", [("119.00", "-100.00", "-19.00"), ("0.01", "-0.01"), ("-5.00", "2.50", "2.50")])
    def test_balances(self, amounts: tuple[str, ...]) -> None:
        rules.check_balanced(entry(*amounts), "EUR")

    @pytest.mark.parametrize("amounts", [(), ("0.00",), ("10.00",), ("10.00", "-9.99"), ("10.00", "10.00")])
    def test_that_does_not_balance_is_refused(self, amounts: tuple[str, ...]) -> None:
        with pytest.raises(Refused) as refused:
            rules.check_balanced(entry(*amounts), "EUR")
        assert refused.value.code == "ledger.entry-not-balanced"

    def test_is_in_the_companys_currency(self) -> None:
        with pytest.raises(Refused, match=r"money\.currencies-differ"):
            rules.check_balanced(entry("1.00", "-1.00", currency="USD"), "EUR")


class TestTheAccountOfALine:
    ACCOUNTS = {("sales", "S"): 8400, ("sales", ""): 8100, ("tax", ""): 1770}

    @pytest.mark.parametrize(
        ("purpose", "category", "account"),
        table("""
            sales | S  | 8400
            sales | AA | 8100
            sales |    | 8100
            tax   | S  | 1770
        """),
    )
    def test_is_found_by_purpose_and_tax_category(self, purpose: str, category: str, account: str) -> None:
        line = rules.Line(Money.zero("EUR"), Money.zero("EUR"), purpose=purpose, tax_category=category)
        assert rules.find_account(self.ACCOUNTS, line) == int(account)

    def test_that_is_not_in_the_chart_is_refused_by_name(self) -> None:
        with pytest.raises(Refused, match="write-off"):
            rules.find_account(self.ACCOUNTS, rules.Line(Money.zero("EUR"), Money.zero("EUR"), purpose="write-off"))

    def test_the_standard_chart_has_one_for_every_purpose_and_no_code_twice(self) -> None:
        codes = [account.code for account in rules.CHART]
        assert len(set(codes)) == len(codes)
        needed = {"receivables", "sales", "tax", "discount", "bank-charges", "write-off", "rounding", "exchange-gain"}
        assert needed | {"exchange-loss", "opening", "cash-clearing", "bank"} <= {account.purpose for account in rules.CHART}


class TestMonths:
    @pytest.mark.parametrize(
        ("first", "last", "found"),
        table("""
            2026-01-31 | 2026-01-31 | 2026-01-01 2026-02-01
            2026-11-17 | 2027-01-01 | 2026-11-01 2026-12-01, 2026-12-01 2027-01-01, 2027-01-01 2027-02-01
            2028-02-29 | 2028-02-29 | 2028-02-01 2028-03-01
        """),
    )
    def test_are_half_open(self, first: str, last: str, found: str) -> None:
        months = rules.months(dt.date.fromisoformat(first), dt.date.fromisoformat(last))
        assert ", ".join(f"{start} {end}" for start, end in months) == found

    def test_are_none_when_the_end_is_before_the_beginning(self) -> None:
        assert list(rules.months(DAY, dt.date(2026, 10, 31))) == []


class TestCrossRates:
    PER_EURO = {"EUR": Decimal(1), "USD": Decimal("1.1000"), "JPY": Decimal("165.00"), "CHF": Decimal("0.9400")}

    @pytest.mark.parametrize(
        ("of", "into", "rate"),
        table("""
            USD | EUR | 0.9090909091
            EUR | USD | 1.1000000000
            USD | JPY | 150.0000000000
            JPY | USD | 0.0066666667
            CHF | USD | 1.1702127660
            USD | USD | 1.0000000000
        """),
    )
    def test_go_by_way_of_the_euro(self, of: str, into: str, rate: str) -> None:
        assert rules.cross_rate(self.PER_EURO, of, into) == Decimal(rate)


def packed(text: str, name: str = "eurofxref-hist.csv") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(zipfile.ZipInfo(name, (2026, 11, 16, 16, 0, 0)), text)  # the same bytes at every run
    return out.getvalue()


class TestTheFileOfReferenceRates:
    GOOD = "Date,USD,JPY,\n2026-11-16,1.1000,165.25,\n2026-11-13,N/A,,\n2026-11-12,1.0990,164.00,\n"
    EXPECTED = (
        ("USD", dt.date(2026, 11, 16), Decimal("1.1000")),
        ("JPY", dt.date(2026, 11, 16), Decimal("165.25")),
        ("USD", dt.date(2026, 11, 12), Decimal("1.0990")),
        ("JPY", dt.date(2026, 11, 12), Decimal("164.00")),
    )

    @pytest.mark.parametrize(
        "data",
        [
            GOOD.encode(),
            b"\xef\xbb\xbf" + GOOD.encode(),
            GOOD.replace("\n", "\r\n").encode(),
            packed(GOOD),
            (GOOD + "\n\n").encode(),
        ],
        ids=["plain", "with a mark", "with CRLF", "zipped", "with empty lines"],
    )
    def test_is_read_plain_or_zipped(self, data: bytes) -> None:
        assert tuple(rules.read_reference_rates(data, "rates.csv", START)) == self.EXPECTED

    def test_begins_where_it_is_asked_to(self) -> None:
        assert len(rules.read_reference_rates(self.GOOD.encode(), "rates.csv", dt.date(2026, 11, 13))) == 2

    def test_the_real_history_is_read(self, shared: Path) -> None:
        path = shared / "data" / "fx" / "ecb" / "eurofxref-hist.zip"
        rates = rules.read_reference_rates(path.read_bytes(), path.name, dt.date(2024, 1, 1))
        found = {(currency, day): rate for currency, day, rate in rates}
        assert found["USD", dt.date(2026, 10, 30)] == Decimal("1.1172")
        assert found["JPY", dt.date(2026, 10, 30)] == Decimal("175.68")
        assert len(found) == len(rates) > 15_000
        assert all(rate > 0 for rate in found.values())

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"", ":1: expected a first column"),
            (b"\n", ":1: expected a first column"),
            (b"<html>not found</html>", ":1: expected a first column"),
            (b"Date,USD\n16.11.2026,1.1\n", ":2: expected an ISO date"),
            (b"Date,USD\n2026-11-16,1.1\n2026-02-30,1.1\n", ":3: expected an ISO date"),
            (b"Date,USD\n2026-11-16,1,1\n2026-11-13,NaN\n", ":3: expected a rate of USD"),
            (b"Date,USD\n2026-11-16,Infinity\n", ":2: expected a rate"),
            (b"Date,USD\n2026-11-16,-1.1\n", ":2: expected a rate"),
            (b"Date,USD\n2026-11-16,0.0000\n", ":2: expected a rate"),
            (b"Date,USD\n2026-11-16,1e3\n", ":2: expected a rate"),
            ("Date,USD\n2026-11-16,１.１\n".encode(), ":2: expected a rate"),
            (b"Date,Dollar\n2026-11-16,1.1\n", ":1: expected currency codes"),
            (GOOD.encode("utf-16"), "not the ECB's file"),
            (packed(GOOD)[:60], "not the ECB's file"),
            (b"PK\x03\x04 and then nothing", "not the ECB's file"),
            (packed("GIF89a"), ":1: expected a first column"),
        ],
    )
    def test_another_file_is_refused_by_name_and_line(self, data: bytes, words: str) -> None:
        with pytest.raises(Refused) as refused:
            rules.read_reference_rates(data, "rates.csv", START)
        assert refused.value.code == "ledger.rates-not-readable"
        assert "rates.csv" in refused.value.message
        assert words in refused.value.message

    def test_a_damaged_archive_is_refused(self) -> None:
        data = bytearray(packed(self.GOOD * 50))
        data[60:70] = b"\xff" * 10
        with pytest.raises(Refused):
            rules.read_reference_rates(bytes(data), "rates.zip", START)
