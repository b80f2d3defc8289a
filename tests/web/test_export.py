"""Lists as files: nothing lost, nothing that a spreadsheet would run."""

import datetime as dt
from decimal import Decimal

import pytest

from duecourse.core import paging
from duecourse.core.money import Money
from duecourse.web import export


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Money(Decimal("-1250.5"), "EUR"), "-1250.50"),
        (Decimal("0.1250"), "0.1250"),
        (dt.date(2026, 11, 17), "2026-11-17"),
        (None, ""),
        (7, "7"),
        ("-12.50", "-12.50"),
        ("=SUM(A1)", "'=SUM(A1)"),
        ("+49 40 1", "'+49 40 1"),
        ("-2+3", "'-2+3"),
        ("@cmd", "'@cmd"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("Albrecht, Hamburg", "Albrecht, Hamburg"),
    ],
)
def test_cells_are_plain_and_harmless(value: object, text: str) -> None:
    assert export.cell(value) == text


def test_all_pages_are_read() -> None:
    rows = list(range(7))
    assert list(export.every(lambda number: paging.slice(rows, number, 3))) == rows
    assert list(export.every(lambda number: paging.slice([], number, 3))) == []
