"""What tests of the books have in common: small entries, and a look past the application's role."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import psycopg
import pytest

from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.ledger import actions as ledger
from duecourse.ledger.rules import Entry, Line, PostedEntry
from tests import databases

DAY = dt.date(2026, 11, 17)


def table(text: str) -> list[list[str]]:
    """Rows of a text table; `#` begins a line that only explains."""
    rows = [line for line in text.strip().splitlines() if line.strip() and not line.strip().startswith("#")]
    return [[cell.strip() for cell in row.split("|")] for row in rows]


def eur(amount: str | int | Decimal) -> Money:
    return Money(Decimal(amount), "EUR")


def entry(amount: str = "100.00", day: dt.date = DAY, text: str = "Test") -> Entry:
    """Clearing account against opening balances."""
    money = eur(amount)
    lines = [Line(money, money, purpose="payments-clearing"), Line(-money, -money, purpose="opening")]
    return Entry("manual", day, day, text, "test", lines)


def post(call: Call, amount: str = "100.00", day: dt.date = DAY) -> PostedEntry:
    return ledger.post_entries(call, [entry(amount, day)])[0]


def refused(code: str, work: object, *arguments: object, **named: object) -> Refused:
    """The refusal that `work` answers with; anything else fails the test."""
    with pytest.raises(Refused) as caught:
        work(*arguments, **named)  # type: ignore[operator]
    assert caught.value.code == code, caught.value
    return caught.value


@contextmanager
def as_owner(fresh: databases.Fresh) -> Iterator[psycopg.Connection]:
    """The owner of the tables, who migrates: grants don't bind it, row-level security and triggers do."""
    with fresh.access.owner.connect() as server:
        yield server


@contextmanager
def as_superuser(fresh: databases.Fresh) -> Iterator[psycopg.Connection]:
    """One who can do everything, as somebody with the server's own password; triggers are off."""
    from duecourse.config import embedded

    cluster = embedded.load()
    if cluster is None or "DATABASE_URL" in os.environ:
        pytest.skip("needs the embedded server, of which the tests are the superuser")
    with embedded.connect(cluster, database=fresh.name) as server:
        server.autocommit = True
        server.execute("set session_replication_role = replica")
        yield server
