"""Tell other systems what happened: endpoints set up and looked after, messages queued, taken, ended and sent again."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.db.models import Q

from duecourse.access.models import WebhookAttempt, WebhookEndpoint, WebhookMessage
from duecourse.access.queries import webhooks as queries
from duecourse.access.rules import webhooks as rules
from duecourse.core import events, ids
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused

QUEUED_AT_ONCE = 500
WAITING_MAX = 10_000  # for one endpoint; more events wait in the journal


def _endpoint(call: Call, endpoint_id: int) -> WebhookEndpoint:
    found = WebhookEndpoint.objects.select_for_update(no_key=True, of=("self",))
    row = found.filter(company_id=call.company.id, pk=endpoint_id).first()
    if row is None:
        raise ids.not_found("whk")
    return row


def _ref(row: WebhookEndpoint) -> list[str]:
    return [ids.outer("whk", row.id)]


@action
def create_webhook(call: Call, url: str, description: str = "", names: Sequence[str] = ()) -> tuple[int, str]:
    """An endpoint that is told of these events (none: of all) from now on; its id, and its secret, which is shown once.

    Errors: Refused('access.webhook-url'), Refused('access.webhook-events'), Refused('access.webhook-url-taken'),
    Refused('access.webhooks-too-many'), Refused('access.not-a-person').
    """
    if call.by.kind == "job":
        raise Refused("access.not-a-person", "A person or a person's key sets up a webhook.")
    address, wanted = queries.checked_address(url, names)
    live = WebhookEndpoint.objects.filter(company_id=call.company.id).exclude(state="disabled")
    if live.count() >= rules.ENDPOINTS_MAX:
        raise Refused(
            "access.webhooks-too-many", f"A company has at most {rules.ENDPOINTS_MAX} endpoints in use. Switch one off first."
        )
    salt = secrets.token_hex(32)
    try:
        with transaction.atomic():
            row = WebhookEndpoint.objects.create(
                company_id=call.company.id,
                url=address,
                description=description.strip(),
                events=wanted,
                salt=salt,
                created_by_id=call.by.id,
                created_at=call.at,
            )
    except IntegrityError:
        raise queries.url_taken() from None
    events.skip(call, queries.reader(row.id), events.settled_before())
    events.record(call, "access.webhook-created", _ref(row), {"url": address, "events": wanted})
    return row.id, rules.secret_text(queries.secret(salt))


@action
def change_webhook(call: Call, endpoint_id: int, url: str, description: str, names: Sequence[str]) -> None:
    """Another address, description or choice of events; the secret stays. Errors: as create_webhook."""
    row = _endpoint(call, endpoint_id)
    before = {"url": row.url, "events": row.events}
    row.url, row.events = queries.checked_address(url, names)
    row.description = description.strip()
    try:
        with transaction.atomic():
            row.save(update_fields=["url", "events", "description"])
    except IntegrityError:
        raise queries.url_taken() from None
    events.record(call, "access.webhook-changed", _ref(row), {"before": before, "after": {"url": row.url, "events": row.events}})


@action
def rotate_webhook_secret(call: Call, endpoint_id: int) -> str:
    """A new secret, shown once. For 24 hours both sign, so that the receiver can change over without losing a message."""
    row = _endpoint(call, endpoint_id)
    row.salt_before, row.salt_before_until = row.salt, call.at + rules.OVERLAP
    row.salt = secrets.token_hex(32)
    row.save(update_fields=["salt", "salt_before", "salt_before_until"])
    events.record(call, "access.webhook-secret-rotated", _ref(row), {"both_until": row.salt_before_until.isoformat()})
    return rules.secret_text(queries.secret(row.salt))


@action
def pause_webhook(call: Call, endpoint_id: int) -> None:
    """Send nothing for now; what happens meanwhile waits in the journal. Errors: Refused('access.webhook-wrong-state')."""
    row = _endpoint(call, endpoint_id)
    if row.state != "active":
        raise _wrong_state(row)
    row.state = "paused"
    row.save(update_fields=["state"])
    events.record(call, "access.webhook-paused", _ref(row))


@action
def resume_webhook(call: Call, endpoint_id: int) -> None:
    """Send again, from where it stopped: nothing is left out. Errors: Refused('access.webhook-wrong-state')."""
    row = _endpoint(call, endpoint_id)
    if row.state == "active":
        raise _wrong_state(row)
    row.state, row.state_reason, row.is_failing, row.failing_since = "active", "", False, None
    try:
        with transaction.atomic():
            row.save(update_fields=["state", "state_reason", "is_failing", "failing_since"])
    except IntegrityError:
        raise queries.url_taken() from None
    events.record(call, "access.webhook-resumed", _ref(row))


@action
def disable_webhook(call: Call, endpoint_id: int) -> None:
    """Switch an endpoint off. It can be resumed. Errors: Refused('access.webhook-wrong-state')."""
    row = _endpoint(call, endpoint_id)
    if row.state == "disabled":
        raise _wrong_state(row)
    _disable(call, row, "")


def _disable(call: Call, row: WebhookEndpoint, reason: str) -> None:
    row.state, row.state_reason = "disabled", reason
    row.save(update_fields=["state", "state_reason"])
    events.record(call, "access.webhook-disabled", _ref(row), {"reason": reason})


def _wrong_state(row: WebhookEndpoint) -> Refused:
    return Refused("access.webhook-wrong-state", f"This endpoint is {row.state} already.", state=row.state)


@action
def test_webhook(call: Call, endpoint_id: int) -> int:
    """Send a message that says nothing happened, to see whether it arrives; its id. Errors: Refused('access.webhook-wrong-state')."""
    row = _endpoint(call, endpoint_id)
    if row.state != "active":
        raise _wrong_state(row)
    body = rules.payload(rules.TEST_EVENT, call.at, ids.outer("cmp", call.company.id), None, _ref(row))
    message = WebhookMessage.objects.create(
        company_id=call.company.id, endpoint=row, name=rules.TEST_EVENT, body=body, next_attempt_at=call.at, created_at=call.at
    )
    events.record(call, "access.webhook-tested", _ref(row))
    return message.id


@action
def replay_webhook_message(call: Call, message_id: int) -> None:
    """Send a message again now, whatever became of it; it keeps its webhook-id. Errors: Refused('not-found')."""
    found = WebhookMessage.objects.filter(company_id=call.company.id, pk=message_id)
    if not found.update(state="waiting", attempts=0, next_attempt_at=call.at, claimed_until=None, delivered_at=None):
        raise ids.not_found("msg")
    endpoint_id = found.values_list("endpoint_id", flat=True)[0]
    events.record(call, "access.webhook-replayed", [ids.outer("whk", endpoint_id), ids.outer("msg", message_id)], {"messages": 1})


@action
def replay_failed_webhooks(call: Call, endpoint_id: int, since: dt.datetime) -> int:
    """Send every message again that was given up and had been queued at or after `since`; how many."""
    row = _endpoint(call, endpoint_id)
    failed = WebhookMessage.objects.filter(company_id=call.company.id, endpoint_id=row.id, state="failed", created_at__gte=since)
    many = failed.update(state="waiting", attempts=0, next_attempt_at=call.at, claimed_until=None)
    if many:
        events.record(call, "access.webhook-replayed", _ref(row), {"messages": many, "since": since.isoformat()})
    return many


# -- what the job does; each leaves its trace in messages and attempts, and an event only when an endpoint's state changes


@action
def queue_webhooks(call: Call) -> int:
    """Turn what happened since into messages, for every active endpoint in order; how many. Cursor and messages move together."""
    rows = WebhookEndpoint.objects.filter(company_id=call.company.id, state="active").order_by("id")
    many = 0
    for row in rows.select_for_update(skip_locked=True, no_key=True, of=("self",)):
        many += _queue(call, row)
    return many


def _queue(call: Call, row: WebhookEndpoint) -> int:
    waiting = WebhookMessage.objects.filter(company_id=call.company.id, endpoint_id=row.id, state="waiting")
    if waiting.count() > WAITING_MAX:
        return 0
    before, name = events.settled_before(), queries.reader(row.id)
    new = events.unread(call, name, row.events, QUEUED_AT_ONCE)
    if not new:
        events.skip(call, name, before)
        return 0
    company = ids.outer("cmp", call.company.id)
    WebhookMessage.objects.bulk_create(
        [
            WebhookMessage(
                company_id=call.company.id,
                endpoint_id=row.id,
                event_id=one.id,
                name=one.name,
                body=rules.payload(one.name, one.at, company, ids.outer("evt", one.id), one.subjects),
                next_attempt_at=call.at,
                created_at=call.at,
            )
            for one in new
            if one.name != rules.TEST_EVENT
        ]
    )
    events.advance(call, name, new[-1])
    return len(new)


@action
def claim_webhooks(call: Call, busy: Sequence[int] = (), limit: int = 20) -> dict[int, list[rules.Outgoing]]:
    """Take messages whose time has come, by endpoint, the longest waiting first; nobody else gets them for two minutes.

    Send them outside of any transaction, then `mark_webhook` each, or `release_webhooks`. Who dies in between lets them be
    sent again, with the same webhook-id. `busy`: endpoints that somebody sends to already.
    """
    taken: dict[int, list[rules.Outgoing]] = {}
    wanted = [key for key in queries.due_endpoints(call) if key not in busy]
    for row in WebhookEndpoint.objects.filter(company_id=call.company.id, pk__in=wanted, state="active"):
        due = WebhookMessage.objects.filter(
            Q(claimed_until__isnull=True) | Q(claimed_until__lte=call.at),
            company_id=call.company.id,
            endpoint_id=row.id,
            state="waiting",
            next_attempt_at__lte=call.at,
        ).order_by("next_attempt_at", "id")
        mine = list(due.select_for_update(skip_locked=True, no_key=True, of=("self",))[:limit])
        WebhookMessage.objects.filter(pk__in=[one.pk for one in mine]).update(claimed_until=call.at + rules.CLAIMED_FOR)
        if mine:
            taken[row.id] = [queries.outgoing(one, row, call.at) for one in mine]
    return taken


@action
def release_webhooks(call: Call, message_ids: Sequence[int]) -> None:
    """Give messages back that were taken and not sent."""
    WebhookMessage.objects.filter(company_id=call.company.id, pk__in=message_ids, state="waiting").update(claimed_until=None)


@action
def mark_webhook(call: Call, message_id: int, answer: rules.Answer) -> str:
    """What became of a sent message: its state now. 2xx delivers it; 410 disables the endpoint; else it waits or is given up.

    An endpoint of which a message was given up is failing, until one goes through again.
    """
    endpoint_id = WebhookMessage.objects.filter(company_id=call.company.id, pk=message_id).values_list("endpoint_id", flat=True)
    if not endpoint_id:
        raise ids.not_found("msg")
    row = _endpoint(call, endpoint_id[0])
    message = WebhookMessage.objects.select_for_update(no_key=True, of=("self",)).get(pk=message_id)
    error = " ".join(answer.error.split())[:300]
    WebhookAttempt.objects.create(
        company_id=call.company.id,
        message=message,
        at=call.at,
        response_code=answer.code,
        duration_ms=answer.duration_ms,
        error=error,
        response_body=answer.body,
    )
    if message.state != "waiting":  # sent twice, by somebody who was thought dead
        return message.state
    message.attempts += 1
    message.response_code, message.error, message.claimed_until = answer.code, error, None
    if answer.is_success:
        message.state, message.delivered_at, message.next_attempt_at = "delivered", call.at, None
    else:
        gone = answer.code == 410
        message.next_attempt_at = None if gone else rules.next_attempt(message.attempts, ids.outer("msg", message.id), call.at)
        message.state = "waiting" if message.next_attempt_at else "failed"
    message.save(
        update_fields=["state", "attempts", "response_code", "error", "claimed_until", "delivered_at", "next_attempt_at"]
    )
    _note(call, row, message, answer)
    return message.state


def _note(call: Call, row: WebhookEndpoint, message: WebhookMessage, answer: rules.Answer) -> None:
    """What a message's end says about its endpoint."""
    was_failing = row.is_failing
    if answer.is_success:
        row.delivered_at, row.failing_since, row.is_failing = call.at, None, False
    else:
        row.failing_since = row.failing_since or call.at
        row.is_failing = was_failing or message.state == "failed"
    row.save(update_fields=["delivered_at", "failing_since", "is_failing"])
    if answer.code == 410 and row.state != "disabled":
        _disable(call, row, "410")
    elif row.is_failing and not was_failing:
        facts = {"response_code": answer.code, "error": message.error}
        events.record(call, "access.webhook-failing", [*_ref(row), ids.outer("msg", message.id)], facts)
    elif was_failing and not row.is_failing:
        events.record(call, "access.webhook-recovered", _ref(row))


@action
def forget_webhook_messages(call: Call, limit: int = 5000) -> int:
    """Delete messages that ended over 30 days ago, with their attempts; how many. The events themselves are kept for ever."""
    old = WebhookMessage.objects.filter(
        company_id=call.company.id, created_at__lt=call.at - dt.timedelta(days=rules.KEPT_DAYS)
    ).exclude(state="waiting")
    keys = list(old.order_by("id").values_list("id", flat=True)[:limit])
    WebhookAttempt.objects.filter(company_id=call.company.id, message_id__in=keys).delete()
    WebhookMessage.objects.filter(company_id=call.company.id, pk__in=keys).delete()
    return len(keys)
