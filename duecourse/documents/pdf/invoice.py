"""An invoice or a credit note as an A4 page: PDF/A-3a and PDF/UA-1, the same bytes for the same values."""

from __future__ import annotations

import base64
import datetime as dt
import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from threading import Lock
from typing import Any, Literal

import typst

from duecourse.core.errors import Refused
from duecourse.core.money import Money, Price
from duecourse.documents.pdf import words
from duecourse.documents.pdf.epc import AMOUNT_MAX, epc_payload, grouped, is_iban, is_rf, qr_svg
from duecourse.documents.pdf.glyphs import FONTS, printable
from duecourse.documents.pdf.words import Language
from duecourse.documents.rules.logos import SVG, Logo

HERE = Path(__file__).parent
STANDARDS: list[typst.PDFStandard] = ["a-3a", "ua-1"]


@dataclass(frozen=True, slots=True)
class Seller:
    """Who sends the document; `address` in lines as printed; what is empty is left out."""

    name: str
    address: tuple[str, ...]
    tax_id: str
    register: str = ""
    managing_director: str = ""
    email: str = ""
    phone: str = ""
    tagline: str = ""
    logo: Logo | None = None


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who receives it."""

    name: str
    address: tuple[str, ...]
    customer_number: str
    tax_id: str = ""


@dataclass(frozen=True, slots=True)
class PageLine:
    """One line; `unit` and `tax_label` are printed as they stand (“pc”, “19 %”)."""

    line_no: int
    article: str
    description: str
    quantity: Decimal
    unit: str
    unit_price: Price
    tax_label: str
    net: Money


@dataclass(frozen=True, slots=True)
class PageTax:
    """One row of the breakdown; `note` is the exemption's wording (“Reverse charge, Article 196 Directive 2006/112/EC”)."""

    label: str
    base: Money
    tax: Money
    gross: Money
    note: str = ""


@dataclass(frozen=True, slots=True)
class PaymentOption:
    """Pay `amount` by `by`; a discount option says its `percent`, the net option its `days` (0 = on receipt)."""

    kind: Literal["discount", "net"]
    by: dt.date
    amount: Money
    percent: Decimal = Decimal(0)
    days: int = 0


@dataclass(frozen=True, slots=True)
class Bank:
    """Where to pay: an IBAN, or `account` in a country's own form where there is none."""

    holder: str
    iban: str = ""
    bic: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class Credited:
    """The invoice that a credit note corrects."""

    number: str
    issue_date: dt.date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """Everything that is printed. Amounts are positive on a credit note too; `delivery` is (from, to), equal for a day."""

    kind: Literal["invoice", "credit note"]
    number: str
    issue_date: dt.date
    seller: Seller
    buyer: Buyer
    currency: str
    lines: tuple[PageLine, ...]
    tax: tuple[PageTax, ...]
    net: Money
    tax_total: Money
    gross: Money
    language: Language = "en"
    delivery: tuple[dt.date, dt.date] | None = None
    due_date: dt.date | None = None
    their_order: str = ""
    our_order: str = ""
    payments: tuple[PaymentOption, ...] = ()
    bank: Bank | None = None
    reference: str = ""
    notes: tuple[str, ...] = ()
    above: tuple[str, ...] = ()  # own words between the facts and the lines
    credited: Credited | None = None


def check(page: InvoicePage) -> None:
    """Refuse a page that contradicts itself: what does not add up is never printed. Errors: Refused('documents.…')."""
    money = [
        page.net,
        page.tax_total,
        page.gross,
        *(line.net for line in page.lines),
        *(option.amount for option in page.payments),
    ]
    money += [part for row in page.tax for part in (row.base, row.tax, row.gross)]
    if {part.currency for part in money} | {line.unit_price.currency for line in page.lines} != {page.currency}:
        raise Refused("documents.currencies-differ", f"{page.number} has amounts in another currency than {page.currency}.")
    sums = {
        "lines and net total": (Money.total((line.net for line in page.lines), page.currency), page.net),
        "tax bases and net total": (Money.total((row.base for row in page.tax), page.currency), page.net),
        "tax rows and tax total": (Money.total((row.tax for row in page.tax), page.currency), page.tax_total),
        "net, tax and gross": (page.net + page.tax_total, page.gross),
    }
    for row in page.tax:
        sums[f"tax row {row.label}"] = (row.base + row.tax, row.gross)
    for option in page.payments:
        if option.kind == "net":
            sums["net terms and gross"] = (option.amount, page.gross)
    for name, (left, right) in sums.items():
        if left != right:
            raise Refused("documents.totals-differ", f"{page.number} does not add up: {name} ({left} and {right}).")
    if page.kind == "credit note" and page.credited is None:
        raise Refused("documents.credited-invoice-missing", f"Credit note {page.number} must name the invoice it corrects.")
    if page.bank and page.bank.iban and not is_iban(page.bank.iban):
        raise Refused(
            "documents.iban-invalid", f"“{page.bank.iban}” is not an IBAN: its check digits are wrong. Correct the account."
        )


def payment_code(page: InvoicePage) -> str | None:
    """What the EPC QR code holds, for exactly the printed amount of the net terms; None when there is nothing to pay by SEPA."""
    net = next((option for option in page.payments if option.kind == "net"), None)
    if page.kind != "invoice" or net is None or page.bank is None or not page.bank.iban:
        return None
    if page.currency != "EUR" or not Decimal(0) < net.amount.amount <= AMOUNT_MAX:
        return None
    return epc_payload(page.bank.holder, page.bank.iban, page.bank.bic, net.amount, page.reference or page.number)


def _facts(page: InvoicePage, said: dict[str, str]) -> Iterator[tuple[str, str, bool]]:
    """The block at the top right: label, value, whether it is bold; empty ones are left out."""
    language = page.language
    yield said[f"{page.kind} number"], page.number, True
    yield said[f"{page.kind} date"], words.long_date(page.issue_date, language), False
    if page.delivery:
        first, last = page.delivery
        if first == last:
            yield said["delivery date"], words.long_date(first, language), False
        else:
            yield (
                said["delivery period"],
                f"{words.long_date(first, language)} \N{EN DASH}\n{words.long_date(last, language)}",
                False,
            )
    yield said["customer number"], page.buyer.customer_number, False
    yield said["your order"], page.their_order, False
    yield said["our order"], page.our_order, False
    yield said["your tax id"], page.buyer.tax_id, False
    if page.due_date and page.kind == "invoice":
        yield said["payable by"], words.long_date(page.due_date, language), True


def _lines(page: InvoicePage) -> Iterator[list[str]]:
    """One row a line; the last column is not printed in the row but carried over a page break."""
    carried = Money.zero(page.currency)
    decimals = -int(Money.zero(page.currency).amount.as_tuple().exponent)
    for line in page.lines:
        carried += line.net
        yield [
            str(line.line_no),
            line.article,
            line.description,
            f"{words.number(line.quantity, page.language)}\N{NO-BREAK SPACE}{line.unit}".strip(),
            words.number(line.unit_price.amount, page.language, decimals, 6),
            line.tax_label,
            words.amount(line.net, page.language),
            words.amount(carried, page.language),
        ]


def _option(page: InvoicePage, option: PaymentOption, said: dict[str, str]) -> list[str]:
    if option.kind == "discount":
        less = words.amount(page.gross - option.amount, page.language)
        text = said["discount words"].format(percent=words.number(option.percent, page.language), amount=less)
    else:
        text = said["net words"].format(days=option.days) if option.days else said["net at once"]
    return [said["by"].format(date=words.long_date(option.by, page.language)), words.amount(option.amount, page.language), text]


def _account(page: InvoicePage, said: dict[str, str]) -> list[tuple[str, str]]:
    if page.bank is None:
        return []
    reference = grouped(page.reference) if is_rf(page.reference) else page.reference or page.number
    rows = [
        (said["holder"], page.bank.holder),
        ("IBAN", grouped(page.bank.iban)),
        (said["account"], page.bank.account),
        ("BIC", page.bank.bic),
        (said["reference"], reference),
    ]
    return [row for row in rows if row[1]]


def _heading_of_credit(page: InvoicePage, said: dict[str, str]) -> str:
    """“Corrects invoice INV-26-29874 of 7 August 2026. Reason: …”, empty on an invoice."""
    if page.credited is None:
        return ""
    credited = page.credited
    text = said["corrects"].format(number=credited.number)
    if credited.issue_date:
        text = said["corrects dated"].format(number=credited.number, date=words.long_date(credited.issue_date, page.language))
    return f"{text}. {said['reason'].format(reason=credited.reason)}" if credited.reason else text


def drawn(logo: Logo) -> str:
    """A logo as SVG text: an SVG as it is, a PNG inside of one (Typst takes text from us, not bytes)."""
    if logo.media_type == SVG:
        return logo.data.decode()
    width, height = struct.unpack(">II", logo.data[16:24])
    kept = base64.b64encode(logo.data).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" href="data:image/png;base64,{kept}"/></svg>'
    )


def check_printable(logo: Logo) -> None:
    """Print a page with nothing but the logo. Errors: Refused('documents.logo-not-usable') when it cannot be."""
    try:
        _press.try_logo(drawn(logo))
    except (typst.TypstError, UnicodeDecodeError) as error:
        raise Refused(
            "documents.logo-not-usable", "The picture was not taken: it cannot be printed. Save it as a plain PNG or SVG."
        ) from error


def _tax_label(page: InvoicePage, said: dict[str, str]) -> str:
    """“VAT 19 % and 7 %”: the rates that are charged."""
    charged = [row.label for row in page.tax if row.tax]
    listed = [", ".join(charged[:-1]), charged[-1]] if len(charged) > 1 else charged
    between = f" {said['and']} "
    return f"{said['tax']} {between.join(listed)}".strip()


def contents(page: InvoicePage) -> dict[str, Any]:
    """What the template sets, all of it text in the document's language, every character one that the fonts have."""
    language, said = page.language, words.words(page.language)
    code = payment_code(page)
    to_pay = words.amount(page.gross, language)
    seller, bank = page.seller, page.bank
    legal = (("managing director", seller.managing_director), ("register", seller.register))
    values = {
        "title": said[page.kind],
        "number": page.number,
        "seller": {"name": seller.name, "tagline": seller.tagline, "initial": seller.name[:1].upper()},
        "logo": drawn(seller.logo) if seller.logo else "",
        "sender": " · ".join((seller.name, *seller.address)),
        "buyer": [page.buyer.name, *page.buyer.address],
        "facts": [[label, value, bold] for label, value, bold in _facts(page, said) if value],
        "credited": _heading_of_credit(page, said),
        "heads": [said[key] for key in ("line", "article", "description", "quantity", "unit price", "tax")]
        + [said["net in"].format(currency=page.currency)],
        "lines": list(_lines(page)),
        "tax_heads": [said[key] for key in ("rate", "net", "tax", "gross")],
        "tax": [[row.label, *(words.amount(part, language) for part in (row.base, row.tax, row.gross))] for row in page.tax],
        "tax_notes": list(dict.fromkeys(row.note for row in page.tax if row.note)),
        "totals": [
            [said["net total"], words.amount(page.net, language)],
            [_tax_label(page, said), words.amount(page.tax_total, language)],
        ],
        "total": [said["to pay" if page.kind == "invoice" else "credited"].format(currency=page.currency), to_pay],
        "payments": [_option(page, option, said) for option in page.payments] if page.kind == "invoice" else [],
        "account": _account(page, said) if page.kind == "invoice" else [],
        "code": qr_svg(code) if code else "",
        "code_alternative": said["qr alternative"].format(
            amount=f"EUR {to_pay}", holder=bank.holder if bank else "", reference=page.reference or page.number
        ),
        "scan": said["scan"].format(amount=to_pay),
        "notes": list(page.notes),
        "above": list(page.above),
        "foot": [
            [seller.name, ", ".join(seller.address)],
            [f"{said[key]}: {value}" for key, value in legal if value],
            [text for text in (f"{said['tax id']} {seller.tax_id}" if seller.tax_id else "", seller.email, seller.phone) if text],
        ],
        "page": said["page"],
        "carried_over": said["carried over"].format(currency=page.currency),
        "carried_forward": said["carried forward"].format(currency=page.currency),
        "breakdown": said["breakdown"],
        "how_to_pay": said["how to pay"],
        "language": language,
    }
    return {key: _printable(value) if key not in ("code", "logo") else value for key, value in values.items()}


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {key: _printable(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(part) for part in value]
    return value


class _Press:
    """The one Typst compiler of this process: loading fonts and template costs 80 to 180 ms, a page after that a tenth."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._compiler: typst.Compiler | None = None

    def pdf(self, values: dict[str, Any], made: dt.datetime) -> bytes:
        with self._lock:
            if self._compiler is None:
                self._compiler = typst.Compiler(
                    str(HERE / "invoice.typ"), root=str(HERE), font_paths=[str(FONTS)], ignore_system_fonts=True
                )
            inputs = {"page": json.dumps(values, ensure_ascii=False)}
            pdf = self._compiler.compile(format="pdf", sys_inputs=inputs, pdf_standards=STANDARDS, timestamp=made)
        assert isinstance(pdf, bytes)
        return pdf

    def try_logo(self, svg: str) -> None:
        with self._lock:
            text = (
                '#set page(width: 60mm, height: 30mm)\n#image(bytes(sys.inputs.logo), format: "svg", width: 40mm, height: 20mm)'
            )
            typst.compile(text.encode(), format="pdf", sys_inputs={"logo": svg}, ignore_system_fonts=True)


_press = _Press()


def render_invoice(page: InvoicePage) -> bytes:
    """The document as PDF bytes; its creation date is the issue date, so the same page gives the same bytes.

    Characters that no bundled font has are printed as a white square. Errors: those of `check`; nothing is printed then.
    """
    check(page)
    made = dt.datetime.combine(page.issue_date, dt.time(), dt.UTC)
    return _press.pdf(contents(page), made)
