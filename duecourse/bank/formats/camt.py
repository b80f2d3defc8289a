"""Reads ISO 20022 camt.052, camt.053 and camt.054, versions 01 to 14, as a stream of entries and statements.

No document type, no entities, no network; libxml2's limits on depth and text size stay on. Each entry's branch is thrown
away as soon as it is read, so memory does not grow with the file.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import BinaryIO

from lxml import etree

from duecourse.bank.formats.amounts import iso_day
from duecourse.bank.formats.camt_entry import entry_of, signed_amount
from duecourse.bank.formats.camt_tree import Branch, branch_of, line_of
from duecourse.bank.formats.statement import Entry, FileRefused, Part, Statement, check_balance

CHUNK = 1 << 16
VERSION_MAX = 14
MESSAGES = {"052": "BkToCstmrAcctRpt", "053": "BkToCstmrStmt", "054": "BkToCstmrDbtCdtNtfctn"}
_KINDS_BY_NAME = {message + suffix: kind for kind, message in MESSAGES.items() for suffix in ("", "V01")}
_NAMESPACE = re.compile(r"camt\.(05[234])\.001\.([0-9]{2})")
_NO_DAY = dt.date(1, 1, 1)
_STATEMENTS = frozenset({"Stmt", "Rpt", "Ntfctn"})
_HEAD = frozenset({"Id", "ElctrncSeqNb", "LglSeqNb", "FrToDt", "Acct", "Bal"})
_CHARSET_ERRORS = re.compile(r"encoding|not proper UTF-8|Invalid bytes|input conversion failed", re.IGNORECASE)


def parts(file: BinaryIO, name: str) -> Iterator[Part]:
    """Every entry, and after its last entry every statement. Errors: FileRefused('bank.…') at any point.

    `name` is what refusals call the file. A caller keeps nothing of what came before a refusal.
    """
    reader = _Reader(name)
    for action, element in _events(file, name):
        if action == "start":
            reader.opened(element)
        else:
            yield from reader.closed(element)
    reader.finished()


def _events(file: BinaryIO, name: str) -> Iterator[tuple[str, etree._Element]]:
    """The parser's events, with every way a file can be broken turned into a refusal."""
    parser = etree.XMLPullParser(
        ("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        huge_tree=False, remove_comments=True, remove_pis=True,
        tag=[f"{{*}}{name}" for name in (*_KINDS_BY_NAME, *_STATEMENTS, "Ntry")],
    )  # fmt: skip
    events = parser.read_events()
    wide = False
    lines = 0
    while chunk := file.read(CHUNK):
        wide = wide or (lines == 0 and (chunk[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in chunk[:4]))  # UTF-16 or UTF-32
        if not wide and b"\0" in chunk:
            line = lines + chunk[: chunk.index(b"\0")].count(b"\n") + 1
            raise FileRefused("bank.file-damaged", name, line, "", "a NUL byte; the file is damaged. Get it from the bank again")
        lines += chunk.count(b"\n")
        try:
            parser.feed(chunk)
        except etree.XMLSyntaxError as error:
            raise _broken(error, name, at_end=False) from None
        yield from _typed(events)
    try:
        parser.close()
    except etree.XMLSyntaxError as error:
        raise _broken(error, name, at_end=True) from None
    yield from _typed(events)


def _typed(events: Iterator[tuple[str, object]]) -> Iterator[tuple[str, etree._Element]]:
    for action, element in events:
        if isinstance(element, etree._Element) and isinstance(element.tag, str):
            yield action, element


def _broken(error: etree.XMLSyntaxError, name: str, at_end: bool) -> FileRefused:
    said = (error.msg or "not well-formed XML").strip()
    place = f"column {error.position[1]}" if error.lineno else ""
    if at_end:
        return FileRefused(
            "bank.file-truncated", name, error.lineno, place,
            "the file ends in the middle of the statement. Nothing was read; get the complete file from the bank",
        )  # fmt: skip
    if _CHARSET_ERRORS.search(said):
        return FileRefused(
            "bank.file-charset", name, error.lineno, place,
            f"a character that does not belong to the character set the file names ({said}). Get the file from the bank as it "
            "was sent, not saved by another program",
        )  # fmt: skip
    return FileRefused(
        "bank.file-damaged", name, error.lineno, place, f"not well-formed XML ({said}). Get the file from the bank again"
    )


class _Reader:
    """What stands between the first and the last tag: where we are, and the statement under way."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.message = ""
        self.message_element: etree._Element | None = None
        self.statement_element: etree._Element | None = None
        self.statements = 0
        self.own_account: str | None = None
        self.booked = Decimal(0)
        self.entries = 0
        self.currencies: set[str] = set()

    def opened(self, element: etree._Element) -> None:
        local = etree.QName(element).localname
        if local in _KINDS_BY_NAME and self.message_element is None:
            self._refuse_document_type(element)
            self.message = self._message(element, _KINDS_BY_NAME[local])
            self.message_element = element
        elif local in _STATEMENTS and self.message_element is not None and element.getparent() is self.message_element:
            self.statement_element = element
            self.own_account, self.booked, self.entries, self.currencies = None, Decimal(0), 0, set()

    def closed(self, element: etree._Element) -> Iterator[Part]:
        if element is self.statement_element:
            yield self._statement(self._head(element))
            self.statement_element = None
            _forget(element)
        elif self.statement_element is not None and element.getparent() is self.statement_element:
            if self.entries == 0:
                self.own_account = _account(self._head(self.statement_element).one("Acct"))
            yield self._entry(branch_of(element))
            self.statement_element.remove(element)

    @staticmethod
    def _head(statement: etree._Element) -> Branch:
        """The statement without its entries."""
        head = Branch(etree.QName(statement).localname, line_of(statement))
        for child in statement:
            if isinstance(child.tag, str) and etree.QName(child).localname in _HEAD:
                head.add(branch_of(child))
        return head

    def finished(self) -> None:
        if not self.message:
            raise FileRefused(
                "bank.file-not-recognised", self.name, None, "",
                "XML, but not a bank statement: expected camt.052, camt.053 or camt.054",
            )  # fmt: skip
        if not self.statements:
            raise FileRefused("bank.file-without-statements", self.name, None, "", "a camt message without any statement in it")

    def _refuse_document_type(self, root: etree._Element) -> None:
        if getattr(root.getroottree().docinfo, "doctype", ""):
            raise FileRefused(
                "bank.file-forbidden", self.name, 1, "DOCTYPE",
                "the file carries a document type definition, which a bank's statement never does; it is not read",
            )  # fmt: skip

    def _message(self, element: etree._Element, kind: str) -> str:
        """`camt.053.001.08`: the kind of message and its version."""
        said = _NAMESPACE.search(etree.QName(element).namespace or "")
        if said is None:
            return f"camt.{kind}"
        if said[1] != kind or not 1 <= int(said[2]) <= VERSION_MAX:
            raise FileRefused(
                "bank.file-version", self.name, line_of(element), etree.QName(element).localname,
                f"{said[0]} is not read here; expected camt.{kind}.001.01 to camt.{kind}.001.{VERSION_MAX}",
            )  # fmt: skip
        return said[0]

    def _entry(self, branch: Branch) -> Entry:
        entry = entry_of(branch, self.name, self.own_account)
        self.entries += 1
        if entry.is_booked:
            self.booked += entry.total
        self.currencies.add(entry.currency)
        return entry

    def _statement(self, head: Branch) -> Statement:
        self.statements += 1
        self.own_account = _account(head.one("Acct"))
        if self.own_account is None:
            raise FileRefused(
                "bank.field-missing", self.name, head.line, f"{head.name}/Acct/Id",
                "the statement names no account; expected an IBAN or another account number",
            )  # fmt: skip
        opening = self._balance(head, ("OPBD", "PRCD"), latest=False)
        closing = self._balance(head, ("CLBD",), latest=True)
        statement = Statement(
            line=head.line,
            message=self.message,
            account=self.own_account,
            currency=self._currency(head, opening, closing),
            statement_id=head.said("Id"),
            sequence=head.said("ElctrncSeqNb") or head.said("LglSeqNb"),
            opening_balance=opening.amount if opening else None,
            closing_balance=closing.amount if closing else None,
            opening_date=opening.booking_date if opening else None,
            closing_date=closing.booking_date if closing else None,
            from_date=self._period(head, "FrDt"),
            to_date=self._period(head, "ToDt"),
            entry_count=self.entries,
        )
        check_balance(self.name, statement, self.booked, closing.line if closing else head.line)
        return statement

    def _period(self, head: Branch, end: str) -> dt.date | None:
        for tag in (f"{end}Tm", end):
            found = head.one("FrToDt", tag)
            if found is not None and found.text:
                return iso_day(found.text, self.name, found.line, f"FrToDt/{tag}")
        return None

    def _balance(self, head: Branch, codes: tuple[str, ...], latest: bool) -> Entry | None:
        """The booked balance of the first of `codes` that the statement gives; of several days the outermost."""
        for code in codes:
            found = []
            for balance in head.every("Bal"):
                if code in (balance.said("Tp", "CdOrPrtry", "Cd"), balance.said("Tp", "Cd")):
                    amount, currency = signed_amount(balance, self.name, "Bal")
                    day = balance.one("Dt", "Dt") or balance.one("Dt", "DtTm") or balance.one("Dt")
                    said = iso_day(day.text, self.name, day.line, "Bal/Dt") if day is not None and day.text else None
                    found.append(Entry(balance.line, amount, currency, booking_date=said))
            if found:
                found.sort(key=lambda entry: (entry.booking_date is not None, entry.booking_date or _NO_DAY))
                return found[-1] if latest else found[0]
        return None

    def _currency(self, head: Branch, opening: Entry | None, closing: Entry | None) -> str | None:
        """The account's currency: as said, else its balances', else its entries'. All that is added up must be in it."""
        balances = [balance for balance in (opening, closing) if balance is not None]
        said = head.said("Acct", "Ccy")
        currency = said or (balances[0].currency if balances else None)
        if currency is None:
            return next(iter(self.currencies)) if len(self.currencies) == 1 else None
        for balance in balances:
            if balance.currency != currency:
                raise FileRefused(
                    "bank.currency-mixed", self.name, balance.line, "Bal/Amt",
                    f"a balance in {balance.currency} on an account in {currency}: whether the statement is complete cannot "
                    "be checked. Ask the bank for a correct file",
                )  # fmt: skip
        if opening is not None and closing is not None and self.currencies - {currency}:
            other = ", ".join(sorted(self.currencies - {currency}))
            raise FileRefused(
                "bank.currency-mixed", self.name, head.line, "Ntry/Amt",
                f"entries in {other} on an account in {currency}: they cannot be added to its balance. Ask the bank",
            )  # fmt: skip
        return currency


def _account(account: Branch | None) -> str | None:
    if account is None:
        return None
    for path in (("Id", "IBAN"), ("Id", "Othr", "Id"), ("Id", "PrtryAcct", "Id"), ("Id", "BBAN"), ("Id", "UPIC")):
        if said := account.said(*path):
            return said
    return None


def _forget(element: etree._Element) -> None:
    """Throw away what has been read, with everything before it."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while (before := element.getprevious()) is not None:
            parent.remove(before)
