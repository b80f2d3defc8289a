"""The API described: OpenAPI 3.1 for programs, and a page for people made of the same, without anything from outside."""

from __future__ import annotations

import copy
import json
import re
from functools import lru_cache
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI

from duecourse.api.problems import MEDIA_TYPE, STATUSES, TITLES
from duecourse.core.call import ACTIONS

PREFIX = "/api/v1"
ABOUT = """Everything that the screens do, for programs. A key in the header “Authorization: Bearer dck_…” belongs to one company and
has scopes; people make keys under Settings. Amounts are text beside their currency, days are ISO 8601, ids have a prefix that
says what they name. What would happen twice when sent twice needs a header Idempotency-Key. What cannot be done is an RFC 9457
problem with a stable code."""
PATH_IDS = {
    "journal": "man",
    "export": "exp",
    "account": "acc", "customer": "cus", "product": "prc", "order": "ord", "hold": "hld", "credit_account": "cra", "invoice": "inv",
    "file": "fil", "statement": "stm", "payment": "pay", "item": "itm", "entry": "jrn", "period": "prd", "event": "evt",
    "webhook": "whk", "message": "msg", "contact": "cte", "task": "tsk", "take_over": "tko", "view": "viw",
}  # fmt: skip
PATH_WORDS = {"kind": "credit-note", "code": "goodwill", "thing": "customer", "name": "cost-centre", "language": "de"}


@lru_cache(maxsize=1)
def schema(api: NinjaAPI) -> dict[str, Any]:
    """The OpenAPI document, with problems under their own media type and scopes where OpenAPI has their place."""
    found: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix=PREFIX), default=str))
    found["info"]["description"] = ABOUT
    found["info"]["license"] = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
    found["servers"] = [{"url": "/"}]
    for address, methods in found["paths"].items():
        for operation in methods.values():
            operation["security"] = [{"Key": [operation["x-scope"]]}]
            operation["x-problems"] = problem_codes(operation)
            for status, answer in operation["responses"].items():
                _answer(address, int(status), answer)
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "path":
                    name = parameter["name"]
                    parameter["example"] = PATH_WORDS.get(name) or f"{PATH_IDS[name]}_0123456789ab"
            _examples(found, operation)
    return found


def problem_codes(operation: dict[str, Any]) -> list[str]:
    """The codes of what an operation refuses, as its action says, and those of every operation of its kind."""
    work = ACTIONS.get(operation["x-scope"])
    own = set(re.findall(r"Refused\('([a-z.-]+)'", work.__doc__ or "")) if work else set()
    if any(each["in"] == "path" for each in operation.get("parameters", [])):
        own.add("not-found")
    if any(each["name"] == "Idempotency-Key" for each in operation.get("parameters", [])):
        own |= {"idempotency.still-running", "idempotency.key-reused"}
        own |= {"idempotency.key-missing"} if _needs_key(operation) else set()
    return sorted(own | {"access.key-not-valid", "access.not-permitted", "access.too-many-requests", "api.not-valid"})


def _needs_key(operation: dict[str, Any]) -> bool:
    return any(each["name"] == "Idempotency-Key" and each["required"] for each in operation.get("parameters", []))


def _examples(found: dict[str, Any], operation: dict[str, Any]) -> None:
    """An example beside every body that goes in and every answer in JSON, made from its form."""
    for content in [operation.get("requestBody", {}).get("content", {}), operation["responses"]["200"]["content"]]:
        if "application/json" in content:
            content["application/json"]["example"] = sample(found, content["application/json"]["schema"])
    for status, answer in operation["responses"].items():
        if int(status) >= 400:
            answer["content"][MEDIA_TYPE]["example"] = _problem_example(operation, int(status))


def _problem_example(operation: dict[str, Any], status: int) -> dict[str, Any]:
    """A problem as this operation answers it, with a code of its own where one fits the status."""
    fitting = [code for code in operation["x-problems"] if STATUSES.get(code, 422) == status]
    code = next((one for one in fitting if not one.startswith(("api.", "idempotency."))), (fitting or ["api.not-readable"])[0])
    return {
        "type": f"https://duecourse.org/problems/{code}",
        "title": TITLES[status],
        "status": status,
        "detail": "What was not done, why, and what to do.",
        "code": code,
        "instance": PREFIX + "/…",
    }


def _answer(address: str, status: int, answer: dict[str, Any]) -> None:
    answer["description"] = "Done" if status == 200 else TITLES[status]
    if status >= 400:
        answer["content"] = {MEDIA_TYPE: answer["content"]["application/json"]}
    elif address.endswith("/file"):
        answer["content"] = {"text/csv": {"schema": {"type": "string", "format": "binary"}}}
    elif address.endswith("/pdf"):
        answer["content"] = {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}


def as_json(api: NinjaAPI) -> HttpResponse:
    return HttpResponse(json.dumps(schema(api)), content_type="application/json")


@login_required
def as_page(request: HttpRequest, api: NinjaAPI) -> HttpResponse:
    """The page for people: operations by room, each with its scope, its fields, an example and a command to try."""
    return render(request, "api/docs.html", {"about": ABOUT, "groups": groups(schema(api), request), "prefix": PREFIX})


def groups(found: dict[str, Any], request: HttpRequest) -> list[dict[str, Any]]:
    """Operations by tag, ready to be shown."""
    by_tag: dict[str, list[dict[str, Any]]] = {}
    for address, methods in found["paths"].items():
        for method, operation in methods.items():
            shown = _operation(found, address, method.upper(), operation, request.build_absolute_uri("/").rstrip("/"))
            by_tag.setdefault(operation["tags"][0], []).append(shown)
    return [
        {"name": tag, "slug": re.sub(r"[^a-z]+", "-", tag.lower()), "operations": operations}
        for tag, operations in by_tag.items()
    ]


def _operation(found: dict[str, Any], address: str, method: str, operation: dict[str, Any], host: str) -> dict[str, Any]:
    answer = operation["responses"]["200"]["content"]
    media, content = next(iter(answer.items()))
    body = operation.get("requestBody", {}).get("content", {})
    asked = body.get("application/json", {}).get("schema")
    parameters = operation.get("parameters", [])
    example = sample(found, asked) if asked else None
    return {
        "id": operation["operationId"],
        "method": method,
        "address": address,
        "summary": operation["summary"],
        "description": operation.get("description", ""),
        "scope": operation["x-scope"],
        "once": _needs_key(operation),
        "problems": operation["x-problems"],
        "parameters": [
            {
                "name": each["name"],
                "place": each["in"],
                "required": each.get("required", False),
                "kind": kind(found, each["schema"]),
                "words": each.get("description", ""),
            }
            for each in parameters
        ],
        "fields": fields(found, asked) if asked else [],
        "is_file": "multipart/form-data" in body,
        "answer": json.dumps(sample(found, content["schema"]), indent=2, ensure_ascii=False) if "json" in media else media,
        "command": _command(host, address, method, parameters, example, "multipart/form-data" in body),
    }


def _command(host: str, address: str, method: str, parameters: list[dict[str, Any]], example: Any, is_file: bool) -> str:
    for each in parameters:
        if each["in"] == "path":
            address = address.replace("{" + each["name"] + "}", str(each.get("example", each["name"])))
    lines = [f"curl {host}{address}", '-H "Authorization: Bearer $DUECOURSE_KEY"']
    if method == "POST":
        lines[0] = f"curl -X POST {host}{address}"
        if any(each["name"] == "Idempotency-Key" and each["required"] for each in parameters):
            lines.append('-H "Idempotency-Key: $(uuidgen)"')
    if is_file:
        lines.append("-F file=@statement.xml")
    elif example is not None:
        lines += ['-H "Content-Type: application/json"', f"-d '{json.dumps(example, indent=2, ensure_ascii=False)}'"]
    return " \\\n  ".join(lines)


def resolved(found: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """A schema behind its reference, and the first of its alternatives that is not null."""
    if "$ref" in part:
        return resolved(found, found["components"]["schemas"][part["$ref"].rpartition("/")[2]])
    for alternatives in (part.get("anyOf"), part.get("allOf"), part.get("oneOf")):
        if alternatives:
            best = next((each for each in alternatives if each.get("type") != "null"), alternatives[0])
            return {**resolved(found, best), **{name: part[name] for name in ("examples", "default") if name in part}}
    return part


def sample(found: dict[str, Any], part: dict[str, Any], depth: int = 0) -> Any:
    """An example of a schema: what it says itself, else something of its form."""
    part = resolved(found, part)
    if part.get("examples"):
        return copy.deepcopy(part["examples"][0])
    if part.get("const") is not None:
        return part["const"]
    if part.get("default") not in (None, "", []):
        return part["default"]
    if part.get("enum"):
        return next((value for value in part["enum"] if value), part["enum"][0])
    kind = part.get("type")
    if kind == "object" or "properties" in part:
        if "properties" not in part or depth > 6:
            return {}
        return {name: sample(found, each, depth + 1) for name, each in part["properties"].items()}
    if kind == "array":
        places = part.get("prefixItems")
        if places:
            return [sample(found, each, depth + 1) for each in places]
        return [sample(found, part.get("items", {}), depth + 1)] if depth <= 6 else []
    plain = {"integer": 1, "number": 1, "boolean": False, "string": "…"}
    if part.get("format") == "date-time":
        return "2026-11-17T11:00:00Z"
    return plain.get(kind or "")


def kind(found: dict[str, Any], part: dict[str, Any]) -> str:
    """A field's form in a few words: text, day, one of …"""
    optional = any(each.get("type") == "null" for each in part.get("anyOf", []))
    part = resolved(found, part)
    if part.get("enum"):
        words = "one of " + ", ".join(str(value) if value != "" else "“”" for value in part["enum"])
    elif part.get("type") == "array":
        inner = resolved(found, part.get("items", {}))
        words = "list" if "properties" in inner else f"list of {kind(found, inner)}"
    elif part.get("format") == "date":
        words = "day"
    elif part.get("format") == "date-time":
        words = "instant with its zone"
    else:
        words = {
            "string": "text",
            "integer": "whole number",
            "boolean": "true or false",
            "object": part.get("title", "object"),
        }.get(part.get("type", ""), part.get("title", "any"))
    return f"{words} or null" if optional else words


def fields(found: dict[str, Any], part: dict[str, Any], path: str = "", depth: int = 0) -> list[dict[str, Any]]:
    """Every field of a body, nested ones with the path that leads to them."""
    part = resolved(found, part)
    rows = []
    for name, each in part.get("properties", {}).items():
        inner = resolved(found, each)
        below = inner.get("items", {}) if inner.get("type") == "array" else each
        rows.append(
            {
                "name": path + name,
                "kind": kind(found, each),
                "required": name in part.get("required", []),
                "words": each.get("description", ""),
            }
        )
        if depth < 4 and "properties" in resolved(found, below):
            rows += fields(found, below, f"{path}{name}{'[]' if inner.get('type') == 'array' else ''}.", depth + 1)
    return rows
