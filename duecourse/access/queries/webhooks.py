"""Webhook endpoints, their messages and attempts, and the secrets that sign them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Count, Min, Q
from django.utils.crypto import salted_hmac

from duecourse.access.models import WebhookAttempt, WebhookEndpoint, WebhookMessage
from duecourse.access.rules import webhooks as rules
from duecourse.core import events, ids, paging
from duecourse.core.call import Call, require
from duecourse.core.errors import Refused


def secret(salt: str) -> bytes:
    """The 32 bytes that sign, made of the salt and of this installation's secret key, so that they are kept nowhere.

    Whoever has the database alone cannot sign, and a new DUECOURSE_SECRET_KEY makes every endpoint's secret another one.
    """
    made: bytes = salted_hmac("duecourse.access.webhooks", salt, algorithm="sha256").digest()
    return made


def reader(endpoint_id: int) -> str:
    """The name under which an endpoint reads the journal."""
    return f"webhook-{endpoint_id}"


def known_rooms() -> frozenset[str]:
    """Rooms whose events may be asked for."""
    return frozenset(app.label for app in apps.get_app_configs() if app.name.startswith("duecourse."))


def may_be_local() -> bool:
    """Whether this installation calls addresses of this machine (development)."""
    return bool(settings.WEBHOOKS_MAY_BE_LOCAL)


def webhook_endpoints(call: Call) -> list[rules.WebhookView]:
    """The company's endpoints, those in use first, with what waits for each. Three queries. Needs access.read."""
    require(call, "access.read")
    order = {"active": 0, "paused": 1, "disabled": 2}
    found = WebhookEndpoint.objects.filter(company_id=call.company.id).select_related("created_by")
    return sorted(_views(call, list(found.order_by("-id")[:500])), key=lambda view: order[view.state])


def webhook_for_caller(call: Call, text_id: str) -> rules.WebhookView:
    """An endpoint by outside id. Needs access.read. Errors: Refused('not-found')."""
    require(call, "access.read")
    key = ids.inner("whk", text_id)
    found = WebhookEndpoint.objects.filter(company_id=call.company.id, pk=key).select_related("created_by")
    views = _views(call, list(found))
    if not views:
        raise ids.not_found("whk")
    return views[0]


def _views(call: Call, rows: list[WebhookEndpoint]) -> list[rules.WebhookView]:
    keys = [row.id for row in rows]
    unread = events.oldest_unread(call, {reader(row.id): row.events for row in rows})
    messages = WebhookMessage.objects.filter(company_id=call.company.id, endpoint_id__in=keys, state__in=("waiting", "failed"))
    counted = {
        one["endpoint_id"]: one
        for one in messages.values("endpoint_id").annotate(
            waiting=Count("id", filter=Q(state="waiting")),
            failed=Count("id", filter=Q(state="failed")),
            oldest=Min("created_at", filter=Q(state="waiting")),
        )
    }
    views = []
    for row in rows:
        count: Any = counted.get(row.id, {})
        behind = [at for at in (count.get("oldest"), unread.get(reader(row.id))) if at is not None]
        both = row.salt_before_until if row.salt_before_until and row.salt_before_until > call.at else None
        views.append(
            rules.WebhookView(
                id=row.id,
                url=row.url,
                description=row.description,
                events=tuple(row.events),
                state=row.state,
                state_reason=row.state_reason,
                is_failing=row.is_failing,
                failing_since=row.failing_since,
                delivered_at=row.delivered_at,
                both_until=both,
                created_by=row.created_by.name,
                created_at=row.created_at,
                waiting=count.get("waiting", 0),
                failed=count.get("failed", 0),
                behind_since=min(behind) if behind and row.state != "disabled" else None,
            )
        )
    return views


def webhook_messages(
    call: Call, endpoint_id: int, state: str = "", number: int = 1, size: int = 50
) -> paging.Page[rules.MessageView]:
    """An endpoint's messages, newest first. Needs access.read. Two queries."""
    require(call, "access.read")
    found = WebhookMessage.objects.filter(company_id=call.company.id, endpoint_id=endpoint_id)
    if state:
        found = found.filter(state=state)
    return paging.page(found.order_by("-id"), number, size, _message)


def webhook_counts(call: Call, endpoint_id: int) -> dict[str, int]:
    """How many messages are in each state. Needs access.read."""
    require(call, "access.read")
    found = WebhookMessage.objects.filter(company_id=call.company.id, endpoint_id=endpoint_id)
    return dict(found.values_list("state").annotate(Count("id")).order_by())


def webhook_message_for_caller(call: Call, text_id: str) -> rules.MessageView:
    """A message by outside id. Needs access.read. Errors: Refused('not-found')."""
    require(call, "access.read")
    row = WebhookMessage.objects.filter(company_id=call.company.id, pk=ids.inner("msg", text_id)).first()
    if row is None:
        raise ids.not_found("msg")
    return _message(row)


def webhook_attempts(call: Call, message_id: int) -> list[rules.AttemptView]:
    """Every time that a message was sent, newest first. Needs access.read."""
    require(call, "access.read")
    rows = WebhookAttempt.objects.filter(company_id=call.company.id, message_id=message_id).order_by("-id")[:100]
    return [rules.AttemptView(row.at, row.response_code, row.duration_ms, row.error, row.response_body) for row in rows]


def _message(row: WebhookMessage) -> rules.MessageView:
    return rules.MessageView(
        id=row.id,
        endpoint_id=row.endpoint_id,
        event_id=row.event_id,
        name=row.name,
        body=row.body,
        state=row.state,
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at,
        response_code=row.response_code,
        error=row.error,
        created_at=row.created_at,
        delivered_at=row.delivered_at,
    )


def due_endpoints(call: Call) -> list[int]:
    """Active endpoints for which a message waits whose time has come and that nobody has taken."""
    due = WebhookMessage.objects.filter(
        Q(claimed_until__isnull=True) | Q(claimed_until__lte=call.at),
        company_id=call.company.id,
        endpoint__state="active",
        state="waiting",
        next_attempt_at__lte=call.at,
    )
    return sorted(set(due.values_list("endpoint_id", flat=True)))


def outgoing(row: WebhookMessage, endpoint: WebhookEndpoint, at: dt.datetime) -> rules.Outgoing:
    """A message as it is sent at an instant, with every secret that is valid then; the newest signs first."""
    salts = [endpoint.salt]
    if endpoint.salt_before and endpoint.salt_before_until and endpoint.salt_before_until > at:
        salts.append(endpoint.salt_before)
    return rules.Outgoing(
        row.id, ids.outer("msg", row.id), endpoint.id, endpoint.url, row.body, tuple(secret(salt) for salt in salts)
    )


def checked_address(url: str, names: Iterable[str]) -> tuple[str, list[str]]:
    """Address and events as they are kept. Errors: Refused('access.webhook-url'), Refused('access.webhook-events')."""
    return rules.checked_url(url, may_be_local()), rules.checked_events(list(names), known_rooms())


def url_taken() -> Refused:
    """The answer when another endpoint in use has the address."""
    return Refused(
        "access.webhook-url-taken", "There is an endpoint with this address already. Change that one, or switch it off first."
    )
