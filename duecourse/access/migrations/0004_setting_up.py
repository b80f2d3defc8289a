from django.db import migrations, models

from duecourse.core.protect import guard


class Migration(migrations.Migration):
    """A company is set up before it goes live; those that are there already are live."""

    dependencies = [("access", "0003_count_requests")]

    operations = [
        migrations.AddField("company", "live_at", models.DateTimeField(null=True)),
        migrations.AddField("company", "opening_date", models.DateField(null=True)),
        migrations.AddField("company", "fiscal_year_month", models.PositiveSmallIntegerField(default=1, db_default=1)),
        migrations.AddField("company", "mail_sender_name", models.CharField(max_length=100, blank=True, db_default="")),
        migrations.AddField("company", "mail_sender", models.EmailField(max_length=254, blank=True, db_default="")),
        migrations.AddField("company", "mail_reply_to", models.EmailField(max_length=254, blank=True, db_default="")),
        migrations.AddField("company", "logo_digest", models.CharField(max_length=64, blank=True, db_default="")),
        migrations.AddField("company", "logo_media_type", models.CharField(max_length=40, blank=True, db_default="")),
        migrations.RunSQL("update access_company set live_at = now()", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="FoundingLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
            ],
        ),
        guard("access_foundinglink", by=None, may_delete=False),
    ]
