"""Documents by content, and dispatches: what left the house, to whom, with which proof."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from duecourse.access.models import Company
from duecourse.core import fields


class Document(models.Model):
    """A kept file: its bytes lie in the store under their hash, made before this row."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)  # invoice-pdf, bank-file, …
    subject = models.CharField(max_length=40)  # prefixed id
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)  # SHA-256
    size = models.BigIntegerField()
    recorded_at = fields.recorded_at()

    class Meta:
        indexes = [models.Index(fields=["company", "subject"], name="document_subject")]


class Dispatch(models.Model):
    """A mail to be sent by jobs/deliver; recipients are copied, so that it shows where it really went."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    subject_ref = models.CharField(max_length=40)  # prefixed id of what it is about
    kind = models.CharField(max_length=20)  # invoice, credit-note, invitation
    channel = models.CharField(max_length=10, choices=[("email", "E-mail")], default="email")
    recipients = ArrayField(models.EmailField())
    title = models.CharField(max_length=200)
    body = models.TextField()
    attachments = ArrayField(models.CharField(max_length=60), default=list)  # what to make when it is sent: invoice-pdf
    state = models.CharField(
        max_length=10,
        choices=[
            ("queued", "Queued"),
            ("held", "Waits for go-live"),
            ("sent", "Sent"),
            ("failed", "Failed"),
            ("dropped", "Ended unsent"),
            ("shown", "Shown on the outbox page only"),
        ],
        default="queued",
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=500, blank=True)
    message_id = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    recorded_at = fields.recorded_at()

    class Meta:
        indexes = [
            models.Index(fields=["company", "-created_at", "-id"], name="dispatch_newest"),
            models.Index(fields=["company", "next_attempt_at"], name="dispatch_queued", condition=Q(state="queued")),
            models.Index(fields=["company", "subject_ref"], name="dispatch_subject"),
        ]


class TakeOver(models.Model):
    """A file of another system on its way into the rooms: what its columns are, what taking it would do, and who let it in."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)  # customers, products, open-items, balances, history
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)  # SHA-256 of the file in the store
    size = models.BigIntegerField()
    system = models.CharField(max_length=20)  # the outside system whose ids these are
    state = models.CharField(
        max_length=10,
        choices=[
            ("reading", "Reading"),
            ("open", "To look at"),
            ("sent", "Waits to be confirmed"),
            ("taking", "Taking over"),
            ("taken", "Taken over"),
            ("discarded", "Discarded"),
            ("refused", "Refused"),
        ],
        default="reading",
    )
    mapping = models.JSONField(default=dict)  # place of a column → field
    options = models.JSONField(default=dict)
    found = models.JSONField(default=dict)  # what the file holds: format, columns, samples, guesses
    outcome = models.JSONField(default=dict)  # what taking it would do, or did
    error = models.JSONField(default=dict)
    rejects_digest = models.CharField(max_length=64, blank=True)  # the rejected rows as a file in the store
    task_id = models.BigIntegerField(null=True)  # core's task that shows how far it is
    by_id = models.BigIntegerField()
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    confirmed_by_name = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True)
    recorded_at = fields.recorded_at()

    class Meta:
        indexes = [
            models.Index(fields=["company", "-id"], name="take_over_newest"),
            models.Index(fields=["company", "kind", "digest"], name="take_over_digest"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "kind", "digest"],
                condition=Q(state__in=["reading", "open", "sent", "taking"]),
                name="take_over_once_at_a_time",
            )
        ]


class ColumnMapping(models.Model):
    """What the columns of a file are, kept by the fingerprint of its heads and offered when they come again."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    fingerprint = models.CharField(max_length=64)  # SHA-256 of the heads
    mapping = models.JSONField()
    options = models.JSONField()
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    recorded_at = fields.recorded_at()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "kind", "fingerprint"], name="column_mapping_unique")]
