"""Credit accounts, limits over time, what orders reserve, and every decision with its evidence."""

from django.db import models
from django.db.models import F, Q

from duecourse.access.models import Company
from duecourse.core import fields
from duecourse.customers.models import CustomerAccount


class CreditAccount(models.Model):
    """What a limit is set for: one or more customer accounts, perhaps below a group's credit account."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    currency = fields.currency()
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(parent=F("id")), name="credit_account_not_own_parent")]


class CreditMember(models.Model):
    """A customer account belongs to exactly one credit account."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    credit_account = models.ForeignKey(CreditAccount, models.PROTECT, related_name="+")
    customer_account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "customer_account"], name="credit_member_unique")]


class CreditLimit(models.Model):
    """A limit from a date on, append-only: the newest row valid on a day counts. No amount means no limit set, not zero."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    credit_account = models.ForeignKey(CreditAccount, models.PROTECT, related_name="+")
    amount = fields.amount(null=True)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    reason = models.CharField(max_length=300)
    by_name = models.CharField(max_length=200)
    recorded_at = fields.recorded_at()

    class Meta:
        indexes = [models.Index(fields=["company", "credit_account", "-valid_from", "-id"], name="credit_limit_newest")]
        constraints = [
            models.CheckConstraint(condition=Q(amount__isnull=True) | Q(amount__gte=0), name="credit_limit_not_negative")
        ]


class OrderPolicy(models.Model):
    """The rules that decide orders, as data, by version."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=60)
    valid_from = models.DateField()
    rules = models.JSONField()  # see credit.rules.OrderPolicy
    by_name = models.CharField(max_length=200)
    recorded_at = fields.recorded_at()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "version"], name="order_policy_version_unique")]


class Reservation(models.Model):
    """What one order takes of the credit: its open part and what is delivered but not billed, gross."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    credit_account = models.ForeignKey(CreditAccount, models.PROTECT, related_name="+", db_index=False)
    customer_account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+", db_index=False)
    order_ref = models.CharField(max_length=40)  # the order's prefixed id
    order_number = models.CharField(max_length=20)
    currency = fields.currency()
    open_order = fields.amount(default=0)
    delivered = fields.amount(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "order_ref"], name="reservation_order_unique"),
            models.CheckConstraint(condition=Q(open_order__gte=0, delivered__gte=0), name="reservation_not_negative"),
        ]
        indexes = [
            models.Index(
                fields=["company", "credit_account"], name="reservation_open", condition=~Q(open_order=0) | ~Q(delivered=0)
            )
        ]


class CreditCheck(models.Model):
    """One decision about one order with everything it was based on; append-only, so that it can be replayed."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    credit_account = models.ForeignKey(CreditAccount, models.PROTECT, related_name="+")
    customer_account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+")
    order_ref = models.CharField(max_length=40)
    order_number = models.CharField(max_length=20)
    currency = fields.currency()
    amount = fields.amount()
    result = models.CharField(max_length=10, choices=[("accepted", "Accepted"), ("held", "On hold")])
    reasons = models.JSONField()
    facts = models.JSONField()  # standings of the account and its ancestors, rates used
    policy_version = models.PositiveIntegerField()
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    recorded_at = fields.recorded_at()

    class Meta:
        indexes = [models.Index(fields=["company", "order_ref", "-id"], name="credit_check_order")]


class Hold(models.Model):
    """An order that waits for a credit decision, and the decision."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    check_made = models.ForeignKey(CreditCheck, models.PROTECT, related_name="+")
    credit_account = models.ForeignKey(CreditAccount, models.PROTECT, related_name="+")
    customer_account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+")
    order_ref = models.CharField(max_length=40)
    order_number = models.CharField(max_length=20)
    currency = fields.currency()
    amount = fields.amount()
    state = models.CharField(
        max_length=10,
        choices=[("open", "On hold"), ("released", "Released"), ("rejected", "Rejected"), ("ended", "Ended")],
        default="open",
    )
    held_by_id = models.BigIntegerField()  # whose order it was: may not release it
    held_by_name = models.CharField(max_length=200)
    held_at = models.DateTimeField()
    decided_by_id = models.BigIntegerField(null=True)
    decided_by_name = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.CharField(max_length=300, blank=True)
    released_amount = fields.amount(null=True)
    released_until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "order_ref"], condition=Q(state="open"), name="hold_one_open_per_order"),
            models.CheckConstraint(
                condition=~Q(decided_by_id=F("held_by_id")) | ~Q(state="released"), name="hold_not_own_release"
            ),
            models.CheckConstraint(condition=Q(state="open") ^ Q(decided_at__isnull=False), name="hold_decided_when_not_open"),
        ]
        indexes = [
            models.Index(fields=["company", "held_at"], name="hold_open", condition=Q(state="open")),
            models.Index(fields=["company", "order_ref"], name="hold_order"),
        ]
