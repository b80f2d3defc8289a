"""A company's books begin, and the company goes live."""

from __future__ import annotations

import datetime as dt

from duecourse.access import actions as access
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused
from duecourse.documents import actions as documents
from duecourse.ledger import queries, rules
from duecourse.ledger.actions.books import create_chart, open_periods


@action
def begin_books(call: Call, opening_date: dt.date, fiscal_year_month: int = 1) -> int:
    """Give the books their first day: the standard chart where there is none, and a period for each month from that day to the
    end of the present fiscal year; how many are new. Again before go-live it moves the day and opens what is missing.

    Errors: as access.set_opening.
    """
    access.set_opening(call, opening_date, fiscal_year_month)
    if not queries.account_ids(call):
        create_chart(call)
    return open_periods(call, opening_date, rules.last_day_to_open(opening_date, call.today, fiscal_year_month))


@action
def go_live(call: Call, send_held: bool) -> int:
    """From now on mail leaves the house; how many mails had waited. They are sent, or end unsent.

    Errors: Refused('ledger.not-ready') with what is `missing`, Refused('access.live-already').
    """
    missing = rules.missing_for_live(queries.readiness(call))
    if missing and not call.company.is_live:
        raise Refused(
            "ledger.not-ready",
            "The company cannot go live yet: something is missing. The set-up page says what.",
            missing=[reason.code for reason in missing],
        )
    access.go_live(call)
    return documents.release_held(call, send_held)
