from django.db import migrations

from duecourse.core.protect import guard


class Migration(migrations.Migration):
    dependencies = [("core", "0002_core_guards"), ("receivables", "0001_receivables_tables")]

    operations = [
        guard("receivables_openitem", append_only=True, may_update=("open_amount", "open_company_amount", "closed_date")),
        guard("receivables_clearing", append_only=True),
        guard("receivables_allocation", append_only=True),
        guard("receivables_mark", append_only=True),
    ]
