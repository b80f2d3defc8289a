"""The journal as DATEV reads it: EXTF 700, category 21 “Buchungsstapel”, format version 13. Pure: no database, no clock.

The format is described at developer.datev.de (DATEV-Format, Buchungsstapel): semicolons, CRLF, Windows-1252, texts in quotation
marks, decimal comma. A row moves one amount from an account to another; an entry of several lines becomes several rows whose debits
and credits by account are the entry's own, to the cent.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from duecourse.core.errors import Refused
from duecourse.core.money import minor_units
from duecourse.ledger.rules.export import ExportedFile, ExportLine

ROWS_MAX = 99_999  # of one file
NO_AUTOMATIC = "0040"  # the key that stops an automatic account from reckoning tax: our entries post it themselves
EU = frozenset("AT BE BG CY CZ DE DK EE EL ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK XI".split())  # noqa: SIM905 - a list of words
COLUMNS: tuple[str, ...] = (
    "Umsatz (ohne Soll/Haben-Kz)", "Soll/Haben-Kennzeichen", "WKZ Umsatz", "Kurs", "Basis-Umsatz", "WKZ Basis-Umsatz", "Konto",
    "Gegenkonto (ohne BU-Schlüssel)", "BU-Schlüssel", "Belegdatum", "Belegfeld 1", "Belegfeld 2", "Skonto", "Buchungstext",
    "Postensperre", "Diverse Adressnummer", "Geschäftspartnerbank", "Sachverhalt", "Zinssperre", "Beleglink",
    *(f"Beleginfo - {part} {place}" for place in range(1, 9) for part in ("Art", "Inhalt")),
    "KOST1 - Kostenstelle", "KOST2 - Kostenstelle", "Kost-Menge", "EU-Land u. UStID (Bestimmung)", "EU-Steuersatz (Bestimmung)",
    "Abw. Versteuerungsart", "Sachverhalt L+L", "Funktionsergänzung L+L", "BU 49 Hauptfunktionstyp", "BU 49 Hauptfunktionsnummer",
    "BU 49 Funktionsergänzung",
    *(f"Zusatzinformation - {part} {place}" for place in range(1, 21) for part in ("Art", "Inhalt")),
    "Stück", "Gewicht", "Zahlweise", "Forderungsart", "Veranlagungsjahr", "Zugeordnete Fälligkeit", "Skontotyp", "Auftragsnummer",
    "Buchungstyp", "USt-Schlüssel (Anzahlungen)", "EU-Land (Anzahlungen)", "Sachverhalt L+L (Anzahlungen)",
    "EU-Steuersatz (Anzahlungen)", "Erlöskonto (Anzahlungen)", "Herkunft-Kz", "Buchungs GUID", "KOST-Datum", "SEPA-Mandatsreferenz",
    "Skontosperre", "Gesellschaftername", "Beteiligtennummer", "Identifikationsnummer", "Zeichnernummer", "Postensperre bis",
    "Bezeichnung SoBil-Sachverhalt", "Kennzeichen SoBil-Buchung", "Festschreibung", "Leistungsdatum", "Datum Zuord. Steuerperiode",
    "Fälligkeit", "Generalumkehr (GU)", "Steuersatz", "Land", "Abrechnungsreferenz", "BVV-Position", "EU-Land u. UStID (Ursprung)",
    "EU-Steuersatz (Ursprung)", "Abw. Skontokonto",
)  # fmt: skip
# Columns (from 1) that hold text, and so stand in quotation marks even when they are empty.
_TEXTS = frozenset(
    {
        2,
        3,
        6,
        9,
        11,
        12,
        14,
        16,
        20,
        *range(21, 39),
        40,
        42,
        *range(48, 88),
        91,
        95,
        96,
        98,
        102,
        103,
        105,
        107,
        109,
        110,
        112,
        118,
        120,
        121,
        123,
    }
)
_PLAIN = re.compile(r"[^A-Za-z0-9$&%*+\-/]")


@dataclass(frozen=True, slots=True)
class Target:
    """An account's number in the accountant's program, and whether it reckons tax by itself there."""

    number: str
    is_automatic: bool = False


# What the standard chart is called in SKR03; a form begins with it. 1410 is receivables without accounts for each customer.
SUGGESTED: Mapping[str, Target] = {
    code: Target({"1400": "1410"}.get(code, code), code in ("8400", "8125", "8120"))
    for code in (
        "1200",
        "1360",
        "1361",
        "1400",
        "1770",
        "8400",
        "8125",
        "8120",
        "8100",
        "8730",
        "4970",
        "2400",
        "2150",
        "2660",
        "2709",
        "9000",
    )
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What the head of the file says."""

    consultant: int | None
    client: int | None
    length: int
    fiscal_year_month: int


@dataclass(frozen=True, slots=True)
class Move:
    """One row: `amount` from the credit line's account to the debit line's."""

    debit: ExportLine
    credit: ExportLine
    amount: Decimal


def check_settings(settings: Settings, currency: str, first: dt.date, last: dt.date, year_start: dt.date) -> None:
    """Errors: Refused('ledger.datev-not-set'), Refused('ledger.export-not-usable')."""
    if settings.consultant is None or settings.client is None:
        raise Refused(
            "ledger.datev-not-set", "DATEV asks for a consultant number and a client number: enter them under Books, Exports."
        )
    if minor_units(currency) != 2:
        raise Refused(
            "ledger.export-not-usable", f"DATEV takes amounts with two decimals; {currency} has {minor_units(currency)}."
        )
    year_end = dt.date(year_start.year + 1, year_start.month, 1)
    if last >= year_end:
        raise Refused(
            "ledger.export-not-usable",
            f"A DATEV file lies in one fiscal year; {first.isoformat()} to {last.isoformat()} crosses {year_end.isoformat()}. Export the "
            "years one by one.",
        )


def check_targets(targets: Mapping[str, Target], used: Iterable[str], length: int) -> None:
    """Every account used must have a number of digits there, all of one length. Errors: Refused('ledger.export-account-missing')."""
    missing = sorted(code for code in set(used) if code not in targets)
    if missing:
        raise Refused(
            "ledger.export-account-missing",
            f"These accounts have no DATEV number yet: {', '.join(missing)}. Enter them under Books, Exports. Nothing was exported.",
            accounts=missing,
        )
    wrong = sorted(code for code in set(used) if not (targets[code].number.isascii() and targets[code].number.isdigit()
                   and len(targets[code].number) == length))  # fmt: skip
    if wrong:
        raise Refused(
            "ledger.export-account-missing",
            f"DATEV numbers have {length} digits here. Others were given for: "
            f"{', '.join(f'{code} ({targets[code].number})' for code in wrong)}. Nothing was exported.",
            accounts=wrong,
        )


def moves(entry: Sequence[ExportLine]) -> Iterator[Move]:
    """An entry as rows with one debit and one credit each; by account they add up to what the entry debits and credits."""
    given = [(line, -line.company_amount) for line in reversed(entry) if line.company_amount < 0]
    for debit in (line for line in entry if line.company_amount > 0):
        rest = debit.company_amount
        while rest:
            credit, left = given.pop()
            amount = min(rest, left)
            yield Move(debit, credit, amount)
            rest -= amount
            if left > amount:
                given.append((credit, left - amount))


def datev_file(
    code: str,
    currency: str,
    first: dt.date,
    last: dt.date,
    lines: Iterable[ExportLine],
    targets: Mapping[str, Target],
    settings: Settings,
    year_start: dt.date,
    at: dt.datetime,
) -> ExportedFile:
    """The whole file. `at` is the moment that its head names. Errors: Refused('ledger.export-not-usable') over 99,999 rows."""
    rows = [_head(settings, currency, first, last, year_start, at), ";".join(COLUMNS)]
    debit = Decimal(0)
    for _, entry in groupby(lines, key=lambda line: line.entry_key):
        for move in moves(list(entry)):
            debit += move.amount
            rows.append(_row(move, targets, currency))
    if len(rows) - 2 > ROWS_MAX:
        raise Refused(
            "ledger.export-not-usable",
            f"A DATEV file holds {ROWS_MAX:,} rows; these days make {len(rows) - 2:,}. Export fewer days.",
        )
    data = "".join(f"{row}\r\n" for row in rows).encode("cp1252", errors="replace")
    return ExportedFile(f"EXTF_Buchungsstapel_{code}_{first:%Y%m%d}_{last:%Y%m%d}.csv", "text/csv", data, len(rows) - 2, debit)


def _head(settings: Settings, currency: str, first: dt.date, last: dt.date, year_start: dt.date, at: dt.datetime) -> str:
    """The 31 fields of the first line; field 21 says that the entries are final."""
    fields = [
        '"EXTF"', "700", "21", '"Buchungsstapel"', "13", f"{at:%Y%m%d%H%M%S}{at.microsecond // 1000:03d}", "", '"DC"', '""', '""',
        str(settings.consultant), str(settings.client), f"{year_start:%Y%m%d}", str(settings.length), f"{first:%Y%m%d}", f"{last:%Y%m%d}",
        _quoted(f"Journal {first:%m/%Y}" if first.month == last.month else f"Journal {first:%d.%m.}-{last:%d.%m.%Y}", 30), '""', "1", "0", "1",
        f'"{currency}"', "", '""', "", "", '""', "", "", '""', '""',
    ]  # fmt: skip
    return ";".join(fields)


def _row(move: Move, targets: Mapping[str, Target], currency: str) -> str:
    debit, credit = targets[move.debit.account], targets[move.credit.account]
    line = move.debit if move.debit.tax_category or move.debit.currency != currency else move.credit
    cells = {
        1: f"{move.amount:.2f}".replace(".", ","),
        2: "S",
        3: currency,
        7: debit.number,
        8: credit.number,
        9: NO_AUTOMATIC if debit.is_automatic or credit.is_automatic else "",
        10: f"{line.posting_date:%d%m}",  # in DATEV it decides the period; the document's own day stands below
        11: _PLAIN.sub("", line.entry_number)[:36],
        14: " ".join(line.text.split())[:60],
        114: "1",
    }
    infos = [("Buchung", line.entry_id), ("Art", line.kind)]
    if line.document_date != line.posting_date:
        infos.append(("Belegdatum", line.document_date.isoformat()))
    if line.currency != currency and line.amount:
        infos.append(("Fremdwaehrung", f"{line.currency} {line.amount:.{minor_units(line.currency)}f}"))
    if line.tax_category:
        infos.append(
            (
                "Steuer",
                f"{line.tax_category} {line.tax_percent.normalize():f}" if line.tax_percent is not None else line.tax_category,
            )
        )
    customer = move.debit if move.debit.customer_number else move.credit
    if customer.customer_number:
        infos.append(("Kunde", customer.customer_number))
        if line.tax_category == "K" and customer.customer_tax_id[:2] in EU:
            cells[40] = customer.customer_tax_id[:15]
    for place, (name, value) in enumerate(infos):
        cells[48 + 2 * place], cells[49 + 2 * place] = name, value
    return ";".join(
        _quoted(cells.get(place, ""), 210) if place in _TEXTS else cells.get(place, "") for place in range(1, len(COLUMNS) + 1)
    )


def _quoted(text: str, longest: int) -> str:
    return '"' + text[:longest].replace('"', '""') + '"'
