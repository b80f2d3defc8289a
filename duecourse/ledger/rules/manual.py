"""What a manual journal must say before anybody can approve it. Pure: no database, no clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from duecourse.core.errors import Refused
from duecourse.core.money import Money, minor_units
from duecourse.ledger.rules.books import Entry, Line

TEXT_MAX = 300
LINES_MAX = 500
# Accounts that a register of their own explains line by line: an entry by hand would leave the two apart.
CONTROLLED = {
    "receivables": "the open items. Post an invoice, a credit note or a payment instead",
    "bank": "the bank’s statements. Import the statement or record the payment instead",
    "cash-clearing": "the payments without a customer. Apply the payment or take it back instead",
}


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One line: an account by its code, and an amount in the journal's currency, debit positive, credit negative."""

    account: str
    amount: Decimal
    tax_category: str = ""
    tax_percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry as a person writes it. `rate`: company currency for one unit of `currency`, None for the published one."""

    text: str
    posting_date: dt.date
    document_date: dt.date
    currency: str
    lines: Sequence[DraftLine] = field(default_factory=tuple)
    rate: Decimal | None = None
    reverses: bool = False  # its opposite is posted on the first day of the next month


@dataclass(frozen=True, slots=True)
class BookAccount:
    """An account of the chart as rules see it."""

    id: int
    code: str
    name: str
    purpose: str


def check_draft(draft: Draft, accounts: Mapping[str, BookAccount]) -> None:
    """Refuse what nobody could approve: no text, an unknown or controlled account, lines that do not balance.

    Errors: Refused('ledger.journal-without-text'), Refused('ledger.journal-not-usable'), Refused('ledger.unknown-account'),
    Refused('ledger.control-account'), Refused('ledger.entry-not-balanced').
    """
    if not draft.text.strip():
        raise Refused("ledger.journal-without-text", "Say what the journal is for: its text stands in the books for ever.")
    if draft.rate is not None and draft.rate <= 0:
        raise Refused("ledger.journal-not-usable", "An exchange rate is above zero.")
    if len(draft.lines) > LINES_MAX:
        raise Refused("ledger.journal-not-usable", f"A journal has at most {LINES_MAX} lines; this one has {len(draft.lines)}.")
    minor_units(draft.currency)
    total = Money.zero(draft.currency)
    for number, line in enumerate(draft.lines, 1):
        account = accounts.get(line.account)
        if account is None:
            raise Refused(
                "ledger.unknown-account", f"Line {number}: the chart has no account “{line.account[:20]}”.", line=number
            )
        if account.purpose in CONTROLLED:
            raise Refused(
                "ledger.control-account",
                f"Line {number}: {account.code} {account.name} takes no entry by hand: it is explained by "
                f"{CONTROLLED[account.purpose]}.",
                line=number,
                account=account.code,
            )
        if not line.amount:
            raise Refused("ledger.journal-not-usable", f"Line {number} has no amount.", line=number)
        total += Money(line.amount, draft.currency)
    if len(draft.lines) < 2 or total:
        raise Refused(
            "ledger.entry-not-balanced",
            f"“{draft.text.strip()[:60]}” does not balance: debits and credits are {abs(total)} apart over {len(draft.lines)} lines."
            if total
            else f"“{draft.text.strip()[:60]}” needs two lines at least: a debit and a credit.",
        )


def company_amounts(amounts: Sequence[Money], rate: Decimal, currency: str) -> list[Money]:
    """Each amount at a rate in the company's currency; what rounding leaves goes to the largest, so that they balance too."""
    converted = [money.converted(rate, currency) for money in amounts]
    if converted:
        largest = max(range(len(converted)), key=lambda place: abs(converted[place].amount))
        converted[largest] -= Money.total(converted, currency)
    return converted


def journal_entry(
    draft: Draft, accounts: Mapping[str, BookAccount], company_moneys: Sequence[Money], source: str, late_reason: str
) -> Entry:
    """The entry that an approved journal posts."""
    lines = [
        Line(
            Money(line.amount, draft.currency),
            company_money,
            account_id=accounts[line.account].id,
            tax_category=line.tax_category,
            tax_percent=line.tax_percent,
        )
        for line, company_money in zip(draft.lines, company_moneys, strict=True)
    ]
    return Entry("manual", draft.posting_date, draft.document_date, draft.text.strip(), source, lines, late_reason)


def line_money(line: DraftLine, currency: str) -> Money:
    return Money(line.amount, currency)


def next_month(day: dt.date) -> dt.date:
    """The first day of the month after that of `day`."""
    return (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1)


def fiscal_year_start(day: dt.date, month: int) -> dt.date:
    """The first day of the fiscal year that `day` lies in, where fiscal years begin in `month`."""
    return dt.date(day.year if day.month >= month else day.year - 1, month, 1)
