"""What a company brings along, as dirty as it comes from an old system, and what it adds up to, reckoned here by csv and Decimal alone."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from openpyxl import Workbook

CHF_RATE = Decimal("0.9300")  # francs a euro
HEADS = ("RechNr", "Debitor", "Name", "Belegdatum", "Fällig", "Betrag", "Währung")
PAYER = "DE75 5121 0800 1245 1261 99"


@dataclass(frozen=True)
class Owed:
    """A line as a person reads it; the file says the same in its own ways."""

    number: str
    customer: str
    issue: dt.date
    due: dt.date
    amount: Decimal
    currency: str = "EUR"


NAMES = {
    "700": "Nordlicht AG",
    "701": "Möwe & Söhne GmbH",
    "702": "Kälte Nord KG",
    "703": "Deichbau Hansen",
    "704": "Alpina Technik AG",
}


def customers() -> bytes:
    """A workbook: a title over all columns, a head over three of them, numbers as text and as numbers, and a formula nobody reckoned."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Kunden"
    rows: list[list[object]] = [
        ["Kundenliste, Stand heute"],
        [None, None, "Anschrift"],
        ["Kundennr", "Firma", "Land", "PLZ", "Ort", "Zahlungsziel", "E-Mail", "IBAN"],
        ["0000700", NAMES["700"], "Deutschland", "24103", "Kiel", 30, "office@nordlicht.example", None],
        [701, NAMES["701"], "DE", 20095, "Hamburg", "30", None, None],
        ["702", NAMES["702"], "DE", "01067", "Dresden", 30, "kasse@kaelte.example", PAYER],
        [703.0, NAMES["703"], "DE", "25813", "Husum", "=15+15", None, None],
        ["704", NAMES["704"], "Schweiz", "8001", "Zürich", "30", None, None],
    ]
    for row in rows:
        sheet.append(row)
    sheet.merge_cells("A1:H1")
    sheet.merge_cells("C2:E2")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def owed(today: dt.date) -> list[Owed]:
    """The open items: six that are late, one that is not, one credit note, one in francs."""

    def day(ago: int) -> dt.date:
        return today - dt.timedelta(days=ago)

    two_ways = day(45)
    while two_ways.day > 12 or two_ways.day == two_ways.month:
        two_ways -= dt.timedelta(days=1)
    one_way = day(70)
    while one_way.day <= 12:
        one_way -= dt.timedelta(days=1)
    return [
        Owed("RE-1001", "700", day(80), day(50), Decimal(1204)),
        Owed("RE-1002", "701", day(130), day(100), Decimal(18250)),
        Owed("RE-1003", "701", one_way, one_way + dt.timedelta(days=30), Decimal(3120)),
        Owed("RE-1004", "702", day(40), day(10), Decimal(2380)),
        Owed("RE-1005", "702", day(20), day(-10), Decimal(940)),
        Owed("RE-1006", "703", two_ways, two_ways + dt.timedelta(days=30), Decimal(4410)),
        Owed("GU-1007", "703", day(25), day(25), Decimal(-88)),
        Owed("RE-1008", "704", day(60), day(30), Decimal(5600), "CHF"),
    ]


def _written(amount: Decimal) -> str:
    """1204 as “1.204”, which can be two amounts; a credit with its sign behind."""
    text = f"{abs(amount):,}".replace(",", ".")
    return f"{text}-" if amount < 0 else text


def open_items(today: dt.date) -> bytes:
    """Days in three forms, one of which can be two days; amounts that can be two; numbers with and without zeros; Windows letters."""
    lines = [";".join(HEADS)]
    for place, one in enumerate(owed(today)):
        number = one.customer if place % 2 else one.customer.zfill(10)
        issue = [f"{one.issue}", f"{one.issue:%d.%m.%Y}", f"{one.issue:%m/%d/%Y}"][place % 3]
        issue = f"{one.issue:%d/%m/%Y}" if one.number == "RE-1006" else issue
        issue = f"{one.issue}" if one.number == "RE-1008" else issue
        cells = (one.number, number, NAMES[one.customer], issue, f"{one.due:%d.%m.%Y}", _written(one.amount), one.currency)
        lines.append(";".join(cells))
    return ("\r\n".join(lines) + "\r\n").encode("cp1252")


def mended(rejects: bytes, today: dt.date) -> bytes:
    """The file of rejects with the day that could be two written so that it is one; the amounts keep their point."""
    day = next(one.issue for one in owed(today) if one.number == "RE-1006")
    return rejects.decode("utf-8-sig").replace(f"{day:%d/%m/%Y}", f"{day}").encode()


def rates(today: dt.date) -> bytes:
    """Reference rates as the ECB publishes them, of the last ten days."""
    days = [today - dt.timedelta(days=ago) for ago in range(10)]
    return ("Date,CHF,\n" + "".join(f"{day},{CHF_RATE},\n" for day in days)).encode()


PAID: tuple[tuple[str, str, int, int, int, str], ...] = (  # number, customer, days ago: issued, due, paid; amount
    ("H-1", "701", 200, 170, 158, "4200.00"),
    ("H-2", "701", 160, 130, 121, "3900.50"),
    ("H-3", "701", 85, 55, 30, "5120.25"),
    ("H-4", "702", 150, 120, 121, "1800.00"),
    ("H-5", "702", 80, 50, 48, "2210.40"),
    ("H-6", "700", 75, 45, 45, "990.00"),
)


def history(today: dt.date) -> bytes:
    """Invoices that were paid, with the day."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["Invoice number", "Customer number", "Invoice date", "Due date", "Settled date", "Amount", "Currency"])
    for number, customer, issued, due, paid, amount in PAID:
        days = [f"{today - dt.timedelta(days=ago)}" for ago in (issued, due, paid)]
        writer.writerow([number, customer.zfill(7), *days, amount, "EUR"])
    return out.getvalue().encode()


# -- what it comes to


def tenths(value: Decimal) -> str:
    """As a page shows it: one decimal, a real minus."""
    return f"{value.quantize(Decimal('0.1'), ROUND_HALF_UP):,}".replace("-", "\N{MINUS SIGN}")


def in_euro(one: Owed) -> Decimal:
    return one.amount if one.currency == "EUR" else (one.amount / CHF_RATE).quantize(Decimal("0.01"), ROUND_HALF_UP)


def totals(today: dt.date) -> dict[str, Decimal]:
    """Currency → all that is open in it."""
    sums: dict[str, Decimal] = {}
    for one in owed(today):
        sums[one.currency] = sums.get(one.currency, Decimal(0)) + one.amount
    return sums


def most_overdue_first(today: dt.date) -> list[str]:
    """Customers by amount × days late, in euro, of what is late."""
    weights: dict[str, Decimal] = {}
    for one in owed(today):
        late = (today - one.due).days
        if late > 0 and one.amount > 0:
            weights[one.customer] = weights.get(one.customer, Decimal(0)) + in_euro(one) * late
    return sorted(weights, key=lambda customer: -weights[customer])


def paying(today: dt.date, customer: str) -> dict[str, str]:
    """How a customer paid, and its DSO of 90 days, as the page shows it."""
    rows = [row for row in csv.DictReader(io.StringIO(history(today).decode())) if row["Customer number"].lstrip("0") == customer]
    late, taken, paid, days, sales = Decimal(0), Decimal(0), Decimal(0), [], Decimal(0)
    first = today - dt.timedelta(days=89)
    for row in rows:
        issue, due, settled = (dt.date.fromisoformat(row[name]) for name in ("Invoice date", "Due date", "Settled date"))
        amount = Decimal(row["Amount"])
        days.append((settled - due).days)
        late, taken, paid = late + amount * days[-1], taken + amount * (settled - issue).days, paid + amount
        sales += amount if issue >= first else 0
    mine = [one for one in owed(today) if one.customer == customer]
    sales += sum((in_euro(one) for one in mine if one.issue >= first), Decimal(0))
    rest = sum((in_euro(one) for one in mine), Decimal(0))
    days.sort()
    middle = Decimal(days[len(days) // 2] + days[(len(days) - 1) // 2]) / 2
    return {
        "Days late, by amount": tenths(late / paid),
        "Days late, median": tenths(middle),
        "Days from invoice to payment": tenths(taken / paid),
        "DSO": tenths(rest * 90 / sales),
        "Invoices settled": str(len(rows)),
    }
