import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    """Documents of another system keep their own numbers beside ours, and say where they come from."""

    dependencies = [("invoicing", "0002_invoicing_guards"), ("ledger", "0001_ledger_tables")]

    operations = [
        migrations.RemoveConstraint(
            model_name="invoice",
            name="invoice_number_unique",
        ),
        migrations.RemoveConstraint(
            model_name="invoice",
            name="invoice_total_adds_up",
        ),
        migrations.RemoveConstraint(
            model_name="invoice",
            name="invoice_sign_by_kind",
        ),
        migrations.AddField(
            model_name="invoice",
            name="origin",
            field=models.CharField(blank=True, db_default="", max_length=40),
        ),
        migrations.AlterField(
            model_name="invoice",
            name="bank_account",
            field=models.ForeignKey(
                db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.bankaccount"
            ),
        ),
        migrations.AlterField(
            model_name="invoice",
            name="number",
            field=models.CharField(max_length=60),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.UniqueConstraint(fields=("company", "origin", "number"), name="invoice_number_unique"),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("bank_account__isnull", False),
                        ("gross", django.db.models.expressions.CombinedExpression(models.F("net"), "+", models.F("tax"))),
                    ),
                    models.Q(("origin", ""), _negated=True),
                    _connector="OR",
                ),
                name="invoice_total_adds_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("gross__gt", 0), ("kind", "invoice")),
                    models.Q(
                        ("gross__lt", 0),
                        ("kind", "credit-note"),
                        models.Q(("credited__isnull", False), models.Q(("origin", ""), _negated=True), _connector="OR"),
                    ),
                    _connector="OR",
                ),
                name="invoice_sign_by_kind",
            ),
        ),
    ]
