"""Who holds which role: whom tasks and notices go to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from duecourse.access import rules
from duecourse.access.models import Membership
from duecourse.core.call import Call


def roles_of(call: Call) -> frozenset[str]:
    """The roles that the caller holds in the company; none for jobs. One query."""
    if call.by.kind == "job":
        return frozenset()
    return frozenset(Membership.objects.filter(user_id=call.by.id, company_id=call.company.id).values_list("role", flat=True))


def role_codes() -> tuple[str, ...]:
    """Every role there is."""
    return tuple(rules.ROLES)


def holders(call: Call, roles: Iterable[str]) -> dict[str, list[int]]:
    """Active people of the company by the role they hold, by id. One query."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    held = Membership.objects.filter(company_id=call.company.id, role__in=set(roles), user__is_active=True).order_by("user_id")
    for role, user_id in held.values_list("role", "user_id"):
        found[role].append(user_id)
    return dict(found)


def is_member(call: Call, user_id: int) -> bool:
    """Whether an active person holds any role in the company."""
    return Membership.objects.filter(company_id=call.company.id, user_id=user_id, user__is_active=True).exists()


def colleagues(call: Call, permission: str = "") -> list[tuple[int, str]]:
    """(id, name) of the active people of the company, by name; with `permission` only those whose roles include it. One query."""
    held = Membership.objects.filter(company_id=call.company.id, user__is_active=True)
    if permission:
        held = held.filter(role__in=[role for role, may in rules.ROLES.items() if permission in may])
    return list(held.order_by("user__name", "user_id").values_list("user_id", "user__name").distinct())
