"""Take a file's history over: customers, invoices, payments. What it would do is shown first, and nothing is written by that."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from duecourse.core import external_ids
from duecourse.core.call import Call, within
from duecourse.core.money import Money
from duecourse.customers import actions as customers
from duecourse.customers import queries as customer_facts
from duecourse.customers.rules import NewCustomer, NewTerms, normal_number
from duecourse.invoicing import actions as invoicing
from duecourse.invoicing.rules import (
    HistoricInvoice,
    HistoricLine,
    HistoricPayment,
    HistoryRecorded,
    HistoryReject,
    check_history,
    missing_numbers,
)
from duecourse.jobs.imports.history import Past, PastInvoice

SYSTEM = "history"


@dataclass(frozen=True, slots=True)
class Plan:
    """What taking a file over would do: its documents, those that contradict themselves, and what is known or new."""

    documents: tuple[HistoricInvoice, ...]
    rejects: tuple[HistoryReject, ...]
    known: int
    new_customers: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What taking a file over did."""

    recorded: HistoryRecorded
    customers: int


def plan(call: Call, past: Past, system: str) -> Plan:
    """What would be taken over; nothing is written."""
    with within(call):
        places = {number: place for place, number in enumerate(sorted({row.customer_number for row in past.rows}), 1)}
        documents = [_document(row, places[row.customer_number]) for row in past.rows]
        known = external_ids.known(call, system, "invoice", [one.external_id for one in documents])
        rejects = check_history([one for one in documents if one.external_id not in known], call.today)
        there = customer_facts.accounts_by_number(call, places)
    wrong = {reject.where for reject in rejects}
    good = tuple(one for one in documents if one.where not in wrong)
    return Plan(good, tuple(rejects), len(known), len(_normal(places)) - len(_normal(there)))


def take(call: Call, past: Past, plan: Plan, system: str) -> Taken:
    """Take over what the plan accepts, whole or not at all; what is known stays as it is. Errors as invoicing.record_history."""
    good = {one.where for one in plan.documents}
    rows = [row for row in past.rows if _where(row) in good]
    with within(call):
        accounts, made = _accounts(call, rows)
        documents = [_document(row, accounts[normal_number(row.customer_number)]) for row in rows]
        return Taken(invoicing.record_history(call, documents, system, call.today), made)


def _normal(numbers: Mapping[str, object] | Sequence[str]) -> set[str]:
    return {normal_number(number) for number in numbers}


def _where(row: PastInvoice) -> str:
    return f"line {row.line}"


def _document(row: PastInvoice, account_id: int) -> HistoricInvoice:
    unit = row.money.amount / abs(row.money.amount)
    return HistoricInvoice(
        external_id=row.external_id,
        number=row.number,
        account_id=account_id,
        kind="invoice" if row.money.amount > 0 else "credit-note",
        issue_date=row.issue_date,
        due_date=row.due_date,
        money=row.money,
        payments=[HistoricPayment(day, money) for day, money in row.paid],
        disputed=row.disputed,
        purchase_order=row.purchase_order,
        lines=[HistoricLine(1, row.text, unit, "", row.money)] if row.text else (),
        where=_where(row),
    )


def _accounts(call: Call, rows: Sequence[PastInvoice]) -> tuple[dict[str, int], int]:
    """Customer number → account, those that were not there made; how many. Their terms are those of most of their invoices."""
    by_number: dict[str, list[PastInvoice]] = defaultdict(list)
    for row in rows:
        by_number[normal_number(row.customer_number)].append(row)
    found = {number: view.id for number, view in customer_facts.accounts_by_number(call, by_number).items()}
    missing = sorted(by_number.keys() - found.keys())
    days = {number: _net_days(by_number[number]) for number in missing}
    terms = _terms(call, set(days.values()))
    new = []
    for number in missing:
        names = Counter(row.customer_name for row in by_number[number])
        currencies = Counter(row.money.currency for row in by_number[number])
        name = max(names, key=lambda name: (names[name], len(name), name))
        new.append(NewCustomer(number, name, terms[days[number]], currency=currencies.most_common(1)[0][0]))
    made = customers.create_customers(call, new) if new else []
    return found | dict(zip(missing, made, strict=True)), len(made)


def _net_days(rows: Sequence[PastInvoice]) -> int:
    days = Counter(max((row.due_date - row.issue_date).days, 0) for row in rows)
    return max(days, key=lambda many: (days[many], -many))


def _terms(call: Call, days: set[int]) -> dict[int, str]:
    """Net days → the code of terms without discount; those that are not there are made."""
    there = {view.net_days: view.code for view in reversed(customer_facts.terms(call)) if view.discount_percent is None}
    codes = {view.code for view in customer_facts.terms(call)}
    missing = sorted(days - there.keys())
    made = {many: next(code for code in (f"N{many}", f"NET-{many}", f"HISTORY-{many}") if code not in codes) for many in missing}
    if made:
        customers.create_terms(call, [NewTerms(code, f"{many} days net", many) for many, code in made.items()])
    return there | made


def told(past: Past, plan: Plan) -> Iterator[str]:
    """What a dry run says of a file, line by line."""
    rejected = len(past.rejects) + len(plan.rejects)
    yield f"{len(plan.documents)} documents accepted, {rejected} rows rejected, {plan.known} known already."
    yield "Read as: " + ", ".join(f"{need} = {head}" for need, head in past.columns.items()) + "."
    if past.unused:
        yield f"Not used: {', '.join(past.unused)}."
    if not past.numbered:
        yield "The file has no invoice numbers; each row gets one made of what it says, the same each time."
    customers_of = {one.account_id for one in plan.documents}
    yield f"{len(customers_of)} customers, {plan.new_customers} of them new."
    yield from _counted(plan)
    for code, billed, rest in _sums(plan):
        yield f"  {code} {billed.amount:>20,} billed {rest.amount:>20,} open"
    for one in missing_numbers(one.number for one in plan.documents):
        yield f"Of the numbers from {one.first} to {one.last}, {one.missing} are not in the file: {', '.join(one.examples)} …"


def _counted(plan: Plan) -> Iterator[str]:
    if not plan.documents:
        return
    days = [one.issue_date for one in plan.documents]
    paid = [one for one in plan.documents if one.payments]
    partly = sum(bool(_rest(one)) for one in paid)
    early = sum(each.value_date < one.issue_date for one in paid for each in one.payments)
    yield (
        f"Issued from {min(days)} to {max(days)}: {len(paid) - partly} settled, {partly} settled in part, "
        f"{len(plan.documents) - len(paid)} open; {early} paid before the invoice’s date, kept as said."
    )
    disputed = sum(one.disputed for one in plan.documents)
    if disputed:
        yield f"{disputed} disputed: known from the take-over on, because the file does not say since when."


def _sums(plan: Plan) -> Iterator[tuple[str, Money, Money]]:
    billed: dict[str, Money] = {}
    rest: dict[str, Money] = {}
    for one in plan.documents:
        code = one.money.currency
        billed[code] = billed.get(code, Money.zero(code)) + one.money
        rest[code] = rest.get(code, Money.zero(code)) + _rest(one)
    for code in sorted(billed):
        yield code, billed[code], rest[code]


def _rest(one: HistoricInvoice) -> Money:
    return one.money - Money.total((each.money for each in one.payments), one.money.currency)


def told_taken(taken: Taken) -> str:
    """What taking over did, in a sentence."""
    done = taken.recorded
    return (
        f"{len(done.ids)} documents and {done.payments} payments taken over, {done.known} documents were known; "
        f"{taken.customers} customers are new."
    )
