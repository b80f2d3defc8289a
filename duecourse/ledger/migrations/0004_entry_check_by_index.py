from django.db import migrations

# The check of each entry's balance is planned once per connection. Planned while the table is new, it read the whole table for
# every entry: 22 seconds for 10,000 entries, 0.4 by the index. The application's role may not ANALYZE, so the plan is fixed here.


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_ledger_balance")]

    operations = [
        migrations.RunSQL(
            "alter function duecourse_entry_balances() set enable_seqscan = off",
            "alter function duecourse_entry_balances() reset enable_seqscan",
        )
    ]
