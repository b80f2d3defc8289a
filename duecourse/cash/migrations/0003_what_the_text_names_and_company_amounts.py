from decimal import Decimal

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cash", "0002_cash_guards")]

    operations = [
        migrations.AddField(
            model_name="payment",
            name="company_amount",
            field=models.DecimalField(decimal_places=4, max_digits=19, default=Decimal(0)),
            preserve_default=False,
        ),
        migrations.AddField(model_name="proposal", name="hits", field=models.JSONField(default=list)),
    ]
