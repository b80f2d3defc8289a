"""What SAP's receivable lines and billing documents say together: which documents there are, which are open, and what settled the others.

Pure. Money is the receivable line's: what was billed net, and a tax rate, do not tell it. A line that is cleared was settled by the other
lines of its clearing: a cancellation by its document, money by a line that bills nothing. What the extract does not show is refused by name.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from duecourse.core.money import Money
from duecourse.jobs.imports.sap_tables import NotRead, SapReject, SapRow, SapTables

BILLED_TYPES = ("RV", "DR", "DG", "RG")  # accounting document types that bill or credit; others of a customer's account are money


@dataclass(frozen=True, slots=True, kw_only=True)
class SapDocument:
    """One document on a customer's account, as it will be taken over. `paid` are (day, money) in the document's sign."""

    number: str
    customer: str
    issue_date: dt.date
    due_date: dt.date
    money: Money
    row: SapRow
    billing: SapRow | None = None
    cancels: str = ""
    cancelled_date: dt.date | None = None
    paid: tuple[tuple[dt.date, Money], ...] = ()


@dataclass(slots=True)
class SapReceivables:
    """The documents, what is refused and why, and per customer and currency the sum of the lines that are not cleared."""

    documents: list[SapDocument] = field(default_factory=list)
    rejects: list[SapReject] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    uncleared: dict[tuple[str, str], Money] = field(default_factory=dict)
    payment_rows: int = 0  # rows of the table called payments
    payments: int = 0  # of all lines those that are money


@dataclass(frozen=True, slots=True)
class _Line:
    row: SapRow
    customer: str
    money: Money
    issue: dt.date
    due: dt.date
    number: str
    billing: SapRow | None
    clearing: tuple[str, str]  # number and year of the clearing document; empty when it is not cleared
    cleared_on: dt.date | None

    @property
    def is_money(self) -> bool:
        return self.billing is None and self.money.amount < 0 and self.row.text("accountingDocumentType") not in BILLED_TYPES


def receivables(tables: SapTables) -> SapReceivables:
    """Everything on the customers' accounts."""
    result = SapReceivables()
    billing = {row.text("billingDocument"): row for row in tables.of("billing_document_cancellations")}
    billing |= {row.text("billingDocument"): row for row in tables.of("billing_document_headers")}
    lines = _lines(tables, billing, result)
    groups: dict[tuple[str, str], list[_Line]] = defaultdict(list)
    for line in lines:
        key = (line.customer, line.money.currency)
        if not line.clearing[0]:
            result.uncleared[key] = result.uncleared.get(key, Money.zero(line.money.currency)) + line.money
            result.documents.append(_document(line))
        else:
            groups[line.clearing].append(line)
    for clearing, members in groups.items():
        _cleared(clearing, members, result)
    _without_line(tables, billing, {line.billing.text("billingDocument") for line in lines if line.billing}, result)
    there = {one.number for one in result.documents}
    result.documents = [one if one.cancels in there else replace(one, cancels="") for one in result.documents]
    return result


def _lines(tables: SapTables, billing: Mapping[str, SapRow], result: SapReceivables) -> list[_Line]:
    by_accounting = {row.text("accountingDocument"): row for row in billing.values() if row.text("accountingDocument")}
    rows = list(tables.of("journal_entry_items_accounts_receivable"))
    there = {_identity(row) for row in rows}
    called = tables.of("payments_accounts_receivable")
    result.payment_rows = len(called)
    same = sum(_identity(row) in there for row in called)
    if same:
        result.notes.append(
            f"{same} of the {len(called)} rows called payments are receivable lines; they are no money that came."
        )
    rows += [row for row in called if _identity(row) not in there]
    lines: list[_Line] = []
    seen: dict[str, int] = {}
    for row in rows:
        try:
            line = _line(row, billing, by_accounting)
        except NotRead as wrong:
            result.rejects.append(wrong.args[0])
            continue
        seen[line.number] = seen.get(line.number, 0) + 1
        if seen[line.number] > 1:  # several lines of one document, each on its own
            line = replace(line, number=f"{line.number}/{seen[line.number]}")
        lines.append(line)
    undated = sum(not row.text("netDueDate") for row in rows)
    if undated:
        result.notes.append(f"{undated} receivable lines have no due date; they are due on their document’s day.")
    return lines


def _identity(row: SapRow) -> tuple[str, ...]:
    return tuple(row.text(name) for name in ("companyCode", "fiscalYear", "accountingDocument", "accountingDocumentItem"))


def _line(row: SapRow, billing: Mapping[str, SapRow], by_accounting: Mapping[str, SapRow]) -> _Line:
    document = row.needed("accountingDocument")
    found = billing.get(row.text("referenceDocument")) or by_accounting.get(document)
    amount = "amountInTransactionCurrency" if row.text("amountInTransactionCurrency") else "amountInCompanyCodeCurrency"
    currency = "transactionCurrency" if amount == "amountInTransactionCurrency" else "companyCodeCurrency"
    money = row.money(amount, currency)
    if not money:
        raise row.wrong(amount, "an amount other than zero")
    issue = (found.day("billingDocumentDate") if found else None) or row.day("documentDate", "postingDate")
    if issue is None:
        raise row.wrong("documentDate", "a day")
    cleared_on = row.day("clearingDate")
    clearing = row.text("clearingAccountingDocument")
    if bool(clearing) != (cleared_on is not None):
        raise row.wrong("clearingDate", "a day and a clearing document, or neither")
    return _Line(
        row,
        row.needed("customer"),
        money,
        issue,
        row.day("netDueDate") or issue,
        found.text("billingDocument") if found else row.text("referenceDocument") or document,
        found,
        (clearing, row.text("clearingDocFiscalYear") if clearing else ""),
        cleared_on,
    )


def _document(line: _Line, **settled: object) -> SapDocument:
    cancels = line.billing.text("cancelledBillingDocument") if line.billing and line.money.amount < 0 else ""
    document = SapDocument(
        number=line.number,
        customer=line.customer,
        issue_date=line.issue,
        due_date=line.due,
        money=line.money,
        row=line.row,
        billing=line.billing,
        cancels=cancels,
        cancelled_date=line.cleared_on if cancels else None,
    )
    return replace(document, **settled)  # type: ignore[arg-type]


def _cleared(clearing: tuple[str, str], members: Sequence[_Line], result: SapReceivables) -> None:
    """The documents of one clearing: whole, or refused by name."""
    day = max(line.cleared_on for line in members if line.cleared_on)
    currencies = {line.money.currency for line in members}
    rest = Money.total((line.money for line in members), members[0].money.currency) if len(currencies) == 1 else None
    money = [line for line in members if line.is_money]
    if rest is None or rest:
        shown = str(rest) if rest is not None else ", ".join(sorted(currencies))
        expected = f"all lines of clearing {clearing[0]} to come to zero; those in the extract do not"
        _refuse(members, expected, shown, result)
        return
    crediting = [line for line in members if line.money.amount < 0 and not line.is_money]
    bills = {line.number: line for line in members if line.money.amount > 0}
    taken: dict[str, str] = {}
    for line in crediting:
        named = line.billing.text("cancelledBillingDocument") if line.billing else ""
        fits = [number for number, bill in bills.items() if bill.money == -line.money and number not in taken]
        if named in bills:
            taken[named] = line.number
        elif len(fits) == 1:
            taken[fits[0]] = line.number
    target = {credit: bill for bill, credit in taken.items()}
    exact = all(bills[bill].money == -line.money for line in crediting if (bill := target.get(line.number)))
    if not exact or (not money and (len(target) < len(crediting) or len(target) < len(bills))):
        _refuse(members, f"clearing {clearing[0]} to show which document settles which", f"{len(members)} lines", result)
        return
    days = {line.issue for line in money}
    paid_on = days.pop() if len(days) == 1 else day
    result.payments += len(money)
    for line in members:
        if line.is_money:
            continue
        if line.number in target:
            result.documents.append(_document(line, cancels=target[line.number], cancelled_date=day))
        elif line.number in taken:
            result.documents.append(_document(line))
        else:
            result.documents.append(_document(line, cancels="", cancelled_date=None, paid=((paid_on, line.money),)))


def _refuse(members: Sequence[_Line], expected: str, value: str, result: SapReceivables) -> None:
    for line in members:
        result.rejects.append(SapReject(line.row.table, line.row.line, "clearingAccountingDocument", expected, value))


def _without_line(tables: SapTables, billing: Mapping[str, SapRow], used: set[str], result: SapReceivables) -> None:
    for number, row in billing.items():
        if number not in used:
            what = "cancellation" if row.text("cancelledBillingDocument") else "billing document"
            expected = f"a receivable line that says what is owed; this {what} has none, and none is made of its net amount"
            result.rejects.append(SapReject(row.table, row.line, "billingDocument", expected, number))
    if not tables.of("journal_entry_items_accounts_receivable"):
        result.notes.append("There is no table of receivable lines (journal_entry_items_accounts_receivable).")
