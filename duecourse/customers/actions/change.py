"""Change customers, their accounts and terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from duecourse.core import events, ids
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused
from duecourse.customers import queries, rules
from duecourse.customers.actions.create import no_cycle
from duecourse.customers.models import Customer, CustomerAccount
from duecourse.tailoring import actions as tailoring

CUSTOMER_FIELDS = frozenset({"name", "country", "language", "tax_id", "register_number", "risk_class", "parent_number"})
ACCOUNT_FIELDS = frozenset({"terms_code", "payer_number", "delivery", "invoice_email", "tax_treatment"})


@action
def change_customer(call: Call, customer_id: int, changes: Mapping[str, str]) -> None:
    """Change what a customer is; its number stays. `parent_number` empty takes it out of its group.

    The whole organisation sees it. Errors: Refused('not-found'), Refused('customers.not-usable'),
    Refused('customers.unknown-parent'), Refused('customers.hierarchy-cycle').
    """
    _known_fields(changes, CUSTOMER_FIELDS)
    organisation = call.company.organisation_id
    if "parent_number" in changes:
        _lock_hierarchy(organisation)
    own = Customer.objects.filter(organisation_id=organisation, pk=customer_id)
    row = own.select_for_update(no_key=True, of=("self",)).first()
    if row is None or not queries.account_of_customer(call, [customer_id]):
        raise ids.not_found("cus")
    values: dict[str, Any] = {name: value for name, value in changes.items() if name != "parent_number"}
    draft = rules.NewCustomer(row.number, **({"name": row.name, "terms_code": "-", "country": row.country} | values))
    rules.checked_customer(draft)
    if "name" in values:
        values["sort_key"] = rules.sort_key(values["name"])
    if "parent_number" in changes:
        values["parent_id"] = _new_parent(call, row, changes["parent_number"])
    before = {name: getattr(row, name) for name in values}
    Customer.objects.filter(pk=row.pk).update(**values)
    events.record(call, "customers.customer-changed", [ids.outer("cus", customer_id)], {"before": before, "after": values})


def _lock_hierarchy(organisation: int) -> None:
    """One change of a hierarchy at a time in an organisation: two that are each sound could close a circle together."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('customers.hierarchy'), %s::int)", [organisation])


def _known_fields(changes: Mapping[str, object], allowed: frozenset[str]) -> None:
    wrong = sorted(set(changes) - allowed)
    if wrong or not changes:
        raise Refused(
            "customers.not-usable", f"These cannot be changed here: {', '.join(wrong) or 'nothing given'}.", fields=wrong
        )


def _new_parent(call: Call, row: Customer, number: str) -> int | None:
    if not number:
        return None
    family = list(Customer.objects.filter(organisation_id=call.company.organisation_id).values_list("id", "number", "parent_id"))
    by_number = {each[1]: each[0] for each in family}
    parent = by_number.get(rules.normal_number(number))
    if parent is None:
        raise Refused("customers.unknown-parent", f"There is no customer {number} to be a parent.", numbers=[number])
    no_cycle({key: above for key, _, above in family} | {row.pk: parent}, {key: text for key, text, _ in family})
    return int(parent)


@action
def change_account(call: Call, account_id: int, changes: Mapping[str, str]) -> None:
    """Change a customer's account in this company: terms_code, payer_number, delivery, invoice_email, tax_treatment.

    Its currency stays: money hangs on it. Errors: Refused('not-found'), Refused('customers.unknown-payer'),
    Refused('customers.payer-pays-itself').
    """
    _known_fields(changes, ACCOUNT_FIELDS)
    row = _locked(call, account_id)
    values: dict[str, Any] = {name: value for name, value in changes.items() if not name.endswith(("_code", "_number"))}
    draft = rules.NewCustomer("-", "-", "-", **values)
    rules.checked_customer(draft)
    if "terms_code" in changes:
        values["terms_id"] = queries.terms_by_code(call, [changes["terms_code"]])[changes["terms_code"]].id
    if "payer_number" in changes:
        values["payer_id"] = _new_payer(call, row, changes["payer_number"])
    before = {name: getattr(row, name) for name in values}
    CustomerAccount.objects.filter(pk=row.pk).update(**values)
    events.record(call, "customers.account-changed", [ids.outer("acc", account_id)], {"before": before, "after": values})


def _locked(call: Call, account_id: int) -> CustomerAccount:
    if not queries.lock_accounts(call, [account_id]):
        raise ids.not_found("acc")
    return CustomerAccount.objects.get(pk=account_id)


def _new_payer(call: Call, row: CustomerAccount, number: str) -> int | None:
    if not number:
        return None
    found = queries.accounts_by_number(call, [number])
    if number not in found:
        raise Refused("customers.unknown-payer", f"There is no account {number} to pay for another.", numbers=[number])
    payer = found[number]
    if payer.id == row.pk or payer.payer_id == row.pk:
        raise Refused("customers.payer-pays-itself", f"{payer.name} cannot pay for this account: it would pay for itself.")
    return payer.id


@action
def change_fields(call: Call, account_id: int, values: Mapping[str, str]) -> None:
    """Write what stands in a customer's custom fields in this company, by name; an empty text takes it away.

    Errors: Refused('not-found'), Refused('tailoring.field-unknown'), Refused('tailoring.value-not-usable').
    """
    _locked(call, account_id)
    tailoring.set_values(call, "customer", {account_id: values})


@action
def set_terms(call: Call, account_ids: Sequence[int], code: str) -> None:
    """Give accounts other payment terms, for what is invoiced from now on. Errors: Refused('customers.unknown-terms')."""
    terms = queries.terms_by_code(call, [code])[code]
    locked = queries.lock_accounts(call, account_ids)
    if len(locked) < len(set(account_ids)):
        raise ids.not_found("acc")
    CustomerAccount.objects.filter(pk__in=locked).update(terms_id=terms.id)
    events.record(call, "customers.terms-set", [ids.outer("acc", key) for key in locked], {"terms": code})


@action
def stop_account(call: Call, account_id: int, stopped: bool, reason: str, reason_code: str = "") -> None:
    """As stop_accounts, for one."""
    stop_accounts(call, [account_id], stopped, reason, reason_code)


@action
def stop_accounts(call: Call, account_ids: Sequence[int], stopped: bool, reason: str, reason_code: str = "") -> list[int]:
    """Stop accounts, or let them go on: a stopped one gets no new orders. A reason is required. Those that were changed.

    Errors: Refused('customers.reason-missing'), Refused('not-found').
    """
    if not (reason.strip() or reason_code):
        raise Refused("customers.reason-missing", "Say why, in a few words: others will ask.")
    locked = queries.lock_accounts(call, account_ids)
    if len(locked) < len(set(account_ids)):
        raise ids.not_found("acc")
    found = CustomerAccount.objects.filter(pk__in=locked, is_stopped=not stopped)
    changed = sorted(found.values_list("pk", flat=True))
    if not changed:
        return []
    subjects = [ids.outer("acc", key) for key in changed]
    said = [(reason_code, reason, subject, call.company.language) for subject in subjects]
    sentences = tailoring.say_reasons(call, "account-stop", said)
    CustomerAccount.objects.filter(pk__in=changed).update(is_stopped=stopped)
    name = "customers.account-stopped" if stopped else "customers.account-let-go-on"
    told = zip(subjects, sentences, strict=True)
    events.record_many(call, [(name, [subject], {"reason": sentence.strip()}, None) for subject, sentence in told])
    return changed
