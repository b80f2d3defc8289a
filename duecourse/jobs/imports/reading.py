"""Rows as typed values: by the mapping, with what was chosen and what the columns' own values say. Pure.

Every kind of take-over reads through this; a row that cannot be read leaves by `Out`, with its field and its reason.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Generic, TypeVar

from duecourse.core.errors import Refused
from duecourse.core.money import AMOUNT_MAX, MINOR_UNITS, Money, quantum
from duecourse.core.reasons import Reason
from duecourse.documents.rules import Kind
from duecourse.jobs.imports import values
from duecourse.jobs.imports.cells import CELL_MAX, NoValue, Number, Row
from duecourse.jobs.imports.words import NO, YES

Draft = TypeVar("Draft")
_STRICT_AMOUNT = re.compile(r"[+-]?\d{1,14}(\.\d{1,4})?")
_STRICT_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{8}(?:\.0+)?")


class Out(Exception):
    """A row stays out: which field, and why."""

    def __init__(self, field_name: str, reason: Reason) -> None:
        super().__init__(reason.code)
        self.field, self.reason = field_name, reason


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that cannot be taken over, with the field that stops it and the reason, which says the way out."""

    row: Row
    field: str
    reason: Reason


@dataclass
class Sifted(Generic[Draft]):
    """What became of the rows: drafts to go on with, rejects, and how many are left out by a rule, by its code."""

    drafts: list[tuple[Row, Draft]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    left: list[tuple[Row, str]] = field(default_factory=list)


class Reading:
    """How the cells of a file are read."""

    def __init__(
        self,
        kind: Kind,
        width: int,
        mapping: Mapping[str, str],
        options: Mapping[str, Any],
        rows: Sequence[Row],
        strict: bool = False,
    ) -> None:
        self.kind, self.width, self.options, self.strict = kind, width, options, strict
        self.places = {name: int(place) for place, name in mapping.items()}
        self.amounts: dict[str, values.Evidence] = {}
        self.days: dict[str, values.Days] = {}
        self.styles: dict[str, str] = {}
        self.orders: dict[str, str] = {}
        self.serials = 0
        for name, place in self.places.items():
            kind_of_cell = kind.field(name).type
            cells = (row.cells[place] for row in rows if place < len(row.cells))
            if kind_of_cell in ("amount", "price"):
                self.amounts[name] = values.weigh_amounts(cells)
                self.styles[name] = "point" if strict else options.get("decimals", {}).get(name) or self.amounts[name].style
            elif kind_of_cell == "date":
                self.days[name] = values.weigh_days(cells)
                self.orders[name] = options.get("dates", {}).get(name) or self.days[name].order
        self._seen_days: dict[tuple[str, str], dt.date | Reason] = {}

    def has(self, *names: str) -> bool:
        """Whether any of the fields is mapped."""
        return any(name in self.places for name in names)

    def cell(self, row: Row, name: str) -> str:
        """The cell of a field, empty where no column has it. Errors: Out for a formula without its result, or far too much text."""
        place = self.places.get(name)
        if place is None:
            return ""
        text = row.cells[place]
        if type(text) is NoValue:
            raise Out(name, Reason("take-over.no-value"))
        if len(text) > CELL_MAX:
            raise Out(name, Reason("take-over.too-long", {"found": len(text), "longest": CELL_MAX}))
        return text

    def text(self, row: Row, name: str, longest: int = 200, required: bool = False) -> str:
        """A text of at most `longest` characters, in one line. Errors: Out."""
        if name not in self.places:
            text = ""
        else:
            text = self.cell(row, name)
            if not self.strict and (not text.isprintable() or "  " in text):
                text = " ".join(text.split())
        if required and not text:
            raise Out(name, Reason("take-over.empty"))
        if len(text) > longest:
            raise Out(name, Reason("take-over.too-long", {"found": len(text), "longest": longest}))
        return text

    def id(self, row: Row, name: str, longest: int = 40, required: bool = False) -> str:
        """An id as it was before a spreadsheet made it a number. Errors: Out."""
        text = self.text(row, name, longest, required)
        return values.read_id(text) if text.endswith("0") else text

    def day(self, row: Row, name: str) -> dt.date | None:
        """A day, None where the cell is empty. Errors: Out."""
        text = self.cell(row, name)
        if not text:
            return None
        key = (name, text)
        found = self._seen_days.get(key) if type(text) is str else None
        if found is None:
            if self.strict and not _STRICT_DATE.fullmatch(text):
                raise Out(name, Reason("take-over.not-a-date", {"value": text[:40]}))
            found = values.read_day(text, self.orders.get(name, ""))
            if type(text) is str:
                self._seen_days[key] = found
        if isinstance(found, Reason):
            raise Out(name, found)
        self.serials += type(text) is Number
        return found

    def decimal(self, row: Row, name: str) -> tuple[Decimal, str] | None:
        """A number and the currency that stands beside it, None where the cell is empty. Errors: Out."""
        text = self.cell(row, name)
        if not text:
            return None
        if self.strict and not _STRICT_AMOUNT.fullmatch(text):
            raise Out(name, Reason("take-over.not-an-amount", {"value": text[:60]}))
        found = values.read_amount(text, self.styles.get(name, ""), self.amounts.get(name, values.Evidence()))
        if isinstance(found, Reason):
            raise Out(name, found)
        if abs(found[0]) > AMOUNT_MAX:
            raise Out(name, Reason("take-over.too-large", {"value": text[:60]}))
        return found

    def currency(self, row: Row) -> str:
        """The row's currency: its column's, or the one chosen for all rows. Errors: Out."""
        text = self.cell(row, "currency").upper() if "currency" in self.places else str(self.options.get("currency", ""))
        if not text:
            raise Out("currency", Reason("take-over.empty"))
        if text not in MINOR_UNITS:
            raise Out("amount" if self.strict else "currency", Reason("take-over.currency", {"value": text[:20]}))
        return text

    def money(self, row: Row, name: str = "amount") -> Money:
        """An amount of the row's currency. Errors: Out."""
        if not self.strict:
            currency = self.currency(row)
        found = self.decimal(row, name)
        if found is None:
            raise Out(name, Reason("take-over.empty"))
        if self.strict:
            currency = self.currency(row)
        value, beside = found
        if beside and beside != currency:
            raise Out(name, Reason("take-over.other-currency", {"found": beside, "currency": currency}))
        return self.exact(name, value, currency)

    def exact(self, name: str, value: Decimal, currency: str) -> Money:
        """An amount with no more decimals than its currency has. Errors: Out."""
        if value != value.quantize(quantum(currency)):
            raise Out(name, Reason("take-over.decimals", {"value": f"{value:f}", "currency": currency}))
        return Money(value, currency)

    def flag(self, row: Row, name: str) -> bool | None:
        """Yes or no, None where the cell is empty. Errors: Out."""
        text = self.cell(row, name).casefold()
        if not text:
            return None
        if text in YES:
            return True
        if text in NO:
            return False
        raise Out(name, Reason("take-over.not-a-flag", {"value": text[:20]}))

    def sift(self, rows: Iterable[Row], draft: Callable[[Row], Draft | str]) -> Sifted[Draft]:
        """Each row by `draft`, which gives a draft, the code of a rule that leaves it out, or raises Out."""
        result: Sifted[Draft] = Sifted()
        for row in rows:
            if len(row.cells) != self.width:
                counts = {"found": len(row.cells), "expected": self.width}
                result.rejects.append(Reject(row, "", Reason("take-over.fields", counts)))
                continue
            try:
                made = draft(row)
            except Out as out:
                result.rejects.append(Reject(row, out.field, out.reason))
                continue
            if isinstance(made, str):
                result.left.append((row, made))
            else:
                result.drafts.append((row, made))
        return result


@dataclass
class Checked(Generic[Draft]):
    """What a file would do to the books as they are: rows that are ready and new, known already, left out, rejected; what stops all."""

    ready: list[tuple[Row, Draft]] = field(default_factory=list)
    known: list[Row] = field(default_factory=list)
    left: list[tuple[Row, str]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    problems: list[Reason] = field(default_factory=list)
    notes: list[Reason] = field(default_factory=list)
    rates: dict[str, Decimal] = field(default_factory=dict)
    will: dict[str, int] = field(default_factory=dict)  # what will be made, by its word
    parts: list[tuple[str, str, str, Decimal, int]] = field(default_factory=list)  # number, name, currency, sum, rows

    def counts(self) -> dict[str, int]:
        return {"ready": len(self.ready), "known": len(self.known), "left": len(self.left), "rejected": len(self.rejects)}


def drop(
    checked: Checked[Draft], sifted: Sequence[tuple[Row, Draft]], test: Callable[[Draft], tuple[str, Reason] | None]
) -> list[tuple[Row, Draft]]:
    """The drafts that `test` has nothing against; the others become rejects."""
    kept = []
    for row, draft in sifted:
        found = test(draft)
        if found is None:
            kept.append((row, draft))
        else:
            checked.rejects.append(Reject(row, *found))
    return kept


def problems_of_mapping(kind: Kind, reading: Reading) -> list[Reason]:
    """What is not mapped yet and must be."""
    found = [
        Reason("take-over.missing-field", {"field": each.label})
        for each in kind.fields
        if each.required and not reading.has(each.name)
    ]
    if kind.either and not reading.has(*kind.either):
        found.append(Reason("take-over.missing-one-of", {"fields": ", ".join(kind.field(name).label for name in kind.either)}))
    if (
        "currency" in kind.options
        and kind.name != "products"
        and not reading.has("currency")
        and not reading.options.get("currency")
    ):
        found.append(Reason("take-over.missing-currency"))
    return found


def one_by_one(test: Callable[[str], object], texts: Iterable[str]) -> Counter[str]:
    """Texts that an action would refuse, found one by one."""
    wrong: Counter[str] = Counter()
    for text in texts:
        try:
            test(text)
        except Refused:
            wrong[text] += 1
    return wrong
