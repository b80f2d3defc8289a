"""Check that a webhook came from Duecourse (Standard Webhooks 1.0), before anything of it is believed."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

TOLERANCE_SECONDS = 300


class NotVerified(Exception):
    """The message is not from who has the secret, was changed on its way, or is too old: answer 400 and do nothing."""


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: float | None = None) -> dict[str, Any]:
    """The message's JSON. `body` is the request's bytes as they came. Errors: NotVerified.

    Keep the ids (the header webhook-id) that you took, and take each once: a message may come again with the same id.
    """
    given = {name.lower(): value for name, value in headers.items()}
    try:
        reference, timestamp, signatures = (given[f"webhook-{name}"] for name in ("id", "timestamp", "signature"))
        at = int(timestamp)
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (KeyError, ValueError, binascii.Error):
        raise NotVerified("its headers or the secret are not what the standard says") from None
    if abs((time.time() if now is None else now) - at) > TOLERANCE_SECONDS:
        raise NotVerified(f"it was sent more than {TOLERANCE_SECONDS} seconds ago or from now")
    wanted = hmac.new(key, f"{reference}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    for signature in signatures.split():
        version, _, value = signature.partition(",")
        if version == "v1" and hmac.compare_digest(value.encode(), base64.b64encode(wanted)):
            found: dict[str, Any] = json.loads(body)
            return found
    raise NotVerified("no signature fits")
