"""Addresses and lists that several screens share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.paginator import Page as Shown
from django.core.paginator import Paginator
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from duecourse.core import ids
from duecourse.core.paging import Page
from duecourse.customers.rules import AccountView


def customer(account: AccountView) -> str:
    """The page of the customer behind an account."""
    return reverse("customer", args=[ids.outer("cus", account.customer_id)])


def pages(page: Page[Any]) -> Shown[int]:
    """A page as the pager shows it: places only, the rows are in `page` already."""
    return Paginator(range(page.total), page.size).get_page(page.number)


def number(request: HttpRequest) -> int:
    """Which page is asked for, from 1."""
    text = request.GET.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def query(values: Mapping[str, str]) -> str:
    """`?…` of what is not empty, "" for nothing."""
    asked = QueryDict(mutable=True)
    asked.update({name: value for name, value in values.items() if value})
    return f"?{asked.urlencode()}" if asked else ""
