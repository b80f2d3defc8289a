"""Stories are Markdown pages, run by doctest: each begins with a new company and knows the verbs of tests.stories.tale."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.stories.tale import Tale


@pytest.fixture(autouse=True)
def company(request: pytest.FixtureRequest) -> Iterator[None]:
    """A company of the story's own, in a transaction that is rolled back."""
    if not isinstance(request.node, pytest.DoctestItem):
        yield
        return
    words: dict[str, Callable[..., object]] = request.getfixturevalue("doctest_namespace")
    request.getfixturevalue("db")
    words.update(Tale().verbs())
    yield
    words.clear()
