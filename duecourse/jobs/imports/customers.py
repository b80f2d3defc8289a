"""Customers: rows become customers with their account, address, contact and bank account; who is here already stays as he is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from stdnum import iban as iban_number

from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.core.money import MINOR_UNITS
from duecourse.core.reasons import Reason
from duecourse.customers import actions as customers
from duecourse.customers import queries as customer_facts
from duecourse.customers import rules
from duecourse.customers.rules import NewCustomer, TermsView, normal_number
from duecourse.jobs.imports import words
from duecourse.jobs.imports.cells import Row
from duecourse.jobs.imports.reading import Checked, Out, Reading, Reject, Sifted
from duecourse.jobs.imports.terms import chosen_terms, make_terms

DEFAULT = "-"  # the terms chosen for all rows


def read(reading: Reading, rows: list[Row], terms: Mapping[str, TermsView]) -> Sifted[NewCustomer]:
    """Rows as customers, each by itself; the second row of one number is rejected."""
    sifted = reading.sift(rows, lambda row: _customer(reading, row, terms))
    seen: dict[str, int] = {}
    kept = []
    for row, new in sifted.drafts:
        if new.number in seen:
            sifted.rejects.append(Reject(row, "number", Reason("take-over.twice", {"line": seen[new.number]})))
        else:
            seen[new.number] = row.line
            kept.append((row, new))
    sifted.drafts = kept
    return sifted


def _customer(reading: Reading, row: Row, terms: Mapping[str, TermsView]) -> NewCustomer:
    country = _coded(reading, row, "country", words.country, "take-over.unknown-country")
    street, city = reading.text(row, "street"), reading.text(row, "city", 100)
    code = reading.text(row, "postal_code", 20)
    email, contact = reading.text(row, "email", 254), reading.text(row, "contact")
    if email and not rules.usable_email(email):
        raise Out("email", Reason("take-over.not-an-email", {"value": email[:60]}))
    phone = reading.text(row, "phone", 40)
    account = "".join(reading.text(row, "bank_account", 60).split()).upper()
    if account[:2].isalpha() and account and not iban_number.is_valid(account):
        raise Out("bank_account", Reason("take-over.not-an-iban", {"value": account[:40]}))
    if len(account) > 40:
        raise Out("bank_account", Reason("take-over.too-long", {"found": len(account), "longest": 40}))
    currency = reading.text(row, "currency", 20).upper()
    if currency and currency not in MINOR_UNITS:
        raise Out("currency", Reason("take-over.currency", {"value": currency}))
    has_address = street or city or code
    people = (rules.NewContact(contact or reading.text(row, "name"), email, phone),) if contact or email or phone else ()
    new = NewCustomer(
        number=_number(reading, row, "number", required=True),
        name=reading.text(row, "name", required=True),
        terms_code=_terms(reading, row, terms),
        country=country,
        language=_coded(reading, row, "language", words.language, "take-over.unknown-language") or "en",
        tax_id=reading.text(row, "tax_id", 40),
        parent_number=_number(reading, row, "parent"),
        currency=currency,
        addresses=(rules.NewAddress((street,) if street else (), code, city, country),) if has_address else (),
        contacts=people,
        bank_accounts=(rules.NewBankAccount(account, source="import"),) if account else (),
        invoice_email=email,
    )
    try:
        return rules.checked_customer(new)
    except Refused as refused:
        raise Out("name", Reason("take-over.not-usable", {"said": refused.message})) from None


def _number(reading: Reading, row: Row, name: str, required: bool = False) -> str:
    text = reading.id(row, name, required=required)
    try:
        return normal_number(text) if text else ""
    except Refused:
        raise Out(name, Reason("take-over.spreadsheet-number", {"value": text[:40]})) from None


def _coded(reading: Reading, row: Row, name: str, find: object, code: str) -> str:
    text = reading.text(row, name)
    found = find(text) if text and callable(find) else ""
    if found is None:
        raise Out(name, Reason(code, {"value": text[:40]}))
    return str(found)


def _terms(reading: Reading, row: Row, terms: Mapping[str, TermsView]) -> str:
    """Terms by code, by name, or by net days where the books have terms of so many days without a discount."""
    text = reading.id(row, "terms", 100)
    if not text:
        return DEFAULT
    folded = text.casefold()
    for each in terms.values():
        if folded in (each.code.casefold(), each.name.casefold()):
            return each.code
    days = [each.code for each in terms.values() if text.isdigit() and each.net_days == int(text) and each.discount_days is None]
    if len(days) != 1:
        raise Out("terms", Reason("take-over.unknown-terms", {"value": text[:40]}))
    return days[0]


def check(call: Call, reading: Reading, rows: list[Row], system: str) -> Checked[NewCustomer]:
    """What the customers would be. Reads only."""
    terms = {each.code: each for each in customer_facts.terms(call)}
    sifted = read(reading, rows, terms)
    checked: Checked[NewCustomer] = Checked(left=sifted.left, rejects=sifted.rejects)
    here = customer_facts.accounts_by_number(call, {new.number for _, new in sifted.drafts})
    checked.known = [row for row, new in sifted.drafts if new.number in here]
    ready = [(row, new) for row, new in sifted.drafts if new.number not in here]
    parents = customer_facts.accounts_by_number(call, {new.parent_number for _, new in ready if new.parent_number})
    checked.ready = _with_parents(checked, ready, set(parents))
    checked.rejects.sort(key=lambda reject: reject.row.line)
    default = any(new.terms_code == DEFAULT for _, new in checked.ready)
    if default and chosen_terms(call, reading.options) is None:
        checked.problems.append(Reason("take-over.missing-terms"))
    checked.will = {
        "customers_new": len(checked.ready),
        "addresses": sum(bool(new.addresses) for _, new in checked.ready),
        "contacts": sum(bool(new.contacts) for _, new in checked.ready),
        "bank_accounts": sum(bool(new.bank_accounts) for _, new in checked.ready),
    }
    return checked


def _with_parents(
    checked: Checked[NewCustomer], ready: list[tuple[Row, NewCustomer]], here: set[str]
) -> list[tuple[Row, NewCustomer]]:
    """The rows whose parents are here or ready, without circles; a row that goes may take others with it."""
    places = {new.number: place for place, (_, new) in enumerate(ready, 1)}
    above = {places[new.number]: places.get(new.parent_number) for _, new in ready}
    while circle := rules.cycle(above):
        for place in circle:
            checked.rejects.append(Reject(ready[place - 1][0], "parent", Reason("take-over.circle")))
            del above[place]
        above = {place: over if over in above else None for place, over in above.items()}
    kept = [pair for pair in ready if places[pair[1].number] in above]
    while True:
        numbers = {new.number for _, new in kept} | here
        lost = [pair for pair in kept if pair[1].parent_number and pair[1].parent_number not in numbers]
        if not lost:
            return kept
        for row, new in lost:
            checked.rejects.append(Reject(row, "parent", Reason("take-over.unknown-parent", {"value": new.parent_number})))
        kept = [pair for pair in kept if pair not in lost]


def write(call: Call, checked: Checked[NewCustomer], reading: Reading, system: str) -> dict[str, int]:
    """Make the ready customers. Errors: those of `customers.create_customers`."""
    default = make_terms(call, reading.options)
    new = [replace(each, terms_code=default) if each.terms_code == DEFAULT else each for _, each in checked.ready]
    return {"customers": len(customers.create_customers(call, new))}
