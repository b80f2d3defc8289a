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
    """People keep views of lists."""

    dependencies = [("access", "0005_webhooks")]

    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                own(),
                ("list_name", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=60)),
                ("query", models.CharField(blank=True, max_length=1000)),
                ("is_shared", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
                ("deleted_at", models.DateTimeField(null=True)),
                recorded(),
                ("company", key("access.company")),
                ("user", key(settings.AUTH_USER_MODEL)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("deleted_at__isnull", True)), fields=["company", "list_name"], name="saved_view_list"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("deleted_at__isnull", True)),
                        fields=("company", "user", "list_name", "name"),
                        name="saved_view_name",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FirstView",
            fields=[
                own(),
                ("list_name", models.CharField(max_length=40)),
                recorded(),
                ("company", key("access.company")),
                ("user", key(settings.AUTH_USER_MODEL)),
                ("view", key("access.savedview")),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("company", "user", "list_name"), name="first_view_unique")]},
        ),
        guard("access_savedview", may_delete=False),
        guard("access_firstview"),
    ]
