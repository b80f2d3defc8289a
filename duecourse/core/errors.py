"""The one exception a business operation raises when it cannot be done."""

from __future__ import annotations

from collections.abc import Mapping


class Refused(Exception):
    """Something cannot be done; doors turn it into a form error or an RFC 9457 problem.

    `code` is stable and dotted (`ledger.period-closed`), `message` is a plain sentence that says what was not done and
    what to do, `details` carries named values. `Refused` is an answer, never a bug: anything else crashes and is seen.
    """

    def __init__(self, code: str, message: str, **details: object) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details: Mapping[str, object] = details

    def __str__(self) -> str:
        return f"{self.message} ({self.code})"
