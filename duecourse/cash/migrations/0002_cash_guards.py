from django.db import migrations

from duecourse.core.protect import guard


class Migration(migrations.Migration):
    dependencies = [("core", "0002_core_guards"), ("cash", "0001_cash_tables")]

    operations = [
        guard("cash_payment", append_only=True, may_update=("state", "customer_account_id", "item_id")),
        guard("cash_proposal"),
        guard("cash_application", append_only=True, may_update=("undone_by_id", "undone_reason")),
    ]
