"""Open items and what happened to them, on two time axes: value date and recorded instant."""

from django.db import models
from django.db.models import F, Q

from duecourse.access.models import Company
from duecourse.core import fields
from duecourse.customers.models import CustomerAccount
from duecourse.ledger.models import JournalEntry

ITEM_KINDS = [
    ("invoice", "Invoice"),
    ("credit-note", "Credit note"),
    ("payment", "Payment on account"),
    ("debit-note", "Debit note"),
    ("refund", "Refund"),
]
CAUSES = [
    ("payment", "Payment"),
    ("credit", "Credit note"),
    ("discount", "Cash discount"),
    ("bank-charge", "Bank charge"),
    ("write-off", "Write-off"),
    ("rounding", "Rounding"),
]


class OpenItem(models.Model):
    """What a customer owes (positive) or is owed (negative). Only the stored rest may change, and the verifier recomputes it."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    customer_account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+", db_index=False)
    entry = models.ForeignKey(JournalEntry, models.PROTECT, null=True, related_name="+", db_index=False)
    kind = models.CharField(max_length=12, choices=ITEM_KINDS)
    number = models.CharField(max_length=60)
    source = models.CharField(max_length=40)  # prefixed id of the document behind it
    reference = models.CharField(max_length=40, blank=True)  # ISO 11649
    purchase_order = models.CharField(max_length=60, blank=True)
    order_number = models.CharField(max_length=60, blank=True)
    issue_date = models.DateField()
    due_date = models.DateField()
    currency = fields.currency()
    amount = fields.amount()
    company_amount = fields.amount()  # at the rate of its booking
    discount_percent = fields.percent(null=True)
    discount_until = models.DateField(null=True)
    tax_breakdown = models.JSONField(default=list)  # [[category, percent, base, tax]]: what a discount has to correct
    open_amount = fields.amount()
    open_company_amount = fields.amount()
    closed_date = models.DateField(null=True)  # the value date that brought it to zero
    recorded_at = fields.recorded_at()
    transaction_id = fields.transaction_id()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "source", "number"], name="open_item_source_unique"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, open_amount__gte=0, open_amount__lte=F("amount"))
                | Q(amount__lt=0, open_amount__lte=0, open_amount__gte=F("amount")),
                name="open_item_between_zero_and_amount",
            ),
            models.CheckConstraint(condition=Q(open_amount=0) ^ Q(closed_date__isnull=True), name="open_item_closed_when_zero"),
        ]
        indexes = [
            # What ageing reads, all in the index: a million open items by customer without touching the table.
            models.Index(
                fields=["company", "customer_account", "currency", "due_date"],
                include=["issue_date", "open_amount", "open_company_amount"],
                name="open_item_ages",
                condition=~Q(open_amount=0),
            ),
            models.Index(fields=["company", "issue_date"], include=["kind", "company_amount"], name="open_item_issued"),
            models.Index(fields=["company", "customer_account", "issue_date"], name="open_item_account"),
            models.Index(fields=["company", "due_date", "id"], name="open_item_due", condition=~Q(open_amount=0)),
            models.Index(fields=["company", "closed_date"], name="open_item_closed", condition=Q(open_amount=0)),
            models.Index(fields=["company", "number"], name="open_item_number"),
            models.Index(fields=["company", "reference"], name="open_item_reference", condition=~Q(reference="")),
        ]


class AccountSum(models.Model):
    """What is open on an account in one currency, by age as on `aged_on`: kept by triggers on open items, recomputed by the verifier."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    customer_account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+", db_index=False)
    currency = fields.currency()
    aged_on = models.DateField()
    items = models.IntegerField()
    open_amount = fields.amount()
    open_company_amount = fields.amount()
    overdue_company_amount = fields.amount()  # due before aged_on: all of the four below together
    late_30 = fields.amount()  # 1 to 30 days late, in the company's currency; and so on
    late_60 = fields.amount()
    late_90 = fields.amount()
    late_more = fields.amount()
    is_split = models.BooleanField(default=False)  # the account has sums in other currencies beside this one

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "customer_account", "currency"], name="account_sum_unique"),
        ]
        indexes = [models.Index(fields=["company", "aged_on"], name="account_sum_aged")]


class DocumentSum(models.Model):
    """What documents of one kind, currency and due date come to: several rows for the same add up, and a job makes them one.

    Triggers on open items add a row with every change; nobody waits for another's. The verifier recomputes it.
    """

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=12, choices=ITEM_KINDS)
    currency = fields.currency()
    due_date = models.DateField()
    documents = models.IntegerField()
    amount = fields.amount()
    open_documents = models.IntegerField()
    open_documents_amount = fields.amount()  # what the open ones came to
    open_amount = fields.amount()  # what is left of them

    class Meta:
        indexes = [models.Index(fields=["company", "due_date"], name="document_sum_due")]


class Clearing(models.Model):
    """What cleared items together, with its entry; undone by another clearing that reverses it."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    value_date = models.DateField()
    entry = models.ForeignKey(JournalEntry, models.PROTECT, null=True, related_name="+")
    reversal_of = models.OneToOneField("self", models.PROTECT, null=True, related_name="+")
    cause = models.CharField(max_length=40, blank=True)  # why it was undone
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    recorded_at = fields.recorded_at()
    transaction_id = fields.transaction_id()


class Allocation(models.Model):
    """How much of an item a clearing took away: the item's sign, negative to it when it is given back."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    clearing = models.ForeignKey(Clearing, models.PROTECT, related_name="+")
    item = models.ForeignKey(OpenItem, models.PROTECT, related_name="+", db_index=False)
    cause = models.CharField(max_length=12, choices=CAUSES)
    amount = fields.amount()
    company_amount = fields.amount()  # the item's booked share, so that the last one snaps to zero
    value_date = models.DateField()
    recorded_at = fields.recorded_at()
    transaction_id = fields.transaction_id()

    class Meta:
        indexes = [
            models.Index(
                fields=["company", "value_date"], include=["item", "cause", "amount", "company_amount"], name="allocation_since"
            ),
            models.Index(fields=["company", "item"], name="allocation_item"),
        ]


class Mark(models.Model):
    """Something said about an item from above: promised, disputed, blocked, on a plan, dunning level. Ended, never edited."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    item = models.ForeignKey(OpenItem, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    amount = fields.amount(null=True)
    value = models.CharField(max_length=100, blank=True)
    from_date = models.DateField()
    until_date = models.DateField(null=True)
    ends = models.OneToOneField("self", models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=40, blank=True)
    subject = models.CharField(max_length=40, blank=True)
    recorded_at = fields.recorded_at()
    transaction_id = fields.transaction_id()
