"""Check every invariant of every company; exit 1 when one fails."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from duecourse.access import queries as access_facts
from duecourse.kpis import actions as kpis


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON record instead of a table")

    def handle(self, *args: Any, **options: Any) -> None:
        found = {}
        for company in access_facts.companies():
            call = access_facts.system_call(company.id, timezone.now(), "Verifier")
            found[company.name] = kpis.verify(call)
        if options["json"]:
            record = {
                company: [
                    {"name": one.name, "checked": one.checked, "holds": one.holds, "broken": one.broken} for one in verdicts
                ]
                for company, verdicts in found.items()
            }
            self.stdout.write(json.dumps(record, ensure_ascii=False))
        else:
            self._table(found)
        if any(not verdict.holds for verdicts in found.values() for verdict in verdicts):
            raise SystemExit(1)

    def _table(self, found: dict[str, list[Any]]) -> None:
        for company, verdicts in found.items():
            self.stdout.write(company)
            for verdict in verdicts:
                word = "ok    " if verdict.holds else "BROKEN"
                self.stdout.write(f"  {word} {verdict.name:<24} {verdict.checked:>9} looked at  {verdict.words}")
                for line in verdict.broken:
                    self.stdout.write(f"           {line}")
        if not found:
            self.stdout.write("There is no company yet.")
