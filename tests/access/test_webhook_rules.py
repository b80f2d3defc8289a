"""What is called and what is not, how a message is signed, and when it is sent again."""

from __future__ import annotations

import base64
import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecourse.access.rules import webhooks as rules
from duecourse.core.errors import Refused
from tests.jobs.receiver import verified

AT = dt.datetime(2026, 11, 17, 11, 0, tzinfo=dt.UTC)
INWARD = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.254",
    "127.0.0.1",
    "127.8.8.8",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "192.0.0.8",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:8.8.8.8",
    "::127.0.0.1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "2002:7f00:1::",
    "2001:0:1::1",
    "not-an-address",
]
OUTWARD = [
    "1.1.1.1",
    "8.8.8.8",
    "172.15.255.255",
    "172.32.0.1",
    "100.63.255.255",
    "100.128.0.1",
    "192.169.0.1",
    "2606:4700:4700::1111",
    "2a00:1450::1",
]
REFUSED = [
    "http://example.com/",
    "https://example.com:8080/",
    "https://example.com:22/",
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://10.1.2.3/x",
    "https://169.254.169.254/latest/meta-data",
    "https://[::ffff:169.254.169.254]/",
    "https://localhost/",
    "https://db.internal/",
    "https://printer.local/",
    "https://user:pw@example.com/",
    "https://example.com/#part",
    "ftp://example.com/",
    "file:///etc/passwd",
    "//example.com/",
    "example.com",
    "javascript:alert(1)",
    "https:///path",
    "https://example.com:99999/",
    "https://exämple.com/",
    "https://[::1/",
    "https://a.example\\@b.example/",
    "https://localhost./",
]


class TestAddresses:
    @pytest.mark.parametrize("address", INWARD)
    def test_inward_ones_are_known(self, address: str) -> None:
        assert rules.is_inward(address)

    @pytest.mark.parametrize("address", OUTWARD)
    def test_outward_ones_are_called(self, address: str) -> None:
        assert not rules.is_inward(address)

    @pytest.mark.parametrize(
        "url", [*REFUSED, "", "https://example.com/ x", "https://example.com/\nHost: x", "https://e.example/" + "a" * 500]
    )
    def test_refused(self, url: str) -> None:
        with pytest.raises(Refused, match=r"access\.webhook-url"):
            rules.checked_url(url)

    @pytest.mark.parametrize("url", ["https://example.com/hooks", "https://example.com:8443/a?b=c", "https://8.8.8.8/"])
    def test_taken(self, url: str) -> None:
        assert rules.checked_url(f" {url} ") == url

    def test_this_machine_only_where_it_is_allowed(self) -> None:
        assert rules.checked_url("http://127.0.0.1:5000/x", may_be_local=True)
        for url in ("http://10.0.0.1/", "https://192.168.0.1/", "http://example.com/"):
            with pytest.raises(Refused):
                rules.checked_url(url, may_be_local=True)


class TestEvents:
    def test_names_and_whole_rooms(self) -> None:
        rooms = frozenset({"orders", "credit"})
        assert rules.checked_events(["orders.order-created", "credit.*", "credit.*"], rooms) == [
            "credit.*",
            "orders.order-created",
        ]
        for wrong in ("orders", "*", "*.*", "order.order-created", "orders.Created", "orders.order-created; drop"):
            with pytest.raises(Refused, match=r"access\.webhook-events"):
                rules.checked_events([wrong], rooms)


class TestTheMessage:
    @given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), st.binary(min_size=24, max_size=64))
    def test_a_receiver_can_verify_it(self, words: str, secret: bytes) -> None:
        body = json.dumps({"type": words}, ensure_ascii=False)
        message = rules.Outgoing(1, "msg_1", 1, "https://example.com", body, (b"x" * 32, secret))
        headers = rules.headers(message, 1_700_000_000)
        assert verified(rules.secret_text(secret), headers, body.encode())
        assert not verified(rules.secret_text(secret), headers, body.encode() + b" ")
        assert not verified(rules.secret_text(secret), {**headers, "webhook-timestamp": "1700000001"}, body.encode())

    def test_the_standards_own_example(self) -> None:
        """From the Standard Webhooks specification's reference libraries."""
        secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        signed = rules.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, '{"test": 2432232314}')
        assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

    def test_is_thin_however_much_happened(self) -> None:
        body = rules.payload("invoicing.invoices-posted", AT, "cmp_1", "evt_1", [f"inv_{n:012}" for n in range(50_000)])
        assert len(body.encode()) < 20_000
        told = json.loads(body)
        assert set(told) == {"type", "timestamp", "data"}
        assert told["data"]["subjects_total"] == 50_000
        assert len(told["data"]["subjects"]) > 500


class TestTheSchedule:
    def test_is_the_standards_with_a_little_more(self) -> None:
        hours = [5 / 3600, 5 / 60, 0.5, 2, 5, 10, 14, 20, 24]
        for failed, wait in enumerate(hours, start=1):
            at = rules.next_attempt(failed, "msg_1", AT)
            assert at is not None
            assert wait <= (at - AT) / dt.timedelta(hours=1) <= wait * 1.1 + 1e-9
        assert rules.next_attempt(10, "msg_1", AT) is None

    def test_differs_for_each_message(self) -> None:
        assert len({rules.next_attempt(4, f"msg_{number}", AT) for number in range(100)}) > 50
