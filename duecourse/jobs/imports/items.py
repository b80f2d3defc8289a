"""Open items: rows become items of the receivables room; the customer's terms fill in a due date that is missing."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from typing import Any

from duecourse.core import external_ids
from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.core.reasons import Reason
from duecourse.customers import queries as customer_facts
from duecourse.customers.rules import AccountView, normal_number
from duecourse.jobs.imports.cells import Row
from duecourse.jobs.imports.reading import Checked, Out, Reading, Reject, Sifted, drop
from duecourse.jobs.imports.terms import chosen_terms, make_terms
from duecourse.ledger import queries as ledger_facts
from duecourse.receivables import actions as receivables
from duecourse.receivables.rules import TakeOverItem

DUE_AFTER_MAX, DUE_BEFORE_MAX = 730, 365  # days between a document's date and its due date; beyond, day and month may be swapped
NO_DUE = dt.date.max  # no due date in the file: the customer's terms say it


def read(reading: Reading, rows: list[Row]) -> Sifted[TakeOverItem]:
    """Rows as items, each by itself; the second row of one document is rejected."""
    sifted = reading.sift(rows, lambda row: _item(reading, row))
    seen: dict[str, int] = {}
    kept = []
    for row, item in sifted.drafts:
        if item.external_id in seen:
            field = "document" if reading.has("document") else "number"
            sifted.rejects.append(Reject(row, field, Reason("take-over.twice", {"line": seen[item.external_id]})))
        else:
            seen[item.external_id] = row.line
            kept.append((row, item))
    sifted.drafts = kept
    sifted.rejects.sort(key=lambda reject: reject.row.line)
    return sifted


def _item(reading: Reading, row: Row) -> TakeOverItem | str:
    if reading.flag(row, "open") is False:
        return "closed"
    customer = reading.id(row, "customer", required=True)
    name = reading.text(row, "name", required=reading.strict)
    document, number = reading.id(row, "document", 60), reading.id(row, "number")
    if not document and not number:
        raise Out("document" if reading.has("document") else "number", Reason("take-over.empty"))
    if reading.strict:
        reading.text(row, "document", required=True)
        reading.text(row, "currency", required=True)
    issue = reading.day(row, "issue")
    if issue is None:
        raise _no_day("issue", reading)
    due = reading.day(row, "due")
    if due is None and reading.strict:
        raise _no_day("due", reading)
    if due is not None and ((due - issue).days > DUE_AFTER_MAX or (issue - due).days > DUE_BEFORE_MAX):
        raise Out("due", Reason("take-over.far-due", {"value": due.isoformat(), "issue": issue.isoformat()}))
    money = reading.money(row)
    if not money:
        raise Out("amount", Reason("take-over.zero"))
    ours = (reading.id(row, "company"), reading.id(row, "year"), document or number, reading.id(row, "line"))
    return TakeOverItem(
        external_id="/".join(part for part in ours if part),
        customer_number=customer,
        customer_name=name,
        number=(number or document)[:40],
        issue_date=issue,
        due_date=due or NO_DUE,
        money=money,
        purchase_order=reading.text(row, "purchase_order", 60),
    )


def _no_day(name: str, reading: Reading) -> Out:
    return Out(name, Reason("take-over.not-a-date", {"value": ""}) if reading.strict else Reason("take-over.empty"))


def check(call: Call, reading: Reading, rows: list[Row], system: str) -> Checked[TakeOverItem]:
    """What the items would do to the books as they are. Reads only."""
    sifted = read(reading, rows)
    checked: Checked[TakeOverItem] = Checked(left=sifted.left, rejects=sifted.rejects)
    on = posting_date(call, reading.options)
    drafts = drop(checked, sifted.drafts, usable_numbers())
    accounts = customer_facts.accounts_by_number(call, {item.customer_number for _, item in drafts})
    drafts = _named(checked, drafts, accounts)
    drafts = _dated(checked, drafts, accounts)
    drafts = _rated(call, checked, drafts, on)
    known = external_ids.known(call, system, "item", [item.external_id for _, item in drafts])
    checked.known = [row for row, item in drafts if item.external_id in known]
    checked.ready = [(row, item) for row, item in drafts if item.external_id not in known]
    checked.rejects.sort(key=lambda reject: reject.row.line)
    numbers = {normal_number(item.customer_number) for _, item in checked.ready}
    here = {account.number for account in accounts.values()}
    new = numbers - here
    checked.will = {
        "items": len(checked.ready),
        "credit_notes": sum(item.money.amount < 0 for _, item in checked.ready),
        "customers_new": len(new),
        "customers_known": len(numbers) - len(new),
    }
    checked.parts = parts_of([(item.customer_number, item.customer_name, item.money) for _, item in checked.ready])
    checked.problems += period_problems(call, on)
    if new and chosen_terms(call, reading.options) is None:
        checked.problems.append(Reason("take-over.missing-terms"))
    return checked


def posting_date(call: Call, options: Any) -> dt.date:
    """The day that all is booked on: the one chosen, else today."""
    return dt.date.fromisoformat(str(options["on"])) if options.get("on") else call.today


def period_problems(call: Call, on: dt.date) -> list[Reason]:
    """Whether anything can be booked on a day."""
    said = "its period is closed or was never opened. Open it in the settings, or choose another day."
    try:
        if ledger_facts.first_open_days(call, [on])[on] == on:
            return []
    except Refused as refused:
        said = refused.message
    return [Reason("take-over.period-closed", {"on": on.isoformat(), "said": said})]


def usable_numbers() -> Any:
    """A test of customers' numbers, each looked at once."""
    seen: dict[str, tuple[str, Reason] | None] = {}

    def test(item: Any) -> tuple[str, Reason] | None:
        number = item.customer_number
        if number not in seen:
            try:
                normal_number(number)
                seen[number] = None
            except Refused:
                seen[number] = ("customer", Reason("take-over.spreadsheet-number", {"value": number[:40]}))
        return seen[number]

    return test


def _named(
    checked: Checked[TakeOverItem], drafts: list[tuple[Row, TakeOverItem]], accounts: dict[str, AccountView]
) -> list[tuple[Row, TakeOverItem]]:
    """Items whose customer has no name in the file get that of the customer who is here."""
    kept = []
    for row, item in drafts:
        if item.customer_name:
            kept.append((row, item))
        elif item.customer_number in accounts:
            kept.append((row, replace(item, customer_name=accounts[item.customer_number].name)))
        else:
            checked.rejects.append(
                Reject(row, "customer", Reason("take-over.unknown-customer", {"number": item.customer_number}))
            )
    return kept


def _dated(
    checked: Checked[TakeOverItem], drafts: list[tuple[Row, TakeOverItem]], accounts: dict[str, AccountView]
) -> list[tuple[Row, TakeOverItem]]:
    """Items without a due date get the one of the terms of the customer who is here."""
    kept, reckoned = [], 0
    for row, item in drafts:
        if item.due_date != NO_DUE:
            kept.append((row, item))
        elif item.customer_number in accounts:
            reckoned += 1
            kept.append((row, replace(item, due_date=accounts[item.customer_number].terms.due_date(item.issue_date))))
        else:
            checked.rejects.append(Reject(row, "due", Reason("take-over.no-due", {"number": item.customer_number})))
    if reckoned:
        checked.notes.append(Reason("take-over.note-terms", {"count": reckoned}))
    return kept


def _rated(
    call: Call, checked: Checked[TakeOverItem], drafts: list[tuple[Row, TakeOverItem]], on: dt.date
) -> list[tuple[Row, TakeOverItem]]:
    """Items of a currency without a rate stay out: what they are worth is not guessed."""
    missing = set()
    for currency in sorted({item.money.currency for _, item in drafts}):
        try:
            checked.rates[currency] = ledger_facts.rates(call, [currency], on)[currency]
        except Refused:
            missing.add(currency)
    reasons = {code: ("currency", Reason("take-over.no-rate", {"currency": code, "on": on.isoformat()})) for code in missing}
    return drop(checked, drafts, lambda item: reasons.get(item.money.currency))


def parts_of(rows: list[tuple[str, str, Money]]) -> list[tuple[str, str, str, Decimal, int]]:
    """Sum and count per customer and currency, the largest first."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    counts: dict[tuple[str, str], int] = defaultdict(int)
    names: dict[str, str] = {}
    for number, name, money in rows:
        normal = normal_number(number)
        sums[normal, money.currency] += money.amount
        counts[normal, money.currency] += 1
        names.setdefault(normal, name)
    order = sorted(sums, key=lambda key: (-abs(sums[key]), key))
    return [(number, names[number], currency, sums[number, currency], counts[number, currency]) for number, currency in order]


def write(call: Call, checked: Checked[TakeOverItem], reading: Reading, system: str) -> dict[str, int]:
    """Take the ready rows over by the receivables room; what was made. Errors: those of `receivables.take_over_items`."""
    terms = make_terms(call, reading.options)
    items = [item for _, item in checked.ready]
    done = receivables.take_over_items(call, items, system, posting_date(call, reading.options), terms)
    return {"items": done.items, "known": done.known, "customers": done.customers, "spellings": done.spellings}
