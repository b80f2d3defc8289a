"""Money received, what it may pay, and what it was applied to."""

from django.db import models
from django.db.models import Q

from duecourse.access.models import Company
from duecourse.bank.models import BankLine
from duecourse.core import fields
from duecourse.customers.models import CustomerAccount
from duecourse.ledger.models import BankAccount
from duecourse.receivables.models import Clearing, OpenItem

PAYMENT_STATES = [
    ("new", "New"),  # no proposals yet
    ("confirm", "Confirm"),  # a proposal waits for a person
    ("work", "Work"),  # nothing fits
    ("later", "Later"),
    ("on-account", "On account"),
    ("applied", "Applied"),
    ("not-receivable", "Not a customer's payment"),
]


class Payment(models.Model):
    """One receipt: a bank line or a payment recorded by hand."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    number = models.CharField(max_length=20)
    bank_line = models.OneToOneField(BankLine, models.PROTECT, null=True, related_name="+")
    bank_account = models.ForeignKey(BankAccount, models.PROTECT, related_name="+", db_index=False)
    booking_date = models.DateField()
    value_date = models.DateField()
    currency = fields.currency()
    amount = fields.amount()
    company_amount = fields.amount()  # what waits in cash clearing for it, at the rate of its booking date
    payer_name = models.CharField(max_length=200, blank=True)
    payer_account = models.CharField(max_length=40, blank=True)
    structured_reference = models.CharField(max_length=100, blank=True)
    remittance = models.TextField(blank=True)
    state = models.CharField(max_length=16, choices=PAYMENT_STATES, default="new")
    customer_account = models.ForeignKey(CustomerAccount, models.PROTECT, null=True, related_name="+", db_index=False)
    item = models.ForeignKey(OpenItem, models.PROTECT, null=True, related_name="+")  # its open item once a customer is known
    recorded_at = fields.recorded_at()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="payment_number_unique"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_positive"),
        ]
        indexes = [
            models.Index(fields=["company", "state", "-value_date", "-id"], name="payment_state"),
            models.Index(fields=["company", "customer_account", "-value_date"], name="payment_customer"),
            models.Index(fields=["company", "-value_date", "-id"], name="payment_newest"),
        ]


class Proposal(models.Model):
    """What a payment may pay, with reasons; made anew whenever the facts move."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField()
    decision = models.CharField(max_length=8, choices=[("post", "Post"), ("suggest", "Suggest"), ("none", "None")])
    tier = models.CharField(max_length=40)
    customer_account = models.ForeignKey(CustomerAccount, models.PROTECT, null=True, related_name="+", db_index=False)
    confidence = models.DecimalField(max_digits=5, decimal_places=4)
    lines = models.JSONField()  # [[item prefixed id, applied, residual kind, residual amount]]
    reasons = models.JSONField()
    hits = models.JSONField(default=list)  # [[kind, start, end, [item prefixed ids]]]: what the remittance text names
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["payment", "rank"], name="proposal_rank_unique")]


class Application(models.Model):
    """A payment applied to items by one clearing; undone by another clearing, never deleted."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="+")
    clearing = models.OneToOneField(Clearing, models.PROTECT, related_name="+")
    tier = models.CharField(max_length=40)  # by which rule, or 'hand'
    posted_alone = models.BooleanField(default=False)
    reasons = models.JSONField(default=list)
    undone_by = models.OneToOneField(Clearing, models.PROTECT, null=True, related_name="+")
    undone_reason = models.CharField(max_length=300, blank=True)
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    recorded_at = fields.recorded_at()
