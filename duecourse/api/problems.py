"""What a program is told when something was not done: an RFC 9457 problem, with a stable code and never with our insides."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.db import DataError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import BaseModel, ConfigDict, Field

from duecourse.api import shapes
from duecourse.core.errors import Refused

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
STATUSES = {
    "not-found": 404,
    "access.not-permitted": 403,
    "access.no-role": 403,
    "access.key-not-valid": 401,
    "access.too-many-requests": 429,
    "api.body-too-large": 413,
    "idempotency.still-running": 409,
    # someone else was faster: look again
    "receivables.open-amount-changed": 409,
    "cash.payment-changed": 409,
    "credit.hold-decided": 409,
    "orders.not-on-hold": 409,
    "orders.already-billed": 409,
    "access.live-already": 409,
    "access.webhook-url-taken": 409,
    "access.webhook-wrong-state": 409,
}  # every other refusal is 422
TITLES = {
    400: "Not readable",
    401: "No valid key",
    403: "Not permitted",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Too large",
    422: "Not possible",
    429: "Too many requests",
    500: "Error on our side",
    503: "Busy",
}
BUSY = {"55P03", "57014", "40001", "40P01"}  # lock or statement timeout, or a deadlock that kept coming back
TOO_LARGE_A_NUMBER, TOO_LONG_A_TEXT = "22003", "22001"


class FieldError(BaseModel):
    """A field and what is wrong with it; `field` is its path, with dots (`lines.0.quantity`)."""

    field: str
    message: str


class Problem(BaseModel):
    """RFC 9457. `code` is stable and says what was refused; further members carry the values named in its sentence."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["https://duecourse.org/problems/ledger.period-closed"])
    title: str
    status: int
    detail: str
    code: str = Field(examples=["ledger.period-closed"])
    instance: str
    errors: list[FieldError] | None = None


def problem(request: HttpRequest, status: int, code: str, detail: str, more: Mapping[str, object] | None = None) -> HttpResponse:
    """The answer for something that was not done; `more` are named values beside the standard members."""
    extra = {name: shapes.plain(value) for name, value in (more or {}).items()}
    body: dict[str, Any] = {
        **extra,
        "type": f"https://duecourse.org/problems/{code}",
        "title": TITLES.get(status, "Not done"),
        "status": status,
        "detail": detail,
        "code": code,
        "instance": request.path,
    }
    response = HttpResponse(json.dumps(body), status=status, content_type=MEDIA_TYPE)
    if status in (409, 503):
        response["Retry-After"] = "1"
    if status == 429:
        response["Retry-After"] = str(extra.get("retry_after", 60))
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="Duecourse"'
    return response


def _refused(request: HttpRequest, refused: Refused) -> HttpResponse:
    return problem(request, STATUSES.get(refused.code, 422), refused.code, refused.message, refused.details)


def _no_key(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return problem(request, 401, "access.key-missing", "Send an API key: “Authorization: Bearer dck_…”.")


def _not_valid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [{"field": _path(each["loc"]), "message": str(each["msg"])} for each in error.errors]
    first = errors[0] if errors else {"field": "", "message": ""}
    detail = f"{first['field']}: {first['message']}" if first["field"] else first["message"]
    return problem(request, 422, "api.not-valid", f"Not what was expected. {detail}.", {"errors": errors})


def _path(place: Any) -> str:
    """('body', 'body', 'lines', 0, 'quantity') → lines.0.quantity: the first two say where our own parameters are kept."""
    parts = [str(part) for part in place]
    return ".".join(parts[2:] if parts[1:2] in (["body"], ["query"]) else parts[1:])


def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    code = {400: "api.not-readable", 404: "not-found"}.get(error.status_code, f"api.status-{error.status_code}")
    detail = "The body is not JSON that can be read." if error.status_code == 400 else error.message
    return problem(request, error.status_code, code, detail)


def _not_there(request: HttpRequest, error: Http404) -> HttpResponse:
    return nowhere(request)


def nowhere(request: HttpRequest, path: str = "") -> HttpResponse:
    """No operation has this address."""
    return problem(request, 404, "not-found", "There is nothing at this address. /api/v1/docs lists what there is.")


def of_methods(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view of an address, that says in a problem which methods it has when it is asked with another."""

    @wraps(view)
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code != 405:
            return response
        allowed = response.get("Allow", "")
        said = problem(request, 405, "api.method-not-allowed", f"This address has {allowed}, not {request.method}.")
        said["Allow"] = allowed
        return said

    return run


def _data(request: HttpRequest, error: DataError) -> HttpResponse:
    state = getattr(error.__cause__, "sqlstate", "")
    if state in (TOO_LARGE_A_NUMBER, TOO_LONG_A_TEXT):
        what = "number becomes too large" if state == TOO_LARGE_A_NUMBER else "text is too long"
        return problem(request, 422, "api.out-of-range", f"A {what} to be kept. Nothing was done.")
    return _bug(request, error)


def _operational(request: HttpRequest, error: OperationalError) -> HttpResponse:
    if getattr(error.__cause__, "sqlstate", "") in BUSY:
        return problem(request, 503, "api.busy", "Others are working on the same things. Nothing was done; try again.")
    return _bug(request, error)


def _bug(request: HttpRequest, error: Exception) -> HttpResponse:
    logger.error("%s %s failed", request.method, request.path, exc_info=error)
    return problem(request, 500, "api.error", "Something went wrong on our side. Nothing was done, and we have a record of it.")


def install(api: NinjaAPI) -> None:
    """Turn every exception of this API into a problem."""
    handlers: list[tuple[type[Exception], Any]] = [
        (Exception, _bug),
        (DataError, _data),
        (OperationalError, _operational),
        (Http404, _not_there),
        (HttpError, _http),
        (AuthenticationError, _no_key),
        (ValidationError, _not_valid),
        (Refused, _refused),
    ]
    for kind, handler in handlers:
        api.add_exception_handler(kind, handler)
