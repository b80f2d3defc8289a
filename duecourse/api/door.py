"""How every operation is entered: whose key, with which scope, in one transaction, at most once for a key of idempotency.

room = Door("Orders")
@room.get("/orders/{order}", "orders.read", OrderOut)
def order(call: Call, order: str) -> OrderOut: …

A view takes the call, the names in its path as text, `query` and `body` where it has them, and returns a value of its answer.
"""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar, get_type_hints
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import File, Query, Router
from ninja.files import UploadedFile
from ninja.security import HttpBearer
from pydantic import BaseModel

from duecourse.access import actions as access
from duecourse.api.problems import Problem
from duecourse.api.shapes import Listed
from duecourse.core import idempotency, paging
from duecourse.core.call import Call, require, retrying, within
from duecourse.core.errors import Refused

BODY_MAX = 10 * 1024 * 1024
CUSTOM = "custom."  # what a custom field is called outside begins with it
HEADER = "Idempotency-Key"
HEADER_TEXT = "A text of your choice, new for each thing that is to happen. The same request with the same key happens once."
View = Callable[..., Any]
Row = TypeVar("Row")
Shown = TypeVar("Shown")


class Key(HttpBearer):
    """A program's key in the Authorization header; it needs the operation's scope, and its requests are counted."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Call:
        """The call behind a key, before anything of the request is read."""
        call = access.enter_with_key(token, timezone.now())
        require(call, self.scope)
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or int(length) > BODY_MAX:
            raise Refused("api.body-too-large", f"A request may have {BODY_MAX // 1024 // 1024} MB.")
        return call


class Door:
    """The operations of one room. Each names its scope; a permission is checked before the request is looked at."""

    def __init__(self, tag: str) -> None:
        self.router = Router(tags=[tag])

    def get(self, path: str, scope: str, answer: Any) -> Callable[[View], View]:
        """A read. `answer` is a model; a view may also return an HttpResponse for what is not JSON."""
        return self._operation("GET", path, scope, answer, None)

    def post(self, path: str, scope: str, answer: Any, once: bool = False, kept: bool = True) -> Callable[[View], View]:
        """Something that happens. `once`: what would happen twice when sent twice; it needs an Idempotency-Key.

        `kept` false: its answer holds a secret and is not kept, so that no Idempotency-Key is looked at.
        """
        return self._operation("POST", path, scope, answer, once if kept else None)

    def _operation(self, method: str, path: str, scope: str, answer: Any, once: bool | None) -> Callable[[View], View]:
        def add(view: View) -> View:
            hints = get_type_hints(view, include_extras=True)
            parameters = inspect.signature(view).parameters
            names = [name for name in parameters if name not in ("call", "custom")]
            by_custom = "custom" in parameters  # the list can be narrowed by custom fields: ?custom.cost_center=4711
            allowed = frozenset(hints["query"].model_fields) if "query" in hints else frozenset()

            def run(request: HttpRequest, **values: Any) -> HttpResponse:
                if by_custom:
                    values["custom"] = {name: request.GET[name] for name in request.GET if name.startswith(CUSTOM)}
                return _run(request, view, values, allowed | values.get("custom", {}).keys(), once)

            run.__name__, run.__doc__, run.__module__ = view.__name__, view.__doc__, view.__module__
            run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
                [
                    inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=HttpRequest),
                    *(
                        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=_annotation(name, hints[name]))
                        for name in names
                    ),
                ]
            )
            self.router.api_operation(
                [method],
                path,
                auth=Key(scope),
                response={200: answer, frozenset(_statuses(method)): Problem},
                operation_id=view.__name__,
                summary=_summary(view),
                description=inspect.getdoc(view),
                openapi_extra=_extra(scope, once),
            )(run)
            return view

        return add


def _annotation(name: str, kind: Any) -> Any:
    if name == "query":
        return Annotated[kind, Query(...)]
    if kind is UploadedFile:
        return Annotated[kind, File(...)]
    return kind


def _summary(view: View) -> str:
    return (inspect.getdoc(view) or view.__name__).split("\n")[0].split(". ")[0].rstrip(".")


def _statuses(method: str) -> list[int]:
    return [401, 403, 404, 422, 429] + ([] if method == "GET" else [400, 409, 413])


def _extra(scope: str, once: bool | None) -> dict[str, Any]:
    extra: dict[str, Any] = {"x-scope": scope}
    if once is not None:
        extra["parameters"] = [
            {
                "in": "header",
                "name": HEADER,
                "required": once,
                "description": HEADER_TEXT,
                "schema": {"type": "string", "minLength": 1, "maxLength": 255},
                "example": "order-4711-entry",
            }
        ]
    return extra


def _run(request: HttpRequest, view: View, values: Mapping[str, Any], allowed: frozenset[str], once: bool | None) -> HttpResponse:
    unknown = sorted(set(request.GET) - allowed)
    if unknown:
        known = f" Known: {', '.join(sorted(allowed))}." if allowed else ""
        raise Refused("api.unknown-parameter", f"There is no parameter {', '.join(unknown)[:200]} here.{known}")
    call: Call = request.auth  # type: ignore[attr-defined]
    key = request.headers.get(HEADER, "")
    if once and not key:
        raise Refused("idempotency.key-missing", f"Send a header {HEADER}: this would happen twice when it is sent twice.")
    digest = _digest(request, values) if key and once is not None else ""

    def transaction() -> Any:
        with within(call), timezone.override(ZoneInfo(call.company.time_zone)):
            if not digest:
                return view(call, **values)
            return idempotency.once(call, key, digest, lambda: (200, _plain(view(call, **values))))

    found = retrying(transaction)
    if isinstance(found, HttpResponse):
        return found
    if isinstance(found, idempotency.Answer):
        response = _json(found.body, found.status)
        if found.repeated:
            response["Idempotency-Replayed"] = "true"
        return response
    response = _json(_plain(found), 200)
    if isinstance(found, Listed):
        response["Link"] = _links(request, found)
    return response


def _plain(value: Any) -> Any:
    """An answer as JSON: a model, a list of models, or a mapping of plain values."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _json(body: Any, status: int) -> HttpResponse:
    """Fields in the order of their names, so that a repeated answer is the first one to the byte."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return HttpResponse(text, status=status, content_type="application/json")


def _digest(request: HttpRequest, values: Mapping[str, Any]) -> str:
    """What makes two requests equal: what they ask for, not how their JSON is spaced or their parts are bounded."""
    body = hashlib.sha256()
    for name, value in sorted(values.items()):
        if isinstance(value, UploadedFile):
            content = value.read()
            value.seek(0)
            part = f"{value.name}\n{hashlib.sha256(content).hexdigest()}"
        elif isinstance(value, BaseModel):
            part = json.dumps(value.model_dump(mode="json"), sort_keys=True)
        else:
            part = str(value)
        body.update(f"{name}\n{len(part)}\n{part}\n".encode())
    return idempotency.input_hash(request.method or "", request.get_full_path(), body.digest())


def _links(request: HttpRequest, found: Listed[Any]) -> str:
    """RFC 8288: where the other pages are."""
    last = max(1, -(-found.total // found.size))
    pages = {"first": 1, "prev": found.page - 1, "next": found.page + 1, "last": last}
    links = []
    for name, number in pages.items():
        if 1 <= number <= last:
            query = request.GET.copy()
            query["page"] = str(number)
            links.append(f'<{request.build_absolute_uri(request.path)}?{query.urlencode()}>; rel="{name}"')
    return ", ".join(links)


def listed(page: paging.Page[Row], turn: Callable[[Row], Shown]) -> Listed[Shown]:
    """A page of a room's list as an answer, every row turned."""
    return Listed(items=[turn(row) for row in page.rows], total=page.total, page=page.number, size=page.size)
