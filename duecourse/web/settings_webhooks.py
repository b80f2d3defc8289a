"""Webhooks: which systems are told what, whether it arrives, and sending again what did not."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duecourse.access import actions, queries
from duecourse.access.rules.webhooks import MessageView, WebhookView
from duecourse.core import events, ids
from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.web import happened, listing
from duecourse.web.door import done, page, refusal, screen
from duecourse.web.language import in_words

STATES = ("waiting", "delivered", "failed")


def _choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every event in words, by room; each room's first choice is all of it."""
    grouped: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, (words, _icon, _kind) in sorted(happened.WORDS.items()):
        room = name.partition(".")[0]
        if not grouped[room]:
            grouped[room].append((f"{room}.*", _("Everything of this room")))
        grouped[room].append((name, _(words)))
    return [(room.capitalize(), names) for room, names in sorted(grouped.items())]


def _row(call: Call, view: WebhookView) -> dict[str, Any]:
    behind = call.at - view.behind_since if view.behind_since else None
    return {
        "view": view,
        "ref": ids.outer("whk", view.id),
        "behind": max(int(behind.total_seconds() // 60), 0) if behind else None,
        "told": ", ".join(view.events[:2]) if view.events else _("Everything"),
        "more": max(len(view.events) - 2, 0),
    }


@screen("access.read")
def index(request: HttpRequest, call: Call) -> HttpResponse:
    """The endpoints, and a form for another one. A new one's secret is on the answer to its making, and nowhere else."""
    return _index(request, call, _typed(request), [], None)


def _index(
    request: HttpRequest, call: Call, values: dict[str, Any], errors: list[str], made: tuple[str, str] | None
) -> HttpResponse:
    context = {
        "rows": [_row(call, view) for view in queries.webhook_endpoints(call)],
        "groups": _choices(),
        "values": values,
        "errors": errors,
        "made": made,
        "may_add": call.by.may("access.create_webhook"),
    }
    return page(request, call, "settings/webhooks.html", context, status=422 if errors else 200)


def _typed(request: HttpRequest) -> dict[str, Any]:
    return {
        "url": request.POST.get("url", ""),
        "description": request.POST.get("description", "")[:200],
        "events": request.POST.getlist("events"),
    }


@screen("access.create_webhook")
def add(request: HttpRequest, call: Call) -> HttpResponse:
    """POST url, description, events: the page with the new secret."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("settings-webhooks"))
    values = _typed(request)
    try:
        _key, secret = actions.create_webhook(call, values["url"], values["description"], values["events"])
    except Refused as refused:
        return _index(request, call, values, [in_words(refused)], None)
    return _index(request, call, {"url": "", "description": "", "events": []}, [], (values["url"], secret))


@screen("access.read")
def webhook(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """One endpoint: its state, what it is told, and its messages by state."""
    return _record(request, call, ref)


def _record(request: HttpRequest, call: Call, ref: str, secret: str = "", errors: list[str] | None = None) -> HttpResponse:
    view = queries.webhook_for_caller(call, ref)
    state = request.GET.get("state", "")
    state = state if state in STATES else ""
    found = queries.webhook_messages(call, view.id, state, listing.number(request))
    counts = queries.webhook_counts(call, view.id)
    words = {"waiting": _("Waiting"), "delivered": _("Delivered"), "failed": _("Given up")}
    tabs: list[tuple[str, str, object]] = [("", _("All"), sum(counts.values()))]
    tabs += [(one, words[one], counts.get(one, 0)) for one in STATES]
    values = {"url": view.url, "description": view.description, "events": view.events}
    context = _row(call, view) | {
        "rows": [_message(one) for one in found.rows],
        "shown": listing.Shown(found),
        "tabs": listing.tabs(request, "state", tabs, state),
        "state": state,
        "secret": secret,
        "errors": errors or [],
        "values": values if not errors else _typed(request),
        "groups": _choices(),
        "may": {name: call.by.may(f"access.{name}") for name in MAY},
        "week_ago": (call.today - dt.timedelta(days=7)).isoformat(),
        "moments": [happened.told(one) for one in events.about(call, [ref], 10)],
        "keys": [(("J", "K"), _("next, previous")), (("Enter",), _("open"))],
    }
    return page(request, call, "settings/webhook.html", context, status=422 if errors else 200)


MAY = (
    "change_webhook", "rotate_webhook_secret", "pause_webhook", "resume_webhook", "disable_webhook", "test_webhook",
    "replay_failed_webhooks", "replay_webhook_message",
)  # fmt: skip


def _message(view: MessageView) -> dict[str, Any]:
    words = happened.WORDS.get(view.name)
    return {"view": view, "ref": ids.outer("msg", view.id), "what": _(words[0]) if words else view.name}


@screen("access.change_webhook")
def change(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """POST url, description, events."""
    if request.method == "POST":
        values = _typed(request)
        try:
            actions.change_webhook(call, ids.inner("whk", ref), values["url"], values["description"], values["events"])
        except Refused as refused:
            return _record(request, call, ref, errors=[in_words(refused)])
        done(request, _("The webhook was changed."))
    return HttpResponseRedirect(reverse("settings-webhook", args=[ref]))


@screen("access.rotate_webhook_secret")
def rotate(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """POST: a new secret, shown once; for a day the old one signs too."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("settings-webhook", args=[ref]))
    return _record(request, call, ref, secret=actions.rotate_webhook_secret(call, ids.inner("whk", ref)))


def _step(request: HttpRequest, call: Call, ref: str, do: str) -> HttpResponse:
    key = ids.inner("whk", ref)
    undo = ""
    if request.method == "POST":
        try:
            if do == "pause":
                actions.pause_webhook(call, key)
                said, undo = _("Paused. What happens meanwhile waits."), reverse("settings-webhook-resume", args=[ref])
            elif do == "resume":
                actions.resume_webhook(call, key)
                said = _("Resumed. It goes on where it stopped.")
            elif do == "disable":
                actions.disable_webhook(call, key)
                said, undo = _("Switched off."), reverse("settings-webhook-resume", args=[ref])
            else:
                actions.test_webhook(call, key)
                said = _("A test message is on its way; reload in a few seconds.")
        except Refused as refused:
            return refusal(request, refused)
        done(request, said, undo)
    return HttpResponseRedirect(reverse("settings-webhook", args=[ref]))


@screen("access.pause_webhook")
def pause(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """POST: send nothing for now."""
    return _step(request, call, ref, "pause")


@screen("access.resume_webhook")
def resume(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """POST: send again."""
    return _step(request, call, ref, "resume")


@screen("access.disable_webhook")
def disable(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """POST: switch it off."""
    return _step(request, call, ref, "disable")


@screen("access.test_webhook")
def test(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """POST: a message that says nothing happened."""
    return _step(request, call, ref, "test")


@screen("access.replay_failed_webhooks")
def replay(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """POST since (a day): everything that was given up from then on is sent again."""
    if request.method == "POST":
        try:
            day = dt.date.fromisoformat(request.POST.get("since", "").strip())
            since = dt.datetime.combine(day, dt.time(), ZoneInfo(call.company.time_zone))
        except (ValueError, OverflowError):
            refused = Refused("web.not-a-day", _("This is not a day; write it like 2026-11-17. Nothing was sent."))
            return refusal(request, refused)
        many = actions.replay_failed_webhooks(call, ids.inner("whk", ref), since)
        done(request, ngettext("%(n)s message is sent again.", "%(n)s messages are sent again.", many) % {"n": many})
    return HttpResponseRedirect(reverse("settings-webhook", args=[ref]))


@screen("access.read")
def message(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """One message: what is sent, and what came back each time."""
    view = queries.webhook_message_for_caller(call, ref)
    endpoint = queries.webhook_for_caller(call, ids.outer("whk", view.endpoint_id))
    context = _message(view) | {
        "endpoint": endpoint,
        "endpoint_ref": ids.outer("whk", view.endpoint_id),
        "body": json.dumps(json.loads(view.body), indent=2, ensure_ascii=False),
        "attempts": queries.webhook_attempts(call, view.id),
        "event_url": happened.link(call, ids.outer("evt", view.event_id)) if view.event_id else "",
        "may_replay": call.by.may("access.replay_webhook_message"),
    }
    return page(request, call, "settings/webhook_message.html", context)


@screen("access.replay_webhook_message")
def replay_one(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """POST: this message is sent again now, with the same id."""
    if request.method == "POST":
        actions.replay_webhook_message(call, ids.inner("msg", ref))
        done(request, _("The message is sent again now, with the same webhook-id."))
    return HttpResponseRedirect(reverse("settings-webhook-message", args=[ref]))


urlpatterns = [
    path("settings/webhooks/", index, name="settings-webhooks"),
    path("settings/webhooks/add/", add, name="settings-webhook-add"),
    path("settings/webhooks/messages/<str:ref>/", message, name="settings-webhook-message"),
    path("settings/webhooks/messages/<str:ref>/replay/", replay_one, name="settings-webhook-replay-one"),
    path("settings/webhooks/<str:ref>/", webhook, name="settings-webhook"),
    path("settings/webhooks/<str:ref>/change/", change, name="settings-webhook-change"),
    path("settings/webhooks/<str:ref>/rotate/", rotate, name="settings-webhook-rotate"),
    path("settings/webhooks/<str:ref>/pause/", pause, name="settings-webhook-pause"),
    path("settings/webhooks/<str:ref>/resume/", resume, name="settings-webhook-resume"),
    path("settings/webhooks/<str:ref>/disable/", disable, name="settings-webhook-disable"),
    path("settings/webhooks/<str:ref>/test/", test, name="settings-webhook-test"),
    path("settings/webhooks/<str:ref>/replay/", replay, name="settings-webhook-replay"),
]
