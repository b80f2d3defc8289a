"""Payments are applied: identified as a customer's, then cleared against items and differences, in one transaction."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence

from duecourse.cash import queries, rules
from duecourse.cash.actions import rows
from duecourse.cash.models import Application, Payment, Proposal
from duecourse.core import bulk, events, ids
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.core.reasons import Reason, to_json
from duecourse.customers import actions as customers
from duecourse.customers import queries as customer_facts
from duecourse.ledger import actions as ledger
from duecourse.ledger import queries as ledger_facts
from duecourse.ledger.rules import Entry, Line
from duecourse.receivables import actions as receivables
from duecourse.receivables import queries as receivable_facts
from duecourse.receivables.rules import AllocationRequest, ClearingRequest, NewItem

_APPLICATION = ("company_id", "payment_id", "clearing_id", "tier", "posted_alone", "reasons", "undone_reason", "by_name", "at")


@action
def apply_payment(
    call: Call,
    payment_id: int,
    customer_account_id: int,
    lines: Sequence[rules.ApplyLine | tuple[int, Money, str, Money]],
    tier: str = "hand",
    reasons: Sequence[Reason] = (),
    accept_late_discount: bool = False,
    rest: Money | None = None,
) -> rules.Applied:
    """Apply one payment; see `apply_payments`. `lines` are (item id, applied gross, residual kind, residual)."""
    request = rules.ApplyRequest(
        payment_id=payment_id,
        customer_account_id=customer_account_id,
        lines=[rules.ApplyLine(*line) for line in lines],
        tier=tier,
        reasons=tuple(reasons),
        accept_late_discount=accept_late_discount,
        rest=rest,
    )
    return _apply(call, [request])[0]


@action
def apply_payments(call: Call, requests: Sequence[rules.ApplyRequest]) -> list[rules.Applied]:
    """Apply payments in one batch: all or none. What became of each, in order.

    Locks the customer accounts, the payments and the items, looks again, moves each payment from cash clearing to its
    customer (once), clears it against its items with discounts, charges and the like, and posts all that. What is left of
    a payment stays on account. The posting date is the booking date where that period is open, else today. Errors:
    Refused('cash.payment-changed'), Refused('cash.other-customer'), Refused('receivables.open-amount-changed'),
    Refused('cash.discount-too-late'), Refused('cash.payment-too-small'), Refused('ledger.period-closed'), not-found.
    """
    return _apply(call, requests)


def _apply(call: Call, requests: Sequence[rules.ApplyRequest]) -> list[rules.Applied]:
    if not requests:
        return []
    if len({request.payment_id for request in requests}) != len(requests):
        raise Refused("cash.twice", "A payment stands in this batch twice; put all its lines into one request.")
    days = _posting_days(call, rows.found(call, [request.payment_id for request in requests]).values())
    item_ids = {line.item_id for request in requests for line in request.lines}
    items = queries.items_by_id(call, item_ids)
    _lock_accounts(call, requests, {item.customer_account_id for item in items.values()})
    payments = rows.locked(call, days)
    for request in requests:
        _check_state(payments[request.payment_id], request.customer_account_id)
    own_items = {payment.item_id for payment in payments.values() if payment.item_id}
    states = receivable_facts.item_states(call, sorted(item_ids | own_items), lock=True)
    rests = {
        payment.id: -states[payment.item_id].open if payment.item_id else Money(payment.amount, payment.currency)
        for payment in payments.values()
    }
    splits = []
    for request in requests:
        payment, rest = payments[request.payment_id], rests[request.payment_id]
        if request.rest is not None and request.rest != rest:
            raise rows.changed(payment)
        terms = {line.item_id: items[line.item_id] for line in request.lines}
        splits.append(_split(payment, rest, request, terms))
    own = _identify(call, {request.payment_id: request.customer_account_id for request in requests}, payments, days)
    cleared = receivables.clear(
        call,
        [
            _clearing(payments[request.payment_id], own[request.payment_id], split, days[request.payment_id])
            for request, split in zip(requests, splits, strict=True)
        ],
    )
    results = []
    for request, split, done in zip(requests, splits, cleared, strict=True):
        left = rests[request.payment_id] - split.settled - split.rounding
        results.append(rules.Applied(request.payment_id, "on-account" if left else "applied", done.clearing_id, left))
    _write(call, requests, results, own)
    _learn(call, requests, payments)
    _record(call, requests, results, splits, payments)
    return results


def _split(
    payment: Payment, rest: Money, request: rules.ApplyRequest, items: Mapping[int, receivable_facts.ItemView]
) -> rules.Split:
    terms = {key: rules.DiscountTerms(item.number, item.discount_percent, item.discount_until) for key, item in items.items()}
    return rules.split_payment(rest, request.lines, terms, payment.value_date, request.accept_late_discount)


def _posting_days(call: Call, payments: Iterable[Payment]) -> dict[int, dt.date]:
    """The booking date of each payment, or today where its period is closed; their periods are held open from here on."""
    payments = list(payments)
    open_days = ledger_facts.first_open_days(call, {payment.booking_date for payment in payments}, call.today)
    ledger_facts.lock_periods(call, set(open_days.values()))
    return {payment.id: open_days[payment.booking_date] for payment in payments}


def _lock_accounts(call: Call, requests: Sequence[rules.ApplyRequest], others: set[int]) -> None:
    wanted = {request.customer_account_id for request in requests}
    if wanted - set(customer_facts.lock_accounts(call, wanted | others)):
        raise ids.not_found("acc")


def _check_state(payment: Payment, account_id: int) -> None:
    if payment.state not in (*rows.OPEN_STATES, "on-account"):
        raise rows.changed(payment)
    if payment.customer_account_id is not None and payment.customer_account_id != account_id:
        raise Refused(
            "cash.other-customer",
            f"{payment.number} is on another customer's account. Undo that first, then apply it here.",
            payment=payment.number,
        )


def _identify(
    call: Call, account_of: Mapping[int, int], payments: Mapping[int, Payment], days: Mapping[int, dt.date]
) -> dict[int, int]:
    """Payment id → its open item. Payments that have none move from cash clearing to their customer, exactly as they came in."""
    fresh = [payments[key] for key in account_of if payments[key].item_id is None]
    base = call.company.currency
    entries = []
    for payment in fresh:
        money, company_money = Money(payment.amount, payment.currency), Money(payment.company_amount, base)
        both = (
            Line(money, company_money, purpose="cash-clearing"),
            Line(-money, -company_money, purpose="receivables", customer_account_id=account_of[payment.id]),
        )
        text = f"{payment.number} {payment.payer_name}".strip()
        entries.append(Entry("application", days[payment.id], payment.value_date, text, ids.outer("pay", payment.id), both))
    posted = ledger.post_entries(call, entries)
    numbers = queries.item_numbers(call, fresh)
    made = receivables.open_items(
        call,
        [
            NewItem(
                customer_account_id=account_of[payment.id],
                entry_id=entry.id,
                kind="payment",
                number=numbers[payment.id],
                source=ids.outer("pay", payment.id),
                issue_date=payment.value_date,
                due_date=payment.value_date,
                money=Money(-payment.amount, payment.currency),
                company_money=Money(-payment.company_amount, base),
            )
            for payment, entry in zip(fresh, posted, strict=True)
        ],
    )
    known = {key: item for key in account_of if (item := payments[key].item_id) is not None}
    return known | dict(zip((payment.id for payment in fresh), made, strict=True))


def _clearing(payment: Payment, own_item: int, split: rules.Split, day: dt.date) -> ClearingRequest:
    allocations = [AllocationRequest(*allocation) for allocation in split.allocations]
    allocations.append(AllocationRequest(own_item, "payment", -split.settled))
    if split.rounding:
        allocations.append(AllocationRequest(own_item, "rounding", -split.rounding))
    text = f"{payment.number} {payment.payer_name}".strip()
    return ClearingRequest(payment.value_date, allocations, text, ids.outer("pay", payment.id), posting_date=day)


def _write(call: Call, requests: Sequence[rules.ApplyRequest], results: Sequence[rules.Applied], own: Mapping[int, int]) -> None:
    bulk.copy_in(
        Application,
        _APPLICATION,
        [
            (
                call.company.id, request.payment_id, result.clearing_id, request.tier[:40], request.posted_alone,
                json.dumps([to_json(reason) for reason in request.reasons]), "", call.by.name, call.at,
            )
            for request, result in zip(requests, results, strict=True)
        ],
    )  # fmt: skip
    rows.change(
        call,
        [
            (request.payment_id, result.state, request.customer_account_id, own[request.payment_id])
            for request, result in zip(requests, results, strict=True)
        ],
    )
    paid = [request.payment_id for request in requests]
    Proposal.objects.filter(company_id=call.company.id, payment_id__in=paid).delete()


def _learn(call: Call, requests: Sequence[rules.ApplyRequest], payments: Mapping[int, Payment]) -> None:
    """What somebody confirmed teaches whose account the money came from; what was posted alone teaches nothing."""
    told = [request for request in requests if not request.posted_alone and payments[request.payment_id].payer_account]
    if not told:
        return
    accounts = customer_facts.accounts_by_id(call, {request.customer_account_id for request in told})
    seen = {
        (accounts[request.customer_account_id].customer_id, payments[request.payment_id].payer_account): payments[
            request.payment_id
        ].payer_name
        for request in told
    }
    customers.add_bank_accounts(
        call, [(customer, account, holder, "paid") for (customer, account), holder in sorted(seen.items())]
    )


def _record(
    call: Call,
    requests: Sequence[rules.ApplyRequest],
    results: Sequence[rules.Applied],
    splits: Sequence[rules.Split],
    payments: Mapping[int, Payment],
) -> None:
    events.record_many(
        call,
        [
            (
                "cash.payment-applied",
                [
                    ids.outer("pay", request.payment_id),
                    ids.outer("acc", request.customer_account_id),
                    *([ids.outer("clr", result.clearing_id)] if result.clearing_id else []),
                    *(ids.outer("itm", line.item_id) for line in request.lines),
                ],
                {
                    "number": payments[request.payment_id].number,
                    "amount": str(payments[request.payment_id].amount),
                    "currency": payments[request.payment_id].currency,
                    "rest": str(result.rest.amount),
                    "allocations": [
                        [ids.outer("itm", item), cause, str(money.amount)] for item, cause, money in split.allocations
                    ],
                    "kept_open": [[ids.outer("itm", item), kind, str(money.amount)] for item, kind, money in split.kept_open],
                },
                {
                    "tier": request.tier,
                    "posted_alone": request.posted_alone,
                    "reasons": [to_json(reason) for reason in request.reasons],
                },
            )
            for request, result, split in zip(requests, results, splits, strict=True)
        ],
    )


@action
def put_on_account(call: Call, payment_id: int, customer_account_id: int) -> rules.Applied:
    """The payment is this customer's, but pays nothing yet: it leaves cash clearing and waits on the customer's account.

    Errors: as `apply_payments`.
    """
    days = _posting_days(call, rows.found(call, [payment_id]).values())
    if customer_account_id not in customer_facts.lock_accounts(call, [customer_account_id]):
        raise ids.not_found("acc")
    payments = rows.locked(call, [payment_id])
    payment = payments[payment_id]
    _check_state(payment, customer_account_id)
    if payment.item_id is not None:
        raise rows.changed(payment)
    own = _identify(call, {payment_id: customer_account_id}, payments, days)
    rows.change(call, [(payment_id, "on-account", customer_account_id, own[payment_id])])
    Proposal.objects.filter(company_id=call.company.id, payment_id=payment_id).delete()
    request = rules.ApplyRequest(payment_id=payment_id, customer_account_id=customer_account_id, lines=())
    _learn(call, [request], payments)
    money = Money(payment.amount, payment.currency)
    subjects = [ids.outer("pay", payment_id), ids.outer("acc", customer_account_id), ids.outer("itm", own[payment_id])]
    facts = {"number": payment.number, "amount": str(money.amount), "currency": money.currency}
    events.record(call, "cash.payment-put-on-account", subjects, facts)
    return rules.Applied(payment_id, "on-account", None, money)


@action
def set_later(call: Call, payment_id: int) -> None:
    """Put a payment aside; its proposals stay. Errors: Refused('cash.payment-changed'), not-found."""
    _set_state(call, payment_id, "later", "cash.payment-set-later", "")


@action
def set_not_receivable(call: Call, payment_id: int, note: str = "") -> None:
    """It is no customer's payment: it stays in cash clearing for the ledger to explain. Undone by `unapply`."""
    _set_state(call, payment_id, "not-receivable", "cash.payment-set-not-receivable", note)


def _set_state(call: Call, payment_id: int, state: str, event: str, note: str) -> None:
    payment = rows.locked(call, [payment_id])[payment_id]
    if payment.state not in rows.OPEN_STATES or payment.state == state:
        raise rows.changed(payment)
    rows.change(call, [(payment.id, state, None, None)])
    events.record(call, event, [ids.outer("pay", payment.id)], {"number": payment.number, "before": payment.state, "note": note})
