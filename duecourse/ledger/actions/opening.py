"""Opening balances of another system: one balanced entry of what each account holds on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from duecourse.core import events, external_ids, ids
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.ledger import queries, rules
from duecourse.ledger.actions.books import create_accounts, post_entries


@action
def take_over_balances(
    call: Call,
    balances: Sequence[tuple[str, Money]],
    new_accounts: Sequence[rules.NewAccount],
    on: dt.date,
    system: str,
    difference_code: str = "",
) -> str:
    """Post what each account (its code, debit positive, in the company's currency) holds on `on`; the entry's number.

    They must balance; a difference goes to the account `difference_code` only when it is named. An account's balance of a system and
    a day is taken over once, for ever. Errors: Refused('ledger.entry-not-balanced'), Refused('ledger.unknown-account'),
    Refused('ledger.balance-known'), Refused('ledger.period-closed').
    """
    if new_accounts:
        create_accounts(call, new_accounts)
    accounts = {account.code: account.id for account in queries.accounts(call)}
    total = Money.total((money for _, money in balances), call.company.currency)
    rows = [*balances, (difference_code, -total)] if total and difference_code else list(balances)
    missing = sorted({code for code, _ in rows} - accounts.keys())
    if missing:
        raise Refused("ledger.unknown-account", f"The chart has no account {', '.join(missing[:10])}. Nothing was posted.")
    known = external_ids.known(call, system, "balance", [f"{on}/{code}" for code, _ in balances])
    if known:
        raise Refused(
            "ledger.balance-known", f"These balances are here already: {', '.join(sorted(known)[:10])}. Nothing was posted."
        )
    lines = [rules.Line(money, money, account_id=accounts[code]) for code, money in rows if money]
    source = ids.outer("cmp", call.company.id)
    entry = rules.Entry("opening", on, on, f"Opening balances taken over from {system}", source, lines)
    (posted,) = post_entries(call, [entry])
    subject = ids.outer("jrn", posted.id)
    external_ids.keep(call, system, "balance", {f"{on}/{code}": subject for code, _ in balances})
    facts = {"system": system, "accounts": len(balances), "new_accounts": len(new_accounts), "difference": f"{total.amount:f}"}
    events.record(call, "ledger.balances-taken-over", [subject], facts)
    return posted.number
