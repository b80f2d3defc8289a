"""What puts back several things at once: how each of them was, signed, in the address of the undo."""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from duecourse.core.call import Call
from duecourse.core.errors import Refused

SECONDS = 60 * 60  # as long as a person looks at the page that offers it


def _salt(call: Call, what: str) -> str:
    return f"undo-{what}-{call.company.id}-{call.by.id}"


def address(call: Call, name: str, before: Any) -> str:
    """Where the undo is posted to: the screen `name`, with how it was, as JSON. Good for this person and company, for an hour."""
    return f"{reverse(name)}?before={signing.dumps(before, salt=_salt(call, name), compress=True)}"


def before(request: HttpRequest, call: Call, name: str) -> Any:
    """How it was. Errors: Refused('web.too-late-to-undo')."""
    try:
        return signing.loads(request.GET.get("before", ""), salt=_salt(call, name), max_age=SECONDS)
    except signing.BadSignature:
        raise Refused("web.too-late-to-undo", _("This can no longer be undone here. Nothing was changed.")) from None
