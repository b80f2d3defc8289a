"""Write the journal of some days to a file: neutral CSV, or DATEV's batch of postings; it is kept as on screen."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from duecourse.access import queries as access_facts
from duecourse.core.call import within
from duecourse.core.errors import Refused
from duecourse.ledger import actions as ledger


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"“{text}” is no day; expected one like 2026-10-31.", returncode=2) from None


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["journal"], help="what is exported")
        parser.add_argument("--from", dest="first", required=True, help="the first day, 2026-10-01")
        parser.add_argument("--to", dest="last", required=True, help="the last day, included")
        parser.add_argument("--format", default="csv", choices=["csv", "datev"], help="csv (default) or datev")
        parser.add_argument("--out", required=True, help="where the file is written")
        parser.add_argument("--company", help="the company's code; not needed when there is only one")

    def handle(self, *args: Any, **options: Any) -> None:
        first, last = _day(options["first"]), _day(options["last"])
        try:
            companies = access_facts.companies()
            if options["company"] is None and len(companies) != 1:
                raise Refused("export.company-missing", "Say which company with --company CODE.")
            company = access_facts.company_by_code(options["company"]) if options["company"] else companies[0]
            call = access_facts.system_call(company.id, timezone.now(), "Export")
            with within(call):
                made = ledger.export_journal(call, first, last, options["format"])
        except Refused as refused:
            raise CommandError(str(refused), returncode=2) from None
        try:
            Path(options["out"]).write_bytes(made.data)
        except OSError as error:
            raise CommandError(f"{options['out']}: {error.strerror}", returncode=1) from None
        view = made.view
        self.stdout.write(f"{view.entries} entries, {view.postings} postings, debits and credits {view.debit} each.")
        self.stdout.write(f"{'The same file as before' if made.again else 'Kept as ' + view.name}; SHA-256 {view.digest}.")
