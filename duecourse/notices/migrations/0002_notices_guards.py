from django.db import migrations

from duecourse.core.protect import guard


class Migration(migrations.Migration):
    dependencies = [("core", "0002_core_guards"), ("notices", "0001_notices_tables")]

    operations = [guard("notices_persontask", may_delete=False), guard("notices_notice", may_delete=False)]
