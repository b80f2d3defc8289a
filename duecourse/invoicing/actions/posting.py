"""Post invoices in batches: numbers without gaps, tax, entry and open item, in one transaction."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from duecourse.core import bulk, events, ids, sequences
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused
from duecourse.core.money import Money, Price
from duecourse.customers import queries as customer_facts
from duecourse.customers.rules import AccountView
from duecourse.invoicing import rules
from duecourse.invoicing.models import Invoice, InvoiceLine
from duecourse.ledger import actions as ledger
from duecourse.ledger import queries as ledger_facts
from duecourse.ledger.rules import Entry, Line
from duecourse.receivables import actions as receivables
from duecourse.receivables.rules import NewItem
from duecourse.tailoring import actions as tailoring

INVOICE = (
    "id", "company_id", "kind", "number", "customer_account_id", "buyer", "issue_date", "delivery_date", "due_date", "discount_percent",
    "discount_until", "currency", "net", "tax", "gross", "tax_breakdown", "reference", "purchase_order", "order_numbers", "bank_account_id",
    "credited_id", "reason", "entry_id", "item_id", "by_name",
)  # fmt: skip
LINE = (
    "company_id", "invoice_id", "line_number", "product_number", "description", "unit", "quantity", "unit_price", "net", "tax_category",
    "tax_percent",
)  # fmt: skip
# Where the law wants numbers and dates of a series to rise together (law.md names the articles).
NUMBERS_FOLLOW_DATES = frozenset({"FR", "IT", "ES", "PT"})


@dataclass(frozen=True, slots=True)
class Reckoned:
    """An invoice with its figures: what posting writes. Amounts of a credit note are negative."""

    kind: str
    account: AccountView
    new: rules.NewInvoice
    lines: Sequence[tuple[rules.NewLine, int, Money]]  # what, line number, net
    totals: rules.Totals
    due: rules.DueTerms
    company_gross: Money
    credited_id: int | None = None
    reason: str = ""
    owing_id: int | None = None  # the account a credited invoice is owed on; who pays may have changed since


@action
def post_invoices(call: Call, invoices: Sequence[rules.NewInvoice]) -> list[int]:
    """Post invoices in one batch; their ids in order. What is posted is never changed: a credit note takes it back.

    Errors: Refused('invoicing.no-lines'), Refused('invoicing.not-positive'), Refused('ledger.period-closed'),
    Refused('ledger.rate-missing'), Refused('not-found') for an account that is not the company's.
    """
    if not invoices:
        return []
    booking = ledger_facts.prepare(call, [new.issue_date for new in invoices])
    accounts = lock_and_load(call, [new.customer_account_id for new in invoices])
    return write(call, _reckon(call, invoices, accounts), booking)


def lock_and_load(call: Call, account_ids: Sequence[int], owing: Sequence[int] = ()) -> dict[int, AccountView]:
    """The accounts billed, with who pays for them (and the accounts `owing`) locked: what is owed changes there."""
    accounts = customer_facts.accounts_by_id(call, account_ids)
    if len(accounts) != len(set(account_ids)):
        raise ids.not_found("acc")
    customer_facts.lock_accounts(call, sorted({*owing, *(account.payer_id or account.id for account in accounts.values())}))
    return accounts


def _reckon(call: Call, invoices: Sequence[rules.NewInvoice], accounts: Mapping[int, AccountView]) -> list[Reckoned]:
    rates = {
        day: ledger_facts.rates(call, {new.currency for new in invoices if new.issue_date == day}, day)
        for day in {new.issue_date for new in invoices}
    }
    result = []
    for new in invoices:
        priced = rules.price_lines(
            rules.Line(place, line.quantity, Price(line.unit_price, new.currency), line.tax_category, line.tax_percent)  # type: ignore[arg-type]
            for place, line in enumerate(new.lines, 1)
        )
        totals = rules.totals(priced, new.currency, country=call.company.country)
        if totals.gross.amount <= 0:
            raise Refused("invoicing.not-positive", "An invoice asks for money; for an amount below zero write a credit note.")
        due = rules.due(new.terms, new.issue_date, totals.gross)
        company_gross = totals.gross.converted(rates[new.issue_date][new.currency], call.company.currency)
        lines = [(line, one.line.line_no, one.net) for line, one in zip(new.lines, priced, strict=True)]
        result.append(Reckoned("invoice", accounts[new.customer_account_id], new, lines, totals, due, company_gross))
    return result


def write(call: Call, reckoned: Sequence[Reckoned], booking: ledger_facts.Booking) -> list[int]:
    """Number, book and keep what was reckoned; the ids in order. The number series are locked last."""
    banks = ledger_facts.bank_accounts(call)
    if not banks:
        raise Refused("invoicing.no-bank-account", "An invoice says where to pay to. Add a bank account under Settings first.")
    keys = bulk.reserve_ids(Invoice, len(reckoned))
    numbers = _numbers(call, reckoned)
    entries = [_entry(call, key, number, one) for key, number, one in zip(keys, numbers, reckoned, strict=True)]
    posted = ledger.post_entries(call, entries, booking=booking)
    references = [rules.creditor_reference(number) for number in numbers]
    items = receivables.open_items(
        call,
        [
            _item(key, number, reference, entry.id, one)
            for key, number, reference, entry, one in zip(keys, numbers, references, posted, reckoned, strict=True)
        ],
    )
    bank_of = {bank.currency: bank.id for bank in reversed(banks)}
    rows = []
    for key, number, reference, entry, item, one in zip(keys, numbers, references, posted, items, reckoned, strict=True):
        new = one.new
        rows.append(
            (
                key, call.company.id, one.kind, number, one.account.id, buyer_text(one.account), new.issue_date, new.delivery_date,
                one.due.due_date, new.terms.discount_percent, one.due.discount_until, new.currency, one.totals.net.amount,
                one.totals.tax.amount, one.totals.gross.amount, _breakdown_text(one.totals), reference, new.purchase_order,
                list(new.order_numbers), bank_of.get(new.currency, banks[0].id), one.credited_id, one.reason, entry.id, item, call.by.name,
            )
        )  # fmt: skip
    bulk.copy_in(Invoice, INVOICE, rows)
    bulk.copy_in(
        InvoiceLine,
        LINE,
        [
            (
                call.company.id, key, place, line.product_number, line.description, line.unit, line.quantity, line.unit_price, net.amount,
                line.tax_category, line.tax_percent,
            )
            for key, one in zip(keys, reckoned, strict=True)
            for line, place, net in one.lines
        ],
    )  # fmt: skip
    _start_values(call, keys, reckoned)
    subjects = [ids.outer("inv", key) for key in keys]
    subjects += sorted({ids.outer("acc", one.account.id) for one in reckoned}) + sorted(
        {ref for one in reckoned for ref in one.new.subjects}
    )
    name = "invoicing.invoices-posted" if reckoned[0].kind == "invoice" else "invoicing.credit-notes-posted"
    events.record(call, name, subjects, {"documents": len(keys), "first": numbers[0], "last": numbers[-1]})
    return keys


def _start_values(call: Call, keys: Sequence[int], reckoned: Sequence[Reckoned]) -> None:
    """Custom fields: as given, or taken over from the order and the customer; a credit note has those of its invoice."""
    new = []
    for key, one in zip(keys, reckoned, strict=True):
        sources = {"customer": one.account.id}
        orders = [ref for ref in one.new.subjects if ref.startswith("ord_")]
        if one.credited_id is not None:
            sources = {"invoice": one.credited_id}
        elif len(orders) == 1:
            sources["order"] = ids.inner("ord", orders[0])
        new.append(tailoring.NewValues(key, one.new.custom, sources))
    tailoring.start_values(call, "invoice", new)


def _numbers(call: Call, reckoned: Sequence[Reckoned]) -> list[str]:
    """Numbers rise with dates inside the batch; the earliest date takes the first."""
    by_day: dict[tuple[str, dt.date], list[int]] = defaultdict(list)
    for place, one in enumerate(reckoned):
        by_day[one.kind, one.new.issue_date].append(place)
    numbers = [""] * len(reckoned)
    follow = call.company.country in NUMBERS_FOLLOW_DATES
    for (kind, day), members in sorted(by_day.items()):
        taken = sequences.take(call, kind, day, len(members), follows_date=follow)
        for place, number in zip(members, taken, strict=True):
            numbers[place] = number
    return numbers


def _entry(call: Call, key: int, number: str, one: Reckoned) -> Entry:
    """Receivables against sales and tax. In the company's currency what rounding leaves goes to the largest sales line."""
    totals, base = one.totals, call.company.currency
    rate = one.company_gross.amount / totals.gross.amount
    taxes = [Money.rounding(row.tax.amount * rate, base) for row in totals.breakdown]
    sales = [Money.rounding(row.base.amount * rate, base) for row in totals.breakdown]
    largest = max(range(len(sales)), key=lambda place: abs(sales[place].amount))
    sales[largest] += one.company_gross - Money.total([*taxes, *sales], base)
    lines = [Line(totals.gross, one.company_gross, purpose="receivables", customer_account_id=_payer(one))]
    for row, tax, sale in zip(totals.breakdown, taxes, sales, strict=True):
        of: dict[str, Any] = {
            "customer_account_id": one.account.id,
            "tax_category": row.category,
            "tax_percent": row.percent,
        }  # the buyer, not the payer
        lines.append(Line(-row.base, -sale, purpose="sales", **of))
        if row.tax or tax:
            lines.append(Line(-row.tax, -tax, purpose="tax", **of))
    text = f"{'Invoice' if one.kind == 'invoice' else 'Credit note'} {number}, {one.account.name}"
    return Entry(one.kind, one.new.issue_date, one.new.issue_date, text, ids.outer("inv", key), lines)


def _payer(one: Reckoned) -> int:
    return one.owing_id or one.account.payer_id or one.account.id


def _item(key: int, number: str, reference: str, entry_id: int, one: Reckoned) -> NewItem:
    return NewItem(
        customer_account_id=_payer(one),
        entry_id=entry_id,
        kind=one.kind,
        number=number,
        source=ids.outer("inv", key),
        reference=reference,
        purchase_order=one.new.purchase_order,
        order_number=one.new.order_numbers[0] if len(one.new.order_numbers) == 1 else "",
        issue_date=one.new.issue_date,
        due_date=one.due.due_date,
        money=one.totals.gross,
        company_money=one.company_gross,
        discount_percent=one.new.terms.discount_percent if one.due.discount_until else None,
        discount_until=one.due.discount_until,
        tax_breakdown=breakdown(one.totals),
    )


def breakdown(totals: rules.Totals) -> list[tuple[str, Decimal, Decimal, Decimal]]:
    """The tax breakdown as receivables keep it: (category, percent, base, tax)."""
    return [(row.category, row.percent, row.base.amount, row.tax.amount) for row in totals.breakdown]


def _breakdown_text(totals: rules.Totals) -> str:
    return json.dumps([[category, str(percent), str(base), str(tax)] for category, percent, base, tax in breakdown(totals)])


def buyer_text(account: AccountView) -> str:
    """The buyer as printed, kept with the document: a later change of address does not change it."""
    return json.dumps(
        {
            "name": account.name,
            "lines": list(account.address_lines),
            "country": account.country,
            "tax_id": account.tax_id,
            "number": account.number,
            "language": account.language,
        },
        ensure_ascii=False,
    )
