"""What happens in prediction: what was learnt is kept, and estimates of open items take the place of the last ones."""

from __future__ import annotations

import json

from duecourse.core import bulk, events, ids
from duecourse.core.call import Call, action
from duecourse.prediction.models import LearningRun, PaymentEstimate
from duecourse.prediction.rules import Answer, Item

_COLUMNS = (
    "company_id", "run_id", "item_id", "p10_date", "p50_date", "p90_date", "late_percent", "late_30_percent", "basis",
    "payments_known", "open_amount", "currency", "weeks",
)  # fmt: skip


@action
def keep_estimates(call: Call, answer: Answer, wanted: list[Item]) -> int:
    """Keep the run with its gate, and replace all estimates of open items by its; the run's id.

    Learning happens before, outside of any transaction: `answer` is what rules.answer said of `wanted`.
    """
    run = LearningRun.objects.create(
        company_id=call.company.id,
        as_of_date=answer.as_of,
        made_at=call.at,
        model_version=answer.version,
        champion=answer.champion,
        payments=answer.payments,
        judged=answer.judged,
        estimated=len(answer.estimates),
        coverage=None if answer.coverage is None else answer.coverage * 100,
        scores=[[one.name, one.items, str(one.mae), str(one.pinball), str(one.coverage)] for one in answer.gate],
    )
    PaymentEstimate.objects.filter(company_id=call.company.id).delete()
    rows = [
        (
            call.company.id, run.id, int(one.item_id), one.p10, one.p50, one.p90, one.late * 100, one.late_30 * 100, one.basis,
            one.payments_known, item.amount if item.cash is None else item.cash, item.currency, json.dumps(one.weeks),
        )
        for one, item in zip(answer.estimates, wanted, strict=True)
    ]  # fmt: skip
    bulk.copy_in(PaymentEstimate, _COLUMNS, rows)
    facts = {
        "as_of": answer.as_of.isoformat(), "model": answer.version, "payments": answer.payments, "items": len(rows),
        "coverage": None if answer.coverage is None else str(answer.coverage),
    }  # fmt: skip
    events.record(call, "prediction.payments-estimated", [ids.outer("cmp", call.company.id)], facts)
    return run.id
