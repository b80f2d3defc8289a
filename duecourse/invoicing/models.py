"""Posted invoices and credit notes: numbers without gaps, snapshots of what was printed, never edited."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from duecourse.access.models import Company
from duecourse.catalog.models import TAX_CATEGORIES
from duecourse.core import fields
from duecourse.customers.models import CustomerAccount
from duecourse.ledger.models import BankAccount, JournalEntry
from duecourse.receivables.models import OpenItem


class Invoice(models.Model):
    """An invoice or a credit note. Amounts of a credit note are negative, as its open item's are.

    One that was taken over names the system it comes from as its `origin`. It keeps its own number; its lines and net are what that
    system says of it, its gross is what the customer owed, and its tax is not known here.
    """

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=12, choices=[("invoice", "Invoice"), ("credit-note", "Credit note")])
    number = models.CharField(max_length=60)
    origin = models.CharField(max_length=40, blank=True, db_default="")  # the outside system of a document that was taken over
    customer_account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+", db_index=False)
    buyer = models.JSONField()  # name, address lines, country, tax id, customer number, as printed
    issue_date = models.DateField()
    delivery_date = models.DateField()
    due_date = models.DateField()
    discount_percent = fields.percent(null=True)
    discount_until = models.DateField(null=True)
    currency = fields.currency()
    net = fields.amount()
    tax = fields.amount()
    gross = fields.amount()
    tax_breakdown = models.JSONField()  # [[category, percent, base, tax]]
    reference = models.CharField(max_length=40)  # ISO 11649
    purchase_order = models.CharField(max_length=60, blank=True)
    order_numbers = ArrayField(models.CharField(max_length=20), default=list)
    bank_account = models.ForeignKey(BankAccount, models.PROTECT, null=True, related_name="+", db_index=False)
    credited = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    entry = models.ForeignKey(JournalEntry, models.PROTECT, related_name="+", db_index=False)
    item = models.ForeignKey(OpenItem, models.PROTECT, related_name="+", db_index=False)
    by_name = models.CharField(max_length=200)
    recorded_at = fields.recorded_at()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "origin", "number"], name="invoice_number_unique"),
            models.UniqueConstraint(fields=["company", "item"], name="invoice_item_unique"),
            models.CheckConstraint(
                condition=Q(gross=F("net") + F("tax"), bank_account__isnull=False) | ~Q(origin=""), name="invoice_total_adds_up"
            ),
            models.CheckConstraint(
                condition=Q(kind="invoice", gross__gt=0)
                | Q(kind="credit-note", gross__lt=0) & (Q(credited__isnull=False) | ~Q(origin="")),
                name="invoice_sign_by_kind",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-issue_date", "-id"], name="invoice_newest"),
            models.Index(fields=["company", "customer_account", "-issue_date"], name="invoice_customer"),
            models.Index(
                fields=["company", "number"], opclasses=["", "text_pattern_ops"], name="invoice_number_begins"
            ),  # for what somebody types
            models.Index(fields=["company", "purchase_order"], name="invoice_purchase_order", condition=~Q(purchase_order="")),
            models.Index(fields=["company", "due_date", "id"], name="invoice_due"),
        ]


class InvoiceLine(models.Model):
    """One line as it was printed; a credit note’s quantities and amounts are negative."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="+")
    line_number = models.PositiveSmallIntegerField()
    product_number = models.CharField(max_length=40, blank=True)
    description = models.CharField(max_length=200)
    unit = models.CharField(max_length=10)
    quantity = fields.quantity()
    unit_price = fields.price()
    net = fields.amount()
    tax_category = models.CharField(max_length=2, choices=TAX_CATEGORIES)
    tax_percent = fields.percent()
