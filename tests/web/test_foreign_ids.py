"""Every address that takes an id, asked by somebody of another company with ids that exist: never shown, never changed. Generated."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from duecourse.core import ids
from duecourse.core.call import within
from tests import databases
from tests.core.test_row_security import BEFORE_A_COMPANY, TABLES, busy
from tests.web.desk import sit, stop_clock
from tests.world import NOON, World, build

# Where the rows behind each kind of id are.
ROWS = {
    "acc": "customers_customeraccount", "cus": "customers_customer", "itm": "receivables_openitem", "inv": "invoicing_invoice",
    "ord": "orders_order", "hld": "credit_hold", "pay": "cash_payment", "stm": "bank_statement", "fil": "bank_bankfile",
    "jrn": "ledger_journalentry", "evt": "core_event", "dsp": "documents_dispatch", "prd": "ledger_period", "bnk": "ledger_bankaccount",
    "usr": "access_user", "cte": "collection_contactentry", "tsk": "notices_persontask", "key": "access_apikey",
    "inn": "access_invitation", "job": "core_task", "whk": "access_webhookendpoint", "msg": "access_webhookmessage",
    "man": "ledger_manualjournal", "exp": "ledger_journalexport", "tko": "documents_takeover", "viw": "access_savedview",
}  # fmt: skip
# Which kind of id an address takes, by its beginning; the longest that fits. One that is not listed fails.
KINDS = {
    "customers/": "cus", "items/": "itm", "holds/": "hld", "invoices/": "inv", "journal/entries/": "jrn", "journal/": "evt",
    "worklist/": "acc", "worklist/entries/": "cte", "matching/": "pay", "orders/": "ord", "outbox/": "dsp", "bank/statements/": "stm",
    "bank/files/": "fil", "settings/people/": "usr", "settings/people/invitations/": "inn", "settings/keys/": "key",
    "settings/webhooks/": "whk", "settings/webhooks/messages/": "msg", "books/journals/": "man", "books/exports/": "exp",
    "take-overs/": "tko", "views/": "viw",
    "settings/reasons/": "key", "settings/fields/": "key", "settings/texts/": "key", "books/accounts/": "key",  # codes and names, not ids
}  # fmt: skip
# A token of its own, a step's name, or other doors.
WITHOUT_A_COMPANY = ("invitation/", "found/", "setup/", "accounts/", "static/", "media/", "api/")


def routes(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for one in patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from routes(one.url_patterns, route)
        elif "<str:" in route and not route.startswith(WITHOUT_A_COMPANY):
            yield route


def theirs(world: World) -> dict[str, str]:
    """One id of each kind that another company has."""
    found = {}
    with within(world.call):
        for prefix, table in ROWS.items():
            rows = databases.rows(f"select min(id) from {table}")
            if rows[0][0]:
                found[prefix] = ids.outer(prefix, rows[0][0])
    return found


def everything(world: World) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables, to see that nothing was changed."""
    with within(world.call):
        return {
            table: databases.rows(f"select * from {table} order by 1")
            for table in sorted({*TABLES, *BEFORE_A_COMPANY} - {"access_user"})
        }


@pytest.mark.django_db
def test_ids_of_another_company_lead_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    mine, other = busy("AA"), build("OT")
    stop_clock(monkeypatch, NOON)
    found, before = theirs(mine), everything(mine)
    assert len(found) >= 14, found.keys()
    people = [(sit(mine, role, Client()), sit(other, role, Client())) for role in ("controller", "administrator")]
    shown, seen = set(), []
    for route in sorted(routes(list(get_resolver().url_patterns))):
        kind = KINDS[max((start for start in KINDS if route.startswith(start)), key=len)]
        path = "/" + re.sub(r"<int:\w+>", "0", re.sub(r"<str:\w+>", found.get(kind, ids.outer(kind, 1)), route))
        for own, stranger in people:
            if own.get(path).status_code == 200:
                shown.add(route)
            for answer in (stranger.get(path), stranger.post(path, {"reason": "x", "stopped": "1"})):
                if answer.status_code not in (302, 403, 404, 405):  # led away at most, as after any refused form
                    seen.append((answer.status_code, answer.wsgi_request.method, path, answer.headers.get("Location", "")))
    assert len(shown) >= 10, "the walk must be able to find what is there"
    assert seen == []
    assert everything(mine) == before
