from django.db import migrations

from duecourse.core.protect import guard


class Migration(migrations.Migration):
    dependencies = [("core", "0002_core_guards"), ("access", "0001_access_tables")]

    operations = [
        guard("access_organisation", by=None, may_delete=False),
        guard("access_company", by=None, may_delete=False),
        guard("access_user", by=None, may_delete=False),
        guard("access_membership", by=None),
        guard("access_invitation", by=None, may_delete=False),
        guard("access_apikey", by=None, may_delete=False),
    ]
