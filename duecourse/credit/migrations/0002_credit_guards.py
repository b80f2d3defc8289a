from django.db import migrations

from duecourse.core.protect import guard


class Migration(migrations.Migration):
    dependencies = [("core", "0002_core_guards"), ("credit", "0001_credit_tables")]

    operations = [
        guard("credit_creditaccount", may_delete=False),
        guard("credit_creditmember", may_delete=False),
        guard("credit_creditlimit", append_only=True),
        guard("credit_orderpolicy", append_only=True),
        guard("credit_reservation", may_delete=False),
        guard("credit_creditcheck", append_only=True),
        guard("credit_hold", may_delete=False),
    ]
