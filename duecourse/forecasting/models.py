"""Cash forecasts by week, kept so that they can be held against what came in."""

from django.db import models

from duecourse.access.models import Company
from duecourse.core import fields
from duecourse.prediction.models import LearningRun


class Forecast(models.Model):
    """One forecast of thirteen weeks, with how the same way of forecasting did on past weeks. Kept for ever."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    run = models.OneToOneField(LearningRun, models.PROTECT, related_name="+")
    as_of_date = models.DateField()
    made_at = models.DateTimeField()
    past = models.JSONField(default=list)  # [first day, weeks ahead, expected, low, high, came, on due date], company's currency
    recorded_at = fields.recorded_at()
    transaction_id = fields.transaction_id()


class ForecastWeek(models.Model):
    """What one forecast says of seven days in one currency."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    forecast = models.ForeignKey(Forecast, models.CASCADE, related_name="weeks")
    week_start = models.DateField()
    currency = fields.currency()
    expected = fields.amount()
    low_80 = fields.amount()
    high_80 = fields.amount()
    on_due_date = fields.amount()  # if everybody paid on the due date, what is overdue at once

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "forecast", "currency", "week_start"], name="forecast_week_once"),
            models.CheckConstraint(
                condition=models.Q(low_80__lte=models.F("expected"), expected__lte=models.F("high_80")),
                name="forecast_week_in_band",
            ),
        ]
