from django.db import migrations

from duecourse.core.protect import guard


class Migration(migrations.Migration):
    dependencies = [("core", "0002_core_guards"), ("forecasting", "0001_forecasting_tables")]

    operations = [
        guard("forecasting_forecast", append_only=True),
        guard("forecasting_forecastweek", append_only=True),
    ]
