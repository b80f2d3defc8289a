"""A small cast for tests, built through the actions: one company, one person per role, six customers, four products.

world = build()
world.calls["order-desk"]   the call of a person with that role; world.call may do everything
world.accounts["good"]      a customer account's id; also "late", "disputer", "parent", "child", "dollar"
world.on(date)              the same world on another business day
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from duecourse.access import actions as access
from duecourse.access import queries as access_facts
from duecourse.access import rules as access_rules
from duecourse.catalog import actions as catalog
from duecourse.catalog import rules as catalog_rules
from duecourse.core.call import Call, within
from duecourse.core.money import Price
from duecourse.customers import actions as customers
from duecourse.customers import queries as customer_facts
from duecourse.customers import rules as customer_rules
from duecourse.ledger import actions as ledger

NOON = dt.datetime(2026, 11, 17, 11, 0, tzinfo=dt.UTC)  # Tuesday 12:00 in Berlin
YEAR_START = dt.date(2026, 1, 1)
PASSWORD = "harbour-lantern-42"
PEOPLE = {
    "order-desk": "Oda Brandt",
    "credit-manager": "Mats Lind",
    "billing": "Bela Kurz",
    "cash-application": "Cora Weiss",
    "collector": "Ilka Moor",
    "controller": "Konrad Ahl",
    "cfo": "Frida Storm",
    "administrator": "Ada Reimers",
}
CAST = ("good", "late", "disputer", "parent", "child", "dollar")


@dataclass(frozen=True)
class World:
    """What `build` made. Ids are the database's own; `numbers` are customer numbers."""

    call: Call  # a job's: may do everything
    calls: Mapping[str, Call]  # one per role
    users: Mapping[str, int]
    accounts: Mapping[str, int]
    customers: Mapping[str, int]
    numbers: Mapping[str, str]
    products: Mapping[str, int]
    terms: Mapping[str, int]
    bank: Mapping[str, int]  # own bank accounts by currency
    bank_numbers: Mapping[str, str]
    payer_accounts: Mapping[str, str]  # the bank account each customer pays from

    def on(self, day: dt.date, hour: int = 12) -> World:
        """The same world with every call on another day, at a full hour UTC."""
        at = dt.datetime(day.year, day.month, day.day, hour, tzinfo=dt.UTC)
        moved = {role: replace(call, at=at) for role, call in self.calls.items()}
        return replace(self, call=replace(self.call, at=at), calls=moved)

    def later(self, **distance: int) -> World:
        """The same world some time later: later(days=3)."""
        at = self.call.at + dt.timedelta(**distance)
        moved = {role: replace(call, at=at) for role, call in self.calls.items()}
        return replace(self, call=replace(self.call, at=at), calls=moved)


def iban(country: str, rest: str) -> str:
    """An invented account number with right check digits (ISO 13616)."""
    digits = "".join(str(int(letter, 36)) for letter in rest + country + "00")
    return f"{country}{98 - int(digits) % 97:02d}{rest}"


def build(code: str = "TF", at: dt.datetime = NOON, is_demo: bool = False, dollar_moves: dt.date | None = None) -> World:
    """Tessin Fittings GmbH in Lübeck with its books open for 2026 and 2027.

    Another `code` gives another organisation with the same cast, for tests of what must not be seen. A euro is 1.10 dollars,
    and 1.25 from the day `dollar_moves` on.
    """
    mail = code.lower() + ".example"
    company = access_rules.NewCompany(
        code,
        "Tessin Fittings GmbH",
        "EUR",
        "DE",
        "Europe/Berlin",
        tagline="Pipe fittings and valves",
        street="Kanalstraße 18",
        postal_code="23552",
        city="Lübeck",
        tax_id="DE136695976",
        register="HRB 48211 Lübeck",
        managing_director="Frida Storm",
        email=f"office@{mail}",
        phone="+49 451 000 0",
        is_demo=is_demo,
        is_live=True,
    )
    admin = access_rules.NewUser(f"administrator@{mail}", PEOPLE["administrator"], PASSWORD)
    first = access.bootstrap(f"Tessin {code}", company, admin, at)
    users = {"administrator": first.by.id}
    for role, name in PEOPLE.items():
        if role not in users:
            users[role] = access.create_user(first, f"{role}@{mail}", name, PASSWORD, [role])
    call = access_facts.system_call(first.company.id, at, "Tests")
    with within(call):
        return _furnish(call, users, dollar_moves)


def _furnish(call: Call, users: Mapping[str, int], dollar_moves: dt.date | None) -> World:
    """Everything in the company but its people."""
    terms_codes = ["NET30", "NET14", "SKONTO", "NET60"]
    terms = customers.create_terms(
        call,
        [
            customer_rules.NewTerms("NET30", "30 days net", 30),
            customer_rules.NewTerms("NET14", "14 days net", 14),
            customer_rules.NewTerms("SKONTO", "2 % within 10 days, 30 days net", 30, 10, Decimal(2)),
            customer_rules.NewTerms("NET60", "60 days net", 60),
        ],
    )
    payers = _payer_accounts()
    cast = _cast(payers)
    account_ids = customers.create_customers(call, cast)
    with within(call):
        views = customer_facts.accounts_by_id(call, account_ids)
    books = _books(call, dollar_moves or dt.date.max)
    return World(
        call=call,
        calls={role: access_facts.call_for_user(user, call.company.id, call.at) for role, user in users.items()},
        users=users,
        accounts=dict(zip(CAST, account_ids, strict=True)),
        customers={name: views[account].customer_id for name, account in zip(CAST, account_ids, strict=True)},
        numbers={name: each.number for name, each in zip(CAST, cast, strict=True)},
        products=_products(call),
        terms=dict(zip(terms_codes, terms, strict=True)),
        bank=books,
        bank_numbers=OWN_BANK,
        payer_accounts=payers,
    )


OWN_BANK = {"EUR": iban("DE", "230501010160123456"), "USD": iban("DE", "230501010160654321")}


def _payer_accounts() -> dict[str, str]:
    return {
        "good": iban("DE", "100500000024290661"),
        "late": iban("DE", "200411330083338300"),
        "disputer": iban("IT", "X0542811101000000123456"),
        "parent": iban("NL", "INGB0001234567"),
        "child": iban("NL", "RABO0300065264"),
        "dollar": "4415508231",
    }


def _cast(payers: Mapping[str, str]) -> list[customer_rules.NewCustomer]:
    """A good payer, a late payer, a disputer, a group's parent and child (the parent pays), and one who buys in dollars."""
    address, contact, account = customer_rules.NewAddress, customer_rules.NewContact, customer_rules.NewBankAccount
    new = customer_rules.NewCustomer
    return [
        new("10001", "Albrecht Anlagenbau GmbH", "SKONTO", "DE", tax_id="DE811569869", invoice_email="rechnung@albrecht.example",
            addresses=(address(("Am Speicher 4",), "20457", "Hamburg"),), contacts=(contact("Anke Albrecht", "anke@albrecht.example"),),
            bank_accounts=(account(payers["good"], "Albrecht Anlagenbau GmbH"),), risk_class="A"),
        new("10002", "Corvin Hydraulik GmbH & Co. KG", "NET30", "DE", tax_id="DE129273398", invoice_email="buchhaltung@corvin.example",
            addresses=(address(("Werkstraße 77",), "44147", "Dortmund"),), contacts=(contact("Carl Corvin", "carl@corvin.example"),),
            bank_accounts=(account(payers["late"], "Corvin Hydraulik"),), risk_class="C"),
        new("10003", "Delmare Cantieri S.p.A.", "NET60", "IT", "it", tax_id="IT00743110157", invoice_email="fatture@delmare.example",
            tax_treatment="eu", addresses=(address(("Via del Porto 12",), "16126", "Genova"),),
            bank_accounts=(account(payers["disputer"], "Delmare Cantieri SpA"),), risk_class="B"),
        new("10004", "Estuary Holding B.V.", "NET30", "NL", "nl", tax_id="NL002342672B42", invoice_email="facturen@estuary.example",
            tax_treatment="eu", addresses=(address(("Havenkade 3",), "3011 AA", "Rotterdam"),),
            bank_accounts=(account(payers["parent"], "Estuary Holding BV"),), risk_class="B"),
        new("10005", "Estuary Pumps B.V.", "NET30", "NL", "nl", tax_id="NL004495445B01", invoice_email="facturen@estuary.example",
            tax_treatment="eu", parent_number="10004", payer_number="10004", addresses=(address(("Sluisweg 21",), "3011 AB", "Rotterdam"),),
            bank_accounts=(account(payers["child"], "Estuary Pumps BV"),), risk_class="B"),
        new("10006", "Fairbanks Tooling Inc.", "NET30", "US", currency="USD", invoice_email="ap@fairbanks.example",
            tax_treatment="export", addresses=(address(("1200 Foundry Road",), "99701", "Fairbanks AK"),),
            bank_accounts=(account(payers["dollar"], "Fairbanks Tooling Inc"),), risk_class="A"),
    ]  # fmt: skip


def _products(call: Call) -> dict[str, int]:
    """Two fittings, a valve and a reduced-rate manual; with prices in euro and dollars, and the tax rates of Germany."""
    numbers = ["P-100", "P-200", "P-300", "B-900"]
    made = catalog.create_products(
        call,
        [
            catalog_rules.NewProduct("P-100", "Elbow fitting 90°, 1 inch", "pc"),
            catalog_rules.NewProduct("P-200", "Ball valve, stainless, 2 inch", "pc"),
            catalog_rules.NewProduct("P-300", "Copper pipe, 22 mm", "m"),
            catalog_rules.NewProduct("B-900", "Handbook of fittings", "pc", "AA"),
        ],
    )
    prices = {"EUR": ("12.50", "184.00", "9.875", "39.00"), "USD": ("13.75", "202.40", "10.8625", "42.90")}
    catalog.set_prices(
        call,
        [
            catalog_rules.NewPrice(number, Price(Decimal(price), currency), YEAR_START)
            for currency, row in prices.items()
            for number, price in zip(numbers, row, strict=True)
        ],
    )
    catalog.set_tax_rates(
        call,
        [
            catalog_rules.NewTaxRate("DE", "S", Decimal(19), dt.date(2021, 1, 1)),
            catalog_rules.NewTaxRate("DE", "AA", Decimal(7), dt.date(2021, 1, 1)),
        ],
    )
    return dict(zip(numbers, made, strict=True))


def _books(call: Call, dollar_moves: dt.date) -> dict[str, int]:
    """The standard chart, months of 2026 and 2027, a euro and a dollar account, and exchange rates for every business day."""
    ledger.create_chart(call)
    ledger.open_periods(call, YEAR_START, dt.date(2027, 12, 31))
    days = [YEAR_START + dt.timedelta(days=day) for day in range(730)]
    rates = {day: Decimal("1.1000" if day < dollar_moves else "1.2500") for day in days if day.weekday() < 5}
    ledger.load_rates(call, [("USD", day, rate) for day, rate in rates.items()])
    return {
        currency: ledger.create_bank_account(call, f"Hansebank {currency}", number, "HAWADE22XXX", currency, code)
        for (currency, number), code in zip(OWN_BANK.items(), ("1200", "1210"), strict=True)
    }
