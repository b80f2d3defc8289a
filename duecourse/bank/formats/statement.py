"""What every bank format is read into: statements of one account with their entries, exactly as the file says it.

A reader yields `Entry` values one by one and, after the last entry of a statement, the `Statement` itself with its
entries left out: a file of a million entries never stands in memory. `collect` puts the two together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from duecourse.core.errors import Refused

NOT_BOOKED = frozenset({"PDNG", "INFO", "FUTR"})  # ISO 20022 entry statuses that do not move the booked balance


class FileRefused(Refused):
    """A bank file that is not read, because of what stands in one place of it.

    `code` as in `Refused`; `details` has `file`, `line` (1-based, None when the file as a whole is meant) and `field`.
    """

    def __init__(self, code: str, file: str, line: int | None, field: str, problem: str) -> None:
        place = ", ".join(part for part in (file, f"line {line}" if line else "", field) if part)
        super().__init__(code, f"{place}: {problem}", file=file, line=line, field=field)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a statement, or (in `details`) one payment of a batched line.

    `amount` is negative when money left the account and keeps the file's own decimals; only a detail may have none,
    where the bank gives no amount per payment. None = the file does not say. `line` is where the entry starts.
    """

    line: int
    amount: Decimal | None
    currency: str
    entry_id: str | None = None
    booking_date: dt.date | None = None
    value_date: dt.date | None = None
    status: str | None = None
    reversal: bool = False
    counterparty_name: str | None = None
    counterparty_account: str | None = None
    end_to_end_id: str | None = None
    structured_reference: str | None = None
    bank_reference: str | None = None
    type_code: str | None = None
    charges: Decimal | None = None
    remittance: str | None = None
    details: tuple[Entry, ...] = ()

    @property
    def total(self) -> Decimal:
        """The amount of a statement line, which always has one."""
        assert self.amount is not None, "only a detail may lack an amount"
        return self.amount

    @property
    def is_booked(self) -> bool:
        return self.status not in NOT_BOOKED


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, report or notice of one account.

    `message` is the kind of message as the bank names it (`camt.053.001.08`, `mt940`, `mt942`). Balances are the booked
    ones, negative = overdrawn. `sequence` is the bank's own running number, as text. `entry_count` counts all entries.
    """

    line: int
    message: str
    account: str
    currency: str | None
    statement_id: str | None
    sequence: str | None
    opening_balance: Decimal | None
    closing_balance: Decimal | None
    opening_date: dt.date | None
    closing_date: dt.date | None
    from_date: dt.date | None
    to_date: dt.date | None
    entry_count: int
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class BankFile:
    """A whole file: `format` is the name of its reader (`camt`, `mt940`)."""

    format: str
    statements: tuple[Statement, ...]


Part = Entry | Statement


def collect(file_format: str, parts: Iterable[Part]) -> BankFile:
    """The whole file in memory: every statement together with its entries."""
    statements: list[Statement] = []
    entries: list[Entry] = []
    for part in parts:
        if isinstance(part, Entry):
            entries.append(part)
        else:
            statements.append(replace(part, entries=tuple(entries)))
            entries = []
    return BankFile(file_format, tuple(statements))


def check_balance(name: str, statement: Statement, booked: Decimal, closing_line: int) -> None:
    """Opening balance + booked entries = closing balance, wherever the file gives both balances.

    `booked` is the sum of the booked entries. Errors: FileRefused('bank.balance-does-not-tie') naming the difference.
    """
    opening, closing = statement.opening_balance, statement.closing_balance
    if opening is None or closing is None or opening + booked == closing:
        return
    currency = statement.currency or ""
    raise FileRefused(
        "bank.balance-does-not-tie",
        name,
        closing_line,
        f"statement {statement.statement_id or statement.sequence or 'without number'} of account {statement.account}",
        f"opening balance {opening:f} + entries {booked:f} = {opening + booked:f} {currency}, but the closing balance says "
        f"{closing:f} {currency}; the difference is {closing - opening - booked:f} {currency}. Nothing was read; get the "
        "complete file from the bank",
    )


# --- the JSON of `duecourse bank read`: the same names, in the same order, null for what the file does not say


def entry_json(entry: Entry) -> dict[str, object]:
    """One entry as plain values; amounts as text with the file's own decimals."""
    return {
        "entry_id": entry.entry_id,
        "booking_date": _day(entry.booking_date),
        "value_date": _day(entry.value_date),
        "amount": _amount(entry.amount),
        "currency": entry.currency,
        "status": entry.status,
        "reversal": entry.reversal,
        "counterparty_name": entry.counterparty_name,
        "counterparty_account": entry.counterparty_account,
        "end_to_end_id": entry.end_to_end_id,
        "structured_reference": entry.structured_reference,
        "bank_reference": entry.bank_reference,
        "type_code": entry.type_code,
        "charges": _amount(entry.charges),
        "remittance": entry.remittance,
        "details": [entry_json(detail) for detail in entry.details],
    }


def statement_json(statement: Statement) -> dict[str, object]:
    """The head of a statement as plain values, without its entries."""
    return {
        "account": statement.account,
        "currency": statement.currency,
        "statement_id": statement.statement_id,
        "opening_balance": _amount(statement.opening_balance),
        "closing_balance": _amount(statement.closing_balance),
        "from_date": _day(statement.from_date),
        "to_date": _day(statement.to_date),
    }


def file_json(file: BankFile) -> dict[str, object]:
    """A whole file as plain values, in the shape that `duecourse bank read` prints."""
    return {
        "format": file.format,
        "statements": [
            {**statement_json(statement), "entries": [entry_json(entry) for entry in statement.entries]}
            for statement in file.statements
        ],
    }


def _day(value: dt.date | None) -> str | None:
    return value.isoformat() if value else None


def _amount(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")
