"""A bank's file as a job: taken with its progress, refused in words, and taken up again after a kill."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from typing import Any

import pytest
from procrastinate.exceptions import AlreadyEnqueued

from duecourse.cash import queries as cash_facts
from duecourse.core import progress
from duecourse.core.call import Call, within
from duecourse.core.queue import enqueue
from duecourse.documents import actions as documents
from tests.bankfiles import Pay, camt
from tests.databases import Fresh, rows
from tests.work import work
from tests.world import World, build


@pytest.fixture
def world(fresh_database: Fresh, tmp_path: Any, settings: Any) -> World:
    settings.MEDIA_ROOT = tmp_path / "media"
    return build()


def upload(call: Call, name: str, data: bytes) -> int:
    digest = documents.store_bytes(data)
    with within(call):
        task = progress.begin(call, "bank-file", name)
        enqueue("take_bank_file", company_id=call.company.id, user_id=call.by.id, name=name, digest=digest, task_id=task)
    return task


def task_of(call: Call, task: int) -> progress.TaskView:
    with within(call):
        return next(one for one in progress.unseen(call, "bank-file") if one.id == task)


def payments(call: Call) -> int:
    with within(call):
        return cash_facts.counts(call)["all"]


class TestBankFileJob:
    def test_takes_a_file_and_says_what_it_brought(self, world: World) -> None:
        call = world.calls["cash-application"]
        task = upload(call, "one.xml", camt(world.bank_numbers["EUR"], [Pay("100.00", "Albrecht"), Pay("-7.00", "Bank")]))
        assert task_of(call, task).state == "queued"
        work()
        done = task_of(call, task)
        assert (done.state, done.result["lines_new"], done.result["payments"]) == ("done", 2, 1), done
        assert payments(call) == 1

    def test_says_of_the_same_file_that_it_is_known(self, world: World) -> None:
        call = world.calls["cash-application"]
        data = camt(world.bank_numbers["EUR"], [Pay("100.00", "Albrecht")])
        upload(call, "one.xml", data)
        again = upload(call, "renamed.xml", data)
        work()
        assert task_of(call, again).result["known"] is True
        assert payments(call) == 1

    def test_refuses_a_file_whole_and_keeps_why(self, world: World) -> None:
        call = world.calls["cash-application"]
        task = upload(call, "bad.xml", camt(world.bank_numbers["EUR"], [Pay("100.00", "A")], closing="999.00"))
        work()
        failed = task_of(call, task)
        assert failed.state == "failed"
        assert str(failed.error["code"]).startswith("bank.")
        assert "bad.xml" in str(failed.error["message"])
        assert payments(call) == 0

    def test_is_not_there_when_its_transaction_is_not(self, world: World) -> None:
        call = world.calls["cash-application"]
        with pytest.raises(ZeroDivisionError), within(call):
            task = progress.begin(call, "bank-file", "x")
            enqueue("take_bank_file", company_id=call.company.id, user_id=call.by.id, name="x", digest="0" * 64, task_id=task)
            raise ZeroDivisionError
        assert rows("select count(*) from procrastinate_jobs")[0][0] == 0

    def test_knows_the_names_of_jobs(self, world: World) -> None:
        with pytest.raises(KeyError):
            enqueue("take_file")

    @pytest.mark.slow
    def test_goes_on_after_its_worker_was_killed(self, world: World, fresh_database: Fresh, settings: Any) -> None:
        call = world.calls["cash-application"]
        lines = [Pay(f"{100 + n}.00", f"Payer {n}", f"text {n}") for n in range(3000)]
        task = upload(call, "large.xml", camt(world.bank_numbers["EUR"], lines))
        environment = {**fresh_database.environment, "TEST_MEDIA_ROOT": str(settings.MEDIA_ROOT)}
        script = (
            "import os, django; django.setup(); from django.conf import settings; from pathlib import Path; "
            "settings.MEDIA_ROOT = Path(os.environ['TEST_MEDIA_ROOT']); "
            "from duecourse.jobs.management.commands.worker import run; run(wait=False, concurrency=1)"
        )
        victim = subprocess.Popen([sys.executable, "-c", script], env=environment)
        deadline = time.monotonic() + 60
        while task_of(call, task).state == "queued" and time.monotonic() < deadline:
            time.sleep(0.02)
        assert task_of(call, task).state == "running"
        os.kill(victim.pid, signal.SIGKILL)
        victim.wait()
        assert payments(call) == 0
        assert task_of(call, task).state == "running"
        rows("update procrastinate_workers set last_heartbeat = now() - interval '5 minutes' returning id")
        with contextlib.suppress(AlreadyEnqueued):  # the clock may have been quicker
            enqueue("retry_stalled", timestamp=0)
        work()
        work()
        done = task_of(call, task)
        assert (done.state, done.result["payments"]) == ("done", 3000), done
        assert payments(call) == 3000
