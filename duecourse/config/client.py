"""`make docs`: the Python client's models and operations, written from the API's own description.

What is the same for every operation (transport, retries, problems, webhooks) is written by hand beside them. A test compares what
is committed with what this writes.
"""

from __future__ import annotations

import os
import re
import sys
from typing import Any

import django

from duecourse.config.embedded import PROJECT

FOLDER = PROJECT / "clients" / "python" / "duecourse_client"
NOTE = '''"""{what} Written by `make docs` from the API's description. Do not edit."""

# ruff: noqa
# fmt: off

from __future__ import annotations

'''
TYPES = {"string": "str", "integer": "int", "boolean": "bool", "null": "None", "number": "float"}
HEADER = "Idempotency-Key"
Schema = dict[str, Any]


def kind(part: Schema) -> str:
    """A schema as a Python type."""
    if "$ref" in part:
        return name_of(part["$ref"])
    for alternatives in (part.get("anyOf"), part.get("oneOf"), part.get("allOf")):
        if alternatives:
            return " | ".join(dict.fromkeys(kind(each) for each in alternatives))
    if "const" in part:
        return f"Literal[{part['const']!r}]"
    if "enum" in part:
        return f"Literal[{', '.join(repr(value) for value in part['enum'])}]"
    if part.get("type") == "array":
        return "list[Any]" if "prefixItems" in part else f"list[{kind(part.get('items', {}))}]"
    if part.get("type") == "object":
        more = part.get("additionalProperties")
        return f"dict[str, {kind(more)}]" if isinstance(more, dict) and more else "dict[str, Any]"
    return TYPES.get(part.get("type", ""), "Any")


def or_none(part: Schema) -> str:
    of = kind(part)
    return of if "None" in of.split(" | ") else f"{of} | None"


def name_of(reference: str) -> str:
    return re.sub(r"\W+", "_", reference.rpartition("/")[2]).strip("_")


def sentence(text: str) -> str:
    """A docstring's inside: no quotes that would end it."""
    return text.replace("\\", "\\\\").replace('"""', "'''").strip()


def models(found: Schema) -> str:
    """A TypedDict for every form."""
    lines = [NOTE.format(what="What goes in and comes out."), "from typing import Any, Literal, NotRequired, TypedDict\n"]
    for name, form in sorted(found["components"]["schemas"].items()):
        if "properties" not in form:
            lines.append(f"\n{name_of(name)} = {kind(form)}")
            continue
        lines.append(f"\n\nclass {name_of(name)}(TypedDict):")
        lines.append(f'    """{sentence(form.get("description", name).splitlines()[0])}"""\n')
        needed = form.get("required", [])
        for field, part in form["properties"].items():
            of = kind(part)
            lines.append(f"    {field}: {of if field in needed else f'NotRequired[{of}]'}")
    return "\n".join(lines) + "\n"


def operations(found: Schema) -> str:
    """A class for every room, a method for every operation, and the client that holds them."""
    rooms: dict[str, list[str]] = {}
    for address, methods in found["paths"].items():
        for method, operation in methods.items():
            rooms.setdefault(operation["tags"][0], []).extend(_method(found, address, method.upper(), operation))
    lines = [
        NOTE.format(what="Every operation of the API."),
        "from collections.abc import Iterator",
        "from typing import Any, Literal, cast\n",
        "from duecourse_client.models import *",
        "from duecourse_client.transport import Transport, address",
    ]
    for room, methods_of in sorted(rooms.items()):
        lines += [
            "",
            "",
            f"class {_class(room)}:",
            f'    """{room}."""',
            "",
            "    def __init__(self, transport: Transport) -> None:",
        ]
        lines += ["        self._transport = transport", *methods_of]
    lines += [
        "",
        "",
        "class Operations:",
        '    """The rooms of the API."""',
        "",
        "    def __init__(self, transport: Transport) -> None:",
    ]
    lines += [f"        self.{_class(room).lower()} = {_class(room)}(transport)" for room in sorted(rooms)]
    return "\n".join(lines) + "\n"


def _class(room: str) -> str:
    return re.sub(r"\W+", "", room.title())


def _method(found: Schema, address: str, method: str, operation: Schema) -> list[str]:
    parameters = operation.get("parameters", [])
    in_path = [each["name"] for each in parameters if each["in"] == "path"]
    query = [each for each in parameters if each["in"] == "query"]
    has_key = any(each["name"] == HEADER for each in parameters)
    media = operation.get("requestBody", {}).get("content", {})
    answer_media, answer = next(iter(operation["responses"]["200"]["content"].items()))
    gives = kind(answer["schema"]) if "json" in answer_media else "bytes"
    takes = [f"{name}: str" for name in in_path]
    passed = [f'address("{address}", {", ".join(f"{name}={name}" for name in in_path)})' if in_path else f'"{address}"']
    if "multipart/form-data" in media:
        takes += ["file_name: str", "data: bytes"]
        passed.append("file=(file_name, data)")
    elif "application/json" in media:
        optional = not operation["requestBody"].get("required", True)
        takes.append(f"body: {kind(media['application/json']['schema'])}{' | None = None' if optional else ''}")
        passed.append("body=body")
    named = [f"{each['name']}: {or_none(each['schema'])} = None" for each in query]
    if query:
        passed.append("query={" + ", ".join(f'"{each["name"]}": {each["name"]}' for each in query) + "}")
    if has_key:
        named.append("idempotency_key: str | None = None")
        passed.append("once=True, idempotency_key=idempotency_key")
    own = operation["operationId"]
    text = f"{sentence(operation.get('description') or operation['summary'])}\n\n        Scope: {operation['x-scope']}."
    text = "\n".join(line.rstrip() for line in text.replace("\n\n", "\n\n").splitlines())
    lines = ["", f"    def {own}({', '.join(['self', *takes, *(['*', *named] if named else [])])}) -> {gives}:"]
    lines.append(f'        """{_indented(text)}"""')
    lines.append(f'        return cast("{gives}", self._transport.ask("{method}", {", ".join(passed)}))')
    return lines + _paging(found, own, answer["schema"], takes, in_path, query)


def _indented(text: str) -> str:
    first, *others = text.splitlines()
    return "\n".join([first, *(f"        {line.strip()}" if line.strip() else "" for line in others)]) + (
        "\n        " if others else ""
    )


def _paging(found: Schema, own: str, answer: Schema, takes: list[str], in_path: list[str], query: list[Schema]) -> list[str]:
    """For lists in pages, and for the feed: a method that goes through all of it."""
    form = found["components"]["schemas"].get(answer.get("$ref", "").rpartition("/")[2], {})
    fields = form.get("properties", {})
    counted = {"items", "total"} <= set(fields)
    in_pages = "page" in fields and (counted or {"items", "has_more"} <= set(fields))
    step = "page" if in_pages else "after" if {"cursor", "has_more"} <= set(fields) else ""
    if not step:
        return []
    row = kind(fields["items"]["items"])
    named = [each for each in query if each["name"] not in ("page", "after")]
    begin = ', after: str = ""' if step == "after" else ""
    stars = f", *{begin}" + "".join(f", {each['name']}: {or_none(each['schema'])} = None" for each in named)
    more = "".join(f", {each['name']}={each['name']}" for each in named)
    called = "".join(f"{name}, " for name in in_path)
    lines = [
        "",
        f"    def each_{own.removeprefix('list_').removeprefix('get_')}(self{''.join(', ' + one for one in takes)}{stars}) -> Iterator[{row}]:",
    ]
    lines.append(f'        """All of `{own}`, page after page."""')
    if step == "after":
        lines += ["        while True:", f"            found = self.{own}({called}after=after{more})"]
        lines += [
            '            yield from found["items"]',
            '            after = found["cursor"]',
            '            if not found["has_more"]:',
        ]
        return [*lines, "                return"]
    lines += ["        page, seen = 1, 0", "        while True:"] if counted else ["        page = 1", "        while True:"]
    lines += [f"            found = self.{own}({called}page=page{more})", '            yield from found["items"]']
    if counted:
        lines += ['            seen, page = seen + len(found["items"]), page + 1']
        return [*lines, '            if not found["items"] or seen >= found["total"]:', "                return"]
    return [*lines, "            page += 1", '            if not found["has_more"]:', "                return"]


def files() -> dict[str, str]:
    """File name → what stands in it."""
    from duecourse.api import description, urls

    found = description.schema(urls.v1)
    return {"models.py": models(found), "operations.py": operations(found)}


def main() -> int:
    """Write the generated files anew."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "duecourse.config.settings")
    django.setup()
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        print(f"clients/python/duecourse_client/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
