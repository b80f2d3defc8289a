"""Found an organisation with its first company: by a one-time link for the browser, or at once from the shell."""

from __future__ import annotations

import getpass
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from duecourse.access import actions as access
from duecourse.access import rules
from duecourse.core.errors import Refused


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", default="", help="the address of this installation, for the link (http://localhost:8000)")
        parser.add_argument("--company", default="", help="found it at once: the company's name, as on invoices")
        parser.add_argument("--country", default="", help="its country: DE")
        parser.add_argument("--currency", default="", help="currency of its books (as usual in the country)")
        parser.add_argument("--time-zone", default="", help="its time zone (as usual in the country)")
        parser.add_argument("--language", default="en", help="language of its mails (en)")
        parser.add_argument("--code", default="", help="its short name in commands (made from the name)")
        parser.add_argument("--organisation", default="", help="the name of the group (the company's)")
        parser.add_argument("--person", default="", help="the first person's name: administrator and controller")
        parser.add_argument(
            "--email", default="", help="the first person's address; the password is asked for, or read from stdin"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["company"]:
                self._found(options)
            else:
                url = options["url"].rstrip("/") or self._own_address()
                self.stdout.write(f"{url}/found/{access.make_founding_link(timezone.now())}")
                self.stderr.write(f"It works once, for {rules.FOUNDING_LINK_HOURS} hours; earlier links have ended.")
        except Refused as refused:
            raise CommandError(refused.message, returncode=2) from None

    def _own_address(self) -> str:
        """Where `duecourse run` was last, or the first host name that is answered to."""
        memory = settings.DATA / "web-port"
        if settings.HTTPS:
            return f"https://{settings.ALLOWED_HOSTS[0]}"
        return f"http://localhost:{memory.read_text().strip() if memory.is_file() else 8000}"

    def _found(self, options: dict[str, Any]) -> None:
        new = rules.new_company(
            options["company"],
            options["country"],
            options["currency"],
            options["time_zone"],
            options["language"],
            options["code"],
        )
        password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        admin = rules.NewUser(options["email"], options["person"], password, rules.FOUNDERS_ROLES, options["language"])
        call = access.bootstrap(options["organisation"].strip() or new.name, new, admin, timezone.now())
        self.stdout.write(f"{call.company.name} ({new.code}) is founded; {admin.email} logs in and goes on under Set up.")
