"""The bank side of the demo: what customers transfer becomes statements, and the clerk applies the payments."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from duecourse.cash import actions as cash
from duecourse.cash import queries as cash_facts
from duecourse.cash.rules import ApplyLine, ApplyRequest
from duecourse.core.call import Call
from duecourse.core.money import Money
from duecourse.invoicing import queries as invoice_facts
from duecourse.invoicing.queries import Billed
from duecourse.jobs.demo import cast
from duecourse.jobs.demo.payers import Expected
from duecourse.jobs.demo.statements import Receipt, camt053

OPENING = {"EUR": Decimal("184220.15"), "USD": Decimal("61400.00"), "GBP": Decimal("27315.80")}


class Till:
    """Writes the statements of the three own accounts, hands them in, and applies what they bring."""

    def __init__(self, luck: random.Random, customers: Mapping[str, cast.Customer], accounts: Mapping[str, int]) -> None:
        self.luck = luck
        self.customers = customers
        self.accounts = accounts
        self.balance = dict(OPENING)
        self.numbers = dict.fromkeys(OPENING, 0)
        self.own = {currency: cast.iban(country, rest) for _, currency, _, country, rest in cast.OWN_ACCOUNTS}
        self.receipts = 0

    def take(self, call: Call, expected: Sequence[Expected], day: dt.date, share: float = 1.0) -> None:
        """One statement per currency with the transfers that are there by `day`; the clerk gets through a `share` of them."""
        by_currency: dict[str, list[Expected]] = defaultdict(list)
        for payment in expected:
            if payment.day <= day and payment.amount > 0:
                by_currency[payment.currency].append(payment)
        for currency, payments in sorted(by_currency.items()):
            payments.sort(key=lambda payment: payment.day)
            self.numbers[currency] += 1
            receipts = [self._receipt(payment) for payment in payments]
            account, number, opening = self.own[currency], self.numbers[currency], self.balance[currency]
            data = camt053(account, currency, number, day, opening, receipts)
            self.balance[currency] = opening + sum((receipt.amount for receipt in receipts), Decimal(0))
            taken = cash.take_file(call, f"{currency}-{day:%Y%m%d}.xml", data)
            self.receipts += len(receipts)
            self._apply(call, taken.file.file_id, payments, share)

    def _receipt(self, payment: Expected) -> Receipt:
        customer = payment.customer
        name = customer.name if self.luck.random() < 0.8 else customer.name.upper()[:27]
        return Receipt(payment.day, payment.amount, name, customer.account, payment.text, payment.reference)

    def _apply(self, call: Call, file_id: int, expected: Sequence[Expected], share: float) -> None:
        """The clerk knows what was meant: a proposal that says the same is confirmed, anything else is put right by hand."""
        payments = cash_facts.payments_of_file(call, file_id)
        wanted = {invoice_id for payment in expected for invoice_id in payment.amounts}
        invoices = {invoice.id: invoice for invoice in invoice_facts.billed(call, sorted(wanted))}
        rest = {key: invoice.open.amount for key, invoice in invoices.items()}
        proposals = cash_facts.best_proposals(call, [payment.id for payment in payments])
        requests = []
        for payment, truth in zip(payments, expected, strict=True):
            if share < 1 and self.luck.random() >= share:
                continue
            account_id = self.accounts[truth.customer.number]
            lines = [
                line
                for invoice_id, amount in truth.amounts.items()
                if (line := _line(invoices[invoice_id], amount, payment.value_date, rest)) is not None
            ]
            proposal = proposals.get(payment.id)
            same = proposal is not None and {line.item_id for line in proposal.lines} == {line.item_id for line in lines}
            tier, reasons = (proposal.tier, proposal.reasons) if same and proposal else ("hand", ())
            if lines:
                request = ApplyRequest(
                    payment_id=payment.id, customer_account_id=account_id, lines=lines, tier=tier, reasons=reasons
                )
                requests.append(request)
            else:
                cash.put_on_account(call, payment.id, account_id)
        cash.apply_payments(call, requests)


def _line(invoice: Billed, amount: Decimal, value_date: dt.date, rest: dict[int, Decimal]) -> ApplyLine | None:
    """How much of an invoice a payment takes: with its discount when it was in time, in part otherwise."""
    open_now, currency = rest[invoice.id], invoice.gross.currency
    if open_now <= 0 or amount <= 0:
        return None
    less = open_now - amount
    allowed = open_now * (invoice.discount_percent or 0) / 100
    if 0 < less <= allowed and invoice.discount_until and value_date <= invoice.discount_until:
        rest[invoice.id] = Decimal(0)
        return ApplyLine(invoice.item_id, Money(open_now, currency), "discount", Money(-less, currency))
    part = min(amount, open_now)
    rest[invoice.id] = open_now - part
    return ApplyLine(invoice.item_id, Money(part, currency), "", Money.zero(currency))
