"""Decisions about bank lines: which are the same as before, which statements follow on each other. Pure."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from duecourse.bank.formats.statement import Entry, Statement
from duecourse.core import ids
from duecourse.core.money import Money
from duecourse.core.reasons import N_, Reason, define

define(
    {
        "bank.statement-missing": N_(
            "The statement before closed at {previous}, this one opens at {opening}: {difference} are missing between them."
        ),
        "bank.notice-not-booked": N_(
            "{name} is a notice or an interim report ({message}), kept but not booked: its {lines} lines come with the statement."
        ),
        "bank.lines-pending": N_("{lines} lines are not booked by the bank yet; they count when a statement books them."),
        "bank.batch-not-split": N_(
            "Line {line} of the file is a batch of {payments} payments whose amounts do not add up to it; it is one payment here."
        ),
        "bank.opened-with": N_("This is the account's first statement: {opening} was posted as its opening balance on {day}."),
        "bank.posted-later": N_(
            "{lines} lines that the bank booked from {first} to {last} lie in a locked or closed month; they are posted on {day}, "
            "the first open day after, and keep the bank's own day."
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


@dataclass(frozen=True, slots=True)
class StatementResult:
    """One statement of an imported file. `follows`: it continues the one before; None when that cannot be told."""

    id: int
    statement_id: str
    bank_account_id: int
    account_name: str
    from_date: dt.date | None
    to_date: dt.date | None
    opening: Money | None
    closing: Money | None
    follows: bool | None
    lines_new: int


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What importing a file did. `lines_read` = new + known + not booked here; a known file has `already_imported` and no more."""

    file_id: int
    name: str
    format: str
    already_imported: bool
    lines_read: int
    lines_new: int
    statements: tuple[StatementResult, ...] = ()
    warnings: tuple[Reason, ...] = ()
    lines_unbooked: int = 0  # pending, or of a notice

    @property
    def outer_id(self) -> str:
        return ids.outer("fil", self.file_id)

    @property
    def lines_known(self) -> int:
        return self.lines_read - self.lines_new - self.lines_unbooked


def is_statement(message: str) -> bool:
    """Whether a message is a statement of booked lines. Notices and interim reports only foretell it: camt.052, camt.054, MT942."""
    return message.startswith("camt.053") or message == "mt940"


def single_payments(entry: Entry) -> list[Entry]:
    """The payments of a line that the bank batched, when their amounts add up to it exactly; else the line as one payment.

    A line kept whole takes the texts of its payments, so that what they name can still be found.
    """
    details = entry.details
    amounts = [detail.amount for detail in details if detail.amount and detail.currency == entry.currency]
    same_way = all((amount > 0) == (entry.total > 0) for amount in amounts)
    if len(details) > 1 and len(amounts) == len(details) and same_way and sum(amounts) == entry.total:
        return list(details)
    if not details:
        return [entry]
    texts = [text for text in (entry.remittance, *(detail.remittance for detail in details)) if text]
    texts += [detail.structured_reference for detail in details if detail.structured_reference]
    return [replace(entry, remittance="\n".join(texts) or None)]


_GERMAN = re.compile(r"([0-9]{8})/0*([0-9]{1,10})")


def account_forms(account: str, currency: str | None) -> set[str]:
    """The ways in which a bank may mean one account: with blanks, with its currency behind it, bank code and number apart."""
    plain = re.sub(r"[\s.-]", "", account).upper()
    forms = {plain, plain.replace("/", "")}
    if currency and plain.endswith(currency):
        forms |= {plain.removesuffix(currency).rstrip("/")}
    return {form for form in forms if form}


def is_account(number: str, forms: Iterable[str]) -> bool:
    """Whether the own account `number` is one of `forms`; a German IBAN also as bank code and account number."""
    own = re.sub(r"[\s.-]", "", number).upper()
    for form in forms:
        if form == own or form.replace("/", "") == own.replace("/", ""):
            return True
        german = _GERMAN.fullmatch(form)
        if german and own.startswith("DE") and len(own) == 22 and own[4:] == german[1] + german[2].zfill(10):
            return True
    return False


def statement_days(statement: Statement) -> tuple[dt.date | None, dt.date | None]:
    """First and last day of a statement, as far as it says them."""
    return statement.from_date or statement.opening_date, statement.to_date or statement.closing_date


def closing_before(earlier: Sequence[tuple[dt.date, Decimal]], statement: Statement) -> Decimal | None:
    """The closing balance that a statement should open with: that of the last statement ended by its first day.

    `earlier`: last day and closing balance of the known statements. Of several that end on that day the one that fits.
    """
    start, end = statement_days(statement)
    if start is None:
        before = [(day, closing) for day, closing in earlier if end is not None and day < end]
    else:
        before = [(day, closing) for day, closing in earlier if day <= start]
    if not before:
        return None
    last = max(day for day, _ in before)
    closings = [closing for day, closing in before if day == last]
    return statement.opening_balance if statement.opening_balance in closings else closings[-1]
