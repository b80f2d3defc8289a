"""Which characters the bundled fonts can show: PDF/A refuses a file in which one glyph is missing."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from functools import cache
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"
REPLACEMENT = "\N{WHITE SQUARE}"  # not U+FFFD: PDF/A takes that for a glyph that is missing


@cache
def _ranges() -> tuple[list[int], list[int]]:
    pairs = [word.partition("-") for word in (FONTS / "coverage.txt").read_text().split()]
    return [int(first, 16) for first, _, _ in pairs], [int(last or first, 16) for first, _, last in pairs]


def covered(character: str) -> bool:
    """Whether a bundled font has a glyph for `character`."""
    firsts, lasts = _ranges()
    place = bisect_right(firsts, ord(character)) - 1
    return place >= 0 and ord(character) <= lasts[place]


def printable(text: str) -> str:
    """`text` as it can be printed: composed (NFC), controls and joiners out, what no font shows as a white square.

    Whoever must know whether something was lost compares the count of `REPLACEMENT` before and after. Line breaks stay.
    """
    if text.isascii() and text.isprintable():
        return text
    kept = []
    for character in unicodedata.normalize("NFC", text):
        if character == "\n":
            kept.append(character)
        elif character == "\t":
            kept.append(" ")
        elif unicodedata.category(character) in {"Cc", "Cf", "Cs"}:
            continue
        else:
            kept.append(character if covered(character) else REPLACEMENT)
    return "".join(kept)
