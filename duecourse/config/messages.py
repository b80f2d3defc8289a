"""`make messages`: the words on screen, collected for translators and compiled, without any tool but Python's.

Words come from gettext calls in Python and templates, and from the sentences of refusals (`Refused(code, f"…")`): these are written
where they are raised, in English, so their patterns are kept in `locale/refusals.json`, and the door finds the pattern of a sentence to say
it in another language. A test holds that every word has its translation.
"""

from __future__ import annotations

import ast
import datetime as dt
import io
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from duecourse.config.embedded import PROJECT

PACKAGE = PROJECT / "duecourse"
FOLDER = PACKAGE / "locale"
LANGUAGES = ("de", "fr")
NO_DATE = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)  # the header wants one
REFUSALS = FOLDER / "refusals.json"
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop", "N_"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
Word = tuple[str | tuple[str, str], str | None]  # the word (or its singular and plural), and its context


def words() -> dict[Word, None]:
    """Every word that a person may read, in the order of the files; each once."""
    found: dict[Word, None] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        if "migrations" not in path.parts:
            found |= dict.fromkeys(_in_python(path.read_text(encoding="utf-8")))
    for path in sorted(PACKAGE.glob("*/templates/**/*.*")):
        if path.suffix in (".html", ".txt"):
            found |= dict.fromkeys(_in_template(path))
    for patterns in refusals().values():
        found |= dict.fromkeys((pattern, None) for pattern in patterns)
    return found


def _in_template(path: Path) -> Iterator[Word]:
    from django.utils.translation.template import templatize

    return _in_python(templatize(path.read_text(encoding="utf-8"), origin=str(path)))


def _in_python(text: str) -> Iterator[Word]:
    for _line, function, said, _comments in extract_python(io.BytesIO(text.encode()), KEYWORDS, [], {}):
        name = str(function)
        parts: list[Any] = list(said) if isinstance(said, (tuple, list)) else [said]
        context = parts.pop(0) if name.startswith(("p", "np")) else None
        if not parts or not isinstance(parts[0], str) or not parts[0]:
            continue
        if "ngettext" in name or name.startswith("np"):
            yield (parts[0], str(parts[1])), context
        else:
            yield parts[0], context


def refusals() -> dict[str, list[str]]:
    """Code → the sentences that it is refused with; {0}, {1} … stand for what is filled in."""
    found: dict[str, list[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or getattr(node.func, "id", "") != "Refused" or len(node.args) < 2:
                continue
            code, message = node.args[:2]
            pattern = _pattern(message)
            if isinstance(code, ast.Constant) and pattern and pattern not in found.setdefault(str(code.value), []):
                found[str(code.value)].append(pattern)
    return dict(sorted(found.items()))


def _pattern(node: ast.expr) -> str:
    """A message with its places numbered; nothing for one that was already put into the reader's words."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.replace("{", "{{").replace("}", "}}")
    if not isinstance(node, ast.JoinedStr):
        return ""
    place, parts = 0, []
    for part in node.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value).replace("{", "{{").replace("}", "}}"))
        else:
            parts.append(f"{{{place}}}")
            place += 1
    return "".join(parts)


# -- the catalogues


def path_of(language: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    """The catalogue as it is committed; empty when there is none."""
    path = path_of(language)
    if not path.is_file():
        return Catalog(locale=language, project="Duecourse", charset="utf-8")
    with path.open("rb") as handle:
        return read_po(handle, locale=language, charset="utf-8")


def renewed(language: str) -> Catalog:
    """The catalogue with exactly today's words: translations that are there stay, words that went away go, new ones are empty."""
    before = read(language)
    fresh = Catalog(locale=language, project="Duecourse", charset="utf-8", fuzzy=False, header_comment="")
    for word, context in words():
        known = before.get(word[0] if isinstance(word, tuple) else word, context)
        fresh.add(word, known.string if known and bool(known.pluralizable) == isinstance(word, tuple) else None, context=context)
    return fresh


def written(catalog: Catalog) -> bytes:
    """The catalogue as a .po file: sorted, without places and dates, so that it changes only where words do."""
    out = io.BytesIO()
    write_po(out, catalog, width=0, omit_header=True, sort_output=True, no_location=True)
    header = (
        f'msgid ""\nmsgstr ""\n"Language: {catalog.locale}\\n"\n"MIME-Version: 1.0\\n"\n'
        f'"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n"Plural-Forms: {catalog.plural_forms}\\n"\n\n'
    )
    return header.encode() + out.getvalue().strip() + b"\n"


def compiled(catalog: Catalog) -> bytes:
    """The catalogue as Django reads it; the same bytes for the same words, on every day."""
    catalog.creation_date = catalog.revision_date = NO_DATE
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def untranslated(catalog: Catalog) -> list[str]:
    """The words that have no translation yet."""
    empty = []
    for message in catalog:
        said = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        if message.id and not all(said):
            empty.append(message.id if isinstance(message.id, str) else message.id[0])
    return empty


def places(text: str) -> list[str]:
    """What a word leaves to be filled in: %(name)s, {name}, {0}, and its tags."""
    return sorted(re.findall(r"%\(\w+\)[sd]|%[sd]|\{\w*(?:[!:][^{}]*)?\}|</?[a-z]+[^<>]*>", text))


def main() -> int:
    """Collect, keep what is translated, compile; says what is still missing."""
    import django

    django.setup()
    FOLDER.mkdir(exist_ok=True)
    REFUSALS.write_text(json.dumps(refusals(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for language in LANGUAGES:
        catalog = renewed(language)
        path = path_of(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written(catalog))
        path.with_suffix(".mo").write_bytes(compiled(read(language)))
        print(f"{language}: {len(catalog)} words, {len(untranslated(catalog))} without a translation")
    return 0


if __name__ == "__main__":
    sys.exit(main())
