"""A client of Duecourse's API: `Client("https://duecourse.example", "dck_…").orders.create_orders({...})`."""

from __future__ import annotations

from duecourse_client.operations import Operations
from duecourse_client.transport import NotReached, Problem, Transport
from duecourse_client.webhooks import NotVerified, verify


class Client(Operations):
    """Every room of the API as an attribute, every operation as a method. Errors of all: Problem, NotReached."""

    def __init__(self, url: str, key: str, timeout: float = 60.0, attempts_max: int = 5) -> None:
        super().__init__(Transport(url, key, timeout, attempts_max))


__all__ = ["Client", "NotReached", "NotVerified", "Problem", "verify"]
