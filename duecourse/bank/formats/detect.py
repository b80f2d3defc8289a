"""Which format a bank's file is in, and the one way to read it: `read` (whole) and `scan` (as a stream)."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

from duecourse.bank.formats.statement import BankFile, FileRefused, Part, collect

FORMATS = ("camt", "mt940")
HEAD = 8192

_XML_ENCODINGS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
_MT940 = re.compile(rb"(?:^|[\r\n])[\x01\x03]*(?:\{[^\r\n]*\{4:)?:(?:940|20|21|25P?|28C?|13[CD]?|34F|60[FM]|61|62[FM]|64|86|NS):")
_CAMT = re.compile(r"camt\.05[234]\.001|<(?:\w+:)?BkToCstmr(?:Stmt|AcctRpt|DbtCdtNtfctn)")
_OTHERS: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"%PDF"), "a PDF document"),
    (re.compile(rb"PK\x03\x04.*?(?:\[Content_Types\]\.xml|xl/)", re.DOTALL), "an Excel workbook (XLSX)"),
    (re.compile(rb"PK\x03\x04|PK\x05\x06"), "a ZIP archive; unpack it first"),
    (re.compile(rb"\x1f\x8b"), "a gzip archive; unpack it first"),
    (re.compile(rb"\xd0\xcf\x11\xe0"), "an old Excel or Word file"),
    (re.compile(rb"\{\\rtf"), "a Word document (RTF)"),
    (re.compile(rb"(?i)\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html)"), "a web page (HTML), perhaps the bank's log-in page"),
    (re.compile(rb"(?i)\s*(?:OFXHEADER|<\?OFX|<OFX>)"), "an OFX file"),
    (re.compile(rb"01,[^\r\n]{5,}/"), "a BAI2 file"),
    (re.compile(rb"!Type:"), "a QIF file"),
    (re.compile(rb"ISA[*|~^]"), "an X12 interchange"),
    (re.compile(rb"101 [0-9 ]{9}"), "a NACHA (ACH) file"),
    (re.compile(rb"0{5}[0-9]{6}[0-9 ]{5}05"), "a CODA file"),
    (re.compile(rb"[^\r\n]*[;,\t][^\r\n]*[;,\t][^\r\n]*[\r\n]"), "a table (CSV)"),
)


def read(data: bytes, name: str, format: str = "auto") -> BankFile:  # noqa: A002 - the word of the command line
    """The statements of a bank's file, whole and balanced.

    `name` is what refusals call the file; `format` is `auto`, `camt` or `mt940`. Errors: FileRefused('bank.…').
    """
    file = io.BytesIO(data)
    chosen = detected(file, name, format)
    return collect(chosen, _reader(chosen)(file, name))


def scan(file: BinaryIO, name: str, format: str = "auto") -> Iterator[Part]:  # noqa: A002
    """The same as a stream: entries, and after the last entry of each statement the statement without its entries.

    For files too large for memory. A refusal may come after thousands of entries: keep nothing of a refused file.
    """
    yield from _reader(detected(file, name, format))(file, name)


def detected(file: BinaryIO, name: str, format: str = "auto") -> str:  # noqa: A002
    """`camt` or `mt940`; the file is left at its start. Errors: FileRefused('bank.file-not-recognised', …)."""
    head = file.read(HEAD)
    file.seek(0)
    if not head.strip(b"\xef\xbb\xbf \t\r\n"):
        raise FileRefused("bank.file-empty", name, None, "", "the file is empty. Get it from the bank again")
    found = _format_of(head)
    if format not in ("auto", *FORMATS):
        raise FileRefused("bank.format-unknown", name, None, "", f"format “{format}” is not read; expected {', '.join(FORMATS)}")
    if found is None or (format != "auto" and found != format):
        expected = "a camt.052, camt.053 or camt.054 message or an MT940 file" if format == "auto" else format
        raise FileRefused(
            "bank.file-not-recognised", name, 1, "",
            f"this is {found or _other(head)}; expected {expected}. Download the statement from the bank in one of these formats",
        )  # fmt: skip
    return found


def _format_of(head: bytes) -> str | None:
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<" or head[:2] in dict(_XML_ENCODINGS):
        return "camt" if _CAMT.search(_xml_text(head)) else None
    text = head.removeprefix(b"\xef\xbb\xbf")
    return "mt940" if _MT940.search(text) else None


def _xml_text(head: bytes) -> str:
    """The head of an XML file as text, good enough to find names in it."""
    encoding = dict(_XML_ENCODINGS).get(head[:2], "latin-1")
    return head.decode(encoding, "replace")


def _other(head: bytes) -> str:
    """What a file that we do not read seems to be, in words."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "text in UTF-16; expected UTF-8 or Windows-1252"
    for pattern, words in _OTHERS:
        if pattern.match(text):
            return words
    if text.startswith(b"<"):
        namespace = re.search(rb"(pain|pacs|camt)\.[0-9]{3}\.001(?:\.[0-9]{2})?", head)
        return f"a {namespace[0].decode()} message" if namespace else "XML of another kind"
    if b"\0" in head:
        return "a binary file"
    return "no format that is known here"


def _reader(format: str) -> Callable[[BinaryIO, str], Iterator[Part]]:  # noqa: A002
    # Each reader is loaded only when it is needed: the XML library takes longer to load than a small file to read.
    if format == "camt":
        from duecourse.bank.formats import camt

        return camt.parts
    from duecourse.bank.formats import mt940

    return mt940.parts
