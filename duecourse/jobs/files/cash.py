"""`duecourse cash match`: propose which payments settle which open items, from plain files."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal

from duecourse.cash.rules import KnownAccount, OpenItem, Payment, Proposal, SettledItem, propose
from duecourse.core.reasons import say
from duecourse.jobs.files import tables
from duecourse.jobs.files.tables import Problems, Row

_ITEMS_REQUIRED = ("item_id", "customer_id", "document_number", "currency", "amount_open")
_ITEMS_OPTIONAL = (
    "reference", "order_number", "purchase_order", "kind", "issue_date", "due_date",
    "discount_percent", "discount_until", "discount2_percent", "discount2_until",
)  # fmt: skip
_PAYMENTS_REQUIRED = ("payment_id", "value_date", "currency", "amount")
_PAYMENTS_OPTIONAL = ("payer_name", "payer_account", "remittance")
_CUSTOMERS = ("customer_id", "name", "account", "parent_id")
_HISTORY_REQUIRED = ("payment_id", "customer_id")
_HISTORY_OPTIONAL = (
    "value_date", "currency", "amount", "payer_name", "payer_account", "remittance",
    "item_id", "document_number", "amount_applied", "residual_kind",
)  # fmt: skip
_KINDS = ("invoice", "credit_note")
_OUT = (
    "payment_id", "rank", "decision", "customer_id", "item_id", "amount_applied", "residual_kind", "residual_amount",
    "confidence", "reasons",
)  # fmt: skip


def parser() -> argparse.ArgumentParser:
    """The command line; its --help is the reference."""
    made = argparse.ArgumentParser(
        prog="duecourse cash match",
        description="Propose which payments settle which open items: at most three proposals a payment, the best has rank 1. "
        "A row of the result is one item of one proposal; per payment and rank, amount_applied and residual_amount add up to "
        "the payment. decision: post (certain enough to post alone), suggest (a person confirms), none (nothing identified).",
    )
    made.add_argument("--open-items", required=True, metavar="O.csv", help=",".join((*_ITEMS_REQUIRED, *_ITEMS_OPTIONAL)))
    made.add_argument("--payments", required=True, metavar="P.csv", help=",".join((*_PAYMENTS_REQUIRED, *_PAYMENTS_OPTIONAL)))
    made.add_argument("--customers", metavar="C.csv", help=",".join(_CUSTOMERS) + "; one row for each known account")
    made.add_argument(
        "--history",
        metavar="H.csv",
        help="payments confirmed earlier: their payers' accounts and names count as known, their documents as paid; "
        + ",".join((*_HISTORY_REQUIRED, *_HISTORY_OPTIONAL)),
    )
    made.add_argument("--out", required=True, metavar="M.csv", help="where the proposals go; - is standard output")
    return made


def match(argv: Sequence[str]) -> int:
    """Run the command. Returns 0, or 2 when the input is refused (problems on standard error, nothing written)."""
    options = parser().parse_args(argv)
    problems = Problems()
    items = _read_items(options.open_items, problems)
    payments = _read_payments(options.payments, problems)
    known = _read_customers(options.customers, problems) if options.customers else []
    settled: list[SettledItem] = []
    if options.history:
        learnt, settled = _read_history(options.history, problems)
        known += learnt
    if problems.found:
        return problems.tell()
    tables.write(options.out, _OUT, _rows(propose(payments, items, known, settled=settled)), problems)
    return problems.tell() if problems.found else 0


def _rows(proposals: Sequence[Proposal]) -> Iterator[Sequence[object]]:
    for proposal in proposals:
        reasons = "; ".join(f"{reason.code}: {say(reason)}" for reason in proposal.reasons)
        for line in proposal.lines:
            yield (
                proposal.payment_id,
                proposal.rank,
                proposal.decision,
                "" if line.customer_id is None else line.customer_id,
                "" if line.item_id is None else line.item_id,
                line.applied.amount,
                line.residual_kind,
                line.residual.amount,
                proposal.confidence,
                reasons,
            )


def _once(row: Row, column: str, lines: dict[str, int]) -> str:
    """An id that must be there and must not have come before."""
    identity = row.text(column, required=True)
    if identity in lines:
        row.wrong(column, f"expected each id once; it stands in line {lines[identity]} too")
    lines.setdefault(identity, row.line)
    return identity


def _read_items(path: str, problems: Problems) -> list[OpenItem]:
    items: list[OpenItem] = []
    lines: dict[str, int] = {}
    for row in tables.read(path, _ITEMS_REQUIRED, _ITEMS_OPTIONAL, problems):
        item_id = _once(row, "item_id", lines)
        customer_id = row.text("customer_id", required=True)
        amount = row.money("amount_open", row.currency("currency"))
        kind = row.choice("kind", _KINDS)
        if amount is not None and kind == "credit_note" and amount.amount > 0:
            row.wrong("amount_open", "expected a negative amount, because this is a credit note")
        if amount is not None and kind == "invoice" and amount.amount < 0:
            row.wrong("amount_open", "expected an amount that is not negative, because this is an invoice")
        issue_date, due_date = row.date("issue_date"), row.date("due_date")
        first, second = _discount(row, "discount"), _discount(row, "discount2")
        if amount is not None:
            items.append(
                OpenItem(
                    item_id=item_id,
                    customer_id=customer_id,
                    kind=kind or ("invoice" if amount.amount >= 0 else "credit_note"),
                    number=row.text("document_number"),
                    open=amount,
                    issue_date=issue_date,
                    due_date=due_date,
                    reference=row.text("reference"),
                    order_number=row.text("order_number"),
                    purchase_order=row.text("purchase_order"),
                    discount_percent=first[0],
                    discount_until=first[1],
                    discount2_percent=second[0],
                    discount2_until=second[1],
                )
            )
    return items


def _discount(row: Row, name: str) -> tuple[Decimal | None, dt.date | None]:
    percent, until = row.percent(f"{name}_percent"), row.date(f"{name}_until")
    if percent and not row.text(f"{name}_until"):
        row.wrong(f"{name}_until", "expected the last day of the discount, because a percentage is given")
    return percent, until


def _read_payments(path: str, problems: Problems) -> list[Payment]:
    payments: list[Payment] = []
    lines: dict[str, int] = {}
    for row in tables.read(path, _PAYMENTS_REQUIRED, _PAYMENTS_OPTIONAL, problems):
        payment_id = _once(row, "payment_id", lines)
        value_date = row.date("value_date", required=True)
        amount = row.money("amount", row.currency("currency"))
        if amount is not None and value_date is not None:
            payments.append(
                Payment(
                    payment_id=payment_id,
                    value_date=value_date,
                    amount=amount,
                    payer_name=row.text("payer_name"),
                    payer_account=row.text("payer_account"),
                    remittance=row.text("remittance"),
                )
            )
    return payments


def _read_customers(path: str, problems: Problems) -> list[KnownAccount]:
    known: list[KnownAccount] = []
    for row in tables.read(path, _CUSTOMERS[:1], _CUSTOMERS[1:], problems):
        customer_id = row.text("customer_id", required=True)
        parent_id = row.text("parent_id") or None
        known.append(
            KnownAccount(customer_id=customer_id, name=row.text("name"), account=row.text("account"), parent_id=parent_id)
        )
    return known


def _read_history(path: str, problems: Problems) -> tuple[list[KnownAccount], list[SettledItem]]:
    """What confirmed payments teach: whose accounts and names they came from, and which documents are paid."""
    known: list[KnownAccount] = []
    settled: list[SettledItem] = []
    for row in tables.read(path, _HISTORY_REQUIRED, _HISTORY_OPTIONAL, problems):
        row.text("payment_id", required=True)
        row.date("value_date")
        row.decimal("amount")
        row.decimal("amount_applied")
        customer_id = row.text("customer_id")  # empty: it was not a customer's payment
        if not customer_id:
            continue
        name, account, number = row.text("payer_name"), row.text("payer_account"), row.text("document_number")
        known.append(KnownAccount(customer_id=customer_id, name=name, account=account))
        if number:
            settled.append(SettledItem(customer_id=customer_id, number=number))
    return known, settled
