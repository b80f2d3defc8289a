"""Lists as CSV: all pages, plain numbers, ISO dates, and no cell that a spreadsheet would run as a formula.

if export.asked(request):  # ?format=csv
    return export.answer(call, "invoices", [_("Number"), _("Gross")], lambda: (
        (row.number, row.gross) for row in export.every(lambda page: queries.rows(call, page=page, size=export.SIZE))
    ))
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TypeVar, cast

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from duecourse.core.call import Call, within
from duecourse.core.money import Money
from duecourse.core.paging import SIZE_MAX, Page

Row = TypeVar("Row")

SIZE = SIZE_MAX
_RISKY = ("=", "+", "-", "@", "\t", "\r")  # OWASP, CSV injection: what makes a spreadsheet reckon
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")


def asked(request: HttpRequest) -> bool:
    """True when the list is wanted as a file."""
    return request.GET.get("format") == "csv"


def cell(value: object) -> str:
    """A value as a cell: money without its currency, decimals with a point, dates and instants in ISO form."""
    if value is None:
        return ""
    if isinstance(value, Money):
        return f"{value.amount:f}"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dt.date):
        return value.isoformat()
    text = str(value)
    return "'" + text if text.startswith(_RISKY) and not _NUMBER.fullmatch(text) else text


def every(fetch: Callable[[int], Page[Row]]) -> Iterator[Row]:
    """The rows of all pages: `fetch` gets the number of the page, from 1."""
    number = 1
    while True:
        page = fetch(number)
        yield from page.rows
        if not page.has_next:
            return
        number += 1


class _Line:
    """What csv writes to: it hands each line back."""

    def write(self, text: str) -> str:
        return text


def answer(call: Call, name: str, head: Sequence[str], rows: Callable[[], Iterable[Sequence[object]]]) -> HttpResponse:
    """The file `<name>-<today>.csv`, sent while it is read, in a transaction of its own; UTF-8 with its mark, for spreadsheets."""

    def lines() -> Iterator[str]:
        writer = csv.writer(_Line())
        yield "\ufeff" + writer.writerow([cell(title) for title in head])
        with within(call):
            for row in rows():
                yield writer.writerow([cell(value) for value in row])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}-{call.today.isoformat()}.csv"'
    return cast("HttpResponse", response)  # views promise an HttpResponse; the types know no common name for the two
