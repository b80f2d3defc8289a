"""Key figures on any day, and whether everything ties out."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from duecourse.api.door import Door
from duecourse.api.receivables import Buckets, buckets
from duecourse.api.shapes import Day, In, MoneyOut, Out, ReasonOut, decimal_or_none, money, reason
from duecourse.core import invariants
from duecourse.core.call import Call
from duecourse.kpis import actions, queries, rules

room = Door("Key figures")


class FigureFilter(In):
    """As of a day (today when not said), with the cash received in so many weeks."""

    as_of: Day | None = None
    weeks: int = Field(13, ge=1, le=104)


class FigureOut(Out):
    """A key figure and how it came about; null when it cannot be told."""

    value: str | None
    unit: str
    formula: ReasonOut


class WeekOut(Out):
    """Monday, and what came in until Sunday."""

    week: Day
    received: MoneyOut


class FiguresOut(Out):
    """Receivables by age, DSO, overdue share and cash received, in the company's currency; exposure is known for today only."""

    as_of: Day
    receivables: Buckets
    open_items: int
    overdue: MoneyOut
    overdue_share: FigureOut
    dso: FigureOut
    exposure: MoneyOut | None
    received: list[WeekOut]
    received_total: MoneyOut


class VerdictOut(Out):
    """One invariant: how many rows were looked at, and the first that break it."""

    name: str
    words: str
    holds: bool
    checked: int
    broken: list[str]


class VerifiedOut(Out):
    """Whether everything ties out. Posting stops while an invariant that guards it is broken."""

    holds: bool
    invariants: list[VerdictOut]


class LightOut(Out):
    """The verifier's last word; null before its first."""

    holds: bool | None
    checked_at: dt.datetime | None
    failing_since: dt.datetime | None


def _figure(figure: rules.Figure) -> FigureOut:
    return FigureOut(value=decimal_or_none(figure.value), unit=figure.unit, formula=reason(figure.formula))


@room.get("/kpis", "kpis.read", FiguresOut)
def get_figures(call: Call, query: FigureFilter) -> FiguresOut:
    """The key figures of a day. The key also needs receivables.read."""
    on = query.as_of or call.today
    found = queries.home(call, on, query.weeks) if on == call.today else queries.figures(call, on, query.weeks)
    return FiguresOut(
        as_of=on,
        receivables=buckets(tuple(found.ages.buckets)),
        open_items=found.ages.items,
        overdue=money(found.ages.overdue),
        overdue_share=_figure(found.overdue_share),
        dso=_figure(found.dso),
        exposure=money(found.exposure) if isinstance(found, queries.Home) else None,
        received=[WeekOut(week=week, received=money(received)) for week, received in found.received],
        received_total=money(found.received_total),
    )


@room.get("/verify", "kpis.read", LightOut)
def get_verdict(call: Call) -> LightOut:
    """What the verifier found when it last looked."""
    light = invariants.light(call)
    if light is None:
        return LightOut(holds=None, checked_at=None, failing_since=None)
    return LightOut(holds=light.holds, checked_at=light.checked_at, failing_since=light.failing_since)


@room.post("/verify", "kpis.verify", VerifiedOut)
def verify(call: Call) -> VerifiedOut:
    """Look at every invariant now: do debits equal credits, do open items add up to the books, are numbers without gaps?"""
    verdicts = actions.verify(call)
    return VerifiedOut(
        holds=all(each.holds for each in verdicts),
        invariants=[
            VerdictOut(
                name=each.name, words=each.words, holds=each.holds, checked=each.checked, broken=[str(one) for one in each.broken]
            )
            for each in verdicts
        ],
    )
