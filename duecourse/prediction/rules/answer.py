"""From histories and open items, as plain values, to estimates and weekly cash, as plain values: what doors and jobs call."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from duecourse.core.money import Money
from duecourse.prediction.rules import learn, weeks
from duecourse.prediction.rules.book import books
from duecourse.prediction.rules.items import Answer, Estimate, GateRow, Item, PastSum, WeekCash
from duecourse.prediction.rules.learn import Estimates, WeekSums

SEGMENT_BELOW = 5  # payments of a customer below which its segment counts for as much


def answer(history: Sequence[Item], wanted: Sequence[Item], as_of: dt.date, seed: int = learn.SEED) -> Answer:
    """Learn from what `history` tells at the end of `as_of`, and say when what is wanted will be paid, from the day after on.

    Nothing of a later day is looked at. The same rows, in any order, and the same seed give the same answer.
    """
    known, asked = books(history, wanted)
    model = learn.learn(known, as_of.toordinal(), seed)
    found = learn.estimate(model, asked)
    verdict = model.verdict
    return Answer(
        as_of=as_of,
        version=model.version,
        champion=verdict.champion,
        payments=model.payments,
        judged=verdict.judged,
        coverage=None if verdict.coverage is None else _share(verdict.coverage),
        gate=[
            GateRow(one.name, one.items, _decimal(one.mae, 2), _decimal(one.pinball, 2), _share(one.coverage))
            for one in verdict.scores
        ],
        estimates=_estimates(wanted, found),
        weeks=_weeks(learn.by_week(model, asked, found), as_of),
        past=[
            PastSum(
                dt.date.fromordinal(one.origin + 1 + 7 * one.ahead), one.ahead, _decimal(one.expected, 2), _decimal(one.low, 2),
                _decimal(one.high, 2), _decimal(one.came, 2), _decimal(one.on_due, 2),
            )
            for one in model.past
        ],
    )  # fmt: skip


def _estimates(wanted: Sequence[Item], found: Estimates) -> list[Estimate]:
    parts = weeks.chances(found.curves)
    made = []
    for place, item in enumerate(wanted):
        known = int(found.paid_before[place])
        made.append(
            Estimate(
                item.item_id,
                dt.date.fromordinal(int(found.p10[place])),
                dt.date.fromordinal(int(found.p50[place])),
                dt.date.fromordinal(int(found.p90[place])),
                _share(found.late[place]),
                _share(found.late_30[place]),
                "terms" if known == 0 else "segment" if known < SEGMENT_BELOW else "history",
                known,
                tuple(round(float(part) * 10_000) for part in parts[place]),
            )
        )
    return made


def _weeks(sums: Sequence[WeekSums], as_of: dt.date) -> list[WeekCash]:
    made = []
    for week in range(weeks.WEEKS):
        start = as_of + dt.timedelta(days=1 + 7 * week)
        for one in sums:
            expected, low, high, due = (
                Money.rounding(Decimal(repr(float(column[week]))), one.currency)
                for column in (one.expected, one.low, one.high, one.on_due)
            )
            made.append(WeekCash(start, expected, low, high, due))
    return made


def _share(value: float) -> Decimal:
    return _decimal(min(max(value, 0.0), 1.0), 4)


def _decimal(value: float, places: int) -> Decimal:
    return Decimal(f"{float(value):.{places}f}")
