"""Rank every company's worklist once a day and whenever its policy changes, in chunks that hold their locks shortly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils import timezone

from duecourse.access import queries as access_facts
from duecourse.collection import actions as collection
from duecourse.collection import queries as collection_facts
from duecourse.core import ids
from duecourse.core.call import Call, within
from duecourse.core.events import Read
from duecourse.customers import queries as customer_facts
from duecourse.receivables import queries as item_facts

CHUNK = 5000  # accounts
FOLLOWED = (
    "receivables.items-cleared",
    "receivables.clearings-undone",
    "receivables.marks-set",
    "receivables.marks-ended",
    "receivables.items-taken-over",
)


def follow(call: Call, read: Sequence[Read]) -> int:
    """What is owed or said of items changed: their accounts are ranked anew; how many have a place."""
    items = sorted({ids.inner("itm", ref) for event in read for ref in event.subjects if ref.startswith("itm_")})
    taken_over = any(event.name == "receivables.items-taken-over" for event in read)
    accounts = customer_facts.account_ids(call) if taken_over else sorted(item_facts.accounts_of(call, items))
    return sum(collection.rank_accounts(call, accounts[place : place + CHUNK]) for place in range(0, len(accounts), CHUNK))


def rank(company_id: int, at: dt.datetime | None = None) -> int:
    """Rank all accounts of a company; how many have a place. Again changes nothing."""
    call = access_facts.system_call(company_id, at or timezone.now(), "Worklist")
    with within(call):
        accounts = customer_facts.account_ids(call)
    return sum(collection.rank_accounts(call, accounts[place : place + CHUNK]) for place in range(0, len(accounts), CHUNK))


def rank_stale(at: dt.datetime | None = None) -> int:
    """Rank the companies whose list is not of today; how many that were."""
    stale = [company.id for company in access_facts.companies() if _is_stale(company.id, at or timezone.now())]
    for company_id in stale:
        rank(company_id, at)
    return len(stale)


def _is_stale(company_id: int, at: dt.datetime) -> bool:
    call: Call = access_facts.system_call(company_id, at, "Worklist")
    with within(call):
        ranked = collection_facts.ranked_date(call)
    return ranked is None or ranked < call.today
