"""Reads for exports: the lines of the journal, what left before and what came since, and the accounts' numbers elsewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

from duecourse.core import ids, paging
from duecourse.core.call import Call, require
from duecourse.core.money import Money
from duecourse.customers import queries as customer_facts
from duecourse.ledger import rules
from duecourse.ledger.models import ExportAccount, JournalExport


@dataclass(frozen=True, slots=True)
class ExportView:
    """A file that left. `new` is how many entries were posted into its days since."""

    id: int
    format: str
    first: dt.date
    last: dt.date
    name: str
    digest: str
    size: int
    entries: int
    postings: int
    debit: Money
    by_name: str
    at: dt.datetime
    new: int

    @property
    def outer_id(self) -> str:
        return ids.outer("exp", self.id)


def export_lines(call: Call, first: dt.date, last: dt.date) -> list[rules.ExportLine]:
    """Every posting dated between two days with its entry, account and customer, in the order of the books; four queries."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select e.id, e.number, e.posting_date, e.document_date, e.kind, e.text, e.source, a.code, a.name, a.kind, p.company_amount, "
            "p.amount, p.currency, p.tax_category, p.tax_percent, coalesce(r.number, ''), e.late_reason, e.recorded_at, e.by_name, "
            "p.customer_account_id from ledger_journalentry e join ledger_posting p on p.entry_id = e.id and p.company_id = e.company_id "
            "join ledger_account a on a.id = p.account_id left join ledger_journalentry r on r.id = e.reversal_of_id "
            "where e.company_id = %s and e.posting_date between %s and %s order by e.posting_date, e.id, p.id",
            [call.company.id, first, last],
        )
        found = cursor.fetchall()
    customers = customer_facts.accounts_by_id(call, {row[19] for row in found if row[19]})
    known = {key: (view.number, view.tax_id) for key, view in customers.items()}
    nobody = ("", "")
    return [
        rules.ExportLine(*(row[0], ids.outer("jrn", row[0]), *row[1:15], *known.get(row[19], nobody), *row[15:19]))
        for row in found
    ]


def unsettled_entries(call: Call, first: dt.date, last: dt.date, settled_before: int) -> list[int]:
    """Entries of these days whose transactions were not below the mark."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select id from ledger_journalentry where company_id = %s and posting_date between %s and %s "
            "and transaction_id >= %s::text::xid8 order by id",
            [call.company.id, first, last, str(settled_before)],
        )
        return [row[0] for row in cursor.fetchall()]


def export_accounts(call: Call) -> dict[str, rules.Target]:
    """Account code → its number in DATEV."""
    rows = ExportAccount.objects.filter(company_id=call.company.id).values_list("account__code", "number", "is_automatic")
    return {code: rules.Target(number, automatic) for code, number, automatic in rows}


def exports(call: Call, page: int = 1, size: int = 50) -> paging.Page[ExportView]:
    """What left, newest first, with what came since; three queries."""
    require(call, "ledger.read")
    found = JournalExport.objects.filter(company_id=call.company.id)
    start, stop = paging.bounds(page, size)
    rows = list(found.order_by("-id")[start:stop])
    return paging.Page(_views(call, rows), found.count(), max(page, 1), stop - start)


def export_for_caller(call: Call, text: str) -> ExportView:
    """One export by its prefixed id. Errors: Refused('not-found')."""
    require(call, "ledger.read")
    row = JournalExport.objects.filter(company_id=call.company.id, id=ids.inner("exp", text)).first()
    if row is None:
        raise ids.not_found("exp")
    return _views(call, [row])[0]


def last_export(call: Call, first: dt.date, last: dt.date, form: str) -> ExportView | None:
    """The newest export of exactly these days in this format."""
    row = (
        JournalExport.objects.filter(company_id=call.company.id, first_date=first, last_date=last, format=form)
        .order_by("-id")
        .first()
    )
    return _views(call, [row])[0] if row else None


def _views(call: Call, rows: list[JournalExport]) -> list[ExportView]:
    since = _new_since(call, rows)
    return [
        ExportView(
            row.id, row.format, row.first_date, row.last_date, row.name, row.digest, row.size, row.entries, row.postings,
            Money(row.debit, call.company.currency), row.by_name, row.at, since[row.id],
        )
        for row in rows
    ]  # fmt: skip


def _new_since(call: Call, rows: list[JournalExport]) -> Mapping[int, int]:
    """How many entries are dated in each export's days and are not in its file; one query."""
    if not rows:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "select x.id, count(e.id) from ledger_journalexport x left join ledger_journalentry e on e.company_id = x.company_id "
            "and e.posting_date between x.first_date and x.last_date and e.transaction_id >= x.settled_before::text::xid8 "
            "and e.id <> all(x.unsettled) where x.company_id = %s and x.id = any(%s) group by x.id",
            [call.company.id, [row.id for row in rows]],
        )
        return dict(cursor.fetchall())
