from django.db import migrations

from duecourse.core.protect import guard


class Migration(migrations.Migration):
    dependencies = [("core", "0002_core_guards"), ("customers", "0001_customers_tables")]

    operations = [
        guard("customers_customer", by="organisation_id", may_delete=False),
        guard("customers_customeralias", by="organisation_id"),
        guard("customers_address", by="organisation_id"),
        guard("customers_contact", by="organisation_id"),
        guard("customers_customerbankaccount", by="organisation_id"),
        guard("customers_terms", may_delete=False),
        guard("customers_customeraccount", may_delete=False),
    ]
