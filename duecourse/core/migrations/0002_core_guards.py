from django.db import migrations

from duecourse.core.protect import guard, refusals


class Migration(migrations.Migration):
    dependencies = [("core", "0001_core_tables")]

    operations = [
        refusals(),
        guard("core_event", append_only=True),
        guard("core_readercursor"),
        guard("core_idempotencykey"),
        guard("core_numberseries", may_delete=False),
        guard("core_externalid", append_only=True),
        guard("core_invariant"),
    ]
