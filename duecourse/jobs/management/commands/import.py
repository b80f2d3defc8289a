"""Take over another system's customers, products, open items, balances, history, or documents from SAP: a dry run first, then with --confirm."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from duecourse.access import queries as access_facts
from duecourse.core.call import Call, within
from duecourse.core.errors import Refused
from duecourse.customers import actions as customers
from duecourse.customers import queries as customer_facts
from duecourse.customers.rules import NewTerms
from duecourse.jobs import take_history, take_over_shell, take_sap
from duecourse.jobs.imports import history, open_items, sap, sap_tables
from duecourse.receivables import actions as receivables
from duecourse.receivables.rules import parties


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "what", choices=["customers", "products", "open-items", "balances", "history", "sap"], help="what the file holds"
        )
        parser.add_argument("file", help="a CSV or XLSX file with heads; for sap the folder of its tables")
        parser.add_argument("--company", help="the company's code; not needed when there is only one")
        parser.add_argument("--confirm", action="store_true", help="take the accepted rows over; without it nothing is written")
        parser.add_argument("--system", default="", help="the system it comes from; its numbers are unique there")
        parser.add_argument("--currency", default="", help="history: the currency where no column says it (the company's)")
        parser.add_argument(
            "--undated",
            choices=history.UNDATED,
            default="reject",
            help="history: rows settled without a day are rejected, or open",
        )
        parser.add_argument("--mapping", default="", help='a JSON file that says what columns are: {"Betrag": "amount"}')
        parser.add_argument("--sheet", default="", help="the sheet of an XLSX file (the one with the most rows)")
        parser.add_argument("--on", default="", help="the day that is booked on, as 2026-10-31 (today)")
        parser.add_argument("--difference", default="", help="balances: the ledger account that takes up a difference (none)")
        parser.add_argument("--rejects", default="", help="write the rejected rows to this file, to be mended")
        parser.add_argument("--company-code", default="", help="sap: the company code, where the extract has several")
        parser.add_argument("--json", action="store_true", help="sap: print the report as JSON")
        parser.add_argument("--terms", default="N30", help="terms of customers that are new (N30)")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "sap":
            self._sap(options)
            return
        try:
            data = Path(options["file"]).read_bytes()
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}", returncode=2) from None
        try:
            if options["what"] == "history":
                self._history(data, options)
                return
            if take_over_shell.is_general(options["what"], data, options["file"], options["mapping"]):
                call = self._call(options["company"])
                take_over_shell.run(call, options["what"], data, options["file"], options, self.stdout.write, self.stderr.write)
                return
            extract = open_items.read(data, options["file"])
            self._show(extract)
            if options["confirm"]:
                self._take_over(self._call(options["company"]), extract, options["terms"])
            else:
                self.stdout.write("This was a dry run; nothing was written. Take the accepted rows over with --confirm.")
        except Refused as refused:
            raise CommandError(str(refused), returncode=2) from None

    def _sap(self, options: dict[str, Any]) -> None:
        try:
            call = self._call(options["company"])
            system = options["system"] or sap.SYSTEM
            tables = sap_tables.read_folder(Path(options["file"]))
            sap.choose_company(tables, options["company_code"])
            found = sap.extract(tables)
            plan = take_sap.plan(call, found, system)
            if options["confirm"]:
                take_sap.take(call, found, plan, system)
            report = take_sap.report(tables, found, plan, take_sap.balances(call, found) if options["confirm"] else None)
            if options["confirm"]:
                take_sap.keep(call, report, f"sap-{call.today}")
        except Refused as refused:
            raise CommandError(str(refused), returncode=2) from None
        if options["json"]:
            self.stdout.write(json.dumps(report, indent=1, ensure_ascii=False))
            return
        for line in take_sap.told(report):
            self.stdout.write(line)
        if not options["confirm"]:
            self.stdout.write("This was a dry run; nothing was written. Take it over with --confirm.")

    def _history(self, data: bytes, options: dict[str, Any]) -> None:
        call = self._call(options["company"])
        system = options["system"] or take_history.SYSTEM
        past = history.read(data, options["file"], options["currency"] or call.company.currency, options["undated"])
        plan = take_history.plan(call, past, system)
        for reject in (*past.rejects, *plan.rejects):
            self.stderr.write(str(reject))
        for line in take_history.told(past, plan):
            self.stdout.write(line)
        if options["confirm"]:
            self.stdout.write(take_history.told_taken(take_history.take(call, past, plan, system)))
        else:
            self.stdout.write("This was a dry run; nothing was written. Take the accepted rows over with --confirm.")

    def _show(self, extract: open_items.Extract) -> None:
        for reject in extract.rejects:
            self.stderr.write(str(reject))
        found = parties(extract.items)
        self.stdout.write(
            f"{len(extract.items)} rows accepted, {len(extract.rejects)} rejected, {extract.closed} closed already."
        )
        spelled = sum(len(party.numbers) > 1 or len(party.names) > 1 for party in found)
        self.stdout.write(f"{len(found)} customers, {spelled} of them spelled in more than one way.")
        for currency, money in sorted(extract.sums().items()):
            self.stdout.write(f"  {currency} {money.amount:>20,}")

    def _call(self, code: str | None) -> Call:
        companies = access_facts.companies()
        if code is None and len(companies) != 1:
            raise Refused("import.company-missing", "Say which company with --company CODE.")
        company = access_facts.company_by_code(code) if code else companies[0]
        return access_facts.system_call(company.id, timezone.now(), "Take-over")

    def _take_over(self, call: Call, extract: open_items.Extract, terms_code: str) -> None:
        with within(call):  # one transaction: the terms, the customers and all rows, or nothing
            if terms_code == "N30" and not any(terms.code == "N30" for terms in customer_facts.terms(call)):
                customers.create_terms(call, [NewTerms("N30", "30 days net", 30)])
            done = receivables.take_over_items(call, extract.items, open_items.SYSTEM, call.today, terms_code)
        self.stdout.write(
            f"{done.items} items taken over, {done.known} were known; {done.customers} customers and {done.spellings} spellings are new."
        )
