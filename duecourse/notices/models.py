"""What somebody is to do, and what somebody should know."""

from django.db import models
from django.db.models import Q

from duecourse.access.models import Company, Role, User
from duecourse.core import fields


class PersonTask(models.Model):
    """Something that a person, or whoever holds a role, is to do about a thing. Its title is a reason, put into words when it is read."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    subject = models.CharField(max_length=40)  # prefixed id of what it is about
    key = models.CharField(max_length=100, blank=True)  # what it was made for; once as long as it is open
    title = models.JSONField()  # core.reasons.to_json
    owner_user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    owner_role = models.CharField(max_length=20, choices=Role.choices, blank=True)
    from_user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")  # who had it before it was handed over
    from_role = models.CharField(max_length=20, blank=True)
    due_date = models.DateField(null=True)
    state = models.CharField(
        max_length=12, choices=[("open", "Open"), ("handed-over", "Handed over"), ("done", "Done")], default="open"
    )
    note = models.CharField(max_length=300, blank=True)  # what whoever handed it over said
    created_by_id = models.BigIntegerField()
    created_by_name = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    done_by_name = models.CharField(max_length=200, blank=True)
    done_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=300, blank=True)
    recorded_at = fields.recorded_at()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(owner_user__isnull=True) ^ Q(owner_role=""), name="person_task_one_owner"),
            models.CheckConstraint(condition=~Q(state="done") ^ Q(done_at__isnull=False), name="person_task_done_at"),
            models.UniqueConstraint(
                fields=["company", "key"], condition=~Q(state="done") & ~Q(key=""), name="person_task_key_once"
            ),
        ]
        indexes = [
            models.Index(fields=["company", "owner_user", "due_date"], name="person_task_user", condition=~Q(state="done")),
            models.Index(fields=["company", "owner_role", "due_date"], name="person_task_role", condition=~Q(state="done")),
            models.Index(fields=["company", "subject"], name="person_task_subject"),
            models.Index(fields=["company", "-done_at"], name="person_task_done", condition=Q(state="done")),
        ]


class Notice(models.Model):
    """What happened, for one person; it stays until it is read, and can be found afterwards."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    subject = models.CharField(max_length=40)
    key = models.CharField(max_length=100)  # what it was made from: the same is told once
    kind = models.CharField(max_length=8, choices=[("good", "Good"), ("watch", "Needs a look"), ("bad", "Bad")], blank=True)
    words = models.JSONField()  # core.reasons.to_json
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    recorded_at = fields.recorded_at()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "user", "key"], name="notice_once")]
        indexes = [
            models.Index(fields=["company", "user", "-at", "-id"], name="notice_newest"),
            models.Index(fields=["company", "user"], name="notice_unread", condition=Q(read_at__isnull=True)),
        ]
