"""One request, one effect: the first answer to a key is kept and given again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.core.models import IdempotencyKey


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a JSON body; `repeated` when it was given before."""

    status: int
    body: Any
    repeated: bool = False


def input_hash(method: str, path: str, body: bytes) -> str:
    """What makes two requests equal."""
    return hashlib.sha256(b"\n".join([method.encode(), path.encode(), body])).hexdigest()


def once(call: Call, key: str, digest: str, work: Callable[[], tuple[int, Any]]) -> Answer:
    """Run `work` in this transaction unless `key` has its answer already.

    Same key and input: the first answer. Other input: Refused('idempotency.key-reused', 422). Still running elsewhere:
    Refused('idempotency.still-running', 409). A refusal (an exception) stores nothing, so the caller may mend and retry.
    """
    if not 0 < len(key) <= 255:
        raise Refused("idempotency.key-not-usable", "An Idempotency-Key has 1 to 255 characters.")
    lock = int.from_bytes(hashlib.sha256(f"{call.company.id}\n{key}".encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s)", [lock])
        if not cursor.fetchone()[0]:
            raise Refused(
                "idempotency.still-running", "A request with this Idempotency-Key is still running. Try again in a second."
            )
    found = IdempotencyKey.objects.filter(company_id=call.company.id, key=key).first()
    if found is not None:
        if found.input_hash != digest:
            raise Refused("idempotency.key-reused", "This Idempotency-Key was used for another request. Use a new key.")
        return Answer(found.status, found.answer, repeated=True)
    status, body = work()
    plain = json.loads(json.dumps(body, default=str))
    IdempotencyKey.objects.create(company_id=call.company.id, key=key, input_hash=digest, status=status, answer=plain)
    return Answer(status, plain)
