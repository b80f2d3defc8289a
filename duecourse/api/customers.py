"""Customers, their accounts, and payment terms."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from duecourse.api.door import Door, listed
from duecourse.api.shapes import (
    Country,
    Currency,
    Custom,
    Done,
    In,
    Label,
    Line,
    Listed,
    Made,
    MadeMany,
    Name,
    Out,
    Paging,
    Percent,
    ReasonCode,
    Search,
    Words,
    decimal_or_none,
    outer_id,
)
from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.customers import actions, queries, rules
from duecourse.tailoring import queries as tailoring

room = Door("Customers")
Number = Annotated[str, Line, Field(min_length=1, max_length=40, examples=["200769623"])]
Email = Annotated[str, Line, Field(max_length=254, examples=["invoices@customer.example"])]


class CustomerFilter(Paging):
    """`text` finds numbers, names, other spellings and tax ids."""

    text: Search = ""
    state: Literal["", "active", "stopped"] = ""
    sort: Literal["name", "-name", "number", "-number", "country", "-country", "currency", "-currency", "risk", "-risk"] = "name"


class CustomerLine(Out):
    """A customer in a list."""

    id: str = outer_id("cus")
    account: str = outer_id("acc")
    number: str
    name: str
    country: str
    currency: str
    terms: str
    parent_name: str
    risk_class: str
    is_stopped: bool
    custom: dict[str, str]


class TermsOut(Out):
    """Payment terms: net days and perhaps one cash discount."""

    code: str
    name: str
    net_days: int
    discount_days: int | None
    discount_percent: str | None


class AccountOut(Out):
    """A customer's account in this company: all money hangs on it."""

    id: str = outer_id("acc")
    customer: str = outer_id("cus")
    number: str
    name: str
    country: str
    currency: str
    terms: TermsOut
    payer: str | None
    tax_treatment: str
    tax_id: str
    address_lines: list[str]
    invoice_email: str
    delivery: str
    is_stopped: bool


class AddressOut(Out):
    lines: list[str]
    postal_code: str
    city: str
    country: str
    kind: str


class ContactOut(Out):
    name: str
    email: str
    phone: str
    duty: str


class PayerAccountOut(Out):
    """An account that the customer pays from."""

    account: str
    holder: str
    source: str


class AliasOut(Out):
    """Another spelling of a number or a name."""

    value: str
    kind: str
    source: str


class CustomerOut(Out):
    """A customer with its master data and its account in this company."""

    id: str = outer_id("cus")
    number: str
    name: str
    country: str
    language: str
    tax_id: str
    register_number: str
    risk_class: str
    parent: str | None
    account: AccountOut
    addresses: list[AddressOut]
    contacts: list[ContactOut]
    bank_accounts: list[PayerAccountOut]
    aliases: list[AliasOut]
    custom: dict[str, str]


class AddressIn(In):
    lines: Annotated[list[Label], Field(min_length=1, max_length=5)]
    postal_code: Annotated[str, Line, Field(max_length=20)] = ""
    city: Annotated[str, Line, Field(max_length=100)] = ""
    country: Country | Literal[""] = ""
    kind: Literal["billing", "delivery"] = "billing"


class ContactIn(In):
    name: Name
    email: Email = ""
    phone: Annotated[str, Line, Field(max_length=40)] = ""
    duty: Literal["invoices", "payments", "orders", "other"] = "payments"


class PayerAccountIn(In):
    """An account that the customer pays from; used to recognise payments, never to pay anybody."""

    account: Annotated[str, Line, Field(min_length=1, max_length=40, examples=["DE89370400440532013000"])]
    holder: Label = ""


class AliasIn(In):
    value: Name
    kind: Literal["number", "name", "payer"] = "name"


class CustomerIn(In):
    """A customer to be made, with its account in this company."""

    number: Number
    name: Name
    terms: Annotated[str, Line, Field(min_length=1, max_length=20, examples=["NET30"])]
    country: Country | Literal[""] = ""
    language: Literal["en", "de", "fr", "it", "nl", "es"] = "en"
    tax_id: Annotated[str, Line, Field(max_length=40)] = ""
    register_number: Annotated[str, Line, Field(max_length=60)] = ""
    parent_number: Annotated[str, Line, Field(max_length=40)] = ""
    payer_number: Annotated[str, Line, Field(max_length=40)] = ""
    risk_class: Annotated[str, Line, Field(max_length=2, examples=["A"])] = ""
    currency: Currency | Literal[""] = ""
    invoice_email: Email = ""
    tax_treatment: Literal["domestic", "eu", "export", "exempt"] = "domestic"
    addresses: Annotated[list[AddressIn], Field(max_length=20)] = []
    contacts: Annotated[list[ContactIn], Field(max_length=50)] = []
    bank_accounts: Annotated[list[PayerAccountIn], Field(max_length=50)] = []
    aliases: Annotated[list[AliasIn], Field(max_length=50)] = []
    custom: Custom = {}


class CustomersIn(In):
    customers: Annotated[list[CustomerIn], Field(min_length=1, max_length=1000)]


class TermsIn(In):
    code: Annotated[str, Line, Field(min_length=1, max_length=20, examples=["2-10-30"])]
    name: Annotated[str, Line, Field(min_length=1, max_length=100, examples=["2 % within 10 days, 30 days net"])]
    net_days: Annotated[int, Field(ge=0, le=365)]
    discount_days: Annotated[int, Field(ge=0, le=365)] | None = None
    discount_percent: Percent | None = None


class StopIn(In):
    """Stop an account, or let it go on."""

    stopped: bool
    reason: Words = ""
    reason_code: ReasonCode = ""


def terms_out(terms: rules.TermsView) -> TermsOut:
    return TermsOut(
        code=terms.code,
        name=terms.name,
        net_days=terms.net_days,
        discount_days=terms.discount_days,
        discount_percent=decimal_or_none(terms.discount_percent),
    )


def account_out(account: rules.AccountView) -> AccountOut:
    return AccountOut(
        id=ids.outer("acc", account.id),
        customer=ids.outer("cus", account.customer_id),
        number=account.number,
        name=account.name,
        country=account.country,
        currency=account.currency,
        terms=terms_out(account.terms),
        payer=ids.outer("acc", account.payer_id) if account.payer_id else None,
        tax_treatment=account.tax_treatment,
        tax_id=account.tax_id,
        address_lines=list(account.address_lines),
        invoice_email=account.invoice_email,
        delivery=account.delivery,
        is_stopped=account.is_stopped,
    )


def account_key(call: Call, text: str) -> int:
    """The key of an account that a filter or a body names, whatever else the caller may read. Errors: Refused('not-found')."""
    key = ids.inner("acc", text)
    if key not in queries.accounts_by_id(call, [key]):
        raise ids.not_found("acc")
    return key


@room.get("/customers", "customers.read", Listed[CustomerLine])
def list_customers(call: Call, query: CustomerFilter, custom: dict[str, str]) -> Listed[CustomerLine]:
    """Customers of the company, by name. Custom fields narrow it: ?custom.segment=Marine."""
    found = queries.rows(call, query.text, query.state, query.sort, query.page, query.size, custom=custom)
    own = tailoring.value_texts(call, "customer", [row.account_id for row in found.rows])
    return listed(
        found,
        lambda row: CustomerLine(
            id=ids.outer("cus", row.customer_id),
            account=ids.outer("acc", row.account_id),
            number=row.number,
            name=row.name,
            country=row.country,
            currency=row.currency,
            terms=row.terms_name,
            parent_name=row.parent_name,
            risk_class=row.risk_class,
            is_stopped=row.is_stopped,
            custom=own[row.account_id],
        ),
    )


@room.get("/customers/{customer}", "customers.read", CustomerOut)
def get_customer(call: Call, customer: str) -> CustomerOut:
    """One customer with its master data."""
    found = queries.customer_for_caller(call, customer)
    return CustomerOut(
        id=ids.outer("cus", found.id),
        number=found.number,
        name=found.name,
        country=found.country,
        language=found.language,
        tax_id=found.tax_id,
        register_number=found.register_number,
        risk_class=found.risk_class,
        parent=ids.outer("cus", found.parent_id) if found.parent_id else None,
        account=account_out(found.account),
        addresses=[
            AddressOut(lines=list(each.lines), postal_code=each.postal_code, city=each.city, country=each.country, kind=each.kind)
            for each in found.addresses
        ],
        contacts=[ContactOut(name=each.name, email=each.email, phone=each.phone, duty=each.duty) for each in found.contacts],
        bank_accounts=[
            PayerAccountOut(account=each.account, holder=each.holder, source=each.source) for each in found.bank_accounts
        ],
        aliases=[AliasOut(value=each.value, kind=each.kind, source=each.source) for each in found.aliases],
        custom=tailoring.value_texts(call, "customer", [found.account.id])[found.account.id],
    )


@room.get("/accounts/{account}", "customers.read", AccountOut)
def get_account(call: Call, account: str) -> AccountOut:
    """One customer account."""
    return account_out(queries.account_for_caller(call, account))


@room.post("/customers", "customers.create_customers", MadeMany, once=True)
def create_customers(call: Call, body: CustomersIn) -> MadeMany:
    """Make customers with their accounts, all of them or none; ids of the accounts in the order given."""
    made = actions.create_customers(call, [_new(each) for each in body.customers])
    return MadeMany(ids=[ids.outer("acc", key) for key in made])


def _new(each: CustomerIn) -> rules.NewCustomer:
    address, contact, account, alias = rules.NewAddress, rules.NewContact, rules.NewBankAccount, rules.NewAlias
    return rules.NewCustomer(
        number=each.number,
        name=each.name,
        terms_code=each.terms,
        country=each.country,
        language=each.language,
        tax_id=each.tax_id,
        register_number=each.register_number,
        parent_number=each.parent_number,
        risk_class=each.risk_class,
        currency=each.currency,
        addresses=tuple(address(tuple(a.lines), a.postal_code, a.city, a.country, a.kind) for a in each.addresses),
        contacts=tuple(contact(c.name, c.email, c.phone, c.duty) for c in each.contacts),
        bank_accounts=tuple(account(b.account, b.holder) for b in each.bank_accounts),
        aliases=tuple(alias(a.value, a.kind, "api") for a in each.aliases),
        invoice_email=each.invoice_email,
        tax_treatment=each.tax_treatment,
        payer_number=each.payer_number,
        custom=each.custom,
    )


@room.post("/customers/{customer}/contacts", "customers.add_contact", Made)
def add_contact(call: Call, customer: str, body: ContactIn) -> Made:
    """Add a person at a customer."""
    new = rules.NewContact(body.name, body.email, body.phone, body.duty)
    return Made(id=ids.outer("con", actions.add_contact(call, ids.inner("cus", customer), new)))


@room.post("/customers/{customer}/bank-accounts", "customers.add_bank_accounts", Done)
def add_bank_account(call: Call, customer: str, body: PayerAccountIn) -> Done:
    """Note an account that the customer pays from; a known one is left as it is."""
    actions.add_bank_accounts(call, [(ids.inner("cus", customer), body.account, body.holder, "told")])
    return Done()


@room.post("/customers/{customer}/aliases", "customers.add_aliases", Done)
def add_alias(call: Call, customer: str, body: AliasIn) -> Done:
    """Note another spelling of a customer's number or name; a known one is left as it is."""
    actions.add_aliases(call, [(ids.inner("cus", customer), body.kind, body.value, "api")])
    return Done()


@room.post("/accounts/{account}/stop", "customers.stop_account", Done)
def stop_account(call: Call, account: str, body: StopIn) -> Done:
    """Stop an account, or let it go on: a stopped one gets no new orders."""
    actions.stop_account(call, ids.inner("acc", account), body.stopped, body.reason, body.reason_code)
    return Done()


@room.get("/terms", "customers.read", list[TermsOut])
def list_terms(call: Call) -> list[TermsOut]:
    """The company's payment terms, by code."""
    return [terms_out(each) for each in queries.terms(call)]


@room.post("/terms", "customers.create_terms", Done)
def create_terms(call: Call, body: TermsIn) -> Done:
    """Make payment terms."""
    percent = Decimal(body.discount_percent) if body.discount_percent is not None else None
    actions.create_terms(call, [rules.NewTerms(body.code, body.name, body.net_days, body.discount_days, percent)])
    return Done()
