from django.db import migrations

from duecourse.core.protect import guard


class Migration(migrations.Migration):
    dependencies = [("core", "0002_core_guards"), ("invoicing", "0001_invoicing_tables")]

    operations = [
        guard("invoicing_invoice", append_only=True),
        guard("invoicing_invoiceline", append_only=True),
    ]
