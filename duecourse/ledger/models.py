"""The books: append-only, balanced, dated inside open periods."""

from django.contrib.postgres.fields import ArrayField
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
    """A posting period. A soft-locked one takes only entries with a reason, a closed one none, whatever the day they are recorded."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    start_date = models.DateField()
    end_date = models.DateField()  # the first day that is no longer in it
    state = models.CharField(
        max_length=10, choices=[("open", "Open"), ("soft", "Soft-locked"), ("hard", "Closed")], default="open"
    )
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
    late_reason = models.CharField(max_length=300, blank=True, db_default="")  # why it was posted to a soft-locked period
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


class ManualJournal(models.Model):
    """An entry that a person writes and another person approves; posted, it never changes."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=10,
        choices=[
            ("draft", "Draft"),
            ("waiting", "Waits for approval"),
            ("posted", "Posted"),
            ("rejected", "Rejected"),
            ("dropped", "Dropped"),
        ],
        default="draft",
    )
    text = models.CharField(max_length=300)
    posting_date = models.DateField()
    document_date = models.DateField()
    currency = fields.currency()
    rate = fields.rate()  # units of the company's currency for one unit of `currency`
    reverse_date = models.DateField(null=True)  # the day its opposite is posted on, with it
    prepared_by_id = models.BigIntegerField()  # who wrote it last: may not approve it
    prepared_by_name = models.CharField(max_length=200)
    prepared_at = models.DateTimeField()
    decided_by_id = models.BigIntegerField(null=True)
    decided_by_name = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.CharField(max_length=300, blank=True)
    entry = models.ForeignKey(JournalEntry, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="posted") | ~Q(decided_by_id=F("prepared_by_id")), name="manual_journal_not_own_approval"
            ),
            models.CheckConstraint(
                condition=~Q(state="posted") | Q(entry__isnull=False, decided_by_id__isnull=False),
                name="manual_journal_posted_whole",
            ),
        ]
        indexes = [models.Index(fields=["company", "state", "-id"], name="manual_journal_state")]


class ManualJournalLine(models.Model):
    """One line of a manual journal: debit positive, credit negative."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    journal = models.ForeignKey(ManualJournal, models.CASCADE, related_name="+")
    place = models.PositiveSmallIntegerField()
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    amount = fields.amount()
    company_amount = fields.amount()
    tax_category = models.CharField(max_length=2, blank=True)
    tax_percent = fields.percent(null=True)


class BookSetting(models.Model):
    """How a company's books are cut into years, and what the accountant's program wants to know of them."""

    company = models.OneToOneField(Company, models.PROTECT, related_name="+")
    fiscal_year_month = models.PositiveSmallIntegerField(default=1)  # the month that a fiscal year begins with
    datev_consultant = models.IntegerField(null=True)
    datev_client = models.IntegerField(null=True)
    datev_length = models.PositiveSmallIntegerField(default=4)  # digits of a ledger account there

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(fiscal_year_month__gte=1, fiscal_year_month__lte=12), name="fiscal_year_month_is_one"
            ),
            models.CheckConstraint(condition=Q(datev_length__gte=4, datev_length__lte=8), name="datev_length_is_one"),
        ]


class ExportAccount(models.Model):
    """The number that an account has in the accountant's program."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    number = models.CharField(max_length=9)
    is_automatic = models.BooleanField(default=False)  # there, it reckons tax by itself; our entries carry their tax already

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "account"], name="export_account_once")]


class JournalExport(models.Model):
    """The journal of some days as a file that left: what was in it, and how to tell what came later."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    format = models.CharField(max_length=10, choices=[("csv", "CSV"), ("datev", "DATEV")])
    first_date = models.DateField()
    last_date = models.DateField()
    name = models.CharField(max_length=200)
    content_digest = models.CharField(max_length=64)  # of all that is in the file but the moment it was made
    digest = models.CharField(max_length=64)  # of the file
    size = models.BigIntegerField()
    entries = models.IntegerField()
    postings = models.IntegerField()
    debit = fields.amount()
    settled_before = models.BigIntegerField()  # transactions below this had ended: their entries are in the file
    unsettled = ArrayField(models.BigIntegerField(), default=list)  # entries in the file of transactions not below it
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    recorded_at = fields.recorded_at()

    class Meta:
        indexes = [models.Index(fields=["company", "-id"], name="journal_export_newest")]
