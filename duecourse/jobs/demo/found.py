"""Found the demo company: people, books, rates, products, customers and their limits."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from duecourse.access import actions as access
from duecourse.access import queries as access_facts
from duecourse.access import rules as access_rules
from duecourse.catalog import actions as catalog
from duecourse.catalog import rules as catalog_rules
from duecourse.core.call import Call
from duecourse.core.money import Money, Price
from duecourse.credit import actions as credit
from duecourse.credit import rules as credit_rules
from duecourse.customers import actions as customers_do
from duecourse.customers import rules as customer_rules
from duecourse.jobs.demo import cast
from duecourse.ledger import actions as ledger

RATES = {"USD": Decimal("1.12"), "GBP": Decimal("0.86"), "CAD": Decimal("1.55")}  # where the invented rates begin


def found_company(
    now: dt.datetime, first: dt.date, today: dt.date, customers: Sequence[cast.Customer], luck: random.Random
) -> tuple[dict[str, Call], dict[str, int]]:
    """Set everything up; calls by role, and account ids by customer number."""
    role, _, name, email = cast.PEOPLE[-1]
    admin = access_rules.NewUser(email, name, cast.PASSWORD)
    begin = dt.datetime(first.year, first.month, first.day, 7, 0, tzinfo=dt.UTC)
    call = access.bootstrap("Kranich Group", _company(), admin, begin)
    users = {role: call.by.id}
    for role, _, name, email in cast.PEOPLE[:-1]:
        users[role] = access.create_user(call, email, name, cast.PASSWORD, [role])
    calls = {role: replace(access_facts.call_for_user(user, call.company.id, begin), at=begin) for role, user in users.items()}
    system = access_facts.system_call(call.company.id, begin, "Set-up")
    _books(system, first, today, luck)
    _catalog(system, first)
    return calls, _customers(system, first, customers)


def _company() -> access_rules.NewCompany:
    return access_rules.NewCompany(
        code="KRANICH",
        name="Kranich Werkbedarf GmbH",
        tagline="Workshop equipment, tools and safety",
        currency="EUR",
        country="DE",
        time_zone="Europe/Berlin",
        street="Am Speicher 14",
        postal_code="21079",
        city="Hamburg",
        tax_id="DE136695976",
        register="Hamburg HRB 918 417",
        managing_director="Henrike Kranich",
        email=f"billing@{cast.DOMAIN}",
        phone="+49 40 5550 100",
        is_demo=True,
        is_live=True,
    )


def _books(call: Call, first: dt.date, today: dt.date, luck: random.Random) -> None:
    ledger.create_chart(call)
    ledger.open_periods(call, first.replace(day=1), today + dt.timedelta(days=120))
    for name, currency, code, country, rest in cast.OWN_ACCOUNTS:
        ledger.create_bank_account(
            call, name, cast.iban(country, rest), "QQQQDEHHXXX" if country == "DE" else "MRCHGB2L", currency, code
        )
    rates = []
    for currency, start in RATES.items():
        rate, day = start, first - dt.timedelta(days=7)
        while day <= today + dt.timedelta(days=120):
            if day.weekday() < 5:
                rate = (rate * (1 + Decimal(luck.randrange(-40, 41)) / 10000)).quantize(Decimal("0.0001"))
                rates.append((currency, day, rate))
            day += dt.timedelta(days=1)
    ledger.load_rates(call, rates, source="demo")


def _catalog(call: Call, first: dt.date) -> None:
    began = first - dt.timedelta(days=30)
    catalog.set_tax_rates(
        call,
        [
            catalog_rules.NewTaxRate("DE", "S", Decimal(19), began),
            catalog_rules.NewTaxRate("DE", "AA", Decimal(7), began),
        ],
    )
    catalog.create_products(
        call, [catalog_rules.NewProduct(number, name, unit, category) for number, name, unit, category, _ in cast.PRODUCTS]
    )
    prices = []
    for number, _, _, _, price in cast.PRODUCTS:
        for currency, factor in (("EUR", Decimal(1)), ("USD", Decimal("1.15")), ("GBP", Decimal("0.88"))):
            amount = (Decimal(price) * factor).quantize(Decimal("0.01"))
            prices.append(catalog_rules.NewPrice(number, Price(amount, currency), began))
    catalog.set_prices(call, prices)


def _customers(call: Call, first: dt.date, customers: Sequence[cast.Customer]) -> dict[str, int]:
    customers_do.create_terms(call, [customer_rules.NewTerms(*row) for row in cast.TERMS])
    keys = customers_do.create_customers(call, [_new(customer) for customer in customers])
    accounts = {customer.number: key for customer, key in zip(customers, keys, strict=True)}
    parents = {customer.parent for customer in customers if customer.parent}
    tops = [customer for customer in customers if not customer.parent]
    made = credit.create_credit_accounts(
        call, [credit.NewCreditAccount(one.name, one.currency, [accounts[one.number]]) for one in tops]
    )
    credit_ids = {one.number: key for one, key in zip(tops, made, strict=True)}
    below = [customer for customer in customers if customer.parent]
    made = credit.create_credit_accounts(
        call,
        [
            credit.NewCreditAccount(one.name, one.currency, [accounts[one.number]], parent_id=credit_ids[one.parent])
            for one in below
        ],
    )
    credit_ids |= {one.number: key for one, key in zip(below, made, strict=True)}
    credit.set_policy(call, credit_rules.OrderPolicy(oldest_item_tolerance=Decimal(250)), first)
    credit.set_limits(
        call,
        [
            credit.NewLimit(
                credit_ids[one.number],
                Money(Decimal(one.limit * (2 if one.number in parents else 1)), one.currency),
                first,
                reason="Opening limit",
            )
            for one in customers
            if one.limit is not None
        ],
    )
    return accounts


def _new(customer: cast.Customer) -> customer_rules.NewCustomer:
    mail = f"{customer.number}.example"
    return customer_rules.NewCustomer(
        number=customer.number,
        name=customer.name,
        terms_code=customer.terms,
        country=customer.country,
        language=customer.language,
        tax_id=customer.tax_id,
        parent_number=customer.parent,
        risk_class=customer.risk_class,
        currency=customer.currency,
        addresses=(customer_rules.NewAddress((customer.street,), customer.postal_code, customer.city, customer.country),),
        contacts=(customer_rules.NewContact("Accounts payable", f"payables@{mail}", "", "payments"),),
        bank_accounts=(customer_rules.NewBankAccount(customer.account, customer.name),) if int(customer.number) % 7 else (),
        invoice_email=f"invoices@{mail}",
        tax_treatment=customer.treatment,
    )
