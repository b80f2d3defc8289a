from django.db import migrations

from duecourse.core.protect import guard


class Migration(migrations.Migration):
    dependencies = [("core", "0003_tasks")]

    operations = [guard("core_task")]
