"""Pages of lists."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from duecourse.core import paging


class TestPages:
    def test_say_where_they_are(self) -> None:
        page = paging.slice(list(range(101)), 3, 50)
        assert (list(page.rows), page.total, page.pages, page.first, page.last) == ([100], 101, 3, 101, 101)
        assert page.has_previous
        assert not page.has_next

    def test_of_an_empty_list_are_one_empty_page(self) -> None:
        page: paging.Page[int] = paging.slice([])
        assert (page.pages, page.first, page.last, page.has_next, page.has_previous) == (1, 0, 0, False, False)

    @given(st.lists(st.integers(), max_size=300), st.integers(1, 250))
    def test_together_give_the_list(self, rows: list[int], size: int) -> None:
        seen: list[int] = []
        number = 1
        while True:
            page = paging.slice(rows, number, size)
            seen += page.rows
            if not page.has_next:
                break
            number += 1
        assert seen == rows
        assert number == page.pages

    @given(st.integers(-5, 5), st.integers(-5, 5000))
    def test_never_ask_the_database_for_what_is_not_allowed(self, number: int, size: int) -> None:
        start, stop = paging.bounds(number, size)
        assert 0 <= start < stop <= start + paging.SIZE_MAX
