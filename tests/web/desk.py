"""How tests of screens sit down: logged in with a role, on a day that stands still."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from tests.world import World

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def stop_clock(monkeypatch: pytest.MonkeyPatch, at: dt.datetime) -> None:
    """Doors read this instant."""
    monkeypatch.setattr(timezone, "now", lambda: at)


def sit(world: World, role: str, client: Client | None = None) -> Client:
    """A browser logged in as the person with a role."""
    from duecourse.access.models import User

    client = client or Client()
    client.force_login(User.objects.get(pk=world.users[role]), backend=BACKEND)
    return client


def text(response: object) -> str:
    """What a page says, its numbers with ordinary spaces."""
    content: bytes = response.content  # type: ignore[attr-defined]
    return content.decode().replace("\N{NO-BREAK SPACE}", " ").replace("&nbsp;", " ")
