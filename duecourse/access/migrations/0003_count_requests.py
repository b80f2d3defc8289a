from django.db import migrations, models


class Migration(migrations.Migration):
    """Requests of a key are counted by the minute, so that one program cannot take the service from the others."""

    dependencies = [("access", "0002_access_guards")]

    operations = [
        migrations.AddField("apikey", "requests_max", models.PositiveIntegerField(default=100, db_default=100)),
        migrations.AddField("apikey", "minute", models.DateTimeField(null=True)),
        migrations.AddField("apikey", "requests", models.PositiveIntegerField(default=0, db_default=0)),
    ]
