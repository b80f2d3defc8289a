import django.db.models.deletion
from django.db import migrations, models

import duecourse.core.fields

STATES = [
    ("reading", "Reading"),
    ("open", "To look at"),
    ("sent", "Waits to be confirmed"),
    ("taking", "Taking over"),
    ("taken", "Taken over"),
    ("discarded", "Discarded"),
    ("refused", "Refused"),
]


class Migration(migrations.Migration):
    dependencies = [("access", "0001_access_tables"), ("documents", "0002_documents_guards")]

    operations = [
        migrations.CreateModel(
            name="TakeOver",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=200)),
                ("digest", models.CharField(max_length=64)),
                ("size", models.BigIntegerField()),
                ("system", models.CharField(max_length=20)),
                ("state", models.CharField(choices=STATES, default="reading", max_length=10)),
                ("mapping", models.JSONField(default=dict)),
                ("options", models.JSONField(default=dict)),
                ("found", models.JSONField(default=dict)),
                ("outcome", models.JSONField(default=dict)),
                ("error", models.JSONField(default=dict)),
                ("rejects_digest", models.CharField(blank=True, max_length=64)),
                ("task_id", models.BigIntegerField(null=True)),
                ("by_id", models.BigIntegerField()),
                ("by_name", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                ("confirmed_by_name", models.CharField(blank=True, max_length=200)),
                ("ended_at", models.DateTimeField(null=True)),
                ("recorded_at", models.DateTimeField(db_default=duecourse.core.fields.NowInDatabase(), editable=False)),
                (
                    "company",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.company"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["company", "-id"], name="take_over_newest"),
                    models.Index(fields=["company", "kind", "digest"], name="take_over_digest"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["reading", "open", "sent", "taking"])),
                        fields=("company", "kind", "digest"),
                        name="take_over_once_at_a_time",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ColumnMapping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("fingerprint", models.CharField(max_length=64)),
                ("mapping", models.JSONField()),
                ("options", models.JSONField()),
                ("by_name", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField(db_default=duecourse.core.fields.NowInDatabase(), editable=False)),
                (
                    "company",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.company"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("company", "kind", "fingerprint"), name="column_mapping_unique")],
            },
        ),
    ]
