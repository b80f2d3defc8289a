"""The words on screen: collected as they stand in the code, all translated, with nothing lost that is filled in."""

from __future__ import annotations

import json

import pytest

from duecourse.config import messages


@pytest.fixture(scope="module", params=messages.LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class TestEveryLanguage:
    def test_holds_exactly_the_words_of_the_code(self, language: str) -> None:
        catalog = messages.renewed(language)
        assert messages.path_of(language).read_bytes() == messages.written(catalog), "run `make messages`"
        assert messages.path_of(language).with_suffix(".mo").read_bytes() == messages.compiled(messages.read(language))

    def test_is_complete(self, language: str) -> None:
        assert messages.untranslated(messages.read(language)) == []

    def test_keeps_what_is_filled_in(self, language: str) -> None:
        wrong = []
        for message in messages.read(language):
            said = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
            asked = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
            allowed = [messages.places(str(one)) for one in asked]
            wrong += [one for one in said if message.id and messages.places(str(one)) not in allowed]
        assert wrong == []


def test_the_sentences_of_refusals_are_kept_by_code() -> None:
    assert json.loads(messages.REFUSALS.read_text(encoding="utf-8")) == messages.refusals(), "run `make messages`"


def test_a_lost_place_is_noticed() -> None:
    assert messages.places("%(n)s of {all} in <b>{0}</b>") == ["%(n)s", "</b>", "<b>", "{0}", "{all}"]
    assert messages.places("%(n)s of all") != messages.places("%(m)s of all")
