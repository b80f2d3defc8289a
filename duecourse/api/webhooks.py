"""Webhooks: where events are told to, what was sent there and what came back, and sending it again."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from duecourse.access import actions, queries
from duecourse.access.rules.webhooks import AttemptView, MessageView, WebhookView
from duecourse.api.door import Door, listed
from duecourse.api.shapes import Done, In, Instant, Label, Line, Listed, Made, Out, Paging, like, outer_id
from duecourse.core import ids
from duecourse.core.call import Call

room = Door("Webhooks")

Address = Annotated[str, Line, Field(min_length=1, max_length=500, examples=["https://shop.example/hooks/duecourse"])]
EventName = Annotated[str, Field(pattern=r"^[a-z]{1,40}\.(\*|[a-z-]{1,60})$", examples=["invoicing.invoices-posted"])]


class WebhookIn(In):
    """`events`: names, or a room's whole (`credit.*`); none means all. `url`: https, port 443 or 8443, not into our own network."""

    model_config = like(
        {
            "url": "https://shop.example/hooks/duecourse",
            "description": "Web shop",
            "events": ["invoicing.invoices-posted", "credit.*"],
        }
    )

    url: Address
    description: Label = ""
    events: Annotated[list[EventName], Field(max_length=100)] = []


class SecretOut(Out):
    """The secret is in this answer and nowhere else; keep it where the receiver verifies."""

    id: str = outer_id("whk")
    secret: str = Field(examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw4rX1bZcQ7Dk="])


class WebhookOut(Out):
    """An endpoint. `failing`: a message was given up and none went through since. `behind_since`: of the oldest event not yet sent."""

    id: str = outer_id("whk")
    url: Address
    description: str
    events: list[EventName]
    state: Literal["active", "failing", "paused", "disabled"]
    state_reason: str
    failing_since: dt.datetime | None
    delivered_at: dt.datetime | None
    both_secrets_until: dt.datetime | None
    waiting: int
    given_up: int
    behind_since: dt.datetime | None
    created_by: str
    created_at: dt.datetime


class MessageFilter(Paging):
    state: Literal["", "waiting", "delivered", "failed"] = ""


class MessageOut(Out):
    """One event for one endpoint. `id` is its webhook-id, the same at every attempt; `body` is what is sent."""

    id: str = outer_id("msg")
    webhook: str = outer_id("whk")
    event: Annotated[str, outer_id("evt")] | None
    name: str
    body: str
    state: Literal["waiting", "delivered", "failed"]
    attempts: int
    next_attempt_at: dt.datetime | None
    response_code: int | None
    error: str
    created_at: dt.datetime
    delivered_at: dt.datetime | None


class AttemptOut(Out):
    """One time that a message was sent. `response_code` null: nothing came back, and `error` says why."""

    at: dt.datetime
    response_code: int | None
    duration_ms: int
    error: str
    response_body: str


class ReplayIn(In):
    """Messages that were given up and had been queued at `since` or later."""

    since: Instant


class Replayed(Out):
    """How many are sent again."""

    messages: int


def _shown(view: WebhookView) -> WebhookOut:
    return WebhookOut(
        id=ids.outer("whk", view.id),
        url=view.url,
        description=view.description,
        events=list(view.events),
        state=view.shown_state,  # type: ignore[arg-type]
        state_reason=view.state_reason,
        failing_since=view.failing_since,
        delivered_at=view.delivered_at,
        both_secrets_until=view.both_until,
        waiting=view.waiting,
        given_up=view.failed,
        behind_since=view.behind_since,
        created_by=view.created_by,
        created_at=view.created_at,
    )


def _message(view: MessageView) -> MessageOut:
    return MessageOut(
        id=ids.outer("msg", view.id),
        webhook=ids.outer("whk", view.endpoint_id),
        event=None if view.event_id is None else ids.outer("evt", view.event_id),
        name=view.name,
        body=view.body,
        state=view.state,  # type: ignore[arg-type]
        attempts=view.attempts,
        next_attempt_at=view.next_attempt_at,
        response_code=view.response_code,
        error=view.error,
        created_at=view.created_at,
        delivered_at=view.delivered_at,
    )


def _attempt(view: AttemptView) -> AttemptOut:
    return AttemptOut(
        at=view.at,
        response_code=view.response_code,
        duration_ms=view.duration_ms,
        error=view.error,
        response_body=view.response_body,
    )


@room.get("/webhooks", "access.read", list[WebhookOut])
def list_webhooks(call: Call) -> list[WebhookOut]:
    """Every endpoint, those in use first, and how far behind it is."""
    return [_shown(view) for view in queries.webhook_endpoints(call)]


@room.post("/webhooks", "access.create_webhook", SecretOut, kept=False)
def create_webhook(call: Call, body: WebhookIn) -> SecretOut:
    """Add an endpoint, which is told of what happens from now on.

    Sent twice it is refused: an address is there once. The secret is in the answer and not kept.
    """
    key, secret = actions.create_webhook(call, body.url, body.description, body.events)
    return SecretOut(id=ids.outer("whk", key), secret=secret)


@room.get("/webhooks/{webhook}", "access.read", WebhookOut)
def get_webhook(call: Call, webhook: str) -> WebhookOut:
    """One endpoint."""
    return _shown(queries.webhook_for_caller(call, webhook))


@room.post("/webhooks/{webhook}/change", "access.change_webhook", Done)
def change_webhook(call: Call, webhook: str, body: WebhookIn) -> Done:
    """Another address, description or choice of events; the secret stays."""
    actions.change_webhook(call, ids.inner("whk", webhook), body.url, body.description, body.events)
    return Done()


@room.post("/webhooks/{webhook}/rotate", "access.rotate_webhook_secret", SecretOut, kept=False)
def rotate_webhook_secret(call: Call, webhook: str) -> SecretOut:
    """A new secret. For 24 hours the old one signs beside it."""
    return SecretOut(id=webhook, secret=actions.rotate_webhook_secret(call, ids.inner("whk", webhook)))


@room.post("/webhooks/{webhook}/pause", "access.pause_webhook", Done)
def pause_webhook(call: Call, webhook: str) -> Done:
    """Send nothing for now; what happens meanwhile waits."""
    actions.pause_webhook(call, ids.inner("whk", webhook))
    return Done()


@room.post("/webhooks/{webhook}/resume", "access.resume_webhook", Done)
def resume_webhook(call: Call, webhook: str) -> Done:
    """Send again, from where it stopped."""
    actions.resume_webhook(call, ids.inner("whk", webhook))
    return Done()


@room.post("/webhooks/{webhook}/disable", "access.disable_webhook", Done)
def disable_webhook(call: Call, webhook: str) -> Done:
    """Switch an endpoint off."""
    actions.disable_webhook(call, ids.inner("whk", webhook))
    return Done()


@room.post("/webhooks/{webhook}/test", "access.test_webhook", Made, once=True)
def test_webhook(call: Call, webhook: str) -> Made:
    """Send a message of the type access.webhook-tested, to see whether it arrives; the message's id."""
    return Made(id=ids.outer("msg", actions.test_webhook(call, ids.inner("whk", webhook))))


@room.post("/webhooks/{webhook}/replay", "access.replay_failed_webhooks", Replayed)
def replay_failed_webhooks(call: Call, webhook: str, body: ReplayIn) -> Replayed:
    """Send everything again that was given up since an instant."""
    return Replayed(messages=actions.replay_failed_webhooks(call, ids.inner("whk", webhook), body.since))


@room.get("/webhooks/{webhook}/messages", "access.read", Listed[MessageOut])
def list_webhook_messages(call: Call, webhook: str, query: MessageFilter) -> Listed[MessageOut]:
    """What was sent to an endpoint or waits for it, newest first. What ended is kept for 30 days."""
    endpoint = queries.webhook_for_caller(call, webhook)
    return listed(queries.webhook_messages(call, endpoint.id, query.state, query.page, query.size), _message)


@room.get("/webhook-messages/{message}", "access.read", MessageOut)
def get_webhook_message(call: Call, message: str) -> MessageOut:
    """One message."""
    return _message(queries.webhook_message_for_caller(call, message))


@room.get("/webhook-messages/{message}/attempts", "access.read", list[AttemptOut])
def list_webhook_attempts(call: Call, message: str) -> list[AttemptOut]:
    """Every time that a message was sent and what came back, newest first."""
    return [_attempt(view) for view in queries.webhook_attempts(call, queries.webhook_message_for_caller(call, message).id)]


@room.post("/webhook-messages/{message}/replay", "access.replay_webhook_message", Done)
def replay_webhook_message(call: Call, message: str) -> Done:
    """Send a message again now, with the same webhook-id; a receiver that keeps ids takes it once."""
    actions.replay_webhook_message(call, ids.inner("msg", message))
    return Done()
