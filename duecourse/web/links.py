"""Addresses that several screens share."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import QueryDict
from django.urls import reverse

from duecourse.core import ids
from duecourse.customers.rules import AccountView


def customer(account: AccountView) -> str:
    """The page of the customer behind an account."""
    return reverse("customer", args=[ids.outer("cus", account.customer_id)])


def query(values: Mapping[str, str]) -> str:
    """`?…` of what is not empty, "" for nothing."""
    asked = QueryDict(mutable=True)
    asked.update({name: value for name, value in values.items() if value})
    return f"?{asked.urlencode()}" if asked else ""
