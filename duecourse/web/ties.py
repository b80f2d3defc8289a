"""Ties out."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import path

from duecourse.core.call import Call
from duecourse.web.door import page, screen


@screen("ledger.read")
def index(request: HttpRequest, call: Call) -> HttpResponseBase:
    """The page."""
    return page(request, call, "ties/index.html", {})


urlpatterns = [path("ties-out/", index, name="ties-out")]
