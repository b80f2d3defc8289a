"""Every address of the screens; each room's module lists its own."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from duecourse.web import styleguide

ROOMS = (
    "home", "search", "session", "saved_views", "bulk", "bulk_customers",
    "customers", "holds", "orders", "billing", "invoices", "bank", "matching", "ageing", "forecast",
    "ties", "books", "books_journals", "books_close", "journal", "outbox", "worklist", "notices", "live",
    "settings", "takeover", "founding", "setup",
)  # fmt: skip

urlpatterns: list[URLPattern | URLResolver] = [path("", include(f"duecourse.web.{room}")) for room in ROOMS]
if settings.DEBUG:
    urlpatterns += [path("styleguide/", styleguide.page), path("styleguide/hits/", styleguide.hits)]
