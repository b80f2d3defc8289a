"""The side bar by role, with what waits for whom, and the light that says whether the books tie out."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from duecourse.access import queries as access_facts
from duecourse.core.call import Call
from duecourse.kpis import queries as kpi_facts
from duecourse.web.frame import Choice, Frame, Light, NavGroup, NavItem

SET_UP_KEY = "z"  # after G, as long as the company is not live
# label, url name, icon, permission (any of them), key after G, in the phone's bar, whose count is shown
_GROUPS: list[tuple[str, list[tuple[str, str, str, str, str, bool, str]]]] = [
    (
        "",
        [
            ("Home", "home", "home", "", "h", True, ""),
            ("My tasks", "tasks", "calendar-check", "notices.read", "d", False, "tasks"),
        ],
    ),
    (
        "Sell on credit",
        [
            ("Customers", "customers", "customers", "customers.read", "c", True, ""),
            ("Credit holds", "holds", "hold", "credit.read", "k", True, "holds"),
        ],
    ),
    (
        "Bill",
        [
            ("Orders", "orders", "orders", "orders.read", "o", True, "drafts"),
            ("Ready to bill", "billing", "receipt", "invoicing.bill_ready", "b", False, "ready"),
            ("Invoices", "invoices", "invoices", "invoicing.read", "i", True, ""),
        ],
    ),
    (
        "Get paid",
        [
            ("Bank files", "bank", "bank", "bank.read", "f", False, ""),
            ("Matching", "matching", "matching", "cash.read", "m", True, "matching"),
            ("Worklist", "worklist", "worklist", "collection.read", "w", True, "worklist"),
        ],
    ),
    (
        "Know",
        [
            ("Cash forecast", "forecast", "forecast", "forecasting.read", "v", False, ""),
            ("Ageing", "ageing", "calendar-due", "receivables.read", "a", False, ""),
            ("Live view", "live", "process", "kpis.read", "y", False, ""),
            ("Ties out", "ties-out", "scale", "ledger.read", "t", False, ""),
        ],
    ),
    (
        "Books",
        [
            ("Trial balance", "trial-balance", "columns", "ledger.read", "l", False, ""),
            ("Journal entries", "journal-entries", "journal", "ledger.read", "q", False, ""),
            ("Manual journals", "manual-journals", "edit", "ledger.read", "n", False, "journals"),
            ("VAT report", "vat-report", "percent", "ledger.read", "u", False, ""),
            ("Month close", "month-close", "calendar-check", "ledger.read", "e", False, ""),
            ("Exports", "exports", "upload", "ledger.read", "p", False, ""),
        ],
    ),
    (
        "end",
        [
            ("Journal and audit", "journal", "journal", "journal.read", "j", False, ""),
            ("Take-overs", "take-overs", "spreadsheet", "documents.read_take_overs", "r", False, ""),
            ("Outbox", "outbox", "outbox", "documents.read documents.read_invitations", "x", False, ""),
            ("Settings", "settings", "settings", "", "s", False, ""),
        ],
    ),
]


def _translated() -> None:
    """Never called: the words of the side bar, where the translators' tool finds them."""
    (_("My tasks"), _("Worklist"), _("Live view"))
    (_("Home"), _("Customers"), _("Credit holds"), _("Orders"), _("Ready to bill"), _("Invoices"), _("Bank files"), _("Matching"))
    (_("Trial balance"), _("Journal entries"), _("Manual journals"), _("VAT report"), _("Month close"), _("Exports"), _("Books"))
    (_("Cash forecast"), _("Ageing"), _("Ties out"), _("Journal and audit"), _("Outbox"), _("Settings"), _("Take-overs"))
    (_("Sell on credit"), pgettext("side bar", "Bill"), _("Get paid"), pgettext("side bar", "Know"))


def frame(request: HttpRequest, call: Call, on: dt.date) -> Frame:
    """The frame around a page for this caller, in a constant number of queries."""
    counts = kpi_facts.to_do(call)
    groups = []
    for head, entries in _GROUPS:
        items = []
        for label, name, icon, permission, key, phone, counted in entries:
            if permission and not any(call.by.may(one) for one in permission.split()):
                continue
            url = reverse(name)
            active = request.path == url if url == "/" else request.path.startswith(url)
            bar = phone and not (name == "invoices" and call.by.may("collection.log_contacts"))  # its place is the worklist's
            items.append(NavItem(_(label), url, icon, counts.get(counted) or None, active, key, bar))
        if items:
            groups.append(NavGroup(items, "" if head == "end" else _(head), head == "end"))
    if not call.company.is_live and call.by.may("access.read"):
        url = reverse("setup")
        groups.insert(0, NavGroup([NavItem(_("Set up"), url, "tools", None, request.path.startswith(url), SET_UP_KEY)]))
    user = request.user
    companies = access_facts.companies_of(call.by.id)
    return Frame(
        nav=groups,
        today=call.today,
        company=call.company.name,
        user_name=call.by.name,
        role=access_facts.role_words(call),
        light=_light(call),
        search_url=reverse("search"),
        as_of_url=reverse("as-of"),
        sign_out_url=reverse("sign-out"),
        companies=[Choice(company.name, str(company.id), company.id == call.company.id) for company in companies],
        company_url=reverse("choose-company"),
        as_of=on if on < call.today else None,
        email=getattr(user, "email", ""),
        keys_url=reverse("keys"),
        notices_url=reverse("notices") if call.by.may("notices.read") else "",
        unread=counts.get("unread", 0),
        keys_enabled=getattr(user, "keys_enabled", True),
        not_live_url="" if call.company.is_live else reverse("setup") if call.by.may("access.read") else reverse("home"),
        logo_url=f"{reverse('company-logo')}?v={call.company.logo[:12]}" if call.company.logo else "",
        new_company_url=reverse("setup-new") if call.by.may("access.create_company") else "",
        account_links=[NavItem(_("Password and sign-in"), reverse("account_change_password"), "lock")],
    )


def _light(call: Call) -> Light:
    """The verifier's last word, as every page shows it."""
    last = kpi_facts.last_verdict(call)
    url = reverse("ties-out") if call.by.may("ledger.read") else ""
    if last is None:
        return Light("neutral", _("Not checked yet"), url)
    if last.holds:
        return Light("good", _("Ties out · %(time)s") % {"time": f"{timezone.localtime(last.checked_at):%H:%M}"}, url)
    since = timezone.localtime(last.failing_since or last.checked_at)
    return Light("bad", _("Does not tie out"), url, _("Since %(since)s") % {"since": f"{since:%d %b %H:%M}"})
