"""Tables that serve every room: events, reader cursors, idempotency keys, number series, external ids, tasks."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from duecourse.core import fields


class Event(models.Model):
    """What happened, append-only: audit trail, activity feed, webhook feed and process log at once."""

    company_id = models.BigIntegerField()
    name = models.CharField(max_length=80)  # room.noun-verbed
    subjects = ArrayField(models.TextField())  # prefixed ids of everything it is about
    facts = models.JSONField(default=dict)
    decision = models.JSONField(null=True)
    policy_version = models.CharField(max_length=40, blank=True)
    by_kind = models.CharField(max_length=8)
    by_id = models.BigIntegerField()
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()  # the business instant, from the call
    recorded_at = fields.recorded_at()
    transaction_id = fields.transaction_id()

    class Meta:
        indexes = [
            GinIndex(fields=["subjects"], name="event_subjects"),
            models.Index(fields=["company_id", "transaction_id", "id"], name="event_reader"),
            models.Index(fields=["company_id", "at", "id"], name="event_at"),
            models.Index(fields=["company_id", "name", "at"], name="event_name"),
        ]


class ReaderCursor(models.Model):
    """How far a named journal reader has come in one company."""

    company_id = models.BigIntegerField()
    reader = models.CharField(max_length=60)
    transaction_id = fields.TransactionIdField()
    event_id = models.BigIntegerField()
    moved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company_id", "reader"], name="reader_cursor_unique")]


class IdempotencyKey(models.Model):
    """The first answer to a request that carried an Idempotency-Key, kept with the hash of its input."""

    company_id = models.BigIntegerField()
    key = models.CharField(max_length=255)
    input_hash = models.CharField(max_length=64)
    status = models.SmallIntegerField()
    answer = models.JSONField()
    recorded_at = fields.recorded_at()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company_id", "key"], name="idempotency_key_unique")]


class NumberSeries(models.Model):
    """A gapless series: the next number of one kind of document in one year."""

    company_id = models.BigIntegerField()
    series = models.CharField(max_length=20)
    year = models.SmallIntegerField()
    next_number = models.BigIntegerField(default=1)
    first_number = models.BigIntegerField(default=1, db_default=1)  # where a company that moved in went on
    last_date = models.DateField(null=True)  # numbers follow dates within a series where the law asks for it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company_id", "series", "year"], name="number_series_unique")]


class NumberPrefix(models.Model):
    """What a company's numbers of one kind begin with, where it is not the usual; numbers that were given keep theirs."""

    company_id = models.BigIntegerField()
    series = models.CharField(max_length=20)
    prefix = models.CharField(max_length=8)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company_id", "series"], name="number_prefix_unique"),
            models.UniqueConstraint(fields=["company_id", "prefix"], name="number_prefix_of_one_series"),
        ]


class ExternalId(models.Model):
    """An outside system's id for something of ours: unique per system and company, for ever."""

    company_id = models.BigIntegerField()
    system = models.CharField(max_length=40)
    kind = models.CharField(max_length=20)
    external_id = models.CharField(max_length=200)
    subject = models.CharField(max_length=40)  # our prefixed id
    recorded_at = fields.recorded_at()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company_id", "system", "kind", "external_id"], name="external_id_unique")]
        indexes = [models.Index(fields=["company_id", "subject"], name="external_id_subject")]


class Invariant(models.Model):
    """The verifier's last word per company and invariant; a failed one that guards posting halts posting."""

    company_id = models.BigIntegerField()
    name = models.CharField(max_length=60)
    holds = models.BooleanField()
    guards_posting = models.BooleanField(default=True)
    checked = models.BigIntegerField(default=0)  # rows looked at
    broken = models.JSONField(default=list)  # the first ten offenders, in words
    checked_at = models.DateTimeField()
    failing_since = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company_id", "name"], name="invariant_unique")]


class Task(models.Model):
    """Work that a job does for somebody: how far it is, what came of it, or why nothing did."""

    company_id = models.BigIntegerField()
    kind = models.CharField(max_length=40)  # bank-file
    subject = models.CharField(max_length=200)  # what it is about, in words: the file's name
    state = models.CharField(
        max_length=8,
        choices=[("queued", "Queued"), ("running", "Running"), ("done", "Done"), ("failed", "Failed")],
        default="queued",
    )
    step = models.CharField(max_length=40, blank=True)
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    result = models.JSONField(null=True)
    error = models.JSONField(null=True)  # code, message, details of the refusal
    by_id = models.BigIntegerField()
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    moved_at = models.DateTimeField()
    seen = models.BooleanField(default=False)  # its end was read by who started it

    class Meta:
        indexes = [models.Index(fields=["company_id", "kind", "-id"], name="task_newest")]
