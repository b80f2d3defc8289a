from decimal import Decimal

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("bank", "0002_bank_guards")]

    operations = [
        migrations.AddField(
            model_name="bankline",
            name="company_amount",
            field=models.DecimalField(decimal_places=4, max_digits=19, default=Decimal(0)),
            preserve_default=False,
        ),
        migrations.AddField(model_name="bankline", name="part", field=models.PositiveSmallIntegerField(default=1)),
        migrations.RemoveConstraint(model_name="bankline", name="bank_line_once"),
        migrations.RemoveConstraint(model_name="bankline", name="bank_line_occurrence_positive"),
        migrations.AddConstraint(
            model_name="bankline",
            constraint=models.UniqueConstraint(
                fields=["company", "bank_account", "identity", "occurrence", "part"], name="bank_line_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="bankline",
            constraint=models.CheckConstraint(condition=Q(occurrence__gte=1, part__gte=1), name="bank_line_occurrence_positive"),
        ),
    ]
