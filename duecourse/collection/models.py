"""What was said to whom, who collects from whom, by which policy, and the ranked list that follows from it."""

from django.db import models
from django.db.models import Q

from duecourse.access.models import Company, User
from duecourse.core import fields
from duecourse.customers.models import CustomerAccount
from duecourse.receivables.models import OpenItem

CHANNELS = [
    ("call", "Call"),
    ("email", "E-mail"),
    ("letter", "Letter"),
    ("visit", "Visit"),
    ("other", "Other"),
]
OUTCOMES = [
    ("will-pay", "Reached, will pay"),
    ("promise", "Promised to pay"),
    ("paid", "Says it is paid"),
    ("dispute", "Disputes"),
    ("no-answer", "No answer"),
    ("call-back", "Call back"),
    ("wrong-number", "Wrong number"),
    ("sent", "Sent"),
    ("note", "Note"),
    ("snoozed", "Put aside"),
    ("withdrawn", "Taken back"),
]


class ContactEntry(models.Model):
    """One line of the contact log: never changed, corrected only by an entry that follows it."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    customer_account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+", db_index=False)
    corrects = models.OneToOneField("self", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    contact_date = models.DateField()  # the company's business day
    channel = models.CharField(max_length=8, choices=CHANNELS)
    direction = models.CharField(max_length=3, choices=[("out", "From us"), ("in", "To us")], default="out")
    outcome = models.CharField(max_length=12, choices=OUTCOMES)
    text = models.CharField(max_length=2000, blank=True)
    person = models.CharField(max_length=200, blank=True)  # who was spoken to, copied
    next_date = models.DateField(null=True)  # when to come back to it
    promised_amount = fields.amount(null=True)
    promised_currency = fields.currency(blank=True)
    promise_date = models.DateField(null=True)  # by when
    by_id = models.BigIntegerField()
    by_name = models.CharField(max_length=200)
    recorded_at = fields.recorded_at()
    transaction_id = fields.transaction_id()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="promise", promised_amount__gt=0, promise_date__isnull=False) & ~Q(promised_currency="")
                | ~Q(outcome="promise") & Q(promised_amount__isnull=True, promise_date__isnull=True, promised_currency=""),
                name="contact_entry_promise_complete",
            ),
            models.CheckConstraint(condition=Q(outcome="withdrawn") ^ Q(corrects__isnull=True), name="contact_entry_corrects"),
        ]
        indexes = [
            models.Index(fields=["company", "customer_account", "-id"], name="contact_entry_account"),
            models.Index(fields=["company", "contact_date"], name="contact_entry_day"),
            models.Index(fields=["company", "next_date"], name="contact_entry_next", condition=Q(next_date__isnull=False)),
        ]


class ContactItem(models.Model):
    """An open item that was talked about, with what was open of it then."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    entry = models.ForeignKey(ContactEntry, models.PROTECT, related_name="+")
    item = models.ForeignKey(OpenItem, models.PROTECT, related_name="+")
    currency = fields.currency()
    open_amount = fields.amount()


class CollectionPolicy(models.Model):
    """What is worth a contact and when one comes back to it, as data, by version."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    valid_from = models.DateField()
    rules = models.JSONField()  # see collection.rules.Policy
    by_name = models.CharField(max_length=200)
    recorded_at = fields.recorded_at()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "version"], name="collection_policy_version_unique")]


class Collector(models.Model):
    """Who collects from a customer account; an account without a row is anybody's."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    customer_account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+", db_index=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "customer_account"], name="collector_one_per_account")]


class Absence(models.Model):
    """A collector who is away until before a day, and who works their list meanwhile."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    substitute = models.ForeignKey(User, models.PROTECT, related_name="+")
    from_date = models.DateField()
    until_date = models.DateField()
    by_name = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until_date__gt=models.F("from_date")), name="absence_has_days"),
            models.CheckConstraint(condition=~Q(user=models.F("substitute")), name="absence_somebody_else"),
        ]


class WorklistRow(models.Model):
    """One account's place in the worklist as last ranked: a stored result, made anew by rank_accounts, never by hand."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    customer_account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+", db_index=False)
    collector = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    ranked_date = models.DateField()
    policy_version = models.PositiveIntegerField()
    priority = models.DecimalField(max_digits=25, decimal_places=4)  # amount × days
    items = models.IntegerField()
    overdue = fields.amount()
    collectible = fields.amount()
    disputed = fields.amount()
    promised = fields.amount()
    blocked = fields.amount()
    on_account = fields.amount()
    days_late = models.IntegerField()  # on average over what is collectible, by amount
    oldest_due = models.DateField()
    broken_date = models.DateField(null=True)  # the day of the last promise, where it was not kept
    contact_date = models.DateField(null=True)  # of the last contact that counts
    outcome = models.CharField(max_length=12, blank=True)
    next_date = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "customer_account"], name="worklist_row_account")]
        indexes = [
            models.Index(fields=["company", "-priority", "customer_account"], name="worklist_rank"),
            models.Index(fields=["company", "collector", "-priority", "customer_account"], name="worklist_rank_mine"),
            models.Index(fields=["company", "contact_date"], name="worklist_contacted"),
        ]
