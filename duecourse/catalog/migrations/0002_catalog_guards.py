from django.db import migrations

from duecourse.core.protect import guard


class Migration(migrations.Migration):
    dependencies = [("core", "0002_core_guards"), ("catalog", "0001_catalog_tables")]

    operations = [
        guard("catalog_product", may_delete=False),
        guard("catalog_productprice"),
        guard("catalog_taxrate"),
    ]
