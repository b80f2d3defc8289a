"""When open items will be paid, and what cash comes in by week, with bands and how well past forecasts did."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from duecourse.api.door import Door
from duecourse.api.shapes import Currency, Day, In, MoneyOut, Out, ReasonOut, decimal_or_none, money, outer_id, reason
from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.forecasting import actions, queries, rules
from duecourse.prediction import queries as prediction_facts

room = Door("Cash forecast")


class ForecastWeek(Out):
    """Seven days from `start`: expected, the 80 % band, and what it would be if everybody paid on the due date."""

    start: Day
    expected: MoneyOut
    low: MoneyOut
    high: MoneyOut
    on_due_date: MoneyOut


class ForecastError(Out):
    """Of past forecasts made so many weeks ahead: misses ÷ what came (0.25 = 25 %), the same for the due date, share in band."""

    weeks_ahead: int
    weeks: int
    off_by: str | None
    due_date_off_by: str | None
    band_held: str | None


class ForecastOut(Out):
    """The newest forecast; null and empty before the first."""

    as_of: Day | None
    made_at: dt.datetime | None
    weeks: list[ForecastWeek]
    errors: list[ForecastError]


class EstimateFilter(In):
    """The items of one week (0 = the first of the newest forecast) in one currency, the most expected first."""

    currency: Currency
    week: int = Field(0, ge=0, le=12)
    limit: Annotated[int, Field(ge=1, le=200)] = 100


class EstimateOut(Out):
    """When an open item will be paid: with 10, 50 and 90 % chance by these days; chances from 0 to 1."""

    item: str = outer_id("itm")
    p10: Day
    p50: Day
    p90: Day
    late: str
    late_30_days: str
    chance_in_week: str
    open: MoneyOut
    why: ReasonOut


class EstimatesOut(Out):
    """The items."""

    items: list[EstimateOut]


class RequestedOut(Out):
    """The job that makes the forecast."""

    job: str = outer_id("job")


def _error(one: rules.Error) -> ForecastError:
    return ForecastError(
        weeks_ahead=one.ahead + 1,
        weeks=one.weeks,
        off_by=decimal_or_none(one.wape),
        due_date_off_by=decimal_or_none(one.wape_on_due),
        band_held=decimal_or_none(one.held),
    )


@room.get("/forecast", "forecasting.read", ForecastOut)
def get_forecast(call: Call) -> ForecastOut:
    """Cash expected from open items in thirteen weeks, by currency. Bands of single weeks do not add up."""
    found = queries.latest(call)
    if found is None:
        return ForecastOut(as_of=None, made_at=None, weeks=[], errors=[])
    errors, _are_kept = queries.errors(call, found, call.company.currency)
    return ForecastOut(
        as_of=found.as_of,
        made_at=found.made_at,
        weeks=[
            ForecastWeek(
                start=one.start,
                expected=money(one.expected),
                low=money(one.low),
                high=money(one.high),
                on_due_date=money(one.on_due),
            )
            for one in found.weeks
        ],
        errors=[_error(one) for one in errors],
    )


@room.get("/forecast/items", "forecasting.read", EstimatesOut)
def get_estimates(call: Call, query: EstimateFilter) -> EstimatesOut:
    """When items will be paid, and why it is thought so."""
    found = prediction_facts.in_week(call, query.week, query.currency, query.limit)
    return EstimatesOut(
        items=[
            EstimateOut(
                item=ids.outer("itm", one.item_id),
                p10=one.p10,
                p50=one.p50,
                p90=one.p90,
                late=f"{one.late:f}",
                late_30_days=f"{one.late_30:f}",
                chance_in_week=f"{Decimal(one.weeks[query.week]) / 10_000:f}",
                open=money(one.open),
                why=reason(one.reason),
            )
            for one in found
        ]
    )


@room.post("/forecast", "forecasting.request_forecast", RequestedOut)
def request_forecast(call: Call) -> RequestedOut:
    """Ask for a forecast now; a job makes it. One that still runs is given again."""
    return RequestedOut(job=ids.outer("job", actions.request_forecast(call)))
