"""The books: append-only, balanced, dated inside open periods."""

from django.db import models
from django.db.models import F, Q

from duecourse.access.models import Company
from duecourse.core import fields
from duecourse.customers.models import CustomerAccount

PURPOSES = [
    ("receivables", "Trade receivables (control account)"),
    ("bank", "Bank"),
    ("cash-clearing", "Receipts not yet identified"),
    ("payments-clearing", "Payments out not yet explained"),
    ("sales", "Sales"),
    ("tax", "Output tax"),
    ("discount", "Cash discount given"),
    ("bank-charges", "Bank charges"),
    ("write-off", "Receivables written off"),
    ("rounding", "Rounding differences"),
    ("exchange-gain", "Realised exchange gains"),
    ("exchange-loss", "Realised exchange losses"),
    ("opening", "Opening balances"),
    ("other", "Other"),
]


class Account(models.Model):
    """An account of the chart; `purpose` is how the rooms above find it."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=100)
    kind = models.CharField(
        max_length=10,
        choices=[
            ("asset", "Asset"),
            ("liability", "Liability"),
            ("equity", "Equity"),
            ("income", "Income"),
            ("expense", "Expense"),
        ],
    )
    purpose = models.CharField(max_length=20, choices=PURPOSES)
    tax_category = models.CharField(max_length=2, blank=True)  # for sales and tax accounts: which category posts here

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="account_code_unique")]


class BankAccount(models.Model):
    """An own account at a bank, with its ledger account."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    number = models.CharField(max_length=40)  # IBAN without spaces, or the bank's own number
    bic = models.CharField(max_length=11, blank=True)
    currency = fields.currency()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "number", "currency"], name="own_bank_account_unique"),
            models.UniqueConstraint(fields=["company", "account"], name="own_bank_account_ledger_account_unique"),
        ]


class ExchangeRate(models.Model):
    """Units of a currency for one euro on a date, as published."""

    source = models.CharField(max_length=10)  # ECB
    currency = fields.currency()
    rate_date = models.DateField()
    rate = fields.rate()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "currency", "rate_date"], name="exchange_rate_unique"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="exchange_rate_positive"),
        ]


class Period(models.Model):
    """A posting period; a closed one takes no entry, whatever its date of recording."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    start_date = models.DateField()
    end_date = models.DateField()  # the first day that is no longer in it
    state = models.CharField(max_length=10, choices=[("open", "Open"), ("closed", "Closed")], default="open")
    closed_at = models.DateTimeField(null=True)
    closed_by_name = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "start_date"], name="period_start_unique"),
            models.CheckConstraint(condition=Q(end_date__gt=F("start_date")), name="period_not_empty"),
        ]


class JournalEntry(models.Model):
    """One balanced entry. Corrected by a reversal and a new entry, never edited."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    number = models.CharField(max_length=20)
    kind = models.CharField(max_length=20)  # invoice, credit-note, receipt, application, opening, reversal, manual
    posting_date = models.DateField()
    document_date = models.DateField()
    text = models.CharField(max_length=300)
    source = models.CharField(max_length=40)  # prefixed id of what was posted
    reversal_of = models.OneToOneField("self", models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=200)
    recorded_at = fields.recorded_at()
    transaction_id = fields.transaction_id()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "number"], name="journal_entry_number_unique")]
        indexes = [
            models.Index(fields=["company", "posting_date", "id"], name="journal_entry_date"),
            models.Index(fields=["company", "source"], name="journal_entry_source"),
        ]


class Posting(models.Model):
    """One line of an entry: debit positive, credit negative, in its currency and in the company's."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    entry = models.ForeignKey(JournalEntry, models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    currency = fields.currency()
    amount = fields.amount()
    company_amount = fields.amount()
    customer_account = models.ForeignKey(CustomerAccount, models.PROTECT, null=True, related_name="+", db_index=False)
    tax_category = models.CharField(max_length=2, blank=True)
    tax_percent = fields.percent(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["company", "entry"], name="posting_entry"),
            models.Index(fields=["company", "account", "entry"], name="posting_account"),
        ]
