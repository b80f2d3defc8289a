"""Payments in lists, by what is to be done with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Min, Q

from duecourse.cash.models import Payment, Proposal
from duecourse.core import ids, paging
from duecourse.core.call import Call, require
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.core.reasons import Reason, from_json
from duecourse.customers import queries as customer_facts
from duecourse.receivables import queries as receivable_facts

TABS: dict[str, tuple[str, ...]] = {
    "todo": ("new", "confirm", "work"),
    "confirm": ("confirm",),
    "work": ("new", "work"),
    "later": ("later",),
    "done": ("applied", "on-account", "not-receivable"),
    "all": ("new", "confirm", "work", "later", "applied", "on-account", "not-receivable"),
}
SORTS = {
    "value_date": ("value_date", "id"),
    "-value_date": ("-value_date", "-id"),
    "amount": ("amount", "id"),
    "-amount": ("-amount", "-id"),
    "payer": ("payer_name", "id"),
    "-payer": ("-payer_name", "-id"),
    "number": ("id",),
    "-number": ("-id",),
}


@dataclass(frozen=True, slots=True)
class PaymentView:
    """A payment with its facts. `rest`: what of it is on account, None while no customer is known."""

    id: int
    number: str
    state: str
    booking_date: dt.date
    value_date: dt.date
    money: Money
    company_money: Money
    payer_name: str
    payer_account: str
    structured_reference: str
    remittance: str
    bank_account_id: int
    bank_account_name: str
    bank_line_id: int | None
    customer_account_id: int | None
    customer_number: str
    customer_name: str
    item_id: int | None
    rest: Money | None

    @property
    def outer_id(self) -> str:
        return ids.outer("pay", self.id)


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment in a list with its best proposal, if any: whose it would be, which documents it would pay, how sure that is."""

    payment: PaymentView
    decision: str
    tier: str
    confidence: Decimal | None
    proposed_account_id: int | None
    proposed_number: str
    proposed_name: str
    documents: tuple[str, ...]
    residual_kinds: tuple[str, ...]
    reasons: tuple[Reason, ...]


def counts(call: Call) -> dict[str, int]:
    """How many payments are in each tab (TABS). One query."""
    require(call, "cash.read")
    found = Payment.objects.filter(company_id=call.company.id).order_by("state")
    by_state = dict(found.values_list("state").annotate(Count("id")))
    return {tab: sum(by_state.get(state, 0) for state in states) for tab, states in TABS.items()}


def rows(
    call: Call,
    tab: str = "todo",
    text: str = "",
    sort: str = "-value_date",
    page: int = 1,
    size: int = 50,
    file_id: int | None = None,
) -> paging.Page[PaymentRow]:
    """One page of a tab, found by `text` in payer, remittance, reference or number, of one bank file if asked.

    A fixed number of queries. Errors: Refused('cash.unknown-filter').
    """
    require(call, "cash.read")
    if tab not in TABS or sort not in SORTS:
        raise Refused("cash.unknown-filter", f"Payments are not listed by “{tab}” and “{sort}”.")
    found = Payment.objects.filter(company_id=call.company.id, state__in=TABS[tab])
    if words := text.strip():
        found = found.filter(
            Q(payer_name__icontains=words)
            | Q(remittance__icontains=words)
            | Q(structured_reference__icontains=words)
            | Q(number__iexact=words)
            | Q(payer_account__iexact="".join(words.split()))
        )
    if file_id is not None:
        found = found.filter(bank_line__statement__file_id=file_id)
    start, stop = paging.bounds(page, size)
    shown = list(found.select_related("bank_account").order_by(*SORTS[sort])[start:stop])
    return paging.Page(_rows(call, shown), found.count(), max(page, 1), stop - start)


def _rows(call: Call, payments: Sequence[Payment]) -> list[PaymentRow]:
    best = {
        row.payment_id: row
        for row in Proposal.objects.filter(company_id=call.company.id, payment_id__in=[row.id for row in payments], rank=1)
    }
    item_ids = {ids.inner("itm", line[0]) for row in best.values() for line in row.lines if line[0] is not None}
    numbers = receivable_facts.numbers(call, item_ids)
    accounts = customer_facts.accounts_by_id(call, {row.customer_account_id for row in best.values() if row.customer_account_id})
    result = []
    for payment in views(call, payments):
        proposal = best.get(payment.id)
        if proposal is None:
            result.append(PaymentRow(payment, "", "", None, None, "", "", (), (), ()))
            continue
        account = accounts.get(proposal.customer_account_id or 0)
        result.append(
            PaymentRow(
                payment=payment,
                decision=proposal.decision,
                tier=proposal.tier,
                confidence=proposal.confidence,
                proposed_account_id=proposal.customer_account_id,
                proposed_number=account.number if account else "",
                proposed_name=account.name if account else "",
                documents=tuple(numbers[ids.inner("itm", line[0])] for line in proposal.lines if line[0] is not None),
                residual_kinds=tuple(sorted({line[2] for line in proposal.lines if line[2]})),
                reasons=tuple(from_json(reason) for reason in proposal.reasons),
            )
        )
    return result


def views(call: Call, payments: Iterable[Payment]) -> list[PaymentView]:
    """Payments that came with their bank accounts, as values; three more queries at most."""
    payments = list(payments)
    accounts = customer_facts.accounts_by_id(call, {row.customer_account_id for row in payments if row.customer_account_id})
    rests = receivable_facts.open_amounts(call, {row.item_id for row in payments if row.item_id})
    result = []
    for row in payments:
        account = accounts.get(row.customer_account_id or 0)
        result.append(
            PaymentView(
                id=row.id,
                number=row.number,
                state=row.state,
                booking_date=row.booking_date,
                value_date=row.value_date,
                money=Money(row.amount, row.currency),
                company_money=Money(row.company_amount, call.company.currency),
                payer_name=row.payer_name,
                payer_account=row.payer_account,
                structured_reference=row.structured_reference,
                remittance=row.remittance,
                bank_account_id=row.bank_account_id,
                bank_account_name=row.bank_account.name,
                bank_line_id=row.bank_line_id,
                customer_account_id=row.customer_account_id,
                customer_number=account.number if account else "",
                customer_name=account.name if account else "",
                item_id=row.item_id,
                rest=-rests[row.item_id] if row.item_id else None,
            )
        )
    return result


def view(call: Call, payment_id: int) -> PaymentView:
    """One payment. Errors: Refused('not-found')."""
    require(call, "cash.read")
    row = Payment.objects.filter(company_id=call.company.id, id=payment_id).select_related("bank_account").first()
    if row is None:
        raise ids.not_found("pay")
    return views(call, [row])[0]


def payment_for_caller(call: Call, text: str) -> PaymentView:
    """One payment by its prefixed id. Errors: Refused('not-found')."""
    return view(call, ids.inner("pay", text))


def payments_of_account(call: Call, customer_account_id: int, limit: int = 50) -> list[PaymentView]:
    """A customer account's payments, newest first."""
    require(call, "cash.read")
    found = Payment.objects.filter(company_id=call.company.id, customer_account_id=customer_account_id)
    return views(call, found.select_related("bank_account").order_by("-value_date", "-id")[:limit])


def payments_of_file(call: Call, file_id: int) -> list[PaymentView]:
    """The payments that a bank file brought, in the order of its lines."""
    require(call, "cash.read")
    found = Payment.objects.filter(company_id=call.company.id, bank_line__statement__file_id=file_id)
    return views(call, found.select_related("bank_account").order_by("bank_line_id"))


def flow(call: Call, since: dt.datetime, later: bool = False) -> tuple[int, int, dt.datetime | None]:
    """Payments: how many came since an instant, how many wait (or are put aside), and when the oldest of these came. One query."""
    waiting = Q(state="later") if later else Q(state__in=TABS["todo"])
    new = Q(recorded_at__gte=since) & waiting if later else Q(recorded_at__gte=since)
    found = Payment.objects.filter(waiting | new, company_id=call.company.id)
    sums = found.aggregate(
        new=Count("id", filter=new), many=Count("id", filter=waiting), oldest=Min("recorded_at", filter=waiting)
    )
    return sums["new"], sums["many"], sums["oldest"]
