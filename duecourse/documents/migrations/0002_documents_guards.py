from django.db import migrations

from duecourse.core.protect import guard


class Migration(migrations.Migration):
    dependencies = [("core", "0002_core_guards"), ("documents", "0001_documents_tables")]

    operations = [
        guard("documents_document", append_only=True),
        guard("documents_dispatch", may_delete=False),
    ]
