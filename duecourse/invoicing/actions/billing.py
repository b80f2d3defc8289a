"""The billing run: pulls what is ready and posts it, one invoice for each customer, currency, terms and order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import groupby

from duecourse.core import ids
from duecourse.core.call import Call, action
from duecourse.credit import queries as credit_facts
from duecourse.customers import queries as customer_facts
from duecourse.customers.rules import TermsView
from duecourse.invoicing import rules
from duecourse.invoicing.actions.posting import post_invoices
from duecourse.ledger import queries as ledger_facts
from duecourse.orders import actions as orders
from duecourse.orders import queries as order_facts
from duecourse.orders.actions.locks import lock_orders
from duecourse.orders.queries import ReadyLineView

CHUNK = 500  # invoices in one transaction: well under half a second of locks


@action
def bill_ready(
    call: Call, account_ids: Sequence[int] | None, issue_date: dt.date, order_ids: Sequence[int] | None = None
) -> rules.BillingResult:
    """Bill what is ready up to `issue_date`, of some accounts, some orders or all, at most CHUNK invoices; again for the rest.

    Locks first, then reads: what another run has just billed is no longer ready. Errors as post_invoices.
    """
    ledger_facts.lock_periods(call, [issue_date])
    groups = _groups(order_facts.ready_lines(call, account_ids, issue_date, order_ids=order_ids))
    now, left = groups[:CHUNK], len(groups[CHUNK:])
    keys = {line.id for group in now for line in group}
    lock_orders(call, {line.order_id for group in now for line in group if line.order_id})
    payers = _payers(call, now)
    credit_facts.lock_accounts(call, payers)
    customer_facts.lock_accounts(call, payers)
    still = order_facts.ready_lines(call, account_ids, issue_date, order_ids=order_ids)
    now = _groups([line for line in still if line.id in keys])
    terms = {view.id: view for view in customer_facts.terms(call)}
    invoice_ids = post_invoices(call, [_invoice(group, issue_date, terms[group[0].terms_id]) for group in now])
    billed = {line.id: ids.outer("inv", key) for group, key in zip(now, invoice_ids, strict=True) for line in group}
    orders.mark_billed(call, billed)
    return rules.BillingResult(tuple(invoice_ids), left)


def _key(line: ReadyLineView) -> tuple[int, str, int, int]:
    return line.customer_account_id, line.currency, line.terms_id, line.order_id or 0


def _groups(lines: Sequence[ReadyLineView]) -> list[list[ReadyLineView]]:
    return [list(group) for _, group in groupby(sorted(lines, key=_key), key=_key)]


def _payers(call: Call, groups: Sequence[Sequence[ReadyLineView]]) -> list[int]:
    views = customer_facts.accounts_by_id(call, {group[0].customer_account_id for group in groups})
    return sorted({view.payer_id or view.id for view in views.values()})


def _invoice(group: Sequence[ReadyLineView], issue_date: dt.date, terms: TermsView) -> rules.NewInvoice:
    first = group[0]
    return rules.NewInvoice(
        customer_account_id=first.customer_account_id,
        currency=first.currency,
        issue_date=issue_date,
        delivery_date=max(line.ready_date for line in group),
        terms=rules.Terms(terms.net_days, terms.discount_percent, terms.discount_days),
        lines=[
            rules.NewLine(
                line.description,
                line.quantity,
                line.unit,
                line.unit_price,
                line.tax_category,
                line.tax_percent,
                line.product_number,
            )
            for line in sorted(group, key=lambda line: line.id)
        ],
        purchase_order=first.purchase_order,
        order_numbers=sorted({line.order_number for line in group if line.order_number}),
        subjects=sorted({ids.outer("ord", line.order_id) for line in group if line.order_id}),
    )
