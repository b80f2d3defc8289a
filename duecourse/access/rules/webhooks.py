"""What a webhook is made of (Standard Webhooks 1.0): address, names, body, signature, schedule. Pure: no database, no clock."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import ipaddress
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from duecourse.core.errors import Refused

ENDPOINTS_MAX = 20
URL_MAX = 500
BODY_MAX = 20_000  # bytes
ANSWER_KEPT = 20_000  # bytes of what an endpoint answers
SECRET_MARK = "whsec_"  # noqa: S105 - the mark before a secret, not one
OVERLAP = dt.timedelta(hours=24)  # the old secret still signs beside the new one
CLAIMED_FOR = dt.timedelta(minutes=2)  # who took messages to send them has this long, then another may
KEPT_DAYS = 30  # a message that has ended is kept this long; the event itself for ever
PORTS = (443, 8443)
# Waiting time before each attempt, after the failure of the one before; the tenth failure gives the message up.
SCHEDULE = tuple(
    dt.timedelta(**waits)
    for waits in (
        {"seconds": 0}, {"seconds": 5}, {"minutes": 5}, {"minutes": 30}, {"hours": 2}, {"hours": 5}, {"hours": 10}, {"hours": 14},
        {"hours": 20}, {"hours": 24},
    )
)  # fmt: skip
TEST_EVENT = "access.webhook-tested"
NAME = re.compile(r"[a-z]+\.(?:\*|[a-z]+(?:-[a-z]+)*-[a-z]+)")
# Inside, whatever a registry may say of them; besides, everything that is not globally routable.
INWARD = tuple(
    ipaddress.ip_network(block)
    for block in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4", "::/128", "::1/128", "::/96", "::ffff:0:0/96",
        "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2002::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class WebhookView:
    """An endpoint as pages show it; never its secret. `behind_since`: the oldest event that it has not got yet."""

    id: int
    url: str
    description: str
    events: tuple[str, ...]
    state: str
    state_reason: str
    is_failing: bool
    failing_since: dt.datetime | None
    delivered_at: dt.datetime | None
    both_until: dt.datetime | None
    created_by: str
    created_at: dt.datetime
    waiting: int = 0
    failed: int = 0
    behind_since: dt.datetime | None = None

    @property
    def shown_state(self) -> str:
        """Its state in one word: a failing one is active and says so."""
        return "failing" if self.state == "active" and self.is_failing else self.state


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message as pages show it."""

    id: int
    endpoint_id: int
    event_id: int | None
    name: str
    body: str
    state: str
    attempts: int
    next_attempt_at: dt.datetime | None
    response_code: int | None
    error: str
    created_at: dt.datetime
    delivered_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One time that a message was sent."""

    at: dt.datetime
    response_code: int | None
    duration_ms: int
    error: str
    response_body: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message that was taken to be sent now: the same bytes and the same name at every attempt."""

    id: int
    reference: str  # webhook-id
    endpoint_id: int
    url: str
    body: str
    secrets: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `code` None: nothing did, and `error` says why."""

    code: int | None
    duration_ms: int
    error: str = ""
    body: str = ""

    @property
    def is_success(self) -> bool:
        return self.code is not None and 200 <= self.code < 300


def is_inward(address: str) -> bool:
    """Whether an address leads into our own network, to this machine or nowhere: such a one is never called."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return True
    return not found.is_global or any(found in block for block in INWARD if block.version == found.version)


def is_loopback(address: str) -> bool:
    """Whether an address is this machine's own, which development and tests may call."""
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback


def checked_url(text: str, may_be_local: bool = False) -> str:
    """An endpoint's address: https, port 443 or 8443, no log-in in it, and not into our own network.

    What a name leads to is looked at again each time before it is called. `may_be_local` also lets http and any port of this
    machine through, for development. Errors: Refused('access.webhook-url').
    """
    url = text.strip()
    if not url or len(url) > URL_MAX or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise _url(f"An address has 1 to {URL_MAX} plain letters and no spaces; write a name with others as xn--….")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _url("This is not an address; expected one like https://example.com/hooks.") from None
    host = (parts.hostname or "").rstrip(".")
    if not host or parts.scheme not in ("https", "http"):
        raise _url("This is not an address; expected one like https://example.com/hooks.")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise _url("An address has no user, password or # part. The signature shows who sends.")
    literal = _literal(host)
    if may_be_local and (host == "localhost" or (literal and is_loopback(literal))):
        return url
    if parts.scheme != "https":
        raise _url("An address begins with https://.")
    if (port or 443) not in PORTS:
        raise _url(f"Port {port} is not called; use 443 or 8443.")
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")) or (literal and is_inward(literal)):
        raise _url("This address leads into our own network.")
    return url


def _literal(host: str) -> str:
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return ""


def _url(why: str) -> Refused:
    return Refused("access.webhook-url", why)


def checked_events(names: Sequence[str], rooms: frozenset[str]) -> list[str]:
    """The events asked for, sorted and once each: `orders.order-created`, or `orders.*` for all of a room; none means all.

    Errors: Refused('access.webhook-events').
    """
    wanted = sorted({name.strip() for name in names if name.strip()})
    wrong = [name for name in wanted if len(name) > 100 or not NAME.fullmatch(name) or name.partition(".")[0] not in rooms]
    if wrong:
        shown = ", ".join(name[:100] for name in wrong[:5])
        raise Refused("access.webhook-events", f"There is no event {shown}. Write names like orders.order-created, or orders.*.")
    if len(wanted) > 100:
        raise Refused("access.webhook-events", "More than 100 events; choose whole rooms (orders.*), or none for all.")
    return wanted


def secret_text(secret: bytes) -> str:
    """A secret as it is shown once."""
    return SECRET_MARK + base64.b64encode(secret).decode()


def payload(name: str, at: dt.datetime, company: str, event: str | None, subjects: Sequence[str]) -> str:
    """The thin body of a message: what happened to which ids. More is asked for with a key that may see it.

    Always below BODY_MAX: of a batch with very many subjects as many as fit, and how many there are. A test has no `event`.
    """
    shown = list(subjects)
    while True:
        data = {"company": company, "event": event, "subjects": shown, "subjects_total": len(subjects)}
        told = {"type": name, "timestamp": at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z"), "data": data}
        body = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        if len(body.encode()) < BODY_MAX:
            return body
        shown = shown[: len(shown) * 3 // 4]


def signature(secret: bytes, reference: str, timestamp: int, body: str) -> str:
    """`v1,` and the base64 of HMAC-SHA256 over id.timestamp.body."""
    signed = hmac.new(secret, f"{reference}.{timestamp}.{body}".encode(), hashlib.sha256).digest()
    return "v1," + base64.b64encode(signed).decode()


def headers(message: Outgoing, timestamp: int) -> dict[str, str]:
    """What is sent beside the body; one signature for each secret that is valid now."""
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Duecourse-Webhooks/1.0",
        "webhook-id": message.reference,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(
            signature(secret, message.reference, timestamp, message.body) for secret in message.secrets
        ),
    }


def next_attempt(failed: int, reference: str, at: dt.datetime) -> dt.datetime | None:
    """When a message that failed `failed` times is sent again; None when it is given up.

    Up to a tenth is added, differently for each message, so that an endpoint that comes back is not met by all at once.
    """
    if failed >= len(SCHEDULE):
        return None
    digest = hashlib.sha256(f"{reference} {failed}".encode()).digest()
    return at + SCHEDULE[failed] + SCHEDULE[failed] * digest[0] / 2550
