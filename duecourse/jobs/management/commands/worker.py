"""Work through the queue and keep the clock, until SIGTERM or Ctrl-C; jobs that run are finished first."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

GRACE_SECONDS = 3  # below what a supervisor waits before it kills; what is cut off is taken up again


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--concurrency", type=int, default=3, help="jobs at a time (default: 3)")
        parser.add_argument("--once", action="store_true", help="end when the queue is empty")

    def handle(self, *args: Any, **options: Any) -> None:
        run(wait=not options["once"], concurrency=options["concurrency"])


def run(wait: bool, concurrency: int = 3) -> None:
    """Run a worker on connections of its own; `app` keeps Django's, so that what a job enqueues is in the job's transaction."""
    worker = app.with_connector(DjangoConnector().get_worker_connector())
    worker.run_worker(
        wait=wait,
        concurrency=concurrency,
        listen_notify=wait,
        install_signal_handlers=wait,
        shutdown_graceful_timeout=GRACE_SECONDS,
        delete_jobs="successful",
    )
