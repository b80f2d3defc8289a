"""What every answer carries: the content security policy with its nonce, caching, and the limits of a session."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

Answer = Callable[[HttpRequest], HttpResponse]
SEEN_SECONDS = 60  # a session's idle clock is written at most once a minute

POLICY = {
    "default-src": "'none'",
    "script-src": "'self' 'nonce-{nonce}'",
    "style-src": "'self' 'nonce-{nonce}'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-src": "'self'",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "object-src": "'none'",
}
PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), publickey-credentials-get=(self)"


class Headers:
    """Adds the policy to pages and keeps data out of caches. Templates use `nonce` on their own script and style elements."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.csp_nonce = SimpleLazyObject(lambda: secrets.token_urlsafe(16))  # type: ignore[attr-defined]
        response = self.answer(request)
        if "Content-Security-Policy" not in response:
            policy = "; ".join(f"{name} {value}" for name, value in POLICY.items())
            response["Content-Security-Policy"] = policy.format(nonce=request.csp_nonce)  # type: ignore[attr-defined]
        response.setdefault("Permissions-Policy", PERMISSIONS)
        response.setdefault("Cache-Control", "no-store")
        response.setdefault("X-Frame-Options", "DENY")
        return response


def nonce(request: HttpRequest) -> dict[str, object]:
    """Context processor: `{{ nonce }}` for inline script and style elements."""
    return {"nonce": getattr(request, "csp_nonce", "")}


class SessionLimits:
    """Ends a session 12 hours after log-in, and counts its 30 idle minutes without a write at every click."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        session = request.session
        if "_auth_user_id" in session:
            now = int(time.time())
            if now - session.setdefault("_began", now) > settings.SESSION_ABSOLUTE_AGE:
                logout(request)
            elif now - session.get("_seen", 0) > SEEN_SECONDS:
                session["_seen"] = now
        return self.answer(request)


class Accounts(DefaultAccountAdapter):  # type: ignore[misc,unused-ignore]
    """Nobody signs up by themselves: people are invited."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
