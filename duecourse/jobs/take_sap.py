"""Take a folder of SAP tables over, and report table by table what was read, made, refused and why."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from duecourse.catalog import actions as catalog
from duecourse.catalog import queries as catalog_facts
from duecourse.core import external_ids, ids
from duecourse.core.call import Call, within
from duecourse.core.money import Money
from duecourse.customers import actions as customers
from duecourse.customers import queries as customer_facts
from duecourse.customers.rules import NewTerms, normal_number
from duecourse.documents import actions as documents
from duecourse.invoicing import actions as invoicing
from duecourse.invoicing.rules import HistoricInvoice, check_history, missing_numbers
from duecourse.jobs.imports.sap import SapExtract
from duecourse.jobs.imports.sap_tables import SapTables
from duecourse.orders import actions as orders
from duecourse.orders.rules import HistoricOrder, check_orders_history
from duecourse.receivables import queries as item_facts


@dataclass(frozen=True, slots=True)
class SapPlan:
    """What would be taken over, and everything that is refused, in words."""

    orders: tuple[HistoricOrder, ...]
    documents: tuple[HistoricInvoice, ...]
    refused: tuple[str, ...]
    new: dict[str, int]
    known: dict[str, int]


def plan(call: Call, found: SapExtract, system: str) -> SapPlan:
    """What taking it over would do; nothing is written."""
    with within(call):
        known_orders = external_ids.known(call, system, "order", [one.external_id for one in found.orders])
        known_documents = external_ids.known(call, system, "invoice", [one.external_id for one in found.documents])
        there = customer_facts.accounts_by_number(call, [one.number for one in found.customers])
        products = catalog_facts.products(call, [one.number for one in found.products])
    fresh_orders = [one for one in found.orders if one.external_id not in known_orders]
    fresh = [
        _placed(one, found.customer_of_document[one.external_id])
        for one in found.documents
        if one.external_id not in known_documents
    ]
    wrong_orders = check_orders_history(fresh_orders, {one.number for one in found.products})
    wrong = check_history(fresh, call.today, cancellable=known_documents)
    bad_orders = {fresh_orders[reject.place].external_id for reject in wrong_orders}
    bad = {fresh[reject.place].external_id for reject in wrong}
    good = [one for one in found.documents if one.external_id not in bad]
    return SapPlan(
        tuple(one for one in found.orders if one.external_id not in bad_orders),
        tuple(one if one.cancels not in bad else replace(one, cancels="") for one in good),
        (
            *(str(reject) for reject in found.rejects),
            *(str(reject) for reject in wrong_orders),
            *(str(reject) for reject in wrong),
        ),
        {
            "customers": len(found.customers) - len(there),
            "products": len(found.products) - len(products),
            "orders": len(fresh_orders) - len(bad_orders),
            "deliveries": sum(len(one.deliveries) for one in fresh_orders if one.external_id not in bad_orders),
            "invoices": sum(one.kind == "invoice" for one in fresh if one.external_id not in bad),
            "credit notes": sum(one.kind == "credit-note" for one in fresh if one.external_id not in bad),
            "cancellations": sum(bool(one.cancels) for one in fresh if one.external_id not in bad),
            "payments": sum(len(one.payments) for one in fresh if one.external_id not in bad),
        },
        {"customers": len(there), "products": len(products), "orders": len(known_orders), "documents": len(known_documents)},
    )


def _placed(one: HistoricInvoice, customer: str) -> HistoricInvoice:
    """The document with a number for its customer, so that rules may compare whose it is before there are accounts."""
    return replace(one, account_id=int.from_bytes(normal_number(customer).encode()[-7:]))


def take(call: Call, found: SapExtract, plan: SapPlan, system: str) -> None:
    """Take over what the plan accepts, whole or not at all; what is known stays as it is."""
    with within(call):
        accounts = _customers(call, found, system)
        there = catalog_facts.products(call, [one.number for one in found.products])
        catalog.create_products(call, [one for one in found.products if one.number not in there])
        orders.record_history(
            call,
            [replace(one, account_id=accounts[normal_number(found.customer_of_order[one.external_id])]) for one in plan.orders],
            system,
        )
        invoices = [
            replace(one, account_id=accounts[normal_number(found.customer_of_document[one.external_id])])
            for one in plan.documents
        ]
        invoicing.record_history(call, invoices, system, call.today)


def _customers(call: Call, found: SapExtract, system: str) -> dict[str, int]:
    there = customer_facts.accounts_by_number(call, [one.number for one in found.customers])
    new = [one for one in found.customers if one.number not in there]
    codes = {view.code for view in customer_facts.terms(call)}
    missing = sorted({one.terms_code for one in new} - codes)
    if missing:
        customers.create_terms(call, [NewTerms(code, f"{code} of SAP: set its days", 0) for code in missing])
    made = customers.create_customers(call, new) if new else []
    return {number: view.id for number, view in there.items()} | dict(zip((one.number for one in new), made, strict=True))


def balances(call: Call, found: SapExtract) -> list[tuple[str, Money, Money]]:
    """Per customer and currency: its number, the lines that are not cleared, and what is open of what was taken over."""
    numbers = {normal_number(customer) for customer, _ in found.owed.uncleared} | {one.number for one in found.customers}
    with within(call):
        accounts = customer_facts.accounts_by_number(call, numbers)
        sums = item_facts.open_by_account(call, [view.id for view in accounts.values()], call.today)
    uncleared: dict[tuple[str, str], Money] = {}
    for (customer, currency), money in found.owed.uncleared.items():
        key = (normal_number(customer), currency)
        uncleared[key] = uncleared.get(key, Money.zero(currency)) + money
    by_id = {view.id: number for number, view in accounts.items()}
    opened = {(by_id[account], currency): total.open for (account, currency), total in sums.items()}
    keys = sorted(uncleared.keys() | opened.keys())
    return [
        (number, uncleared.get((number, code), Money.zero(code)), opened.get((number, code), Money.zero(code)))
        for number, code in keys
    ]


def report(
    tables: SapTables, found: SapExtract, plan: SapPlan, rows: Sequence[tuple[str, Money, Money]] | None
) -> dict[str, Any]:
    """What was read, made (or would be), refused and why, as plain JSON. `rows` are the balances after taking over."""
    refused = Counter(reject.table for reject in found.rejects)
    return {
        "tables": [
            {
                "table": table,
                "files": tables.files.get(table, []),
                "rows": len(members),
                "repeated": tables.repeated.get(table, 0),
                "refused": refused[table],
            }
            for table, members in tables.rows.items()
        ],
        "not_read": tables.ignored,
        "made" if rows is not None else "would_make": plan.new,
        "known": plan.known,
        "payments_that_came": found.owed.payments,
        "refused": list(plan.refused),
        "notes": found.notes,
        "missing_numbers": [
            f"{one.missing} between {one.first} and {one.last}: {', '.join(one.examples)}"
            for one in missing_numbers(one.number for one in plan.documents)
        ],
        "open_by_customer": [
            {"customer": number, "currency": told.currency, "uncleared_lines": str(told.amount), "open": str(there.amount)}
            for number, told, there in rows or ()
        ],
    }


def told(report: dict[str, Any]) -> Iterator[str]:
    """The report as lines of text."""
    for table in report["tables"]:
        more = f", {table['repeated']} repeated" if table["repeated"] else ""
        bad = f", {table['refused']} refused" if table["refused"] else ""
        yield f"{table['table']}: {table['rows']} rows read{more}{bad}."
    if report["not_read"]:
        yield f"Not read: {', '.join(report['not_read'])}."
    key = "made" if "made" in report else "would_make"
    yield (
        f"{'Made' if key == 'made' else 'Would make'}: "
        + ", ".join(f"{count} {what}" for what, count in report[key].items())
        + "."
    )
    yield "Known before: " + ", ".join(f"{count} {what}" for what, count in report["known"].items()) + "."
    for refused in report["refused"]:
        yield f"Refused: {refused}"
    yield from report["notes"]
    for gap in report["missing_numbers"]:
        yield f"Numbers not in the extract: {gap} …"
    for row in report["open_by_customer"]:
        same = "ties" if row["uncleared_lines"] == row["open"] else "DIFFERS"
        yield f"Customer {row['customer']}: {row['open']} {row['currency']} open, {row['uncleared_lines']} not cleared: {same}."


def keep(call: Call, report: dict[str, Any], name: str) -> None:
    """Keep the report as documents, text and JSON."""
    for suffix, media, text in (
        ("json", "application/json", json.dumps(report, indent=1, ensure_ascii=False)),
        ("txt", "text/plain; charset=utf-8", "\n".join(told(report)) + "\n"),
    ):
        data = text.encode()
        digest = documents.store_bytes(data)
        subject = ids.outer("cmp", call.company.id)
        documents.keep_document(call, "import-report", subject, f"{name}.{suffix}", media, digest, len(data))
