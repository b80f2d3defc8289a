"""Build the demo company in an empty database: twelve months of a wholesaler, all invented, on a fixed seed."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from duecourse.access import queries as access_facts
from duecourse.jobs import demo


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--weeks", type=int, default=52, help="how many weeks to play (52)")
        parser.add_argument("--orders", type=int, default=37, help="orders at each of two steps a week (37)")

    def handle(self, *args: Any, **options: Any) -> None:
        if any(company.name == "Kranich Werkbedarf GmbH" for company in access_facts.companies()):
            self.stdout.write("The demo company is there already.")
            return
        if access_facts.companies():
            raise CommandError("This database holds a company of yours; the demo company is built in an empty one only.")
        began = time.monotonic()
        with transaction.atomic():  # all of it or nothing: half a year would not tie out
            demo.build(timezone.now(), options["weeks"], options["orders"], self.stdout.write)
        self.stdout.write(f"The demo company is ready after {time.monotonic() - began:.0f} s. Its data is invented.")
