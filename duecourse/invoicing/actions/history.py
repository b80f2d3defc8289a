"""Documents of another system as they were: own numbers, true days, no credit check; booked as what is left of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from duecourse.core import bulk, events, external_ids, ids
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.customers.rules import AccountView
from duecourse.invoicing import rules
from duecourse.invoicing.actions.posting import INVOICE, LINE, buyer_text, lock_and_load
from duecourse.invoicing.models import Invoice, InvoiceLine
from duecourse.ledger import actions as ledger
from duecourse.ledger import queries as ledger_facts
from duecourse.ledger.rules import Entry, Line
from duecourse.receivables import actions as receivables
from duecourse.receivables import queries as item_facts
from duecourse.receivables.rules import AllocationRequest, ClearingRequest, ItemState, NewItem, NewMark, company_share


@dataclass(frozen=True, slots=True)
class _Paid:
    """One payment of a document as the item that it becomes: what of it the document takes, and its worth in the company's currency."""

    place: int  # of its document
    number: str
    payment: rules.HistoricPayment
    taken: Money
    company_money: Money  # of the whole payment, the document's sign


@action
def record_history(
    call: Call, invoices: Sequence[rules.HistoricInvoice], system: str, posting_date: dt.date
) -> rules.HistoryRecorded:
    """Take over documents of another system with what was paid and cancelled, in one batch; what is known stays as it is.

    Each keeps its own number, days and amount, in whatever period; nothing is checked against a credit limit. Its payments become
    items on its account, cleared against it on their own value dates, so that age, DSO and days late of any past day are right.
    The books get one entry on `posting_date`, in an open period, against opening balances, at the rates of that day: what is left of
    it all is what is open. Errors: Refused('invoicing.history-not-usable') naming each document, Refused('invoicing.origin-missing'),
    Refused('ledger.rate-missing'), Refused('ledger.period-closed'), Refused('not-found') for an account that is not the company's.
    """
    if not system.strip() or len(system) > 40:
        raise Refused("invoicing.origin-missing", "Say in at most 40 characters which system the documents come from.")
    if not invoices:
        return rules.HistoryRecorded((), 0, 0, 0, ())
    booking = ledger_facts.prepare(call, [posting_date])
    accounts = lock_and_load(call, [one.account_id for one in invoices])
    known = external_ids.known(call, system, "invoice", [one.external_id for one in invoices])
    new = [one for one in invoices if one.external_id not in known]
    earlier = _earlier(call, new, system)
    _check(call, new, system, earlier)
    missing = tuple(rules.missing_numbers(one.number for one in new))
    if not new:
        return rules.HistoryRecorded((), len(known), 0, 0, missing)
    keys = bulk.reserve_ids(Invoice, len(new))
    rates = ledger_facts.rates(call, {one.money.currency for one in new}, posting_date)
    company = [one.money.converted(rates[one.money.currency], call.company.currency) for one in new]
    paid = [part for place in range(len(new)) for part in _paid(place, new[place], company[place])]
    owners = [accounts[one.account_id].payer_id or one.account_id for one in new]
    entry = _entry(call, new, company, paid, owners, posting_date, system, booking)
    items = _open(call, new, company, paid, owners, keys, entry)
    cancelled = _clear(call, new, paid, items, keys, earlier, posting_date, system)
    _write(call, new, keys, items, entry, accounts, earlier, system)
    _mark(call, new, items, posting_date)
    external_ids.keep(
        call, system, "invoice", {one.external_id: ids.outer("inv", key) for one, key in zip(new, keys, strict=True)}
    )
    facts = {"system": system, "documents": len(new), "known": len(known), "payments": len(paid), "cancellations": cancelled}
    facts |= {"missing_numbers": [f"{one.missing} between {one.first} and {one.last}" for one in missing]}
    subjects = [ids.outer("cmp", call.company.id), *sorted({ids.outer("acc", one.account_id) for one in new})]
    events.record(call, "invoicing.history-recorded", subjects, facts)
    return rules.HistoryRecorded(tuple(keys), len(known), len(paid), cancelled, missing)


def _earlier(call: Call, new: Sequence[rules.HistoricInvoice], system: str) -> dict[str, Invoice]:
    """Invoices of earlier take-overs that documents of this one cancel, by number."""
    own = {one.number for one in new}
    wanted = {one.cancels for one in new if one.cancels} - own
    found = Invoice.objects.filter(company_id=call.company.id, origin=system, kind="invoice", number__in=wanted)
    billed = {one.cancels: one.account_id for one in new if one.cancels}
    return {row.number: row for row in found.select_related("item") if row.customer_account_id == billed[row.number]}


def _check(call: Call, new: Sequence[rules.HistoricInvoice], system: str, earlier: Mapping[str, Invoice]) -> None:
    numbers = [one.number for one in new]
    taken = Invoice.objects.filter(company_id=call.company.id, origin=system, number__in=numbers).values_list("number", flat=True)
    rejects = rules.check_history(new, call.today, taken, earlier)
    if rejects:
        told = "; ".join(str(reject) for reject in rejects[:10])
        more = f"; and {len(rejects) - 10} more" if len(rejects) > 10 else ""
        raise Refused(
            "invoicing.history-not-usable",
            f"Nothing was taken over; {len(rejects)} documents contradict themselves: {told}{more}.",
            rejects=[str(reject) for reject in rejects[:100]],
        )


def _paid(place: int, one: rules.HistoricInvoice, company: Money) -> list[_Paid]:
    """The payments of a document, the earliest first: what it takes of each, and what is left on account."""
    state = ItemState(
        id=0,
        customer_account_id=0,
        number=one.number,
        amount=one.money,
        company_amount=company,
        open=one.money,
        open_company=company,
    )
    rate = company.amount / one.money.amount
    found = []
    for count, payment in enumerate(sorted(one.payments, key=lambda payment: payment.value_date), 1):
        taken = payment.money if abs(payment.money.amount) <= abs(state.open.amount) else state.open
        share = company_share(state, taken) if taken else Money.zero(company.currency)
        rest = Money.rounding((payment.money - taken).amount * rate, company.currency)
        state = replace(state, open=state.open - taken, open_company=state.open_company - share)
        found.append(_Paid(place, f"{one.number}/P{count}"[-60:], payment, taken, share + rest))
    return found


def _entry(
    call: Call,
    new: Sequence[rules.HistoricInvoice],
    company: Sequence[Money],
    paid: Sequence[_Paid],
    owners: Sequence[int],
    posting_date: dt.date,
    system: str,
    booking: ledger_facts.Booking,
) -> int:
    """One entry: per customer and currency what was billed and what was paid, against opening balances."""
    sums: dict[tuple[int, str, bool], tuple[Money, Money]] = {}
    rows = [(owners[place], one.money, company[place]) for place, one in enumerate(new)]
    rows += [(owners[part.place], -part.payment.money, -part.company_money) for part in paid]
    for owner, money, own in rows:
        key = (owner, money.currency, money.amount > 0)
        before = sums.get(key, (Money.zero(money.currency), Money.zero(own.currency)))
        sums[key] = (before[0] + money, before[1] + own)
    lines = [Line(money, own, purpose="receivables", customer_account_id=owner) for (owner, _, _), (money, own) in sums.items()]
    for currency, side in sorted({(currency, side) for _, currency, side in sums}):
        money = Money.total((one for (_, code, what), (one, _) in sums.items() if (code, what) == (currency, side)), currency)
        own = Money.total(
            (one for (_, code, what), (_, one) in sums.items() if (code, what) == (currency, side)), call.company.currency
        )
        lines.append(Line(-money, -own, purpose="opening"))
    text = f"Invoices and payments taken over from {system}"
    source = ids.outer("cmp", call.company.id)
    (posted,) = ledger.post_entries(call, [Entry("opening", posting_date, posting_date, text, source, lines)], booking=booking)
    return posted.id


def _open(
    call: Call,
    new: Sequence[rules.HistoricInvoice],
    company: Sequence[Money],
    paid: Sequence[_Paid],
    owners: Sequence[int],
    keys: Sequence[int],
    entry: int,
) -> list[int]:
    """The documents' items, then the payments'; their ids in that order."""
    documents = [
        NewItem(
            customer_account_id=owner,
            entry_id=entry,
            kind=one.kind,
            number=one.number,
            source=ids.outer("inv", key),
            reference=one.reference,
            purchase_order=one.purchase_order,
            order_number=one.order_numbers[0] if len(one.order_numbers) == 1 else "",
            issue_date=one.issue_date,
            due_date=one.due_date,
            money=one.money,
            company_money=own,
        )
        for one, own, owner, key in zip(new, company, owners, keys, strict=True)
    ]
    payments = [
        NewItem(
            customer_account_id=owners[part.place],
            entry_id=entry,
            kind="payment" if part.payment.money.amount > 0 else "refund",
            number=part.number,
            source=ids.outer("inv", keys[part.place]),
            issue_date=part.payment.value_date,
            due_date=part.payment.value_date,
            money=-part.payment.money,
            company_money=-part.company_money,
        )
        for part in paid
    ]
    return receivables.open_items(call, [*documents, *payments])


def _clear(
    call: Call,
    new: Sequence[rules.HistoricInvoice],
    paid: Sequence[_Paid],
    items: Sequence[int],
    keys: Sequence[int],
    earlier: Mapping[str, Invoice],
    posting_date: dt.date,
    system: str,
) -> int:
    """Payments clear their documents on their own days, credit notes the invoices that they cancel; how many of those."""
    text = f"Taken over from {system}"
    requests, rest = [], [one.money for one in new]
    for part, item in zip(paid, items[len(new) :], strict=True):
        rest[part.place] -= part.taken
        if part.taken:
            parts = [
                AllocationRequest(items[part.place], "payment", part.taken),
                AllocationRequest(item, "payment", -part.taken),
            ]
            source = ids.outer("inv", keys[part.place])
            requests.append(ClearingRequest(part.payment.value_date, parts, text, source, posting_date))
    place_of = {one.number: place for place, one in enumerate(new) if one.kind == "invoice"}
    before = item_facts.item_states(call, [row.item_id for row in earlier.values()]) if earlier else {}
    open_before = {number: before[row.item_id].open for number, row in earlier.items()}
    cancelled = 0
    for place, one in enumerate(new):
        if not one.cancels:
            continue
        other = place_of.get(one.cancels)
        left = rest[other] if other is not None else open_before[one.cancels]
        amount = min(left, -rest[place])
        if not amount:
            continue
        rest[place] += amount
        if other is not None:
            rest[other] -= amount
        else:
            open_before[one.cancels] -= amount
        item = items[other] if other is not None else earlier[one.cancels].item_id
        parts = [AllocationRequest(item, "credit", amount), AllocationRequest(items[place], "credit", -amount)]
        day = one.cancelled_date or one.issue_date
        requests.append(ClearingRequest(day, parts, text, ids.outer("inv", keys[place]), posting_date))
        cancelled += 1
    receivables.clear(call, requests)
    return cancelled


def _write(
    call: Call,
    new: Sequence[rules.HistoricInvoice],
    keys: Sequence[int],
    items: Sequence[int],
    entry: int,
    accounts: Mapping[int, AccountView],
    earlier: Mapping[str, Invoice],
    system: str,
) -> None:
    invoice_of = {number: row.id for number, row in earlier.items()}
    invoice_of |= {one.number: key for one, key in zip(new, keys, strict=True) if one.kind == "invoice"}
    columns = ("origin", *INVOICE)
    rows = []
    for one, key, item in zip(new, keys, items, strict=False):
        net = Money.total((line.net for line in one.lines), one.money.currency) if one.lines else one.money
        tax = Money.zero(one.money.currency)
        rows.append(
            (
                system, key, call.company.id, one.kind, one.number, one.account_id, buyer_text(accounts[one.account_id]), one.issue_date,
                one.issue_date, one.due_date, None, None, one.money.currency, net.amount, tax.amount, one.money.amount, "[]", one.reference,
                one.purchase_order, list(one.order_numbers), None, invoice_of[one.cancels] if one.cancels else None, "", entry, item,
                call.by.name,
            )
        )  # fmt: skip
    # Invoices before the credit notes that name them.
    bulk.copy_in(Invoice, columns, sorted(rows, key=lambda row: row[3] != "invoice"))
    bulk.copy_in(
        InvoiceLine,
        LINE,
        [
            (
                call.company.id, key, line.line_number, line.product_number, line.description, line.unit, line.quantity,
                line.net.amount / line.quantity if line.quantity else line.net.amount, line.net.amount, "O", 0,
            )
            for one, key in zip(new, keys, strict=True)
            for line in one.lines
        ],
    )  # fmt: skip


def _mark(call: Call, new: Sequence[rules.HistoricInvoice], items: Sequence[int], posting_date: dt.date) -> None:
    """A dispute is known from the take-over on: when it began is not said, and what is settled is in dispute no more."""
    disputed = [item for one, item in zip(new, items, strict=False) if one.disputed]
    if not disputed:
        return
    states = item_facts.item_states(call, disputed)
    marks = [
        NewMark(
            item_id=item,
            kind="disputed",
            from_date=posting_date,
            until_date=None if states[item].open else posting_date,
            value="taken over",
        )
        for item in disputed
    ]
    receivables.set_marks(call, marks)
