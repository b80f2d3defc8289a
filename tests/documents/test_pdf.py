"""The invoice as a page: what is printed, what the code holds, what is refused."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pypdfium2
import pytest
import segno
import zxingcpp

from duecourse.core.errors import Refused
from duecourse.core.money import Money, Price
from duecourse.documents.pdf import glyphs
from duecourse.documents.pdf.epc import epc_payload, grouped, is_iban, is_rf, qr_svg
from duecourse.documents.pdf.invoice import (
    Bank,
    Buyer,
    Credited,
    InvoicePage,
    PageLine,
    PageTax,
    PaymentOption,
    Seller,
    payment_code,
    render_invoice,
)
from tests.documents.coverage import coverage

SELLER = Seller(
    "Hallbeck Supply GmbH",
    ("Am Holzhafen 14", "28217 Bremen"),
    "DE 999 104 471",
    "Bremen HRB 999 417",
    "Henrik Hallbeck",
    "billing@hallbeck.example",
    tagline="Heating, plumbing and ventilation wholesale",
)
BUYER = Buyer("Marwede Haustechnik GmbH", ("Accounts payable", "Lister Kirchweg 48", "30163 Hannover"), "10482", "DE 299 990 482")
BANK = Bank("Hallbeck Supply GmbH", "DE89370400440532013000", "COBADEFFXXX")
ROWS = """
10240 | Circulation pump HX 25-60, 180 mm  |  20 | pc  | 312.40
22105 | Copper pipe 22 × 1.0 mm, length 5 m| 280 | pc  |  27.85
90001 | Freight, two pallets               |   1 | job | 286.97
"""


def lines(currency: str = "EUR", text: str = ROWS) -> Iterator[PageLine]:
    for place, row in enumerate(text.strip().splitlines(), 1):
        article, description, quantity, unit, price = (part.strip() for part in row.split("|"))
        each = Price(Decimal(price), currency)
        yield PageLine(place, article, description, Decimal(quantity), unit, each, "19 %", each.times(Decimal(quantity)))


def page(currency: str = "EUR", percent: int = 19, items: tuple[PageLine, ...] | None = None, **changes: object) -> InvoicePage:
    items = items or tuple(lines(currency))
    net = Money.total((line.net for line in items), currency)
    tax = net.percent(Decimal(percent))
    gross = net + tax
    issued = dt.date(2026, 8, 7)
    discount = PaymentOption("discount", dt.date(2026, 8, 17), gross - gross.percent(Decimal(2)), percent=Decimal(2))
    values: dict[str, object] = {
        "kind": "invoice",
        "number": "INV-26-29874",
        "issue_date": issued,
        "seller": SELLER,
        "buyer": BUYER,
        "currency": currency,
        "lines": items,
        "tax": (PageTax(f"{percent} %", net, tax, gross),),
        "net": net,
        "tax_total": tax,
        "gross": gross,
        "delivery": (dt.date(2026, 8, 5), dt.date(2026, 8, 5)),
        "due_date": dt.date(2026, 9, 6),
        "their_order": "PO 4500-7731",
        "payments": (discount, PaymentOption("net", dt.date(2026, 9, 6), gross, days=30)),
        "bank": BANK,
        "reference": "RF18539007547034",
    }
    return InvoicePage(**(values | changes))  # type: ignore[arg-type]


def texts(pdf: bytes) -> list[str]:
    """The words of each page, on one line."""
    return [" ".join(sheet.get_textpage().get_text_range().split()) for sheet in pypdfium2.PdfDocument(pdf)]


def scan(pdf: bytes) -> list[str]:
    """What a banking app's camera reads on the first page."""
    bitmap = pypdfium2.PdfDocument(pdf)[0].render(scale=3, grayscale=True)
    image = memoryview(bytes(bitmap.buffer)).cast("B", (bitmap.height, bitmap.stride))
    return [found.text for found in zxingcpp.read_barcodes(image)]


class TestInvoicePage:
    def test_prints_every_fact_that_the_law_and_the_payer_need(self) -> None:
        (text,) = texts(render_invoice(page()))
        for fact in (
            "INV-26-29874",
            "7 August 2026",
            "5 August 2026",
            "Marwede Haustechnik GmbH",
            "30163 Hannover",
            "DE 299 990 482",
            "PO 4500-7731",
            "Circulation pump HX 25-60, 180 mm",
            "280 pc",
            "27.85",
            "6,248.00",
            "14,332.97",
            "2,723.26",
            "17,056.23",
            "By 17 August 2026 16,715.11",
            "2 % discount, 341.12 less",
            "By 6 September 2026 17,056.23",
            "in full, 30 days from the invoice date",
            "DE89 3704 0044 0532 0130 00",
            "RF18 5390 0754 7034",
            "Scan to pay 17,056.23",
            "VAT ID DE 999 104 471",
            "Register: Bremen HRB 999 417",
            "Page 1 of 1",
        ):
            assert fact in text, fact

    def test_is_pdf_a_3a_and_pdf_ua_1_and_the_same_bytes_each_time(self) -> None:
        pdf = render_invoice(page())
        assert b"<pdfaid:part>3</pdfaid:part>" in pdf
        assert b"<pdfaid:conformance>A</pdfaid:conformance>" in pdf
        assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
        render_invoice(page(number="INV-26-29875"))
        assert render_invoice(page()) == pdf

    @pytest.mark.parametrize(
        ("language", "facts"),
        [
            ("de", ("Rechnung", "7. August 2026", "17.056,23", "2 % Skonto, 341,12 weniger", "Seite 1 von 1")),
            ("fr", ("Facture", "7 août 2026", "17 056,23", "2 % d’escompte, 341,12 de moins", "Page 1 sur 1")),
        ],
    )
    def test_speaks_the_customers_language(self, language: str, facts: tuple[str, ...]) -> None:
        (text,) = texts(render_invoice(page(language=language)))
        for fact in facts:
            assert fact in text

    @pytest.mark.parametrize(
        ("currency", "total"), [("JPY", "To pay, JPY 119"), ("KWD", "To pay, KWD 118.999"), ("CLF", "To pay, CLF 119.0000")]
    )
    def test_prints_as_many_decimals_as_the_currency_has(self, currency: str, total: str) -> None:
        price = {"JPY": "100", "KWD": "99.999", "CLF": "100"}[currency]
        pdf = render_invoice(page(currency, items=tuple(lines(currency, f"1 | Thing | 1 | pc | {price}"))))
        assert total in texts(pdf)[0]

    def test_two_hundred_lines_repeat_the_heads_and_carry_the_sum(self) -> None:
        model = next(lines())
        long = "A description that a purchasing system wrote, with every dimension of the part. " * 8
        items = tuple(replace(model, line_no=no, description=long if no % 40 == 7 else f"Part {no}") for no in range(1, 201))
        pages = texts(render_invoice(page(items=items)))
        assert len(pages) > 4
        assert all(f"Page {no} of {len(pages)}" in text for no, text in enumerate(pages, 1))
        carried = [no for no, text in enumerate(pages) if "Carried forward, EUR" in text]
        assert carried == list(range(len(carried)))
        for no in carried:
            forward = pages[no].split("Carried forward, EUR ")[1].split()[0]
            printed = int(Decimal(forward.replace(",", "")) / model.net.amount)
            assert f"Carried over, EUR {forward}" in pages[no + 1]
            assert Decimal(forward.replace(",", "")) == model.net.amount * printed
            assert f"Quantity Unit price VAT Net, EUR {printed + 1} 10240" in pages[no + 1]
        assert "1,249,600.00" in pages[-1]

    def test_nothing_runs_out_of_its_column(self) -> None:
        model = replace(next(lines()), article="ART-" + "9" * 30, description="Donaudampfschifffahrtsgesellschaft" * 30)
        buyer = replace(BUYER, name="X" * 90, customer_number="C" * 60)
        pdf = render_invoice(page(items=(model,), buyer=buyer, their_order="PO-" + "7" * 70, notes=("n" * 300,)))
        for sheet in pypdfium2.PdfDocument(pdf):
            text = sheet.get_textpage()
            edges = [text.get_charbox(place)[2] for place in range(text.count_chars())]
            assert max(edges) <= (210 - 15) / 25.4 * 72

    def test_reverse_charge_says_so(self) -> None:
        note = "Reverse charge: the recipient owes the tax (Article 196 Directive 2006/112/EC)."
        bare = page(percent=0)
        row = PageTax("0 %", bare.net, bare.tax_total, bare.gross, note)
        assert note in texts(render_invoice(replace(bare, tax=(row,))))[0]

    def test_a_credit_note_names_the_invoice_and_asks_for_no_payment(self) -> None:
        credited = Credited("INV-26-29874", dt.date(2026, 8, 7), "six pumps returned")
        note = page(kind="credit note", number="CN-26-17", credited=credited)
        (text,) = texts(render_invoice(note))
        assert "Corrects invoice INV-26-29874 of 7 August 2026. Reason: six pumps returned" in text
        assert "Credited to you, EUR 17,056.23" in text
        assert "How to pay" not in text
        assert scan(render_invoice(note)) == []

    @pytest.mark.parametrize(
        "name",
        [
            "株式会社 山田",
            "شركة التوريدات",
            "ООО «Ромашка»",
            "한국 주식회사",
            "חברה בע״מ",
            "บริษัท",
            "कंपनी",
            "Łódź ąęß",
            "Zoë\u0308 😀 \ufffe\x07",
        ],
    )
    def test_any_name_prints(self, name: str) -> None:
        assert render_invoice(page(buyer=replace(BUYER, name=name))).startswith(b"%PDF")

    def test_a_kept_compiler_is_fast(self) -> None:
        render_invoice(page())
        start = time.process_time()
        for no in range(10):
            render_invoice(page(number=f"INV-{no}"))
        assert (time.process_time() - start) / 10 < 0.15  # seconds a page; about 0.025 on an idle core


class TestRefusedPage:
    @pytest.mark.parametrize(
        ("code", "change"),
        [
            ("documents.totals-differ", {"gross": Money(Decimal("17056.24"), "EUR")}),
            ("documents.totals-differ", {"net": Money(Decimal("1.00"), "EUR")}),
            ("documents.totals-differ", {"payments": (PaymentOption("net", dt.date(2026, 9, 6), Money(Decimal(1), "EUR")),)}),
            ("documents.currencies-differ", {"tax_total": Money(Decimal("2723.26"), "USD")}),
            ("documents.credited-invoice-missing", {"kind": "credit note"}),
            ("documents.iban-invalid", {"bank": replace(BANK, iban="DE88370400440532013000")}),
        ],
    )
    def test_is_not_printed(self, code: str, change: dict[str, object]) -> None:
        with pytest.raises(Refused) as refused:
            render_invoice(page(**change))
        assert refused.value.code == code


class TestPaymentCode:
    def test_holds_what_is_printed(self) -> None:
        expected = "BCD\n002\n1\nSCT\nCOBADEFFXXX\nHallbeck Supply GmbH\nDE89370400440532013000\nEUR17056.23\n\nRF18539007547034"
        assert payment_code(page()) == expected
        assert scan(render_invoice(page())) == [expected]

    def test_free_text_goes_into_the_free_text_field(self) -> None:
        payload = epc_payload("Ünder GmbH", BANK.iban, "", Money(Decimal("0.01"), "EUR"), "INV-26-1")
        assert payload.split("\n")[4:] == ["", "Ünder GmbH", "DE89370400440532013000", "EUR0.01", "", "", "INV-26-1"]

    @pytest.mark.parametrize("currency", ["USD", "JPY", "CHF"])
    def test_is_left_out_for_another_currency(self, currency: str) -> None:
        items = tuple(lines(currency, "1 | Thing | 1 | pc | 100"))
        assert payment_code(page(currency, items=items)) is None

    def test_is_left_out_above_the_limit_at_zero_and_without_iban(self) -> None:
        assert payment_code(page(items=tuple(lines(text="1 | Ship | 1 | pc | 900000000")))) is None
        assert payment_code(page(items=tuple(lines(text="1 | Sample | 1 | pc | 0")))) is None
        assert payment_code(replace(page(), bank=Bank("Hallbeck", account="021000021 / 1234"))) is None
        assert payment_code(replace(page(), payments=page().payments[:1])) is None

    @pytest.mark.parametrize("amount", ["0", "-1", "1000000000"])
    def test_refuses_an_amount_outside_the_standard(self, amount: str) -> None:
        with pytest.raises(Refused) as refused:
            epc_payload("Hallbeck", BANK.iban, "", Money(Decimal(amount), "EUR"), "")
        assert refused.value.code == "documents.epc-amount"

    def test_stays_within_the_331_bytes(self) -> None:
        payload = epc_payload("株" * 90, BANK.iban, "COBADEFFXXX", Money(Decimal("1"), "EUR"), "請" * 140)
        assert len(payload.encode()) <= 331
        assert segno.make(payload, error="m", boost_error=False, encoding="utf-8").version <= 13
        assert qr_svg(payload).startswith("<svg")

    def test_checks_digits_of_accounts_and_references(self) -> None:
        assert is_iban("DE89 3704 0044 0532 0130 00")
        assert not is_iban("DE98 3704 0044 0532 0130 00")
        assert is_rf("RF18 5390 0754 7034")
        assert not is_rf("RF19539007547034")
        assert not is_rf("INV-26-29874")
        assert grouped("rf185390 07547034") == "RF18 5390 0754 7034"


class TestGlyphs:
    def test_coverage_file_is_what_the_fonts_have(self) -> None:
        assert (glyphs.FONTS / "coverage.txt").read_text() == coverage()

    def test_what_no_font_has_becomes_a_white_square(self) -> None:
        assert glyphs.printable("A😀\tB\x00\u200b\nC") == "A□ B\nC"

    def test_fonts_stay_small_and_have_their_licences(self) -> None:
        assert sum(path.stat().st_size for path in glyphs.FONTS.iterdir()) < 10_000_000
        assert {path.name for path in glyphs.FONTS.glob("*-*.txt")} == {
            "APACHE-DroidSansFallback.txt", "OFL-Inter.txt", "OFL-Noto.txt",
        }  # fmt: skip
