"""Addresses of the component page alone, for the tests of the frame."""

from __future__ import annotations

from django.urls import include, path

from duecourse.web import styleguide

urlpatterns = [
    path("styleguide/", styleguide.page),
    path("styleguide/hits/", styleguide.hits),
    path("account/", include("allauth.urls")),
]
