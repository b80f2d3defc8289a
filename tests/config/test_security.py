"""Headers of every answer, and the two clocks of a session."""

from __future__ import annotations

import json
import logging
import time

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from duecourse.config import logs, security


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"<script nonce={security.nonce(request)['nonce']}>")


class TestHeaders:
    def test_the_nonce_of_the_page_is_the_policys_and_new_each_time(self) -> None:
        answers = [security.Headers(page)(RequestFactory().get("/")) for _ in range(2)]
        policies = [answer["Content-Security-Policy"] for answer in answers]
        for answer, policy in zip(answers, policies, strict=True):
            nonce = answer.content.decode().removeprefix("<script nonce=").removesuffix(">")
            assert f"'nonce-{nonce}'" in policy
        assert policies[0] != policies[1]

    def test_nothing_inline_nothing_foreign_no_frames(self) -> None:
        policy = security.Headers(page)(RequestFactory().get("/"))["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "http:" not in policy
        assert "https:" not in policy

    def test_data_stays_out_of_caches_unless_a_view_says_otherwise(self) -> None:
        assert security.Headers(page)(RequestFactory().get("/"))["Cache-Control"] == "no-store"
        kept = HttpResponse(headers={"Cache-Control": "public"})
        assert security.Headers(lambda request: kept)(RequestFactory().get("/"))["Cache-Control"] == "public"


@pytest.mark.django_db
class TestSessionLimits:
    def visit(self, **session: object) -> SessionStore:
        request = RequestFactory().get("/")
        request.session = SessionStore()
        request.session.update({"_auth_user_id": "1", **session})
        request.session.modified = False
        request.user = None  # type: ignore[assignment]
        security.SessionLimits(lambda request: HttpResponse())(request)
        return request.session  # type: ignore[return-value]

    def test_it_ends_twelve_hours_after_log_in_however_busy(self) -> None:
        now = int(time.time())
        assert "_auth_user_id" in self.visit(_began=now - settings.SESSION_ABSOLUTE_AGE + 60, _seen=now)
        assert "_auth_user_id" not in self.visit(_began=now - settings.SESSION_ABSOLUTE_AGE - 1, _seen=now)

    def test_the_idle_clock_is_written_once_a_minute(self) -> None:
        now = int(time.time())
        assert not self.visit(_began=now, _seen=now - 10).modified
        assert self.visit(_began=now, _seen=now - 70).modified

    def test_idle_is_thirty_minutes(self) -> None:
        assert settings.SESSION_COOKIE_AGE == 30 * 60


class TestLogs:
    def test_a_line_is_one_json_object(self) -> None:
        record = logging.LogRecord("duecourse", logging.WARNING, __file__, 1, "late by %s\ndays", (3,), None)
        record.request_id = "r1"
        line = json.loads(logs.Json().format(record))
        assert line["message"] == "late by 3\ndays"
        assert (line["level"], line["request_id"]) == ("warning", "r1")
        assert line["at"].endswith("+00:00")
