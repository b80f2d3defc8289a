"""Pages speak the language that the person chose, whatever their browser says; refusals too."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from duecourse.core.errors import Refused


class PersonalLanguage:
    """Middleware, after the log-in is known: activates the person's language for the request."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "_auth_user_id" in request.session:
            language = getattr(request.user, "language", "")
            if language and translation.check_for_language(language):
                translation.activate(language)
                request.LANGUAGE_CODE = translation.get_language() or language
        return self.answer(request)


def in_words(refused: Refused) -> str:
    """What was refused, in the reader's language.

    A room refuses in English, with what it is about filled in. The pattern of its sentence (`make messages` keeps them by code) leads to
    the translation, and what was filled in goes into that. A sentence without a pattern was put into words at the door already.
    """
    if (translation.get_language() or "en").startswith("en"):
        return refused.message
    for pattern, shape in _patterns().get(refused.code, ()):
        if found := shape.fullmatch(refused.message):
            return translation.gettext(pattern).format(*found.groups())
    return refused.message


@cache
def _patterns() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    kept: dict[str, list[str]] = json.loads((settings.LOCALE_PATHS[0] / "refusals.json").read_text(encoding="utf-8"))
    return {code: [(pattern, _shape(pattern)) for pattern in patterns] for code, patterns in kept.items()}


def _shape(pattern: str) -> re.Pattern[str]:
    """Matches the sentences that a pattern makes; {{ and }} are braces."""
    parts = re.split(r"\{\d+\}", pattern)
    return re.compile("(.*?)".join(re.escape(part.replace("{{", "{").replace("}}", "}")) for part in parts), re.DOTALL)
