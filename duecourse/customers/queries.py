"""Customers and accounts as values; locks on accounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Case, Q, QuerySet, Value, When

from duecourse.core import ids, paging
from duecourse.core.call import Call, require
from duecourse.core.errors import Refused
from duecourse.core.paging import Page
from duecourse.customers import rules
from duecourse.customers.models import (
    Address,
    Contact,
    Customer,
    CustomerAccount,
    CustomerAlias,
    CustomerBankAccount,
    Terms,
)
from duecourse.tailoring import queries as tailoring_facts

SORTS = {
    "name": ("customer__sort_key", "id"),
    "-name": ("-customer__sort_key", "-id"),
    "number": ("customer__number", "id"),
    "-number": ("-customer__number", "-id"),
    "country": ("customer__country", "customer__sort_key", "id"),
    "-country": ("-customer__country", "customer__sort_key", "id"),
    "currency": ("currency", "customer__sort_key", "id"),
    "-currency": ("-currency", "customer__sort_key", "id"),
    "risk": ("customer__risk_class", "customer__sort_key", "id"),
    "-risk": ("-customer__risk_class", "customer__sort_key", "id"),
}
STATES = ("active", "stopped")


def terms_view(row: Terms) -> rules.TermsView:
    """Terms as values."""
    return rules.TermsView(row.id, row.code, row.name, row.net_days, row.discount_days, row.discount_percent)


def terms(call: Call) -> list[rules.TermsView]:
    """The company's terms, by code."""
    return [terms_view(row) for row in Terms.objects.filter(company_id=call.company.id).order_by("code")]


def terms_by_code(call: Call, codes: Iterable[str]) -> dict[str, rules.TermsView]:
    """Terms by their codes. Errors: Refused('customers.unknown-terms') naming those that are not there."""
    wanted = set(codes)
    found = {row.code: terms_view(row) for row in Terms.objects.filter(company_id=call.company.id, code__in=wanted)}
    missing = sorted(wanted - found.keys())
    if missing:
        raise Refused("customers.unknown-terms", f"There are no terms {', '.join(missing)}. Create them first.", codes=missing)
    return found


def _accounts(call: Call) -> QuerySet[CustomerAccount]:
    return CustomerAccount.objects.filter(company_id=call.company.id)


def _views(call: Call, found: QuerySet[CustomerAccount]) -> dict[int, rules.AccountView]:
    """Views of accounts by id; three queries (accounts with customers, their billing addresses, the terms)."""
    rows = list(found.values_list(*_ACCOUNT.values()))
    customers = list({row[1] for row in rows})
    lines: dict[int, tuple[str, ...]] = {}
    addresses = Address.objects.filter(
        organisation_id=call.company.organisation_id, customer_id__any=list(customers), kind="billing"
    )
    columns = ("customer_id", "lines", "postal_code", "city")
    for customer_id, above, postal_code, city in addresses.order_by("-id").values_list(*columns):  # the first one given wins
        lines[customer_id] = tuple(line for line in (*above, f"{postal_code} {city}".strip()) if line)
    known = {each.id: each for each in terms(call)}
    views = {}
    for row in rows:
        values: dict[str, Any] = dict(zip(_ACCOUNT, row, strict=True))
        values["terms"] = known[values["terms"]]
        views[row[0]] = rules.AccountView(**values, address_lines=lines.get(row[1], ()))
    return views


# Fields of rules.AccountView and their columns; the customer's id is second.
_ACCOUNT = {
    "id": "id",
    "customer_id": "customer_id",
    "number": "customer__number",
    "name": "customer__name",
    "country": "customer__country",
    "language": "customer__language",
    "terms": "terms_id",
    "currency": "currency",
    "payer_id": "payer_id",
    "tax_treatment": "tax_treatment",
    "tax_id": "customer__tax_id",
    "invoice_email": "invoice_email",
    "is_stopped": "is_stopped",
    "parent_id": "customer__parent_id",
    "risk_class": "customer__risk_class",
    "delivery": "delivery",
}


def accounts_by_id(call: Call, account_ids: Iterable[int]) -> dict[int, rules.AccountView]:
    """Accounts of the caller's company by id, those that exist; three queries for any number."""
    return _views(call, _accounts(call).filter(pk__any=list(set(account_ids))))


def accounts_by_number(call: Call, numbers: Iterable[str]) -> dict[str, rules.AccountView]:
    """Accounts by customer number (leading zeros do not matter), those that exist, under the number asked for."""
    asked = {number: rules.normal_number(number) for number in numbers}
    found = _accounts(call).filter(customer__number__any=set(asked.values()))
    by_number = {view.number: view for view in _views(call, found).values()}
    return {number: by_number[normal] for number, normal in asked.items() if normal in by_number}


def account_for_caller(call: Call, text_id: str) -> rules.AccountView:
    """An account by outside id. Errors: Refused('not-found')."""
    account_id = ids.inner("acc", text_id)
    found = accounts_by_id(call, [account_id])
    if account_id not in found:
        raise ids.not_found("acc")
    return found[account_id]


def customer_for_caller(call: Call, text_id: str) -> rules.CustomerView:
    """A customer by outside id with its master data, when it has an account in the company. Errors: Refused('not-found')."""
    require(call, "customers.read")
    customer_id = ids.inner("cus", text_id)
    row = _accounts(call).filter(customer_id=customer_id).select_related("customer", "customer__parent").first()
    if row is None:
        raise ids.not_found("cus")
    customer, organisation = row.customer, call.company.organisation_id
    own = {"organisation_id": organisation, "customer_id": customer_id}
    return rules.CustomerView(
        id=customer.id,
        number=customer.number,
        name=customer.name,
        country=customer.country,
        language=customer.language,
        tax_id=customer.tax_id,
        register_number=customer.register_number,
        risk_class=customer.risk_class,
        parent_id=customer.parent_id,
        parent_name=customer.parent.name if customer.parent else "",
        account=accounts_by_id(call, [row.id])[row.id],
        addresses=tuple(
            rules.NewAddress(tuple(each.lines), each.postal_code, each.city, each.country, each.kind)
            for each in Address.objects.filter(**own).order_by("id")
        ),
        contacts=tuple(
            rules.NewContact(each.name, each.email, each.phone, each.duty)
            for each in Contact.objects.filter(**own).order_by("id")
        ),
        bank_accounts=tuple(
            rules.NewBankAccount(each.account, each.holder, each.source)
            for each in CustomerBankAccount.objects.filter(**own).order_by("id")
        ),
        aliases=tuple(
            rules.NewAlias(each.value, each.kind, each.source)
            for each in CustomerAlias.objects.filter(**own).order_by("kind", "id")
        ),
        children=tuple(
            Customer.objects.filter(organisation_id=organisation, parent_id=customer_id)
            .order_by("sort_key", "id")
            .values_list("id", "number", "name")
        ),
    )


def stopped(call: Call, account_ids: Iterable[int]) -> set[int]:
    """Those of the accounts that get no new orders."""
    with connection.cursor() as cursor:  # plain SQL: every credit check asks
        cursor.execute(
            "select id from customers_customeraccount where company_id = %s and id = any(%s) and is_stopped",
            [call.company.id, sorted(set(account_ids))],
        )
        return {row[0] for row in cursor.fetchall()}


def lock_accounts(call: Call, account_ids: Iterable[int]) -> list[int]:
    """Lock accounts of the company by id, against others who change what is owed; the ids that exist, in order."""
    locked = _accounts(call).filter(pk__any=set(account_ids)).order_by("id").select_for_update(no_key=True, of=("self",))
    return list(locked.values_list("id", flat=True))


def _found_by(call: Call, text: str) -> Q:
    """Which customers a typed text means: the start of a number, a part of the name, or an alias."""
    folded, organisation = rules.sort_key(text), call.company.organisation_id
    bare = text.strip().lstrip("0") if text.strip().isdigit() else text.strip()
    aliases = CustomerAlias.objects.filter(organisation_id=organisation)
    aliases = aliases.filter(Q(value__istartswith=text.strip()) | Q(folded__contains=folded)) if folded else aliases.none()
    query = Q(number__istartswith=bare or text.strip()) | Q(pk__in=list(aliases.values_list("customer_id", flat=True)))
    if folded:
        query |= Q(sort_key__contains=folded)
    # Customers are found by themselves, and only then joined: with a hundred thousand of them that is a tenth of the work.
    meant = Q(customer_id__in=Customer.objects.filter(query, organisation_id=organisation).values("id"))
    fields = tailoring_facts.found_by(call, "customer", text)
    return meant | Q(pk__in=fields) if fields else meant


def search(call: Call, text: str, limit: int = 10) -> list[rules.CustomerRow]:
    """Customers for the search box: an exact number first, then names that start with the text, then the rest, by name."""
    require(call, "customers.read")
    if not text.strip():
        return []
    folded, number = rules.sort_key(text), text.strip().lstrip("0")
    nearness = Case(
        When(customer__number=number, then=Value(0)),
        When(customer__sort_key__startswith=folded or number, then=Value(1)),
        default=Value(2),
    )
    found = _accounts(call).filter(_found_by(call, text)).select_related("customer", "customer__parent", "terms")
    return [_row(row) for row in found.order_by(nearness, "customer__sort_key", "id")[: max(limit, 1)]]


def rows(
    call: Call,
    text: str = "",
    state: str = "",
    sort: str = "name",
    page: int = 1,
    size: int = 50,
    account_ids: Sequence[int] | None = None,
    custom: Mapping[str, str] | None = None,
) -> Page[rules.CustomerRow]:
    """The customer list: `text` as in `search`, `state` one of STATES, `sort` one of SORTS; two queries.

    `account_ids` narrows it to accounts that a room above has chosen. Errors: Refused('customers.unknown-filter').
    """
    require(call, "customers.read")
    if sort not in SORTS or state not in ("", *STATES):
        raise Refused("customers.unknown-filter", f"Customers are not listed by “{sort}” or “{state}”.")
    found = _accounts(call)
    if text.strip():
        found = found.filter(_found_by(call, text))
    if state:
        found = found.filter(is_stopped=state == "stopped")
    if account_ids is not None:
        found = found.filter(pk__in=account_ids)
    found = _with(call, found, custom)
    start, stop = paging.bounds(page, size)
    shown = found.select_related("customer", "customer__parent", "terms").order_by(*SORTS[sort])[start:stop]
    return Page([_row(row) for row in shown], found.count(), max(page, 1), stop - start)


def _with(call: Call, found: QuerySet[CustomerAccount], custom: Mapping[str, str] | None) -> QuerySet[CustomerAccount]:
    """Those whose custom fields fit, by name, as tailoring.subjects_with takes them."""
    subjects = tailoring_facts.subjects_with(call, "customer", custom or {})
    return found if subjects is None else found.filter(pk__in=subjects)


def matching(
    call: Call, text: str = "", state: str = "", sort: str = "name", custom: Mapping[str, str] | None = None
) -> list[int]:
    """Ids of all accounts that `rows` would list, sorted; for rooms above that sort or add up by what they know. One query."""
    require(call, "customers.read")
    if state not in ("", *STATES) or sort not in SORTS:
        raise Refused("customers.unknown-filter", f"Customers are not listed by “{sort}” or “{state}”.")
    found = _accounts(call)
    if text.strip():
        found = found.filter(_found_by(call, text))
    if state:
        found = found.filter(is_stopped=state == "stopped")
    found = _with(call, found, custom)
    return list(found.order_by(*SORTS[sort]).values_list("id", flat=True))


def count(call: Call) -> int:
    """How many accounts the company has."""
    require(call, "customers.read")
    return _accounts(call).count()


def others(call: Call, without: Sequence[int], account_ids: Sequence[int] | None, start: int, stop: int) -> list[int]:
    """Ids of accounts (of those named; None: all) other than `without`, by name, from one place to before another; one query."""
    require(call, "customers.read")
    found = _accounts(call).exclude(pk__any=list(without))
    if account_ids is not None:
        found = found.filter(pk__any=list(account_ids))
    return list(found.order_by(*SORTS["name"]).values_list("id", flat=True)[start:stop])


def numbers_of(call: Call, customer_ids: Iterable[int]) -> dict[int, str]:
    """Customer numbers by customer id, those of the organisation. One query."""
    found = Customer.objects.filter(organisation_id=call.company.organisation_id, pk__any=list(customer_ids))
    return dict(found.values_list("id", "number"))


def _row(row: CustomerAccount) -> rules.CustomerRow:
    return rules.CustomerRow(
        account_id=row.id,
        customer_id=row.customer_id,
        number=row.customer.number,
        name=row.customer.name,
        country=row.customer.country,
        currency=row.currency,
        terms_name=row.terms.name,
        parent_name=row.customer.parent.name if row.customer.parent else "",
        risk_class=row.customer.risk_class,
        is_stopped=row.is_stopped,
    )


def account_ids(call: Call) -> list[int]:
    """Every account of the company."""
    return list(_accounts(call).order_by("id").values_list("id", flat=True))


def account_of_customer(call: Call, customer_ids: Iterable[int]) -> dict[int, int]:
    """The company's account of each customer, where there is one."""
    found = _accounts(call).filter(customer_id__any=set(customer_ids))
    return dict(found.values_list("customer_id", "id"))


def known_payers(call: Call) -> list[rules.KnownPayer]:
    """Every customer with an account in the company, once per bank account it pays from; two queries."""
    accounts: defaultdict[int, list[str]] = defaultdict(list)
    known = CustomerBankAccount.objects.filter(organisation_id=call.company.organisation_id)
    for customer_id, account in known.order_by("id").values_list("customer_id", "account"):
        accounts[customer_id].append(account)
    found = _accounts(call).order_by("id").values_list("id", "customer_id", "customer__name", "customer__parent_id")
    return [
        rules.KnownPayer(customer_id, account_id, name, bank_account, parent_id)
        for account_id, customer_id, name, parent_id in found
        for bank_account in accounts.get(customer_id, [""])
    ]


def payer_aliases(call: Call) -> list[tuple[int, int, str, str]]:
    """Other names under which customers pay: (customer id, account id, folded, as written)."""
    aliases = CustomerAlias.objects.filter(organisation_id=call.company.organisation_id, kind__in=("payer", "name"))
    found = list(aliases.order_by("id").values_list("customer_id", "folded", "value"))
    accounts = account_of_customer(call, {customer_id for customer_id, _, _ in found})
    return [(customer, accounts[customer], folded, value) for customer, folded, value in found if customer in accounts]


def invoice_recipients(call: Call, account_ids: Iterable[int]) -> dict[int, list[str]]:
    """Where each account's invoices go: its own address, else the contacts who receive invoices; two queries."""
    rows_ = list(_accounts(call).filter(pk__in=set(account_ids)).values_list("id", "customer_id", "invoice_email"))
    contacts: defaultdict[int, list[str]] = defaultdict(list)
    asked = Contact.objects.filter(
        organisation_id=call.company.organisation_id, customer_id__in={row[1] for row in rows_}, duty="invoices"
    )
    for customer_id, email in asked.exclude(email="").order_by("id").values_list("customer_id", "email"):
        contacts[customer_id].append(email)
    return {account: [email] if email else contacts[customer] for account, customer, email in rows_}


def family(call: Call, customer_id: int) -> list[int]:
    """A customer and everybody above and below it in its group, by id; one query."""
    pairs = dict(Customer.objects.filter(organisation_id=call.company.organisation_id).values_list("id", "parent_id"))
    top = customer_id
    while pairs.get(top) is not None:
        top = pairs[top]
    members, grown = {top}, True
    while grown:
        more = {child for child, parent in pairs.items() if parent in members} - members
        members |= more
        grown = bool(more)
    return sorted(members)


def likenesses(call: Call, new: Sequence[rules.NewCustomer]) -> dict[str, list[rules.Likeness]]:
    """For each new customer by number: existing ones that it may be, with reasons. A warning, never a refusal; two queries."""
    require(call, "customers.read")
    accounts: defaultdict[int, list[str]] = defaultdict(list)
    organisation = call.company.organisation_id
    for customer_id, account in CustomerBankAccount.objects.filter(organisation_id=organisation).values_list(
        "customer_id", "account"
    ):
        accounts[customer_id].append(account)
    known = [
        rules.Known(customer_id, number, name, tax_id, tuple(accounts.get(customer_id, ())))
        for customer_id, number, name, tax_id in Customer.objects.filter(organisation_id=organisation).values_list(
            "id", "number", "name", "tax_id"
        )
    ]
    asked = [
        rules.Known(0, each.number, each.name, each.tax_id, tuple(account.account for account in each.bank_accounts))
        for each in new
    ]
    return dict(zip((each.number for each in new), rules.likenesses(asked, known), strict=True))


def any_there(call: Call) -> bool:
    """Whether the company has any customer yet."""
    return CustomerAccount.objects.filter(company_id=call.company.id).exists()
