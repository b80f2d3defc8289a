"""What the collector of the demo company said on the telephone lately, so that the worklist has its history."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Sequence

from duecourse.access import queries as access_facts
from duecourse.collection import actions as collection
from duecourse.collection import queries as collection_facts
from duecourse.collection.rules import NewEntry
from duecourse.core.call import Call
from duecourse.customers import actions as customers
from duecourse.customers import queries as customer_facts
from duecourse.customers.rules import NewContact
from duecourse.jobs.demo import cast
from duecourse.receivables import queries as item_facts

_PEOPLE = ["Petra Vogt", "Jens Albers", "Marta Kuhl", "Tim Reuter", "Eva Lindner", "Karl Sievers", "Nora Bayer", "Uwe Prahl"]
_SAID = [
    ("no-answer", "Rang until the answering machine came", 2),
    ("call-back", "In a meeting, asks for a call in the morning", 6),
    ("will-pay", "Will pay with the next run", 11),
    ("paid", "Says it was paid last week; asked for the bank’s slip", 8),
    ("no-answer", "", 16),
    ("wrong-number", "The number belongs to somebody else now", 4),
    ("will-pay", "Boss is back on Monday, then they pay", 20),
]


def log_calls(call: Callable[[dt.date, int], Call], today: dt.date, accounts_all: Sequence[int]) -> None:
    """Contacts to call, a history for the upper part of the list, one promise that is open and one that was broken."""
    luck = random.Random(cast.SEED + 1)  # noqa: S311 - a play, not a secret
    now = call(today, 9)
    ranker = access_facts.system_call(now.company.id, now.at, "Worklist")
    collection.rank_accounts(ranker, accounts_all)
    lines = collection_facts.worklist(now, "todo", "all", size=60).rows
    accounts = customer_facts.accounts_by_id(now, [line.account_id for line in lines])
    for line in lines[:40]:
        account, person = accounts[line.account_id], luck.choice(_PEOPLE)
        phone = "" if luck.random() < 0.15 else f"+49 {luck.choice([30, 40, 221, 89])} {luck.randrange(100000, 999999)}"
        mail = f"{person.split()[1].lower()}@{account.number}.example"
        customers.add_contact(now, account.customer_id, NewContact(person, mail, phone, "payments"))
    for place, line in enumerate(lines[:24]):
        if place % 4 == 3:
            continue  # nobody has called them yet
        if place in (1, 6):
            _promise(call, today, line.account_id, broken=place == 1)
            continue
        outcome, text, days = _SAID[place % len(_SAID)]
        collection.log_contacts(call(today - dt.timedelta(days=days), 10), [NewEntry(line.account_id, outcome, text=text)])
    collection.rank_accounts(ranker, accounts_all)


def _promise(call: Callable[[dt.date, int], Call], today: dt.date, account_id: int, broken: bool) -> None:
    """The two oldest items, promised for five days ago or for in four days."""
    then = call(today - dt.timedelta(days=12 if broken else 2), 11)
    owed = [
        item for item in item_facts.items(then, today, account_ids=[account_id]) if item.open.amount > 0 and item.late_days > 0
    ]
    same = [item for item in owed if item.open.currency == owed[0].open.currency][:2]
    amount = same[0].open if len(same) == 1 else same[0].open + same[1].open
    by = today - dt.timedelta(days=5) if broken else today + dt.timedelta(days=4)
    new = NewEntry(
        account_id,
        "promise",
        text="Promised on the telephone",
        promised=amount,
        promise_date=by,
        item_ids=tuple(item.id for item in same),
    )
    collection.log_contacts(then, [new])
