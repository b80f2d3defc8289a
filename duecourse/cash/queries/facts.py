"""What matching and applying need to know."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from django.db.models import Count

from duecourse.cash import rules
from duecourse.cash.models import Payment, Proposal
from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.core.money import Money
from duecourse.core.reasons import from_json
from duecourse.customers import queries as customer_facts
from duecourse.receivables import queries as receivable_facts
from duecourse.receivables.queries import ItemView


def to_match(payments: Iterable[Payment]) -> list[rules.Payment]:
    """Payments as the matcher takes them."""
    return [
        rules.Payment(
            payment_id=row.id,
            value_date=row.value_date,
            amount=Money(row.amount, row.currency),
            payer_name=row.payer_name,
            payer_account=row.payer_account,
            remittance=row.remittance,
            structured_reference=row.structured_reference,
        )
        for row in payments
    ]


def matching_facts(call: Call) -> tuple[list[rules.OpenItem], list[rules.KnownAccount]]:
    """Every open item and every known payer, by customer account; a fixed number of queries.

    A parent without an account in this company still holds its group together: it goes by its customer id, negative.
    """
    items = [
        rules.OpenItem(
            item_id=row.id,
            customer_id=row.customer_account_id,
            kind="credit_note" if row.open_amount < 0 else "invoice",
            number=row.number,
            open=Money(row.open_amount, row.currency),
            issue_date=row.issue_date,
            due_date=row.due_date,
            reference=row.reference,
            order_number=row.order_number,
            purchase_order=row.purchase_order,
            discount_percent=row.discount_percent,
            discount_until=row.discount_until,
        )
        for row in receivable_facts.open_candidates(call)
    ]
    payers = customer_facts.known_payers(call)
    account_of = {payer.customer_id: payer.account_id for payer in payers}
    known = [
        rules.KnownAccount(
            customer_id=payer.account_id,
            name=payer.name,
            account=payer.bank_account,
            parent_id=None if payer.parent_id is None else account_of.get(payer.parent_id, -payer.parent_id),
        )
        for payer in payers
    ]
    known += [
        rules.KnownAccount(customer_id=account_id, name=written)
        for _, account_id, _, written in customer_facts.payer_aliases(call)
    ]
    return items, known


def items_by_id(call: Call, item_ids: Iterable[int]) -> dict[int, ItemView]:
    """Items as they are now, closed ones too. Errors: Refused('not-found') when one is not there."""
    wanted = set(item_ids)
    found = receivable_facts.items(call, dt.date.max, item_ids=sorted(wanted), closed=True) if wanted else []
    if len(found) != len(wanted):
        raise ids.not_found("itm")
    return {item.id: item for item in found}


def item_numbers(call: Call, payments: Sequence[Payment]) -> dict[int, str]:
    """What the open item of each payment is called: the payment's number, with /2 when it was with a customer before."""
    earlier = receivable_facts.numbers_by_source(call, [ids.outer("pay", payment.id) for payment in payments])
    result = {}
    for payment in payments:
        before = [number for number in earlier.get(ids.outer("pay", payment.id), []) if not number.endswith("-R")]
        result[payment.id] = f"{payment.number}/{len(before) + 1}" if before else payment.number
    return result


def new_of_file(call: Call, file_id: int) -> list[rules.Payment]:
    """A bank file's payments that nothing was proposed for yet, as the matcher takes them; one query."""
    return to_match(
        Payment.objects.filter(company_id=call.company.id, bank_line__statement__file_id=file_id, state="new").order_by("id")
    )


def states_of_file(call: Call, file_id: int) -> dict[str, int]:
    """How many payments of a bank file stand in each state."""
    found = Payment.objects.filter(company_id=call.company.id, bank_line__statement__file_id=file_id)
    return dict(found.order_by("state").values_list("state").annotate(Count("id")))


def states_of_files(call: Call, file_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """How many payments of each bank file stand in each state; files without payments are left out. One query."""
    result: dict[int, dict[str, int]] = {}
    found = Payment.objects.filter(company_id=call.company.id, bank_line__statement__file_id__in=list(file_ids))
    rows = found.order_by("state").values_list("bank_line__statement__file_id", "state").annotate(Count("id"))
    for file_id, state, many in rows:
        result.setdefault(file_id or 0, {})[state] = many
    return result


def payments_of_lines(call: Call, line_ids: Sequence[int]) -> dict[int, tuple[int, str, str]]:
    """Bank line id → the payment made of it: (id, number, state). One query."""
    found = Payment.objects.filter(company_id=call.company.id, bank_line_id__in=list(line_ids))
    return {
        line or 0: (key, number, state) for line, key, number, state in found.values_list("bank_line_id", "id", "number", "state")
    }


def certain(call: Call, payment_ids: Sequence[int]) -> list[rules.ApplyRequest]:
    """The best proposals of payments that may be posted alone, as requests."""
    return [replace(request, posted_alone=True) for request in best_proposals(call, payment_ids, ("post",)).values()]


def best_proposals(
    call: Call, payment_ids: Sequence[int], decisions: Sequence[str] = ("post", "suggest")
) -> dict[int, rules.ApplyRequest]:
    """By payment: its best proposal that names a customer and items, as a request; those without one are left out."""
    found = Proposal.objects.filter(
        company_id=call.company.id,
        payment_id__in=list(payment_ids),
        rank=1,
        decision__in=list(decisions),
        customer_account__isnull=False,
    ).select_related("payment")
    return {
        row.payment_id: rules.ApplyRequest(
            payment_id=row.payment_id,
            customer_account_id=row.customer_account_id or 0,
            lines=apply_lines(row),
            tier=row.tier,
            reasons=tuple(from_json(reason) for reason in row.reasons),
        )
        for row in found.order_by("payment_id")
        if apply_lines(row)
    }


def apply_lines(proposal: Proposal) -> list[rules.ApplyLine]:
    """A proposal's lines that have an item, as they are applied."""
    currency = proposal.payment.currency
    return [
        rules.ApplyLine(ids.inner("itm", item), Money(Decimal(applied), currency), kind, Money(Decimal(residual), currency))
        for item, applied, kind, residual in proposal.lines
        if item is not None
    ]
