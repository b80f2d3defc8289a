"""Which character set a text file from a bank is in; amounts and dates are ASCII in all of them."""

from __future__ import annotations

import re
from typing import BinaryIO

from duecourse.bank.formats.statement import FileRefused

_NOT_1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")  # no letters in Windows-1252; ü, Ź, Ć, É, Ł in DOS 852
_LETTER_1252 = re.compile(rb"[\xc0-\xff]")


def charset_of(file: BinaryIO, name: str) -> str:
    """`utf-8`, else `cp1252`, else `cp852` (DOS, Central Europe). The file is read through and left at its start.

    Errors: FileRefused('bank.file-charset') for a mixture of UTF-8 and something else, naming both lines.
    """
    utf8_line = other_line = number = 0
    is_1252, letters_1252 = True, False
    while raw := file.readline(1 << 16):
        number += 1
        if raw.isascii():
            continue
        try:
            raw.decode("utf-8")
            utf8_line = utf8_line or number
        except UnicodeDecodeError:
            other_line = other_line or number
            is_1252 = is_1252 and not _NOT_1252.search(raw)
            letters_1252 = letters_1252 or bool(_LETTER_1252.search(raw))
    file.seek(0)
    if utf8_line and other_line:
        raise FileRefused(
            "bank.file-charset", name, other_line, "",
            f"letters that are not UTF-8, while line {utf8_line} is UTF-8. Get the file from the bank as it was sent, not "
            "saved by another program",
        )  # fmt: skip
    if not other_line:
        return "utf-8"
    if is_1252:
        return "cp1252"
    if letters_1252:
        raise FileRefused(
            "bank.file-charset", name, other_line, "",
            "letters of no character set that is known here; expected UTF-8, Windows-1252 or DOS 852. Ask the bank for UTF-8",
        )  # fmt: skip
    return "cp852"
