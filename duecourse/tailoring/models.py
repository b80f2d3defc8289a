"""Reason codes by version and where they were said, custom fields and their values, texts of mails and documents by version."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from duecourse.access.models import Company
from duecourse.core import fields


class ReasonVersion(models.Model):
    """A reason code as it reads from a version on, append-only: other words, another account or an end make a new version."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=20)  # rules.REASON_KINDS
    code = models.CharField(max_length=30)
    version = models.PositiveIntegerField()
    words = models.JSONField()  # language → words
    account_code = models.CharField(max_length=20, blank=True)  # of the chart of accounts, where the kind posts
    follow_up = models.CharField(max_length=200, blank=True)
    active_from = models.DateField()
    active_until = models.DateField(null=True)  # half open: the first day on which it can no longer be chosen
    by_name = models.CharField(max_length=200)
    recorded_at = fields.recorded_at()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "kind", "code", "version"], name="reason_version_unique"),
        ]


class ReasonUse(models.Model):
    """A reason code as it was said about something: which version, and in which words. Append-only."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=20)
    code = models.CharField(max_length=30)
    version = models.PositiveIntegerField()  # 0 is the shipped one
    subject = models.CharField(max_length=40)  # prefixed id
    said = models.CharField(max_length=300)
    at = models.DateTimeField()
    by_name = models.CharField(max_length=200)
    recorded_at = fields.recorded_at()

    class Meta:
        indexes = [
            models.Index(fields=["company", "kind", "code"], name="reason_use_code"),
            models.Index(fields=["company", "subject"], name="reason_use_subject"),
        ]


class Field(models.Model):
    """A field that the company added to customers, orders or invoices."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    thing = models.CharField(max_length=10, choices=[("customer", "Customer"), ("order", "Order"), ("invoice", "Invoice")])
    name = models.CharField(max_length=40)
    kind = models.CharField(
        max_length=10,
        choices=[
            ("text", "Text"),
            ("number", "Number"),
            ("amount", "Amount with currency"),
            ("date", "Date"),
            ("yes-no", "Yes or no"),
            ("choice", "One of a list"),
        ],
    )
    labels = models.JSONField()  # language → words
    helps = models.JSONField(default=dict)
    required = models.BooleanField(default=False)
    options = models.JSONField(default=list)  # of a choice: [value, {language: words}]
    least = models.CharField(max_length=40, blank=True)
    most = models.CharField(max_length=40, blank=True)
    decimals = models.PositiveSmallIntegerField(default=0)
    pattern = models.CharField(max_length=60, blank=True)
    place = models.PositiveSmallIntegerField(default=0)
    see_roles = ArrayField(models.CharField(max_length=20), default=list)  # empty: everybody who sees the thing
    edit_roles = ArrayField(models.CharField(max_length=20), default=list)
    copied_from = models.CharField(max_length=10, blank=True)  # customer or order: the field there of the same name
    retired_date = models.DateField(null=True)
    recorded_at = fields.recorded_at()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "thing", "name"], name="field_name_unique")]


class FieldValue(models.Model):
    """What one thing has in one field: the text as it is written outside, and the typed value where order matters.

    Values of invoices are never changed, by a trigger: an invoice is posted once.
    """

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    field = models.ForeignKey(Field, models.PROTECT, related_name="+", db_index=False)
    thing = models.CharField(max_length=10)
    subject = models.BigIntegerField()  # a customer's account, an order or an invoice
    text = models.CharField(max_length=500)
    number = models.DecimalField(max_digits=19, decimal_places=6, null=True)
    currency = fields.currency(blank=True, default="")
    date = models.DateField(null=True)
    recorded_at = fields.recorded_at()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "field", "subject"], name="field_value_unique"),
            models.CheckConstraint(condition=~Q(text=""), name="field_value_not_empty"),
        ]
        indexes = [
            models.Index(fields=["company", "thing", "subject"], name="field_value_subject"),
            models.Index("company", "field", OpClass(Lower("text"), name="text_pattern_ops"), "subject", name="field_value_text"),
            models.Index(fields=["company", "field", "number"], name="field_value_number", condition=Q(number__isnull=False)),
            models.Index(fields=["company", "field", "date"], name="field_value_date", condition=Q(date__isnull=False)),
            models.Index("company", "thing", OpClass(Lower("text"), name="text_pattern_ops"), name="field_value_search"),
        ]


class TextVersion(models.Model):
    """A text of a mail or document in one language, append-only: the newest counts; a shipped one takes back what was written."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=20)  # rules.TEXT_KINDS
    language = models.CharField(max_length=5)
    version = models.PositiveIntegerField()
    is_shipped = models.BooleanField(default=False)
    title = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    recorded_at = fields.recorded_at()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "kind", "language", "version"], name="text_version_unique"),
        ]
