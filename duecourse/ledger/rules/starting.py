"""What a company needs before it goes live, and how long its first periods are. Pure: no database, no clock."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from duecourse.core.reasons import N_, Reason, define


@dataclass(frozen=True, slots=True)
class Readiness:
    """What is there of all that a first invoice and a first payment need."""

    has_address: bool
    has_books: bool  # a chart, and open periods for the opening day and today
    has_tax_rates: bool
    bank_accounts: int
    terms: int


def missing_for_live(facts: Readiness) -> list[Reason]:
    """Why a company cannot go live yet; empty when it can."""
    wanted = (
        (facts.has_address, "ledger.no-address"),
        (facts.has_books, "ledger.no-books"),
        (facts.has_tax_rates, "ledger.no-tax-rates"),
        (facts.bank_accounts > 0, "ledger.no-bank-account"),
        (facts.terms > 0, "ledger.no-terms"),
    )
    return [Reason(code) for there, code in wanted if not there]


def last_day_to_open(opening: dt.date, today: dt.date, fiscal_year_month: int) -> dt.date:
    """The end of the fiscal year in which today, or a later opening day, lies."""
    day = max(opening, today)
    year = day.year + (day.month >= fiscal_year_month)
    return dt.date(year, fiscal_year_month, 1) - dt.timedelta(days=1)


define(
    {
        "ledger.no-address": N_("The company has no address; invoices must show one."),
        "ledger.no-books": N_("The books have no first day, no chart or no open period for today."),
        "ledger.no-tax-rates": N_("No tax rate holds today in the company’s country."),
        "ledger.no-bank-account": N_("There is no own bank account that customers could pay to."),
        "ledger.no-terms": N_("There are no payment terms."),
    }
)
