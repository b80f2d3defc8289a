"""A small, plain view of one branch of a camt message: names without namespace, text, and the line it came from."""

from __future__ import annotations

from lxml import etree

_PLAIN: dict[str, str] = {}  # qualified tag -> local name; a message has some two hundred


class Branch:
    """An element with its children by name, in the file's order."""

    __slots__ = ("_children", "currency", "line", "name", "text")

    def __init__(self, name: str, line: int, text: str = "", currency: str | None = None) -> None:
        self.name = name
        self.line = line
        self.text = text
        self.currency = currency
        self._children: dict[str, list[Branch]] = {}

    def add(self, child: Branch) -> None:
        self._children.setdefault(child.name, []).append(child)

    def every(self, name: str) -> list[Branch]:
        """All children of that name."""
        return self._children.get(name, [])

    def one(self, *path: str) -> Branch | None:
        """The first element at that path below this one."""
        found: Branch | None = self
        for name in path:
            children = found._children.get(name) if found is not None else None
            found = children[0] if children else None
        return found

    def said(self, *path: str) -> str | None:
        """The text at that path, None when it is missing or blank."""
        found = self.one(*path)
        return (found.text or None) if found is not None else None


def line_of(element: etree._Element) -> int:
    """The line an element starts on, 0 when the parser does not know."""
    line: object = element.sourceline
    return line if isinstance(line, int) else 0


def branch_of(element: etree._Element) -> Branch:
    """The branch of a parsed element; supplementary data of other schemes is left out."""
    tag = element.tag
    name = _PLAIN.get(tag)
    if name is None:
        name = tag[tag.rfind("}") + 1 :]
        if len(_PLAIN) < 2000:  # a hostile file may have endless names
            _PLAIN[tag] = name
    text = element.text
    branch = Branch(name, line_of(element), text.strip() if text else "", element.get("Ccy"))
    for child in element:
        if isinstance(child.tag, str):
            grown = branch_of(child)
            if grown.name != "SplmtryData":
                branch.add(grown)
    return branch
