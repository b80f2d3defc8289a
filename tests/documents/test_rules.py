"""Retries, names and what may be sent, without a database."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecourse.core.errors import Refused
from duecourse.documents import rules

NOON = dt.datetime(2026, 11, 17, 12, tzinfo=dt.UTC)


class TestRetries:
    def test_wait_longer_each_time_and_then_end(self) -> None:
        waits = []
        for attempt in range(1, 9):
            following = rules.next_attempt(attempt, NOON)
            waits.append(None if following is None else int((following - NOON).total_seconds()))
        assert waits == [5, 300, 1800, 7200, 18_000, 36_000, 86_400, None]


class TestMails:
    @pytest.mark.parametrize(
        ("recipients", "title"),
        [
            ((), "Invoice"),
            (("a@b.de\nBcc: c@d.de",), "Invoice"),
            (("a@b.de, c@d.de",), "Invoice"),
            (("a@b.de",), "Invoice\r\nBcc: c@d.de"),
            (("a@b.de",), "Invoice\u2028x"),
            (("a@b.de",), ""),
            (("a@b.de",), "x" * 201),
        ],
    )
    def test_with_heads_of_their_own_or_without_receiver_are_refused(self, recipients: tuple[str, ...], title: str) -> None:
        with pytest.raises(Refused) as refused:
            rules.checked(rules.NewDispatch("inv_1", "invoice", recipients, title, "Body"))
        assert refused.value.code == "documents.dispatch-not-usable"

    def test_have_one_message_id_whenever_they_are_sent(self) -> None:
        assert rules.message_id(7, "Duecourse <billing@tf.example>") == rules.message_id(7, "x@tf.example")
        assert rules.message_id(7, "a@tf.example").endswith("@tf.example>")


class TestNames:
    @pytest.mark.parametrize(
        ("given_name", "kept"),
        [
            ("../../etc/passwd", "passwd"),
            ("C:\\files\\camt.xml", "camt.xml"),
            ("a\r\nb.pdf", "ab.pdf"),
            ("", "file"),
            ("..", "file"),
        ],
    )
    def test_lose_folders_and_control_characters(self, given_name: str, kept: str) -> None:
        assert rules.safe_name(given_name) == kept

    @given(st.text(max_size=100))
    def test_of_the_store_are_digests_and_nothing_else(self, text: str) -> None:
        with pytest.raises(Refused):
            rules.shard(text + "/..")
