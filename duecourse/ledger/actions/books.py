"""Writes to the books: charts, bank accounts, rates, periods, and balanced entries in batches."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from django.db import IntegrityError

from duecourse.core import bulk, events, ids, sequences
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused
from duecourse.core.money import Money, minor_units
from duecourse.ledger import queries, rules
from duecourse.ledger.models import Account, BankAccount, ExchangeRate, JournalEntry, Period, Posting

_ENTRY = (
    "company_id",
    "number",
    "kind",
    "posting_date",
    "document_date",
    "text",
    "source",
    "reversal_of_id",
    "by_name",
    "late_reason",
)
_POSTING = (
    "company_id",
    "entry_id",
    "account_id",
    "currency",
    "amount",
    "company_amount",
    "customer_account_id",
    "tax_category",
    "tax_percent",
)


@action
def create_accounts(call: Call, accounts: Sequence[rules.NewAccount]) -> list[int]:
    """Add accounts to the chart; their ids in order. Errors: Refused('ledger.account-exists')."""
    codes = [account.code for account in accounts]
    taken = set(Account.objects.filter(company_id=call.company.id, code__in=codes).values_list("code", flat=True))
    if taken:
        raise Refused("ledger.account-exists", f"The chart already has {', '.join(sorted(taken))}.")
    made = Account.objects.bulk_create(
        [
            Account(
                company_id=call.company.id,
                code=new.code,
                name=new.name,
                kind=new.kind,
                purpose=new.purpose,
                tax_category=new.tax_category,
            )
            for new in accounts
        ]
    )
    events.record(call, "ledger.accounts-created", [ids.outer("cmp", call.company.id)], {"codes": codes})
    return [account.id for account in made]


@action
def create_chart(call: Call) -> list[int]:
    """The standard chart of a new company (rules.CHART)."""
    return create_accounts(call, rules.CHART)


@action
def create_bank_account(call: Call, name: str, number: str, bic: str, currency: str, code: str = "") -> int:
    """An own account at a bank, with a ledger account of its own when `code` names one that is not there yet.

    Errors: Refused('ledger.bank-account-exists'), Refused('ledger.account-in-use'), Refused('ledger.not-a-bank-account'),
    Refused('ledger.iban-invalid').
    """
    minor_units(currency)
    number = "".join(number.split()).upper()
    rules.check_bank_number(number)
    if BankAccount.objects.filter(company_id=call.company.id, number=number, currency=currency).exists():
        raise Refused("ledger.bank-account-exists", f"{number} in {currency} is already one of your accounts.")
    account = Account.objects.filter(company_id=call.company.id, code=code or "1200").first()
    if account is None:
        (account_id,) = create_accounts(call, [rules.NewAccount(code, name, "asset", "bank", "")])
    else:
        account_id = account.id
        if account.purpose != "bank":
            raise Refused(
                "ledger.not-a-bank-account", f"{account.code} {account.name} is no bank's account. Give this one its own code."
            )
        if BankAccount.objects.filter(company_id=call.company.id, account_id=account_id).exists():
            raise Refused(
                "ledger.account-in-use",
                f"Account {account.code} already belongs to another bank account. Give this one its own code.",
            )
    made = BankAccount.objects.create(
        company_id=call.company.id,
        account_id=account_id,
        name=name,
        number=number,
        bic=bic.replace(" ", "").upper(),
        currency=currency,
    )
    events.record(call, "ledger.bank-account-created", [ids.outer("bnk", made.id)], {"number": number, "currency": currency})
    return made.id


@action
def load_rates(call: Call, rates: Sequence[tuple[str, dt.date, Decimal]], source: str = "ECB") -> int:
    """Take published rates (currency, date, units for one euro); how many were new. Known ones stay as they are."""
    before = ExchangeRate.objects.filter(source=source).count()
    ExchangeRate.objects.bulk_create(
        [ExchangeRate(source=source, currency=currency, rate_date=day, rate=rate) for currency, day, rate in rates],
        ignore_conflicts=True,
        batch_size=5000,
    )
    new = ExchangeRate.objects.filter(source=source).count() - before
    if new:
        events.record(call, "ledger.rates-loaded", [ids.outer("cmp", call.company.id)], {"source": source, "rates": new})
    return new


@action
def open_periods(call: Call, first: dt.date, last: dt.date) -> int:
    """Make a posting period for each calendar month from `first` to `last`; how many are new."""
    known = set(Period.objects.filter(company_id=call.company.id).values_list("start_date", flat=True))
    new = [
        Period(company_id=call.company.id, start_date=start, end_date=end)
        for start, end in rules.months(first, last)
        if start not in known
    ]
    Period.objects.bulk_create(new)
    if new:
        facts = {"from": new[0].start_date.isoformat(), "until": new[-1].end_date.isoformat()}
        events.record(call, "ledger.periods-opened", [ids.outer("prd", period.id) for period in new], facts)
    return len(new)


@action
def post_entries(
    call: Call,
    entries: Sequence[rules.Entry],
    reversal_of: Sequence[int | None] = (),
    booking: queries.Booking | None = None,
) -> list[rules.PostedEntry]:
    """Post balanced entries dated in open periods, in one batch; their ids and numbers in order.

    `reversal_of` names, entry by entry, what each one reverses; `booking` is what `queries.prepare` gave for these dates, so
    that little is done while the number series is locked. An entry with a `late_reason` may also go into a soft-locked period.
    Errors: Refused('ledger.period-closed'), Refused('ledger.period-missing'), Refused('ledger.entry-not-balanced'),
    Refused('ledger.account-missing'), Refused('ledger.halted') while the verifier is red.
    """
    if not entries:
        return []
    for entry in entries:
        rules.check_balanced(entry, call.company.currency)
    dates = {entry.posting_date for entry in entries}
    late = {entry.posting_date for entry in entries if entry.late_reason}
    if booking is None or not dates <= booking.dates or late:
        booking = queries.prepare(call, dates, late - {entry.posting_date for entry in entries if not entry.late_reason})
    lines = [[(rules.find_account(booking.accounts, line), line) for line in entry.lines] for entry in entries]
    numbers = _numbers(call, entries)
    company = call.company.id
    keys = bulk.insert(
        JournalEntry,
        _ENTRY,
        [
            (
                company,
                number,
                entry.kind,
                entry.posting_date,
                entry.document_date,
                entry.text[:300],
                entry.source,
                reverses,
                call.by.name,
                entry.late_reason[:300],
            )
            for number, entry, reverses in zip(numbers, entries, reversal_of or [None] * len(entries), strict=True)
        ],
    )
    bulk.copy_in(
        Posting,
        _POSTING,
        [
            (
                company,
                key,
                account,
                line.money.currency,
                line.money.amount,
                line.company_money.amount,
                line.customer_account_id,
                line.tax_category,
                line.tax_percent,
            )
            for key, entry_lines in zip(keys, lines, strict=True)
            for account, line in entry_lines
        ],
    )
    subjects = [ids.outer("jrn", key) for key in keys]
    events.record(call, "ledger.entries-posted", subjects, {"entries": len(keys), "first": numbers[0], "last": numbers[-1]})
    return [rules.PostedEntry(key, number) for key, number in zip(keys, numbers, strict=True)]


def _numbers(call: Call, entries: Sequence[rules.Entry]) -> list[str]:
    """Journal numbers in the order of the entries, one series a year."""
    by_year: dict[int, list[int]] = defaultdict(list)
    for place, entry in enumerate(entries):
        by_year[entry.posting_date.year].append(place)
    numbers = [""] * len(entries)
    for year in sorted(by_year):
        taken = sequences.take(call, "journal", dt.date(year, 1, 1), len(by_year[year]))
        for place, number in zip(by_year[year], taken, strict=True):
            numbers[place] = number
    return numbers


@action
def reverse_entries(call: Call, entry_ids: Sequence[int], posting_date: dt.date, text: str) -> list[rules.PostedEntry]:
    """Post the opposite of each entry on a date in an open period. Errors: Refused('ledger.already-reversed'), once for ever."""
    found = {row.id: row for row in JournalEntry.objects.filter(company_id=call.company.id, id__in=list(entry_ids))}
    if len(found) != len(set(entry_ids)):
        raise ids.not_found("jrn")
    done = (
        JournalEntry.objects.filter(company_id=call.company.id, reversal_of__in=list(found))
        .values_list("number", flat=True)
        .first()
    )
    if done or len(set(entry_ids)) != len(entry_ids):
        raise Refused("ledger.already-reversed", f"This entry was already reversed{f' by {done}' if done else ''}.")
    lines: dict[int, list[rules.Line]] = {key: [] for key in found}
    for row in Posting.objects.filter(company_id=call.company.id, entry_id__in=list(found)).order_by("id"):
        lines[row.entry_id].append(
            rules.Line(
                Money(-row.amount, row.currency),
                Money(-row.company_amount, call.company.currency),
                account_id=row.account_id,
                customer_account_id=row.customer_account_id,
                tax_category=row.tax_category,
                tax_percent=row.tax_percent,
            )
        )
    opposites = [
        rules.Entry(
            "reversal", posting_date, found[key].document_date, f"{text}: {found[key].number}", found[key].source, lines[key]
        )
        for key in entry_ids
    ]
    try:
        return post_entries(call, opposites, reversal_of=list(entry_ids))
    except IntegrityError as error:  # posted rows cannot be locked: of two at once the database lets one through
        if "reversal_of" not in str(error):
            raise
        raise Refused("ledger.already-reversed", "This entry was just reversed by somebody else.") from error
