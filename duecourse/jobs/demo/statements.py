"""Bank statements of the demo company, written as camt.053 so that they come in by the same door as a bank's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from xml.sax.saxutils import escape


@dataclass(frozen=True)
class Receipt:
    """One incoming transfer as a bank would book it."""

    booking_date: dt.date
    amount: Decimal
    payer: str
    account: str
    text: str
    reference: str = ""
    end_to_end: str = ""


def camt053(account: str, currency: str, number: int, day: dt.date, opening: Decimal, receipts: Sequence[Receipt]) -> bytes:
    """One statement of one own account (camt.053.001.08), its balances tying to its entries."""
    closing = opening + sum((receipt.amount for receipt in receipts), Decimal(0))
    entries = "".join(_entry(receipt, currency, f"{number:05d}{place:04d}") for place, receipt in enumerate(receipts, 1))
    first = min((receipt.booking_date for receipt in receipts), default=day)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>STMT{number:06d}</MsgId><CreDtTm>{day}T21:00:00</CreDtTm></GrpHdr>"
        f"<Stmt><Id>{account[-6:]}-{number:05d}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb><CreDtTm>{day}T21:00:00</CreDtTm>"
        f"<FrToDt><FrDtTm>{first}T00:00:00</FrDtTm><ToDtTm>{day}T23:59:59</ToDtTm></FrToDt>"
        f"<Acct><Id>{_id(account)}</Id><Ccy>{currency}</Ccy></Acct>"
        f"{_balance('OPBD', opening, currency, first)}{_balance('CLBD', closing, currency, day)}{entries}</Stmt>"
        "</BkToCstmrStmt></Document>"
    ).encode()


def _id(account: str) -> str:
    return f"<IBAN>{account}</IBAN>" if account[:2].isalpha() else f"<Othr><Id>{account}</Id></Othr>"


def _balance(kind: str, amount: Decimal, currency: str, day: dt.date) -> str:
    sign = "CRDT" if amount >= 0 else "DBIT"
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="{currency}">{abs(amount):.2f}</Amt>'
        f"<CdtDbtInd>{sign}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def _entry(receipt: Receipt, currency: str, reference: str) -> str:
    structured = (
        f"<Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp><Ref>{receipt.reference}</Ref></CdtrRefInf></Strd>"
        if receipt.reference
        else ""
    )
    remittance = f"<Ustrd>{escape(receipt.text)}</Ustrd>" if receipt.text else ""
    return (
        f'<Ntry><Amt Ccy="{currency}">{receipt.amount:.2f}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        f"<BookgDt><Dt>{receipt.booking_date}</Dt></BookgDt><ValDt><Dt>{receipt.booking_date}</Dt></ValDt>"
        f"<AcctSvcrRef>{reference}{receipt.booking_date:%Y%m%d}</AcctSvcrRef>"
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>"
        f"<NtryDtls><TxDtls><Refs><EndToEndId>{escape(receipt.end_to_end) or 'NOTPROVIDED'}</EndToEndId></Refs>"
        f'<Amt Ccy="{currency}">{receipt.amount:.2f}</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
        f"<RltdPties><Dbtr><Pty><Nm>{escape(receipt.payer)}</Nm></Pty></Dbtr><DbtrAcct><Id>{_id(receipt.account)}</Id></DbtrAcct></RltdPties>"
        f"<RmtInf>{remittance}{structured}</RmtInf></TxDtls></NtryDtls></Ntry>"
    )
