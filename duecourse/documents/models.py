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
        choices=[("queued", "Queued"), ("sent", "Sent"), ("failed", "Failed"), ("shown", "Shown on the outbox page only")],
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
