"""The journal leaves the house: as a file that is kept, known by its digest; and how the books are set for it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from duecourse.access import queries as access_facts
from duecourse.core import events, ids
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused
from duecourse.documents import actions as documents
from duecourse.documents import queries as document_facts
from duecourse.ledger import queries, rules
from duecourse.ledger.models import BookSetting, ExportAccount, JournalExport

FORMATS = ("csv", "datev")


@dataclass(frozen=True, slots=True)
class Exported:
    """A file and what is known of it; `again` when the very same had left before."""

    view: queries.ExportView
    data: bytes
    again: bool


@action
def set_books(call: Call, settings: queries.BookSettings) -> None:
    """Say when fiscal years begin, and DATEV's numbers. Errors: Refused('ledger.books-not-usable')."""
    if not 1 <= settings.fiscal_year_month <= 12:
        raise Refused("ledger.books-not-usable", "A fiscal year begins with a month from 1 to 12.")
    if settings.datev_consultant is not None and not 1001 <= settings.datev_consultant <= 9_999_999:
        raise Refused("ledger.books-not-usable", "DATEV’s consultant number lies between 1001 and 9999999.")
    if settings.datev_client is not None and not 1 <= settings.datev_client <= 99_999:
        raise Refused("ledger.books-not-usable", "DATEV’s client number lies between 1 and 99999.")
    if not 4 <= settings.datev_length <= 8:
        raise Refused("ledger.books-not-usable", "DATEV’s ledger accounts have four to eight digits.")
    values: dict[str, int | None] = {
        "fiscal_year_month": settings.fiscal_year_month,
        "datev_consultant": settings.datev_consultant,
        "datev_client": settings.datev_client,
        "datev_length": settings.datev_length,
    }
    BookSetting.objects.update_or_create(company_id=call.company.id, defaults=values)
    events.record(call, "ledger.books-set", [ids.outer("cmp", call.company.id)], values)


@action
def set_export_accounts(call: Call, targets: Mapping[str, rules.Target]) -> None:
    """Give accounts, by code, their numbers in DATEV; an empty number takes one away.

    Errors: Refused('ledger.unknown-account'), Refused('ledger.export-account-not-usable').
    """
    accounts = queries.book_accounts(call)
    for code, target in targets.items():
        if code not in accounts:
            raise Refused("ledger.unknown-account", f"The chart has no account “{code[:20]}”.")
        if target.number and not (target.number.isascii() and target.number.isdigit() and len(target.number) <= 9):
            raise Refused(
                "ledger.export-account-not-usable",
                f"{code}: “{target.number[:20]}” is no account number of DATEV; it has digits only.",
            )
    named = [accounts[code].id for code in targets]
    ExportAccount.objects.filter(company_id=call.company.id, account_id__in=named).delete()
    ExportAccount.objects.bulk_create(
        ExportAccount(
            company_id=call.company.id, account_id=accounts[code].id, number=target.number, is_automatic=target.is_automatic
        )
        for code, target in targets.items()
        if target.number
    )
    facts = {"accounts": sorted(f"{code} {target.number}".strip() for code, target in targets.items())}
    events.record(call, "ledger.export-accounts-set", [ids.outer("cmp", call.company.id)], facts)


@action
def export_journal(call: Call, first: dt.date, last: dt.date, form: str) -> Exported:
    """Write all postings of these days to a file (csv or datev) and keep it. What left before and is the same is given again, to the byte.

    Errors: Refused('ledger.export-not-usable'), Refused('ledger.datev-not-set'), Refused('ledger.export-account-missing').
    """
    rules.check_days(first, last)
    if form not in FORMATS:
        raise Refused("ledger.export-not-usable", f"There is no format “{form[:20]}”; known: {', '.join(FORMATS)}.")
    mark = events.settled_before()
    lines = queries.export_lines(call, first, last)
    if not lines:
        raise Refused(
            "ledger.export-not-usable",
            f"Nothing is posted from {first.isoformat()} to {last.isoformat()}; there is nothing to export.",
        )
    code = access_facts.company_profile(call).code
    content = _file(call, code, first, last, form, lines, dt.datetime(2000, 1, 1, tzinfo=dt.UTC))
    content_digest = hashlib.sha256(content.data).hexdigest()
    known = JournalExport.objects.filter(
        company_id=call.company.id, format=form, first_date=first, last_date=last, content_digest=content_digest
    ).first()
    if known is not None:
        view = queries.export_for_caller(call, ids.outer("exp", known.id))
        return Exported(view, document_facts.read_bytes(known.digest), True)
    file = _file(call, code, first, last, form, lines, call.at) if form == "datev" else content
    shown = {line.entry_key for line in lines}
    digest = hashlib.sha256(file.data).hexdigest()
    row = JournalExport.objects.create(
        company_id=call.company.id, format=form, first_date=first, last_date=last, name=file.name, content_digest=content_digest,
        digest=digest, size=len(file.data), entries=len(shown), postings=len(lines), debit=file.debit, settled_before=mark,
        unsettled=[key for key in queries.unsettled_entries(call, first, last, mark) if key in shown],
        by_name=call.by.name, at=call.at,
    )  # fmt: skip
    documents.store_bytes(file.data)
    outer = ids.outer("exp", row.id)
    documents.keep_document(call, "journal-export", outer, file.name, file.media_type, digest, len(file.data))
    facts = {
        "name": file.name, "format": form, "from": first.isoformat(), "until": last.isoformat(), "entries": len(shown),
        "postings": len(lines), "amount": str(file.debit), "currency": call.company.currency, "digest": digest,
    }  # fmt: skip
    events.record(call, "ledger.journal-exported", [outer], facts)
    return Exported(queries.export_for_caller(call, outer), file.data, False)


def _file(
    call: Call, code: str, first: dt.date, last: dt.date, form: str, lines: Sequence[rules.ExportLine], at: dt.datetime
) -> rules.ExportedFile:
    base = call.company.currency
    if form == "csv":
        return rules.csv_file(code, base, first, last, lines)
    books = queries.book_settings(call)
    year_start = rules.fiscal_year_start(first, books.fiscal_year_month)
    settings = rules.DatevSettings(books.datev_consultant, books.datev_client, books.datev_length, books.fiscal_year_month)
    targets = queries.export_accounts(call)
    rules.check_settings(settings, base, first, last, year_start)
    rules.check_targets(targets, {line.account for line in lines}, settings.length)
    return rules.datev_file(code, base, first, last, lines, targets, settings, year_start, at)
