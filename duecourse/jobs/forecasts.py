"""Learn how customers pay and forecast the cash of a company: beside all transactions, for it takes seconds to minutes."""

from __future__ import annotations

import datetime as dt
import logging
import os

from duecourse.access import queries as access_facts
from duecourse.core import progress
from duecourse.core.call import retrying, within
from duecourse.core.errors import Refused
from duecourse.forecasting import actions as forecasting
from duecourse.forecasting import queries as forecast_facts
from duecourse.prediction import queries as prediction_facts

log = logging.getLogger(__name__)
STEPS = ("read", "learn", "keep")


def ask_stale(at: dt.datetime) -> int:
    """Put a forecast into the queue for each company that wants one; how many."""
    asked = 0
    for company in access_facts.companies():
        call = access_facts.system_call(company.id, at, "Forecaster")
        with within(call):
            wanted = forecast_facts.is_wanted(call)
        if wanted:
            forecasting.request_forecast(call)
            asked += 1
    return asked


def make(company_id: int, task_id: int, at: dt.datetime) -> None:
    """Make the forecast from the end of yesterday on, with all that is recorded now.

    Reading and keeping are short transactions; learning is in none, so that nobody waits for it. May be run again.
    """
    call = access_facts.system_call(company_id, at, "Forecaster")
    with within(call):
        if progress.has_ended(call, task_id):
            return
    try:
        with progress.beside(call, task_id) as tell:
            tell("read", 0, len(STEPS))
            as_of = call.today - dt.timedelta(days=1)
            with within(call):
                history, wanted = prediction_facts.facts(call, as_of)
            tell("learn", 1, len(STEPS))
            os.environ.setdefault("OMP_NUM_THREADS", "1")  # before the first import of what learns
            from duecourse.prediction.rules.answer import answer

            found = answer(history, wanted, as_of)
            tell("keep", 2, len(STEPS))

            def keep() -> None:
                with within(call):
                    forecasting.keep_forecast(call, found, wanted)
                    progress.finish(call, task_id, {"items": len(wanted), "payments": found.payments})

            retrying(keep)
    except Exception as error:
        with within(call):
            progress.fail(call, task_id, Refused("forecasting.broke", "A fault in the program stopped the forecast."))
        log.exception("a forecast broke", exc_info=error)
        raise
