"""Every operation of the API. Written by `make docs` from the API's description. Do not edit."""

# ruff: noqa
# fmt: off

from __future__ import annotations


from collections.abc import Iterator
from typing import Any, Literal, cast

from duecourse_client.models import *
from duecourse_client.transport import Transport, address


class Bank:
    """Bank."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list_bank_accounts(self) -> list[BankAccountOut]:
        """The company's own accounts, by name.

        Scope: bank.read.
        """
        return cast("list[BankAccountOut]", self._transport.ask("GET", "/api/v1/bank/accounts"))

    def import_bank_file(self, file_name: str, data: bytes, *, idempotency_key: str | None = None) -> TakenOut:
        """Import a camt.053 or MT940 file and match its payments: all of it or nothing. The same file again changes nothing.

        Scope: cash.take_file.
        """
        return cast("TakenOut", self._transport.ask("POST", "/api/v1/bank/files", file=(file_name, data), once=True, idempotency_key=idempotency_key))

    def list_bank_files(self, *, page: int | None = None, size: int | None = None) -> Listed_FileOut:
        """Imported files, newest first.

        Scope: bank.read.
        """
        return cast("Listed_FileOut", self._transport.ask("GET", "/api/v1/bank/files", query={"page": page, "size": size}))

    def each_bank_files(self, *, size: int | None = None) -> Iterator[FileOut]:
        """All of `list_bank_files`, page after page."""
        page, seen = 1, 0
        while True:
            found = self.list_bank_files(page=page, size=size)
            yield from found["items"]
            seen, page = seen + len(found["items"]), page + 1
            if not found["items"] or seen >= found["total"]:
                return

    def get_bank_file(self, file: str) -> FileOut:
        """One imported file.

        Scope: bank.read.
        """
        return cast("FileOut", self._transport.ask("GET", address("/api/v1/bank/files/{file}", file=file)))

    def list_statements(self, *, page: int | None = None, size: int | None = None, file: str | None = None, bank_account: str | None = None) -> Listed_StatementOut:
        """Statements of a file, of an account or all, newest first.

        Scope: bank.read.
        """
        return cast("Listed_StatementOut", self._transport.ask("GET", "/api/v1/bank/statements", query={"page": page, "size": size, "file": file, "bank_account": bank_account}))

    def each_statements(self, *, size: int | None = None, file: str | None = None, bank_account: str | None = None) -> Iterator[StatementOut]:
        """All of `list_statements`, page after page."""
        page, seen = 1, 0
        while True:
            found = self.list_statements(page=page, size=size, file=file, bank_account=bank_account)
            yield from found["items"]
            seen, page = seen + len(found["items"]), page + 1
            if not found["items"] or seen >= found["total"]:
                return

    def get_statement(self, statement: str) -> StatementOut:
        """One statement.

        Scope: bank.read.
        """
        return cast("StatementOut", self._transport.ask("GET", address("/api/v1/bank/statements/{statement}", statement=statement)))

    def list_statement_lines(self, statement: str, *, page: int | None = None, size: int | None = None) -> Listed_LineOut:
        """The booked lines of a statement, in the order they were booked.

        Scope: bank.read.
        """
        return cast("Listed_LineOut", self._transport.ask("GET", address("/api/v1/bank/statements/{statement}/lines", statement=statement), query={"page": page, "size": size}))

    def each_statement_lines(self, statement: str, *, size: int | None = None) -> Iterator[LineOut]:
        """All of `list_statement_lines`, page after page."""
        page, seen = 1, 0
        while True:
            found = self.list_statement_lines(statement, page=page, size=size)
            yield from found["items"]
            seen, page = seen + len(found["items"]), page + 1
            if not found["items"] or seen >= found["total"]:
                return


class Books:
    """Books."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get_movements(self, *, first: str | None = None, last: str | None = None, known_at: str | None = None) -> Movements:
        """Every account's opening, debits, credits and closing over some days.

        Scope: ledger.read.
        """
        return cast("Movements", self._transport.ask("GET", "/api/v1/books/trial-balance", query={"first": first, "last": last, "known_at": known_at}))

    def list_account_postings(self, *, page: int | None = None, size: int | None = None, account: str | None = None, first: str | None = None, last: str | None = None, known_at: str | None = None) -> Listed_SheetLine:
        """An account's postings between two days, oldest first, with the balance after each.

        Scope: ledger.read.
        """
        return cast("Listed_SheetLine", self._transport.ask("GET", "/api/v1/books/account-postings", query={"page": page, "size": size, "account": account, "first": first, "last": last, "known_at": known_at}))

    def each_account_postings(self, *, size: int | None = None, account: str | None = None, first: str | None = None, last: str | None = None, known_at: str | None = None) -> Iterator[SheetLine]:
        """All of `list_account_postings`, page after page."""
        page, seen = 1, 0
        while True:
            found = self.list_account_postings(page=page, size=size, account=account, first=first, last=last, known_at=known_at)
            yield from found["items"]
            seen, page = seen + len(found["items"]), page + 1
            if not found["items"] or seen >= found["total"]:
                return

    def list_manual_journals(self, *, page: int | None = None, size: int | None = None, state: Literal['', 'draft', 'waiting', 'posted', 'rejected', 'dropped'] | None = None) -> Listed_ManualJournalOut:
        """Manual journals, newest first.

        Scope: ledger.read.
        """
        return cast("Listed_ManualJournalOut", self._transport.ask("GET", "/api/v1/books/journals", query={"page": page, "size": size, "state": state}))

    def each_manual_journals(self, *, size: int | None = None, state: Literal['', 'draft', 'waiting', 'posted', 'rejected', 'dropped'] | None = None) -> Iterator[ManualJournalOut]:
        """All of `list_manual_journals`, page after page."""
        page, seen = 1, 0
        while True:
            found = self.list_manual_journals(page=page, size=size, state=state)
            yield from found["items"]
            seen, page = seen + len(found["items"]), page + 1
            if not found["items"] or seen >= found["total"]:
                return

    def prepare_manual_journals(self, body: ManualJournalsIn, *, idempotency_key: str | None = None) -> MadeMany:
        """Keep journals as drafts, all or none. Control accounts (receivables, bank, cash clearing) are refused.

        Scope: ledger.prepare_journals.
        """
        return cast("MadeMany", self._transport.ask("POST", "/api/v1/books/journals", body=body, once=True, idempotency_key=idempotency_key))

    def submit_manual_journals(self, body: JournalIds, *, idempotency_key: str | None = None) -> Done:
        """Ask another person for approval of drafts.

        Scope: ledger.submit_journals.
        """
        return cast("Done", self._transport.ask("POST", "/api/v1/books/journals/submit", body=body, once=True, idempotency_key=idempotency_key))

    def approve_manual_journals(self, body: JournalIds, *, idempotency_key: str | None = None) -> MadeMany:
        """Post journals that another person prepared, all or none; the ids of their entries.

        Scope: ledger.approve_journals.
        """
        return cast("MadeMany", self._transport.ask("POST", "/api/v1/books/journals/approve", body=body, once=True, idempotency_key=idempotency_key))

    def get_manual_journal(self, journal: str) -> ManualJournalOut:
        """One manual journal with its lines.

        Scope: ledger.read.
        """
        return cast("ManualJournalOut", self._transport.ask("GET", address("/api/v1/books/journals/{journal}", journal=journal)))

    def approve_manual_journal_late(self, journal: str, body: WhyIn, *, idempotency_key: str | None = None) -> Made:
        """Post a journal into a soft-locked month, with a reason that is listed with the month.

        Scope: ledger.approve_late.
        """
        return cast("Made", self._transport.ask("POST", address("/api/v1/books/journals/{journal}/approve-late", journal=journal), body=body, once=True, idempotency_key=idempotency_key))

    def reject_manual_journal(self, journal: str, body: WhyIn, *, idempotency_key: str | None = None) -> Done:
        """Send a journal back with a reason.

        Scope: ledger.reject_journal.
        """
        return cast("Done", self._transport.ask("POST", address("/api/v1/books/journals/{journal}/reject", journal=journal), body=body, once=True, idempotency_key=idempotency_key))

    def list_journal_exports(self, *, page: int | None = None, size: int | None = None) -> Listed_ExportOut:
        """What left, newest first, and what was posted into its days since.

        Scope: ledger.read.
        """
        return cast("Listed_ExportOut", self._transport.ask("GET", "/api/v1/books/exports", query={"page": page, "size": size}))

    def each_journal_exports(self, *, size: int | None = None) -> Iterator[ExportOut]:
        """All of `list_journal_exports`, page after page."""
        page, seen = 1, 0
        while True:
            found = self.list_journal_exports(page=page, size=size)
            yield from found["items"]
            seen, page = seen + len(found["items"]), page + 1
            if not found["items"] or seen >= found["total"]:
                return

    def export_journal(self, body: ExportIn, *, idempotency_key: str | None = None) -> ExportOut:
        """Write the journal of some days to a file and keep it. The same again is the same file, to the byte.

        Scope: ledger.export_journal.
        """
        return cast("ExportOut", self._transport.ask("POST", "/api/v1/books/exports", body=body, once=True, idempotency_key=idempotency_key))

    def get_journal_export_file(self, export: str) -> bytes:
        """The file as it left: UTF-8 for CSV, Windows-1252 for DATEV.

        Scope: ledger.read.
        """
        return cast("bytes", self._transport.ask("GET", address("/api/v1/books/exports/{export}/file", export=export)))

    def get_vat_report(self, *, first: str | None = None, last: str | None = None, known_at: str | None = None) -> VatReportOut:
        """Base and tax by category and rate, EU supplies by buyer, and what the tax accounts moved.

        Scope: ledger.read.
        """
        return cast("VatReportOut", self._transport.ask("GET", "/api/v1/books/vat", query={"first": first, "last": last, "known_at": known_at}))

    def get_month_close(self, *, day: str | None = None) -> MonthCloseOut:
        """The checks of a month, computed from facts, and the entries that were posted after its soft lock.

        Scope: ledger.read.
        """
        return cast("MonthCloseOut", self._transport.ask("GET", "/api/v1/books/month-close", query={"day": day}))


class Cash:
    """Cash."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list_payments(self, *, page: int | None = None, size: int | None = None, tab: Literal['todo', 'confirm', 'work', 'later', 'done', 'all'] | None = None, text: str | None = None, sort: Literal['value_date', '-value_date', 'amount', '-amount', 'payer', '-payer', 'number', '-number'] | None = None) -> Listed_PaymentRow:
        """Payments of a tab, the latest first, each with its best proposal.

        Scope: cash.read.
        """
        return cast("Listed_PaymentRow", self._transport.ask("GET", "/api/v1/payments", query={"page": page, "size": size, "tab": tab, "text": text, "sort": sort}))

    def each_payments(self, *, size: int | None = None, tab: Literal['todo', 'confirm', 'work', 'later', 'done', 'all'] | None = None, text: str | None = None, sort: Literal['value_date', '-value_date', 'amount', '-amount', 'payer', '-payer', 'number', '-number'] | None = None) -> Iterator[PaymentRow]:
        """All of `list_payments`, page after page."""
        page, seen = 1, 0
        while True:
            found = self.list_payments(page=page, size=size, tab=tab, text=text, sort=sort)
            yield from found["items"]
            seen, page = seen + len(found["items"]), page + 1
            if not found["items"] or seen >= found["total"]:
                return

    def record_payment(self, body: PaymentIn, *, idempotency_key: str | None = None) -> Made:
        """Record a payment by hand on an own bank account; it waits in cash clearing with its proposals.

        Scope: cash.record_payment.
        """
        return cast("Made", self._transport.ask("POST", "/api/v1/payments", body=body, once=True, idempotency_key=idempotency_key))

    def propose_payments(self, body: ProposeIn, *, idempotency_key: str | None = None) -> dict[str, int]:
        """Propose anew what payments may pay; how many stand in each state now.

        Scope: cash.propose_payments.
        """
        return cast("dict[str, int]", self._transport.ask("POST", "/api/v1/payments/propose", body=body, once=True, idempotency_key=idempotency_key))

    def get_payment(self, payment: str) -> PaymentDetail:
        """One payment with its proposals and what was done with it.

        Scope: cash.read.
        """
        return cast("PaymentDetail", self._transport.ask("GET", address("/api/v1/payments/{payment}", payment=payment)))

    def apply_payment(self, payment: str, body: ApplyIn, *, idempotency_key: str | None = None) -> AppliedOut:
        """Apply a payment to open items, difference by difference; what is left of it stays on account.

        Scope: cash.apply_payment.
        """
        return cast("AppliedOut", self._transport.ask("POST", address("/api/v1/payments/{payment}/apply", payment=payment), body=body, once=True, idempotency_key=idempotency_key))

    def accept_proposal(self, payment: str, body: AcceptIn, *, idempotency_key: str | None = None) -> AppliedOut:
        """Apply a payment as one of its proposals says.

        Scope: cash.apply_payment.
        """
        return cast("AppliedOut", self._transport.ask("POST", address("/api/v1/payments/{payment}/accept-proposal", payment=payment), body=body, once=True, idempotency_key=idempotency_key))

    def put_on_account(self, payment: str, body: AccountIn, *, idempotency_key: str | None = None) -> AppliedOut:
        """The payment is this customer's, but pays nothing yet.

        Scope: cash.put_on_account.
        """
        return cast("AppliedOut", self._transport.ask("POST", address("/api/v1/payments/{payment}/on-account", payment=payment), body=body, once=True, idempotency_key=idempotency_key))

    def set_later(self, payment: str, *, idempotency_key: str | None = None) -> Done:
        """Put a payment aside; its proposals stay.

        Scope: cash.set_later.
        """
        return cast("Done", self._transport.ask("POST", address("/api/v1/payments/{payment}/later", payment=payment), once=True, idempotency_key=idempotency_key))

    def set_not_receivable(self, payment: str, body: NoteIn, *, idempotency_key: str | None = None) -> Done:
        """It is no customer's payment: it stays in cash clearing for the ledger to explain.

        Scope: cash.set_not_receivable.
        """
        return cast("Done", self._transport.ask("POST", address("/api/v1/payments/{payment}/not-receivable", payment=payment), body=body, once=True, idempotency_key=idempotency_key))

    def unapply_payment(self, payment: str, body: UnapplyIn, *, idempotency_key: str | None = None) -> Done:
        """Take back what was done with a payment: its items are open again with their own due dates.

        Scope: cash.unapply.
        """
        return cast("Done", self._transport.ask("POST", address("/api/v1/payments/{payment}/unapply", payment=payment), body=body, once=True, idempotency_key=idempotency_key))


class CashForecast:
    """Cash forecast."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get_forecast(self) -> ForecastOut:
        """Cash expected from open items in thirteen weeks, by currency. Bands of single weeks do not add up.

        Scope: forecasting.read.
        """
        return cast("ForecastOut", self._transport.ask("GET", "/api/v1/forecast"))

    def request_forecast(self, *, idempotency_key: str | None = None) -> RequestedOut:
        """Ask for a forecast now; a job makes it. One that still runs is given again.

        Scope: forecasting.request_forecast.
        """
        return cast("RequestedOut", self._transport.ask("POST", "/api/v1/forecast", once=True, idempotency_key=idempotency_key))

    def get_estimates(self, *, currency: str | None = None, week: int | None = None, limit: int | None = None) -> EstimatesOut:
        """When items will be paid, and why it is thought so.

        Scope: forecasting.read.
        """
        return cast("EstimatesOut", self._transport.ask("GET", "/api/v1/forecast/items", query={"currency": currency, "week": week, "limit": limit}))


class Catalog:
    """Catalog."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list_products(self, *, page: int | None = None, size: int | None = None, text: str | None = None, sort: Literal['number', '-number', 'name', '-name'] | None = None) -> Listed_ProductOut:
        """Products with today's list price.

        Scope: catalog.read.
        """
        return cast("Listed_ProductOut", self._transport.ask("GET", "/api/v1/products", query={"page": page, "size": size, "text": text, "sort": sort}))

    def each_products(self, *, size: int | None = None, text: str | None = None, sort: Literal['number', '-number', 'name', '-name'] | None = None) -> Iterator[ProductOut]:
        """All of `list_products`, page after page."""
        page, seen = 1, 0
        while True:
            found = self.list_products(page=page, size=size, text=text, sort=sort)
            yield from found["items"]
            seen, page = seen + len(found["items"]), page + 1
            if not found["items"] or seen >= found["total"]:
                return

    def create_products(self, body: ProductsIn, *, idempotency_key: str | None = None) -> MadeMany:
        """Make products, all of them or none; their ids in the order given.

        Scope: catalog.create_products.
        """
        return cast("MadeMany", self._transport.ask("POST", "/api/v1/products", body=body, once=True, idempotency_key=idempotency_key))

    def get_product(self, product: str) -> ProductOut:
        """One product.

        Scope: catalog.read.
        """
        return cast("ProductOut", self._transport.ask("GET", address("/api/v1/products/{product}", product=product)))

    def set_prices(self, body: PricesIn, *, idempotency_key: str | None = None) -> Done:
        """Set list prices from a day on; the same product, currency and day again replaces the price.

        Scope: catalog.set_prices.
        """
        return cast("Done", self._transport.ask("POST", "/api/v1/prices", body=body, once=True, idempotency_key=idempotency_key))

    def list_tax_rates(self) -> list[TaxRateOut]:
        """Every tax rate that was ever set, by country, category and day.

        Scope: catalog.read.
        """
        return cast("list[TaxRateOut]", self._transport.ask("GET", "/api/v1/tax-rates"))

    def set_tax_rate(self, body: TaxRateIn, *, idempotency_key: str | None = None) -> Done:
        """Set a tax rate from a day on. What is invoiced keeps its tax.

        Scope: catalog.set_tax_rates.
        """
        return cast("Done", self._transport.ask("POST", "/api/v1/tax-rates", body=body, once=True, idempotency_key=idempotency_key))


class Collection:
    """Collection."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list_worklist(self, *, page: int | None = None, size: int | None = None, show: Literal['todo', 'done', 'waiting'] | None = None, whose: Literal['mine', 'all', 'nobody'] | None = None) -> Listed_WorklistLine:
        """Whom to call, the most urgent first, with why.

        Scope: collection.read.
        """
        return cast("Listed_WorklistLine", self._transport.ask("GET", "/api/v1/worklist", query={"page": page, "size": size, "show": show, "whose": whose}))

    def each_worklist(self, *, size: int | None = None, show: Literal['todo', 'done', 'waiting'] | None = None, whose: Literal['mine', 'all', 'nobody'] | None = None) -> Iterator[WorklistLine]:
        """All of `list_worklist`, page after page."""
        page, seen = 1, 0
        while True:
            found = self.list_worklist(page=page, size=size, show=show, whose=whose)
            yield from found["items"]
            seen, page = seen + len(found["items"]), page + 1
            if not found["items"] or seen >= found["total"]:
                return

    def list_contacts(self, *, page: int | None = None, size: int | None = None, account: str | None = None) -> Listed_ContactEntryOut:
        """What was said to one customer, the latest first.

        Scope: collection.read.
        """
        return cast("Listed_ContactEntryOut", self._transport.ask("GET", "/api/v1/contacts", query={"page": page, "size": size, "account": account}))

    def each_contacts(self, *, size: int | None = None, account: str | None = None) -> Iterator[ContactEntryOut]:
        """All of `list_contacts`, page after page."""
        page, seen = 1, 0
        while True:
            found = self.list_contacts(page=page, size=size, account=account)
            yield from found["items"]
            seen, page = seen + len(found["items"]), page + 1
            if not found["items"] or seen >= found["total"]:
                return

    def log_contact(self, body: ContactEntryIn, *, idempotency_key: str | None = None) -> Made:
        """Log what was said. A promise and a dispute mark their items; nothing that was said is ever changed.

        Scope: collection.log_contacts.
        """
        return cast("Made", self._transport.ask("POST", "/api/v1/contacts", body=body, once=True, idempotency_key=idempotency_key))

    def withdraw_contact(self, contact: str, *, idempotency_key: str | None = None) -> Made:
        """Take an entry back by one that follows it; the new entry's id.

        Scope: collection.withdraw_contacts.
        """
        return cast("Made", self._transport.ask("POST", address("/api/v1/contacts/{contact}/withdraw", contact=contact), once=True, idempotency_key=idempotency_key))

    def list_tasks(self, *, page: int | None = None, size: int | None = None, show: Literal['todo', 'overdue', 'done'] | None = None) -> Listed_TaskOut:
        """What you and your roles are to do, what is due first.

        Scope: notices.read.
        """
        return cast("Listed_TaskOut", self._transport.ask("GET", "/api/v1/tasks", query={"page": page, "size": size, "show": show}))

    def each_tasks(self, *, size: int | None = None, show: Literal['todo', 'overdue', 'done'] | None = None) -> Iterator[TaskOut]:
        """All of `list_tasks`, page after page."""
        page, seen = 1, 0
        while True:
            found = self.list_tasks(page=page, size=size, show=show)
            yield from found["items"]
            seen, page = seen + len(found["items"]), page + 1
            if not found["items"] or seen >= found["total"]:
                return

    def finish_task(self, task: str, *, idempotency_key: str | None = None) -> Done:
        """A task is done.

        Scope: notices.finish_tasks.
        """
        return cast("Done", self._transport.ask("POST", address("/api/v1/tasks/{task}/done", task=task), once=True, idempotency_key=idempotency_key))


class Company:
    """Company."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get_company(self) -> CompanyOut:
        """The company of the key.

        Scope: access.read.
        """
        return cast("CompanyOut", self._transport.ask("GET", "/api/v1/company"))

    def change_company(self, body: CompanyChange, *, idempotency_key: str | None = None) -> CompanyOut:
        """Change what the company says about itself. Invoices that are posted keep what they say.

        Scope: access.change_company.
        """
        return cast("CompanyOut", self._transport.ask("POST", "/api/v1/company/change", body=body, once=True, idempotency_key=idempotency_key))

    def list_number_series(self) -> list[SeriesOut]:
        """How invoices, credit notes, orders and deliveries are numbered this year.

        Scope: access.read.
        """
        return cast("list[SeriesOut]", self._transport.ask("GET", "/api/v1/company/number-series"))

    def set_number_series(self, body: SeriesChange, *, idempotency_key: str | None = None) -> list[SeriesOut]:
        """Set prefix and next number. A counter that was used stays: a number would come twice, or be missing.

        Scope: access.set_number_series.
        """
        return cast("list[SeriesOut]", self._transport.ask("POST", "/api/v1/company/number-series/set", body=body, once=True, idempotency_key=idempotency_key))

    def get_go_live(self) -> GoLiveOut:
        """Whether the company is live, and what is missing for it.

        Scope: access.read.
        """
        return cast("GoLiveOut", self._transport.ask("GET", "/api/v1/company/go-live"))

    def go_live(self, body: GoLive, *, idempotency_key: str | None = None) -> Done:
        """From now on mail leaves the house. Not undone.

        Scope: ledger.go_live.
        """
        return cast("Done", self._transport.ask("POST", "/api/v1/company/go-live", body=body, once=True, idempotency_key=idempotency_key))


class Credit:
    """Credit."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list_holds(self, *, page: int | None = None, size: int | None = None, state: Literal['', 'open', 'released', 'rejected', 'ended'] | None = None, account: str | None = None, sort: Literal['newest', 'oldest', 'largest', 'order'] | None = None) -> Listed_HoldOut:
        """Orders on hold, with why.

        Scope: credit.read.
        """
        return cast("Listed_HoldOut", self._transport.ask("GET", "/api/v1/credit/holds", query={"page": page, "size": size, "state": state, "account": account, "sort": sort}))

    def each_holds(self, *, size: int | None = None, state: Literal['', 'open', 'released', 'rejected', 'ended'] | None = None, account: str | None = None, sort: Literal['newest', 'oldest', 'largest', 'order'] | None = None) -> Iterator[HoldOut]:
        """All of `list_holds`, page after page."""
        page, seen = 1, 0
        while True:
            found = self.list_holds(page=page, size=size, state=state, account=account, sort=sort)
            yield from found["items"]
            seen, page = seen + len(found["items"]), page + 1
            if not found["items"] or seen >= found["total"]:
                return

    def get_hold(self, hold: str) -> HoldOut:
        """One hold with the decision behind it.

        Scope: credit.read.
        """
        return cast("HoldOut", self._transport.ask("GET", address("/api/v1/credit/holds/{hold}", hold=hold)))

    def get_exposure(self, account: str) -> list[StandingOut]:
        """Where a customer's credit account stands, then its groups above; empty when it has none.

        Scope: credit.read.
        """
        return cast("list[StandingOut]", self._transport.ask("GET", address("/api/v1/accounts/{account}/exposure", account=account)))

    def list_limits(self, credit_account: str) -> list[LimitOut]:
        """Every limit that was ever set for a credit account, newest first.

        Scope: credit.read.
        """
        return cast("list[LimitOut]", self._transport.ask("GET", address("/api/v1/credit/accounts/{credit_account}/limits", credit_account=credit_account)))

    def set_limit(self, credit_account: str, body: LimitIn, *, idempotency_key: str | None = None) -> Made:
        """Set a limit from a day on. One below what is used already stops the next order, not the last.

        Scope: credit.set_limits.
        """
        return cast("Made", self._transport.ask("POST", address("/api/v1/credit/accounts/{credit_account}/limits", credit_account=credit_account), body=body, once=True, idempotency_key=idempotency_key))

    def get_policy(self) -> PolicyOut:
        """The order policy in force today.

        Scope: credit.read.
        """
        return cast("PolicyOut", self._transport.ask("GET", "/api/v1/credit/policy"))


class Customers:
    """Customers."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list_customers(self, *, page: int | None = None, size: int | None = None, text: str | None = None, state: Literal['', 'active', 'stopped'] | None = None, sort: Literal['name', '-name', 'number', '-number', 'country', '-country', 'currency', '-currency', 'risk', '-risk'] | None = None) -> Listed_CustomerLine:
        """Customers of the company, by name. Custom fields narrow it: ?custom.segment=Marine.

        Scope: customers.read.
        """
        return cast("Listed_CustomerLine", self._transport.ask("GET", "/api/v1/customers", query={"page": page, "size": size, "text": text, "state": state, "sort": sort}))

    def each_customers(self, *, size: int | None = None, text: str | None = None, state: Literal['', 'active', 'stopped'] | None = None, sort: Literal['name', '-name', 'number', '-number', 'country', '-country', 'currency', '-currency', 'risk', '-risk'] | None = None) -> Iterator[CustomerLine]:
        """All of `list_customers`, page after page."""
        page, seen = 1, 0
        while True:
            found = self.list_customers(page=page, size=size, text=text, state=state, sort=sort)
            yield from found["items"]
            seen, page = seen + len(found["items"]), page + 1
            if not found["items"] or seen >= found["total"]:
                return

    def create_customers(self, body: CustomersIn, *, idempotency_key: str | None = None) -> MadeMany:
        """Make customers with their accounts, all of them or none; ids of the accounts in the order given.

        Scope: customers.create_customers.
        """
        return cast("MadeMany", self._transport.ask("POST", "/api/v1/customers", body=body, once=True, idempotency_key=idempotency_key))

    def get_customer(self, customer: str) -> CustomerOut:
        """One customer with its master data.

        Scope: customers.read.
        """
        return cast("CustomerOut", self._transport.ask("GET", address("/api/v1/customers/{customer}", customer=customer)))

    def get_account(self, account: str) -> AccountOut:
        """One customer account.

        Scope: customers.read.
        """
        return cast("AccountOut", self._transport.ask("GET", address("/api/v1/accounts/{account}", account=account)))

    def add_contact(self, customer: str, body: ContactIn, *, idempotency_key: str | None = None) -> Made:
        """Add a person at a customer.

        Scope: customers.add_contact.
        """
        return cast("Made", self._transport.ask("POST", address("/api/v1/customers/{customer}/contacts", customer=customer), body=body, once=True, idempotency_key=idempotency_key))

    def add_bank_account(self, customer: str, body: PayerAccountIn, *, idempotency_key: str | None = None) -> Done:
        """Note an account that the customer pays from; a known one is left as it is.

        Scope: customers.add_bank_accounts.
        """
        return cast("Done", self._transport.ask("POST", address("/api/v1/customers/{customer}/bank-accounts", customer=customer), body=body, once=True, idempotency_key=idempotency_key))

    def add_alias(self, customer: str, body: AliasIn, *, idempotency_key: str | None = None) -> Done:
        """Note another spelling of a customer's number or name; a known one is left as it is.

        Scope: customers.add_aliases.
        """
        return cast("Done", self._transport.ask("POST", address("/api/v1/customers/{customer}/aliases", customer=customer), body=body, once=True, idempotency_key=idempotency_key))

    def stop_account(self, account: str, body: StopIn, *, idempotency_key: str | None = None) -> Done:
        """Stop an account, or let it go on: a stopped one gets no new orders.

        Scope: customers.stop_account.
        """
        return cast("Done", self._transport.ask("POST", address("/api/v1/accounts/{account}/stop", account=account), body=body, once=True, idempotency_key=idempotency_key))

    def list_terms(self) -> list[TermsOut]:
        """The company's payment terms, by code.

        Scope: customers.read.
        """
        return cast("list[TermsOut]", self._transport.ask("GET", "/api/v1/terms"))

    def create_terms(self, body: TermsIn, *, idempotency_key: str | None = None) -> Done:
        """Make payment terms.

        Scope: customers.create_terms.
        """
        return cast("Done", self._transport.ask("POST", "/api/v1/terms", body=body, once=True, idempotency_key=idempotency_key))


class Events:
    """Events."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list_events(self, *, after: str | None = None, name: list[str] | None = None, size: int | None = None) -> FeedOut:
        """Events in the order in which they were settled, the oldest first.

        An event appears once every transaction begun before it has ended, usually within a second; a later one never comes before.

        Scope: journal.read.
        """
        return cast("FeedOut", self._transport.ask("GET", "/api/v1/events", query={"after": after, "name": name, "size": size}))

    def each_events(self, *, after: str = "", name: list[str] | None = None, size: int | None = None) -> Iterator[EventOut]:
        """All of `list_events`, page after page."""
        while True:
            found = self.list_events(after=after, name=name, size=size)
            yield from found["items"]
            after = found["cursor"]
            if not found["has_more"]:
                return

    def get_event(self, event: str) -> EventOut:
        """One event.

        Scope: journal.read.
        """
        return cast("EventOut", self._transport.ask("GET", address("/api/v1/events/{event}", event=event)))


class Invoices:
    """Invoices."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list_invoices(self, *, page: int | None = None, size: int | None = None, tab: Literal['all', 'open', 'overdue', 'paid', 'credit-notes'] | None = None, text: str | None = None, currency: str | None = None, account: str | None = None, sort: Literal['issued', '-issued', 'number', '-number', 'gross', '-gross', 'due', '-due'] | None = None) -> Listed_InvoiceRow:
        """Invoices and credit notes, newest first. Custom fields narrow it: ?custom.cost_center=4711.

        Scope: invoicing.read.
        """
        return cast("Listed_InvoiceRow", self._transport.ask("GET", "/api/v1/invoices", query={"page": page, "size": size, "tab": tab, "text": text, "currency": currency, "account": account, "sort": sort}))

    def each_invoices(self, *, size: int | None = None, tab: Literal['all', 'open', 'overdue', 'paid', 'credit-notes'] | None = None, text: str | None = None, currency: str | None = None, account: str | None = None, sort: Literal['issued', '-issued', 'number', '-number', 'gross', '-gross', 'due', '-due'] | None = None) -> Iterator[InvoiceRow]:
        """All of `list_invoices`, page after page."""
        page, seen = 1, 0
        while True:
            found = self.list_invoices(page=page, size=size, tab=tab, text=text, currency=currency, account=account, sort=sort)
            yield from found["items"]
            seen, page = seen + len(found["items"]), page + 1
            if not found["items"] or seen >= found["total"]:
                return

    def post_invoices(self, body: InvoicesIn, *, idempotency_key: str | None = None) -> MadeMany:
        """Post invoices without orders, all of them or none; their ids in the order given. What is posted is never changed.

        Scope: invoicing.post_invoices.
        """
        return cast("MadeMany", self._transport.ask("POST", "/api/v1/invoices", body=body, once=True, idempotency_key=idempotency_key))

    def send_invoices(self, body: SendIn, *, idempotency_key: str | None = None) -> SentOut:
        """Queue documents by e-mail to each customer's invoice address; how many.

        Scope: invoicing.send_invoices.
        """
        return cast("SentOut", self._transport.ask("POST", "/api/v1/invoices/send", body=body, once=True, idempotency_key=idempotency_key))

    def get_invoice(self, invoice: str) -> InvoiceOut:
        """One invoice or credit note with its lines.

        Scope: invoicing.read.
        """
        return cast("InvoiceOut", self._transport.ask("GET", address("/api/v1/invoices/{invoice}", invoice=invoice)))

    def get_invoice_pdf(self, invoice: str) -> bytes:
        """The document as it is printed, as PDF.

        Scope: invoicing.read.
        """
        return cast("bytes", self._transport.ask("GET", address("/api/v1/invoices/{invoice}/pdf", invoice=invoice)))

    def bill_ready(self, body: BillIn, *, idempotency_key: str | None = None) -> BilledOut:
        """Bill what was delivered and is not billed yet, at most 500 invoices in one run.

        Scope: invoicing.bill_ready.
        """
        return cast("BilledOut", self._transport.ask("POST", "/api/v1/billing-runs", body=body, once=True, idempotency_key=idempotency_key))

    def post_credit_notes(self, body: CreditNotesIn, *, idempotency_key: str | None = None) -> MadeMany:
        """Post credit notes, all of them or none. Each clears its invoice as far as that is open.

        Scope: invoicing.post_credit_notes.
        """
        return cast("MadeMany", self._transport.ask("POST", "/api/v1/credit-notes", body=body, once=True, idempotency_key=idempotency_key))


class KeyFigures:
    """Key figures."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get_figures(self, *, as_of: str | None = None, weeks: int | None = None) -> FiguresOut:
        """The key figures of a day. The key also needs receivables.read.

        Scope: kpis.read.
        """
        return cast("FiguresOut", self._transport.ask("GET", "/api/v1/kpis", query={"as_of": as_of, "weeks": weeks}))

    def get_verdict(self) -> LightOut:
        """What the verifier found when it last looked.

        Scope: kpis.read.
        """
        return cast("LightOut", self._transport.ask("GET", "/api/v1/verify"))

    def verify(self, *, idempotency_key: str | None = None) -> VerifiedOut:
        """Look at every invariant now: do debits equal credits, do open items add up to the books, are numbers without gaps?

        Scope: kpis.verify.
        """
        return cast("VerifiedOut", self._transport.ask("POST", "/api/v1/verify", once=True, idempotency_key=idempotency_key))


class Ledger:
    """Ledger."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list_ledger_accounts(self) -> list[LedgerAccount]:
        """The chart of accounts, by code.

        Scope: ledger.read.
        """
        return cast("list[LedgerAccount]", self._transport.ask("GET", "/api/v1/ledger/accounts"))

    def list_entries(self, *, page: int | None = None, size: int | None = None, text: str | None = None, kind: str | None = None, first: str | None = None, last: str | None = None) -> Listed_EntryOut:
        """Journal entries with their lines, newest first.

        Scope: ledger.read.
        """
        return cast("Listed_EntryOut", self._transport.ask("GET", "/api/v1/ledger/entries", query={"page": page, "size": size, "text": text, "kind": kind, "first": first, "last": last}))

    def each_entries(self, *, size: int | None = None, text: str | None = None, kind: str | None = None, first: str | None = None, last: str | None = None) -> Iterator[EntryOut]:
        """All of `list_entries`, page after page."""
        page, seen = 1, 0
        while True:
            found = self.list_entries(page=page, size=size, text=text, kind=kind, first=first, last=last)
            yield from found["items"]
            seen, page = seen + len(found["items"]), page + 1
            if not found["items"] or seen >= found["total"]:
                return

    def get_entry(self, entry: str) -> EntryOut:
        """One journal entry with its lines.

        Scope: ledger.read.
        """
        return cast("EntryOut", self._transport.ask("GET", address("/api/v1/ledger/entries/{entry}", entry=entry)))

    def get_trial_balance(self, *, as_of: str | None = None) -> TrialBalance:
        """Every account's balance on a day, in the company's currency.

        Scope: ledger.read.
        """
        return cast("TrialBalance", self._transport.ask("GET", "/api/v1/ledger/trial-balance", query={"as_of": as_of}))

    def list_periods(self) -> list[PeriodOut]:
        """Posting periods and whether they are open.

        Scope: ledger.read.
        """
        return cast("list[PeriodOut]", self._transport.ask("GET", "/api/v1/ledger/periods"))

    def close_period(self, period: str, *, idempotency_key: str | None = None) -> Done:
        """Close a period: no entry is dated in it any more. It waits for postings under way.

        Scope: ledger.close_period.
        """
        return cast("Done", self._transport.ask("POST", address("/api/v1/ledger/periods/{period}/close", period=period), once=True, idempotency_key=idempotency_key))

    def lock_period(self, period: str, *, idempotency_key: str | None = None) -> Done:
        """Soft-lock an open period: only a manual journal that is approved with a reason goes in.

        Scope: ledger.lock_period.
        """
        return cast("Done", self._transport.ask("POST", address("/api/v1/ledger/periods/{period}/lock", period=period), once=True, idempotency_key=idempotency_key))

    def unlock_period(self, period: str, *, idempotency_key: str | None = None) -> Done:
        """Lift the soft lock of a period.

        Scope: ledger.unlock_period.
        """
        return cast("Done", self._transport.ask("POST", address("/api/v1/ledger/periods/{period}/unlock", period=period), once=True, idempotency_key=idempotency_key))

    def reopen_period(self, period: str, body: PeriodReopening, *, idempotency_key: str | None = None) -> Done:
        """Open a closed period again. Only who may reopen it, and with a reason that stays.

        Scope: ledger.reopen_period.
        """
        return cast("Done", self._transport.ask("POST", address("/api/v1/ledger/periods/{period}/reopen", period=period), body=body, once=True, idempotency_key=idempotency_key))

    def list_rates(self, *, as_of: str | None = None, currency: list[str] | None = None) -> list[RateOut]:
        """The exchange rates that count on a day: the last published ones, at most seven days old.

        Scope: ledger.read.
        """
        return cast("list[RateOut]", self._transport.ask("GET", "/api/v1/ledger/rates", query={"as_of": as_of, "currency": currency}))

    def load_rates(self, body: RatesIn, *, idempotency_key: str | None = None) -> Counted:
        """Take published rates; how many were new. Known ones stay as they are.

        Scope: ledger.load_rates.
        """
        return cast("Counted", self._transport.ask("POST", "/api/v1/ledger/rates", body=body, once=True, idempotency_key=idempotency_key))


class Orders:
    """Orders."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list_orders(self, *, page: int | None = None, size: int | None = None, state: Literal['', 'open', 'draft', 'held', 'accepted', 'rejected', 'delivered', 'cancelled'] | None = None, text: str | None = None, account: str | None = None, sort: Literal['number', '-number', 'customer', '-customer', 'state', '-state', 'requested', '-requested', 'ordered', '-ordered', 'gross', '-gross'] | None = None) -> Listed_OrderRow:
        """Orders, newest first. Custom fields narrow it: ?custom.cost_center=4711.

        Scope: orders.read.
        """
        return cast("Listed_OrderRow", self._transport.ask("GET", "/api/v1/orders", query={"page": page, "size": size, "state": state, "text": text, "account": account, "sort": sort}))

    def each_orders(self, *, size: int | None = None, state: Literal['', 'open', 'draft', 'held', 'accepted', 'rejected', 'delivered', 'cancelled'] | None = None, text: str | None = None, account: str | None = None, sort: Literal['number', '-number', 'customer', '-customer', 'state', '-state', 'requested', '-requested', 'ordered', '-ordered', 'gross', '-gross'] | None = None) -> Iterator[OrderRow]:
        """All of `list_orders`, page after page."""
        page, seen = 1, 0
        while True:
            found = self.list_orders(page=page, size=size, state=state, text=text, account=account, sort=sort)
            yield from found["items"]
            seen, page = seen + len(found["items"]), page + 1
            if not found["items"] or seen >= found["total"]:
                return

    def create_orders(self, body: OrdersIn, *, idempotency_key: str | None = None) -> MadeMany:
        """Enter orders as drafts, all of them or none; their ids in the order given. Confirming asks for credit.

        Scope: orders.create_orders.
        """
        return cast("MadeMany", self._transport.ask("POST", "/api/v1/orders", body=body, once=True, idempotency_key=idempotency_key))

    def get_order(self, order: str) -> OrderOut:
        """One order with its lines, deliveries and credit decision.

        Scope: orders.read.
        """
        return cast("OrderOut", self._transport.ask("GET", address("/api/v1/orders/{order}", order=order)))

    def confirm_order(self, order: str, *, idempotency_key: str | None = None) -> DecisionOut:
        """Ask for credit: the order is accepted and reserved, or held with reasons. Being held is an answer, not an error.

        Scope: orders.confirm_orders.
        """
        return cast("DecisionOut", self._transport.ask("POST", address("/api/v1/orders/{order}/confirm", order=order), once=True, idempotency_key=idempotency_key))

    def release_order(self, order: str, body: ReleaseIn, *, idempotency_key: str | None = None) -> ReservedOut:
        """Let an order on hold pass. Nobody releases what they entered themselves, nor does their key.

        Scope: orders.release_order.
        """
        return cast("ReservedOut", self._transport.ask("POST", address("/api/v1/orders/{order}/release", order=order), body=body, once=True, idempotency_key=idempotency_key))

    def reject_order(self, order: str, body: BecauseIn, *, idempotency_key: str | None = None) -> Done:
        """Say no to an order on hold.

        Scope: orders.reject_order.
        """
        return cast("Done", self._transport.ask("POST", address("/api/v1/orders/{order}/reject", order=order), body=body, once=True, idempotency_key=idempotency_key))

    def deliver_order(self, order: str, body: DeliveryIn, *, idempotency_key: str | None = None) -> Made:
        """Deliver an accepted order, whole or in part; it is then ready to bill.

        Scope: orders.deliver.
        """
        return cast("Made", self._transport.ask("POST", address("/api/v1/orders/{order}/deliver", order=order), body=body, once=True, idempotency_key=idempotency_key))

    def cancel_order(self, order: str, body: BecauseIn, *, idempotency_key: str | None = None) -> Done:
        """End an order of which nothing has left; it gives its credit back.

        Scope: orders.cancel_order.
        """
        return cast("Done", self._transport.ask("POST", address("/api/v1/orders/{order}/cancel", order=order), body=body, once=True, idempotency_key=idempotency_key))

    def close_order(self, order: str, body: BecauseIn, *, idempotency_key: str | None = None) -> Done:
        """End an order short: what has left stays to be billed, the rest gives its credit back.

        Scope: orders.close_order.
        """
        return cast("Done", self._transport.ask("POST", address("/api/v1/orders/{order}/close", order=order), body=body, once=True, idempotency_key=idempotency_key))

    def list_ready_lines(self, *, account: str | None = None, until: str | None = None, limit: int | None = None) -> list[ReadyOut]:
        """What was delivered and is not billed yet; at most `limit` lines.

        Scope: orders.read.
        """
        return cast("list[ReadyOut]", self._transport.ask("GET", "/api/v1/ready-lines", query={"account": account, "until": until, "limit": limit}))


class Receivables:
    """Receivables."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list_open_items(self, *, page: int | None = None, size: int | None = None, as_of: str | None = None, known_at: str | None = None, account: str | None = None, currency: str | None = None, bucket: Literal['not_due', '1_30', '31_60', '61_90', 'over_90'] | None = None, settled: bool | None = None) -> ItemsOut:
        """Open items on a day, the earliest due first.

        Scope: receivables.read.
        """
        return cast("ItemsOut", self._transport.ask("GET", "/api/v1/open-items", query={"page": page, "size": size, "as_of": as_of, "known_at": known_at, "account": account, "currency": currency, "bucket": bucket, "settled": settled}))

    def each_open_items(self, *, size: int | None = None, as_of: str | None = None, known_at: str | None = None, account: str | None = None, currency: str | None = None, bucket: Literal['not_due', '1_30', '31_60', '61_90', 'over_90'] | None = None, settled: bool | None = None) -> Iterator[ItemOut]:
        """All of `list_open_items`, page after page."""
        page = 1
        while True:
            found = self.list_open_items(page=page, size=size, as_of=as_of, known_at=known_at, account=account, currency=currency, bucket=bucket, settled=settled)
            yield from found["items"]
            page += 1
            if not found["has_more"]:
                return

    def get_open_item(self, item: str) -> ItemHistory:
        """One item with everything that was allocated to it, reversals included.

        Scope: receivables.read.
        """
        return cast("ItemHistory", self._transport.ask("GET", address("/api/v1/open-items/{item}", item=item)))

    def get_ageing(self, *, page: int | None = None, size: int | None = None, as_of: str | None = None, known_at: str | None = None, currency: str | None = None, bucket: Literal['not_due', '1_30', '31_60', '61_90', 'over_90'] | None = None, text: str | None = None, sort: Literal['total', '-total', 'name', '-name', 'number', '-number', 'items', '-items', 'over_90', '-over_90', '61_90', '-61_90', '31_60', '-31_60', '1_30', '-1_30', 'not_due', '-not_due'] | None = None) -> AgeingOut:
        """Who owed how much, how late, by customer and currency.

        Scope: receivables.read.
        """
        return cast("AgeingOut", self._transport.ask("GET", "/api/v1/ageing", query={"page": page, "size": size, "as_of": as_of, "known_at": known_at, "currency": currency, "bucket": bucket, "text": text, "sort": sort}))

    def each_ageing(self, *, size: int | None = None, as_of: str | None = None, known_at: str | None = None, currency: str | None = None, bucket: Literal['not_due', '1_30', '31_60', '61_90', 'over_90'] | None = None, text: str | None = None, sort: Literal['total', '-total', 'name', '-name', 'number', '-number', 'items', '-items', 'over_90', '-over_90', '61_90', '-61_90', '31_60', '-31_60', '1_30', '-1_30', 'not_due', '-not_due'] | None = None) -> Iterator[AgeingRow]:
        """All of `get_ageing`, page after page."""
        page, seen = 1, 0
        while True:
            found = self.get_ageing(page=page, size=size, as_of=as_of, known_at=known_at, currency=currency, bucket=bucket, text=text, sort=sort)
            yield from found["items"]
            seen, page = seen + len(found["items"]), page + 1
            if not found["items"] or seen >= found["total"]:
                return


class SavedViews:
    """Saved views."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list_views(self, *, list: Literal['customers', 'holds', 'orders', 'invoices', 'matching', 'worklist', 'tasks', 'ageing', 'journal', 'journal-entries', 'manual-journals', 'outbox'] | None = None) -> list[ViewOut]:
        """Own and shared views of one list, or of all lists that the key may read; own ones first, by name.

        Scope: access.read_views.
        """
        return cast("list[ViewOut]", self._transport.ask("GET", "/api/v1/views", query={"list": list}))

    def save_view(self, body: ViewIn, *, idempotency_key: str | None = None) -> Made:
        """Keep a view. Sent twice it is refused: a person has a name once in a list.

        Scope: access.save_view.
        """
        return cast("Made", self._transport.ask("POST", "/api/v1/views", body=body, once=True, idempotency_key=idempotency_key))

    def get_view(self, view: str) -> ViewOut:
        """One view.

        Scope: access.read_views.
        """
        return cast("ViewOut", self._transport.ask("GET", address("/api/v1/views/{view}", view=view)))

    def change_view(self, view: str, body: ViewChangeIn, *, idempotency_key: str | None = None) -> Done:
        """Another name or other filters of one's own view.

        Scope: access.change_view.
        """
        return cast("Done", self._transport.ask("POST", address("/api/v1/views/{view}/change", view=view), body=body, once=True, idempotency_key=idempotency_key))

    def share_view(self, view: str, body: ViewShareIn, *, idempotency_key: str | None = None) -> Done:
        """Let everybody in the company see one's own view, or take it back; anybody's can be taken back.

        Scope: access.share_view.
        """
        return cast("Done", self._transport.ask("POST", address("/api/v1/views/{view}/share", view=view), body=body, once=True, idempotency_key=idempotency_key))

    def delete_view(self, view: str, *, idempotency_key: str | None = None) -> Done:
        """Take one's own view away.

        Scope: access.delete_view.
        """
        return cast("Done", self._transport.ask("POST", address("/api/v1/views/{view}/delete", view=view), once=True, idempotency_key=idempotency_key))

    def restore_view(self, view: str, *, idempotency_key: str | None = None) -> Done:
        """Bring one's own view back after it was deleted.

        Scope: access.restore_view.
        """
        return cast("Done", self._transport.ask("POST", address("/api/v1/views/{view}/restore", view=view), once=True, idempotency_key=idempotency_key))


class Tailoring:
    """Tailoring."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list_reason_codes(self, *, kind: Literal['credit-note', 'hold-release', 'hold-rejection', 'order-end', 'account-stop', 'limit', 'payment-undo', 'payment-difference', 'write-off', 'dispute'] | None = None) -> list[ReasonCodeOut]:
        """Reason codes with how often each was used.

        Scope: tailoring.read.
        """
        return cast("list[ReasonCodeOut]", self._transport.ask("GET", "/api/v1/reason-codes", query={"kind": kind}))

    def define_reason(self, body: NewReasonCodeIn, *, idempotency_key: str | None = None) -> Done:
        """Add a reason code.

        Scope: tailoring.define_reason.
        """
        return cast("Done", self._transport.ask("POST", "/api/v1/reason-codes", body=body, once=True, idempotency_key=idempotency_key))

    def reword_reason(self, kind: str, code: str, body: ReasonCodeIn, *, idempotency_key: str | None = None) -> Done:
        """Give a code other words, as its next version. What was said keeps its words.

        Scope: tailoring.reword_reason.
        """
        return cast("Done", self._transport.ask("POST", address("/api/v1/reason-codes/{kind}/{code}", kind=kind, code=code), body=body, once=True, idempotency_key=idempotency_key))

    def retire_reason(self, kind: str, code: str, *, idempotency_key: str | None = None) -> Done:
        """A code can no longer be chosen. Where it was used it stays.

        Scope: tailoring.retire_reason.
        """
        return cast("Done", self._transport.ask("POST", address("/api/v1/reason-codes/{kind}/{code}/retire", kind=kind, code=code), once=True, idempotency_key=idempotency_key))

    def restore_reason(self, kind: str, code: str, *, idempotency_key: str | None = None) -> Done:
        """A retired code can be chosen again.

        Scope: tailoring.restore_reason.
        """
        return cast("Done", self._transport.ask("POST", address("/api/v1/reason-codes/{kind}/{code}/restore", kind=kind, code=code), once=True, idempotency_key=idempotency_key))

    def list_custom_fields(self) -> list[CustomFieldOut]:
        """The custom fields in use.

        Scope: tailoring.read.
        """
        return cast("list[CustomFieldOut]", self._transport.ask("GET", "/api/v1/custom-fields"))

    def define_field(self, body: NewFieldIn, *, idempotency_key: str | None = None) -> Done:
        """Add a custom field.

        Scope: tailoring.define_field.
        """
        return cast("Done", self._transport.ask("POST", "/api/v1/custom-fields", body=body, once=True, idempotency_key=idempotency_key))

    def retire_field(self, thing: str, name: str, *, idempotency_key: str | None = None) -> Done:
        """Take a field off screens and lists; what stands in it is kept.

        Scope: tailoring.retire_field.
        """
        return cast("Done", self._transport.ask("POST", address("/api/v1/custom-fields/{thing}/{name}/retire", thing=thing, name=name), once=True, idempotency_key=idempotency_key))

    def restore_field(self, thing: str, name: str, *, idempotency_key: str | None = None) -> Done:
        """Bring a retired field back, with what stands in it.

        Scope: tailoring.restore_field.
        """
        return cast("Done", self._transport.ask("POST", address("/api/v1/custom-fields/{thing}/{name}/restore", thing=thing, name=name), once=True, idempotency_key=idempotency_key))

    def change_account_fields(self, account: str, body: ValuesIn, *, idempotency_key: str | None = None) -> Done:
        """Write what stands in a customer's custom fields in this company.

        Scope: customers.change_fields.
        """
        return cast("Done", self._transport.ask("POST", address("/api/v1/accounts/{account}/custom-fields", account=account), body=body, once=True, idempotency_key=idempotency_key))

    def change_order_fields(self, order: str, body: ValuesIn, *, idempotency_key: str | None = None) -> Done:
        """Write what stands in an order's custom fields.

        Scope: orders.change_fields.
        """
        return cast("Done", self._transport.ask("POST", address("/api/v1/orders/{order}/custom-fields", order=order), body=body, once=True, idempotency_key=idempotency_key))

    def list_texts(self) -> list[TextOut]:
        """The texts of mails and documents that count now.

        Scope: tailoring.read.
        """
        return cast("list[TextOut]", self._transport.ask("GET", "/api/v1/texts"))

    def write_text(self, kind: str, language: str, body: TextIn, *, idempotency_key: str | None = None) -> Done:
        """The company's own words from now on. What was sent keeps its words.

        Scope: tailoring.write_text.
        """
        return cast("Done", self._transport.ask("POST", address("/api/v1/texts/{kind}/{language}", kind=kind, language=language), body=body, once=True, idempotency_key=idempotency_key))

    def reset_text(self, kind: str, language: str, *, idempotency_key: str | None = None) -> Done:
        """The shipped text counts again.

        Scope: tailoring.reset_text.
        """
        return cast("Done", self._transport.ask("POST", address("/api/v1/texts/{kind}/{language}/reset", kind=kind, language=language), once=True, idempotency_key=idempotency_key))


class TakeOvers:
    """Take-overs."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def open_take_over(self, file_name: str, data: bytes, *, kind: Literal['customers', 'products', 'open-items', 'balances', 'history'] | None = None, idempotency_key: str | None = None) -> Made:
        """Upload a CSV or XLSX file of customers, products, open-items, balances or history. A job reads it; nothing is written yet.

        Scope: documents.open_take_over.
        """
        return cast("Made", self._transport.ask("POST", "/api/v1/take-overs", file=(file_name, data), query={"kind": kind}, once=True, idempotency_key=idempotency_key))

    def list_take_overs(self, *, page: int | None = None, size: int | None = None, state: Literal['', 'under-way', 'reading', 'open', 'sent', 'taking', 'taken', 'discarded', 'refused'] | None = None) -> Listed_TakeOverOut:
        """Take-overs, newest first.

        Scope: documents.read_take_overs.
        """
        return cast("Listed_TakeOverOut", self._transport.ask("GET", "/api/v1/take-overs", query={"page": page, "size": size, "state": state}))

    def each_take_overs(self, *, size: int | None = None, state: Literal['', 'under-way', 'reading', 'open', 'sent', 'taking', 'taken', 'discarded', 'refused'] | None = None) -> Iterator[TakeOverOut]:
        """All of `list_take_overs`, page after page."""
        page, seen = 1, 0
        while True:
            found = self.list_take_overs(page=page, size=size, state=state)
            yield from found["items"]
            seen, page = seen + len(found["items"]), page + 1
            if not found["items"] or seen >= found["total"]:
                return

    def get_take_over(self, take_over: str) -> TakeOverOut:
        """One take-over: its columns, what it would do, and why rows stay out.

        Scope: documents.read_take_overs.
        """
        return cast("TakeOverOut", self._transport.ask("GET", address("/api/v1/take-overs/{take_over}", take_over=take_over)))

    def get_take_over_rejects(self, take_over: str) -> str:
        """All rejected rows as CSV, each as it was, with its row, field and reason behind.

        Scope: documents.read_take_overs.
        """
        return cast("str", self._transport.ask("GET", address("/api/v1/take-overs/{take_over}/rejects", take_over=take_over)))

    def map_take_over(self, take_over: str, body: ColumnsIn, *, idempotency_key: str | None = None) -> Done:
        """Say what the columns are; the file is read again with it.

        Scope: documents.map_take_over.
        """
        return cast("Done", self._transport.ask("POST", address("/api/v1/take-overs/{take_over}/columns", take_over=take_over), body=body, once=True, idempotency_key=idempotency_key))

    def send_take_over(self, take_over: str, *, idempotency_key: str | None = None) -> Done:
        """Send it to be confirmed by somebody else.

        Scope: documents.send_take_over.
        """
        return cast("Done", self._transport.ask("POST", address("/api/v1/take-overs/{take_over}/send", take_over=take_over), once=True, idempotency_key=idempotency_key))

    def confirm_take_over(self, take_over: str, *, idempotency_key: str | None = None) -> Done:
        """Let the ready rows in, all or none; who prepared it confirms it only while nobody else may.

        Scope: documents.confirm_take_over.
        """
        return cast("Done", self._transport.ask("POST", address("/api/v1/take-overs/{take_over}/confirm", take_over=take_over), once=True, idempotency_key=idempotency_key))

    def discard_take_over(self, take_over: str, *, idempotency_key: str | None = None) -> Done:
        """Put it away before it is confirmed; nothing of it was written.

        Scope: documents.discard_take_over.
        """
        return cast("Done", self._transport.ask("POST", address("/api/v1/take-overs/{take_over}/discard", take_over=take_over), once=True, idempotency_key=idempotency_key))


class Webhooks:
    """Webhooks."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list_webhooks(self) -> list[WebhookOut]:
        """Every endpoint, those in use first, and how far behind it is.

        Scope: access.read.
        """
        return cast("list[WebhookOut]", self._transport.ask("GET", "/api/v1/webhooks"))

    def create_webhook(self, body: WebhookIn) -> SecretOut:
        """Add an endpoint, which is told of what happens from now on.

        Sent twice it is refused: an address is there once. The secret is in the answer and not kept.

        Scope: access.create_webhook.
        """
        return cast("SecretOut", self._transport.ask("POST", "/api/v1/webhooks", body=body))

    def get_webhook(self, webhook: str) -> WebhookOut:
        """One endpoint.

        Scope: access.read.
        """
        return cast("WebhookOut", self._transport.ask("GET", address("/api/v1/webhooks/{webhook}", webhook=webhook)))

    def change_webhook(self, webhook: str, body: WebhookIn, *, idempotency_key: str | None = None) -> Done:
        """Another address, description or choice of events; the secret stays.

        Scope: access.change_webhook.
        """
        return cast("Done", self._transport.ask("POST", address("/api/v1/webhooks/{webhook}/change", webhook=webhook), body=body, once=True, idempotency_key=idempotency_key))

    def rotate_webhook_secret(self, webhook: str) -> SecretOut:
        """A new secret. For 24 hours the old one signs beside it.

        Scope: access.rotate_webhook_secret.
        """
        return cast("SecretOut", self._transport.ask("POST", address("/api/v1/webhooks/{webhook}/rotate", webhook=webhook)))

    def pause_webhook(self, webhook: str, *, idempotency_key: str | None = None) -> Done:
        """Send nothing for now; what happens meanwhile waits.

        Scope: access.pause_webhook.
        """
        return cast("Done", self._transport.ask("POST", address("/api/v1/webhooks/{webhook}/pause", webhook=webhook), once=True, idempotency_key=idempotency_key))

    def resume_webhook(self, webhook: str, *, idempotency_key: str | None = None) -> Done:
        """Send again, from where it stopped.

        Scope: access.resume_webhook.
        """
        return cast("Done", self._transport.ask("POST", address("/api/v1/webhooks/{webhook}/resume", webhook=webhook), once=True, idempotency_key=idempotency_key))

    def disable_webhook(self, webhook: str, *, idempotency_key: str | None = None) -> Done:
        """Switch an endpoint off.

        Scope: access.disable_webhook.
        """
        return cast("Done", self._transport.ask("POST", address("/api/v1/webhooks/{webhook}/disable", webhook=webhook), once=True, idempotency_key=idempotency_key))

    def test_webhook(self, webhook: str, *, idempotency_key: str | None = None) -> Made:
        """Send a message of the type access.webhook-tested, to see whether it arrives; the message's id.

        Scope: access.test_webhook.
        """
        return cast("Made", self._transport.ask("POST", address("/api/v1/webhooks/{webhook}/test", webhook=webhook), once=True, idempotency_key=idempotency_key))

    def replay_failed_webhooks(self, webhook: str, body: ReplayIn, *, idempotency_key: str | None = None) -> Replayed:
        """Send everything again that was given up since an instant.

        Scope: access.replay_failed_webhooks.
        """
        return cast("Replayed", self._transport.ask("POST", address("/api/v1/webhooks/{webhook}/replay", webhook=webhook), body=body, once=True, idempotency_key=idempotency_key))

    def list_webhook_messages(self, webhook: str, *, page: int | None = None, size: int | None = None, state: Literal['', 'waiting', 'delivered', 'failed'] | None = None) -> Listed_MessageOut:
        """What was sent to an endpoint or waits for it, newest first. What ended is kept for 30 days.

        Scope: access.read.
        """
        return cast("Listed_MessageOut", self._transport.ask("GET", address("/api/v1/webhooks/{webhook}/messages", webhook=webhook), query={"page": page, "size": size, "state": state}))

    def each_webhook_messages(self, webhook: str, *, size: int | None = None, state: Literal['', 'waiting', 'delivered', 'failed'] | None = None) -> Iterator[MessageOut]:
        """All of `list_webhook_messages`, page after page."""
        page, seen = 1, 0
        while True:
            found = self.list_webhook_messages(webhook, page=page, size=size, state=state)
            yield from found["items"]
            seen, page = seen + len(found["items"]), page + 1
            if not found["items"] or seen >= found["total"]:
                return

    def get_webhook_message(self, message: str) -> MessageOut:
        """One message.

        Scope: access.read.
        """
        return cast("MessageOut", self._transport.ask("GET", address("/api/v1/webhook-messages/{message}", message=message)))

    def list_webhook_attempts(self, message: str) -> list[AttemptOut]:
        """Every time that a message was sent and what came back, newest first.

        Scope: access.read.
        """
        return cast("list[AttemptOut]", self._transport.ask("GET", address("/api/v1/webhook-messages/{message}/attempts", message=message)))

    def replay_webhook_message(self, message: str, *, idempotency_key: str | None = None) -> Done:
        """Send a message again now, with the same webhook-id; a receiver that keeps ids takes it once.

        Scope: access.replay_webhook_message.
        """
        return cast("Done", self._transport.ask("POST", address("/api/v1/webhook-messages/{message}/replay", message=message), once=True, idempotency_key=idempotency_key))


class Operations:
    """The rooms of the API."""

    def __init__(self, transport: Transport) -> None:
        self.bank = Bank(transport)
        self.books = Books(transport)
        self.cash = Cash(transport)
        self.cashforecast = CashForecast(transport)
        self.catalog = Catalog(transport)
        self.collection = Collection(transport)
        self.company = Company(transport)
        self.credit = Credit(transport)
        self.customers = Customers(transport)
        self.events = Events(transport)
        self.invoices = Invoices(transport)
        self.keyfigures = KeyFigures(transport)
        self.ledger = Ledger(transport)
        self.orders = Orders(transport)
        self.receivables = Receivables(transport)
        self.savedviews = SavedViews(transport)
        self.tailoring = Tailoring(transport)
        self.takeovers = TakeOvers(transport)
        self.webhooks = Webhooks(transport)
