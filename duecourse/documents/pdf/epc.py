"""The EPC QR code (EPC069-12, version 2): a SEPA credit transfer that a banking app fills in by itself."""

from __future__ import annotations

import io
import re
from decimal import Decimal

import segno
from stdnum.iso7064 import mod_97_10

from duecourse.core.errors import Refused
from duecourse.core.money import Money

AMOUNT_MAX = Decimal("999999999.99")
BYTES_MAX = 331  # version 13 at error level M


def plain(code: str) -> str:
    """An IBAN, BIC or reference without spaces, in capitals."""
    return re.sub(r"\s", "", code).upper()


def is_iban(text: str) -> bool:
    """Form and check digits of ISO 13616; the bank itself is not looked up."""
    code = plain(text)
    return bool(re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", code)) and mod_97_10.is_valid(code[4:] + code[:4])


def is_rf(text: str) -> bool:
    """Whether this is an ISO 11649 creditor reference with right check digits."""
    code = plain(text)
    return bool(re.fullmatch(r"RF\d{2}[A-Z0-9]{1,21}", code)) and mod_97_10.is_valid(code[4:] + code[:4])


def grouped(code: str) -> str:
    """In groups of four: RF18 5390 0754 7034."""
    code = plain(code)
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def epc_payload(holder: str, iban: str, bic: str, amount: Money, reference: str) -> str:
    """The text inside the code: twelve lines at most, UTF-8, the amount with two decimals.

    An RF reference goes into the structured field, anything else into the free text (140 characters). The holder is cut
    to 70 characters, and further where the whole would pass 331 bytes. Errors: Refused('documents.epc-…').
    """
    if amount.currency != "EUR" or not Decimal(0) < amount.amount <= AMOUNT_MAX:
        raise Refused("documents.epc-amount", f"A SEPA code holds 0.01 to 999,999,999.99 EUR, not {amount}.")
    if not is_iban(iban):
        raise Refused("documents.iban-invalid", f"“{iban}” is not an IBAN: its check digits are wrong. Correct the bank account.")
    structured, text = (plain(reference), "") if is_rf(reference) else ("", " ".join(reference.split())[:140])
    name = " ".join(holder.split())[:70]
    if not name:
        raise Refused("documents.epc-holder", "A SEPA code needs the account holder's name.")
    while True:
        lines = ["BCD", "002", "1", "SCT", plain(bic), name, plain(iban), f"EUR{amount.amount:.2f}", "", structured, text]
        payload = "\n".join(lines).rstrip("\n")
        if len(payload.encode()) <= BYTES_MAX:
            return payload
        name, text = (name, text[:-1]) if len(text) > 35 else (name[:-1], text)


def qr_svg(payload: str) -> str:
    """The code as an SVG drawing without border, one unit a module, error level M."""
    code = segno.make(payload, error="m", boost_error=False, micro=False, encoding="utf-8")
    out = io.BytesIO()
    code.save(out, kind="svg", border=0, xmldecl=False, svgclass=None, lineclass=None, omitsize=True)
    return out.getvalue().decode()
