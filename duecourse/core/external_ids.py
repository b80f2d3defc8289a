"""Outside systems' ids for things of ours: how a take-over knows what it has taken over before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from duecourse.core import bulk
from duecourse.core.call import Call
from duecourse.core.models import ExternalId


def known(call: Call, system: str, kind: str, external_ids: Sequence[str]) -> dict[str, str]:
    """Outside id → our prefixed id, for those that are known. One query."""
    found = ExternalId.objects.filter(company_id=call.company.id, system=system, kind=kind, external_id__any=list(external_ids))
    return dict(found.values_list("external_id", "subject"))


def keep(call: Call, system: str, kind: str, subjects: Mapping[str, str]) -> None:
    """Remember outside id → our prefixed id, for ever. Two at once: the database lets one through."""
    rows = [(call.company.id, system, kind, external_id, subject) for external_id, subject in subjects.items()]
    bulk.copy_in(ExternalId, ("company_id", "system", "kind", "external_id", "subject"), rows)
