"""What cash tests have in common: invoices in the books, payments, and whether all still ties."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from duecourse.core import ids
from duecourse.core.call import Call, within
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.ledger import actions as ledger
from duecourse.ledger import queries as ledger_facts
from duecourse.ledger.rules import Entry, Line
from duecourse.receivables import actions as receivables
from duecourse.receivables import queries as receivable_facts
from duecourse.receivables.rules import NewItem
from tests.world import World

ISSUED = dt.date(2026, 11, 10)


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def invoice(
    call: Call,
    account_id: int,
    number: str,
    gross: Money,
    issued: dt.date = ISSUED,
    discount: str = "",
    tax: str = "0",
    reference: str = "",
) -> int:
    """A posted invoice's open item; `discount` “2 2026-11-20” are per cent and last day, `tax` the rate that is in it."""
    with within(call):
        base = call.company.currency
        rate = ledger_facts.rates(call, [gross.currency], issued)[gross.currency]
        company = gross.converted(rate, base)
        percent = Decimal(tax)
        part = gross.times(percent / (100 + percent))
        company_part = company.times(percent / (100 + percent))
        lines = [
            Line(gross, company, purpose="receivables", customer_account_id=account_id),
            Line(part - gross, company_part - company, purpose="sales", tax_category="S" if percent else "G"),
        ]
        if part:
            lines.append(Line(-part, -company_part, purpose="tax", tax_category="S", tax_percent=percent))
        source = ids.outer("inv", abs(hash(number)) % 10**12 + 1)
        (entry,) = ledger.post_entries(call, [Entry("invoice", issued, issued, number, source, lines)])
        rest = discount.split()
        (item,) = receivables.open_items(
            call,
            [
                NewItem(
                    customer_account_id=account_id,
                    entry_id=entry.id,
                    kind="credit-note" if gross.amount < 0 else "invoice",
                    number=number,
                    source=source,
                    reference=reference,
                    issue_date=issued,
                    due_date=issued + dt.timedelta(days=30),
                    money=gross,
                    company_money=company,
                    discount_percent=Decimal(rest[0]) if rest else None,
                    discount_until=dt.date.fromisoformat(rest[1]) if rest else None,
                    tax_breakdown=[("S", percent, (gross - part).amount, part.amount)] if part else [],
                )
            ],
        )
    return item


def open_of(call: Call, item_id: int) -> Decimal:
    with within(call):
        return receivable_facts.open_amounts(call, [item_id])[item_id].amount


def balance(call: Call, purpose: str) -> Decimal:
    with within(call):
        return ledger_facts.balance_of(call, purpose).amount


def assert_ties(call: Call) -> None:
    """Sub-ledger = control account, every rest = amount less allocations, all postings sum to nothing."""
    with within(call):
        total, _ = receivable_facts.totals(call)
        assert total == ledger_facts.balance_of(call, "receivables")
        assert receivable_facts.broken_rests(call)[1] == []
        assert sum(money.amount for _, money in ledger_facts.balances(call)) == 0


def refused(code: str, work: object, *arguments: object, **named: object) -> Refused:
    with pytest.raises(Refused) as caught:
        work(*arguments, **named)  # type: ignore[operator]
    assert caught.value.code == code, caught.value
    return caught.value


def payer(world: World, name: str) -> str:
    return world.payer_accounts[name]
