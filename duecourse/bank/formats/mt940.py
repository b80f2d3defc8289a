"""Reads SWIFT MT940 statements and MT942 interim reports as a stream of entries and statements.

Written against what banks send: headers that are not SWIFT's, missing :86:, several :86:, lines broken inside an amount
or a time, UTF-8 or Windows-1252. What is not in order is refused with its line.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import BinaryIO

from duecourse.bank.formats.amounts import comma_amount, nearest_day, swift_day
from duecourse.bank.formats.charset import charset_of
from duecourse.bank.formats.mt940_text import Narrative, narrative_of
from duecourse.bank.formats.statement import Entry, FileRefused, Part, Statement, check_balance

LINE_MAX = 20_000  # bytes; a line of MT940 has 65 to 80
TAG = re.compile(r":(20|21|25P?|28C?|13[CD]?|34F|60[FM]|61|62[FM]|64|65|86|90[CD]|NS):")
_END = re.compile(r"-(\}.*|[A-Z]{3})?\s*")  # “-”, “-}”, “-XXX”
_WRAPPED_TIME = re.compile(r"[0-9][T ]?[0-9]{2}")  # a line that ends in the hour: “…-09-12T16” + “:26:37”
_LINE = re.compile(r"([0-9]{6})([0-9]{4})?(E?R?[CD])([A-Z])?\s*(.*)", re.DOTALL)
_AMOUNT = re.compile(r"([0-9][0-9.,]*)(?:([A-Z][A-Z0-9]{3})(.*))?", re.DOTALL)
_BALANCE = re.compile(r"([CD])([0-9]{6})([A-Z]{3})(.*)")
_NO_REFERENCE = frozenset({"", "NONREF", "NOREF", "NOTPROVIDED", "NOT PROVIDED", "KREF+", "EREF+", "KREF", "EREF"})
_CHARGES = re.compile(r"/(?:MCHG|CHGS[0-9]?)/([A-Z]{3})([0-9]+,[0-9]*)")


@dataclass
class _Field:
    """One field: its tag (“-” for the end of a message) and its text, continuation lines and all."""

    tag: str
    line: int
    lines: list[str]

    @property
    def text(self) -> str:
        return self.lines[0].strip()


@dataclass
class _Message:
    """A statement under way."""

    line: int
    account: str | None = None
    number: str | None = None
    is_interim: bool = False
    currency: str | None = None
    opening: tuple[Decimal, dt.date] | None = None
    closing: tuple[Decimal, dt.date] | None = None
    closing_line: int = 0
    booked: Decimal = Decimal(0)
    count: int = 0
    pending: list[_Field] = field(default_factory=list)  # a :61: with its :86:


def parts(file: BinaryIO, name: str) -> Iterator[Part]:
    """Every entry, and after its last entry every statement. Errors: FileRefused('bank.…') at any point."""
    message: _Message | None = None
    seen = 0
    for item in _fields(_lines(file, name)):
        if message is not None and item.tag not in ("86", "NS"):
            yield from _entry(message, name)
        if item.tag in ("20", "-"):
            if message is not None:
                yield _statement(message, name)
                seen += 1
            message = _Message(item.line) if item.tag == "20" else None
            continue
        message = message or _Message(item.line)
        _take(message, item, name)
    if message is not None:
        yield from _entry(message, name)
        yield _statement(message, name)
        seen += 1
    if not seen:
        raise FileRefused("bank.file-without-statements", name, None, "", "an MT940 file without any statement in it")


def _lines(file: BinaryIO, name: str) -> Iterator[tuple[int, str]]:
    """Lines with their numbers, decoded, whatever ends them (LF, CRLF, CR)."""
    charset = charset_of(file, name)
    number = 0
    while raw := file.readline(LINE_MAX + 1):
        if len(raw) > LINE_MAX:
            raise FileRefused("bank.file-damaged", name, number + 1, "", f"a line of more than {LINE_MAX} bytes; not MT940")
        if number == 0:
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        for piece in raw.rstrip(b"\r\n").split(b"\r"):
            number += 1
            if b"\0" in piece:
                raise FileRefused(
                    "bank.file-damaged", name, number, "", "a NUL byte; the file is damaged or in UTF-16. Expected plain text"
                )
            yield number, piece.decode(charset)


def _fields(lines: Iterator[tuple[int, str]]) -> Iterator[_Field]:
    """Lines put together to fields. What stands before the first field of a message is a header and left out."""
    current: _Field | None = None
    for number, written in lines:
        line = written.lstrip("\x01\x03")
        if line.startswith("{") and "{4:" in line:  # SWIFT's own envelope before the first field
            line = line[line.index("{4:") + 3 :]
        tag = TAG.match(line)
        if tag and not (current is not None and _is_wrapped_time(current, line)):
            if current is not None:
                yield current
            current = _Field(tag[1], number, [line[tag.end() :]])
        elif _END.fullmatch(line):
            if current is not None:
                yield current
            yield _Field("-", number, [""])
            current = None
        elif current is not None and line.strip():
            current.lines.append(line)
    if current is not None:
        yield current


def _is_wrapped_time(current: _Field, line: str) -> bool:
    """“:26:37 …” after “2014-09-12T16” is a time that the bank's line length broke in two, not field 26."""
    return (
        current.tag == "86"
        and re.match(r":[0-5][0-9]:[0-5][0-9]", line) is not None
        and _WRAPPED_TIME.fullmatch(current.lines[-1].rstrip()[-4:].lstrip("-.")) is not None
    )


def _take(message: _Message, item: _Field, name: str) -> None:
    """One field into the message."""
    tag = item.tag
    if tag in ("25", "25P"):
        if message.account is not None or message.count:
            raise _misplaced(item, name, ":86:, :61: or :62F:")
        message.account = item.text
    elif tag in ("28", "28C"):
        message.number = message.number or item.text
    elif tag in ("60F", "60M"):
        if message.opening is not None or message.count:
            raise _misplaced(item, name, "one opening balance, before the entries,")
        message.opening = _balance(message, item, name)
    elif tag in ("62F", "62M"):
        if message.closing is not None:
            raise _misplaced(item, name, "one closing balance")
        message.closing = _balance(message, item, name)
        message.closing_line = item.line
    elif tag in ("34F", "90C", "90D"):
        message.is_interim = True
        said = re.match(r"[0-9]*([A-Z]{3})", item.text)
        message.currency = message.currency or (said[1] if said else None)
    elif tag == "61":
        if message.account is None or message.closing is not None or (message.opening is None and not message.is_interim):
            raise _misplaced(
                item, name, "an account (:25:) and an opening balance (:60F:) before the entries, and :62F: after them,"
            )
        message.pending = [item]
    elif tag in ("86", "NS") and message.pending:
        message.pending.append(item)


def _misplaced(item: _Field, name: str, expected: str) -> FileRefused:
    return FileRefused(
        "bank.field-misplaced", name, item.line, f":{item.tag}:",
        f"this field cannot stand here; expected {expected} in each statement. The file is damaged or cut: get it from the bank "
        "again",
    )  # fmt: skip


def _balance(message: _Message, item: _Field, name: str) -> tuple[Decimal, dt.date]:
    label = f":{item.tag}:"
    said = _BALANCE.fullmatch(item.text)
    if said is None:
        raise FileRefused(
            "bank.field-not-readable", name, item.line, label,
            f"“{item.text[:40]}” is not a balance; expected C or D, the day YYMMDD, the currency and the amount",
        )  # fmt: skip
    if message.currency is not None and message.currency != said[3]:
        raise FileRefused(
            "bank.currency-mixed", name, item.line, label,
            f"a balance in {said[3]} on a statement in {message.currency}. Ask the bank for a correct file",
        )  # fmt: skip
    message.currency = said[3]
    amount = comma_amount(said[4], said[3], name, item.line, label)
    return (amount if said[1] == "C" else -amount), swift_day(said[2], name, item.line, label)


def _entry(message: _Message, name: str) -> Iterator[Entry]:
    """The pending :61: with its :86: as an entry."""
    if not message.pending:
        return
    (head, *notes), message.pending = message.pending, []
    entry = _entry_head(message, head, name)
    narrative = narrative_of([note.lines for note in notes if note.tag == "86"])
    if not any(note.tag == "86" for note in notes):
        narrative = Narrative(remittance="\n".join(text for note in notes for text in note.lines) or None)
    supplement = entry.remittance
    charges = _CHARGES.search(f"{supplement or ''}\n{narrative.remittance or ''}")
    if supplement is not None and supplement.startswith("/"):
        supplement = None  # codes such as /OCMT/EUR4,5/, not words
    entry = replace(
        entry,
        remittance="\n".join(text for text in (narrative.remittance, supplement) if text) or None,
        counterparty_name=narrative.name or entry.counterparty_name,
        counterparty_account=narrative.account,
        end_to_end_id=(entry.end_to_end_id if narrative.end_to_end_id is None else narrative.end_to_end_id) or None,
        structured_reference=narrative.structured_reference,
        charges=(
            -comma_amount(charges[2], entry.currency, name, head.line, "/CHGS/")
            if charges is not None and charges[1] == entry.currency
            else None
        ),
    )
    message.count += 1
    if entry.is_booked:
        message.booked += entry.total
    yield entry


def _entry_head(message: _Message, item: _Field, name: str) -> Entry:
    """The :61: line itself; its supplementary details wait in `remittance`, a name on the same line in the name."""
    first, rest = item.lines[0].rstrip(), item.lines[1:]
    line = _LINE.fullmatch(first)
    if line is not None and not line[5] and rest:  # some banks break the line before the amount
        line, rest = _LINE.fullmatch(first + rest[0].strip()), rest[1:]
    if line is None:
        raise FileRefused(
            "bank.field-not-readable", name, item.line, ":61:",
            f"“{item.text[:40]}” is not an entry; expected the value date YYMMDD, perhaps the booking day MMDD, C, D, RC or RD, "
            "and the amount",
        )  # fmt: skip
    amounts = _AMOUNT.fullmatch(line[5])
    said = amounts[1] if amounts is not None else line[5]
    value = comma_amount(said, message.currency, name, item.line, ":61: amount")
    assert amounts is not None, "what _AMOUNT does not read is no amount either"
    value_date = swift_day(line[1], name, item.line, ":61:")
    is_out = line[3] in ("D", "ED", "RC")  # the reversal of a credit takes money out
    reference, bank_reference, beside = _references(amounts[3] or "")
    if message.currency is None:
        raise FileRefused("bank.field-missing", name, item.line, ":61:", "expected a currency in :60F: or :34F: before any entry")
    return Entry(
        line=item.line,
        amount=-value if is_out else value,
        currency=message.currency,
        booking_date=nearest_day(line[2], value_date, name, item.line, ":61:") if line[2] else None,
        value_date=value_date,
        status="PDNG" if line[3].startswith("E") else None if message.is_interim else "BOOK",
        reversal="R" in line[3],
        counterparty_name=beside,
        end_to_end_id=None if (reference or "").upper() in _NO_REFERENCE else reference,
        bank_reference=bank_reference,
        type_code=amounts[2],
        remittance="\n".join(text.strip() for text in rest) or None,
    )


def _references(text: str) -> tuple[str | None, str | None, str | None]:
    """The owner's reference (16 characters), the bank's after “//”, and a name where a bank writes one beside them."""
    at = text.find("//")
    if 0 <= at <= 16:
        return text[:at].strip() or None, text[at + 2 :].strip() or None, None
    return text[:16].strip() or None, None, text[16:].strip() or None


def _statement(message: _Message, name: str) -> Statement:
    """The finished statement, balances checked."""
    missing = [
        label
        for label, value in (
            ("an account (:25:)", message.account),
            ("an opening balance (:60F:)", message.opening or message.is_interim or None),
            ("a closing balance (:62F:)", message.closing or (message.is_interim and message.opening is None) or None),
        )
        if value is None
    ]
    if missing or message.account is None:
        raise FileRefused(
            "bank.file-truncated", name, message.line, "",
            f"the statement that begins here lacks {' and '.join(missing)}: the file is cut, or no statement. Nothing was read; "
            "get the complete file from the bank",
        )  # fmt: skip
    statement = Statement(
        line=message.line,
        message="mt942" if message.is_interim else "mt940",
        account=message.account,
        currency=message.currency,
        statement_id=message.number,
        sequence=message.number,
        opening_balance=message.opening[0] if message.opening else None,
        closing_balance=message.closing[0] if message.closing else None,
        opening_date=message.opening[1] if message.opening else None,
        closing_date=message.closing[1] if message.closing else None,
        from_date=message.opening[1] if message.opening else None,
        to_date=message.closing[1] if message.closing else None,
        entry_count=message.count,
    )
    check_balance(name, statement, message.booked, message.closing_line)
    return statement
