"""Customers of the organisation, and their accounts in each company."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from duecourse.access.models import Company, Organisation
from duecourse.core import fields


class Customer(models.Model):
    """One buyer of the organisation, whichever of its companies sells to it."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    number = models.CharField(max_length=40)  # as people write it, without leading zeros
    name = models.CharField(max_length=200)
    sort_key = models.CharField(max_length=200)  # name folded for sorting and searching: rules.sort_key
    country = models.CharField(max_length=2, blank=True)
    language = models.CharField(max_length=5, default="en")
    tax_id = models.CharField(max_length=40, blank=True)
    register_number = models.CharField(max_length=60, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    risk_class = models.CharField(max_length=2, blank=True)
    recorded_at = fields.recorded_at()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="customer_number_unique"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="customer_not_own_parent"),
        ]
        indexes = [models.Index(fields=["organisation", "sort_key"], name="customer_sort_key")]


class CustomerAlias(models.Model):
    """Another spelling of a customer's number or name, as a file or a bank wrote it."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=[("number", "Number"), ("name", "Name"), ("payer", "Payer name")])
    value = models.CharField(max_length=200)
    folded = models.CharField(max_length=200)
    source = models.CharField(max_length=60)
    recorded_at = fields.recorded_at()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "kind", "value", "customer"], name="customer_alias_unique")
        ]
        indexes = [models.Index(fields=["organisation", "kind", "folded"], name="customer_alias_folded")]


class Address(models.Model):
    """Where a customer is, or wants goods or invoices."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=[("billing", "Billing"), ("delivery", "Delivery")])
    lines = ArrayField(models.CharField(max_length=200))  # street and what stands above it
    postal_code = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=2)

    class Meta:
        indexes = [models.Index(fields=["organisation", "customer"], name="address_customer")]


class Contact(models.Model):
    """A person at a customer."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    duty = models.CharField(
        max_length=10,
        choices=[
            ("invoices", "Receives invoices"),
            ("payments", "Answers for payments"),
            ("orders", "Orders"),
            ("other", "Other"),
        ],
    )

    class Meta:
        indexes = [models.Index(fields=["organisation", "customer"], name="contact_customer")]


class CustomerBankAccount(models.Model):
    """An account that a customer pays from, learned or told."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    account = models.CharField(max_length=40)  # IBAN without spaces, or the bank's own number
    holder = models.CharField(max_length=200, blank=True)
    source = models.CharField(
        max_length=10, choices=[("told", "Told by the customer"), ("paid", "Paid from it"), ("import", "Taken over")]
    )
    recorded_at = fields.recorded_at()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "account", "customer"], name="customer_bank_account_unique")
        ]
        indexes = [models.Index(fields=["organisation", "customer"], name="bank_account_customer")]


class Terms(models.Model):
    """Net days and one cash discount: 30 days net, 2 % within 10."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=100)
    net_days = models.PositiveSmallIntegerField()
    discount_days = models.PositiveSmallIntegerField(null=True)
    discount_percent = fields.percent(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "code"], name="terms_code_unique"),
            models.CheckConstraint(
                condition=Q(discount_days__isnull=True, discount_percent__isnull=True)
                | Q(discount_days__lte=F("net_days"), discount_percent__gt=0, discount_percent__lt=100),
                name="terms_discount_complete",
            ),
        ]


class CustomerAccount(models.Model):
    """A customer in one company: all money hangs on it."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    terms = models.ForeignKey(Terms, models.PROTECT, related_name="+")
    currency = fields.currency()
    payer = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")  # who pays, when it is another account
    delivery = models.CharField(max_length=10, choices=[("email", "E-mail"), ("post", "Post")], default="email")
    invoice_email = models.EmailField(blank=True)
    tax_treatment = models.CharField(
        max_length=12,
        choices=[
            ("domestic", "Domestic"),
            ("eu", "EU, reverse charge or intra-community supply"),
            ("export", "Export"),
            ("exempt", "Exempt"),
        ],
        default="domestic",
    )
    is_stopped = models.BooleanField(default=False)
    opened_date = models.DateField()
    recorded_at = fields.recorded_at()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "customer"], name="customer_account_unique"),
            models.CheckConstraint(condition=~Q(payer=F("id")), name="customer_account_not_own_payer"),
        ]
