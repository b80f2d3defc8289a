"""Document numbers and structured references: how they are made, normalised, and found in a text.

Sources: ISO 11649:2009 for creditor references (check digits by ISO/IEC 7064, MOD 97-10).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_CHUNK = re.compile(r"[^\W_]+")
_NOT_TELLING = re.compile(r"[^0-9A-Za-z]+")
_NOT_DIGITS = re.compile(r"[^0-9]+")
_LONG_DIGITS = re.compile(r"[0-9]{5,}")
_JOINER = re.compile(r"[\s\-/._#:+*]{1,3}")
_JOINED_MAX = 6  # pieces that one number may be written in, as in RF18 5390 0754 7034
_LENGTH_MAX = 35
_SUFFIX_DIGITS_MIN = 5
_DATE_OR_AMOUNT = re.compile(
    r"\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})(?!\d)|\d{4}-\d{2}-\d{2}(?!\d)|\d{1,3}(?:[.,]\d{3})*[.,]\d{2}(?![\d.,])"
)


def is_rf_reference(text: str) -> bool:
    """Is this an ISO 11649 creditor reference with right check digits? Blanks between its groups are allowed."""
    compact = text.replace(" ", "").upper()
    if not re.fullmatch(r"RF[0-9]{2}[0-9A-Z]{1,21}", compact):
        return False
    return _mod_97(compact[4:] + compact[:4]) == 1


def _mod_97(text: str) -> int:
    return int("".join(str(int(sign, 36)) for sign in text)) % 97


@lru_cache(maxsize=65536)
def normalised(number: str) -> str:
    """A document number without case, accents and separators: "Inv-26/0031098" → "INV260031098"."""
    plain = number if number.isascii() else unicodedata.normalize("NFKD", number)
    return _NOT_TELLING.sub("", plain).upper()


@lru_cache(maxsize=65536)
def digits(number: str) -> str:
    """The digits of a document number, without the letters before and between and without leading zeros."""
    return _NOT_DIGITS.sub("", number).lstrip("0")


def suffix_key(all_digits: str) -> str | None:
    """The last digits a number is found by when its beginning was dropped; None when it has too few."""
    return all_digits[-_SUFFIX_DIGITS_MIN:] if len(all_digits) >= _SUFFIX_DIGITS_MIN else None


def one_slip_apart(text: str, number: str) -> bool:
    """Does the text have the last digits (five or more) of a document number with one digit wrong or two neighbours swapped?"""
    right = _NOT_DIGITS.sub("", number)
    for written in _LONG_DIGITS.findall(text):
        length = min(len(written), len(right))
        if length >= _SUFFIX_DIGITS_MIN and _slips(written[-length:], right[-length:]):
            return True
    return False


def _slips(written: str, right: str) -> bool:
    wrong = [place for place, (one, other) in enumerate(zip(written, right, strict=True)) if one != other]
    if len(wrong) == 2 and wrong[1] == wrong[0] + 1:
        first, second = wrong
        return written[first] == right[second] and written[second] == right[first]
    return len(wrong) == 1


def dates_and_amounts(text: str) -> list[tuple[int, int]]:
    """Spans of the text that read as a date or an amount, which the digits inside are therefore not numbers of documents."""
    return [match.span() for match in _DATE_OR_AMOUNT.finditer(text)]


def candidates(text: str) -> Iterator[tuple[str, int, int]]:
    """Everything in the text that may be a number: (normalised, start, end), longest first at each place.

    A number may be written in pieces ("RE 2026/00123", "RF18 5390 0754"), so neighbouring pieces are also joined. Spans
    are offsets into the text as it came. Only candidates with a digit are given.
    """
    pieces = [(normalised(match.group(0)), match.start(), match.end()) for match in _CHUNK.finditer(text)]
    joined = [
        index + 1 < len(pieces) and _JOINER.fullmatch(text, piece[2], pieces[index + 1][1]) is not None
        for index, piece in enumerate(pieces)
    ]
    for first, (word, start, _) in enumerate(pieces):
        found: list[tuple[str, int, int]] = []
        body = ""
        for last in range(first, min(first + _JOINED_MAX, len(pieces))):
            body += pieces[last][0]
            if len(body) > _LENGTH_MAX:
                break
            if not body.isalpha():
                found.append((body, start, pieces[last][2]))
            if not joined[last]:
                break
        yield from reversed(found)
        # "INV26311" in one piece also stands for "26311": a prefix of letters is dropped.
        bare = word.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        if bare and bare != word:
            end = pieces[first][2]
            yield bare, end - len(bare) if len(word) == end - start else start, end
