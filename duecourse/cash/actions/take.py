"""Payments come in: from bank files, or by hand."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from duecourse.bank import actions as bank
from duecourse.bank import queries as bank_facts
from duecourse.bank.rules import ImportResult
from duecourse.cash import queries
from duecourse.cash.actions.apply import apply_payments
from duecourse.cash.actions.propose import propose_payments
from duecourse.cash.models import Payment
from duecourse.core import bulk, events, ids, sequences
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.ledger import actions as ledger
from duecourse.ledger import queries as ledger_facts
from duecourse.ledger.rules import Entry, Line

Progress = Callable[[str, int, int], None]
_PAYMENT = (
    "id", "company_id", "number", "bank_line_id", "bank_account_id", "booking_date", "value_date", "currency", "amount",
    "company_amount", "payer_name", "payer_account", "structured_reference", "remittance", "state",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TakenFile:
    """A bank file with its payments: how many there are, and how many stand in each state."""

    file: ImportResult
    payments: int
    states: dict[str, int]


@action
def take_file(
    call: Call, name: str, data: bytes, progress: Progress | None = None, post_certain: bool = False, propose: bool = True
) -> TakenFile:
    """Import a bank file, make payments of the money that came in, and propose what they pay; all of it or nothing.

    `progress(step, done, total)` is told when a step begins (read, payments, match, done). With `post_certain` the
    proposals that are certain enough by their certificate are applied at once. Without `propose` the payments stay new, for a job that
    matches a large file outside of this transaction, which holds the journal's numbers. Errors: those of `bank.import_file`.
    """
    tell = progress or (lambda step, done, total: None)
    tell("read", 0, 3)
    file = bank.import_file(call, name, data)
    made: list[int] = []
    if not file.already_imported:
        tell("payments", 1, 3)
        made = _make_payments(call, bank_facts.lines(call, file_id=file.file_id, receipts=True))
        if propose:
            tell("match", 2, 3)
            propose_payments(call, made)
        if post_certain:
            apply_payments(call, queries.certain(call, made))
    states = queries.states_of_file(call, file.file_id)
    if made:
        events.record(call, "cash.file-taken", [file.outer_id], {"payments": len(made), "states": states})
    if propose:
        tell("done", 3, 3)
    return TakenFile(file, sum(states.values()), states)


def _make_payments(call: Call, lines: Sequence[bank_facts.LineView]) -> list[int]:
    keys = bulk.reserve_ids(Payment, len(lines))
    numbers = _numbers(call, [line.booking_date for line in lines])
    bulk.copy_in(
        Payment,
        _PAYMENT,
        [
            (
                key, call.company.id, number, line.id, line.bank_account_id, line.booking_date, line.value_date, line.money.currency,
                line.money.amount, line.company_money.amount, line.counterparty_name, line.counterparty_account,
                line.structured_reference, line.remittance, "new",
            )
            for key, number, line in zip(keys, numbers, lines, strict=True)
        ],
    )  # fmt: skip
    return keys


def _numbers(call: Call, days: Sequence[dt.date]) -> list[str]:
    """Payment numbers in order, one series a year."""
    waiting = {
        year: iter(sequences.take(call, "payment", dt.date(year, 1, 1), count))
        for year, count in sorted(Counter(day.year for day in days).items())
    }
    return [next(waiting[day.year]) for day in days]


@action
def record_payment(
    call: Call,
    bank_account_id: int,
    money: Money,
    value_date: dt.date,
    payer_name: str = "",
    payer_account: str = "",
    remittance: str = "",
    structured_reference: str = "",
    booking_date: dt.date | None = None,
) -> int:
    """Record a payment by hand on an own bank account, post it to cash clearing and propose what it pays; its id.

    Errors: Refused('not-found'), Refused('cash.amount-not-positive'), Refused('cash.currency-of-account'),
    Refused('ledger.period-closed').
    """
    account = next((own for own in ledger_facts.bank_accounts(call) if own.id == bank_account_id), None)
    if account is None:
        raise ids.not_found("bnk")
    if money.amount <= 0:
        raise Refused("cash.amount-not-positive", "A payment received is more than zero.")
    if money.currency != account.currency:
        raise Refused(
            "cash.currency-of-account", f"{account.name} is in {account.currency}; a payment in {money.currency} cannot be on it."
        )
    day = booking_date or value_date
    ledger_facts.lock_periods(call, [day])
    company_money = money.converted(ledger_facts.rates(call, [money.currency], day)[money.currency], call.company.currency)
    (key,) = bulk.reserve_ids(Payment, 1)
    both = (
        Line(money, company_money, account_id=account.account_id),
        Line(-money, -company_money, purpose="cash-clearing"),
    )
    text = " · ".join(part for part in (payer_name, remittance) if part) or account.name
    ledger.post_entries(call, [Entry("receipt", day, value_date, text, ids.outer("pay", key), both)])
    (number,) = _numbers(call, [day])
    row = (
        key, call.company.id, number, None, account.id, day, value_date, money.currency, money.amount, company_money.amount,
        payer_name[:200], "".join(payer_account.split())[:40], structured_reference[:100], remittance, "new",
    )  # fmt: skip
    bulk.copy_in(Payment, _PAYMENT, [row])
    facts = {"number": number, "amount": str(money.amount), "currency": money.currency, "value_date": value_date.isoformat()}
    events.record(call, "cash.payment-recorded", [ids.outer("pay", key), ids.outer("bnk", account.id)], facts)
    propose_payments(call, [key])
    return key
