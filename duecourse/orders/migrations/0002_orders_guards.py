from django.db import migrations

from duecourse.core.protect import guard


class Migration(migrations.Migration):
    dependencies = [("core", "0002_core_guards"), ("orders", "0001_orders_tables")]

    operations = [
        guard("orders_order", may_delete=False),
        guard("orders_orderline"),
        guard("orders_delivery", append_only=True),
        guard("orders_deliveryline", append_only=True),
        guard("orders_readyline", append_only=True, may_update=("billed_by",)),
    ]
