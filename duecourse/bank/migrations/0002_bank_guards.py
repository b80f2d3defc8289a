from django.db import migrations

from duecourse.core.protect import guard


class Migration(migrations.Migration):
    dependencies = [("core", "0002_core_guards"), ("bank", "0001_bank_tables")]

    operations = [
        guard("bank_bankfile", append_only=True),
        guard("bank_statement", append_only=True),
        guard("bank_bankline", append_only=True),
    ]
