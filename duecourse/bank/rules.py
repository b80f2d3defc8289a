"""Decisions about bank lines: which are the same as before, which statements follow on each other. Pure."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from duecourse.bank.formats.statement import Entry, Statement
from duecourse.core.reasons import N_, Reason, define

define(
    {
        "bank.statement-missing": N_(
            "The statement before closed at {previous}, this one opens at {opening}: {difference} are missing between them."
        ),
        "bank.first-statement": N_("No earlier statement of this account is known, so its opening balance cannot be compared."),
    }
)

_UNREAL = re.compile(r"[\s0.*/-]*|NON ?REF|NO ?REF|NOT ?PROVIDED|KREF\+?|EREF\+?|N/?A|NONE|UNKNOWN", re.IGNORECASE)

Identity = tuple[str, int]


def is_real_reference(reference: str | None) -> bool:
    """Whether a bank's reference says anything: not empty, not zeros, not NONREF or NOTPROVIDED."""
    return reference is not None and not _UNREAL.fullmatch(reference.strip())


def line_identities(account: str, entries: Sequence[Entry]) -> list[Identity]:
    """What makes each line of one statement itself: (key, n-th equal line of that day, from 1).

    The key hashes account, booking day (the value day where there is none), signed amount, currency and the bank's own
    reference where it is real, else the text. Two equal payments have one key and the occurrences 1 and 2, so both count;
    the same two in a second extract have the same identities, so neither counts again. A reference that the bank repeats
    (one id for a whole batch) does no harm: amount and occurrence tell its lines apart. `account` must be written the same
    way each time: pass the id of the own account, not the file's spelling.
    """
    seen: Counter[str] = Counter()
    identities = []
    for entry in entries:
        key = line_key(account, entry)
        seen[key] += 1
        identities.append((key, seen[key]))
    return identities


def line_key(account: str, entry: Entry) -> str:
    """64 hexadecimal digits; see `line_identities`."""
    day = entry.booking_date or entry.value_date
    parts = [account, day.isoformat() if day else "", f"{entry.total.normalize():f}", entry.currency]
    if is_real_reference(entry.bank_reference):
        parts += ["reference", _plain(entry.bank_reference)]
    else:
        text = (entry.counterparty_name, entry.counterparty_account, entry.end_to_end_id, entry.structured_reference)
        parts += ["text", *(_plain(part) for part in (*text, entry.remittance))]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _plain(text: str | None) -> str:
    """Without line breaks, blanks and capitals: banks break the same words differently in two extracts."""
    return re.sub(r"\s+", "", text or "").casefold()


def new_lines(existing: Mapping[str, int], identities: Sequence[Identity]) -> list[int]:
    """Positions of the lines of one statement that are not known yet.

    `existing`: how many lines of each key are booked. Of equal lines on a day the highest count in any one statement is
    the truth: a second extract with three of them adds one to two that are known, and one with two adds none.
    """
    return [position for position, (key, occurrence) in enumerate(identities) if occurrence > existing.get(key, 0)]


def counted(existing: Mapping[str, int], identities: Iterable[Identity]) -> dict[str, int]:
    """The counts after this statement: `existing` for the next one."""
    counts = dict(existing)
    for key, occurrence in identities:
        counts[key] = max(counts.get(key, 0), occurrence)
    return counts


def pages(statements: Sequence[Statement]) -> list[list[Statement]]:
    """Statements that a bank has split over several messages (00012/001, 00012/002; one camt id on several pages).

    Pages of one statement are one statement for `line_identities`: an equal line on the next page is another line.
    """
    groups: list[list[Statement]] = []
    for statement in statements:
        if groups and _is_next_page(groups[-1][-1], statement):
            groups[-1].append(statement)
        else:
            groups.append([statement])
    return groups


def _is_next_page(before: Statement, statement: Statement) -> bool:
    if (before.account, before.currency, before.message) != (statement.account, statement.currency, statement.message):
        return False
    if before.closing_balance is None or before.closing_balance != statement.opening_balance or not statement.statement_id:
        return False
    if statement.message.startswith("camt"):
        return before.statement_id == statement.statement_id
    base, _, page = statement.statement_id.partition("/")
    base_before, _, page_before = (before.statement_id or "").partition("/")
    return base == base_before and page.isdigit() and page_before.isdigit() and int(page) == int(page_before) + 1


def continuity(previous_closing: Decimal | None, opening: Decimal | None) -> Reason | None:
    """Whether a statement follows on the one before it: None when it does, or when it states no opening balance.

    Balances in the account's currency. A gap is said, never refused: the missing statement may still come.
    """
    if opening is None or opening == previous_closing:
        return None
    if previous_closing is None:
        return Reason("bank.first-statement")
    return Reason(
        "bank.statement-missing", {"previous": previous_closing, "opening": opening, "difference": opening - previous_closing}
    )
