"""Saved views: which lists have them, what of an address belongs to one, and what a view may be called. Pure data and texts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from duecourse.core.errors import Refused

NAME_MAX = 60
QUERY_MAX = 1000
VIEWS_MAX = 100  # of one person, in all lists of a company
OWN_FIELD = re.compile(r"custom\.[a-z][a-z0-9_-]{0,60}")  # a filter on a custom field


@dataclass(frozen=True, slots=True)
class ViewedList:
    """A list that has views: who may read it (any of these permissions), and what of its address is a filter, a sort or a tab."""

    permissions: tuple[str, ...]
    parameters: frozenset[str]
    has_own_fields: bool = False


def _list(permissions: str, parameters: str, has_own_fields: bool = False) -> ViewedList:
    return ViewedList(tuple(permissions.split()), frozenset(parameters.split()), has_own_fields)


# The name of each list is also its name among the screens' addresses.
LISTS: dict[str, ViewedList] = {
    "customers": _list("customers.read", "q show late sort", True),
    "holds": _list("credit.read", "tab sort"),
    "orders": _list("orders.read", "tab q", True),
    "invoices": _list("invoicing.read", "tab q currency account sort", True),
    "matching": _list("cash.read", "tab q file"),
    "worklist": _list("collection.read", "show whose"),
    "tasks": _list("notices.read", "show"),
    "ageing": _list("receivables.read", "q currency bucket sort"),
    "journal": _list("journal.read", "room by about since until q"),
    "journal-entries": _list("ledger.read", "q kind since until"),
    "manual-journals": _list("ledger.read", "state"),
    "outbox": _list("documents.read documents.read_invitations", "state q"),
}


@dataclass(frozen=True, slots=True)
class SavedView:
    """A view as its readers see it. `is_mine`: the caller made it; `is_first`: the caller's list opens with it."""

    id: int
    list_name: str
    name: str
    query: str
    is_shared: bool
    is_mine: bool
    is_first: bool
    owner_name: str


def viewed_list(name: str) -> ViewedList:
    """The list of that name. Errors: Refused('access.view-unknown-list')."""
    found = LISTS.get(name)
    if found is None:
        known = ", ".join(LISTS)
        raise Refused("access.view-unknown-list", f"There is no list “{name[:40]}” that views are kept of; there are: {known}.")
    return found


def normal_query(name: str, query: str) -> str:
    """What of an address belongs to a view of this list: its filters, sort and tab, sorted by name, each once, the rest left out.

    Errors: Refused('access.view-unknown-list'), Refused('access.view-too-long').
    """
    kept: dict[str, str] = {}
    of = viewed_list(name)
    for parameter, value in parse_qsl(query.lstrip("?")):
        if parameter in of.parameters or (of.has_own_fields and OWN_FIELD.fullmatch(parameter)):
            kept[parameter] = value.strip()
    text = urlencode(sorted((parameter, value) for parameter, value in kept.items() if value))
    if len(text) > QUERY_MAX:
        raise Refused("access.view-too-long", f"The filters come to {len(text)} characters; a view keeps at most {QUERY_MAX}.")
    return text


def view_name(text: str) -> str:
    """A name as it is kept. Errors: Refused('access.view-name')."""
    name = " ".join(text.split())
    if not 0 < len(name) <= NAME_MAX or not name.isprintable():
        raise Refused("access.view-name", f"Give the view a name of 1 to {NAME_MAX} characters.")
    return name
