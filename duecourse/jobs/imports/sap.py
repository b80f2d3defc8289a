"""What a folder of SAP tables says: customers, products, orders with their deliveries, documents. Pure; what is missing is named."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from duecourse.catalog.rules import NewProduct
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.customers.rules import NewAddress, NewCustomer, normal_number
from duecourse.invoicing.rules import HistoricInvoice, HistoricLine, HistoricPayment
from duecourse.jobs.imports.sap_receivables import SapDocument, SapReceivables, receivables
from duecourse.jobs.imports.sap_tables import NotRead, SapReject, SapRow, SapTables
from duecourse.orders.rules import HistoricDelivery, HistoricOrder, HistoricOrderLine

SYSTEM = "sap"
PLAIN_TERMS = "SAP"


@dataclass(slots=True)
class SapExtract:
    """Everything that can be taken over. Account ids are 0 until the customers are there; `customer_of` names them by outside id."""

    customers: list[NewCustomer] = field(default_factory=list)
    products: list[NewProduct] = field(default_factory=list)
    orders: list[HistoricOrder] = field(default_factory=list)
    documents: list[HistoricInvoice] = field(default_factory=list)
    customer_of_order: dict[str, str] = field(default_factory=dict)
    customer_of_document: dict[str, str] = field(default_factory=dict)
    owed: SapReceivables = field(default_factory=SapReceivables)
    rejects: list[SapReject] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def choose_company(tables: SapTables, code: str) -> str:
    """Keep the rows of one company code; which one. Errors: Refused('import.company-code-missing') when there are several."""
    fields = (
        "journal_entry_items_accounts_receivable",
        "payments_accounts_receivable",
        "billing_document_headers",
        "billing_document_cancellations",
    )
    codes = sorted({row.text("companyCode") for table in fields for row in tables.of(table)} - {""})
    if (not code and len(codes) > 1) or (code and codes and code not in codes):
        raise Refused(
            "import.company-code-missing", f"Say which company code with --company-code: {', '.join(codes)}.", codes=codes
        )
    chosen = code or (codes[0] if codes else "")
    for table in (*fields, "customer_company_assignments"):
        if table in tables.rows:
            tables.rows[table] = [row for row in tables.rows[table] if row.text("companyCode") in (chosen, "")]
    return chosen


def extract(tables: SapTables) -> SapExtract:
    """Read every table for what it says of the others."""
    result = SapExtract(rejects=list(tables.rejects))
    result.owed = receivables(tables)
    result.rejects += result.owed.rejects
    result.notes += result.owed.notes
    texts = _texts(tables)
    _orders(tables, texts, result)
    _documents(tables, texts, result)
    _customers(tables, result)
    _products(tables, texts, result)
    return result


def _texts(tables: SapTables) -> dict[str, str]:
    """Product → its text, English before any other language."""
    rows = sorted(
        tables.of("product_descriptions"), key=lambda row: (row.text("language").upper() not in ("EN", "E"), row.text("language"))
    )
    texts: dict[str, str] = {}
    for row in rows:
        if row.text("productDescription"):
            texts.setdefault(row.text("product"), row.text("productDescription")[:200])
    return texts


def _customers(tables: SapTables, result: SapExtract) -> None:
    rows = {normal_number(row.text("customer") or row.text("businessPartner")): row for row in tables.of("business_partners")}
    addresses = {row.text("businessPartner"): row for row in tables.of("business_partner_addresses")}
    used = {normal_number(number) for number in [*result.customer_of_order.values(), *result.customer_of_document.values()]}
    terms: dict[str, Counter[str]] = defaultdict(Counter)
    currencies: dict[str, Counter[str]] = defaultdict(Counter)
    for row in tables.of("customer_sales_area_assignments"):
        number = normal_number(row.text("customer"))
        terms[number][row.text("customerPaymentTerms")] += 1
        currencies[number][row.text("currency")] += 1
    for row in tables.of("customer_company_assignments"):
        terms[normal_number(row.text("customer"))][row.text("paymentTerms")] += (
            1000  # the company's own count before those of sales
        )
    for number in sorted(rows.keys() | used):
        partner = rows.get(number)
        code = next((code for code, _ in terms[number].most_common() if code), PLAIN_TERMS)
        currency = next((code for code, _ in currencies[number].most_common() if len(code) == 3), "")
        result.customers.append(_customer(number, partner, addresses, code, currency))
    without = sorted(used - rows.keys())
    if without:
        result.notes.append(
            f"{len(without)} customers have no partner row; their number stands for the name: {', '.join(without[:10])}."
        )
    blocked = [number for number, row in rows.items() if row.flag("businessPartnerIsBlocked")]
    if blocked:
        result.notes.append(f"{len(blocked)} customers are blocked in SAP and not stopped here: {', '.join(blocked[:10])}.")
    if result.customers:
        result.notes.append(
            "Payment terms keep their codes; how many days they are is not in the extract: set them before you write invoices."
        )


def _customer(number: str, row: SapRow | None, addresses: Mapping[str, SapRow], terms: str, currency: str) -> NewCustomer:
    names = ("businessPartnerFullName", "businessPartnerName", "organizationBpName1", "lastName")
    name = next((row.text(name) for name in names if row.text(name)), number) if row else number
    address = addresses.get(row.text("businessPartner")) if row else None
    country = address.text("country").upper() if address else ""
    country = country if len(country) == 2 and country.isascii() and country.isalpha() else ""
    lines = tuple(line for line in ((address.text("streetName"),) if address else ()) if line)
    city = (address.text("postalCode"), address.text("cityName")) if address else ("", "")
    told = (NewAddress(lines, city[0][:20], city[1][:100], country),) if lines or any(city) else ()
    return NewCustomer(number, name[:200], terms[:20], country=country, currency=currency, addresses=told)


def _products(tables: SapTables, texts: Mapping[str, str], result: SapExtract) -> None:
    units = {row.text("product"): row.text("baseUnit") for row in tables.of("products")}
    wanted = {line.product_number for one in result.orders for line in one.lines}
    for number in sorted(units.keys() | wanted):
        result.products.append(NewProduct(number, texts.get(number, number), units.get(number, "")[:10] or "PC"))
    extra = sorted(wanted - units.keys())
    if extra:
        result.notes.append(f"{len(extra)} products stand in orders only: {', '.join(extra[:10])}.")
    if result.products:
        result.notes.append("Products get tax category S, the standard rate: the extract does not say theirs.")


def _orders(tables: SapTables, texts: Mapping[str, str], result: SapExtract) -> None:
    items: dict[str, list[SapRow]] = defaultdict(list)
    for row in tables.of("sales_order_items"):
        items[row.text("salesOrder")].append(row)
    heads = {row.text("salesOrder"): row for row in tables.of("sales_order_headers")}
    for number, rows in items.items():
        if number not in heads:
            result.rejects += [SapReject(row.table, row.line, "salesOrder", "an order that has a header", number) for row in rows]
    deliveries = _deliveries(tables, set(heads), result)
    for number, row in heads.items():
        try:
            result.orders.append(_order(row, items.get(number, []), deliveries.get(number, []), texts))
            result.customer_of_order[number] = row.needed("soldToParty")
        except NotRead as wrong:
            result.rejects.append(wrong.args[0])
    for one in result.orders:
        for line, quantity in one.short().items():
            result.notes.append(
                f"Order {one.number}: {quantity.normalize():f} of line {line} never left; enter a new order for it if it is wanted."
            )
    drafts = [one.number for one in result.orders if one.state() == "draft"]
    if drafts:
        result.notes.append(
            f"{len(drafts)} orders are open and become drafts: confirm them here, and credit is checked: {', '.join(drafts[:10])}."
        )


def _order(
    row: SapRow, items: Sequence[SapRow], deliveries: Sequence[HistoricDelivery], texts: Mapping[str, str]
) -> HistoricOrder:
    number, currency = row.needed("salesOrder"), row.needed("transactionCurrency").upper()
    day = row.day("salesOrderDate", "creationDate")
    if day is None:
        raise row.wrong("creationDate", "a day")
    lines = []
    for item in items:
        material = item.needed("material")
        lines.append(
            HistoricOrderLine(
                item.place("salesOrderItem"), material, texts.get(material, material), item.text("requestedQuantityUnit") or "PC",
                item.amount("requestedQuantity"), Money.rounding(item.amount("netAmount"), currency), bool(item.text("salesDocumentRjcnReason")),
            )
        )  # fmt: skip
    return HistoricOrder(
        external_id=number,
        number=number,
        account_id=0,
        order_date=day,
        requested_date=row.day("requestedDeliveryDate") or day,
        currency=currency,
        lines=lines,
        deliveries=deliveries,
        purchase_order=row.text("purchaseOrderByCustomer")[:60],
        where=f"{row.table}:{row.line}",
    )


def _deliveries(tables: SapTables, orders: set[str], result: SapExtract) -> dict[str, list[HistoricDelivery]]:
    """Order → what left for it. A delivery of several orders is told once for each."""
    heads = {row.text("deliveryDocument"): row for row in tables.of("outbound_delivery_headers")}
    parts: dict[tuple[str, str], list[tuple[int, Decimal]]] = defaultdict(list)
    for row in tables.of("outbound_delivery_items"):
        try:
            order, number = row.needed("referenceSdDocument"), row.needed("deliveryDocument")
            if number not in heads:
                raise row.wrong("deliveryDocument", "a delivery that has a header")
            if order not in orders:
                raise row.wrong("referenceSdDocument", "an order that is in the extract")
            quantity = row.amount("actualDeliveryQuantity")
            if quantity:
                parts[number, order].append((row.place("referenceSdDocumentItem"), quantity))
        except NotRead as wrong:
            result.rejects.append(wrong.args[0])
    found: dict[str, list[HistoricDelivery]] = defaultdict(list)
    unmoved, told = 0, Counter[str]()
    for (number, order), lines in parts.items():
        try:
            day = heads[number].day("actualGoodsMovementDate")
            other = day or heads[number].day("deliveryDate", "creationDate")
            if other is None:
                raise heads[number].wrong("creationDate", "a day")
        except NotRead as wrong:
            result.rejects.append(wrong.args[0])
            continue
        unmoved += day is None
        told[number] += 1
        own = number if told[number] == 1 else f"{number}/{told[number]}"
        found[order].append(HistoricDelivery(own, own, other, lines))
    if unmoved:
        result.notes.append(f"{unmoved} deliveries have no goods movement; they are dated by the day on which they were written.")
    return found


def _documents(tables: SapTables, texts: Mapping[str, str], result: SapExtract) -> None:
    items: dict[str, list[SapRow]] = defaultdict(list)
    for row in tables.of("billing_document_items"):
        items[row.text("billingDocument")].append(row)
    orders_of: dict[str, set[str]] = defaultdict(set)
    for row in tables.of("outbound_delivery_items"):
        orders_of[row.text("deliveryDocument")].add(row.text("referenceSdDocument"))
    heads = {
        row.text("billingDocument")
        for table in ("billing_document_headers", "billing_document_cancellations")
        for row in tables.of(table)
    }
    for number, rows in items.items():
        if number not in heads:
            result.rejects += [
                SapReject(row.table, row.line, "billingDocument", "a document that has a header", number) for row in rows
            ]
    differ = 0
    for one in result.owed.documents:
        try:
            document = _document(one, items, orders_of, texts)
        except NotRead as wrong:
            result.rejects.append(wrong.args[0])
            continue
        differ += bool(document.lines) and Money.total((line.net for line in document.lines), one.money.currency) != one.money
        result.documents.append(document)
        result.customer_of_document[document.external_id] = one.customer
    made = {one.number for one in result.documents}
    result.documents = [one if one.cancels in made else replace(one, cancels="", cancelled_date=None) for one in result.documents]
    if differ:
        result.notes.append(
            f"{differ} documents owe another amount than their lines come to; what is owed is the receivable line’s."
        )


def _document(
    one: SapDocument, items: Mapping[str, Sequence[SapRow]], orders_of: Mapping[str, set[str]], texts: Mapping[str, str]
) -> HistoricInvoice:
    kind, sign = ("invoice", 1) if one.money.amount > 0 else ("credit-note", -1)
    number = one.billing.text("billingDocument") if one.billing else ""
    rows = items.get(number, []) if one.number == number else []
    if not rows and one.cancels:
        rows = items.get(one.cancels, [])  # a cancellation takes back the lines of what it cancels
    lines = []
    orders: set[str] = set()
    for place, row in enumerate(rows, 1):
        material = row.text("material")
        net = (
            row.money("netAmount", "transactionCurrency")
            if row.text("transactionCurrency")
            else Money(row.amount("netAmount"), one.money.currency)
        )
        text = texts.get(material, material) or f"Item {row.text('billingDocumentItem')}"
        quantity = abs(row.amount("billingQuantity")) * sign
        lines.append(
            HistoricLine(
                place,
                text,
                quantity,
                row.text("billingQuantityUnit")[:10],
                Money(abs(net.amount) * sign, net.currency),
                material[:40],
            )
        )
        reference = row.text("referenceSdDocument")
        orders |= orders_of.get(reference, {reference} if reference else set())
    return HistoricInvoice(
        external_id=one.number,
        number=one.number,
        account_id=0,
        kind=kind,  # type: ignore[arg-type]
        issue_date=one.issue_date,
        due_date=one.due_date,
        money=one.money,
        payments=[HistoricPayment(day, money) for day, money in one.paid],
        cancels=one.cancels,
        cancelled_date=one.cancelled_date,
        order_numbers=sorted(orders)[:20],
        lines=lines,
        where=f"{one.row.table}:{one.row.line}",
    )
