"""Whether a picture may stand on our pages and be printed: PNG or SVG, nothing in it that acts or asks elsewhere. Pure."""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass

from lxml import etree

from duecourse.core.errors import Refused

LOGO_BYTES_MAX = 500_000
LOGO_PIXELS_MAX = 3000
PNG, SVG = "image/png", "image/svg+xml"
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # PNG colour type: values a pixel
_SVG_NAMES = "{http://www.w3.org/2000/svg}"
_DRAWING = (
    "svg g path rect circle ellipse line polyline polygon text tspan defs linearGradient radialGradient stop clipPath mask pattern "
    "symbol use title desc metadata style"
)
_DRAWN = frozenset(_DRAWING.split())
_EDITORS = (
    "inkscape.org",
    "sodipodi.sourceforge.net",
    "w3.org/1999/02/22-rdf-syntax-ns",
    "creativecommons.org",
    "purl.org/dc",
    "ns.adobe.com",
)
_ACTIVE = re.compile(r"javascript:|data:|expression\s*\(|@import|url\s*\(\s*['\"]?(?!#)|-moz-binding", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture that was looked at."""

    data: bytes
    media_type: str


def checked_logo(data: bytes) -> Logo:
    """The picture when it is a sound PNG or an SVG that only draws. Errors: Refused('documents.logo-not-usable')."""
    if not data or len(data) > LOGO_BYTES_MAX:
        raise _unusable(f"it is empty or larger than {LOGO_BYTES_MAX // 1000} kB")
    if data.startswith(_SIGNATURE):
        _check_png(data)
        return Logo(data, PNG)
    if b"<svg" in data[:4000] or b":svg" in data[:4000]:
        _check_svg(data)
        return Logo(data, SVG)
    raise _unusable("it is neither a PNG nor an SVG")


def _unusable(why: str) -> Refused:
    return Refused("documents.logo-not-usable", f"The picture was not taken: {why}. Choose a plain PNG or SVG.")


def _check_png(data: bytes) -> None:
    """Every chunk whole, nothing after the end, and pixels as many as it says."""
    place, packed, head = len(_SIGNATURE), bytearray(), b""
    while True:
        if place + 12 > len(data):
            raise _unusable("the PNG ends too early")
        (length,), kind = struct.unpack(">I", data[place : place + 4]), data[place + 4 : place + 8]
        body = data[place + 8 : place + 8 + length]
        if place + 12 + length > len(data) or zlib.crc32(kind + body) != struct.unpack(">I", data[place + 8 + length :][:4])[0]:
            raise _unusable("the PNG is damaged")
        place += 12 + length
        if kind == b"IHDR":
            head = body
        elif kind == b"IDAT":
            packed += body
        elif kind == b"IEND":
            break
    if place != len(data):
        raise _unusable("something is hidden after the PNG")
    if len(head) != 13:
        raise _unusable("the PNG says no size")
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", head)
    if (
        not (0 < width <= LOGO_PIXELS_MAX and 0 < height <= LOGO_PIXELS_MAX)
        or colour not in _CHANNELS
        or depth not in (1, 2, 4, 8, 16)
    ):
        raise _unusable(f"it is larger than {LOGO_PIXELS_MAX} by {LOGO_PIXELS_MAX} pixels, or no PNG")
    if interlaced:
        raise _unusable("the PNG is interlaced; save it without")
    expected = height * (1 + (width * depth * _CHANNELS[colour] + 7) // 8)
    try:
        unpacked = zlib.decompressobj().decompress(bytes(packed), expected + 1)
    except zlib.error:
        raise _unusable("the PNG is damaged") from None
    if len(unpacked) != expected:
        raise _unusable("the PNG is damaged")


def _check_svg(data: bytes) -> None:
    """An allow-list: drawing elements and editors' notes; no script, no event, no frame, nothing fetched from anywhere."""
    if re.search(rb"<!DOCTYPE|<!ENTITY", data, re.IGNORECASE):
        raise _unusable("the SVG declares a document type; save it as plain SVG")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise _unusable("the SVG cannot be read") from None
    if root.tag != f"{_SVG_NAMES}svg":
        raise _unusable("it is not an SVG picture")
    for node in root.itersiblings(preceding=True):
        if not isinstance(node, etree._Comment):
            raise _unusable("the SVG asks for a style sheet elsewhere")
    for node in root.iter():
        if isinstance(node, etree._Comment):
            continue
        if not isinstance(node.tag, str):
            raise _unusable("the SVG holds instructions for programs")
        _check_node(node)


def _check_node(node: etree._Element) -> None:
    name = etree.QName(node)
    space = name.namespace or ""
    if space == _SVG_NAMES.strip("{}"):
        if name.localname not in _DRAWN:
            raise _unusable(f"the SVG holds “{name.localname}”, which may act")
    elif not any(editor in space for editor in _EDITORS):
        raise _unusable(f"the SVG holds “{name.localname}” of another kind of document")
    for key, value in node.attrib.items():
        attribute = etree.QName(str(key)).localname.lower()
        text = str(value)
        if attribute.startswith("on"):
            raise _unusable(f"the SVG acts by “{attribute}”")
        if attribute in ("href", "src", "base") and not text.startswith("#") and space == _SVG_NAMES.strip("{}"):
            raise _unusable("the SVG asks for something elsewhere")
        if _ACTIVE.search(text) and space == _SVG_NAMES.strip("{}"):
            raise _unusable(f"the SVG may act by its “{attribute}”")
    if name.localname == "style" and _ACTIVE.search(node.text or ""):
        raise _unusable("the SVG's style asks for something elsewhere")
