"""When an item will be paid, in words: for the pages of items, invoices and customers."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from duecourse.core.call import Call
from duecourse.prediction.queries import Estimate
from duecourse.web.templatetags.show import day, full_day, reason, share


def words(call: Call, estimate: Estimate | None) -> dict[str, Any] | None:
    """An item's estimate in words, for the pages of items, invoices and customers."""
    if estimate is None:
        return None
    late = share(estimate.late, 0)
    return {
        "expected": day(estimate.p50, call.today),
        "band": _("%(first)s to %(last)s") % {"first": day(estimate.p10, call.today), "last": day(estimate.p90, call.today)},
        "late": late,
        "why": reason(estimate.reason),
        "as_of": full_day(estimate.as_of),
    }
