"""Writes fonts/coverage.txt of the PDFs again after the fonts have changed: python -m tests.documents.coverage."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from fontTools.ttLib import TTFont

FONTS = Path(__file__).resolve().parents[2] / "duecourse/documents/pdf/fonts"


def coverage() -> str:
    """Hexadecimal ranges of the characters that a bundled font can show, ten to a line; no controls, no private use."""
    points: set[int] = set()
    for path in FONTS.glob("*.ttf"):
        points |= set(TTFont(path).getBestCmap())
    shown = sorted(point for point in points if unicodedata.category(chr(point)) not in {"Cc", "Cs", "Co", "Cf"})
    ranges: list[list[int]] = []
    for point in shown:
        if ranges and ranges[-1][1] == point - 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    words = [f"{first:x}" if first == last else f"{first:x}-{last:x}" for first, last in ranges]
    return "".join(" ".join(words[start : start + 10]) + "\n" for start in range(0, len(words), 10))


if __name__ == "__main__":
    (FONTS / "coverage.txt").write_text(coverage())
