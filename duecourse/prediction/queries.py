"""What prediction is asked: estimates of items, the runs behind them, and the facts that learning starts from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from duecourse.core.call import Call
from duecourse.core.money import Money
from duecourse.core.reasons import Reason
from duecourse.prediction import rules
from duecourse.prediction.models import LearningRun, PaymentEstimate
from duecourse.prediction.rules import Item
from duecourse.receivables import queries as item_facts

HISTORY_DAYS = 1200  # older issues are left out, but for those still open


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the newest run says of an open item; chances from 0 to 1; `open` is what was open when it was estimated.

    `weeks` are the chances of thirteen weeks from the day after the run's, in hundredths of a percent.
    """

    item_id: int
    p10: dt.date
    p50: dt.date
    p90: dt.date
    late: Decimal
    late_30: Decimal
    reason: Reason
    as_of: dt.date
    made_at: dt.datetime
    version: str
    open: Money
    weeks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """One time of learning."""

    id: int
    as_of: dt.date
    made_at: dt.datetime
    version: str
    champion: str
    payments: int
    judged: int
    estimated: int
    coverage: Decimal | None
    gate: Sequence[rules.GateRow]


def estimates(call: Call, item_ids: Iterable[int]) -> dict[int, Estimate]:
    """By item what the newest run says; items without an estimate (new since, or credits) are missing. One query."""
    found = PaymentEstimate.objects.filter(company_id=call.company.id, item_id__in=list(item_ids))
    return {row.item_id: _estimate(row) for row in found.select_related("run")}


def _estimate(row: PaymentEstimate) -> Estimate:
    return Estimate(
        row.item_id, row.p10_date, row.p50_date, row.p90_date, row.late_percent / 100, row.late_30_percent / 100,
        Reason(f"prediction.{row.basis}", {"payments": row.payments_known}), row.run.as_of_date, row.run.made_at,
        row.run.model_version, Money(row.open_amount, row.currency), tuple(row.weeks),
    )  # fmt: skip


def in_week(call: Call, week: int, currency: str, limit: int = 200) -> list[Estimate]:
    """Estimates of items that may be paid in the week so many ahead (0 = the run's first), what is expected of each the most first."""
    from django.db.models import F, IntegerField
    from django.db.models.fields.json import KeyTextTransform
    from django.db.models.functions import Cast

    found = PaymentEstimate.objects.filter(company_id=call.company.id, currency=currency).select_related("run")
    chance = Cast(KeyTextTransform(week, "weeks"), IntegerField())
    found = found.annotate(chance=chance, brings=F("open_amount") * F("chance")).filter(chance__gt=0)
    return [_estimate(row) for row in found.order_by("-brings", "item_id")[:limit]]


def latest_run(call: Call) -> Run | None:
    """The newest run; None before the first."""
    row = LearningRun.objects.filter(company_id=call.company.id).order_by("-id").first()
    return None if row is None else _run(row)


def _run(row: LearningRun) -> Run:
    gate = [rules.GateRow(one[0], one[1], *(Decimal(value) for value in one[2:])) for one in row.scores]
    coverage = None if row.coverage is None else row.coverage / 100
    return Run(
        row.id,
        row.as_of_date,
        row.made_at,
        row.model_version,
        row.champion,
        row.payments,
        row.judged,
        row.estimated,
        coverage,
        gate,
    )


def facts(call: Call, as_of: dt.date) -> tuple[list[Item], list[Item]]:
    """(history, open items) as known at the call's instant, by the end of `as_of`. Amounts are the company's; `cash` is the rest
    in the item's own currency. Items that no money settled teach nothing. One query."""
    since = as_of - dt.timedelta(days=HISTORY_DAYS)
    history, wanted = [], []
    for one in item_facts.paying(call, as_of, call.at, since):
        item = Item(
            item_id=str(one.item_id),
            customer=str(one.customer_account_id),
            issued=one.issue_date,
            due=one.due_date,
            currency=one.amount.currency,
            amount=one.company_amount.amount,
            paid=one.paid_date,
            disputed=one.disputed_date,
            promised=one.promised_date,
            cash=one.rest,
        )
        if one.paid_date is None or one.with_money:
            history.append(item)
        if one.paid_date is None:
            wanted.append(item)
    return history, wanted
