"""What was learnt of payment behaviour, run by run, and what the newest run says of each open item."""

from django.db import models

from duecourse.access.models import Company
from duecourse.core import fields
from duecourse.receivables.models import OpenItem

BASES = [
    ("history", "Customer's payments"),
    ("segment", "Payments of customers like it"),
    ("terms", "Terms"),
]


class LearningRun(models.Model):
    """One time of learning: the model's card. Kept for ever."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    as_of_date = models.DateField()  # the last day that was known
    made_at = models.DateTimeField()
    model_version = models.CharField(max_length=40)
    champion = models.CharField(max_length=20)
    payments = models.IntegerField()  # that were learnt from
    judged = models.IntegerField()  # items of past days
    estimated = models.IntegerField()  # open items
    coverage = fields.percent(null=True)  # of the 80 % bands on past items
    scores = models.JSONField(default=list)  # the gate: [name, items, days off, pinball loss, share of bands that held]
    recorded_at = fields.recorded_at()
    transaction_id = fields.transaction_id()


class PaymentEstimate(models.Model):
    """When an open item will be paid, by the newest run; the next run replaces it."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    run = models.ForeignKey(LearningRun, models.PROTECT, related_name="+", db_index=False)
    item = models.ForeignKey(OpenItem, models.PROTECT, related_name="+", db_index=False)
    p10_date = models.DateField()
    p50_date = models.DateField()
    p90_date = models.DateField()
    late_percent = fields.percent()
    late_30_percent = fields.percent()
    basis = models.CharField(max_length=8, choices=BASES)
    payments_known = models.IntegerField()  # of the customer
    open_amount = fields.amount()  # when it was estimated
    currency = fields.currency()
    weeks = models.JSONField(default=list)  # chance of each of 13 weeks, in hundredths of a percent

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "item"], name="payment_estimate_item_once"),
            models.CheckConstraint(
                condition=models.Q(p10_date__lte=models.F("p50_date"), p50_date__lte=models.F("p90_date")),
                name="payment_estimate_in_order",
            ),
        ]
        indexes = [models.Index(fields=["company", "currency", "p50_date"], name="payment_estimate_day")]
