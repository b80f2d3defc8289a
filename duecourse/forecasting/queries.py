"""What forecasting is asked: the newest forecast, what past ones were worth, and the items behind a week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from duecourse.core import progress
from duecourse.core.call import Call
from duecourse.core.money import Money
from duecourse.core.progress import TaskView
from duecourse.forecasting import rules
from duecourse.forecasting.models import Forecast, ForecastWeek
from duecourse.prediction.rules import PastSum, WeekCash
from duecourse.receivables import queries as item_facts

TASK = "forecast"
KEPT_MAX = 60  # forecasts that kept ones are scored from


@dataclass(frozen=True, slots=True)
class ForecastView:
    """One forecast: its weeks by currency, and how this way of forecasting did on past weeks (in the company's currency)."""

    id: int
    as_of: dt.date
    made_at: dt.datetime
    weeks: Sequence[WeekCash]
    past: Sequence[PastSum]

    @property
    def currencies(self) -> list[str]:
        return sorted({week.expected.currency for week in self.weeks})

    def of(self, currency: str) -> list[WeekCash]:
        return [week for week in self.weeks if week.expected.currency == currency]


def latest(call: Call, on: dt.date | None = None) -> ForecastView | None:
    """The newest forecast, or the newest made by the end of a day; None before the first. Two queries."""
    made = Forecast.objects.filter(company_id=call.company.id)
    row = (made if on is None else made.filter(as_of_date__lt=on)).order_by("-id").first()
    if row is None:
        return None
    weeks = ForecastWeek.objects.filter(company_id=call.company.id, forecast_id=row.id).order_by("week_start", "currency")
    past = [PastSum(dt.date.fromisoformat(one[0]), one[1], *(Decimal(value) for value in one[2:])) for one in row.past]
    return ForecastView(row.id, row.as_of_date, row.made_at, [_week(week) for week in weeks], past)


def _week(row: ForecastWeek) -> WeekCash:
    amounts = (Money(value, row.currency) for value in (row.expected, row.low_80, row.high_80, row.on_due_date))
    return WeekCash(row.week_start, *amounts)


def kept(call: Call, currency: str) -> list[PastSum]:
    """What kept forecasts said of weeks that are over, and what payments settled then of the items of that day; three queries.

    Of several forecasts of one week so many weeks ahead the first counts.
    """
    made = {row.id: row.as_of_date for row in Forecast.objects.filter(company_id=call.company.id).order_by("-id")[:KEPT_MAX]}
    over = ForecastWeek.objects.filter(
        company_id=call.company.id,
        forecast_id__in=list(made),
        currency=currency,
        week_start__lt=call.today - dt.timedelta(days=6),
    ).order_by("forecast_id", "week_start")
    told: dict[tuple[dt.date, int], ForecastWeek] = {}
    for row in over:
        told.setdefault((row.week_start, (row.week_start - made[row.forecast_id]).days // 7), row)
    windows = [(made[row.forecast_id], row.week_start, row.week_start + dt.timedelta(days=6)) for row in told.values()]
    came = item_facts.settled_in(call, windows) if windows else []
    nothing = Money.zero(currency)
    return [
        PastSum(start, ahead, row.expected, row.low_80, row.high_80, settled.get(currency, nothing).amount, row.on_due_date)
        for ((start, ahead), row), settled in zip(told.items(), came, strict=True)
    ]


def errors(call: Call, found: ForecastView, currency: str) -> tuple[list[rules.Error], bool]:
    """Errors by weeks ahead: of forecasts kept once eight weeks of them are over, else as they would have been; True when kept."""
    told = kept(call, currency)
    if sum(one.ahead == 0 for one in told) >= 8:
        return rules.errors(told), True
    return rules.errors(found.past), False


def running(call: Call) -> TaskView | None:
    """The task of a forecast that waits or is being made, whoever asked for it."""
    newest = progress.newest(call, TASK)
    return None if newest is None or newest.has_ended else newest


def is_wanted(call: Call) -> bool:
    """Whether today's forecast is neither there nor on its way nor failed today, and anything is open to forecast."""
    if Forecast.objects.filter(company_id=call.company.id, as_of_date__gte=call.today - dt.timedelta(days=1)).exists():
        return False
    newest = progress.newest(call, TASK)
    if newest is not None and (not newest.has_ended or newest.subject == call.today.isoformat()):
        return False
    return item_facts.totals(call)[1] > 0
