"""The words of a document in its own language, and its dates and numbers by the customs of that language."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cache
from typing import Literal

from babel import Locale
from babel.dates import format_date
from babel.numbers import NumberPattern, parse_pattern

from duecourse.core.money import Money, minor_units

Language = Literal["en", "de", "fr"]
LOCALES: dict[Language, str] = {"en": "en_GB", "de": "de_DE", "fr": "fr_FR"}

_TABLE: dict[str, tuple[str, str, str]] = {
    "invoice": ("Invoice", "Rechnung", "Facture"),
    "credit note": ("Credit note", "Rechnungskorrektur", "Avoir"),
    "invoice number": ("Invoice number", "Rechnungsnummer", "Numéro de facture"),
    "credit note number": ("Credit note number", "Korrekturnummer", "Numéro d’avoir"),
    "invoice date": ("Invoice date", "Rechnungsdatum", "Date de facture"),
    "credit note date": ("Credit note date", "Korrekturdatum", "Date d’avoir"),
    "delivery date": ("Delivery date", "Lieferdatum", "Date de livraison"),
    "delivery period": ("Delivery period", "Leistungszeitraum", "Période de livraison"),
    "customer number": ("Customer number", "Kundennummer", "Numéro de client"),
    "your order": ("Your order", "Ihre Bestellung", "Votre commande"),
    "our order": ("Our order", "Unser Auftrag", "Notre commande"),
    "your tax id": ("Your VAT ID", "Ihre USt-IdNr.", "Votre n° de TVA"),
    "payable by": ("Payable by", "Zahlbar bis", "À payer avant le"),
    "corrects": ("Corrects invoice {number}", "Korrigiert Rechnung {number}", "Rectifie la facture {number}"),
    "corrects dated": (
        "Corrects invoice {number} of {date}",
        "Korrigiert Rechnung {number} vom {date}",
        "Rectifie la facture {number} du {date}",
    ),
    "reason": ("Reason: {reason}", "Grund: {reason}", "Motif\N{NARROW NO-BREAK SPACE}: {reason}"),
    "line": ("#", "#", "#"),
    "article": ("Article", "Artikel", "Article"),
    "description": ("Description", "Bezeichnung", "Désignation"),
    "quantity": ("Quantity", "Menge", "Quantité"),
    "unit price": ("Unit price", "Einzelpreis", "Prix unitaire"),
    "tax": ("VAT", "USt", "TVA"),
    "net in": ("Net, {currency}", "Netto, {currency}", "HT, {currency}"),
    "breakdown": ("VAT breakdown", "Umsatzsteuer im Einzelnen", "Détail de la TVA"),
    "rate": ("Rate", "Satz", "Taux"),
    "net": ("Net", "Netto", "HT"),
    "gross": ("Gross", "Brutto", "TTC"),
    "net total": ("Net total", "Summe netto", "Total HT"),
    "to pay": ("To pay, {currency}", "Zu zahlen, {currency}", "À payer, {currency}"),
    "credited": ("Credited to you, {currency}", "Zu Ihren Gunsten, {currency}", "À votre crédit, {currency}"),
    "how to pay": ("How to pay", "So zahlen Sie", "Comment payer"),
    "by": ("By {date}", "Bis {date}", "Avant le {date}"),
    "discount words": (
        "{percent} % discount, {amount} less",
        "{percent} % Skonto, {amount} weniger",
        "{percent} % d’escompte, {amount} de moins",
    ),
    "net words": (
        "in full, {days} days from the invoice date",
        "ohne Abzug, {days} Tage ab Rechnungsdatum",
        "sans escompte, {days} jours après la date de facture",
    ),
    "net at once": ("in full, on receipt", "ohne Abzug, sofort", "sans escompte, à réception"),
    "holder": ("Account holder", "Kontoinhaber", "Titulaire du compte"),
    "account": ("Account", "Konto", "Compte"),
    "reference": ("Reference", "Verwendungszweck", "Référence"),
    "scan": ("Scan to pay {amount}", "Scannen, {amount} zahlen", "Scanner pour payer {amount}"),
    "qr alternative": (
        "QR code of a bank transfer of {amount} to {holder}, reference {reference}",
        "QR-Code einer Überweisung von {amount} an {holder}, Verwendungszweck {reference}",
        "Code QR d’un virement de {amount} à {holder}, référence {reference}",
    ),
    "managing director": ("Managing director", "Geschäftsführung", "Gérance"),
    "register": ("Register", "Handelsregister", "Registre"),
    "tax id": ("VAT ID", "USt-IdNr.", "N° de TVA"),
    "page": ("Page {page} of {pages}", "Seite {page} von {pages}", "Page {page} sur {pages}"),
    "carried over": ("Carried over, {currency}", "Übertrag, {currency}", "Report, {currency}"),
    "carried forward": ("Carried forward, {currency}", "Zwischensumme, {currency}", "À reporter, {currency}"),
    "and": ("and", "und", "et"),
    "logo of": ("Mark of {name}", "Zeichen von {name}", "Logo de {name}"),
}
_PLACE: dict[Language, int] = {"en": 0, "de": 1, "fr": 2}


@cache
def words(language: Language) -> dict[str, str]:
    """Every fixed word of a document, by its key."""
    return {key: row[_PLACE[language]] for key, row in _TABLE.items()}


@cache
def _locale(language: Language) -> Locale:
    return Locale.parse(LOCALES[language])


@cache
def _pattern(language: Language, decimals_min: int, decimals_max: int) -> NumberPattern:
    pattern = parse_pattern(_locale(language).decimal_formats[None].pattern)
    pattern.frac_prec = (decimals_min, decimals_max)
    return pattern


def number(value: Decimal, language: Language, decimals_min: int = 0, decimals_max: int = 6) -> str:
    """A number with its groups and a true minus sign; never rounded within `decimals_max`."""
    text = _pattern(language, decimals_min, decimals_max).apply(value, _locale(language))
    return text.replace("-", "\N{MINUS SIGN}")


def amount(money: Money, language: Language) -> str:
    """An amount without its currency, with as many decimals as the currency has."""
    return number(money.amount, language, minor_units(money.currency), minor_units(money.currency))


def long_date(day: dt.date, language: Language) -> str:
    """7 August 2026, 7. August 2026, 7 août 2026."""
    return format_date(day, format="long", locale=_locale(language))
