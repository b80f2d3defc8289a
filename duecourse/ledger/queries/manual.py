"""Reads of manual journals, of accounts as rules see them, and of how the books are set."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count

from duecourse.core import ids, paging
from duecourse.core.call import Call, require
from duecourse.core.money import Money
from duecourse.ledger import rules
from duecourse.ledger.models import Account, BookSetting, JournalEntry, ManualJournal, ManualJournalLine
from duecourse.ledger.queries.books import EntryView, entries


@dataclass(frozen=True, slots=True)
class JournalView:
    """A manual journal: what was written, and what became of it. `total` is its debit side in its currency."""

    id: int
    state: str
    draft: rules.Draft
    total: Money
    rate: Decimal
    reverse_date: dt.date | None
    prepared_by_id: int
    prepared_by_name: str
    prepared_at: dt.datetime
    decided_by_name: str
    decided_at: dt.datetime | None
    decision_reason: str
    entry_id: int | None

    @property
    def outer_id(self) -> str:
        return ids.outer("man", self.id)


@dataclass(frozen=True, slots=True)
class BookSettings:
    """How the books are cut into years, and what DATEV wants to know of them."""

    fiscal_year_month: int = 1
    datev_consultant: int | None = None
    datev_client: int | None = None
    datev_length: int = 4


def book_accounts(call: Call) -> dict[str, rules.BookAccount]:
    """The accounts of the chart by code."""
    rows = Account.objects.filter(company_id=call.company.id).order_by("code").values_list("id", "code", "name", "purpose")
    return {code: rules.BookAccount(key, code, name, purpose) for key, code, name, purpose in rows}


def book_settings(call: Call) -> BookSettings:
    row = BookSetting.objects.filter(company_id=call.company.id).first()
    if row is None:
        return BookSettings()
    return BookSettings(row.fiscal_year_month, row.datev_consultant, row.datev_client, row.datev_length)


def journals(call: Call, journal_ids: Sequence[int]) -> list[JournalView]:
    """Manual journals by id, newest first; two queries."""
    found = ManualJournal.objects.filter(company_id=call.company.id, id__in=list(journal_ids))
    return _views(call, list(found.order_by("-id")))


def journal_rows(call: Call, state: str = "", page: int = 1, size: int = 50) -> paging.Page[JournalView]:
    """A page of manual journals, newest first; three queries."""
    require(call, "ledger.read")
    found = ManualJournal.objects.filter(company_id=call.company.id)
    if state:
        found = found.filter(state=state)
    start, stop = paging.bounds(page, size)
    return paging.Page(_views(call, list(found.order_by("-id")[start:stop])), found.count(), max(page, 1), stop - start)


def journal_counts(call: Call, last: dt.date | None = None) -> dict[str, int]:
    """How many manual journals are in each state, posted up to a day when one is given."""
    found = ManualJournal.objects.filter(company_id=call.company.id)
    if last is not None:
        found = found.filter(posting_date__lte=last)
    return dict(found.values_list("state").annotate(many=Count("id")))


def journal_for_caller(call: Call, text: str) -> JournalView:
    """One manual journal by its prefixed id. Errors: Refused('not-found')."""
    require(call, "ledger.read")
    found = journals(call, [ids.inner("man", text)])
    if not found:
        raise ids.not_found("man")
    return found[0]


def journal_company_moneys(call: Call, journal_ids: Sequence[int]) -> dict[int, list[Money]]:
    """The lines of journals in the company's currency, in their order."""
    result: dict[int, list[Money]] = {}
    rows = ManualJournalLine.objects.filter(company_id=call.company.id, journal_id__in=list(journal_ids)).order_by(
        "journal_id", "place"
    )
    for journal, amount in rows.values_list("journal_id", "company_amount"):
        result.setdefault(journal, []).append(Money(amount, call.company.currency))
    return result


def _views(call: Call, rows: Sequence[ManualJournal]) -> list[JournalView]:
    lines: dict[int, list[rules.DraftLine]] = {row.id: [] for row in rows}
    found = ManualJournalLine.objects.filter(company_id=call.company.id, journal_id__in=list(lines)).order_by(
        "journal_id", "place"
    )
    for journal, code, amount, category, percent in found.values_list(
        "journal_id", "account__code", "amount", "tax_category", "tax_percent"
    ):
        lines[journal].append(rules.DraftLine(code, amount, category, percent))
    return [_view(row, lines[row.id], call.company.currency) for row in rows]


def _view(row: ManualJournal, lines: Sequence[rules.DraftLine], base: str) -> JournalView:
    draft = rules.Draft(
        row.text, row.posting_date, row.document_date, row.currency, tuple(lines), None if row.currency == base else row.rate,
        row.reverse_date is not None,
    )  # fmt: skip
    total = Money.total((Money(line.amount, row.currency) for line in lines if line.amount > 0), row.currency)
    return JournalView(
        row.id, row.state, draft, total, row.rate, row.reverse_date, row.prepared_by_id, row.prepared_by_name, row.prepared_at,
        row.decided_by_name, row.decided_at, row.decision_reason, row.entry_id,
    )  # fmt: skip


def late_entries(call: Call, first: dt.date, last: dt.date) -> list[EntryView]:
    """Entries that were posted between two days after their month was soft-locked, newest first; three queries."""
    found = JournalEntry.objects.filter(company_id=call.company.id, posting_date__gte=first, posting_date__lte=last).exclude(
        late_reason=""
    )
    keys = list(found.order_by("-id").values_list("id", flat=True)[:200])
    return entries(call, keys) if keys else []
