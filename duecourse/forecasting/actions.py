"""What happens in forecasting: somebody asks for a forecast, and a job keeps it."""

from __future__ import annotations

from duecourse.core import bulk, events, ids, progress
from duecourse.core.call import Call, action
from duecourse.core.queue import enqueue
from duecourse.forecasting import queries
from duecourse.forecasting.models import Forecast, ForecastWeek
from duecourse.prediction import actions as prediction
from duecourse.prediction.rules import Answer, Item

_COLUMNS = ("company_id", "forecast_id", "week_start", "currency", "expected", "low_80", "high_80", "on_due_date")


@action
def request_forecast(call: Call) -> int:
    """Put a forecast into the queue; the task that shows how far it is. One that still runs is given again."""
    running = queries.running(call)
    if running is not None:
        return running.id
    task_id = progress.begin(call, queries.TASK, call.today.isoformat())
    enqueue("forecast_cash", lock=f"forecast-{call.company.id}", company_id=call.company.id, task_id=task_id)
    return task_id


@action
def keep_forecast(call: Call, answer: Answer, wanted: list[Item]) -> int:
    """Keep a forecast with the estimates that it is the sum of; its id."""
    run_id = prediction.keep_estimates(call, answer, wanted)
    past = [
        [one.start.isoformat(), one.ahead, *(str(value) for value in (one.expected, one.low, one.high, one.came, one.on_due))]
        for one in answer.past
    ]
    forecast = Forecast.objects.create(
        company_id=call.company.id, run_id=run_id, as_of_date=answer.as_of, made_at=call.at, past=past
    )
    rows = [
        (
            call.company.id, forecast.id, week.start, week.expected.currency, week.expected.amount, week.low.amount,
            week.high.amount, week.on_due.amount,
        )
        for week in answer.weeks
    ]  # fmt: skip
    bulk.copy_in(ForecastWeek, _COLUMNS, rows)
    facts = {"as_of": answer.as_of.isoformat(), "weeks": len(answer.weeks), "items": len(answer.estimates)}
    events.record(call, "forecasting.forecast-made", [ids.outer("cmp", call.company.id)], facts)
    return forecast.id
