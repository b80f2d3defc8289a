"""A real server that receives webhooks, and the verification that a receiver writes from the standard's text."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.server
import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


def verified(secret: str, headers: Any, body: bytes) -> bool:
    """Standard Webhooks 1.0: any of the signatures is HMAC-SHA256 over id.timestamp.body with the key behind whsec_."""
    key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    assert 24 <= len(key) <= 64
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    versions = [one.split(",", 1) for one in headers["webhook-signature"].split(" ")]
    return any(version == "v1" and hmac.compare_digest(value, wanted) for version, value in versions)


@dataclass
class Got:
    headers: Any
    body: bytes

    @property
    def data(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """What came, and how it is answered: `code` for every message, or for a type by `codes`; `how` is plain, slow or huge."""

    url: str = ""
    got: list[Got] = field(default_factory=list)
    code: int = 200
    codes: dict[str, int] = field(default_factory=dict)
    how: str = "plain"
    followed: int = 0

    def ids(self) -> list[str]:
        return [one.headers["webhook-id"] for one in self.got]

    def types(self) -> list[str]:
        return [one.data["type"] for one in self.got]


@contextmanager
def receiving(context: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """A receiver on this machine, with TLS when a context is given."""
    receiver = Receiver()

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            pass

        def do_GET(self) -> None:
            receiver.followed += 1
            self.send_response(200)
            self.end_headers()

        def do_POST(self) -> None:
            if self.path == "/followed":
                receiver.followed += 1
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.got.append(Got(self.headers, body))
            code = receiver.codes.get(json.loads(body)["type"], receiver.code)
            self.send_response(code)
            if 300 <= code < 400:
                self.send_header("Location", "/followed")
            self.end_headers()
            try:
                if receiver.how == "slow":
                    for _ in range(100):
                        self.wfile.write(b".")
                        time.sleep(0.1)
                elif receiver.how == "huge":
                    for _ in range(2000):
                        self.wfile.write(b"x" * 65536)
                else:
                    self.wfile.write(f"answered {code}".encode())
            except OSError:
                pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    receiver.url = f"{'https' if context else 'http'}://127.0.0.1:{server.server_address[1]}/hooks?from=duecourse"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield receiver
    server.shutdown()
    server.server_close()
    thread.join(5)
