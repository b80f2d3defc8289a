"""Products, their prices, and tax rates by country and date."""

from django.db import models

from duecourse.access.models import Company
from duecourse.core import fields

TAX_CATEGORIES = [  # EN 16931, UNCL5305
    ("S", "Standard rate"),
    ("AA", "Reduced rate"),
    ("Z", "Zero rated"),
    ("E", "Exempt"),
    ("AE", "Reverse charge"),
    ("K", "Intra-community supply"),
    ("G", "Export"),
    ("O", "Outside the scope of tax"),
]


class Product(models.Model):
    """Something that is sold, with its unit and tax category."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    number = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    unit = models.CharField(max_length=10)  # as printed: pc, m, job
    tax_category = models.CharField(max_length=2, choices=TAX_CATEGORIES[:3], default="S")
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "number"], name="product_number_unique")]


class ProductPrice(models.Model):
    """A list price, half open in time: valid from the first day to before the last."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    currency = fields.currency()
    unit_price = fields.price()
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "product", "currency", "valid_from"], name="product_price_unique")
        ]


class TaxRate(models.Model):
    """What a tax category costs in a country from a date on, until the next one."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    country = models.CharField(max_length=2)
    category = models.CharField(max_length=2, choices=TAX_CATEGORIES)
    percent = fields.percent()
    valid_from = models.DateField()
    note = models.CharField(max_length=200, blank=True)  # printed: the exemption's reason

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "country", "category", "valid_from"], name="tax_rate_unique")]
