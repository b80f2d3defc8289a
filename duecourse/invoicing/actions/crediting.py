"""Credit notes: linked to their invoice, with a reason, cleared against it as far as it is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from duecourse.core import events, ids
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused
from duecourse.core.money import Money, Price
from duecourse.customers.rules import AccountView
from duecourse.invoicing import queries, rules
from duecourse.invoicing.actions.posting import Reckoned, lock_and_load, write
from duecourse.invoicing.models import Invoice, InvoiceLine
from duecourse.ledger import queries as ledger_facts
from duecourse.receivables import actions as receivables
from duecourse.receivables import queries as item_facts
from duecourse.receivables.rules import AllocationRequest, ClearingRequest, company_share
from duecourse.tailoring import actions as tailoring


@action
def post_credit_notes(call: Call, notes: Sequence[rules.NewCreditNote]) -> list[int]:
    """Post credit notes, one for an invoice in a batch; their ids in order.

    The credit clears the invoice as far as that is open; the rest stays to the customer's credit. Credits in any parts add up
    to the invoice exactly. Errors: Refused('invoicing.reason-missing'), Refused('invoicing.credited-too-much'),
    Refused('invoicing.not-an-invoice'), Refused('invoicing.one-note-per-invoice').
    """
    if any(not (note.reason.strip() or note.reason_code) for note in notes):
        raise Refused("invoicing.reason-missing", "A credit note needs a reason; it is printed and kept with it.")
    wanted = [note.invoice_id for note in notes]
    if len(set(wanted)) != len(wanted):
        raise Refused("invoicing.one-note-per-invoice", "Write one credit note for an invoice at a time.")
    booking = ledger_facts.prepare(call, [note.issue_date for note in notes])
    found = {row.id: row for row in Invoice.objects.filter(company_id=call.company.id, id__in=wanted).select_related("item")}
    if len(found) != len(wanted):
        raise ids.not_found("inv")
    owing = [row.item.customer_account_id for row in found.values()]
    accounts = lock_and_load(call, [row.customer_account_id for row in found.values()], owing)
    history = queries.credited(call, wanted)
    notes = _said(call, notes, found)
    reckoned = [_reckon(call, note, found[note.invoice_id], accounts, history[note.invoice_id]) for note in notes]
    keys = write(call, reckoned, booking)
    _clear(call, keys, reckoned, found)
    return keys


def _said(call: Call, notes: Sequence[rules.NewCreditNote], invoices: Mapping[int, Invoice]) -> list[rules.NewCreditNote]:
    """The notes with their reasons as sentences in the buyer's language: they are printed."""
    said = [
        (note.reason_code, note.reason, ids.outer("inv", note.invoice_id), invoices[note.invoice_id].buyer.get("language", "en"))
        for note in notes
    ]
    sentences = tailoring.say_reasons(call, "credit-note", said)
    return [replace(note, reason=sentence) for note, sentence in zip(notes, sentences, strict=True)]


def _reckon(
    call: Call, note: rules.NewCreditNote, invoice: Invoice, accounts: Mapping[int, AccountView], history: queries.Credited
) -> Reckoned:
    if invoice.kind != "invoice":
        raise Refused("invoicing.not-an-invoice", f"{invoice.number} is a credit note; only an invoice can be credited.")
    if invoice.origin:
        raise Refused(
            "invoicing.tax-elsewhere",
            f"{invoice.number} was taken over from {invoice.origin}; its lines and tax are not known here. Credit it with an invoice of "
            "your own turned round, or write the rest off.",
        )
    if note.issue_date < invoice.issue_date:
        raise Refused(
            "invoicing.before-invoice", f"{invoice.number} is of {invoice.issue_date.isoformat()}; a credit note cannot be older."
        )
    stored = {line.line_number: line for line in history.lines}
    invoiced = [_priced(line, invoice.currency) for line in history.lines]
    quantities = note.quantities
    if quantities is None:
        left = {place: line.quantity - history.quantities.get(place, Decimal(0)) for place, line in stored.items()}
        quantities = {place: quantity for place, quantity in left.items() if quantity}
    if not quantities:
        raise Refused("invoicing.credited-too-much", f"{invoice.number} is credited in full already.")
    credited = rules.credit_note_lines(invoiced, quantities, history.quantities)
    totals = negative(rules.credit_totals(credited, _rows(invoice), history.breakdown))
    company = _company_share(call, invoice, totals.gross)
    lines = [
        (
            rules.NewLine(
                stored[line.line.line_no].description,
                -line.line.quantity,
                stored[line.line.line_no].unit,
                stored[line.line.line_no].unit_price,
                line.line.category,
                line.line.percent,
                stored[line.line.line_no].product_number,
            ),
            line.line.line_no,
            -line.net,
        )
        for line in credited
    ]
    new = rules.NewInvoice(
        customer_account_id=invoice.customer_account_id,
        currency=invoice.currency,
        issue_date=note.issue_date,
        delivery_date=invoice.delivery_date,
        terms=rules.Terms(0),
        lines=[line for line, _, _ in lines],
        purchase_order=invoice.purchase_order,
        order_numbers=invoice.order_numbers,
        subjects=[ids.outer("inv", invoice.id)],
    )
    due = rules.due(rules.Terms(0), note.issue_date, totals.gross)
    account = accounts[invoice.customer_account_id]
    return Reckoned(
        "credit-note",
        account,
        new,
        lines,
        totals,
        due,
        company,
        invoice.id,
        note.reason.strip(),
        invoice.item.customer_account_id,
    )


def _priced(line: InvoiceLine, currency: str) -> rules.PricedLine:
    what = rules.Line(line.line_number, line.quantity, Price(line.unit_price, currency), line.tax_category, line.tax_percent)  # type: ignore[arg-type]
    return rules.PricedLine(what, Money(line.net, currency))


def _rows(invoice: Invoice) -> list[rules.TaxTotal]:
    return [
        rules.TaxTotal(category, Decimal(percent), Money(Decimal(base), invoice.currency), Money(Decimal(tax), invoice.currency))
        for category, percent, base, tax in invoice.tax_breakdown
    ]


def negative(totals: rules.Totals) -> rules.Totals:
    """The same sums with their sign turned."""
    rows = tuple(rules.TaxTotal(row.category, row.percent, -row.base, -row.tax) for row in totals.breakdown)
    return rules.Totals(-totals.net, -totals.tax, -totals.gross, rows)


def _company_share(call: Call, invoice: Invoice, gross: Money) -> Money:
    """The credit at the rate of its invoice. What clears the invoice takes from it exactly this: no exchange difference arises.

    `gross` is negative, as the credit is.
    """
    (state,) = item_facts.item_states(call, [invoice.item_id]).values()
    clearing = min(-gross, state.open)
    beyond = -gross - clearing
    share = company_share(state, clearing) if clearing else Money.zero(call.company.currency)
    return -share - Money.rounding(state.company_amount.amount * beyond.amount / state.amount.amount, call.company.currency)


def _clear(call: Call, keys: Sequence[int], reckoned: Sequence[Reckoned], invoices: Mapping[int, Invoice]) -> None:
    notes = {row.id: row for row in Invoice.objects.filter(company_id=call.company.id, id__in=list(keys))}
    pairs = [(notes[key], invoices[one.credited_id or 0]) for key, one in zip(keys, reckoned, strict=True)]
    states = item_facts.item_states(call, [invoice.item_id for _, invoice in pairs])
    requests = []
    for note, invoice in pairs:
        amount = min(states[invoice.item_id].open, Money(-note.gross, note.currency))
        if amount:
            parts = [AllocationRequest(invoice.item_id, "credit", amount), AllocationRequest(note.item_id, "credit", -amount)]
            text = f"Credit note {note.number} against {invoice.number}"
            requests.append(ClearingRequest(note.issue_date, parts, text, ids.outer("inv", note.id)))
    receivables.clear(call, requests)
    rows = [
        (
            "invoicing.invoice-credited",
            [ids.outer("inv", invoice.id), ids.outer("inv", note.id)],
            {"credit_note": note.number, "reason": note.reason, "amount": str(-note.gross), "currency": note.currency},
            None,
        )
        for note, invoice in pairs
    ]
    events.record_many(call, rows)
