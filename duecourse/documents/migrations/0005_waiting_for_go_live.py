from django.db import migrations, models


class Migration(migrations.Migration):
    """Before a company is live its mails wait, and are sent or ended when it goes live."""

    dependencies = [("documents", "0004_take_overs_guards")]

    operations = [
        migrations.AlterField(
            "dispatch",
            "state",
            models.CharField(
                max_length=10,
                choices=[
                    ("queued", "Queued"),
                    ("held", "Waits for go-live"),
                    ("sent", "Sent"),
                    ("failed", "Failed"),
                    ("dropped", "Ended unsent"),
                    ("shown", "Shown on the outbox page only"),
                ],
                default="queued",
            ),
        ),
    ]
