from django.db import migrations

from duecourse.core.protect import guard


class Migration(migrations.Migration):
    dependencies = [("documents", "0003_take_overs")]

    operations = [
        guard("documents_takeover", may_delete=False),
        guard("documents_columnmapping", may_delete=False),
    ]
