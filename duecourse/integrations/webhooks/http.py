"""Send one message and say what came back; whoever calls decides when to try again.

A name is resolved once, every address it has is looked at, and the connection goes to one that was looked at: what the name leads
to a moment later does not matter. Redirections are not followed. The whole of it ends after twenty seconds, however slowly the
other side speaks.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from duecourse.access.rules.webhooks import ANSWER_KEPT, Answer, checked_url, is_inward, is_loopback
from duecourse.core.errors import Refused

SECONDS_MAX = 20.0
Resolver = Callable[[str, int], list[str]]


def resolved(host: str, port: int) -> list[str]:
    """Every address of a name, in the system's order. Errors: OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


@dataclass(frozen=True, slots=True)
class Sender:
    """How this installation calls out. `may_be_local`: this machine may be called, by http and at any port (development)."""

    may_be_local: bool = False
    seconds_max: float = SECONDS_MAX
    resolve: Resolver = field(default=resolved, repr=False)

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """POST `body`. Never raises for what an address, a network or a server does."""
        begun = time.monotonic()
        try:
            code, text = self._post(url, headers, body, begun + self.seconds_max)
            error = (
                ""
                if 200 <= code < 300
                else f"answered {code}" + (", a redirection, which is not followed" if code // 100 == 3 else "")
            )
        except Refused as refused:
            code, text, error = None, "", refused.message
        except TimeoutError:
            code, text, error = None, "", f"no answer within {self.seconds_max:g} seconds"
        except ssl.SSLCertVerificationError as problem:
            code, text, error = None, "", f"its certificate is not trusted: {problem.verify_message}"
        except (OSError, http.client.HTTPException, ValueError) as problem:
            late = time.monotonic() >= begun + self.seconds_max
            words = f"no answer within {self.seconds_max:g} seconds" if late else f"{type(problem).__name__}: {problem}"
            code, text, error = None, "", words
        return Answer(code, int((time.monotonic() - begun) * 1000), error, text)

    def _post(self, url: str, headers: Mapping[str, str], body: bytes, until: float) -> tuple[int, str]:
        parts = urlsplit(checked_url(url, self.may_be_local))
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        connection = http.client.HTTPConnection(host, port)
        plain = socket.create_connection((self._address(host, port), port), timeout=_left(until))
        # the whole is ended by shutting the socket: a single reading's time-out begins anew with each byte
        open_socket = [plain]
        end = threading.Timer(_left(until), _shut, [open_socket])
        end.daemon = True
        end.start()
        try:
            if parts.scheme == "https":
                context = ssl.create_default_context()
                plain = open_socket[0] = context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
                plain.do_handshake()
            connection.sock = plain
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", path, body, {**headers, "Connection": "close", "Accept-Encoding": "identity"})
            answer = connection.getresponse()
            kept = answer.read(ANSWER_KEPT).decode("utf-8", "replace").replace("\0", "�")
            if time.monotonic() >= until:
                raise TimeoutError
            return answer.status, kept
        finally:
            end.cancel()
            plain.close()
            connection.close()

    def _address(self, host: str, port: int) -> str:
        """The address to connect to. Errors: Refused('access.webhook-url') when any of the name's addresses leads inward."""
        found = self.resolve(host, port)
        if not found:
            raise OSError(f"{host} has no address")
        inward = [address for address in found if is_inward(address) and not (self.may_be_local and is_loopback(address))]
        if inward:
            raise Refused("access.webhook-url", "This address leads into our own network.")
        return found[0]


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _shut(open_socket: list[socket.socket]) -> None:
    with contextlib.suppress(OSError):  # it was closed meanwhile
        socket.socket.shutdown(open_socket[0], socket.SHUT_RDWR)
