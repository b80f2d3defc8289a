"""Pages, refusals and reasons speak the person's language; what is filled in stays what it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

from duecourse.access import actions as access
from duecourse.core.errors import Refused
from duecourse.web.language import in_words
from tests.web.desk import sit, text
from tests.world import build


@pytest.fixture(autouse=True)
def back_to_english() -> Iterator[None]:
    """A page leaves its language behind in the thread, as it does in a server."""
    yield
    translation.activate("en")


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "heading", "find"), [("de", "Rechnungen", "Gutschriften"), ("fr", "Factures", "Avoirs")])
def test_a_person_reads_their_language(language: str, heading: str, find: str) -> None:
    world = build()
    access.change_language(world.calls["billing"], language)
    page = text(sit(world, "billing").get("/invoices/"))
    assert f"<h1>{heading}</h1>" in page
    assert find in page
    assert f'lang="{language}"' in page


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("receivables.already-undone", "This was already undone."),
        ("access.unknown-role", "There is no role “boss”. Roles are: controller, cfo."),
    ],
)
def test_a_refusal_is_said_in_it(code: str, message: str) -> None:
    refused = Refused(code, message)
    with translation.override("en"):
        assert in_words(refused) == message
    for language in ("de", "fr"):
        with translation.override(language):
            said = in_words(refused)
            assert said != message
            if "“boss”" in message:
                assert "boss" in said
                assert "controller, cfo" in said


def test_a_sentence_that_is_in_words_already_stays() -> None:
    with translation.override("de"):
        assert in_words(Refused("web.looking-back", "Ein Satz der Tür.")) == "Ein Satz der Tür."
