import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import duecourse.core.fields
from duecourse.core.protect import guard


def key(to: str) -> models.ForeignKey:
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=to)


def own() -> tuple[str, models.BigAutoField]:
    return "id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def recorded() -> tuple[str, models.DateTimeField]:
    return "recorded_at", models.DateTimeField(db_default=duecourse.core.fields.NowInDatabase(), editable=False)


class Migration(migrations.Migration):
    """Other systems are told what happened."""

    dependencies = [("access", "0004_setting_up")]

    operations = [
        migrations.CreateModel(
            name="WebhookEndpoint",
            fields=[
                own(),
                ("url", models.CharField(max_length=500)),
                ("description", models.CharField(blank=True, max_length=200)),
                (
                    "events",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100), default=list, size=None
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("active", "Active"), ("paused", "Paused"), ("disabled", "Disabled")],
                        default="active",
                        max_length=10,
                    ),
                ),
                ("state_reason", models.CharField(blank=True, max_length=200)),
                ("salt", models.CharField(max_length=64)),
                ("salt_before", models.CharField(blank=True, max_length=64)),
                ("salt_before_until", models.DateTimeField(null=True)),
                ("failing_since", models.DateTimeField(null=True)),
                ("is_failing", models.BooleanField(default=False)),
                ("delivered_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                recorded(),
                ("company", key("access.company")),
                ("created_by", key(settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "disabled"), _negated=True),
                        fields=("company", "url"),
                        name="webhook_endpoint_url",
                    )
                ]
            },
        ),
        migrations.CreateModel(
            name="WebhookMessage",
            fields=[
                own(),
                ("event_id", models.BigIntegerField(null=True)),
                ("name", models.CharField(max_length=100)),
                ("body", models.TextField()),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("delivered", "Delivered"), ("failed", "Failed")],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_attempt_at", models.DateTimeField(null=True)),
                ("claimed_until", models.DateTimeField(null=True)),
                ("response_code", models.PositiveSmallIntegerField(null=True)),
                ("error", models.CharField(blank=True, max_length=300)),
                ("created_at", models.DateTimeField()),
                ("delivered_at", models.DateTimeField(null=True)),
                recorded(),
                ("company", key("access.company")),
                ("endpoint", key("access.webhookendpoint")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["company", "endpoint", "-id"], name="webhook_message_newest"),
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["company", "endpoint", "next_attempt_at", "id"],
                        name="webhook_message_due",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("company", "endpoint", "event_id"), name="webhook_message_event")
                ],
            },
        ),
        migrations.CreateModel(
            name="WebhookAttempt",
            fields=[
                own(),
                ("at", models.DateTimeField()),
                ("response_code", models.PositiveSmallIntegerField(null=True)),
                ("duration_ms", models.PositiveIntegerField()),
                ("error", models.CharField(blank=True, max_length=300)),
                ("response_body", models.TextField(blank=True)),
                recorded(),
                ("company", key("access.company")),
                ("message", key("access.webhookmessage")),
            ],
            options={"indexes": [models.Index(fields=["company", "message", "id"], name="webhook_attempt_message")]},
        ),
        guard("access_webhookendpoint", may_delete=False),
        guard("access_webhookmessage"),
        guard("access_webhookattempt"),
    ]
