"""Paid history: rows become invoices of the past with the days they were due and settled on, so that behaviour is known at once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from duecourse.core import external_ids
from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.core.reasons import Reason
from duecourse.customers import actions as customers
from duecourse.customers import queries as customer_facts
from duecourse.customers.rules import NewCustomer, normal_number
from duecourse.invoicing import actions as invoicing
from duecourse.invoicing.rules import HistoricInvoice, HistoricPayment, check_history
from duecourse.jobs.imports.cells import Row
from duecourse.jobs.imports.items import parts_of, period_problems, posting_date, usable_numbers
from duecourse.jobs.imports.reading import Checked, Out, Reading, Reject, drop
from duecourse.jobs.imports.terms import chosen_terms, make_terms
from duecourse.ledger import queries as ledger_facts

_FIELDS = {"issue date": "issue", "due date": "due", "amount": "amount", "payment date": "settled", "number": "number"}


@dataclass(frozen=True, slots=True)
class Draft:
    customer_number: str
    name: str
    number: str
    issue: dt.date
    due: dt.date
    settled: dt.date | None
    money: Money
    disputed: bool

    def invoice(self, account_id: int) -> HistoricInvoice:
        return HistoricInvoice(
            external_id=self.number,
            number=self.number,
            account_id=account_id,
            kind="invoice" if self.money.amount > 0 else "credit-note",
            issue_date=self.issue,
            due_date=self.due,
            money=self.money,
            payments=(HistoricPayment(self.settled, self.money),) if self.settled else (),
            disputed=self.disputed,
        )


def check(call: Call, reading: Reading, rows: list[Row], system: str) -> Checked[Draft]:
    """What the history would be. Reads only."""
    sifted = reading.sift(rows, lambda row: _draft(reading, row))
    checked: Checked[Draft] = Checked(left=sifted.left, rejects=sifted.rejects)
    drafts = drop(checked, sifted.drafts, usable_numbers())
    on = posting_date(call, reading.options)
    for currency in sorted({draft.money.currency for _, draft in drafts}):
        try:
            checked.rates[currency] = ledger_facts.rates(call, [currency], on)[currency]
        except Refused:
            reason = ("currency", Reason("take-over.no-rate", {"currency": currency, "on": on.isoformat()}))
            drafts = drop(checked, drafts, lambda draft, code=currency, why=reason: why if draft.money.currency == code else None)  # type: ignore[misc]
    known = external_ids.known(call, system, "invoice", [draft.number for _, draft in drafts])
    checked.known = [row for row, draft in drafts if draft.number in known]
    ready = [(row, draft) for row, draft in drafts if draft.number not in known]
    wrong = {found.place: found for found in check_history([draft.invoice(1) for _, draft in ready], call.today)}
    for place, (row, draft) in enumerate(ready):
        found = wrong.get(place)
        if found is None:
            checked.ready.append((row, draft))
        else:
            said = f"expected {found.expected}, found “{found.value}”."
            checked.rejects.append(
                Reject(row, _FIELDS.get(found.field, "number"), Reason("take-over.not-usable", {"said": said}))
            )
    checked.rejects.sort(key=lambda reject: reject.row.line)
    numbers = {normal_number(draft.customer_number) for _, draft in checked.ready}
    here = customer_facts.accounts_by_number(call, numbers)
    new = numbers - set(here)
    checked.will = {
        "invoices": len(checked.ready),
        "payments": sum(draft.settled is not None for _, draft in checked.ready),
        "customers_new": len(new),
        "customers_known": len(numbers) - len(new),
    }
    named = {number: account.name for number, account in here.items()}
    checked.parts = parts_of(
        [
            (draft.customer_number, named.get(normal_number(draft.customer_number), draft.name), draft.money)
            for _, draft in checked.ready
        ]
    )
    checked.problems += period_problems(call, posting_date(call, reading.options))
    if new and chosen_terms(call, reading.options) is None:
        checked.problems.append(Reason("take-over.missing-terms"))
    return checked


def _draft(reading: Reading, row: Row) -> Draft:
    customer = reading.id(row, "customer", required=True)
    issue, due = reading.day(row, "issue"), reading.day(row, "due")
    if issue is None or due is None:
        raise Out("issue" if issue is None else "due", Reason("take-over.empty"))
    money = reading.money(row)
    if not money:
        raise Out("amount", Reason("take-over.zero"))
    settled = reading.day(row, "settled")
    # Where the file has no name, a customer is called by its number until somebody says more.
    name = reading.text(row, "name") or customer
    number = reading.id(row, "number", required=True)
    return Draft(customer, name, number, issue, due, settled, money, reading.flag(row, "disputed") or False)


def write(call: Call, checked: Checked[Draft], reading: Reading, system: str) -> dict[str, int]:
    """Make customers that are not here and record the history. Errors: those of `invoicing.record_history`."""
    drafts = [draft for _, draft in checked.ready]
    names = {normal_number(draft.customer_number): draft.name for draft in reversed(drafts)}
    accounts = {number: account.id for number, account in customer_facts.accounts_by_number(call, names).items()}
    new = [number for number in names if number not in accounts]
    if new:
        terms = make_terms(call, reading.options)
        made = customers.create_customers(call, [NewCustomer(number, names[number], terms) for number in new])
        accounts |= dict(zip(new, made, strict=True))
    invoices = [draft.invoice(accounts[normal_number(draft.customer_number)]) for draft in drafts]
    done = invoicing.record_history(call, invoices, system, posting_date(call, reading.options))
    return {"invoices": len(done.ids), "known": done.known, "payments": done.payments, "customers": len(new)}
