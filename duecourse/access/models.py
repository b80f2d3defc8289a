"""Organisations, companies, people and keys. Read before a company is known, so not under row-level security."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from duecourse.core import fields


class Role(models.TextChoices):
    CREDIT_MANAGER = "credit-manager", "Credit manager"
    ORDER_DESK = "order-desk", "Order desk"
    BILLING = "billing", "Billing clerk"
    CASH_APPLICATION = "cash-application", "Cash-application clerk"
    COLLECTOR = "collector", "Collector"
    CONTROLLER = "controller", "Controller"
    CFO = "cfo", "CFO"
    ADMINISTRATOR = "administrator", "Administrator"


class Organisation(models.Model):
    """The whole business: it shares its customers among its companies."""

    name = models.CharField(max_length=200)


class Company(models.Model):
    """A legal entity with its own books, currency, time zone and holidays."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    tagline = models.CharField(max_length=200, blank=True)
    currency = fields.currency()
    country = models.CharField(max_length=2)
    time_zone = models.CharField(max_length=60)
    language = models.CharField(max_length=5, default="en")
    street = models.CharField(max_length=200, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=100, blank=True)
    tax_id = models.CharField(max_length=40, blank=True)
    register = models.CharField(max_length=100, blank=True)
    managing_director = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    is_demo = models.BooleanField(default=False)  # its mail goes to the outbox page only
    live_at = models.DateTimeField(null=True)  # before that nothing leaves the house
    opening_date = models.DateField(null=True)  # the first day that its books here tell of
    fiscal_year_month = models.PositiveSmallIntegerField(default=1, db_default=1)  # 1 January to 12 December
    mail_sender_name = models.CharField(max_length=100, blank=True, db_default="")
    mail_sender = models.EmailField(blank=True, db_default="")
    mail_reply_to = models.EmailField(blank=True, db_default="")
    logo_digest = models.CharField(max_length=64, blank=True, db_default="")  # the bytes lie in the store of documents
    logo_media_type = models.CharField(max_length=40, blank=True, db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "code"], name="company_code_unique")]


class UserManager(BaseUserManager["User"]):
    """What allauth and Django's log-in need to find people."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A person who logs in by e-mail."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200)
    language = models.CharField(max_length=5, default="en")
    is_active = models.BooleanField(default=True)
    keys_enabled = models.BooleanField(default=True)  # single-letter keys, WCAG 2.1.4

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = UserManager()

    def get_full_name(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's role in one company; one person may hold several."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    role = models.CharField(max_length=20, choices=Role.choices)
    granted_by_id = models.BigIntegerField(null=True)
    recorded_at = fields.recorded_at()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "user", "role"], name="membership_unique")]


class Invitation(models.Model):
    """An offer of a role by e-mail; the token is kept as its hash, used once, for seven days."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    email = models.EmailField()
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=20, choices=Role.choices)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    recorded_at = fields.recorded_at()


class FoundingLink(models.Model):
    """Leave to found an organisation, for whoever has the link; the token is kept as its hash, used once, for a day."""

    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)


class ApiKey(models.Model):
    """A program's key: shown once, kept as its hash, bound to a company, with scopes and an end."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=80))
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    requests_max = models.PositiveIntegerField(default=100, db_default=100)  # in one minute
    minute = models.DateTimeField(null=True)  # the one that `requests` were counted in
    requests = models.PositiveIntegerField(default=0, db_default=0)
    recorded_at = fields.recorded_at()


class WebhookEndpoint(models.Model):
    """Where events are told to another system. Of its secret only the salt is kept: what it is made from besides is not in here."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    url = models.CharField(max_length=500)
    description = models.CharField(max_length=200, blank=True)
    events = ArrayField(models.CharField(max_length=100), default=list)  # names, or a room's `credit.*`; empty: all
    state = models.CharField(
        max_length=10, choices=[("active", "Active"), ("paused", "Paused"), ("disabled", "Disabled")], default="active"
    )
    state_reason = models.CharField(max_length=200, blank=True)
    salt = models.CharField(max_length=64)
    salt_before = models.CharField(max_length=64, blank=True)  # of the secret that was rotated away
    salt_before_until = models.DateTimeField(null=True)  # both sign until then
    failing_since = models.DateTimeField(null=True)  # the first of the failures since the last success
    is_failing = models.BooleanField(default=False)  # a message was given up, and none went through since
    delivered_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    recorded_at = fields.recorded_at()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "url"], name="webhook_endpoint_url", condition=~Q(state="disabled"))
        ]


class WebhookMessage(models.Model):
    """One event for one endpoint: the bytes that are signed and sent, the same at every attempt."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    endpoint = models.ForeignKey(WebhookEndpoint, models.PROTECT, related_name="+")
    event_id = models.BigIntegerField(null=True)  # none: a test
    name = models.CharField(max_length=100)
    body = models.TextField()
    state = models.CharField(
        max_length=10, choices=[("waiting", "Waiting"), ("delivered", "Delivered"), ("failed", "Failed")], default="waiting"
    )
    attempts = models.PositiveSmallIntegerField(default=0)  # since it was queued or replayed
    next_attempt_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    response_code = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    recorded_at = fields.recorded_at()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "endpoint", "event_id"], name="webhook_message_event"),
        ]
        indexes = [
            models.Index(fields=["company", "endpoint", "-id"], name="webhook_message_newest"),
            models.Index(
                fields=["company", "endpoint", "next_attempt_at", "id"], name="webhook_message_due", condition=Q(state="waiting")
            ),
        ]


class WebhookAttempt(models.Model):
    """One time that a message was sent, and what came back."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    message = models.ForeignKey(WebhookMessage, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    response_code = models.PositiveSmallIntegerField(null=True)
    duration_ms = models.PositiveIntegerField()
    error = models.CharField(max_length=300, blank=True)
    response_body = models.TextField(blank=True)
    recorded_at = fields.recorded_at()

    class Meta:
        indexes = [models.Index(fields=["company", "message", "id"], name="webhook_attempt_message")]


class SavedView(models.Model):
    """Filters, sort and tab of a list under a name: a person's own, or shared with the company."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")  # whose it is
    list_name = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000, blank=True)  # as in an address, normal: known parameters, sorted
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)  # kept, so that it can be brought back
    recorded_at = fields.recorded_at()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "user", "list_name", "name"], name="saved_view_name", condition=Q(deleted_at__isnull=True)
            )
        ]
        indexes = [models.Index(fields=["company", "list_name"], name="saved_view_list", condition=Q(deleted_at__isnull=True))]


class FirstView(models.Model):
    """The view that a person's list opens with, where it is not the standard one."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    list_name = models.CharField(max_length=40)
    view = models.ForeignKey(SavedView, models.PROTECT, related_name="+")
    recorded_at = fields.recorded_at()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "user", "list_name"], name="first_view_unique")]
