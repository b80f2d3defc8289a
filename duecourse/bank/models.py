"""Bank files as sent, their statements, and each line once."""

from django.db import models
from django.db.models import Q

from duecourse.access.models import Company
from duecourse.core import fields
from duecourse.ledger.models import BankAccount, JournalEntry


class BankFile(models.Model):
    """A file from a bank, known by its digest whatever its name."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    format = models.CharField(max_length=20)
    size = models.BigIntegerField()
    lines_read = models.IntegerField()
    lines_new = models.IntegerField()
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    recorded_at = fields.recorded_at()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "digest"], name="bank_file_digest_unique")]


class Statement(models.Model):
    """One statement of one account: its balances tie to its lines."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    file = models.ForeignKey(BankFile, models.PROTECT, related_name="+")
    bank_account = models.ForeignKey(BankAccount, models.PROTECT, related_name="+")
    statement_id = models.CharField(max_length=60, blank=True)
    from_date = models.DateField(null=True)
    to_date = models.DateField(null=True)
    currency = fields.currency()
    opening_balance = fields.amount(null=True)
    closing_balance = fields.amount(null=True)
    follows = models.BooleanField(null=True)  # continues the statement before it; None when that cannot be told
    recorded_at = fields.recorded_at()

    class Meta:
        indexes = [models.Index(fields=["company", "bank_account", "-to_date", "-id"], name="statement_newest")]


class BankLine(models.Model):
    """One booked movement: money in positive, money out negative."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="+")
    bank_account = models.ForeignKey(BankAccount, models.PROTECT, related_name="+", db_index=False)
    identity = models.CharField(max_length=64)  # bank.rules.line_identities
    occurrence = models.PositiveSmallIntegerField()  # of equal lines on a day, which one
    part = models.PositiveSmallIntegerField(default=1)  # of a line that the bank batched, which payment
    booking_date = models.DateField()
    value_date = models.DateField()
    currency = fields.currency()
    amount = fields.amount()
    company_amount = fields.amount()  # at the rate of its booking date
    is_reversal = models.BooleanField(default=False)
    counterparty_name = models.CharField(max_length=200, blank=True)
    counterparty_account = models.CharField(max_length=40, blank=True)
    end_to_end_id = models.CharField(max_length=100, blank=True)
    structured_reference = models.CharField(max_length=100, blank=True)
    bank_reference = models.CharField(max_length=100, blank=True)
    type_code = models.CharField(max_length=60, blank=True)
    remittance = models.TextField(blank=True)
    charges = fields.amount(null=True)
    entry = models.ForeignKey(JournalEntry, models.PROTECT, null=True, related_name="+", db_index=False)
    recorded_at = fields.recorded_at()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "bank_account", "identity", "occurrence", "part"], name="bank_line_once"),
            models.CheckConstraint(condition=Q(occurrence__gte=1, part__gte=1), name="bank_line_occurrence_positive"),
        ]
        indexes = [models.Index(fields=["company", "bank_account", "booking_date"], name="bank_line_date")]
