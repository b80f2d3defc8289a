"""Addresses of the API, below /api/."""

from django.urls import path
from ninja import NinjaAPI

v1 = NinjaAPI(title="Duecourse API", version="1.0.0", urls_namespace="api-v1", docs_url=None)

urlpatterns = [path("v1/", v1.urls)]
