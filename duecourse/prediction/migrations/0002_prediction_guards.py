from django.db import migrations

from duecourse.core.protect import guard


class Migration(migrations.Migration):
    dependencies = [("core", "0002_core_guards"), ("prediction", "0001_prediction_tables")]

    operations = [
        guard("prediction_learningrun", append_only=True),
        guard("prediction_paymentestimate"),
    ]
