from django.db import migrations

from duecourse.core.protect import guard


class Migration(migrations.Migration):
    dependencies = [("core", "0002_core_guards"), ("ledger", "0001_ledger_tables")]

    operations = [
        guard("ledger_account", may_delete=False),
        guard("ledger_bankaccount", may_delete=False),
        guard("ledger_exchangerate", by=None, append_only=True),
        guard("ledger_period", may_delete=False),
        guard("ledger_journalentry", append_only=True),
        guard("ledger_posting", append_only=True),
    ]
