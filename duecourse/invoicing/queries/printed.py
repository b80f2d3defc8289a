"""The page of a document as it is printed, and what stands for the placeholders of texts about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from duecourse.access import queries as access_facts
from duecourse.core import reasons
from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.core.money import Money, Price
from duecourse.documents import queries as document_facts
from duecourse.documents.pdf import invoice as pdf
from duecourse.documents.pdf import words
from duecourse.documents.pdf.epc import is_iban
from duecourse.invoicing import rules
from duecourse.invoicing.models import Invoice, InvoiceLine
from duecourse.invoicing.queries.documents import lines
from duecourse.ledger import queries as ledger_facts
from duecourse.tailoring import queries as tailoring_facts
from duecourse.tailoring import rules as tailoring_rules


def page(call: Call, invoice: Invoice) -> pdf.InvoicePage:
    """What is printed, from the snapshot kept with the document and the company's own particulars."""
    if invoice.origin:
        raise Refused(
            "invoicing.printed-elsewhere",
            f"{invoice.number} was written by {invoice.origin}, and that is its original. It is kept here, but not printed again.",
        )
    company = access_facts.company_profile(call)
    bank = next(one for one in ledger_facts.bank_accounts(call) if one.id == invoice.bank_account_id)
    sign = 1 if invoice.kind == "invoice" else -1
    currency, language = invoice.currency, invoice.buyer.get("language", "en")
    credited_invoice = invoice.credited
    return pdf.InvoicePage(
        kind="invoice" if sign == 1 else "credit note",
        number=invoice.number,
        issue_date=invoice.issue_date,
        seller=pdf.Seller(
            company.name,
            tuple(company.address_lines),
            company.tax_id,
            company.register,
            company.managing_director,
            company.email,
            company.phone,
            company.tagline,
            document_facts.logo(call),
        ),
        buyer=pdf.Buyer(invoice.buyer["name"], tuple(invoice.buyer["lines"]), invoice.buyer["number"], invoice.buyer["tax_id"]),
        currency=currency,
        lines=tuple(_page_line(line, currency, sign) for line in lines(call, [invoice.id])[invoice.id]),
        tax=tuple(_page_tax(row, currency, sign) for row in invoice.tax_breakdown),
        net=Money(sign * invoice.net, currency),
        tax_total=Money(sign * invoice.tax, currency),
        gross=Money(sign * invoice.gross, currency),
        language=language if language in ("en", "de", "fr") else "en",
        delivery=(invoice.delivery_date, invoice.delivery_date),
        due_date=invoice.due_date if sign == 1 else None,
        their_order=invoice.purchase_order,
        our_order=", ".join(invoice.order_numbers),
        payments=_payments(invoice) if sign == 1 else (),
        bank=_page_bank(company.name, bank) if sign == 1 else None,
        reference=invoice.reference if sign == 1 else "",
        credited=pdf.Credited(credited_invoice.number, credited_invoice.issue_date, invoice.reason) if credited_invoice else None,
        above=_own_words(call, invoice, "above"),
        notes=_own_words(call, invoice, "below"),
    )


def _own_words(call: Call, invoice: Invoice, place: str) -> tuple[str, ...]:
    """The company's own text above or below, as it was when the document was posted: a page made anew says what it said."""
    kind, language = f"{invoice.kind}-{place}", invoice.buyer.get("language", "en")
    text = tailoring_facts.text_for(call, kind, language, recorded_by=invoice.recorded_at)
    if not text.body:
        return ()
    custom = tailoring_facts.value_texts(call, "invoice", [invoice.id], whoever=True)[invoice.id]
    body = tailoring_rules.filled(text, text_values(call, invoice, custom)).body.strip()
    return (body,) if body else ()


def text_values(call: Call, invoice: Invoice, custom: Mapping[str, str]) -> dict[str, str]:
    """What stands for the placeholders of texts about a document, in the buyer's language; `custom` are its custom fields by name."""
    said = invoice.buyer.get("language", "en")
    language: words.Language = said if said in words.LOCALES else "en"
    gross = abs(Money(invoice.gross, invoice.currency))
    values = {
        "company name": call.company.name,
        "today": words.long_date(call.today, language),
        "customer name": invoice.buyer["name"],
        "customer number": invoice.buyer["number"],
        "number": invoice.number,
        "amount": words.amount(gross, language),
        "currency": invoice.currency,
        "date": words.long_date(invoice.issue_date, language),
        "due date": words.long_date(invoice.due_date, language),
        "reference": invoice.reference,
        "their order": invoice.purchase_order,
        "our order": ", ".join(invoice.order_numbers),
        "corrected invoice": invoice.credited.number if invoice.credited else "",
        "reason": invoice.reason,
    }
    if invoice.discount_percent is not None and invoice.discount_until is not None:
        values["discount until"] = words.long_date(invoice.discount_until, language)
        values["discount amount"] = words.amount(gross - gross.percent(invoice.discount_percent), language)
    return values | {tailoring_rules.PREFIX + name: text for name, text in custom.items()}


def _page_bank(holder: str, bank: ledger_facts.BankAccountView) -> pdf.Bank:
    """Where to pay to: by IBAN, or by the bank's own number in countries that have none."""
    if is_iban(bank.number):
        return pdf.Bank(holder, bank.number, bank.bic)
    return pdf.Bank(holder, bic=bank.bic, account=bank.number)


def _page_line(line: InvoiceLine, currency: str, sign: int) -> pdf.PageLine:
    return pdf.PageLine(
        line.line_number,
        line.product_number,
        line.description,
        sign * line.quantity,
        line.unit,
        Price(line.unit_price, currency),
        _percent(line.tax_percent),
        Money(sign * line.net, currency),
    )


def _page_tax(row: Sequence[str], currency: str, sign: int) -> pdf.PageTax:
    category, percent, base, tax = row
    base_money, tax_money = Money(sign * Decimal(base), currency), Money(sign * Decimal(tax), currency)
    exemption = rules.EXEMPTIONS.get(category)  # type: ignore[call-overload]
    note = reasons.say(exemption[1]) if exemption else ""
    return pdf.PageTax(_percent(Decimal(percent)), base_money, tax_money, base_money + tax_money, note)


def _percent(percent: Decimal) -> str:
    return f"{percent.normalize():f} %"


def _payments(invoice: Invoice) -> tuple[pdf.PaymentOption, ...]:
    gross = Money(invoice.gross, invoice.currency)
    days = (invoice.due_date - invoice.issue_date).days
    net = pdf.PaymentOption("net", invoice.due_date, gross, days=days)
    if invoice.discount_percent is None or invoice.discount_until is None:
        return (net,)
    amount = gross - gross.percent(invoice.discount_percent)
    within = (invoice.discount_until - invoice.issue_date).days
    return (pdf.PaymentOption("discount", invoice.discount_until, amount, invoice.discount_percent, within), net)
