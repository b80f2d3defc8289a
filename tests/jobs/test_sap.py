"""Documents from SAP: made once through the actions, tied to the receivable lines, everything refused by name."""

from __future__ import annotations

import io
import json
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from duecourse.access import actions as access
from duecourse.access import queries as access_facts
from duecourse.access import rules as access_rules
from duecourse.core.call import Call, within
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.documents.models import Document
from duecourse.invoicing.models import Invoice
from duecourse.jobs.imports import sap_receivables, sap_tables
from duecourse.kpis import actions as kpis
from duecourse.ledger import actions as ledger
from duecourse.orders.models import Delivery, Order
from duecourse.receivables.models import Allocation, OpenItem
from tests.world import NOON, PASSWORD, YEAR_START


def company(currency: str = "INR") -> Call:
    """A company with its books open, and nothing else."""
    new = access_rules.NewCompany("IN", "Chennai Wares", currency, "IN", "Asia/Kolkata")
    first = access.bootstrap("Chennai", new, access_rules.NewUser("a@in.example", "Ada", PASSWORD), NOON)
    call = access_facts.system_call(first.company.id, NOON, "Tests")
    with within(call):
        ledger.create_chart(call)
        ledger.open_periods(call, YEAR_START, YEAR_START.replace(year=2027))
    return call


def folder(path: Path, **tables: list[dict[str, Any]]) -> sap_tables.SapTables:
    for name, rows in tables.items():
        (path / f"{name}.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    return sap_tables.read_folder(path)


def line(document: str, amount: str, clearing: str = "", **more: str) -> dict[str, Any]:
    day = "2025-05-16T00:00:00.000Z"
    return {
        "companyCode": "A", "fiscalYear": "2025", "accountingDocument": document, "accountingDocumentItem": "1", "customer": "0000000077",
        "amountInTransactionCurrency": amount, "transactionCurrency": "INR", "postingDate": day, "accountingDocumentType": "RV",
        "clearingAccountingDocument": clearing, "clearingDate": day if clearing else None, "clearingDocFiscalYear": "2025",
    } | more  # fmt: skip


class TestReceivables:
    def found(self, tmp_path: Path, *lines: dict[str, Any]) -> sap_receivables.SapReceivables:
        return sap_receivables.receivables(folder(tmp_path, journal_entry_items_accounts_receivable=list(lines)))

    def test_money_that_came_pays_what_it_cleared_on_its_day(self, tmp_path: Path) -> None:
        paid = line("900", "-150.00", "900", accountingDocumentType="DZ", postingDate="2025-05-14T00:00:00.000Z")
        found = self.found(tmp_path, line("1", "100.00", "900"), line("2", "50.00", "900"), paid)
        assert [(one.number, [str(day) for day, _ in one.paid]) for one in found.documents] == [
            ("1", ["2025-05-14"]),
            ("2", ["2025-05-14"]),
        ]
        assert found.payments == 1

    def test_a_clearing_that_the_extract_does_not_show_whole_is_refused_by_name(self, tmp_path: Path) -> None:
        found = self.found(tmp_path, line("1", "100.00", "900"), line("2", "70.00"))
        assert [one.number for one in found.documents] == ["2"]
        assert "all lines of clearing 900" in str(found.rejects[0])
        assert found.uncleared == {("0000000077", "INR"): Money(Decimal("70.00"), "INR")}

    def test_dirty_rows_are_refused_by_line(self, tmp_path: Path) -> None:
        (tmp_path / "journalEntryItemsAccountsReceivable.jsonl").write_text("{oops\n" + json.dumps(line("1", "ten")) + "\n[]\n")
        (tmp_path / "readme.md").write_text("x")
        tables = sap_tables.read_folder(tmp_path)
        found = sap_receivables.receivables(tables)
        assert [(reject.line, reject.expected) for reject in tables.rejects] == [(1, "one JSON object"), (3, "one JSON object")]
        assert [(reject.line, reject.expected) for reject in found.rejects] == [(2, "digits with a decimal point")]
        assert tables.ignored == ["readme.md"]

    def test_a_folder_without_tables_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(Refused, match="holds no table"):
            sap_tables.read_folder(tmp_path)


@pytest.mark.django_db
class TestTakingOver:
    def run(self, path: Path, *more: str) -> str:
        said = io.StringIO()
        call_command("import", "sap", str(path), *more, stdout=said, stderr=said)
        return said.getvalue()

    def test_the_real_documents(self, shared: Path) -> None:
        path = shared / "data/sap/documents"
        call = company()
        dry = json.loads(self.run(path, "--json"))
        with within(call):
            assert not Invoice.objects.exists()
        report = json.loads(self.run(path, "--confirm", "--json"))
        assert report["made"] == dry["would_make"]
        rows = {
            name: [json.loads(row) for row in (path / f"{name}.jsonl").read_text().splitlines()] for name in sap_tables.TABLES
        }
        lines = rows["journal_entry_items_accounts_receivable"]
        with within(call):
            self.counts(call, rows)
            kept = {row.number: row for row in Invoice.objects.select_related("credited", "item")}
            for row in lines:
                assert str(kept[row["referenceDocument"]].gross) == f"{Decimal(row['amountInTransactionCurrency']):.4f}"
            for row in rows["billing_document_headers"]:
                if row["cancelledBillingDocument"] and row["billingDocument"] in kept:
                    credited = kept[row["billingDocument"]].credited
                    assert credited is not None
                    assert credited.number == row["cancelledBillingDocument"]
                    assert credited.item.open_amount == 0
            open_now: dict[str, Decimal] = defaultdict(Decimal)
            for item in OpenItem.objects.select_related("customer_account__customer"):
                open_now[item.customer_account.customer.number] += item.open_amount
            wanted: dict[str, Decimal] = defaultdict(Decimal)
            for row in lines:
                if not row["clearingDate"]:
                    wanted[row["customer"]] += Decimal(row["amountInTransactionCurrency"])
            assert {number: rest for number, rest in open_now.items() if rest} == dict(wanted)
            assert [verdict.broken for verdict in kpis.verify(call) if not verdict.holds] == []
            assert Document.objects.filter(kind="import-report").count() == 2
        again = json.loads(self.run(path, "--confirm", "--json"))
        assert set(again["made"].values()) == {0}

    def counts(self, call: Call, rows: dict[str, list[dict[str, Any]]]) -> None:
        billed = {row["referenceDocument"] for row in rows["journal_entry_items_accounts_receivable"]}
        assert Order.objects.count() == len(rows["sales_order_headers"])
        assert Delivery.objects.count() == len(rows["outbound_delivery_headers"])
        assert set(Invoice.objects.values_list("number", flat=True)) == billed
        assert not OpenItem.objects.filter(kind="payment").exists()
        assert set(Allocation.objects.values_list("cause", flat=True)) == {"credit"}

    def test_other_currency_without_rates_is_refused_with_what_to_load(self, tmp_path: Path) -> None:
        company("EUR")
        folder(tmp_path, journal_entry_items_accounts_receivable=[line("1", "100.00")])
        with pytest.raises(Exception, match="There is no exchange rate for INR"):
            self.run(tmp_path, "--confirm")

    def test_missing_tables_leave_what_is_there(self, tmp_path: Path) -> None:
        call = company()
        folder(
            tmp_path,
            sales_order_headers=[
                {"salesOrder": "9", "soldToParty": "77", "creationDate": "2025-05-01", "transactionCurrency": "INR"}
            ],
            sales_order_items=[
                {"salesOrder": "9", "salesOrderItem": "000010", "material": "M1", "requestedQuantity": "3", "netAmount": "10.00"},
                {"salesOrder": "8", "salesOrderItem": "000010", "material": "M1", "requestedQuantity": "3", "netAmount": "10.00"},
            ],
            journal_entry_items_accounts_receivable=[line("1", "100.00")],
        )
        said = self.run(tmp_path, "--confirm")
        assert "expected an order that has a header, found “8”" in said
        assert "Customer 77: 100.00 INR open, 100.00 not cleared: ties." in said
        with within(call):
            assert Order.objects.get().state == "draft"
