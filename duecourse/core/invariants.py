"""What must always be true, its last verdict, and the brake on posting while it is not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.core.models import Invariant

Look = Callable[[Call], tuple[int, list[str]]]  # how many rows were looked at, and the first offenders in words


@dataclass(frozen=True, slots=True)
class Check:
    """One invariant: its name, what it says in words, how to look, and whether posting stops while it is broken."""

    name: str
    words: str
    look: Look
    guards_posting: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one check found."""

    name: str
    words: str
    checked: int
    broken: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.broken


@dataclass(frozen=True, slots=True)
class Light:
    """All invariants of a company in one: when they were last checked, and since when one fails."""

    holds: bool
    checked_at: dt.datetime
    failing_since: dt.datetime | None


def run(call: Call, checks: Sequence[Check]) -> list[Verdict]:
    """Look at everything; nothing is written."""
    verdicts = []
    for check in checks:
        checked, broken = check.look(call)
        verdicts.append(Verdict(check.name, check.words, checked, tuple(broken)))
    return verdicts


def keep(call: Call, verdicts: Sequence[Verdict], checks: Sequence[Check]) -> None:
    """Write the verdicts, one row an invariant; the first failure's time stays until it is mended."""
    before = {row.name: row for row in Invariant.objects.select_for_update().filter(company_id=call.company.id)}
    guards = {check.name for check in checks if check.guards_posting}
    for verdict in verdicts:
        row = before.get(verdict.name) or Invariant(company_id=call.company.id, name=verdict.name)
        row.failing_since = None if verdict.holds else (row.failing_since or call.at)
        row.holds, row.checked, row.broken = verdict.holds, verdict.checked, list(verdict.broken)
        row.guards_posting = verdict.name in guards
        row.checked_at = call.at
        row.save()
    Invariant.objects.filter(company_id=call.company.id).exclude(name__in=[check.name for check in checks]).delete()


def light(call: Call) -> Light | None:
    """The last verdict over all invariants; None when nothing was checked yet."""
    rows = list(Invariant.objects.filter(company_id=call.company.id))
    if not rows:
        return None
    failing = [row.failing_since for row in rows if row.failing_since]
    return Light(not failing, min(row.checked_at for row in rows), min(failing) if failing else None)


def rows(call: Call) -> list[Invariant]:
    """Every invariant's last verdict, the failing ones first."""
    return list(Invariant.objects.filter(company_id=call.company.id).order_by("holds", "name"))


def refuse_when_broken(call: Call) -> None:
    """The brake: nothing is posted while an invariant that guards posting is broken. Errors: Refused('ledger.halted')."""
    broken = Invariant.objects.filter(company_id=call.company.id, holds=False, guards_posting=True).values_list("name", flat=True)
    if broken:
        raise Refused(
            "ledger.halted",
            f"Posting has stopped, because the books do not tie out ({', '.join(sorted(broken))}). A controller finds the rows on the "
            "page Ties out; posting goes on when the check is green again.",
        )
