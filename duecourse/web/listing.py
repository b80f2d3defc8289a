"""What every list shares: the page for `<c-pager>`, the number asked for, chips that take a filter out, and tabs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from duecourse.core.paging import Page
from duecourse.web.viewed import STANDARD as STANDARD


@dataclass(frozen=True, slots=True)
class _Counted:
    count: int
    num_pages: int


class Shown:
    """A `core.paging.Page` as `<c-pager>` reads it (the names of Django's own paginator)."""

    def __init__(self, page: Page[Any]) -> None:
        self.object_list = page.rows
        self.number = page.number
        self.paginator = _Counted(page.total, page.pages)
        self.has_previous, self.has_next = page.has_previous, page.has_next
        self.start_index, self.end_index = page.first, page.last
        self.previous_page_number, self.next_page_number = page.number - 1, page.number + 1


def number(request: HttpRequest) -> int:
    """The page asked for, 1 when that is not a number."""
    text = request.GET.get("page", "1")
    return min(max(int(text), 1), 1_000_000) if text.isascii() and text.isdigit() else 1


def without(request: HttpRequest, *names: str) -> str:
    """The present address without some of its filters."""
    query = request.GET.copy()
    for name in (*names, "page", "format"):
        query.pop(name, None)
    return f"?{query.urlencode()}" if query else STANDARD


def chips(request: HttpRequest, labels: Mapping[str, str]) -> list[dict[str, str]]:
    """A chip for every filter that is set: `labels` by the name in the address, empty ones left out."""
    return [{"label": label, "url": without(request, name)} for name, label in labels.items() if label]


def tabs(request: HttpRequest, name: str, items: Sequence[tuple[str, str, object]], now: str) -> list[dict[str, object]]:
    """Tabs that set `name` in the address: (value, label, count); the first one is what no value means."""
    made = []
    for place, (value, label, count) in enumerate(items):
        query = request.GET.copy()
        for gone in ("page", "format", name):
            query.pop(gone, None)
        if place:
            query[name] = value
        url = f"?{query.urlencode()}" if query else STANDARD
        made.append({"label": label, "url": url, "count": count, "active": value == now})
    return made
