"""One camt entry (`Ntry`) and its payments (`TxDtls`) as plain entries."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from duecourse.bank.formats.amounts import iso_day, point_amount
from duecourse.bank.formats.camt_tree import Branch
from duecourse.bank.formats.statement import Entry, FileRefused

_NOTHING = Branch("", 0)
_CURRENCY = re.compile(r"[A-Z]{3}")


def signed_amount(branch: Branch, name: str, field: str, assumed: str | None = None) -> tuple[Decimal, str]:
    """The amount of an entry or balance with its sign, and its currency.

    `assumed` is the direction when the branch says none. Errors: FileRefused('bank.field-missing', 'bank.amount-…').
    """
    amount = branch.one("Amt")
    if amount is None or not amount.text:
        raise _missing(name, branch.line, f"{field}/Amt", "an amount")
    return _directed(amount, branch.said("CdtDbtInd") or assumed, name, field), _currency(amount, name, field)


def _directed(amount: Branch, direction: str | None, name: str, field: str) -> Decimal:
    value = point_amount(amount.text, name, amount.line, f"{field}/Amt")
    if direction == "CRDT":
        return value
    if direction == "DBIT":
        return -value
    raise _missing(name, amount.line, f"{field}/CdtDbtInd", f"CRDT or DBIT, found {direction or 'nothing'}")


def _currency(amount: Branch, name: str, field: str) -> str:
    if amount.currency is None or not _CURRENCY.fullmatch(amount.currency):
        raise _missing(name, amount.line, f"{field}/Amt/@Ccy", f"a currency code, found “{(amount.currency or '')[:10]}”")
    return amount.currency


def _missing(name: str, line: int, field: str, expected: str) -> FileRefused:
    return FileRefused("bank.field-missing", name, line, field, f"expected {expected}. Ask the bank for a correct file")


def entry_of(branch: Branch, name: str, own_account: str | None) -> Entry:
    """The entry with its details. One payment is the entry itself; of several, each is a detail."""
    amount, currency = signed_amount(branch, name, "Ntry")
    direction = branch.said("CdtDbtInd") or ""
    reversal = _yes(branch, name)
    payments = [payment for details in branch.every("NtryDtls") for payment in details.every("TxDtls")]
    payments += branch.every("TxDtls")  # version 01 has them directly below the entry
    batch = branch.one("NtryDtls", "Btch") or branch.one("Btch") or _NOTHING
    is_single = len(payments) <= 1 and batch.said("NbOfTxs") in (None, "1", "0")
    only = payments[0] if payments and is_single else _NOTHING
    counterparty = _counterparty(only, (direction == "CRDT") != reversal, own_account)
    charges = _charges(branch, currency, name)
    reference, remittance = _remittance(only)
    if remittance is None and reference is None:
        remittance = only.said("AddtlTxInf") or branch.said("AddtlNtryInf")
    return Entry(
        line=branch.line,
        amount=amount,
        currency=currency,
        entry_id=branch.said("NtryRef"),
        booking_date=_day(branch, "BookgDt", name),
        value_date=_day(branch, "ValDt", name),
        status=branch.said("Sts") or branch.said("Sts", "Cd") or branch.said("Sts", "Prtry"),
        reversal=reversal,
        counterparty_name=counterparty[0],
        counterparty_account=counterparty[1],
        end_to_end_id=_real(only.said("Refs", "EndToEndId")),
        structured_reference=reference,
        bank_reference=branch.said("AcctSvcrRef") or only.said("Refs", "AcctSvcrRef"),
        type_code=_type_code(branch) or _type_code(only),
        charges=charges if charges is not None else _charges(only, currency, name),
        remittance=remittance,
        details=() if is_single else tuple(_detail(p, branch, currency, reversal, name, own_account) for p in payments),
    )


def _detail(payment: Branch, entry: Branch, currency: str, reversal: bool, name: str, own_account: str | None) -> Entry:
    """One payment of a batched entry, in the currency of the entry where the bank gives that."""
    direction = payment.said("CdtDbtInd") or entry.said("CdtDbtInd") or ""
    amount = _payment_amount(payment, currency)
    counterparty = _counterparty(payment, (direction == "CRDT") != reversal, own_account)
    reference, remittance = _remittance(payment)
    return Entry(
        line=payment.line,
        amount=_directed(amount, direction, name, "TxDtls") if amount is not None else None,
        currency=_currency(amount, name, "TxDtls") if amount is not None else currency,
        entry_id=payment.said("Refs", "TxId"),
        booking_date=_day(entry, "BookgDt", name),
        value_date=_day(entry, "ValDt", name),
        status=entry.said("Sts") or entry.said("Sts", "Cd") or entry.said("Sts", "Prtry"),
        reversal=reversal,
        counterparty_name=counterparty[0],
        counterparty_account=counterparty[1],
        end_to_end_id=_real(payment.said("Refs", "EndToEndId")),
        structured_reference=reference,
        bank_reference=payment.said("Refs", "AcctSvcrRef"),
        type_code=_type_code(payment) or _type_code(entry),
        charges=_charges(payment, currency, name),
        remittance=remittance or (payment.said("AddtlTxInf") if reference is None else None),
    )


def _payment_amount(payment: Branch, currency: str) -> Branch | None:
    """Of the amounts that the bank gives for a payment the one in the account's currency, else the first."""
    paths = (("Amt",), ("AmtDtls", "TxAmt", "Amt"), ("AmtDtls", "CntrValAmt", "Amt"), ("AmtDtls", "InstdAmt", "Amt"))
    given = [amount for path in paths if (amount := payment.one(*path)) is not None and amount.text]
    return next((amount for amount in given if amount.currency == currency), given[0] if given else None)


def _yes(branch: Branch, name: str) -> bool:
    said = branch.one("RvslInd")
    if said is None or said.text in ("", "false", "0"):
        return False
    if said.text in ("true", "1"):
        return True
    raise _missing(name, said.line, "Ntry/RvslInd", f"true or false, found “{said.text[:10]}”")


def _day(branch: Branch, field: str, name: str) -> dt.date | None:
    found = branch.one(field, "Dt") or branch.one(field, "DtTm")
    return iso_day(found.text, name, found.line, f"Ntry/{field}") if found is not None and found.text else None


def _real(reference: str | None) -> str | None:
    """A reference that somebody gave; NOTPROVIDED is what banks write where nobody did."""
    if reference is None or reference.upper().replace(" ", "") in ("NOTPROVIDED", "NONREF", "NOREF"):
        return None
    return reference


def _counterparty(payment: Branch, incoming: bool, own_account: str | None) -> tuple[str | None, str | None]:
    """Name and account of the other side: the debtor of money that came in, the creditor of money that went out.

    A reversal keeps the parties of the payment it reverses. Some banks swap the two; where the account shows that one
    side is ourselves, or the expected side is silent and the other's account is not ours, it is the other side.
    """
    parties = payment.one("RltdPties")
    if parties is None:
        return None, None
    expected, other = _side(parties, "Dbtr"), _side(parties, "Cdtr")
    if not incoming:
        expected, other = other, expected
    own = _compact(own_account)
    if own and other != (None, None):
        if _compact(expected[1]) == own and _compact(other[1]) != own:
            return other
        if expected == (None, None) and other[1] is not None and _compact(other[1]) != own:
            return other
    return expected


def _side(parties: Branch, role: str) -> tuple[str | None, str | None]:
    account = None
    for path in (("Id", "IBAN"), ("Id", "Othr", "Id"), ("Id", "PrtryAcct", "Id"), ("Id", "BBAN")):
        account = account or parties.said(f"{role}Acct", *path)
    return _party_name(parties, role) or _party_name(parties, f"Ultmt{role}"), account


def _party_name(parties: Branch, role: str) -> str | None:
    party = parties.one(role) or _NOTHING
    return party.said("Nm") or party.said("Pty", "Nm") or party.said("Agt", "FinInstnId", "Nm")


def _compact(account: str | None) -> str:
    return re.sub(r"\s", "", account or "").upper()


def _remittance(payment: Branch) -> tuple[str | None, str | None]:
    """The structured reference and the free text. Further references and document numbers follow the text, line by line."""
    information = payment.one("RmtInf")
    if information is None:
        return None, None
    lines = [line.text for line in information.every("Ustrd") if line.text]
    references: list[str] = []
    for block in information.every("Strd"):
        reference = block.said("CdtrRefInf", "Ref") or block.said("CdtrRefInf", "CdtrRef")
        if reference and reference not in references:
            references.append(reference)
        lines += [line.text for line in block.every("AddtlRmtInf") if line.text and line.text not in lines]
        numbers = [document.said("Nb") or document.said("RfrdDocNb") for document in block.every("RfrdDocInf")]
        lines += [number for number in numbers if number and not any(number in line for line in lines)]
    lines += references[1:]
    return (references[0] if references else None), ("\n".join(lines) or None)


def _type_code(branch: Branch) -> str | None:
    """The ISO bank transaction code (`PMNT-RCDT-ESCT`) where the bank gives it, else its own code."""
    domain = branch.one("BkTxCd", "Domn")
    if domain is not None:
        codes = (domain.said("Cd"), domain.said("Fmly", "Cd"), domain.said("Fmly", "SubFmlyCd"))
        if any(codes):
            return "-".join(code for code in codes if code)
    return branch.said("BkTxCd", "Prtry", "Cd")


def _charges(branch: Branch, currency: str, name: str) -> Decimal | None:
    """All charges in the entry's currency, negative = taken by the bank. In another currency they are not an amount here."""
    total: Decimal | None = None
    for charges in branch.every("Chrgs"):
        records = charges.every("Rcrd") or [charges]
        if any((amount := record.one("Amt")) is not None and amount.currency == currency for record in records):
            for record in records:
                amount = record.one("Amt")
                if amount is not None and amount.currency == currency:
                    value = _directed(amount, record.said("CdtDbtInd") or "DBIT", name, "Chrgs")
                    total = value if total is None else total + value
        elif (whole := charges.one("TtlChrgsAndTaxAmt")) is not None and whole.currency == currency and whole.text:
            value = _directed(whole, "DBIT", name, "Chrgs")
            total = value if total is None else total + value
    return total
