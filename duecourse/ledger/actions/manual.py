"""Manual journals: one person writes them, another approves them, and approval posts them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from decimal import Decimal

from duecourse.core import events, ids
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.documents import actions as documents
from duecourse.ledger import queries, rules
from duecourse.ledger.actions.books import post_entries, reverse_entries
from duecourse.ledger.models import ManualJournal, ManualJournalLine

ATTACHMENT_BYTES_MAX = 20_000_000
MEDIA_TYPES = {
    "pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "txt": "text/plain", "csv": "text/csv",
    "xml": "application/xml", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip
_CHANGES = ("draft", "waiting", "rejected")


@action
def prepare_journals(call: Call, drafts: Sequence[rules.Draft]) -> list[int]:
    """Keep journals as drafts, all or none; their ids in order.

    Errors: those of rules.check_draft, Refused('ledger.rate-missing').
    """
    rows, lines = [], []
    for draft in drafts:
        row = ManualJournal(company_id=call.company.id)
        lines.append(_fill(call, row, draft))
        rows.append(row)
    ManualJournal.objects.bulk_create(rows)
    _write_lines(call, list(zip(rows, lines, strict=True)))
    for row in rows:
        _record(call, "ledger.journal-prepared", row)
    return [row.id for row in rows]


@action
def change_journal(call: Call, journal_id: str, draft: rules.Draft) -> None:
    """Write a journal anew that is not posted; it is a draft again, and whoever changed it cannot approve it.

    Errors: those of prepare_journals, Refused('ledger.journal-decided'), not-found.
    """
    (row,) = _locked(call, [journal_id], _CHANGES)
    lines = _fill(call, row, draft)
    row.state, row.decided_by_id, row.decided_by_name, row.decided_at, row.decision_reason = "draft", None, "", None, ""
    row.save()
    ManualJournalLine.objects.filter(company_id=call.company.id, journal_id=row.id).delete()
    _write_lines(call, [(row, lines)])
    _record(call, "ledger.journal-changed", row)


@action
def submit_journals(call: Call, journal_ids: Sequence[str]) -> None:
    """Ask another person for approval, of one or many drafts. Errors: Refused('ledger.journal-decided'), not-found."""
    for row in _locked(call, journal_ids, ("draft",)):
        row.state = "waiting"
        row.save()
        _record(call, "ledger.journal-submitted", row)


@action
def drop_journal(call: Call, journal_id: str) -> None:
    """Put a journal aside that nobody wants any more; it stays to be read. Errors: Refused('ledger.journal-decided'), not-found."""
    (row,) = _locked(call, [journal_id], _CHANGES)
    row.state = "dropped"
    row.save()
    _record(call, "ledger.journal-dropped", row)


@action
def attach_file(call: Call, journal_id: str, name: str, data: bytes) -> int:
    """Keep a voucher with a journal that is not posted; the document's id.

    Errors: Refused('ledger.attachment-not-usable'), Refused('ledger.journal-decided'), not-found.
    """
    (row,) = _locked(call, [journal_id], _CHANGES)
    media_type = MEDIA_TYPES.get(name.rsplit(".", 1)[-1].lower())
    if media_type is None or not data or len(data) > ATTACHMENT_BYTES_MAX:
        raise Refused(
            "ledger.attachment-not-usable",
            f"“{name[:60]}” cannot be kept: a voucher is a file of {', '.join(sorted(MEDIA_TYPES))}, not empty, up to 20 MB.",
        )
    documents.store_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    return documents.keep_document(call, "voucher", ids.outer("man", row.id), name, media_type, digest, len(data))


@action
def approve_journals(call: Call, journal_ids: Sequence[str]) -> list[rules.PostedEntry]:
    """Post journals that another person prepared, all or none; the entries in order.

    Errors: Refused('ledger.own-journal'), Refused('ledger.journal-decided'), Refused('ledger.period-closed'), those of post_entries.
    """
    return _approve(call, journal_ids, "")


@action
def approve_late(call: Call, journal_id: str, reason: str) -> rules.PostedEntry:
    """Post one journal into a soft-locked period, with the reason why it comes late; each is listed with the month.

    Errors: Refused('ledger.reason-missing'), those of approve_journals.
    """
    if not reason.strip():
        raise Refused("ledger.reason-missing", "Say why this goes into a locked month: the reason is listed with it.")
    return _approve(call, [journal_id], reason.strip()[:300])[0]


@action
def reject_journal(call: Call, journal_id: str, reason: str) -> None:
    """Send a journal back to whoever prepared it. Errors: Refused('ledger.reason-missing'), Refused('ledger.journal-decided')."""
    if not reason.strip():
        raise Refused("ledger.reason-missing", "Say what is wrong with the journal, so that it can be mended.")
    (row,) = _locked(call, [journal_id], ("waiting",))
    row.state, row.decision_reason = "rejected", reason.strip()[:300]
    row.decided_by_id, row.decided_by_name, row.decided_at = call.by.id, call.by.name, call.at
    row.save()
    _record(call, "ledger.journal-rejected", row)


def _approve(call: Call, journal_ids: Sequence[str], reason: str) -> list[rules.PostedEntry]:
    accounts = queries.book_accounts(call)
    views = queries.journals(call, journal_ids=[ids.inner("man", one) for one in dict.fromkeys(journal_ids)])
    drafts = {view.id: view.draft for view in views}
    ordered = sorted(
        {draft.posting_date for draft in drafts.values()} | {view.reverse_date for view in views if view.reverse_date}
    )
    queries.lock_periods(call, ordered, {draft.posting_date for draft in drafts.values()} if reason else ())
    rows = _locked(call, journal_ids, ("waiting",))
    for row in rows:
        if row.prepared_by_id == call.by.id:
            raise Refused(
                "ledger.own-journal",
                f"You prepared “{row.text[:60]}”: another person approves it. Nothing was posted.",
                text=row.text,
            )
    entries = []
    companies = queries.journal_company_moneys(call, [row.id for row in rows])
    for row in rows:
        rules.check_draft(drafts[row.id], accounts)
        entries.append(rules.journal_entry(drafts[row.id], accounts, companies[row.id], ids.outer("man", row.id), reason))
    posted = post_entries(call, entries)
    for row, entry in zip(rows, posted, strict=True):
        row.state, row.entry_id, row.decision_reason = "posted", entry.id, reason
        row.decided_by_id, row.decided_by_name, row.decided_at = call.by.id, call.by.name, call.at
        row.save()
        _record(call, "ledger.journal-approved", row, entry)
    for row, entry in zip(rows, posted, strict=True):
        if row.reverse_date:
            reverse_entries(call, [entry.id], row.reverse_date, "Reversal of the month before")
    return posted


def _fill(call: Call, row: ManualJournal, draft: rules.Draft) -> list[tuple[int, rules.DraftLine, Money]]:
    """Put a checked draft into its row; its lines with accounts and company amounts."""
    accounts = queries.book_accounts(call)
    rules.check_draft(draft, accounts)
    rate = draft.rate
    if draft.currency == call.company.currency:
        rate = Decimal(1)
    if rate is None:
        rate = queries.rates(call, [draft.currency], draft.posting_date)[draft.currency]
    moneys = rules.company_amounts([Money(line.amount, draft.currency) for line in draft.lines], rate, call.company.currency)
    row.text, row.posting_date, row.document_date = draft.text.strip(), draft.posting_date, draft.document_date
    row.currency, row.rate = draft.currency, rate
    row.reverse_date = rules.next_month(draft.posting_date) if draft.reverses else None
    row.prepared_by_id, row.prepared_by_name, row.prepared_at = call.by.id, call.by.name, call.at
    return [(accounts[line.account].id, line, money) for line, money in zip(draft.lines, moneys, strict=True)]


def _write_lines(call: Call, journals: Iterable[tuple[ManualJournal, list[tuple[int, rules.DraftLine, Money]]]]) -> None:
    ManualJournalLine.objects.bulk_create(
        ManualJournalLine(
            company_id=call.company.id,
            journal_id=row.id,
            place=place,
            account_id=account,
            amount=line.amount,
            company_amount=money.amount,
            tax_category=line.tax_category,
            tax_percent=line.tax_percent,
        )
        for row, lines in journals
        for place, (account, line, money) in enumerate(lines, 1)
    )


def _locked(call: Call, journal_ids: Sequence[str], states: Sequence[str]) -> list[ManualJournal]:
    """The journals in one of `states`, locked in order of their ids. Errors: not-found, Refused('ledger.journal-decided')."""
    keys = {ids.inner("man", one) for one in journal_ids}
    rows = list(ManualJournal.objects.select_for_update().filter(company_id=call.company.id, id__in=keys).order_by("id"))
    if len(rows) != len(keys) or not keys:
        raise ids.not_found("man")
    for row in rows:
        if row.state not in states:
            raise Refused(
                "ledger.journal-decided",
                f"“{row.text[:60]}” is {row.get_state_display().lower()}; this cannot be done with it now. Nothing was changed.",
                state=row.state,
            )
    return rows


def _record(call: Call, name: str, row: ManualJournal, entry: rules.PostedEntry | None = None) -> None:
    subjects = [ids.outer("man", row.id), *([ids.outer("jrn", entry.id)] if entry else [])]
    facts: dict[str, object] = {
        "name": row.text[:100],
        "posting_date": row.posting_date.isoformat(),
        "prepared_by": row.prepared_by_name,
    }
    if entry:
        facts["number"] = entry.number
    if row.decision_reason:
        facts["reason"] = row.decision_reason
    events.record(call, name, subjects, facts)
