"""How tests of the API knock: a key with scopes, JSON in and out, and whether answers are what the description says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.test import Client

from duecourse.access import actions as access
from duecourse.access import queries as access_facts
from duecourse.access import rules as access_rules
from duecourse.api import description, urls
from tests.world import PASSWORD, World

PREFIX = "/api/v1"
MANY = 1_000_000


def scopes() -> list[str]:
    """Every scope that an operation names."""
    found = description.schema(urls.v1)["paths"]
    return sorted({operation["x-scope"] for methods in found.values() for operation in methods.values()})


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    """(method, address, operation) of every operation."""
    found = description.schema(urls.v1)["paths"]
    return [(method.upper(), address, each) for address, methods in found.items() for method, each in methods.items()]


def key_of(world: World, role: str, wanted: Iterable[str] | None = None, requests_max: int = MANY) -> str:
    """A key of the person with a role, with all scopes that this person may give or with those wanted."""
    call = world.calls[role]
    held = list(wanted) if wanted is not None else [scope for scope in scopes() if call.by.may(scope)]
    return access.create_api_key(call, f"Test {role}", held, 90, requests_max)[1]


def key_of_all(world: World) -> str:
    """A key of a person who holds every role, with every scope."""
    mail = f"all-{world.call.company.id}@roles.example"
    user = access.create_user(world.calls["administrator"], mail, "Alma All", PASSWORD, list(access_rules.ROLES))
    call = access_facts.call_for_user(user, world.call.company.id, world.call.at)
    return access.create_api_key(call, "All", scopes(), 90, MANY)[1]


@dataclass(frozen=True)
class Caller:
    """A program with a key. Every answer is held against the description of its operation."""

    key: str

    def get(self, address: str, **query: Any) -> Any:
        return self.ask("GET", address, query=query)

    def post(self, address: str, body: Any = None, once: str = "") -> Any:
        return self.ask("POST", address, body, once)

    def ask(
        self,
        method: str,
        address: str,
        body: Any = None,
        once: str = "",
        query: Mapping[str, Any] | None = None,
        raw: bytes | None = None,
    ) -> Any:
        """The response, with `data` (its JSON); AssertionError when it is not what the description says."""
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        if once:
            headers["Idempotency-Key"] = once
        client = Client()
        if method == "GET":
            response = client.get(PREFIX + address, query or {}, headers=headers)
        else:
            data = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
            response = client.post(PREFIX + address, data, content_type="application/json", headers=headers)
        return checked(method, address, response)

    def file(self, address: str, name: str, data: bytes, once: str) -> Any:
        from django.core.files.uploadedfile import SimpleUploadedFile

        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": once}
        response = Client().post(PREFIX + address, {"file": SimpleUploadedFile(name, data)}, headers=headers)
        return checked("POST", address, response)


def checked(method: str, address: str, response: Any) -> Any:
    response.data = json.loads(response.content) if "json" in response["Content-Type"] else None
    found = description.schema(urls.v1)
    operation = find(found, method, address.partition("?")[0])
    if operation is not None:
        status = str(response.status_code)
        assert status in operation["responses"], f"{method} {address}: {status} is not described: {response.content[:400]!r}"
        content = operation["responses"][status]["content"]
        media = response["Content-Type"].partition(";")[0]
        assert media in content, f"{method} {address}: {media} is not described"
        if response.data is not None:
            problems = list(breaches(found, content[media]["schema"], response.data))
            assert not problems, f"{method} {address} {status}: {problems[:5]}"
    return response


def find(found: dict[str, Any], method: str, address: str) -> dict[str, Any] | None:
    """The operation behind an address; a fixed one before one with a name in it."""
    paths: Sequence[str] = sorted(found["paths"], key=lambda path: path.count("{"))
    for path in paths:
        pattern = re.sub(r"\\\{[a-z_]+\\\}", "[^/]+", re.escape(path))
        if re.fullmatch(pattern, PREFIX + address) and method.lower() in found["paths"][path]:
            operation: dict[str, Any] = found["paths"][path][method.lower()]
            return operation
    return None


TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}


def breaches(found: dict[str, Any], part: dict[str, Any], value: Any, path: str = "") -> Iterable[str]:
    """Where a value is not what a schema says: types, fields, lists, alternatives, constants, patterns."""
    if "$ref" in part:
        yield from breaches(found, found["components"]["schemas"][part["$ref"].rpartition("/")[2]], value, path)
        return
    if "anyOf" in part:
        if all(list(breaches(found, each, value, path)) for each in part["anyOf"]):
            yield f"{path}: {value!r} fits none of {part['anyOf']}"
        return
    if "const" in part and value != part["const"]:
        yield f"{path}: {value!r} is not {part['const']!r}"
    if "enum" in part and value not in part["enum"]:
        yield f"{path}: {value!r} is not one of {part['enum']}"
    if "type" in part and not TYPES[part["type"]](value):
        yield f"{path}: {value!r} is no {part['type']}"
        return
    if isinstance(value, str) and "pattern" in part and not re.search(part["pattern"], value):
        yield f"{path}: {value!r} is not like {part['pattern']}"
    if isinstance(value, dict):
        yield from _fields(found, part, value, path)
    if isinstance(value, list):
        places = part.get("prefixItems")
        for number, each in enumerate(value):
            yield from breaches(found, places[number] if places else part.get("items", {}), each, f"{path}[{number}]")


def _fields(found: dict[str, Any], part: dict[str, Any], value: dict[str, Any], path: str) -> Iterable[str]:
    known = part.get("properties", {})
    more = part.get("additionalProperties", True)
    yield from (f"{path}.{name} is missing" for name in part.get("required", []) if name not in value)
    for name, each in value.items():
        if name in known:
            yield from breaches(found, known[name], each, f"{path}.{name}")
        elif more is False:
            yield f"{path}.{name} is not described"
        elif isinstance(more, dict):
            yield from breaches(found, more, each, f"{path}.{name}")
