"""Write the texts of mails and documents, and give them back."""

from __future__ import annotations

from django.db import connection

from duecourse.core import events
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused
from duecourse.tailoring import queries, rules
from duecourse.tailoring.models import TextVersion


@action
def write_text(call: Call, kind: str, language: str, text: rules.Text) -> int:
    """The company's own words from now on, in one language; the version's number. What was sent keeps what it said.

    Errors: Refused('tailoring.text-unknown'), Refused('tailoring.text-not-usable'), Refused('tailoring.placeholder-unknown'),
    Refused('tailoring.brace-open'), Refused('tailoring.brace-alone').
    """
    checked = rules.checked_text(rules.kind_of(kind), text, queries.custom_placeholders(call, kind))
    _language(language)
    _lock(call)
    newest = _newest(call, kind, language)
    if newest is not None and not newest.is_shipped and (newest.title, newest.body) == (checked.title, checked.body):
        return newest.version
    return _write(call, kind, language, (newest.version if newest else 0) + 1, checked, "tailoring.text-written")


@action
def reset_text(call: Call, kind: str, language: str) -> None:
    """The shipped text counts again; the company's own stays among the versions. Errors: Refused('tailoring.text-unknown')."""
    rules.kind_of(kind)
    _language(language)
    _lock(call)
    newest = _newest(call, kind, language)
    if newest is not None and not newest.is_shipped:
        _write(call, kind, language, newest.version + 1, None, "tailoring.text-reset")


def _language(language: str) -> None:
    if language not in rules.LANGUAGES:
        raise Refused("tailoring.text-unknown", f"Texts are in {', '.join(rules.LANGUAGES)}, not in “{language[:20]}”.")


def _lock(call: Call) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('tailoring.texts'), %s::int)", [call.company.id])


def _newest(call: Call, kind: str, language: str) -> TextVersion | None:
    found = TextVersion.objects.filter(company_id=call.company.id, kind=kind, language=language)
    return found.order_by("-version").first()


def _write(call: Call, kind: str, language: str, version: int, text: rules.Text | None, name: str) -> int:
    TextVersion.objects.create(
        company_id=call.company.id,
        kind=kind,
        language=language,
        version=version,
        is_shipped=text is None,
        title=text.title if text else "",
        body=text.body if text else "",
        by_name=call.by.name,
        at=call.at,
    )
    events.record(call, name, [], {"kind": kind, "language": language, "version": version})
    return version
