"""Which tax a sale has; a table that a tax adviser can check."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from duecourse.catalog import rules
from duecourse.core.errors import Refused

ON = dt.date(2026, 11, 17)
GERMANY = {"S": rules.Tax("S", Decimal(19)), "AA": rules.Tax("AA", Decimal(7))}

# treatment   product   →  category  percent
SALES = """
domestic      S            S         19
domestic      AA           AA        7
eu            S            K         0
eu            AA           K         0
export        S            G         0
exempt        S            E         0
"""


class TestTheTaxOfASale:
    @pytest.mark.parametrize("line", SALES.strip().splitlines())
    def test_follows_customer_and_product(self, line: str) -> None:
        treatment, product, category, percent = line.split()
        tax = rules.decide_tax(treatment, product, "DE", ON, GERMANY)
        assert (tax.category, tax.percent) == (category, Decimal(percent))
        assert bool(tax.note) == (not tax.percent)  # EN 16931: an untaxed category says why

    def test_is_reverse_charge_where_the_company_keeps_only_that(self) -> None:
        kept = GERMANY | {"AE": rules.Tax("AE", Decimal(0), "Reverse charge, § 13b UStG")}
        assert tuple(rules.decide_tax("eu", "S", "DE", ON, kept)) == ("AE", Decimal(0), "Reverse charge, § 13b UStG")

    def test_is_refused_and_never_guessed_without_a_rate(self) -> None:
        with pytest.raises(Refused) as refused:
            rules.decide_tax("domestic", "Z", "DE", ON, GERMANY)
        assert refused.value.code == "catalog.tax-rate-missing"
        assert "DE" in refused.value.message
        assert "2026-11-17" in refused.value.message

    def test_is_refused_for_a_treatment_that_does_not_exist(self) -> None:
        with pytest.raises(Refused):
            rules.decide_tax("offshore", "S", "DE", ON, GERMANY)


class TestTaxRates:
    @pytest.mark.parametrize(
        ("country", "category", "percent"),
        [
            ("DE", "S", "0"),
            ("DE", "S", "100"),
            ("DE", "S", "-1"),
            ("DE", "K", "19"),
            ("DE", "X", "19"),
            ("de", "S", "19"),
            ("DE", "S", "NaN"),
        ],
    )
    def test_that_make_no_sense_are_refused(self, country: str, category: str, percent: str) -> None:
        with pytest.raises(Refused) as refused:
            rules.checked_rate(rules.NewTaxRate(country, category, Decimal(percent), ON))
        assert refused.value.code == "catalog.tax-rate-not-usable"
