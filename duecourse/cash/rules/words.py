"""Words and amounts in a remittance text that say why a payment differs: a bank's charge, a deduction, a part payment.

Word lists in the languages of the demo markets (English, German, Dutch, French, Italian, Spanish), as regular expressions
for whole words. They only order proposals; nothing is posted alone because of a word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_CHARGE = r"""
bank (?:charge|fee|cost)s?|(?:wire|transfer|swift|correspondent) (?:charge|fee)s?|charges?|fees?|bank took|SHA|CHG|BEN
spesen|bankspesen|geb(?:ue|ü)hr\w*|bankkosten|kosten bank
frais(?: bancaires?)?|commission\w*|spese|comisi[oó]n\w*
"""
_DEDUCTED = r"""
damag\w*|defect\w*|faulty|broken|missing|short(?:age|ship\w*| deliver\w*)|not delivered|deduct\w*|return(?:s|ed)?|claim|complaint
quality|price (?:difference|error)|wrong price|penalty|rebate|bonus|promo\w*|debit note|charge ?back|dispute\w*
schad\w*|sch(?:ae|ä)den|besch(?:ae|ä)digt|mangel\w*|m(?:ae|ä)ngel|k(?:ue|ü)rzung|gek(?:ue|ü)rzt|abzug|abzgl|minderung
retour(?:en?)?|reklamation\w*|fehlmenge|fehlt|preisdifferenz|gutschrift fehlt
manquant\w*|avarie\w*|litige|retenue|dann\w+|danneggiat\w*|reso|dañad\w*|devoluci\w+|deducci\w+
"""
_PART = r"""
part(?:ial)?[ -]?payment|part(?:ial)? (?:pay|settlement)|in part|instal?ment|first (?:half|part)|second (?:half|part)
rest (?:follows|later|to follow|still owed)|balance (?:follows|to follow|later)
teilzahlung|teilbetrag|abschlag\w*|rate \d|\d\.? ?rate|rest folgt|deelbetaling|termijn
acompte|paiement partiel|solde suit|acconto|pago parcial|a cuenta
"""
_ADVANCE = r"""
advance|prepay\w*|pre-payment|down ?payment|deposit|on account|a ?conto|anticipo|avance
anzahlung|vorkasse|vorauszahlung|vorauskasse|vooruitbetaling|aanbetaling
"""
_NOT_CUSTOMER = r"""
interest (?:credit|income|earned)|credit interest|tax refund|vat refund|salary|payroll|loan|dividend\w*|insurance|rent|cash deposit|sweep
cash pool\w*|zba transfer|intercompany|own transfer|subsidy|grant|refund from|supplier refund|capital
habenzinsen|zinsertrag|zinsen|steuererstattung|erstattung finanzamt|finanzamt|umsatzsteuer|gehalt|lohn|darlehen|miete
versicherung\w*|umbuchung|e?übertrag|zuschuss|einlage|krankenkasse|sozialversicherung
"""
_PATTERNS = {
    name: re.compile(rf"(?<!\w)(?:{'|'.join(pattern.split(chr(10))[1:-1])})(?!\w)", re.IGNORECASE)
    for name, pattern in (
        ("charge", _CHARGE),
        ("deducted", _DEDUCTED),
        ("part", _PART),
        ("advance", _ADVANCE),
        ("not_customer", _NOT_CUSTOMER),
    )
}
_AMOUNT = re.compile(r"(?<![\w.,])(\d{1,3}(?:[.,' ]\d{3})+|\d+)[.,](\d{2})(?![.,]?\d)")


@dataclass(frozen=True, slots=True)
class Words:
    """The first word of each kind in a text ("" when there is none), and the amounts in it, in hundredths."""

    charge: str
    deducted: str
    part: str
    advance: str
    not_customer: str
    amounts: frozenset[int]


def words_in(text: str) -> Words:
    """What the text says about the payment."""
    found = {name: match.group(0) if (match := pattern.search(text)) else "" for name, pattern in _PATTERNS.items()}
    amounts = frozenset(int(re.sub(r"\D", "", whole) + cents) for whole, cents in _AMOUNT.findall(text))
    return Words(**found, amounts=amounts)
