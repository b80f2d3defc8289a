"""Bank files for tests, written the way a bank would: camt.053 with any lines, and statements that follow on each other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from xml.sax.saxutils import escape

DAY = dt.date(2026, 11, 16)


@dataclass(frozen=True)
class Pay:
    """One line: `amount` negative when it went out; `parts` makes it a batch of several payments (amount, payer, text)."""

    amount: str
    payer: str = ""
    text: str = ""
    account: str = ""
    reference: str = ""  # the bank's own
    structured: str = ""
    day: dt.date = DAY
    value_date: dt.date | None = None
    status: str = "BOOK"
    parts: Sequence[tuple[str, str, str]] = field(default_factory=tuple)


def camt(
    account: str, lines: Sequence[Pay], opening: str = "0.00", number: str = "2026-220", day: dt.date = DAY, currency: str = "EUR",
    closing: str | None = None, message: str = "camt.053.001.08",
) -> bytes:  # fmt: skip
    """A statement of one account for one day; the closing balance is what the booked lines make of the opening one."""
    booked = sum((Decimal(line.amount) for line in lines if line.status == "BOOK"), Decimal(opening))
    root, body = {
        "053": ("BkToCstmrStmt", "Stmt"),
        "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
        "052": ("BkToCstmrAcctRpt", "Rpt"),
    }[message[5:8]]
    balances = _balance("OPBD", opening, day, currency) + _balance("CLBD", closing or str(booked), day, currency)
    entries = "".join(_entry(line, currency) for line in lines)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{message}"><{root}>'
        f"<GrpHdr><MsgId>{number}</MsgId><CreDtTm>{day}T20:00:00</CreDtTm></GrpHdr><{body}><Id>{number}</Id>"
        f"<CreDtTm>{day}T20:00:00</CreDtTm><FrToDt><FrDtTm>{day}T00:00:00</FrDtTm><ToDtTm>{day}T23:59:59</ToDtTm></FrToDt>"
        f"<Acct><Id><IBAN>{account}</IBAN></Id><Ccy>{currency}</Ccy></Acct>{balances if body == 'Stmt' else ''}{entries}"
        f"</{body}></{root}></Document>\n"
    ).encode()


def _signed(amount: str, currency: str) -> str:
    value = Decimal(amount)
    return f'<Amt Ccy="{currency}">{abs(value)}</Amt><CdtDbtInd>{"DBIT" if value < 0 else "CRDT"}</CdtDbtInd>'


def _balance(kind: str, amount: str, day: dt.date, currency: str) -> str:
    return f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>{_signed(amount, currency)}<Dt><Dt>{day}</Dt></Dt></Bal>"


def _entry(line: Pay, currency: str) -> str:
    reference = f"<AcctSvcrRef>{line.reference}</AcctSvcrRef>" if line.reference else ""
    batch = f"<Btch><NbOfTxs>{len(line.parts)}</NbOfTxs></Btch>" if line.parts else ""
    parts = line.parts or ((line.amount, line.payer, line.text),)
    details = "".join(
        _details(amount, payer, text, "" if line.parts else line.account, "" if line.parts else line.structured, currency)
        for amount, payer, text in parts
    )
    return (
        f"<Ntry>{_signed(line.amount, currency)}<Sts><Cd>{line.status}</Cd></Sts><BookgDt><Dt>{line.day}</Dt></BookgDt>"
        f"<ValDt><Dt>{line.value_date or line.day}</Dt></ValDt>{reference}<BkTxCd><Prtry><Cd>166</Cd></Prtry></BkTxCd>"
        f"<NtryDtls>{batch}{details}</NtryDtls></Ntry>"
    )


def _details(amount: str, payer: str, text: str, account: str, structured: str, currency: str) -> str:
    side = "Dbtr" if Decimal(amount) > 0 else "Cdtr"
    name = f"<{side}><Pty><Nm>{escape(payer)}</Nm></Pty></{side}>" if payer else ""
    holder = f"<{side}Acct><Id><IBAN>{account}</IBAN></Id></{side}Acct>" if account else ""
    strd = f"<Strd><CdtrRefInf><Ref>{structured}</Ref></CdtrRefInf></Strd>" if structured else ""
    ustrd = f"<Ustrd>{escape(text)}</Ustrd>" if text else ""
    return f"<TxDtls>{_signed(amount, currency)}<RltdPties>{name}{holder}</RltdPties><RmtInf>{ustrd}{strd}</RmtInf></TxDtls>"
