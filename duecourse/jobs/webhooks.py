"""Send webhooks: queued and taken in transactions, sent outside of any by a thread for each endpoint, marked in transactions.

Only this thread touches the database. An endpoint that hangs keeps its own thread busy and nobody else waiting.
"""

from __future__ import annotations

import datetime as dt
import queue
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import monotonic

from django.conf import settings
from django.utils import timezone

from duecourse.access import actions as access
from duecourse.access import queries as access_facts
from duecourse.access.rules import webhooks as rules
from duecourse.access.rules.webhooks import Answer, Outgoing
from duecourse.integrations.webhooks.http import Sender

AT_ONCE = 20  # messages that an endpoint's thread takes
ENDPOINTS_AT_ONCE = 64
SECONDS_AN_ENDPOINT = 20.0  # after that no further message is begun; with a slow last one well below rules.CLAIMED_FOR
SECONDS_MAX = 300.0  # then the next job goes on
LOOK_AGAIN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Sent:
    """One message's end, or that it was taken and not sent (`answer` None); `is_last` of its endpoint's thread."""

    company_id: int
    message: Outgoing
    answer: Answer | None
    is_last: bool


@dataclass(slots=True)
class Delivered:
    """How many messages went through, wait for another attempt, or were given up."""

    delivered: int = 0
    waiting: int = 0
    failed: int = 0


def sender() -> Sender:
    """As this installation calls out."""
    return Sender(may_be_local=settings.WEBHOOKS_MAY_BE_LOCAL)


def deliver_all(by: Sender | None = None) -> Delivered:
    """Everything that is new or due, in every company, until nothing is or five minutes are over."""
    begun, total = monotonic(), Delivered()
    ended: queue.SimpleQueue[Sent] = queue.SimpleQueue()
    busy: set[int] = set()
    post = by or sender()
    with ThreadPoolExecutor(ENDPOINTS_AT_ONCE, "webhook") as threads:
        while True:
            if monotonic() - begun < SECONDS_MAX:
                for company_id, batch in _taken(busy):
                    busy.add(batch[0].endpoint_id)
                    threads.submit(_send_batch, company_id, batch, post, ended.put)
            if not busy:
                return total
            for sent in _drained(ended):
                _mark(sent, total)
                if sent.is_last:
                    busy.discard(sent.message.endpoint_id)


def _taken(busy: Iterable[int]) -> list[tuple[int, list[Outgoing]]]:
    """New events made into messages, and a batch for each endpoint that is free."""
    found = []
    for company in access_facts.companies():
        call = access_facts.system_call(company.id, timezone.now())
        while access.queue_webhooks(call) and not busy:
            pass
        found += [(company.id, batch) for batch in access.claim_webhooks(call, sorted(busy), AT_ONCE).values()]
    return found


def _send_batch(company_id: int, batch: Sequence[Outgoing], post: Sender, tell: Callable[[Sent], None]) -> None:
    """In a thread, without the database: one after the other, in order. Whatever happens, the last one is told."""
    begun, broken = monotonic(), False
    for place, message in enumerate(batch):
        answer = None
        if not broken and monotonic() - begun < SECONDS_AN_ENDPOINT:
            try:
                answer = send(message, post, timezone.now())
            except Exception as error:  # a bug here must not leave its endpoint busy for ever
                answer = Answer(None, 0, f"{type(error).__name__}: {error}")
            broken = answer.code is None
        tell(Sent(company_id, message, answer, place == len(batch) - 1))


def send(message: Outgoing, post: Sender, at: dt.datetime) -> Answer:
    """One message, signed for the instant at which it leaves."""
    return post.send(message.url, rules.headers(message, int(at.timestamp())), message.body.encode())


def _drained(ended: queue.SimpleQueue[Sent]) -> Iterator[Sent]:
    """What has ended, waiting a second for the first of it."""
    try:
        yield ended.get(timeout=LOOK_AGAIN_SECONDS)
        while True:
            yield ended.get_nowait()
    except queue.Empty:
        return


def _mark(sent: Sent, total: Delivered) -> None:
    call = access_facts.system_call(sent.company_id, timezone.now())
    if sent.answer is None:
        access.release_webhooks(call, [sent.message.id])
        return
    state = access.mark_webhook(call, sent.message.id, sent.answer)
    setattr(total, state, getattr(total, state) + 1)


def forget_all() -> int:
    """Messages that ended a month ago are deleted, in every company; how many."""
    total = 0
    for company in access_facts.companies():
        while many := access.forget_webhook_messages(access_facts.system_call(company.id, timezone.now())):
            total += many
    return total
