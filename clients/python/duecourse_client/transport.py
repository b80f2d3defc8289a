"""How the client asks: one request, tried again where that does no harm, and problems as exceptions. Standard library only."""

from __future__ import annotations

import json
import random
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Mapping
from typing import Any

ATTEMPTS_MAX = 5
WAIT_MAX = 60.0
TIMEOUT_SECONDS = 60.0


class Problem(Exception):
    """The API's answer that something was not done (RFC 9457). Write your program against `code`; it is stable."""

    def __init__(self, status: int, members: Mapping[str, Any]) -> None:
        self.status = status
        self.code = str(members.get("code", ""))
        self.detail = str(members.get("detail", ""))
        self.errors: list[dict[str, str]] = list(members.get("errors") or [])
        self.members = members
        said = "; ".join(f"{each.get('field')}: {each.get('message')}" for each in self.errors)
        super().__init__(f"{status} {self.code}: {self.detail}" + (f" ({said})" if said else ""))


class NotReached(Exception):
    """The API could not be reached, or broke off, as often as it was tried. What was asked may or may not have happened."""


class _StayHere(urllib.request.HTTPRedirectHandler):
    """The API redirects nowhere, and the key goes nowhere else."""

    def redirect_request(self, *arguments: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_StayHere)


def address(template: str, **ids: str) -> str:
    """A path with its ids filled in."""
    return template.format(**{name: urllib.parse.quote(value, safe="") for name, value in ids.items()})


class Transport:
    """One key at one address. Lost answers and busy servers are tried again; a POST only under an Idempotency-Key."""

    def __init__(self, url: str, key: str, timeout: float = TIMEOUT_SECONDS, attempts_max: int = ATTEMPTS_MAX) -> None:
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("https", "http") or not parts.netloc:
            raise ValueError(f"expected an address like https://duecourse.example, not {url!r}")
        self._url = f"{parts.scheme}://{parts.netloc}"
        self._key = key
        self._timeout = timeout
        self._attempts_max = attempts_max

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        file: tuple[str, bytes] | None = None,
        once: bool = False,
        idempotency_key: str | None = None,
    ) -> Any:
        """The answer's JSON, or its bytes when it is no JSON. Errors: Problem, NotReached.

        `once`: the operation takes an Idempotency-Key; without one of yours each call gets a new one, kept over its attempts.
        """
        headers = {"Authorization": f"Bearer {self._key}", "Accept": "application/json, application/pdf"}
        if once:
            headers["Idempotency-Key"] = idempotency_key or str(uuid.uuid4())
        data = None
        if file is not None:
            data, headers["Content-Type"] = _multipart(*file)
        elif body is not None:
            data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        elif method == "POST":
            data = b""
        wanted = [(name, value) for name, value in (query or {}).items() if value is not None]
        target = self._url + path + (f"?{_encoded(wanted)}" if wanted else "")
        return self._trying(urllib.request.Request(target, data, headers, method=method), method == "GET" or once)

    def _trying(self, request: urllib.request.Request, harmless: bool) -> Any:
        for attempt in range(1, self._attempts_max + 1):
            try:
                with _OPENER.open(request, timeout=self._timeout) as answer:
                    content = answer.read()
                    is_json = "json" in answer.headers.get("Content-Type", "")
                    return json.loads(content) if is_json else content
            except urllib.error.HTTPError as error:
                problem = _problem(error)
                busy = error.code in (429, 503) or problem.code == "idempotency.still-running"
                if attempt == self._attempts_max or not (busy or (harmless and error.code >= 500)):
                    raise problem from None
                wait = error.headers.get("Retry-After", "")
                time.sleep(min(float(wait), WAIT_MAX) if wait.isdigit() else _backoff(attempt))
            except (OSError, urllib.error.URLError) as error:
                if attempt == self._attempts_max or not harmless:
                    raise NotReached(f"{request.full_url}: {error}") from error
                time.sleep(_backoff(attempt))
        raise AssertionError("unreachable")


def _problem(error: urllib.error.HTTPError) -> Problem:
    try:
        members = json.loads(error.read())
    except ValueError:
        members = {"detail": str(error.reason)}
    return Problem(error.code, members if isinstance(members, dict) else {})


def _backoff(attempt: int) -> float:
    """Half a second, one, two, four, each with a part by chance."""
    spread: float = random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, keeps no secret
    return 0.25 * float(2**attempt) * spread


def _encoded(wanted: list[tuple[str, Any]]) -> str:
    plain = [(name, str(value).lower() if isinstance(value, bool) else value) for name, value in wanted]
    return urllib.parse.urlencode(plain, doseq=True)


def _multipart(name: str, content: bytes) -> tuple[bytes, str]:
    boundary = uuid.uuid4().hex
    safe = "".join(letter if letter.isprintable() and letter not in '"\\' else "_" for letter in name)
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{safe}"\r\n'
    head += "Content-Type: application/octet-stream\r\n\r\n"
    return head.encode() + content + f"\r\n--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"
