"""What may be said to Ctrl K besides names and numbers: where to go, what to begin, which day, company, language or light.

Each is offered to those who may do it. Words fit when each of them begins or is in a word of the command, or has its letters in
their order: “bk fil” finds “Upload a bank file”.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings as site
from django.urls import reverse
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _

from duecourse.access import queries as access_facts
from duecourse.collection import queries as collection_facts
from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.web import viewed
from duecourse.web.settings import PLACES, place_words
from duecourse.web.templatetags.show import full_day

SHOWN_MOST = 6
_DAY = re.compile(r"(\d{1,2})[ ./-]+(?:(\d{1,2})|([^\W\d]{3,12}))[ ./-]*(\d{4}|\d{2})?\.?")


@dataclass(frozen=True, slots=True)
class Command:
    """Something to do. `also`: words that find it too. `post`: sent there with `fields`; `theme`: done on the page itself."""

    title: str
    icon: str
    url: str = ""
    sub: str = ""
    also: str = ""
    post: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    theme: str | None = None

    def hit(self) -> dict[str, Any]:
        """As the palette shows it."""
        fields = list(self.fields.items())
        plain = {"title": self.title, "sub": self.sub, "end": "", "icon": self.icon, "url": self.url}
        return plain | {"post": self.post, "fields": fields, "theme": self.theme}


# what is said, other words for it, url name, query, icon, permission
_BEGIN: tuple[tuple[Callable[[], str], Callable[[], str], str, str, str, str], ...] = (
    (lambda: _("New order"), lambda: _("enter create sell"), "order-new", "", "plus", "orders.create_orders"),
    (lambda: _("New invoice without an order"), lambda: _("bill create"), "billing-new", "", "plus", "invoicing.post_invoices"),
    (lambda: _("New customer"), lambda: _("add create"), "customer-new", "", "plus", "customers.create_customers"),
    (
        lambda: _("New manual journal"),
        lambda: _("entry book create"),
        "manual-journal-new",
        "",
        "plus",
        "ledger.prepare_journals",
    ),
    (lambda: _("Record a payment"), lambda: _("cash money by hand"), "record-payment", "", "cash", "cash.record_payment"),
    (lambda: _("Read a bank file"), lambda: _("upload statement camt MT940"), "bank", "", "upload", "cash.take_file"),
    (
        lambda: _("Take over a file"),
        lambda: _("import upload csv excel"),
        "take-overs",
        "",
        "spreadsheet",
        "documents.open_take_over",
    ),
    (lambda: _("Bill what is ready"), lambda: _("invoice run"), "billing", "", "receipt", "invoicing.bill_ready"),
    (lambda: _("Overdue customers"), lambda: _("late"), "customers", "?show=overdue", "clock", "receivables.read"),
    (lambda: _("Overdue invoices"), lambda: _("late"), "invoices", "?tab=overdue", "clock", "invoicing.read"),
    (lambda: _("Drafts of orders"), lambda: _("to confirm"), "orders", "?tab=draft", "orders", "orders.read"),
    (lambda: _("Mails that failed"), lambda: _("outbox given up"), "outbox", "?state=failed", "mail-alert", "documents.read"),
    (lambda: _("Invite a person"), lambda: _("user colleague"), "settings-people", "", "user-plus", "access.invite_user"),
    (lambda: _("Make an API key"), lambda: _("program token"), "settings-keys", "", "key", "access.create_api_key"),
    (lambda: _("Close a period"), lambda: _("month lock"), "settings-periods", "", "lock", "ledger.close_period"),
    (lambda: _("Load exchange rates"), lambda: _("currency ECB"), "settings-rates", "", "swap", "ledger.load_rates"),
    (lambda: _("Journal entries"), lambda: _("ledger bookings"), "journal-entries", "", "journal", "ledger.read"),
    (lambda: _("Worklist: whom to call"), lambda: _("collect dun"), "worklist", "", "worklist", "collection.read"),
    (lambda: _("My tasks"), lambda: _("to do"), "tasks", "", "calendar-check", "notices.read"),
    (lambda: _("Notices"), lambda: _("bell unread"), "notices", "", "notices", "notices.read"),
    (lambda: _("What came in, what is stuck"), lambda: _("live queue"), "live", "", "process", "kpis.read"),
    (lambda: _("Who is away"), lambda: _("absence substitute holiday"), "worklist-away", "", "user-x", "collection.read"),
)


def _plain(text: str) -> str:
    """Small letters without accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _worth(word: str, words: Sequence[str]) -> int:
    """How well a typed word fits one of a command's: 3 its beginning, 2 inside it, 1 its letters in their order, 0 not."""
    if any(one.startswith(word) for one in words):
        return 3
    if len(word) > 2 and any(word in one for one in words):
        return 2
    letters = ".*".join(map(re.escape, word))
    return 1 if len(word) > 1 and any(re.match(letters, one) for one in words) else 0


def fits(asked: str, title: str, also: str = "") -> int:
    """How well a command fits what is asked, 0 for not at all: every word must; a word of the title is worth more than another."""
    first, second, total = _plain(title).split(), _plain(also).split(), 0
    for word in _plain(asked).split():
        worth = max(2 * _worth(word, first), _worth(word, second))
        if not worth:
            return 0
        total += worth
    return total


def past_day(text: str, today: dt.date) -> dt.date | None:
    """A past day as people say it, the latest that fits: 30 sep, 30.9., 30 Sep 2025, 2025-09-30, yesterday; None for anything else."""
    said = _plain(text.strip())
    if said and said == _plain(_("yesterday")):
        return today - dt.timedelta(days=1)
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", said):
            found: dt.date | None = dt.date.fromisoformat(said)
        else:
            found = _spoken(said, today)
    except ValueError:
        return None
    return found if found and dt.date(1990, 1, 1) <= found < today else None


def _spoken(said: str, today: dt.date) -> dt.date | None:
    """Errors: ValueError for a day that the month does not have."""
    parts = _DAY.fullmatch(said)
    if parts is None:
        return None
    names = {_plain(str(name)): number for number, name in MONTHS.items()}
    month = int(parts[2]) if parts[2] else next((names[name] for name in names if name.startswith(parts[3])), 0)
    if not 1 <= month <= 12:
        return None
    if parts[4]:
        return dt.date(int(parts[4]) + (2000 if len(parts[4]) == 2 else 0), month, int(parts[1]))
    this_year = dt.date(today.year, month, int(parts[1]))
    return this_year if this_year < today else dt.date(today.year - 1, month, int(parts[1]))


def _days(call: Call, asked: str, looking_back: bool) -> list[Command]:
    """“as of 30 sep”, or only the day."""
    made = []
    lead = next((one for one in (_plain(_("as of")), "as of") if _plain(asked).startswith(one)), "")
    if day := past_day(asked[len(lead) :], call.today):
        title = _("Look back: %(day)s") % {"day": full_day(day)}
        sub = _("all amounts as they were that evening")
        made.append(Command(title, "history", sub=sub, post=reverse("as-of"), fields={"as_of": day.isoformat()}))
    if looking_back and fits(asked, _("Back to today"), _("as of now")):
        made.append(Command(_("Back to today"), "calendar", post=reverse("as-of"), fields={"as_of": ""}))
    return made


def _own(call: Call) -> list[Command]:
    """What is about the person: company, light, language."""
    others = [one for one in access_facts.companies_of(call.by.id) if one.id != call.company.id]
    change, light, language = reverse("choose-company"), _("theme colours light dark"), _("Language: %(name)s")
    made = [
        Command(_("Work in %(company)s") % {"company": one.name}, "company", also=_("change company"), post=change, fields={"company": str(one.id)})
        for one in others
    ]  # fmt: skip
    made += [
        Command(_("Dark theme"), "moon", also=light, theme="dark"),
        Command(_("Light theme"), "sun", also=light, theme="light"),
        Command(_("Theme as the system"), "system", also=light, theme=""),
    ]
    made += [
        Command(
            language % {"name": name}, "language", also=_("change language"), post=reverse("language"), fields={"language": code}
        )
        for code, name in site.LANGUAGES
    ]
    return made


def _places(call: Call) -> list[Command]:
    """Screens that are not in the side bar."""
    may = call.by.may
    return [
        Command(words[0], icon, reverse(name), sub=_("Settings"), also=words[1])
        for name, icon, needed in PLACES
        if any(may(one) for one in needed) and (words := place_words(name))
    ]


def _next_in_worklist(call: Call, asked: str) -> list[Command]:
    title = _("Next in the worklist")
    if not call.by.may("collection.read") or not fits(asked, title, _("call first most urgent")):
        return []
    whose = "mine" if collection_facts.has_own(call) else "all"
    found = collection_facts.worklist(call, "todo", whose, size=1).rows
    url = reverse("worklist-case", args=[ids.outer("acc", found[0].account_id)]) if found else reverse("worklist")
    return [Command(title, "worklist", url, "" if found else _("nobody is left to call"))]


def _views(call: Call) -> list[Command]:
    return [
        Command(view.name, "eye", viewed.address(view), sub=_("Saved view"), also=_("view list"))
        for view in access_facts.saved_views(call)
    ]


def found(call: Call, asked: str, looking_back: bool) -> list[Command]:
    """The commands that fit, the best first."""
    begin = [
        Command(said(), icon, reverse(name) + query, also=also())
        for said, also, name, query, icon, permission in _BEGIN
        if call.by.may(permission)
    ]
    ranked = [
        (worth, one)
        for one in [*begin, *_own(call), *_places(call), *_views(call)]
        if (worth := fits(asked, one.title, one.also))
    ]
    ranked.sort(key=lambda pair: -pair[0])
    first = [*_days(call, asked, looking_back), *_next_in_worklist(call, asked)]
    return [*first, *(one for _worth_of, one in ranked)][:SHOWN_MOST]
