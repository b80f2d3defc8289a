from django.db import migrations, models

from duecourse.core.protect import guard


class Migration(migrations.Migration):
    """A company numbers its documents in its own way, and goes on where its old system stopped."""

    dependencies = [("core", "0004_task_guards")]

    operations = [
        migrations.AddField("numberseries", "first_number", models.BigIntegerField(default=1, db_default=1)),
        migrations.CreateModel(
            name="NumberPrefix",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("company_id", models.BigIntegerField()),
                ("series", models.CharField(max_length=20)),
                ("prefix", models.CharField(max_length=8)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["company_id", "series"], name="number_prefix_unique"),
                    models.UniqueConstraint(fields=["company_id", "prefix"], name="number_prefix_of_one_series"),
                ],
            },
        ),
        guard("core_numberprefix"),
    ]
