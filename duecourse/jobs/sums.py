"""See the stored sums of receivables from today, in chunks that hold their locks shortly: once a day, when the company's day begins."""

from __future__ import annotations

import datetime as dt

from duecourse.access import queries as access_facts
from duecourse.core.call import within
from duecourse.receivables import actions as receivables
from duecourse.receivables import queries as item_facts

CHUNK = 5000  # accounts


def age_stale(at: dt.datetime) -> int:
    """Age what is of another day, in every company; how many sums. Again changes nothing."""
    return sum(_age(company.id, at) for company in access_facts.companies())


def _age(company_id: int, at: dt.datetime) -> int:
    call, done = access_facts.system_call(company_id, at, "Sums"), 0
    while True:
        with within(call):
            stale = item_facts.stale_sums(call, CHUNK)
        if not stale:
            return done
        done += receivables.age_sums(call, stale)
