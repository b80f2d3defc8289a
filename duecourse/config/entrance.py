"""What the log-in page shows of a demo company: one log-in for each role."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from duecourse.access import queries
from duecourse.jobs import demo as demo_company


def demo(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `demo_logins` (role, email) and `demo_password`, on the log-in page and only where a demo company is."""
    match = request.resolver_match
    if match is None or match.url_name != "account_login":
        return {}

    def logins() -> list[dict[str, str]]:
        return [{"role": role, "email": email} for role, email, _ in demo_company.logins()] if queries.has_demo() else []

    return {"demo_logins": SimpleLazyObject(logins), "demo_password": demo_company.PASSWORD}
