"""How far a company's set-up has come, from facts."""

from __future__ import annotations

from duecourse.access import queries as access_facts
from duecourse.catalog import queries as catalog_facts
from duecourse.core.call import Call
from duecourse.customers import queries as customer_facts
from duecourse.ledger.queries.books import account_ids, bank_accounts, periods
from duecourse.ledger.rules import Readiness

NEEDED = ("receivables", "sales", "tax", "bank", "cash-clearing", "opening")


def readiness(call: Call) -> Readiness:
    """What the company has of what it needs to go live; six queries, no amounts."""
    company = access_facts.company_profile(call)
    purposes = {purpose for purpose, _ in account_ids(call)}
    open_now = [one for one in periods(call) if one.state == "open"]
    days = [day for day in (company.opening_date, call.today) if day]
    valid = catalog_facts.rates_valid(call, company.country, call.today)
    return Readiness(
        has_address=bool(company.street.strip() and company.city.strip()),
        has_books=(company.opening_date is not None or company.live_at is not None)
        and purposes >= set(NEEDED)
        and all(any(one.start_date <= day < one.end_date for one in open_now) for day in days),
        has_tax_rates=bool(valid.keys() & {"S", "AA", "Z"}),
        bank_accounts=len(bank_accounts(call)),
        terms=len(customer_facts.terms(call)),
    )
