"""Take bank files: each statement once, each booked line once, each line posted."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import OperationalError, connection

from duecourse.bank import queries, rules
from duecourse.bank.formats import detect
from duecourse.bank.formats.statement import Entry as FileEntry
from duecourse.bank.formats.statement import FileRefused
from duecourse.bank.formats.statement import Statement as FileStatement
from duecourse.bank.models import BankFile, BankLine, Statement
from duecourse.core import bulk, events, ids
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused
from duecourse.core.money import Money, rounded
from duecourse.core.reasons import Reason, to_json
from duecourse.documents import actions as documents
from duecourse.ledger import actions as ledger
from duecourse.ledger import queries as ledger_facts
from duecourse.ledger.queries import BankAccountView
from duecourse.ledger.rules import Entry, Line

FILE_BYTES_MAX = 100_000_000
_LINE = (
    "id", "company_id", "statement_id", "bank_account_id", "identity", "occurrence", "part", "booking_date", "value_date", "currency",
    "amount", "company_amount", "is_reversal", "counterparty_name", "counterparty_account", "end_to_end_id", "structured_reference",
    "bank_reference", "type_code", "remittance", "charges", "entry_id",
)  # fmt: skip
_STATEMENT = (
    "id", "company_id", "file_id", "bank_account_id", "statement_id", "from_date", "to_date", "currency", "opening_balance",
    "closing_balance", "follows",
)  # fmt: skip


@dataclass(slots=True)
class _Part:
    """A statement of the file with the own account it belongs to, and what of it is new."""

    statement: FileStatement
    account: BankAccountView
    booked: list[FileEntry]
    key: int = 0
    reason: Reason | None = None
    new: list[_NewLine] = field(default_factory=list)

    @property
    def follows(self) -> bool | None:
        if self.statement.opening_balance is None or (self.reason and self.reason.code == "bank.first-statement"):
            return None
        return self.reason is None


@dataclass(slots=True)
class _NewLine:
    """One payment that is to be booked: the bank's entry, its identity and which payment of a batch it is."""

    entry: FileEntry
    identity: str
    occurrence: int
    part: int
    booking_date: dt.date
    money: Money


@action
def import_file(call: Call, name: str, data: bytes) -> rules.ImportResult:
    """Take a bank's file whole, or refuse it: keep it, its statements and its new lines, and post them.

    The same bytes again are answered with what they were. Money in is posted to cash clearing, money out to payments
    clearing, at the rate of the booking date; an account's first statement brings its opening balance. A line of a month that is
    locked or closed is posted on the first open day after, and keeps the bank's own days. Errors:
    FileRefused('bank.…') naming the line, Refused('bank.account-unknown'), Refused('bank.import-running'), Refused('ledger.period-closed'),
    Refused('ledger.rate-missing').
    """
    if len(data) > FILE_BYTES_MAX:
        raise Refused(
            "bank.file-too-large", f"{name} is larger than {FILE_BYTES_MAX // 1_000_000} MB. Ask the bank for shorter periods."
        )
    digest = hashlib.sha256(data).hexdigest()
    known = _wait_for_equal_file(call, digest)
    if known is not None:
        return _already(known)
    file = detect.read(data, name)
    warnings: list[Reason] = []
    parts = _parts(call, name, file.statements, warnings)
    days = ledger_facts.posting_days(call, {_day(name, part, entry) for part in parts for entry in part.booked})
    ledger_facts.lock_periods(call, days.values())
    ledger_facts.lock_bank_accounts(call, {part.account.id for part in parts})
    _find_new_lines(call, name, parts, warnings)
    _check_continuity(call, parts, warnings)
    documents.store_bytes(data)
    row = BankFile.objects.create(
        company_id=call.company.id,
        digest=digest,
        name=name[:200],
        format=file.format,
        size=len(data),
        lines_read=sum(len(statement.entries) for statement in file.statements),
        lines_new=sum(len(part.new) for part in parts),
        by_name=call.by.name,
        at=call.at,
    )
    media_type = "application/xml" if file.format == "camt" else "text/plain"
    documents.keep_document(call, "bank-file", ids.outer("fil", row.id), name, media_type, digest, len(data))
    _write_statements(call, row.id, parts)
    _post_and_write_lines(call, parts, days, warnings)
    result = _result(row, parts, warnings, sum(len(part.booked) for part in parts))
    _record(call, result, parts)
    return result


def _wait_for_equal_file(call: Call, digest: str) -> BankFile | None:
    """The file with this digest, if it is here; who sends the same bytes at the same time waits for the first."""
    lock = int.from_bytes(hashlib.sha256(f"{call.company.id}\nbank-file\n{digest}".encode()).digest()[:8], "big", signed=True)
    try:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [lock])
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) != "55P03":  # lock_timeout
            raise
        raise Refused("bank.import-running", "This file is being imported at this moment. Look again in a minute.") from error
    return BankFile.objects.filter(company_id=call.company.id, digest=digest).first()


def _already(row: BankFile) -> rules.ImportResult:
    return rules.ImportResult(row.id, row.name, row.format, True, row.lines_read, 0)


def _parts(call: Call, name: str, statements: Sequence[FileStatement], warnings: list[Reason]) -> list[_Part]:
    """The statements with their own accounts. Errors: Refused('bank.account-unknown') naming every account that is not ours."""
    own = ledger_facts.bank_accounts(call)
    parts: list[_Part] = []
    unknown: list[str] = []
    for statement in statements:
        account = _own_account(own, statement)
        if account is None:
            unknown.append(f"{statement.account} {_currency(statement)}".strip())
        elif not rules.is_statement(statement.message):
            facts = {"name": statement.statement_id or name, "message": statement.message, "lines": len(statement.entries)}
            warnings.append(Reason("bank.notice-not-booked", facts))
        else:
            parts.append(_Part(statement, account, [entry for entry in statement.entries if entry.is_booked]))
            pending = len(statement.entries) - len(parts[-1].booked)
            if pending:
                warnings.append(Reason("bank.lines-pending", {"lines": pending}))
    if unknown:
        names = ", ".join(sorted(set(unknown)))
        raise Refused(
            "bank.account-unknown",
            f"{name} is about {names}, which is not one of your bank accounts. Add it under Settings, Bank accounts, and import "
            "the file again. Nothing was imported.",
            accounts=sorted(set(unknown)),
        )
    return parts


def _currency(statement: FileStatement) -> str:
    return statement.currency or next((entry.currency for entry in statement.entries), "")


def _own_account(own: Sequence[BankAccountView], statement: FileStatement) -> BankAccountView | None:
    currency = _currency(statement)
    forms = rules.account_forms(statement.account, currency)
    found = [account for account in own if rules.is_account(account.number, forms) and currency in ("", account.currency)]
    return found[0] if len(found) == 1 else None


def _day(name: str, part: _Part, entry: FileEntry) -> dt.date:
    """The booking day; the value day where the bank gives no other, or the statement's last day."""
    day = entry.booking_date or entry.value_date or rules.statement_days(part.statement)[1]
    if day is None:
        raise FileRefused(
            "bank.date-missing", name, entry.line, "booking date", "this line has no date. Ask the bank for a correct file"
        )
    return day


def _find_new_lines(call: Call, name: str, parts: Sequence[_Part], warnings: list[Reason]) -> None:
    """Of equal lines on a day the highest count in any one statement is the truth; pages of one statement count together."""
    by_statement = {id(part.statement): part for part in parts}
    groups = []
    for pages in rules.pages([part.statement for part in parts]):
        members = [by_statement[id(statement)] for statement in pages]
        entries = [entry for member in members for entry in member.booked]
        groups.append((members, rules.line_identities(str(members[0].account.id), entries)))
    counts = queries.line_counts(call, {identity for _, identities in groups for identity, _ in identities})
    for members, identities in groups:
        fresh = set(rules.new_lines(counts, identities))
        counts = rules.counted(counts, identities)
        position = 0
        for member in members:
            for entry in member.booked:
                if position in fresh:
                    member.new += _new_lines(name, member, entry, *identities[position], warnings)
                position += 1


def _new_lines(
    name: str, part: _Part, entry: FileEntry, identity: str, occurrence: int, warnings: list[Reason]
) -> list[_NewLine]:
    payments = rules.single_payments(entry)
    if len(entry.details) > 1 and len(payments) == 1:
        warnings.append(Reason("bank.batch-not-split", {"line": entry.line, "payments": len(entry.details)}))
    result = []
    for place, payment in enumerate(payments, 1):
        amount = payment.total
        if amount != rounded(amount, payment.currency) or payment.currency != part.account.currency:
            raise FileRefused(
                "bank.amount-not-readable", name, payment.line, "amount",
                f"{amount:f} {payment.currency} is not an amount in {part.account.currency}. Ask the bank for a correct file",
            )  # fmt: skip
        result.append(_NewLine(payment, identity, occurrence, place, _day(name, part, entry), Money(amount, payment.currency)))
    return result


def _check_continuity(call: Call, parts: Sequence[_Part], warnings: list[Reason]) -> None:
    """Each statement against the one before it, of the database or of this file. A gap is said, never refused."""
    closings = queries.closing_balances(call, {part.account.id for part in parts})
    for part in parts:
        earlier = closings.setdefault(part.account.id, [])
        part.reason = rules.continuity(rules.closing_before(earlier, part.statement), part.statement.opening_balance)
        if part.reason is not None and part.reason.code == "bank.statement-missing":
            warnings.append(part.reason)
        end = rules.statement_days(part.statement)[1]
        if end is not None and part.statement.closing_balance is not None:
            earlier.append((end, part.statement.closing_balance))


def _write_statements(call: Call, file_id: int, parts: Sequence[_Part]) -> None:
    for part, key in zip(parts, bulk.reserve_ids(Statement, len(parts)), strict=True):
        part.key = key
    bulk.copy_in(
        Statement,
        _STATEMENT,
        [
            (
                part.key, call.company.id, file_id, part.account.id, (part.statement.statement_id or "")[:60],
                *rules.statement_days(part.statement), part.account.currency, part.statement.opening_balance,
                part.statement.closing_balance, part.follows,
            )
            for part in parts
        ],
    )  # fmt: skip


def _post_and_write_lines(call: Call, parts: Sequence[_Part], days: Mapping[dt.date, dt.date], warnings: list[Reason]) -> None:
    """One journal entry for each new line, and the opening balance of accounts that nothing was posted to, in one batch."""
    opening = _openings(call, parts)
    lines = [(part, line) for part in parts for line in part.new]
    booked = {(line.money.currency, line.booking_date) for _, line in lines}
    rates = ledger_facts.rates_on(call, booked | {(money.currency, day) for _, money, day in opening})
    keys = bulk.reserve_ids(BankLine, len(lines))
    base = call.company.currency
    entries = []
    for part, money, day in opening:
        company_money = money.converted(rates[money.currency, day], base)
        source = ids.outer("stm", part.key)
        both = (
            Line(money, company_money, account_id=part.account.account_id),
            Line(-money, -company_money, purpose="opening"),
        )
        entries.append(Entry("opening", day, day, f"Opening balance of {part.account.name}", source, both))
        warnings.append(Reason("bank.opened-with", {"opening": money, "day": day}))
    company_moneys = [line.money.converted(rates[line.money.currency, line.booking_date], base) for _, line in lines]
    moved = [place for place, (_, line) in enumerate(lines) if line.money]
    entries += [_entry(*lines[place], company_moneys[place], keys[place], days) for place in moved]
    warnings += _posted_later([lines[place][1].booking_date for place in moved], days)
    posted = ledger.post_entries(call, entries)
    entry_of = dict(zip(moved, (entry.id for entry in posted[len(opening) :]), strict=True))
    bulk.copy_in(
        BankLine,
        _LINE,
        [
            _line_row(call, keys[place], part, line, company_moneys[place].amount, entry_of.get(place))
            for place, (part, line) in enumerate(lines)
        ],
    )


def _openings(call: Call, parts: Sequence[_Part]) -> list[tuple[_Part, Money, dt.date]]:
    """The first statement of each account that has no postings, its opening balance, and the first open day from its start."""
    untouched = {part.account.account_id for part in parts}
    untouched -= ledger_facts.has_postings(call, untouched)
    if not untouched:
        return []
    far = dt.date.max
    result = []
    for part in sorted(parts, key=lambda part: rules.statement_days(part.statement)[0] or far):
        if part.account.account_id not in untouched:
            continue
        untouched.discard(part.account.account_id)
        start, end = rules.statement_days(part.statement)
        first = min((line.booking_date for line in part.new), default=call.today)
        if part.statement.opening_balance:
            wanted = start or end or first
            day = ledger_facts.first_open_days(call, [wanted])[wanted]
            result.append((part, Money(part.statement.opening_balance, part.account.currency), day))
    return result


def _posted_later(booked: Sequence[dt.date], days: Mapping[dt.date, dt.date]) -> list[Reason]:
    """For each day that lines of locked months were posted on: how many they are, and from which days."""
    moved: dict[dt.date, list[dt.date]] = {}
    for day in booked:
        if days[day] != day:
            moved.setdefault(days[day], []).append(day)
    return [
        Reason("bank.posted-later", {"lines": len(of), "first": min(of), "last": max(of), "day": day})
        for day, of in sorted(moved.items())
    ]


def _entry(part: _Part, line: _NewLine, company_money: Money, key: int, days: Mapping[dt.date, dt.date]) -> Entry:
    incoming = line.money.amount > 0
    who = " · ".join(text for text in (line.entry.counterparty_name, line.entry.remittance) if text)
    text = _text(" ".join(who.split()) or part.account.name, 300)
    both = (
        Line(line.money, company_money, account_id=part.account.account_id),
        Line(-line.money, -company_money, purpose="cash-clearing" if incoming else "payments-clearing"),
    )
    kind = "receipt" if incoming else "bank-debit"
    document_date = line.entry.value_date or line.booking_date
    return Entry(kind, days[line.booking_date], document_date, text, ids.outer("lin", key), both)


def _text(value: str | None, length: int) -> str:
    return (value or "").replace("\0", "")[:length]


def _line_row(
    call: Call, key: int, part: _Part, line: _NewLine, company_amount: Decimal, entry_id: int | None
) -> tuple[object, ...]:
    entry = line.entry
    return (
        key, call.company.id, part.key, part.account.id, line.identity, line.occurrence, line.part, line.booking_date,
        entry.value_date or line.booking_date, line.money.currency, line.money.amount, company_amount, entry.reversal,
        _text(entry.counterparty_name, 200), _text("".join((entry.counterparty_account or "").split()), 40),
        _text(entry.end_to_end_id, 100), _text(entry.structured_reference, 100), _text(entry.bank_reference, 100),
        _text(entry.type_code, 60), _text(entry.remittance, 10_000), entry.charges, entry_id,
    )  # fmt: skip


def _result(row: BankFile, parts: Sequence[_Part], warnings: Sequence[Reason], booked: int) -> rules.ImportResult:
    statements = tuple(
        rules.StatementResult(
            id=part.key,
            statement_id=part.statement.statement_id or "",
            bank_account_id=part.account.id,
            account_name=part.account.name,
            from_date=rules.statement_days(part.statement)[0],
            to_date=rules.statement_days(part.statement)[1],
            opening=_money(part.statement.opening_balance, part.account.currency),
            closing=_money(part.statement.closing_balance, part.account.currency),
            follows=part.follows,
            lines_new=len(part.new),
        )
        for part in parts
    )
    return rules.ImportResult(
        row.id, row.name, row.format, False, row.lines_read, row.lines_new, statements, tuple(warnings), row.lines_read - booked
    )


def _money(amount: Decimal | None, currency: str) -> Money | None:
    return None if amount is None else Money(amount, currency)


def _record(call: Call, result: rules.ImportResult, parts: Sequence[_Part]) -> None:
    subjects = [result.outer_id, *(ids.outer("stm", part.key) for part in parts)]
    subjects += sorted({ids.outer("bnk", part.account.id) for part in parts})
    facts = {
        "name": result.name,
        "format": result.format,
        "lines_read": result.lines_read,
        "lines_new": result.lines_new,
        "warnings": [to_json(reason) for reason in result.warnings],
    }
    events.record(call, "bank.file-imported", subjects, facts)
