"""Fixtures for every test.

`db` (or `@pytest.mark.django_db`)  a transaction that is rolled back; deferred constraints are checked at its end
`fresh_database`                    an own database, for races, crashes and other things that really commit
`site`                              the real application served on its own fresh database; `site.url`
`browser_page`                      a page of a real browser, in a new profile
`shared`                            the folder of real files beside the project
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

from duecourse.config import database, embedded
from tests import databases

PROJECT = embedded.PROJECT
hypothesis_settings.register_profile("duecourse", deadline=None, print_blob=True)  # speed is never tested by a clock
hypothesis_settings.load_profile("duecourse")
CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def missing(what: str) -> None:
    """Skip for a stranger, fail in CI."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Databases are never flushed: what must commit takes `fresh_database`."""
    for item in items:
        marker = item.get_closest_marker("django_db")
        names = set(getattr(item, "fixturenames", ()))
        flushes = marker is not None and marker.kwargs.get("transaction")
        if flushes or names & {"transactional_db", "live_server", "django_db_reset_sequences"}:
            raise pytest.UsageError(f"{item.nodeid}: take `fresh_database` (and `site`) instead of a flushed database")
        if "browser_page" in names:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def shared() -> Path:
    """`../shared`, the folder of real data beside the project; never copied into it."""
    folder = PROJECT.parent / "shared"
    if not (folder / "data").is_dir():
        missing(f"real data is not beside the project ({folder})")
    return folder


# -- databases


@pytest.fixture(scope="session")
def database_access() -> Iterator[database.Access]:
    """The two roles of the test server; the embedded one is started and, by its last user, stopped."""
    access = database.ensure()
    yield access
    database.release()


@pytest.fixture(scope="session")
def django_db_setup(database_access: database.Access, django_db_blocker: Any) -> Iterator[None]:
    """One database for each test process, cloned from the template; tests leave nothing in it."""
    name = databases.clone(database_access)
    with django_db_blocker.unblock():
        databases.point_django_at(database_access.to(name))
    yield
    with django_db_blocker.unblock():
        databases.point_django_at(database_access)
    databases.drop(database_access, name)


@pytest.fixture
def fresh_database(django_db_setup: None, database_access: database.Access, django_db_blocker: Any) -> Iterator[databases.Fresh]:
    """A database of the test's own, for all threads; dropped afterwards. Use instead of `db`, not with it."""
    with fresh(database_access, django_db_blocker) as own:
        yield own


@contextmanager
def fresh(access: database.Access, blocker: Any) -> Iterator[databases.Fresh]:
    """The same for as long as one likes: a module whose tests only read may share one."""
    from django.db import connection

    before = connection.settings_dict["NAME"]
    name = databases.clone(access)
    with blocker.unblock():
        databases.point_django_at(access.to(name))
        yield databases.Fresh(name, access.to(name))
        databases.point_django_at(access.to(before))
    databases.drop(access, name)


# -- the real application in a real browser


@dataclass(frozen=True)
class Site:
    """A served application. `url` has no slash at its end."""

    url: str
    database: databases.Fresh


@contextmanager
def serving() -> Iterator[str]:
    """The WSGI application, served by threads of this process on the database that Django points at; its address."""
    from django.core.handlers.wsgi import WSGIHandler
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

    class Quiet(WSGIRequestHandler):
        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.daemon_threads = True
    server.set_app(WSGIHandler())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def site(fresh_database: databases.Fresh) -> Iterator[Site]:
    """The application on a fresh database."""
    with serving() as url:
        yield Site(url, fresh_database)


def chromium() -> str:
    for name in (os.environ.get("DUECOURSE_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name) if name else None
        if found:
            return found
    missing("no Chromium was found (on Debian: apt install chromium)")
    raise AssertionError("unreachable")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium without a window, started once for each test process."""
    path = chromium()
    from playwright.sync_api import sync_playwright

    # Playwright keeps a loop in this thread, in which Django would refuse its ordinary, synchronous calls
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, headless=True, args=CHROMIUM_FLAGS)
        yield running
        running.close()


@pytest.fixture
def new_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """Makes pages, each in a profile of its own: `new_page(color_scheme="dark", viewport={...})`."""
    contexts = []

    def make(**options: Any) -> Any:
        options = {"viewport": {"width": 1440, "height": 900}, "locale": "en-GB", "timezone_id": "Europe/Berlin", **options}
        context = browser.new_context(**options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def browser_page(new_page: Callable[..., Any]) -> Any:
    """One page; a script error or a refused resource on it fails the test."""
    page = new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    yield page
    assert not problems, f"the browser complained: {problems}"
