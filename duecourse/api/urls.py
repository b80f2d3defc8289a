"""Addresses of the API, below /api/: version 1, its description, and the page that shows it."""

from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path
from django.views.generic import RedirectView
from ninja import NinjaAPI

from duecourse.api import (
    bank,
    books,
    books_reports,
    cash,
    catalog,
    collection,
    company,
    credit,
    customers,
    description,
    events,
    forecasts,
    invoices,
    kpis,
    ledger,
    orders,
    problems,
    ready,
    receivables,
    saved_views,
    tailoring,
    take_overs,
    webhooks,
)

ROOMS = [
    customers,
    catalog,
    orders,
    ready,
    credit,
    invoices,
    bank,
    cash,
    receivables,
    collection,
    ledger,
    books,
    books_reports,
    events,
    kpis,
    tailoring,
    forecasts,
    take_overs,
    saved_views,
    webhooks,
    company,
]

v1 = NinjaAPI(title="Duecourse API", version="1.0.0", urls_namespace="api-v1", docs_url=None, openapi_url=None)
problems.install(v1)
for each in ROOMS:
    v1.add_router("", each.room.router)


def openapi(request: HttpRequest) -> HttpResponse:
    """The description for programs."""
    return description.as_json(v1)


def docs(request: HttpRequest) -> HttpResponse:
    """The description for people."""
    return description.as_page(request, v1)


v1_patterns = v1.urls[0]
for pattern in v1_patterns:
    assert pattern.callback is not None
    pattern.callback = problems.of_methods(pattern.callback)

urlpatterns = [
    path("", RedirectView.as_view(url="/api/v1/docs")),
    path("v1/openapi.json", openapi, name="api-openapi"),
    path("v1/docs", docs, name="api-docs"),
    path("v1/", (v1_patterns, *v1.urls[1:])),
    re_path(r"^(?P<path>.*)$", problems.nowhere),
]
