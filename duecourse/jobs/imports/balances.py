"""Opening balances: rows become one balanced entry of a day; a difference is named, and taken up only where a person says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from duecourse.core import external_ids
from duecourse.core.call import Call
from duecourse.core.money import Money
from duecourse.core.reasons import Reason
from duecourse.jobs.imports.cells import Row
from duecourse.jobs.imports.items import period_problems, posting_date
from duecourse.jobs.imports.reading import Checked, Out, Reading, Reject
from duecourse.jobs.imports.words import ACCOUNT_KINDS, folded
from duecourse.ledger import actions as ledger
from duecourse.ledger import queries as ledger_facts
from duecourse.ledger.rules import NewAccount


@dataclass(frozen=True, slots=True)
class Draft:
    code: str
    money: Money
    new: NewAccount | None


def check(call: Call, reading: Reading, rows: list[Row], system: str) -> Checked[Draft]:
    """What the opening entry would be. Reads only."""
    on = posting_date(call, reading.options)
    chart = {account.code: (account.name, account.purpose) for account in ledger_facts.accounts(call)}
    sifted = reading.sift(rows, lambda row: _draft(call, reading, row, chart))
    checked: Checked[Draft] = Checked(left=sifted.left, rejects=sifted.rejects)
    seen: dict[str, int] = {}
    known = external_ids.known(call, system, "balance", [f"{on}/{draft.code}" for _, draft in sifted.drafts])
    for row, draft in sifted.drafts:
        if draft.code in seen:
            checked.rejects.append(Reject(row, "account", Reason("take-over.twice", {"line": seen[draft.code]})))
        elif f"{on}/{draft.code}" in known:
            checked.known.append(row)
        else:
            checked.ready.append((row, draft))
        seen.setdefault(draft.code, row.line)
    checked.rejects.sort(key=lambda reject: reject.row.line)
    base = call.company.currency
    total = Money.total((draft.money for _, draft in checked.ready), base)
    difference = str(reading.options.get("difference", ""))
    if checked.ready and total and not difference:
        code = "take-over.not-balanced" if total.amount > 0 else "take-over.not-balanced-credit"
        checked.problems.append(Reason(code, {"money": abs(total)}))
    if difference and difference not in chart:
        checked.problems.append(Reason("take-over.unknown-difference", {"code": difference}))
    checked.problems += period_problems(call, on)
    checked.rates = {base: ledger_facts.rates(call, [base], on)[base]}
    checked.will = {"balances": len(checked.ready), "accounts_new": sum(draft.new is not None for _, draft in checked.ready)}
    names = {draft.code: draft.new.name if draft.new else chart[draft.code][0] for _, draft in checked.ready}
    checked.parts = [(draft.code, names[draft.code], base, draft.money.amount, 1) for _, draft in checked.ready]
    return checked


def _draft(call: Call, reading: Reading, row: Row, chart: Mapping[str, tuple[str, str]]) -> Draft | str:
    code = reading.id(row, "account", 20, required=True)
    money = _balance(call, reading, row)
    if not money:
        return "zero"
    if code not in chart:
        return Draft(code, money, _new_account(reading, row, code))
    if chart[code][1] == "receivables":
        raise Out("account", Reason("take-over.receivables-account"))
    return Draft(code, money, None)


def _new_account(reading: Reading, row: Row, code: str) -> NewAccount:
    name, kind = reading.text(row, "name", 100), reading.text(row, "kind", 40)
    if not name or not kind:
        raise Out("account", Reason("take-over.unknown-account", {"value": code}))
    if folded(kind) not in ACCOUNT_KINDS:
        raise Out("kind", Reason("take-over.unknown-account-kind", {"value": kind}))
    return NewAccount(code, name, ACCOUNT_KINDS[folded(kind)], "other")


def _balance(call: Call, reading: Reading, row: Row) -> Money:
    """Debit positive: from one signed column, or from a column for each side."""
    amounts = {}
    for name in ("balance", "debit", "credit"):
        found = reading.decimal(row, name)
        if found is None:
            continue
        value, beside = found
        if beside and beside != call.company.currency:
            raise Out(name, Reason("take-over.other-currency", {"found": beside, "currency": call.company.currency}))
        amounts[name] = reading.exact(name, value, call.company.currency)
    if not amounts:
        raise Out(next(name for name in ("balance", "debit", "credit") if reading.has(name)), Reason("take-over.empty"))
    if "balance" in amounts:
        return amounts["balance"]
    zero = Money.zero(call.company.currency)
    debit, credit = amounts.get("debit", zero), amounts.get("credit", zero)
    if debit and credit:
        raise Out("debit", Reason("take-over.debit-and-credit"))
    return debit - credit


def write(call: Call, checked: Checked[Draft], reading: Reading, system: str) -> dict[str, int]:
    """Post the opening entry. Errors: those of `ledger.take_over_balances`."""
    drafts = [draft for _, draft in checked.ready]
    ledger.take_over_balances(
        call,
        [(draft.code, draft.money) for draft in drafts],
        [draft.new for draft in drafts if draft.new],
        posting_date(call, reading.options),
        system,
        str(reading.options.get("difference", "")),
    )
    return {"balances": len(drafts), "accounts": sum(draft.new is not None for draft in drafts)}
