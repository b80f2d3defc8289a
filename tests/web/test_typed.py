"""What people type: numbers in either style where they can mean one thing only, days in words."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import translation

from duecourse.web import typed

TODAY = dt.date(2026, 11, 17)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.56", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1234.5", "1234.5"),
        ("12,5", "12.5"),
        ("1.234.567", "1234567"),
        ("1 234,5", "1234.5"),
        ("−3", "-3"),
        ("9.875", "9.875"),
        ("0,125", "0.125"),
    ],
)
def test_numbers_in_either_style(text: str, value: str) -> None:
    assert typed.number(text) == Decimal(value)


@pytest.mark.parametrize("text", ["1,234", "", "12,34,5", "1e5", "NaN", "1,23.456,7", "--1", "٣"])
def test_what_is_no_number_or_two_is_asked_about(text: str) -> None:
    with pytest.raises(ValueError):
        typed.number(text)


def test_a_point_before_three_digits_is_asked_about_where_it_parts_thousands() -> None:
    assert typed.number("1.234") == Decimal("1.234")
    with translation.override("de"), pytest.raises(ValueError, match="1234"):
        typed.number("1.234")


@pytest.mark.parametrize("value", ["9.875", "1234.567", "0.125", "12", "1200", "-1.5"])
@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_what_a_field_holds_is_read_back_as_it_was(value: str, language: str) -> None:
    with translation.override(language):
        assert typed.number(typed.plain(Decimal(value))) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-20", dt.date(2026, 11, 20)),
        ("20.11.", dt.date(2026, 11, 20)),
        ("20 11", dt.date(2026, 11, 20)),
        ("3.1.", dt.date(2027, 1, 3)),
        ("20/11/26", dt.date(2026, 11, 20)),
        ("+7", dt.date(2026, 11, 24)),
        ("-1", dt.date(2026, 11, 16)),
    ],
)
def test_days_as_one_types_them(text: str, day: dt.date) -> None:
    assert typed.day(text, TODAY) == day


@pytest.mark.parametrize("text", ["", "soon", "31.2.", "2026-13-01", "99 99"])
def test_what_is_no_day_is_asked_about(text: str) -> None:
    with pytest.raises(ValueError):
        typed.day(text, TODAY)
