"""The language of texts: words with placeholders in braces, `{customer name}`, and nothing else. Pure: no database, no clock.

There are no expressions, no attributes, no loops and no includes, so a text can do no more than say what it is given:
`{` begins a placeholder, `}` ends it, `{{` and `}}` are braces. What is filled in is never read again. A line whose
placeholders are all empty is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from duecourse.core.errors import Refused
from duecourse.core.reasons import N_
from duecourse.tailoring.rules.fields import PREFIX
from duecourse.tailoring.rules.reasons import nearest

TITLE_MAX, BODY_MAX, PRINTED_MAX = 150, 8_000, 1_000
FILLED_TITLE_MAX, FILLED_BODY_MAX, VALUE_MAX = 200, 100_000, 2_000
NAME_MAX = 60

_HOUSE = (("company name", N_("Our company’s name")), ("today", N_("The day on which it is written")))
_CUSTOMER = (
    ("customer name", N_("The customer’s name")),
    ("customer number", N_("The customer’s number")),
)
_DOCUMENT = (
    ("number", N_("Number of the document")),
    ("amount", N_("Its total with tax, without the currency")),
    ("currency", N_("Its currency")),
    ("date", N_("Day of the document")),
    ("their order", N_("The customer’s order number; empty when there is none")),
    ("our order", N_("Our order numbers; empty when there is none")),
)
_INVOICE = (
    *_DOCUMENT,
    ("due date", N_("Last day to pay")),
    ("reference", N_("The reference to quote with the payment")),
    ("discount until", N_("Last day of the cash discount; empty when there is none")),
    ("discount amount", N_("Amount to pay with cash discount; empty when there is none")),
)
_CREDIT_NOTE = (*_DOCUMENT, ("corrected invoice", N_("Number of the invoice it corrects")), ("reason", N_("Why it was written")))


@dataclass(frozen=True, slots=True)
class TextKind:
    """What can be written: `place` is mail or print, `about` which data fills it, `placeholders` are names with what they mean."""

    name: str
    words: str
    place: str
    about: str
    placeholders: tuple[tuple[str, str], ...]

    @property
    def has_title(self) -> bool:
        return self.place == "mail"


TEXT_KINDS: dict[str, TextKind] = {
    each.name: each
    for each in (
        TextKind("invoice-mail", N_("Mail with an invoice"), "mail", "invoice", (*_HOUSE, *_CUSTOMER, *_INVOICE)),
        TextKind("credit-note-mail", N_("Mail with a credit note"), "mail", "credit-note", (*_HOUSE, *_CUSTOMER, *_CREDIT_NOTE)),
        TextKind(
            "invitation-mail", N_("Invitation of a colleague"), "mail", "invitation",
            (*_HOUSE, ("name", N_("Who is invited")), ("link", N_("Where to choose a password")), ("days", N_("How many days the link holds"))),
        ),
        TextKind("invoice-above", N_("Invoice, above the lines"), "print", "invoice", (*_HOUSE, *_CUSTOMER, *_INVOICE)),
        TextKind("invoice-below", N_("Invoice, below the total"), "print", "invoice", (*_HOUSE, *_CUSTOMER, *_INVOICE)),
        TextKind("credit-note-above", N_("Credit note, above the lines"), "print", "credit-note", (*_HOUSE, *_CUSTOMER, *_CREDIT_NOTE)),
        TextKind("credit-note-below", N_("Credit note, below the total"), "print", "credit-note", (*_HOUSE, *_CUSTOMER, *_CREDIT_NOTE)),
    )
}  # fmt: skip
# What a text cannot do without: a mail that names no link invites nobody.
NEEDED: dict[str, tuple[str, ...]] = {"invitation-mail": ("link",)}


@dataclass(frozen=True, slots=True)
class Text:
    """A title (of mails, else empty) and a body, with placeholders or filled in."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Hole:
    """A placeholder in a text, and the line it stands on."""

    name: str
    line: int


def kind_of(name: str) -> TextKind:
    """The kind of text of a name. Errors: Refused('tailoring.text-unknown')."""
    if name not in TEXT_KINDS:
        raise Refused("tailoring.text-unknown", f"There is no text “{name[:60]}”.{nearest(name, TEXT_KINDS)}")
    return TEXT_KINDS[name]


def parts(text: str) -> Iterator[str | Hole]:
    """A text in its parts. Errors: Refused('tailoring.brace-open'), Refused('tailoring.brace-alone')."""
    place, line, words = 0, 1, 0  # `words`: where the literal part begins
    while place < len(text):
        character = text[place]
        if character in "{}" and text[place : place + 2] == character * 2:
            yield text[words:place] + character
            place += 2
            words = place
        elif character == "{":
            yield text[words:place]
            end = text.find("}", place, place + NAME_MAX + 2)
            inside = text[place + 1 : end] if end > 0 else ""
            if end < 0 or "{" in inside or "\n" in inside:
                raise Refused(
                    "tailoring.brace-open",
                    f"Line {line}: “{{” begins a placeholder that does not end on this line within {NAME_MAX} characters. "
                    "Close it with “}”, or write “{{” for a brace.",
                    line=line,
                )
            yield Hole(" ".join(inside.split()), line)
            place = words = end + 1
        elif character == "}":
            raise Refused("tailoring.brace-alone", f"Line {line}: “}}” ends no placeholder. Write “}}}}” for a brace.", line=line)
        else:
            line += character == "\n"
            place += 1
    yield text[words:]


def checked_text(kind: TextKind, text: Text, custom: Mapping[str, str] | None = None) -> Text:
    """`text` when it can be kept: placeholders that are known, lengths, a title of one line.

    `custom` are the company's own fields that may be named, by outer name. Errors: Refused('tailoring.text-not-usable'),
    Refused('tailoring.placeholder-unknown') naming line and nearest, and those of `parts`.
    """
    title, body = text.title.strip(), text.body.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    if not kind.has_title and title:
        raise Refused("tailoring.text-not-usable", "A printed text has no title of its own.")
    if kind.has_title and not 0 < len(title) <= TITLE_MAX:
        raise Refused("tailoring.text-not-usable", f"A mail has a title of 1 to {TITLE_MAX} characters.")
    if any(_is_control(character) for character in title):
        raise Refused(
            "tailoring.text-not-usable", "A mail’s title is one line: a line break in it would add heads to the mail of its own."
        )
    longest = BODY_MAX if kind.place == "mail" else PRINTED_MAX
    if len(body) > longest or (kind.place == "mail" and not body.strip()):
        raise Refused("tailoring.text-not-usable", f"The text has 1 to {longest} characters; this one has {len(body)}.")
    if any(_is_control(character) for character in body.replace("\n", "").replace("\t", "")):
        raise Refused("tailoring.text-not-usable", "The text holds a control character that cannot be printed. Take it out.")
    known = [name for name, _ in kind.placeholders] + list(custom or ())
    used = set()
    for part in (*parts(title), *parts(body)):
        if isinstance(part, Hole):
            used.add(part.name)
            if part.name not in known:
                raise Refused(
                    "tailoring.placeholder-unknown",
                    f"Line {part.line}: there is no placeholder “{{{part.name}}}” here.{nearest(part.name, known)}",
                    line=part.line,
                    placeholder=part.name,
                )
    for name in NEEDED.get(kind.name, ()):
        if name not in used:
            raise Refused("tailoring.text-not-usable", f"This text must name {{{name}}}: without it, it is of no use.")
    return Text(title, body)


def _is_control(character: str) -> bool:
    return ord(character) < 32 or character in "\x7f\x85\u2028\u2029"


def filled(text: Text, values: Mapping[str, str]) -> Text:
    """The text with its placeholders filled in; what has no value is empty. Values are words: nothing in them is read again."""
    title = " ".join(_fill_line(list(parts(text.title)), values).split())[:FILLED_TITLE_MAX]
    lines = []
    for line in text.body.split("\n"):
        found = list(parts(line))
        holes = [part for part in found if isinstance(part, Hole)]
        if holes and not any(values.get(hole.name, "").strip() for hole in holes):
            continue
        lines.append(_fill_line(found, values))
    return Text(title, "\n".join(lines)[:FILLED_BODY_MAX])


def _fill_line(found: list[str | Hole], values: Mapping[str, str]) -> str:
    return "".join(part if isinstance(part, str) else _value(values.get(part.name, "")) for part in found)


def _value(text: str) -> str:
    """A value as it may stand in a text: no control characters, and not endless."""
    return "".join(character for character in text[:VALUE_MAX] if not _is_control(character) or character == "\n")


def names(text: Text) -> list[str]:
    """The placeholders of a text, once each, in their order."""
    holes = [part.name for part in (*parts(text.title), *parts(text.body)) if isinstance(part, Hole)]
    return list(dict.fromkeys(holes))


def custom_names(text: Text) -> list[str]:
    """Those of them that are custom fields."""
    return [name for name in names(text) if name.startswith(PREFIX)]
