"""Make customers, their accounts and terms; always in sets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.db import IntegrityError, transaction

from duecourse.core import bulk, events, ids
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused
from duecourse.core.money import minor_units
from duecourse.customers import queries, rules
from duecourse.customers.actions.details import write_details
from duecourse.customers.models import Customer, CustomerAccount, Terms
from duecourse.tailoring import actions as tailoring


@action
def create_terms(call: Call, new: Sequence[rules.NewTerms]) -> list[int]:
    """Payment terms; their ids in order. Errors: Refused('customers.terms-not-usable'), Refused('customers.terms-taken')."""
    checked = [rules.checked_terms(each) for each in new]
    codes = [each.code for each in checked]
    taken = set(Terms.objects.filter(company_id=call.company.id, code__in=codes).values_list("code", flat=True))
    taken |= {code for code in codes if codes.count(code) > 1}
    if taken:
        raise Refused("customers.terms-taken", f"Terms {', '.join(sorted(taken))} are there already or twice in this list.")
    made = Terms.objects.bulk_create(
        Terms(
            company_id=call.company.id,
            code=each.code,
            name=each.name,
            net_days=each.net_days,
            discount_days=each.discount_days,
            discount_percent=each.discount_percent,
        )
        for each in checked
    )
    events.record(call, "customers.terms-created", [ids.outer("trm", row.id) for row in made], {"codes": codes})
    return [row.id for row in made]


@action
def create_customers(call: Call, new: Sequence[rules.NewCustomer]) -> list[int]:
    """Customers of the organisation, each with its account in the caller's company; account ids in the order given.

    A number of statements that does not grow with the rows. Errors: Refused('customers.not-usable'),
    Refused('customers.number-taken'), Refused('customers.unknown-terms'), Refused('customers.unknown-parent'),
    Refused('customers.unknown-payer'), Refused('customers.hierarchy-cycle').
    """
    if not new:
        return []
    rows = [replace(rules.checked_customer(each), number=rules.normal_number(each.number)) for each in new]
    _numbers_free(call, [row.number for row in rows])
    terms = queries.terms_by_code(call, {row.terms_code for row in rows})
    keys = bulk.reserve_ids(Customer, len(rows))
    own = {row.number: key for row, key in zip(rows, keys, strict=True)}
    parents = _parents(call, rows, own)
    organisation = call.company.organisation_id
    try:
        with transaction.atomic():
            bulk.copy_in(
                Customer,
                (
                    "id", "organisation_id", "number", "name", "sort_key", "country", "language", "tax_id", "register_number", "parent_id",
                    "risk_class",
                ),
                [
                    (
                        key, organisation, row.number, row.name.strip(), rules.sort_key(row.name), row.country, row.language, row.tax_id,
                        row.register_number, parents[row.number], row.risk_class,
                    )
                    for key, row in zip(keys, rows, strict=True)
                ],
            )  # fmt: skip
    except IntegrityError:  # somebody else made one of them since we looked
        raise _number_taken([row.number for row in rows]) from None
    accounts = _open(call, rows, keys, terms)
    write_details(organisation, rows, keys)
    tailoring.start_values(
        call, "customer", [tailoring.NewValues(key, row.custom, {}) for key, row in zip(accounts, rows, strict=True)]
    )
    events.record(
        call,
        "customers.customers-created",
        [ids.outer("cus", key) for key in keys] + [ids.outer("acc", account) for account in accounts],
        {"count": len(rows)},
    )
    return accounts


def _numbers_free(call: Call, numbers: Sequence[str]) -> None:
    """Refuse numbers that are taken, or that come twice."""
    twice = {number for number, count in Counter(numbers).items() if count > 1}
    taken = Customer.objects.filter(organisation_id=call.company.organisation_id, number__any=numbers)
    wrong = sorted(twice | set(taken.values_list("number", flat=True)))
    if wrong:
        raise _number_taken(wrong)


def _number_taken(numbers: Sequence[str]) -> Refused:
    return Refused(
        "customers.number-taken",
        f"Nothing was made: customer number {', '.join(numbers[:10])} is taken or comes twice. Leading zeros do not count.",
        numbers=list(numbers),
    )


def _parents(call: Call, rows: Sequence[rules.NewCustomer], own: Mapping[str, int]) -> dict[str, int | None]:
    """The parent's id of each new customer by number; parents stand in the batch or in the table."""
    asked = {row.number: rules.normal_number(row.parent_number) for row in rows if row.parent_number}
    known = Customer.objects.filter(organisation_id=call.company.organisation_id, number__any=set(asked.values()) - own.keys())
    found = {**dict(known.values_list("number", "id")), **own}
    missing = sorted(set(asked.values()) - found.keys())
    if missing:
        raise Refused("customers.unknown-parent", f"There is no customer {', '.join(missing)} to be a parent.", numbers=missing)
    parents: dict[int, int | None] = {own[number]: found[parent] for number, parent in asked.items()}
    no_cycle(parents, {key: number for number, key in found.items()})
    return {row.number: parents.get(own[row.number]) for row in rows}


def no_cycle(parents: Mapping[int, int | None], numbers: Mapping[int, str]) -> None:
    circle = rules.cycle(parents)
    if circle:
        said = " → ".join(numbers.get(key, str(key)) for key in [*circle, circle[0]])
        raise Refused("customers.hierarchy-cycle", f"A customer cannot be its own parent, not even by others: {said}.")


def _open(
    call: Call, rows: Sequence[rules.NewCustomer], customer_ids: Sequence[int], terms: Mapping[str, rules.TermsView]
) -> list[int]:
    """Accounts in the company for customers that are there; their ids in order."""
    keys = bulk.reserve_ids(CustomerAccount, len(rows))
    own = {row.number: key for row, key in zip(rows, keys, strict=True)}
    asked = {row.number: rules.normal_number(row.payer_number) for row in rows if row.payer_number}
    known = CustomerAccount.objects.filter(company_id=call.company.id, customer__number__any=set(asked.values()) - own.keys())
    payers = {**dict(known.values_list("customer__number", "id")), **own}
    missing = sorted(set(asked.values()) - payers.keys())
    if missing:
        raise Refused("customers.unknown-payer", f"There is no account {', '.join(missing)} to pay for another.", numbers=missing)
    for currency in {row.currency for row in rows if row.currency}:
        minor_units(currency)
    columns = (
        "id", "company_id", "customer_id", "terms_id", "currency", "payer_id", "delivery", "invoice_email", "tax_treatment",
        "is_stopped", "opened_date",
    )  # fmt: skip
    bulk.copy_in(
        CustomerAccount,
        columns,
        [
            (
                key,
                call.company.id,
                customer_id,
                terms[row.terms_code].id,
                row.currency or call.company.currency,
                None if asked.get(row.number, row.number) == row.number else payers[asked[row.number]],
                row.delivery,
                row.invoice_email,
                row.tax_treatment,
                False,
                call.today,
            )
            for key, customer_id, row in zip(keys, customer_ids, rows, strict=True)
        ],
    )
    return keys


@action
def open_accounts(call: Call, rows: Sequence[rules.NewCustomer]) -> list[int]:
    """Accounts in this company for customers that another company of the organisation knows already; ids in order.

    Only what belongs to the account is read from `rows` (terms, currency, payer, delivery, tax). Errors:
    Refused('customers.unknown-number'), Refused('customers.account-exists').
    """
    rows = [replace(rules.checked_customer(row), number=rules.normal_number(row.number)) for row in rows]
    known = Customer.objects.filter(organisation_id=call.company.organisation_id, number__any=[row.number for row in rows])
    found = dict(known.values_list("number", "id"))
    missing = sorted({row.number for row in rows} - found.keys())
    if missing:
        raise Refused("customers.unknown-number", f"There is no customer {', '.join(missing)}.", numbers=missing)
    if queries.account_of_customer(call, found.values()) or len({row.number for row in rows}) < len(rows):
        raise Refused("customers.account-exists", "One of these customers has an account in this company already.")
    terms = queries.terms_by_code(call, {row.terms_code for row in rows})
    accounts = _open(call, rows, [found[row.number] for row in rows], terms)
    events.record(
        call, "customers.accounts-opened", [ids.outer("acc", account) for account in accounts], {"count": len(accounts)}
    )
    return accounts
