"""Orders, deliveries in parts, and lines that are ready to be billed."""

from django.db import models
from django.db.models import F, Q

from duecourse.access.models import Company
from duecourse.catalog.models import TAX_CATEGORIES, Product
from duecourse.core import fields
from duecourse.customers.models import CustomerAccount, Terms

ORDER_STATES = [
    ("draft", "Draft"),
    ("held", "On hold"),
    ("accepted", "Accepted"),
    ("rejected", "Rejected"),
    ("delivered", "Delivered"),
    ("cancelled", "Cancelled"),
]


class Order(models.Model):
    """What a customer wants; money and credit hang on the account that pays."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    number = models.CharField(max_length=20)
    customer_account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+")
    payer_account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+")
    terms = models.ForeignKey(Terms, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=ORDER_STATES, default="draft")
    order_date = models.DateField()
    requested_date = models.DateField()
    purchase_order = models.CharField(max_length=60, blank=True)
    currency = fields.currency()
    net = fields.amount()
    tax = fields.amount()
    gross = fields.amount()
    created_by_id = models.BigIntegerField()
    created_by_name = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    recorded_at = fields.recorded_at()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="order_number_unique"),
            models.CheckConstraint(condition=Q(gross=F("net") + F("tax")), name="order_total_adds_up"),
        ]
        indexes = [
            models.Index(fields=["company", "state", "-id"], name="order_state"),
            models.Index(fields=["company", "customer_account", "-id"], name="order_customer"),
        ]


class OrderLine(models.Model):
    """One product of an order at its agreed price, and how much of it has left."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    line_number = models.PositiveSmallIntegerField()
    product = models.ForeignKey(Product, models.PROTECT, related_name="+", db_index=False)
    description = models.CharField(max_length=200)
    unit = models.CharField(max_length=10)
    quantity = fields.quantity()
    unit_price = fields.price()
    net = fields.amount()
    tax_category = models.CharField(max_length=2, choices=TAX_CATEGORIES)
    tax_percent = fields.percent()
    delivered_quantity = fields.quantity(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "line_number"], name="order_line_unique"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="order_line_quantity_positive"),
            models.CheckConstraint(
                condition=Q(delivered_quantity__gte=0, delivered_quantity__lte=F("quantity")),
                name="order_line_not_over_delivered",
            ),
        ]


class Delivery(models.Model):
    """Goods that left for an order on one day."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    number = models.CharField(max_length=20)
    order = models.ForeignKey(Order, models.PROTECT, related_name="+")
    delivery_date = models.DateField()
    by_name = models.CharField(max_length=200)
    recorded_at = fields.recorded_at()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "number"], name="delivery_number_unique")]


class DeliveryLine(models.Model):
    """How much of an order line a delivery took."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="lines")
    order_line = models.ForeignKey(OrderLine, models.PROTECT, related_name="+")
    quantity = fields.quantity()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="delivery_line_quantity_positive")]


class ReadyLine(models.Model):
    """Something that can be billed; the billing run pulls it, once."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    customer_account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="+", db_index=False)
    terms = models.ForeignKey(Terms, models.PROTECT, related_name="+", db_index=False)
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="+")
    delivery = models.ForeignKey(Delivery, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=10, choices=[("delivery", "Delivery"), ("fee", "Fee")])
    ready_date = models.DateField()
    currency = fields.currency()
    product_number = models.CharField(max_length=40)
    description = models.CharField(max_length=200)
    unit = models.CharField(max_length=10)
    quantity = fields.quantity()
    unit_price = fields.price()
    tax_category = models.CharField(max_length=2, choices=TAX_CATEGORIES)
    tax_percent = fields.percent()
    billed_by = models.CharField(max_length=40, blank=True)  # the invoice's prefixed id
    recorded_at = fields.recorded_at()

    class Meta:
        indexes = [
            models.Index(fields=["company", "customer_account", "ready_date"], name="ready_line_open", condition=Q(billed_by="")),
            models.Index(fields=["company", "billed_by"], name="ready_line_billed", condition=~Q(billed_by="")),
        ]
