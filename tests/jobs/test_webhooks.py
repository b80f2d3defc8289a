"""Events reach a real receiver, in order and at least once; a receiver that fails, hangs or points inward hurts only itself."""

from __future__ import annotations

import datetime as dt
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
import trustme
from django.utils import timezone

from duecourse.access import actions as access
from duecourse.access import queries as access_facts
from duecourse.access.rules.webhooks import Answer, MessageView, WebhookView
from duecourse.core import ids
from duecourse.core.call import within
from duecourse.core.errors import Refused
from duecourse.integrations.webhooks.http import Sender
from duecourse.jobs import webhooks
from tests.databases import Fresh, settle
from tests.jobs.receiver import Receiver, receiving, verified
from tests.world import NOON, World, build

QUICK = Sender(may_be_local=True, seconds_max=0.7)


class Clock:
    """The doors' clock, moved by the test."""

    def __init__(self) -> None:
        self.at = NOON

    def on(self, **distance: float) -> None:
        self.at += dt.timedelta(**distance)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.at)
    return clock


@pytest.fixture
def world(fresh_database: Fresh, settings: Any, clock: Clock) -> World:
    settings.WEBHOOKS_MAY_BE_LOCAL = True
    return build()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def added(world: World, receiver: Receiver, *names: str) -> tuple[int, str]:
    settle()  # what happened before is not told
    return access.create_webhook(world.calls["administrator"], receiver.url, "Shop", names or ("catalog.*",))


def happen(world: World, *numbers: str) -> None:
    from duecourse.catalog import actions as catalog
    from duecourse.catalog import rules as catalog_rules

    for number in numbers:
        catalog.create_products(world.call, [catalog_rules.NewProduct(number, f"Product {number}")])


def deliver(by: Sender = QUICK) -> webhooks.Delivered:
    settle()
    return webhooks.deliver_all(by)


def seen(world: World, key: int) -> WebhookView:
    with within(world.call):
        return access_facts.webhook_for_caller(world.call, ids.outer("whk", key))


def messages(world: World, key: int) -> list[MessageView]:
    with within(world.call):
        return list(reversed(access_facts.webhook_messages(world.call, key).rows))


class TestAMessage:
    def test_arrives_once_in_order_and_its_signature_is_right(self, world: World, receiver: Receiver) -> None:
        happen(world, "BEFORE")
        key, secret = added(world, receiver)
        happen(world, "P-1", "P-2", "P-3")
        assert deliver().delivered == 3
        assert deliver().delivered == 0
        told = [one.data for one in receiver.got]
        assert {each["type"] for each in told} == {"catalog.products-created"}
        assert told[0]["timestamp"] == "2026-11-17T11:00:00Z"
        assert [one["data"]["event"] for one in told] == [ids.outer("evt", each.event_id or 0) for each in messages(world, key)]
        assert set(told[0]["data"]) == {"company", "event", "subjects", "subjects_total"}
        assert all(verified(secret, one.headers, one.body) for one in receiver.got)
        assert [each.state for each in messages(world, key)] == ["delivered"] * 3
        assert (seen(world, key).waiting, seen(world, key).behind_since) == (0, None)

    def test_the_secret_is_nowhere_in_the_database(self, world: World, receiver: Receiver) -> None:
        from tests.databases import rows

        key, secret = added(world, receiver)
        with within(world.call):
            told = rows("select facts::text from core_event where name = 'access.webhook-created'")
            ((row,),) = rows("select to_jsonb(e)::text from access_webhookendpoint e where id = %s", key)
        assert len(told) == 1
        assert not [kept for (kept,) in [*told, (row,)] if secret.removeprefix("whsec_") in kept]

    def test_both_secrets_sign_for_a_day(self, world: World, receiver: Receiver, clock: Clock) -> None:
        key, old = added(world, receiver)
        new = access.rotate_webhook_secret(world.calls["administrator"], key)
        happen(world, "P-1")
        deliver()
        clock.on(hours=25)
        happen(world, "P-2")
        deliver()
        first, second = receiver.got
        assert verified(old, first.headers, first.body)
        assert verified(new, first.headers, first.body)
        assert not verified(old, second.headers, second.body)
        assert verified(new, second.headers, second.body)

    def test_what_happens_in_a_pause_comes_after_it(self, world: World, receiver: Receiver) -> None:
        key, _ = added(world, receiver)
        access.pause_webhook(world.calls["administrator"], key)
        happen(world, "P-1")
        deliver()
        assert receiver.got == []
        assert seen(world, key).behind_since is not None
        access.resume_webhook(world.calls["administrator"], key)
        deliver()
        assert receiver.types() == ["catalog.products-created"]


class TestAReceiverThatFails:
    def test_500_for_a_day_loses_nothing(self, world: World, receiver: Receiver, clock: Clock) -> None:
        key, secret = added(world, receiver)
        happen(world, "P-1")
        receiver.code = 500
        for _ in range(8):
            deliver()
            waits = messages(world, key)[0].next_attempt_at
            assert waits is not None
            clock.at = max(clock.at, waits)
            if clock.at - NOON > dt.timedelta(hours=24):
                break
        assert seen(world, key).failing_since == NOON
        assert messages(world, key)[0].error == "answered 500"
        receiver.code = 200
        assert deliver().delivered == 1
        assert len(set(receiver.ids())) == 1
        assert len(receiver.ids()) >= 7
        assert verified(secret, receiver.got[-1].headers, receiver.got[-1].body)
        assert seen(world, key).failing_since is None

    def test_is_noted_after_the_tenth_and_replayed_with_the_same_id(self, world: World, receiver: Receiver, clock: Clock) -> None:
        key, _ = added(world, receiver)
        happen(world, "P-1")
        receiver.code = 503
        for _ in range(10):
            deliver()
            clock.on(hours=27)
        (given_up,) = messages(world, key)
        assert (given_up.state, given_up.attempts, given_up.next_attempt_at) == ("failed", 10, None)
        assert seen(world, key).shown_state == "failing"
        receiver.code = 204
        call = world.calls["administrator"]
        assert access.replay_failed_webhooks(call, key, clock.at) == 0
        assert access.replay_failed_webhooks(call, key, NOON) == 1
        deliver()
        access.replay_webhook_message(call, given_up.id)
        deliver()
        assert len(receiver.ids()) == 12
        assert len(set(receiver.ids())) == 1
        assert seen(world, key).shown_state == "active"
        with within(world.call):
            assert len(access_facts.webhook_attempts(world.call, given_up.id)) == 12

    def test_a_redirection_is_not_followed(self, world: World, receiver: Receiver) -> None:
        key, _ = added(world, receiver)
        happen(world, "P-1")
        receiver.code = 302
        assert deliver().waiting == 1
        assert receiver.followed == 0
        assert "redirection" in messages(world, key)[0].error

    def test_gone_switches_it_off(self, world: World, receiver: Receiver) -> None:
        key, _ = added(world, receiver)
        happen(world, "P-1")
        receiver.code = 410
        assert deliver().failed == 1
        assert (seen(world, key).state, seen(world, key).state_reason) == ("disabled", "410")
        happen(world, "P-2")
        deliver()
        assert len(receiver.got) == 1

    def test_slow_and_huge_answers_end(self, world: World, receiver: Receiver) -> None:
        key, _ = added(world, receiver)
        happen(world, "P-1")
        receiver.how = "slow"
        begun = time.monotonic()
        assert deliver().waiting == 1
        assert time.monotonic() - begun < 5
        assert messages(world, key)[0].error == "no answer within 0.7 seconds"
        receiver.how = "huge"
        access.replay_webhook_message(world.calls["administrator"], messages(world, key)[0].id)
        assert deliver().delivered == 1
        with within(world.call):
            kept = access_facts.webhook_attempts(world.call, messages(world, key)[0].id)[0]
        assert len(kept.response_body) <= 20_000

    def test_one_bad_message_or_endpoint_delays_nobody_else(self, world: World, receiver: Receiver) -> None:
        """T39: a poisoned type fails, another endpoint hangs; everything else has arrived within seconds."""
        with receiving() as hanging:
            hanging.how = "slow"
            added(world, hanging)
            key, _ = added(world, receiver, "catalog.*", "ledger.*")
            receiver.codes = {"catalog.products-created": 500}
            happen(world, "P-1", "P-2")
            from decimal import Decimal

            from duecourse.catalog import actions as catalog
            from duecourse.catalog import rules as catalog_rules
            from duecourse.core.money import Price

            price = Price(Decimal("3.00"), "EUR")
            catalog.set_prices(world.call, [catalog_rules.NewPrice("P-1", price, world.call.today)])
            begun = time.monotonic()
            assert deliver().delivered == 1
            assert time.monotonic() - begun < 20
        states = [each.state for each in messages(world, key)]
        assert states == ["waiting", "waiting", "delivered"]


class TestPointingInward:
    def test_is_refused_when_it_is_set_up(self, world: World, settings: Any) -> None:
        settings.WEBHOOKS_MAY_BE_LOCAL = False
        for url in ("http://127.0.0.1/x", "https://10.0.0.1/", "https://localhost:8443/"):
            with pytest.raises(Refused, match=r"access\.webhook-url"):
                access.create_webhook(world.calls["administrator"], url)

    @pytest.mark.parametrize("found", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::ffff:169.254.169.254"], ["64:ff9b::a00:1"]])
    def test_is_refused_when_a_name_leads_there(self, found: list[str]) -> None:
        with receiving() as receiver:
            answer = Sender(resolve=lambda host, port: found).send("https://rebound.example/", {}, b"{}")
            assert answer == Answer(None, answer.duration_ms, "This address leads into our own network.")
            assert receiver.got == []

    def test_numbers_in_disguise(self) -> None:
        for host in ("2130706433", "0x7f.1", "127.1", "0"):
            answer = Sender().send(f"https://{host}/", {}, b"{}")
            assert answer.code is None, host
            assert "own network" in answer.error or "gaierror" in answer.error


class TestTls:
    def test_the_name_is_checked_and_the_checked_address_called(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
        authority = trustme.CA()
        bundle = tmp_path / "authority.pem"
        authority.cert_pem.write_to_path(str(bundle))
        monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("hooks.localhost", "localhost").configure_cert(context)
        with receiving(context) as receiver:
            address = receiver.url.replace("127.0.0.1", "localhost")
            asked: list[str] = []

            def resolve(host: str, port: int) -> list[str]:
                asked.append(host)
                return ["127.0.0.1"]

            by = Sender(may_be_local=True, resolve=resolve)
            headers = {"webhook-id": "msg_1", "Content-Type": "application/json"}
            assert by.send(address, headers, b'{"type": "a.b"}').code == 200
            assert asked == ["localhost"]
            assert receiver.got[0].headers["Host"].startswith("localhost:")
            wrong = by.send(receiver.url, headers, b'{"type": "a.b"}')  # its certificate is for another name
            assert wrong.code is None
            assert "certificate" in wrong.error


VICTIM = """
import django, sys, time
django.setup()
from duecourse.access import actions as access, queries
from duecourse.core.call import within
from django.utils import timezone
from duecourse.jobs import webhooks
def hang(*arguments):
    print("sent", flush=True)
    time.sleep(60)
webhooks._mark = hang
webhooks.deliver_all(webhooks.Sender(may_be_local=True))
"""


class TestAKill:
    def test_between_sending_and_marking_sends_again_with_the_same_id(
        self, world: World, receiver: Receiver, clock: Clock, fresh_database: Fresh
    ) -> None:
        added(world, receiver)
        happen(world, "P-1")
        settle()
        victim = subprocess.Popen(
            [sys.executable, "-c", VICTIM],
            env={**fresh_database.environment, "DUECOURSE_WEBHOOKS_LOCAL": "1"},
            stdout=subprocess.PIPE,
        )
        assert victim.stdout is not None
        assert victim.stdout.readline() == b"sent\n"
        os.kill(victim.pid, signal.SIGKILL)
        victim.wait(10)
        assert len(receiver.got) == 1
        clock.at = dt.datetime.now(dt.UTC)  # the victim's own clock took it
        assert deliver().delivered == 0
        clock.on(minutes=3)
        assert deliver().delivered == 1
        assert len(set(receiver.ids())) == 1
        assert len(receiver.ids()) == 2


def test_old_messages_are_forgotten(world: World, receiver: Receiver, clock: Clock) -> None:
    key, _ = added(world, receiver)
    happen(world, "P-1")
    deliver()
    clock.on(days=31)
    assert webhooks.forget_all() == 1
    assert messages(world, key) == []
