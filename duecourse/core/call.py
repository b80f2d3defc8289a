"""A call says who asks, for which company, and when. Doors make it; every action and query takes it first."""

from __future__ import annotations

import datetime as dt
import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from django.db import DataError, OperationalError, connection, transaction

from duecourse.core.errors import Refused

P = ParamSpec("P")
R = TypeVar("R")

ATTEMPTS_MAX = 5
_RETRIED = ("40001", "40P01")  # serialization failure, deadlock: the whole transaction is tried again
_depth: ContextVar[int] = ContextVar("action_depth", default=0)
_bound: ContextVar[tuple[int, int, dt.date] | None] = ContextVar("bound_company", default=None)
_late: ContextVar[dict[Callable[[list[Any]], None], list[Any]] | None] = ContextVar("late_rows", default=None)
ACTIONS: dict[str, Callable[..., object]] = {}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a user, an API key or a job, with what it may do (action names, or '*')."""

    kind: str  # user, key, job
    id: int
    name: str
    permissions: frozenset[str] = frozenset()

    def may(self, permission: str) -> bool:
        """True when it holds the permission itself, the whole room (`credit.*`) or everything (`*`)."""
        return bool(self.permissions & {permission, permission.split(".")[0] + ".*", "*"})


@dataclass(frozen=True, slots=True)
class CompanyRef:
    """The company a call is for, as plain values."""

    id: int
    organisation_id: int
    name: str
    currency: str
    country: str
    time_zone: str
    language: str = "en"
    is_live: bool = True  # before it is live nothing leaves the house
    logo: str = ""  # the digest of its picture


@dataclass(frozen=True, slots=True)
class Call:
    """Who (`by`), when (`at`, an instant in UTC, read once at the door) and for which company."""

    by: Actor
    at: dt.datetime
    company: CompanyRef
    today: dt.date = field(init=False)  # the company's business day

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("a call needs an instant with its zone")
        object.__setattr__(self, "today", self.at.astimezone(ZoneInfo(self.company.time_zone)).date())


@contextmanager
def within(call: Call) -> Iterator[None]:
    """A transaction in which row-level security shows this call's company and organisation only.

    Doors open one per request; an action opens its own when no door has.
    """
    before, mine = _bound.get(), (call.company.id, call.company.organisation_id, call.today)
    token = _bound.set(mine)
    try:
        with transaction.atomic():
            if before != mine:
                bind(*mine)
            yield
            if before is not None and before != mine:
                bind(*before)
    finally:
        _bound.reset(token)


def bind(company_id: int, organisation_id: int, today: dt.date | None = None) -> None:
    """Tell row-level security whose rows this transaction sees, and stored sums which day it is; it ends with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select set_config('duecourse.company', %s, true), set_config('duecourse.organisation', %s, true), "
            "set_config('duecourse.today', %s, true)",
            [str(company_id), str(organisation_id), today.isoformat() if today else ""],
        )


def retrying(work: Callable[[], R]) -> R:
    """Run a whole transaction, again on deadlock or serialization failure, at most five times, with jitter."""
    for attempt in range(1, ATTEMPTS_MAX + 1):
        try:
            return work()
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) not in _RETRIED or attempt == ATTEMPTS_MAX:
                raise
            time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311 - jitter, not a secret
    raise AssertionError("unreachable")


def action(work: Callable[Concatenate[Call, P], R]) -> Callable[Concatenate[Call, P], R]:
    """One thing that happens: one transaction, one permission (`room.verb_noun`), checked where the call enters.

    An action called by an action joins its transaction and needs no permission of its own; what it refuses is refused
    whole, so an action does not catch another's Refused. Errors: Refused('access.not-permitted').
    """
    name = work.__module__.split(".")[1] + "." + work.__name__

    @wraps(work)
    def run(call: Call, /, *args: P.args, **kwargs: P.kwargs) -> R:
        if _depth.get():
            return work(call, *args, **kwargs)
        if not call.by.may(name):
            raise not_permitted(name)

        def once() -> R:
            rows: dict[Callable[[list[Any]], None], list[Any]] = {}
            late = _late.set(rows)
            try:
                with within(call):
                    result = work(call, *args, **kwargs)
                    for write, kept in rows.items():
                        write(kept)
                    return result
            finally:
                _late.reset(late)

        token = _depth.set(1)
        try:
            return once() if connection.in_atomic_block else retrying(once)
        except DataError as error:
            raise _not_kept(error) from error
        finally:
            _depth.reset(token)

    ACTIONS[name] = run
    return run


def _not_kept(error: DataError) -> Exception:
    """What the database has no room for, as a refusal: whoever typed it can shorten it. Any other DataError is a bug and stays one."""
    state = getattr(error.__cause__, "sqlstate", None)
    if state == "22001" and (longest := re.search(r"varying\((\d+)\)", str(error))):
        return Refused(
            "core.text-too-long",
            f"A text is longer than the {longest[1]} characters that are kept of it. Nothing was changed; shorten it.",
            longest=int(longest[1]),
        )
    if state == "22003":
        return Refused("core.number-too-large", "A number is larger than can be kept. Nothing was changed; check what was typed.")
    return error


def write_late(write: Callable[[list[Any]], None], rows: list[Any]) -> None:
    """Hand rows to `write` once, when the entering action is done and before its transaction ends; at once outside of actions."""
    late = _late.get()
    if late is None:
        write(rows)
    else:
        late.setdefault(write, []).extend(rows)


def not_permitted(name: str) -> Refused:
    """What a caller without a permission is told."""
    return Refused(
        "access.not-permitted", "Your role does not include this. An administrator can change your role.", permission=name
    )


def require(call: Call, permission: str) -> None:
    """For reads: Refused('access.not-permitted') unless the caller holds `permission` (`credit.read`)."""
    if not call.by.may(permission):
        raise not_permitted(permission)
