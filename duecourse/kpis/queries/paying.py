"""How customers pay, with the DSO of each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from duecourse.core.call import Call, require
from duecourse.core.money import Money
from duecourse.customers import queries as customer_facts
from duecourse.kpis import rules
from duecourse.receivables import queries as item_facts


@dataclass(frozen=True, slots=True)
class PayingRow:
    """How one customer account pays; `behaviour` is None before its first payment."""

    account_id: int
    customer_id: int
    number: str
    name: str
    behaviour: item_facts.Behaviour | None
    dso: rules.Figure


def paying(call: Call, on: dt.date, account_ids: Sequence[int] | None = None) -> list[PayingRow]:
    """How customers paid up to `on`, with the DSO of each, by number; three queries. All that ever owed anything, or some."""
    require(call, "receivables.read")
    paid = item_facts.behaviour(call, on, account_ids)
    owed = item_facts.turnover(call, on - dt.timedelta(days=rules.DSO_DAYS - 1), on, account_ids)
    zero = Money.zero(call.company.currency)
    accounts = customer_facts.accounts_by_id(call, paid.keys() | owed.keys() | set(account_ids or ()))
    rows = [
        PayingRow(one.id, one.customer_id, one.number, one.name, paid.get(one.id), rules.dso(*owed.get(one.id, (zero, zero))))
        for one in accounts.values()
    ]
    return sorted(rows, key=lambda row: (row.number, row.account_id))
