"""The rows that hang on a customer: addresses, contacts, bank accounts, other spellings."""

from __future__ import annotations

from collections.abc import Sequence

from duecourse.core import bulk, events, ids
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused
from duecourse.customers import queries, rules
from duecourse.customers.models import Address, Contact, CustomerAlias, CustomerBankAccount


def write_details(organisation: int, rows: Sequence[rules.NewCustomer], keys: Sequence[int]) -> None:
    """Addresses, contacts, bank accounts and aliases of new customers, one statement each."""
    pairs = list(zip(keys, rows, strict=True))
    bulk.copy_in(
        Address,
        ("organisation_id", "customer_id", "kind", "lines", "postal_code", "city", "country"),
        [
            (organisation, key, each.kind, list(each.lines), each.postal_code, each.city, each.country or row.country)
            for key, row in pairs
            for each in row.addresses
        ],
    )
    Contact.objects.bulk_create(_contact(organisation, key, each) for key, row in pairs for each in row.contacts)
    _bank_accounts(
        organisation, [(key, each.account, each.holder, each.source) for key, row in pairs for each in row.bank_accounts]
    )
    _aliases(organisation, [(key, each.kind, each.value, each.source) for key, row in pairs for each in row.aliases])


def _contact(organisation: int, customer_id: int, new: rules.NewContact) -> Contact:
    return Contact(
        organisation_id=organisation, customer_id=customer_id, name=new.name, email=new.email, phone=new.phone, duty=new.duty
    )


def _bank_accounts(organisation: int, rows: Sequence[tuple[int, str, str, str]]) -> int:
    """Write bank accounts that are not known yet; how many were new."""
    wanted = {(customer, rules.normal_bank_account(account)): (holder, source) for customer, account, holder, source in rows}
    wanted = {pair: rest for pair, rest in wanted.items() if pair[1]}
    known = CustomerBankAccount.objects.filter(
        organisation_id=organisation, customer_id__any={customer for customer, _ in wanted}
    )
    there = set(known.values_list("customer_id", "account"))
    made = CustomerBankAccount.objects.bulk_create(
        (
            CustomerBankAccount(
                organisation_id=organisation, customer_id=customer, account=account, holder=holder[:200], source=source
            )
            for (customer, account), (holder, source) in wanted.items()
            if (customer, account) not in there
        ),
        ignore_conflicts=True,
    )
    return len(made)


def _aliases(organisation: int, rows: Sequence[tuple[int, str, str, str]]) -> int:
    """Write spellings that are not known yet; how many were new."""
    wanted = {(customer, kind, value.strip()[:200]): source for customer, kind, value, source in rows if value.strip()}
    known = CustomerAlias.objects.filter(organisation_id=organisation, customer_id__any={customer for customer, _, _ in wanted})
    there = set(known.values_list("customer_id", "kind", "value"))
    made = CustomerAlias.objects.bulk_create(
        (
            CustomerAlias(
                organisation_id=organisation,
                customer_id=customer,
                kind=kind,
                value=value,
                folded=rules.alias_folded(kind, value),
                source=source[:60],
            )
            for (customer, kind, value), source in wanted.items()
            if (customer, kind, value) not in there
        ),
        ignore_conflicts=True,
    )
    return len(made)


def _own_customers(call: Call, customer_ids: Sequence[int]) -> None:
    """Refuse customers that have no account in the caller's company."""
    if len(queries.account_of_customer(call, customer_ids)) < len(set(customer_ids)):
        raise ids.not_found("cus")


@action
def add_contact(call: Call, customer_id: int, new: rules.NewContact) -> int:
    """A person at a customer; the contact's id. Errors: Refused('not-found'), Refused('customers.not-usable')."""
    _own_customers(call, [customer_id])
    rules.checked_customer(rules.NewCustomer("-", new.name, "-", contacts=(new,)))
    contact = _contact(call.company.organisation_id, customer_id, new)
    contact.save()
    subjects = [ids.outer("cus", customer_id), ids.outer("con", contact.pk)]
    events.record(call, "customers.contact-added", subjects, {"duty": new.duty})
    return int(contact.pk)


@action
def add_aliases(call: Call, rows: Sequence[tuple[int, str, str, str]]) -> int:
    """Other spellings (customer id, kind, value, source); how many were not known. Known ones are left as they are.

    Errors: Refused('not-found'), Refused('customers.not-usable').
    """
    _own_customers(call, [row[0] for row in rows])
    wrong = sorted({row[1] for row in rows} - set(rules.ALIAS_KINDS))
    if wrong:
        raise Refused("customers.not-usable", f"An alias is one of {', '.join(rules.ALIAS_KINDS)}, not {', '.join(wrong)}.")
    added = _aliases(call.company.organisation_id, rows)
    if added:
        events.record(
            call, "customers.aliases-added", [ids.outer("cus", key) for key in sorted({row[0] for row in rows})], {"count": added}
        )
    return added


@action
def add_bank_accounts(call: Call, rows: Sequence[tuple[int, str, str, str]]) -> int:
    """Accounts that customers pay from (customer id, account, holder, source told|paid|import); how many were not known.

    They serve to recognise who pays, never to pay anybody. Errors: Refused('not-found'), Refused('customers.not-usable').
    """
    _own_customers(call, [row[0] for row in rows])
    if {row[3] for row in rows} - {"told", "paid", "import"}:
        raise Refused("customers.not-usable", "A bank account's source is told, paid or import.")
    added = _bank_accounts(call.company.organisation_id, rows)
    if added:
        keys = sorted({row[0] for row in rows})
        events.record(call, "customers.bank-accounts-added", [ids.outer("cus", key) for key in keys], {"count": added})
    return added
