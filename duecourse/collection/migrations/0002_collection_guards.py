from django.db import migrations

from duecourse.core.protect import guard


class Migration(migrations.Migration):
    dependencies = [("core", "0002_core_guards"), ("collection", "0001_collection_tables")]

    operations = [
        guard("collection_contactentry", append_only=True),
        guard("collection_contactitem", append_only=True),
        guard("collection_collectionpolicy", append_only=True),
        guard("collection_collector"),
        guard("collection_absence"),
        guard("collection_worklistrow"),
    ]
