"""Home."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import path

from duecourse.core.call import Call
from duecourse.web.door import page, screen


@screen("access.change_language")
def index(request: HttpRequest, call: Call) -> HttpResponseBase:
    """The page."""
    return page(request, call, "home/index.html", {})


urlpatterns = [path("", index, name="home")]
